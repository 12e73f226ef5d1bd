//! How many cases the mechanical test has.
//!
//! Each case of these tables is run by the module's own file: foretold is done, a second run is
//! empty, undo restores. Here they are counted.

use std::{collections::BTreeMap, io::Write as _};

use crate::{
    archive, command, copy, edits, file, looking, mechanical::Case, rendered, script, setup,
    unarchive, unarchive_tar, wait_for,
};

const TABLES: &[&[Case]] = &[
    archive::CASES,
    command::CASES,
    copy::CASES,
    edits::BLOCKINFILE,
    edits::LINEINFILE,
    edits::REPLACE,
    file::CASES,
    looking::FIND,
    looking::SLURP,
    looking::STAT,
    looking::TEMPFILE,
    rendered::CASES,
    script::RAW,
    script::SCRIPTS,
    setup::CASES,
    unarchive::CASES,
    unarchive_tar::CASES,
    wait_for::CASES,
];

/// As many as there must be at least, of all modules together.
const FLOOR: usize = 200;

fn by_module() -> BTreeMap<&'static str, Vec<&'static Case>> {
    let mut modules: BTreeMap<&str, Vec<&Case>> = BTreeMap::new();
    for case in TABLES.iter().copied().flatten() {
        modules.entry(case.module).or_default().push(case);
    }
    modules
}

#[test]
fn the_table_has_enough_cases_of_each_module() {
    let modules = by_module();
    let total: usize = modules.values().map(Vec::len).sum();
    let told: Vec<String> = modules
        .iter()
        .map(|(module, cases)| format!("{module} {}", cases.len()))
        .collect();
    let report = format!("{total} mechanical cases: {}\n", told.join(", "));
    std::io::stderr().write_all(report.as_bytes()).unwrap();
    assert!(total >= FLOOR, "{total} cases: {told:?}");
    let few: Vec<&String> = told.iter().filter(|line| line.ends_with(" 1")).collect();
    assert_eq!(few, Vec::<&String>::new());
}
