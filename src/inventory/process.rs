//! Inventory scripts, run with limits on time and output.
#![expect(
    clippy::disallowed_methods,
    reason = "an inventory script is a process on the control side, started here only"
)]

use std::{
    io::{self, Read},
    os::unix::process::CommandExt,
    process::{Command, ExitStatus, Stdio},
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process_group};

use crate::value::text_of;

/// What a script may print, in bytes.
const OUTPUT: u64 = 64 * 1024 * 1024;
/// What it may complain, in bytes; the rest is not kept.
const COMPLAINTS: u64 = 64 * 1024;

/// What a script printed.
#[derive(Debug)]
pub(super) struct Printed {
    pub(super) output: Vec<u8>,
    pub(super) complaints: String,
}

/// Why there is nothing to read, as a sentence, and what the script complained.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) why: String,
    pub(super) complaints: String,
}

enum Part {
    Output(io::Result<Vec<u8>>),
    Complaints(Vec<u8>),
    End(io::Result<ExitStatus>),
}

/// Runs a script with these arguments and nothing to read; after `limit` it is ended, with all
/// that it started.
pub(super) fn run(path: &str, arguments: &[&str], limit: Duration) -> Result<Printed, Failure> {
    let failed = |why: String| Failure {
        why,
        complaints: String::new(),
    };
    let mut child = Command::new(path)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()
        .map_err(|error| failed(format!("cannot be started: {error}")))?;
    let group = Pid::from_child(&child);
    let (tell, hear) = mpsc::channel();
    if let Some(stdout) = child.stdout.take() {
        let tell = tell.clone();
        thread::spawn(move || tell.send(Part::Output(all_of(stdout, OUTPUT))));
    }
    if let Some(stderr) = child.stderr.take() {
        let tell = tell.clone();
        thread::spawn(move || tell.send(Part::Complaints(start_of(stderr, COMPLAINTS))));
    }
    thread::spawn(move || tell.send(Part::End(child.wait())));

    let deadline = Instant::now() + limit;
    let (mut output, mut complaints, mut status) = (None, None, None);
    let why = loop {
        if output.is_some() && complaints.is_some() && status.is_some() {
            break None;
        }
        match hear.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(Part::Output(Ok(bytes))) => output = Some(bytes),
            Ok(Part::Output(Err(error))) => break Some(error.to_string()),
            Ok(Part::Complaints(bytes)) => complaints = Some(text_of(&bytes)),
            Ok(Part::End(Ok(end))) => status = Some(end),
            Ok(Part::End(Err(error))) => break Some(format!("was lost: {error}")),
            Err(RecvTimeoutError::Timeout) => {
                break Some(format!("did not end within {} seconds", limit.as_secs()));
            }
            Err(RecvTimeoutError::Disconnected) => break Some("was lost".to_owned()),
        }
    };
    if why.is_some() || status.is_none() {
        // Gone already is as good as ended now.
        let _ = kill_process_group(group, Signal::KILL);
    }
    let complaints = complaints.unwrap_or_default();
    let why = why.or_else(|| {
        status
            .filter(|end| !end.success())
            .map(|end| format!("ended with {end}"))
    });
    match (why, output) {
        (None, Some(output)) => Ok(Printed { output, complaints }),
        (why, _) => Err(Failure {
            why: why.unwrap_or_default(),
            complaints,
        }),
    }
}

fn all_of(from: impl Read, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(io::Error::other(format!(
            "printed more than {} MiB",
            most >> 20
        )));
    }
    Ok(bytes)
}

/// The start of what is read; the rest is read all the same, so that nobody waits to write it.
fn start_of(mut from: impl Read, most: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    let _ = from.by_ref().take(most).read_to_end(&mut bytes);
    let _ = io::copy(&mut from, &mut io::sink());
    bytes
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::run;

    #[test]
    fn a_script_that_hangs_is_ended_with_its_children() {
        let start = Instant::now();
        let failure = run(
            "/bin/sh",
            &["-c", "sleep 60 & sleep 60"],
            Duration::from_secs(1),
        )
        .unwrap_err();
        assert_eq!(failure.why, "did not end within 1 seconds");
        assert!(start.elapsed() < Duration::from_secs(30));
    }

    #[test]
    fn a_script_that_prints_without_end_is_stopped() {
        let failure = run("/bin/sh", &["-c", "exec yes"], Duration::from_mins(1)).unwrap_err();
        assert_eq!(failure.why, "printed more than 64 MiB");
    }

    #[test]
    fn a_script_that_fails_is_told_with_its_complaints() {
        let failure = run(
            "/bin/sh",
            &["-c", "echo no >&2; exit 3"],
            Duration::from_mins(1),
        )
        .unwrap_err();
        assert_eq!(
            (failure.why.as_str(), failure.complaints.as_str()),
            ("ended with exit status: 3", "no\n")
        );
    }
}
