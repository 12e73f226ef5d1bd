//! What playbooks rely on: variables, files, tags, results.

mod files;
mod plays;
mod results;

use super::{Project, Said, project};

const INVENTORY: &str = "[all:vars]\nansible_connection=local\n[web]\none who=a\ntwo who=b\n";

fn with(playbook: &str, files: &[(&str, &str)]) -> Project {
    let project = project(&[("inv", INVENTORY), ("site.yml", playbook)]);
    for (name, text) in files {
        project.write(name, text);
    }
    project
}

/// Runs a play whose asserts must all hold.
fn holds(playbook: &str, files: &[(&str, &str)]) -> Said {
    let said = with(playbook, files).run(&[]);
    assert_eq!(said.code, Some(0), "{}{}", said.text, said.errors);
    said
}
