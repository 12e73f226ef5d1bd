//! Variables by computed names, settings, hosts.

use super::super::{
    eval::{Bound, Eval, MAIN},
    failure::{Res, Stop},
    obj::{self, Obj},
};
use super::{Lookup, lookup, raw};
use crate::value::pattern::{Flags, compile};

pub(super) const LOOKUPS: &[Lookup] = &[
    raw(
        "vars",
        &["default?"],
        vars,
        "Gives variables by their names.",
    ),
    lookup(
        "varnames",
        &[],
        varnames,
        "Gives the names of variables that match patterns.",
    ),
    lookup(
        "config",
        &[
            "on_missing?",
            "plugin_name?",
            "plugin_type?",
            "show_origin?",
        ],
        config,
        "Gives settings.",
    ),
];

fn vars(eval: &Eval<'_>, terms: &[Obj], options: &Bound) -> Res<Vec<Obj>> {
    let mut out = Vec::new();
    for term in terms {
        let Some(name) = term.text() else {
            let kind = term.type_name();
            return Err(match term {
                Obj::Undefined(_) | Obj::Unknown(_) => eval.refuse(term, ""),
                _ => Stop::runtime(format!("Variable name must be 'str' not '{kind}'.")),
            });
        };
        out.push(
            match (eval.variable_of(MAIN, name)?, options.some("default")) {
                (Some(Obj::Undefined(_)) | None, Some(default)) => default.clone(),
                (Some(found), _) => found,
                (None, None) => eval.undefined(format!("No variable named '{name}' was found.")),
            },
        );
    }
    Ok(out)
}

fn varnames(eval: &Eval<'_>, terms: &[Obj], _: &Bound) -> Res<Vec<Obj>> {
    let names = eval.names_of(MAIN);
    let mut out = Vec::new();
    for term in terms {
        let Some(pattern) = term.text() else {
            return Err(eval.refuse(term, "is no pattern"));
        };
        let pattern = compile(pattern, Flags::default(), "")?;
        for name in &names {
            if pattern.search(name, 0)?.is_some() {
                out.push(Obj::from(name.as_str()));
            }
        }
    }
    Ok(out)
}

fn config(eval: &Eval<'_>, terms: &[Obj], options: &Bound) -> Res<Vec<Obj>> {
    for name in ["plugin_name", "plugin_type", "show_origin"] {
        if let Some(given) = options.some(name)
            && eval.truth(given)?
        {
            return Err(Stop::runtime(format!(
                "the option `{name}` is not supported"
            )));
        }
    }
    let missing = options.text_or("on_missing", "error")?;
    let mut out = Vec::new();
    for term in terms {
        let name = obj::text(eval, term)?;
        match eval.templar.settings().config.get(name.as_str()) {
            Some(value) => out.push(obj::from_value(value, MAIN)),
            None if missing == "error" => {
                return Err(Stop::runtime(format!(
                    "the setting `{name}` was not defined"
                )));
            }
            None => {}
        }
    }
    Ok(out)
}
