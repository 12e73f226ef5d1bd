//! A child that does not outlive the run, and does not hear its terminal.
#![expect(
    clippy::disallowed_methods,
    reason = "becomes the program that the run asked for"
)]

use std::{ffi::OsString, io, os::unix::process::CommandExt as _, process::Command};

use rustix::process::{Pid, Signal, getppid, set_parent_process_death_signal, setsid};

/// The hidden command that this file is.
pub const TETHER: &str = "tether";

/// Becomes the program in `args` after leaving the terminal's session.
///
/// The first argument is the process to die with, or `0`. Away from the terminal, Ctrl-C reaches
/// only the run, which then ends its children in order, and ssh and sudo cannot ask there.
/// Returns only when it failed.
///
/// # Errors
/// When the arguments are not those that a run passes, or the program cannot be started.
pub fn tether(args: impl IntoIterator<Item = OsString>) -> io::Error {
    let mut args = args.into_iter();
    let parent = args.next().and_then(|id| id.to_str()?.parse::<i32>().ok());
    let (Some(parent), Some(program)) = (parent, args.next()) else {
        return io::Error::other("only hostwright itself starts this");
    };
    // Fails for the leader of a group, which a child that was just started is not.
    let _ = setsid();
    if parent != 0 {
        if let Err(error) = set_parent_process_death_signal(Some(Signal::TERM)) {
            return error.into();
        }
        // It may have died before we asked for the signal.
        if Pid::as_raw(getppid()) != parent {
            return io::Error::other("the run has ended");
        }
    }
    let error = Command::new(&program).args(args).exec();
    io::Error::new(
        error.kind(),
        format!("cannot start {}: {error}", program.to_string_lossy()),
    )
}
