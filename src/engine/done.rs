//! What a task came to on a host, and on each of its items.

use std::time::Duration;

use crate::{
    change::Change,
    diagnostic::Mistake,
    event::Verdict,
    inventory::HostId,
    value::{Map, Unknown, Value},
};

use super::{session::Silence, view::Trouble};

/// What became of a task on a host, or of one item.
#[derive(Clone, Debug)]
pub(super) struct Done {
    /// All that is registered.
    pub(super) result: Map,
    pub(super) changes: Vec<Change>,
    pub(super) verdict: Verdict,
    /// The item and how it is shown.
    pub(super) item: Option<(Value, String)>,
    pub(super) delegate: Option<String>,
    /// The address of that other host, where it is not its name.
    pub(super) delegate_address: Option<String>,
    /// Whether its facts are of the host to which it is delegated.
    pub(super) delegates_facts: bool,
    pub(super) no_log: bool,
    pub(super) diff: bool,
    pub(super) always_shown: bool,
    pub(super) mistake: Option<Mistake>,
    /// Whether the task was not even begun: its arguments have no value.
    pub(super) is_untried: bool,
    pub(super) warnings: Vec<String>,
}

/// What became of a task on a host.
#[derive(Clone, Debug)]
pub(super) struct HostDone {
    pub(super) host: HostId,
    pub(super) whole: Done,
    /// Of a loop, in order.
    pub(super) items: Option<Vec<Done>>,
    /// What is included here: file or role, with the variables that it gets.
    pub(super) includes: Vec<super::include::Wanted>,
}

impl Done {
    pub(super) fn new(verdict: Verdict) -> Self {
        Self {
            result: Map::new(),
            changes: Vec::new(),
            verdict,
            item: None,
            delegate: None,
            delegate_address: None,
            delegates_facts: false,
            no_log: false,
            diff: false,
            always_shown: false,
            mistake: None,
            is_untried: false,
            warnings: Vec::new(),
        }
    }

    /// A task that a condition keeps from running.
    pub(super) fn skipped(condition: Option<&Value>) -> Self {
        let mut done = Self::new(Verdict::Skipped);
        done.result.insert("changed", false);
        done.result.insert("skipped", true);
        done.result
            .insert("skip_reason", "Conditional result was False");
        if let Some(condition) = condition {
            let shown = condition.map_text(&mut |text| text.clone().into_data());
            done.result.insert("false_condition", shown);
        }
        done
    }

    /// A task that failed with this message.
    pub(super) fn failed(message: impl Into<String>) -> Self {
        let mut done = Self::new(Verdict::Failed { ignored: false });
        done.result.insert("changed", false);
        done.result.insert("failed", true);
        done.result.insert("msg", message.into());
        done
    }

    /// A task that a rehearsal cannot foretell.
    pub(super) fn unknown(unknown: Unknown) -> Self {
        Self::new(Verdict::Unknown(unknown))
    }

    /// A task that somebody's mistake stops, or something unknown.
    pub(super) fn of_trouble(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Unknown(unknown) => Self::unknown(unknown),
            Trouble::Mistake(mistake) => Self {
                mistake: Some((*mistake).clone()),
                ..Self::failed(mistake.message())
            },
            Trouble::While(what, mistake) => Self {
                mistake: Some((*mistake).clone()),
                ..Self::failed(format!("{what}: {mistake}"))
            },
        }
    }

    /// A host that gave no answer.
    pub(super) fn of_silence(silence: &Silence) -> Self {
        match silence {
            Silence::Unreachable(unreachable) if !unreachable.cause.is_become() => {
                let mut done = Self::new(Verdict::Unreachable { ignored: false });
                done.result.insert("changed", false);
                done.result.insert("msg", unreachable.to_string());
                done.result.insert("unreachable", true);
                done
            }
            Silence::Unreachable(unreachable) => Self::failed(unreachable.to_string()),
            Silence::Fault(fault) => Self::failed(fault.clone()),
            Silence::TimedOut(limit) => {
                let mut done = Self::failed("");
                done.timed_out(*limit);
                done
            }
        }
    }

    /// Says that the time for the task was over.
    pub(super) fn timed_out(&mut self, limit: Duration) {
        let seconds = limit.as_secs();
        let said = format!("Timed out after {seconds} second(s).");
        self.result.insert("msg", said);
        let period = Map::from([("period", seconds)]);
        self.result.insert("timedout", period);
    }

    pub(super) fn is_failed(&self) -> bool {
        matches!(
            self.verdict,
            Verdict::Failed { ignored: false } | Verdict::Unreachable { ignored: false }
        )
    }

    /// What `register` keeps: the result, or that nobody knows it.
    pub(super) fn registered(&self) -> Value {
        match &self.verdict {
            Verdict::Unknown(unknown) => Value::Unknown(unknown.clone()),
            _ => self.secretly(self.result.clone().into()),
        }
    }

    /// What this task gave, as secret where it must not be shown.
    pub(super) fn secretly(&self, value: Value) -> Value {
        if self.no_log {
            value.into_secret()
        } else {
            value
        }
    }
}

/// What a loop's items come to together.
pub(super) fn together(items: &[Done]) -> Done {
    let unknown = Unknown::union(items.iter().filter_map(|item| match &item.verdict {
        Verdict::Unknown(unknown) => Some(unknown.clone()),
        _ => None,
    }));
    let any = |is: fn(&Verdict) -> bool| items.iter().any(|item| is(&item.verdict));
    let failed = any(|verdict| matches!(verdict, Verdict::Failed { .. }));
    let changed = items
        .iter()
        .any(|item| item.result.get("changed") == Some(&Value::Bool(true)));
    let all_skipped = items.iter().all(|item| item.verdict == Verdict::Skipped);
    let unreachable = items
        .iter()
        .find(|item| matches!(item.verdict, Verdict::Unreachable { .. }));
    let mut done = if let Some(item) = unreachable {
        Done {
            item: None,
            ..item.clone()
        }
    } else if failed {
        Done {
            mistake: items.iter().find_map(|item| item.mistake.clone()),
            ..Done::failed("One or more items failed")
        }
    } else if let Some(unknown) = unknown.clone() {
        Done::unknown(unknown)
    } else if all_skipped {
        let mut done = Done::skipped(None);
        done.result.remove("skip_reason");
        if items.is_empty() {
            done.result.insert("skipped_reason", "No items in the list");
        } else {
            done.result.insert("msg", "All items skipped");
        }
        done
    } else {
        let verdict = if changed {
            Verdict::Changed
        } else {
            Verdict::Ok
        };
        let mut done = Done::new(verdict);
        done.result.insert("msg", "All items completed");
        done.result.insert("failed", false);
        done.result.insert("skipped", false);
        done
    };
    let flag = match (changed, unknown) {
        (false, Some(unknown)) => Value::Unknown(unknown),
        (changed, _) => Value::Bool(changed),
    };
    done.result.insert("changed", flag);
    let results = items.iter().map(Done::registered);
    done.result.insert("results", Value::list(results));
    done.no_log = items.iter().any(|item| item.no_log);
    if let Some(first) = items.first() {
        done.delegate.clone_from(&first.delegate);
        done.delegate_address.clone_from(&first.delegate_address);
    }
    done
}
