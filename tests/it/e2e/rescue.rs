//! Which hosts a rescue goes on with, as Ansible has it.

use expect_test::{Expect, expect};

use super::project;

/// What each host was told by `debug`, and the recap. All expected here is what ansible-playbook
/// 2.19.14 makes of the same playbook.
#[track_caller]
fn tells(tasks: &str, expected: &Expect) {
    let inventory = "a\nb\nc\n[all:vars]\nansible_connection=local\n";
    let playbook = format!("- hosts: all\n  gather_facts: false\n  tasks:\n{tasks}");
    let project = project(&[("inv", inventory), ("site.yml", &playbook)]);
    let said = project.run(&[]);
    let mut told = String::new();
    let mut host = None;
    for line in said.text.lines() {
        if !line.starts_with(' ') {
            host = line.strip_prefix("ok: [").and_then(|rest| rest.get(..1));
        } else if let (Some(host), Some((_, text))) = (host, line.split_once("msg\": ")) {
            told.push_str(&format!("{host} {text}\n"));
        }
    }
    for host in ["a", "b", "c"] {
        let counts = if said.text.contains(&format!("\n{host} ")) {
            said.recap(host)
        } else {
            "nothing".to_owned()
        };
        told.push_str(&format!("{host}: {counts}\n"));
    }
    expected.assert_eq(&told);
}

#[test]
fn a_rescue_takes_the_host_on_which_a_task_ran_once_for_all() {
    tells(
        r"    - run_once: true
      block:
        - block:
            - fail: { msg: one }
            - debug: msg=never
          rescue:
            - debug: msg=rescue
    - debug: msg=after
",
        &expect![[r#"
            a "rescue"
            a "after"
            a: ok=2 rescued=1
            b: nothing
            c: nothing
        "#]],
    );
}

#[test]
fn the_others_pass_over_a_rescue_when_a_task_that_runs_once_fails() {
    tells(
        r"    - block:
        - fail: { msg: one }
          run_once: true
        - debug: msg=never
      rescue:
        - debug: msg=rescue
      always:
        - debug: msg=always
    - debug: msg=after
",
        &expect![[r#"
            a "rescue"
            a "always"
            b "always"
            c "always"
            a "after"
            a: ok=3 rescued=1
            b: ok=1
            c: ok=1
        "#]],
    );
    tells(
        r"    - block:
        - block:
            - fail: { msg: one }
              run_once: true
          rescue:
            - fail: { msg: two }
          always:
            - debug: msg=inner
      rescue:
        - debug: msg=outer
    - debug: msg=after
    - block:
        - block:
            - fail: { msg: one }
              run_once: true
          always:
            - debug: msg=inner
      rescue:
        - debug: msg=outer
    - debug: msg=after
",
        &expect![[r#"
            a "inner"
            b "inner"
            c "inner"
            a "outer"
            b "outer"
            c "outer"
            a "after"
            b "after"
            c "after"
            a "inner"
            a "outer"
            b "outer"
            c "outer"
            a "after"
            b "after"
            c "after"
            a: ok=6 rescued=3
            b: ok=5
            c: ok=5
        "#]],
    );
}

#[test]
fn all_hosts_are_rescued_from_an_error_that_is_fatal_for_all() {
    tells(
        r"    - any_errors_fatal: true
      block:
        - fail: { msg: one }
          when: inventory_hostname == 'b'
        - debug: msg=never
      rescue:
        - debug: msg=rescue
      always:
        - debug: msg=always
    - debug: msg=after
    - any_errors_fatal: true
      block:
        - fail: { msg: two }
          when: inventory_hostname == 'b'
      always:
        - debug: msg=always
    - debug: msg=after
",
        &expect![[r#"
            a "rescue"
            b "rescue"
            c "rescue"
            a "always"
            b "always"
            c "always"
            a "after"
            b "after"
            c "after"
            a "always"
            b "always"
            c "always"
            a: ok=4 skipped=2
            b: ok=4 failed=1 rescued=1
            c: ok=4 skipped=2
        "#]],
    );
}

#[test]
fn a_host_whose_rescue_fails_was_rescued_once_and_failed_once() {
    tells(
        r"    - block:
        - fail: { msg: one }
      rescue:
        - fail: { msg: two }
          when: inventory_hostname == 'b'
        - debug: msg=rescue
",
        &expect![[r#"
            a "rescue"
            c "rescue"
            a: ok=1 skipped=1 rescued=1
            b: failed=1 rescued=1
            c: ok=1 skipped=1 rescued=1
        "#]],
    );
}

#[test]
fn an_assertion_that_fails_spares_those_behind_it() {
    tells(
        r"    - assert:
        that: [seen.exists, seen.size > 0]
        fail_msg: there is none
      vars: { seen: { exists: false } }
      ignore_errors: true
      register: r
    - debug: var=r.msg
",
        &expect![[r#"
            a "there is none"
            b "there is none"
            c "there is none"
            a: ok=2 ignored=1
            b: ok=2 ignored=1
            c: ok=2 ignored=1
        "#]],
    );
}
