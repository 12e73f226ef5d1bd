//! Plans that wait to be made together.

use super::apply::{Batch, Paths};
use crate::{
    change::{Change, Plan},
    host::path,
    wire::Item,
};

/// So many items wait at most: what they saw of the host is not to grow old.
const MOST: usize = 256;

/// So many bytes of contents are held in memory for them.
const HEAVIEST: usize = 16 << 20;

/// Plans of items that have nothing to do with each other.
#[derive(Default)]
pub(super) struct Waiting {
    items: Vec<Item>,
    plans: Vec<Plan>,
    paths: Paths,
    weight: usize,
}

impl Waiting {
    /// What the plans are about.
    pub(super) fn paths(&self) -> &Paths {
        &self.paths
    }

    /// Whether a plan is about what one of these is about.
    pub(super) fn meets(&self, plan: &Plan) -> bool {
        // What is made in a directory changes its size, which is returned with its path.
        let returned = ["path", "dest"].iter().any(|key| {
            let path = plan.result.get(key).and_then(|value| value.as_str());
            path.is_some_and(|path| self.paths.is_below(path))
        });
        returned || plan.changes.iter().any(|change| self.paths.meet(change))
    }

    /// Whether a plan, if it meets none of these, can be made with them.
    pub(super) fn takes(&self, plan: &Plan) -> bool {
        self.plans.len() < MOST && self.weight < HEAVIEST && plan.changes.iter().all(Batch::takes)
    }

    pub(super) fn add(&mut self, item: Item, plan: Plan) {
        for change in &plan.changes {
            match change {
                Change::Fresh {
                    directory, prefix, ..
                } => self.paths.add(&path::join(directory, prefix)),
                other => self.paths.add_of(other),
            }
        }
        self.weight += plan.changes.iter().map(Change::weight).sum::<usize>();
        self.items.push(item);
        self.plans.push(plan);
    }

    /// The items, and what each of them plans; then none wait.
    pub(super) fn take(&mut self) -> (Vec<Item>, Vec<Plan>) {
        let Self { items, plans, .. } = std::mem::take(self);
        (items, plans)
    }
}
