//! Files of the control side that have arrived in pieces.

use std::{
    collections::BTreeMap,
    io::{self, Write as _},
    os::fd::AsRawFd as _,
};

use sha2::Digest as _;

use crate::{
    state::{Bytes, Content, Digest, Kind, Supply},
    wire::Blob,
};

/// What has arrived, by digest. Large files lie in nameless files, which vanish with us.
#[derive(Debug, Default)]
pub(super) struct Blobs {
    arriving: BTreeMap<Digest, Arriving>,
    whole: BTreeMap<Digest, (Content, Option<std::fs::File>)>,
}

#[derive(Debug, Default)]
struct Arriving {
    here: Vec<u8>,
    file: Option<std::fs::File>,
    size: u64,
    hash: sha2::Sha256,
}

impl Blobs {
    /// Takes the next piece of a file.
    pub(super) fn take(&mut self, blob: &Blob) -> io::Result<()> {
        let arriving = self.arriving.entry(blob.digest).or_default();
        arriving.hash.update(&blob.bytes);
        arriving.size += blob.bytes.len() as u64;
        if let Some(file) = &mut arriving.file {
            file.write_all(&blob.bytes)?;
        } else {
            arriving.here.extend_from_slice(&blob.bytes);
            if arriving.here.len() as u64 > Content::INLINE_LIMIT {
                let mut file = nameless()?;
                file.write_all(&std::mem::take(&mut arriving.here))?;
                arriving.file = Some(file);
            }
        }
        if !blob.is_last {
            return Ok(());
        }
        let Some(done) = self.arriving.remove(&blob.digest) else {
            return Ok(());
        };
        let digest = Digest::from_bytes(done.hash.finalize().into());
        if digest != blob.digest {
            return Err(io::Error::other(format!(
                "a file arrived that is not the one announced ({digest}, not {})",
                blob.digest
            )));
        }
        let content = match &done.file {
            None => Content::of(done.here),
            Some(file) => Content::Known {
                digest,
                size: done.size,
                bytes: Bytes::At(format!("/proc/self/fd/{}", file.as_raw_fd())),
            },
        };
        self.whole.insert(digest, (content, done.file));
        Ok(())
    }

    /// Puts the bytes that have arrived where a supply only names them.
    pub(super) fn fill(&self, supply: &mut Supply) {
        for entry in &mut supply.entries {
            let Kind::File(content) = &mut entry.kind else {
                continue;
            };
            if content.here().is_none()
                && let Some(digest) = content.digest()
                && let Some((whole, _)) = self.whole.get(&digest)
            {
                *content = whole.clone();
            }
        }
    }
}

/// A file in memory that has no name anywhere.
fn nameless() -> io::Result<std::fs::File> {
    let fd = rustix::fs::memfd_create("hostwright", rustix::fs::MemfdFlags::CLOEXEC)?;
    Ok(std::fs::File::from(fd))
}
