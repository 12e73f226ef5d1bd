//! What a rehearsal makes of a plan, of a doubt, of a lost sight.

use super::perform::{Performer, foretold};
use crate::{
    change::{Act, Change, Plan},
    modules::Refusal,
    value::Unknown,
    wire::{Doubt, Laid, Outcome},
};

impl Performer {
    /// Lays a plan over the host.
    pub(super) fn rehearsed(&mut self, plan: Plan, why: &Unknown) -> Outcome {
        for change in &plan.changes {
            self.planned |= matters(change);
            self.overlay.lay(change, why);
        }
        foretold(plan, why)
    }

    /// Lays over the host what another node there has planned.
    pub(super) fn lay(&mut self, all: &[Laid]) {
        let why = Unknown::because("another login of this host does it");
        for laid in all {
            match laid {
                Laid::Change(change) => {
                    self.planned |= matters(change);
                    self.overlay.lay(change, &why);
                }
                other => self.forget(other),
            }
        }
    }

    /// Nobody knows what the task does: the paths that it names are lost sight of.
    pub(super) fn lost(&mut self, why: &Unknown, paths: &[String]) -> Outcome {
        let forgotten: Vec<Laid> = paths
            .iter()
            .map(|path| Laid::Path(path.clone(), why.clone()))
            .collect();
        self.forget_all(why, forgotten)
    }

    /// What a task that may or may not be carried out leaves: whatever it would change is unknown.
    /// `named` are the paths among its arguments.
    pub(super) fn doubted(
        &mut self,
        planned: Result<Plan, Refusal>,
        doubt: &Doubt,
        named: &[String],
    ) -> Outcome {
        let why = &doubt.why;
        let path = |path: &String| Laid::Path(path.clone(), why.clone());
        let mut forgotten: Vec<Laid> = doubt.paths.iter().map(path).collect();
        match planned {
            Ok(plan) => {
                for change in plan.changes.iter().filter(|change| matters(change)) {
                    forgotten.extend(effects(change, why));
                }
            }
            Err(Refusal::Unknown(_)) => forgotten.extend(named.iter().map(path)),
            // A run in which it is carried out ends here anyway.
            Err(Refusal::Failed { .. }) => {}
        }
        self.forget_all(why, forgotten)
    }

    fn forget_all(&mut self, why: &Unknown, forgotten: Vec<Laid>) -> Outcome {
        for laid in &forgotten {
            self.forget(laid);
        }
        Outcome {
            unknown: Some(why.clone()),
            forgotten,
            ..Outcome::default()
        }
    }

    fn forget(&mut self, laid: &Laid) {
        self.planned = true;
        match laid {
            Laid::Path(path, why) => self.overlay.forget(path, why),
            Laid::Service(name, why) => self.overlay.forget_service(name, why),
            Laid::Change(_) | Laid::Unseen => {}
        }
    }

    /// Whether a task that is to be carried out within a rehearsal does now what it will do in the
    /// run. `now` is what it would plan on the host as it is.
    ///
    /// It does when nothing is planned on the host; when it changes only files and plans the same
    /// with and without the planned changes; and when it runs a program that only looks at things
    /// which no planned change is about. What changes nothing needs no carrying out: what it sees
    /// in the rehearsal is what it will see.
    pub(super) fn is_certain(&self, plan: &Plan, now: Option<&Plan>) -> bool {
        if plan.changes.is_empty() {
            return false;
        }
        if !self.planned {
            return true;
        }
        if let [Change::Act(Act::Run(run))] = plan.changes.as_slice() {
            let reads = run.reads.as_ref().filter(|_| !self.sets_environment);
            return reads.is_some_and(|reads| self.overlay.is_untouched(reads));
        }
        plan.changes.iter().all(is_of_files) && now == Some(plan)
    }
}

/// Whether it may make a difference to what comes later.
fn matters(change: &Change) -> bool {
    match change {
        Change::Act(Act::Run(run)) => !run.only_looks,
        Change::Act(Act::Wait { .. }) => false,
        _ => true,
    }
}

/// Whether only files take part in it, and no program.
fn is_of_files(change: &Change) -> bool {
    match change {
        Change::Entry { how, .. } => how.validate.is_none(),
        Change::Meta { .. } | Change::Backup { .. } | Change::Fresh { .. } => true,
        Change::Service { .. } | Change::Act(_) | Change::Perhaps { .. } => false,
    }
}

/// What is unknown after a change that may or may not be made.
fn effects(change: &Change, why: &Unknown) -> Vec<Laid> {
    let path = |path: &str| Laid::Path(path.to_owned(), why.clone());
    let service = |name: &str| Laid::Service(name.to_owned(), why.clone());
    match change {
        Change::Entry { path: at, .. }
        | Change::Meta { path: at, .. }
        | Change::Perhaps { path: at, .. } => vec![path(at)],
        Change::Service { name, .. } | Change::Act(Act::Restart { name, .. }) => {
            vec![service(name)]
        }
        Change::Act(Act::Run(run)) => {
            let paths = run.touches.iter().map(|at| path(at));
            let services = run.services.iter().map(|name| service(name));
            let all = [Laid::Unseen].into_iter();
            all.chain(paths).chain(services).collect()
        }
        // Their names are known to no task before the run.
        Change::Backup { .. }
        | Change::Fresh { .. }
        | Change::Act(Act::Reload { .. } | Act::ReloadManager { .. } | Act::Wait { .. }) => {
            vec![Laid::Unseen]
        }
    }
}
