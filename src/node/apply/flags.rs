//! The flags of an inode, as `chattr` sets them.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::{
    fs::{IFlags, Mode, OFlags, ioctl_getflags, ioctl_setflags, openat},
    io::Errno,
};

use super::{Doing as _, Stopped, parent::Parent};
use crate::state::Meta;

/// With one of these set, nothing else can be changed: immutable, append only.
pub(super) const LOCKS: u32 = 0x30;

/// Opens what stands there; a link is not followed.
pub(super) fn opened(parent: &Parent) -> rustix::io::Result<OwnedFd> {
    openat(
        &parent.directory,
        parent.name.as_slice(),
        OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOFOLLOW | OFlags::CLOEXEC,
        Mode::empty(),
    )
}

/// Sets the flags that people can set; those of the file system stay.
pub(super) fn set(file: BorrowedFd<'_>, flags: u32) -> rustix::io::Result<()> {
    let seen = match ioctl_getflags(file) {
        Ok(seen) => seen.bits(),
        // A draft on a file system without flags, as when a file was moved there.
        Err(Errno::NOTTY | Errno::NOTSUP | Errno::INVAL) if flags == 0 => return Ok(()),
        Err(error) => return Err(error),
    };
    let wanted = seen & !Meta::FLAGS | flags & Meta::FLAGS;
    if seen == wanted {
        return Ok(());
    }
    ioctl_setflags(file, IFlags::from_bits_retain(wanted))
}

/// Gives all flags to what stands at a path.
pub(super) fn flag(parent: &Parent, path: &str, meta: &Meta) -> Result<(), Stopped> {
    let Some(flags) = meta.flags else {
        return Ok(());
    };
    let what = format!("flag {path}");
    let file = opened(parent).doing(&what)?;
    set(file.as_fd(), flags).doing(&what)
}

/// Sets the flags that forbid changes, after everything else.
pub(super) fn lock(path: &str, meta: &Meta) -> Result<(), Stopped> {
    if meta.flags.is_none_or(|flags| flags & LOCKS == 0) {
        return Ok(());
    }
    let parent = Parent::of(path).doing(&format!("reach the directory of {path}"))?;
    flag(&parent, path, meta)
}
