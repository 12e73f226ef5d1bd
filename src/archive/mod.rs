//! Archives: their entries read and judged before anything is written, and archives made.
//!
//! Everything in an archive is somebody else's word. [`read`] checks that it hangs together (sizes,
//! checksums, one directory of entries, names that stay below), [`sound`] that what is to be
//! unpacked of it can be written without leaving the destination.

mod compression;
mod limits;
mod name;
mod pack;
mod read;
mod sound;
mod tar;
mod zip;

use std::fmt;

use crate::state::Kind;

pub use compression::Compression;
pub use limits::Limits;
pub use pack::{Packer, compressed, uncompressed};
pub use read::{Archive, Format, read};
pub use sound::{Sound, leaves, sound};

/// One thing in an archive.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Relative, without `.` and `..`, without a slash at its end; empty for the destination.
    pub path: String,
    /// The name as the archive has it.
    pub name: String,
    /// A hard link has become a file with the same content.
    pub kind: Kind,
    pub permissions: Permissions,
    /// Seconds and nanoseconds since 1970.
    pub mtime: Option<(i64, u32)>,
    pub owner: Option<Owner>,
}

/// What an archive says of an entry's mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permissions {
    /// All twelve bits.
    Unix(u32),
    /// Made where there are no such bits.
    Unsaid,
}

/// Whose an entry was where the archive was made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Owner {
    pub uid: u32,
    pub gid: u32,
    /// Empty when not said.
    pub user: String,
    /// Empty when not said.
    pub group: String,
}

/// Why nothing of an archive is unpacked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsound(pub String);

impl fmt::Display for Unsound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A name for people: in quotes, with what does not print escaped.
fn shown(name: &str) -> String {
    format!("{name:?}")
}
