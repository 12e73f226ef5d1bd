//! Files and roles: found, read, and told where they are.

use super::{holds, with};

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
fn the_first_file_found_is_one_of_the_kind_that_the_task_is_about() {
    holds(
        r#"
- hosts: one
  gather_facts: false
  roles: [r]
"#,
        &[
            ("roles/r/vars/of_vars.yml", "found: vars\n"),
            ("roles/r/templates/of_template", "of template"),
            (
                "roles/r/tasks/main.yml",
                r#"
- include_vars: "{{ item }}"
  with_first_found: [nowhere.yml, of_vars.yml]
- template: { src: "{{ item }}", dest: "{{ playbook_dir }}/out" }
  with_first_found: [of_vars.yml, of_template]
- copy: { src: "{{ item }}", dest: "{{ playbook_dir }}/none" }
  with_first_found: [of_template]
  ignore_errors: true
  register: copied
- debug: msg="{{ lookup('first_found', [item]) }}"
  loop: [of_vars.yml, of_template]
  ignore_errors: true
  register: direct
- assert:
    that:
      - found == 'vars'
      - lookup('file', playbook_dir ~ '/out') == 'of template'
      - copied is failed
      - direct.results | map(attribute='failed') == [true, true]
"#,
            ),
        ],
    );
}
