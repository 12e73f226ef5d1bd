//! What is done to a host without a second side.

use serde::{Deserialize, Serialize};

use crate::state::{Content, Manager, Manner};

/// Something done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Act {
    /// A program runs.
    Run(Run),
    /// A service is started anew, whether it runs or not.
    Restart {
        name: String,
        manager: Manager,
        manner: Manner,
    },
    /// A service that runs reads its configuration anew.
    Reload {
        name: String,
        manager: Manager,
        manner: Manner,
    },
    /// The service manager reads its units anew, or with `whole` starts itself anew.
    ReloadManager { manager: Manager, whole: bool },
    /// Nothing changes until something outside has happened.
    Wait {
        condition: Condition,
        /// Seconds.
        timeout: u64,
        /// Seconds before the first look.
        delay: u64,
        /// Seconds between two looks.
        sleep: u64,
        /// What is said when the time is over, instead of our own words.
        message: Option<String>,
    },
}

/// A program with everything it is started with.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// The program and its arguments; a shell line is `[shell, "-c", line]`.
    pub argv: Vec<String>,
    /// The directory it starts in; the login's home when `None`.
    pub chdir: Option<String>,
    /// Variables set on top of the environment.
    pub environment: Vec<(String, String)>,
    /// Nothing when `None`.
    pub stdin: Option<Vec<u8>>,
    /// Whether trailing line ends of its output are taken off.
    pub strip: bool,
    /// Paths that it names: unknown afterwards in a rehearsal, with all below them.
    pub touches: Vec<String>,
    /// Services that it names: unknown afterwards in a rehearsal.
    pub services: Vec<String>,
    /// Whether it is known to change nothing.
    pub only_looks: bool,
    /// Of a program that only looks: all that it looks at, where that is known.
    pub reads: Option<Vec<String>>,
    /// For how long it may run, in seconds.
    pub timeout: Option<u64>,
    /// Brought along: it lies on the host while the program runs, which gets its path as the last
    /// argument.
    pub script: Option<Script>,
    /// Whether only its exit status and its output are returned, as they are.
    pub is_bare: bool,
    /// Whether it runs only where something is there or missing, which was looked at.
    pub is_guarded: bool,
}

/// A script of the control side.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Script {
    /// Of the file, without directories.
    pub name: String,
    pub content: Content,
}

impl Script {
    /// The same script without bytes that only this machine can read.
    #[must_use]
    pub fn without_bytes(&self) -> Self {
        Self {
            name: self.name.clone(),
            content: self.content.without_bytes(),
        }
    }
}

/// What is waited for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Condition {
    /// Nothing: only the time passes.
    Time,
    /// A TCP port answers (or no longer answers), and what it says matches.
    Port {
        host: String,
        port: u16,
        open: bool,
        /// Seconds for one attempt.
        connect_timeout: u64,
        search: Option<String>,
    },
    /// No foreign connection to a port is left.
    Drained {
        host: String,
        port: u16,
        exclude: Vec<String>,
        states: Vec<String>,
    },
    /// A file is there (and matches), or is gone.
    File {
        path: String,
        present: bool,
        search: Option<String>,
    },
}

impl Act {
    /// Why it has no way back.
    pub(super) fn irreversible(&self) -> String {
        match self {
            Self::Run(run) => format!(
                "what `{}` did is not known",
                run.argv.first().map_or("", String::as_str)
            ),
            Self::Restart { name, .. } => format!("`{name}` was restarted"),
            Self::Reload { name, .. } => format!("`{name}` was reloaded"),
            Self::ReloadManager { .. } => "the service manager was reloaded".to_owned(),
            Self::Wait { .. } => "time has passed".to_owned(),
        }
    }
}
