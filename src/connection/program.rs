//! Our own program as bytes that can be sent to a host.
#![expect(
    clippy::disallowed_methods,
    reason = "reads the program that is to be sent, which is no host's file"
)]

use std::{
    fs::File,
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use flate2::{Compression, write::GzEncoder};
use sha2::{Digest as _, Sha256};
use tokio::{sync::OnceCell, task::spawn_blocking};

use crate::state::Digest;

/// A program that hosts keep under its SHA-256. Its bytes are read when the first host needs them.
#[derive(Debug)]
pub struct Program {
    path: PathBuf,
    digest: Digest,
    size: u64,
    plain: OnceCell<Arc<[u8]>>,
    packed: OnceCell<Arc<[u8]>>,
}

/// How bytes are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packing {
    Plain,
    Gzip,
}

impl Program {
    /// Reads a program's size and digest.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn of(path: &Path) -> io::Result<Self> {
        let own = path.to_owned();
        let (digest, size) = blocking(move || digest(&own)).await?;
        Ok(Self {
            path: path.to_owned(),
            digest,
            size,
            plain: OnceCell::new(),
            packed: OnceCell::new(),
        })
    }

    /// The name that a host keeps it under, in hexadecimal.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// The size in bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Returns the bytes to send.
    pub(super) async fn bytes(&self, packing: Packing) -> io::Result<Arc<[u8]>> {
        let plain = self
            .plain
            .get_or_try_init(|| async {
                let path = self.path.clone();
                let bytes = blocking(move || std::fs::read(path)).await?;
                if u64::try_from(bytes.len()).is_ok_and(|size| size == self.size) {
                    Ok(Arc::from(bytes))
                } else {
                    Err(io::Error::other("the program changed while we ran"))
                }
            })
            .await?;
        if packing == Packing::Plain {
            return Ok(Arc::clone(plain));
        }
        let packed = self
            .packed
            .get_or_try_init(|| async {
                let plain = Arc::clone(plain);
                blocking(move || {
                    // The fastest level: what a better one saves on the line, it costs here.
                    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
                    packer.write_all(&plain)?;
                    Ok(Arc::from(packer.finish()?))
                })
                .await
            })
            .await?;
        Ok(Arc::clone(packed))
    }
}

/// The work would hold up every other host.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    spawn_blocking(work).await.map_err(io::Error::other)?
}

fn digest(path: &Path) -> io::Result<(Digest, u64)> {
    let mut file = File::open(path)?;
    let mut hash = Sha256::new();
    let mut size = 0;
    let mut chunk = vec![0; 1 << 16];
    loop {
        let count = file.read(&mut chunk)?;
        if count == 0 {
            break;
        }
        hash.update(&chunk[..count]);
        size += u64::try_from(count).map_err(io::Error::other)?;
    }
    Ok((Digest::from_bytes(hash.finalize().into()), size))
}
