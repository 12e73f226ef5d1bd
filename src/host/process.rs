//! Programs, started with care and ended for sure.
#![expect(
    clippy::disallowed_methods,
    reason = "processes on a host start here and nowhere else"
)]

use std::{
    ffi::OsString,
    io::{self, Write as _},
    os::{
        fd::AsFd as _,
        unix::{ffi::OsStringExt as _, process::CommandExt as _, process::ExitStatusExt as _},
    },
    process::{Child, Command, Stdio},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant, SystemTime},
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    io::ioctl_fionbio,
    process::{Pid, Signal, kill_process_group},
};

use crate::{change::Run, host::Login, value::bytes_of};

/// What a program said and how it ended.
#[derive(Clone, Debug, Default)]
pub struct Output {
    /// The exit status; the negative number of the signal that ended it.
    pub code: i32,
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
    /// How many bytes in the middle of either stream were not kept.
    pub left_out: u64,
    /// Whether it was ended because its time was over.
    pub timed_out: bool,
    pub started: Option<SystemTime>,
    pub took: Duration,
}

/// What a program may use.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes kept of each stream: half from its start, half from its end.
    pub kept: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { kept: 8 << 20 }
    }
}

/// The programs that are running now, so that all can be ended when nobody waits for them.
#[derive(Clone, Debug, Default)]
pub struct Runs(Arc<(Mutex<Running>, Condvar)>);

#[derive(Debug, Default)]
struct Running {
    groups: Vec<Pid>,
    /// How often all were ended.
    ended: u64,
    /// Nothing more is to be begun.
    closed: bool,
}

impl Runs {
    fn lock(&self) -> MutexGuard<'_, Running> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends every running program with what it started, and every pause.
    pub fn end_all(&self) {
        let mut running = self.lock();
        running.ended += 1;
        for group in &running.groups {
            // It may be gone already.
            let _ = kill_process_group(*group, Signal::KILL);
        }
        self.0.1.notify_all();
    }

    /// Ends everything, for good.
    pub fn close(&self) {
        self.lock().closed = true;
        self.end_all();
    }

    /// Whether [`Self::close`] was called.
    pub fn is_closed(&self) -> bool {
        self.lock().closed
    }

    /// How often [`Self::end_all`] was called.
    pub fn ended(&self) -> u64 {
        self.lock().ended
    }

    /// Lets time pass; false when all was ended since it was `ended` times.
    pub fn pause(&self, time: Duration, ended: u64) -> bool {
        let waited = self
            .0
            .1
            .wait_timeout_while(self.lock(), time, |running| running.ended == ended)
            .unwrap_or_else(PoisonError::into_inner);
        waited.0.ended == ended
    }

    fn add(&self, group: Pid) {
        self.lock().groups.push(group);
    }

    fn remove(&self, group: Pid) {
        self.lock().groups.retain(|other| *other != group);
    }
}

/// How long a look for the end of a quiet program may be late.
const TICK: Duration = Duration::from_millis(50);

/// Runs a program to its end; its standard input is what `wanted` gives, or nothing.
///
/// A program that leaves children behind which hold its streams open is not waited for longer
/// than it runs itself.
pub fn run(wanted: &Run, login: &Login, limits: Limits, runs: &Runs) -> io::Result<Output> {
    let started = (SystemTime::now(), Instant::now());
    let mut child = start(wanted, login)?;
    let group = Pid::from_child(&child);
    runs.add(group);
    let done = attend(&mut child, group, wanted, limits, started.1);
    if done.is_err() {
        let _ = kill_process_group(group, Signal::KILL);
        let _ = child.wait();
    }
    runs.remove(group);
    let mut output = done?;
    output.started = Some(started.0);
    output.took = started.1.elapsed();
    Ok(output)
}

fn os(text: &str) -> OsString {
    OsString::from_vec(bytes_of(text))
}

fn start(wanted: &Run, login: &Login) -> io::Result<Child> {
    let (program, arguments) = wanted
        .argv
        .split_first()
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "no program is named"))?;
    let mut command = Command::new(os(program));
    command
        .args(arguments.iter().map(|argument| os(argument)))
        .env_clear()
        .envs(
            login
                .environment
                .iter()
                .map(|(name, value)| (os(name), os(value))),
        )
        .envs(
            wanted
                .environment
                .iter()
                .map(|(name, value)| (os(name), os(value))),
        )
        .current_dir(os(wanted.chdir.as_deref().unwrap_or(&login.directory)))
        .stdin(if wanted.stdin.is_some() {
            Stdio::piped()
        } else {
            Stdio::null()
        })
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0);
    command.spawn()
}

fn attend(
    child: &mut Child,
    group: Pid,
    wanted: &Run,
    limits: Limits,
    start: Instant,
) -> io::Result<Output> {
    let deadline = wanted
        .timeout
        .map(|seconds| start + Duration::from_secs(seconds));
    let mut input = child.stdin.take();
    let mut unsent = wanted.stdin.as_deref().unwrap_or_default();
    let mut stdout = child.stdout.take();
    let mut stderr = child.stderr.take();
    let mut kept = [Kept::new(limits.kept), Kept::new(limits.kept)];
    for fd in [
        input.as_ref().map(|pipe| pipe.as_fd()),
        stdout.as_ref().map(|pipe| pipe.as_fd()),
        stderr.as_ref().map(|pipe| pipe.as_fd()),
    ]
    .into_iter()
    .flatten()
    {
        ioctl_fionbio(fd, true)?;
    }
    let mut timed_out = false;
    let mut ended = None;
    while stdout.is_some() || stderr.is_some() {
        wait_for_any(input.as_ref(), stdout.as_ref(), stderr.as_ref())?;
        if let Some(pipe) = &mut input {
            match pipe.write(unsent) {
                Ok(sent) => unsent = &unsent[sent..],
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                // It does not want to hear the rest.
                Err(_) => unsent = &[],
            }
            if unsent.is_empty() {
                input = None;
            }
        }
        let before = kept[0].total + kept[1].total;
        if stdout.as_mut().is_some_and(|pipe| !kept[0].take(pipe)) {
            stdout = None;
        }
        if stderr.as_mut().is_some_and(|pipe| !kept[1].take(pipe)) {
            stderr = None;
        }
        let silent = before == kept[0].total + kept[1].total;
        if ended.is_some() && silent {
            break;
        }
        ended = ended.or(child.try_wait()?);
        if ended.is_none() && deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            timed_out = true;
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
    drop(input);
    let status = match ended {
        Some(status) => status,
        None => end(child, group, deadline, &mut timed_out)?,
    };
    let [stdout, stderr] = kept;
    Ok(Output {
        code: status
            .code()
            .unwrap_or_else(|| -status.signal().unwrap_or_default()),
        left_out: stdout.left_out() + stderr.left_out(),
        stdout: stdout.bytes(),
        stderr: stderr.bytes(),
        timed_out,
        ..Output::default()
    })
}

/// Waits for a program that has closed its streams.
fn end(
    child: &mut Child,
    group: Pid,
    deadline: Option<Instant>,
    timed_out: &mut bool,
) -> io::Result<std::process::ExitStatus> {
    let Some(deadline) = deadline else {
        return child.wait();
    };
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if Instant::now() >= deadline {
            *timed_out = true;
            let _ = kill_process_group(group, Signal::KILL);
            return child.wait();
        }
        std::thread::sleep(TICK / 10);
    }
}

fn wait_for_any(
    input: Option<&std::process::ChildStdin>,
    stdout: Option<&std::process::ChildStdout>,
    stderr: Option<&std::process::ChildStderr>,
) -> io::Result<()> {
    let mut fds = Vec::with_capacity(3);
    fds.extend(input.map(|pipe| PollFd::new(pipe, PollFlags::OUT)));
    fds.extend(stdout.map(|pipe| PollFd::new(pipe, PollFlags::IN)));
    fds.extend(stderr.map(|pipe| PollFd::new(pipe, PollFlags::IN)));
    let tick = Timespec {
        tv_sec: 0,
        tv_nsec: i64::from(TICK.subsec_nanos()),
    };
    match poll(&mut fds, Some(&tick)) {
        Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// A stream's start and end.
struct Kept {
    head: Vec<u8>,
    tail: std::collections::VecDeque<u8>,
    half: usize,
    total: u64,
}

impl Kept {
    fn new(limit: usize) -> Self {
        Self {
            head: Vec::new(),
            tail: std::collections::VecDeque::new(),
            half: limit / 2,
            total: 0,
        }
    }

    /// Takes what is there; false when the stream has ended.
    fn take(&mut self, pipe: &mut impl io::Read) -> bool {
        let mut buffer = vec![0; 64 << 10];
        loop {
            match pipe.read(buffer.as_mut_slice()) {
                Ok(0) => return false,
                Ok(filled) => self.keep(&buffer[..filled]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return error.kind() == io::ErrorKind::WouldBlock,
            }
        }
    }

    fn keep(&mut self, bytes: &[u8]) {
        self.total += bytes.len() as u64;
        let (head, rest) = bytes.split_at(bytes.len().min(self.half - self.head.len()));
        self.head.extend_from_slice(head);
        self.tail.extend(rest);
        let over = self.tail.len().saturating_sub(self.half);
        self.tail.drain(..over);
    }

    fn left_out(&self) -> u64 {
        self.total - (self.head.len() + self.tail.len()) as u64
    }

    fn bytes(mut self) -> Vec<u8> {
        let left_out = self.left_out();
        if left_out > 0 {
            self.head
                .extend(format!("\n[{left_out} bytes left out]\n").into_bytes());
        }
        self.head.extend(self.tail);
        self.head
    }
}
