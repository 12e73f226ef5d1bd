//! Stories about `lineinfile`, `replace` and `blockinfile`.

use expect_test::expect;
use hostwright::value::Value;

use crate::{
    cases,
    mechanical::{Case, prove},
    story::{Story, story},
};

fn line<const N: usize>(text: &str, args: [(&str, &str); N]) -> Story {
    story("lineinfile", args)
        .arg("path", "/f")
        .file("/f", 0o600, text)
}

#[test]
fn a_line_is_added_replaced_and_left_alone() {
    line("a=1\nb=2", [("line", "c=3")]).changes(&expect![[r#"
        /f: 0600 "a=1\nb=2" -> 0600 "a=1\nb=2\nc=3\n"
    "#]]);
    line("a=1\nb=2\n", [("line", "b=2")]).changes(&expect![""]);
    let told = line("b=1\nb=2\n", [("line", "b=9"), ("regexp", "^b=")]).tells(&expect![[r#"
        /f: 0600 "b=1\nb=2\n" -> 0600 "b=1\nb=9\n"
    "#]]);
    assert_eq!(told.get("msg"), Some(&Value::from("line replaced")));
    assert_eq!(told.get("backup"), Some(&Value::from("")));
    line(
        "b=1\nb=2\n",
        [("line", "b=9"), ("regexp", "^b="), ("firstmatch", "yes")],
    )
    .changes(&expect![[r#"
            /f: 0600 "b=1\nb=2\n" -> 0600 "b=9\nb=2\n"
        "#]]);
    line("a 1\n", [("line", "b"), ("search_string", "a 1")]).changes(&expect![[r#"
        /f: 0600 "a 1\n" -> 0600 "b\n"
    "#]]);
}

#[test]
fn a_line_goes_where_it_is_asked_for() {
    line("a\nb\na\n", [("line", "x"), ("insertafter", "^a")]).changes(&expect![[r#"
        /f: 0600 "a\nb\na\n" -> 0600 "a\nb\na\nx\n"
    "#]]);
    line("a\nb\n", [("line", "x"), ("insertbefore", "^b")]).changes(&expect![[r#"
        /f: 0600 "a\nb\n" -> 0600 "a\nx\nb\n"
    "#]]);
    line("a\nb\n", [("line", "x"), ("insertbefore", "BOF")]).changes(&expect![[r#"
        /f: 0600 "a\nb\n" -> 0600 "x\na\nb\n"
    "#]]);
    line("a\nb", [("line", "x"), ("insertafter", "^b")]).changes(&expect![[r#"
        /f: 0600 "a\nb" -> 0600 "a\nb\nx\n"
    "#]]);
}

#[test]
fn groups_come_into_the_line_only_where_the_pattern_is_found() {
    line(
        "c=3\n",
        [
            ("line", r"\2=\g<n>"),
            ("regexp", r"^(?P<n>.)=(.)"),
            ("backrefs", "yes"),
        ],
    )
    .changes_each_time()
    .changes(&expect![[r#"
            /f: 0600 "c=3\n" -> 0600 "3=c\n"
        "#]]);
    line(
        "c=3\n",
        [("line", r"\1"), ("regexp", "^(x)"), ("backrefs", "yes")],
    )
    .changes(&expect![""]);
}

#[test]
fn lines_are_removed() {
    let told = line("a\nb\na\n", [("line", "a"), ("state", "absent")]).tells(&expect![[r#"
        /f: 0600 "a\nb\na\n" -> 0600 "b\n"
    "#]]);
    assert_eq!(told.get("found"), Some(&Value::Int(2)));
    line("a1\nb\n", [("regexp", r"\d$"), ("state", "absent")]).changes(&expect![[r#"
        /f: 0600 "a1\nb\n" -> 0600 "b\n"
    "#]]);
}

#[test]
fn a_missing_file_is_made_only_when_asked() {
    let ask = |create: &'static str| {
        story(
            "lineinfile",
            [("path", "/etc/x/f"), ("line", "a"), ("create", create)],
        )
        .directory("/etc", 0o755)
    };
    ask("yes").changes(&expect![[r#"
        /etc/x: absent -> 0755 directory
        /etc/x/f: absent -> 0644 "a\n"
    "#]]);
    ask("no").refuses(&expect![[r#"
        path: Destination /etc/x/f does not exist !
    "#]]);
    story("lineinfile", [("path", "/")]).refuses(&expect![[r#"
        line: line is required with state=present
    "#]]);
}

/// S31: an edit follows links, but none that somebody made to what is not theirs.
#[test]
fn an_edit_follows_no_link_of_a_stranger() {
    let ask = |owner: u32| {
        story("lineinfile", [("path", "/tmp/l"), ("line", "x")])
            .file("/etc/f", 0o600, "")
            .link("/tmp/l", "/etc/f")
            .host(move |host| {
                if let Some(link) = host.entries.get_mut("/tmp/l") {
                    link.meta.uid = owner;
                }
            })
    };
    ask(1000).refuses(&expect![[r#"
        /tmp/l is a symbolic link that 1000 made, and leads to /etc/f, which is not theirs: name that file itself, or remove the link
    "#]]);
    ask(0).changes(&expect![[r#"
        /etc/f: 0600 "" -> 0600 "x\n"
    "#]]);
}

/// S58: a pattern that Python hangs on ends.
#[test]
fn a_pattern_that_never_ends_fails() {
    story(
        "lineinfile",
        [("path", "/f"), ("regexp", r"^(?:(a+)\1?)+$"), ("line", "b")],
    )
    .file("/f", 0o600, &("a".repeat(40) + "!"))
    .refuses(&expect![[r#"
        regexp: the pattern takes more than 1000000 steps on this text
    "#]]);
}

fn replace<const N: usize>(text: &str, args: [(&str, &str); N]) -> Story {
    story("replace", args)
        .arg("path", "/f")
        .file("/f", 0o600, text)
}

#[test]
fn every_match_is_replaced() {
    let told = replace(
        "a1 b2\n",
        [("regexp", r"(\w)(\d)"), ("replace", r"\2-\g<1>")],
    )
    .changes_each_time()
    .tells(&expect![[r#"
            /f: 0600 "a1 b2\n" -> 0600 "1-a 2-b\n"
        "#]]);
    assert_eq!(told.get("msg"), Some(&Value::from("2 replacements made")));
    replace("x\ny\n", [("regexp", "^y$"), ("replace", "z")]).changes(&expect![[r#"
        /f: 0600 "x\ny\n" -> 0600 "x\nz\n"
    "#]]);
    replace("x\ny\n", [("regexp", r"y\n\Z")]).changes(&expect![[r#"
        /f: 0600 "x\ny\n" -> 0600 "x\n"
    "#]]);
}

#[test]
fn only_the_part_between_is_changed() {
    replace(
        "1\n[a]\n1\n[b]\n1\n",
        [
            ("regexp", "1"),
            ("replace", "2"),
            ("after", r"\[a\]"),
            ("before", r"\[b\]"),
        ],
    )
    .changes(&expect![[r#"
        /f: 0600 "1\n[a]\n1\n[b]\n1\n" -> 0600 "1\n[a]\n2\n[b]\n1\n"
    "#]]);
    let told = replace("1\n", [("regexp", "1"), ("after", "x")]).tells(&expect![""]);
    assert_eq!(
        told.get("msg"),
        Some(&Value::from(
            "Pattern for before/after params did not match the given file: x(?P<subsection>.*)"
        ))
    );
}

fn block<const N: usize>(text: &str, args: [(&str, &str); N]) -> Story {
    story("blockinfile", args)
        .arg("path", "/f")
        .file("/f", 0o600, text)
}

#[test]
fn a_block_is_put_in_replaced_and_removed() {
    block("x", [("block", "a\nb")]).changes(&expect![[r##"
        /f: 0600 "x" -> 0600 "x\n# BEGIN ANSIBLE MANAGED BLOCK\na\nb\n# END ANSIBLE MANAGED BLOCK\n"
    "##]]);
    let there = "# BEGIN ANSIBLE MANAGED BLOCK\na\n# END ANSIBLE MANAGED BLOCK\ny\n";
    block(there, [("block", "a")]).changes(&expect![""]);
    block(there, [("block", "b")]).changes(&expect![[r##"
        /f: 0600 "# BEGIN ANSIBLE MANAGED BLOCK\na\n# END ANSIBLE MANAGED BLOCK\ny\n" -> 0600 "# BEGIN ANSIBLE MANAGED BLOCK\nb\n# END ANSIBLE MANAGED BLOCK\ny\n"
    "##]]);
    let told = block(there, [("state", "absent")]).tells(&expect![[r##"
        /f: 0600 "# BEGIN ANSIBLE MANAGED BLOCK\na\n# END ANSIBLE MANAGED BLOCK\ny\n" -> 0600 "y\n"
    "##]]);
    assert_eq!(told.get("msg"), Some(&Value::from("Block removed")));
}

#[test]
fn a_block_goes_where_it_is_asked_for() {
    let at = |name: &'static str, pattern: &'static str| {
        block(
            "p\nq\nr\n",
            [("block", "b"), ("marker", "# {mark}"), (name, pattern)],
        )
    };
    at("insertafter", "^p").changes(&expect![[r##"
        /f: 0600 "p\nq\nr\n" -> 0600 "p\n# BEGIN\nb\n# END\nq\nr\n"
    "##]]);
    at("insertbefore", "^q").changes(&expect![[r##"
        /f: 0600 "p\nq\nr\n" -> 0600 "p\n# BEGIN\nb\n# END\nq\nr\n"
    "##]]);
    at("insertbefore", "BOF").changes(&expect![[r##"
        /f: 0600 "p\nq\nr\n" -> 0600 "# BEGIN\nb\n# END\np\nq\nr\n"
    "##]]);
    at("insertafter", r"(?m)p\nq$").changes(&expect![[r##"
        /f: 0600 "p\nq\nr\n" -> 0600 "p\nq\n# BEGIN\nb\n# END\nr\n"
    "##]]);
    block(
        "p\nq\n",
        [
            ("block", "b"),
            ("marker", "# {mark}"),
            ("insertafter", "^p"),
            ("prepend_newline", "yes"),
            ("append_newline", "yes"),
        ],
    )
    .changes(&expect![[r##"
        /f: 0600 "p\nq\n" -> 0600 "p\n\n# BEGIN\nb\n# END\n\nq\n"
    "##]]);
}

pub(crate) const LINEINFILE: &[Case] = cases! { "lineinfile":
    "a line added", [("f", 0o600, "a\n")], r#"{"path": "@/f", "line": "b"}"# => Changes;
    "a line that is there", [("f", 0o600, "a\n")], r#"{"path": "@/f", "line": "a"}"# => IsOk;
    "a line replaced", [("f", 0o600, "a=1\n")],
        r#"{"path": "@/f", "line": "a=2", "regexp": "^a="}"# => Changes;
    "a line and a mode", [("f", 0o600, "a=1\n")],
        r#"{"path": "@/f", "line": "a=2", "regexp": "^a=", "mode": "0644"}"# => Changes;
    "only a mode", [("f", 0o600, "a=1\n")],
        r#"{"path": "@/f", "line": "a=1", "mode": "0644"}"# => Changes;
    "a backup", [("f", 0o600, "a\n")],
        r#"{"path": "@/f", "line": "b", "backup": true}"# => Changes;
    "lines removed", [("f", 0o600, "a\nb\n")],
        r#"{"path": "@/f", "regexp": "^a", "state": "absent"}"# => Changes;
    "nothing to remove", [("f", 0o600, "b\n")],
        r#"{"path": "@/f", "line": "a", "state": "absent"}"# => IsOk;
    "a missing file", [], r#"{"path": "@/f", "line": "a"}"# => Fails;
    "a missing file without the line", [],
        r#"{"path": "@/f", "line": "a", "state": "absent"}"# => IsOk;
    "a file made", [], r#"{"path": "@/d/f", "line": "a", "create": true}"# => Changes;
    "through a link", [("f", 0o600, "a\n"), ("l", 0, "-> f")],
        r#"{"path": "@/l", "line": "b"}"# => Changes;
    "a directory", [("d/", 0o700, "")], r#"{"path": "@/d", "line": "b"}"# => Fails;
    "a bad pattern", [("f", 0o600, "a\n")],
        r#"{"path": "@/f", "line": "b", "regexp": "("}"# => Fails;
    "two patterns at once", [("f", 0o600, "a\n")],
        r#"{"path": "@/f", "line": "b", "regexp": "a", "search_string": "a"}"# => Fails;
    "a draft that is accepted", [("f", 0o600, "a\n")],
        r#"{"path": "@/f", "line": "b", "validate": "grep b %s"}"# => Changes;
};

pub(crate) const REPLACE: &[Case] = cases! { "replace":
    "a replacement", [("f", 0o600, "a1\n")],
        r#"{"path": "@/f", "regexp": "[0-9]", "replace": "N"}"# => Changes;
    "no match", [("f", 0o600, "a\n")],
        r#"{"path": "@/f", "regexp": "[0-9]", "replace": "N"}"# => IsOk;
    "a match that stays", [("f", 0o600, "a\n")],
        r#"{"path": "@/f", "regexp": "a", "replace": "a"}"# => IsOk;
    "a match removed", [("f", 0o600, "a\nb\n")],
        r#"{"path": "@/f", "regexp": "^a\\n"}"# => Changes;
    "a mode", [("f", 0o600, "a\n")],
        r#"{"path": "@/f", "regexp": "x", "mode": "0644"}"# => Changes;
    "a backup", [("f", 0o600, "a\n")],
        r#"{"path": "@/f", "regexp": "a", "replace": "b", "backup": true}"# => Changes;
    "a part", [("f", 0o600, "a\nx\na\n")],
        r#"{"path": "@/f", "regexp": "a", "replace": "b", "after": "x"}"# => Changes;
    "another encoding", [("f", 0o600, "a\n")],
        r#"{"path": "@/f", "regexp": "a", "replace": "\u00e9", "encoding": "latin-1"}"# => Changes;
    "an encoding that is none", [("f", 0o600, "a\n")],
        r#"{"path": "@/f", "regexp": "a", "encoding": "utf-17"}"# => Fails;
    "a missing file", [], r#"{"path": "@/f", "regexp": "a"}"# => Fails;
    "a group that is none", [("f", 0o600, "a\n")],
        r#"{"path": "@/f", "regexp": "a", "replace": "\\2"}"# => Fails;
};

pub(crate) const BLOCKINFILE: &[Case] = cases! { "blockinfile":
    "a block", [("f", 0o600, "a\n")], r#"{"path": "@/f", "block": "b"}"# => Changes;
    "a block at the start", [("f", 0o600, "a\n")],
        r#"{"path": "@/f", "block": "b", "insertbefore": "BOF"}"# => Changes;
    "a block removed", [("f", 0o600, "# BEGIN ANSIBLE MANAGED BLOCK\nx\n# END ANSIBLE MANAGED BLOCK\n")],
        r#"{"path": "@/f", "state": "absent"}"# => Changes;
    "an empty block", [("f", 0o600, "a\n")], r#"{"path": "@/f", "block": ""}"# => IsOk;
    "a file made", [], r#"{"path": "@/f", "block": "b", "create": true, "mode": "0600"}"#
        => Changes;
    "a missing file", [], r#"{"path": "@/f", "block": "b"}"# => Fails;
    "a backup", [("f", 0o600, "a\n")],
        r#"{"path": "@/f", "block": "b", "backup": true}"# => Changes;
    "own markers", [("f", 0o600, "a\n")],
        r#"{"path": "@/f", "block": "b", "marker": "<!-- {mark} -->", "marker_begin": "x"}"#
        => Changes;
    "two places at once", [("f", 0o600, "a\n")],
        r#"{"path": "@/f", "block": "b", "insertbefore": "BOF", "insertafter": "EOF"}"# => Fails;
    "a mode", [("f", 0o600, "a\n")],
        r#"{"path": "@/f", "state": "absent", "mode": "0640"}"# => Changes;
};

#[test]
fn lineinfile_does_what_it_foretold() {
    prove(LINEINFILE);
}

#[test]
fn replace_does_what_it_foretold() {
    prove(REPLACE);
}

#[test]
fn blockinfile_does_what_it_foretold() {
    prove(BLOCKINFILE);
}
