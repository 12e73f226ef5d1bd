//! Arguments that the control side has evaluated before.

use super::{Args, Param, ParamKind, Wrong, param::expected};
use crate::value::{Unknown, Value};

/// A condition with what it came to; the control side has evaluated it.
#[derive(Clone, Debug)]
pub(super) struct Judged {
    /// As it was written.
    pub(super) assertion: Value,
    pub(super) truth: Result<bool, Unknown>,
}

impl Param for Judged {
    const KIND: ParamKind = ParamKind::Condition;
    const TYPE: &'static str = "list";

    fn parse(value: &Value, _args: &Args<'_>, _name: &str) -> Result<Self, Wrong> {
        let part = |name: &str| value.as_map().and_then(|map| map.get(name)).cloned();
        match (part("assertion"), part("evaluated_to")) {
            (Some(assertion), Some(Value::Bool(truth))) => Ok(Self {
                assertion,
                truth: Ok(truth),
            }),
            (Some(assertion), Some(Value::Unknown(unknown))) => Ok(Self {
                assertion,
                truth: Err(unknown),
            }),
            // As it is written, before it was evaluated.
            _ => match value {
                Value::Bool(truth) => Ok(Self {
                    assertion: value.clone(),
                    truth: Ok(*truth),
                }),
                Value::Text(_) => Ok(Self {
                    assertion: value.clone(),
                    truth: Err(Unknown::because("it was not evaluated")),
                }),
                _ => Err(expected("a condition", value)),
            },
        }
    }
}

/// An expression with its value; the control side has evaluated it.
#[derive(Clone, Debug)]
pub(super) struct Evaluated {
    /// As it was written.
    pub(super) expression: String,
    pub(super) value: Value,
    /// What is to be said about it.
    pub(super) warning: Option<String>,
}

impl Param for Evaluated {
    const KIND: ParamKind = ParamKind::Expression;
    const TYPE: &'static str = "str";

    fn parse(value: &Value, args: &Args<'_>, name: &str) -> Result<Self, Wrong> {
        let part = |name: &str| value.as_map().and_then(|map| map.get(name)).cloned();
        match (part("expression"), part("value")) {
            (Some(Value::Text(expression)), Some(value)) => Ok(Self {
                expression: expression.as_str().to_owned(),
                value,
                warning: part("warning").and_then(|said| said.as_str().map(str::to_owned)),
            }),
            _ => Ok(Self {
                expression: String::parse(value, args, name)?,
                value: Value::Unknown(Unknown::because("it was not evaluated")),
                warning: None,
            }),
        }
    }
}
