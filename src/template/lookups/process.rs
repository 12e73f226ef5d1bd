//! What commands on the control side print.
#![expect(
    clippy::disallowed_methods,
    reason = "`pipe` and `lines` are there to run commands on the control side"
)]

use std::process::{Command, Stdio};

use super::super::{
    eval::{Bound, Eval},
    failure::{Res, Stop},
    methods,
    obj::{self, Obj},
};
use super::{Lookup, lookup};
use crate::value::text_of;

pub(super) const LOOKUPS: &[Lookup] = &[
    lookup(
        "pipe",
        &[],
        pipe,
        "Runs commands in a shell and gives what they print.",
    ),
    lookup(
        "lines",
        &[],
        lines,
        "Runs commands in a shell and gives the lines that they print.",
    ),
];

fn output(eval: &Eval<'_>, command: &str) -> Res<String> {
    let settings = eval.templar.settings();
    let mut shell = Command::new("/bin/sh");
    shell
        .arg("-c")
        .arg(command)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit());
    if !settings.environment.is_empty() {
        shell.env_clear().envs(&settings.environment);
    }
    if let Some(directory) = &settings.directory {
        shell.current_dir(directory);
    }
    let done = shell
        .output()
        .map_err(|fault| Stop::runtime(format!("cannot run a shell: {fault}")))?;
    if !done.status.success() {
        return Err(Stop::runtime(format!(
            "the command ended with {}",
            done.status
        )));
    }
    eval.check_size(done.stdout.len())?;
    Ok(text_of(&done.stdout))
}

fn pipe(eval: &Eval<'_>, terms: &[Obj], _: &Bound) -> Res<Vec<Obj>> {
    terms
        .iter()
        .map(|term| {
            let command = obj::text(eval, term)?;
            let printed = output(eval, &command)?;
            Ok(Obj::Str(
                command.derive(methods::trimmed(&printed, None, false, true)),
            ))
        })
        .collect()
}

fn lines(eval: &Eval<'_>, terms: &[Obj], _: &Bound) -> Res<Vec<Obj>> {
    let mut out = Vec::new();
    for term in terms {
        let command = obj::text(eval, term)?;
        let printed = output(eval, &command)?;
        out.extend(
            methods::lines_of(&printed, false)
                .into_iter()
                .map(|line| Obj::Str(command.derive(line))),
        );
    }
    Ok(out)
}
