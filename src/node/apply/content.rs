//! A file's bytes, written where they belong.
#![expect(
    clippy::disallowed_methods,
    reason = "contents that are not in memory are read where they lie"
)]

use std::{
    ffi::OsStr,
    fs::File,
    io::{self, Write},
    os::unix::ffi::OsStrExt as _,
};

use sha2::Digest as _;

use crate::{
    state::{Bytes, Content, Digest},
    value::bytes_of,
};

/// Writes the whole content.
pub(super) fn pour_content(content: &Content, to: &mut impl Write) -> io::Result<()> {
    match content {
        Content::Known {
            digest,
            bytes: bytes @ Bytes::At(_),
            ..
        } => {
            let mut checked = Checked {
                to,
                hash: sha2::Sha256::new(),
            };
            pour(bytes, &mut checked)?;
            if Digest::from_bytes(checked.hash.finalize().into()) == *digest {
                return Ok(());
            }
            Err(io::Error::other(
                "what it is made from was changed since we looked",
            ))
        }
        Content::Known { bytes, .. } => pour(bytes, to),
        Content::Unknown(unknown) => Err(io::Error::other(format!(
            "its content is unknown: {unknown}"
        ))),
    }
}

/// Passes bytes on and computes their digest.
struct Checked<'w, W> {
    to: &'w mut W,
    hash: sha2::Sha256,
}

impl<W: Write> Write for Checked<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = self.to.write(bytes)?;
        self.hash.update(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// Writes all bytes, wherever they lie.
pub(in crate::node) fn pour(bytes: &Bytes, to: &mut impl Write) -> io::Result<()> {
    match bytes {
        Bytes::Here(bytes) => to.write_all(bytes),
        Bytes::At(path) => {
            let mut from = File::open(OsStr::from_bytes(&bytes_of(path)))?;
            io::copy(&mut from, to).map(drop)
        }
        Bytes::Spooled(segment) => io::copy(&mut segment.reader(), to).map(drop),
        Bytes::Elsewhere => Err(io::Error::other("the content did not come with the task")),
    }
}
