//! How a task that was carried out ended: changed, failed, ignored.

use super::{
    done::Done,
    view::{Trouble, View},
};
use crate::{
    change::{Act, Change},
    diagnostic::Mistake,
    event::Verdict,
    inventory::Vars,
    template::Truth,
    value::{Map, Unknown, Value},
    vars::Level,
    wire::Outcome,
};

/// Makes of a node's outcome what the task came to, before its own conditions are asked.
pub(super) fn of_outcome(view: &View<'_>, outcome: Outcome, rehearses: bool) -> Done {
    let place = view.task.span.place();
    let title = view.task.title();
    let due = |unknown: &Unknown| unknown.due_to(&title, Some(&place));
    let changed = outcome.changed();
    let rehearses = rehearses && !outcome.made;
    if let (Err(unknown), true) = (&changed, outcome.changes.is_empty()) {
        let mut done = Done::unknown(due(unknown));
        done.warnings = outcome.warnings;
        return done;
    }
    let mut result = Map::new();
    result.insert(
        "changed",
        match &changed {
            Ok(changed) => Value::Bool(*changed),
            Err(unknown) => Value::Unknown(due(unknown)),
        },
    );
    for (key, value) in outcome.result {
        if key.as_str().is_none_or(is_for_hosts_to_say) {
            result.insert(key, value);
        }
    }
    if !outcome.warnings.is_empty() {
        let warnings = outcome
            .warnings
            .iter()
            .map(|text| Value::from(text.as_str()));
        result.insert("warnings", Value::list(warnings));
    }
    let verdict = match (&outcome.failure, &changed) {
        (Some(failure), _) => {
            // Lines that somebody wrote for a failure stay lines.
            if !matches!(result.get("msg"), Some(Value::List(_))) {
                result.insert("msg", failure.message.as_str());
            }
            Verdict::Failed { ignored: false }
        }
        (None, Err(unknown)) => Verdict::Unknown(due(unknown)),
        (None, Ok(false)) if result.get("skipped") == Some(&Value::Bool(true)) => Verdict::Skipped,
        (None, Ok(true)) => Verdict::Changed,
        (None, Ok(false)) => Verdict::Ok,
    };
    result.insert("failed", outcome.failure.is_some());
    let mut done = Done {
        result,
        changes: outcome.changes,
        warnings: outcome.warnings,
        ..Done::new(verdict)
    };
    if let Some(failure) = outcome.failure {
        done.mistake = Some(super::task::pointed(
            view.task,
            failure.param.as_deref(),
            &failure.message,
        ));
    }
    if rehearses {
        doubt(view, &mut done);
    }
    done
}

/// Whether a host may say this of a task: what became of it, its changes and its failure tell.
fn is_for_hosts_to_say(key: &str) -> bool {
    !key.starts_with("_ansible_") && !["changed", "failed", "unreachable"].contains(&key)
}

/// A program is foretold as if it succeeds. Where its failing would not stop the play, nobody
/// knows whether it does.
fn doubt(view: &View<'_>, done: &mut Done) {
    let runs = |change: &Change| matches!(change, Change::Act(Act::Run(_)));
    if !done.changes.iter().any(runs) {
        return;
    }
    if !is_forgiven(view) && view.run.rescues.get() == 0 {
        return;
    }
    let why = Unknown::because("whether the program fails is known only when it ran")
        .due_to(&view.task.title(), Some(&view.task.span.place()));
    done.result.insert("rc", why.clone());
    done.result.insert("failed", why);
}

/// Whether the next task may follow all the same when this one fails.
pub(super) fn is_forgiven(view: &View<'_>) -> bool {
    let ignored = view
        .flag(|keywords| &keywords.ignore_errors)
        .is_ok_and(|ignored| ignored == Some(true));
    ignored || !view.task.failed_when.is_empty()
}

/// Asks `changed_when` and `failed_when` what they make of it.
pub(super) fn by_conditions(view: &View<'_>, mut done: Done) -> Done {
    let task = view.task;
    if matches!(done.verdict, Verdict::Skipped | Verdict::Unreachable { .. })
        || task.changed_when.is_empty() && task.failed_when.is_empty()
    {
        return done;
    }
    let mut vars = Vars::new();
    if let Some(name) = &task.register {
        vars.insert(name.node.as_str(), done.registered(), Some(&name.span));
    }
    let view = view.with(Level::Loop, vars);
    if !task.failed_when.is_empty() && !matches!(done.verdict, Verdict::Unknown(_)) {
        match view.all_hold(&task.failed_when).map(|(truth, _)| truth) {
            Ok(Truth::Is(failed)) => {
                done.result.insert("failed", failed);
                done.result.insert("failed_when_result", failed);
                if !failed && matches!(done.verdict, Verdict::Failed { .. }) {
                    done.result
                        .insert("failed_when_suppressed_exception", NO_TRACEBACK);
                }
                done.verdict = match (failed, done.result.get("changed")) {
                    (true, _) => Verdict::Failed { ignored: false },
                    (false, Some(Value::Bool(true))) => Verdict::Changed,
                    (false, _) => Verdict::Ok,
                };
                if !failed {
                    done.mistake = None;
                } else if done.mistake.is_none() {
                    let why = "its `failed_when` says so";
                    done.mistake = Some(super::task::pointed(task, None, why));
                }
            }
            // A prediction says what happens if the task succeeds.
            Ok(Truth::Unknown(unknown)) => {
                done.result.insert("failed", unknown.clone());
                done.result.insert("failed_when_result", unknown);
            }
            Err(mistake) => broken(&mut done, "failed_when_result", mistake),
        }
    }
    if !task.changed_when.is_empty() {
        match view.all_hold(&task.changed_when).map(|(truth, _)| truth) {
            Ok(Truth::Is(changed)) => {
                done.result.insert("changed", changed);
                if matches!(
                    done.verdict,
                    Verdict::Ok | Verdict::Changed | Verdict::Unknown(_)
                ) && !(matches!(done.verdict, Verdict::Unknown(_)) && done.result.is_empty())
                {
                    done.verdict = if changed {
                        Verdict::Changed
                    } else {
                        Verdict::Ok
                    };
                }
            }
            Ok(Truth::Unknown(unknown)) => {
                done.result.insert("changed", unknown.clone());
                if !matches!(done.verdict, Verdict::Failed { .. }) {
                    done.verdict = Verdict::Unknown(unknown);
                }
            }
            Err(mistake) => broken(&mut done, "changed_when_result", mistake),
        }
    }
    done
}

/// A task whose own condition cannot be evaluated has failed; what it came to is kept.
fn broken(done: &mut Done, key: &str, mistake: Mistake) {
    let why = format!("Error while evaluating conditional: {mistake}");
    done.result.insert(key, why);
    done.result.insert("failed", true);
    done.verdict = Verdict::Failed { ignored: false };
    done.mistake = Some(mistake);
}

/// What Ansible registers beside a failure; playbooks ask whether it is there.
const NO_TRACEBACK: &str = "(traceback unavailable)";

/// Whether a failure is to be ignored.
pub(super) fn forgive(view: &View<'_>, done: &mut Done) {
    let truth = |flag: Result<Option<bool>, Trouble>| matches!(flag, Ok(Some(true)));
    if matches!(done.verdict, Verdict::Failed { .. }) && !done.result.contains("results") {
        done.result.insert("exception", NO_TRACEBACK);
    }
    match &mut done.verdict {
        Verdict::Failed { ignored } => {
            *ignored = truth(view.flag(|keywords| &keywords.ignore_errors));
        }
        Verdict::Unreachable { ignored } => {
            *ignored = truth(view.flag(|keywords| &keywords.ignore_unreachable));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::is_for_hosts_to_say;

    #[test]
    fn a_host_does_not_say_what_became_of_a_task() {
        for forged in ["changed", "failed", "unreachable", "_ansible_no_log"] {
            assert!(!is_for_hosts_to_say(forged), "{forged}");
        }
        assert!(is_for_hosts_to_say("stdout") && is_for_hosts_to_say("msg"));
    }
}
