//! Files of variables: beside playbooks, and included.

use super::project;

const INVENTORY: &str = "one ansible_connection=local\n";

#[test]
fn variables_beside_a_second_playbook_count_for_its_plays() {
    let play = "- hosts: one\n  gather_facts: false\n  tasks:\n    - debug: msg=\"own={{ own }} first={{ first | default('-') }} {{ playbook_dir | basename }}\"\n";
    let project = project(&[
        ("inv", INVENTORY),
        ("site.yml", play),
        ("group_vars/all.yml", "own: 1\nfirst: 1\n"),
        ("other/site.yml", play),
        ("other/group_vars/all.yml", "own: 2\nown: 3\n"),
    ]);
    let said = project.run(&["other/site.yml", "site.yml"]);
    let told: Vec<&str> = said
        .text
        .lines()
        .filter_map(|line| line.trim().strip_prefix("\"msg\": \"own="))
        .map(|line| line.split(' ').next().unwrap_or_default())
        .collect();
    assert_eq!(told, ["1", "3", "1"], "{}{}", said.text, said.errors);
    assert!(said.text.contains("first=1 other"), "{}", said.text);
    assert_eq!(
        said.text
            .matches("other/group_vars/all.yml:2:1: the key")
            .count(),
        1,
        "{}",
        said.text
    );
}

#[test]
fn what_a_file_of_variables_warns_of_is_told_once() {
    let project = project(&[
        (
            "inv",
            "one ansible_connection=local\ntwo ansible_connection=local\n",
        ),
        ("group_vars/all.yml", "twice: 1\ntwice: 2\n"),
        (
            "site.yml",
            "- hosts: all\n  gather_facts: false\n  tasks: [{ include_vars: more.yml }, { debug: { var: twice } }]\n",
        ),
        ("more.yml", "thrice: 1\nthrice: 2\n"),
    ]);
    let said = project.run(&[]);
    let all = format!("{}{}", said.text, said.errors);
    assert_eq!(
        all.matches("group_vars/all.yml:2:1: the key").count(),
        1,
        "{all}"
    );
    assert_eq!(all.matches("more.yml:2:1: the key").count(), 1, "{all}");
}

fn included(args: &str, shown: &str) -> String {
    let play = format!(
        "- hosts: one\n  gather_facts: false\n  vars: {{ kept: {{ old: 1, both: 1 }} }}\n  tasks:\n    - include_vars: {args}\n      register: r\n    - debug: msg=\"{shown}\"\n"
    );
    let project = project(&[
        ("inv", INVENTORY),
        ("site.yml", &play),
        ("some/a.yml", "a: 1\nlast: a\n"),
        ("some/b.json", "{\"b\": 2, \"last\": \"b\"}"),
        ("some/c.ini", "c: 3\n"),
        ("some/deep/d.yaml", "d: 4\n"),
        ("some/next/e.yml", "e: 5\n"),
        ("vars/kept.yml", "kept: { new: 2, both: 2 }\n"),
        ("vars/list.yml", "- 1\n"),
        ("vars/sealed.yml", "$ANSIBLE_VAULT;1.1;AES256\n33633161\n"),
    ]);
    let said = project.run(&[]);
    let start = said.text.find("\"msg\": \"").map_or(0, |at| at + 8);
    let told = said.text[start..].lines().next().unwrap_or_default();
    if start == 0 {
        return said.text + &said.errors;
    }
    told.trim_end_matches('"').to_owned()
}

#[test]
fn include_vars_takes_what_is_asked_for() {
    let names = "{{ [a | default(0), b | default(0), c | default(0), d | default(0), e | default(0), last | default(0)] | join(' ') }}";
    for (args, told) in [
        (
            "{ dir: some, ignore_unknown_extensions: true }",
            "1 2 0 4 5 b",
        ),
        (
            "{ dir: some, ignore_unknown_extensions: true, depth: 1 }",
            "1 2 0 0 0 b",
        ),
        (
            "{ dir: some, ignore_unknown_extensions: true, depth: 2 }",
            "1 2 0 4 0 b",
        ),
        ("{ dir: some, files_matching: '^[ab]' }", "1 2 0 0 0 b"),
        (
            "{ dir: some, ignore_files: ['c.ini', 'b.json'] }",
            "1 0 0 4 5 a",
        ),
        (
            "{ dir: some, extensions: [yml, json, ini, yaml] }",
            "1 2 3 4 5 b",
        ),
        (
            "{ dir: some, files_matching: 'a.yml$', name: x }",
            "0 0 0 0 0 0",
        ),
        ("{ file: some/a.yml }", "1 0 0 0 0 a"),
        ("some/deep/d.yaml", "0 0 0 4 0 0"),
    ] {
        assert_eq!(included(args, names), told, "{args}");
    }
    assert_eq!(
        included(
            "{ file: some/a.yml, name: x }",
            "{{ x.a }} {{ a is defined }}"
        ),
        "1 False"
    );
    assert_eq!(
        included(
            "kept.yml",
            "{{ kept.keys() | sort | join(' ') }} {{ kept.both }}"
        ),
        "both new 2"
    );
    assert_eq!(
        included(
            "{ file: kept.yml, hash_behaviour: merge }",
            "{{ kept.keys() | sort | join(' ') }} {{ kept.both }}"
        ),
        "both new old 2"
    );
}

#[test]
fn include_vars_says_what_is_wrong() {
    for (args, told) in [
        (
            "{ dir: some }",
            "does not have a valid extension: yaml, yml, json",
        ),
        ("{ dir: nowhere }", "nowhere directory does not exist"),
        ("{ dir: some/a.yml }", "is not a directory"),
        (
            "{ dir: some, file: some/a.yml }",
            "mixing file only and dir only",
        ),
        (
            "{ file: some/a.yml, depth: 2 }",
            "mixing file only and dir only",
        ),
        ("list.yml", "must be a mapping"),
        ("missing.yml", "could not find or access"),
        ("sealed.yml", "vault"),
        (
            "{ file: kept.yml, hash_behaviour: other }",
            "hash_behaviour",
        ),
    ] {
        let said = included(args, "");
        assert!(said.contains(told), "{args}: {said}");
    }
}

#[test]
fn nobody_becomes_who_they_are() {
    let project = project(&[
        ("inv", "one ansible_connection=local\n"),
        (
            "site.yml",
            "- hosts: one\n  gather_facts: false\n  become: true\n  become_user: \"{{ lookup('pipe', 'id -un') }}\"\n  become_exe: /nowhere/sudo\n  tasks: [{ ping: }]\n",
        ),
    ]);
    assert_eq!(project.run(&[]).recap("one"), "ok=1");
    project.write(
        "ansible.cfg",
        "[privilege_escalation]\nbecome_allow_same_user = true\n",
    );
    assert_ne!(project.run(&[]).code, Some(0));
}

#[test]
fn a_task_is_told_how_its_host_is_reached() {
    let shown = "{{ ansible_host }} {{ ansible_connection }} {{ ansible_user | default('-') }} \
                 {{ ansible_ssh_port | default('-') }} {{ ansible_timeout }} \
                 {{ hostvars[inventory_hostname].ansible_connection | default('-') }} \
                 {{ hostvars.four.ansible_host | default('-') }}";
    let project = project(&[
        (
            "inv",
            "three ansible_ssh_host=10.0.0.3 ansible_ssh_user=ed ansible_ssh_port=99\n\
             four ansible_connection=local\nfive ansible_host=\"{{ 1 + 1 }}\" ansible_user=fred\n",
        ),
        (
            "site.yml",
            &format!(
                "- hosts: three:four\n  gather_facts: false\n  remote_user: bob\n  tasks:\n    \
                 - debug: msg=\"{shown}\"\n    - debug: msg=\"{shown}\"\n      delegate_to: five\n    \
                 - debug: msg=\"{{{{ groups.all | join(' ') }}}}\"\n      delegate_to: six\n"
            ),
        ),
    ]);
    let said = project.run(&[]);
    for of in ["three", "four"] {
        let wanted = format!("ok: [{of} -> six] => {{\n    \"msg\": \"three four five\"");
        assert!(said.text.contains(&wanted), "{}{}", said.text, said.errors);
    }
    let wanted = "ok: [three] => {\n    \"msg\": \"10.0.0.3 ssh ed 99 10 - -\"\n}\n\
                  ok: [four] => {\n    \"msg\": \"four local bob - 10 local -\"\n}\n";
    assert!(said.text.contains(wanted), "{}{}", said.text, said.errors);
    for wanted in [
        "ok: [three -> five(2)] => {\n    \"msg\": \"2 ssh fred 99 10 - -\"",
        "ok: [four -> five(2)] => {\n    \"msg\": \"2 local fred - 10 local -\"",
    ] {
        assert!(said.text.contains(wanted), "{}{}", said.text, said.errors);
    }
}

#[test]
fn names_of_roles_are_those_that_came_so_far() {
    let tell = "- debug: msg=\"{{ role_names | sort }} {{ ansible_role_names | sort }} \
                {{ ansible_dependent_role_names }}\"\n";
    let main = format!("{tell}- include_role: {{ name: c }}\n- import_role: {{ name: d }}\n");
    let play = format!(
        "- hosts: one\n  gather_facts: false\n  roles: [a]\n  tasks:\n  - include_role: {{ name: c }}\n  {tell}"
    );
    let project = project(&[
        ("inv", INVENTORY),
        ("site.yml", &play),
        ("roles/a/meta/main.yml", "dependencies: [b]\n"),
        ("roles/a/tasks/main.yml", &main),
        ("roles/b/tasks/main.yml", tell),
        ("roles/c/tasks/main.yml", tell),
        ("roles/d/tasks/main.yml", tell),
    ]);
    let said = project.run(&[]);
    let told = said.messages();
    let before = "['a', 'd'] ['a', 'b', 'd'] ['b']";
    let after = "['a', 'c', 'd'] ['a', 'b', 'c', 'd'] ['b']";
    let last = "['a', 'c', 'c', 'd'] ['a', 'b', 'c', 'd'] ['b']";
    let wanted = [before, before, after, after, last, last];
    assert_eq!(told, wanted, "{}{}", said.text, said.errors);
}

#[test]
fn a_file_of_variables_that_fails_says_so_under_either_name() {
    let project = project(&[
        ("inv", INVENTORY),
        (
            "site.yml",
            "- hosts: one\n  gather_facts: false\n  tasks:\n  - include_vars: { dir: d }\n    register: r\n    ignore_errors: true\n  \
             - assert: { that: \"'valid extension' in r.message and r.msg == r.message\" }\n  \
             - include_vars: { dir: d, extensions: ['', yml] }\n  - assert: { that: plain == 1 }\n",
        ),
        ("d/plain", "plain: 1\n"),
    ]);
    project.run(&[]).ends_with(0);
}
