//! Dictionaries and lists into each other.

use super::super::{
    eval::{Bound, Eval, from_key, item},
    failure::{Res, Stop},
    methods,
    obj::{self, Obj},
};
use super::{Filter, attribute_path, filter};
use crate::value::Key;

pub(super) const FILTERS: &[Filter] = &[
    filter(
        &["combine"],
        &["*", "recursive?", "list_merge?"],
        combine,
        "Merges dictionaries; later ones win.",
    ),
    filter(
        &["dict2items"],
        &["key_name?", "value_name?"],
        dict2items,
        "Makes a list of a dictionary's entries.",
    ),
    filter(
        &["items2dict"],
        &["key_name?", "value_name?"],
        items2dict,
        "Makes a dictionary of a list of entries.",
    ),
    filter(
        &["extract"],
        &["container", "morekeys?"],
        extract,
        "Takes an item of a container by its key.",
    ),
    filter(
        &["flatten"],
        &["levels?", "skip_nulls?"],
        flatten,
        "Takes the items of inner lists out.",
    ),
    filter(
        &["subelements"],
        &["subelements", "skip_missing?"],
        subelements,
        "Pairs every item with each item of a list in it.",
    ),
    filter(
        &["rekey_on_member"],
        &["key", "duplicates?"],
        rekey,
        "Makes a dictionary of dictionaries, by a member of theirs.",
    ),
    filter(
        &["zip"],
        &["*", "strict?"],
        zip,
        "Pairs the items of lists until the shortest ends.",
    ),
    filter(
        &["zip_longest"],
        &["*", "fillvalue?"],
        zip_longest,
        "Pairs the items of lists until the longest ends.",
    ),
];

fn combine(eval: &Eval<'_>, input: &Obj, args: &Bound) -> Res<Obj> {
    let recursive = args.truth(eval, "recursive", false)?;
    let merge = args.text_or("list_merge", "replace")?;
    if !matches!(
        merge.as_str(),
        "replace" | "keep" | "append" | "prepend" | "append_rp" | "prepend_rp"
    ) {
        return Err(Stop::runtime(format!("`list_merge` cannot be `{merge}`")));
    }
    let mut all = Vec::new();
    for part in std::iter::once(input).chain(&args.rest) {
        flat(eval, part, &mut all)?;
    }
    let mut merged = match all.first() {
        Some(first) => first.clone(),
        None => return Ok(Obj::dict([])),
    };
    if all.len() == 1 {
        return methods::entries(eval, &merged).map(Obj::dict);
    }
    for more in &all[1..] {
        merged = merged_with(eval, &merged, more, recursive, &merge)?;
    }
    Ok(merged)
}

fn flat(eval: &Eval<'_>, part: &Obj, all: &mut Vec<Obj>) -> Res<()> {
    match part {
        Obj::Dict(_) | Obj::Host(_) => all.push(part.clone()),
        Obj::List(_) | Obj::Tuple(_) => {
            let _deeper = eval.deeper()?;
            for item in eval.items(part)? {
                flat(eval, &item, all)?;
            }
        }
        other => return Err(eval.refuse(other, "cannot be combined: dictionaries are expected")),
    }
    Ok(())
}

fn merged_with(eval: &Eval<'_>, left: &Obj, right: &Obj, recursive: bool, merge: &str) -> Res<Obj> {
    let _deeper = eval.deeper()?;
    let mut merged: indexmap::IndexMap<Key, Obj> =
        methods::entries(eval, left)?.into_iter().collect();
    for (key, new) in methods::entries(eval, right)? {
        let value = match (merged.get(&key), &new) {
            (Some(old @ Obj::Dict(_)), Obj::Dict(_)) if recursive => {
                merged_with(eval, old, &new, recursive, merge)?
            }
            (Some(old @ Obj::List(_)), Obj::List(_)) if merge != "replace" => {
                lists(eval, old, &new, merge)?
            }
            _ => new,
        };
        merged.insert(key, value);
    }
    Ok(Obj::dict(merged))
}

fn lists(eval: &Eval<'_>, old: &Obj, new: &Obj, merge: &str) -> Res<Obj> {
    let (old, new) = (eval.items(old)?, eval.items(new)?);
    let without = |items: Vec<Obj>, others: &[Obj]| -> Res<Vec<Obj>> {
        let others = super::collect::Seen::of(eval, others)?;
        let mut kept = Vec::new();
        for item in items {
            if !others.has(eval, &item)? {
                kept.push(item);
            }
        }
        Ok(kept)
    };
    Ok(Obj::list(match merge {
        "keep" => old,
        "append" => [old, new].concat(),
        "prepend" => [new, old].concat(),
        "append_rp" => [without(old, &new)?, new].concat(),
        _ => {
            let rest = without(old, &new)?;
            [new, rest].concat()
        }
    }))
}

fn dict2items(eval: &Eval<'_>, input: &Obj, args: &Bound) -> Res<Obj> {
    let (key_name, value_name) = (
        args.text_or("key_name", "key")?,
        args.text_or("value_name", "value")?,
    );
    let entries = methods::entries(eval, input)?.into_iter();
    Ok(Obj::list(
        entries
            .map(|(key, value)| {
                Obj::dict([
                    (Key::from(key_name.as_str()), from_key(&key)),
                    (Key::from(value_name.as_str()), value),
                ])
            })
            .collect(),
    ))
}

fn items2dict(eval: &Eval<'_>, input: &Obj, args: &Bound) -> Res<Obj> {
    let (key_name, value_name) = (
        args.text_or("key_name", "key")?,
        args.text_or("value_name", "value")?,
    );
    if !matches!(input, Obj::List(_) | Obj::Tuple(_)) {
        return Err(eval.refuse(input, "is no list of entries"));
    }
    let mut entries = Vec::new();
    for entry in eval.items(input)? {
        let Obj::Dict(dict) = &entry else {
            return Err(eval.refuse(&entry, "is no entry: a dictionary is expected"));
        };
        let part = |name: &str| {
            dict.get_str(eval, name)?.ok_or_else(|| {
                Stop::runtime(format!(
                    "an entry has no `{name}`; name its parts with key_name and value_name"
                ))
            })
        };
        entries.push((eval.key(&part(&key_name)?)?, part(&value_name)?));
    }
    Ok(Obj::dict(entries))
}

fn extract(eval: &Eval<'_>, input: &Obj, args: &Bound) -> Res<Obj> {
    let mut keys = vec![input.clone()];
    match args.some("morekeys") {
        Some(more @ (Obj::List(_) | Obj::Tuple(_))) => keys.extend(eval.items(more)?),
        Some(more) => keys.push(more.clone()),
        None => {}
    }
    let mut found = args.need("container").clone();
    for key in keys {
        found = match item(eval, &found, &key)? {
            Some(found) => found,
            None => {
                let name = obj::text(eval, &key)?;
                eval.undefined(format!(
                    "object of type '{}' has no attribute '{name}'",
                    found.type_name()
                ))
            }
        };
    }
    Ok(found)
}

fn flatten(eval: &Eval<'_>, input: &Obj, args: &Bound) -> Res<Obj> {
    let levels = match args.some("levels") {
        None => usize::MAX,
        Some(_) => usize::try_from(args.int("levels", 0)?).unwrap_or(0),
    };
    let skip = args.truth(eval, "skip_nulls", true)?;
    let mut out = Vec::new();
    taken_out(eval, input, levels, skip, &mut out)?;
    Ok(Obj::list(out))
}

fn taken_out(eval: &Eval<'_>, of: &Obj, levels: usize, skip: bool, out: &mut Vec<Obj>) -> Res<()> {
    let _deeper = eval.deeper()?;
    for item in eval.items(of)? {
        let null = matches!(&item, Obj::None)
            || item
                .text()
                .is_some_and(|text| matches!(text.as_str(), "None" | "null"));
        match &item {
            _ if skip && null => {}
            Obj::List(_) | Obj::Tuple(_) | Obj::Group(_) if levels > 0 => {
                taken_out(eval, &item, levels - 1, skip, out)?;
            }
            _ => out.push(item),
        }
        eval.check_items(out.len())?;
    }
    Ok(())
}

fn subelements(eval: &Eval<'_>, input: &Obj, args: &Bound) -> Res<Obj> {
    let elements = match input {
        Obj::Dict(_) => methods::entries(eval, input)?
            .into_iter()
            .map(|(_, value)| value)
            .collect(),
        Obj::List(_) | Obj::Tuple(_) => eval.items(input)?,
        other => return Err(eval.refuse(other, "must be a list of dictionaries or a dictionary")),
    };
    let path = match args.need("subelements") {
        path @ (Obj::List(_) | Obj::Tuple(_)) => eval.items(path)?,
        Obj::Str(text) => text.split('.').map(Obj::from).collect(),
        other => return Err(eval.refuse(other, "must be a text or a list")),
    };
    let skip = args.truth(eval, "skip_missing", false)?;
    let mut out = Vec::new();
    for element in elements {
        let mut found = Some(element.clone());
        for key in &path {
            found = match &found {
                Some(Obj::Dict(dict)) => dict.get(eval, &eval.key(key)?)?,
                Some(other) => {
                    return Err(eval.refuse(other, "is no dictionary with further parts"));
                }
                None => None,
            };
            if found.is_none() && !skip {
                return Err(Stop::runtime(format!(
                    "an element has no key `{}`",
                    obj::text(eval, key)?
                )));
            }
            if found.is_none() {
                break;
            }
        }
        match found {
            None => {}
            Some(list @ (Obj::List(_) | Obj::Tuple(_))) => {
                for value in eval.items(&list)? {
                    out.push(Obj::tuple(vec![element.clone(), value]));
                }
            }
            Some(other) => return Err(eval.refuse(&other, "is where a list is expected")),
        }
        eval.check_items(out.len())?;
    }
    Ok(Obj::list(out))
}

fn rekey(eval: &Eval<'_>, input: &Obj, args: &Bound) -> Res<Obj> {
    let wanted = args.need("key");
    let overwrite = match args.text_or("duplicates", "error")?.as_str() {
        "error" => false,
        "overwrite" => true,
        other => return Err(Stop::runtime(format!("`duplicates` cannot be `{other}`"))),
    };
    let elements = match input {
        Obj::Dict(_) => methods::entries(eval, input)?
            .into_iter()
            .map(|(_, value)| value)
            .collect(),
        Obj::List(_) | Obj::Tuple(_) => eval.items(input)?,
        other => return Err(eval.refuse(other, "is no list or dictionary of dictionaries")),
    };
    let mut out: indexmap::IndexMap<Key, Obj> = indexmap::IndexMap::new();
    for element in elements {
        if !matches!(element, Obj::Dict(_)) {
            return Err(eval.refuse(&element, "is no dictionary"));
        }
        let member = match attribute_path(eval, &element, wanted)? {
            Obj::Undefined(_) => return Err(Stop::runtime("the key was not found in an element")),
            member => eval.key(&member)?,
        };
        if out.contains_key(&member) && !overwrite {
            return Err(Stop::runtime(
                "the key is not unique, and cannot be rekeyed on",
            ));
        }
        out.insert(member, element);
    }
    Ok(Obj::dict(out))
}

fn columns(eval: &Eval<'_>, input: &Obj, args: &Bound) -> Res<Vec<Vec<Obj>>> {
    std::iter::once(input)
        .chain(&args.rest)
        .map(|list| eval.items(list))
        .collect()
}

fn row(columns: &[Vec<Obj>], at: usize, fill: &Obj) -> Obj {
    Obj::tuple(
        columns
            .iter()
            .map(|column| column.get(at).unwrap_or(fill).clone())
            .collect(),
    )
}

fn zip(eval: &Eval<'_>, input: &Obj, args: &Bound) -> Res<Obj> {
    let columns = columns(eval, input, args)?;
    let shortest = columns.iter().map(Vec::len).min().unwrap_or(0);
    if args.truth(eval, "strict", false)? && columns.iter().any(|column| column.len() != shortest) {
        return Err(Stop::runtime("the lists are not equally long"));
    }
    Ok(Obj::list(
        (0..shortest)
            .map(|at| row(&columns, at, &Obj::None))
            .collect(),
    ))
}

fn zip_longest(eval: &Eval<'_>, input: &Obj, args: &Bound) -> Res<Obj> {
    let columns = columns(eval, input, args)?;
    let longest = columns.iter().map(Vec::len).max().unwrap_or(0);
    let fill = args.need("fillvalue");
    Ok(Obj::list(
        (0..longest).map(|at| row(&columns, at, fill)).collect(),
    ))
}
