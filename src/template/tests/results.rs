//! What became of a task.

use super::super::{
    eval::Eval,
    failure::{Res, Stop},
    obj::Obj,
};
use super::{Test, test};
use crate::value::truth_of;

pub(super) const TESTS: &[Test] = &[
    test(&["changed", "change"], &[], |eval, input, _| {
        changed(eval, input)
    }),
    test(&["failed", "failure"], &[], |eval, input, _| {
        failed(eval, input)
    }),
    test(
        &["success", "succeeded", "successful"],
        &[],
        |eval, input, _| Ok(!failed(eval, input)?),
    ),
    test(&["skipped", "skip"], &[], |eval, input, _| {
        flag(eval, input, "skipped")
    }),
    test(&["reachable"], &[], |eval, input, _| {
        Ok(!flag(eval, input, "unreachable")?)
    }),
    test(&["unreachable"], &[], |eval, input, _| {
        flag(eval, input, "unreachable")
    }),
    test(&["started"], &[], |eval, input, _| {
        flag_or(eval, input, "started", false)
    }),
    test(&["finished"], &[], |eval, input, _| {
        flag_or(eval, input, "finished", true)
    }),
    test(&["timedout"], &[], |eval, input, _| timedout(eval, input)),
    test(&["truthy"], &["convert_bool?"], |eval, input, args| {
        truthy(eval, input, args.truth(eval, "convert_bool", false)?)
    }),
    test(&["falsy"], &["convert_bool?"], |eval, input, args| {
        Ok(!truthy(
            eval,
            input,
            args.truth(eval, "convert_bool", false)?,
        )?)
    }),
    test(&["nan", "isnan"], &[], |eval, input, _| {
        let _ = eval;
        Ok(input.float().is_some_and(f64::is_nan))
    }),
];

fn part(eval: &Eval<'_>, input: &Obj, name: &str) -> Res<Option<Obj>> {
    match input {
        Obj::Dict(dict) => dict.get_str(eval, name),
        other => Err(Stop::runtime(format!(
            "wants the registered result of a task, a dictionary, not `{}`",
            other.type_name()
        ))),
    }
}

fn flag_or(eval: &Eval<'_>, input: &Obj, name: &str, default: bool) -> Res<bool> {
    match part(eval, input, name)? {
        Some(found) => eval.truth(&found),
        None => Ok(default),
    }
}

fn flag(eval: &Eval<'_>, input: &Obj, name: &str) -> Res<bool> {
    flag_or(eval, input, name, false)
}

fn failed(eval: &Eval<'_>, input: &Obj) -> Res<bool> {
    flag(eval, input, "failed")
}

fn changed(eval: &Eval<'_>, input: &Obj) -> Res<bool> {
    if let Some(found) = part(eval, input, "changed")? {
        return eval.truth(&found);
    }
    let Some(results) = part(eval, input, "results")? else {
        return Ok(false);
    };
    let items = eval.items(&results)?;
    let Some(first) = items.first() else {
        return Err(Stop::runtime("the list of results is empty"));
    };
    if !matches!(first, Obj::Dict(_)) {
        return Ok(false);
    }
    for item in &items {
        if flag(eval, item, "changed")? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn timedout(eval: &Eval<'_>, input: &Obj) -> Res<bool> {
    match part(eval, input, "timedout")? {
        Some(Obj::Dict(about)) => match about.get_str(eval, "period")? {
            Some(period) => eval.truth(&period),
            None => Ok(false),
        },
        _ => Ok(false),
    }
}

fn truthy(eval: &Eval<'_>, input: &Obj, convert: bool) -> Res<bool> {
    if convert
        && let Some(text) = input.text()
        && let Some(truth) = truth_of(text)
    {
        return Ok(truth);
    }
    eval.truth(input)
}
