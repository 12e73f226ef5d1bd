//! Requests, and what a node answers to them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    change::Change,
    state::{Digest, Supply},
    value::{Map, Unknown},
};

/// The failure of a program that was ended because its time was over.
pub const TIMED_OUT: &str = "the task was ended because its time was over";

/// Every message names the connection and the request that it belongs to, so that an answer to a
/// question that was never asked is recognised.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Envelope<T> {
    /// Chosen at random by the control side for this connection.
    pub nonce: u64,
    pub id: u64,
    pub body: T,
}

/// What the control side asks for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// The first message.
    Hello(Hello),
    Perform(Box<Task>),
    /// A piece of a file; has no answer.
    Blob(Blob),
    /// What another node on the same host has planned; has no answer.
    Lay(Vec<Laid>),
    /// Takes back what a run changed on this host; only foretells it when `rehearse`.
    Undo {
        run: String,
        rehearse: bool,
    },
    /// Ends what the request of that id has running; has no answer of its own.
    Cancel {
        id: u64,
    },
    Ping,
}

/// Who is calling.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    pub version: u32,
    /// The run's identity, under which the journal keeps its changes.
    pub run: String,
    /// The inventory's name for this host.
    pub host: String,
    /// Who runs it, for others to read who find the host locked.
    pub owner: String,
}

/// A piece of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blob {
    pub digest: Digest,
    pub bytes: Vec<u8>,
    pub is_last: bool,
}

/// How a task is carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Conduct {
    /// For real.
    Run,
    /// Over the overlay that the whole run shares.
    Rehearse,
    /// Over an overlay of its own, which is thrown away: a single task in check mode.
    Probe,
    /// For real within a rehearsal, as `check_mode: false` asks; rehearsed where what comes of it
    /// may depend on changes that are only planned so far.
    Ahead,
}

/// What a rehearsal knows of a host beyond what is there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Laid {
    /// This is planned.
    Change(Box<Change>),
    /// Nobody knows what stands at a path and below.
    Path(String, Unknown),
    /// Nobody knows what a service is doing.
    Service(String, Unknown),
    /// Something is planned of which no observation knows.
    Unseen,
}

/// Why a rehearsal cannot tell whether an item is carried out, or with which arguments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doubt {
    pub why: Unknown,
    /// Where it may change something that its arguments do not name.
    pub paths: Vec<String>,
}

/// One task, with as many items as its loop has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Task {
    pub conduct: Conduct,
    pub name: String,
    pub place: Option<crate::diagnostic::Place>,
    pub module: String,
    pub items: Vec<Item>,
    pub environment: Vec<(String, String)>,
    /// Seconds that each item may take.
    pub timeout: Option<u64>,
}

/// The arguments of one item.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Item {
    pub args: Map,
    /// Files of the control side, by the parameter that names them.
    pub supplies: BTreeMap<String, Supply>,
    /// The paths that a program may change, where the task says so itself.
    pub touches: Option<Vec<String>>,
    /// In a rehearsal: why this item is only a possibility.
    pub doubt: Option<Box<Doubt>>,
    /// Whether the next task follows all the same when it fails.
    pub is_forgiven: bool,
}

/// What a node answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Reply {
    Welcome(Welcome),
    /// As many as the task had items, or fewer when it was ended.
    Done(Vec<Outcome>),
    Undone(Undone),
    Pong,
    /// A fault of ours on the other side.
    Fault(String),
}

/// Who answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Welcome {
    pub version: u32,
    /// Of the running binary.
    pub digest: Digest,
    pub user: String,
    pub uid: u32,
}

/// What became of one item.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    pub changes: Vec<Change>,
    /// Ansible's return values.
    pub result: Map,
    pub failure: Option<Failure>,
    /// Why a rehearsal cannot tell what becomes of it.
    pub unknown: Option<Unknown>,
    pub warnings: Vec<String>,
    /// What became unknown on the host by it.
    pub forgotten: Vec<Laid>,
    /// Whether this is what happened, and not what is foretold.
    pub made: bool,
}

/// Why an item failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The parameter to point at.
    pub param: Option<String>,
    pub message: String,
}

/// What an undo did.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Undone {
    /// The inverse changes, in the order in which they were made.
    pub changes: Vec<Change>,
    /// What was left alone because it has changed since: path and reason.
    pub conflicts: Vec<String>,
    /// What has no way back.
    pub irreversible: Vec<String>,
}

impl Outcome {
    /// Whether anything changed or would; an unknown where a rehearsal cannot tell.
    pub fn changed(&self) -> Result<bool, Unknown> {
        if let Some(unknown) = &self.unknown {
            return Err(unknown.clone());
        }
        crate::change::changed(&self.changes)
    }
}
