//! Plays: their hosts, facts, tags and pace.

use super::{INVENTORY, holds, with};
use crate::e2e::project;

#[test]
fn nothing_is_an_inventory_too() {
    let project = with(
        "- hosts: localhost\n  gather_facts: false\n  tasks: [{ ping: }]\n",
        &[],
    );
    let said = project.said(project.start(&["run", "-i", "/dev/null", "site.yml"]));
    assert_eq!(said.code, Some(0), "{}{}", said.text, said.errors);
}

#[test]
fn a_pattern_without_hosts_can_be_an_error() {
    let project = with(
        "- hosts: one:none\n  gather_facts: false\n  tasks: [{ ping: }]\n",
        &[],
    );
    assert_eq!(project.run(&[]).code, Some(0));
    project.write(
        "ansible.cfg",
        "[inventory]\nhost_pattern_mismatch = error\n",
    );
    let said = project.run(&[]);
    assert_eq!(said.code, Some(1));
    let told = "Could not match supplied host pattern, ignoring: none";
    assert!(said.errors.contains(told), "{}", said.errors);
}

#[test]
fn facts_are_asked_for_without_the_environment_that_needs_them() {
    holds(
        r#"
- hosts: one
  gather_subset: [min, env]
  environment: { PATH: "{{ ansible_env.PATH }}:/more", OTHER: set }
  tasks:
    - command: sh -c 'echo $PATH'
      register: path
    - assert:
        that:
          - ansible_env.OTHER == 'set'
          - "'/more' not in ansible_env.PATH"
          - path.stdout == ansible_env.PATH ~ ':/more'
"#,
        &[],
    );
}

#[test]
fn tags_may_be_templates() {
    let project = with(
        r#"
- hosts: one
  gather_facts: false
  vars: { two_tags: [x, y], others: "p, q" }
  tasks:
    - { name: listed, ping: , tags: "{{ two_tags }}" }
    - { name: split, ping: , tags: ["{{ others }}", z] }
"#,
        &[],
    );
    let listed = project.run(&["--list-tasks", "--tags", "y,q"]);
    let lines = ["listed\tTAGS: [x, y]", "split\tTAGS: [p, q, z]"];
    for line in lines {
        assert!(listed.text.contains(line), "{}", listed.text);
    }
    for (tag, ran) in [("x", "TASK [listed]"), ("q", "TASK [split]")] {
        let said = project.run(&["--tags", tag]);
        assert!(said.text.contains(ran), "{}", said.text);
        assert_eq!(said.recap("one"), "ok=1");
    }
}

#[test]
fn each_host_may_go_at_its_own_pace() {
    let project = with(
        r#"
- hosts: all
  gather_facts: false
  strategy: "{{ pace | default('free') }}"
  order: "{{ 'reverse_' ~ 'sorted' }}"
  handlers:
    - name: told
      debug: msg=told
  tasks:
    - name: wait for the other
      wait_for: { path: "{{ playbook_dir }}/go", timeout: 20, sleep: 1 }
      when: inventory_hostname == 'one'
    - name: let it go
      copy: { content: "", dest: "{{ playbook_dir }}/go" }
      when: inventory_hostname == 'two'
      notify: told
    - block:
        - command: "false"
          when: inventory_hostname == 'two'
      rescue:
        - debug: msg=rescued
"#,
        &[],
    );
    let said = project.run(&[]);
    assert_eq!(said.code, Some(0), "{}{}", said.text, said.errors);
    assert_eq!(said.recap("one"), "ok=1 skipped=2");
    assert_eq!(said.recap("two"), "ok=3 changed=1 skipped=1 rescued=1");
    // One waits at a task while two is at the next.
    let place = |name: &str| said.text.find(&format!("TASK [{name}]"));
    assert!(place("let it go").is_some(), "{}", said.text);
    let said = project.run(&["-e", "pace=linear", "--check"]);
    assert!(said.text.contains("TASK [let it go]"), "{}", said.text);
    let refused = project.run(&["-e", "pace=debug"]);
    assert_eq!(refused.code, Some(1));
    assert!(refused.errors.contains("`debug` is not supported"));
}

#[test]
fn a_module_that_is_not_built_is_refused_where_it_would_run() {
    let guarded = "
- hosts: one
  gather_facts: false
  tasks:
    - yum_repository: { name: x }
      when: inventory_hostname == 'nobody'
    - some.collection.thing: { name: x }
      when: \"'one' == 'two'\"
    - ping:
";
    assert_eq!(holds(guarded, &[]).recap("one"), "ok=1 skipped=2");
    let runs = with(&guarded.replace("'nobody'", "'one'"), &[]).run(&[]);
    assert_eq!(runs.code, Some(2), "{}", runs.errors);
    let told = "the module `yum_repository` is not supported";
    assert!(runs.text.contains(told), "{}", runs.text);
    let bare = guarded.replace("      when: inventory_hostname == 'nobody'\n", "");
    let early = with(&bare, &[]).run(&[]);
    assert_eq!(early.code, Some(4));
    assert!(early.errors.contains(told), "{}", early.errors);
}

#[test]
fn a_play_may_refuse_what_the_command_line_forces() {
    let project = with(
        r#"
- hosts: one
  gather_facts: false
  force_handlers: false
  handlers: [{ name: h, debug: { msg: handled } }]
  tasks:
    - command: "true"
      notify: h
    - fail:
"#,
        &[],
    );
    let said = project.run(&["--force-handlers"]);
    assert!(!said.text.contains("handled"), "{}", said.text);
}

#[test]
fn inventories_are_shown() {
    let project = project(&[("inv", INVENTORY), ("host_vars/one.yml", "more: true\n")]);
    let shown = |args: &[&str]| {
        let mut all = vec!["inventory", "-i", "inv"];
        all.extend(args);
        project.said(project.start(&all))
    };
    let list = shown(&["--list"]);
    assert_eq!(list.code, Some(0), "{}", list.errors);
    let list: serde_json::Value = serde_json::from_str(&list.text).unwrap();
    assert_eq!(list["web"]["hosts"], serde_json::json!(["one", "two"]));
    assert_eq!(list["_meta"]["hostvars"]["one"]["more"], true);
    let host = shown(&["--host", "two"]);
    assert!(host.text.contains("\"who\": \"b\""), "{}", host.text);
    let graph = shown(&["--graph"]);
    assert!(
        graph.text.contains("  |--@web:\n  |  |--one\n"),
        "{}",
        graph.text
    );
    assert_eq!(shown(&["--host", "three"]).code, Some(5));
    assert_eq!(shown(&[]).code, Some(2));
}

#[test]
fn a_playbook_has_plays_and_a_play_one_login() {
    for (playbook, told) in [
        ("[]\n", "A playbook must contain at least one play"),
        ("- hosts: []\n", "Hosts list cannot be empty"),
        (
            "- hosts: one\n  user: a\n  remote_user: b\n",
            "both 'user' and 'remote_user' are set for this play.",
        ),
    ] {
        let said = with(playbook, &[]).run(&[]);
        assert_eq!(said.code, Some(4), "{playbook}");
        assert!(said.errors.contains(told), "{}", said.errors);
    }
}

#[test]
fn facts_are_asked_for_by_either_name() {
    holds(
        r#"
- hosts: one
  gather_facts: false
  tasks:
    - gather_facts: { gather_subset: min }
    - assert: { that: ansible_facts.system == 'Linux' }
"#,
        &[],
    );
}

#[test]
fn keywords_that_hosts_share_may_be_templates() {
    let project = with(
        r#"
- hosts: all
  gather_facts: "{{ facts | default(false) }}"
  any_errors_fatal: "{{ fatal | default('no') }}"
  vars: { one_only: true }
  tasks:
    - name: once
      ping:
      run_once: "{{ one_only }}"
      throttle: "{{ slowly | default(1) }}"
    - fail:
      when: inventory_hostname == 'one'
    - debug: msg=after
"#,
        &[],
    );
    let said = project.run(&[]);
    assert_eq!(said.recap("two"), "ok=1 skipped=1");
    assert!(!said.text.contains("Gathering Facts"), "{}", said.text);
    let said = project.run(&["-e", "fatal=yes"]);
    assert!(!said.text.contains("after"), "{}", said.text);
    let said = project.run(&["-e", "facts=true"]);
    assert!(said.text.contains("Gathering Facts"), "{}", said.text);
    let said = project.run(&["-e", "slowly=x"]);
    let told = "Failed to convert the throttle value to an integer";
    assert_eq!(said.code, Some(1));
    assert!(said.errors.contains(told), "{}", said.errors);
}
