//! Files of the control side that a task needs on a host.

use serde::{Deserialize, Serialize};

use super::{FileMode, Kind};

/// A file or a tree, as it lies on the control side.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Supply {
    /// Where it was found there.
    pub path: String,
    /// Parents come before what is in them.
    pub entries: Vec<Supplied>,
}

/// One thing of a supply.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Supplied {
    /// Relative to the supply; empty for the thing itself.
    pub path: String,
    pub kind: Kind,
    pub mode: FileMode,
}

impl Supply {
    /// The thing itself: a file, or the directory at the top.
    pub fn top(&self) -> Option<&Supplied> {
        self.entries.iter().find(|entry| entry.path.is_empty())
    }
}
