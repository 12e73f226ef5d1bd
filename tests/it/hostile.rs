//! Hostile neighbours on a real host, and the table of all hostile cases.

use std::{
    collections::BTreeSet,
    fs,
    os::unix::fs::{PermissionsExt as _, symlink},
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
};

use hostwright::{
    value::Map,
    wire::{Conduct, Item},
};

use crate::{
    mechanical::{Case, Then, prove},
    node::Node,
};

fn item<const N: usize>(args: [(&str, &str); N]) -> Item {
    Item {
        args: Map::from(args),
        ..Item::default()
    }
}

#[test]
fn a_directory_that_is_swapped_for_a_link_leads_nowhere() {
    let home = tempfile::tempdir().unwrap();
    let at = |name: &str| home.path().join(name);
    for name in ["theirs", "ours"] {
        fs::create_dir(at(name)).unwrap();
    }
    symlink(at("theirs"), at("link")).unwrap();
    let mut node = Node::start(&at("state"), "run-1");
    let over = AtomicBool::new(false);
    let wanted = at("ours/f").display().to_string();
    let mut done = 0;
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                let here = rustix::fs::CWD;
                let exchange = rustix::fs::RenameFlags::EXCHANGE;
                rustix::fs::renameat_with(here, at("ours"), here, at("link"), exchange).unwrap();
            }
        });
        for round in 0..300 {
            let mode = if round % 2 == 0 { "0600" } else { "0644" };
            // A plan that meets the link follows it, as Ansible does: that one is not ours to judge.
            let content = format!("{round}");
            let asked = item([("dest", &wanted), ("content", &content), ("mode", mode)]);
            let outcome = node.perform(Conduct::Run, "copy", &asked);
            let path = outcome.changes.iter().find_map(|change| change.path());
            let meant_theirs = path.is_some_and(|path| path.contains("/theirs/"));
            let is_theirs = at("theirs/f").exists();
            assert!(meant_theirs || !is_theirs, "round {round}: {outcome:?}");
            let _ = fs::remove_file(at("theirs/f"));
            done += usize::from(outcome.failure.is_none());
        }
        over.store(true, Ordering::Relaxed);
    });
    assert!(done > 0);
}

#[test]
fn a_backup_is_as_private_as_its_file_and_replaces_nothing() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("d/f");
    fs::create_dir(home.path().join("d")).unwrap();
    fs::write(&file, "secret").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    let mut node = Node::start(&home.path().join("state"), "run-1");
    let path = file.display().to_string();
    for content in ["1", "2"] {
        let asked = item([("dest", &path), ("content", content), ("backup", "yes")]);
        assert_eq!(node.perform(Conduct::Run, "copy", &asked).failure, None);
    }
    let all: Vec<PathBuf> = fs::read_dir(home.path().join("d"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert_eq!(all.len(), 3, "{all:?}");
    for path in all {
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{path:?}");
    }
}

#[test]
fn a_replaced_file_keeps_its_extended_attributes() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("f");
    fs::write(&file, "old").unwrap();
    let flags = rustix::fs::XattrFlags::empty();
    if rustix::fs::setxattr(&file, "user.note", b"kept", flags).is_err() {
        // This file system has none.
        return;
    }
    let long = "x".repeat(1000);
    rustix::fs::setxattr(&file, "user.long", long.as_bytes(), flags).unwrap();
    let mut node = Node::start(&home.path().join("state"), "run-1");
    let path = file.display().to_string();
    let asked = item([("dest", &path), ("content", "new")]);
    assert_eq!(node.perform(Conduct::Run, "copy", &asked).failure, None);
    assert_eq!(fs::read_to_string(&file).unwrap(), "new");
    for (name, wanted) in [("user.note", "kept"), ("user.long", long.as_str())] {
        let mut value = vec![0; 2000];
        let length = rustix::fs::getxattr(&file, name, &mut value[..]).unwrap();
        assert_eq!(&value[..length], wanted.as_bytes());
    }
}

#[test]
fn only_regular_files_are_read_and_pipes_make_nobody_wait() {
    let home = tempfile::tempdir().unwrap();
    let pipe = home.path().join("pipe");
    let mode = rustix::fs::Mode::from_raw_mode(0o600);
    rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, mode, 0).unwrap();
    let mut node = Node::start(&home.path().join("state"), "run-1");
    let pipe = pipe.display().to_string();
    for (path, why) in [
        (pipe.as_str(), "not a regular file"),
        ("/dev/zero", "not a regular file"),
        ("/proc/kcore", "larger than"),
    ] {
        if !Path::new(path).exists() {
            continue;
        }
        let outcome = node.perform(Conduct::Run, "slurp", &item([("src", path)]));
        let failure = outcome.failure.unwrap();
        assert!(failure.message.contains(why), "{path}: {}", failure.message);
    }
}

/// Each name is one that a shell, an option parser or a template would take for something else.
const ODD: &[Case] = &[
    Case {
        name: "a file",
        module: "copy",
        there: &[("a 'b\"/", 0o755, "")],
        args: r#"{"dest": "@/a 'b\"/$(touch x)`id`;\n{{ 1 }}&", "content": "x"}"#,
        then: Then::Changes,
    },
    Case {
        name: "a line",
        module: "lineinfile",
        there: &[("-rf * ?", 0o600, "a\n")],
        args: r#"{"path": "@/-rf * ?", "line": "$(id) 'x\""}"#,
        then: Then::Changes,
    },
    Case {
        name: "a directory",
        module: "file",
        there: &[],
        args: r#"{"path": "@/é\t|<>\\", "state": "directory"}"#,
        then: Then::Changes,
    },
    Case {
        name: "something removed",
        module: "file",
        there: &[("$(id)", 0o600, "x"), ("~", 0o600, "y")],
        args: r#"{"path": "@/$(id)", "state": "absent"}"#,
        then: Then::Changes,
    },
    Case {
        name: "a file that its validation names",
        module: "copy",
        there: &[("a b'$(id)/", 0o755, "")],
        args: r#"{"dest": "@/a b'$(id)/f", "content": "x", "validate": "test -f %s"}"#,
        then: Then::Changes,
    },
];

#[test]
fn odd_names_are_only_names() {
    prove(ODD);
}

/// The names of all tests, as `file::name`.
fn tests() -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut left = vec![root.join("src"), root.join("tests")];
    let mut all = BTreeSet::new();
    while let Some(path) = left.pop() {
        if path.is_dir() {
            left.extend(
                fs::read_dir(path)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            );
        } else if path.extension().is_some_and(|end| end == "rs") {
            let shown = path.strip_prefix(root).unwrap().display().to_string();
            let text = fs::read_to_string(&path).unwrap();
            let mut lines = text.lines().map(str::trim);
            while let Some(line) = lines.next() {
                let is_test = line == "#[test]" || line.starts_with("#[tokio::test");
                let named = lines
                    .by_ref()
                    .take(usize::from(is_test) * 5)
                    .find_map(|line| line.split_once("fn ")?.1.split_once('('));
                all.extend(named.map(|(name, _)| format!("{shown}::{name}")));
            }
        }
    }
    all
}

#[test]
fn every_hostile_case_has_its_tests() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let table = fs::read_to_string(root.join("tests/hostile.md")).unwrap();
    let tests = tests();
    let mut missing = Vec::new();
    let mut rows = 0;
    for row in table.lines().filter(|line| line.starts_with("| S")) {
        rows += 1;
        let named: Vec<&str> = row
            .split('`')
            .filter(|part| part.contains(".rs::"))
            .collect();
        if named.is_empty() && !row.contains("not built") {
            missing.push(format!("no test: {row}"));
        }
        let gone = named.iter().filter(|name| !tests.contains(**name));
        missing.extend(gone.map(|name| format!("there is no {name}")));
    }
    assert!(rows > 50, "{rows} rows");
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}
