//! What is not there, and what is known about it.

use super::super::{
    failure::{Failure, Kind},
    tree::Name,
};
use crate::diagnostic::{Mistake, Span};

/// An undefined value: harmless until something uses it.
pub(in super::super) struct Undef {
    message: String,
    /// The variable that there is not; `None` where a part of something is missing.
    pub(in super::super) variable: Option<Name>,
    span: Option<Span>,
}

impl Undef {
    pub(in super::super) fn variable(name: &Name, span: Option<Span>) -> Self {
        Self {
            message: format!("'{name}' is undefined"),
            variable: Some(Name::clone(name)),
            span,
        }
    }

    pub(in super::super) fn part(of: &str, name: &str, span: Option<Span>) -> Self {
        Self::hint(
            format!("object of type '{of}' has no attribute '{name}'"),
            span,
        )
    }

    pub(in super::super) fn hint(message: impl Into<String>, span: Option<Span>) -> Self {
        Self {
            message: message.into(),
            variable: None,
            span,
        }
    }

    pub(in super::super) fn message(&self) -> &str {
        &self.message
    }

    /// The failure that using it is; `near` is the name that may have been meant.
    pub(in super::super) fn failure(&self, near: Option<&str>) -> Failure {
        let mistake = match &self.span {
            Some(span) => Mistake::new(&self.message, span, "not defined"),
            None => Mistake::nowhere(&self.message),
        };
        Failure {
            kind: Kind::Undefined,
            mistake: Box::new(mistake.did_you_mean(near)),
        }
    }
}
