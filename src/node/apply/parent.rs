//! A directory held open, so that nobody can swap it under us.

use std::{io, os::fd::OwnedFd, rc::Rc};

use rustix::{
    fs::{CWD, Mode, OFlags, ResolveFlags, openat, openat2},
    io::Errno,
};

use crate::{host::path, value::bytes_of};

/// The directory that holds a path, and the path's name in it.
#[derive(Clone, Debug)]
pub(super) struct Parent {
    pub(super) directory: Rc<OwnedFd>,
    pub(super) name: Vec<u8>,
}

impl Parent {
    /// Opens the parent of a canonical path. A symbolic link anywhere on the way is an error:
    /// a canonical path has none, so somebody has put it there since.
    pub(super) fn of(canonical: &str) -> io::Result<Self> {
        Parents::default().of(canonical)
    }
}

/// The directory that was opened last: one file after the other is put into it.
#[derive(Debug, Default)]
pub(super) struct Parents(Option<(String, Rc<OwnedFd>)>);

impl Parents {
    /// Like [`Parent::of`].
    pub(super) fn of(&mut self, canonical: &str) -> io::Result<Parent> {
        let path = path::parent(canonical);
        let directory = match &self.0 {
            Some((last, held)) if last == path => Rc::clone(held),
            _ => Rc::new(open(&bytes_of(path))?),
        };
        self.0 = Some((path.to_owned(), Rc::clone(&directory)));
        let name = bytes_of(path::name(canonical));
        if name.is_empty() {
            return Err(io::Error::other(
                "the root directory is not ours to replace",
            ));
        }
        Ok(Parent { directory, name })
    }
}

fn open(directory: &[u8]) -> io::Result<OwnedFd> {
    let flags = OFlags::DIRECTORY | OFlags::PATH | OFlags::CLOEXEC;
    match openat2(
        CWD,
        directory,
        flags,
        Mode::empty(),
        ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS,
    ) {
        Ok(fd) => Ok(fd),
        Err(Errno::NOSYS | Errno::PERM) => step_by_step(directory, flags),
        Err(Errno::LOOP) => Err(io::Error::other(
            "a directory on the way has become a symbolic link",
        )),
        Err(error) => Err(error.into()),
    }
}

/// For kernels before 5.6.
fn step_by_step(directory: &[u8], flags: OFlags) -> io::Result<OwnedFd> {
    let mut at = openat(CWD, "/", flags, Mode::empty())?;
    for part in directory
        .split(|byte| *byte == b'/')
        .filter(|part| !part.is_empty())
    {
        at = openat(&at, part, flags | OFlags::NOFOLLOW, Mode::empty())?;
    }
    Ok(at)
}
