//! Every module in the mechanical test, with its states.
//!
//! Each case of these tables is run by the module's own file: foretold is done, a second run is
//! empty, undo restores. Here they are counted, and what they leave out is named.

use std::{collections::BTreeMap, io::Write as _};

use hostwright::modules;

use crate::{
    archive, command, copy, edits, file, looking,
    mechanical::{Case, Then, prove},
    rendered, script, service, setup, unarchive, unarchive_tar, wait_for,
};

const TABLES: &[&[Case]] = &[
    archive::CASES,
    command::CASES,
    copy::CASES,
    PARAMETERS,
    edits::BLOCKINFILE,
    edits::LINEINFILE,
    edits::REPLACE,
    file::CASES,
    looking::FIND,
    looking::SLURP,
    looking::STAT,
    looking::TEMPFILE,
    rendered::CASES,
    script::RAW,
    script::SCRIPTS,
    service::SERVICE,
    service::SYSTEMD,
    setup::CASES,
    unarchive::CASES,
    unarchive_tar::CASES,
    unarchive_tar::ON_HOST,
    wait_for::CASES,
];

/// Parameters that no module's own table has.
const PARAMETERS: &[Case] = &[
    case(
        "blockinfile",
        r#"{"path": "@/f", "block": "x", "marker_begin": "A", "marker_end": "Z", "prepend_newline": true, "append_newline": true, "insertafter": "^one"}"#,
        Then::Changes,
    ),
    case(
        "blockinfile",
        r#"{"path": "@/f", "block": "x", "validate": "grep -q x %s"}"#,
        Then::Changes,
    ),
    case(
        "copy",
        r#"{"src": "@/d", "dest": "@/e", "remote_src": true, "directory_mode": "0700"}"#,
        Then::Changes,
    ),
    case(
        "copy",
        r#"{"content": "x", "dest": "@/new/", "directory_mode": "0700"}"#,
        Then::Fails,
    ),
    case(
        "file",
        r#"{"path": "@/f", "state": "touch", "modification_time": "2020", "modification_time_format": "%Y", "access_time": "preserve"}"#,
        Then::Changes,
    ),
    case(
        "file",
        r#"{"path": "@/d", "state": "directory", "recurse": true, "mode": "u=rwX,go="}"#,
        Then::Changes,
    ),
    case(
        "file",
        r#"{"path": "@/l", "follow": true, "mode": "0600"}"#,
        Then::Changes,
    ),
    case(
        "file",
        r#"{"path": "@/f", "state": "file", "modification_time": "2020-01-02 03:04:05", "modification_time_format": "%Y-%m-%d %H:%M:%S", "access_time": "preserve", "access_time_format": "%Y-%m-%d"}"#,
        Then::Changes,
    ),
    case(
        "lineinfile",
        r#"{"path": "@/f", "regexp": "^(t)wo", "line": "\\1=2", "backrefs": true}"#,
        Then::Changes,
    ),
    case(
        "lineinfile",
        r#"{"path": "@/f", "line": "new", "insertafter": "^o"}"#,
        Then::Changes,
    ),
    case(
        "lineinfile",
        r#"{"path": "@/f", "line": "new", "insertbefore": "^o", "firstmatch": true}"#,
        Then::Changes,
    ),
    case(
        "replace",
        r#"{"path": "@/f", "regexp": "o", "replace": "0", "before": "two"}"#,
        Then::Changes,
    ),
    case(
        "replace",
        r#"{"path": "@/f", "regexp": "one", "replace": "1", "validate": "grep -q 1 %s"}"#,
        Then::Changes,
    ),
];

const fn case(module: &'static str, args: &'static str, then: Then) -> Case {
    Case {
        name: args,
        module,
        there: &[
            ("d/a", 0o644, "inner"),
            ("f", 0o644, "one\ntwo\none\n"),
            ("l", 0, "-> f"),
        ],
        args,
        then,
    }
}

#[test]
fn each_parameter_does_what_was_foretold_of_it() {
    prove(PARAMETERS);
}

/// As many as there must be at least, of all modules together.
const FLOOR: usize = 250;

/// Modules whose parameters must all be in the table: those that change files by them.
const WHOLE: &[&str] = &[
    "archive",
    "blockinfile",
    "copy",
    "file",
    "lineinfile",
    "replace",
    "tempfile",
    "template",
    "unarchive",
];

/// Parameters that no case has, and where they are tried instead.
const ELSEWHERE: &[(&str, &str)] = &[
    ("selevel", "refused where there is no SELinux"),
    ("serole", "refused where there is no SELinux"),
    ("setype", "refused where there is no SELinux"),
    ("seuser", "refused where there is no SELinux"),
    ("decrypt", "the control side's"),
    ("io_buffer_size", "says nothing of what is done"),
    ("validate_certs", "stories about get_url"),
    ("unsafe_writes", "only where a file cannot be replaced"),
    ("attributes", "only where the file system has flags"),
    (
        "owner",
        "cases of file: all modules take the same, and only root gives away",
    ),
    (
        "group",
        "cases of file: all modules take the same, and only root gives away",
    ),
    ("local_follow", "the control side's"),
    ("newline_sequence", "the control side's, which renders"),
    ("block_start_string", "the control side's, which renders"),
    ("block_end_string", "the control side's, which renders"),
    ("variable_start_string", "the control side's, which renders"),
    ("variable_end_string", "the control side's, which renders"),
    ("comment_start_string", "the control side's, which renders"),
    ("comment_end_string", "the control side's, which renders"),
    ("trim_blocks", "the control side's, which renders"),
    ("lstrip_blocks", "the control side's, which renders"),
    ("output_encoding", "the control side's, which renders"),
];

fn by_module() -> BTreeMap<&'static str, Vec<&'static Case>> {
    let mut modules: BTreeMap<&str, Vec<&Case>> = BTreeMap::new();
    for case in TABLES.iter().copied().flatten() {
        modules.entry(case.module).or_default().push(case);
    }
    modules
}

#[test]
fn the_table_has_enough_cases_of_each_module() {
    let modules = by_module();
    let total: usize = modules.values().map(Vec::len).sum();
    let told: Vec<String> = modules
        .iter()
        .map(|(module, cases)| format!("{module} {}", cases.len()))
        .collect();
    let report = format!("{total} mechanical cases: {}\n", told.join(", "));
    std::io::stderr().write_all(report.as_bytes()).unwrap();
    assert!(total >= FLOOR, "{total} cases: {told:?}");
    let few: Vec<&String> = told.iter().filter(|line| line.ends_with(" 1")).collect();
    assert_eq!(few, Vec::<&String>::new());
}

#[test]
fn each_parameter_and_each_state_is_in_the_table() {
    let modules = by_module();
    let mut missing = Vec::new();
    for module in WHOLE {
        let cases = modules.get(module).map(Vec::as_slice).unwrap_or_default();
        let args: Vec<serde_json::Value> = cases
            .iter()
            .map(|case| serde_json::from_str(case.args).unwrap())
            .collect();
        for doc in (modules::find(module).unwrap().docs)() {
            if ELSEWHERE.iter().any(|(name, _)| *name == doc.name) {
                continue;
            }
            let names = || std::iter::once(&doc.name).chain(doc.aliases);
            let given: Vec<&serde_json::Value> = args
                .iter()
                .filter_map(|args| names().find_map(|name| args.get(*name)))
                .collect();
            if given.is_empty() {
                missing.push(format!("{module}: {}", doc.name));
            }
            for choice in &doc.choices {
                let is_default = doc
                    .default
                    .is_some_and(|default| default.to_lowercase().ends_with(choice));
                if !is_default && !given.iter().any(|value| value.as_str() == Some(choice)) {
                    missing.push(format!("{module}: {}={choice}", doc.name));
                }
            }
        }
    }
    assert_eq!(missing, Vec::<String>::new());
}
