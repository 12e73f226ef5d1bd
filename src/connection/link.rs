//! A running node at the other end of two streams.

use std::{fmt, sync::Arc, time::Duration};

use openssh::Session;
use tokio::{process::Child, task::JoinHandle, time::timeout};

use super::{
    Cause, Unreachable,
    handshake::{Reader, Writer},
    limits::Patience,
    master::Master,
    tail::Tail,
};
use crate::state::Digest;

/// A node that was reached. Dropping it ends the node: its input ends.
pub struct Link {
    /// What the node says, from the byte behind its first line on.
    pub output: Reader,
    /// What the node hears.
    pub input: Writer,
    /// The process and the login behind the streams.
    pub held: Held,
    /// The program that was started; the node tells in its first answer what it really is.
    pub digest: Digest,
    /// What ssh printed while it logged in: the host's banner, or a warning such as that of a
    /// changed key where keys are not checked.
    pub warnings: Vec<String>,
    /// What was printed before the first line.
    pub(super) noise: String,
}

/// What must be kept for as long as the streams of a [`Link`] are used.
pub struct Held {
    pub(super) process: Process,
    pub(super) said: Tail,
    pub(super) heard: JoinHandle<()>,
    pub(super) master: Option<Arc<Master>>,
    pub(super) patience: Patience,
}

/// How long after its sessions ssh itself ends, when the connection broke.
const FOLLOWS: Duration = Duration::from_millis(500);

/// The command that the node is.
pub(super) enum Process {
    Here(Box<Child>),
    There(openssh::Child<Arc<Session>>),
}

impl Process {
    /// Waits for the end, and says in words how it came.
    pub(super) async fn end(self, patience: &Patience) -> String {
        match self {
            Self::Here(mut child) => match timeout(patience.farewell, child.wait()).await {
                Ok(Ok(status)) => status.to_string(),
                Ok(Err(error)) => error.to_string(),
                Err(_) => {
                    let _ = child.kill().await;
                    "killed, because it did not end".to_owned()
                }
            },
            Self::There(child) => match timeout(patience.farewell, child.wait()).await {
                Ok(Ok(status)) => status.to_string(),
                Ok(Err(error)) => error.to_string(),
                Err(_) => "left behind, because it did not end".to_owned(),
            },
        }
    }
}

impl Link {
    /// Ends the node by ending its input, and waits for it. The login ends with the last of its
    /// nodes.
    pub async fn close(self) {
        drop((self.input, self.output));
        self.held.close().await;
    }

    /// Returns why the node's output ended although nobody asked it to: to be called once that
    /// was seen.
    pub async fn lost(self) -> Unreachable {
        drop((self.input, self.output));
        self.held.lost().await
    }
}

impl Held {
    /// Waits for the node to end, after its streams were dropped, and logs out when it was the
    /// last one there.
    pub async fn close(self) {
        self.process.end(&self.patience).await;
        self.heard.abort();
        log_out(self.master, &self.patience).await;
    }

    /// As [`Link::lost`], after the streams were dropped.
    pub async fn lost(self) -> Unreachable {
        let Self {
            process,
            said,
            heard,
            master,
            patience,
        } = self;
        let end = process.end(&patience).await;
        let _ = timeout(FOLLOWS, heard).await;
        let mut words = said.text();
        let mut message = format!("the node on the host ended in the middle of its work ({end})");
        if let Some(master) = master {
            if master.ends(FOLLOWS).await {
                "the ssh connection was lost".clone_into(&mut message);
                words = format!("{}\n{words}", master.said());
            }
            log_out(Some(master), &patience).await;
        }
        Unreachable::new(Cause::Lost, message).saying(&words)
    }

    /// What the node printed on its error output: nothing, unless something is wrong.
    pub fn said(&self) -> String {
        self.said.text()
    }
}

/// Logs out when this was the last node of the login.
pub(super) async fn log_out(master: Option<Arc<Master>>, patience: &Patience) {
    if let Some(master) = master.and_then(Arc::into_inner) {
        master.close(patience).await;
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Link")
            .field("digest", &self.digest)
            .finish_non_exhaustive()
    }
}
