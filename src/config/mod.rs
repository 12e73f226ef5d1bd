//! Settings from flags, environment and `ansible.cfg`, read once.
//!
//! One table ([`Settings`]) names every setting; those that are not honoured bring a warning when
//! they are set ([`NOT_SUPPORTED`]). The first of these that has one
//! wins: flag, environment, `ansible.cfg`, default. Keys that the table does not know are ignored,
//! as Ansible ignores them.

mod cfg;
mod environment;
mod kinds;
mod load;
mod support;
mod table;

pub use environment::Environment;
pub use kinds::{
    Choice, DuplicateKeys, FilePath, Gathering, HashBehaviour, Interpreted, OnMismatch, PathList,
    ResultFormat, SafeNames, SourceList,
};
pub use load::{Loaded, load};
pub use support::{NOT_SUPPORTED, WITHOUT_MEANING};
pub use table::{Flags, Origin, Setting, Settings, TABLE};
