//! What a host looks like. Nothing here can change one.
//!
//! [`Observe`] has three makers: [`Live`], the machine we run on; [`Memory`], for stories;
//! [`Overlay`], another host with planned changes laid over it.

mod accounts;
mod fetch;
pub mod glob;
mod live;
mod memory;
mod overlay;
pub mod path;
mod process;
pub mod services;
pub mod spool;
mod words;
mod xattr;
mod zone;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    change::Run,
    state::{Content, Entry, Group, Kind, Manager, ServiceState, Stat, User},
    value::Unknown,
};

pub use fetch::{Download, Fetched, decoded, without_credentials};
pub use live::Live;
pub use memory::Memory;
pub use overlay::Overlay;
pub use process::{Limits, Output, Runs, run};
pub use spool::Spool;
pub use words::words;
pub use xattr::all as xattrs;
pub use zone::zone;

/// What an observation gives.
pub type Seen<T> = Result<T, Unseen>;

/// Why something was not seen.
#[derive(Clone, Debug, PartialEq)]
pub enum Unseen {
    /// The host did not let us: what we wanted to see, and the system's reason.
    Unreadable { what: String, because: String },
    /// A rehearsal cannot know it.
    Unknown(Unknown),
}

impl Unseen {
    /// A system failure while looking at `what`.
    pub fn unreadable(what: impl Into<String>, because: &dyn fmt::Display) -> Self {
        Self::Unreadable {
            what: what.into(),
            because: because.to_string(),
        }
    }
}

impl fmt::Display for Unseen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { what, because } => write!(f, "cannot read {what}: {because}"),
            Self::Unknown(unknown) => write!(f, "unknown: {unknown}"),
        }
    }
}

/// The room in a file system. Fragments are what blocks are counted in; sizes are in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Space {
    pub block_size: u64,
    pub fragment_size: u64,
    pub blocks: u64,
    /// To those who are not root.
    pub blocks_available: u64,
    pub inodes: u64,
    pub inodes_available: u64,
}

/// Who we are on the host, and what new things get from that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Login {
    pub uid: u32,
    pub gid: u32,
    pub groups: Vec<u32>,
    pub umask: u32,
    pub name: String,
    /// The home directory: what `~` stands for.
    pub home: String,
    /// The directory that relative paths start at.
    pub directory: String,
    pub environment: Vec<(String, String)>,
}

/// Bytes that can be read from anywhere on.
pub trait ReadSeek: std::io::Read + std::io::Seek + Send {}

impl<T: std::io::Read + std::io::Seek + Send> ReadSeek for T {}

/// A read-only view of one host.
///
/// Paths are absolute, in the lossless text form of [`crate::value::text_of`]. Their parents may
/// be links, which are followed; the last component never is.
pub trait Observe {
    /// What stands at a canonical `path`, without its content.
    fn stat_at(&self, path: &str) -> Seen<Option<Stat>>;

    /// What kind of thing stands at a canonical `path`, and nothing else of it.
    fn kind_at(&self, path: &str) -> Seen<Option<Kind>> {
        Ok(self.stat_at(path)?.map(|stat| stat.kind))
    }

    /// What stands at `path`, without its content.
    fn stat(&self, path: &str) -> Seen<Option<Stat>> {
        self.stat_at(&self.canonical(path)?)
    }

    /// What stands at `path`, whole.
    fn entry(&self, path: &str) -> Seen<Option<Entry>>;

    /// Whether both canonical paths are names of one and the same thing.
    fn is_same(&self, one: &str, two: &str) -> Seen<bool> {
        let inode = |path: &str| -> Seen<Option<(u64, u64)>> {
            let real = self.stat_at(path)?.and_then(|stat| stat.real);
            Ok(real.map(|real| (real.device, real.inode)))
        };
        Ok(one == two || matches!((inode(one)?, inode(two)?), (Some(a), Some(b)) if a == b))
    }

    /// The names in a directory, sorted by byte.
    fn names(&self, directory: &str) -> Seen<Vec<String>>;

    /// The bytes of a content that this host knows, whole in memory.
    fn bytes(&self, content: &Content) -> Seen<std::sync::Arc<[u8]>>;

    /// The bytes of a content that this host knows, one after the other.
    fn reader(&self, content: &Content) -> Seen<Box<dyn ReadSeek>> {
        Ok(Box::new(std::io::Cursor::new(self.bytes(content)?)))
    }

    /// What a server gives to this host. Looking at it changes nothing, so a rehearsal does it too.
    fn fetch(&self, download: &Download) -> Seen<Fetched> {
        Err(Unseen::unreadable(
            download.url.as_str(),
            &"there is no network here",
        ))
    }

    /// Who we are here.
    fn login(&self) -> Seen<Login>;

    /// What the kernel calls this kind of machine.
    fn machine(&self) -> Seen<String> {
        Ok(std::env::consts::ARCH.to_owned())
    }

    /// How much room there is in the file system that is mounted at `path`.
    fn space(&self, _path: &str) -> Seen<Option<Space>> {
        Ok(None)
    }

    /// Like [`Self::space`], and nothing where planned changes make it another by then.
    fn room_left(&self, path: &str) -> Seen<Option<Space>> {
        self.space(path)
    }

    /// The host's clock: seconds and nanoseconds since 1970.
    fn now(&self) -> Seen<(i64, u32)> {
        let now = jiff::Timestamp::now();
        let rest = u32::try_from(now.subsec_nanosecond()).unwrap_or_default();
        Ok((now.as_second(), rest))
    }

    /// What a program says that only looks: nothing may be changed by running it.
    fn ask(&self, query: &Run) -> Seen<Output>;

    /// The state of a service, or `None` when its manager knows none of that name.
    fn service(&self, name: &str, manager: Manager) -> Seen<Option<ServiceState>>;

    /// `path` with every link in its parents followed: what changes name. The parents need not
    /// exist.
    fn canonical(&self, path: &str) -> Seen<String> {
        path::canonical(self, path)
    }

    /// `path` with every link followed, the last component's too.
    fn resolved(&self, path: &str) -> Seen<String> {
        path::resolved(self, path)
    }

    /// What stands where `path` leads, links followed.
    fn target(&self, path: &str) -> Seen<Option<Stat>> {
        self.stat_at(&self.resolved(path)?)
    }

    /// The bytes of the file that `path` leads to; `None` when there is no file.
    fn read(&self, path: &str) -> Seen<Option<std::sync::Arc<[u8]>>> {
        match self.entry(&self.resolved(path)?)? {
            Some(Entry {
                kind: Kind::File(content),
                ..
            }) => self.bytes(&content).map(Some),
            _ => Ok(None),
        }
    }

    /// The account of that name.
    fn user(&self, name: &str) -> Seen<Option<User>> {
        accounts::user(self, &|user| user.name == name, name)
    }

    /// The account of that number.
    fn user_of(&self, uid: u32) -> Seen<Option<User>> {
        accounts::user(self, &|user| user.uid == uid, &uid.to_string())
    }

    /// The group of that name.
    fn group(&self, name: &str) -> Seen<Option<Group>> {
        accounts::group(self, &|group| group.name == name, name)
    }

    /// The group of that number.
    fn group_of(&self, gid: u32) -> Seen<Option<Group>> {
        accounts::group(self, &|group| group.gid == gid, &gid.to_string())
    }
}

impl<T: Observe + ?Sized> Observe for &T {
    fn stat_at(&self, path: &str) -> Seen<Option<Stat>> {
        (**self).stat_at(path)
    }

    fn kind_at(&self, path: &str) -> Seen<Option<Kind>> {
        (**self).kind_at(path)
    }

    fn stat(&self, path: &str) -> Seen<Option<Stat>> {
        (**self).stat(path)
    }

    fn entry(&self, path: &str) -> Seen<Option<Entry>> {
        (**self).entry(path)
    }

    fn is_same(&self, one: &str, two: &str) -> Seen<bool> {
        (**self).is_same(one, two)
    }

    fn names(&self, directory: &str) -> Seen<Vec<String>> {
        (**self).names(directory)
    }

    fn bytes(&self, content: &Content) -> Seen<std::sync::Arc<[u8]>> {
        (**self).bytes(content)
    }

    fn login(&self) -> Seen<Login> {
        (**self).login()
    }

    fn now(&self) -> Seen<(i64, u32)> {
        (**self).now()
    }

    fn ask(&self, query: &Run) -> Seen<Output> {
        (**self).ask(query)
    }

    fn service(&self, name: &str, manager: Manager) -> Seen<Option<ServiceState>> {
        (**self).service(name, manager)
    }
}
