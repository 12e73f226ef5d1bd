//! Lists as sets: what is in both, in one, in either.

use std::collections::HashSet;

use super::super::{
    eval::{Bound, Eval},
    failure::Res,
    obj::{self, Obj},
};
use super::{Filter, filter};
use crate::value::Key;

pub(super) const FILTERS: &[Filter] = &[
    filter(
        &["union"],
        &["b"],
        union,
        "Gives the items of either list, each once.",
    ),
    filter(
        &["intersect"],
        &["b"],
        intersect,
        "Gives the items of both lists, each once.",
    ),
    filter(
        &["difference"],
        &["b"],
        difference,
        "Gives the items that the other list lacks, each once.",
    ),
    filter(
        &["symmetric_difference"],
        &["b"],
        symmetric,
        "Gives the items of one list only, each once.",
    ),
];

/// The items seen so far: hashed where they can be, compared one by one where not.
#[derive(Default)]
pub(super) struct Seen {
    keys: HashSet<Key>,
    others: Vec<Obj>,
}

impl Seen {
    pub(super) fn of(eval: &Eval<'_>, items: &[Obj]) -> Res<Self> {
        let mut seen = Self::default();
        for item in items {
            seen.add(eval, item)?;
        }
        Ok(seen)
    }

    pub(super) fn has(&self, eval: &Eval<'_>, item: &Obj) -> Res<bool> {
        if let Ok(key) = eval.key(item) {
            return Ok(self.keys.contains(&key));
        }
        for known in &self.others {
            if obj::equal(eval, known, item)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether the item is new; it is not from now on.
    pub(super) fn add(&mut self, eval: &Eval<'_>, item: &Obj) -> Res<bool> {
        if let Ok(key) = eval.key(item) {
            return Ok(self.keys.insert(key));
        }
        if self.has(eval, item)? {
            return Ok(false);
        }
        self.others.push(item.clone());
        Ok(true)
    }
}

fn once(eval: &Eval<'_>, items: Vec<Obj>) -> Res<Vec<Obj>> {
    let mut seen = Seen::default();
    let mut out = Vec::new();
    for item in items {
        if let Obj::Undefined(_) | Obj::Unknown(_) = item {
            return Err(eval.refuse(&item, ""));
        }
        if seen.add(eval, &item)? {
            out.push(item);
        }
    }
    Ok(out)
}

fn union(eval: &Eval<'_>, input: &Obj, args: &Bound) -> Res<Obj> {
    let mut items = eval.items(input)?;
    items.extend(eval.items(args.need("b"))?);
    once(eval, items).map(Obj::list)
}

fn kept(eval: &Eval<'_>, items: Vec<Obj>, other: &[Obj], wanted: bool) -> Res<Vec<Obj>> {
    let other = Seen::of(eval, other)?;
    let mut out = Vec::new();
    for item in once(eval, items)? {
        if other.has(eval, &item)? == wanted {
            out.push(item);
        }
    }
    Ok(out)
}

fn intersect(eval: &Eval<'_>, input: &Obj, args: &Bound) -> Res<Obj> {
    let other = eval.items(args.need("b"))?;
    kept(eval, eval.items(input)?, &other, true).map(Obj::list)
}

fn difference(eval: &Eval<'_>, input: &Obj, args: &Bound) -> Res<Obj> {
    let other = eval.items(args.need("b"))?;
    kept(eval, eval.items(input)?, &other, false).map(Obj::list)
}

fn symmetric(eval: &Eval<'_>, input: &Obj, args: &Bound) -> Res<Obj> {
    let (left, right) = (eval.items(input)?, eval.items(args.need("b"))?);
    let mut out = kept(eval, left.clone(), &right, false)?;
    out.extend(kept(eval, right, &left, false)?);
    Ok(Obj::list(out))
}
