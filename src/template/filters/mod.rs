//! Filters: one table line each, in the file of their subject.
//!
//! To add one, write a function and its line; names with `ansible.builtin.` and `ansible.legacy.`
//! in front are found by themselves.

mod choose;
mod collect;
mod combinations;
mod data;
mod dates;
mod encode;
mod html;
mod lists;
mod numbers;
mod order;
mod passwords;
mod paths;
mod random;
mod regexes;
mod serial;
mod strings;
mod vault;

pub(super) use choose::attribute_path;
pub(super) use order::sorted;
pub(super) use passwords::{Recipe, Scheme, any_salt, hashed, unforeseeable};
pub(super) use random::any_below;

use std::{collections::HashMap, sync::OnceLock};

use super::{
    eval::{Bound, Eval, Params},
    failure::Res,
    obj::Obj,
};

/// One filter.
pub(super) struct Filter {
    /// Its name, and other names for the same.
    pub(super) names: &'static [&'static str],
    pub(super) params: Params,
    /// Whether it takes undefined and unknown arguments as they are.
    pub(super) raw: bool,
    pub(super) run: fn(&Eval<'_>, &Obj, &Bound) -> Res<Obj>,
    /// What it does, in one sentence.
    pub(super) doc: &'static str,
}

/// A line of a table.
const fn filter(
    names: &'static [&'static str],
    params: Params,
    run: fn(&Eval<'_>, &Obj, &Bound) -> Res<Obj>,
    doc: &'static str,
) -> Filter {
    Filter {
        names,
        params,
        raw: false,
        run,
        doc,
    }
}

/// A line of a table, for a filter that takes undefined and unknown arguments as they are.
const fn raw(
    names: &'static [&'static str],
    params: Params,
    run: fn(&Eval<'_>, &Obj, &Bound) -> Res<Obj>,
    doc: &'static str,
) -> Filter {
    Filter {
        names,
        params,
        raw: true,
        run,
        doc,
    }
}

static TABLES: &[&[Filter]] = &[
    choose::FILTERS,
    collect::FILTERS,
    html::FILTERS,
    lists::FILTERS,
    numbers::FILTERS,
    order::FILTERS,
    regexes::FILTERS,
    combinations::FILTERS,
    data::FILTERS,
    dates::FILTERS,
    encode::FILTERS,
    passwords::FILTERS,
    paths::FILTERS,
    random::FILTERS,
    serial::FILTERS,
    strings::FILTERS,
    vault::FILTERS,
];

fn table() -> &'static HashMap<&'static str, &'static Filter> {
    static TABLE: OnceLock<HashMap<&'static str, &'static Filter>> = OnceLock::new();
    TABLE.get_or_init(|| {
        TABLES
            .iter()
            .flat_map(|table| table.iter())
            .flat_map(|filter| filter.names.iter().map(move |name| (*name, filter)))
            .collect()
    })
}

/// A plugin's name without the collection of Ansible's own ones.
pub(super) fn short(name: &str) -> &str {
    name.strip_prefix("ansible.builtin.")
        .or_else(|| name.strip_prefix("ansible.legacy."))
        .unwrap_or(name)
}

/// The filter of this name.
pub(super) fn find(name: &str) -> Option<&'static Filter> {
    table().get(short(name)).copied()
}

/// The names of all filters.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    all().flat_map(|filter| filter.names.iter().copied())
}

/// All filters.
pub(super) fn all() -> impl Iterator<Item = &'static Filter> {
    TABLES.iter().flat_map(|table| table.iter())
}

#[cfg(test)]
mod tests {
    use super::{TABLES, names};

    #[test]
    fn every_filter_has_its_own_names_and_says_what_it_does() {
        let mut all: Vec<&str> = names().collect();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
        for filter in TABLES.iter().flat_map(|table| table.iter()) {
            assert!(filter.doc.ends_with('.'), "{}", filter.names[0]);
        }
    }
}
