//! A finished draft takes its place, at once and whole.

use rustix::{
    fs::{AtFlags, RenameFlags, renameat, renameat_with, statat, unlinkat},
    io::Errno,
};

use super::{Doing as _, Stopped, draft, parent::Parent};
use crate::{
    host::{Live, Observe as _},
    state::{Entry, Kind, Meta, Stamp},
};

/// Puts the draft of `to` where `from` was seen.
pub(super) fn put(
    parent: &Parent,
    draft: &[u8],
    path: &str,
    from: Option<&Entry>,
    to: &Entry,
    host: &Live,
) -> Result<(), Stopped> {
    let is_directory = |entry: &Entry| matches!(entry.kind, Kind::Directory);
    let what = format!("put {path} in place");
    match from {
        None => match new(parent, draft) {
            Err(Errno::EXIST) => meanwhile(parent, draft, path, to, host),
            done => done.doing(&what),
        },
        Some(seen) if is_directory(seen) != is_directory(to) => {
            exchange(parent, draft, is_directory(seen)).doing(&what)
        }
        Some(_) => {
            renameat(
                &parent.directory,
                draft,
                &parent.directory,
                parent.name.as_slice(),
            )
            .doing(&what)?;
            // Renaming one name of a file to another name of it does nothing at all.
            if matches!(to.kind, Kind::Hard(_)) {
                draft::discard(parent, draft);
            }
            Ok(())
        }
    }
}

/// Nothing is replaced that appeared since nothing was seen.
fn new(parent: &Parent, draft: &[u8]) -> rustix::io::Result<()> {
    let (at, name) = (&parent.directory, parent.name.as_slice());
    match renameat_with(at, draft, at, name, RenameFlags::NOREPLACE) {
        // Not every file system can.
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {}
        done => return done,
    }
    match statat(at, name, AtFlags::SYMLINK_NOFOLLOW) {
        Err(Errno::NOENT) => renameat(at, draft, at, name),
        Ok(_) => Err(Errno::EXIST),
        Err(error) => Err(error),
    }
}

/// What appeared meanwhile is fine when it is just what we were about to make: two names in the
/// inventory may be one machine.
fn meanwhile(
    parent: &Parent,
    draft: &[u8],
    path: &str,
    to: &Entry,
    host: &Live,
) -> Result<(), Stopped> {
    let unseen = |unseen| Stopped::new(format!("look at {path}"), unseen);
    let is_it = match &to.kind {
        Kind::Hard(other) => host.is_same(path, other).map_err(unseen)?,
        kind => host
            .entry(path)
            .map_err(unseen)?
            .is_some_and(|seen| seen.kind == *kind && is_dressed(&seen.meta, &to.meta)),
    };
    if !is_it {
        return Err(Stopped {
            is_overtaken: true,
            ..Stopped::new(
                format!("put {path} in place"),
                "something else was put there since we looked",
            )
        });
    }
    draft::discard(parent, draft);
    Ok(())
}

/// Whether another node has given these attributes; its time is as good as ours.
fn is_dressed(seen: &Meta, wanted: &Meta) -> bool {
    seen.satisfies(&Meta {
        atime: Stamp::Any,
        ..wanted.clone().as_seen()
    })
}

/// A directory and something else change places, and what was there goes. A directory in the way
/// is empty by now: the plan has emptied it before.
fn exchange(parent: &Parent, draft: &[u8], was_directory: bool) -> rustix::io::Result<()> {
    let (at, name) = (&parent.directory, parent.name.as_slice());
    let flags = if was_directory {
        AtFlags::REMOVEDIR
    } else {
        AtFlags::empty()
    };
    match renameat_with(at, draft, at, name, RenameFlags::EXCHANGE) {
        Ok(()) => {}
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {
            unlinkat(at, name, flags)?;
            return renameat(at, draft, at, name);
        }
        Err(error) => return Err(error),
    }
    let removed = unlinkat(at, draft, flags);
    if removed.is_err() {
        // It is not ours to take away after all.
        let _ = renameat_with(at, draft, at, name, RenameFlags::EXCHANGE);
    }
    removed
}
