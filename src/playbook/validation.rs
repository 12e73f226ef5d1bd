//! The check of a role's arguments against its argument spec.

use std::sync::Arc;

use super::{
    args::{Arg, Args},
    keyword::Keywords,
    loader::Here,
    model::Task,
    role::Role,
};
use crate::{
    diagnostic::Spanned,
    value::{Map, Text, Value},
};

/// The task that checks a role's arguments before its own tasks.
pub(super) fn validation(
    role: &Arc<Role>,
    spec: &Value,
    entry_point: &str,
    here: &Here<'_>,
) -> Task {
    let field = |name: &str| spec.as_map().and_then(|spec| spec.get(name)).cloned();
    let mut name = format!("Validating arguments against arg spec '{entry_point}'");
    if let Some(short) = field("short_description").as_ref().and_then(Value::as_str) {
        name = format!("{name} - {short}");
    }
    let params: Map = role
        .params
        .iter()
        .filter_map(|param| Some((param.name.as_str(), param.value.clone().ok()?)))
        .collect();
    let context: Map = [
        ("type", Value::from("role")),
        ("name", Value::from(role.name.as_str())),
        ("argument_spec_name", Value::from(entry_point)),
        (
            "path",
            Value::from(role.path.to_string_lossy().into_owned()),
        ),
    ]
    .into();
    let span = role.span.clone();
    let arg = |name: &str, value: Value| Arg {
        name: Spanned::new(name.to_owned(), span.clone()),
        value,
        span: span.clone(),
        node: None,
    };
    let text = |text: &str| Spanned::new(Text::from(text), span.clone());
    Task {
        args: Args {
            entries: vec![
                arg(
                    "argument_spec",
                    field("options").unwrap_or_else(|| Map::new().into()),
                ),
                arg("provided_arguments", params.into()),
                arg("validate_args_context", context.into()),
            ],
            ..Args::default()
        },
        keywords: Keywords {
            name: Some(text(&name)),
            tags: vec![text("always")],
            ..Keywords::default()
        },
        ..Task::made(
            "ansible.builtin.validate_argument_spec",
            &span,
            Arc::clone(&here.scope),
        )
    }
}
