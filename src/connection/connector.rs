//! Opens nodes for one run, and shares what they share.
#![expect(
    clippy::disallowed_methods,
    reason = "starts the node on the control machine"
)]

use std::{
    io,
    path::{Path, PathBuf},
    process::Stdio,
    sync::{Arc, Weak},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, BufReader},
    process::Command,
    sync::{Mutex, OnceCell, mpsc},
    time::{sleep, timeout},
};

use super::{
    Cause, Held, Link, Patience, Program, Target, Transport, Unreachable,
    escalation::{Prompt, wrapped},
    handshake::{Handshake, Outcome, Reader, Writer},
    link::{Process, log_out},
    master::Master,
    nonce::nonce,
    refusal::{self, Sent},
    runtime::Runtime,
    script,
    tail::Tail,
    target::Ssh,
    tether::TETHER,
    words::line_of,
};
use crate::wire;

/// What every connection of a run needs to know.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Our own program: askpass, and what leads ssh away from the terminal.
    pub program: PathBuf,
    /// The program that is the node, here and on hosts of this machine's kind; our own when
    /// `None`.
    pub sent: Option<PathBuf>,
    /// Where builds for other machines lie: `<builds>/<target triple>/hostwright`.
    pub builds: Option<PathBuf>,
    /// The user's runtime directory (`XDG_RUNTIME_DIR`), for sockets.
    pub runtime: PathBuf,
    pub patience: Patience,
    /// The text by which the node's first line is known.
    pub greeting: &'static str,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            // The path stays good when the file is replaced during the run.
            program: PathBuf::from(format!("/proc/{}/exe", std::process::id())),
            sent: None,
            builds: None,
            runtime: PathBuf::from("/tmp"),
            patience: Patience::default(),
            greeting: wire::MAGIC.trim_ascii_end(),
        }
    }
}

/// What [`Connector::clean`] does with the journals, without which nothing can be undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Journal {
    Keep,
    Remove,
}

/// What became of our directories on a host. Both are the host's text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cleaned {
    pub gone: Vec<String>,
    /// Those that are still there, with the reason first.
    pub kept: Vec<String>,
}

/// Opens nodes. One for a run; its directory and its logins go with it.
#[derive(Debug)]
pub struct Connector {
    settings: Settings,
    program: OnceCell<Program>,
    runtime: OnceCell<Runtime>,
    logins: Mutex<Vec<Login>>,
}

#[derive(Clone, Debug)]
struct Login {
    ssh: Ssh,
    /// Locked while the login is under way, so that it is made once.
    master: Arc<Mutex<Weak<Master>>>,
}

/// What a command's streams are.
struct Started {
    input: Writer,
    output: Reader,
    errors: Box<dyn AsyncRead + Send + Unpin>,
    process: Process,
    master: Option<Arc<Master>>,
}

impl Connector {
    /// A connector that has opened nothing yet.
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            program: OnceCell::new(),
            runtime: OnceCell::new(),
            logins: Mutex::default(),
        }
    }

    /// Starts a node and waits for its first line. Nodes on one host share one login; asking
    /// twice for the same target starts two nodes.
    ///
    /// # Errors
    /// When there is no node in the end, the reason.
    pub async fn open(&self, target: &Target) -> Result<Link, Unreachable> {
        let program = self.program().await?;
        if let (Transport::Local, None) = (&target.transport, &target.escalation) {
            let node = self.node().to_string_lossy().into_owned();
            let command = [node, "node".to_owned()].to_vec();
            return self
                .start(target, command, None, self.settings.greeting)
                .await;
        }
        let command = wrapped(target.escalation.as_ref(), &script::bootstrap(program))?;
        self.start(
            target,
            command.words,
            command.prompt,
            self.settings.greeting,
        )
        .await
    }

    /// Removes what we keep on a host for the target's user: our program, and the journal when
    /// that is wanted. Returns the directories that went, and why others did not.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub async fn clean(&self, target: &Target, journal: Journal) -> Result<Cleaned, Unreachable> {
        let command = wrapped(target.escalation.as_ref(), &script::clean(journal))?;
        let link = self
            .start(target, command.words, command.prompt, "hostwright-cleaned")
            .await?;
        let mut cleaned = Cleaned::default();
        for line in link.noise.lines() {
            if let Some(folder) = line.strip_prefix("hostwright-gone ") {
                cleaned.gone.push(folder.to_owned());
            } else if let Some(why) = line.strip_prefix("hostwright-kept ") {
                cleaned.kept.push(why.to_owned());
            }
        }
        link.close().await;
        Ok(cleaned)
    }

    fn node(&self) -> &Path {
        let Settings { program, sent, .. } = &self.settings;
        sent.as_ref().unwrap_or(program)
    }

    async fn program(&self) -> Result<&Program, Unreachable> {
        self.program
            .get_or_try_init(|| Program::of(self.node()))
            .await
            .map_err(|error| {
                Unreachable::new(Cause::Other, "our own program cannot be read")
                    .saying(&error.to_string())
            })
    }

    async fn start(
        &self,
        target: &Target,
        command: Vec<String>,
        prompt: Option<Prompt>,
        magic: &str,
    ) -> Result<Link, Unreachable> {
        target.check()?;
        let patience = self.settings.patience;
        let mut started = match &target.transport {
            Transport::Local => self.here(&command)?,
            Transport::Ssh(ssh) => self.there(ssh, target.timeout, &command).await?,
        };
        let (ear, errors) = mpsc::channel(16);
        let said = Tail::default();
        let heard = said.follow(started.errors, Some(ear));
        let handshake = Handshake {
            input: &mut started.input,
            output: &mut started.output,
            errors,
            prompt: prompt.as_ref(),
            own: self.program().await?,
            builds: self.settings.builds.as_deref(),
            patience: &patience,
        };
        let failure = match handshake.run(magic).await {
            Outcome::Running { digest, noise } => {
                let warnings = started.master.as_ref().map(|master| master.said());
                return Ok(Link {
                    output: started.output,
                    input: started.input,
                    digest,
                    warnings: warnings
                        .iter()
                        .flat_map(|said| said.lines())
                        .map(|line| line.trim_end().to_owned())
                        .filter(|line| !line.is_empty())
                        .collect(),
                    noise,
                    held: Held {
                        process: started.process,
                        said,
                        heard,
                        master: started.master,
                        patience,
                    },
                });
            }
            Outcome::Failed(failure) => failure,
            Outcome::Ended { noise, sent } => {
                drop((started.input, started.output));
                let end = started.process.end(&patience).await;
                let _ = timeout(Duration::from_secs(1), heard).await;
                let words = match &prompt {
                    Some(prompt) => prompt.without(&said.text()),
                    None => said.text(),
                };
                let failure = ended(
                    target,
                    &words,
                    &noise,
                    &end,
                    sent,
                    started.master.as_deref(),
                );
                log_out(started.master, &patience).await;
                return Err(failure);
            }
            Outcome::PasswordMissing => become_failure(target, refusal::missing_password),
            Outcome::PasswordWrong => become_failure(target, refusal::wrong_password),
        };
        heard.abort();
        drop((started.input, started.output, started.process));
        log_out(started.master, &patience).await;
        Err(failure)
    }

    fn here(&self, command: &[String]) -> Result<Started, Unreachable> {
        let fault = |error: io::Error| {
            Unreachable::new(Cause::Other, "no process can be started here")
                .saying(&error.to_string())
        };
        let mut child = Command::new(&self.settings.program)
            .args([TETHER, "0"])
            .args(command)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(fault)?;
        let (Some(input), Some(output), Some(errors)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(fault(io::Error::other("a process without streams")));
        };
        Ok(Started {
            input: Box::new(input),
            output: BufReader::new(Box::new(output)),
            errors: Box::new(errors),
            process: Process::Here(Box::new(child)),
            master: None,
        })
    }

    async fn there(
        &self,
        ssh: &Ssh,
        connect: Duration,
        command: &[String],
    ) -> Result<Started, Unreachable> {
        let master = self.login(ssh, connect).await?;
        let line = line_of(command.iter().map(String::as_str));
        let mut child = master
            .session()
            .arc_raw_command(format!("exec {line}"))
            .stdin(openssh::Stdio::piped())
            .stdout(openssh::Stdio::piped())
            .stderr(openssh::Stdio::piped())
            .spawn()
            .await
            .map_err(|error| {
                let host = &ssh.host;
                let message = format!("`{host}` let us in but runs no command for us");
                let words = format!("{}\n{}", causes(&error), master.said());
                Unreachable::new(Cause::NoNode, message).saying(&words)
            })?;
        let (Some(input), Some(output), Some(errors)) = (
            child.stdin().take(),
            child.stdout().take(),
            child.stderr().take(),
        ) else {
            return Err(Unreachable::new(Cause::Other, "a command without streams"));
        };
        Ok(Started {
            input: Box::new(input),
            output: BufReader::new(Box::new(output)),
            errors: Box::new(errors),
            process: Process::There(child),
            master: Some(master),
        })
    }

    /// The login to a host: the one that is there, or a new one.
    async fn login(&self, ssh: &Ssh, connect: Duration) -> Result<Arc<Master>, Unreachable> {
        let slot = {
            let mut logins = self.logins.lock().await;
            // A slot that nobody holds has no login and nobody who waits for one.
            logins.retain(|login| {
                Arc::strong_count(&login.master) > 1
                    || login
                        .master
                        .try_lock()
                        .is_ok_and(|master| master.strong_count() > 0)
            });
            if let Some(login) = logins.iter().find(|login| login.ssh == *ssh) {
                Arc::clone(&login.master)
            } else {
                let master = Arc::<Mutex<Weak<Master>>>::default();
                logins.push(Login {
                    ssh: ssh.clone(),
                    master: Arc::clone(&master),
                });
                master
            }
        };
        let mut slot = slot.lock().await;
        if let Some(master) = slot.upgrade()
            && master.is_alive()
        {
            return Ok(master);
        }
        let runtime = self.runtime().await?;
        let mut attempt = 0;
        let mut retried = 0;
        loop {
            let own: &Path = &self.settings.program;
            match Master::start(ssh, connect, &self.settings.patience, own, runtime).await {
                Ok(master) => {
                    let master = Arc::new(master);
                    *slot = Arc::downgrade(&master);
                    return Ok(master);
                }
                // A busy sshd drops logins at random (MaxStartups): the others go first.
                Err(error) if error.cause == Cause::Dropped && attempt < 3 => {
                    attempt += 1;
                    sleep(Duration::from_millis(200 * attempt + jitter())).await;
                }
                // As Ansible waits: not at all, then one second, three, seven, up to thirty.
                Err(error) if retried < ssh.retries && error.cause.may_pass() => {
                    sleep(Duration::from_secs(30.min((1 << retried.min(5)) - 1))).await;
                    retried += 1;
                }
                Err(error) => return Err(error),
            }
        }
    }

    async fn runtime(&self) -> Result<&Runtime, Unreachable> {
        self.runtime
            .get_or_try_init(|| async {
                // With the usual limit a run ends below 150 hosts; without more it still works.
                let _ = super::raise_open_files();
                Runtime::below(&self.settings.runtime)
            })
            .await
            .map_err(|error| {
                Unreachable::new(Cause::Other, "no private directory can be made here")
                    .saying(&error.to_string())
            })
    }
}

/// Up to a quarter of a second.
fn jitter() -> u64 {
    u64::from_str_radix(&nonce()[..2], 16).unwrap_or(0)
}

/// An error with those that caused it.
fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text = format!("{text}: {cause}");
        next = cause.source();
    }
    text
}

fn become_failure(target: &Target, failure: impl Fn(&super::Become) -> Unreachable) -> Unreachable {
    target.escalation.as_ref().map_or_else(
        || Unreachable::new(Cause::Other, "a password was asked for"),
        failure,
    )
}

/// Why the command ended without a node.
fn ended(
    target: &Target,
    said: &str,
    noise: &str,
    end: &str,
    sent: Sent,
    master: Option<&Master>,
) -> Unreachable {
    if let Some(wanted) = &target.escalation
        && let Some(refusal) = refusal::of_become(wanted, said, sent)
    {
        return refusal;
    }
    if let Some(master) = master
        && !master.is_alive()
    {
        let words = format!("{}\n{said}", master.said());
        return Unreachable::new(Cause::Lost, "the ssh connection was lost").saying(&words);
    }
    let message = format!("what the host runs for us is not our program ({end})");
    Unreachable::new(Cause::NoNode, message).saying(&format!("{noise}\n{said}"))
}
