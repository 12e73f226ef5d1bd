//! Requests in, answers out, until the stream ends.

use std::{
    io::{self, Read, Write},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, Sender, channel},
    },
    thread,
};

use super::{perform::Performer, undo::undo};
use crate::{
    host::{Live, Observe as _, Runs},
    state::Digest,
    wire::{self, Envelope, Reply, Request, Welcome},
};

type Sink<W> = Arc<Mutex<W>>;

/// Serves one control side: says hello, then does what it is asked, one task after the other.
///
/// Returns when the other side is gone; programs that still run are ended then.
pub fn serve(
    mut input: impl Read + Send + 'static,
    output: impl Write + Send + 'static,
) -> io::Result<()> {
    let output = Arc::new(Mutex::new(output));
    {
        let mut output = output.lock().unwrap_or_else(PoisonError::into_inner);
        output.write_all(wire::MAGIC.as_bytes())?;
        output.flush()?;
    }
    let Some(first) = wire::read::<Envelope<Request>>(&mut input)? else {
        return Ok(());
    };
    let Request::Hello(hello) = first.body else {
        return Err(io::Error::other("the control side did not say hello"));
    };
    let nonce = first.nonce;
    let runs = Runs::default();
    answer(&output, nonce, first.id, Reply::Welcome(welcome(&runs)?))?;

    let (to_worker, requests) = channel();
    let reader = {
        let (output, runs) = (Arc::clone(&output), runs.clone());
        thread::Builder::new()
            .name("reader".to_owned())
            .spawn(move || listen(input, &output, nonce, &runs, &to_worker))?
    };
    let worked = work(Performer::new(hello, runs), &requests, &output, nonce);
    drop(reader);
    worked
}

fn welcome(runs: &Runs) -> io::Result<Welcome> {
    let login = Live::new(runs.clone())
        .login()
        .map_err(|unseen| io::Error::other(unseen.to_string()))?;
    Ok(Welcome {
        version: wire::VERSION,
        digest: own_digest()?,
        user: login.name,
        uid: login.uid,
    })
}

#[expect(
    clippy::disallowed_methods,
    reason = "the proof of which binary runs is the binary itself"
)]
fn own_digest() -> io::Result<Digest> {
    std::fs::read("/proc/self/exe").map(|binary| Digest::of(&binary))
}

fn answer<W: Write>(output: &Sink<W>, nonce: u64, id: u64, body: Reply) -> io::Result<()> {
    let envelope = Envelope { nonce, id, body };
    let frame = wire::encode(&envelope).or_else(|broken| {
        // The connection outlives an answer that does not fit into a frame.
        let body = Reply::Fault(format!("the answer is {broken}"));
        wire::encode(&Envelope { nonce, id, body })
    });
    let frame = frame.map_err(io::Error::other)?;
    let mut output = output.lock().unwrap_or_else(PoisonError::into_inner);
    output.write_all(&frame)?;
    output.flush()
}

/// Reads requests while a task may be running, so that it can be ended.
fn listen<W: Write>(
    mut input: impl Read,
    output: &Sink<W>,
    nonce: u64,
    runs: &Runs,
    to_worker: &Sender<(u64, Request)>,
) {
    while let Ok(Some(envelope)) = wire::read::<Envelope<Request>>(&mut input) {
        if envelope.nonce != nonce {
            break;
        }
        let sent = match envelope.body {
            Request::Cancel { .. } => {
                runs.end_all();
                Ok(())
            }
            Request::Ping => answer(output, nonce, envelope.id, Reply::Pong).map_err(drop),
            other => to_worker.send((envelope.id, other)).map_err(drop),
        };
        if sent.is_err() {
            break;
        }
    }
    // Nobody is left to hear how anything ends.
    runs.close();
}

fn work<W: Write>(
    mut performer: Performer,
    requests: &Receiver<(u64, Request)>,
    output: &Sink<W>,
    nonce: u64,
) -> io::Result<()> {
    for (id, request) in requests {
        if performer.runs().is_closed() {
            break;
        }
        let reply = match request {
            Request::Perform(task) => Reply::Done(performer.task(*task)),
            Request::Blob(blob) => match performer.blobs.take(&blob) {
                Ok(()) => continue,
                Err(error) => Reply::Fault(error.to_string()),
            },
            Request::Lay(changes) => {
                performer.lay(&changes);
                continue;
            }
            Request::Undo { run, rehearse } => match undo(&mut performer, &run, rehearse) {
                Ok(undone) => Reply::Undone(undone),
                Err(why) => Reply::Fault(why),
            },
            Request::Hello(_) => Reply::Fault("hello was said already".to_owned()),
            Request::Cancel { .. } | Request::Ping => continue,
        };
        answer(output, nonce, id, reply)?;
    }
    Ok(())
}
