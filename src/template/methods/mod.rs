//! Methods and attributes of Python's types that templates may use.
//!
//! Only those named here exist: there is no way to Python's inner attributes.

mod codecs;
mod convert;
mod dates;
mod dicts;
mod format;
mod letters;
mod lists;
mod numbers;
mod percent;
mod spec;
mod splits;
mod strings;

pub(super) use codecs::{decoded, encoded as encoded_text};
pub(super) use convert::{cut, float_of, whole_of};
pub(super) use dates::{date_minus, date_plus, parse_moment, strftime};
pub(super) use dicts::{entries, pairs};
pub(super) use percent::percent;
pub(super) use splits::lines_of;
pub(super) use strings::{capitalized, replaced, trimmed};

use super::{
    eval::{Bound, Eval, Given, Params},
    failure::{Res, Stop},
    obj::Obj,
};

/// One method: its name, its parameters, what it does.
pub(super) struct Method {
    name: &'static str,
    params: Params,
    run: fn(&Eval<'_>, &Obj, &Bound) -> Res<Obj>,
}

fn table(of: &Obj) -> &'static [Method] {
    match of {
        Obj::Str(_) | Obj::Markup(_) => strings::METHODS,
        Obj::Bytes(_) => codecs::BYTES,
        Obj::List(_) => lists::METHODS,
        Obj::Tuple(_) | Obj::Group(_) => lists::TUPLE,
        Obj::Dict(_) | Obj::Host(_) | Obj::Hosts => dicts::METHODS,
        Obj::Bool(_) | Obj::Int(_) | Obj::Big(_) => numbers::INT,
        Obj::Float(_) => numbers::FLOAT,
        Obj::Moment(_) | Obj::Date(_) => dates::METHODS,
        Obj::Delta(_) => dates::DELTA,
        Obj::Loop(_) => lists::LOOP,
        Obj::Cycler(_) => lists::CYCLER,
        _ => &[],
    }
}

fn find(of: &Obj, name: &str) -> Option<&'static Method> {
    table(of).iter().find(|method| method.name == name)
}

/// Whether the object has a method of this name.
pub(super) fn has(of: &Obj, name: &str) -> bool {
    find(of, name).is_some()
}

/// A plain attribute of the object, such as the year of a date.
pub(super) fn field(of: &Obj, name: &str) -> Option<Obj> {
    match of {
        Obj::Bool(_) | Obj::Int(_) | Obj::Big(_) | Obj::Float(_) => numbers::field(of, name),
        Obj::Moment(_) | Obj::Date(_) | Obj::Delta(_) => dates::field(of, name),
        _ => None,
    }
}

/// Methods that only store or pass on what they are given.
pub(super) fn takes_unknown(name: &str) -> bool {
    matches!(
        name,
        "append" | "insert" | "update" | "setdefault" | "extend" | "get" | "pop"
    )
}

/// Calls a method.
pub(super) fn call(eval: &Eval<'_>, of: &Obj, name: &str, given: Given) -> Res<Obj> {
    let Some(method) = find(of, name) else {
        return Err(Stop::runtime(format!(
            "`{}` has no method `{name}`",
            of.type_name()
        )));
    };
    Bound::new(method.params, given)
        .and_then(|bound| (method.run)(eval, of, &bound))
        .map_err(|stop| named(stop, of, name))
}

/// Says in a failure which method it was.
fn named(stop: Stop, of: &Obj, name: &str) -> Stop {
    match stop {
        Stop::Fail(failure) if failure.mistake.span().is_none() => Stop::kind(
            failure.kind,
            format!("`{}.{name}`: {}", of.type_name(), failure.mistake.message()),
        ),
        other => other,
    }
}
