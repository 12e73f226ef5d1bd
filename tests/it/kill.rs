//! A node killed at every point: the host is as before or as after.
//!
//! The node is traced, and killed right before one of its system calls that change something: the
//! first, the second, …, until the task is done. After each kill the next node finds what is left.
#![cfg(target_arch = "x86_64")]

use std::{collections::BTreeMap, path::Path};

use hostwright::wire::{Conduct, Item, Reply, Request};
use nix::{
    libc,
    sys::{
        ptrace::{self, Options},
        signal::{Signal, kill},
        wait::{WaitPidFlag, WaitStatus, waitpid},
    },
    unistd::Pid,
};

use crate::{
    mechanical::{args, prepare},
    node::{Node, task, tree},
};

/// What is there, and what is asked.
struct Scene {
    there: &'static [(&'static str, u32, &'static str)],
    module: &'static str,
    args: &'static str,
    /// Whether it is one change, so that nothing between before and after is ever there.
    is_one: bool,
}

/// Kills a node at every point of a task; then a second one takes back what the first has done, and
/// does it again.
fn sweep(scene: &Scene) {
    let mut point = 0;
    loop {
        point += 1;
        let home = tempfile::tempdir().unwrap();
        let (root, state) = (home.path().join("root"), home.path().join("state"));
        prepare(&root, scene.there);
        let item = Item {
            args: args(scene.args, &root),
            ..Item::default()
        };
        let before = tree(&root);
        let mut node = Node::start(&state, "run-1");
        let request = Request::Perform(Box::new(task(Conduct::Run, scene.module, &item)));
        let was_killed = killed(&mut node, request, point);
        drop(node);

        let mut next = Node::start(&state, "run-2");
        if !was_killed {
            assert!(point > 10, "the node was not seen doing anything");
            return;
        }
        let left = without_drafts(&root);
        let undone = next.undo("run-1", false);
        assert_eq!(undone.conflicts, Vec::<String>::new(), "point {point}");
        if undone.changes.is_empty() {
            // Nothing opens the journal for nothing: what is left is swept with the first change.
            assert_eq!(left, tree_of(&before), "point {point}");
        } else {
            assert_eq!(tree(&root), before, "undo after a kill at point {point}");
        }
        let again = next.perform(Conduct::Run, scene.module, &item);
        assert_eq!(again.failure, None, "point {point}");
        let after = tree_of(&tree(&root));
        let drafts: Vec<_> = after.keys().filter(|name| is_draft(name)).collect();
        assert_eq!(drafts, Vec::<&String>::new(), "point {point}");
        if scene.is_one {
            let is_whole = left == tree_of(&before) || left == after;
            assert!(is_whole, "half at point {point}: {left:?}");
        }
        assert_eq!(
            next.perform(Conduct::Run, scene.module, &item).changed(),
            Ok(false),
            "point {point}"
        );
    }
}

/// Sends a request and kills the node before it makes the system call of that number, counted from
/// one; false when it answered before.
fn killed(node: &mut Node, request: Request, point: usize) -> bool {
    let mut seen = 0;
    let reply = traced(node, request, |call| {
        seen += usize::from(changes(call));
        seen == point
    });
    reply.is_none()
}

/// How often a node makes each system call for a request, and its answer.
pub(crate) fn calls(node: &mut Node, request: Request) -> (BTreeMap<i64, usize>, Reply) {
    let mut all = BTreeMap::new();
    let reply = traced(node, request, |call| {
        *all.entry(call.orig_rax.cast_signed()).or_default() += 1;
        false
    });
    (all, reply.unwrap())
}

/// Sends a request and shows every system call; before one of which `ends` holds the node is killed,
/// and there is no answer.
fn traced(
    node: &mut Node,
    request: Request,
    mut ends: impl FnMut(&libc::user_regs_struct) -> bool,
) -> Option<Reply> {
    let pid = worker(node);
    let options = Options::PTRACE_O_TRACESYSGOOD | Options::PTRACE_O_EXITKILL;
    ptrace::seize(pid, options).unwrap();
    ptrace::interrupt(pid).unwrap();
    let id = node.say(request);
    loop {
        match waitpid(pid, Some(WaitPidFlag::__WALL)).unwrap() {
            WaitStatus::PtraceSyscall(_) => {
                let call = ptrace::getregs(pid).unwrap();
                let is_entry = call.rax.cast_signed() == -i64::from(libc::ENOSYS);
                if is_entry && answers(&call) {
                    ptrace::detach(pid, None).unwrap();
                    let reply = node.hear(id);
                    assert!(matches!(reply, Reply::Done(_) | Reply::Undone(_)));
                    return Some(reply);
                }
                if is_entry && ends(&call) {
                    kill(node.pid(), Signal::SIGKILL).unwrap();
                    // A traced thread is gone only when its tracer has been told.
                    while let Ok(WaitStatus::PtraceEvent(..) | WaitStatus::PtraceSyscall(_)) =
                        waitpid(pid, Some(WaitPidFlag::__WALL))
                    {}
                    return None;
                }
                ptrace::syscall(pid, None).unwrap();
            }
            WaitStatus::Stopped(_, signal) => ptrace::syscall(pid, signal).unwrap(),
            WaitStatus::PtraceEvent(..) => ptrace::syscall(pid, None).unwrap(),
            other => panic!("the node ended: {other:?}"),
        }
    }
}

/// The thread that does what is asked: neither the first one nor the one that reads.
fn worker(node: &mut Node) -> Pid {
    assert_eq!(node.ask(Request::Ping), Reply::Pong);
    let first = node.pid();
    let threads = std::fs::read_dir(format!("/proc/{first}/task")).unwrap();
    let others = threads
        .map(|thread| thread.unwrap().path())
        .filter(|thread| {
            let name = std::fs::read_to_string(thread.join("comm")).unwrap();
            name.trim() != "reader"
        });
    let others: Vec<Pid> = others
        .map(|thread| {
            thread
                .file_name()
                .unwrap()
                .to_str()
                .unwrap()
                .parse()
                .unwrap()
        })
        .map(Pid::from_raw)
        .filter(|thread| *thread != first)
        .collect();
    assert!(others.len() < 2, "{others:?}");
    others.first().copied().unwrap_or(first)
}

fn answers(call: &libc::user_regs_struct) -> bool {
    call.orig_rax.cast_signed() == libc::SYS_write && call.rdi == 1
}

/// Whether a system call may change a file system.
fn changes(call: &libc::user_regs_struct) -> bool {
    /// `FS_IOC_SETFLAGS`.
    const SET_FLAGS: u64 = 0x4008_6602;
    let is_creating = |flags: u64| flags & u64::from(libc::O_CREAT.cast_unsigned()) != 0;
    match call.orig_rax.cast_signed() {
        libc::SYS_open => is_creating(call.rsi),
        libc::SYS_openat => is_creating(call.rdx),
        libc::SYS_ioctl => call.rsi == SET_FLAGS,
        number => [
            libc::SYS_write,
            libc::SYS_writev,
            libc::SYS_copy_file_range,
            libc::SYS_sendfile,
            libc::SYS_rename,
            libc::SYS_renameat,
            libc::SYS_renameat2,
            libc::SYS_unlink,
            libc::SYS_unlinkat,
            libc::SYS_rmdir,
            libc::SYS_mkdir,
            libc::SYS_mkdirat,
            libc::SYS_link,
            libc::SYS_linkat,
            libc::SYS_symlink,
            libc::SYS_symlinkat,
            libc::SYS_mknodat,
            libc::SYS_chmod,
            libc::SYS_fchmod,
            libc::SYS_fchmodat,
            libc::SYS_fchownat,
            libc::SYS_fchown,
            libc::SYS_utimensat,
            libc::SYS_setxattr,
            libc::SYS_lsetxattr,
            libc::SYS_fsetxattr,
            libc::SYS_ftruncate,
            libc::SYS_fsync,
            libc::SYS_fdatasync,
            libc::SYS_syncfs,
        ]
        .contains(&number),
    }
}

fn is_draft(name: &str) -> bool {
    name.rsplit('/')
        .next()
        .is_some_and(|name| name.starts_with(".hostwright-"))
}

/// A tree without the times of its files.
fn tree_of(tree: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    tree.iter()
        .map(|(name, what)| {
            let parts: Vec<&str> = what.splitn(4, ' ').collect();
            let what = match parts[..] {
                [mode, owner, time, content] if time.parse::<i64>().is_ok() => {
                    format!("{mode} {owner} {content}")
                }
                _ => what.clone(),
            };
            (name.clone(), what)
        })
        .collect()
}

fn without_drafts(root: &Path) -> BTreeMap<String, String> {
    let mut tree = tree_of(&tree(root));
    tree.retain(|name, _| !is_draft(name));
    tree
}

#[test]
fn a_replaced_file_is_the_old_one_or_the_new_one() {
    sweep(&Scene {
        there: &[("f", 0o600, "old")],
        module: "copy",
        args: r#"{"dest": "@/f", "content": "new", "mode": "4755"}"#,
        is_one: true,
    });
}

#[test]
fn a_new_directory_is_whole_or_not_there() {
    sweep(&Scene {
        there: &[("d/", 0o755, "")],
        module: "file",
        args: r#"{"path": "@/d/e", "state": "directory", "mode": "2750"}"#,
        is_one: true,
    });
}

#[test]
fn a_link_takes_the_place_of_a_file_at_once() {
    sweep(&Scene {
        there: &[("d/", 0o755, ""), ("f", 0o600, "old")],
        module: "file",
        args: r#"{"path": "@/f", "src": "d", "state": "link", "force": true}"#,
        is_one: true,
    });
}

#[test]
fn attributes_are_all_given_or_all_taken_back() {
    sweep(&Scene {
        there: &[("f", 0o4755, "old")],
        module: "file",
        args: r#"{"path": "@/f", "mode": "0600", "modification_time": "202001020304.05"}"#,
        is_one: false,
    });
}

#[test]
fn a_tree_is_removed_or_comes_back() {
    sweep(&Scene {
        there: &[("d/a", 0o600, "one")],
        module: "file",
        args: r#"{"path": "@/d", "state": "absent"}"#,
        is_one: false,
    });
}

#[test]
fn a_loop_is_made_or_comes_back() {
    let mut point = 0;
    loop {
        point += 1;
        let home = tempfile::tempdir().unwrap();
        let (root, state) = (home.path().join("root"), home.path().join("state"));
        prepare(&root, &[("d/f", 0o600, "old")]);
        let before = tree(&root);
        let task = || {
            let json = |name: &str| format!(r#"{{"dest": "@/{name}", "content": "new"}}"#);
            let item = |name| Item {
                args: args(&json(name), &root),
                ..Item::default()
            };
            let items = ["d/f", "d/g", "h"].map(item);
            let mut task = task(Conduct::Run, "copy", &items[0]);
            task.items = items.to_vec();
            Request::Perform(Box::new(task))
        };
        let was_killed = killed(&mut Node::start(&state, "run-1"), task(), point);
        let mut next = Node::start(&state, "run-2");
        let undone = next.undo("run-1", false);
        assert_eq!(undone.conflicts, Vec::<String>::new(), "point {point}");
        if !undone.changes.is_empty() {
            assert_eq!(tree(&root), before, "point {point}");
        }
        assert!(matches!(next.ask(task()), Reply::Done(_)));
        let after = tree_of(&tree(&root));
        assert!(
            after.values().all(|what| !what.contains("old")),
            "{after:?}"
        );
        assert!(!after.keys().any(|name| is_draft(name)), "{after:?}");
        if !was_killed {
            assert_eq!(undone.changes.len(), 3);
            return;
        }
    }
}

#[test]
fn an_undo_that_was_killed_is_taken_up_again() {
    let mut point = 0;
    loop {
        point += 1;
        let home = tempfile::tempdir().unwrap();
        let (root, state) = (home.path().join("root"), home.path().join("state"));
        prepare(&root, &[("d/f", 0o600, "old")]);
        let before = tree(&root);
        let item = Item {
            args: args(r#"{"path": "@/d", "state": "absent"}"#, &root),
            ..Item::default()
        };
        let mut node = Node::start(&state, "run-1");
        assert_eq!(node.perform(Conduct::Run, "file", &item).failure, None);
        drop(node);
        let mut node = Node::start(&state, "run-2");
        let undo = || Request::Undo {
            run: "run-1".to_owned(),
            rehearse: false,
        };
        let was_killed = killed(&mut node, undo(), point);
        drop(node);
        let mut next = Node::start(&state, "run-3");
        let undone = next.undo("run-1", false);
        assert_eq!(undone.conflicts, Vec::<String>::new(), "point {point}");
        if !undone.changes.is_empty() || !was_killed {
            assert_eq!(tree(&root), before, "point {point}");
        }
        if !was_killed {
            return;
        }
    }
}
