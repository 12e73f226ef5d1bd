//! Settings from flags, environment and `ansible.cfg`, read once.
//!
//! One table ([`Settings`]) names every setting; those that are not honoured bring a warning when
//! they are set ([`NOT_SUPPORTED`]), and so do other settings of ansible-core ([`OTHERS_NOT_SUPPORTED`])
//! and keys that nobody knows. The first of these that has one wins: flag, environment,
//! `ansible.cfg`, default.

mod cfg;
mod environment;
mod kinds;
mod load;
mod of_hosts;
mod others;
mod support;
mod table;
mod unknown;

pub use environment::Environment;
pub use kinds::{
    Choice, DuplicateKeys, FilePath, Gathering, HashBehaviour, Interpreted, OnMismatch, PathList,
    ResultFormat, SafeNames, SourceList,
};
pub use load::{Loaded, load};
pub use of_hosts::{HOST_ELSEWHERE, HOST_HONOURED, HOST_NOT_SUPPORTED, HOST_WITHOUT_MEANING};
pub use others::{BESIDE, ELSEWHERE, OTHERS_NOT_SUPPORTED, OTHERS_WITHOUT_MEANING};
pub use support::{NOT_SUPPORTED, WITHOUT_MEANING};
pub use table::{Flags, Origin, Setting, Settings, TABLE};
