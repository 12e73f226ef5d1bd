//! Sorting, grouping, least and greatest.

use std::cmp::Ordering;

use super::super::{
    eval::{Bound, Eval, from_key},
    failure::{Res, Stop},
    methods,
    obj::{self, Obj},
};
use super::{Filter, attribute_path, filter};

pub(super) const FILTERS: &[Filter] = &[
    filter(
        &["sort"],
        &["reverse?", "case_sensitive?", "attribute?"],
        sort,
        "Sorts a list.",
    ),
    filter(
        &["dictsort"],
        &["case_sensitive?", "by?", "reverse?"],
        dictsort,
        "Sorts a dictionary into pairs.",
    ),
    filter(
        &["groupby"],
        &["attribute", "default?", "case_sensitive?"],
        groupby,
        "Groups items by an attribute.",
    ),
    filter(
        &["min"],
        &["case_sensitive?", "attribute?"],
        |eval, input, args| extreme(eval, input, args, Ordering::Less),
        "Gives the least item.",
    ),
    filter(
        &["max"],
        &["case_sensitive?", "attribute?"],
        |eval, input, args| extreme(eval, input, args, Ordering::Greater),
        "Gives the greatest item.",
    ),
    filter(
        &["unique"],
        &["case_sensitive?", "attribute?"],
        unique,
        "Drops items that were there before.",
    ),
    filter(&["reverse"], &[], reverse, "Turns a list or a text around."),
];

/// Text in lower case, where case is not to count.
fn without_case(value: Obj, sensitive: bool) -> Obj {
    match value {
        Obj::Str(text) | Obj::Markup(text) if !sensitive => {
            Obj::Str(text.derive(text.to_lowercase()))
        }
        other => other,
    }
}

/// What to compare of an item: itself, or what a path leads to.
fn key_of(eval: &Eval<'_>, item: &Obj, path: Option<&Obj>, sensitive: bool) -> Res<Obj> {
    let found = match path {
        None => item.clone(),
        Some(path) => attribute_path(eval, item, path)?,
    };
    if let Obj::Undefined(undefined) = found {
        return Err(Stop::Undefined(undefined));
    }
    Ok(without_case(found, sensitive))
}

/// Sorts pairs of key and item by their keys; equal ones keep their order.
pub(in super::super) fn sorted(
    eval: &Eval<'_>,
    mut pairs: Vec<(Obj, Obj)>,
    reverse: bool,
) -> Res<Vec<Obj>> {
    let mut stop = None;
    let mut order = |a: &(Obj, Obj), b: &(Obj, Obj)| {
        if stop.is_some() {
            return Ordering::Equal;
        }
        match obj::compare(eval, &a.0, &b.0, "<") {
            Ok(order) => order.unwrap_or(Ordering::Equal),
            Err(why) => {
                stop = Some(why);
                Ordering::Equal
            }
        }
    };
    if reverse {
        pairs.reverse();
        pairs.sort_by(&mut order);
        pairs.reverse();
    } else {
        pairs.sort_by(&mut order);
    }
    match stop {
        Some(stop) => Err(stop),
        None => Ok(pairs.into_iter().map(|(_, item)| item).collect()),
    }
}

fn sort(eval: &Eval<'_>, input: &Obj, args: &Bound) -> Res<Obj> {
    let sensitive = args.truth(eval, "case_sensitive", false)?;
    let paths: Vec<Obj> = match args.some("attribute") {
        None => Vec::new(),
        Some(Obj::Str(text)) => text.split(',').map(|path| Obj::from(path.trim())).collect(),
        Some(other) => vec![other.clone()],
    };
    let mut pairs = Vec::new();
    for item in eval.items(input)? {
        let key = match paths.as_slice() {
            [] => key_of(eval, &item, None, sensitive)?,
            [path] => key_of(eval, &item, Some(path), sensitive)?,
            many => {
                let keys: Res<Vec<Obj>> = many
                    .iter()
                    .map(|path| key_of(eval, &item, Some(path), sensitive))
                    .collect();
                Obj::list(keys?)
            }
        };
        pairs.push((key, item));
    }
    sorted(eval, pairs, args.truth(eval, "reverse", false)?).map(Obj::list)
}

fn dictsort(eval: &Eval<'_>, input: &Obj, args: &Bound) -> Res<Obj> {
    let sensitive = args.truth(eval, "case_sensitive", false)?;
    let by_value = match args.text_or("by", "key")?.as_str() {
        "key" => false,
        "value" => true,
        other => {
            return Err(Stop::runtime(format!(
                "sorts by `key` or `value`, not `{other}`"
            )));
        }
    };
    let mut pairs = Vec::new();
    for (key, value) in methods::entries(eval, input)? {
        let key = from_key(&key);
        let by = if by_value { value.clone() } else { key.clone() };
        pairs.push((without_case(by, sensitive), Obj::tuple(vec![key, value])));
    }
    sorted(eval, pairs, args.truth(eval, "reverse", false)?).map(Obj::list)
}

fn groupby(eval: &Eval<'_>, input: &Obj, args: &Bound) -> Res<Obj> {
    let sensitive = args.truth(eval, "case_sensitive", false)?;
    let path = args.need("attribute");
    let mut pairs = Vec::new();
    for item in eval.items(input)? {
        let found = attribute_path(eval, &item, path)?;
        // Ansible's undefined is none for Jinja's `default`, so that has no effect.
        if let Obj::Undefined(undefined) = found {
            return Err(Stop::Undefined(undefined));
        }
        pairs.push((
            without_case(found.clone(), sensitive),
            Obj::tuple(vec![found, item]),
        ));
    }
    let mut groups: Vec<(Obj, Obj, Vec<Obj>)> = Vec::new();
    for pair in sorted(eval, pairs, false)? {
        let Obj::Tuple(parts) = &pair else { continue };
        let (found, item) = (parts[0].clone(), parts[1].clone());
        let key = without_case(found.clone(), sensitive);
        match groups.last_mut() {
            Some((last, _, items)) if obj::equal(eval, last, &key)? => items.push(item),
            _ => {
                // The group is named as its first item has it, in lower case unless it counts.
                let shown = if sensitive { found } else { key.clone() };
                groups.push((key, shown, vec![item]));
            }
        }
    }
    Ok(Obj::list(
        groups
            .into_iter()
            .map(|(_, grouper, items)| Obj::Group(vec![grouper, Obj::list(items)].into()))
            .collect(),
    ))
}

fn extreme(eval: &Eval<'_>, input: &Obj, args: &Bound, wanted: Ordering) -> Res<Obj> {
    let sensitive = args.truth(eval, "case_sensitive", false)?;
    let path = args.some("attribute");
    let sign = if wanted == Ordering::Less { "<" } else { ">" };
    let mut best: Option<(Obj, Obj)> = None;
    for item in eval.items(input)? {
        let key = key_of(eval, &item, path, sensitive)?;
        let better = match &best {
            None => true,
            Some((least, _)) => obj::compare(eval, &key, least, sign)? == Some(wanted),
        };
        if better {
            best = Some((key, item));
        }
    }
    Ok(match best {
        Some((_, item)) => item,
        None => eval.undefined("No aggregated item, sequence was empty."),
    })
}

fn unique(eval: &Eval<'_>, input: &Obj, args: &Bound) -> Res<Obj> {
    let sensitive = args.truth(eval, "case_sensitive", false)?;
    let path = args.some("attribute");
    let mut keys = super::collect::Seen::default();
    let mut out = Vec::new();
    let items = eval.items(input)?;
    // What has no hash is compared as it is, and only where nothing else is asked for.
    let plain = |item: &Obj| !matches!(item, Obj::List(_) | Obj::Dict(_));
    let as_they_are = path.is_none() && !items.iter().all(plain);
    if as_they_are && args.some("case_sensitive").is_some() && !sensitive {
        return Err(Stop::runtime(
            "lists and dictionaries have no letters to compare: `case_sensitive=false` is not possible with them",
        ));
    }
    let sensitive = sensitive || as_they_are;
    for item in items {
        let key = key_of(eval, &item, path, sensitive)?;
        if path.is_some() && !plain(&key) {
            return Err(Stop::runtime(format!(
                "unhashable type: '{}'",
                key.type_name()
            )));
        }
        if keys.add(eval, &key)? {
            out.push(item);
        }
    }
    Ok(Obj::list(out))
}

fn reverse(eval: &Eval<'_>, input: &Obj, _: &Bound) -> Res<Obj> {
    if let Obj::Str(text) | Obj::Markup(text) = input {
        return Ok(Obj::Str(
            text.derive(text.chars().rev().collect::<String>()),
        ));
    }
    let mut items = eval.items(input)?;
    items.reverse();
    Ok(Obj::list(items))
}
