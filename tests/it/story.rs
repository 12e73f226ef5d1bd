//! The frame of every story about a module.
//!
//! What was there, what was asked, what became of it. Each story is told further by itself: a
//! second run plans nothing, the way back leads home, and on a real directory the rehearsal
//! foretold exactly the run and undoing it restores the tree.

use std::{collections::BTreeMap, fmt::Write as _};

use expect_test::Expect;
use hostwright::{
    change::{Change, Plan},
    host::{Memory, Observe, Overlay},
    modules::{self, Refusal},
    state::{Content, Entry, FileMode, Kind, Meta, Stamp, Supplied, Supply},
    value::{Map, Unknown, Value},
};

pub(crate) struct Story {
    module: &'static str,
    args: Map,
    supplies: BTreeMap<String, Supply>,
    host: Memory,
    again_changes: bool,
}

pub(crate) fn story<V: Into<Value>, const N: usize>(
    module: &'static str,
    args: [(&str, V); N],
) -> Story {
    Story {
        module,
        args: args.into_iter().collect(),
        supplies: BTreeMap::new(),
        host: Memory::default(),
        again_changes: false,
    }
}

fn entry(kind: Kind, mode: u32) -> Entry {
    Entry {
        kind,
        meta: Meta {
            mtime: Stamp::At(1, 0),
            atime: Stamp::At(1, 0),
            ..Meta::new(FileMode::from_bits(mode), 0, 0)
        },
    }
}

impl Story {
    /// One more argument, of any type.
    pub(crate) fn arg(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.args.insert(name, value);
        self
    }

    pub(crate) fn file(mut self, path: &str, mode: u32, content: &str) -> Self {
        self.parents(path);
        let file = entry(Kind::File(Content::of(content.as_bytes())), mode);
        self.host.entries.insert(path.to_owned(), file);
        self
    }

    pub(crate) fn directory(mut self, path: &str, mode: u32) -> Self {
        self.parents(path);
        let directory = entry(Kind::Directory, mode);
        self.host.entries.insert(path.to_owned(), directory);
        self
    }

    pub(crate) fn link(mut self, path: &str, target: &str) -> Self {
        self.parents(path);
        let link = entry(Kind::Link(target.to_owned()), 0o777);
        self.host.entries.insert(path.to_owned(), link);
        self
    }

    /// Anything else that the host should have.
    pub(crate) fn host(mut self, change: impl FnOnce(&mut Memory)) -> Self {
        change(&mut self.host);
        self
    }

    /// The control side ships this file for a parameter.
    pub(crate) fn ships(self, param: &str, path: &str, content: &str) -> Self {
        let file = Kind::File(Content::of(content.as_bytes()));
        self.ships_tree(param, path, [("", file)])
    }

    /// The control side ships this tree for a parameter.
    pub(crate) fn ships_tree<const N: usize>(
        mut self,
        param: &str,
        path: &str,
        entries: [(&str, Kind); N],
    ) -> Self {
        let entries = entries.map(|(relative, kind)| Supplied {
            path: relative.to_owned(),
            mode: FileMode::from_bits(0o644),
            kind,
        });
        let supply = Supply {
            path: path.to_owned(),
            entries: entries.into(),
        };
        self.supplies.insert(param.to_owned(), supply);
        if !self.args.contains(param) {
            self.args.insert(param, path);
        }
        self
    }

    /// A task that is not idempotent by its nature, such as a command.
    pub(crate) fn changes_each_time(mut self) -> Self {
        self.again_changes = true;
        self
    }

    /// The host as the story has it so far.
    pub(crate) fn told_host(self) -> Memory {
        self.host
    }

    /// The arguments and the host as the story has them so far.
    pub(crate) fn told(self) -> (Map, Memory) {
        (self.args, self.host)
    }

    fn parents(&mut self, path: &str) {
        let above: Vec<String> = path
            .match_indices('/')
            .skip(1)
            .map(|(at, _)| path[..at].to_owned())
            .collect();
        for directory in above {
            let made = entry(Kind::Directory, 0o755);
            self.host.entries.entry(directory).or_insert(made);
        }
    }

    fn plan(&self, host: &dyn Observe) -> Result<Plan, Refusal> {
        let module = modules::find(self.module).expect("a module of the catalogue");
        module.plan(&self.args, &self.supplies, host)
    }

    /// Checks why the module will not plan.
    #[track_caller]
    pub(crate) fn refuses(self, expected: &Expect) {
        match self.plan(&self.host) {
            Ok(plan) => panic!("it plans {:?}", plan.changes),
            Err(Refusal::Unknown(unknown)) => expected.assert_eq(&format!("unknown: {unknown}\n")),
            Err(Refusal::Failed { param, message, .. }) => {
                let param = param.map(|param| format!("{param}: ")).unwrap_or_default();
                expected.assert_eq(&format!("{param}{message}\n"));
            }
        }
    }

    /// Checks the plan, that a second run plans nothing, and that the way back leads home.
    #[track_caller]
    pub(crate) fn changes(self, expected: &Expect) {
        self.tells(expected);
    }

    /// Like [`Self::changes`], and gives the return values of the first run.
    #[track_caller]
    pub(crate) fn tells(self, expected: &Expect) -> Map {
        self.tells_to(|changes| expected.assert_eq(&changes))
    }

    /// Like [`Self::tells`], for stories that judge the changes themselves.
    #[track_caller]
    pub(crate) fn tells_to(self, judge: impl FnOnce(String)) -> Map {
        let why = Unknown::because("the story does not say");
        let mut host = Overlay::new(self.host.clone());
        let plan = self.plan(&host).unwrap();
        judge(plan.changes.iter().map(told).collect());

        for change in &plan.changes {
            host.lay(change, &why);
        }
        if !self.again_changes {
            let again = self.plan(&host).unwrap().changes;
            let again: String = again.iter().filter(|one| one.counts()).map(told).collect();
            assert_eq!(again, "", "a second run must find nothing to do");
        }
        for change in plan.changes.iter().rev() {
            if let Ok(inverse) = change.inverse() {
                host.lay(&inverse, &why);
            }
        }
        for path in plan.changes.iter().filter_map(Change::path) {
            let (before, after) = (self.host.entry(path).unwrap(), host.entry(path).unwrap());
            assert_eq!(after, before, "undo must restore {path}");
        }
        plan.result
    }
}

/// A change in one line.
pub(crate) fn told(change: &Change) -> String {
    let mut line = String::new();
    match change {
        Change::Entry { path, from, to, .. } => {
            writeln!(
                line,
                "{path}: {} -> {}",
                side(from.as_ref()),
                side(to.as_ref())
            )
            .unwrap();
        }
        Change::Meta { path, from, to } => {
            writeln!(line, "{path}: {} -> {}", meta(from), meta(to)).unwrap();
        }
        Change::Fresh {
            directory,
            prefix,
            suffix,
            entry,
        } => {
            let to = side(Some(entry));
            writeln!(line, "{directory}/{prefix}*{suffix}: fresh {to}").unwrap();
        }
        Change::Backup { path, .. } => writeln!(line, "{path}: backup").unwrap(),
        Change::Perhaps { path, unknown, to } => {
            writeln!(line, "{path}: unknown ({unknown}) -> {}", side(to.as_ref())).unwrap();
        }
        Change::Service { name, from, to, .. } => {
            writeln!(line, "service {name}: {from:?} -> {to:?}").unwrap();
        }
        Change::Act(act) => writeln!(line, "{act:?}").unwrap(),
    }
    line
}

fn meta(meta: &Meta) -> String {
    let owner = match (meta.uid, meta.gid) {
        (0, 0) => String::new(),
        (uid, gid) => format!(" {uid}:{gid}"),
    };
    let time = match meta.mtime {
        Stamp::Now => " now",
        Stamp::At(..) | Stamp::Any => "",
    };
    format!("{}{owner}{time}", meta.mode)
}

fn side(entry: Option<&Entry>) -> String {
    let Some(entry) = entry else {
        return "absent".to_owned();
    };
    let kind = match &entry.kind {
        Kind::File(Content::Unknown(unknown)) => format!("unknown content ({unknown})"),
        Kind::File(content) => content.here().map_or_else(
            || "a large file".to_owned(),
            |bytes| format!("{:?}", String::from_utf8_lossy(bytes)),
        ),
        Kind::Directory => "directory".to_owned(),
        Kind::Link(target) => format!("link to {target}"),
        other => format!("{other:?}"),
    };
    format!("{} {kind}", meta(&entry.meta))
}
