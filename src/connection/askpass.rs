//! Answers to what ssh asks: passwords go over a private socket.
//!
//! ssh starts our own program as its askpass with the question as an argument. That process
//! passes the question to the run through a socket in the run's private directory, and prints
//! what comes back. No password is ever an argument, a variable or a file.
#![expect(
    clippy::disallowed_methods,
    reason = "looks up in /proc which process asks"
)]

use std::{
    io::{self, Read as _, Write as _},
    net::Shutdown,
    os::unix::net::UnixStream as Dial,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{UnixListener, UnixStream},
    sync::oneshot,
    task::JoinHandle,
    time::timeout,
};

use super::{ASKPASS, target::Ssh};
use crate::value::Text;

/// The longest question taken.
const QUESTION: u64 = 16 << 10;

/// Asks the run that started ssh, and returns the answer.
///
/// `called_as` is the path by which this process was started: the socket lies beside it.
///
/// # Errors
/// When there is no answer to this question, or no run to ask.
pub fn ask(called_as: &Path, question: &[u8]) -> io::Result<Vec<u8>> {
    let folder = called_as
        .parent()
        .filter(|_| called_as.file_name().is_some_and(|name| name == ASKPASS))
        .ok_or_else(|| io::Error::other("only ssh starts this"))?;
    let mut socket = Dial::connect(folder.join("ask"))?;
    socket.write_all(question)?;
    socket.shutdown(Shutdown::Write)?;
    let mut answer = Vec::new();
    socket.take(QUESTION).read_to_end(&mut answer)?;
    if answer.is_empty() {
        return Err(io::Error::other("there is no answer to this question"));
    }
    Ok(answer)
}

/// What ssh asked, and which of it we answered.
#[derive(Debug, Default)]
pub(super) struct Asked {
    /// Whether the password was given out.
    pub(super) password: bool,
    /// Questions that were left without an answer.
    pub(super) unanswered: Vec<String>,
}

/// Answers one ssh master for as long as it lives.
#[derive(Debug)]
pub(super) struct Desk {
    asked: Arc<Mutex<Asked>>,
    master: Option<oneshot::Sender<u32>>,
    work: JoinHandle<()>,
}

struct Answers {
    password: Option<Text>,
    passphrase: Option<Text>,
    key: Option<String>,
    asked: Arc<Mutex<Asked>>,
}

impl Desk {
    /// Opens the socket at `path`.
    pub(super) fn open(path: &Path, ssh: &Ssh) -> io::Result<Self> {
        let listener = UnixListener::bind(path)?;
        let asked = Arc::<Mutex<Asked>>::default();
        let answers = Answers {
            password: ssh.password.clone(),
            passphrase: ssh.passphrase.clone(),
            key: ssh.key.clone(),
            asked: Arc::clone(&asked),
        };
        let (tell, told) = oneshot::channel();
        Ok(Self {
            asked,
            master: Some(tell),
            work: tokio::spawn(answers.serve(listener, told)),
        })
    }

    /// Says which process is the ssh that may have answers.
    pub(super) fn serve(&mut self, master: u32) {
        if let Some(tell) = self.master.take() {
            let _ = tell.send(master);
        }
    }

    /// Returns what was asked so far.
    pub(super) fn asked(&self) -> Asked {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut asked)
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.work.abort();
    }
}

impl Answers {
    async fn serve(self, listener: UnixListener, told: oneshot::Receiver<u32>) {
        let Ok(master) = told.await else { return };
        while let Ok((caller, _)) = listener.accept().await {
            // One at a time, and nobody may hold up the next for long.
            let _ = timeout(Duration::from_mins(2), self.attend(caller, master)).await;
        }
    }

    async fn attend(&self, mut caller: UnixStream, master: u32) -> io::Result<()> {
        let who = caller.peer_cred()?;
        if who.uid() != rustix::process::geteuid().as_raw() {
            return Ok(());
        }
        let mut question = Vec::new();
        (&mut caller)
            .take(QUESTION)
            .read_to_end(&mut question)
            .await?;
        let question = crate::value::text_of(&question);
        if question.starts_with("Confirm user presence") {
            // ssh shows this while it waits for a touch, and ends the process when it came.
            let mut nothing = [0; 1];
            let _ = caller.read(&mut nothing).await;
            return Ok(());
        }
        // A jump host's ssh is a child of ours: it must not get the password of the host behind.
        let from_master = who.pid().and_then(parent_of) == Some(master);
        let answer = if from_master {
            self.answer(&question)
        } else {
            None
        };
        match answer {
            Some(answer) => {
                caller.write_all(answer.as_bytes()).await?;
                caller.write_all(b"\n").await?;
            }
            None => self.note(|asked| asked.unanswered.push(question)),
        }
        Ok(())
    }

    /// Prompts of a server are its own text, but ssh puts `(user@host) ` before them; those of
    /// ssh itself begin as matched here.
    fn answer(&self, question: &str) -> Option<&Text> {
        if question.starts_with("Enter passphrase for key '") {
            let key = self.key.as_deref()?.trim_start_matches('~');
            return self
                .passphrase
                .as_ref()
                .filter(|_| !key.is_empty() && question.contains(&format!("{key}'")));
        }
        let asks = question.trim_end().to_lowercase();
        if asks.ends_with("password:") && !question.contains("new ") {
            let password = self.password.as_ref()?;
            self.note(|asked| asked.password = true);
            return Some(password);
        }
        None
    }

    fn note(&self, note: impl FnOnce(&mut Asked)) {
        note(&mut self.asked.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// Returns the parent of a process, from the fourth field of its `stat`: the second is its name
/// in parentheses, which may hold anything.
fn parent_of(process: i32) -> Option<u32> {
    let stat = std::fs::read(format!("/proc/{process}/stat")).ok()?;
    let after = stat.iter().rposition(|byte| *byte == b')')? + 1;
    let fields = String::from_utf8_lossy(&stat[after..]).into_owned();
    fields.split_whitespace().nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{Answers, parent_of};
    use crate::value::Text;

    fn desk() -> Answers {
        Answers {
            password: Some(Text::from("pw").into_secret()),
            passphrase: Some(Text::from("phrase").into_secret()),
            key: Some("~/.ssh/id".to_owned()),
            asked: std::sync::Arc::default(),
        }
    }

    #[test]
    fn only_questions_for_a_password_get_one() {
        let desk = desk();
        let answer = |question: &str| desk.answer(question).map(|text| text.as_str().to_owned());
        assert_eq!(answer("jo@h's password: ").as_deref(), Some("pw"));
        assert_eq!(answer("(jo@h) Password: ").as_deref(), Some("pw"));
        assert_eq!(
            answer("(jo@h) Enter passphrase for key '/root/.ssh/id': "),
            None
        );
        assert_eq!(answer("(jo@h) Verification code: "), None);
        assert_eq!(answer("Enter jo@h's new password: "), None);
        assert_eq!(
            answer("Are you sure you want to continue connecting (yes/no/[fingerprint])? "),
            None
        );
        assert_eq!(
            answer("Enter passphrase for key '/root/.ssh/id': ").as_deref(),
            Some("phrase")
        );
        assert_eq!(answer("Enter passphrase for key '/root/.ssh/id2': "), None);
    }

    #[test]
    fn a_process_has_the_parent_that_the_system_says() {
        let own = i32::try_from(std::process::id()).unwrap();
        assert_eq!(parent_of(own), Some(std::os::unix::process::parent_id()));
    }
}
