//! A role's variables, held against its argument spec.

use super::{
    done::Done,
    view::{Trouble, View},
};
use crate::{
    event::Verdict,
    value::{Map, Unknown, Value, to_json, truth},
};

/// Holds the variables of the view against the spec in `args`; names everything that is wrong.
pub(super) fn validate(view: &View<'_>, args: &Map) -> Result<Done, Trouble> {
    let empty = Map::new();
    let spec = args
        .get("argument_spec")
        .and_then(Value::as_map)
        .unwrap_or(&empty);
    let provided = args
        .get("provided_arguments")
        .and_then(Value::as_map)
        .unwrap_or(&empty);
    let mut missing = Vec::new();
    let mut wrong = Vec::new();
    let mut unknown: Vec<Unknown> = Vec::new();
    for (name, option) in spec.texts() {
        let option = option.as_map().unwrap_or(&empty);
        let given = match provided.get(name) {
            Some(value) => Some(value.clone()),
            None => view.variable(name)?,
        };
        match given.filter(|value| !value.is_null()) {
            None if option.get("required").and_then(truth) == Some(true) => missing.push(name),
            None => {}
            Some(value) => match value.unknown() {
                Some(why) => unknown.push(why),
                None => wrong.extend(fault(name, &value, option)),
            },
        }
    }
    missing.sort_unstable();
    if !missing.is_empty() {
        wrong.insert(
            0,
            format!("missing required arguments: {}", missing.join(", ")),
        );
    }
    let mut done = if wrong.is_empty() {
        if let Some(unknown) = Unknown::union(unknown) {
            return Err(Trouble::Unknown(unknown));
        }
        let mut done = Done::new(Verdict::Ok);
        done.result.insert("changed", false);
        done.result.insert("failed", false);
        done.result.insert("msg", "The arg spec validation passed");
        done
    } else {
        let message = format!("Validation of arguments failed:\n{}", wrong.join("\n"));
        let mut done = Done::failed(message.as_str());
        let errors = wrong.into_iter().map(Value::from);
        done.result.insert("argument_errors", Value::list(errors));
        done.result.insert("argument_spec_data", spec.clone());
        done.mistake = Some(super::task::pointed(view.task, None, &message));
        done
    };
    if let Some(context) = args.get("validate_args_context") {
        done.result.insert("validate_args_context", context.clone());
    }
    Ok(done)
}

/// What is wrong with one value.
fn fault(name: &str, value: &Value, option: &Map) -> Option<String> {
    let kind = option.get("type").and_then(Value::as_str).unwrap_or("str");
    let text = match value {
        Value::Text(text) => text.as_str().to_owned(),
        other => to_json(other).to_string(),
    };
    let fits = match kind {
        "bool" => truth(value).is_some(),
        "int" => text.trim().parse::<i64>().is_ok(),
        "float" => text.trim().parse::<f64>().is_ok(),
        "list" => !matches!(value, Value::Map(_)),
        "dict" => {
            matches!(value, Value::Map(_)) || text.trim().starts_with('{') || text.contains('=')
        }
        "str" | "path" => !matches!(value, Value::Map(_) | Value::List(_)) || kind == "str",
        // `raw` and its like take anything.
        _ => true,
    };
    // What a value looks like may be a secret: only its type is named.
    if !fits {
        return Some(format!(
            "argument '{name}' is a {} and cannot be converted to {kind}",
            value.type_name()
        ));
    }
    let choices = option.get("choices").and_then(Value::as_list)?;
    let shown = |value: &Value| match value {
        Value::Text(text) => text.as_str().to_owned(),
        other => to_json(other).to_string(),
    };
    let all: Vec<String> = choices.iter().map(shown).collect();
    let given = match value {
        Value::List(items) => items.iter().map(shown).collect(),
        _ => vec![text],
    };
    given
        .iter()
        .any(|one| !all.contains(one))
        .then(|| format!("value of {name} must be one of: {}", all.join(", ")))
}
