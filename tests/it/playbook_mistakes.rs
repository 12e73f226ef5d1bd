//! What people read when a playbook is wrong.
#![expect(
    clippy::too_many_lines,
    reason = "the golden texts are long, not the stories"
)]

use expect_test::expect;

use crate::projects::{project, refusal};

#[test]
fn every_mistake_of_every_file_is_told_at_once() {
    let told = project(&[
        ("site.yml", "- hosts: all\n  gather_fact: no\n  roles: [web]\n  tasks:\n  - cpy: src=a\n  - copy: {src: a}\n    whn: x\n  - import_tasks: more.yml\n  - ping:\n    become: maybe\n"),
        ("more.yml", "- debug: hello\n- name: nothing\n"),
        ("roles/web/tasks/main.yml", "- command: ls\n  shell: ls\n- copy: {{ x }}\n"),
        ("roles/web/vars/main.yml", "my-var: 1\n"),
    ])
    .refusal();
    expect![[r#"
        Error:
          × 'gather_fact' is not a valid attribute for a Play
           ╭─[site.yml:2:3]
         1 │ - hosts: all
         2 │   gather_fact: no
           ·   ─────┬─────
           ·        ╰── unknown
         3 │   roles: [web]
           ╰────
          help: did you mean `gather_facts`?
        Error:
          × there is no module `cpy`
           ╭─[site.yml:5:5]
         4 │   tasks:
         5 │   - cpy: src=a
           ·     ─┬─
           ·      ╰── no such module
         6 │   - copy: {src: a}
           ╰────
          help: did you mean `copy`?
        Error:
          × 'whn' is not a valid attribute for a Task
           ╭─[site.yml:7:5]
         6 │   - copy: {src: a}
         7 │     whn: x
           ·     ─┬─
           ·      ╰── unknown
         8 │   - import_tasks: more.yml
           ╰────
          help: did you mean `when`?
        Error:
          × `become` takes true or false
            ╭─[site.yml:10:13]
          9 │   - ping:
         10 │     become: maybe
            ·             ──┬──
            ·               ╰── this is `maybe`
            ╰────
        Error:
          × Invalid variable name 'my-var'
           ╭─[roles/web/vars/main.yml:1:1]
         1 │ my-var: 1
           · ───┬──
           ·    ╰── not a name
           ╰────
          help: a name has letters, digits and underscores, and starts with no digit
        Error:
          × a value that starts with a template must be quoted
           ╭─[roles/web/tasks/main.yml:3:9]
         2 │   shell: ls
         3 │ - copy: {{ x }}
           ·         ───┬───
           ·            ╰── YAML reads this as a mapping
           ╰────
          help: write "{{ x }}"
        Error:
          × `debug` takes parameters, and `hello` is none
           ╭─[more.yml:1:10]
         1 │ - debug: hello
           ·          ──┬──
           ·            ╰── expected `name=value`
         2 │ - name: nothing
           ╰────
          help: write the parameters as a mapping, one on each line
        Error:
          × this task names no module
           ╭─[more.yml:2:3]
         1 │ - debug: hello
         2 │ - name: nothing
           ·   ──┬─
           ·     ╰── the task starts here
           ╰────
    "#]]
    .assert_eq(&told);
}

#[test]
fn keywords_have_their_types() {
    let told = refusal(
        "- hosts: []\n  serial: [1, x]\n  port: ssh\n  vars: [1]\n  vars_prompt: [{prompt: x}]\n  tasks: {ping: }\n- tasks: []\n- hosts: all\n  tasks:\n  - {ping: , loop: {a: 1}}\n  - {ping: , loop: list}\n  - {ping: , with_itms: [1]}\n  - {ping: , loop: [1], with_items: [2]}\n  - {ping: , register: 1a, loop_control: {loopvar: x}}\n  - {ping: , hosts: all}\n  - rescue: [{ping: }]\n  - {copy: [a]}\n  - {copy: 'src=\"a'}\n",
    );
    expect![[r#"
        Error:
          × Hosts list cannot be empty
           ╭─[site.yml:1:3]
         1 │ - hosts: []
           ·   ──┬──
           ·     ╰── nothing is given
         2 │   serial: [1, x]
           ╰────
        Error:
          × `serial` takes numbers of hosts, or percentages such as "30%"
           ╭─[site.yml:2:15]
         1 │ - hosts: []
         2 │   serial: [1, x]
           ·               ┬
           ·               ╰── neither
         3 │   port: ssh
           ╰────
        Error:
          × `port` takes a whole number
           ╭─[site.yml:3:9]
         2 │   serial: [1, x]
         3 │   port: ssh
           ·         ─┬─
           ·          ╰── this is `ssh`
         4 │   vars: [1]
           ╰────
        Error:
          × variables are a mapping of names to values, and this is a list
           ╭─[site.yml:4:9]
         3 │   port: ssh
         4 │   vars: [1]
           ·         ─┬─
           ·          ╰── expected a mapping
         5 │   vars_prompt: [{prompt: x}]
           ╰────
        Error:
          × this prompt names no variable
           ╭─[site.yml:5:17]
         4 │   vars: [1]
         5 │   vars_prompt: [{prompt: x}]
           ·                 ─────┬─────
           ·                      ╰── expected `name`
         6 │   tasks: {ping: }
           ╰────
        Error:
          × tasks are a list
           ╭─[site.yml:6:10]
         5 │   vars_prompt: [{prompt: x}]
         6 │   tasks: {ping: }
           ·          ────┬───
           ·              ╰── this is a mapping
         7 │ - tasks: []
           ╰────
          help: start each task with `- `
        Error:
          × this play names no hosts
           ╭─[site.yml:7:3]
         6 │   tasks: {ping: }
         7 │ - tasks: []
           ·   ──┬──
           ·     ╰── the play starts here
         8 │ - hosts: all
           ╰────
          help: add `hosts: all`, or the groups that it is for
        Error:
          × `loop` takes a list, or a template of one
            ╭─[site.yml:10:20]
          9 │   tasks:
         10 │   - {ping: , loop: {a: 1}}
            ·                    ───┬──
            ·                       ╰── this is a mapping
         11 │   - {ping: , loop: list}
            ╰────
          help: go through a mapping with `{{ name | dict2items }}`
        Error:
          × `loop` takes a list, or a template of one
            ╭─[site.yml:11:20]
         10 │   - {ping: , loop: {a: 1}}
         11 │   - {ping: , loop: list}
            ·                    ──┬─
            ·                      ╰── this is text
         12 │   - {ping: , with_itms: [1]}
            ╰────
          help: for the variable write "{{ list }}"
        Error:
          × there is no lookup `itms` for `with_itms`
            ╭─[site.yml:12:14]
         11 │   - {ping: , loop: list}
         12 │   - {ping: , with_itms: [1]}
            ·              ────┬────
            ·                  ╰── unknown
         13 │   - {ping: , loop: [1], with_items: [2]}
            ╰────
          help: did you mean `with_items`?
        Error:
          × a task has one loop
            ╭─[site.yml:13:25]
         12 │   - {ping: , with_itms: [1]}
         13 │   - {ping: , loop: [1], with_items: [2]}
            ·                         ─────┬────
            ·                              ╰── the second one
         14 │   - {ping: , register: 1a, loop_control: {loopvar: x}}
            ╰────
          help: site.yml:13:14: the first one
        Error:
          × Invalid variable name '1a'
            ╭─[site.yml:14:24]
         13 │   - {ping: , loop: [1], with_items: [2]}
         14 │   - {ping: , register: 1a, loop_control: {loopvar: x}}
            ·                        ─┬
            ·                         ╰── not a name
         15 │   - {ping: , hosts: all}
            ╰────
          help: a name has letters, digits and underscores, and starts with no digit
        Error:
          × 'loopvar' is not a valid attribute for a LoopControl
            ╭─[site.yml:14:43]
         13 │   - {ping: , loop: [1], with_items: [2]}
         14 │   - {ping: , register: 1a, loop_control: {loopvar: x}}
            ·                                           ───┬───
            ·                                              ╰── unknown
         15 │   - {ping: , hosts: all}
            ╰────
          help: did you mean `loop_var`?
        Error:
          × 'hosts' is not a valid attribute for a Task
            ╭─[site.yml:15:14]
         14 │   - {ping: , register: 1a, loop_control: {loopvar: x}}
         15 │   - {ping: , hosts: all}
            ·              ──┬──
            ·                ╰── unknown
         16 │   - rescue: [{ping: }]
            ╰────
          help: it belongs to a play
        Error:
          × `rescue` needs a `block` beside it
            ╭─[site.yml:16:5]
         15 │   - {ping: , hosts: all}
         16 │   - rescue: [{ping: }]
            ·     ───┬──
            ·        ╰── of nothing
         17 │   - {copy: [a]}
            ╰────
        Error:
          × `copy` takes a mapping of its parameters
            ╭─[site.yml:17:12]
         16 │   - rescue: [{ping: }]
         17 │   - {copy: [a]}
            ·            ─┬─
            ·             ╰── this is a list
         18 │   - {copy: 'src="a'}
            ╰────
          help: remove the dash before the first parameter
        Error:
          × a quote or a template in this text is not closed
            ╭─[site.yml:18:13]
         17 │   - {copy: [a]}
         18 │   - {copy: 'src="a'}
            ·             ───┬──
            ·                ╰── here
            ╰────
          help: write the parameters as a mapping, one on each line
    "#]]
    .assert_eq(&told);
}

#[test]
fn modules_are_told_by_their_nearest_name() {
    let told = refusal(
        "- hosts: all\n  tasks:\n  - include: x.yml\n  - community.general.ufw: {rule: allow}\n  - ansible.builtin.templat: {src: a}\n  - action: copi src=a\n  - {}\n  - just text\n",
    );
    expect![["
        Error:
          × there is no module `include`
           ╭─[site.yml:3:5]
         2 │   tasks:
         3 │   - include: x.yml
           ·     ───┬───
           ·        ╰── no such module
         4 │   - community.general.ufw: {rule: allow}
           ╰────
          help: Ansible has `include_tasks` and `import_tasks` in its place
        Error:
          × not supported: collections, and so the module `community.general.ufw`
           ╭─[site.yml:4:5]
         3 │   - include: x.yml
         4 │   - community.general.ufw: {rule: allow}
           ·     ──────────┬──────────
           ·               ╰── a module of a collection
         5 │   - ansible.builtin.templat: {src: a}
           ╰────
        Error:
          × there is no module `ansible.builtin.templat`
           ╭─[site.yml:5:5]
         4 │   - community.general.ufw: {rule: allow}
         5 │   - ansible.builtin.templat: {src: a}
           ·     ───────────┬───────────
           ·                ╰── no such module
         6 │   - action: copi src=a
           ╰────
          help: did you mean `template`?
        Error:
          × there is no module `copi`
           ╭─[site.yml:6:13]
         5 │   - ansible.builtin.templat: {src: a}
         6 │   - action: copi src=a
           ·             ──┬─
           ·               ╰── no such module
         7 │   - {}
           ╰────
          help: did you mean `copy`?
        Error:
          × this task names no module
           ╭─[site.yml:7:5]
         6 │   - action: copi src=a
         7 │   - {}
           ·     ─┬
           ·      ╰── the task starts here
         8 │   - just text
           ╰────
        Error:
          × a task is a mapping
           ╭─[site.yml:8:5]
         7 │   - {}
         8 │   - just text
           ·     ────┬────
           ·         ╰── this is text
           ╰────
    "]]
    .assert_eq(&told);
}

#[test]
fn imports_and_includes_take_only_what_reaches_their_tasks() {
    let told = project(&[
        ("site.yml", "- hosts: all\n  tasks:\n  - import_tasks: t.yml\n    loop: [1]\n  - {include_tasks: t.yml, become: yes, register: x}\n  - include_tasks: {fil: t.yml}\n  - import_role: {name: r, apply: {tags: x}}\n  - include_role: {tasks_from: x}\n  - import_tasks: missing.yml\n  - import_tasks: '{{ ansible_os_family }}.yml'\n  - import_role: {name: rr}\n  - import_role: {name: r, tasks_from: ../../../etc/passwd}\n  - import_role: {name: a.b.c}\n  handlers:\n  - block: [{ping: }]\n  - import_role: {name: r}\n"),
        ("t.yml", "- ping:\n"),
        ("roles/r/tasks/main.yml", "- ping:\n"),
    ])
    .refusal();
    expect![["
        Error:
          × `import_tasks` cannot be in a loop
           ╭─[site.yml:4:11]
         3 │   - import_tasks: t.yml
         4 │     loop: [1]
           ·           ─┬─
           ·            ╰── a loop
         5 │   - {include_tasks: t.yml, become: yes, register: x}
           ╰────
          help: use `include_tasks`
        Error:
          × `become` cannot stand beside `include_tasks`
           ╭─[site.yml:5:28]
         4 │     loop: [1]
         5 │   - {include_tasks: t.yml, become: yes, register: x}
           ·                            ───┬──
           ·                               ╰── it would not reach what is included
         6 │   - include_tasks: {fil: t.yml}
           ╰────
          help: write it under `apply` of `include_tasks`
        Error:
          × `include_tasks` names no file
           ╭─[site.yml:6:5]
         5 │   - {include_tasks: t.yml, become: yes, register: x}
         6 │   - include_tasks: {fil: t.yml}
           ·     ──────┬──────
           ·           ╰── expected a file
         7 │   - import_role: {name: r, apply: {tags: x}}
           ╰────
        Error:
          × `include_tasks` has no parameter `fil`
           ╭─[site.yml:6:21]
         5 │   - {include_tasks: t.yml, become: yes, register: x}
         6 │   - include_tasks: {fil: t.yml}
           ·                     ─┬─
           ·                      ╰── unknown
         7 │   - import_role: {name: r, apply: {tags: x}}
           ╰────
          help: did you mean `file`?
        Error:
          × `import_role` has no `apply`
           ╭─[site.yml:7:28]
         6 │   - include_tasks: {fil: t.yml}
         7 │   - import_role: {name: r, apply: {tags: x}}
           ·                            ──┬──
           ·                              ╰── not here
         8 │   - include_role: {tasks_from: x}
           ╰────
          help: what stands beside an import holds for all that it brings
        Error:
          × `include_role` names no role
           ╭─[site.yml:8:5]
         7 │   - import_role: {name: r, apply: {tags: x}}
         8 │   - include_role: {tasks_from: x}
           ·     ──────┬─────
           ·           ╰── expected `name`
         9 │   - import_tasks: missing.yml
           ╰────
        Error:
          × there is no file `missing.yml`
            ╭─[site.yml:9:19]
          8 │   - include_role: {tasks_from: x}
          9 │   - import_tasks: missing.yml
            ·                   ─────┬─────
            ·                        ╰── not found
         10 │   - import_tasks: '{{ ansible_os_family }}.yml'
            ╰────
          help: looked at missing.yml, tasks/missing.yml
        Error:
          × `{{ ansible_os_family }}.yml` needs a variable that is not known yet
            ╭─[site.yml:10:20]
          9 │   - import_tasks: missing.yml
         10 │   - import_tasks: '{{ ansible_os_family }}.yml'
            ·                    ─────────────┬─────────────
            ·                                 ╰── needed before the run
         11 │   - import_role: {name: rr}
            ╰────
          help: an import knows the variables of its play and of the command line; an include knows all
        Error:
          × there is no role `rr`
            ╭─[site.yml:11:25]
         10 │   - import_tasks: '{{ ansible_os_family }}.yml'
         11 │   - import_role: {name: rr}
            ·                         ─┬
            ·                          ╰── not found
         12 │   - import_role: {name: r, tasks_from: ../../../etc/passwd}
            ╰────
          help: did you mean `r`?
        Error:
          × there is no `../../../etc/passwd` in `tasks` of this role
            ╭─[site.yml:12:40]
         11 │   - import_role: {name: rr}
         12 │   - import_role: {name: r, tasks_from: ../../../etc/passwd}
            ·                                        ─────────┬─────────
            ·                                                 ╰── looked in roles/r/tasks
         13 │   - import_role: {name: a.b.c}
            ╰────
        Error:
          × not supported: collections, and so the role `a.b.c`
            ╭─[site.yml:13:25]
         12 │   - import_role: {name: r, tasks_from: ../../../etc/passwd}
         13 │   - import_role: {name: a.b.c}
            ·                         ──┬──
            ·                           ╰── a role of a collection
         14 │   handlers:
            ╰────
        Error:
          × a block cannot be a handler
            ╭─[site.yml:15:5]
         14 │   handlers:
         15 │   - block: [{ping: }]
            ·     ──┬──
            ·       ╰── not here
         16 │   - import_role: {name: r}
            ╰────
          help: give each handler the same `listen`
        Error:
          × `import_role` cannot be a handler
            ╭─[site.yml:16:5]
         15 │   - block: [{ping: }]
         16 │   - import_role: {name: r}
            ·     ─────┬─────
            ·          ╰── not here
            ╰────
    "]].assert_eq(&told);
}

/// S54: Ansible reports its own recursion limit.
#[test]
fn circles_are_told_with_their_chain() {
    let told = project(&[
        ("site.yml", "- import_playbook: b.yml\n- hosts: all\n  roles: [r1]\n  tasks: [{import_tasks: t1.yml}]\n"),
        ("b.yml", "- import_playbook: site.yml\n"),
        ("t1.yml", "- import_tasks: t2.yml\n"),
        ("t2.yml", "- import_tasks: t1.yml\n"),
        ("roles/r1/meta/main.yml", "dependencies: [r2]\n"),
        ("roles/r2/meta/main.yml", "dependencies: [{role: r1}]\n"),
    ])
    .refusal();
    expect![["
        Error:
          × site.yml leads back to itself
           ╭─[b.yml:1:20]
         1 │ - import_playbook: site.yml
           ·                    ────┬───
           ·                        ╰── this closes the circle
           ╰────
          help: site.yml → b.yml → site.yml
        Error:
          × role r1 leads back to itself
           ╭─[roles/r2/meta/main.yml:1:23]
         1 │ dependencies: [{role: r1}]
           ·                       ─┬
           ·                        ╰── this closes the circle
           ╰────
          help: role r1 → role r2 → role r1
        Error:
          × t1.yml leads back to itself
           ╭─[t2.yml:1:17]
         1 │ - import_tasks: t1.yml
           ·                 ───┬──
           ·                    ╰── this closes the circle
           ╰────
          help: t1.yml → t2.yml → t1.yml
    "]]
    .assert_eq(&told);
}

#[test]
fn a_playbook_is_a_list_of_plays() {
    let mut told = refusal("hosts: all\n");
    told += &refusal("- ping\n");
    told += &project(&[]).refusal();
    told += &refusal("- import_playbook: no.yml\n  become: yes\n  tasks: []\n");
    expect![["
        Error:
          × a playbook is a list of plays
           ╭─[site.yml:1:1]
         1 │ hosts: all
           · ──┬──
           ·   ╰── this is a mapping
           ╰────
          help: start each play with `- hosts: …`
        Error:
          × a play is a mapping
           ╭─[site.yml:1:3]
         1 │ - ping
           ·   ──┬─
           ·     ╰── this is text
           ╰────
        Error:
          × cannot read `site.yml`: there is no such file
        Error:
          × cannot read `no.yml`: there is no such file
           ╭─[site.yml:1:20]
         1 │ - import_playbook: no.yml
           ·                    ───┬──
           ·                       ╰── asked for here
         2 │   become: yes
           ╰────
        Error:
          × 'tasks' is not a valid attribute for a PlaybookInclude
           ╭─[site.yml:3:3]
         2 │   become: yes
         3 │   tasks: []
           ·   ──┬──
           ·     ╰── unknown
           ╰────
          help: it belongs to a play
    "]]
    .assert_eq(&told);
}
