//! Every way to choose or to order.

use super::{
    super::{
        eval::{Bound, Eval},
        failure::{Res, Stop},
        obj::Obj,
    },
    Filter, filter,
};

pub(super) const FILTERS: &[Filter] = &[
    filter(
        &["product"],
        &["*", "repeat?"],
        product,
        "Gives every combination of items of lists.",
    ),
    filter(
        &["permutations"],
        &["r?"],
        permutations,
        "Gives every order of the items.",
    ),
    filter(
        &["combinations"],
        &["r"],
        combinations,
        "Gives every choice of so many items.",
    ),
];

fn product(eval: &Eval<'_>, input: &Obj, args: &Bound) -> Res<Obj> {
    let mut columns = vec![eval.items(input)?];
    for list in &args.rest {
        columns.push(eval.items(list)?);
    }
    let repeat = usize::try_from(args.int("repeat", 1)?)
        .map_err(|_| Stop::runtime("repeat argument cannot be negative"))?;
    let mut rows: Vec<Vec<Obj>> = vec![Vec::new()];
    for _ in 0..repeat {
        for column in &columns {
            eval.check_items(rows.len().saturating_mul(column.len()))?;
            rows = rows
                .iter()
                .flat_map(|row| {
                    column
                        .iter()
                        .map(move |item| [row.as_slice(), std::slice::from_ref(item)].concat())
                })
                .collect();
        }
    }
    Ok(Obj::list(rows.into_iter().map(Obj::tuple).collect()))
}

/// Extends `row` by items that are not in it yet; `from` is the first that may follow.
fn choose(
    eval: &Eval<'_>,
    items: &[Obj],
    size: usize,
    ordered: bool,
    row: &mut Vec<usize>,
    out: &mut Vec<Obj>,
) -> Res<()> {
    eval.step()?;
    if row.len() == size {
        eval.check_items(out.len() + 1)?;
        out.push(Obj::tuple(
            row.iter().map(|at| items[*at].clone()).collect(),
        ));
        return Ok(());
    }
    let _deeper = eval.deeper()?;
    let from = if ordered {
        0
    } else {
        row.last().map_or(0, |last| last + 1)
    };
    for at in from..items.len() {
        if !row.contains(&at) {
            row.push(at);
            choose(eval, items, size, ordered, row, out)?;
            row.pop();
        }
    }
    Ok(())
}

fn chosen(eval: &Eval<'_>, input: &Obj, size: Option<i64>, ordered: bool) -> Res<Obj> {
    let items = eval.items(input)?;
    let size = match size {
        None => items.len(),
        Some(size) => usize::try_from(size).map_err(|_| Stop::runtime("r must be non-negative"))?,
    };
    let mut out = Vec::new();
    if size <= items.len() {
        choose(eval, &items, size, ordered, &mut Vec::new(), &mut out)?;
    }
    Ok(Obj::list(out))
}

fn permutations(eval: &Eval<'_>, input: &Obj, args: &Bound) -> Res<Obj> {
    let size = match args.some("r") {
        None => None,
        Some(_) => Some(args.int("r", 0)?),
    };
    chosen(eval, input, size, true)
}

fn combinations(eval: &Eval<'_>, input: &Obj, args: &Bound) -> Res<Obj> {
    chosen(eval, input, Some(args.int("r", 0)?), false)
}
