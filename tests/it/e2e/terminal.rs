//! What stands on a terminal, and only there.

use std::process::{Command, Stdio};

use super::project;

#[test]
fn a_terminal_shows_what_is_going_on_and_a_file_does_not() {
    let project = project(&[
        (
            "inv",
            "one ansible_connection=local\ntwo ansible_connection=local\n",
        ),
        (
            "site.yml",
            "- hosts: all\n  gather_facts: false\n  tasks:\n    - { name: takes long, command: sleep 0.6, changed_when: false }\n    - { name: after, ping: }\n",
        ),
    ]);
    let plain = project.run(&[]);
    assert!(
        !plain.text.contains('\x1b') && !plain.text.contains("running"),
        "{}",
        plain.text
    );
    let command = format!("{} run -i inv site.yml", env!("CARGO_BIN_EXE_hostwright"));
    let output = Command::new("script")
        .args(["-qec", &command, "/dev/null"])
        .current_dir(project.path())
        .env("HOME", project.path().join("home"))
        .env("HOSTWRIGHT_STATE", project.path().join("state"))
        .env("TERM", "xterm")
        .env("COLUMNS", "100")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{text}");
    assert!(text.contains("takes long: 2 running, 0 done"), "{text}");
    // What is left when the line and the colours are taken away is what a file holds.
    let mut left = String::new();
    for line in text.split('\n') {
        let line = line.trim_end_matches('\r');
        let last = line.rsplit("\x1b[2K").next().unwrap_or(line);
        let mut clean = String::new();
        let mut rest = last.trim_start_matches('\r');
        while let Some(at) = rest.find('\x1b') {
            clean.push_str(&rest[..at]);
            let code = &rest[at..];
            let end = code.find(|letter: char| letter.is_ascii_alphabetic());
            rest = end.map_or("", |end| &code[end + 1..]);
        }
        clean.push_str(rest);
        left.push_str(clean.trim_end());
        left.push('\n');
    }
    let lines = |text: &str| -> Vec<String> {
        let lines = text.lines().map(|line| line.trim_end().to_owned());
        lines.filter(|line| !line.is_empty()).collect()
    };
    assert_eq!(lines(&left), lines(&plain.text), "{text:?}");
}
