//! Waiting for something outside to happen.

use std::{
    io::{Read as _, Write as _},
    net::{TcpStream, ToSocketAddrs as _},
    time::{Duration, Instant},
};

use super::{Stopped, drained};
use crate::{
    change::Condition,
    host::{Live, Observe as _, Runs},
    value::text_of,
};

/// How a wait went.
#[derive(Clone, Debug, Default)]
pub(in crate::node) struct Waited {
    /// Whole seconds.
    pub(in crate::node) elapsed: u64,
    /// What the groups of the search matched, with their names.
    pub(in crate::node) found: Option<Groups>,
}

/// Looks at a condition until it holds or `timeout` seconds have passed; `times` are timeout,
/// delay and sleep, in seconds.
pub(super) fn wait(
    condition: &Condition,
    [timeout, delay, sleep]: [u64; 3],
    message: Option<&str>,
    host: &Live,
    runs: &Runs,
) -> Result<Waited, Stopped> {
    let start = Instant::now();
    let elapsed = || start.elapsed().as_secs();
    let ended = runs.ended();
    let pause = |time: Duration| {
        if runs.pause(time, ended) {
            return Ok(());
        }
        Err(Stopped::new("wait any longer", "the wait was cancelled"))
    };
    pause(Duration::from_secs(delay))?;
    if *condition == Condition::Time {
        pause(Duration::from_secs(timeout))?;
        return Ok(Waited {
            elapsed: elapsed(),
            found: None,
        });
    }
    let end = start + Duration::from_secs(timeout);
    loop {
        if let Look::Holds(found) = look(condition, host)? {
            return Ok(Waited {
                elapsed: elapsed(),
                found,
            });
        }
        if Instant::now() >= end {
            let ours = format!("Timeout when waiting for {}", described(condition));
            return Err(Stopped::new("wait any longer", message.unwrap_or(&ours)));
        }
        let left = end.saturating_duration_since(Instant::now());
        pause(left.min(Duration::from_secs(sleep.max(1))))?;
    }
}

fn described(condition: &Condition) -> String {
    match condition {
        Condition::Time => "time to pass".to_owned(),
        Condition::Port {
            host,
            port,
            open: true,
            search: None,
            ..
        } => format!("{host}:{port}"),
        Condition::Port {
            host,
            port,
            open: true,
            search: Some(search),
            ..
        } => format!("search string {search} in {host}:{port}"),
        Condition::Port { host, port, .. } => format!("{host}:{port} to stop."),
        Condition::Drained { host, port, .. } => format!("{host}:{port} to drain"),
        Condition::File {
            path,
            present: true,
            search: None,
        } => format!("file {path}"),
        Condition::File {
            path,
            search: Some(search),
            ..
        } => format!("search string {search} in {path}"),
        Condition::File { path, .. } => format!("{path} to be absent."),
    }
}

/// Each group of an expression: its name, when it has one, and what it matched.
type Groups = Vec<(Option<String>, Option<String>)>;

/// What one look gave.
enum Look {
    NotYet,
    /// It holds, with what the search found.
    Holds(Option<Groups>),
}

impl Look {
    fn found(groups: Option<Groups>) -> Self {
        groups.map_or(Self::NotYet, |groups| Self::Holds(Some(groups)))
    }
}

fn look(condition: &Condition, host: &Live) -> Result<Look, Stopped> {
    match condition {
        Condition::Time => Ok(Look::Holds(None)),
        Condition::Port {
            host,
            port,
            open,
            connect_timeout,
            search,
        } => {
            let patience = Duration::from_secs((*connect_timeout).max(1));
            match (connect(host, *port, patience), open) {
                (None, false) => Ok(Look::Holds(None)),
                (None, true) | (Some(_), false) => Ok(Look::NotYet),
                (Some(stream), true) => match search {
                    None => Ok(Look::Holds(None)),
                    Some(search) => Ok(Look::found(matched(search, &heard(stream, patience))?)),
                },
            }
        }
        Condition::Drained {
            host: at,
            port,
            exclude,
            states,
        } => {
            let left = drained::has_connections(host, at, *port, exclude, states)
                .map_err(|unseen| Stopped::new("look at connections", unseen))?;
            Ok(if left {
                Look::NotYet
            } else {
                Look::Holds(None)
            })
        }
        Condition::File {
            path,
            present,
            search,
        } => {
            let there = host
                .target(path)
                .map_err(|unseen| Stopped::new(format!("look at {path}"), unseen))?;
            match (there, present, search) {
                (Some(_), true, None) | (None, false, _) => Ok(Look::Holds(None)),
                (Some(_), true, Some(search)) => {
                    let bytes = host
                        .read(path)
                        .map_err(|unseen| Stopped::new(format!("read {path}"), unseen))?;
                    Ok(Look::found(matched(search, &bytes.unwrap_or_default())?))
                }
                _ => Ok(Look::NotYet),
            }
        }
    }
}

fn connect(host: &str, port: u16, patience: Duration) -> Option<TcpStream> {
    (host, port)
        .to_socket_addrs()
        .ok()?
        .find_map(|address| TcpStream::connect_timeout(&address, patience).ok())
}

/// What the other end says before it stays silent.
fn heard(mut stream: TcpStream, patience: Duration) -> Vec<u8> {
    const ENOUGH: usize = 1 << 20;
    let end = Instant::now() + patience;
    let mut heard = Vec::new();
    let mut buffer = [0; 4096];
    // Without a limit in time a silent peer would hold us for ever.
    if stream.set_read_timeout(Some(patience)).is_err() || stream.flush().is_err() {
        return heard;
    }
    while heard.len() < ENOUGH && Instant::now() < end {
        match stream.read(&mut buffer) {
            Ok(filled) if filled > 0 => heard.extend_from_slice(&buffer[..filled]),
            _ => break,
        }
    }
    heard
}

fn matched(search: &str, bytes: &[u8]) -> Result<Option<Groups>, Stopped> {
    let pattern = regex::RegexBuilder::new(search)
        .multi_line(true)
        .build()
        .map_err(|error| Stopped::new(format!("search for `{search}`"), error))?;
    let text = text_of(bytes);
    Ok(pattern.captures(&text).map(|captures| {
        pattern
            .capture_names()
            .zip(captures.iter())
            .skip(1)
            .map(|(name, group)| {
                let group = group.map(|group| group.as_str().to_owned());
                (name.map(str::to_owned), group)
            })
            .collect()
    }))
}
