//! The typed playbook. Nothing in it has been rendered yet.

use std::{path::PathBuf, sync::Arc};

use super::{
    args::Args,
    keyword::{Flag, Fraction, Keywords, Whole, Words},
    role::Role,
    scope::Scope,
    variables::Variable,
};
use crate::{
    diagnostic::{Span, Spanned},
    value::{Text, Value},
};

/// A playbook file with all that it imports.
#[derive(Clone, Debug)]
pub struct Playbook {
    /// As it was named.
    pub path: PathBuf,
    pub plays: Vec<Arc<Play>>,
}

/// One play.
#[derive(Clone, Debug)]
pub struct Play {
    pub span: Span,
    /// The keywords that its tasks inherit; `scope.keywords.vars` are the play's variables.
    pub scope: Arc<Scope>,
    /// Patterns; several are the same as one with commas.
    pub hosts: Vec<Spanned<Text>>,
    pub gather_facts: Flag,
    pub gather_subset: Option<Spanned<Value>>,
    pub gather_timeout: Whole,
    pub fact_path: Words,
    /// Each with its alternatives: the first file that is there counts.
    pub vars_files: Vec<Vec<Spanned<Text>>>,
    pub vars_prompt: Vec<Prompt>,
    pub force_handlers: Flag,
    pub max_fail_percentage: Fraction,
    /// Numbers, percentages or templates of them.
    pub serial: Vec<Spanned<Value>>,
    pub strategy: Words,
    pub order: Words,
    /// The `when` of each `import_playbook` around: facts are gathered only where they hold.
    pub imported_when: Vec<Spanned<Value>>,
    /// The folder of the playbook file that holds the play.
    pub folder: PathBuf,
    pub pre_tasks: Vec<Item>,
    /// What `roles:` brings, dependencies first.
    pub role_tasks: Vec<Item>,
    pub tasks: Vec<Item>,
    pub post_tasks: Vec<Item>,
    /// In Ansible's order: of the roles, of the play, of imported roles. The last of a name wins.
    pub handlers: Vec<Arc<Task>>,
    /// The roles of `roles:` and `import_role`, with their dependencies, in order.
    pub roles: Vec<Arc<Role>>,
}

/// One entry of `vars_prompt`.
#[derive(Clone, Debug)]
pub struct Prompt {
    pub name: Spanned<String>,
    pub prompt: Words,
    pub default: Option<Spanned<Value>>,
    /// Whether the answer is hidden; it is unless said otherwise.
    pub private: Flag,
    pub confirm: Flag,
    pub encrypt: Words,
    pub salt_size: Whole,
    pub salt: Words,
    pub r#unsafe: Flag,
}

/// A task, or several that belong together.
#[derive(Clone, Debug)]
pub enum Item {
    Task(Arc<Task>),
    Block(Arc<Block>),
}

/// Tasks with what to do when one fails, and what to do in the end.
#[derive(Clone, Debug)]
pub struct Block {
    pub kind: BlockKind,
    /// The block's own keywords and what is around it.
    pub scope: Arc<Scope>,
    pub block: Vec<Item>,
    pub rescue: Vec<Item>,
    pub always: Vec<Item>,
}

/// Where a block comes from.
#[derive(Clone, Debug)]
pub enum BlockKind {
    /// Somebody wrote `block:`.
    Written,
    /// The tasks of an `import_tasks`, an `import_role` or `apply`.
    Group,
    /// The tasks of a role, without those of its dependencies. A role runs once for a host unless
    /// it allows duplicates: see [`Role::identity`].
    Role(Arc<Role>),
}

/// One task or handler.
#[derive(Clone, Debug)]
pub struct Task {
    /// Where the task starts.
    pub span: Span,
    /// The module, as written: `copy`, `ansible.builtin.copy`, or a template after `action:`.
    pub action: Spanned<Text>,
    pub args: Args,
    /// Its own keywords; what holds in the end, [`Task::effective`] says.
    pub keywords: Keywords,
    pub kind: TaskKind,
    pub repeat: Option<Repeat>,
    pub loop_control: LoopControl,
    pub register: Option<Spanned<String>>,
    pub until: Vec<Spanned<Value>>,
    pub retries: Whole,
    pub delay: Fraction,
    pub changed_when: Vec<Spanned<Value>>,
    pub failed_when: Vec<Spanned<Value>>,
    pub r#async: Whole,
    pub poll: Whole,
    /// What a handler also answers to; in a role also as `role : topic`.
    pub listen: Vec<Spanned<Text>>,
    pub is_handler: bool,
    /// What is around it.
    pub scope: Arc<Scope>,
}

#[derive(Clone, Debug)]
pub enum TaskKind {
    /// A module, or one of the engine's own such as `meta`.
    Module,
    IncludeTasks {
        file: Spanned<Text>,
        apply: Option<Box<Keywords>>,
    },
    IncludeRole(Box<RoleRequest>),
}

/// What `include_role` and `import_role` ask for.
#[derive(Clone, Debug)]
pub struct RoleRequest {
    pub name: Spanned<Text>,
    pub tasks_from: Words,
    pub vars_from: Words,
    pub defaults_from: Words,
    pub handlers_from: Words,
    pub apply: Option<Box<Keywords>>,
    pub public: Flag,
    pub allow_duplicates: Flag,
    pub rolespec_validate: Flag,
}

impl RoleRequest {
    /// The flags that templates may stand for.
    pub fn flags_mut(&mut self) -> [&mut Flag; 3] {
        [
            &mut self.public,
            &mut self.allow_duplicates,
            &mut self.rolespec_validate,
        ]
    }
}

/// What a task is repeated for.
#[derive(Clone, Debug)]
pub enum Repeat {
    /// `loop`: a list, or a template of one.
    Loop(Spanned<Value>),
    /// `with_…`: what a lookup makes of these terms.
    With {
        lookup: Spanned<String>,
        terms: Spanned<Value>,
    },
}

/// How a loop names and shows its items.
#[derive(Clone, Debug, Default)]
pub struct LoopControl {
    pub loop_var: Words,
    pub index_var: Words,
    pub label: Option<Spanned<Value>>,
    /// Seconds between two items.
    pub pause: Fraction,
    pub extended: Flag,
    pub extended_allitems: Flag,
    pub break_when: Vec<Spanned<Value>>,
}

impl Task {
    /// A task of ours that nobody wrote: this module, and nothing else set.
    pub fn made(module: &str, span: &Span, scope: Arc<Scope>) -> Self {
        Self {
            span: span.clone(),
            action: Spanned::new(Text::from(module), span.clone()),
            args: Args::default(),
            keywords: Keywords::default(),
            kind: TaskKind::Module,
            repeat: None,
            loop_control: LoopControl::default(),
            register: None,
            until: Vec::new(),
            retries: None,
            delay: None,
            changed_when: Vec::new(),
            failed_when: Vec::new(),
            r#async: None,
            poll: None,
            listen: Vec::new(),
            is_handler: false,
            scope,
        }
    }

    /// The module's name without `ansible.builtin.` or `ansible.legacy.`.
    pub fn module(&self) -> &str {
        bare(self.action.node.as_str())
    }

    /// The value of a keyword of which the innermost wins.
    pub fn effective<'a, T>(
        &'a self,
        pick: impl Fn(&'a Keywords) -> Option<&'a T>,
    ) -> Option<&'a T> {
        pick(&self.keywords).or_else(|| self.scope.effective(pick))
    }

    /// All values of a keyword that adds up (`when`, `tags`, `environment`, `module_defaults`),
    /// the outermost first.
    pub fn all<'a, T>(&'a self, pick: impl Fn(&'a Keywords) -> &'a [T]) -> Vec<&'a T> {
        let mut all = self.scope.all(&pick);
        all.extend(pick(&self.keywords));
        all
    }

    /// The variables set on the task and on blocks and includes around it, the outermost first.
    /// Those of the play and of roles are not among them: they have a rank of their own.
    pub fn vars(&self) -> Vec<&Variable> {
        let scopes: Vec<&Scope> = self
            .scope
            .outwards()
            .filter(|scope| {
                !matches!(
                    scope.kind,
                    super::ScopeKind::Play | super::ScopeKind::Role(_)
                )
            })
            .collect();
        let around = scopes
            .into_iter()
            .rev()
            .flat_map(|scope| &scope.keywords.vars);
        around.chain(&self.keywords.vars).collect()
    }

    /// The role that the task belongs to.
    pub fn role(&self) -> Option<&Arc<Role>> {
        self.scope.role()
    }

    /// The name that is shown, templates and all: of the role, and of the task or its module.
    pub fn title(&self) -> String {
        let own = match (&self.keywords.name, &self.kind) {
            (Some(name), TaskKind::IncludeRole(_)) if !name.node.is_empty() => {
                return name.node.as_str().to_owned();
            }
            (Some(name), _) if !name.node.is_empty() => name.node.as_str(),
            (_, TaskKind::IncludeRole(request)) => {
                return format!("{} : {}", self.action.node, request.name.node);
            }
            _ => self.action.node.as_str(),
        };
        match self.role() {
            Some(role) => format!("{} : {own}", role.name),
            None => own.to_owned(),
        }
    }

    /// The name as listings have it: without a name of its own, just the module.
    pub fn listed_title(&self) -> String {
        match &self.keywords.name {
            Some(name) if !name.node.is_empty() => self.title(),
            _ => self.action.node.as_str().to_owned(),
        }
    }

    /// All tags that hold for the task, in order, each once.
    pub fn tags(&self) -> Vec<&str> {
        let mut tags = Vec::new();
        for tag in self.all(|keywords| &keywords.tags) {
            if !tags.contains(&tag.node.as_str()) {
                tags.push(tag.node.as_str());
            }
        }
        tags
    }
}

impl Play {
    /// The play's name: as given, or its hosts.
    pub fn title(&self) -> String {
        match &self.scope.keywords.name {
            Some(name) if !name.node.is_empty() => name.node.as_str().to_owned(),
            _ => {
                let hosts: Vec<&str> = self.hosts.iter().map(|host| host.node.as_str()).collect();
                hosts.join(",")
            }
        }
    }

    /// All that the play runs, in order: `pre_tasks`, roles, `tasks`, `post_tasks`.
    pub fn items(&self) -> impl Iterator<Item = &Item> {
        self.pre_tasks
            .iter()
            .chain(&self.role_tasks)
            .chain(&self.tasks)
            .chain(&self.post_tasks)
    }

    /// All tasks that are known before the run.
    pub fn all_tasks(&self) -> Vec<&Arc<Task>> {
        self.items().flat_map(Item::tasks).collect()
    }

    /// The tasks that listings show: those of `rescue` and `always` are not among them.
    pub fn listed_tasks(&self) -> Vec<&Arc<Task>> {
        let mut tasks = Vec::new();
        for item in self.items() {
            item.collect(&mut tasks, false);
        }
        tasks
    }

    /// The variables of the play, without those of its files.
    pub fn vars(&self) -> &[Variable] {
        &self.scope.keywords.vars
    }
}

impl Item {
    fn collect<'a>(&'a self, tasks: &mut Vec<&'a Arc<Task>>, all: bool) {
        match self {
            Self::Task(task) => tasks.push(task),
            Self::Block(block) => {
                let rest = block.rescue.iter().chain(&block.always).filter(|_| all);
                for item in block.block.iter().chain(rest) {
                    item.collect(tasks, all);
                }
            }
        }
    }

    /// The tasks in it, in the order of their lines.
    pub fn tasks(&self) -> Vec<&Arc<Task>> {
        let mut tasks = Vec::new();
        self.collect(&mut tasks, true);
        tasks
    }
}

/// A module's name without the collection of Ansible's own.
pub fn bare(name: &str) -> &str {
    name.strip_prefix("ansible.builtin.")
        .or_else(|| name.strip_prefix("ansible.legacy."))
        .unwrap_or(name)
}
