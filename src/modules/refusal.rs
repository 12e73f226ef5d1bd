//! Why a module will not plan.

use crate::{
    host::Unseen,
    value::{Map, Unknown, Value, spaced, to_json},
};

/// Why there is no plan.
#[derive(Clone, Debug, PartialEq)]
pub enum Refusal {
    /// The task fails.
    Failed {
        /// Names the parameter, so that the control side can point into the playbook.
        param: Option<String>,
        message: String,
        /// Return values besides the message.
        result: Box<Map>,
    },
    /// A rehearsal cannot tell what the run will do.
    Unknown(Unknown),
}

impl Refusal {
    /// A failure that is due to a parameter.
    pub fn of(param: &str, message: impl Into<String>) -> Self {
        Self::Failed {
            param: Some(param.to_owned()),
            message: message.into(),
            result: Box::default(),
        }
    }

    /// A failure that no parameter alone is to blame for.
    pub fn new(message: impl Into<String>) -> Self {
        Self::Failed {
            param: None,
            message: message.into(),
            result: Box::default(),
        }
    }

    /// A failure whose message somebody wrote, which may be a list of lines.
    pub fn saying(message: Value) -> Self {
        match &message {
            Value::Text(text) => Self::new(text.as_str()),
            Value::Unknown(unknown) => Self::Unknown(unknown.clone()),
            other => {
                let text = spaced(&to_json(other));
                Self::new(text).with(Map::from([("msg", message)]))
            }
        }
    }

    /// Adds return values to a failure.
    #[must_use]
    pub fn with(mut self, values: Map) -> Self {
        if let Self::Failed { result, .. } = &mut self {
            result.extend(&values);
        }
        self
    }
}

impl From<Unseen> for Refusal {
    fn from(unseen: Unseen) -> Self {
        match unseen {
            Unseen::Unknown(unknown) => Self::Unknown(unknown),
            unreadable @ Unseen::Unreadable { .. } => Self::new(unreadable.to_string()),
        }
    }
}

/// Something wrong with the arguments themselves: a person can mend it before any host is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The argument as it was written, or the parameter that is missing.
    pub param: String,
    pub message: String,
    /// What would be right.
    pub help: Option<String>,
    /// Whether the name of the argument is wrong, not its value.
    pub is_name: bool,
}
