//! Limits on what a template may use: steps, depth, stack, memory.

use std::cell::Cell;

use super::{
    super::{
        failure::{Res, Stop},
        templar::Limits,
    },
    Eval,
};

pub(super) struct Limiter {
    limits: Limits,
    steps: Cell<u64>,
    depth: Cell<usize>,
    /// About where the stack stood when the evaluation began.
    base: usize,
}

/// About where the stack stands now.
fn stack_now() -> usize {
    let here = 0_u8;
    std::hint::black_box(std::ptr::from_ref(&here)).addr()
}

impl Limiter {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            limits: limits.clone(),
            steps: Cell::new(0),
            depth: Cell::new(0),
            base: stack_now(),
        }
    }
}

/// Counts one level of nesting until it is dropped.
pub(in super::super) struct Deeper<'e>(&'e Cell<usize>);

impl Drop for Deeper<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

impl Eval<'_> {
    /// Counts one step of work.
    pub(in super::super) fn step(&self) -> Res<()> {
        let steps = self.limiter.steps.get() + 1;
        self.limiter.steps.set(steps);
        if steps > self.limiter.limits.steps {
            return Err(Stop::runtime(format!(
                "the template does not end within {} steps",
                self.limiter.limits.steps
            )));
        }
        Ok(())
    }

    /// Enters one more level of nesting: of templates, macros, loops or data.
    pub(in super::super) fn deeper(&self) -> Res<Deeper<'_>> {
        let depth = self.limiter.depth.get() + 1;
        if depth > self.limiter.limits.depth {
            return Err(Stop::runtime(format!(
                "recursion in the template is more than {} levels deep",
                self.limiter.limits.depth
            )));
        }
        self.stack()?;
        self.limiter.depth.set(depth);
        Ok(Deeper(&self.limiter.depth))
    }

    /// Fails when the thread's stack would soon be used up.
    pub(super) fn stack(&self) -> Res<()> {
        if stack_now().abs_diff(self.limiter.base) > self.limiter.limits.stack {
            return Err(Stop::runtime("recursion in the template is too deep"));
        }
        Ok(())
    }

    /// Refuses a text of this many bytes when that is too large.
    pub(in super::super) fn check_size(&self, bytes: usize) -> Res<()> {
        if bytes > self.limiter.limits.bytes {
            return Err(Stop::runtime(format!(
                "the template makes a text of more than {} bytes",
                self.limiter.limits.bytes
            )));
        }
        Ok(())
    }

    /// Refuses a list of this many items when that is too long.
    pub(in super::super) fn check_items(&self, items: usize) -> Res<()> {
        if items > self.limiter.limits.items {
            return Err(Stop::runtime(format!(
                "the template makes a list of more than {} items",
                self.limiter.limits.items
            )));
        }
        Ok(())
    }
}
