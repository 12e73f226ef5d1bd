//! The smaller kinds of objects.

use std::{
    cell::{Cell, RefCell},
    sync::Arc,
};

use indexmap::IndexMap;

use super::Obj;

/// Python's `range`: numbers that are computed when asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct Range {
    pub(in super::super) start: i64,
    pub(in super::super) stop: i64,
    /// Never zero.
    pub(in super::super) step: i64,
}

impl Range {
    pub(in super::super) fn len(self) -> usize {
        let (start, stop, step) = (
            i128::from(self.start),
            i128::from(self.stop),
            i128::from(self.step),
        );
        let span = if step > 0 { stop - start } else { start - stop };
        if span <= 0 {
            return 0;
        }
        usize::try_from((span - 1) / step.abs() + 1).unwrap_or(usize::MAX)
    }

    pub(in super::super) fn get(self, index: usize) -> Option<i64> {
        if index >= self.len() {
            return None;
        }
        let index = i64::try_from(index).ok()?;
        self.start.checked_add(self.step.checked_mul(index)?)
    }

    pub(in super::super) fn contains(self, number: i64) -> bool {
        let inside = if self.step > 0 {
            number >= self.start && number < self.stop
        } else {
            number <= self.start && number > self.stop
        };
        inside && (i128::from(number) - i128::from(self.start)) % i128::from(self.step) == 0
    }
}

/// A method that was looked up and not called yet.
pub(in super::super) struct BoundMethod {
    pub(in super::super) of: Obj,
    pub(in super::super) name: Arc<str>,
}

/// What `namespace()` makes: attributes that every scope may set.
#[derive(Default)]
pub(in super::super) struct Namespace {
    pub(in super::super) fields: RefCell<IndexMap<Arc<str>, Obj>>,
}

/// The names that an imported template offers, and what it printed.
pub(in super::super) struct Module {
    pub(in super::super) name: Arc<str>,
    pub(in super::super) exports: IndexMap<Arc<str>, Obj>,
    pub(in super::super) body: Obj,
}

/// What `cycler(…)` makes.
pub(in super::super) struct Cycler {
    pub(in super::super) items: Vec<Obj>,
    pub(in super::super) at: Cell<usize>,
}

/// What `joiner(…)` makes: nothing at the first call, the separator at every later one.
pub(in super::super) struct Joiner {
    pub(in super::super) separator: Obj,
    pub(in super::super) used: Cell<bool>,
}
