//! Lookups: one table line each, in the file of their subject.

mod environment;
mod files;
mod lists;
mod password;
mod process;
mod sequence;
mod tables;
mod variables;

pub(super) use files::{glob, with_home};
pub use password::Keep;

use std::{collections::HashMap, sync::OnceLock};

use super::{
    eval::{Bound, Eval, Given, Params},
    failure::{Kind, Res, Stop},
    filters,
    obj::Obj,
};
use crate::diagnostic::hint;

/// One lookup.
pub(super) struct Lookup {
    pub(super) name: &'static str,
    /// The options it takes besides its terms.
    pub(super) options: Params,
    /// Whether it takes undefined terms as they are.
    pub(super) raw: bool,
    pub(super) run: Run,
    /// What it does, in one sentence.
    pub(super) doc: &'static str,
}

/// What a lookup does with its terms and options.
type Run = fn(&Eval<'_>, &[Obj], &Bound) -> Res<Vec<Obj>>;

/// A line of a table.
const fn lookup(name: &'static str, options: Params, run: Run, doc: &'static str) -> Lookup {
    Lookup {
        name,
        options,
        raw: false,
        run,
        doc,
    }
}

/// A line of a table, for a lookup that takes undefined terms as they are.
const fn raw(name: &'static str, options: Params, run: Run, doc: &'static str) -> Lookup {
    Lookup {
        name,
        options,
        raw: true,
        run,
        doc,
    }
}

static TABLES: &[&[Lookup]] = &[
    environment::LOOKUPS,
    files::LOOKUPS,
    lists::LOOKUPS,
    password::LOOKUPS,
    process::LOOKUPS,
    sequence::LOOKUPS,
    tables::LOOKUPS,
    variables::LOOKUPS,
];

fn table() -> &'static HashMap<&'static str, &'static Lookup> {
    static TABLE: OnceLock<HashMap<&'static str, &'static Lookup>> = OnceLock::new();
    TABLE.get_or_init(|| {
        TABLES
            .iter()
            .flat_map(|table| table.iter())
            .map(|lookup| (lookup.name, lookup))
            .collect()
    })
}

/// All lookups.
pub(super) fn all() -> impl Iterator<Item = &'static Lookup> {
    TABLES.iter().flat_map(|table| table.iter())
}

/// `lookup(name, terms…)`, and `query(…)` where a list is wanted.
pub(super) fn call(eval: &Eval<'_>, args: &Bound, as_list: bool) -> Res<Obj> {
    let name = match args.need("name") {
        Obj::Str(name) => name,
        other => return Err(eval.refuse(other, "is no name of a lookup")),
    };
    let mut given = Given {
        pos: Vec::new(),
        named: args.more.clone(),
    };
    let wants_list = given
        .take("wantlist")
        .map_or(Ok(as_list), |want| eval.truth(&want))?;
    let errors = given.take("errors");
    let found = find(eval, name, args.rest.clone(), given);
    let items = match found {
        Ok(items) => items,
        Err(Stop::Undefined(undefined)) => return Ok(Obj::Undefined(undefined)),
        Err(Stop::Unknown(unknown)) => return Ok(Obj::Unknown(unknown)),
        Err(Stop::Fail(failure)) => {
            let forgiven = errors
                .as_ref()
                .and_then(Obj::text)
                .is_some_and(|errors| matches!(errors.as_str(), "ignore" | "warn"));
            if forgiven && table().contains_key(filters::short(name)) {
                return Ok(if wants_list {
                    Obj::list(Vec::new())
                } else {
                    Obj::None
                });
            }
            return Err(Stop::Fail(failure));
        }
    };
    if wants_list || items.is_empty() {
        return Ok(Obj::list(items));
    }
    if let [single] = items.as_slice() {
        return Ok(single.clone());
    }
    if items.iter().all(|item| item.text().is_some()) {
        let texts: Vec<&str> = items
            .iter()
            .filter_map(|item| item.text().map(crate::value::Text::as_str))
            .collect();
        let joined = Obj::from(texts.join(","));
        return eval.marked(joined, items.iter());
    }
    Ok(Obj::list(items))
}

/// Runs a lookup, as `with_…` does too.
pub(super) fn find(eval: &Eval<'_>, name: &str, terms: Vec<Obj>, given: Given) -> Res<Vec<Obj>> {
    let Some(lookup) = table().get(filters::short(name)) else {
        let near = hint(name, table().keys().copied());
        return Err(Stop::kind(
            Kind::Plugin,
            format!("there is no lookup `{name}`{near}"),
        ));
    };
    if !lookup.raw {
        for term in terms.iter().chain(given.all()) {
            if let Obj::Undefined(_) | Obj::Unknown(_) = term {
                return Err(eval.refuse(term, ""));
            }
        }
    }
    Bound::new(lookup.options, given)
        .and_then(|options| (lookup.run)(eval, &terms, &options))
        .map_err(|stop| stop.of_plugin(&format!("lookup `{}`", lookup.name)))
}
