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

use crate::{
    state::{Bytes, Content},
    value::bytes_of,
};

/// Writes the whole content.
pub(super) fn pour_content(content: &Content, to: &mut impl Write) -> io::Result<()> {
    match content {
        Content::Known { bytes, .. } => pour(bytes, to),
        Content::Unknown(unknown) => Err(io::Error::other(format!(
            "its content is unknown: {unknown}"
        ))),
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
