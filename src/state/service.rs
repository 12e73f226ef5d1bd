//! A service and the manager it runs under.

use serde::{Deserialize, Serialize};

/// What a service is. A part that its manager does not have, or nobody asked for, is `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceState {
    pub running: Option<bool>,
    /// Whether it starts at boot.
    pub enabled: Option<bool>,
    pub masked: Option<bool>,
}

/// What is said to a service manager besides what it shall do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manner {
    /// Words for the script, where services are scripts.
    pub arguments: Vec<String>,
    /// Whether the manager is not waited for.
    pub no_block: bool,
    /// Whether links that are in the way are replaced.
    pub force: bool,
    /// Seconds between stopping and starting when a script is restarted.
    pub sleep: u64,
}

/// The programs that keep services.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Manager {
    /// systemd, for the whole system or for one user's own instance.
    Systemd {
        user: bool,
    },
    /// Scripts in /etc/init.d.
    Sysv,
    OpenRc,
}
