//! A real node over a pipe, and what it does to a directory of its own.

use std::{
    collections::BTreeMap,
    fs,
    io::Read as _,
    os::unix::fs::MetadataExt as _,
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use hostwright::{
    state::Meta,
    value::{Map, Value},
    wire::{self, Conduct, Envelope, Hello, Item, Outcome, Reply, Request, Task, Undone},
};

/// A node with its journal in a directory of the test.
pub(crate) struct Node {
    child: Child,
    input: Option<ChildStdin>,
    output: ChildStdout,
    id: u64,
}

const NONCE: u64 = 77;

impl Node {
    pub(crate) fn start(state: &Path, run: &str) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_hostwright"))
            .arg("node")
            .env("HOSTWRIGHT_STATE", state)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = child.stdin.take();
        let mut output = child.stdout.take().unwrap();
        let mut magic = vec![0; wire::MAGIC.len()];
        output.read_exact(&mut magic).unwrap();
        assert_eq!(magic, wire::MAGIC.as_bytes());
        let mut node = Self {
            child,
            input,
            output,
            id: 0,
        };
        let hello = Hello {
            version: wire::VERSION,
            run: run.to_owned(),
            host: "web1".to_owned(),
            owner: "the tests".to_owned(),
        };
        assert!(matches!(node.ask(Request::Hello(hello)), Reply::Welcome(_)));
        node
    }

    /// The process.
    #[cfg(target_arch = "x86_64")]
    pub(crate) fn pid(&self) -> nix::unistd::Pid {
        nix::unistd::Pid::from_raw(self.child.id().cast_signed())
    }

    pub(crate) fn ask(&mut self, body: Request) -> Reply {
        let id = self.say(body);
        self.hear(id)
    }

    /// Sends a request without waiting for its answer.
    pub(crate) fn say(&mut self, body: Request) -> u64 {
        self.id += 1;
        let envelope = Envelope {
            nonce: NONCE,
            id: self.id,
            body,
        };
        wire::write(self.input.as_mut().unwrap(), &envelope).unwrap();
        self.id
    }

    /// The answer to the request of that number, which must be the next one.
    pub(crate) fn hear(&mut self, id: u64) -> Reply {
        let reply: Envelope<Reply> = wire::read(&mut self.output).unwrap().unwrap();
        assert_eq!((reply.nonce, reply.id), (NONCE, id));
        reply.body
    }

    /// The next answer, and the number of its request.
    pub(crate) fn hear_any(&mut self) -> (u64, Reply) {
        let reply: Envelope<Reply> = wire::read(&mut self.output).unwrap().unwrap();
        (reply.id, reply.body)
    }

    /// The control side goes away without a word.
    pub(crate) fn leave(&mut self) {
        self.input = None;
    }

    /// One task with one item.
    pub(crate) fn perform(&mut self, conduct: Conduct, module: &str, item: &Item) -> Outcome {
        let task = task(conduct, module, item);
        match self.ask(Request::Perform(Box::new(task))) {
            Reply::Done(mut outcomes) => outcomes.remove(0),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn undo(&mut self, run: &str, rehearse: bool) -> Undone {
        let run = run.to_owned();
        match self.ask(Request::Undo { run, rehearse }) {
            Reply::Undone(undone) => undone,
            other => panic!("{other:?}"),
        }
    }
}

/// A task with one item.
pub(crate) fn task(conduct: Conduct, module: &str, item: &Item) -> Task {
    Task {
        conduct,
        name: "the task".to_owned(),
        place: None,
        module: module.to_owned(),
        items: vec![item.clone()],
        environment: Vec::new(),
        timeout: Some(60),
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.input = None;
        let _ = self.child.wait();
    }
}

/// Everything below a directory: kind, mode, owner, flags, content, and the time of what is no directory.
pub(crate) fn tree(root: &Path) -> BTreeMap<String, String> {
    tree_with(root, |meta| format!("{} ", meta.mtime()))
}

/// Like [`tree`], without times.
pub(crate) fn timeless_tree(root: &Path) -> BTreeMap<String, String> {
    tree_with(root, |_| String::new())
}

fn tree_with(root: &Path, time: impl Fn(&fs::Metadata) -> String) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    let mut left = vec![root.to_owned()];
    while let Some(path) = left.pop() {
        let meta = fs::symlink_metadata(&path).unwrap();
        let what = if meta.is_dir() {
            left.extend(fs::read_dir(&path).unwrap().map(|one| one.unwrap().path()));
            "directory".to_owned()
        } else if meta.is_symlink() {
            format!("link to {}", fs::read_link(&path).unwrap().display())
        } else if meta.is_file() {
            let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
            format!("{}{text:?}", time(&meta))
        } else {
            format!("device {}", meta.rdev())
        };
        let name = path.strip_prefix(root).unwrap().display().to_string();
        let owner = format!("{}:{}", meta.uid(), meta.gid());
        all.insert(
            name,
            format!("{:o} {owner}{} {what}", meta.mode(), flags(&path, &meta)),
        );
    }
    all
}

/// The flags that `chattr` can set, where there are any.
fn flags(path: &Path, meta: &fs::Metadata) -> String {
    if !meta.is_file() && !meta.is_dir() {
        return String::new();
    }
    let flags = fs::File::open(path)
        .ok()
        .and_then(|file| rustix::fs::ioctl_getflags(&file).ok())
        .map_or(0, |flags| flags.bits() & Meta::FLAGS);
    if flags == 0 {
        String::new()
    } else {
        format!(" {flags:#x}")
    }
}

#[test]
fn a_second_run_is_kept_away_while_one_changes_the_host() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("f").display().to_string();
    let item = Item {
        args: Map::from([("dest", file.as_str()), ("content", "x")]),
        ..Item::default()
    };
    let mut first = Node::start(&home.path().join("state"), "run-1");
    assert_eq!(first.perform(Conduct::Run, "copy", &item).failure, None);
    let mut second = Node::start(&home.path().join("state"), "run-2");
    let other = Item {
        args: Map::from([("dest", file.as_str()), ("content", "y")]),
        ..Item::default()
    };
    let failure = second
        .perform(Conduct::Run, "copy", &other)
        .failure
        .unwrap();
    assert!(
        failure.message.contains("run-1, started by the tests"),
        "{}",
        failure.message
    );
    assert_eq!(fs::read_to_string(file).unwrap(), "x");
}

#[test]
fn a_task_that_nobody_waits_for_any_more_is_taken_back() {
    let home = tempfile::tempdir().unwrap();
    let root = home.path().join("root");
    fs::create_dir(&root).unwrap();
    for number in 0..500 {
        fs::write(root.join(number.to_string()), "x").unwrap();
    }
    let before = tree(&root);
    let path = root.display().to_string();
    let item = Item {
        args: Map::from([
            ("path", Value::from(path)),
            ("state", Value::from("directory")),
            ("recurse", Value::from(true)),
            ("mode", Value::from("u=rwX,go=")),
        ]),
        ..Item::default()
    };
    let mut node = Node::start(&home.path().join("state"), "run-1");
    node.say(Request::Perform(Box::new(task(
        Conduct::Run,
        "file",
        &item,
    ))));
    node.leave();
    drop(node);
    assert_eq!(before, tree(&root));
}

#[test]
fn what_somebody_changed_since_is_not_undone() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("f").display().to_string();
    let item = Item {
        args: Map::from([("dest", file.as_str()), ("content", "ours")]),
        ..Item::default()
    };
    let mut node = Node::start(&home.path().join("state"), "run-1");
    assert_eq!(node.perform(Conduct::Run, "copy", &item).failure, None);
    fs::write(&file, "theirs").unwrap();
    let undone = node.undo("run-1", false);
    assert_eq!(undone.changes, []);
    assert_eq!(undone.conflicts.len(), 1);
    assert_eq!(fs::read_to_string(file).unwrap(), "theirs");
}

#[test]
fn a_change_that_fails_leaves_nothing_unknown_in_the_result() {
    let home = tempfile::tempdir().unwrap();
    let mut node = Node::start(&home.path().join("state"), "run-1");
    // The kernel lets nobody make a directory there.
    let item = Item {
        args: Map::from([("path", "/proc/hostwright"), ("state", "directory")]),
        ..Item::default()
    };
    let outcome = node.perform(Conduct::Run, "file", &item);
    let failure = outcome.failure.unwrap();
    assert!(failure.message.contains("/proc/hostwright"), "{failure:?}");
    let unknown: Vec<_> = outcome
        .result
        .iter()
        .filter(|(_, value)| matches!(value, Value::Unknown(_)))
        .collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

#[test]
fn a_frame_of_another_connection_ends_the_node() {
    let home = tempfile::tempdir().unwrap();
    let mut node = Node::start(&home.path().join("state"), "run-1");
    let forged = Envelope {
        nonce: NONCE + 1,
        id: 9,
        body: Request::Ping,
    };
    wire::write(node.input.as_mut().unwrap(), &forged).unwrap();
    assert!(matches!(
        wire::read::<Envelope<Reply>>(&mut node.output),
        Ok(None)
    ));
}
