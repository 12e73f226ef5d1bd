//! The command on this machine, beside what Ansible says.

use std::fs;

use expect_test::expect;

use super::{Project, project};

const INVENTORY: &str = "one\ntwo\n[all:vars]\nansible_connection=local\n";

fn playbook(text: &str) -> Project {
    project(&[("inv", INVENTORY), ("site.yml", text)])
}

/// The expected text is what ansible-playbook 2.19.14 prints for the same project.
#[test]
fn a_play_with_everything_reads_as_in_ansible() {
    let project = project(&[
        (
            "inv",
            r#"one
two
[all:vars]
ansible_connection=local
"#,
        ),
        (
            "site.yml",
            r#"- name: first play
  hosts: all
  gather_facts: false
  vars: { list: [a, b, c] }
  roles:
    - { role: web, tags: [web] }
  pre_tasks:
    - set_fact:
        here: "{{ inventory_hostname | upper }}"
  tasks:
    - command: echo {{ item }}
      loop: "{{ list }}"
      register: out
      changed_when: item == 'b'
    - debug: msg="{{ out.results | map(attribute='stdout') | join }}"
    - name: ignored
      fail: msg=softly
      ignore_errors: true
    - name: mixed loop
      debug: msg="{{ item.k }}"
      loop: [{ k: 1 }, { k: 2 }]
      loop_control: { label: "k{{ item.k }}" }
      when: item.k > 1
    - debug: var=number
      loop: [7]
      loop_control: { loop_var: number }
    - include_tasks: more.yml
      loop: [1, 2]
      loop_control: { loop_var: n }
    - block:
        - name: will fail
          fail: msg="on purpose"
        - debug: msg=never
      rescue:
        - debug: var=ansible_failed_task.name
      always:
        - debug: msg=always
    - assert: { that: here is defined, success_msg: fine }
    - name: quiet
      assert: { that: "1 == 1", quiet: true }
    - name: delegated
      command: "true"
      delegate_to: one
      changed_when: false
- hosts: two
  gather_facts: false
  tasks:
    - assert: { that: here == 'ONE', fail_msg: not one }
    - debug: msg=unreached
"#,
        ),
        (
            "more.yml",
            r#"- name: included {{ n }}
  debug: msg="n is {{ n }}"
"#,
        ),
        (
            "roles/web/tasks/main.yml",
            r#"- name: config of {{ site }}
  copy: { content: "Listen {{ number }}\n", dest: "{{ playbook_dir }}/web.conf", mode: "0644" }
  notify: [restart web, anything]
"#,
        ),
        (
            "roles/web/handlers/main.yml",
            r#"- name: restart web
  debug: msg="restarting {{ site }}"
- name: tell
  listen: anything
  debug: msg=told
"#,
        ),
        (
            "roles/web/defaults/main.yml",
            r#"number: 80
site: example
"#,
        ),
    ]);
    let said = project.run(&["--diff", "-f", "1"]);
    expect![[r#"

        PLAY [first play] **************************************************************

        TASK [set_fact] ****************************************************************
        ok: [one]
        ok: [two]

        TASK [web : config of example] *************************************************
        --- before
        +++ after: DIR/web.conf
        @@ -0,0 +1 @@
        +Listen 80

        changed: [one]
        ok: [two]

        TASK [command] *****************************************************************
        ok: [one] => (item=a)
        changed: [one] => (item=b)
        ok: [one] => (item=c)
        ok: [two] => (item=a)
        changed: [two] => (item=b)
        ok: [two] => (item=c)

        TASK [debug] *******************************************************************
        ok: [one] => {
            "msg": "abc"
        }
        ok: [two] => {
            "msg": "abc"
        }

        TASK [ignored] *****************************************************************
        fatal: [one]: FAILED! => {"changed": false, "msg": "softly"}
        ...ignoring
        fatal: [two]: FAILED! => {"changed": false, "msg": "softly"}
        ...ignoring

        TASK [mixed loop] **************************************************************
        skipping: [one] => (item=k1)
        ok: [one] => (item=k2) => {
            "msg": 2
        }
        skipping: [two] => (item=k1)
        ok: [two] => (item=k2) => {
            "msg": 2
        }

        TASK [debug] *******************************************************************
        ok: [one] => (item=7) => {
            "number": 7
        }
        ok: [two] => (item=7) => {
            "number": 7
        }

        TASK [include_tasks] ***********************************************************
        included: DIR/more.yml for one, two => (item=1)
        included: DIR/more.yml for one, two => (item=2)

        TASK [included 1] **************************************************************
        ok: [one] => {
            "msg": "n is 1"
        }
        ok: [two] => {
            "msg": "n is 1"
        }

        TASK [included 2] **************************************************************
        ok: [one] => {
            "msg": "n is 2"
        }
        ok: [two] => {
            "msg": "n is 2"
        }

        TASK [will fail] ***************************************************************
        fatal: [one]: FAILED! => {"changed": false, "msg": "on purpose"}
        fatal: [two]: FAILED! => {"changed": false, "msg": "on purpose"}

        TASK [debug] *******************************************************************
        ok: [one] => {
            "ansible_failed_task.name": "will fail"
        }
        ok: [two] => {
            "ansible_failed_task.name": "will fail"
        }

        TASK [debug] *******************************************************************
        ok: [one] => {
            "msg": "always"
        }
        ok: [two] => {
            "msg": "always"
        }

        TASK [assert] ******************************************************************
        ok: [one] => {
            "changed": false,
            "msg": "fine"
        }
        ok: [two] => {
            "changed": false,
            "msg": "fine"
        }

        TASK [quiet] *******************************************************************
        ok: [one]
        ok: [two]

        TASK [delegated] ***************************************************************
        ok: [one]
        ok: [two -> one]

        RUNNING HANDLER [web : restart web] ********************************************
        ok: [one] => {
            "msg": "restarting example"
        }

        RUNNING HANDLER [web : tell] ***************************************************
        ok: [one] => {
            "msg": "told"
        }

        PLAY [two] *********************************************************************

        TASK [assert] ******************************************************************
        fatal: [two]: FAILED! => {
            "assertion": "here == 'ONE'",
            "changed": false,
            "evaluated_to": false,
            "msg": "not one"
        }

        PLAY RECAP *********************************************************************
        one                        : ok=18   changed=2    unreachable=0    failed=0    skipped=0    rescued=1    ignored=1
        two                        : ok=16   changed=1    unreachable=0    failed=1    skipped=0    rescued=1    ignored=1

    "#]]
    .assert_eq(&said.plain());
    assert_eq!(said.code, Some(2), "{}", said.errors);
}

/// The expected text is what ansible-playbook 2.19.14 prints for the same project.
#[test]
fn each_batch_of_serial_is_announced() {
    let project = playbook(
        r#"- hosts: all
  gather_facts: false
  serial: 1
  tasks:
    - name: two alone
      debug: msg=first
      when: inventory_hostname == 'two'
    - name: once
      command: echo {{ inventory_hostname }}
      run_once: true
      register: r
    - debug: var=r.stdout
"#,
    );
    let said = project.run(&[]);
    expect![[r#"

        PLAY [all] *********************************************************************

        TASK [two alone] ***************************************************************
        skipping: [one]

        TASK [once] ********************************************************************
        changed: [one]

        TASK [debug] *******************************************************************
        ok: [one] => {
            "r.stdout": "one"
        }

        PLAY [all] *********************************************************************

        TASK [two alone] ***************************************************************
        ok: [two] => {
            "msg": "first"
        }

        TASK [once] ********************************************************************
        changed: [two]

        TASK [debug] *******************************************************************
        ok: [two] => {
            "r.stdout": "two"
        }

        PLAY RECAP *********************************************************************
        one                        : ok=2    changed=1    unreachable=0    failed=0    skipped=1    rescued=0    ignored=0
        two                        : ok=3    changed=1    unreachable=0    failed=0    skipped=0    rescued=0    ignored=0

    "#]]
    .assert_eq(&said.plain());
    assert_eq!(said.code, Some(0), "{}", said.errors);
}

const COPIES: &str = r#"
- hosts: one
  gather_facts: false
  tasks:
    - name: first
      copy: { content: new, dest: "{{ playbook_dir }}/file", mode: "0600" }
      tags: [a]
    - name: second
      copy: { content: more, dest: "{{ playbook_dir }}/other" }
      tags: [b]
"#;

#[test]
fn a_check_changes_nothing_and_foretells_the_run() {
    let project = playbook(COPIES);
    project.write("file", "old");
    let foretold = project.run(&["--check", "--diff"]);
    assert_eq!(foretold.code, Some(0), "{}", foretold.errors);
    assert_eq!(
        fs::read_to_string(project.path().join("file")).unwrap(),
        "old"
    );
    assert!(!project.path().join("other").exists());
    let done = project.run(&["--diff"]);
    assert_eq!(foretold.text, done.text);
    assert_eq!(done.recap("one"), "ok=2 changed=2");
    assert_eq!(project.run(&[]).recap("one"), "ok=2");
}

#[test]
fn tags_limits_and_start_at_task_choose() {
    let project = playbook(COPIES);
    let chosen = |args: &[&str]| {
        let said = project.run(args);
        assert_eq!(said.code, Some(0), "{args:?}: {}{}", said.text, said.errors);
        let has = |name: &str| said.text.contains(&format!("TASK [{name}]"));
        (has("first"), has("second"))
    };
    assert_eq!(chosen(&["--tags", "a"]), (true, false));
    assert_eq!(chosen(&["--skip-tags", "a"]), (false, true));
    assert_eq!(chosen(&["--start-at-task", "second"]), (false, true));
    assert_eq!(chosen(&["--limit", "one"]), (true, true));
    assert_eq!(chosen(&["--limit", "two"]), (false, false));
    let nobody = project.run(&["--limit", "three"]);
    assert_eq!(nobody.code, Some(1), "{}{}", nobody.text, nobody.errors);
}

#[test]
fn mistakes_are_told_before_any_task_runs() {
    let project = playbook(
        r#"
- hosts: one
  gather_facts: false
  tasks:
    - command: touch {{ playbook_dir }}/ran
    - cpoy: { content: x, dest: /x }
    - copy: { contant: x, dest: /x }
"#,
    );
    let said = project.run(&[]);
    assert_eq!(said.code, Some(4), "{}{}", said.text, said.errors);
    let told = said.text + &said.errors;
    for word in ["cpoy", "site.yml:6", "contant", "site.yml:7"] {
        assert!(told.contains(word), "{word}: {told}");
    }
    assert!(!project.path().join("ran").exists());
}
