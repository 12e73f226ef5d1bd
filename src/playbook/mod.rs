//! Plays, blocks, tasks, roles as they were written.
//!
//! [`Loader::playbooks`] reads playbooks with all that is imported, and tells every mistake of
//! every file at once. What is included while a play runs, [`Loader::include_tasks`] and
//! [`Loader::include_role`] bring. Nothing here is rendered.

mod args;
mod field;
mod find;
mod foresee;
mod include;
mod items;
mod keyword;
mod loader;
mod model;
mod play;
mod request;
mod role;
mod roles;
mod scope;
mod split;
mod tags;
mod task;
mod validation;
mod variables;

pub use args::{Arg, Args};
pub use field::is_template;
pub use find::search_folders;
pub use foresee::{Around, Foreseen};
pub use include::Included;
pub use keyword::{Bearer, Flag, Fraction, Given, Keywords, Whole, Words};
pub use loader::{Loader, Places, Surroundings};
pub use model::{
    Block, BlockKind, Item, LoopControl, Play, Playbook, Prompt, Repeat, RoleRequest, Task,
    TaskKind, bare,
};
pub use role::Role;
pub use scope::{Scope, ScopeKind};
pub use tags::{TagChoice, tags_of};
pub use variables::{Variable, is_variable_name, variables};
