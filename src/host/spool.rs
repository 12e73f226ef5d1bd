//! Nameless room on the disk for contents too large for memory.

use std::{
    fs::File,
    io::{self, Read, Write as _},
    sync::Arc,
};

use rustix::fs::{MemfdFlags, Mode, OFlags, memfd_create, open};
use sha2::Digest as _;

use crate::state::{Bytes, Content, Digest, Segment};

/// Small contents are held in memory up to this many bytes together; then they are spooled too.
const HELD: u64 = 64 << 20;

/// Takes contents in as they are read. The large ones lie one after the other in a file without a
/// name, which is gone when the last of its contents is.
#[derive(Debug, Default)]
pub struct Spool {
    file: Option<Arc<File>>,
    end: u64,
    held: u64,
}

impl Spool {
    /// Reads to the end and returns what was read.
    pub fn take(&mut self, from: &mut dyn Read) -> io::Result<Content> {
        let mut here = Vec::new();
        let room = Content::INLINE_LIMIT.min(HELD.saturating_sub(self.held));
        from.take(room + 1).read_to_end(&mut here)?;
        if here.len() as u64 <= room {
            self.held += here.len() as u64;
            return Ok(Content::of(here));
        }
        let file = match &self.file {
            Some(file) => Arc::clone(file),
            None => Arc::clone(self.file.insert(Arc::new(nameless()?))),
        };
        let start = self.end;
        let mut hash = sha2::Sha256::new();
        let mut to = &*file;
        let mut buffer = vec![0; 128 << 10];
        let mut filled = here.len();
        let mut bytes = here.as_slice();
        while filled > 0 {
            hash.update(&bytes[..filled]);
            to.write_all(&bytes[..filled])?;
            self.end += filled as u64;
            filled = from.read(&mut buffer)?;
            bytes = &buffer;
        }
        let size = self.end - start;
        Ok(Content::Known {
            digest: Digest::from_bytes(hash.finalize().into()),
            size,
            bytes: Bytes::Spooled(Segment { file, start, size }),
        })
    }
}

/// The content that was written into a nameless file: in memory when it is small.
pub fn settled(file: File) -> io::Result<Content> {
    let size = file.metadata()?.len();
    let segment = Segment {
        file: Arc::new(file),
        start: 0,
        size,
    };
    let mut from = segment.reader();
    if size <= Content::INLINE_LIMIT {
        let mut here = Vec::new();
        from.read_to_end(&mut here)?;
        return Ok(Content::of(here));
    }
    let mut hash = sha2::Sha256::new();
    let mut buffer = vec![0; 128 << 10];
    loop {
        let filled = from.read(&mut buffer)?;
        if filled == 0 {
            break;
        }
        hash.update(&buffer[..filled]);
    }
    Ok(Content::Known {
        digest: Digest::from_bytes(hash.finalize().into()),
        size,
        bytes: Bytes::Spooled(segment),
    })
}

/// A file without a name: on the disk where the file system can do that, else in memory.
pub fn nameless() -> io::Result<File> {
    let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
    for directory in ["/var/tmp", "/tmp"] {
        if let Ok(fd) = open(directory, flags, Mode::from_raw_mode(0o600)) {
            return Ok(File::from(fd));
        }
    }
    Ok(File::from(memfd_create("hostwright", MemfdFlags::CLOEXEC)?))
}
