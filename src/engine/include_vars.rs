//! `include_vars`: variables from files of the control side.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use regex::Regex;

use super::{
    actions::{ok, texts},
    done::Done,
    supply,
    view::{Trouble, View},
};
use crate::{
    config::HashBehaviour,
    diagnostic::{Mistake, Span},
    inventory::{Vars, merged},
    modules::Entry,
    value::{Map, Text, Value, truth},
    yaml::Decrypt,
};

/// Parameters that only make sense with `dir`.
const OF_DIRECTORIES: [&str; 5] = [
    "depth",
    "files_matching",
    "ignore_files",
    "extensions",
    "ignore_unknown_extensions",
];

/// Reads the variables; what they become, the engine does with what the task returns.
pub(super) fn include_vars(view: &View<'_>, module: &Entry, args: &Map) -> Result<Done, Trouble> {
    if let Some(unknown) = Value::from(args.clone()).unknown() {
        return Err(Trouble::Unknown(unknown));
    }
    let text = |name: &str| match args.get(name) {
        Some(Value::Text(text)) => Some(text),
        _ => None,
    };
    if let Some(problem) = module
        .check(args, &BTreeMap::new())
        .first()
        .filter(|one| one.is_name)
    {
        let span = view.task.args.get(&problem.param).map(|arg| &arg.name.span);
        let message = format!("{} is not a valid option in include_vars", problem.param);
        return Err(Mistake::new(message, span.unwrap_or(&view.task.action.span), "here").into());
    }
    let file = text("file")
        .map(|file| (file, "file"))
        .or(text("_raw_params").map(|file| (file, "_raw_params")));
    let given = |name: &str| {
        view.task
            .args
            .get(name)
            .map_or(&view.task.action.span, |arg| &arg.span)
    };
    let files = match (file, text("dir")) {
        (Some((file, name)), None) => {
            if let Some(odd) = OF_DIRECTORIES.iter().find(|name| args.contains(name)) {
                return Err(mixed(given(odd)).into());
            }
            vec![supply::find(
                view,
                &file.derive(file.trim()),
                "vars",
                given(name),
            )?]
        }
        (None, Some(folder)) => {
            let asked = Asked::of(view, args)?;
            let span = given("dir");
            let found = directory(view, folder, span)?;
            let written = view.task.args.get("dir").map(|arg| &arg.value);
            view.reached(folder, written, &found, span)?;
            asked.files(&found, span)?
        }
        (Some(_), Some(_)) => return Err(mixed(given("dir")).into()),
        (None, None) => {
            let span = &view.task.action.span;
            return Err(Mistake::new("one of `file` and `dir` is required", span, "here").into());
        }
    };
    let mut all = Vars::new();
    for file in &files {
        all.extend(&*view.run.variables_of(file, &view.task.action.span)?);
    }
    let merges = match text("hash_behaviour").map(Text::as_str) {
        None | Some("replace") => false,
        Some("merge") => view.run.settings.hash_behaviour != HashBehaviour::Merge,
        Some(other) => {
            return Err(Mistake::new(
                format!("`hash_behaviour` is `merge` or `replace`, not `{other}`"),
                given("hash_behaviour"),
                "here",
            )
            .into());
        }
    };
    let mut read = Map::new();
    for (name, var) in all.iter() {
        let keys = view.run.keys.as_deref().map(|keys| keys as &dyn Decrypt);
        read.insert(name, var.value(keys)?);
    }
    if let Some(name) = text("name") {
        read = Map::from([(name.as_str(), Value::from(read))]);
    }
    if merges {
        let names: Vec<String> = read.texts().map(|(name, _)| name.to_owned()).collect();
        for name in names {
            if let (Some(older), Some(newer)) = (view.variable(&name)?, read.get(&name)) {
                let both = merged(&older, newer);
                read.insert(name.as_str(), both);
            }
        }
    }
    let mut done = ok(false);
    done.result.insert("ansible_facts", read);
    let shown = files
        .iter()
        .map(|file| Value::from(file.display().to_string()));
    done.result
        .insert("ansible_included_var_files", Value::list(shown));
    Ok(done)
}

fn mixed(span: &Span) -> Mistake {
    Mistake::new(
        "You are mixing file only and dir only arguments, these are incompatible",
        span,
        "not beside the others",
    )
}

/// Which files of a directory are read.
struct Asked {
    depth: usize,
    matching: Option<Regex>,
    ignored: Vec<Regex>,
    extensions: Vec<String>,
    passes_over_others: bool,
}

impl Asked {
    fn of(view: &View<'_>, args: &Map) -> Result<Self, Trouble> {
        let pattern = |name: &str, pattern: &str| {
            let arg = view.task.args.get(name);
            let span = arg.map_or(&view.task.action.span, |arg| &arg.span);
            Regex::new(pattern)
                .map_err(|error| Mistake::new(format!("not a pattern: {error}"), span, "here"))
        };
        let matching = args.get("files_matching").and_then(Value::as_str);
        let ignored = match args.get("ignore_files") {
            Some(Value::Text(text)) => text.split_whitespace().map(str::to_owned).collect(),
            _ => texts(args, "ignore_files"),
        };
        let extensions = if args.contains("extensions") {
            texts(args, "extensions")
        } else {
            ["yaml", "yml", "json"].map(str::to_owned).to_vec()
        };
        let depth = match args.get("depth") {
            Some(Value::Int(depth)) => *depth,
            Some(Value::Text(text)) => text.trim().parse().unwrap_or(0),
            _ => 0,
        };
        Ok(Self {
            depth: usize::try_from(depth).unwrap_or(0),
            matching: matching
                .map(|text| pattern("files_matching", text))
                .transpose()?,
            ignored: ignored
                .iter()
                .map(|text| pattern("ignore_files", &format!("{text}$")))
                .collect::<Result<_, _>>()?,
            extensions,
            // Any word at all is true here.
            passes_over_others: match args.get("ignore_unknown_extensions") {
                Some(Value::Text(word)) => !word.is_empty(),
                Some(other) => truth(other).unwrap_or(!other.is_null()),
                None => false,
            },
        })
    }

    /// The files, directory by directory in the order of their paths. `depth` counts the
    /// directories that are visited, as Ansible counts them.
    fn files(&self, folder: &Path, span: &Span) -> Result<Vec<PathBuf>, Mistake> {
        let mut folders = Vec::new();
        walk(folder, &mut folders, 0)
            .map_err(|error| Mistake::new(error.to_string(), span, "this directory"))?;
        folders.sort();
        if self.depth > 0 {
            folders.truncate(self.depth);
        }
        let mut all = Vec::new();
        for folder in folders {
            let mut names = names(&folder)
                .map_err(|error| Mistake::new(error.to_string(), span, "this directory"))?;
            names.retain(|(_, is_folder)| !is_folder);
            names.sort();
            for (name, _) in names {
                if self
                    .matching
                    .as_ref()
                    .is_some_and(|wanted| !wanted.is_match(&name))
                    || self.ignored.iter().any(|pattern| pattern.is_match(&name))
                {
                    continue;
                }
                let path = folder.join(&name);
                let extension = path.extension().and_then(|kind| kind.to_str());
                // A name without an extension has an empty one.
                let extension = extension.unwrap_or_default();
                if self.extensions.iter().any(|known| known == extension) {
                    all.push(path);
                } else if !self.passes_over_others {
                    return Err(Mistake::new(
                        format!(
                            "{} does not have a valid extension: {}",
                            path.display(),
                            self.extensions.join(", ")
                        ),
                        span,
                        "in this directory",
                    ));
                }
            }
        }
        Ok(all)
    }
}

/// The directory that is meant: in `vars` of the role, else beside the file with the task.
fn directory(view: &View<'_>, folder: &str, span: &Span) -> Result<PathBuf, Mistake> {
    let path = match view.task.role() {
        Some(role) => {
            let within = role.path.join(folder);
            if folder.split('/').next() == Some("vars") && within.exists() {
                within
            } else {
                role.path.join("vars").join(folder)
            }
        }
        None => {
            let beside = Path::new(view.task.span.source.name()).parent();
            let beside = beside.unwrap_or(Path::new("")).join(folder);
            PathBuf::from(view.run.environment.directory()).join(beside)
        }
    };
    let shown = path.display();
    if !path.exists() {
        return Err(Mistake::new(
            format!("{shown} directory does not exist"),
            span,
            "here",
        ));
    }
    if !path.is_dir() {
        return Err(Mistake::new(
            format!("{shown} is not a directory"),
            span,
            "here",
        ));
    }
    Ok(path)
}

/// Links may lead round in circles.
const DEEPEST: usize = 40;

fn walk(folder: &Path, all: &mut Vec<PathBuf>, depth: usize) -> std::io::Result<()> {
    all.push(folder.to_owned());
    for (name, is_folder) in names(folder)? {
        if is_folder && depth < DEEPEST {
            walk(&folder.join(name), all, depth + 1)?;
        }
    }
    Ok(())
}

#[expect(
    clippy::disallowed_methods,
    reason = "a folder of variables on the control side"
)]
fn names(folder: &Path) -> std::io::Result<Vec<(String, bool)>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        names.push((name, entry.path().is_dir()));
    }
    Ok(names)
}
