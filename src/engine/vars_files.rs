//! `vars_files`: which files of variables a host gets.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{run::Run, view::Trouble};
use crate::{
    diagnostic::{Mistake, Mistakes, Spanned},
    inventory::{HostId, Vars},
    playbook::Play,
    template::Kind,
    value::{Text, Value},
    vars::{Level, Stack},
};

/// Files of variables with their names, in order.
pub(super) type Files = Vec<(String, Arc<Vars>)>;

/// Whether hosts may get different files: a name has a template.
fn differ(play: &Play) -> bool {
    let names = play.vars_files.iter().flatten();
    names
        .into_iter()
        .any(|name| crate::playbook::is_template(&name.node))
}

/// The files that all hosts get, where no name depends on the host.
///
/// # Errors
/// A file is broken.
pub(super) fn for_all(run: &Run<'_>, play: &Play) -> Result<Files, Mistakes> {
    let mut files = Files::new();
    if differ(play) {
        return Ok(files);
    }
    for alternatives in &play.vars_files {
        let names: Named<'_> = alternatives
            .iter()
            .map(|name| (name, name.node.clone()))
            .collect();
        match first(run, play, &names, |_, _, _| Ok(()))? {
            Some(found) => files.push(found),
            None => run.mistaken(missing(alternatives)),
        }
    }
    Ok(files)
}

/// Adds the files that this host gets, where names depend on the host.
///
/// A name with a variable that nobody knows is passed over until there are facts: they may bring it.
pub(super) fn for_host(
    run: &Run<'_>,
    play: &Play,
    host: HostId,
    stack: &mut Stack,
) -> Result<(), Trouble> {
    if !differ(play) {
        return Ok(());
    }
    for alternatives in &play.vars_files {
        let names = match names(run, host, stack, alternatives)? {
            Ok(names) => names,
            Err(mistake) if run.variables.facts(host).is_none() => {
                let why = "skipping vars_files item due to an undefined variable";
                run.mistaken([Mistake::nowhere(why).at(&alternatives[0].span, mistake.message())]);
                continue;
            }
            Err(mistake) => return Err(mistake.into()),
        };
        let found = {
            let scope = run.variables.scope(host, stack).map_err(first_of)?;
            let reached = |asked: &Spanned<Text>, name: &Text, path: &Path| {
                let written = Value::Text(asked.node.clone());
                run.templar(None)
                    .reached(name, Some(&written), path, &scope)
                    .map_err(|mistake| mistake.at(&asked.span, "this path"))
            };
            first(run, play, &names, reached).map_err(first_of)?
        };
        match found {
            Some((name, vars)) => stack.push(Level::VarsFiles, name, vars),
            None => run.mistaken(missing(alternatives)),
        }
    }
    Ok(())
}

type Named<'p> = Vec<(&'p Spanned<Text>, Text)>;

/// The names of one entry, rendered for this host; the inner error names what is not defined.
fn names<'p>(
    run: &Run<'_>,
    host: HostId,
    stack: &Stack,
    alternatives: &'p [Spanned<Text>],
) -> Result<Result<Named<'p>, Mistake>, Trouble> {
    let scope = run.variables.scope(host, stack).map_err(first_of)?;
    let templar = run.templar(None);
    let mut names = Named::new();
    for name in alternatives {
        match templar.render(&Value::Text(name.node.clone()), &scope) {
            Ok(Some(Value::Text(text))) => names.push((name, text)),
            Ok(Some(Value::List(items))) if items.iter().all(|item| item.as_str().is_some()) => {
                names.extend(items.iter().filter_map(|item| match item {
                    Value::Text(item) => Some((name, item.clone())),
                    _ => None,
                }));
            }
            Ok(Some(Value::Unknown(unknown))) => return Err(Trouble::Unknown(unknown)),
            Ok(None) => {}
            Ok(Some(other)) => {
                return Err(Mistake::new(
                    "an entry of `vars_files` is the name of a file, or a list of names",
                    &name.span,
                    format!("this is a {}", other.type_name()),
                )
                .into());
            }
            Err(failure) if failure.kind == Kind::Undefined => {
                return Ok(Err(failure.mistake.at(&name.span, "here")));
            }
            Err(failure) => return Err(failure.mistake.at(&name.span, "here").into()),
        }
    }
    Ok(Ok(names))
}

fn first_of(mistakes: Mistakes) -> Mistake {
    let first = mistakes.0.into_iter().next();
    first.unwrap_or_else(|| Mistake::nowhere("variables are broken"))
}

/// Of several alternatives the first that is there, read.
fn first(
    run: &Run<'_>,
    play: &Play,
    names: &[(&Spanned<Text>, Text)],
    reached: impl Fn(&Spanned<Text>, &Text, &Path) -> Result<(), Mistake>,
) -> Result<Option<(String, Arc<Vars>)>, Mistakes> {
    for (asked, name) in names {
        let expanded = run.environment.expanded(name);
        let folders = ["vars", ""].map(|kind| play.folder.join(kind).join(&expanded));
        if let Some(path) = folders.into_iter().find(|path| path.is_file()) {
            reached(asked, name, &path)?;
            return Ok(Some((name.as_str().to_owned(), read(run, path, asked)?)));
        }
    }
    Ok(None)
}

fn read(run: &Run<'_>, path: PathBuf, asked: &Spanned<Text>) -> Result<Arc<Vars>, Mistakes> {
    if let Some(known) = run.files.borrow().get(&path) {
        return Ok(Arc::clone(known));
    }
    let vars = run.variables_of(&path, &asked.span)?;
    run.files.borrow_mut().insert(path, Arc::clone(&vars));
    Ok(vars)
}

/// Ansible goes on without a file that is not there, and says nothing.
fn missing(alternatives: &[Spanned<Text>]) -> Option<Mistake> {
    let first = alternatives.first()?;
    let message = format!(
        "there is no file `{}`: the play goes on without it",
        first.node
    );
    Some(Mistake::new(message, &first.span, "of variables"))
}
