//! From a started command to a running node: passwords, noise, and sending our program.

use std::{collections::VecDeque, io, path::Path, sync::Arc};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader},
    sync::mpsc,
    time::{Instant, sleep_until},
};

use super::{
    Cause, Unreachable,
    escalation::Prompt,
    limits::Patience,
    program::{Packing, Program},
    refusal::Sent,
    script::triple,
};
use crate::{state::Digest, value::text_of};

/// What may stand before the node's first line: a login shell's greetings.
const NOISE: usize = 64 << 10;
/// How much is written at once.
const CHUNK: usize = 64 << 10;

/// A stream from the other end.
pub type Reader = BufReader<Box<dyn AsyncRead + Send + Unpin>>;
/// A stream to the other end.
pub type Writer = Box<dyn AsyncWrite + Send + Unpin>;

/// The other end's streams while it starts.
pub(super) struct Handshake<'a> {
    pub(super) input: &'a mut Writer,
    pub(super) output: &'a mut Reader,
    /// Its error output, as it comes.
    pub(super) errors: mpsc::Receiver<Vec<u8>>,
    pub(super) prompt: Option<&'a Prompt>,
    pub(super) own: &'a Program,
    /// Where builds for other machines lie, by target triple.
    pub(super) builds: Option<&'a Path>,
    pub(super) patience: &'a Patience,
}

/// How the start ended.
pub(super) enum Outcome {
    /// The node's first line came; the program that it is.
    Running {
        digest: Digest,
        /// What was printed before.
        noise: String,
    },
    /// The command ended without a node; what it printed.
    Ended {
        noise: String,
        sent: Sent,
    },
    /// Becoming the user asked for a password that we do not have.
    PasswordMissing,
    /// The password was asked for once more.
    PasswordWrong,
    Failed(Unreachable),
}

/// What is under way.
struct Talk {
    partial: Vec<u8>,
    noise: Vec<u8>,
    said: VecDeque<u8>,
    prompted: usize,
    pending: Option<(Arc<[u8]>, usize)>,
    deadline: Instant,
    digest: Digest,
    other: Option<Program>,
    served: bool,
}

impl Handshake<'_> {
    /// Waits for a line that holds `magic`.
    pub(super) async fn run(mut self, magic: &str) -> Outcome {
        let mut talk = Talk {
            partial: Vec::new(),
            noise: Vec::new(),
            said: VecDeque::new(),
            prompted: 0,
            pending: None,
            deadline: Instant::now() + self.patience.start,
            digest: self.own.digest(),
            other: None,
            served: false,
        };
        let mut silent = false;
        let mut slowest = None;
        loop {
            tokio::select! {
                line = next_line(self.output, &mut talk.partial) => match line {
                    Ok(Some(line)) => {
                        match self.hear(&mut talk, &line, magic).await {
                            Ok(None) => {}
                            Ok(Some(outcome)) => return outcome,
                            Err(failure) => return Outcome::Failed(failure),
                        }
                        if talk.pending.is_some() && slowest.is_none() {
                            slowest = talk.pending.as_ref().map(|(bytes, _)| self.slowest(bytes.len()));
                        }
                    }
                    Ok(None) | Err(_) => return ended(&talk),
                },
                heard = self.errors.recv(), if !silent => match heard {
                    Some(bytes) => {
                        if let Some(outcome) = self.prompted(&mut talk, &bytes).await {
                            return outcome;
                        }
                    }
                    None => silent = true,
                },
                sent = send(self.input, talk.pending.as_ref()), if talk.pending.is_some() => {
                    // When the other end stopped reading, its last line says why.
                    let done = sent.is_err();
                    if let (Some((bytes, at)), Ok(count)) = (&mut talk.pending, sent) {
                        *at += count;
                        let rest = bytes.len() - *at;
                        let stall = Instant::now() + self.patience.stall;
                        talk.deadline = slowest.map_or(stall, |slowest: Instant| slowest.min(stall));
                        if rest == 0 {
                            talk.pending = None;
                            talk.deadline = Instant::now() + self.patience.start;
                            if self.input.flush().await.is_err() { continue; }
                        }
                    }
                    if done {
                        talk.pending = None;
                    }
                }
                () = sleep_until(talk.deadline) => {
                    let message = if talk.pending.is_some() {
                        "the host takes our program too slowly"
                    } else {
                        "the host did not start our program in time"
                    };
                    let said: Vec<u8> = talk.said.iter().copied().collect();
                    let noise = [talk.noise.as_slice(), &talk.partial, &said].concat();
                    return Outcome::Failed(
                        Unreachable::new(Cause::Timeout, message).saying(&text_of(&noise)),
                    );
                }
            }
            if talk.noise.len() + talk.partial.len() > NOISE {
                let noise = [talk.noise.as_slice(), &talk.partial].concat();
                return Outcome::Failed(
                    Unreachable::new(
                        Cause::NoNode,
                        "the host printed more than 64 KB before our program started",
                    )
                    .saying(&text_of(&noise)),
                );
            }
        }
    }

    fn slowest(&self, bytes: usize) -> Instant {
        let seconds = bytes / usize::try_from(self.patience.pace.max(1)).unwrap_or(1);
        let seconds = u64::try_from(seconds).unwrap_or(u64::MAX);
        Instant::now() + self.patience.stall + std::time::Duration::from_secs(seconds)
    }

    async fn hear(
        &mut self,
        talk: &mut Talk,
        line: &[u8],
        magic: &str,
    ) -> Result<Option<Outcome>, Unreachable> {
        // A greeting without a line end may stand before it in the same line.
        if position(line, magic.as_bytes()).is_some() {
            return Ok(Some(Outcome::Running {
                digest: talk.digest,
                noise: text_of(&talk.noise),
            }));
        }
        if let Some(at) = position(line, b"hostwright-need ") {
            let words = text_of(&line[at..]);
            let mut words = words.split_whitespace().skip(1);
            let (machine, packing) = (words.next().unwrap_or(""), words.next());
            self.provide(talk, machine, packing).await?;
        } else if let Some(at) = position(line, b"hostwright-fail ") {
            return Err(failure(&text_of(&line[at..])));
        } else {
            talk.noise.extend_from_slice(line);
        }
        Ok(None)
    }

    /// Answers the question for a program.
    async fn provide(
        &mut self,
        talk: &mut Talk,
        machine: &str,
        packing: Option<&str>,
    ) -> Result<(), Unreachable> {
        let fault = |error: io::Error| {
            Unreachable::new(Cause::Other, "our program cannot be read").saying(&error.to_string())
        };
        let foreign = !super::script::runs_ours(machine);
        if foreign && talk.other.is_none() {
            let build = foreign_build(self.builds, machine).await?;
            let line = format!("look - - {} {}\n", build.digest(), build.size());
            talk.digest = build.digest();
            talk.other = Some(build);
            return self.write(line.as_bytes()).await;
        }
        if std::mem::replace(&mut talk.served, true) {
            return Err(Unreachable::new(
                Cause::NoNode,
                "the host asked for our program twice",
            ));
        }
        let program = talk.other.as_ref().unwrap_or(self.own);
        let (packing, word) = match packing {
            Some("gz") => (Packing::Gzip, "gz"),
            _ => (Packing::Plain, "raw"),
        };
        let bytes = program.bytes(packing).await.map_err(fault)?;
        let line = format!(
            "take {word} {} {} {}\n",
            bytes.len(),
            program.digest(),
            program.size()
        );
        talk.pending = Some((bytes, 0));
        talk.deadline = Instant::now() + self.patience.stall;
        self.write(line.as_bytes()).await
    }

    /// Short lines fit the pipe; when the other end is gone, its last words say why.
    async fn write(&mut self, bytes: &[u8]) -> Result<(), Unreachable> {
        let written = async {
            self.input.write_all(bytes).await?;
            self.input.flush().await
        };
        match tokio::time::timeout(self.patience.stall, written).await {
            Ok(_) => Ok(()),
            Err(_) => Err(Unreachable::new(
                Cause::Timeout,
                "the host does not read what we send",
            )),
        }
    }

    /// Gives the password when it was asked for, once.
    async fn prompted(&mut self, talk: &mut Talk, bytes: &[u8]) -> Option<Outcome> {
        talk.said.extend(bytes);
        let over = talk.said.len().saturating_sub(NOISE);
        talk.said.drain(..over);
        let prompt = self.prompt?;
        let times = prompt.times_in(talk.said.make_contiguous());
        if times <= talk.prompted {
            return None;
        }
        talk.prompted = times;
        if times > 1 {
            return Some(Outcome::PasswordWrong);
        }
        let Some(password) = prompt.password() else {
            return Some(Outcome::PasswordMissing);
        };
        talk.deadline = Instant::now() + self.patience.start;
        let line = [password.as_bytes(), b"\n"].concat();
        self.write(&line).await.err().map(Outcome::Failed)
    }
}

fn ended(talk: &Talk) -> Outcome {
    let sent = match talk.prompted {
        0 => Sent::Nothing,
        _ => Sent::Password,
    };
    Outcome::Ended {
        sent,
        noise: text_of(&[talk.noise.as_slice(), &talk.partial].concat()),
    }
}

async fn foreign_build(builds: Option<&Path>, machine: &str) -> Result<Program, Unreachable> {
    let known = machine
        .chars()
        .all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    let machine = if known { machine } else { "unknown" };
    let triple = triple(machine);
    let missing = |place: String| {
        Unreachable::new(
            Cause::Architecture,
            format!("the host is a {machine}, and {place}"),
        )
    };
    let Some(builds) = builds else {
        return Err(missing(format!(
            "no directory of builds is set where `{triple}/hostwright` could lie"
        )));
    };
    let path = builds.join(&triple).join("hostwright");
    Program::of(&path)
        .await
        .map_err(|error| missing(format!("there is no build at {}: {error}", path.display())))
}

fn failure(line: &str) -> Unreachable {
    let mut words = line.trim_end().splitn(3, ' ').skip(1);
    let (reason, rest) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
    let (cause, message) = match reason {
        "system" => (
            Cause::Architecture,
            "our program runs on Linux only, and the host is something else",
        ),
        "place" => (
            Cause::NoPlace,
            "no directory of the host can hold and run our program",
        ),
        _ => (Cause::NoPlace, "our program could not be written there"),
    };
    Unreachable::new(cause, message).saying(rest.trim_end_matches([';', ' ', ':']))
}

async fn send(input: &mut Writer, pending: Option<&(Arc<[u8]>, usize)>) -> io::Result<usize> {
    let Some((bytes, at)) = pending else {
        return Ok(0);
    };
    let end = bytes.len().min(at + CHUNK);
    match input.write(&bytes[*at..end]).await? {
        0 => Err(io::ErrorKind::WriteZero.into()),
        count => Ok(count),
    }
}

/// Returns the next line with its end, or `None` when there are no more. What came of a line is
/// kept in `partial`, so that nothing is lost when this is dropped half-way.
async fn next_line(output: &mut Reader, partial: &mut Vec<u8>) -> io::Result<Option<Vec<u8>>> {
    loop {
        let seen = output.fill_buf().await?;
        if seen.is_empty() {
            return Ok(None);
        }
        let end = seen.iter().position(|byte| *byte == b'\n');
        let count = end.map_or(seen.len(), |end| end + 1);
        partial.extend_from_slice(&seen[..count]);
        output.consume(count);
        if end.is_some() {
            return Ok(Some(std::mem::take(partial)));
        }
        if partial.len() > NOISE {
            // Handed over as it is: the limit is the caller's to tell.
            return Ok(Some(std::mem::take(partial)));
        }
    }
}

fn position(line: &[u8], word: &[u8]) -> Option<usize> {
    line.windows(word.len()).position(|part| part == word)
}
