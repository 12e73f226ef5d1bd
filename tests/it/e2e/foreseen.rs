//! What includes bring is read before any host is asked, as far as names tell.

use super::{Said, project};

const INVENTORY: &str = "one ansible_connection=local\n";

fn told(said: &Said) -> String {
    said.text.clone() + &said.errors
}

#[test]
fn mistakes_in_what_is_included_are_told_before_the_run() {
    let project = project(&[
        ("inv", INVENTORY),
        (
            "site.yml",
            "- hosts: one
  tasks:
    - debug: { msg: started }
    - include_tasks: tasks/a.yml
    - include_role: { name: r, tasks_from: b }
      when: false
    - include_vars: broken.yml
    - include_vars: not-there.yml
    - include_tasks: not-there.yml
    - include_role: { name: nobody }
    - include_role: { name: r, tasks_from: nothing }
  handlers:
    - name: later
      include_tasks: handler.yml
",
        ),
        (
            "tasks/a.yml",
            "- copy: { dest: /tmp/x, contet: y }\n- include_tasks: deeper.yml\n- include_tasks: a.yml\n",
        ),
        ("tasks/deeper.yml", "- nosuchmodule: {}\n"),
        ("vars/broken.yml", "- a list\n"),
        ("roles/r/tasks/b.yml", "- debug: {\n"),
        ("handler.yml", "- file: { pth: /tmp/x }\n"),
    ]);
    let said = project.run(&[]);
    let told = told(&said);
    assert_eq!(said.code, Some(4), "{told}");
    assert!(!told.contains("PLAY"), "{told}");
    for mistake in [
        "did you mean `content`?",
        "nosuchmodule",
        "a file of variables must be a mapping",
        "could not find or access `not-there.yml`",
        "there is no file `not-there.yml`",
        "there is no role `nobody`",
        "there is no `nothing` in `tasks` of this role",
        "roles/r/tasks/b.yml:",
        "handler.yml:1:11",
    ] {
        assert!(told.contains(mistake), "{mistake}: {told}");
    }
}

#[test]
fn what_may_never_be_included_may_be_missing_or_not_supported() {
    let project = project(&[
        ("inv", INVENTORY),
        (
            "site.yml",
            "- hosts: one
  gather_facts: false
  vars: { os: Debian, nothing: [] }
  tasks:
    - include_tasks: RedHat.yml
      when: os == 'RedHat'
    - include_tasks: Windows.yml
      when: os == 'Windows'
    - include_tasks: missing.yml
      when: os == 'RedHat'
    - include_tasks: missing.yml
      loop: '{{ nothing }}'
    - include_tasks: missing.yml
      tags: [never]
    - include_role: { name: missing }
      when: false
    - include_vars: missing.yml
      when: false
    - when: false
      block:
        - include_tasks: missing.yml
    - block:
        - include_tasks: missing.yml
      rescue:
        - debug: { msg: rescued }
    - include_role: { name: windows }
      when: false
    - include_vars: sealed.yml
      when: false
    - include_tasks: '{{ os }}.yml'
",
        ),
        (
            "RedHat.yml",
            "- yum: { name: x }
- community.general.thing: { x: y }
- shell: sleep 9
  async: 10
- import_tasks: missing.yml
- import_tasks: '{{ only_known_then }}.yml'
- include_role: { name: '{{ only_known_then }}' }
- include_tasks: missing.yml
",
        ),
        ("Windows.yml", "- win_file: { path: x }\n"),
        ("Debian.yml", "- debug: { msg: included }\n"),
        (
            "roles/windows/tasks/main.yml",
            "- ansible.windows.win_copy: { src: x, dest: y }\n",
        ),
        ("roles/windows/meta/main.yml", "dependencies: [nobody]\n"),
        ("vars/sealed.yml", "$ANSIBLE_VAULT;1.1;AES256\n6161\n"),
    ]);
    let said = project.run(&[]);
    assert_eq!(said.code, Some(0), "{}", told(&said));
    assert!(said.text.contains("included") && said.text.contains("rescued"));
}

#[test]
fn what_is_not_supported_is_told_when_it_is_included() {
    let project = project(&[
        ("inv", INVENTORY),
        (
            "site.yml",
            "- hosts: one
  gather_facts: false
  vars: { name: slow }
  tasks:
    - include_tasks: '{{ name }}.yml'
",
        ),
        ("slow.yml", "- shell: touch DIR/ran\n  async: 10\n"),
    ]);
    let folder = project.path().display().to_string();
    project.write(
        "slow.yml",
        &format!("- shell: touch {folder}/ran\n  async: 10\n"),
    );
    let said = project.run(&[]);
    assert_eq!(said.code, Some(2), "{}", told(&said));
    assert!(
        told(&said).contains("`async` is not supported"),
        "{}",
        told(&said)
    );
    assert!(!project.path().join("ran").exists());
}
