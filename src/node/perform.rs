//! One task: planned on what is there, then applied, or laid over it.

use std::io;

use super::{
    apply::{self, Brought, Stopped},
    blobs::Blobs,
    journal::Journal,
    results,
};
use crate::{
    change::{Act, Change, Condition, Plan},
    host::{Live, Observe, Overlay, Runs},
    modules::{self, Refusal},
    value::{Unknown, Value},
    wire::{Conduct, Doubt, Failure, Hello, Item, Outcome, Task},
};

/// Contents up to this many bytes go back with a change, for the diff and for other nodes.
const SHOWN: usize = 1 << 20;

/// All contents of one answer together.
const SHOWN_TOGETHER: usize = 8 << 20;

/// All return values of one answer together, in bytes of its frame. With the contents they stay
/// below what a frame holds.
const RETURNED_TOGETHER: usize = 6 << 20;

/// How often a task is planned again because somebody else was faster: two names in the inventory
/// may be one machine.
const OVERTAKEN: usize = 9;

/// What a node keeps between tasks.
pub(super) struct Performer {
    live: Live,
    pub(super) overlay: Overlay<Live>,
    /// Whether a rehearsal has planned or lost sight of anything on this host.
    pub(super) planned: bool,
    /// Whether the task at hand sets variables for what it starts.
    pub(super) sets_environment: bool,
    runs: Runs,
    journal: Option<Journal>,
    pub(super) blobs: Blobs,
    hello: Hello,
}

impl Performer {
    pub(super) fn new(hello: Hello, runs: Runs) -> Self {
        let live = Live::new(runs.clone());
        Self {
            overlay: Overlay::new(live.clone()),
            live,
            planned: false,
            sets_environment: false,
            runs,
            journal: None,
            blobs: Blobs::default(),
            hello,
        }
    }

    pub(super) fn live(&self) -> &Live {
        &self.live
    }

    pub(super) fn runs(&self) -> &Runs {
        &self.runs
    }

    pub(super) fn hello(&self) -> &Hello {
        &self.hello
    }

    /// Carries a task out, item by item.
    pub(super) fn task(&mut self, task: Task) -> Vec<Outcome> {
        self.live.set_environment(&task.environment);
        self.overlay
            .beneath_mut()
            .set_environment(&task.environment);
        self.sets_environment = !task.environment.is_empty();
        let Task {
            conduct,
            name,
            place,
            module,
            items,
            timeout,
            ..
        } = task;
        let why = Unknown::because(format!("what `{module}` does is not foreseen"))
            .due_to(&name, place.as_ref());
        let mut shown = 0;
        let mut left = (items.len(), RETURNED_TOGETHER);
        let ended = self.runs.ended();
        let runs = self.runs.clone();
        items
            .into_iter()
            // A cancelled task starts no further item.
            .take_while(|_| runs.ended() == ended)
            .map(|item| {
                let mut outcome = self.item(conduct, &module, item, timeout, &why);
                let returned = results::fit(&mut outcome, left.1 / left.0.max(1));
                left = (left.0.saturating_sub(1), left.1.saturating_sub(returned));
                let limit = SHOWN.min(SHOWN_TOGETHER.saturating_sub(shown));
                for change in &mut outcome.changes {
                    *change = change.for_the_wire(limit);
                    shown += change.weight();
                }
                outcome
            })
            .collect()
    }

    fn item(
        &mut self,
        conduct: Conduct,
        module: &str,
        mut item: Item,
        timeout: Option<u64>,
        why: &Unknown,
    ) -> Outcome {
        for supply in item.supplies.values_mut() {
            self.blobs.fill(supply);
        }
        let Some(entry) = modules::find(module) else {
            return failed(None, format!("there is no module `{module}`"));
        };
        let plan_on = |host: &dyn Observe| {
            let mut plan = entry.plan(&item.args, &item.supplies, host)?;
            for change in &mut plan.changes {
                let Change::Act(Act::Run(run)) = change else {
                    continue;
                };
                if let Some(limit) = timeout {
                    run.timeout = Some(run.timeout.map_or(limit, |own| own.min(limit)));
                }
                if let Some(declared) = &item.touches {
                    run.touches.clone_from(declared);
                    run.services.clear();
                    run.only_looks = declared.is_empty();
                }
            }
            Ok(plan)
        };
        if let Some(doubt) = &item.doubt {
            let planned = plan_on(&self.overlay);
            return self.doubted(planned, doubt, &entry.paths(&item.args));
        }
        let planned = match conduct {
            Conduct::Run => plan_on(&self.live),
            Conduct::Rehearse | Conduct::Ahead => plan_on(&self.overlay),
            Conduct::Probe => plan_on(&Overlay::new(self.live.clone())),
        };
        let mut plan = match planned {
            Ok(plan) => plan,
            Err(Refusal::Unknown(unknown)) if conduct != Conduct::Probe => {
                return self.lost(&unknown, &entry.paths(&item.args));
            }
            Err(refusal) => return refused(refusal),
        };
        // The plan for the host as it is now: the same one where nothing planned plays a part.
        let now = match conduct {
            Conduct::Ahead => plan_on(&self.live).ok(),
            Conduct::Run | Conduct::Rehearse | Conduct::Probe => None,
        };
        match conduct {
            Conduct::Run => {
                let mut made = self.make(plan);
                for _ in 0..OVERTAKEN {
                    if let Ok(outcome) = made {
                        return outcome;
                    }
                    made = match plan_on(&self.live) {
                        Ok(plan) => self.make(plan),
                        Err(refusal) => return refused(refusal),
                    };
                }
                made.unwrap_or_else(|outcome| *outcome)
            }
            Conduct::Ahead if self.is_certain(&plan, now.as_ref()) => {
                self.make(plan).unwrap_or_else(|outcome| *outcome)
            }
            Conduct::Rehearse | Conduct::Ahead if item.is_forgiven && is_judged(&plan) => {
                let doubt = Doubt {
                    why: Unknown::because(
                        "whether `validate` accepts the new file is known only in the run",
                    ),
                    paths: Vec::new(),
                };
                self.doubted(Ok(plan), &doubt, &[])
            }
            Conduct::Rehearse | Conduct::Ahead => self.rehearsed(plan, why),
            Conduct::Probe => {
                let told = results::skip_programs(&mut plan);
                let mut outcome = foretold(plan, why);
                outcome.result.extend(&told);
                outcome
            }
        }
    }

    /// Makes a plan come true; what was made of it is taken back when the rest cannot be. An error
    /// is a plan for what is there no longer: another plan may do.
    fn make(&mut self, plan: Plan) -> Result<Outcome, Box<Outcome>> {
        let mut is_overtaken = false;
        let mut outcome = Outcome {
            result: plan.result,
            warnings: plan.warnings,
            made: true,
            ..Outcome::default()
        };
        let mut made = Vec::new();
        let ended = self.runs.ended();
        for planned in plan.changes {
            let change = apply::named(&planned);
            results::of_name(&planned, &change, &mut outcome.result);
            let step = if self.runs.is_closed() || self.runs.ended() != ended {
                Err(Stopped::new("end the task", "it was cancelled"))
            } else {
                self.step(&change)
            };
            match step {
                Ok((kept, brought)) => {
                    results::of_act(&change, Some(&brought), None, &mut outcome);
                    if let Change::Act(Act::Wait {
                        condition:
                            Condition::File {
                                path,
                                present: true,
                                ..
                            },
                        ..
                    }) = &change
                    {
                        // It may have gone again: then nothing is said of it.
                        let _ = modules::awaited(&self.live, path, &mut outcome.result);
                    }
                    made.push(kept);
                    outcome.changes.push(change);
                }
                Err(stopped) => {
                    is_overtaken = stopped.is_overtaken;
                    self.take_back(made, &mut outcome);
                    results::of_failure(&change, &stopped, &mut outcome);
                    break;
                }
            }
            if outcome.failure.is_some() {
                break;
            }
        }
        results::of_size(&self.live, &mut outcome.result);
        if outcome.failure.is_some() {
            // What a change would have brought is not unknown now: it never came.
            outcome
                .result
                .retain(|_, value| !matches!(value, Value::Unknown(_)));
        }
        // What a part of it left behind nobody plans for.
        if is_overtaken && outcome.changes.is_empty() {
            return Err(Box::new(outcome));
        }
        Ok(outcome)
    }

    /// One change: written down, made, and written down as made. Gives back the change with what
    /// its inverse needs.
    fn step(&mut self, change: &Change) -> Result<(Change, Brought), Stopped> {
        if let Change::Act(Act::Wait { .. }) = change {
            let brought = apply::apply(change, &self.live, &self.runs);
            return brought.map(|brought| (change.clone(), brought));
        }
        let unopened = |why: String| Stopped::new("open the journal of changes", why);
        let unwritten = |error: io::Error| Stopped::new("write the journal of changes", error);
        let journal = self.journal().map_err(unopened)?;
        let kept = journal.begin(change).map_err(unwritten)?;
        let done = apply::apply(change, &self.live, &self.runs);
        let journal = self.journal().map_err(unopened)?;
        journal.end(done.is_ok()).map_err(unwritten)?;
        done.map(|brought| (kept, brought))
    }

    /// Undoes what a failed task has changed already; says what it could not.
    fn take_back(&mut self, made: Vec<Change>, outcome: &mut Outcome) {
        for change in made.into_iter().rev() {
            let taken = match change.inverse() {
                Ok(inverse) => match self.step(&inverse) {
                    Ok(_) => Ok(()),
                    Err(stopped) => Err(stopped.to_string()),
                },
                Err(irreversible) => Err(irreversible.0),
            };
            if let Err(why) = taken {
                outcome
                    .warnings
                    .push(format!("a part of the failed task stays: {why}"));
                return;
            }
        }
        outcome.changes.clear();
    }

    pub(super) fn journal(&mut self) -> Result<&mut Journal, String> {
        if self.journal.is_none() {
            let login = self.live.login().map_err(|unseen| unseen.to_string())?;
            let Hello {
                run, host, owner, ..
            } = &self.hello;
            let journal = Journal::open(&login, run, host, owner)
                .map_err(|error| format!("nothing is changed without a journal: {error}"))?;
            self.journal = Some(journal);
        }
        self.journal
            .as_mut()
            .ok_or_else(|| "there is no journal".to_owned())
    }
}

/// Whether a command has a say in whether it is made.
fn is_judged(plan: &Plan) -> bool {
    let judged =
        |change: &Change| matches!(change, Change::Entry { how, .. } if how.validate.is_some());
    plan.changes.iter().any(judged)
}

/// The outcome of a plan that is not made: what acts bring is unknown.
pub(super) fn foretold(plan: Plan, why: &Unknown) -> Outcome {
    let mut outcome = Outcome {
        result: plan.result,
        warnings: plan.warnings,
        ..Outcome::default()
    };
    for change in plan.changes {
        results::of_act(&change, None, Some(why), &mut outcome);
        outcome.changes.push(change);
    }
    outcome
}

pub(super) fn refused(refusal: Refusal) -> Outcome {
    match refusal {
        Refusal::Failed {
            param,
            message,
            result,
        } => Outcome {
            result: *result,
            ..failed(param, message)
        },
        Refusal::Unknown(unknown) => Outcome {
            unknown: Some(unknown),
            ..Outcome::default()
        },
    }
}

fn failed(param: Option<String>, message: String) -> Outcome {
    Outcome {
        failure: Some(Failure { param, message }),
        ..Outcome::default()
    }
}
