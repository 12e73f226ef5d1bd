//! What a task can ask for: one file per module, and the list of them.
//!
//! A module is one struct: its fields are the parameters, its doc comments the manual, `plan` its
//! meaning. It sees the host through [`Observe`] and nothing else: it is never told whether the
//! run is a rehearsal, how the host is reached, or what is printed.

#[macro_use]
mod declare;
mod args;
mod attributes;
mod catalog;
mod edited;
mod evaluated;
mod flags;
mod invocation;
mod param;
mod placed;
mod planning;
mod read_only;
mod refusal;
mod returned;
mod rules;
mod shell_line;
mod sight;
mod source;
mod statted;
mod strangers;
mod times;
mod touched;

mod archive;
mod blockinfile;
mod command;
mod control;
mod copy;
mod file;
mod find;
mod get_url;
mod lineinfile;
mod ping;
mod raw;
mod replace;
mod script;
mod service;
mod setup;
mod shell;
mod slurp;
mod stat;
mod systemd_service;
mod tempfile;
mod template;
mod unarchive;
mod wait_for;

pub use args::{Args, ParamDoc, Params};
use attributes::FileAttributes;
pub use catalog::{Entry, find, is_elsewhere, names};
use invocation::Invocation;
pub use param::{GivenPath, HostPath, Param, ParamKind, Wrong};
pub use refusal::{Problem, Refusal};
pub use returned::awaited;
pub use rules::Rule;
pub use source::{Rendered, Source};
use times::{AskedTimes, Times};

use crate::{change::Plan, host::Observe};

/// A module: its parameters are its fields, its meaning is the plan it makes.
pub trait Module: Params {
    /// What must hold between parameters.
    const RULES: &'static [Rule] = &[];

    /// Whether it takes arguments of any name.
    const OPEN: bool = false;

    /// Whether it never changes anything.
    const ONLY_LOOKS: bool = false;

    /// Whether it changes files and waits for nothing, so that two of it can follow each other.
    const ONLY_FILES: bool = false;

    /// What is to change on this host, and what the task returns.
    fn plan(&self, host: &dyn Observe) -> Result<Plan, Refusal>;
}
