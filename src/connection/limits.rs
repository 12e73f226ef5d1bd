//! What a connection may take: time, and open files.

use std::{io, time::Duration};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// How long the steps of reaching a node may take. All of it is monotonic time.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// Beyond the target's timeout, for logging in: keys, agents, password checks that delay.
    pub login: Duration,
    /// From the login to the node's first line, without sending the program.
    pub start: Duration,
    /// Without any progress while the program is sent.
    pub stall: Duration,
    /// The slowest line that is still used, in bytes a second.
    pub pace: u32,
    /// For the end of a node that was told to go.
    pub farewell: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            login: Duration::from_secs(20),
            start: Duration::from_secs(30),
            stall: Duration::from_secs(30),
            pace: 16 << 10,
            farewell: Duration::from_secs(5),
        }
    }
}

/// Raises the soft limit of open files to the hard one, and returns it (`None`: no limit).
///
/// A live connection takes about seven: the usual 1024 would end below 150 hosts.
///
/// # Errors
/// When the system refuses.
pub fn raise_open_files() -> io::Result<Option<u64>> {
    let limit = getrlimit(Resource::Nofile);
    if limit.current != limit.maximum {
        setrlimit(
            Resource::Nofile,
            Rlimit {
                current: limit.maximum,
                maximum: limit.maximum,
            },
        )?;
    }
    Ok(limit.maximum)
}

#[cfg(test)]
mod tests {
    use rustix::process::{Resource, getrlimit};

    #[test]
    fn the_soft_limit_of_open_files_becomes_the_hard_one() {
        let raised = super::raise_open_files().unwrap();
        assert_eq!(getrlimit(Resource::Nofile).current, raised);
    }
}
