//! Runs Ansible playbooks from one static binary, with a check mode that is never wrong.
//!
//! `ARCHITECTURE.md` is the map of the rooms below and of what each may import.

pub mod config;
pub mod diagnostic;
pub mod inventory;
pub mod value;
pub mod yaml;
