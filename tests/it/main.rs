//! The one integration binary.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test may touch its own files, and fails by panicking"
)]

mod architecture;
mod archive;
mod archives;
mod command;
mod connection;
mod copy;
mod e2e;
mod edits;
mod file;
mod get_url;
mod hostile;
mod hosts;
mod inventory;
mod jinja;
mod kill;
mod looking;
mod mechanical;
mod node;
mod playbook;
mod playbook_mistakes;
mod projects;
mod rendered;
mod script;
mod service;
mod settings;
mod settings_of_others;
mod setup;
mod shown;
mod story;
mod table;
mod template;
mod together;
mod unarchive;
mod unarchive_hostile;
mod unarchive_tar;
mod vars;
mod vars_of_hosts;
mod wait_for;
mod yaml;
mod yaml_dump;
