//! The variables of one host at one task.

use std::{
    borrow::Cow,
    collections::BTreeSet,
    ops::ControlFlow,
    sync::{Arc, OnceLock},
};

use super::{Level, Reached, Rung, Stack, Variables, magic, reached, variables::Known};
use crate::{
    config::HashBehaviour,
    diagnostic::{Mistake, Mistakes, Span},
    inventory::{HostId, Inventory, Standing, Var, Vars, merged},
    value::{Map, Value},
};

/// What a task sees on a host: looked up by name, from the strongest level down.
#[derive(Clone, Debug)]
pub struct HostScope<'a> {
    variables: &'a Variables,
    host: HostId,
    known: Arc<Known>,
    inventory: Arc<Inventory>,
    groups: Arc<OnceLock<Value>>,
    stack: Cow<'a, Stack>,
    reached: Option<Arc<Reached>>,
}

/// One setting of a name.
pub(super) struct Setting<'s> {
    pub(super) level: Level,
    /// Whose it is, for people.
    pub(super) of: Cow<'s, str>,
    pub(super) held: Held<'s>,
}

pub(super) enum Held<'s> {
    Var(&'s Var),
    Value(Value),
}

impl Held<'_> {
    pub(super) fn place(&self) -> Option<&Span> {
        match self {
            Self::Var(var) => var.place(),
            Self::Value(_) => None,
        }
    }
}

impl<'a> HostScope<'a> {
    pub(super) fn new(
        variables: &'a Variables,
        host: HostId,
        known: Arc<Known>,
        inventory: Arc<Inventory>,
        groups: Arc<OnceLock<Value>>,
        stack: &'a Stack,
    ) -> Self {
        Self {
            variables,
            host,
            known,
            inventory,
            groups,
            stack: Cow::Borrowed(stack),
            reached: None,
        }
    }

    pub fn host_id(&self) -> HostId {
        self.host
    }

    /// The name of the host.
    pub fn host_name(&self) -> &Arc<str> {
        self.inventory.host(self.host).name()
    }

    /// Adds variables for this host alone, such as those of a loop's item.
    pub fn push(&mut self, level: Level, of: impl Into<Arc<str>>, vars: Arc<Vars>) {
        self.stack.to_mut().push(level, of, vars);
    }

    /// The same scope with one more layer.
    #[must_use]
    pub fn with(&self, level: Level, of: impl Into<Arc<str>>, vars: Arc<Vars>) -> Self {
        let mut longer = self.clone();
        longer.push(level, of, vars);
        longer
    }

    /// The same scope, for a task whose host is reached so.
    #[must_use]
    pub fn reached_by(mut self, reached: Reached) -> Self {
        self.reached = Some(Arc::new(reached));
        self
    }

    /// The value of a variable; templates in it are not rendered. `None` where it is not set.
    ///
    /// # Errors
    /// A vault text in it does not open.
    pub fn value(&self, name: &str) -> Result<Option<Value>, Mistake> {
        if self.variables.hash_behaviour == HashBehaviour::Merge {
            return self.merged(name);
        }
        let mut found = Ok(None);
        let _ = self.walk(name, &mut |setting| {
            found = self.value_of(&setting.held).map(Some);
            if let Ok(Some(value)) = &found {
                self.watched(setting.level, value);
            }
            ControlFlow::Break(())
        });
        found
    }

    /// Tells of a secret that a person set, and not a task or a host.
    fn watched(&self, level: Level, value: &Value) {
        let is_written = !matches!(
            level,
            Level::Facts | Level::StrayFacts | Level::Set | Level::Loop | Level::Magic
        );
        if let Some(told) = self.variables.watch.0.as_ref().filter(|_| is_written)
            && value.is_secret()
        {
            told(value);
        }
    }

    /// Where the setting of a variable stands that counts.
    pub fn place(&self, name: &str) -> Option<Span> {
        let mut place = None;
        let _ = self.walk(name, &mut |setting| {
            place = setting.held.place().cloned();
            ControlFlow::Break(())
        });
        place
    }

    /// The names of all hosts that are in `hostvars`.
    pub fn host_names(&self) -> Vec<String> {
        let hosts = self.inventory.hosts();
        hosts
            .map(|host| self.inventory.host(host).name().to_string())
            .collect()
    }

    /// What is known of another host, as `hostvars` shows it: its own variables, not what play
    /// and task say. `None` where there is no such host.
    pub fn of_host(&self, name: &str) -> Option<Result<HostScope<'_>, Mistakes>> {
        static NONE: OnceLock<Stack> = OnceLock::new();
        let host = self.inventory.host_named(name)?;
        Some(self.variables.scope(host, NONE.get_or_init(Stack::new)))
    }

    /// The host that a task is delegated to: its own variables, and what play and task say.
    ///
    /// # Errors
    /// A file of variables is broken that no host needed before.
    pub fn delegated(&self, host: HostId) -> Result<HostScope<'_>, Mistakes> {
        self.variables.scope(host, &self.stack)
    }

    /// A variable that says how to reach a host or become a user, and a warning about settings of
    /// it that do not count: those of hosts never do, and arguments for ssh and its like come from
    /// inventories, plays and the command line only (S4, S5).
    ///
    /// # Errors
    /// A vault text in it does not open.
    pub fn connection(&self, name: &str) -> Result<(Option<Value>, Option<Mistake>), Mistake> {
        let is_command = COMMANDS.contains(&name);
        let mut passed_over: Option<Mistake> = None;
        let mut found = Ok(None);
        let _ = self.walk_levels(Level::SAID, name, &mut |setting| {
            let counts = match setting.level {
                Level::Facts | Level::StrayFacts => false,
                Level::RoleDefaults | Level::OwnRoleDefaults | Level::Set => !is_command,
                _ => true,
            };
            if counts {
                found = self.value_of(&setting.held).map(Some);
                if let Ok(Some(value)) = &found {
                    self.watched(setting.level, value);
                }
                return ControlFlow::Break(());
            }
            let mistake = Mistake::nowhere(format!(
                "`{name}` from {} is not used: it can only be set in an inventory or a play",
                setting.level.described()
            ));
            passed_over.get_or_insert(match setting.held.place() {
                Some(place) => mistake.at(place, "set here"),
                None => mistake,
            });
            ControlFlow::Continue(())
        });
        Ok((found?, passed_over))
    }

    /// Shows every setting of a name, the strongest first, until told to stop.
    pub(super) fn walk<'s>(
        &'s self,
        name: &str,
        visit: &mut dyn FnMut(Setting<'s>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        self.walk_levels(&Level::DOWN, name, visit)
    }

    fn walk_levels<'s>(
        &'s self,
        levels: &[Level],
        name: &str,
        visit: &mut dyn FnMut(Setting<'s>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let mut rungs = self.stack.rungs();
        for &level in levels {
            while let Some((rung, weaker)) = rungs.split_last()
                && rung.level >= level
            {
                rungs = weaker;
                if let Some(var) = rung.vars.get(name) {
                    visit(of_rung(rung, var))?;
                }
            }
            self.own(level, name, visit)?;
        }
        ControlFlow::Continue(())
    }

    /// The settings of one level that are not in the stack.
    fn own<'s>(
        &'s self,
        level: Level,
        name: &str,
        visit: &mut dyn FnMut(Setting<'s>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let known = &*self.known;
        let held = match level {
            Level::Magic => self.magic(name).map(Held::Value).or_else(|| {
                let run = self.variables.of_run();
                let value = run.get(name)?.value(None).ok()?;
                Some(Held::Value(value))
            }),
            Level::Extra => self.variables.extra.get(name).map(Held::Var),
            Level::Set => known.set.get(name).map(Held::Var),
            Level::IncludeVars => known.included.get(name).map(Held::Var),
            Level::Facts if name == "ansible_facts" => {
                let facts = known.facts.clone().unwrap_or_default();
                Some(Held::Value(Value::Map(facts)))
            }
            Level::Facts => known.injected.get(name).cloned().map(Held::Value),
            Level::StrayFacts => known.stray.get(name).cloned().map(Held::Value),
            Level::Inventory => return self.of_inventory(name, visit),
            Level::Reached => self.reached(name).map(Held::Value),
            _ => None,
        };
        match held {
            Some(held) => visit(Setting {
                level,
                of: Cow::Borrowed(""),
                held,
            }),
            None => ControlFlow::Continue(()),
        }
    }

    fn of_inventory<'s>(
        &'s self,
        name: &str,
        visit: &mut dyn FnMut(Setting<'s>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let mut names = self.known.names.get(name);
        let mut see_names =
            |visit: &mut dyn FnMut(Setting<'s>) -> ControlFlow<()>| match names.take() {
                Some(var) => visit(Setting {
                    level: Level::Inventory,
                    of: Cow::Borrowed(""),
                    held: Held::Var(var),
                }),
                None => ControlFlow::Continue(()),
            };
        for layer in self
            .known
            .inventory
            .iter()
            .flat_map(|layers| layers.iter().rev())
        {
            // The names that every host has stand right above what the inventory itself says.
            if layer.standing <= Standing::Host {
                see_names(visit)?;
            }
            if let Some(var) = layer.vars.get(name) {
                visit(Setting {
                    level: Level::Inventory,
                    of: Cow::Owned(layer.described()),
                    held: Held::Var(var),
                })?;
            }
        }
        see_names(visit)
    }

    /// How the host is reached: as a variable of the other name says, or as it is without one.
    fn reached(&self, name: &str) -> Option<Value> {
        let reached = self.reached.as_ref()?;
        let twin = || reached::twin(name).and_then(|twin| self.connection(twin).ok()?.0);
        if reached.delegated {
            return reached.value(name).or_else(twin);
        }
        twin().or_else(|| reached.value(name))
    }

    fn magic(&self, name: &str) -> Option<Value> {
        match name {
            "groups" => Some(
                self.groups
                    .get_or_init(|| magic::groups(&self.inventory))
                    .clone(),
            ),
            "vars" => Some(self.all()),
            _ => None,
        }
    }

    /// All variables as one dictionary: the variable `vars`.
    fn all(&self) -> Value {
        let mut all = Map::new();
        for name in self.all_names().into_iter().filter(|name| name != "vars") {
            // One that does not open is told when it is asked for by its name.
            if let Ok(Some(value)) = self.value(&name) {
                all.insert(name, value);
            }
        }
        Value::from(all)
    }

    /// The names of all variables but `hostvars`.
    pub fn all_names(&self) -> BTreeSet<String> {
        let known = &*self.known;
        let mut names: BTreeSet<String> = ["groups", "vars", "ansible_facts"]
            .map(str::to_owned)
            .into();
        let layers = known
            .inventory
            .iter()
            .flat_map(|layers| layers.iter().map(|layer| &layer.vars));
        let vars = self
            .stack
            .rungs()
            .iter()
            .map(|rung| &rung.vars)
            .chain(layers);
        let own = [
            &self.variables.extra,
            &known.set,
            &known.included,
            &known.names,
        ];
        for vars in vars.chain(own) {
            names.extend(vars.names().map(str::to_owned));
        }
        names.extend(self.variables.of_run().names().map(str::to_owned));
        let reached = reached::names().filter(|name| self.reached(name).is_some());
        names.extend(reached.map(str::to_owned));
        for facts in [&known.injected, &known.stray] {
            names.extend(facts.texts().map(|(name, _)| name.to_owned()));
        }
        names
    }

    pub(super) fn value_of(&self, held: &Held<'_>) -> Result<Value, Mistake> {
        match held {
            Held::Value(value) => Ok(value.clone()),
            Held::Var(var) => var.value(self.variables.keys()),
        }
    }

    fn merged(&self, name: &str) -> Result<Option<Value>, Mistake> {
        let mut result: Result<Option<Value>, Mistake> = Ok(None);
        let _ = self.walk(name, &mut |setting| {
            let weaker = match self.value_of(&setting.held) {
                Ok(weaker) => {
                    self.watched(setting.level, &weaker);
                    weaker
                }
                Err(mistake) => {
                    result = Err(mistake);
                    return ControlFlow::Break(());
                }
            };
            let both = match &result {
                Ok(Some(stronger)) => merged(&weaker, stronger),
                _ => weaker,
            };
            let more = matches!(both, Value::Map(_));
            result = Ok(Some(both));
            // Only a dictionary can take in what is weaker.
            if more {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        });
        result
    }
}

fn of_rung<'s>(rung: &'s Rung, var: &'s Var) -> Setting<'s> {
    Setting {
        level: rung.level,
        of: Cow::Borrowed(&rung.of),
        held: Held::Var(var),
    }
}

/// Variables that are part of a command line on the control side.
const COMMANDS: &[&str] = &[
    "ansible_become_exe",
    "ansible_become_flags",
    "ansible_scp_extra_args",
    "ansible_sftp_extra_args",
    "ansible_ssh_args",
    "ansible_ssh_common_args",
    "ansible_ssh_executable",
    "ansible_ssh_extra_args",
];
