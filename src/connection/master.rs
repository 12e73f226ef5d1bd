//! Our own ssh master: one login to a host, shared by every node on it.
//!
//! The `openssh` crate joins it. Its own way of starting one forbids passwords, takes no options
//! of the user and leaves the process behind when the run is killed.
#![expect(
    clippy::disallowed_methods,
    reason = "ssh is started here and nowhere else"
)]

use std::{
    ffi::OsString,
    io,
    path::{Path, PathBuf},
    process::Stdio,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use openssh::Session;
use rustix::process::{Pid, Signal, kill_process};
use tokio::{
    process::{Child, Command},
    time::{Instant, sleep, sleep_until, timeout},
};

use super::{
    Cause, Unreachable,
    askpass::Desk,
    limits::Patience,
    refusal,
    runtime::{Meeting, Runtime},
    tail::Tail,
    target::{HostKeys, Ssh},
    tether::TETHER,
    words,
};

/// How often to look whether ssh has logged in: it shows its socket then, and tells nobody.
const LOOK: Duration = Duration::from_millis(4);

/// How long after one goodbye ssh hears the next.
const AGAIN: Duration = Duration::from_millis(20);

/// A live login.
#[derive(Debug)]
pub(super) struct Master {
    session: Arc<Session>,
    process: Mutex<Child>,
    said: Tail,
    _desk: Desk,
    meeting: Meeting,
}

impl Master {
    /// Logs in, or says why that cannot be.
    pub(super) async fn start(
        ssh: &Ssh,
        connect: Duration,
        patience: &Patience,
        own: &Path,
        runtime: &Runtime,
    ) -> Result<Self, Unreachable> {
        let fault = |error: io::Error| {
            Unreachable::new(Cause::Other, "ssh could not be started").saying(&error.to_string())
        };
        let meeting = runtime.meeting(own).map_err(fault)?;
        let mut desk = Desk::open(&meeting.ask, ssh).map_err(fault)?;
        let mut process = Command::new(own)
            .arg(TETHER)
            .arg(std::process::id().to_string())
            .args(arguments(ssh, connect, &meeting.control)?)
            .env("SSH_ASKPASS", &meeting.askpass)
            .env("SSH_ASKPASS_REQUIRE", "force")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(fault)?;
        if let Some(id) = process.id() {
            desk.serve(id);
        }
        let said = Tail::default();
        let heard = process.stderr.take().map(|from| said.follow(from, None));
        let limit = Instant::now() + connect + patience.login;
        loop {
            if meeting.control.exists() {
                break;
            }
            tokio::select! {
                _ = process.wait() => {
                    if let Some(heard) = heard {
                        // A proxy may hold the pipe longer than ssh does.
                        let _ = timeout(Duration::from_secs(1), heard).await;
                    }
                    return Err(refusal::of_ssh(ssh, &said.text(), &desk.asked()));
                }
                () = sleep_until(limit) => {
                    let message = format!("`{}` did not let us in in time", ssh.host);
                    return Err(Unreachable::new(Cause::Timeout, message).saying(&said.text()));
                }
                () = sleep(LOOK) => {}
            }
        }
        let control = meeting.control.clone().into_boxed_path();
        Ok(Self {
            session: Arc::new(Session::resume_mux(control, None)),
            process: Mutex::new(process),
            said,
            _desk: desk,
            meeting,
        })
    }

    /// The session to start commands in.
    pub(super) fn session(&self) -> Arc<Session> {
        Arc::clone(&self.session)
    }

    /// What ssh printed: warnings while all is well, the reason when it ended.
    pub(super) fn said(&self) -> String {
        self.said.text()
    }

    /// Whether ssh still runs.
    pub(super) fn is_alive(&self) -> bool {
        let mut process = self.process.lock().unwrap_or_else(PoisonError::into_inner);
        matches!(process.try_wait(), Ok(None))
    }

    /// Whether ssh ends within `patience`: its sessions end a moment before it does.
    pub(super) async fn ends(&self, patience: Duration) -> bool {
        timeout(patience, async {
            while self.is_alive() {
                sleep(LOOK).await;
            }
        })
        .await
        .is_ok()
    }

    /// Logs out, and waits until ssh has gone.
    pub(super) async fn close(self, patience: &Patience) {
        let mut process = self
            .process
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        let said = timeout(patience.farewell, async {
            // As `ssh -O exit` does, without a process for it: ssh says goodbye and leaves. Once is
            // not enough: ssh looks for signals before it waits, and misses one in between.
            while let Some(id) = process.id().and_then(|id| i32::try_from(id).ok())
                && let Some(id) = Pid::from_raw(id)
            {
                let _ = kill_process(id, Signal::TERM);
                if timeout(AGAIN, process.wait()).await.is_ok() {
                    break;
                }
            }
        });
        if said.await.is_err() {
            let _ = process.kill().await;
        }
        drop(self.meeting);
    }
}

/// Returns ssh's program and arguments. ssh takes the first value of an option: ours that must
/// hold stand first, the user's next, our defaults last.
fn arguments(ssh: &Ssh, connect: Duration, control: &Path) -> Result<Vec<OsString>, Unreachable> {
    let mut args: Vec<OsString> = Vec::new();
    let option = |args: &mut Vec<OsString>, text: String| {
        args.extend(["-o".into(), OsString::from(text)]);
    };
    args.push(ssh.executable.as_deref().unwrap_or("ssh").into());
    args.extend(["-M", "-N", "-T", "-S"].map(OsString::from));
    args.push(percent_free(control));
    option(&mut args, "ControlPersist=no".to_owned());
    option(&mut args, "NumberOfPasswordPrompts=1".to_owned());
    let mut users = ssh.args.iter();
    let parse = |text: &String| {
        words(text)
            .map(|words| words.into_iter().map(OsString::from))
            .map_err(|why| Unreachable::new(Cause::Invalid, why))
    };
    // `ansible_ssh_args` stand before what Ansible's other settings become, the rest behind.
    if let Some(first) = users.next() {
        args.extend(parse(first)?);
    }
    if ssh.host_keys == HostKeys::Unchecked {
        option(&mut args, "StrictHostKeyChecking=no".to_owned());
    }
    if let Some(port) = ssh.port {
        option(&mut args, format!("Port={port}"));
    }
    if let Some(key) = &ssh.key {
        args.extend(["-i".into(), OsString::from(key)]);
    }
    if let Some(library) = &ssh.pkcs11 {
        option(&mut args, "KbdInteractiveAuthentication=no".to_owned());
        option(&mut args, "PreferredAuthentications=publickey".to_owned());
        option(&mut args, "PasswordAuthentication=no".to_owned());
        option(&mut args, format!("PKCS11Provider={library}"));
    }
    if ssh.password.is_none() && ssh.pkcs11.is_none() {
        option(&mut args, "KbdInteractiveAuthentication=no".to_owned());
        option(&mut args, "PasswordAuthentication=no".to_owned());
    }
    if let Some(user) = &ssh.user {
        args.extend(["-l".into(), OsString::from(user)]);
    }
    option(
        &mut args,
        format!("ConnectTimeout={}", connect.as_secs().max(1)),
    );
    for more in users {
        args.extend(parse(more)?);
    }
    option(&mut args, "ServerAliveInterval=15".to_owned());
    option(&mut args, "ServerAliveCountMax=3".to_owned());
    // Nothing behind `--` is an option, whatever the inventory calls its hosts.
    args.extend(["--".into(), OsString::from(&ssh.host)]);
    Ok(args)
}

/// ssh expands `%` in the path of its socket.
fn percent_free(path: &Path) -> OsString {
    PathBuf::from(path.to_string_lossy().replace('%', "%%")).into_os_string()
}

#[cfg(test)]
mod tests {
    use std::{path::Path, time::Duration};

    use super::{HostKeys, Ssh, arguments};

    fn line(ssh: &Ssh) -> String {
        let args = arguments(ssh, Duration::from_secs(10), Path::new("/run/c%d/ctl")).unwrap();
        let args: Vec<_> = args.iter().map(|arg| arg.to_string_lossy()).collect();
        args.join(" ")
    }

    #[test]
    fn the_host_stands_behind_two_dashes_and_nothing_is_forwarded() {
        let line = line(&Ssh {
            host: "h1".to_owned(),
            ..Ssh::default()
        });
        assert!(line.starts_with("ssh -M -N -T -S /run/c%%d/ctl -o ControlPersist=no"));
        assert!(line.ends_with(" -- h1"));
        assert!(line.contains("-o PasswordAuthentication=no"));
        for forwarding in ["-A", "-X", "ForwardAgent", "StrictHostKeyChecking"] {
            assert!(!line.contains(forwarding), "{line}");
        }
    }

    #[test]
    fn a_smart_card_is_the_only_way_in_where_one_is_named() {
        let line = line(&Ssh {
            host: "h1".to_owned(),
            pkcs11: Some("/lib/card.so".to_owned()),
            ..Ssh::default()
        });
        let wanted = "-o KbdInteractiveAuthentication=no \
            -o PreferredAuthentications=publickey -o PasswordAuthentication=no \
            -o PKCS11Provider=/lib/card.so";
        assert!(line.contains(wanted), "{line}");
    }

    #[test]
    fn settings_stand_in_the_order_that_ansible_gives_them() {
        let line = line(&Ssh {
            host: "h1".to_owned(),
            port: Some(2222),
            user: Some("jo".to_owned()),
            key: Some("/k y".to_owned()),
            host_keys: HostKeys::Unchecked,
            args: ["-C", "-o 'ProxyCommand=nc %h %p'", "-v"]
                .map(str::to_owned)
                .to_vec(),
            ..Ssh::default()
        });
        let wanted = "-C -o StrictHostKeyChecking=no -o Port=2222 -i /k y \
            -o KbdInteractiveAuthentication=no -o PasswordAuthentication=no -l jo \
            -o ConnectTimeout=10 -o ProxyCommand=nc %h %p -v";
        assert!(line.contains(wanted), "{line}");
    }
}
