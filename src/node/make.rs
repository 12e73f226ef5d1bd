//! Plans come true.

use std::io;

use super::{
    apply::{self, Batch, Brought, Stopped},
    journal::Journal,
    perform::Performer,
    results,
};
use crate::{
    change::{Act, Change, Condition, Plan},
    host::Observe as _,
    value::Value,
    wire::{Hello, Outcome},
};

/// Changes on the way from planned to made, in their order.
#[derive(Default)]
struct Making {
    planned: Vec<Change>,
    /// The same ones, with the names that they get only now.
    changes: Vec<Change>,
    /// How many of them were tried.
    tried: usize,
    /// Those that were made, with what their inverses need, and their numbers.
    made: Vec<(usize, Change)>,
    /// Which one could not be made, and why.
    stopped: Option<(usize, Stopped)>,
    outcome: Outcome,
}

impl Making {
    fn of(planned: Vec<Change>) -> Self {
        Self {
            changes: planned.iter().map(apply::named).collect(),
            planned,
            ..Self::default()
        }
    }

    /// How many changes come next that can be made together.
    fn together(&self) -> usize {
        let next = self.changes.iter().skip(self.tried);
        next.take_while(|change| Batch::takes(change)).count()
    }

    fn is_at_an_end(&self) -> bool {
        self.stopped.is_some() || self.outcome.failure.is_some() || self.tried == self.changes.len()
    }
}

/// What became of a plan.
#[derive(Default)]
pub(super) struct Made {
    pub(super) outcome: Outcome,
    /// Whether it was for what is there no longer: another plan may do.
    pub(super) is_overtaken: bool,
}

/// How often all was ended when a task began; nothing for what is done in any case.
type Since = Option<u64>;

impl Performer {
    /// Makes plans come true that have nothing to do with each other; what was made of one is
    /// taken back when its rest cannot be.
    pub(super) fn make(&mut self, plans: Vec<Plan>) -> Vec<Made> {
        let since = Some(self.runs().ended());
        let mut all: Vec<Making> = plans
            .into_iter()
            .map(|plan| Making {
                outcome: Outcome {
                    result: plan.result,
                    warnings: plan.warnings,
                    made: true,
                    ..Outcome::default()
                },
                ..Making::of(plan.changes)
            })
            .collect();
        self.carry(&mut all, since);
        all.into_iter().map(|one| self.told(one)).collect()
    }

    /// Makes one plan come true.
    pub(super) fn make_one(&mut self, plan: Plan) -> Made {
        self.make(vec![plan]).pop().unwrap_or_default()
    }

    /// Makes changes that were not planned by a task, and have nothing to do with each other.
    pub(super) fn make_each(&mut self, changes: Vec<Change>) -> Vec<Result<(), Stopped>> {
        let each = |change| Making::of(vec![change]);
        let mut all: Vec<Making> = changes.into_iter().map(each).collect();
        self.carry(&mut all, None);
        all.into_iter()
            .map(|one| one.stopped.map_or(Ok(()), |(_, stopped)| Err(stopped)))
            .collect()
    }

    fn carry(&mut self, all: &mut [Making], since: Since) {
        if all.iter().all(|one| one.together() == one.changes.len()) {
            self.together(all, since);
            return;
        }
        for one in all {
            while !one.is_at_an_end() {
                if one.together() > 0 {
                    self.together(std::slice::from_mut(one), since);
                } else {
                    self.alone(one, since);
                }
            }
        }
    }

    /// The next change by itself: written down, and made.
    fn alone(&mut self, one: &mut Making, since: Since) {
        let number = one.tried;
        one.tried += 1;
        let change = one.changes[number].clone();
        match self.step(&change, since) {
            Ok((kept, brought)) => {
                results::of_act(&change, Some(&brought), None, &mut one.outcome);
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
                    let _ = crate::modules::awaited(self.live(), path, &mut one.outcome.result);
                }
                one.made.push((number, kept));
            }
            Err(stopped) => one.stopped = Some((number, stopped)),
        }
    }

    fn step(&mut self, change: &Change, since: Since) -> Result<(Change, Brought), Stopped> {
        self.check(since)?;
        let (live, runs) = (self.live().clone(), self.runs().clone());
        if let Change::Act(Act::Wait { .. }) = change {
            let brought = apply::apply(change, &live, &runs);
            return brought.map(|brought| (change.clone(), brought));
        }
        let journal = self.journal().map_err(unopened)?;
        let (at, kept) = journal.begin(change).map_err(unwritten)?;
        journal.sync().map_err(unwritten)?;
        let done = apply::apply(change, &live, &runs);
        let noted = journal.end(at, done.is_ok());
        noted.and_then(|()| journal.write()).map_err(unwritten)?;
        done.map(|brought| (kept, brought))
    }

    /// The next changes, as many as are about files alone: all are written down before the first
    /// of them is made, and their contents are synced together.
    fn together(&mut self, all: &mut [Making], since: Since) {
        let from: Vec<usize> = all.iter().map(|one| one.tried).collect();
        let begun = match self.begin(all) {
            Ok(begun) => begun,
            Err(stopped) => {
                for one in all.iter_mut().filter(|one| one.together() > 0) {
                    one.stopped = Some((one.tried, stopped.clone()));
                }
                return;
            }
        };
        let (live, runs) = (self.live().clone(), self.runs().clone());
        let mut batch = Batch::new(&live, &runs);
        let mut made: Vec<Vec<bool>> = begun.iter().map(|one| vec![false; one.len()]).collect();
        for task in 0..all.len() {
            for number in 0..begun[task].len() {
                let change = &all[task].changes[from[task] + number];
                if batch.must_settle(change) {
                    settle(&mut batch, &mut made, all, &from);
                }
                let one = &mut all[task];
                if one.stopped.is_some() {
                    break;
                }
                one.tried += 1;
                let change = &one.changes[from[task] + number];
                let added = self.check(since);
                match added.and_then(|()| batch.add((task, number), change)) {
                    Ok(is_made) => made[task][number] = is_made.is_some(),
                    Err(stopped) => {
                        batch.discard(task);
                        one.stopped = Some((from[task] + number, stopped));
                    }
                }
            }
        }
        settle(&mut batch, &mut made, all, &from);
        let ends = begun.iter().flatten().map(|(at, _)| *at);
        let noted = self.note(ends.zip(made.iter().flatten().copied()));
        for (task, begun) in begun.into_iter().enumerate() {
            let one = &mut all[task];
            let numbered = (from[task]..).zip(begun).zip(&made[task]);
            let whole = numbered.filter(|(_, is_made)| **is_made);
            one.made
                .extend(whole.map(|((number, (_, kept)), _)| (number, kept)));
            if let (Err(stopped), Some(last)) = (&noted, one.tried.checked_sub(1)) {
                one.stopped.get_or_insert((last, stopped.clone()));
            }
        }
    }

    /// Writes down what comes next of each, with what it needs to be taken back.
    fn begin(&mut self, all: &[Making]) -> Result<Vec<Vec<(u128, Change)>>, Stopped> {
        if all.iter().all(|one| one.together() == 0) {
            return Ok(all.iter().map(|_| Vec::new()).collect());
        }
        let journal = self.journal().map_err(unopened)?;
        let mut begun = Vec::new();
        for one in all {
            let next = &one.changes[one.tried..][..one.together()];
            let kept = next.iter().map(|change| journal.begin(change));
            begun.push(kept.collect::<io::Result<_>>().map_err(unwritten)?);
        }
        journal.sync().map_err(unwritten)?;
        Ok(begun)
    }

    fn note(&mut self, ends: impl Iterator<Item = (u128, bool)>) -> Result<(), Stopped> {
        let mut ends = ends.peekable();
        if ends.peek().is_none() {
            return Ok(());
        }
        let journal = self.journal().map_err(unopened)?;
        for (at, is_made) in ends {
            journal.end(at, is_made).map_err(unwritten)?;
        }
        journal.write().map_err(unwritten)
    }

    fn check(&self, since: Since) -> Result<(), Stopped> {
        let ended = |since| self.runs().is_closed() || self.runs().ended() != since;
        if since.is_some_and(ended) {
            return Err(Stopped::new("end the task", "it was cancelled"));
        }
        Ok(())
    }

    /// What became of one plan.
    fn told(&mut self, one: Making) -> Made {
        let Making {
            planned,
            changes,
            tried,
            mut made,
            stopped,
            mut outcome,
        } = one;
        for (planned, change) in planned.iter().zip(&changes).take(tried) {
            results::of_name(planned, change, &mut outcome.result);
        }
        made.sort_by_key(|(number, _)| *number);
        let is_overtaken = stopped
            .as_ref()
            .is_some_and(|(_, stopped)| stopped.is_overtaken);
        let whole = made.iter().map(|(number, _)| changes[*number].clone());
        outcome.changes = whole.collect();
        if let Some((number, stopped)) = stopped {
            self.take_back(made, &mut outcome);
            results::of_failure(&changes[number], &stopped, &mut outcome);
        }
        results::of_size(self.live(), &mut outcome.result);
        if outcome.failure.is_some() {
            // What a change would have brought is not unknown now: it never came.
            outcome
                .result
                .retain(|_, value| !matches!(value, Value::Unknown(_)));
        }
        Made {
            // What a part of it left behind nobody plans for.
            is_overtaken: is_overtaken && outcome.changes.is_empty(),
            outcome,
        }
    }

    /// Undoes what a failed task has changed already; says what it could not.
    fn take_back(&mut self, made: Vec<(usize, Change)>, outcome: &mut Outcome) {
        let mut inverses = Vec::new();
        let mut stays = None;
        for (_, change) in made.into_iter().rev() {
            match change.inverse() {
                Ok(inverse) => inverses.push(inverse),
                Err(irreversible) => {
                    stays = Some(irreversible.0);
                    break;
                }
            }
        }
        let mut back = [Making::of(inverses)];
        self.carry(&mut back, None);
        let [back] = back;
        match back
            .stopped
            .map(|(_, stopped)| stopped.to_string())
            .or(stays)
        {
            None => outcome.changes.clear(),
            Some(why) => outcome
                .warnings
                .push(format!("a part of the failed task stays: {why}")),
        }
    }

    pub(super) fn journal(&mut self) -> Result<&mut Journal, String> {
        if self.journal.is_none() {
            let login = self.live().login().map_err(|unseen| unseen.to_string())?;
            let Hello {
                run, host, owner, ..
            } = self.hello();
            let journal = Journal::open(&login, run, host, owner)
                .map_err(|error| format!("nothing is changed without a journal: {error}"))?;
            self.journal = Some(journal);
        }
        self.journal
            .as_mut()
            .ok_or_else(|| "there is no journal".to_owned())
    }

    /// What was changed for a request stays, whatever happens after its answer.
    pub(super) fn keep(&mut self) -> io::Result<()> {
        self.journal.as_mut().map_or(Ok(()), Journal::sync)
    }
}

/// Those that wait take their places; notes which did.
fn settle(batch: &mut Batch<'_>, made: &mut [Vec<bool>], all: &mut [Making], from: &[usize]) {
    for ((task, number), result) in batch.settle() {
        match result {
            Ok(()) => made[task][number] = true,
            Err(stopped) => all[task].stopped = Some((from[task] + number, stopped)),
        }
    }
}

fn unopened(why: String) -> Stopped {
    Stopped::new("open the journal of changes", why)
}

fn unwritten(error: io::Error) -> Stopped {
    Stopped::new("write the journal of changes", error)
}
