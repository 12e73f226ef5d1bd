//! What playbooks rely on: variables, files, tags, results.

use super::{Project, Said, project};

const INVENTORY: &str = "[all:vars]\nansible_connection=local\n[web]\none who=a\ntwo who=b\n";

fn with(playbook: &str, files: &[(&str, &str)]) -> Project {
    let project = project(&[("inv", INVENTORY), ("site.yml", playbook)]);
    for (name, text) in files {
        project.write(name, text);
    }
    project
}

/// Runs a play whose asserts must all hold.
fn holds(playbook: &str, files: &[(&str, &str)]) -> Said {
    let said = with(playbook, files).run(&[]);
    assert_eq!(said.code, Some(0), "{}{}", said.text, said.errors);
    said
}

#[test]
fn each_host_gets_the_files_of_variables_that_its_variables_name() {
    let said = holds(
        r#"
- hosts: all
  gather_facts: false
  vars_files:
    - common.yml
    - ["of_{{ who }}.yml", "otherwise.yml"]
    - nowhere.yml
  tasks:
    - assert:
        that:
          - common == 1
          - (mine == 'found') == (inventory_hostname == 'one')
"#,
        &[
            ("vars/common.yml", "common: 1\n"),
            ("of_a.yml", "mine: found\n"),
            ("otherwise.yml", "mine: fallback\n"),
        ],
    );
    let told = said.text.matches("there is no file `nowhere.yml`").count();
    assert_eq!(told, 1, "{}", said.text);
}

#[test]
fn a_file_of_variables_waits_for_the_facts_in_its_name() {
    holds(
        r#"
- hosts: one
  gather_facts: false
  vars_files: ["{{ ansible_facts.system }}.yml"]
  tasks:
    - assert: { that: linux is not defined }
    - setup: { gather_subset: min }
    - assert: { that: linux }
"#,
        &[("Linux.yml", "linux: true\n")],
    );
}

#[test]
fn files_are_found_by_relative_names() {
    let said = holds(
        r#"
- hosts: one
  gather_facts: false
  roles: [r]
"#,
        &[
            (
                "roles/r/tasks/main.yml",
                "- template: { src: a.j2, dest: \"{{ playbook_dir }}/out\" }\n- assert: { that: \"lookup('file', playbook_dir ~ '/out') == 'of r'\" }\n- import_tasks: \"{{ role_path }}/more/{{ role_name }}.yml\"\n",
            ),
            ("roles/r/templates/a.j2", "of {{ role_name }}"),
            (
                "roles/r/more/r.yml",
                "- debug: msg=\"{{ ansible_search_path | map('basename') | join(' ') }}\"\n",
            ),
        ],
    );
    assert!(said.text.contains("\"msg\": \"r more "), "{}", said.text);
}

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
fn a_failure_registers_what_ansible_registers() {
    holds(
        r#"
- hosts: one
  gather_facts: false
  tasks:
    - command: "false"
      failed_when: false
      register: suppressed
    - command: "true"
      changed_when: nowhere
      ignore_errors: true
      register: doubted
    - debug: msg="{{ nowhere }}"
      ignore_errors: true
      register: args
    - ping:
      when: nowhere
      ignore_errors: true
      register: condition
    - ping:
      loop: "{{ nowhere }}"
      ignore_errors: true
      register: items
    - vars: { why: ": 'nowhere' is undefined" }
      assert:
        that:
          - suppressed.failed_when_suppressed_exception is defined
          - suppressed.exception is undefined
          - doubted is failed and doubted.rc == 0 and doubted.exception is defined
          - doubted.changed_when_result == 'Error while evaluating conditional' ~ why
          - args.exception is defined
          - args.msg is contains "Error while resolving value for 'msg'"
          - args.msg is contains "'nowhere' is undefined"
          - condition.msg == 'Task failed{0} Error while evaluating conditional'.format(':') ~ why
          - items.msg == 'Task failed' ~ why
"#,
        &[],
    );
}

#[test]
fn items_see_what_those_before_them_set_and_registered() {
    holds(
        r#"
- hosts: one
  gather_facts: false
  tasks:
    - set_fact: { "all_{{ 'n' }}": "{{ all_n | default([]) + [item] }}" }
      loop: [1, 2, 3]
    - debug: msg="{{ r.msg | default('') }}{{ item }}"
      loop: [a, b]
      register: r
    - set_fact: "{{ item }}_set={{ item | upper }}"
      loop: [k]
    - assert:
        that:
          - all_n == [1, 2, 3]
          - r.results[1].msg == 'ab'
          - k_set == 'K'
"#,
        &[],
    );
}

#[test]
fn debug_evaluates_only_what_somebody_trusted_wrote() {
    let said = holds(
        r#"
- hosts: one
  gather_facts: false
  vars: { name_of_it: who }
  tasks:
    - command: echo inventory_hostname
      register: said
    - debug: { var: "{{ said.stdout }}" }
      ignore_errors: true
      register: of_host
    - debug: { var: { a: 1 } }
      ignore_errors: true
      register: mapping
    - debug: { var: "{{ name_of_it }}" }
    - debug: { var: "{{ item }}" }
      loop: [who]
    - debug: { var: nowhere.at_all }
      register: undefined
    - debug: { var: "{{ omit }}" }
      register: omitted
    - assert:
        that:
          - of_host.msg is contains "untrusted template or expression"
          - mapping.msg is contains "is not a string and conversion is not allowed"
          - undefined.warnings[0] is contains "'nowhere' is undefined"
          - omitted.msg == 'Hello world!'
"#,
        &[],
    );
    assert_eq!(
        said.text.matches("\"who\": \"a\"").count(),
        2,
        "{}",
        said.text
    );
}

#[test]
fn arguments_from_a_template_are_a_mapping() {
    holds(
        r#"
- hosts: one
  gather_facts: false
  vars: { given: { data: kept, nothing: "{{ omit }}" } }
  tasks:
    - ping:
      args: "{{ given }}"
      register: kept
    - ping:
      args: "{{ 'text' }}"
      ignore_errors: true
      register: text
    - assert:
        that:
          - kept.ping == 'kept'
          - text.msg is contains 'Finalization of task args'
"#,
        &[],
    );
}

#[test]
fn wrong_arguments_wait_for_the_run_where_it_is_ready_for_them() {
    let said = holds(
        r#"
- hosts: one
  gather_facts: false
  tasks:
    - block:
        - ping: { date: x }
      rescue:
        - debug: msg=rescued
"#,
        &[],
    );
    assert_eq!(said.recap("one"), "ok=1 rescued=1");
}
