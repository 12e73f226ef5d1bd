//! What a module wants done, in order, and what it answers.

use serde::{Deserialize, Serialize};

use crate::{
    change::{Act, Change, How},
    state::{Entry, Manager, Manner, ServiceState},
    value::{Map, Unknown, Value},
};

/// A module's answer. Without changes that count, the host already is as asked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    pub changes: Vec<Change>,
    /// Ansible's return values; what an [`Act`] brings is added when it is done.
    pub result: Map,
    pub warnings: Vec<String>,
}

impl Plan {
    /// Asks for what stands at the canonical `path` to become `to`.
    pub fn entry(&mut self, path: &str, from: Option<Entry>, to: Option<Entry>) {
        self.entry_by(path, from, to, How::default());
    }

    /// Like [`Self::entry`], with a say in how it is done.
    pub fn entry_by(&mut self, path: &str, from: Option<Entry>, to: Option<Entry>, how: How) {
        self.changes.extend(Change::between(path, from, to, how));
    }

    /// Asks for `to` at a path where a rehearsal does not know what is there now.
    pub fn perhaps(&mut self, path: &str, unknown: Unknown, to: Option<Entry>) {
        self.changes.push(Change::Perhaps {
            path: path.to_owned(),
            unknown,
            to,
        });
    }

    /// Keeps a copy of a file beside it, under a name with the time of the run in it.
    pub fn backup(&mut self, path: &str, file: &Entry) {
        self.backup_as("backup_file", path, file);
    }

    /// Like [`Self::backup`]; the name of the copy is returned as `name`.
    pub fn backup_as(&mut self, name: &str, path: &str, file: &Entry) {
        self.changes.push(Change::Backup {
            path: path.to_owned(),
            entry: file.clone(),
        });
        self.returns(
            name,
            Unknown::because("the name of a backup has the time of the run in it"),
        );
    }

    /// Asks for a service to be in another state.
    pub fn service(
        &mut self,
        name: &str,
        manager: Manager,
        [from, to]: [ServiceState; 2],
        manner: &Manner,
    ) {
        if from != to {
            self.changes.push(Change::Service {
                name: name.to_owned(),
                manager,
                from,
                to,
                manner: manner.clone(),
            });
        }
    }

    /// Makes something new in a canonical directory under a name that nobody else has; its path
    /// is returned as `path`.
    pub fn fresh(&mut self, directory: &str, prefix: &str, suffix: &str, entry: Entry) {
        self.changes.push(Change::Fresh {
            directory: directory.to_owned(),
            prefix: prefix.to_owned(),
            suffix: suffix.to_owned(),
            entry,
        });
        self.returns(
            "path",
            Unknown::because("a fresh name is only chosen in the run"),
        );
    }

    /// Asks for something to be done.
    pub fn act(&mut self, act: Act) {
        self.changes.push(Change::Act(act));
    }

    /// Adds a return value.
    pub fn returns(&mut self, name: &str, value: impl Into<Value>) {
        self.result.insert(name, value);
    }

    /// Says something that is no failure.
    pub fn warn(&mut self, warning: impl Into<String>) {
        self.warnings.push(warning.into());
    }

    /// Whether anything changes; an unknown where a rehearsal cannot tell.
    pub fn changed(&self) -> Result<bool, Unknown> {
        super::changed(&self.changes)
    }
}
