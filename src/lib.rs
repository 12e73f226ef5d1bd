//! Runs Ansible playbooks from one static binary, with a check mode that is never wrong.
//!
//! `ARCHITECTURE.md` is the map of the rooms below and of what each may import.

pub mod archive;
pub mod change;
pub mod cli;
pub mod config;
pub mod connection;
pub mod diagnostic;
pub mod engine;
pub mod event;
pub mod facts;
pub mod host;
pub mod inventory;
pub mod modules;
pub mod node;
pub mod playbook;
pub mod report;
pub mod state;
pub mod template;
pub mod value;
pub mod vars;
pub mod vault;
pub mod wire;
pub mod yaml;
