//! The only code that changes a host.

mod act;
mod content;
mod drained;
mod entry;
mod parent;
mod service;
mod wait;

pub(super) use content::pour;

use std::{fmt, io};

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
        Change::Meta { path, to, .. } => entry::set_meta(path, to).map(|()| Brought::default()),
        Change::Backup { path, .. } => Err(Stopped::new(
            format!("back {path} up"),
            "the backup was not given a name",
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

/// Gives a backup its name, which has the process and the time in it as Ansible's have.
pub(super) fn named(change: &Change) -> Change {
    let Change::Backup { path, entry } = change else {
        return change.clone();
    };
    let now = jiff::Zoned::now();
    let to = format!(
        "{path}.{}.{}~",
        std::process::id(),
        now.strftime("%Y-%m-%d@%H:%M:%S")
    );
    Change::Entry {
        path: to,
        from: None,
        to: Some(entry.clone()),
        how: crate::change::How::default(),
    }
}

/// The content of a file state.
fn content_of(entry: &Entry) -> Option<&Content> {
    match &entry.kind {
        Kind::File(content) => Some(content),
        _ => None,
    }
}
