//! How many hosts and groups an inventory may have.

use crate::diagnostic::{Mistake, Span};

/// A limit on what sources may name.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Limit {
    /// No limit when `None`.
    pub(super) most: Option<usize>,
    /// Whether it was told already: what comes after is in vain, and one mistake says it.
    told: bool,
}

impl Limit {
    /// Whether one more is too many, besides `there`; the first time, as a mistake.
    pub(super) fn reached(
        &mut self,
        there: usize,
        what: &str,
        place: Option<&Span>,
    ) -> Result<bool, Mistake> {
        let Some(most) = self.most.filter(|most| there >= *most) else {
            return Ok(false);
        };
        if std::mem::replace(&mut self.told, true) {
            return Ok(true);
        }
        let why = format!(
            "the inventory has more than {most} {what}; `HOSTWRIGHT_INVENTORY_LIMIT` can allow more"
        );
        Err(match place {
            Some(place) => Mistake::new(why, place, "here"),
            None => Mistake::nowhere(why),
        })
    }
}
