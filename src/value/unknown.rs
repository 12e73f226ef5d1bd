//! What only the real run can tell.

use std::{collections::BTreeSet, fmt, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::diagnostic::Place;

/// One reason why something cannot be foretold.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Reason {
    /// What is not known and why, to follow the word "because".
    pub why: String,
    /// The name of the task it depends on.
    pub task: Option<String>,
    /// Where that task stands.
    pub place: Option<Place>,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)?;
        if let Some(task) = &self.task {
            write!(f, "; depends on `{task}`")?;
        }
        if let Some(place) = &self.place {
            write!(f, " at {}:{}", place.file, place.line)?;
        }
        Ok(())
    }
}

/// Something unknown: never empty of reasons. What is computed from several has all of theirs.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unknown(Arc<BTreeSet<Reason>>);

impl Unknown {
    /// Unknown because of this alone; the task is filled in where it is known, see [`Self::due_to`].
    pub fn because(why: impl Into<String>) -> Self {
        Self(Arc::new(BTreeSet::from([Reason {
            why: why.into(),
            task: None,
            place: None,
        }])))
    }

    /// All reasons of all of them; `None` when there are none.
    pub fn union(all: impl IntoIterator<Item = Unknown>) -> Option<Self> {
        let mut all = all.into_iter();
        let first = all.next()?;
        Some(all.fold(first, |sum, next| sum.and(&next)))
    }

    /// The reasons of both.
    #[must_use]
    pub fn and(self, other: &Self) -> Self {
        if Arc::ptr_eq(&self.0, &other.0) {
            return self;
        }
        Self(Arc::new(self.0.union(&other.0).cloned().collect()))
    }

    /// Names the task in every reason that names none yet.
    #[must_use]
    pub fn due_to(&self, task: &str, place: Option<&Place>) -> Self {
        let named = self.0.iter().cloned().map(|mut reason| {
            if reason.task.is_none() {
                reason.task = Some(task.to_owned());
                reason.place = place.cloned();
            }
            reason
        });
        Self(Arc::new(named.collect()))
    }

    pub fn reasons(&self) -> impl Iterator<Item = &Reason> {
        self.0.iter()
    }
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, reason) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str(", and ")?;
            }
            write!(f, "{reason}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Unknown({self})")
    }
}
