//! A conversation with one node.

use std::{
    collections::BTreeSet,
    hash::{BuildHasher as _, Hasher as _},
    time::Duration,
};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::shelf::Shelf;
use crate::{
    connection::{Connector, Link, Target, Unreachable},
    state::Digest,
    wire::{
        self, Blob, Envelope, Hello, Laid, Outcome, Reply, Request, Task, Undone, VERSION, Welcome,
    },
};

/// Files travel in pieces of this many bytes.
const PIECE: usize = 1 << 20;

/// Why a request has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Silence {
    /// The host cannot be reached, or no longer.
    Unreachable(Unreachable),
    /// The node is there and says what is wrong, or says nonsense.
    Fault(String),
    /// The time for the task was over.
    TimedOut(Duration),
}

/// One node, one request at a time.
pub(crate) struct Session {
    link: Option<Link>,
    nonce: u64,
    next: u64,
    /// What the node has of our files.
    sent: BTreeSet<Digest>,
    /// How many requests waited for an answer: each is a round trip.
    trips: u64,
}

impl Session {
    /// Starts a node and says hello.
    pub(crate) async fn open(
        connector: &Connector,
        target: &Target,
        hello: Hello,
    ) -> Result<Self, Silence> {
        let link = connector.open(target).await.map_err(Silence::Unreachable)?;
        let started = link.digest;
        let mut session = Self {
            link: Some(link),
            nonce: random(),
            next: 0,
            sent: BTreeSet::new(),
            trips: 0,
        };
        match session.ask(Request::Hello(hello), None).await? {
            Reply::Welcome(Welcome {
                version: VERSION,
                digest,
                ..
            }) if digest == started => Ok(session),
            Reply::Welcome(other) => Err(Silence::Fault(format!(
                "the node is another program than the one that was sent: {}, protocol {}",
                other.digest, other.version
            ))),
            _ => Err(Silence::Fault(
                "the node did not answer the greeting".to_owned(),
            )),
        }
    }

    /// How many round trips it took so far.
    pub(crate) fn trips(&self) -> u64 {
        self.trips
    }

    /// Has a task carried out; `limit` ends it.
    pub(crate) async fn perform(
        &mut self,
        task: Task,
        shelf: &Shelf,
        limit: Option<Duration>,
    ) -> Result<Vec<Outcome>, Silence> {
        let items = task.items.len();
        for digest in task.items.iter().flat_map(|item| shelf.wanted(item)) {
            self.send_file(digest, shelf).await?;
        }
        match self.ask(Request::Perform(Box::new(task)), limit).await? {
            Reply::Done(outcomes) if outcomes.len() <= items => Ok(outcomes),
            other => Err(nonsense(&other)),
        }
    }

    /// Tells the node what was planned for its host by another one.
    pub(crate) async fn lay(&mut self, laid: Vec<Laid>) -> Result<(), Silence> {
        self.send(Request::Lay(laid)).await.map(drop)
    }

    /// Takes a run back.
    pub(crate) async fn undo(&mut self, run: String, rehearse: bool) -> Result<Undone, Silence> {
        match self.ask(Request::Undo { run, rehearse }, None).await? {
            Reply::Undone(undone) => Ok(undone),
            other => Err(nonsense(&other)),
        }
    }

    /// Ends the node.
    pub(crate) async fn close(mut self) {
        if let Some(link) = self.link.take() {
            link.close().await;
        }
    }

    async fn send_file(&mut self, digest: Digest, shelf: &Shelf) -> Result<(), Silence> {
        if !self.sent.insert(digest) {
            return Ok(());
        }
        let bytes = shelf.bytes(digest).map_err(Silence::Fault)?;
        let mut pieces = bytes.chunks(PIECE).peekable();
        while let Some(piece) = pieces.next() {
            let blob = Blob {
                digest,
                bytes: piece.to_vec(),
                is_last: pieces.peek().is_none(),
            };
            self.send(Request::Blob(blob)).await?;
        }
        Ok(())
    }

    /// Sends a request; gives its id.
    async fn send(&mut self, body: Request) -> Result<u64, Silence> {
        self.next += 1;
        let id = self.next;
        let envelope = Envelope {
            nonce: self.nonce,
            id,
            body,
        };
        let frame = wire::encode(&envelope).map_err(|broken| Silence::Fault(broken.to_string()))?;
        let Some(link) = &mut self.link else {
            return Err(gone());
        };
        let written = async {
            link.input.write_all(&frame).await?;
            link.input.flush().await
        };
        match written.await {
            Ok(()) => Ok(id),
            Err(_) => Err(self.lost().await),
        }
    }

    async fn ask(&mut self, body: Request, limit: Option<Duration>) -> Result<Reply, Silence> {
        let id = self.send(body).await?;
        self.trips += 1;
        let Some(limit) = limit else {
            return self.answer(id).await;
        };
        match tokio::time::timeout(limit, self.answer(id)).await {
            Ok(answer) => answer,
            Err(_) => {
                self.send(Request::Cancel { id }).await?;
                // What was asked for ends now; its answer is late, but it comes.
                let late = Duration::from_secs(10);
                let _ = tokio::time::timeout(late, self.answer(id)).await;
                Err(Silence::TimedOut(limit))
            }
        }
    }

    async fn answer(&mut self, id: u64) -> Result<Reply, Silence> {
        let frame = match self.frame().await {
            Ok(frame) => frame,
            Err(Some(fault)) => {
                self.link = None;
                return Err(Silence::Fault(fault));
            }
            Err(None) => return Err(self.lost().await),
        };
        let reply = opened(&frame, self.nonce, id).map_err(|fault| {
            self.link = None;
            Silence::Fault(fault)
        })?;
        match reply {
            Reply::Fault(fault) => Err(Silence::Fault(fault)),
            reply => Ok(reply),
        }
    }

    /// The body of the next frame; `None` in the error when the stream has ended.
    async fn frame(&mut self) -> Result<Vec<u8>, Option<String>> {
        let Some(link) = &mut self.link else {
            return Err(None);
        };
        let mut prefix = [0; 4];
        link.output
            .read_exact(&mut prefix)
            .await
            .map_err(|_| None)?;
        let length =
            wire::length(prefix).map_err(|broken| Some(format!("the node sent {broken}")))?;
        // The memory grows with what arrives, not with what is announced.
        let mut body = Vec::new();
        let mut rest = (&mut link.output).take(length as u64);
        rest.read_to_end(&mut body).await.map_err(|_| None)?;
        if body.len() < length {
            return Err(None);
        }
        Ok(body)
    }

    async fn lost(&mut self) -> Silence {
        match self.link.take() {
            Some(link) => Silence::Unreachable(link.lost().await),
            None => gone(),
        }
    }
}

/// The answer in a frame, when it is the one to this question on this connection.
fn opened(frame: &[u8], nonce: u64, id: u64) -> Result<Reply, String> {
    let envelope: Envelope<Reply> =
        wire::decode(frame).map_err(|broken| format!("the node sent {broken}"))?;
    if envelope.nonce != nonce || envelope.id != id {
        return Err("the node answered a question that nobody asked".to_owned());
    }
    Ok(envelope.body)
}

fn gone() -> Silence {
    Silence::Fault("the connection to the node was lost before".to_owned())
}

fn nonsense(reply: &Reply) -> Silence {
    let what = match reply {
        Reply::Welcome(_) => "a greeting",
        Reply::Done(_) => "results",
        Reply::Undone(_) => "an undo",
        Reply::Pong => "a pong",
        Reply::Fault(_) => "a fault",
    };
    Silence::Fault(format!(
        "the node answered with {what}, which was not the question"
    ))
}

/// A number that nobody can guess: the standard library seeds its hasher from the system.
pub(crate) fn random() -> u64 {
    let mut hasher = std::collections::hash_map::RandomState::new().build_hasher();
    hasher.write_u64(u64::from(std::process::id()));
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::{Envelope, Reply, opened, wire};

    #[test]
    fn only_the_answer_to_our_own_question_is_heard() {
        let frame = |nonce, id| {
            let body = Reply::Pong;
            let frame = wire::encode(&Envelope { nonce, id, body }).unwrap();
            frame[4..].to_vec()
        };
        assert_eq!(opened(&frame(7, 1), 7, 1), Ok(Reply::Pong));
        for forged in [frame(8, 1), frame(7, 2), b"nonsense".to_vec()] {
            assert!(opened(&forged, 7, 1).is_err());
        }
    }
}
