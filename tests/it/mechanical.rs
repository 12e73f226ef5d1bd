//! Predicted = applied, a second run is empty, undo restores.
//!
//! Each case prepares a real directory (`@` in paths stands for it) and says what is asked of
//! which module. A module's file of cases lists its states.

use std::{collections::BTreeMap, fs, os::unix::fs::PermissionsExt as _, path::Path};

use hostwright::{
    change::Change,
    state::Supply,
    value::{Map, Value, from_json},
    wire::{Conduct, Item, Outcome, Reply, Request},
};

use crate::{
    archives::gzipped,
    node::{Node, task, tree},
    unarchive::plugin,
    unarchive_tar,
};

/// One case: what is there, what is asked.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) module: &'static str,
    /// What is there: path below the directory, mode, content; a path that ends in `/` is a
    /// directory, a content that starts with `-> ` makes a link.
    pub(crate) there: &'static [(&'static str, u32, &'static str)],
    /// The arguments as JSON.
    pub(crate) args: &'static str,
    pub(crate) then: Then,
}

/// The content of a file that is a small archive, zip or tar as its name says.
pub(crate) const ARCHIVE: &str = "= an archive";

/// What is expected of a case.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Then {
    /// It changes something, once.
    Changes,
    /// It changes something each time.
    ChangesEachTime,
    /// It changes nothing.
    IsOk,
    /// It fails, and the directory stays as it was.
    Fails,
}

/// Runs all cases of a table; panics with every one that is wrong.
pub(crate) fn prove(cases: &[Case]) {
    prove_with(cases, |_| BTreeMap::new());
}

/// Like [`prove`], with files of the control side for each case.
pub(crate) fn prove_with(cases: &[Case], ship: impl Fn(&Case) -> BTreeMap<String, Supply>) {
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|case| {
            let why = one(case, ship(case)).err()?;
            Some(format!("{} ({}): {why}", case.name, case.module))
        })
        .collect();
    assert!(
        wrong.is_empty(),
        "{} of {} cases are wrong:\n{}",
        wrong.len(),
        cases.len(),
        wrong.join("\n")
    );
}

fn one(case: &Case, supplies: BTreeMap<String, Supply>) -> Result<(), String> {
    let home = tempfile::tempdir().map_err(|error| error.to_string())?;
    let (root, state) = (home.path().join("root"), home.path().join("state"));
    prepare(&root, case.there);
    let json = case.args.replace('@', &root.display().to_string());
    let json: serde_json::Value = serde_json::from_str(&json).map_err(|error| error.to_string())?;
    let args: Map = from_json(&json).as_map().cloned().ok_or("no arguments")?;
    let item = Item {
        args,
        supplies,
        ..Item::default()
    };
    let before = tree(&root);

    let perform = |node: &mut Node, conduct| perform(node, conduct, case, &item, &root);
    let mut node = Node::start(&state, "run-1");
    let foretold = perform(&mut node, Conduct::Rehearse);
    same(&before, &tree(&root), "the rehearsal touched the host")?;
    let foretold_again = perform(&mut node, Conduct::Rehearse);
    drop(node);
    let mut node = Node::start(&state, "run-1");
    let done = perform(&mut node, Conduct::Run);
    agree(&foretold, &done)?;
    if case.then == Then::Fails {
        if done.failure.is_none() {
            return Err("it did not fail".to_owned());
        }
        return same(&before, &tree(&root), "a failure changed the host");
    }
    if let Some(failure) = done.failure {
        return Err(format!("it failed: {}", failure.message));
    }
    let changed = done.changes.iter().any(Change::counts);
    if changed == (case.then == Then::IsOk) {
        return Err(format!("changed is {changed}"));
    }
    if case.then == Then::Changes && changed == (before == tree(&root)) {
        return Err("the tree and the answer do not agree".to_owned());
    }
    drop(node);

    let mut node = Node::start(&state, "run-2");
    let again = perform(&mut node, Conduct::Run);
    if case.then != Then::ChangesEachTime {
        if again.changed() != Ok(false) {
            return Err(format!("the second run changes {:?}", again.changes));
        }
        if foretold_again.changed() != Ok(false) {
            return Err("a second rehearsal does not see the first".to_owned());
        }
    }
    if case.then == Then::ChangesEachTime {
        node.undo("run-2", false);
    }
    let undone = node.undo("run-1", false);
    if !undone.conflicts.is_empty() {
        return Err(format!("undo met {:?}", undone.conflicts));
    }
    same(&before, &tree(&root), "undo did not restore the tree")
}

/// Has the node do it; programs in the case's own `bin` come before those of the machine.
fn perform(node: &mut Node, conduct: Conduct, case: &Case, item: &Item, root: &Path) -> Outcome {
    let mut task = task(conduct, case.module, item);
    let own = root.join("bin");
    if own.is_dir() {
        let path = format!("{}:/usr/bin:/bin", own.display());
        task.environment = vec![("PATH".to_owned(), path)];
    }
    match node.ask(Request::Perform(Box::new(task))) {
        Reply::Done(mut outcomes) => outcomes.remove(0),
        other => panic!("{other:?}"),
    }
}

/// Arguments in JSON, with the directory put in for `@`.
pub(crate) fn args(json: &str, root: &Path) -> Map {
    let json = json.replace('@', &root.display().to_string());
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    from_json(&json).as_map().cloned().unwrap()
}

/// Makes a directory with this in it.
pub(crate) fn prepare(root: &Path, there: &[(&str, u32, &str)]) {
    fs::create_dir(root).unwrap();
    for (name, mode, content) in there {
        let path = root.join(name);
        if name.ends_with('/') {
            fs::create_dir_all(&path).unwrap();
        } else if let Some(target) = content.strip_prefix("-> ") {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            let target = target.replace('@', &root.display().to_string());
            std::os::unix::fs::symlink(target, &path).unwrap();
            continue;
        } else {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            match *content {
                ARCHIVE if name.contains("zip") => fs::write(&path, plugin()).unwrap(),
                ARCHIVE => fs::write(&path, gzipped(&unarchive_tar::plugin())).unwrap(),
                content => fs::write(&path, content).unwrap(),
            }
        }
        fs::set_permissions(&path, fs::Permissions::from_mode(*mode)).unwrap();
    }
}

fn same(
    before: &BTreeMap<String, String>,
    after: &BTreeMap<String, String>,
    what: &str,
) -> Result<(), String> {
    let differ: Vec<String> = before
        .keys()
        .chain(after.keys())
        .filter(|name| before.get(*name) != after.get(*name))
        .map(|name| format!("{name}: {:?} -> {:?}", before.get(name), after.get(name)))
        .collect();
    if differ.is_empty() {
        Ok(())
    } else {
        Err(format!("{what}: {}", differ.join("; ")))
    }
}

/// What was foretold is what was done, but for what was said to be unknown.
fn agree(foretold: &Outcome, done: &Outcome) -> Result<(), String> {
    if foretold.failure.is_some() != done.failure.is_some() {
        return Err(format!(
            "foretold {:?}, then {:?}",
            foretold.failure, done.failure
        ));
    }
    if done.failure.is_some() {
        return Ok(());
    }
    if foretold.changed() != Ok(done.changes.iter().any(Change::counts)) {
        return Err(format!(
            "foretold changed {:?}, done {:?}",
            foretold.changed(),
            done.changes
        ));
    }
    let sides = |outcome: &Outcome| -> Vec<String> {
        outcome
            .changes
            .iter()
            .filter(|change| change.path().is_some_and(|path| !path.ends_with('~')))
            .map(crate::story::told)
            .collect()
    };
    // What gets its name in the run is only counted.
    let is_fresh = |change: &Change| matches!(change, Change::Fresh { .. });
    let is_told = if foretold.changes.iter().any(is_fresh) {
        foretold.changes.len() == done.changes.len()
    } else {
        sides(foretold) == sides(done)
    };
    if !is_told {
        return Err(format!(
            "foretold {:?}, done {:?}",
            sides(foretold),
            sides(done)
        ));
    }
    for (key, value) in &done.result {
        match foretold.result.get_key(key) {
            Some(told) if agrees(told, value) => {}
            told => return Err(format!("foretold {key:?} = {told:?}, done {value:?}")),
        }
    }
    Ok(())
}

fn agrees(told: &Value, done: &Value) -> bool {
    match (told, done) {
        (Value::Unknown(_), _) => true,
        (Value::Map(told), Value::Map(done)) => {
            told.len() == done.len()
                && done
                    .iter()
                    .all(|(key, value)| told.get_key(key).is_some_and(|told| agrees(told, value)))
        }
        (Value::List(told), Value::List(done)) => {
            told.len() == done.len() && told.iter().zip(done.iter()).all(|(a, b)| agrees(a, b))
        }
        _ => told == done,
    }
}

/// A table of cases of one module: name, what is there, arguments, what becomes of it.
#[macro_export]
macro_rules! cases {
    ($module:literal: $($name:literal, [$($there:expr),* $(,)?], $args:literal => $then:ident;)+) => {
        &[$($crate::mechanical::Case {
            name: $name,
            module: $module,
            there: &[$($there),*],
            args: $args,
            then: $crate::mechanical::Then::$then,
        }),+]
    };
}
