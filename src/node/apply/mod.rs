//! The only code that changes a host.

mod act;
mod content;
mod drained;
mod entry;
mod flags;
mod parent;
mod service;
mod wait;

pub(super) use content::pour;

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
#[derive(Debug)]
pub(super) struct Stopped {
    pub(super) what: String,
    pub(super) because: String,
    /// The system's number of the reason, where a program could not be started.
    pub(super) not_started: Option<i32>,
}

impl Stopped {
    pub(super) fn new(what: impl Into<String>, because: impl fmt::Display) -> Self {
        Self {
            what: what.into(),
            because: because.to_string(),
            not_started: None,
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
