//! What is said of text, and travels with it.

use std::ops::{BitOr, BitOrAssign};

use serde::{Deserialize, Serialize};

/// Marks of a text. What is computed from several texts has the marks of all of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "u8", into = "u8")]
pub struct Marks(u8);

impl Marks {
    pub const NONE: Self = Self(0);
    /// Nobody may see it.
    pub const SECRET: Self = Self(1);
    /// A host had a say in it: it may not lead the control side to files (S49).
    pub const TOLD: Self = Self(2);
    pub const ALL: Self = Self(3);

    /// The marks that names in a mapping take over: they are shown even where values are secret.
    const OF_NAMES: Self = Self::TOLD;

    /// All marks of all of them.
    pub fn of(all: impl IntoIterator<Item = Self>) -> Self {
        all.into_iter().fold(Self::NONE, BitOr::bitor)
    }

    pub fn is_empty(self) -> bool {
        self == Self::NONE
    }

    /// Whether all of these marks are there.
    pub fn has(self, marks: Self) -> bool {
        self.0 & marks.0 == marks.0
    }

    /// These marks as a name in a mapping has them.
    #[must_use]
    pub fn for_names(self) -> Self {
        Self(self.0 & Self::OF_NAMES.0)
    }
}

impl BitOr for Marks {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOrAssign for Marks {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

impl From<u8> for Marks {
    fn from(bits: u8) -> Self {
        Self(bits & Self::ALL.0)
    }
}

impl From<Marks> for u8 {
    fn from(marks: Marks) -> Self {
        marks.0
    }
}
