//! Reaching nodes: here, by ssh, as another user.
#![expect(
    clippy::disallowed_methods,
    reason = "looks into its own hosts, and makes its own files"
)]

mod bootstrap;
mod escalation;
mod login;
mod node;

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    time::Duration,
};

use crate::hosts::Hosts;
use hostwright::connection::{Connector, Link, Patience, Settings, Target, Transport};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _};

/// What the program prints that stands in for the node in these tests.
const MAGIC: &str = "test node, protocol 1";

/// A program small enough to be sent often: says who it is, then repeats what it hears.
const NODE: &str = "#!/bin/sh
echo \"test node, protocol 1\"
id -un
while read -r line; do echo \"heard $line\"; done
";

/// A run with a stand-in for the program that is sent.
struct Run {
    connector: Connector,
    folder: TempDir,
}

fn run() -> Run {
    run_with(NODE, |_| {})
}

fn run_with(node: &str, change: impl FnOnce(&mut Settings)) -> Run {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("node");
    // No two runs share a copy on a host.
    let mark = folder.path().display();
    write_program(&program, &format!("{node}# {mark}\n"));
    let mut settings = Settings {
        program: env!("CARGO_BIN_EXE_hostwright").into(),
        sent: Some(program),
        runtime: folder.path().to_owned(),
        patience: Patience {
            login: Duration::from_secs(20),
            ..Patience::default()
        },
        greeting: MAGIC,
        ..Settings::default()
    };
    change(&mut settings);
    Run {
        connector: Connector::new(settings),
        folder,
    }
}

fn write_program(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// The user that the node runs as, and proof that both streams work.
async fn user_of(link: &mut Link) -> String {
    let mut user = String::new();
    link.output.read_line(&mut user).await.unwrap();
    link.input.write_all(b"hello there\n").await.unwrap();
    link.input.flush().await.unwrap();
    let mut echo = String::new();
    link.output.read_line(&mut echo).await.unwrap();
    assert_eq!(echo, "heard hello there\n");
    user.trim_end().to_owned()
}

/// The one file that the bootstrap left below `home`.
fn cached(home: &Path) -> PathBuf {
    let folder = home.join(".cache/hostwright");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().flatten().collect();
    assert_eq!(files.len(), 1, "{files:?}");
    files.remove(0).path()
}

/// The root user of the host at this position.
fn as_root(hosts: &Hosts, at: usize) -> Target {
    let mut target = Target::ssh(&hosts.all()[at].name);
    if let Transport::Ssh(ssh) = &mut target.transport {
        ssh.user = Some("root".to_owned());
        ssh.args = vec![
            String::new(),
            format!("-F {}", hosts.ssh_config().display()),
        ];
    }
    target
}
