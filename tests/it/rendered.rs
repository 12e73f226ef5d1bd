//! Stories about `template`.

use std::collections::BTreeMap;

use expect_test::expect;
use hostwright::{
    state::{Content, FileMode, Kind, Supplied, Supply},
    value::Value,
};

use crate::{
    cases,
    mechanical::{Case, prove_with},
    story::story,
};

#[test]
fn the_rendered_text_keeps_the_templates_name_in_a_directory() {
    story("template", [("dest", "/etc"), ("mode", "0640")])
        .ships("src", "templates/app.conf.j2", "a=1\n")
        .directory("/etc", 0o755)
        .changes(&expect![[r#"
            /etc/app.conf.j2: absent -> 0640 "a=1\n"
        "#]]);
}

#[test]
fn a_replaced_file_is_kept_when_asked() {
    let result = story("template", [("dest", "/etc/app.conf"), ("backup", "yes")])
        .ships("src", "templates/app.conf.j2", "a=1\n")
        .file("/etc/app.conf", 0o600, "a=0\n")
        .tells(&expect![[r#"
            /etc/app.conf: backup
            /etc/app.conf: 0600 "a=0\n" -> 0600 "a=1\n"
        "#]]);
    let checksum = "9dc9cfd3b38b77561ec22b49a723432e26181003";
    assert_eq!(result.get("checksum"), Some(&Value::from(checksum)));
    assert_eq!(result.get("size"), Some(&Value::Int(4)));
}

#[test]
fn parameters_of_the_control_side_are_known_here() {
    story(
        "template",
        [
            ("dest", "/etc/app.conf"),
            ("newline_sequence", "\\r\\n"),
            ("variable_start_string", "[["),
        ],
    )
    .ships("src", "templates/app.conf.j2", "a=1\n")
    .directory("/etc", 0o755)
    .changes(&expect![[r#"
        /etc/app.conf: absent -> 0644 "a=1\n"
    "#]]);
    story("template", [("dest", "/f"), ("src", "t.j2")]).refuses(&expect![[r#"
        src: `src` must be rendered by the control side
    "#]]);
}

pub(crate) const CASES: &[Case] = cases! { "template":
    "a missing file", [], r#"{"src": "t.j2", "dest": "@/f"}"# => Changes;
    "a file that is right", [("f", 0o600, "rendered\n")],
        r#"{"src": "t.j2", "dest": "@/f"}"# => IsOk;
    "another text and mode", [("f", 0o600, "x")],
        r#"{"src": "t.j2", "dest": "@/f", "mode": "0644"}"# => Changes;
    "only another mode", [("f", 0o600, "rendered\n")],
        r#"{"src": "t.j2", "dest": "@/f", "mode": "0644"}"# => Changes;
    "the template's mode", [], r#"{"src": "t.j2", "dest": "@/f", "mode": "preserve"}"# => Changes;
    "into a directory", [("d/", 0o755, "")], r#"{"src": "t.j2", "dest": "@/d"}"# => Changes;
    "into a new directory", [], r#"{"src": "t.j2", "dest": "@/d/"}"# => Changes;
    "a directory that is missing", [], r#"{"src": "t.j2", "dest": "@/d/f"}"# => Fails;
    "a backup", [("f", 0o600, "x")],
        r#"{"src": "t.j2", "dest": "@/f", "backup": true}"# => Changes;
    "no force", [("f", 0o600, "x")],
        r#"{"src": "t.j2", "dest": "@/f", "force": false}"# => IsOk;
    "a link followed", [("f", 0o600, "x"), ("l", 0, "-> f")],
        r#"{"src": "t.j2", "dest": "@/l", "follow": true}"# => Changes;
    "a link replaced", [("f", 0o600, "x"), ("l", 0, "-> f")],
        r#"{"src": "t.j2", "dest": "@/l"}"# => Changes;
    "a draft that is accepted", [("f", 0o600, "x")],
        r#"{"src": "t.j2", "dest": "@/f", "validate": "grep rendered %s"}"# => Changes;
};

#[test]
fn template_does_what_it_foretold() {
    prove_with(CASES, |_| {
        let rendered = Supplied {
            path: String::new(),
            kind: Kind::File(Content::of(b"rendered\n".to_vec())),
            mode: FileMode::from_bits(0o640),
        };
        let supply = Supply {
            path: "templates/t.j2".to_owned(),
            entries: vec![rendered],
        };
        BTreeMap::from([("src".to_owned(), supply)])
    });
}
