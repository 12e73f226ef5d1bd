//! The names of keywords, and what plays, blocks and tasks share.

use crate::{
    diagnostic::Spanned,
    playbook::variables::Variable,
    value::{Text, Value},
};

/// What was given for a keyword: known now, or only when its template is rendered.
#[derive(Clone, Debug, PartialEq)]
pub enum Given<T> {
    Known(T),
    Template(Text),
}

impl<T> Given<T> {
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Template(_) => None,
        }
    }
}

pub type Flag = Option<Spanned<Given<bool>>>;
pub type Whole = Option<Spanned<Given<i64>>>;
pub type Fraction = Option<Spanned<Given<f64>>>;
/// Text, which may always be a template.
pub type Words = Option<Spanned<Text>>;

/// The keywords that a play, a role, a block and a task have in common, as one of them gave them.
///
/// What holds for a task is found along its scopes: [`super::Task::effective`] for those of which
/// the innermost wins, [`super::Task::all`] for those that add up.
#[derive(Clone, Debug, Default)]
pub struct Keywords {
    pub name: Words,
    pub vars: Vec<Variable>,
    pub connection: Words,
    pub port: Whole,
    pub remote_user: Words,
    /// Adds up: what stands further in wins.
    pub module_defaults: Vec<Spanned<Value>>,
    /// Adds up: what stands further in wins.
    pub environment: Vec<Spanned<Value>>,
    pub no_log: Flag,
    pub run_once: Flag,
    pub ignore_errors: Flag,
    pub ignore_unreachable: Flag,
    pub check_mode: Flag,
    pub diff: Flag,
    pub any_errors_fatal: Flag,
    pub throttle: Whole,
    pub timeout: Whole,
    pub debugger: Words,
    pub r#become: Flag,
    pub become_method: Words,
    pub become_user: Words,
    pub become_flags: Words,
    pub become_exe: Words,
    pub collections: Option<Vec<Spanned<Text>>>,
    /// Adds up: all of them must hold, those further out are asked first.
    pub when: Vec<Spanned<Value>>,
    /// Adds up.
    pub tags: Vec<Spanned<Text>>,
    pub delegate_to: Words,
    pub delegate_facts: Flag,
    pub notify: Option<Vec<Spanned<Value>>>,
}

/// Of plays, roles, blocks and tasks.
const COMMON: [&str; 24] = [
    "name",
    "vars",
    "connection",
    "port",
    "remote_user",
    "module_defaults",
    "environment",
    "no_log",
    "run_once",
    "ignore_errors",
    "ignore_unreachable",
    "check_mode",
    "diff",
    "any_errors_fatal",
    "throttle",
    "timeout",
    "debugger",
    "become",
    "become_method",
    "become_user",
    "become_flags",
    "become_exe",
    "collections",
    "tags",
];

/// What else may carry keywords.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bearer {
    Play,
    Role,
    Block,
    Task,
    Handler,
    ImportPlaybook,
    LoopControl,
    VarsPrompt,
    Metadata,
}

impl Bearer {
    /// What it is called in sentences.
    pub fn described(self) -> &'static str {
        match self {
            Self::Play => "a play",
            Self::Role => "a role",
            Self::Block => "a block",
            Self::Task => "a task",
            Self::Handler => "a handler",
            Self::ImportPlaybook => "`import_playbook`",
            Self::LoopControl => "`loop_control`",
            Self::VarsPrompt => "`vars_prompt`",
            Self::Metadata => "the metadata of a role",
        }
    }

    /// The bearer as Ansible's messages name it.
    pub(super) fn titled(self) -> &'static str {
        match self {
            Self::Play => "a Play",
            Self::Role => "a RoleInclude",
            Self::Block => "a Block",
            Self::Task => "a Task",
            Self::Handler => "a Handler",
            Self::ImportPlaybook => "a PlaybookInclude",
            Self::LoopControl => "a LoopControl",
            Self::VarsPrompt => "an entry of vars_prompt",
            Self::Metadata => "a RoleMetadata",
        }
    }

    /// The keywords that only this bearer, or some with it, knows.
    fn own(self) -> &'static [&'static str] {
        match self {
            Self::Play => &[
                "hosts",
                "gather_facts",
                "gather_subset",
                "gather_timeout",
                "fact_path",
                "vars_files",
                "vars_prompt",
                "roles",
                "handlers",
                "pre_tasks",
                "tasks",
                "post_tasks",
                "force_handlers",
                "max_fail_percentage",
                "serial",
                "strategy",
                "order",
                "user",
            ],
            Self::Role => &["role", "when", "delegate_to", "delegate_facts"],
            Self::Block => &[
                "block",
                "rescue",
                "always",
                "when",
                "delegate_to",
                "delegate_facts",
                "notify",
            ],
            Self::Task | Self::Handler => TASK,
            Self::ImportPlaybook => &["import_playbook", "ansible.builtin.import_playbook", "when"],
            Self::LoopControl => &[
                "loop_var",
                "index_var",
                "label",
                "pause",
                "extended",
                "extended_allitems",
                "break_when",
            ],
            Self::VarsPrompt => &[
                "name",
                "prompt",
                "default",
                "private",
                "confirm",
                "encrypt",
                "salt_size",
                "salt",
                "unsafe",
            ],
            Self::Metadata => &[
                "allow_duplicates",
                "dependencies",
                "galaxy_info",
                "argument_specs",
                "collections",
                "standalone",
            ],
        }
    }

    /// The names of all keywords that it may have.
    pub fn keywords(self) -> impl Iterator<Item = &'static str> {
        let common: &[&str] = match self {
            Self::LoopControl | Self::VarsPrompt | Self::Metadata => &[],
            _ => &COMMON,
        };
        // A handler is a task that may listen.
        let listening: &[&str] = match self {
            Self::Handler => &["listen"],
            _ => &[],
        };
        self.own().iter().chain(listening).chain(common).copied()
    }

    pub(super) fn knows(self, name: &str) -> bool {
        self.keywords().any(|keyword| keyword == name)
    }
}

const TASK: &[&str] = &[
    "action",
    "local_action",
    "args",
    "async",
    "changed_when",
    "delay",
    "failed_when",
    "loop",
    "loop_control",
    "poll",
    "register",
    "retries",
    "until",
    "when",
    "delegate_to",
    "delegate_facts",
    "notify",
];

/// What may stand beside `include_tasks` and `include_role`: they are not run themselves.
pub(super) const OF_INCLUDES: &[&str] = &[
    "action",
    "local_action",
    "args",
    "collections",
    "debugger",
    "ignore_errors",
    "loop",
    "loop_control",
    "name",
    "no_log",
    "register",
    "run_once",
    "tags",
    "timeout",
    "vars",
    "when",
];

/// The lookups that `with_…` can name.
pub(super) const LOOKUPS: &[&str] = &[
    "items",
    "list",
    "dict",
    "nested",
    "cartesian",
    "together",
    "subelements",
    "sequence",
    "fileglob",
    "filetree",
    "first_found",
    "flattened",
    "indexed_items",
    "inventory_hostnames",
    "lines",
    "random_choice",
    "file",
    "template",
    "env",
    "ini",
    "csvfile",
    "password",
    "pipe",
    "url",
    "varnames",
    "vars",
    "config",
    "unvault",
];
