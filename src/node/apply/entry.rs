//! What stands at a path, replaced as a whole.

use std::{
    fs::File,
    io,
    os::fd::{AsFd as _, AsRawFd as _, BorrowedFd},
};

use rustix::{
    fs::{
        Access, AtFlags, FileType, Gid, Mode, OFlags, Timespec, Timestamps, UTIME_NOW, UTIME_OMIT,
        Uid, XattrFlags, access, chmod, chmodat, chownat, fchmod, fchown, fsetxattr, fstat, fsync,
        futimens, linkat, lremovexattr, lsetxattr, makedev, mkdirat, mknodat, openat, symlinkat,
        unlinkat, utimensat,
    },
    io::Errno,
};

use super::{
    Doing, Refused, Stopped,
    batch::Drafted,
    content::pour_content,
    content_of, draft,
    flags::{LOCKS, flag, lock, opened, set as set_flags},
    parent::Parent,
    place,
};
use crate::{
    change::How,
    host::{Limits, Live, Observe as _, run},
    state::{Content, Entry, Kind, Meta, Stamp},
    value::{bytes_of, text_of},
};

/// Makes what stands at `path` into `to`.
pub(super) fn replace(
    path: &str,
    from: Option<&Entry>,
    to: Option<&Entry>,
    how: &How,
    host: &Live,
) -> Result<(), Stopped> {
    let parent = Parent::of(path).doing(&format!("reach the directory of {path}"))?;
    let Some(to) = to else {
        return remove(&parent, path, from);
    };
    let made = drafted(parent.clone(), path, to).and_then(|drafted| {
        let Drafted {
            parent,
            draft,
            file,
        } = &drafted;
        let done = file
            .as_ref()
            .map_or(Ok(()), fsync)
            .doing(&format!("write {path}"))
            .and_then(|()| validate(draft, path, how, host))
            .and_then(|()| place::put(parent, draft, path, from, to, host))
            .and_then(|()| lock(path, &to.meta));
        if done.is_err() {
            draft::discard(parent, draft);
        }
        done
    });
    if let (true, true, Some(content)) = (made.is_err(), how.in_place, content_of(to)) {
        return write_in_place(&parent, path, content, &to.meta);
    }
    made
}

/// Makes the thing beside its place, with all its attributes. Its content may not be on the disk.
pub(super) fn drafted(parent: Parent, path: &str, to: &Entry) -> Result<Drafted, Stopped> {
    let draft = draft::name();
    match make(&parent, &draft, path, to) {
        Ok(file) => Ok(Drafted {
            parent,
            draft,
            file,
        }),
        Err(stopped) => {
            draft::discard(&parent, &draft);
            Err(stopped)
        }
    }
}

/// Removes what stands there. It may have gone meanwhile: two names in the inventory may be one
/// machine.
fn remove(parent: &Parent, path: &str, from: Option<&Entry>) -> Result<(), Stopped> {
    let flags = match from.map(|entry| &entry.kind) {
        Some(Kind::Directory) => AtFlags::REMOVEDIR,
        _ => AtFlags::empty(),
    };
    match unlinkat(&parent.directory, parent.name.as_slice(), flags) {
        Err(Errno::NOENT) => Ok(()),
        done => done.doing(&format!("remove {path}")),
    }
}

/// Makes the thing under the draft's name, with all its attributes; a file is held open.
fn make(parent: &Parent, draft: &[u8], path: &str, to: &Entry) -> Result<Option<File>, Stopped> {
    let at = &parent.directory;
    let done = match &to.kind {
        Kind::File(content) => {
            let fd = openat(
                at,
                draft,
                OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC,
                Mode::from_raw_mode(0o600),
            )
            .doing(&format!(
                "write a new file beside {path}, to put in its place"
            ))?;
            let mut file = File::from(fd);
            let what = format!("write {path}");
            pour_content(content, &mut file).doing(&what)?;
            finish(file.as_fd(), path, &to.meta)?;
            return Ok(Some(file));
        }
        Kind::Link(target) => {
            symlinkat(bytes_of(target), at, draft).doing(&format!("link {path}"))?;
            dress(parent, draft, path, &to.meta, true)
        }
        Kind::Hard(other) => {
            let other = Parent::of(other).doing(&format!("reach {other}"))?;
            linkat(
                &other.directory,
                other.name.as_slice(),
                at,
                draft,
                AtFlags::empty(),
            )
            .doing(&format!("link {path}"))
        }
        Kind::Fifo => special(parent, draft, path, to, FileType::Fifo, 0),
        Kind::Socket => special(parent, draft, path, to, FileType::Socket, 0),
        Kind::Device(device) => {
            let kind = if device.is_block {
                FileType::BlockDevice
            } else {
                FileType::CharacterDevice
            };
            let number = makedev(device.major, device.minor);
            special(parent, draft, path, to, kind, number)
        }
        Kind::Directory => {
            let what = format!("make the directory {path}");
            mkdirat(at, draft, Mode::from_raw_mode(0o700)).doing(&what)?;
            let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            let directory = openat(at, draft, flags, Mode::empty()).doing(&what)?;
            finish(directory.as_fd(), path, &to.meta)
        }
    };
    done.map(|()| None)
}

/// Gives all attributes to a draft that is held open.
fn finish(file: BorrowedFd<'_>, path: &str, meta: &Meta) -> Result<(), Stopped> {
    set_xattrs_of_file(file, meta, path)?;
    let stat = fstat(file).doing(&format!("look at {path}"))?;
    let is_theirs = (stat.st_uid, stat.st_gid) == (meta.uid, meta.gid);
    if !is_theirs {
        let owner = (Uid::from_raw(meta.uid), Gid::from_raw(meta.gid));
        fchown(file, Some(owner.0), Some(owner.1)).doing(&format!("give {path} to its owner"))?;
    }
    // A change of owner takes the set-ID bits away.
    if !is_theirs || stat.st_mode & 0o7777 != meta.mode.bits() {
        let mode = Mode::from_raw_mode(meta.mode.bits());
        fchmod(file, mode).doing(&format!("set the mode of {path}"))?;
    }
    // What was made a moment ago has the times of now.
    if [meta.mtime, meta.atime]
        .iter()
        .any(|time| matches!(time, Stamp::At(..)))
    {
        futimens(file, &times(meta)).doing(&format!("set the times of {path}"))?;
    }
    match meta.flags {
        Some(flags) => set_flags(file, flags & !LOCKS).doing(&format!("flag {path}")),
        None => Ok(()),
    }
}

fn special(
    parent: &Parent,
    draft: &[u8],
    path: &str,
    to: &Entry,
    kind: FileType,
    device: u64,
) -> Result<(), Stopped> {
    let mode = Mode::from_raw_mode(0o600);
    mknodat(&parent.directory, draft, kind, mode, device).doing(&format!("make {path}"))?;
    dress(parent, draft, path, &to.meta, false)
}

/// What is held open here, by its number.
const HELD: &str = "/proc/self/fd";

/// Why something is left alone that stands at a path now.
const TAKEN: &str = "something else has taken its place since we looked";

/// Gives owner, mode and times. The owner first: a change of owner takes the set-ID bits away.
fn dress(
    parent: &Parent,
    name: &[u8],
    path: &str,
    meta: &Meta,
    is_link: bool,
) -> Result<(), Stopped> {
    let at = &parent.directory;
    // Held open, so that all goes to one thing and never through a link that takes its place.
    let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let what = format!("look at {path}");
    let held = openat(at, name, flags, Mode::empty()).doing(&what)?;
    let stat = fstat(&held).doing(&what)?;
    if is_link != (FileType::from_raw_mode(stat.st_mode) == FileType::Symlink) {
        return Err(Stopped::new(what, TAKEN));
    }
    chownat(
        &held,
        "",
        Some(Uid::from_raw(meta.uid)),
        Some(Gid::from_raw(meta.gid)),
        AtFlags::EMPTY_PATH,
    )
    .doing(&format!("give {path} to its owner"))?;
    if !is_link {
        let mode = Mode::from_raw_mode(meta.mode.bits());
        let through = format!("{HELD}/{}", held.as_raw_fd());
        match chmod(through, mode) {
            // A root without /proc.
            Err(Errno::NOENT) => chmodat(at, name, mode, AtFlags::empty()),
            done => done,
        }
        .doing(&format!("set the mode of {path}"))?;
    }
    utimensat(at, name, &times(meta), AtFlags::SYMLINK_NOFOLLOW)
        .doing(&format!("set the times of {path}"))
}

fn times(meta: &Meta) -> Timestamps {
    Timestamps {
        last_access: time(meta.atime),
        last_modification: time(meta.mtime),
    }
}

fn time(stamp: Stamp) -> Timespec {
    let (tv_sec, tv_nsec) = match stamp {
        Stamp::At(seconds, nanoseconds) => (seconds, i64::from(nanoseconds)),
        Stamp::Now => (0, UTIME_NOW),
        Stamp::Any => (0, UTIME_OMIT),
    };
    Timespec { tv_sec, tv_nsec }
}

/// Labels, ACLs and the like go onto the draft, or the file is not replaced at all.
fn set_xattrs_of_file(file: BorrowedFd<'_>, meta: &Meta, path: &str) -> Result<(), Stopped> {
    for (name, value) in &meta.xattrs {
        match fsetxattr(file, bytes_of(name), value, XattrFlags::empty()) {
            Ok(()) => {}
            // The kernel or the policy gives these itself; what it gave is what it will accept.
            Err(Errno::PERM | Errno::NOTSUP) if name.starts_with("security.") => {}
            Err(error) => {
                return Err(Stopped::new(
                    format!("keep the attribute {name} of {path}"),
                    io::Error::from(error),
                ));
            }
        }
    }
    Ok(())
}

/// Changes attributes of what stands at a canonical path.
pub(super) fn set_meta(path: &str, from: &Meta, to: &Meta) -> Result<(), Stopped> {
    let parent = Parent::of(path).doing(&format!("reach the directory of {path}"))?;
    let stat = rustix::fs::statat(
        &parent.directory,
        parent.name.as_slice(),
        AtFlags::SYMLINK_NOFOLLOW,
    )
    .doing(&format!("look at {path}"))?;
    if stat.st_uid != from.uid {
        // Through another of its names this task has given it all that already. Nothing is done
        // to it, so it does not matter whether it is another file.
        let is_done = stat.st_nlink > 1
            && (stat.st_uid, stat.st_gid, stat.st_mode & 0o7777)
                == (to.uid, to.gid, to.mode.bits());
        if is_done {
            return Ok(());
        }
        return Err(Stopped::new(format!("change {path}"), TAKEN));
    }
    let is_link = FileType::from_raw_mode(stat.st_mode) == FileType::Symlink;
    // Flags that forbid changes go first; what only becomes readable now gets its flags after.
    let flags = to.flags.filter(|_| !is_link);
    let early = flags.and_then(|flags| Some((opened(&parent).ok()?, flags)));
    if let Some((file, flags)) = &early {
        set_flags(file.as_fd(), flags & !LOCKS).doing(&format!("flag {path}"))?;
    }
    xattrs(&parent, path, to)?;
    dress(&parent, &parent.name, path, to, is_link)?;
    if flags.is_some() && early.is_none() {
        flag(&parent, path, to)?;
    }
    lock(path, to)
}

fn xattrs(parent: &Parent, path: &str, to: &Meta) -> Result<(), Stopped> {
    // By way of the directory that is held, whatever the path leads to by now.
    let held = format!("{HELD}/{}/", parent.directory.as_raw_fd()).into_bytes();
    let bytes = if access(HELD, Access::EXISTS).is_ok() {
        [held, parent.name.clone()].concat()
    } else {
        bytes_of(path)
    };
    let seen =
        crate::host::xattrs(&text_of(&bytes)).doing(&format!("read the attributes of {path}"))?;
    for (name, value) in &to.xattrs {
        if seen.get(name) != Some(value) {
            lsetxattr(&bytes[..], bytes_of(name), value, XattrFlags::empty())
                .doing(&format!("set the attribute {name} of {path}"))?;
        }
    }
    for name in seen.keys().filter(|name| !to.xattrs.contains_key(*name)) {
        lremovexattr(&bytes[..], bytes_of(name))
            .doing(&format!("remove the attribute {name} of {path}"))?;
    }
    Ok(())
}

/// Has the draft accepted by the command that was asked for.
fn validate(draft: &[u8], path: &str, how: &How, host: &Live) -> Result<(), Stopped> {
    let Some(command) = &how.validate else {
        return Ok(());
    };
    let at = crate::host::path::join(crate::host::path::parent(path), &text_of(draft));
    let words = crate::host::words(command)
        .ok_or_else(|| Stopped::new("validate the new file", "the command has an open quote"))?;
    // Whatever the path holds, it stays within its word.
    let argv: Vec<String> = words.iter().map(|word| word.replace("%s", &at)).collect();
    let login = host
        .login()
        .map_err(|unseen| Stopped::new(format!("validate {path}"), unseen))?;
    let query = crate::change::Run {
        argv: argv.clone(),
        ..crate::change::Run::default()
    };
    match run(&query, &login, Limits::default(), host.runs()) {
        Ok(output) if output.code == 0 => Ok(()),
        Ok(output) => {
            let because = format!("`{command}` ended with {}", output.code);
            Err(Stopped {
                refused: Some(Box::new(Refused {
                    argv,
                    output: Some(output),
                })),
                ..Stopped::new(format!("validate {path}"), because)
            })
        }
        Err(error) => Err(Stopped {
            not_started: Some(error.raw_os_error().unwrap_or_default()),
            refused: Some(Box::new(Refused { argv, output: None })),
            ..Stopped::new(format!("validate {path}"), error)
        }),
    }
}

/// For files that cannot be replaced, as one mounted by itself: not atomic, and asked for.
fn write_in_place(
    parent: &Parent,
    path: &str,
    content: &Content,
    meta: &Meta,
) -> Result<(), Stopped> {
    let what = format!("write into {path}");
    let fd = openat(
        &parent.directory,
        parent.name.as_slice(),
        OFlags::WRONLY | OFlags::TRUNC | OFlags::NOFOLLOW | OFlags::CLOEXEC,
        Mode::empty(),
    )
    .doing(&what)?;
    let mut file = File::from(fd);
    pour_content(content, &mut file).doing(&what)?;
    fsync(&file).doing(&what)?;
    dress(parent, &parent.name, path, meta, false)
}

#[cfg(test)]
mod tests;
