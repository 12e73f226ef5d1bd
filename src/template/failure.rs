//! Why a template gave no value.

use std::{fmt, rc::Rc};

use super::obj::Undef;
use crate::{
    diagnostic::{Mistake, Span},
    value::{Unknown, pattern::BadPattern},
};

/// What kind of failure stopped a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Something used a name or a part that is not there.
    Undefined,
    /// The template is not well formed.
    Syntax,
    /// The whole value was `omit`, where something has to be.
    Omitted,
    /// A condition that is not a condition, or gave no boolean.
    Conditional,
    /// A filter, a test or a lookup refused.
    Plugin,
    /// Anything else, such as adding a number to text.
    Runtime,
}

impl Kind {
    /// The kind in one lower case word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Undefined => "undefined",
            Self::Syntax => "syntax",
            Self::Omitted => "omitted",
            Self::Conditional => "conditional",
            Self::Plugin => "plugin",
            Self::Runtime => "runtime",
        }
    }
}

/// A template that could not be rendered. The mistake never holds a secret.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    pub kind: Kind,
    pub mistake: Box<Mistake>,
}

impl Failure {
    pub(super) fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self {
            kind,
            mistake: Box::new(Mistake::nowhere(message)),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.mistake.fmt(f)
    }
}

impl std::error::Error for Failure {}

/// Why the evaluation of an expression ends early.
pub(super) enum Stop {
    /// An undefined value was used; the template as a whole becomes undefined.
    Undefined(Rc<Undef>),
    /// An unknown value was needed; the expression as a whole becomes unknown.
    Unknown(Unknown),
    Fail(Failure),
}

pub(super) type Res<T> = Result<T, Stop>;

impl Stop {
    pub(super) fn kind(kind: Kind, message: impl Into<String>) -> Self {
        Self::Fail(Failure::new(kind, message))
    }

    pub(super) fn runtime(message: impl Into<String>) -> Self {
        Self::kind(Kind::Runtime, message)
    }

    pub(super) fn plugin(message: impl Into<String>) -> Self {
        Self::kind(Kind::Plugin, message)
    }

    /// Gives a place to a failure that has none yet.
    pub(super) fn at(self, span: impl FnOnce() -> Option<Span>) -> Self {
        match self {
            Self::Fail(mut failure) if failure.mistake.span().is_none() => {
                if let Some(span) = span() {
                    failure.mistake = Box::new(failure.mistake.at(&span, "here"));
                }
                Self::Fail(failure)
            }
            other => other,
        }
    }

    /// The same, as what a filter, test or lookup refused.
    pub(super) fn of_plugin(self, what: &str) -> Self {
        match self {
            Self::Fail(mut failure) if failure.kind == Kind::Runtime => {
                failure.kind = Kind::Plugin;
                let message = format!("{what}: {}", failure.mistake.message());
                failure.mistake = Box::new(match failure.mistake.span() {
                    Some(span) => Mistake::new(message, span, failure.mistake.label()),
                    None => Mistake::nowhere(message),
                });
                Self::Fail(failure)
            }
            other => other,
        }
    }
}

impl From<BadPattern> for Stop {
    fn from(bad: BadPattern) -> Self {
        Self::runtime(bad.to_string())
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Fail(failure)
    }
}

impl From<Mistake> for Stop {
    fn from(mistake: Mistake) -> Self {
        Self::Fail(Failure {
            kind: Kind::Runtime,
            mistake: Box::new(mistake),
        })
    }
}
