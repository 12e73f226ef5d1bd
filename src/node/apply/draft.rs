//! Unfinished things beside what they become, and what is left of them.

use std::{
    io,
    os::fd::OwnedFd,
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use rustix::{
    fs::{AtFlags, Dir, Mode, OFlags, openat, unlinkat},
    io::Errno,
};

use super::{letters, parent::Parent};

/// What the name of every draft starts with.
const PREFIX: &str = ".hostwright-";

/// Who we are among all nodes that were or will be on this host.
pub(in crate::node) fn identity() -> &'static str {
    static IDENTITY: OnceLock<String> = OnceLock::new();
    IDENTITY.get_or_init(|| format!("{}-{}", std::process::id(), letters()))
}

/// A name for something unfinished, in the directory where it will end.
pub(super) fn name() -> Vec<u8> {
    static DRAFTS: AtomicU32 = AtomicU32::new(0);
    let number = DRAFTS.fetch_add(1, Ordering::Relaxed);
    format!("{PREFIX}{}-{number}", identity()).into_bytes()
}

/// Removes a draft, if it is there.
pub(super) fn discard(parent: &Parent, draft: &[u8]) {
    let at = &parent.directory;
    if unlinkat(at, draft, AtFlags::empty()) == Err(Errno::ISDIR) {
        let _ = unlinkat(at, draft, AtFlags::REMOVEDIR);
    }
}

/// Removes what a node that died has left unfinished beside a canonical path.
pub(in crate::node) fn sweep(path: &str, whose: &str) -> io::Result<()> {
    let parent = match Parent::of(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        parent => parent?,
    };
    let readable: OwnedFd = openat(
        &parent.directory,
        ".",
        OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC,
        Mode::empty(),
    )?;
    let prefix = format!("{PREFIX}{whose}-").into_bytes();
    for entry in Dir::read_from(readable)? {
        let entry = entry?;
        let name = entry.file_name().to_bytes();
        if name.starts_with(&prefix) {
            discard(&parent, name);
        }
    }
    Ok(())
}
