//! A run taken back, newest change first.

use std::mem;

use super::{
    apply::{Batch, Paths},
    journal::{self, Remembered},
    perform::Performer,
};
use crate::{
    change::Change,
    host::{Live, Observe, Overlay},
    state::{Entry, Kind, Meta, Stamp, Stat},
    value::Unknown,
    wire::Undone,
};

/// Takes back what `run` changed on this host; what somebody else changed since stays.
pub(super) fn undo(performer: &mut Performer, run: &str, rehearse: bool) -> Result<Undone, String> {
    let login = performer
        .live()
        .login()
        .map_err(|unseen| unseen.to_string())?;
    let host = performer.hello().host.clone();
    let all = journal::remembered(&login, run, &host)
        .map_err(|error| format!("cannot read the journal of {run}: {error}"))?;
    let mut undone = Undone::default();
    let mut waiting = Waiting::default();
    if !rehearse && !all.is_empty() {
        performer.journal()?;
    }
    // What a rehearsal has taken back lies over the host.
    let mut shadow = Overlay::new(performer.live().clone());
    for Remembered { change, made, .. } in all.into_iter().rev() {
        if made == Some(false) || !change.counts() && !matches!(change, Change::Backup { .. }) {
            continue;
        }
        let inverse = match change.inverse() {
            Ok(inverse) => inverse,
            Err(irreversible) => {
                undone.irreversible.push(irreversible.0);
                continue;
            }
        };
        if waiting.must_go_before(&inverse, performer.live()) {
            waiting.go(performer, &mut undone);
        }
        match stands(&change, &shadow) {
            Ok(true) => {}
            // Interrupted before it was made, or taken back already.
            Ok(false) if stands(&inverse, &shadow) == Ok(true) => continue,
            Ok(false) if made.is_none() && is_half_made(&change, &shadow) => {}
            Ok(false) => {
                undone.conflicts.push(format!(
                    "{} has been changed since",
                    change.path().unwrap_or("a service")
                ));
                continue;
            }
            Err(why) => {
                undone.conflicts.push(why);
                continue;
            }
        }
        if rehearse {
            shadow.lay(&inverse, &Unknown::because("it was taken back"));
            undone.changes.push(inverse);
        } else {
            waiting.add(inverse);
        }
    }
    waiting.go(performer, &mut undone);
    performer.keep().map_err(|error| error.to_string())?;
    Ok(undone)
}

/// So many changes are taken back together at most.
const MOST: usize = 256;

/// Changes that take others back, to be made together.
#[derive(Default)]
struct Waiting {
    inverses: Vec<Change>,
    paths: Paths,
}

impl Waiting {
    /// Whether these are made before anything is said of what the other one is about.
    fn must_go_before(&self, inverse: &Change, host: &Live) -> bool {
        // One that waits may be about the same file under another name.
        let has_names = |path: &str| host.has_names(path) != Ok(false);
        let is_alone = |change: &Change| !Batch::takes(change);
        self.inverses.len() >= MOST
            || is_alone(inverse)
            || self.inverses.last().is_some_and(is_alone)
            || self.paths.meet(inverse)
            || !self.inverses.is_empty() && inverse.path().is_some_and(has_names)
    }

    fn add(&mut self, inverse: Change) {
        self.paths.add_of(&inverse);
        self.inverses.push(inverse);
    }

    fn go(&mut self, performer: &mut Performer, undone: &mut Undone) {
        self.paths.clear();
        let inverses = mem::take(&mut self.inverses);
        let made = performer.make_each(inverses.clone());
        for (inverse, made) in inverses.into_iter().zip(made) {
            match made {
                Ok(()) => undone.changes.push(inverse),
                Err(stopped) => undone.conflicts.push(stopped.to_string()),
            }
        }
    }
}

/// Whether the host is as this change leaves it.
fn stands(change: &Change, host: &dyn Observe) -> Result<bool, String> {
    let seen = match change {
        Change::Entry { path, to, .. } => host.entry(path).map(|seen| match (seen, to) {
            (None, None) => true,
            (Some(seen), Some(to)) => {
                let is_it = match &to.kind {
                    Kind::Hard(other) => host.is_same(path, other) == Ok(true),
                    kind => seen.kind == *kind,
                };
                let mut left = to.meta.clone();
                if matches!(to.kind, Kind::Directory) {
                    // What is made and removed in it sets its time.
                    left.mtime = Stamp::Any;
                }
                is_it && is_still(&seen.meta, &left)
            }
            _ => false,
        }),
        Change::Meta { path, from, to } => host.stat(path).map(|seen| {
            seen.is_some_and(|seen| {
                let mut left = to.clone();
                if matches!(seen.kind, Kind::Directory) && from.mtime == to.mtime {
                    // It was not about the time, which is set by what is made in a directory.
                    left.mtime = Stamp::Any;
                }
                is_still(&seen.meta, &left)
            })
        }),
        Change::Service {
            name, manager, to, ..
        } => host.service(name, *manager).map(|seen| seen == Some(*to)),
        Change::Act(_) | Change::Backup { .. } | Change::Fresh { .. } | Change::Perhaps { .. } => {
            Ok(true)
        }
    };
    seen.map_err(|unseen| unseen.to_string())
}

/// Whether the host is between both sides of a change: attributes are given one after the other.
fn is_half_made(change: &Change, host: &dyn Observe) -> bool {
    let between = |path: &str, from: &Meta, to: &Meta| {
        let Ok(Some(Stat { meta: seen, .. })) = host.stat(path) else {
            return false;
        };
        let bits = |meta: &Meta| meta.mode.bits();
        // A new owner takes the set-ID bits away.
        let modes = [bits(from), bits(to), bits(from) & 0o1777];
        let names = || {
            from.xattrs
                .keys()
                .chain(to.xattrs.keys())
                .chain(seen.xattrs.keys())
        };
        modes.contains(&bits(&seen))
            && [from.uid, to.uid].contains(&seen.uid)
            && [from.gid, to.gid].contains(&seen.gid)
            && names().all(|name| {
                let value = seen.xattrs.get(name);
                value == from.xattrs.get(name) || value == to.xattrs.get(name)
            })
    };
    match change {
        Change::Meta { path, from, to } => between(path, from, to),
        // It is in its place, but for the flags that lock it there.
        Change::Entry {
            path,
            to: Some(Entry { kind, meta }),
            ..
        } => {
            let seen = host.entry(path);
            seen.is_ok_and(|seen| {
                seen.is_some_and(|seen| {
                    let open = Meta {
                        flags: None,
                        ..meta.clone()
                    };
                    seen.kind == *kind && is_still(&seen.meta, &open)
                })
            })
        }
        _ => false,
    }
}

/// Whether attributes are as they were left; having been read does not count.
fn is_still(seen: &Meta, left: &Meta) -> bool {
    let mtime = match left.mtime {
        Stamp::Now => Stamp::Any,
        mtime => mtime,
    };
    seen.satisfies(&Meta {
        atime: Stamp::Any,
        mtime,
        ..left.clone()
    })
}
