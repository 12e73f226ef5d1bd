//! What a file holds, and the digest it is known by.

use std::{
    fmt,
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    os::unix::fs::FileExt as _,
    sync::Arc,
};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::value::Unknown;

/// The SHA-256 of some bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// Takes a digest that was computed elsewhere, as while streaming.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

/// As lower-case hexadecimal.
impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Where the bytes of a content are.
#[derive(Clone, Serialize, Deserialize)]
pub enum Bytes {
    /// In memory.
    Here(#[serde(with = "shared_bytes")] Arc<[u8]>),
    /// In a file of this machine, which holds them at the time of asking.
    At(String),
    /// Not on this side: only size and digest crossed the wire.
    Elsewhere,
    /// In a nameless file of this process. They never cross the wire.
    #[serde(skip)]
    Spooled(Segment),
}

/// The start of bytes in memory, as text.
impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 80;
        match self {
            Self::Here(bytes) => {
                let start = String::from_utf8_lossy(&bytes[..bytes.len().min(SHOWN)]);
                let more = if bytes.len() > SHOWN { "…" } else { "" };
                write!(f, "Here({start:?}{more})")
            }
            Self::At(path) => write!(f, "At({path:?})"),
            Self::Elsewhere => f.write_str("Elsewhere"),
            Self::Spooled(segment) => write!(f, "Spooled({} bytes)", segment.size),
        }
    }
}

/// A part of an open file that holds one content.
#[derive(Clone, Debug)]
pub struct Segment {
    pub file: Arc<File>,
    /// Where it starts in the file, in bytes.
    pub start: u64,
    /// In bytes.
    pub size: u64,
}

impl Segment {
    /// Its bytes from the first one on.
    pub fn reader(&self) -> SegmentReader {
        SegmentReader {
            segment: self.clone(),
            at: 0,
        }
    }
}

/// Reads one segment; several may read the same file at once.
#[derive(Clone, Debug)]
pub struct SegmentReader {
    segment: Segment,
    at: u64,
}

impl Read for SegmentReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.segment.size.saturating_sub(self.at);
        let most = usize::try_from(left)
            .unwrap_or(usize::MAX)
            .min(buffer.len());
        let start = self.segment.start + self.at;
        let filled = self.segment.file.read_at(&mut buffer[..most], start)?;
        self.at += filled as u64;
        Ok(filled)
    }
}

impl Seek for SegmentReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.segment.size.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.at)
    }
}

/// What a file holds. Two contents are equal when their digests are, wherever the bytes lie.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Content {
    Known {
        digest: Digest,
        /// In bytes.
        size: u64,
        bytes: Bytes,
    },
    /// A planned file whose content only the run will tell.
    Unknown(Unknown),
}

impl Content {
    /// A file of more bytes than this is not held in memory but read where it lies.
    pub const INLINE_LIMIT: u64 = 1 << 20;

    /// The content that these bytes are.
    pub fn of(bytes: impl Into<Arc<[u8]>>) -> Self {
        let bytes = bytes.into();
        Self::Known {
            digest: Digest::of(&bytes),
            size: bytes.len() as u64,
            bytes: Bytes::Here(bytes),
        }
    }

    /// The bytes, when they are in memory.
    pub fn here(&self) -> Option<&[u8]> {
        match self {
            Self::Known {
                bytes: Bytes::Here(bytes),
                ..
            } => Some(bytes),
            _ => None,
        }
    }

    /// In bytes; `None` when the content is unknown.
    pub fn size(&self) -> Option<u64> {
        match self {
            Self::Known { size, .. } => Some(*size),
            Self::Unknown(_) => None,
        }
    }

    pub fn digest(&self) -> Option<Digest> {
        match self {
            Self::Known { digest, .. } => Some(*digest),
            Self::Unknown(_) => None,
        }
    }

    /// The same content without bytes that only this machine can read.
    #[must_use]
    pub fn without_bytes(&self) -> Self {
        match self {
            Self::Known { digest, size, .. } => Self::Known {
                digest: *digest,
                size: *size,
                bytes: Bytes::Elsewhere,
            },
            Self::Unknown(_) => self.clone(),
        }
    }
}

/// An unknown content equals nothing, not even itself: nobody can tell.
impl PartialEq for Content {
    fn eq(&self, other: &Self) -> bool {
        match (self.digest(), other.digest()) {
            (Some(one), Some(two)) => one == two,
            _ => false,
        }
    }
}

mod shared_bytes {
    use std::sync::Arc;

    use serde::{Deserialize as _, Deserializer, Serializer, de::Visitor};

    pub(super) fn serialize<S: Serializer>(bytes: &Arc<[u8]>, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_bytes(bytes)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Arc<[u8]>, D::Error> {
        struct Take;
        impl Visitor<'_> for Take {
            type Value = Arc<[u8]>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("bytes")
            }
            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Self::Value, E> {
                Ok(bytes.into())
            }
            fn visit_byte_buf<E>(self, bytes: Vec<u8>) -> Result<Self::Value, E> {
                Ok(bytes.into())
            }
        }
        if from.is_human_readable() {
            return Vec::<u8>::deserialize(from).map(Into::into);
        }
        from.deserialize_byte_buf(Take)
    }
}
