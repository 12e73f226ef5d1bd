//! Many changes of one request: made together, as if alone.

use std::path::Path;

use hostwright::{
    change::Change,
    wire::{Conduct, Item, Outcome, Reply, Request},
};

use crate::{
    mechanical::{args, prepare},
    node::{Node, task, timeless_tree},
};

fn request(module: &str, items: &[String], root: &Path) -> Request {
    let item = |json: &String| Item {
        args: args(json, root),
        ..Item::default()
    };
    let items: Vec<Item> = items.iter().map(item).collect();
    let mut task = task(Conduct::Run, module, &items[0]);
    task.items = items;
    Request::Perform(Box::new(task))
}

fn outcomes(reply: Reply) -> Vec<Outcome> {
    match reply {
        Reply::Done(outcomes) => outcomes,
        other => panic!("{other:?}"),
    }
}

/// What is told of an outcome, but for the directory of the test and the times.
fn told(outcome: &Outcome, root: &Path) -> String {
    let paths: Vec<_> = outcome.changes.iter().map(Change::path).collect();
    let text = format!("{:?} {:?} {:?}", outcome.result, outcome.failure, paths);
    text.replace(root.to_str().unwrap(), "@")
}

/// Asks for the items as one loop, and in another place one by one.
fn compare(module: &str, there: &[(&str, u32, &str)], items: &[&str]) {
    let items: Vec<String> = items.iter().map(|item| (*item).to_owned()).collect();
    let home = tempfile::tempdir().unwrap();
    let (state, other_state) = (home.path().join("state"), home.path().join("other"));
    let roots = [home.path().join("a"), home.path().join("b")];
    for root in &roots {
        prepare(root, there);
    }
    let before = timeless_tree(&roots[0]);

    let mut node = Node::start(&state, "run-1");
    let together = outcomes(node.ask(request(module, &items, &roots[0])));
    let mut other = Node::start(&other_state, "run-1");
    let alone = items
        .chunks(1)
        .flat_map(|item| outcomes(other.ask(request(module, item, &roots[1]))));

    let alone: Vec<String> = alone.map(|one| told(&one, &roots[1])).collect();
    let together: Vec<String> = together.iter().map(|one| told(one, &roots[0])).collect();
    assert_eq!(together, alone);
    assert_eq!(timeless_tree(&roots[0]), timeless_tree(&roots[1]));

    let undone = node.undo("run-1", false);
    let other_undone = other.undo("run-1", false);
    assert_eq!(
        (undone.conflicts, other_undone.conflicts),
        (Vec::new(), Vec::new())
    );
    assert_eq!(timeless_tree(&roots[0]), before);
}

#[test]
fn a_loop_of_copies_does_what_its_items_do_one_after_the_other() {
    compare(
        "copy",
        &[("f", 0o600, "old"), ("d/", 0o755, ""), ("l", 0, "-> d")],
        &[
            r#"{"dest": "@/f", "content": "one", "backup": false}"#,
            r#"{"dest": "@/d/g", "content": "two"}"#,
            r#"{"dest": "@/f", "content": "three", "mode": "0640"}"#,
            r#"{"dest": "@/missing/f", "content": "x"}"#,
            r#"{"dest": "@/l/g", "content": "four"}"#,
            r#"{"dest": "@/d/h", "src": "@/d/g", "remote_src": true}"#,
            r#"{"dest": "/proc/hostwright", "content": "x"}"#,
            r#"{"dest": "@/d/i", "content": "five", "validate": "test -s %s"}"#,
            r#"{"dest": "@/d/j", "content": "six", "validate": "false %s"}"#,
            r#"{"dest": "@/f", "content": "three", "mode": "0640"}"#,
            r#"{"dest": "@/k", "content": "seven"}"#,
        ],
    );
}

#[test]
fn a_loop_of_files_does_what_its_items_do_one_after_the_other() {
    compare(
        "file",
        &[("f", 0o600, "old"), ("d/x", 0o644, "x")],
        &[
            r#"{"path": "@/a", "state": "directory"}"#,
            r#"{"path": "@/a/b/c", "state": "directory"}"#,
            r#"{"path": "@/a/b/l", "src": "c", "state": "link"}"#,
            r#"{"path": "@/a/b/l/m", "state": "directory", "mode": "0700"}"#,
            r#"{"path": "@/a", "state": "directory"}"#,
            r#"{"path": "@/d/y", "src": "@/d/x", "state": "hard"}"#,
            r#"{"path": "@/d/y", "mode": "0600"}"#,
            r#"{"path": "@/d/x", "mode": "0640"}"#,
            r#"{"path": "@/d", "mode": "0700", "recurse": true, "state": "directory"}"#,
            r#"{"path": "@/f", "state": "absent"}"#,
            r#"{"path": "@/f", "state": "directory"}"#,
            r#"{"path": "@/f/g", "state": "touch"}"#,
            r#"{"path": "@/a", "state": "absent"}"#,
            r#"{"path": "@/a/b"}"#,
        ],
    );
}

#[test]
fn a_loop_of_lines_in_one_file_has_them_all() {
    compare(
        "lineinfile",
        &[("f", 0o644, "one\n"), ("g", 0o644, "one\n")],
        &[
            r#"{"path": "@/f", "line": "two"}"#,
            r#"{"path": "@/g", "line": "two"}"#,
            r#"{"path": "@/f", "line": "three", "insertafter": "two"}"#,
            r#"{"path": "@/f", "line": "two"}"#,
            r#"{"path": "@/f", "regexp": "^two", "line": "2"}"#,
            r#"{"path": "@/h", "line": "x"}"#,
            r#"{"path": "@/h", "line": "x", "create": true}"#,
            r#"{"path": "@/h", "line": "y"}"#,
        ],
    );
}

#[cfg(target_arch = "x86_64")]
mod counted {
    use std::collections::BTreeMap;

    use nix::libc;

    use super::{outcomes, request};
    use crate::{
        kill::calls,
        mechanical::prepare,
        node::{Node, timeless_tree},
    };

    /// How often anything is brought to the disk.
    fn syncs(calls: &BTreeMap<i64, usize>) -> usize {
        [
            libc::SYS_fsync,
            libc::SYS_fdatasync,
            libc::SYS_syncfs,
            libc::SYS_sync,
            libc::SYS_msync,
            libc::SYS_sync_file_range,
        ]
        .iter()
        .map(|call| calls.get(call).copied().unwrap_or_default())
        .sum()
    }

    /// How many system calls of any kind each further item takes.
    fn each(many: &BTreeMap<i64, usize>, few: &BTreeMap<i64, usize>, items: usize) -> usize {
        (many.values().sum::<usize>() - few.values().sum::<usize>()) / items
    }

    #[test]
    fn a_loop_is_synced_as_often_as_one_item() {
        let home = tempfile::tempdir().unwrap();
        let (root, state) = (home.path().join("root"), home.path().join("state"));
        prepare(&root, &[("d/", 0o755, "")]);
        let before = timeless_tree(&root);
        let item = |name: usize| format!(r#"{{"dest": "@/d/{name}", "content": "new {name}"}}"#);
        let mut node = Node::start(&state, "run-0");
        // It opens the journal.
        node.ask(request("copy", &[item(0)], &root));
        let (one, _) = calls(&mut node, request("copy", &[item(1)], &root));
        let items: Vec<String> = (2..62).map(item).collect();
        let (many, reply) = calls(&mut node, request("copy", &items, &root));
        assert_eq!(syncs(&one), 3, "{one:?}");
        assert_eq!(syncs(&many), 3, "{many:?}");
        assert!(outcomes(reply).iter().all(|one| one.changed() == Ok(true)));
        assert_eq!(many[&libc::SYS_renameat2], 60);
        let each = each(&many, &one, 59);
        assert!(each < 150, "{each}: {many:?}");

        drop(node);
        let mut next = Node::start(&state, "run-1");
        let undo = || hostwright::wire::Request::Undo {
            run: "run-0".to_owned(),
            rehearse: false,
        };
        let (undone, _) = calls(&mut next, undo());
        assert_eq!(syncs(&undone), 2, "{undone:?}");
        assert_eq!(timeless_tree(&root), before);
    }

    #[test]
    fn a_tree_is_synced_as_often_as_one_file() {
        let home = tempfile::tempdir().unwrap();
        let (root, state) = (home.path().join("root"), home.path().join("state"));
        prepare(&root, &[("s/a/", 0o755, ""), ("s/b/c/", 0o755, "")]);
        for number in 0..60 {
            let directory = ["a", "b", "b/c"][number % 3];
            let path = root.join(format!("s/{directory}/{number}"));
            std::fs::write(path, number.to_string()).unwrap();
        }
        let item =
            |to: &str| format!(r#"{{"src": "@/s/", "dest": "@/{to}/", "remote_src": true}}"#);
        let mut node = Node::start(&state, "run-0");
        node.ask(request("copy", &[item("t")], &root));
        let (many, _) = calls(&mut node, request("copy", &[item("u")], &root));
        assert_eq!(syncs(&many), 3, "{many:?}");
        assert_eq!(
            timeless_tree(&root.join("s")),
            timeless_tree(&root.join("u"))
        );
    }
}
