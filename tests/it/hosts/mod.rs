//! Disposable hosts to manage: real ones with sshd, on this machine.

mod namespaces;
mod sshd;

pub(crate) use namespaces::Hosts;
pub(crate) use sshd::{Sshd, descendants, free_port, keygen};
