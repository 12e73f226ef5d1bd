//! Logging in: every way in which it ends has its own words.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _},
    net::TcpListener,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use hostwright::{
    connection::{Cause, HostKeys, Ssh, Target, Transport},
    value::Text,
};

use super::{run, run_with, user_of, write_program};
use crate::hosts::{Hosts, Sshd, descendants, free_port, keygen};

fn with(sshd: &Sshd, change: impl FnOnce(&mut Ssh)) -> Target {
    let mut ssh = sshd.ssh();
    change(&mut ssh);
    let mut target = sshd.target();
    target.transport = Transport::Ssh(Box::new(ssh));
    target
}

#[tokio::test]
async fn a_node_is_reached_by_ssh_and_leaves_nothing_behind_here() {
    let sshd = Sshd::start();
    let run = run();
    let mut link = run.connector.open(&sshd.target()).await.unwrap();
    assert!(!user_of(&mut link).await.is_empty());
    assert_eq!(link.warnings, [""; 0]);
    assert_eq!(masters_of(&sshd).len(), 1);
    link.close().await;
    assert_eq!(masters_of(&sshd), [0; 0]);
    let folder = run.folder.path().to_owned();
    drop(run.connector);
    let left: Vec<_> = fs::read_dir(folder).unwrap().flatten().collect();
    assert_eq!(left.len(), 1, "only the program: {left:?}");
}

/// The processes of ours that are logged in there.
fn masters_of(sshd: &Sshd) -> Vec<u32> {
    let port = format!("Port={}\0", sshd.port);
    let mut all = descendants(std::process::id());
    all.retain(|id| {
        let line = fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
        line.starts_with(b"ssh\0") && String::from_utf8_lossy(&line).contains(&port)
    });
    all
}

/// ssh as it is when a signal comes in the instant before it waits: the first one is lost.
const DEAF_ONCE: &str = "#!/bin/sh
ssh \"$@\" &
trap 'trap \"kill $!\" TERM' TERM
while kill -0 $! 2>/dev/null; do wait $!; done
: >\"$0.left\"
";

#[tokio::test]
async fn ssh_that_misses_a_goodbye_is_told_again() {
    let sshd = Sshd::start();
    let run = run();
    let program = run.folder.path().join("deaf-once");
    write_program(&program, DEAF_ONCE);
    let target = with(&sshd, |ssh| {
        ssh.executable = Some(program.display().to_string());
    });
    run.connector.open(&target).await.unwrap().close().await;
    let left = run.folder.path().join("deaf-once.left");
    assert!(left.exists(), "it was killed");
}

#[tokio::test]
async fn two_nodes_on_a_host_share_one_login() {
    let sshd = Sshd::start();
    let run = run();
    let target = sshd.target();
    let (one, two) = tokio::join!(run.connector.open(&target), run.connector.open(&target));
    let (mut one, mut two) = (one.unwrap(), two.unwrap());
    user_of(&mut one).await;
    assert_eq!(masters_of(&sshd).len(), 1);
    one.close().await;
    user_of(&mut two).await;
    two.close().await;
}

#[tokio::test]
async fn nothing_listens() {
    let mut target = Target::ssh("127.0.0.1");
    if let Transport::Ssh(ssh) = &mut target.transport {
        ssh.port = Some(free_port());
    }
    let error = run().connector.open(&target).await.unwrap_err();
    assert_eq!(error.cause, Cause::Refused);
    assert!(error.said.contains("Connection refused"), "{error}");
}

#[tokio::test]
async fn a_name_without_an_address() {
    let target = Target::ssh("no-such-host.invalid");
    let error = run().connector.open(&target).await.unwrap_err();
    assert_eq!(error.cause, Cause::NameResolution, "{error}");
    assert!(error.said.contains("no-such-host.invalid"), "{error}");
}

#[tokio::test]
async fn a_host_that_takes_the_connection_and_says_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut target = Target::ssh("127.0.0.1");
    target.timeout = Duration::from_secs(1);
    if let Transport::Ssh(ssh) = &mut target.transport {
        ssh.port = Some(listener.local_addr().unwrap().port());
    }
    let error = run().connector.open(&target).await.unwrap_err();
    assert_eq!(error.cause, Cause::Timeout, "{error}");
}

#[tokio::test]
async fn no_ssh_here() {
    let mut target = Target::ssh("127.0.0.1");
    if let Transport::Ssh(ssh) = &mut target.transport {
        ssh.executable = Some("/nonexistent/ssh".to_owned());
    }
    let error = run().connector.open(&target).await.unwrap_err();
    assert_eq!(error.cause, Cause::SshMissing, "{error}");
}

#[tokio::test]
async fn a_key_that_the_host_does_not_take() {
    let sshd = Sshd::start();
    keygen(&sshd.path("other"));
    let other = sshd.path("other").display().to_string();
    let target = with(&sshd, |ssh| ssh.key = Some(other));
    let error = run().connector.open(&target).await.unwrap_err();
    assert_eq!(error.cause, Cause::PermissionDenied, "{error}");
    assert!(
        error.said.contains("Permission denied (publickey"),
        "{error}"
    );
}

#[tokio::test]
async fn an_unknown_host_key_is_refused_with_its_fingerprint() {
    let sshd = Sshd::start();
    fs::write(sshd.path("known_hosts"), "").unwrap();
    let error = run().connector.open(&sshd.target()).await.unwrap_err();
    assert_eq!(error.cause, Cause::HostKeyUnknown, "{error}");
    assert!(error.said.contains("SHA256:"), "{error}");
    let strict = with(&sshd, |ssh| {
        ssh.args.push("-o StrictHostKeyChecking=yes".to_owned());
    });
    let error = run().connector.open(&strict).await.unwrap_err();
    assert_eq!(error.cause, Cause::HostKeyUnknown, "{error}");
    assert_eq!(fs::read_to_string(sshd.path("known_hosts")).unwrap(), "");
}

#[tokio::test]
async fn a_changed_host_key_is_its_own_error_and_is_told_when_unchecked() {
    let sshd = Sshd::start();
    keygen(&sshd.path("other"));
    sshd.trust("other.pub");
    let error = run().connector.open(&sshd.target()).await.unwrap_err();
    assert_eq!(error.cause, Cause::HostKeyChanged, "{error}");
    let known = sshd.path("known_hosts").display().to_string();
    for fact in ["IDENTIFICATION HAS CHANGED!", "SHA256:", &known] {
        assert!(error.said.contains(fact), "{error}");
    }
    assert!(!error.said.contains("@@"), "{error}");
    let unchecked = with(&sshd, |ssh| ssh.host_keys = HostKeys::Unchecked);
    let link = run_with(super::NODE, |_| {})
        .connector
        .open(&unchecked)
        .await
        .unwrap();
    let warned = link.warnings.join("\n");
    assert!(warned.contains("IDENTIFICATION HAS CHANGED"), "{warned}");
    link.close().await;
}

#[tokio::test]
async fn an_option_for_a_host_name_runs_nothing() {
    let run = run();
    let canary = run.folder.path().join("canary");
    let target = Target::ssh(format!("-oProxyCommand=touch${{IFS}}{}", canary.display()));
    let error = run.connector.open(&target).await.unwrap_err();
    assert_eq!(error.cause, Cause::Invalid);
    let target = Target::ssh(format!("-oProxyCommand={}", canary.display()));
    let error = run.connector.open(&target).await.unwrap_err();
    assert_eq!(error.cause, Cause::Invalid);
    assert!(!canary.exists());
}

#[tokio::test]
async fn a_connection_that_breaks_later_is_lost_with_ssh_s_own_words() {
    let mut sshd = Sshd::start();
    let run = run();
    let mut link = run.connector.open(&sshd.target()).await.unwrap();
    user_of(&mut link).await;
    sshd.kill();
    let mut byte = [0; 1];
    let read = tokio::io::AsyncReadExt::read(&mut link.output, &mut byte).await;
    assert_eq!(read.unwrap_or(0), 0);
    let error = link.lost().await;
    assert_eq!(error.cause, Cause::Lost);
    assert!(error.message.contains("ssh connection was lost"), "{error}");
    let words = ["closed by remote host", "reset", "Broken pipe"];
    assert!(
        words.iter().any(|word| error.said.contains(word)),
        "{error}"
    );
}

#[tokio::test]
async fn a_killed_node_is_lost_with_its_status() {
    let node = "#!/bin/sh\necho 'test node, protocol 1'\necho 'node: panicked' >&2\nexit 7\n";
    let sshd = Sshd::start();
    let run = run_with(node, |_| {});
    for target in [sshd.target(), Target::local()] {
        let mut link = run.connector.open(&target).await.unwrap();
        let mut byte = [0; 1];
        let read = tokio::io::AsyncReadExt::read(&mut link.output, &mut byte).await;
        assert_eq!(read.unwrap(), 0);
        let error = link.lost().await;
        assert_eq!(error.cause, Cause::Lost);
        assert!(error.message.contains("exit status: 7"), "{error}");
        assert_eq!(error.said, "node: panicked");
    }
}

#[tokio::test]
async fn a_dropped_login_ends_its_ssh() {
    let sshd = Sshd::start();
    let run = run();
    let link = run.connector.open(&sshd.target()).await.unwrap();
    let masters = masters_of(&sshd);
    assert_eq!(masters.len(), 1);
    drop(link);
    drop(run);
    let limit = Instant::now() + Duration::from_secs(10);
    while masters_of(&sshd) == masters {
        assert!(Instant::now() < limit);
        tokio::task::yield_now().await;
    }
}

#[test]
fn what_is_tethered_dies_with_the_run_that_was_killed() {
    let own = env!("CARGO_BIN_EXE_hostwright");
    // The shell stands in for the run; the tethered program says its number.
    let line = format!("{own} tether $$ sh -c 'echo $$; exec sleep 1000' & wait");
    let mut run = Command::new("sh")
        .args(["-c", &line])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(run.stdout.take().unwrap());
    let mut number = String::new();
    said.read_line(&mut number).unwrap();
    run.kill().unwrap();
    run.wait().unwrap();
    // Its output ends when it does.
    assert_eq!(said.read_to_string(&mut number).unwrap(), 0);
    let late = Command::new(own)
        .args(["tether", "1999999999", "sh", "-c", "echo alive"])
        .output()
        .unwrap();
    assert!(late.stdout.is_empty(), "started although the run is gone");
}

#[tokio::test]
async fn a_password_logs_in_and_is_seen_nowhere() {
    let Some(hosts) = Hosts::start(1) else { return };
    let password = |word: &str| {
        let mut target = Target::ssh(&hosts.all()[0].address);
        target.transport = Transport::Ssh(Box::new(Ssh {
            host: hosts.all()[0].address.clone(),
            user: Some("pw".to_owned()),
            password: Some(Text::from(word).into_secret()),
            args: vec![
                String::new(),
                format!(
                    "-F {} -o PubkeyAuthentication=no",
                    hosts.ssh_config().display()
                ),
            ],
            ..Ssh::default()
        }));
        target
    };
    let run = run();
    let watch = Watch::start(&hosts.password);
    let mut link = run
        .connector
        .open(&password(&hosts.password))
        .await
        .unwrap();
    assert_eq!(user_of(&mut link).await, "pw");
    link.close().await;
    assert_eq!(watch.seen(), [""; 0]);
    let error = run
        .connector
        .open(&password("wrong-secret"))
        .await
        .unwrap_err();
    assert_eq!(error.cause, Cause::WrongPassword, "{error}");
}

#[tokio::test]
async fn a_key_with_a_passphrase_opens_with_it_and_says_so_without() {
    let sshd = Sshd::start();
    let key = sshd.path("id").display().to_string();
    let locked = Command::new("ssh-keygen")
        .args(["-q", "-p", "-P", "", "-N", "a phrase", "-f", &key])
        .status()
        .unwrap();
    assert!(locked.success());
    let run = run();
    let error = run.connector.open(&sshd.target()).await.unwrap_err();
    assert_eq!(error.cause, Cause::PermissionDenied, "{error}");
    assert!(error.message.contains("ssh-agent"), "{error}");
    let target = with(&sshd, |ssh| {
        ssh.passphrase = Some(Text::from("a phrase").into_secret());
    });
    run.connector.open(&target).await.unwrap().close().await;
}

#[tokio::test]
async fn a_jump_host_is_passed_and_never_gets_the_password_of_the_host_behind() {
    let Some(hosts) = Hosts::start(2) else { return };
    let run = run();
    let through = |jump: &str| {
        let mut target = Target::ssh(&hosts.all()[1].name);
        if let Transport::Ssh(ssh) = &mut target.transport {
            ssh.user = Some("pw".to_owned());
            ssh.password = Some(Text::from(hosts.password.as_str()).into_secret());
            // The options hold for the host itself; the jump follows the file alone.
            ssh.args = vec![
                String::new(),
                format!(
                    "-F {} -o PubkeyAuthentication=no -J {jump}",
                    hosts.ssh_config().display()
                ),
            ];
        }
        target
    };
    let mut link = run.connector.open(&through("root@h1")).await.unwrap();
    assert_eq!(user_of(&mut link).await, "pw");
    link.close().await;
    let config = fs::read_to_string(hosts.ssh_config()).unwrap();
    fs::write(
        hosts.ssh_config(),
        format!("Host h1\n  PubkeyAuthentication no\n  NumberOfPasswordPrompts 1\n{config}"),
    )
    .unwrap();
    let error = run.connector.open(&through("pw@h1")).await.unwrap_err();
    assert_eq!(error.cause, Cause::PermissionDenied, "{error}");
    assert!(error.message.contains("pw@"), "{error}");
    let log = hosts.all()[0].shell("cat /run/sshd/log");
    assert!(
        !log.contains("Accepted keyboard") && !log.contains("Accepted password"),
        "{log}"
    );
}

#[tokio::test]
async fn a_cable_that_is_cut_is_noticed() {
    let Some(hosts) = Hosts::start(1) else { return };
    let run = run();
    let mut target = super::as_root(&hosts, 0);
    if let Transport::Ssh(ssh) = &mut target.transport {
        ssh.args
            .push("-o ServerAliveInterval=1 -o ServerAliveCountMax=1".to_owned());
    }
    let mut link = run.connector.open(&target).await.unwrap();
    user_of(&mut link).await;
    hosts.cut(0);
    let mut byte = [0; 1];
    let read = tokio::io::AsyncReadExt::read(&mut link.output, &mut byte).await;
    assert_eq!(read.unwrap_or(0), 0);
    let error = link.lost().await;
    assert_eq!(error.cause, Cause::Lost);
    assert!(error.said.contains("not responding"), "{error}");
}

#[tokio::test]
async fn a_host_that_drops_connections_is_tried_again_and_then_told() {
    let sshd = Sshd::with("MaxStartups 1:100:1");
    // One that never says who it is takes the only place.
    let idle = std::net::TcpStream::connect(("127.0.0.1", sshd.port)).unwrap();
    let mut banner = [0; 4];
    std::io::Read::read_exact(&mut &idle, &mut banner).unwrap();
    let error = run().connector.open(&sshd.target()).await.unwrap_err();
    assert_eq!(error.cause, Cause::Dropped, "{error}");
    drop(idle);
}

/// Looks for a word in every process's arguments and environment, all the time.
pub(super) struct Watch {
    stop: std::sync::Arc<std::sync::atomic::AtomicBool>,
    looking: std::thread::JoinHandle<(usize, Vec<String>)>,
}

impl Watch {
    pub(super) fn start(word: &str) -> Self {
        use std::sync::atomic::Ordering;
        let stop = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
        let told = std::sync::Arc::clone(&stop);
        let word = word.to_owned();
        let looking = std::thread::spawn(move || {
            let mut seen = Vec::new();
            let mut looked = 0;
            while !told.load(Ordering::Relaxed) {
                for entry in fs::read_dir("/proc").unwrap().flatten() {
                    for part in ["cmdline", "environ"] {
                        let Ok(bytes) = fs::read(entry.path().join(part)) else {
                            continue;
                        };
                        looked += 1;
                        if bytes
                            .windows(word.len())
                            .any(|part| part == word.as_bytes())
                        {
                            seen.push(
                                String::from_utf8_lossy(&bytes[..bytes.len().min(99)]).into_owned(),
                            );
                        }
                    }
                }
            }
            (looked, seen)
        });
        Self { stop, looking }
    }

    pub(super) fn seen(self) -> Vec<String> {
        self.stop.store(true, std::sync::atomic::Ordering::Relaxed);
        let (looked, seen) = self.looking.join().unwrap();
        assert!(looked > 0);
        seen
    }
}
