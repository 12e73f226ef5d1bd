//! Flags: words that mean yes and no, and templates of them, wherever a flag may stand.

use super::{Project, project};

const INVENTORY: &str = "one ansible_connection=local\ntwo ansible_connection=local\n";

fn role(project: &Project, name: &str, spec: &str) {
    project.write(
        &format!("roles/{name}/tasks/main.yml"),
        "- debug: { msg: 'in {{ role_name }}' }\n",
    );
    project.write(
        &format!("roles/{name}/defaults/main.yml"),
        &format!("of_{name}: 1\n"),
    );
    if !spec.is_empty() {
        project.write(&format!("roles/{name}/meta/argument_specs.yml"), spec);
    }
}

const NEEDS: &str = "argument_specs: {main: {options: {needed: {type: int, required: true}}}}\n";

#[test]
fn templates_stand_for_the_flags_of_roles_and_delegation() {
    let project = project(&[
        ("inv", INVENTORY),
        (
            "site.yml",
            r#"
- hosts: one
  gather_facts: false
  vars: { right: true, wrong: false, word: 'no' }
  tasks:
    - include_role: { name: a, public: "{{ right }}" }
    - include_role: { name: b, public: "{{ wrong }}" }
    - include_role: { name: c, public: "{{ word }}" }
    - assert: { that: [of_a is defined, of_b is not defined, of_c is not defined] }
    - include_role: { name: d, rolespec_validate: "{{ wrong }}" }
    - include_role: { name: a, allow_duplicates: "{{ word }}" }
    - import_role: { name: e, rolespec_validate: "{{ wrong }}" }
    - set_fact: { there: 1 }
      delegate_to: two
      delegate_facts: "{{ right }}"
    - set_fact: { here: 1 }
      delegate_to: two
      delegate_facts: "{{ word }}"
    - assert: { that: [there is not defined, hostvars.two.there == 1, here == 1, hostvars.two.here is not defined] }
    - include_role: { name: c, public: "{{ 'maybe' }}" }
"#,
        ),
    ]);
    for name in ["a", "b", "c"] {
        role(&project, name, "");
    }
    for name in ["d", "e"] {
        role(&project, name, NEEDS);
    }
    let said = project.run(&[]);
    assert_eq!(said.code, Some(2), "{}", said.text);
    assert_eq!(
        said.text.matches("\"msg\": \"in a\"").count(),
        1,
        "{}",
        said.text
    );
    for name in ["b", "c", "d", "e"] {
        let one = format!("\"msg\": \"in {name}\"");
        assert_eq!(said.text.matches(&one).count(), 1, "{name}: {}", said.text);
    }
    assert!(
        said.text.contains("this must be a boolean"),
        "{}",
        said.text
    );
    assert!(said.text.contains("it is `maybe`"), "{}", said.text);
}

#[test]
fn a_role_says_in_a_word_whether_it_may_run_twice() {
    let project = project(&[
        ("inv", INVENTORY),
        (
            "site.yml",
            "- hosts: one\n  gather_facts: false\n  roles: [a]\n",
        ),
        ("roles/a/meta/main.yml", "allow_duplicates: '{{ true }}'\n"),
    ]);
    role(&project, "a", "");
    let said = project.run(&[]);
    assert_eq!(said.code, Some(4), "{}", said.text);
    let told = "`allow_duplicates` of a role takes no template";
    assert!((said.text + &said.errors).contains(told));
}

#[test]
fn an_entry_of_a_role_is_held_against_the_spec_of_that_very_name() {
    let project = project(&[
        ("inv", INVENTORY),
        (
            "site.yml",
            "- hosts: one
  gather_facts: false
  tasks:
    - include_role: { name: a, tasks_from: install.yml }
    - import_role: { name: a, tasks_from: other }
    - include_role: { name: a, tasks_from: install }
",
        ),
        ("roles/a/tasks/install.yml", "- debug: msg=install\n"),
        ("roles/a/tasks/other.yml", "- debug: msg=other\n"),
        (
            "roles/a/meta/argument_specs.yml",
            "argument_specs:
  install: { options: { b: { type: int, required: true } } }
  main: { options: { a: { required: true } } }
",
        ),
    ]);
    let said = project.run(&[]);
    assert_eq!(said.code, Some(2), "{}", said.text);
    for told in [
        "\"msg\": \"install\"",
        "\"msg\": \"other\"",
        "TASK [a : Validating arguments against arg spec 'install']",
        "missing required arguments: b",
        "\"argument_spec_data\": {\"b\": {\"required\": true, \"type\": \"int\"}}",
    ] {
        assert_eq!(
            said.text.matches(told).count().min(1),
            1,
            "{told}: {}",
            said.text
        );
    }
    assert_eq!(said.text.matches("\"msg\": \"install\"").count(), 1);
}

#[test]
fn a_flag_takes_the_words_of_ansible_and_no_others() {
    let mut playbook = String::from("- hosts: one\n  gather_facts: false\n  tasks:\n");
    for word in ["yes", "on", "1", "y", "t", "TRUE", " yes "] {
        playbook += &format!(
            "    - debug: {{ msg: hidden }}\n      no_log: \"{{{{ '{word}' }}}}\"\n    - assert: {{ that: [true], quiet: '{word}', success_msg: hidden }}\n"
        );
    }
    for word in ["", "2", "1.0", "maybe"] {
        playbook += &format!(
            "    - debug: {{ msg: never }}\n      diff: \"{{{{ '{word}' }}}}\"\n      ignore_errors: true\n"
        );
    }
    playbook += "    - debug: { msg: never }\n      diff: \"{{ 2 }}\"\n      ignore_errors: true\n";
    let project = project(&[("inv", INVENTORY), ("site.yml", &playbook)]);
    let said = project.run(&[]);
    assert_eq!(said.code, Some(0), "{}", said.text);
    assert!(!said.text.contains("\"hidden\""), "{}", said.text);
    assert!(!said.text.contains("\"never\""), "{}", said.text);
    assert_eq!(said.recap("one"), "ok=19 ignored=5");
}

#[test]
fn how_a_task_was_called_is_registered_of_the_items_of_a_loop_alone() {
    let project = project(&[
        ("inv", INVENTORY),
        (
            "site.yml",
            "- hosts: one
  gather_facts: false
  tasks:
    - command: echo hi
      register: alone
      failed_when: alone.invocation is not defined
    - command: echo {{ item }}
      loop: [1]
      register: several
    - assert:
        that:
          - alone.invocation is not defined
          - several.invocation is not defined
          - several.results[0].invocation is defined
    - block: [{ command: 'false' }]
      rescue: [{ assert: { that: [ansible_failed_result.invocation is defined] } }]
",
        ),
    ]);
    let said = project.run(&[]);
    assert_eq!(said.code, Some(0), "{}", said.text);
}

#[test]
fn settings_choose_tags_and_name_the_file_of_a_password_where_no_flag_does() {
    let project = project(&[
        ("inv", INVENTORY),
        ("ansible.cfg", "[tags]\nrun=a,b\nskip=b\n"),
        (
            "site.yml",
            "- hosts: one
  gather_facts: false
  tasks:
    - { debug: { msg: is-a }, tags: a }
    - { debug: { msg: is-b }, tags: [a, b] }
    - { debug: { msg: is-c }, tags: c }
",
        ),
    ]);
    let seen = |said: &str| ["is-a", "is-b", "is-c"].map(|word| said.contains(word));
    assert_eq!(seen(&project.run(&[]).text), [true, false, false]);
    let flags = ["--tags", "c,b", "--skip-tags", "x"];
    assert_eq!(seen(&project.run(&flags).text), [false, true, true]);
    project.write(
        "ansible.cfg",
        "[defaults]\nbecome_password_file=nowhere/at-all\nstdout_callback=yaml\n",
    );
    let said = project.run(&[]);
    assert_ne!(said.code, Some(0), "{}", said.text);
    let told = said.text + &said.errors;
    assert!(told.contains("nowhere/at-all"), "{told}");
    project.write("ansible.cfg", "[defaults]\nstdout_callback=yaml\n");
    let said = project.run(&[]);
    let told = said.text + &said.errors;
    let warning = "the setting `stdout_callback` is not supported";
    assert_eq!(told.matches(warning).count(), 1, "{told}");
}

#[test]
fn flags_do_as_in_ansible_or_are_refused_by_name() {
    let project = project(&[
        ("inv", "one ansible_connection=local\n"),
        (
            "site.yml",
            "- hosts: one
  gather_facts: false
  tasks:
    - { name: first, debug: { msg: 1 } }
    - { name: third, debug: { msg: 3 }, tags: [x, never] }
    - { name: fourth, debug: { msg: 4 } }
",
        ),
    ]);
    let from = project.run(&["--start-at-task", "f*th"]);
    assert!(!from.text.contains("first") && from.text.contains("fourth"));
    let nowhere = project.run(&["--start-at-task", "second"]);
    assert!(nowhere.errors.contains("No matching task \"second\" found"));
    let tags = project.run(&["--list-tags"]);
    assert!(tags.text.contains("TASK TAGS: [never, x]"), "{}", tags.text);
    let forks = project.run(&["-f", "0"]);
    assert_eq!(forks.code, Some(2));
    for flag in [
        "--step",
        "--scp-extra-args=-v",
        "--sftp-extra-args=-v",
        "--module-path=m",
    ] {
        let said = project.run(&[flag]);
        let name = flag.split('=').next().unwrap();
        let told = format!("`{name}` is not supported");
        assert!(said.errors.contains(&told), "{}", said.errors);
        assert_eq!((said.code, said.text.as_str()), (Some(2), ""));
    }
}
