//! What is wrong on the control side: told, and no host is changed.

use std::{fs, path::Path};

use super::{Project, Said, ocs::INSTALL, ocs_hosts::Lab, project};
use crate::{
    archives::{DIRECTORY, FILE, Zipped, zip, zipped},
    hosts::{Host, differences},
    node::tree,
};

const INVENTORY: &str = "
one ansible_connection=local word=known
two ansible_connection=local
three ansible_connection=local word=known
";

/// What is wrong, the tasks of a play, the exit code, and words that name the cause.
type Wrong = (&'static str, &'static str, i32, &'static [&'static str]);

const WRONG: &[Wrong] = &[
    (
        "an unknown module",
        "- cpoy: { content: x, dest: \"{{ here }}/file\" }",
        4,
        &[
            "there is no module `cpoy`",
            "site.yml:5",
            "did you mean `copy`?",
        ],
    ),
    (
        "a misspelt parameter",
        "- copy: { contant: x, dest: \"{{ here }}/file\" }",
        4,
        &["`contant`", "site.yml:5", "did you mean `content`?"],
    ),
    (
        "a misspelt keyword",
        "- copy: { content: x, dest: \"{{ here }}/file\" }\n      whne: true",
        4,
        &["'whne'", "site.yml:6", "did you mean `when`?"],
    ),
    (
        "bad indentation",
        "- copy:\n        content: x\n       dest: \"{{ here }}/file\"",
        4,
        &["site.yml:7"],
    ),
    (
        "a task without its dash",
        "- copy: { content: x, dest: \"{{ here }}/file\" }\n      copy: { content: y }",
        4,
        &["site.yml:"],
    ),
];

fn of(tasks: &str) -> Project {
    let site = format!(
        "- hosts: all\n  gather_facts: false\n  vars: {{ here: \"{{{{ playbook_dir }}}}/hosts/{{{{ inventory_hostname }}}}\" }}\n  \
         tasks:\n    {tasks}\n"
    );
    let project = project(&[("inv", INVENTORY), ("site.yml", &site)]);
    for host in ["one", "two", "three"] {
        project.write(&format!("hosts/{host}/kept"), "kept");
    }
    project
}

fn contains(said: &Said, what: &str, words: &[&str]) {
    let told = format!("{}{}", said.text, said.errors);
    for word in words {
        assert!(told.contains(word), "{what}: no {word} in {told}");
    }
}

#[test]
fn what_is_badly_written_is_told_with_its_place_before_any_host_is_met() {
    for (what, tasks, code, words) in WRONG {
        // What stands before it would work, and is not begun.
        let project = of(&format!(
            "{tasks}\n    - copy: {{ content: x, dest: \"{{{{ here }}}}/other\" }}"
        ));
        let before = tree(&project.path().join("hosts"));
        let said = project.run(&[]);
        assert_eq!(
            said.code,
            Some(*code),
            "{what}: {}{}",
            said.text,
            said.errors
        );
        contains(&said, what, words);
        assert!(!said.text.contains("PLAY ["), "{what}: {}", said.text);
        let after = tree(&project.path().join("hosts"));
        assert_eq!(differences(&before, &after), [""; 0], "{what}");
    }
}

#[test]
fn an_undefined_variable_fails_its_host_and_the_others_go_on() {
    let project = of(
        "- copy: { content: \"{{ wrod if inventory_hostname == 'two' else word }}\", dest: \"{{ here }}/file\" }",
    );
    let hosts = project.path().join("hosts");
    let before = tree(&hosts.join("two"));
    for flags in [&["--check"][..], &[]] {
        let said = project.run(flags);
        said.ends_with(2);
        contains(
            &said,
            "undefined",
            &["fatal: [two]", "'wrod' is undefined", "site.yml:5"],
        );
        assert_eq!(said.recap("one"), "ok=1 changed=1");
        assert_eq!(said.recap("two"), "failed=1");
        assert_eq!(said.recap("three"), "ok=1 changed=1");
        assert_eq!(differences(&before, &tree(&hosts.join("two"))), [""; 0]);
    }
    assert_eq!(
        fs::read_to_string(hosts.join("three/file")).unwrap(),
        "known"
    );
}

/// The plugin of this repository as entries of a zip, changed by the caller.
fn plugin(change: impl FnOnce(&mut Vec<Zipped>)) -> Vec<u8> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("playbooks/files");
    let mut entries = Vec::new();
    for (name, what) in tree(&root.join("loadaverage")) {
        let name = format!("loadaverage/{name}");
        if what.ends_with("directory") {
            let name = format!("{}/", name.trim_end_matches('/'));
            entries.push(zipped(&name, DIRECTORY | 0o755, ""));
        } else {
            let text = fs::read_to_string(root.join(&name)).unwrap();
            entries.push(zipped(&name, FILE | 0o644, &text));
        }
    }
    change(&mut entries);
    zip(&entries)
}

/// What is wrong with the zip, its bytes, and words that name it.
fn bad_zips() -> Vec<(&'static str, Vec<u8>, &'static [&'static str])> {
    let mut cut = plugin(|_| {});
    cut.truncate(cut.len() / 2);
    let mut bitten = plugin(|_| {});
    let at = bitten.len() / 4;
    bitten[at] ^= 0x55;
    let without = |name: &str| {
        let name = name.to_owned();
        plugin(move |all| all.retain(|entry| !entry.name.ends_with(name.as_bytes())))
    };
    vec![
        ("cut short", cut, &["zip cannot be unpacked", "damaged"]),
        (
            "a flipped bit",
            bitten,
            &["zip cannot be unpacked", "damaged"],
        ),
        (
            "no zip",
            b"hello".to_vec(),
            &["zip cannot be unpacked", "it is no zip"],
        ),
        (
            "a name that climbs",
            plugin(|all| all.push(zipped("loadaverage/../../../evil", FILE | 0o644, "evil"))),
            &["zip cannot be unpacked", "../../../evil"],
        ),
        (
            "no Map.pm",
            without("APACHE/Map.pm"),
            &["APACHE/Map.pm is missing, although a conf loads it"],
        ),
        (
            "no install.php",
            without("install.php"),
            &["no install.php"],
        ),
        (
            "no infos.json",
            without("infos.json"),
            &["infos.json is missing"],
        ),
    ]
}

#[test]
fn a_zip_that_is_no_good_plugin_leaves_all_three_hosts_as_they_were() {
    let Some(lab) = Lab::start() else { return };
    let before = lab.look(Host::disk);
    for (what, bytes, words) in bad_zips() {
        fs::write(lab.project.path().join("bad.zip"), bytes).unwrap();
        for flags in [&["--check"][..], &[]] {
            let args = [
                "run",
                INSTALL,
                "-i",
                "inventory/example",
                "-e",
                "ocs_plugin_zip=bad.zip",
            ];
            let said = lab.project.ask(&[&args[..], flags].concat());
            assert_eq!(said.code, Some(2), "{what}: {}{}", said.text, said.errors);
            contains(&said, what, words);
            contains(&said, what, &["Nothing was changed"]);
            assert_eq!(
                differences(&before, &lab.look(Host::disk)),
                [""; 0],
                "{what}"
            );
        }
    }
    assert!(!lab.project.path().join("evil").exists());
}

#[test]
fn what_is_slightly_misspelt_is_told_with_what_to_write() {
    let play =
        |task: &str| format!("- hosts: one\n  gather_facts: false\n  tasks:\n    - {task}\n");
    for (task, told) in [
        (
            "assert: { that: a == ['one', 'two'], msg: no }",
            "4:28: between `{` and `}`, a text that holds `[` must be quoted",
        ),
        (
            "assert: { that: a == ['one', 'two'], msg: no }",
            "write \"a == ['one', 'two']\"",
        ),
        ("debug: { msg: a {{ x }} b }", "write \"a {{ x }} b\""),
        ("debug: { msg: {{ x }}, var: y }", "write \"{{ x }}\"\n"),
        ("debug: { msg: [a, b [c]] }", "between `[` and `]`"),
        (
            "mine: { x: 1 }",
            "4:7: the module `mine` is not supported: it is written in Python",
        ),
        ("mine: { x: 1 }", "it is library/mine.py"),
        ("ours: { x: 1 }", "there is no module `ours`"),
        ("include_role: { nam: x }", "did you mean `name`?"),
    ] {
        let project = project(&[
            ("inv", "one ansible_connection=local\n"),
            ("library/mine.py", ""),
            ("site.yml", &play(task)),
        ]);
        let said = project.run(&["--syntax-check"]);
        assert!(said.errors.contains(told), "{task}: {}", said.errors);
        assert!(!said.errors.contains("include_vars"), "{}", said.errors);
        assert_eq!(said.code, Some(4));
    }
}
