//! What stands at a path.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Content, FileMode};

/// A thing in the file system, whole. Absence is `Option::None` around it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    pub kind: Kind,
    pub meta: Meta,
}

/// What kind of thing it is, with what makes it up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Kind {
    File(Content),
    Directory,
    /// A symbolic link and what it says, which need not exist.
    Link(String),
    /// Another name of the file at this path. Only ever wanted: what is seen is a file.
    Hard(String),
    Fifo,
    Socket,
    Device(Device),
}

/// A device node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    pub is_block: bool,
    pub major: u32,
    pub minor: u32,
}

/// What files, directories and links have besides their content.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Meta {
    pub mode: FileMode,
    pub uid: u32,
    pub gid: u32,
    pub mtime: Stamp,
    pub atime: Stamp,
    /// Extended attributes by name: POSIX ACLs, capabilities and SELinux labels among them.
    pub xattrs: BTreeMap<String, Vec<u8>>,
    /// The inode flags that `chattr` can set ([`Meta::FLAGS`]), as the kernel's
    /// `FS_IOC_GETFLAGS` numbers them; `None` where the file system has none.
    pub flags: Option<u32>,
}

impl Meta {
    /// The inode flags that a person can set; the rest only tells how a file system keeps a file.
    pub const FLAGS: u32 = 0x6283_C4FF;

    /// Attributes of something new: times as they come, nothing extended.
    pub fn new(mode: FileMode, uid: u32, gid: u32) -> Self {
        Self {
            mode,
            uid,
            gid,
            mtime: Stamp::Any,
            atime: Stamp::Any,
            xattrs: BTreeMap::new(),
            flags: None,
        }
    }

    /// What is seen of it once it is so: the time of applying is not known before.
    #[must_use]
    pub fn as_seen(mut self) -> Self {
        for stamp in [&mut self.mtime, &mut self.atime] {
            if *stamp == Stamp::Now {
                *stamp = Stamp::Any;
            }
        }
        self
    }

    /// Whether something seen with `self` needs nothing done to be as `wanted`.
    pub fn satisfies(&self, wanted: &Self) -> bool {
        self.mode == wanted.mode
            && self.uid == wanted.uid
            && self.gid == wanted.gid
            && self.mtime.satisfies(wanted.mtime)
            && self.atime.satisfies(wanted.atime)
            && self.xattrs == wanted.xattrs
            && (wanted.flags.is_none() || self.flags == wanted.flags)
    }
}

/// A time of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stamp {
    /// This time since 1970, in seconds and nanoseconds.
    At(i64, u32),
    /// Wanted: the time of applying, even where nothing else differs.
    Now,
    /// Wanted: whatever comes of the rest. Seen: not known before the run.
    Any,
}

impl Stamp {
    fn satisfies(self, wanted: Self) -> bool {
        match wanted {
            Self::Any => true,
            Self::Now => false,
            Self::At(..) => self == wanted,
        }
    }
}

/// What stands at a path, without its content.
#[derive(Clone, Debug, PartialEq)]
pub struct Stat {
    /// The kind; a file's content is unknown here: ask for the whole [`Entry`].
    pub kind: Kind,
    pub meta: Meta,
    /// In bytes; `None` when only the run will tell.
    pub size: Option<u64>,
    /// How many names it has; 1 for a planned thing that is made by itself.
    pub links: u64,
    /// What only a thing that really exists has; `None` for a planned one.
    pub real: Option<Real>,
}

impl Stat {
    pub fn is_file(&self) -> bool {
        matches!(self.kind, Kind::File(_))
    }

    pub fn is_directory(&self) -> bool {
        matches!(self.kind, Kind::Directory)
    }

    /// Whether it may stand under other names too.
    pub fn has_names(&self) -> bool {
        self.links > 1 && !self.is_directory()
    }

    pub fn is_link(&self) -> bool {
        matches!(self.kind, Kind::Link(_))
    }
}

/// Numbers of the inode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Real {
    pub inode: u64,
    pub device: u64,
    /// In units of 512 bytes.
    pub blocks: u64,
    /// In bytes.
    pub block_size: u64,
    /// The device that a device node stands for.
    pub represents: u64,
    /// Change of the inode, seconds and nanoseconds since 1970.
    pub ctime: (i64, u32),
}
