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
fn figures_of_the_run_add_up() {
    let project = with(
        r#"
- hosts: all
  gather_facts: false
  tasks:
    - set_stats: { data: { n: 2, names: ["{{ inventory_hostname }}"] } }
    - set_stats: { data: { own: "{{ who }}" }, per_host: true }
    - set_stats: { data: { n: 1 }, aggregate: false }
      run_once: true
    - set_stats: { data: [1] }
      ignore_errors: true
      register: r
    - assert: { that: "r.msg == \"The 'data' option needs to be a dictionary/hash\"" }
"#,
        &[("ansible.cfg", "[defaults]\nshow_custom_stats = true\n")],
    );
    let said = project.run(&[]);
    assert_eq!(said.code, Some(0), "{}{}", said.text, said.errors);
    for line in [
        "\tRUN: {\"n\": 1, \"names\": [\"one\", \"two\"]}",
        "\tone: {\"own\": \"a\"}",
    ] {
        assert!(said.text.contains(line), "{line}: {}", said.text);
    }
}

#[test]
fn a_role_may_bring_in_another_entry_of_itself() {
    let said = holds(
        "- hosts: one\n  gather_facts: false\n  roles: [r]\n",
        &[
            (
                "roles/r/tasks/main.yml",
                "- import_role: { name: r, tasks_from: more }\n",
            ),
            ("roles/r/tasks/more.yml", "- debug: msg=more\n"),
        ],
    );
    assert_eq!(said.recap("one"), "ok=1");
}

#[test]
fn the_time_of_a_task_is_bounded_and_told() {
    holds(
        r#"
- hosts: one
  gather_facts: false
  tasks:
    - command: sleep 30
      timeout: 1
      ignore_errors: true
      register: late
    - ping:
      timeout: -1
      ignore_errors: true
      register: wrong
    - assert:
        that:
          - late is timedout and late.timedout.period == 1
          - late.msg is contains 'Timed out after 1 second'
          - wrong is not timedout and wrong.msg is contains 'Timeout -1 is invalid'
"#,
        &[],
    );
}

#[test]
fn what_stands_on_top_of_templates_can_be_set() {
    holds(
        r#"
- hosts: one
  gather_facts: false
  tasks:
    - template: { src: t.j2, dest: "{{ playbook_dir }}/{{ item }}" }
      loop: [usual, own]
      vars: { own: by us, plain: { ansible_managed: "{{ own }}" } }
    - template: { src: t.j2, dest: "{{ playbook_dir }}/own" }
      vars: { ansible_managed: "{{ 'by ' ~ 'us' }}" }
    - assert:
        that:
          - lookup('file', playbook_dir ~ '/usual') == 'Ansible managed'
          - lookup('file', playbook_dir ~ '/own') == 'by us'
          - lookup('template', 't.j2') == 'by them'
      vars: { ansible_managed: by them }
"#,
        &[("t.j2", "{{ ansible_managed }}")],
    );
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

#[test]
fn a_handler_may_include_tasks_of_its_role() {
    let said = holds(
        "- hosts: one\n  gather_facts: false\n  roles: [r]\n",
        &[
            (
                "roles/r/tasks/main.yml",
                "- command: \"true\"\n  notify: h\n",
            ),
            ("roles/r/tasks/more.yml", "- debug: msg=more\n"),
            (
                "roles/r/handlers/main.yml",
                "- name: h\n  include_tasks: more.yml\n",
            ),
        ],
    );
    assert!(said.text.contains("included: "), "{}", said.text);
    assert!(said.text.contains("\"msg\": \"more\""), "{}", said.text);
    let broken = with(
        "- hosts: one\n  gather_facts: false\n  handlers: [{ name: h, include_tasks: nowhere.yml }]\n  tasks: [{ command: \"true\", notify: h }]\n",
        &[],
    );
    assert_eq!(broken.run(&[]).code, Some(2));
}

#[test]
fn templates_and_roles_know_where_they_are() {
    holds(
        r#"
- hosts: one
  gather_facts: false
  roles: [outer]
  tasks:
    - template: { src: names.j2, dest: "{{ playbook_dir }}/names" }
    - vars: { names: "{{ lookup('file', playbook_dir ~ '/names').split(',') }}" }
      assert:
        that:
          - names[0] == 'names.j2' and names[1] == playbook_dir ~ '/names.j2'
          - names[2] | length > 0 and names[3] | length > 0
          - names[4] is match('^[0-9]{4}-') and names[5] is match('^[0-9]{4}-')
"#,
        &[
            (
                "names.j2",
                "{{ [template_path, template_fullpath, template_host, template_uid, template_mtime, template_run_date] | join(',') }}",
            ),
            ("roles/outer/meta/main.yml", "dependencies: [below]\n"),
            (
                "roles/below/tasks/main.yml",
                "- assert: { that: ansible_parent_role_names is undefined }\n",
            ),
            (
                "roles/outer/tasks/main.yml",
                "- assert:\n    that:\n      - ansible_play_role_names == ['outer'] and ansible_dependent_role_names == ['below']\n      - ansible_role_names | sort == ['below', 'outer']\n- include_role: { name: inner }\n",
            ),
            (
                "roles/inner/tasks/main.yml",
                "- assert: { that: \"ansible_parent_role_names == ['outer']\" }\n- import_role: { name: innermost }\n",
            ),
            (
                "roles/innermost/tasks/main.yml",
                "- assert: { that: \"ansible_parent_role_names == ['inner', 'outer']\" }\n",
            ),
        ],
    );
}

#[test]
fn what_debug_shows_sets_nothing() {
    holds(
        r#"
- hosts: one
  gather_facts: false
  tasks:
    - set_fact: { ansible_facts: { shown: 1 } }
    - debug: { var: ansible_facts }
    - assert: { that: shown is undefined }
"#,
        &[],
    );
}

#[test]
fn subelements_says_what_it_wants() {
    holds(
        r#"
- hosts: one
  gather_facts: false
  vars:
    users: [{ name: a, keys: [k], deep: { flat: x } }, { name: b, keys: [m], skipped: true }]
  tasks:
    - assert: { that: "item.1 == 'k'" }
      with_subelements: [ "{{ users }}", keys ]
    - debug: msg="{{ query('subelements', *item) }}"
      loop:
        - [ 5, keys ]
        - [ "{{ users }}", true ]
        - [ "{{ users }}", keys, {}, 1 ]
        - [ "{{ users }}", keys, 1 ]
        - [ "{{ users }}", nowhere ]
        - [ "{{ users }}", deep.flat ]
        - [ "{{ users }}", name.part ]
      ignore_errors: true
      register: r
    - assert:
        that:
          - r.results[0].msg is contains 'first a dict or a list'
          - r.results[1].msg is contains 'second a string'
          - r.results[2].msg is contains 'expects a list of two or three items'
          - r.results[3].msg is contains 'the optional third item must be a dict'
          - r.results[4].msg is contains "could not find 'nowhere' key"
          - r.results[5].msg is contains 'should point to a list'
          - r.results[6].msg is contains 'should point to a dictionary'
"#,
        &[],
    );
}

#[test]
fn a_program_of_a_task_in_check_mode_is_skipped() {
    let said = holds(
        r#"
- hosts: one
  gather_facts: false
  tasks:
    - command: echo
      check_mode: true
      register: r
    - assert: { that: r is skipped and r.rc == 0 }
"#,
        &[],
    );
    assert_eq!(said.recap("one"), "ok=1 skipped=1");
}
