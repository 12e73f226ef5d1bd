//! What is known before a run, for names that it needs.

use std::sync::Arc;

use crate::{
    diagnostic::{Mistake, Mistakes},
    engine, inventory, modules,
    playbook::{self, Foreseen, Playbook, Scope, ScopeKind, Task, Variable, tags_of},
    template::Templar,
    value::{Map, Text, Value},
    vars::{self, role_names},
    vault::Keys,
    yaml::Decrypt,
};

/// What the playbook loader asks of the rooms that it does not know.
pub(super) struct Known {
    templar: Templar,
    /// Of the command line, and of the run itself.
    strongest: Map,
    keys: Option<Arc<Keys>>,
}

impl Known {
    pub(super) fn new(run: &vars::Run, extra: &inventory::Vars, keys: Option<Arc<Keys>>) -> Self {
        let mut strongest = Map::new();
        let own = run.vars();
        for (name, var) in extra.iter().chain(own.iter()) {
            if let Ok(value) = var.value(None) {
                strongest.insert(name, value);
            }
        }
        Self {
            templar: Templar::default(),
            strongest,
            keys,
        }
    }

    /// What plays, roles, blocks and imports around say, and the role tells its tasks.
    fn vars(&self, scope: &Scope) -> Map {
        let mut vars = Map::new();
        let mut set = |variables: &[Variable]| {
            for variable in variables {
                if let Ok(value) = &variable.value {
                    vars.insert(variable.name.as_str(), value.clone());
                }
            }
        };
        for role in scope.roles() {
            set(&role.defaults);
        }
        let around: Vec<&Scope> = scope.outwards().collect();
        for scope in around.into_iter().rev() {
            if let ScopeKind::Role(role) = &scope.kind {
                set(&role.vars);
                set(&role.params);
            }
            set(&scope.keywords.vars);
        }
        vars.extend(&self.strongest);
        if let Some(role) = scope.role() {
            let names = role_names(&role.name, &role.path.to_string_lossy());
            for (name, var) in names.iter() {
                if let Ok(value) = var.value(None) {
                    vars.insert(name, value);
                }
            }
        }
        vars
    }

    /// The tags of a task, rendered.
    pub(super) fn tags(&self, task: &Task) -> Result<Vec<String>, Mistake> {
        tags_of(task, |text| {
            let value = Value::Text(text.node.clone());
            self.templar
                .render(&value, &self.vars(&task.scope))
                .map_err(|failure| failure.mistake.at(&text.span, "this tag"))
        })
    }
}

impl playbook::Surroundings for Known {
    fn is_module(&self, name: &str) -> bool {
        modules::find(name).is_some() || modules::is_elsewhere(name)
    }

    fn modules(&self) -> Vec<String> {
        modules::names().map(str::to_owned).collect()
    }

    fn render(&self, text: &Text, scope: &Scope) -> Result<String, Mistake> {
        let value = self
            .templar
            .render(&Value::Text(text.clone()), &self.vars(scope))
            .map_err(|failure| *failure.mistake)?;
        match value {
            Some(Value::Text(text)) => Ok(text.as_str().to_owned()),
            Some(other) => Ok(crate::value::to_json(&other).to_string()),
            None => Err(Mistake::nowhere("the name is omitted")),
        }
    }

    fn refused(&self, playbooks: &[Playbook], foreseen: &[Foreseen]) -> Mistakes {
        engine::check(playbooks, foreseen)
    }

    fn decrypt(&self) -> Option<&dyn Decrypt> {
        self.keys.as_deref().map(|keys| keys as &dyn Decrypt)
    }
}
