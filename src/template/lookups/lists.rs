//! Lists made of lists.

use super::super::{
    eval::{Bound, Eval, from_key},
    failure::{Res, Stop},
    filters, methods,
    obj::{self, Obj},
};
use super::{Lookup, lookup, raw};
use crate::value::Key;

pub(super) const LOOKUPS: &[Lookup] = &[
    lookup(
        "items",
        &[],
        |eval, terms, _| flat(eval, terms),
        "Gives the items of lists, one level down.",
    ),
    raw(
        "list",
        &[],
        |_, terms, _| Ok(terms.to_vec()),
        "Gives what it is given.",
    ),
    lookup(
        "flattened",
        &[],
        flattened,
        "Gives the items of lists, all levels down.",
    ),
    lookup("dict", &[], dict, "Gives the entries of dictionaries."),
    lookup(
        "indexed_items",
        &[],
        indexed,
        "Gives items with their numbers.",
    ),
    lookup(
        "nested",
        &[],
        |eval, terms, _| product(eval, terms),
        "Gives every combination of items of lists.",
    ),
    lookup(
        "cartesian",
        &[],
        |eval, terms, _| product(eval, terms),
        "Gives every combination of items of lists.",
    ),
    lookup("together", &[], together, "Pairs the items of lists."),
    lookup(
        "subelements",
        &["skip_missing?"],
        subelements,
        "Pairs every item with each item of a list in it.",
    ),
    lookup(
        "random_choice",
        &[],
        random_choice,
        "Gives one of the items.",
    ),
];

fn is_list(obj: &Obj) -> bool {
    matches!(obj, Obj::List(_) | Obj::Tuple(_) | Obj::Group(_))
}

fn flat(eval: &Eval<'_>, terms: &[Obj]) -> Res<Vec<Obj>> {
    let mut out = Vec::new();
    for term in terms {
        if is_list(term) {
            out.extend(eval.items(term)?);
        } else {
            out.push(term.clone());
        }
    }
    Ok(out)
}

fn flattened(eval: &Eval<'_>, terms: &[Obj], _: &Bound) -> Res<Vec<Obj>> {
    fn add(eval: &Eval<'_>, items: &[Obj], out: &mut Vec<Obj>) -> Res<()> {
        let _deeper = eval.deeper()?;
        for item in items {
            if is_list(item) {
                add(eval, &eval.items(item)?, out)?;
            } else {
                out.push(item.clone());
            }
        }
        Ok(())
    }
    let mut out = Vec::new();
    add(eval, terms, &mut out)?;
    Ok(out)
}

fn dict(eval: &Eval<'_>, terms: &[Obj], _: &Bound) -> Res<Vec<Obj>> {
    let mut out = Vec::new();
    for term in flat(eval, terms)? {
        if !matches!(term, Obj::Dict(_)) {
            return Err(Stop::runtime(format!(
                "the 'dict' lookup plugin expects a dictionary, got one of type `{}`",
                term.type_name()
            )));
        }
        for (key, value) in methods::entries(eval, &term)? {
            out.push(Obj::dict([
                (Key::from("key"), from_key(&key)),
                (Key::from("value"), value),
            ]));
        }
    }
    Ok(out)
}

fn indexed(eval: &Eval<'_>, terms: &[Obj], _: &Bound) -> Res<Vec<Obj>> {
    let items = flat(eval, terms)?.into_iter().enumerate();
    Ok(items
        .map(|(at, item)| Obj::tuple(vec![Obj::size(at), item]))
        .collect())
}

fn product(eval: &Eval<'_>, terms: &[Obj]) -> Res<Vec<Obj>> {
    if terms.is_empty() {
        return Err(Stop::runtime("needs at least one list"));
    }
    let mut rows: Vec<Vec<Obj>> = vec![Vec::new()];
    for term in terms {
        let items = eval.items(term)?;
        eval.check_items(rows.len().saturating_mul(items.len()))?;
        rows = rows
            .iter()
            .flat_map(|row| {
                items
                    .iter()
                    .map(move |item| [row.as_slice(), std::slice::from_ref(item)].concat())
            })
            .collect();
    }
    rows.into_iter()
        .map(|row| {
            // Lists that are items themselves are taken apart into the row.
            let mut out = Vec::new();
            for item in row {
                if is_list(&item) {
                    out.extend(eval.items(&item)?);
                } else {
                    out.push(item);
                }
            }
            Ok(Obj::list(out))
        })
        .collect()
}

fn together(eval: &Eval<'_>, terms: &[Obj], _: &Bound) -> Res<Vec<Obj>> {
    if terms.is_empty() {
        return Err(Stop::runtime("needs at least one list"));
    }
    let columns: Vec<Vec<Obj>> = terms
        .iter()
        .map(|term| eval.items(term))
        .collect::<Res<_>>()?;
    let longest = columns.iter().map(Vec::len).max().unwrap_or(0);
    Ok((0..longest)
        .map(|at| {
            Obj::list(
                columns
                    .iter()
                    .map(|column| column.get(at).cloned().unwrap_or(Obj::None))
                    .collect(),
            )
        })
        .collect())
}

/// What the lookup wants; Ansible's users look for these words.
const SUBELEMENTS: &str = "the subelements lookup expects a list of two or three items, first a dict or a list, second a string pointing to the subkey";

fn subelements(eval: &Eval<'_>, terms: &[Obj], options: &Bound) -> Res<Vec<Obj>> {
    let (Some(list), Some(path)) = (terms.first(), terms.get(1)) else {
        return Err(Stop::runtime(SUBELEMENTS));
    };
    if terms.len() > 3 || !matches!(path, Obj::Str(_)) {
        return Err(Stop::runtime(SUBELEMENTS));
    }
    if terms
        .get(2)
        .is_some_and(|flags| !matches!(flags, Obj::Dict(_)))
    {
        return Err(Stop::runtime(
            "the optional third item must be a dict with flags ('skip_missing')",
        ));
    }
    let mut skip = options.truth(eval, "skip_missing", false)?;
    if let Some(Obj::Dict(flags)) = terms.get(2)
        && let Some(wanted) = flags.get_str(eval, "skip_missing")?
    {
        skip = eval.truth(&wanted)?;
    }
    let path: Vec<String> = obj::text(eval, path)?
        .split('.')
        .map(str::to_owned)
        .collect();
    let elements = match list {
        Obj::Dict(_) if is_skipped(eval, list)? => Vec::new(),
        Obj::Dict(_) => methods::entries(eval, list)?
            .into_iter()
            .map(|(_, value)| value)
            .collect(),
        other if is_list(other) => eval.items(other)?,
        _ => {
            return Err(Stop::runtime(SUBELEMENTS));
        }
    };
    let mut out = Vec::new();
    for element in elements {
        if is_skipped(eval, &element)? {
            continue;
        }
        let (rest, values) = match without(eval, &element, &path)? {
            Part::There(rest, values) => (rest, values),
            Part::Missing(_) | Part::NoDictionary(..) if skip => continue,
            Part::Missing(name) => {
                return Err(Stop::runtime(format!(
                    "could not find '{name}' key in iterated item '{}'",
                    obj::text(eval, &element)?
                )));
            }
            Part::NoDictionary(name, found) => {
                return Err(Stop::runtime(format!(
                    "the key {name} should point to a dictionary, got '{}'",
                    obj::text(eval, &found)?
                )));
            }
        };
        if !is_list(&values) {
            return Err(Stop::runtime(format!(
                "the key {} should point to a list, got '{}'",
                path.last().map_or("", String::as_str),
                obj::text(eval, &values)?
            )));
        }
        for value in eval.items(&values)? {
            out.push(Obj::tuple(vec![rest.clone(), value]));
        }
    }
    Ok(out)
}

/// Whether this is the result of a task that was skipped: it has no parts.
fn is_skipped(eval: &Eval<'_>, element: &Obj) -> Res<bool> {
    let Obj::Dict(dict) = element else {
        return Ok(false);
    };
    let skipped = dict.get_str(eval, "skipped")?;
    Ok(skipped.is_some_and(|skipped| !matches!(skipped, Obj::Bool(false))))
}

/// What is at a path in a dictionary.
enum Part {
    /// The dictionary without it, and it.
    There(Obj, Obj),
    Missing(String),
    NoDictionary(String, Obj),
}

/// A dictionary without the part at a path, and that part.
fn without(eval: &Eval<'_>, of: &Obj, path: &[String]) -> Res<Part> {
    let Some((name, rest)) = path.split_first() else {
        return Ok(Part::Missing(String::new()));
    };
    if !matches!(of, Obj::Dict(_)) {
        return Err(Stop::runtime(format!(
            "subelements lookup expects a dictionary, got '{}'",
            obj::text(eval, of)?
        )));
    }
    let mut entries = methods::entries(eval, of)?;
    let Some(at) = entries
        .iter()
        .position(|(key, _)| key.as_str() == Some(name))
    else {
        return Ok(Part::Missing(name.clone()));
    };
    if rest.is_empty() {
        let (_, found) = entries.remove(at);
        return Ok(Part::There(Obj::dict(entries), found));
    }
    if !matches!(entries[at].1, Obj::Dict(_)) {
        return Ok(Part::NoDictionary(name.clone(), entries.swap_remove(at).1));
    }
    match without(eval, &entries[at].1, rest)? {
        Part::There(inner, found) => {
            entries[at].1 = inner;
            Ok(Part::There(Obj::dict(entries), found))
        }
        other => Ok(other),
    }
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "every line of the table has the same shape"
)]
fn random_choice(_: &Eval<'_>, terms: &[Obj], _: &Bound) -> Res<Vec<Obj>> {
    match filters::any_below(terms.len()) {
        Some(at) => Ok(vec![terms[at].clone()]),
        None => Ok(Vec::new()),
    }
}
