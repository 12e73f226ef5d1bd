//! What acts bring, as return values.

use std::time::{Duration, SystemTime};

use super::apply::{Brought, Refused, Stopped};
use crate::{
    change::{Act, Change, Plan, Run},
    host::{Live, Observe as _, Output},
    value::{Map, Unknown, Value, text_of},
    wire::{Failure, Outcome, TIMED_OUT},
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
                (Some(output), _) => of_run(output, run, outcome),
                (None, Some(why)) => foretold(run, why, &mut outcome.result),
                (None, None) => {}
            }
        }
        Change::Act(Act::Wait { .. }) => {
            match (brought.and_then(|brought| brought.waited.as_ref()), why) {
                (Some(waited), _) => {
                    outcome.result.insert("elapsed", waited.elapsed);
                    if let Some(found) = &waited.found {
                        let groups = found.iter().map(|(_, group)| Value::from(group.clone()));
                        outcome.result.insert("match_groups", Value::list(groups));
                        let named = found
                            .iter()
                            .filter_map(|(name, group)| Some((name.clone()?, group.clone())));
                        outcome
                            .result
                            .insert("match_groupdict", named.collect::<Map>());
                    }
                }
                (None, Some(why)) => {
                    outcome.result.insert("elapsed", why.clone());
                }
                (None, None) => {}
            }
        }
        _ => {}
    }
}

/// What was given a name in the run returns it: a backup, or something fresh.
pub(super) fn of_name(planned: &Change, named: &Change, result: &mut Map) {
    let keys: &[&str] = match planned {
        Change::Backup { .. } => &["backup_file", "backup"],
        Change::Fresh { .. } => &["path"],
        _ => return,
    };
    let Some(path) = named.path() else { return };
    for key in keys {
        if matches!(result.get(key), Some(Value::Unknown(_))) {
            result.insert(*key, path);
        }
    }
}

/// After a run: the size of a directory that was made or filled, which only its host knows.
pub(super) fn of_size(host: &Live, result: &mut Map) {
    if !matches!(result.get("size"), Some(Value::Unknown(_))) {
        return;
    }
    let path = ["path", "dest"]
        .iter()
        .find_map(|key| result.get(key)?.as_str())
        .map(str::to_owned);
    if let Some(path) = path
        && let Ok(Some(stat)) = host.stat(&path)
        && let Some(size) = stat.size
    {
        result.insert("size", size);
    }
}

fn of_run(output: &Output, run: &Run, outcome: &mut Outcome) {
    let text = |bytes: &[u8]| {
        let text = text_of(bytes);
        if run.strip {
            text.trim_end_matches(['\r', '\n']).to_owned()
        } else {
            text
        }
    };
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    let message = if output.code == 0 {
        ""
    } else {
        "non-zero return code"
    };
    let result = &mut outcome.result;
    if !run.is_bare || output.code != 0 {
        result.insert("msg", message);
    }
    result.insert("rc", i64::from(output.code));
    result.insert("stdout_lines", lines(&stdout));
    result.insert("stderr_lines", lines(&stderr));
    result.insert("stdout", stdout);
    result.insert("stderr", stderr);
    if !run.is_bare {
        if let Some(start) = output.started {
            result.insert("start", clock(start));
            result.insert("end", clock(start + output.took));
        }
        result.insert("delta", duration(output.took));
    }
    if output.left_out > 0 {
        outcome.warnings.push(format!(
            "the program said too much: {} bytes of its output were left out",
            output.left_out
        ));
    }
    if output.timed_out {
        outcome.failure = Some(Failure {
            param: None,
            message: TIMED_OUT.to_owned(),
        });
    } else if output.code != 0 {
        outcome.failure = Some(Failure {
            param: None,
            message: message.to_owned(),
        });
    }
}

/// A program in a rehearsal: it runs and succeeds, and what it says nobody knows.
fn foretold(run: &Run, why: &Unknown, result: &mut Map) {
    result.insert("rc", 0_i64);
    for name in ["stdout", "stdout_lines", "stderr", "stderr_lines"] {
        result.insert(name, why.clone());
    }
    if run.is_bare {
        return;
    }
    result.insert("msg", "");
    for name in ["start", "end", "delta"] {
        result.insert(name, why.clone());
    }
}

/// Adds why a change was not made to the task's return values.
pub(super) fn of_failure(change: &Change, stopped: &Stopped, outcome: &mut Outcome) {
    let mut message = stopped.to_string();
    // What the change would have brought did not come.
    if !matches!(change, Change::Act(Act::Run(_)) | Change::Service { .. }) {
        outcome
            .result
            .retain(|key, _| key.as_str() == Some("checksum"));
    }
    match change {
        // A wait has its own words for what it has waited for in vain.
        Change::Act(Act::Wait { .. }) => message.clone_from(&stopped.because),
        // Managers are quoted as they are.
        Change::Service { .. }
        | Change::Act(Act::Restart { .. } | Act::Reload { .. } | Act::ReloadManager { .. }) => {
            message.clone_from(&stopped.because);
        }
        Change::Act(Act::Run(run)) => {
            if let Some(number) = stopped.not_started {
                message = not_started(number, &run.argv, message, &mut outcome.result);
            }
        }
        _ => {}
    }
    if let Some(refused) = &stopped.refused {
        message = of_refusal(refused, stopped.not_started, message, &mut outcome.result);
    }
    outcome.failure = Some(Failure {
        param: None,
        message,
    });
}

/// What Ansible returns of a program that cannot be started.
fn not_started(number: i32, argv: &[String], why: String, result: &mut Map) -> String {
    result.insert("rc", i64::from(number));
    for name in ["stdout", "stderr"] {
        result.insert(name, "");
        result.insert(format!("{name}_lines"), Value::list([]));
    }
    result.insert("cmd", quoted(argv));
    result.insert("exception", why);
    "Error executing command.".to_owned()
}

/// What Ansible returns of a new file that its `validate` did not accept.
fn of_refusal(refused: &Refused, number: Option<i32>, why: String, result: &mut Map) -> String {
    let Some(output) = &refused.output else {
        return not_started(number.unwrap_or_default(), &refused.argv, why, result);
    };
    result.insert("exit_status", i64::from(output.code));
    for (name, bytes) in [("stdout", &output.stdout), ("stderr", &output.stderr)] {
        let text = text_of(bytes);
        result.insert(format!("{name}_lines"), lines(&text));
        result.insert(name, text);
    }
    format!(
        "failed to validate: rc:{} error:{}",
        output.code,
        text_of(&output.stderr)
    )
}

/// Makes the return values fit into `budget` bytes of a frame: what programs said is cut in the
/// middle, and said to be.
pub(super) fn fit(outcome: &mut Outcome, budget: usize) -> usize {
    let size = |result: &Map| crate::wire::encode(result).map_or(usize::MAX, |frame| frame.len());
    let whole = size(&outcome.result);
    if whole <= budget {
        return whole;
    }
    for name in ["stdout", "stderr"] {
        let lines_name = format!("{name}_lines");
        let Some(Value::Text(text)) = outcome.result.get(name) else {
            continue;
        };
        // Each stands there twice: as text and as lines, which cost most when they are empty.
        let kept = cut(text, budget / 16);
        if kept.len() < text.len() {
            let left_out = text.len() - kept.len();
            outcome.warnings.push(format!(
                "the program said too much: about {left_out} bytes of its {name} were left out"
            ));
        }
        let kept = text.derive(kept);
        outcome.result.insert(lines_name, lines(&kept));
        outcome.result.insert(name, kept);
    }
    let cut = size(&outcome.result);
    if cut <= budget {
        return cut;
    }
    outcome.result = Map::new();
    outcome.failure = Some(Failure {
        param: None,
        message: format!("what the task returns is too long: {whole} bytes"),
    });
    0
}

/// The start and the end of a text, together of about `most` bytes.
fn cut(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let head = text.floor_char_boundary(most / 2);
    let tail = text.ceil_char_boundary(text.len() - most / 2);
    format!(
        "{}\n[{} bytes left out]\n{}",
        &text[..head],
        tail - head,
        &text[tail..]
    )
}

/// Words as a shell would read them back, as Python's `shlex.quote` writes them.
fn quoted(words: &[String]) -> String {
    let is_plain = |word: &String| {
        !word.is_empty()
            && word
                .chars()
                .all(|letter| letter.is_ascii_alphanumeric() || "@%+=:,./-_".contains(letter))
    };
    let quoted = words.iter().map(|word| {
        if is_plain(word) {
            word.clone()
        } else {
            format!("'{}'", word.replace('\'', "'\"'\"'"))
        }
    });
    quoted.collect::<Vec<_>>().join(" ")
}

/// A single task in check mode starts no program and registers it as skipped, as in Ansible; one
/// with `creates` or `removes` counts as changed there. Returns what comes in place of what the
/// program would have said.
pub(super) fn skip_programs(plan: &mut Plan) -> Map {
    let is_run = |change: &Change| matches!(change, Change::Act(Act::Run(_)));
    let Some(Change::Act(Act::Run(run))) = plan.changes.iter().find(|change| is_run(change)) else {
        if let Some(Value::Text(text)) = plan.result.get("msg")
            && let Some(rest) = text.strip_prefix("Did not run command since")
        {
            return Map::from([("msg", format!("Would not run command since{rest}"))]);
        }
        return Map::new();
    };
    let (is_guarded, is_bare, is_script) = (run.is_guarded, run.is_bare, run.script.is_some());
    let mut told = Map::new();
    if !is_guarded {
        plan.changes.retain(|change| !is_run(change));
        told.insert("skipped", true);
    }
    if is_bare {
        if is_script {
            told.insert("msg", "Check mode is not supported for this task.");
        }
        return told;
    }
    told.insert("msg", "Command would have run if not in check mode");
    told.insert("rc", 0_i64);
    for name in ["stdout", "stderr"] {
        told.insert(name, "");
        told.insert(format!("{name}_lines"), Value::list([]));
    }
    for name in ["start", "end", "delta"] {
        told.insert(name, Value::Null);
    }
    told
}

/// Lines as Python's `splitlines` has them.
fn lines(text: &str) -> Value {
    let mut lines = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(ends_line) {
        lines.push(Value::from(&rest[..at]));
        rest = &rest[at..];
        let end = if rest.starts_with("\r\n") {
            2
        } else {
            rest.chars().next().map_or(0, char::len_utf8)
        };
        rest = &rest[end..];
    }
    if !rest.is_empty() {
        lines.push(Value::from(rest));
    }
    Value::List(std::sync::Arc::new(lines))
}

fn ends_line(letter: char) -> bool {
    matches!(
        letter,
        '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}'
    )
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

#[cfg(test)]
mod tests {
    use super::{lines, quoted};
    use crate::value::Value;

    #[test]
    fn lines_end_where_python_ends_them() {
        let told = |text: &str| match lines(text) {
            Value::List(lines) => lines
                .iter()
                .filter_map(|line| line.as_str().map(str::to_owned))
                .collect(),
            _ => Vec::new(),
        };
        assert_eq!(told("a\rb\r\nc\u{c}d\n\ne"), ["a", "b", "c", "d", "", "e"]);
        assert_eq!(told("a\n"), ["a"]);
        assert_eq!(told(""), Vec::<String>::new());
    }

    #[test]
    fn words_are_quoted_so_that_a_shell_reads_them_back() {
        let words = ["/bin/x", "a b", "", "it's"].map(str::to_owned);
        assert_eq!(quoted(&words), r#"/bin/x 'a b' '' 'it'"'"'s'"#);
    }
}
