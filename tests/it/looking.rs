//! Stories about modules that only look, and about `tempfile`.

use expect_test::expect;
use hostwright::value::{Value, to_json};

use crate::{
    cases,
    mechanical::{Case, prove},
    story::story,
};

#[test]
fn nothing_at_a_path_does_not_exist() {
    let told = story("stat", [("path", "/none")]).tells(&expect![""]);
    let stat = told.get("stat").unwrap();
    assert_eq!(to_json(stat).to_string(), r#"{"exists":false}"#);
}

#[test]
fn what_stands_at_a_path_is_told() {
    let told = story("stat", [("path", "/f")])
        .file("/f", 0o640, "abc")
        .tells(&expect![""]);
    let stat = told.get("stat").and_then(Value::as_map).unwrap();
    let get = |name: &str| to_json(stat.get(name).unwrap()).to_string();
    assert_eq!(get("mode"), r#""0640""#);
    assert_eq!(
        (get("isreg"), get("islnk")),
        ("true".into(), "false".into())
    );
    assert_eq!((get("rgrp"), get("wgrp")), ("true".into(), "false".into()));
    assert_eq!(get("size"), "3");
    assert_eq!(get("mtime"), "1.0");
    assert_eq!(
        get("checksum"),
        r#""a9993e364706816aba3e25717850c26c9cd0d89d""#
    );
    assert!(matches!(stat.get("inode"), Some(Value::Unknown(_))));
}

#[test]
fn a_link_is_told_or_followed() {
    let ask = |follow: &'static str| {
        let told = story("stat", [("path", "/l"), ("follow", follow)])
            .file("/f", 0o640, "abc")
            .link("/l", "f")
            .tells(&expect![""]);
        let stat = told.get("stat").and_then(Value::as_map).unwrap().clone();
        (
            stat.get("islnk").and_then(Value::as_bool),
            stat.get("lnk_source").cloned(),
        )
    };
    assert_eq!(ask("no"), (Some(true), Some(Value::from("/f"))));
    assert_eq!(ask("yes"), (Some(false), None));
}

#[test]
fn a_file_is_slurped_as_base64() {
    let told = story("slurp", [("src", "/f")])
        .file("/f", 0o640, "hello 2\n")
        .tells(&expect![""]);
    assert_eq!(told.get("content"), Some(&Value::from("aGVsbG8gMgo=")));
    story("slurp", [("src", "/none")]).refuses(&expect![[r#"
        src: File not found: /none
    "#]]);
    story("slurp", [("src", "/")]).refuses(&expect![[r#"
        src: Source is a directory and must be a file: /
    "#]]);
}

fn found<const N: usize>(args: [(&str, &str); N]) -> Vec<String> {
    let told = story("find", args)
        .file("/srv/a.conf", 0o600, "x=1\ny=2\n")
        .file("/srv/b.log", 0o644, "long enough to count")
        .file("/srv/sub/c.conf", 0o644, "z")
        .file("/srv/.hidden", 0o644, "")
        .link("/srv/l", "a.conf")
        .tells(&expect![""]);
    let files = told.get("files").and_then(Value::as_list).unwrap();
    assert_eq!(
        told.get("matched").and_then(Value::as_int),
        i64::try_from(files.len()).ok()
    );
    files
        .iter()
        .map(|file| {
            file.as_map()
                .unwrap()
                .get("path")
                .unwrap()
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect()
}

#[test]
fn files_are_found_by_every_condition() {
    assert_eq!(found([("paths", "/srv")]), ["/srv/a.conf", "/srv/b.log"]);
    assert_eq!(
        found([
            ("paths", "/srv"),
            ("patterns", "*.conf"),
            ("recurse", "yes")
        ]),
        ["/srv/a.conf", "/srv/sub/c.conf"]
    );
    assert_eq!(
        found([
            ("paths", "/srv"),
            ("patterns", "^[ab]"),
            ("use_regex", "yes"),
            ("excludes", ".*log$")
        ]),
        ["/srv/a.conf"]
    );
    assert_eq!(
        found([("paths", "/srv"), ("contains", "y")]),
        ["/srv/a.conf"]
    );
    assert_eq!(
        found([("paths", "/srv"), ("contains", "=")]),
        Vec::<String>::new()
    );
    assert_eq!(
        found([
            ("paths", "/srv"),
            ("contains", "="),
            ("read_whole_file", "yes")
        ]),
        ["/srv/a.conf"]
    );
    assert_eq!(found([("paths", "/srv"), ("size", "10")]), ["/srv/b.log"]);
    assert_eq!(
        found([("paths", "/srv"), ("size", "-10b")]),
        ["/srv/a.conf"]
    );
    assert_eq!(found([("paths", "/srv"), ("age", "52w")]).len(), 2);
    assert_eq!(
        found([("paths", "/srv"), ("age", "-1d")]),
        Vec::<String>::new()
    );
    assert_eq!(
        found([("paths", "/srv"), ("mode", "0600")]),
        ["/srv/a.conf"]
    );
    assert_eq!(found([("paths", "/srv"), ("hidden", "yes")]).len(), 3);
    assert_eq!(
        found([("paths", "/srv"), ("file_type", "link")]),
        ["/srv/l"]
    );
    assert_eq!(
        found([("paths", "/srv"), ("file_type", "directory")]),
        ["/srv/sub"]
    );
    assert_eq!(found([("paths", "/srv"), ("file_type", "any")]).len(), 4);
    assert_eq!(
        found([("paths", "/srv"), ("recurse", "yes"), ("limit", "1")]),
        ["/srv/a.conf"]
    );
    assert_eq!(
        found([("paths", "/srv"), ("recurse", "yes"), ("depth", "1")]),
        ["/srv/a.conf", "/srv/b.log"]
    );
}

#[test]
fn what_cannot_be_searched_is_said() {
    let told = story("find", [("paths", "/none")]).tells(&expect![""]);
    assert_eq!(
        to_json(told.get("skipped_paths").unwrap()).to_string(),
        r#"{"/none":"'/none' is not a directory"}"#
    );
    story("find", [("paths", "/"), ("age", "old")]).refuses(&expect![[r#"
        age: failed to process age
    "#]]);
}

#[test]
fn a_temporary_file_gets_its_name_in_the_run() {
    let told = story("tempfile", [("path", "/tmp"), ("suffix", ".x")])
        .directory("/tmp", 0o777)
        .changes_each_time()
        .tells(&expect![[r#"
            /tmp/ansible.*.x: fresh 0600 ""
        "#]]);
    assert!(matches!(told.get("path"), Some(Value::Unknown(_))));
    story("tempfile", [("path", "/tmp"), ("prefix", "../x")])
        .directory("/tmp", 0o777)
        .refuses(&expect![[r#"
            prefix: prefix must be a valid file name component
        "#]]);
}

pub(crate) const STAT: &[Case] = cases! { "stat":
    "nothing", [], r#"{"path": "@/f"}"# => IsOk;
    "a file", [("f", 0o640, "x")], r#"{"path": "@/f"}"# => IsOk;
    "a file without extras", [("f", 0o640, "x")],
        r#"{"path": "@/f", "get_mime": false, "get_attributes": false, "get_checksum": false}"#
        => IsOk;
    "another checksum", [("f", 0o640, "x")],
        r#"{"path": "@/f", "checksum_algorithm": "sha512"}"# => IsOk;
    "a directory", [("d/", 0o750, "")], r#"{"path": "@/d"}"# => IsOk;
    "a link", [("f", 0o640, "x"), ("l", 0, "-> f")], r#"{"path": "@/l"}"# => IsOk;
    "a link followed", [("f", 0o640, "x"), ("l", 0, "-> f")],
        r#"{"path": "@/l", "follow": true}"# => IsOk;
    "a link to nothing followed", [("l", 0, "-> f")],
        r#"{"path": "@/l", "follow": true}"# => IsOk;
};

pub(crate) const SLURP: &[Case] = cases! { "slurp":
    "a file", [("f", 0o640, "x")], r#"{"src": "@/f"}"# => IsOk;
    "a link", [("f", 0o640, "x"), ("l", 0, "-> f")], r#"{"path": "@/l"}"# => IsOk;
    "nothing", [], r#"{"src": "@/f"}"# => Fails;
    "a directory", [("d/", 0o750, "")], r#"{"src": "@/d"}"# => Fails;
};

pub(crate) const FIND: &[Case] = cases! { "find":
    "a directory", [("f", 0o640, "x"), ("d/g", 0o640, "x")], r#"{"paths": "@"}"# => IsOk;
    "a tree", [("f", 0o640, "x"), ("d/g", 0o640, "x"), ("l", 0, "-> d")],
        r#"{"paths": ["@"], "recurse": true, "file_type": "any", "get_checksum": true}"# => IsOk;
    "a tree with a circle", [("d/g", 0o640, "x"), ("d/l", 0, "-> ..")],
        r#"{"paths": "@", "recurse": true, "follow": true}"# => IsOk;
    "nothing", [], r#"{"paths": "@/none"}"# => IsOk;
    "a bad size", [], r#"{"paths": "@", "size": "big"}"# => Fails;
    "a bad pattern", [("f", 0o640, "x")],
        r#"{"paths": "@", "patterns": "(", "use_regex": true}"# => Fails;
};

pub(crate) const TEMPFILE: &[Case] = cases! { "tempfile":
    "a file", [], r#"{"path": "@"}"# => ChangesEachTime;
    "a directory", [], r#"{"path": "@", "state": "directory"}"# => ChangesEachTime;
    "a directory that is missing", [], r#"{"path": "@/none"}"# => Fails;
    "a name between two parts", [], r#"{"path": "@", "prefix": "a.", "suffix": ".z"}"# => ChangesEachTime;
};

#[test]
fn modules_that_look_find_what_they_foretold() {
    prove(STAT);
    prove(SLURP);
    prove(FIND);
}

#[test]
fn tempfile_does_what_it_foretold() {
    prove(TEMPFILE);
}
