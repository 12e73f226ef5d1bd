//! What acts bring, as return values.

use std::time::{Duration, SystemTime};

use super::apply::Brought;
use crate::{
    change::{Act, Change},
    host::Output,
    value::{Map, Unknown, Value, text_of},
    wire::{Failure, Outcome},
};

/// Adds what came of a change to the task's return values: what it `brought`, or that it is
/// unknown (`why`) in a rehearsal.
pub(super) fn of_act(
    change: &Change,
    brought: Option<&Brought>,
    why: Option<&Unknown>,
    outcome: &mut Outcome,
) {
    match change {
        Change::Act(Act::Run(run)) => {
            match (brought.and_then(|brought| brought.output.as_ref()), why) {
                (Some(output), _) => of_run(output, run.strip, outcome),
                (None, Some(why)) => foretold(why, &mut outcome.result),
                (None, None) => {}
            }
        }
        Change::Act(Act::Wait { .. }) => {
            match (brought.and_then(|brought| brought.waited.as_ref()), why) {
                (Some(waited), _) => {
                    outcome.result.insert("elapsed", waited.elapsed);
                    if let Some(found) = &waited.found {
                        let groups = found.iter().skip(1).cloned().map(Value::from);
                        outcome.result.insert("match_groups", Value::list(groups));
                        outcome.result.insert("match_groupdict", Map::new());
                    }
                }
                (None, Some(why)) => {
                    outcome.result.insert("elapsed", why.clone());
                }
                (None, None) => {}
            }
        }
        // A backup has its name now.
        Change::Entry {
            path, from: None, ..
        } if brought.is_some()
            && path.ends_with('~')
            && matches!(outcome.result.get("backup_file"), Some(Value::Unknown(_))) =>
        {
            outcome.result.insert("backup_file", path.as_str());
        }
        _ => {}
    }
}

fn of_run(output: &Output, strip: bool, outcome: &mut Outcome) {
    let text = |bytes: &[u8]| {
        let text = text_of(bytes);
        if strip {
            text.trim_end_matches(['\r', '\n']).to_owned()
        } else {
            text
        }
    };
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    let result = &mut outcome.result;
    result.insert("rc", i64::from(output.code));
    result.insert("stdout_lines", lines(&stdout));
    result.insert("stderr_lines", lines(&stderr));
    result.insert("stdout", stdout);
    result.insert("stderr", stderr);
    if let Some(start) = output.started {
        result.insert("start", clock(start));
        result.insert("end", clock(start + output.took));
    }
    result.insert("delta", duration(output.took));
    if output.left_out > 0 {
        outcome.warnings.push(format!(
            "the program said too much: {} bytes of its output were left out",
            output.left_out
        ));
    }
    if output.timed_out {
        outcome.failure = Some(Failure {
            param: None,
            message: "the task was ended because its time was over".to_owned(),
        });
    } else if output.code != 0 {
        outcome.failure = Some(Failure {
            param: None,
            message: "non-zero return code".to_owned(),
        });
    }
}

/// A program in a rehearsal: it runs and succeeds, and what it says nobody knows.
fn foretold(why: &Unknown, result: &mut Map) {
    result.insert("rc", 0_i64);
    for name in [
        "stdout",
        "stdout_lines",
        "stderr",
        "stderr_lines",
        "start",
        "end",
        "delta",
    ] {
        result.insert(name, why.clone());
    }
}

/// Lines as Python's `splitlines` has them for line feeds and carriage returns.
fn lines(text: &str) -> Value {
    Value::list(text.lines().map(Value::from))
}

/// Local time as Ansible prints it.
fn clock(time: SystemTime) -> String {
    jiff::Timestamp::try_from(time).map_or_else(
        |_| String::new(),
        |time| {
            time.to_zoned(jiff::tz::TimeZone::system())
                .strftime("%Y-%m-%d %H:%M:%S%.6f")
                .to_string()
        },
    )
}

/// As Python prints a time delta: hours without a leading zero.
fn duration(took: Duration) -> String {
    let seconds = took.as_secs();
    format!(
        "{}:{:02}:{:02}.{:06}",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60,
        took.subsec_micros()
    )
}
