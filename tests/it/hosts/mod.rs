//! Disposable hosts to manage: real ones with sshd, on this machine.

mod disk;
mod namespaces;
mod sshd;

pub(crate) use disk::{Tree, differences};
pub(crate) use namespaces::{Host, Hosts};
pub(crate) use sshd::{Sshd, descendants, free_port, keygen};
