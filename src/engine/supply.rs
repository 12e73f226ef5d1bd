//! Files of the control side that a task's arguments name.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use super::{
    shelf::Opening,
    template_names,
    view::{Trouble, View},
};
use crate::{
    diagnostic::{Mistake, Span},
    modules::{Entry, ParamKind},
    state::{FileMode, Supply},
    template::{FileOptions, Style},
    value::{Map, Text, Unknown, Value, encoded, truth},
    vars::Level,
    yaml::{self, Decrypt},
};

/// The arguments with the files that they name, read here and shipped.
pub(super) fn supplies(
    view: &View<'_>,
    module: &Entry,
    args: Map,
) -> Result<(Map, BTreeMap<String, Supply>), Trouble> {
    let mut supplies = BTreeMap::new();
    let is = |name: &str, wanted: bool| args.get(name).and_then(truth) == Some(wanted);
    if is("remote_src", true) || (module.name == "unarchive" && is("copy", false)) {
        return Ok((args, supplies));
    }
    let opening = (!is("decrypt", false)).then_some(Opening {
        keys: view.run.keys.as_deref(),
        secrets: &view.run.secrets,
    });
    for doc in (module.docs)() {
        let rendered = match doc.kind {
            ParamKind::Source | ParamKind::Script => false,
            ParamKind::Rendered => true,
            _ => continue,
        };
        let names = std::iter::once(&doc.name).chain(doc.aliases);
        let Some((name, value)) = names
            .filter_map(|name| Some((*name, args.get(name)?)))
            .find(|(_, value)| !value.is_null())
        else {
            continue;
        };
        let span = view
            .task
            .args
            .get(name)
            .map_or(&view.task.action.span, |arg| &arg.span);
        let Value::Text(asked) = value else {
            match value {
                Value::Unknown(unknown) => return Err(Trouble::Unknown(unknown.clone())),
                _ => continue,
            }
        };
        let first;
        let path = asked.as_str();
        let path = if doc.kind == ParamKind::Script {
            let words = crate::host::words(path).unwrap_or_default();
            // What is no line at all, the module refuses.
            let Some(word) = words.into_iter().next() else {
                continue;
            };
            first = word;
            &first
        } else {
            path
        };
        let path = &asked.derive(path);
        let supply = if rendered {
            template(view, path, span, &args)?
        } else {
            let found = find(view, path, "files", span)?;
            let follow = !is("local_follow", false);
            view.run
                .shelf
                .supply(&found, path, follow, opening.as_ref())
                .map_err(|why| Mistake::new(why, span, "this file"))?
        };
        supplies.insert(doc.name.to_owned(), supply);
    }
    Ok((args, supplies))
}

/// The file on the control side, looked for where Ansible looks.
pub(super) fn find(
    view: &View<'_>,
    path: &Text,
    kind: &str,
    span: &Span,
) -> Result<PathBuf, Trouble> {
    let found = look_for(view, path, kind, span)?;
    let given = view.task.args.entries.iter().find(|arg| arg.span == *span);
    view.reached(path, given.map(|arg| &arg.value), &found, span)?;
    Ok(found)
}

fn look_for(view: &View<'_>, path: &str, kind: &str, span: &Span) -> Result<PathBuf, Trouble> {
    let expanded = view.run.environment.expanded(path);
    let given = Path::new(&expanded);
    if given.is_absolute() {
        return if given.exists() {
            Ok(given.to_owned())
        } else {
            // What a task before this one makes there, a rehearsal only has planned.
            if view.run.options.check && view.run.pool.has_planned_here(given) {
                let why = format!("`{path}` is made in the run");
                return Err(Unknown::because(why).into());
            }
            Err(Mistake::new(
                format!("there is no file `{path}`"),
                span,
                "not on the control side",
            )
            .into())
        };
    }
    let folders = view
        .run
        .search(view.task.role().map(AsRef::as_ref), kind)
        .into_iter();
    let beside = Path::new(view.task.span.source.name()).parent();
    let beside = beside.map(|folder| folder.join(kind)).into_iter();
    let all: Vec<PathBuf> = folders.chain(beside).collect();
    match all
        .iter()
        .map(|folder| folder.join(expanded.trim_start_matches("./")))
        .find(|path| path.exists())
    {
        Some(found) => Ok(found),
        None => {
            let looked: Vec<String> = all
                .iter()
                .map(|folder| folder.display().to_string())
                .collect();
            Err(Mistake::new(
                format!("could not find or access `{path}`"),
                span,
                "no such file",
            )
            .help(format!("looked in {}", looked.join(", ")))
            .into())
        }
    }
}

/// A template file, rendered for this host.
fn template(view: &View<'_>, path: &Text, span: &Span, args: &Map) -> Result<Supply, Trouble> {
    let found = find(view, path, "templates", span)?;
    let shown = found.display().to_string();
    let decrypt = view.run.keys.as_deref().map(|keys| keys as &dyn Decrypt);
    let source =
        yaml::open(&found, &shown, decrypt).map_err(|mistake| mistake.at(span, "this template"))?;
    let style = style(args);
    let mut search = Vec::new();
    search.extend(found.parent().map(Path::to_owned));
    let options = FileOptions { style, search };
    let mut vars = template_names::names(&found, path, view.run.options.check);
    if view.scope.value("ansible_managed")?.is_none() {
        let managed = view.run.settings.ansible_managed.as_str();
        vars.insert("ansible_managed", managed, None);
    }
    if let Some(destination) = args.get("dest") {
        vars.insert("template_destpath", destination.clone(), None);
    }
    let view = view.with(Level::TaskVars, vars);
    let value = view
        .templar
        .file(&source, &options, &view.scope)
        .map_err(|failure| failure.mistake.at(span, "this template"))?;
    view.run.learn(&value);
    let text = match value {
        Value::Unknown(unknown) => {
            return Ok(Supply {
                path: path.as_str().to_owned(),
                entries: vec![crate::state::Supplied {
                    path: String::new(),
                    kind: crate::state::Kind::File(crate::state::Content::Unknown(unknown)),
                    mode: FileMode::from_bits(0o644),
                }],
            });
        }
        Value::Text(text) => text.as_str().to_owned(),
        Value::Null => String::new(),
        other => crate::value::to_json(&other).to_string(),
    };
    let encoding = args.get("output_encoding").and_then(Value::as_str);
    let bytes = encoded(&text, encoding.unwrap_or("utf-8"))
        .map_err(|why| Mistake::new(why, span, "this template"))?;
    Ok(view.run.shelf.rendered(path, bytes, mode_of(&found)))
}

fn mode_of(path: &Path) -> FileMode {
    use std::os::unix::fs::PermissionsExt as _;
    path.metadata().map_or(FileMode::from_bits(0o644), |meta| {
        FileMode::from_bits(meta.permissions().mode())
    })
}

/// The markers and rules that the task gives its template.
fn style(args: &Map) -> Style {
    let mut style = Style::default();
    let text = |name: &str| args.get(name).and_then(Value::as_str).map(str::to_owned);
    let flag = |name: &str| args.get(name).and_then(truth);
    let set = |name: &str, to: &mut String| {
        if let Some(given) = text(name) {
            *to = given;
        }
    };
    set("variable_start_string", &mut style.variable_start);
    set("variable_end_string", &mut style.variable_end);
    set("block_start_string", &mut style.block_start);
    set("block_end_string", &mut style.block_end);
    set("comment_start_string", &mut style.comment_start);
    set("comment_end_string", &mut style.comment_end);
    set("newline_sequence", &mut style.newline_sequence);
    style.newline_sequence = style
        .newline_sequence
        .replace("\\r", "\r")
        .replace("\\n", "\n");
    style.trim_blocks = flag("trim_blocks").unwrap_or(true);
    style.lstrip_blocks = flag("lstrip_blocks").unwrap_or(style.lstrip_blocks);
    style
}
