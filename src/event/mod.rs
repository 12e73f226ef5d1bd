//! What happens during a run.
//!
//! The engine tells, reporters hear. An event carries everything that any of them needs, so that
//! none asks back.

mod secrets;

use std::collections::BTreeMap;

use crate::{
    change::Change,
    diagnostic::{Mistake, Place},
    value::{Map, Unknown, Value},
};

pub use secrets::Secrets;

/// One thing that happened.
#[derive(Debug)]
pub enum Event<'a> {
    PlayStarted(&'a Play),
    /// No host of a play is in the inventory, or within the limit.
    NoHosts,
    TaskStarted(&'a Task),
    /// The task at hand begins on one more host.
    HostBegan,
    /// It is over on one; what came of it is told in the order of the hosts.
    HostEnded,
    /// A loop's item is done on a host.
    ItemDone(&'a Done<'a>),
    /// A task is done on a host.
    HostDone(&'a Done<'a>),
    /// A task is tried again on a host.
    Retried {
        host: &'a str,
        /// The task's own name, or its action.
        task: &'a str,
        left: u64,
        result: &'a Map,
    },
    /// Tasks of a file take the place of an `include`.
    Included {
        file: &'a str,
        hosts: &'a [String],
        /// The label of the item, in a loop.
        item: Option<&'a str>,
    },
    /// Something that is no mistake but should be known.
    Warned {
        message: &'a str,
    },
    /// What a task says before it is done, such as a question.
    Said {
        text: &'a str,
    },
    /// Somebody's mistake that ends nothing yet.
    Mistaken {
        mistake: &'a Mistake,
    },
    /// Nobody is left to go on with.
    NoHostsLeft,
    /// Everything is over.
    RunEnded(&'a Recap),
}

/// A play that begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Play {
    /// The name, or the hosts where it has none.
    pub name: String,
    pub is_check: bool,
}

/// A task that begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// With the role's name before it.
    pub name: String,
    pub place: Option<Place>,
    pub is_handler: bool,
    pub is_check: bool,
    /// The module's arguments, where they are to be shown.
    pub action: String,
}

/// What a task did on a host, or one of its items.
#[derive(Debug)]
pub struct Done<'a> {
    pub host: &'a str,
    /// Where the task was carried out instead.
    pub delegate: Option<&'a str>,
    /// The address of that other host, where it is not its name.
    pub delegate_address: Option<&'a str>,
    pub verdict: Verdict,
    /// The label of the item, in a loop.
    pub item: Option<String>,
    /// Everything that the task returned.
    pub result: &'a Map,
    pub changes: &'a [Change],
    /// Whether differences are to be shown.
    pub diff: bool,
    /// Whether the result and the differences are hidden.
    pub no_log: bool,
    /// Whether the result is shown without being asked for, as of `debug`.
    pub always_shown: bool,
    /// Whether the items of a loop were told one by one already.
    pub is_loop: bool,
    /// What to show for a failure: the mistake with its place.
    pub mistake: Option<&'a Mistake>,
}

/// How a task ended on a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Ok,
    Changed,
    Skipped,
    Failed {
        ignored: bool,
    },
    Unreachable {
        ignored: bool,
    },
    /// A rehearsal cannot tell.
    Unknown(Unknown),
}

/// How often each thing happened on one host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub ok: u64,
    pub changed: u64,
    pub unreachable: u64,
    pub failed: u64,
    pub skipped: u64,
    pub rescued: u64,
    pub ignored: u64,
    pub unknown: u64,
}

/// The end of a run.
#[derive(Clone, Debug, Default)]
pub struct Recap {
    /// By host name, in the order of names.
    pub hosts: BTreeMap<String, Tally>,
    /// What `set_stats` has gathered, by host; empty for the whole run.
    pub custom: BTreeMap<String, Value>,
    /// Reasons for unknown tasks, most frequent first.
    pub reasons: Vec<(String, u64)>,
    pub is_check: bool,
}

/// Whoever hears what happens.
pub trait Listener {
    fn hear(&mut self, event: &Event<'_>);
}
