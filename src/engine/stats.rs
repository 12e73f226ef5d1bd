//! Figures of the run: what `set_stats` keeps.

use super::{done::Done, run::Run};
use crate::{
    event::Verdict,
    inventory::{HostId, merged},
    value::{Map, Value},
};

/// Keeps the figures that a result brings, added to those of the same name where it asks so.
pub(super) fn keep(run: &Run<'_>, host: HostId, done: &Done) {
    let Some(Value::Map(stats)) = done.result.get("ansible_stats") else {
        return;
    };
    if matches!(done.verdict, Verdict::Failed { .. } | Verdict::Skipped) {
        return;
    }
    let is = |name: &str, unset: bool| match stats.get(name) {
        Some(Value::Bool(truth)) => *truth,
        _ => unset,
    };
    let of = if is("per_host", false) {
        run.host_name(host).to_string()
    } else {
        String::new()
    };
    let Some(Value::Map(data)) = stats.get("data") else {
        return;
    };
    let mut custom = run.custom.borrow_mut();
    let kept = custom.entry(of).or_insert_with(|| Map::new().into());
    let mut all = kept.as_map().cloned().unwrap_or_default();
    for (name, value) in data.texts() {
        let sum = match all.get(name) {
            Some(before) if is("aggregate", true) => added(before, value),
            _ => Some(value.clone()),
        };
        if let Some(sum) = sum {
            all.insert(name, sum);
        }
    }
    *kept = all.into();
}

/// Two figures of one name: numbers add up, texts and lists follow each other, dictionaries take
/// each other in. `None` where they are of different kinds: the first stays.
fn added(before: &Value, value: &Value) -> Option<Value> {
    Some(match (before, value) {
        (Value::Int(one), Value::Int(two)) => Value::Int(one.checked_add(*two)?),
        (Value::Float(one), Value::Float(two)) => Value::Float(one + two),
        (Value::Text(one), Value::Text(two)) => Value::Text(one.derive(format!("{one}{two}"))),
        (Value::List(one), Value::List(two)) => Value::list(one.iter().chain(two.iter()).cloned()),
        (Value::Map(_), Value::Map(_)) => merged(before, value),
        _ => return None,
    })
}
