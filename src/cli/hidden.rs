//! What hostwright starts itself as: no command for people.
#![expect(
    clippy::print_stderr,
    reason = "the run that started this process reads its error output"
)]

use std::{
    ffi::{OsStr, OsString},
    io::{self, Write as _},
    os::unix::ffi::OsStrExt as _,
    path::Path,
    process::ExitCode,
};

use crate::connection::{ASKPASS, TETHER, ask, tether};

/// Runs the hidden command that this is, if it is one.
pub(super) fn run(args: impl IntoIterator<Item = OsString>) -> Option<ExitCode> {
    let mut args = args.into_iter();
    let called_as = args.next()?;
    let called_as = Path::new(&called_as);
    let first = args.next();
    if called_as.file_name() == Some(OsStr::new(ASKPASS)) {
        let question = first.as_deref().map_or(&[][..], OsStr::as_bytes);
        let answered = ask(called_as, question).and_then(|answer| io::stdout().write_all(&answer));
        return Some(match answered {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::FAILURE,
        });
    }
    if first.is_some_and(|word| word == TETHER) {
        let error = tether(args);
        eprintln!("hostwright: {error}");
        return Some(ExitCode::from(127));
    }
    None
}
