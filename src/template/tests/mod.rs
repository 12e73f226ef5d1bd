//! Tests (`is …`): one table line each, in the file of their subject.

mod basic;
mod match_text;
mod paths;
mod results;
mod sets;
mod version;

use std::{collections::HashMap, sync::OnceLock};

use super::{
    eval::{Bound, Eval, Params},
    failure::Res,
    filters,
    obj::Obj,
};

/// One test.
pub(super) struct Test {
    /// Its name, and other names for the same.
    pub(super) names: &'static [&'static str],
    pub(super) params: Params,
    /// Whether it takes undefined and unknown arguments as they are.
    pub(super) raw: bool,
    pub(super) run: fn(&Eval<'_>, &Obj, &Bound) -> Res<bool>,
}

/// A line of a table.
const fn test(
    names: &'static [&'static str],
    params: Params,
    run: fn(&Eval<'_>, &Obj, &Bound) -> Res<bool>,
) -> Test {
    Test {
        names,
        params,
        raw: false,
        run,
    }
}

/// A line of a table, for a test that takes undefined and unknown arguments as they are.
const fn raw(
    names: &'static [&'static str],
    params: Params,
    run: fn(&Eval<'_>, &Obj, &Bound) -> Res<bool>,
) -> Test {
    Test {
        names,
        params,
        raw: true,
        run,
    }
}

static TABLES: &[&[Test]] = &[
    basic::TESTS,
    match_text::TESTS,
    paths::TESTS,
    results::TESTS,
    sets::TESTS,
    version::TESTS,
];

fn table() -> &'static HashMap<&'static str, &'static Test> {
    static TABLE: OnceLock<HashMap<&'static str, &'static Test>> = OnceLock::new();
    TABLE.get_or_init(|| {
        TABLES
            .iter()
            .flat_map(|table| table.iter())
            .flat_map(|test| test.names.iter().map(move |name| (*name, test)))
            .collect()
    })
}

/// The test of this name.
pub(super) fn find(name: &str) -> Option<&'static Test> {
    table().get(filters::short(name)).copied()
}

/// The names of all tests.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    all().flat_map(|test| test.names.iter().copied())
}

/// All tests.
pub(super) fn all() -> impl Iterator<Item = &'static Test> {
    TABLES.iter().flat_map(|table| table.iter())
}
