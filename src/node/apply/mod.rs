//! The only code that changes a host.

mod act;
mod batch;
mod content;
mod draft;
mod drained;
mod entry;
mod flags;
mod parent;
mod paths;
mod place;
mod room;
mod service;
mod unsynced;
mod wait;

pub(super) use batch::Batch;
pub(super) use content::pour;
pub(super) use draft::{identity, sweep};
pub(super) use paths::Paths;

use std::{
    fmt, io,
    sync::atomic::{AtomicU32, Ordering},
};

use crate::{
    change::{Act, Change},
    host::{Live, Output, Runs},
    state::{Content, Entry, Kind},
};

/// What an act brought.
#[derive(Clone, Debug, Default)]
pub(super) struct Brought {
    /// Of a program that ran.
    pub(super) output: Option<Output>,
    /// For how long was waited.
    pub(super) waited: Option<wait::Waited>,
}

/// Why a change was not made: what we did, to what, and the system's reason.
#[derive(Clone, Debug)]
pub(super) struct Stopped {
    pub(super) what: String,
    pub(super) because: String,
    /// The system's number of the reason, where a program could not be started.
    pub(super) not_started: Option<i32>,
    /// Whether it was made for what is there no longer: somebody was faster.
    pub(super) is_overtaken: bool,
    /// What a command said that refused the new file.
    pub(super) refused: Option<Box<Refused>>,
}

/// A command that was to accept a new file, and did not.
#[derive(Clone, Debug)]
pub(super) struct Refused {
    pub(super) argv: Vec<String>,
    /// `None` where it could not be started.
    pub(super) output: Option<Output>,
}

impl Stopped {
    pub(super) fn new(what: impl Into<String>, because: impl fmt::Display) -> Self {
        Self {
            what: what.into(),
            because: because.to_string(),
            not_started: None,
            is_overtaken: false,
            refused: None,
        }
    }
}

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot {}: {}", self.what, self.because)
    }
}

/// Adds what we did to the system's reason.
trait Doing<T> {
    fn doing(self, what: &str) -> Result<T, Stopped>;
}

impl<T> Doing<T> for io::Result<T> {
    fn doing(self, what: &str) -> Result<T, Stopped> {
        self.map_err(|error| Stopped::new(what, error))
    }
}

impl<T> Doing<T> for rustix::io::Result<T> {
    fn doing(self, what: &str) -> Result<T, Stopped> {
        self.map_err(|error| Stopped::new(what, io::Error::from(error)))
    }
}

/// Makes one change, whole or not at all.
pub(super) fn apply(change: &Change, host: &Live, runs: &Runs) -> Result<Brought, Stopped> {
    match change {
        Change::Entry {
            path,
            from,
            to,
            how,
        } => {
            entry::replace(path, from.as_ref(), to.as_ref(), how, host).map(|()| Brought::default())
        }
        Change::Meta { path, from, to } => {
            entry::set_meta(path, from, to).map(|()| Brought::default())
        }
        Change::Backup { path, .. } => Err(Stopped::new(
            format!("back {path} up"),
            "the backup was not given a name",
        )),
        Change::Fresh { directory, .. } => Err(Stopped::new(
            format!("make something in {directory}"),
            "it was not given a name",
        )),
        Change::Service {
            name,
            manager,
            from,
            to,
            manner,
        } => {
            service::change(name, *manager, [*from, *to], manner, host).map(|()| Brought::default())
        }
        Change::Act(Act::Wait {
            condition,
            timeout,
            delay,
            sleep,
            message,
        }) => wait::wait(
            condition,
            [*timeout, *delay, *sleep],
            message.as_deref(),
            host,
            runs,
        )
        .map(|waited| Brought {
            waited: Some(waited),
            ..Brought::default()
        }),
        Change::Act(act) => act::act(act, host, runs),
        Change::Perhaps { path, .. } => Err(Stopped::new(
            format!("change {path}"),
            "it was only planned for a host that nobody has seen",
        )),
    }
}

/// Gives a name to what gets one only now. That of a backup has a number and the time in it as
/// Ansible's have; the number tells those of one second apart.
pub(super) fn named(change: &Change) -> Change {
    static BACKUPS: AtomicU32 = AtomicU32::new(0);
    let (path, entry) = match change {
        Change::Backup { path, entry } => {
            let number = std::process::id() + BACKUPS.fetch_add(1, Ordering::Relaxed);
            let now = jiff::Zoned::now().strftime("%Y-%m-%d@%H:%M:%S").to_string();
            (format!("{path}.{number}.{now}~"), entry)
        }
        Change::Fresh {
            directory,
            prefix,
            suffix,
            entry,
        } => {
            let name = format!("{prefix}{}{suffix}", letters());
            (crate::host::path::join(directory, &name), entry)
        }
        other => return other.clone(),
    };
    Change::Entry {
        path,
        from: None,
        to: Some(entry.clone()),
        how: crate::change::How::default(),
    }
}

/// Eight letters that nobody can guess, as Python's `tempfile` takes them.
fn letters() -> String {
    const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz012345";
    let mut random = [0; 8];
    // Without randomness the name is still new: nothing is ever replaced under it.
    let _ = rustix::rand::getrandom(&mut random, rustix::rand::GetRandomFlags::empty());
    random
        .map(|byte| char::from(ALPHABET[usize::from(byte % 32)]))
        .iter()
        .collect()
}

/// The content of a file state.
fn content_of(entry: &Entry) -> Option<&Content> {
    match &entry.kind {
        Kind::File(content) => Some(content),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::disallowed_methods, reason = "a test may touch its own files")]

    use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

    use super::apply;
    use crate::{
        change::{Change, How},
        host::{Live, Observe as _, Runs},
        state::{Content, Entry, Kind, Meta, Mode, Stamp},
        value::text_of,
    };

    struct Ground {
        live: Live,
        home: tempfile::TempDir,
    }

    impl Ground {
        fn new() -> Self {
            let live = Live::new(Runs::default());
            let home = tempfile::tempdir().unwrap();
            Self { live, home }
        }

        fn at(&self, name: &str) -> String {
            let path = self.home.path().canonicalize().unwrap().join(name);
            text_of(path.as_os_str().as_encoded_bytes())
        }

        /// What the host has there, as something to be made.
        fn seen(&self, name: &str) -> Entry {
            let mut entry = self.live.entry(&self.at(name)).unwrap().unwrap();
            (entry.meta.mtime, entry.meta.atime) = (Stamp::Any, Stamp::Any);
            entry
        }

        fn make(&self, name: &str, from: Option<Entry>, to: Option<Entry>) -> Result<(), String> {
            let change = Change::Entry {
                path: self.at(name),
                from,
                to,
                how: How::default(),
            };
            let made = apply(&change, &self.live, &Runs::default());
            let names = self.live.names(&self.at("")).unwrap();
            assert!(
                names.iter().all(|name| !name.starts_with(".host")),
                "{names:?}"
            );
            made.map(drop).map_err(|stopped| stopped.to_string())
        }
    }

    fn dressed(entry: &Entry, mode: u32) -> Entry {
        Entry {
            kind: entry.kind.clone(),
            meta: Meta {
                mode: Mode::parse(&format!("{mode:o}"))
                    .unwrap()
                    .on(entry.meta.mode, false, 0),
                ..entry.meta.clone()
            },
        }
    }

    #[test]
    fn what_another_node_made_meanwhile_is_what_we_wanted_to_make() {
        let ground = Ground::new();
        fs::create_dir(ground.at("d")).unwrap();
        fs::write(ground.at("f"), "same").unwrap();
        std::os::unix::fs::symlink("d", ground.at("l")).unwrap();
        for name in ["d", "f", "l"] {
            let wanted = ground.seen(name);
            assert_eq!(ground.make(name, None, Some(wanted)), Ok(()), "{name}");
        }
        for name in ["d", "f"] {
            let wanted = dressed(&ground.seen(name), 0o701);
            let why = ground.make(name, None, Some(wanted)).unwrap_err();
            assert!(why.contains("put there since we looked"), "{why}");
        }
        let other = Entry {
            kind: Kind::File(Content::of(*b"other")),
            ..ground.seen("f")
        };
        assert!(ground.make("f", None, Some(other.clone())).is_err());
        assert!(ground.make("d", None, Some(other)).is_err());
        assert_eq!(fs::read_to_string(ground.at("f")).unwrap(), "same");
    }

    #[test]
    fn what_is_gone_already_is_removed() {
        let ground = Ground::new();
        fs::write(ground.at("f"), "").unwrap();
        let seen = ground.seen("f");
        fs::remove_file(ground.at("f")).unwrap();
        assert_eq!(ground.make("f", Some(seen), None), Ok(()));
    }

    #[test]
    fn a_directory_and_a_file_take_each_others_place() {
        let ground = Ground::new();
        fs::create_dir(ground.at("d")).unwrap();
        fs::write(ground.at("f"), "content").unwrap();
        let (directory, file) = (ground.seen("d"), dressed(&ground.seen("f"), 0o604));
        let swap = |name: &str, from: &Entry, to: &Entry| {
            ground.make(name, Some(from.clone()), Some(to.clone()))
        };
        assert_eq!(swap("d", &directory, &file), Ok(()));
        assert_eq!(swap("f", &file, &directory), Ok(()));
        assert!(Path::new(&ground.at("f")).is_dir());
        let mode = fs::metadata(ground.at("d")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o604);
        // Somebody has put something into it.
        fs::write(ground.at("f/theirs"), "").unwrap();
        assert!(swap("f", &directory, &file).is_err());
        assert!(Path::new(&ground.at("f/theirs")).is_file());
    }
}
