//! A difference between what is and what is wanted, as a value with two sides.
//!
//! From one change come: is anything changed, the diff, what must be done, the journal's entry and
//! the way back. Comparing stands here once; no module compares.

mod act;
mod plan;

use serde::{Deserialize, Serialize};

use crate::{
    state::{Entry, Kind, Manager, Manner, Meta, ServiceState},
    value::Unknown,
};

pub use act::{Act, Condition, Run, Script};
pub use plan::Plan;

/// One thing on a host becomes another. Every path in it is canonical: absolute, and no parent of
/// it is a symbolic link, so that the applier can refuse to follow any.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Change {
    /// What stands at a path appears, disappears or is replaced.
    Entry {
        path: String,
        from: Option<Entry>,
        to: Option<Entry>,
        how: How,
    },
    /// Only its attributes change.
    Meta { path: String, from: Meta, to: Meta },
    /// A service starts, stops, or starts at boot or no more.
    Service {
        name: String,
        manager: Manager,
        from: ServiceState,
        to: ServiceState,
        manner: Manner,
    },
    /// A copy of the file at `path` appears beside it; its name has the time in it.
    Backup { path: String, entry: Entry },
    /// Something new appears in `directory` under a name that nobody else has: `prefix`, random
    /// letters, `suffix`.
    Fresh {
        directory: String,
        prefix: String,
        suffix: String,
        entry: Entry,
    },
    /// Something is done that has no second side.
    Act(Act),
    /// In a rehearsal: what is there now is unknown, and so is whether this changes anything;
    /// afterwards `to` stands there. A real run never meets it.
    Perhaps {
        path: String,
        unknown: Unknown,
        to: Option<Entry>,
    },
}

/// How a file is brought to its new content.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct How {
    /// A command that must accept the draft before it takes the place; `%s` is the draft's path.
    pub validate: Option<String>,
    /// Writes into the file that is there where it cannot be replaced as a whole.
    pub in_place: bool,
}

/// Whether any of these counts; an unknown where a rehearsal cannot tell.
pub fn changed(changes: &[Change]) -> Result<bool, Unknown> {
    if changes.iter().any(Change::counts) {
        return Ok(true);
    }
    let perhaps = changes.iter().filter_map(|change| match change {
        Change::Perhaps { unknown, .. } => Some(unknown.clone()),
        _ => None,
    });
    Unknown::union(perhaps).map_or(Ok(false), Err)
}

/// Why a change has no way back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Irreversible(pub String);

impl Change {
    /// The change that makes `from` at `path` into `to`; `None` when it is so already.
    pub fn between(path: &str, from: Option<Entry>, to: Option<Entry>, how: How) -> Option<Self> {
        match (&from, &to) {
            (None, None) => return None,
            (Some(seen), Some(wanted)) if seen.kind == wanted.kind => {
                return Self::of_meta(path, seen.meta.clone(), wanted.meta.clone());
            }
            _ => {}
        }
        Some(Self::Entry {
            path: path.to_owned(),
            from,
            to,
            how,
        })
    }

    /// The change that gives what stands at `path` other attributes; `None` when it has them.
    pub fn of_meta(path: &str, from: Meta, to: Meta) -> Option<Self> {
        (!from.satisfies(&to)).then(|| Self::Meta {
            path: path.to_owned(),
            from,
            to,
        })
    }

    /// Whether the task that plans it counts as changed. Waiting changes nothing, and to Ansible
    /// neither does a manager that reads its units.
    pub fn counts(&self) -> bool {
        !matches!(
            self,
            Self::Act(Act::Wait { .. } | Act::ReloadManager { .. })
                | Self::Perhaps { .. }
                | Self::Backup { .. }
        )
    }

    /// The change that takes this one back.
    pub fn inverse(&self) -> Result<Self, Irreversible> {
        Ok(match self {
            Self::Entry { path, from, to, .. } => Self::Entry {
                path: path.clone(),
                from: to.clone(),
                to: from.clone(),
                how: How::default(),
            },
            Self::Meta { path, from, to } => Self::Meta {
                path: path.clone(),
                from: to.clone(),
                to: from.clone(),
            },
            Self::Service {
                name,
                manager,
                from,
                to,
                manner,
            } => Self::Service {
                name: name.clone(),
                manager: *manager,
                from: *to,
                to: *from,
                manner: manner.clone(),
            },
            Self::Backup { path, .. } => {
                return Err(Irreversible(format!("a backup of {path} was kept")));
            }
            Self::Fresh { directory, .. } => {
                return Err(Irreversible(format!(
                    "something of unknown name was made in {directory}"
                )));
            }
            Self::Act(act) => return Err(Irreversible(act.irreversible())),
            Self::Perhaps { path, .. } => {
                return Err(Irreversible(format!("what {path} was is not known")));
            }
        })
    }

    /// The path that it is about, if it is about one.
    pub fn path(&self) -> Option<&str> {
        match self {
            Self::Entry { path, .. } | Self::Meta { path, .. } | Self::Perhaps { path, .. } => {
                Some(path)
            }
            Self::Service { .. } | Self::Backup { .. } | Self::Fresh { .. } | Self::Act(_) => None,
        }
    }

    /// How many bytes of contents it holds in memory.
    pub fn weight(&self) -> usize {
        let bytes = |entry: &Entry| match &entry.kind {
            Kind::File(content) => content.here().map_or(0, <[u8]>::len),
            _ => 0,
        };
        match self {
            Self::Entry { from, to, .. } => {
                from.as_ref().map_or(0, bytes) + to.as_ref().map_or(0, bytes)
            }
            Self::Perhaps { to, .. } => to.as_ref().map_or(0, bytes),
            Self::Backup { entry, .. } | Self::Fresh { entry, .. } => bytes(entry),
            Self::Meta { .. } | Self::Service { .. } | Self::Act(_) => 0,
        }
    }

    /// The same change without contents of more than `limit` bytes, and without any that only
    /// this machine can read.
    #[must_use]
    pub fn for_the_wire(&self, limit: usize) -> Self {
        let slim = |entry: &Option<Entry>| {
            let mut entry = entry.clone();
            if let Some(Entry {
                kind: Kind::File(content),
                ..
            }) = &mut entry
                && content.here().is_none_or(|bytes| bytes.len() > limit)
            {
                *content = content.without_bytes();
            }
            entry
        };
        match self {
            Self::Entry {
                path,
                from,
                to,
                how,
            } => Self::Entry {
                path: path.clone(),
                from: slim(from),
                to: slim(to),
                how: how.clone(),
            },
            Self::Perhaps { path, unknown, to } => Self::Perhaps {
                path: path.clone(),
                unknown: unknown.clone(),
                to: slim(to),
            },
            Self::Act(Act::Run(run)) => Self::Act(Act::Run(Run {
                script: run.script.as_ref().map(Script::without_bytes),
                ..run.clone()
            })),
            other => other.clone(),
        }
    }
}
