//! The machine we run on.
#![expect(
    clippy::disallowed_methods,
    reason = "this is the one window onto the real host; it only reads"
)]

use std::{
    ffi::OsStr,
    fs,
    io::{self, ErrorKind, Read as _},
    os::unix::{
        ffi::{OsStrExt as _, OsStringExt as _},
        fs::{FileTypeExt as _, MetadataExt as _, OpenOptionsExt as _},
    },
    path::Path,
    sync::Arc,
};

use sha2::Digest as _;

use crate::{
    change::Run,
    host::{
        Download, Fetched, Limits, Login, Observe, Output, ReadSeek, Runs, Seen, Space, Unseen,
        accounts, fetch, run, services, xattr,
    },
    state::{
        Bytes, Content, Device, Digest, Entry, FileMode, Kind, Manager, Meta, Real, ServiceState,
        Stamp, Stat,
    },
    value::{Unknown, bytes_of, text_of},
};

/// Where distributions keep the certificates that are trusted.
const ROOTS: &[&str] = &[
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

/// The real host, seen with the rights of this process.
#[derive(Clone, Debug)]
pub struct Live {
    login: Arc<Login>,
    /// As we were started, without what a task sets.
    bare: Arc<Login>,
    runs: Runs,
}

impl Live {
    /// Looks up who we are; `runs` can end programs that are asked and hang.
    pub fn new(runs: Runs) -> Self {
        let bare = Arc::new(bare_login());
        let mut live = Self {
            login: Arc::clone(&bare),
            bare,
            runs,
        };
        let mut login = (*live.login).clone();
        if let Ok(Some(user)) =
            accounts::user(&live, &|user| user.uid == login.uid, &login.uid.to_string())
        {
            login.name = user.name;
            if login.home.is_empty() {
                login.home = user.home;
            }
        }
        live.login = Arc::new(login);
        live.bare = Arc::clone(&live.login);
        live
    }

    /// What can end the programs that run here.
    pub fn runs(&self) -> &Runs {
        &self.runs
    }

    /// Whether what stands there may stand under other names too.
    pub fn has_names(&self, path: &str) -> Seen<bool> {
        let meta = lookup(path)?;
        Ok(meta.is_some_and(|meta| meta.nlink() > 1 && !meta.is_dir()))
    }

    /// Sets variables of the environment for the next task, in place of the last one's.
    pub fn set_environment(&mut self, variables: &[(String, String)]) {
        if variables.is_empty() {
            self.login = Arc::clone(&self.bare);
            return;
        }
        let mut login = (*self.bare).clone();
        for (name, value) in variables {
            login.environment.retain(|(set, _)| set != name);
            login.environment.push((name.clone(), value.clone()));
        }
        self.login = Arc::new(login);
    }
}

fn bare_login() -> Login {
    use rustix::process;
    // The umask can only be read by setting it.
    let umask = process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    process::umask(umask);
    Login {
        uid: process::geteuid().as_raw(),
        gid: process::getegid().as_raw(),
        groups: process::getgroups()
            .unwrap_or_default()
            .into_iter()
            .map(process::Gid::as_raw)
            .collect(),
        umask: umask.as_raw_mode(),
        name: String::new(),
        home: std::env::var_os("HOME")
            .map(|home| text_of(home.as_bytes()))
            .unwrap_or_default(),
        directory: std::env::current_dir().map_or_else(
            |_| "/".to_owned(),
            |directory| text_of(directory.as_os_str().as_bytes()),
        ),
        environment: std::env::vars_os()
            .map(|(name, value)| (text_of(name.as_bytes()), text_of(value.as_bytes())))
            .collect(),
    }
}

/// `None` when nothing is there.
fn lookup(path: &str) -> Seen<Option<fs::Metadata>> {
    let bytes = bytes_of(path);
    match fs::symlink_metadata(Path::new(OsStr::from_bytes(&bytes))) {
        Ok(meta) => Ok(Some(meta)),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            Ok(None)
        }
        Err(error) => Err(Unseen::unreadable(path, &error)),
    }
}

fn kind(path: &str, meta: &fs::Metadata) -> Seen<Kind> {
    let kind = meta.file_type();
    if kind.is_dir() {
        Ok(Kind::Directory)
    } else if kind.is_symlink() {
        let bytes = bytes_of(path);
        let target = fs::read_link(Path::new(OsStr::from_bytes(&bytes)))
            .map_err(|error| Unseen::unreadable(path, &error))?;
        Ok(Kind::Link(text_of(target.as_os_str().as_bytes())))
    } else if kind.is_fifo() {
        Ok(Kind::Fifo)
    } else if kind.is_socket() {
        Ok(Kind::Socket)
    } else if kind.is_block_device() || kind.is_char_device() {
        Ok(Kind::Device(Device {
            is_block: kind.is_block_device(),
            major: rustix::fs::major(meta.rdev()),
            minor: rustix::fs::minor(meta.rdev()),
        }))
    } else {
        Ok(Kind::File(Content::Unknown(Unknown::because(
            "only the attributes of the file were asked for",
        ))))
    }
}

fn stamp(seconds: i64, nanoseconds: i64) -> Stamp {
    Stamp::At(seconds, u32::try_from(nanoseconds).unwrap_or(0))
}

fn attributes(path: &str, meta: &fs::Metadata) -> Seen<Meta> {
    Ok(Meta {
        mode: FileMode::from_bits(meta.mode()),
        uid: meta.uid(),
        gid: meta.gid(),
        mtime: stamp(meta.mtime(), meta.mtime_nsec()),
        atime: stamp(meta.atime(), meta.atime_nsec()),
        xattrs: xattr::all(path).map_err(|error| Unseen::unreadable(path, &error))?,
        flags: flags(path, meta),
    })
}

/// The flags of the inode. Only files and directories are opened: others may do something then.
fn flags(path: &str, meta: &fs::Metadata) -> Option<u32> {
    if !meta.is_file() && !meta.is_dir() {
        return None;
    }
    let file = opened(path).ok()?;
    let flags = rustix::fs::ioctl_getflags(&file).ok()?;
    Some(flags.bits() & Meta::FLAGS)
}

fn opened(path: &str) -> io::Result<fs::File> {
    let bytes = bytes_of(path);
    fs::OpenOptions::new()
        .read(true)
        .custom_flags(
            (rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK)
                .bits()
                .cast_signed(),
        )
        .open(Path::new(OsStr::from_bytes(&bytes)))
}

/// The content of a regular file; a link that has taken its place is not followed.
fn content(path: &str) -> io::Result<Content> {
    let mut file = opened(path)?;
    if file.metadata()?.len() <= Content::INLINE_LIMIT {
        // Files of /proc say that they are empty: read what comes, up to the limit.
        let mut here = Vec::new();
        (&mut file)
            .take(Content::INLINE_LIMIT + 1)
            .read_to_end(&mut here)?;
        if here.len() as u64 <= Content::INLINE_LIMIT {
            return Ok(Content::of(here));
        }
        return hashed(path, &here, file);
    }
    hashed(path, &[], file)
}

fn hashed(path: &str, start: &[u8], mut rest: fs::File) -> io::Result<Content> {
    let mut hash = sha2::Sha256::new();
    hash.update(start);
    let mut size = start.len() as u64;
    let mut buffer = vec![0; 128 << 10];
    loop {
        let filled = rest.read(&mut buffer)?;
        if filled == 0 {
            break;
        }
        hash.update(&buffer[..filled]);
        size += filled as u64;
    }
    Ok(Content::Known {
        digest: Digest::from_bytes(hash.finalize().into()),
        size,
        bytes: Bytes::At(path.to_owned()),
    })
}

impl Observe for Live {
    fn stat_at(&self, path: &str) -> Seen<Option<Stat>> {
        let Some(meta) = lookup(path)? else {
            return Ok(None);
        };
        Ok(Some(Stat {
            kind: kind(path, &meta)?,
            meta: attributes(path, &meta)?,
            size: Some(meta.len()),
            links: meta.nlink(),
            real: Some(Real {
                inode: meta.ino(),
                device: meta.dev(),
                blocks: meta.blocks(),
                block_size: meta.blksize(),
                represents: meta.rdev(),
                ctime: (
                    meta.ctime(),
                    u32::try_from(meta.ctime_nsec()).unwrap_or_default(),
                ),
            }),
        }))
    }

    fn kind_at(&self, path: &str) -> Seen<Option<Kind>> {
        lookup(path)?.map(|meta| kind(path, &meta)).transpose()
    }

    // The kernel follows the parents' links by itself.
    fn stat(&self, path: &str) -> Seen<Option<Stat>> {
        self.stat_at(path)
    }

    fn entry(&self, path: &str) -> Seen<Option<Entry>> {
        let Some(meta) = lookup(path)? else {
            return Ok(None);
        };
        let mut kind = kind(path, &meta)?;
        if let Kind::File(unread) = &mut kind {
            *unread = content(path).map_err(|error| Unseen::unreadable(path, &error))?;
        }
        Ok(Some(Entry {
            kind,
            meta: attributes(path, &meta)?,
        }))
    }

    fn names(&self, directory: &str) -> Seen<Vec<String>> {
        let bytes = bytes_of(directory);
        let mut names = fs::read_dir(Path::new(OsStr::from_bytes(&bytes)))
            .and_then(|entries| {
                entries
                    .map(|entry| Ok(text_of(&entry?.file_name().into_vec())))
                    .collect::<io::Result<Vec<_>>>()
            })
            .map_err(|error| Unseen::unreadable(directory, &error))?;
        names.sort();
        Ok(names)
    }

    fn bytes(&self, content: &Content) -> Seen<Arc<[u8]>> {
        match content {
            Content::Known {
                bytes: Bytes::Here(bytes),
                ..
            } => Ok(Arc::clone(bytes)),
            Content::Known {
                bytes: Bytes::At(path),
                ..
            } => fs::read(Path::new(OsStr::from_bytes(&bytes_of(path))))
                .map(Arc::from)
                .map_err(|error| Unseen::unreadable(path, &error)),
            Content::Known {
                bytes: Bytes::Spooled(segment),
                ..
            } => {
                let mut bytes = Vec::new();
                segment
                    .reader()
                    .read_to_end(&mut bytes)
                    .map_err(|error| Unseen::unreadable("a spooled content", &error))?;
                Ok(bytes.into())
            }
            Content::Known {
                bytes: Bytes::Elsewhere,
                ..
            } => Err(Unseen::unreadable(
                "a content",
                &"its bytes are not on this host",
            )),
            Content::Unknown(unknown) => Err(Unseen::Unknown(unknown.clone())),
        }
    }

    fn reader(&self, content: &Content) -> Seen<Box<dyn ReadSeek>> {
        match content {
            Content::Known {
                bytes: Bytes::At(path),
                ..
            } => fs::File::open(Path::new(OsStr::from_bytes(&bytes_of(path))))
                .map(|file| -> Box<dyn ReadSeek> { Box::new(file) })
                .map_err(|error| Unseen::unreadable(path, &error)),
            Content::Known {
                bytes: Bytes::Spooled(segment),
                ..
            } => Ok(Box::new(segment.reader())),
            _ => Ok(Box::new(io::Cursor::new(self.bytes(content)?))),
        }
    }

    fn fetch(&self, download: &Download) -> Seen<Fetched> {
        fetch::fetch(download, &self.login, &|| {
            let set = |(name, _): &&(String, String)| name == "SSL_CERT_FILE";
            let told = self.login.environment.iter().find(set);
            told.map(|(_, path)| path.as_str())
                .into_iter()
                .chain(ROOTS.iter().copied())
                .find_map(|path| fs::read(path).ok())
        })
    }

    fn login(&self) -> Seen<Login> {
        Ok((*self.login).clone())
    }

    fn machine(&self) -> Seen<String> {
        Ok(text_of(rustix::system::uname().machine().to_bytes()))
    }

    fn space(&self, path: &str) -> Seen<Option<Space>> {
        let told = rustix::fs::statvfs(bytes_of(path).as_slice())
            .map_err(|error| Unseen::unreadable(path, &io::Error::from(error)))?;
        Ok(Some(Space {
            block_size: told.f_bsize,
            fragment_size: told.f_frsize,
            blocks: told.f_blocks,
            blocks_available: told.f_bavail,
            inodes: told.f_files,
            inodes_available: told.f_favail,
        }))
    }

    fn ask(&self, query: &Run) -> Seen<Output> {
        run(query, &self.login, Limits::default(), &self.runs).map_err(|error| {
            Unseen::unreadable(format!("what `{}` says", query.argv.join(" ")), &error)
        })
    }

    fn service(&self, name: &str, manager: Manager) -> Seen<Option<ServiceState>> {
        services::seen(self, name, manager)
    }
}
