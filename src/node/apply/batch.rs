//! Changes of which the contents are synced together.

use std::{fs::File, mem};

use super::{
    Brought, Stopped, apply, draft, entry, parent::Parents, paths::Paths, place, unsynced,
};
use crate::{
    change::{Change, How},
    host::{Live, Runs},
    state::{Entry, Kind},
};

/// So many drafts wait for one sync.
const MOST: usize = 256;

/// A thing that is finished beside its place, and not there yet.
pub(super) struct Drafted {
    pub(super) parent: super::parent::Parent,
    pub(super) draft: Vec<u8>,
    /// A content that is not on the disk yet.
    pub(super) file: Option<File>,
}

struct Waiting {
    number: Number,
    path: String,
    from: Option<Entry>,
    to: Entry,
    drafted: Drafted,
}

/// Which change of which task.
pub(in crate::node) type Number = (usize, usize);

/// How a change ended that had to wait.
pub(in crate::node) type Ended = (Number, Result<(), Stopped>);

/// Changes in the making, of several tasks that have nothing to do with each other.
///
/// New files are written beside their places, all are synced at once, and then each takes its
/// place. New directories are made at once; whatever else comes between them comes after those that
/// wait.
pub(in crate::node) struct Batch<'h> {
    host: &'h Live,
    runs: &'h Runs,
    waiting: Vec<Waiting>,
    paths: Paths,
    unsynced: unsynced::Unsynced,
    parents: Parents,
}

impl<'h> Batch<'h> {
    pub(in crate::node) fn new(host: &'h Live, runs: &'h Runs) -> Self {
        Self {
            host,
            runs,
            waiting: Vec::new(),
            paths: Paths::default(),
            unsynced: unsynced::Unsynced::default(),
            parents: Parents::default(),
        }
    }

    /// Whether a change can be one of many: it is about files alone, and no command has a say.
    pub(in crate::node) fn takes(change: &Change) -> bool {
        match change {
            Change::Entry { how, .. } => *how == How::default(),
            Change::Meta { .. } | Change::Backup { .. } | Change::Fresh { .. } => true,
            Change::Service { .. } | Change::Act(_) | Change::Perhaps { .. } => false,
        }
    }

    /// Whether those that wait must take their places before this change is made.
    pub(in crate::node) fn must_settle(&self, change: &Change) -> bool {
        let is_quiet = waits(change) || is_new_directory(change);
        !self.waiting.is_empty()
            && (self.waiting.len() >= MOST || !is_quiet || self.paths.meet(change))
    }

    /// Makes a change, or prepares it: then it waits, and `None` is returned.
    pub(in crate::node) fn add(
        &mut self,
        number: Number,
        change: &Change,
    ) -> Result<Option<Brought>, Stopped> {
        match change {
            Change::Entry {
                path,
                from,
                to: Some(to),
                ..
            } if waits(change) => {
                let parent = self.parents.of(path).map_err(|error| {
                    Stopped::new(format!("reach the directory of {path}"), error)
                })?;
                let mut drafted = entry::drafted(parent, path, to)?;
                if let Some(file) = drafted.file.take()
                    && let Err(error) = self.unsynced.add(file)
                {
                    draft::discard(&drafted.parent, &drafted.draft);
                    return Err(Stopped::new(format!("write {path}"), error));
                }
                self.paths.add_of(change);
                self.waiting.push(Waiting {
                    number,
                    path: path.clone(),
                    from: from.clone(),
                    to: to.clone(),
                    drafted,
                });
                Ok(None)
            }
            _ => {
                // It may be a directory that is held.
                self.parents = Parents::default();
                apply(change, self.host, self.runs).map(Some)
            }
        }
    }

    /// All that wait take their places, in their order. Of a task of which one cannot, no further
    /// one does: those are not among the answers.
    pub(in crate::node) fn settle(&mut self) -> Vec<Ended> {
        let synced = self.unsynced.sync();
        let mut ended: Vec<Ended> = Vec::new();
        let mut stopped = None;
        self.paths.clear();
        for one in mem::take(&mut self.waiting) {
            let Drafted { parent, draft, .. } = &one.drafted;
            if stopped == Some(one.number.0) {
                draft::discard(parent, draft);
                continue;
            }
            let done = match &synced {
                Ok(()) => place::put(
                    parent,
                    draft,
                    &one.path,
                    one.from.as_ref(),
                    &one.to,
                    self.host,
                )
                .and_then(|()| super::flags::lock(&one.path, &one.to.meta)),
                Err(error) => Err(Stopped::new(format!("write {}", one.path), error)),
            };
            if done.is_err() {
                stopped = Some(one.number.0);
                draft::discard(parent, draft);
            }
            ended.push((one.number, done));
        }
        ended
    }

    /// Nothing more of a task takes its place.
    pub(in crate::node) fn discard(&mut self, task: usize) {
        self.waiting.retain(|one| {
            if one.number.0 == task {
                draft::discard(&one.drafted.parent, &one.drafted.draft);
            }
            one.number.0 != task
        });
    }
}

/// Drafts are never left behind.
impl Drop for Batch<'_> {
    fn drop(&mut self) {
        for one in &self.waiting {
            draft::discard(&one.drafted.parent, &one.drafted.draft);
        }
    }
}

/// Whether something other than a directory appears or is replaced: it is made beside its place.
fn waits(change: &Change) -> bool {
    let is_directory = |entry: &Entry| matches!(entry.kind, Kind::Directory);
    matches!(change, Change::Entry { from, to: Some(to), how, .. }
        if !is_directory(to) && !from.as_ref().is_some_and(is_directory) && *how == How::default())
}

fn is_new_directory(change: &Change) -> bool {
    matches!(change, Change::Entry { from: None, to: Some(to), .. }
        if matches!(to.kind, Kind::Directory))
}
