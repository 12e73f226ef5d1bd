//! What asks of the run itself: `meta`, `pause`, too many failures. Beside what Ansible prints.

use expect_test::expect;

use super::{Project, project};

const INVENTORY: &str = "one\ntwo\n[all:vars]\nansible_connection=local\n";

fn playbook(text: &str) -> Project {
    project(&[("inv", INVENTORY), ("site.yml", text)])
}

/// The expected text is what ansible-playbook 2.19.14 prints for the same project.
#[test]
fn meta_tasks_are_told_as_in_ansible() {
    let project = playbook(
        r#"
- hosts: all
  gather_facts: false
  tasks:
    - meta: flush_handlers
    - { name: named, meta: noop }
    - meta: clear_facts
    - meta: end_host
      when: inventory_hostname == 'one'
    - debug: msg=after
    - { meta: noop, when: false }
    - meta: end_batch
    - debug: msg=never
- hosts: all
  gather_facts: false
  roles: [r]
  tasks:
    - debug: msg=afterrole
    - { meta: end_play, when: inventory_hostname == 'one' }
    - debug: msg=no
"#,
    );
    project.write(
        "roles/r/tasks/main.yml",
        "- debug: msg=inrole\n- meta: end_role\n  when: inventory_hostname == 'one'\n- debug: msg=inrole2\n",
    );
    let said = project.run(&[]);
    expect![[r#"

        PLAY [all] *********************************************************************

        TASK [meta] ********************************************************************

        TASK [meta] ********************************************************************

        TASK [named] *******************************************************************

        TASK [named] *******************************************************************

        TASK [meta] ********************************************************************

        TASK [meta] ********************************************************************

        TASK [meta] ********************************************************************
        skipping: [two]

        TASK [debug] *******************************************************************
        ok: [two] => {
            "msg": "after"
        }

        TASK [meta] ********************************************************************
        [WARNING]: noop task does not support when conditional

        TASK [meta] ********************************************************************

        PLAY [all] *********************************************************************

        TASK [r : debug] ***************************************************************
        ok: [one] => {
            "msg": "inrole"
        }
        ok: [two] => {
            "msg": "inrole"
        }

        TASK [r : meta] ****************************************************************

        TASK [r : meta] ****************************************************************
        skipping: [two]

        TASK [r : debug] ***************************************************************
        ok: [two] => {
            "msg": "inrole2"
        }

        TASK [debug] *******************************************************************
        ok: [one] => {
            "msg": "afterrole"
        }
        ok: [two] => {
            "msg": "afterrole"
        }

        TASK [meta] ********************************************************************

        PLAY RECAP *********************************************************************
        one                        : ok=2    changed=0    unreachable=0    failed=0    skipped=0    rescued=0    ignored=0
        two                        : ok=4    changed=0    unreachable=0    failed=0    skipped=0    rescued=0    ignored=0

    "#]].assert_eq(&said.plain());
    assert_eq!(said.code, Some(0), "{}", said.errors);
}

#[test]
fn a_meta_task_that_cannot_be_is_refused_before_the_run() {
    let project = playbook(
        r#"
- hosts: one
  gather_facts: false
  tasks:
    - command: touch {{ playbook_dir }}/ran
    - meta: end_role
    - meta: refresh_inventory
    - meta: end_plya
"#,
    );
    let said = project.run(&[]);
    assert_eq!(said.code, Some(4), "{}", said.text);
    for word in [
        "outside of a role",
        "refresh_inventory` is not supported",
        "end_play",
    ] {
        assert!(said.errors.contains(word), "{word}: {}", said.errors);
    }
    assert!(!project.path().join("ran").exists());
}

/// The expected text is what ansible-playbook 2.19.14 prints for the same project.
#[test]
fn a_play_ends_when_too_many_hosts_failed() {
    let project = project(&[
        ("inv", "a\nb\nc\nd\n[all:vars]\nansible_connection=local\n"),
        (
            "site.yml",
            r#"
- hosts: all
  gather_facts: false
  max_fail_percentage: 30
  tasks:
    - { fail: { msg: x }, when: inventory_hostname == 'a' }
    - { debug: { msg: 1 }, when: false }
    - { fail: { msg: x }, when: inventory_hostname == 'b' }
    - debug: msg=2
- hosts: all
  gather_facts: false
  tasks:
    - debug: msg=second
"#,
        ),
    ]);
    let said = project.run(&["-f1"]);
    expect![[r#"

        PLAY [all] *********************************************************************

        TASK [fail] ********************************************************************
        fatal: [a]: FAILED! => {"changed": false, "msg": "x"}
        skipping: [b]
        skipping: [c]
        skipping: [d]

        TASK [debug] *******************************************************************
        skipping: [b]
        skipping: [c]
        skipping: [d]

        TASK [fail] ********************************************************************
        fatal: [b]: FAILED! => {"changed": false, "msg": "x"}
        skipping: [c]
        skipping: [d]

        NO MORE HOSTS LEFT *************************************************************

        NO MORE HOSTS LEFT *************************************************************

        PLAY RECAP *********************************************************************
        a                          : ok=0    changed=0    unreachable=0    failed=1    skipped=0    rescued=0    ignored=0
        b                          : ok=0    changed=0    unreachable=0    failed=1    skipped=2    rescued=0    ignored=0
        c                          : ok=0    changed=0    unreachable=0    failed=0    skipped=3    rescued=0    ignored=0
        d                          : ok=0    changed=0    unreachable=0    failed=0    skipped=3    rescued=0    ignored=0

    "#]].assert_eq(&said.plain());
    assert_eq!(said.code, Some(2), "{}", said.errors);
}

/// The expected text is what ansible-playbook 2.19.14 prints for the same project.
#[test]
fn a_pause_waits_for_nobody_without_a_terminal() {
    let project = playbook(
        r#"
- hosts: all
  gather_facts: false
  tasks:
    - pause: seconds=1
      register: p
    - debug: msg="{{ p.stdout[:11] }} {{ p.delta }} {{ p.echo }} {{ p.user_input == '' }}"
      when: p is defined
    - pause:
    - pause: prompt="Sure?"
      register: sure
    - debug: msg="{{ sure.stdout }} {{ sure.warnings[0] }}"
      when: sure is defined
"#,
    );
    let said = project.run(&[]);
    expect![[r#"

        PLAY [all] *********************************************************************

        TASK [pause] *******************************************************************
        Pausing for 1 seconds
        ok: [one]

        TASK [debug] *******************************************************************
        ok: [one] => {
            "msg": "Paused for  1 True True"
        }
        skipping: [two]

        TASK [pause] *******************************************************************
        [WARNING]: Not waiting for response to prompt as stdin is not interactive
        ok: [one]

        TASK [pause] *******************************************************************
        ok: [one]

        TASK [debug] *******************************************************************
        ok: [one] => {
            "msg": "Paused for 0.0 minutes Not waiting for response to prompt as stdin is not interactive"
        }
        skipping: [two]

        PLAY RECAP *********************************************************************
        one                        : ok=5    changed=0    unreachable=0    failed=0    skipped=0    rescued=0    ignored=0
        two                        : ok=0    changed=0    unreachable=0    failed=0    skipped=2    rescued=0    ignored=0

    "#]].assert_eq(&said.plain());
    let started = std::time::Instant::now();
    project.write(
        "site.yml",
        "- hosts: one\n  gather_facts: false\n  tasks:\n    - pause: minutes=60\n      register: p\n    - debug: var=p.stdout\n",
    );
    let foretold = project.run(&["--check"]);
    assert!(
        foretold.text.contains("unknown: [one] => time passes"),
        "{}",
        foretold.text
    );
    assert!(started.elapsed().as_secs() < 60);
}

#[test]
fn a_host_is_added_once_for_all() {
    let project = playbook(
        "- hosts: all\n  gather_facts: false\n  tasks:\n    - add_host: name=three\n    - debug: msg=x\n",
    );
    let said = project.run(&[]);
    assert_eq!(said.recap("one"), "ok=2 changed=1");
    assert_eq!(said.recap("two"), "ok=1");
}
