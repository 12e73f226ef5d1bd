//! What a task is given, and what it leaves.

use super::{super::project, holds, with};

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

#[test]
fn tries_are_counted_as_ansible_counts_them() {
    let shown = "\"{{ a.attempts | default('-') }} {{ a is failed }}\"";
    let mut tasks = String::new();
    for task in [
        "command: /bin/false, retries: 0, until: a.rc == 0",
        "command: /bin/false, retries: 2, until: a.rc == 0",
        "command: /bin/true, retries: 0, until: a.rc == 0",
        "command: /bin/true, retries: 2, until: a.rc == 0",
        "command: /bin/true, until: a.rc == 1",
        "command: /bin/false, retries: 1",
        "command: \"{{ missing }}\", retries: 1",
    ] {
        tasks.push_str(&format!(
            "    - {{{task}, register: a, delay: 0, ignore_errors: true}}\n    - debug: msg={shown}\n"
        ));
    }
    let play = format!("- hosts: one\n  gather_facts: false\n  tasks:\n{tasks}");
    let project = project(&[
        ("inv", "one ansible_connection=local\n"),
        ("site.yml", &play),
    ]);
    let said = project.run(&[]);
    let told = said.messages();
    let wanted = [
        "- True", "2 True", "- False", "1 False", "3 True", "1 True", "- True",
    ];
    assert_eq!(told, wanted, "{}{}", said.text, said.errors);
    assert_eq!(
        said.text.matches("RETRYING").count(),
        2 + 3 + 1,
        "{}",
        said.text
    );
}

#[test]
fn what_is_skipped_shows_what_ansible_shows() {
    let project = project(&[
        ("inv", "one ansible_connection=local\n"),
        (
            "site.yml",
            "- hosts: one\n  gather_facts: false\n  tasks:\n    - { command: echo, loop: [], register: r }\n    \
             - debug: msg=\"{{ r.keys() | sort | join }}\"\n    - { debug: { msg: x }, when: false }\n    \
             - { debug: { msg: x }, loop: [1], when: false }\n    - { command: echo, when: false }\n    \
             - { command: echo, loop: [7], loop_control: { extended: true }, register: e }\n    \
             - debug: msg=\"{{ e.results[0].ansible_loop.allitems }}\"\n",
        ),
    ]);
    let said = project.run(&["-v"]);
    for wanted in [
        "skipping: [one] => {\"changed\": false, \"skipped_reason\": \"No items in the list\"}\n",
        "\"msg\": \"changedresultsskippedskipped_reason\"",
        "skipping: [one] => {\"false_condition\": false}\n",
        "skipping: [one] => (item=1)  => {\"false_condition\": false, \"item\": 1}\nskipping: [one] => {\"msg\": \"All items skipped\"}\n",
        "skipping: [one] => {\"changed\": false, \"false_condition\": false, \"skip_reason\": \"Conditional result was False\"}\n",
        "\"msg\": [\n        7\n    ]",
    ] {
        assert!(
            said.text.contains(wanted),
            "{wanted}{}{}",
            said.text,
            said.errors
        );
    }
}
