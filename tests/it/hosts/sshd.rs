//! An sshd on a loopback port, for whoever runs the tests.
#![expect(
    clippy::disallowed_methods,
    reason = "a test starts and ends its own sshd"
)]

use std::{
    fs,
    io::{BufRead as _, BufReader},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
};

use hostwright::connection::{Ssh, Target, Transport};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

/// One sshd that lets the invoking user in by a key. The home there is an empty directory.
pub(crate) struct Sshd {
    pub(crate) port: u16,
    folder: TempDir,
    process: Child,
}

impl Sshd {
    pub(crate) fn start() -> Self {
        Self::with("")
    }

    /// Starts one with further lines of `sshd_config`.
    pub(crate) fn with(config: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("home")).unwrap();
        for key in ["id", "host"] {
            keygen(&folder.path().join(key));
        }
        fs::rename(
            folder.path().join("id.pub"),
            folder.path().join("authorized"),
        )
        .unwrap();
        if rustix::process::geteuid().is_root() {
            // sshd refuses to start as root without its empty directory.
            fs::create_dir_all("/run/sshd").unwrap();
        }
        for _ in 0..20 {
            // The port is free now; when somebody takes it first, the next one is tried.
            let port = free_port();
            if let Some(process) = try_start(folder.path(), port, config) {
                let started = Self {
                    port,
                    folder,
                    process,
                };
                started.trust("host.pub");
                return started;
            }
        }
        panic!("sshd found no free port");
    }

    /// A target for the login, with nothing of the user's own ssh configuration.
    pub(crate) fn target(&self) -> Target {
        let mut target = Target::ssh("127.0.0.1");
        target.transport = Transport::Ssh(Box::new(self.ssh()));
        target
    }

    pub(crate) fn ssh(&self) -> Ssh {
        Ssh {
            host: "127.0.0.1".to_owned(),
            port: Some(self.port),
            key: Some(self.path("id").to_string_lossy().into_owned()),
            args: vec![
                String::new(),
                format!(
                    "-F none -o IdentitiesOnly=yes -o UserKnownHostsFile={} \
                     -o GlobalKnownHostsFile=/dev/null",
                    self.path("known_hosts").display()
                ),
            ],
            ..Ssh::default()
        }
    }

    /// The home directory of the login.
    pub(crate) fn home(&self) -> PathBuf {
        self.path("home")
    }

    /// A file of this sshd: `id`, `known_hosts`, …
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Makes the public key in this file the known one of the host.
    pub(crate) fn trust(&self, file: &str) {
        let key = fs::read_to_string(self.path(file)).unwrap();
        let line = format!("[127.0.0.1]:{} {key}", self.port);
        fs::write(self.path("known_hosts"), line).unwrap();
    }

    /// Ends the sshd that listens and those that serve, as when the plug is pulled.
    pub(crate) fn kill(&mut self) {
        if matches!(self.process.try_wait(), Ok(None)) {
            for process in descendants(self.process.id()) {
                end(process);
            }
            let _ = self.process.kill();
        }
        let _ = self.process.wait();
    }
}

/// Ends one process by its number.
fn end(process: u32) {
    if let Some(process) = i32::try_from(process).ok().and_then(Pid::from_raw) {
        let _ = kill_process(process, Signal::KILL);
    }
}

/// The children of a process, and theirs.
pub(crate) fn descendants(process: u32) -> Vec<u32> {
    let mut all = Vec::new();
    // Each thread has the children that it started.
    let threads = fs::read_dir(format!("/proc/{process}/task"));
    for thread in threads.into_iter().flatten().flatten() {
        let children = fs::read_to_string(thread.path().join("children")).unwrap_or_default();
        for child in children.split_whitespace().filter_map(|id| id.parse().ok()) {
            all.extend(descendants(child));
            all.push(child);
        }
    }
    all
}

impl Drop for Sshd {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Makes a key pair.
pub(crate) fn keygen(file: &Path) {
    let made = Command::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-N", "", "-f"])
        .arg(file)
        .status()
        .expect("ssh-keygen is needed here, and `./test` installs it (openssh-client)");
    assert!(made.success());
}

/// A port that nothing listens on.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// Starts sshd; `None` when the port was taken.
fn try_start(folder: &Path, port: u16, more: &str) -> Option<Child> {
    let at = |name: &str| folder.join(name).display().to_string();
    // Of most options the first counts, of `MaxStartups` the last.
    let config = format!(
        "MaxStartups 1000\n{more}\nPort {port}\nListenAddress 127.0.0.1\nHostKey {}\nPidFile none\n\
         AuthorizedKeysFile {}\nStrictModes no\nUsePAM no\nPasswordAuthentication no\n\
         SetEnv HOME={}\n",
        at("host"),
        at("authorized"),
        at("home")
    );
    fs::write(folder.join("sshd_config"), config).unwrap();
    let mut process = Command::new("/usr/sbin/sshd")
        .args(["-D", "-e", "-f"])
        .arg(folder.join("sshd_config"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("sshd is needed here, and `./test` installs it (openssh-server)");
    let mut said = BufReader::new(process.stderr.take().unwrap()).lines();
    let mut heard = Vec::new();
    for line in said.by_ref().map_while(Result::ok) {
        if line.contains("Server listening on") {
            // Read on, so that sshd never waits for a reader.
            thread::spawn(move || said.map_while(Result::ok).for_each(drop));
            return Some(process);
        }
        heard.push(line);
    }
    let _ = process.wait();
    let heard = heard.join("\n");
    assert!(heard.contains("Address already in use"), "sshd: {heard}");
    None
}
