//! One task: planned on what is there, then applied, or laid over it.

use super::{apart::Apart, blobs::Blobs, journal::Journal, make::Made, results, waiting::Waiting};
use crate::{
    change::{Act, Change, Plan},
    host::{Live, Observe, Overlay, Runs},
    modules::{self, Refusal},
    value::Unknown,
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
    pub(super) journal: Option<Journal>,
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
        let how = Manner {
            conduct,
            module,
            timeout,
            why,
        };
        let mut answer = Answer::to(items.len());
        self.items(&how, items, &mut answer);
        if let Err(error) = self.keep() {
            let why = format!("a loss of power may take back what was changed: {error}");
            let all = answer.outcomes.iter_mut();
            all.for_each(|outcome| outcome.warnings.push(why.clone()));
        }
        answer.outcomes
    }

    /// One item after the other; what they plan is made together where it does not touch.
    fn items(&mut self, how: &Manner, items: Vec<Item>, answer: &mut Answer) {
        let ended = self.runs.ended();
        let mut waiting = Waiting::default();
        for mut item in items {
            // A cancelled task starts no further item.
            if self.runs.ended() != ended {
                break;
            }
            for supply in item.supplies.values_mut() {
                self.blobs.fill(supply);
            }
            if how.conduct != Conduct::Run || item.doubt.is_some() {
                let outcome = self.item(how, &item);
                answer.add([outcome]);
                continue;
            }
            let apart = Apart::new(&self.live, waiting.paths());
            let mut planned = how.plan(&item, &apart);
            if apart.has_met() || planned.as_ref().is_ok_and(|plan| waiting.meets(plan)) {
                self.make_waiting(how, &mut waiting, answer);
                planned = how.plan(&item, &self.live);
            }
            match planned {
                Ok(plan) => {
                    let is_last = !waiting.takes(&plan);
                    if is_last {
                        self.make_waiting(how, &mut waiting, answer);
                    }
                    waiting.add(item, plan);
                    if is_last {
                        self.make_waiting(how, &mut waiting, answer);
                    }
                }
                Err(refusal) => {
                    self.make_waiting(how, &mut waiting, answer);
                    let outcome = self.unplanned(how, &item, refusal);
                    answer.add([outcome]);
                }
            }
        }
        self.make_waiting(how, &mut waiting, answer);
    }

    /// Makes the plans that wait. What was planned for what is there no longer is planned again.
    fn make_waiting(&mut self, how: &Manner, waiting: &mut Waiting, answer: &mut Answer) {
        let (items, plans) = waiting.take();
        for (item, mut made) in items.into_iter().zip(self.make(plans)) {
            for _ in 0..OVERTAKEN {
                if !made.is_overtaken {
                    break;
                }
                made = match how.plan(&item, &self.live) {
                    Ok(plan) => self.make_one(plan),
                    Err(refusal) => Made {
                        outcome: self.unplanned(how, &item, refusal),
                        is_overtaken: false,
                    },
                };
            }
            answer.add([made.outcome]);
        }
    }

    fn unplanned(&mut self, how: &Manner, item: &Item, refusal: Refusal) -> Outcome {
        match refusal {
            Refusal::Unknown(unknown) if how.conduct != Conduct::Probe => {
                self.lost(&unknown, &how.paths(item))
            }
            refusal => refused(refusal),
        }
    }

    fn item(&mut self, how: &Manner, item: &Item) -> Outcome {
        let (conduct, why) = (how.conduct, &how.why);
        if let Some(doubt) = &item.doubt {
            let planned = how.plan(item, &self.overlay);
            return self.doubted(planned, doubt, &how.paths(item));
        }
        let planned = match conduct {
            Conduct::Run => how.plan(item, &self.live),
            Conduct::Rehearse | Conduct::Ahead => how.plan(item, &self.overlay),
            Conduct::Probe => how.plan(item, &Overlay::new(self.live.clone())),
        };
        let mut plan = match planned {
            Ok(plan) => plan,
            Err(refusal) => return self.unplanned(how, item, refusal),
        };
        // The plan for the host as it is now: the same one where nothing planned plays a part.
        let now = match conduct {
            Conduct::Ahead => how.plan(item, &self.live).ok(),
            Conduct::Run | Conduct::Rehearse | Conduct::Probe => None,
        };
        match conduct {
            Conduct::Run => self.make_one(plan).outcome,
            Conduct::Ahead if self.is_certain(&plan, now.as_ref()) => self.make_one(plan).outcome,
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
}

/// How the items of a task are carried out.
struct Manner {
    conduct: Conduct,
    module: String,
    timeout: Option<u64>,
    /// Why what a program does is not known before.
    why: Unknown,
}

impl Manner {
    fn plan(&self, item: &Item, host: &dyn Observe) -> Result<Plan, Refusal> {
        let Some(entry) = modules::find(&self.module) else {
            let message = format!("there is no module `{}`", self.module);
            return Err(Refusal::new(message));
        };
        let mut plan = entry.plan(&item.args, &item.supplies, host)?;
        for change in &mut plan.changes {
            let Change::Act(Act::Run(run)) = change else {
                continue;
            };
            if let Some(limit) = self.timeout {
                run.timeout = Some(run.timeout.map_or(limit, |own| own.min(limit)));
            }
            if let Some(declared) = &item.touches {
                run.touches.clone_from(declared);
                run.services.clear();
                run.only_looks = declared.is_empty();
            }
        }
        Ok(plan)
    }

    /// The paths that an item names.
    fn paths(&self, item: &Item) -> Vec<String> {
        modules::find(&self.module).map_or_else(Vec::new, |entry| entry.paths(&item.args))
    }
}

/// The outcomes of a task's items, no larger than an answer may be.
struct Answer {
    outcomes: Vec<Outcome>,
    /// How many items are to come, and what their return values may weigh.
    left: (usize, usize),
    shown: usize,
}

impl Answer {
    fn to(items: usize) -> Self {
        Self {
            outcomes: Vec::with_capacity(items),
            left: (items, RETURNED_TOGETHER),
            shown: 0,
        }
    }

    fn add(&mut self, outcomes: impl IntoIterator<Item = Outcome>) {
        for mut outcome in outcomes {
            let (items, weight) = self.left;
            let returned = results::fit(&mut outcome, weight / items.max(1));
            self.left = (items.saturating_sub(1), weight.saturating_sub(returned));
            let limit = SHOWN.min(SHOWN_TOGETHER.saturating_sub(self.shown));
            for change in &mut outcome.changes {
                *change = change.for_the_wire(limit);
                self.shown += change.weight();
            }
            self.outcomes.push(outcome);
        }
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
