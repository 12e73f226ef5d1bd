//! The command on hosts that are reached by ssh.

use std::fs;

use super::{Project, project};
use crate::hosts::Hosts;

const THREE_TASKS: &str = r#"
- hosts: hosts
  gather_facts: false
  tasks:
    - command: id -un
      register: user
    - debug: var=user.stdout
    - copy: { content: "{{ user.stdout }}", dest: /tmp/who, mode: "0644" }
    - command: cat /tmp/who
"#;

fn on(hosts: &Hosts, user: &str, more: &str, playbook: &str) -> Project {
    let inventory = hosts.inventory(user) + more;
    project(&[("inv", &inventory), ("site.yml", playbook)])
}

#[test]
fn each_task_costs_one_round_trip_at_most() {
    let Some(hosts) = Hosts::start(2) else { return };
    let project = on(&hosts, "root", "", THREE_TASKS);
    let said = project.run(&["-vvvv"]);
    assert_eq!(said.code, Some(0), "{}{}", said.text, said.errors);
    assert_eq!(said.recap("h2"), "ok=4 changed=3");
    let told = said.text + &said.errors;
    let trips: u64 = told
        .lines()
        .find_map(|line| line.strip_suffix(" round trips to nodes"))
        .unwrap_or_else(|| panic!("{told}"))
        .parse()
        .unwrap();
    assert!((1..=6).contains(&trips), "{trips}");
}

#[test]
fn users_become_others_with_and_without_a_password() {
    let Some(hosts) = Hosts::start(1) else { return };
    let file = |project: &Project, text: &str| project.write("password", text);
    let user = "\"user.stdout\": \"root\"";

    let project = on(&hosts, "deploy", "", THREE_TASKS);
    let said = project.run(&["--become"]);
    assert_eq!(said.code, Some(0), "{}{}", said.text, said.errors);
    assert!(said.text.contains(user), "{}", said.text);

    let project = on(&hosts, "pw", "", THREE_TASKS);
    file(&project, &format!("{}\n", hosts.password));
    let said = project.run(&["--become", "--become-password-file", "password", "-vvv"]);
    assert_eq!(said.code, Some(0), "{}{}", said.text, said.errors);
    assert!(said.text.contains(user), "{}", said.text);
    assert!(!(said.text + &said.errors).contains(&hosts.password));

    file(&project, "not-the-password\n");
    let said = project.run(&["--become", "--become-password-file", "password"]);
    assert_eq!(said.code, Some(2), "{}{}", said.text, said.errors);
    assert_eq!(said.recap("h1"), "failed=1");

    let project = on(&hosts, "deploy", "", THREE_TASKS);
    file(&project, &format!("{}\n", hosts.password));
    let said = project.run(&[
        "--become",
        "--become-method=su",
        "--become-user=pw",
        "--become-password-file=password",
    ]);
    assert!(
        said.text.contains("\"user.stdout\": \"pw\""),
        "{}{}",
        said.text,
        said.errors
    );
}

#[test]
fn a_host_that_cannot_be_reached_stops_no_other() {
    let Some(hosts) = Hosts::start(2) else { return };
    let known = fs::read_to_string(hosts.known_hosts()).unwrap();
    let only_first = format!("{}\n", known.lines().next().unwrap_or_default());
    fs::write(hosts.known_hosts(), only_first).unwrap();
    let project = on(&hosts, "root", "", THREE_TASKS);
    let said = project.run(&[]);
    assert_eq!(said.code, Some(4), "{}{}", said.text, said.errors);
    assert_eq!(said.recap("h1"), "ok=4 changed=3");
    assert_eq!(said.recap("h2"), "unreachable=1");
    assert!(
        said.text.contains("fatal: [h2]: UNREACHABLE! => "),
        "{}",
        said.text
    );
}

const WAITING: &str = r#"
- hosts: hosts
  gather_facts: false
  tasks:
    - shell: echo up >/tmp/up; exec sleep 600
      when: inventory_hostname == 'h2'
    - command: "true"
"#;

#[test]
fn a_host_that_dies_in_the_middle_stops_no_other() {
    let Some(hosts) = Hosts::start(2) else { return };
    hosts.all()[1].shell("mkfifo /tmp/up");
    let project = on(&hosts, "root", "", WAITING);
    let child = project.start(&["run", "-i", "inv", "site.yml"]);
    hosts.all()[1].shell("timeout 60 cat /tmp/up");
    // Everything ends there, PID 1 and the connection with it.
    hosts.all()[1].run("kill -9 -1");
    let said = project.said(child);
    assert_eq!(said.code, Some(4), "{}{}", said.text, said.errors);
    assert_eq!(said.recap("h2"), "unreachable=1");
    assert_eq!(
        said.recap("h1"),
        "ok=1 changed=1 skipped=1",
        "{}",
        said.text
    );
}

const SECRETS: &str = r#"
- hosts: hosts
  gather_facts: false
  become: true
  tasks:
    - command: echo hidden-{{ 'value' }}
      no_log: true
      register: secret
    - debug: var=secret.stdout
    - copy: { content: "hidden-value", dest: /tmp/secret }
      diff: true
      no_log: true
    - shell: echo up >/tmp/up; cat /tmp/go
"#;

#[test]
fn secrets_are_neither_shown_nor_arguments_of_a_process() {
    let Some(hosts) = Hosts::start(1) else { return };
    hosts.all()[0].shell("mkfifo -m 666 /tmp/up /tmp/go");
    let project = on(&hosts, "pw", "", SECRETS);
    project.write("password", &hosts.password);
    let child = project.start(&[
        "run",
        "-i",
        "inv",
        "site.yml",
        "-vvvv",
        "--become-password-file",
        "password",
    ]);
    hosts.all()[0].shell("timeout 60 cat /tmp/up");
    // While the last task waits, everything that serves it runs.
    let seen: Vec<String> = fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .filter_map(|entry| fs::read(entry.path().join("cmdline")).ok())
        .map(|line| String::from_utf8_lossy(&line).into_owned())
        .filter(|line| line.contains(&hosts.password))
        .collect();
    assert!(seen.is_empty(), "{seen:?}");
    hosts.all()[0].shell("timeout 60 sh -c 'echo go >/tmp/go'");
    let said = project.said(child);
    assert_eq!(said.code, Some(0), "{}{}", said.text, said.errors);
    let told = said.text + &said.errors;
    assert!(!told.contains(&hosts.password), "{told}");
    assert!(!told.contains("hidden-value"), "{told}");
}

const DELEGATED: &str = r#"
- hosts: h1
  gather_facts: false
  tasks:
    - set_fact: { word: said }
      delegate_to: h2
      delegate_facts: true
    - assert: { that: hostvars.h2.word == 'said', quiet: true }
      delegate_to: h2
    - command: id -un
      delegate_to: h2
      vars: { ansible_user: guest }
      register: user
    - debug: msg="{{ user.stdout }} {{ word is defined }}"
      delegate_to: h2
    - fail: { msg: softly }
      delegate_to: h2
      ignore_errors: true
"#;

#[test]
fn a_delegated_task_follows_the_play_and_the_task_to_the_other_host() {
    let Some(hosts) = Hosts::start(2) else { return };
    let project = on(&hosts, "deploy", "", DELEGATED);
    let said = project.run(&[]);
    said.ends_with(0);
    assert_eq!(said.text.matches("[h1 -> h2(").count(), 5, "{}", said.text);
    assert!(
        said.text.contains("\"msg\": \"guest False\""),
        "{}",
        said.text
    );
}

const NEW_THINGS: &str = r#"
- hosts: hosts
  gather_facts: false
  tasks:
    - shell: umask; touch /srv/by-shell
      register: mask
    - debug: var=mask.stdout
    - copy: { content: x, dest: /srv/by-copy }
    - file: { path: /srv/folder, state: directory }
    - file: { path: /srv/touched, state: touch }
"#;

#[test]
fn new_files_have_the_modes_that_the_login_gives_them() {
    let Some(hosts) = Hosts::start(1) else { return };
    let host = &hosts.all()[0];
    for (user, flags) in [("root", &[][..]), ("deploy", &["--become"])] {
        host.shell("rm -rf /srv/*");
        let project = on(&hosts, user, "", NEW_THINGS);
        // The first run brings our program there, the second one finds it.
        for _ in 0..2 {
            let said = project.run(flags);
            said.ends_with(0);
            let mask = "\"mask.stdout\": \"0022\"";
            assert!(said.text.contains(mask), "{}", said.text);
        }
        assert_eq!(
            host.shell("cd /srv && stat -c '%a %n' *"),
            "644 by-copy\n644 by-shell\n755 folder\n644 touched\n"
        );
    }
}
