//! Items of lists: the first, some, all together.

use super::super::{
    eval::{Bound, Eval, from_key},
    failure::{Res, Stop},
    methods,
    obj::{self, Obj},
    tree::MathOp,
};
use super::{Filter, attribute_path, filter};
use crate::value::Text;

pub(super) const FILTERS: &[Filter] = &[
    filter(&["first"], &[], first, "Gives the first item."),
    filter(&["last"], &[], last, "Gives the last item."),
    filter(&["length", "count"], &[], length, "Counts the items."),
    filter(
        &["list"],
        &[],
        |eval, input, _| eval.items(input).map(Obj::list),
        "Makes a list.",
    ),
    filter(
        &["join"],
        &["d?", "attribute?"],
        join,
        "Joins the items to one text.",
    ),
    filter(
        &["batch"],
        &["linecount", "fill_with?"],
        batch,
        "Cuts a list into rows of this length.",
    ),
    filter(
        &["slice"],
        &["slices", "fill_with?"],
        slice,
        "Cuts a list into this many columns.",
    ),
    filter(
        &["sum"],
        &["attribute?", "start?"],
        sum,
        "Adds the items up.",
    ),
    filter(&["items"], &[], items, "Gives the pairs of a dictionary."),
];

fn first(eval: &Eval<'_>, input: &Obj, _: &Bound) -> Res<Obj> {
    if let Obj::List(list) = input {
        return Ok(list.get(eval, 0)?.unwrap_or_else(|| empty(eval)));
    }
    Ok(eval.each(input)?.get(0).unwrap_or_else(|| empty(eval)))
}

fn empty(eval: &Eval<'_>) -> Obj {
    eval.undefined("the sequence was empty")
}

fn last(eval: &Eval<'_>, input: &Obj, _: &Bound) -> Res<Obj> {
    let items = eval.each(input)?;
    Ok(items
        .len()
        .checked_sub(1)
        .and_then(|at| items.get(at))
        .unwrap_or_else(|| empty(eval)))
}

fn length(eval: &Eval<'_>, input: &Obj, _: &Bound) -> Res<Obj> {
    match eval.length(input) {
        Some(count) => Ok(Obj::size(count)),
        None => Err(eval.refuse(input, "has no length")),
    }
}

fn join(eval: &Eval<'_>, input: &Obj, args: &Bound) -> Res<Obj> {
    let between = match args.get("d") {
        Some(between) => obj::text(eval, between)?,
        None => Text::from(""),
    };
    let path = args.some("attribute");
    let mut out = String::new();
    let mut marks = between.marks();
    let items = eval.items(input)?;
    let mut unknown = None;
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.push_str(&between);
        }
        let part = match path {
            Some(path) => attribute_path(eval, item, path).and_then(|part| obj::text(eval, &part)),
            None => obj::text(eval, item),
        };
        match part {
            Ok(part) => {
                marks |= part.marks();
                out.push_str(&part);
                eval.check_size(out.len())?;
            }
            Err(Stop::Unknown(more)) => {
                unknown = Some(match unknown.take() {
                    Some(known) => crate::value::Unknown::and(known, &more),
                    None => more,
                });
            }
            Err(stop) => return Err(stop),
        }
    }
    if let Some(unknown) = unknown {
        return Err(Stop::Unknown(unknown));
    }
    Ok(Obj::Str(Text::from(out).with(marks)))
}

fn rows(args: &Bound, name: &str) -> Res<usize> {
    match usize::try_from(args.int(name, 0)?) {
        Ok(count) if count > 0 => Ok(count),
        _ => Err(Stop::runtime(format!("`{name}` must be at least 1"))),
    }
}

fn batch(eval: &Eval<'_>, input: &Obj, args: &Bound) -> Res<Obj> {
    let count = rows(args, "linecount")?;
    let mut out = Vec::new();
    for row in eval.items(input)?.chunks(count) {
        let mut row = row.to_vec();
        if let Some(fill) = args.some("fill_with") {
            eval.check_items(count)?;
            row.resize(count, fill.clone());
        }
        out.push(Obj::list(row));
    }
    Ok(Obj::list(out))
}

fn slice(eval: &Eval<'_>, input: &Obj, args: &Bound) -> Res<Obj> {
    let count = rows(args, "slices")?;
    eval.check_items(count)?;
    let items = eval.items(input)?;
    let (each, more) = (items.len() / count, items.len() % count);
    let mut out = Vec::new();
    let mut from = 0;
    for column in 0..count {
        let size = each + usize::from(column < more);
        let mut part = items[from..from + size].to_vec();
        from += size;
        if let Some(fill) = args.some("fill_with")
            && column >= more
            && more > 0
        {
            part.push(fill.clone());
        }
        out.push(Obj::list(part));
    }
    Ok(Obj::list(out))
}

fn sum(eval: &Eval<'_>, input: &Obj, args: &Bound) -> Res<Obj> {
    let path = args.some("attribute");
    let mut total = args.get("start").cloned().unwrap_or(Obj::Int(0));
    if let Obj::Str(_) = total {
        return Err(Stop::runtime("cannot sum text; use `join`"));
    }
    for item in eval.items(input)? {
        let item = match path {
            Some(path) => attribute_path(eval, &item, path)?,
            None => item,
        };
        total = eval.math(MathOp::Add, &total, &item)?;
    }
    Ok(total)
}

fn items(eval: &Eval<'_>, input: &Obj, _: &Bound) -> Res<Obj> {
    let pairs = methods::entries(eval, input)?.into_iter();
    Ok(Obj::list(
        pairs
            .map(|(key, value)| Obj::tuple(vec![from_key(&key), value]))
            .collect(),
    ))
}
