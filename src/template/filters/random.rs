//! Chance.

use super::super::{
    eval::{Bound, Eval},
    failure::{Res, Stop},
    obj::{self, Obj},
    twister::Twister,
};
use super::{Filter, filter};

pub(super) const FILTERS: &[Filter] = &[
    filter(
        &["random"],
        &["start?", "step?", "seed?"],
        random,
        "Gives one item, or a number below this one, by chance.",
    ),
    filter(
        &["shuffle"],
        &["seed?"],
        shuffle,
        "Puts a list into an order by chance.",
    ),
];

/// A generator: the one that the seed gives in Python, or an unforeseeable one.
fn generator(eval: &Eval<'_>, args: &Bound) -> Res<Twister> {
    Ok(match args.some("seed") {
        None => Twister::unseeded(),
        Some(seed) => match seed.big() {
            Some(number) => Twister::of_number(&number),
            None => Twister::of_text(&obj::text(eval, seed)?),
        },
    })
}

/// An index below this length, by chance; `None` where there is none.
pub(in super::super) fn any_below(length: usize) -> Option<usize> {
    let length = u64::try_from(length).ok().filter(|length| *length > 0)?;
    usize::try_from(Twister::unseeded().below(length)).ok()
}

fn random(eval: &Eval<'_>, input: &Obj, args: &Bound) -> Res<Obj> {
    let mut generator = generator(eval, args)?;
    let ranged = args.some("start").is_some() || args.some("step").is_some();
    if let Some(end) = input.int() {
        let (start, step) = (args.int("start", 0)?, args.int("step", 1)?);
        let range = obj::Range {
            start,
            stop: end,
            step,
        };
        let count = match step {
            0 => 0,
            _ => range.len(),
        };
        let at = match u64::try_from(count) {
            Ok(count) if count > 0 => generator.below(count),
            _ => return Err(Stop::runtime("the range is empty")),
        };
        let at = usize::try_from(at).unwrap_or(0);
        return Ok(range.get(at).map_or(Obj::None, Obj::Int));
    }
    if input.is_number() {
        return Err(Stop::runtime(
            "random can only be used on sequences and integers",
        ));
    }
    if ranged {
        return Err(Stop::runtime(
            "start and step can only be used with integer values",
        ));
    }
    let items = eval.each(input)?;
    match u64::try_from(items.len()) {
        Ok(count) if count > 0 => {
            let at = usize::try_from(generator.below(count)).unwrap_or(0);
            Ok(items.get(at).unwrap_or(Obj::None))
        }
        _ => Err(Stop::runtime("there is nothing to choose from")),
    }
}

fn shuffle(eval: &Eval<'_>, input: &Obj, args: &Bound) -> Res<Obj> {
    if input.is_number() {
        return Ok(input.clone());
    }
    let mut generator = generator(eval, args)?;
    let mut items = eval.items(input)?;
    for at in (1..items.len()).rev() {
        let other = generator.below(u64::try_from(at).unwrap_or(0) + 1);
        items.swap(at, usize::try_from(other).unwrap_or(0));
    }
    Ok(Obj::list(items))
}
