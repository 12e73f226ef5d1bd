//! Handlers: which one a name means, and how often it runs.

use super::project;

const HANDLERS: &str = r#"
- name: named
  debug: msg="role {{ p | default('-') }}"
- name: hears
  debug: msg="hears {{ p | default('-') }}"
  listen: topic
- debug: msg="nameless"
  listen: topic
"#;

/// The messages that a play's handlers show, in their order.
fn shown(play: &str) -> Vec<String> {
    let project = project(&[
        ("inv", "one ansible_connection=local\n"),
        ("site.yml", play),
        ("roles/r/handlers/main.yml", HANDLERS),
        (
            "roles/r/tasks/main.yml",
            "- command: echo {{ p | default(1) }}\n  notify: [named, topic]\n",
        ),
        ("roles/r/tasks/other.yml", "- debug: msg=other\n"),
    ]);
    let said = project.run(&[]);
    said.ends_with(0);
    let messages = said.messages().into_iter().map(str::to_owned);
    messages.filter(|message| message != "other").collect()
}

#[test]
fn of_one_name_the_first_of_the_last_that_came_runs() {
    let in_play = "
- hosts: one
  gather_facts: false
  tasks: [{ command: echo, notify: [dup, late] }, { meta: flush_handlers }, { command: echo, notify: dup }]
  handlers:
    - { name: dup, debug: { msg: first } }
    - { name: dup, debug: { msg: second } }
    - { name: x, debug: { msg: x1 }, listen: dup }
    - { name: x, debug: { msg: x2 }, listen: [dup, y] }
    - { name: chain, command: echo, listen: late, notify: [later] }
    - { name: later, debug: { msg: later } }
";
    assert_eq!(shown(in_play), ["first", "x1", "later", "first", "x1"]);
    let roles = "
- hosts: one
  gather_facts: false
  roles: [{ role: r, p: 1 }, { role: r, p: 2 }]
  handlers:
    - { name: named, debug: { msg: play } }
";
    let wanted = ["nameless", "hears 2", "nameless", "play"];
    assert_eq!(shown(roles), wanted);
}

#[test]
fn roles_that_come_later_bring_handlers_for_what_was_notified_before() {
    let included = "
- hosts: one
  gather_facts: false
  tasks:
    - include_role: { name: r }
    - include_role: { name: r, tasks_from: other }
      vars: { p: 5 }
  handlers:
    - { name: named, debug: { msg: play } }
";
    let wanted = ["nameless", "role 5", "hears 5", "nameless"];
    assert_eq!(shown(included), wanted);
}

#[test]
fn a_handler_knows_the_loop_of_the_include_that_brought_it() {
    let project = project(&[
        ("inv", "one ansible_connection=local\n"),
        (
            "roles/r/tasks/main.yml",
            "- { command: 'true', notify: restart }\n",
        ),
        (
            "roles/r/handlers/main.yml",
            "- { name: restart, debug: { msg: 'port {{ port }}' } }\n",
        ),
        (
            "site.yml",
            "- hosts: one
  gather_facts: false
  tasks:
    - include_role: { name: r }
      loop: [80, 443]
      loop_control: { loop_var: number }
      vars: { port: '{{ number }}' }
",
        ),
    ]);
    let said = project.run(&[]);
    assert_eq!(said.code, Some(0), "{}{}", said.text, said.errors);
    assert_eq!(said.text.matches("\"port ").count(), 1);
    assert!(said.text.contains("\"port 443\""), "{}", said.text);
}
