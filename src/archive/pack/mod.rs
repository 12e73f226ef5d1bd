//! Archives and compressed files, made.

mod tar;
mod zip;

use std::{
    fs::File,
    io::{self, BufWriter, Read, Write},
};

use super::{
    Compression, Entry, Format, Limits,
    compression::{Compressor, opened},
    limits::Metered,
};
use crate::{
    host::{ReadSeek, Spool, spool},
    state::Content,
};

/// An archive in the making, in a nameless file.
pub struct Packer(To);

enum To {
    Zip(Box<zip::Packer>),
    Tar(Box<tar::Packer<Compressor<BufWriter<File>>>>),
}

impl Packer {
    /// An empty archive.
    pub fn start(format: Format) -> io::Result<Self> {
        let file = spool::nameless()?;
        Ok(Self(match format {
            Format::Zip => To::Zip(Box::new(zip::Packer::new(file))),
            Format::Tar(compression) => {
                let to = Compressor::new(file_of(file), compression)?;
                To::Tar(Box::new(tar::Packer::new(to)))
            }
        }))
    }

    /// Adds an entry under its path. A file takes as many bytes as its content has out of `from`.
    pub fn add(&mut self, entry: &Entry, from: &mut dyn Read) -> io::Result<()> {
        match &mut self.0 {
            To::Zip(zip) => zip.add(entry, from),
            To::Tar(tar) => tar.add(entry, from),
        }
    }

    /// The whole archive.
    pub fn finish(self) -> io::Result<Content> {
        let file = match self.0 {
            To::Zip(zip) => zip.finish()?,
            To::Tar(tar) => whole(tar.finish()?.finish()?)?,
        };
        spool::settled(file)
    }
}

fn file_of(file: File) -> BufWriter<File> {
    BufWriter::with_capacity(128 << 10, file)
}

fn whole(to: BufWriter<File>) -> io::Result<File> {
    to.into_inner().map_err(io::IntoInnerError::into_error)
}

/// What is read, compressed.
pub fn compressed(compression: Compression, from: &mut dyn Read) -> io::Result<Content> {
    let mut to = Compressor::new(file_of(spool::nameless()?), compression)?;
    io::copy(from, &mut to)?;
    spool::settled(whole(to.finish()?)?)
}

/// What a compressed file holds; `None` when it is not compressed so.
pub fn uncompressed(
    compression: Compression,
    mut from: Box<dyn ReadSeek>,
    limits: Limits,
) -> io::Result<Option<Content>> {
    let packed = from.seek(io::SeekFrom::End(0))?;
    from.rewind()?;
    let mut start = Vec::new();
    from.by_ref().take(16).read_to_end(&mut start)?;
    if Compression::of(&start) != Some(compression) {
        return Ok(None);
    }
    from.rewind()?;
    let mut stream = Metered::new(opened(from, compression), limits, packed);
    Spool::default().take(&mut stream).map(Some)
}

/// Copies so many bytes, which must be there.
fn pour(from: &mut dyn Read, size: u64, to: &mut dyn Write) -> io::Result<()> {
    let copied = io::copy(&mut from.take(size), to)?;
    if copied == size {
        return Ok(());
    }
    Err(io::Error::other("it became shorter while it was read"))
}

/// The size of a file that is packed.
fn size(content: &Content) -> io::Result<u64> {
    content
        .size()
        .ok_or_else(|| io::Error::other("its content is unknown"))
}
