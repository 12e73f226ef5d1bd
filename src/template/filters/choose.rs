//! `default`, `map`, `select` and their like.

use super::super::{
    eval::{Bound, Eval, Given, attribute, item},
    failure::{Kind, Res, Stop},
    obj::{self, Obj},
    tests,
};
use super::{Filter, filter, raw};

pub(super) const FILTERS: &[Filter] = &[
    raw(
        &["default", "d"],
        &["default_value?", "boolean?"],
        default,
        "Gives another value for an undefined one.",
    ),
    raw(
        &["mandatory"],
        &["msg?"],
        mandatory,
        "Fails for an undefined value.",
    ),
    raw(
        &["ternary"],
        &["true_val", "false_val", "none_val?"],
        ternary,
        "Gives one value for true and another for false.",
    ),
    filter(
        &["map"],
        &["*", "**"],
        map,
        "Applies a filter to every item, or takes an attribute of each.",
    ),
    filter(
        &["select"],
        &["*", "**"],
        |eval, input, args| select(eval, input, args, true),
        "Keeps the items that pass a test.",
    ),
    filter(
        &["reject"],
        &["*", "**"],
        |eval, input, args| select(eval, input, args, false),
        "Drops the items that pass a test.",
    ),
    filter(
        &["selectattr"],
        &["attr", "*", "**"],
        |eval, input, args| select_by(eval, input, args, true),
        "Keeps the items whose attribute passes a test.",
    ),
    filter(
        &["rejectattr"],
        &["attr", "*", "**"],
        |eval, input, args| select_by(eval, input, args, false),
        "Drops the items whose attribute passes a test.",
    ),
    filter(
        &["attr"],
        &["name"],
        attr,
        "Takes an attribute, never an item.",
    ),
];

fn default(eval: &Eval<'_>, input: &Obj, args: &Bound) -> Res<Obj> {
    let other = || {
        args.get("default_value")
            .cloned()
            .unwrap_or_else(|| Obj::from(""))
    };
    match input {
        Obj::Undefined(_) | Obj::Nothing => Ok(other()),
        Obj::Unknown(_) => Ok(input.clone()),
        _ if args.truth(eval, "boolean", false)? && !eval.truth(input)? => Ok(other()),
        _ => Ok(input.clone()),
    }
}

fn mandatory(eval: &Eval<'_>, input: &Obj, args: &Bound) -> Res<Obj> {
    match input {
        Obj::Undefined(undefined) => Err(Stop::plugin(match args.text("msg")? {
            Some(message) => message.to_string(),
            None => format!("Mandatory variable not defined: {}", undefined.message()),
        })),
        other => {
            let _ = eval;
            Ok(other.clone())
        }
    }
}

fn ternary(eval: &Eval<'_>, input: &Obj, args: &Bound) -> Res<Obj> {
    if let Obj::Undefined(_) | Obj::Unknown(_) = input {
        return Ok(input.clone());
    }
    if matches!(input, Obj::None)
        && let Some(none) = args.some("none_val")
    {
        return Ok(none.clone());
    }
    let chosen = if eval.truth(input)? {
        "true_val"
    } else {
        "false_val"
    };
    Ok(args.need(chosen).clone())
}

/// The value at a dotted path, as Jinja's `attribute=` parameters have it.
///
/// `None` where some part is missing.
pub(in super::super) fn attribute_path(eval: &Eval<'_>, of: &Obj, path: &Obj) -> Res<Obj> {
    let mut found = of.clone();
    let parts: Vec<Obj> = match path {
        Obj::Str(text) | Obj::Markup(text) => text
            .split('.')
            .map(|part| match part.parse::<i64>() {
                Ok(number) if part.bytes().all(|byte| byte.is_ascii_digit()) => Obj::Int(number),
                _ => Obj::from(part),
            })
            .collect(),
        other => vec![other.clone()],
    };
    for part in parts {
        // Items first, so that `items` or `keys` are found in a dictionary that has them.
        found = match item(eval, &found, &part)? {
            Some(found) => found,
            None => {
                let name = obj::text(eval, &part)?;
                eval.undefined(format!(
                    "object of type '{}' has no attribute '{name}'",
                    found.type_name()
                ))
            }
        };
    }
    Ok(found)
}

/// The arguments that remain for the filter or test that an argument names.
fn inner(args: &Bound, skip: usize) -> Given {
    Given {
        pos: args.rest.iter().skip(skip).cloned().collect(),
        named: args.more.clone(),
    }
}

fn map(eval: &Eval<'_>, input: &Obj, args: &Bound) -> Res<Obj> {
    if matches!(input, Obj::None) {
        return Ok(Obj::list(Vec::new()));
    }
    let items = eval.items(input)?;
    let mut out = Vec::with_capacity(items.len());
    let by_attribute = args
        .more
        .iter()
        .find(|(name, _)| name.as_ref() == "attribute");
    if args.rest.is_empty()
        && let Some((_, path)) = by_attribute
    {
        let mut default = None;
        for (name, value) in &args.more {
            match name.as_ref() {
                "attribute" => {}
                "default" => default = Some(value),
                other => {
                    return Err(Stop::kind(
                        Kind::Plugin,
                        format!("has no parameter `{other}`"),
                    ));
                }
            }
        }
        for item in items {
            eval.step()?;
            let found = attribute_path(eval, &item, path)?;
            out.push(match (found, default) {
                (Obj::Undefined(_), Some(default)) => default.clone(),
                (found, _) => found,
            });
        }
        return Ok(Obj::list(out));
    }
    let Some(name) = args.rest.first() else {
        return Err(Stop::runtime("`map` needs the name of a filter"));
    };
    let Some(name) = name.text() else {
        return Err(eval.refuse(name, "is no name of a filter"));
    };
    let Some(found) = super::find(name) else {
        return Err(Stop::runtime(no_such("filter", name, super::names())));
    };
    let given = inner(args, 1);
    for item in items {
        let result = eval.filter(found, item, given.clone())?;
        if let Obj::Undefined(undefined) = result {
            return Err(Stop::Undefined(undefined));
        }
        out.push(result);
    }
    Ok(Obj::list(out))
}

fn no_such(what: &str, name: &str, names: impl Iterator<Item = &'static str>) -> String {
    let near = crate::diagnostic::hint(name, names);
    format!("there is no {what} `{name}`{near}")
}

/// Whether an item passes: the test that `args` name from `skip` on, or plain truth.
fn passes(eval: &Eval<'_>, item: Obj, args: &Bound) -> Res<bool> {
    let Some(name) = args.rest.first() else {
        return eval.truth(&item);
    };
    let Some(name) = name.text() else {
        return Err(eval.refuse(name, "is no name of a test"));
    };
    let Some(found) = tests::find(name) else {
        return Err(Stop::runtime(no_such("test", name, tests::names())));
    };
    let result = eval.test(found, item, inner(args, 1))?;
    eval.truth(&result)
}

fn select(eval: &Eval<'_>, input: &Obj, args: &Bound, wanted: bool) -> Res<Obj> {
    let mut out = Vec::new();
    if matches!(input, Obj::None) {
        return Ok(Obj::list(out));
    }
    for item in eval.items(input)? {
        if passes(eval, item.clone(), args)? == wanted {
            out.push(item);
        }
    }
    Ok(Obj::list(out))
}

fn select_by(eval: &Eval<'_>, input: &Obj, args: &Bound, wanted: bool) -> Res<Obj> {
    let mut out = Vec::new();
    if matches!(input, Obj::None) {
        return Ok(Obj::list(out));
    }
    let path = args.need("attr");
    for item in eval.items(input)? {
        let part = attribute_path(eval, &item, path)?;
        if passes(eval, part, args)? == wanted {
            out.push(item);
        }
    }
    Ok(Obj::list(out))
}

fn attr(eval: &Eval<'_>, input: &Obj, args: &Bound) -> Res<Obj> {
    let name = obj::text(eval, args.need("name"))?;
    let found = match input {
        Obj::Dict(_) if !super::super::methods::has(input, &name) => None,
        _ => attribute(eval, input, &name)?,
    };
    Ok(found.unwrap_or_else(|| {
        eval.undefined(format!(
            "object of type '{}' has no attribute '{name}'",
            input.type_name()
        ))
    }))
}
