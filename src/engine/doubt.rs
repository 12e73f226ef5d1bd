//! What follows from a task of which nobody knows what it does.

use super::{
    actions,
    done::Done,
    play::PlayState,
    view::{Trouble, View},
};
use crate::{
    diagnostic::{Mistake, Span},
    modules::{Entry, ParamKind},
    value::{Map, Text, Unknown, Value},
    wire::Doubt,
};

/// Adds what is doubtful because an argument is unknown on which more depends than the result.
pub(super) fn of_arguments(module: &Entry, args: &Map, doubt: &mut Option<Unknown>) {
    let names: &[&str] = match module.name {
        "add_host" => &["name", "host", "hostname", "groups", "group", "groupname"],
        "group_by" => &["key", "parents"],
        "meta" => &["_raw_params"],
        _ => return,
    };
    let unknown = names.iter().filter_map(|name| args.get(name)?.unknown());
    *doubt = Unknown::union(doubt.take().into_iter().chain(unknown));
}

/// What is left of a module that needs no host, when nobody knows whether it is carried out.
pub(super) fn on_control(
    view: &View<'_>,
    play: &PlayState<'_>,
    module: &Entry,
    args: &Map,
    unknown: &Unknown,
) -> Option<Done> {
    let mut done = Done::unknown(unknown.clone());
    let host = view.scope.host_id();
    match module.name {
        "debug" | "assert" | "fail" | "pause" | "set_stats" | "validate_argument_spec" => {}
        "set_fact" => {
            if let Ok(set) = actions::set_fact(view, args) {
                unset(&mut done, &set, unknown);
            }
        }
        "include_vars" => match super::include_vars::include_vars(view, module, args) {
            Ok(included) => unset(&mut done, &included, unknown),
            Err(Trouble::Unknown(_)) => play.doubt_rest(&[host], unknown),
            Err(Trouble::Mistake(_) | Trouble::While(..)) => {}
        },
        "add_host" | "group_by" => view.run.doubt_all(unknown),
        "meta" => match args.get("_raw_params").and_then(Value::as_str) {
            Some("noop" | "reset_connection" | "flush_handlers") => {}
            Some("end_host" | "clear_facts") => play.doubt_rest(&[host], unknown),
            Some("refresh_inventory") | None => view.run.doubt_all(unknown),
            Some(_) => play.doubt_rest(play.everybody(), unknown),
        },
        // Its facts may be those that everything after it asks for.
        "setup" => {
            play.doubt_rest(&[host], unknown);
            return None;
        }
        _ => return None,
    }
    Some(done)
}

/// Variables that a task may or may not set are unknown from then on.
fn unset(done: &mut Done, set: &Done, unknown: &Unknown) {
    let Some(Value::Map(facts)) = set.result.get("ansible_facts") else {
        return;
    };
    let facts: Map = facts
        .iter()
        .map(|(name, _)| (name.clone(), Value::Unknown(unknown.clone())))
        .collect();
    done.result.insert("ansible_facts", facts);
}

/// What a host is told of a task that may or may not be carried out, or of which nobody knows
/// what it works on.
pub(super) fn on_host(
    view: &View<'_>,
    module: &Entry,
    args: &Map,
    unknown: Option<&Unknown>,
) -> Option<Doubt> {
    if !view.run.options.check || module.only_looks {
        return unknown.map(|why| Doubt {
            why: why.clone(),
            paths: Vec::new(),
        });
    }
    let mut why: Vec<Unknown> = unknown.cloned().into_iter().collect();
    let mut paths = Vec::new();
    // What a program touches are the paths that it names: what it does not name it leaves.
    if !matches!(module.name, "command" | "raw" | "script" | "shell") {
        for doc in (module.docs)() {
            if doc.kind != ParamKind::Path {
                continue;
            }
            for name in std::iter::once(&doc.name).chain(doc.aliases) {
                if let Some(unknown) = args.get(name).and_then(Value::unknown) {
                    why.push(unknown);
                    paths.push(above(view, name));
                }
            }
        }
    }
    if paths.is_empty() && unknown.is_none() {
        return None;
    }
    let why = Unknown::union(why)?.due_to(&view.task.title(), Some(&view.task.span.place()));
    Some(Doubt { why, paths })
}

/// The directory in which an argument's path is, as far as it is known.
fn above(view: &View<'_>, name: &str) -> String {
    let arg = view.task.args.get(name).map(|arg| &arg.value);
    let Some(Value::Text(text)) = arg else {
        return "/".to_owned();
    };
    let Some(span) = text.origin() else {
        return "/".to_owned();
    };
    let slashes: Vec<usize> = text.match_indices('/').map(|(at, _)| at).collect();
    let known = |at: &usize| known(view, &text[..*at], span);
    let above = slashes.iter().rev().find_map(known);
    above.unwrap_or_else(|| "/".to_owned())
}

/// The text of a template, where it is an absolute path.
fn known(view: &View<'_>, text: &str, span: &Span) -> Option<String> {
    let template = Value::Text(Text::template(text, span.clone()));
    match view.templar.render(&template, &view.scope) {
        Ok(Some(Value::Text(path))) if path.starts_with('/') => Some(path.as_str().to_owned()),
        _ => None,
    }
}

/// The paths that a program may change, where its task declares them.
pub(super) fn declared(view: &View<'_>) -> Result<Option<Vec<String>>, Trouble> {
    const NAME: &str = "hostwright_touches";
    let Some(value) = view.variable(NAME)? else {
        return Ok(None);
    };
    if let Some(unknown) = value.unknown() {
        return Err(Trouble::Unknown(unknown));
    }
    let span = crate::template::Scope::defined_at(&view.scope, NAME);
    let span = span.as_ref().unwrap_or(&view.task.span);
    let wrong = || {
        Mistake::new(
            format!("`{NAME}` is a list of absolute paths"),
            span,
            "something else",
        )
    };
    let Value::List(paths) = &value else {
        return Err(wrong().into());
    };
    let mut all = Vec::new();
    for path in paths.iter() {
        match path.as_str().filter(|path| path.starts_with('/')) {
            Some("/") => all.push("/".to_owned()),
            Some(path) => all.push(path.trim_end_matches('/').to_owned()),
            None => return Err(wrong().into()),
        }
    }
    Ok(Some(all))
}
