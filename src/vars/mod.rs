//! Which value a name has for a host, and where it was set.
//!
//! [`Variables`] is what a run knows; a [`Stack`] what play, role, block and task add for all
//! hosts; a [`HostScope`] both together for one host: nothing is merged, names are looked up
//! from the strongest [`Level`] down.

mod extra;
mod facts;
mod file;
mod level;
mod magic;
mod reached;
mod reserved;
mod scope;
mod stack;
mod templates;
mod variables;
mod why;

pub use extra::extra_vars;
pub use facts::{Sorted, sort_facts};
pub use file::vars_of_file;
pub use level::Level;
pub use magic::{PlayNames, Run, role_names};
pub use reached::Reached;
pub use reserved::{is_keyword, keyword_warnings};
pub use scope::HostScope;
pub use stack::{Rung, Stack};
pub use variables::Variables;
pub use why::{Origin, told};
