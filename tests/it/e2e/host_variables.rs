//! Variables that say how a host is reached: honoured, told of, or known to be idle.

use std::{fs, os::unix::fs::PermissionsExt};

use hostwright::config::{HOST_HONOURED, HOST_NOT_SUPPORTED, HOST_WITHOUT_MEANING};

use super::project;

const PING: &str = "- hosts: all\n  gather_facts: false\n  tasks: [ping: ]\n";

#[test]
fn a_host_variable_that_is_not_honoured_is_told_of_once() {
    let mut variables = String::new();
    for (name, idle) in HOST_NOT_SUPPORTED {
        variables += &format!("    {name}: another\n");
        // What changes nothing needs no word.
        for idle in *idle {
            let line = format!("one ansible_connection=local {name}={idle}\n");
            let said = project(&[("inv", &line), ("site.yml", PING)]).run(&[]);
            said.ends_with(0);
            assert!(!said.text.contains("[WARNING]"), "{}", said.text);
        }
    }
    for (_, names) in HOST_WITHOUT_MEANING {
        for name in names.split_whitespace() {
            variables += &format!("    {name}: another\n");
        }
    }
    let inventory = format!(
        "all:\n  hosts: {{one: , two: }}\n  vars:\n    ansible_connection: local\n{variables}"
    );
    let said = project(&[("inv", &inventory), ("site.yml", PING)]).run(&[]);
    said.ends_with(0);
    let told = said.text.lines().filter(|line| line.starts_with('['));
    let told: Vec<&str> = told.collect();
    let wanted: Vec<String> = HOST_NOT_SUPPORTED
        .iter()
        .map(|(name, _)| {
            format!("[WARNING]: the variable `{name}` is not supported: it changes nothing")
        })
        .collect();
    assert_eq!(told, wanted);
}

#[test]
fn what_is_said_to_be_honoured_is_asked_for() {
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/src/engine/target.rs");
    let source = fs::read_to_string(source).unwrap();
    for name in HOST_HONOURED {
        let of_method = name
            .strip_prefix("ansible_sudo_")
            .or_else(|| name.strip_prefix("ansible_su_"));
        let asked = of_method.map_or_else(|| format!("\"{name}\""), |of| format!("own(\"{of}\")"));
        assert!(source.contains(&asked), "{name}");
    }
}

#[test]
fn a_connection_that_failed_is_tried_again_as_often_as_it_is_said() {
    let project = project(&[("site.yml", PING)]);
    let ssh = project.path().join("ssh");
    project.write(
        "ssh",
        "#!/bin/sh\necho x >> calls\necho 'ssh: connect to host one port 22: Connection refused' >&2\nexit 255\n",
    );
    fs::set_permissions(&ssh, fs::Permissions::from_mode(0o755)).unwrap();
    let calls = |variables: &str, cfg: &str| {
        let _ = fs::remove_file(project.path().join("calls"));
        let line = format!("one ansible_ssh_executable={} {variables}\n", ssh.display());
        project.write("inv", &line);
        project.write("ansible.cfg", cfg);
        let said = project.run(&[]);
        said.ends_with(4);
        let all = format!("{}{}", said.text, said.errors);
        assert!(!all.contains("[WARNING]"), "{all}");
        let calls = fs::read_to_string(project.path().join("calls"));
        calls.unwrap_or_default().lines().count()
    };
    assert_eq!(calls("", ""), 1);
    assert_eq!(calls("ansible_ssh_retries=1", ""), 2);
    assert_eq!(calls("", "[ssh_connection]\nretries = 1\n"), 2);
    assert_eq!(
        calls("ansible_ssh_retries=0", "[connection]\nretries=1\n"),
        1
    );
}

#[test]
fn the_environment_has_the_password_to_become_another_user() {
    let project = project(&[
        (
            "site.yml",
            "- hosts: all\n  gather_facts: false\n  become: true\n  become_user: nobody\n  tasks: [ping: ]\n",
        ),
        (
            "sudo",
            "#!/bin/sh\nwhile [ \"$1\" != -p ]; do shift; done\nprintf %s \"$2\" >&2\nread -r word\n\
             echo \"$word\" > got\nexit 1\n",
        ),
    ]);
    let sudo = project.path().join("sudo");
    fs::set_permissions(&sudo, fs::Permissions::from_mode(0o755)).unwrap();
    project.write(
        "inv",
        &format!(
            "one ansible_connection=local ansible_become_exe={}\n",
            sudo.display()
        ),
    );
    let mut command = project.command(&["run", "-i", "inv", "site.yml"]);
    let said = project.said(command.env("ANSIBLE_BECOME_PASS", "hush").spawn().unwrap());
    assert_ne!(said.code, Some(0));
    assert!(!format!("{}{}", said.text, said.errors).contains("hush"));
    let got = fs::read_to_string(project.path().join("got")).unwrap();
    assert_eq!(got, "hush\n", "{}", said.text);
}
