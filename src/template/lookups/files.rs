//! Files of the control side.

use std::path::{Path, PathBuf};

use super::super::{
    eval::{Bound, Eval},
    failure::{Res, Stop},
    files, methods,
    obj::{self, Obj},
};
use super::{Lookup, lookup};
use crate::{
    diagnostic::Source,
    value::{Text, text_of},
    vault,
};

pub(super) const LOOKUPS: &[Lookup] = &[
    lookup("file", &["rstrip?", "lstrip?"], file, "Reads files."),
    lookup(
        "unvault",
        &[],
        unvault,
        "Reads files as they are, opened where they are vaulted.",
    ),
    lookup(
        "fileglob",
        &[],
        fileglob,
        "Lists the files that fit a pattern.",
    ),
    lookup(
        "first_found",
        &["files?", "paths?", "skip?"],
        first_found,
        "Gives the first file that exists.",
    ),
    lookup(
        "template",
        &[
            "trim_blocks?",
            "lstrip_blocks?",
            "variable_start_string?",
            "variable_end_string?",
            "block_start_string?",
            "block_end_string?",
            "comment_start_string?",
            "comment_end_string?",
            "template_vars?",
            "convert_data?",
            "jinja2_native?",
            "newline_sequence?",
        ],
        template,
        "Renders template files.",
    ),
];

/// Splits `term name=value …` into the term and what it sets.
pub(super) fn term_options(term: &str) -> (String, Vec<(String, String)>) {
    let mut words = Vec::new();
    let mut options = Vec::new();
    for word in term.split_whitespace() {
        match word.split_once('=') {
            Some((name, value))
                if !words.is_empty()
                    && name
                        .bytes()
                        .all(|byte| byte.is_ascii_lowercase() || byte == b'_') =>
            {
                options.push((name.to_owned(), value.to_owned()));
            }
            _ => words.push(word),
        }
    }
    (words.join(" "), options)
}

/// A path with the home directory put for `~`.
pub(in super::super) fn with_home(eval: &Eval<'_>, path: &str) -> String {
    match path.strip_prefix('~') {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => {
            match eval.templar.settings().environment.get("HOME") {
                Some(home) => format!("{}{rest}", home.trim_end_matches('/')),
                None => path.to_owned(),
            }
        }
        _ => path.to_owned(),
    }
}

/// Finds a file for a lookup; an error names what was looked for.
pub(super) fn found(eval: &Eval<'_>, asked: &Text) -> Res<PathBuf> {
    let name = with_home(eval, asked);
    let path = files::find(&name, &eval.templar.settings().file_paths)
        .ok_or_else(|| Stop::runtime(format!("there is no file `{name}`")))?;
    eval.may_read(asked, &path)?;
    Ok(path)
}

/// The text of a file that a lookup names.
pub(super) fn text(eval: &Eval<'_>, path: &Path) -> Res<Text> {
    let bytes = files::bytes(path).map_err(Stop::runtime)?;
    eval.check_size(bytes.len())?;
    let text = Text::from(text_of(&bytes));
    if !vault::is_vault(text.as_str()) {
        return Ok(text);
    }
    let failed = |why: String| Stop::runtime(format!("`{}`: {why}", path.display()));
    let Some(keys) = &eval.templar.settings().keys else {
        return Err(failed(
            "it is a vault, and no vault secret is given".to_owned(),
        ));
    };
    let opened = keys
        .open(text.as_str())
        .map_err(|failure| failed(failure.to_string()))?;
    Ok(Text::from(text_of(&opened)).into_secret())
}

fn file(eval: &Eval<'_>, terms: &[Obj], options: &Bound) -> Res<Vec<Obj>> {
    let (right, left) = (
        options.truth(eval, "rstrip", true)?,
        options.truth(eval, "lstrip", false)?,
    );
    let mut out = Vec::new();
    for term in terms {
        let name = obj::text(eval, term)?;
        let text = text(eval, &found(eval, &name)?)?;
        out.push(Obj::Str(
            text.derive(methods::trimmed(&text, None, left, right)),
        ));
    }
    Ok(out)
}

fn unvault(eval: &Eval<'_>, terms: &[Obj], _: &Bound) -> Res<Vec<Obj>> {
    terms
        .iter()
        .map(|term| {
            let name = obj::text(eval, term)?;
            text(eval, &found(eval, &name)?).map(Obj::Str)
        })
        .collect()
}

/// Whether a name fits a shell pattern of `*`, `?` and `[…]`.
pub(super) fn fits(pattern: &[char], name: &[char]) -> bool {
    match (pattern.first(), name.first()) {
        (None, None) => true,
        (Some('*'), _) => {
            fits(&pattern[1..], name) || (!name.is_empty() && fits(pattern, &name[1..]))
        }
        (Some('?'), Some(_)) => fits(&pattern[1..], &name[1..]),
        (Some('['), Some(letter)) => {
            let Some(end) = pattern
                .iter()
                .skip(2)
                .position(|letter| *letter == ']')
                .map(|at| at + 2)
            else {
                return *letter == '[' && fits(&pattern[1..], &name[1..]);
            };
            let negated = pattern[1] == '!';
            let set = &pattern[1 + usize::from(negated)..end];
            let mut inside = false;
            let mut at = 0;
            while at < set.len() {
                if set.get(at + 1) == Some(&'-') && at + 2 < set.len() {
                    inside |= (set[at]..=set[at + 2]).contains(letter);
                    at += 3;
                } else {
                    inside |= set[at] == *letter;
                    at += 1;
                }
            }
            inside != negated && fits(&pattern[end + 1..], &name[1..])
        }
        (Some(a), Some(b)) if a == b => fits(&pattern[1..], &name[1..]),
        _ => false,
    }
}

/// The paths that fit a shell pattern, sorted.
pub(in super::super) fn glob(pattern: &str) -> Vec<String> {
    let mut found = vec![if pattern.starts_with('/') {
        "/".to_owned()
    } else {
        String::new()
    }];
    let parts: Vec<&str> = pattern.split('/').filter(|part| !part.is_empty()).collect();
    for part in parts {
        let wild = part.contains(['*', '?', '[']);
        let letters: Vec<char> = part.chars().collect();
        found = found
            .into_iter()
            .flat_map(|base| {
                let join = |name: &str| match base.as_str() {
                    "" | "/" => format!("{base}{name}"),
                    base => format!("{base}/{name}"),
                };
                if !wild {
                    let path = join(part);
                    return if Path::new(&path).symlink_metadata().is_ok() {
                        vec![path]
                    } else {
                        Vec::new()
                    };
                }
                let directory = if base.is_empty() { "." } else { &base };
                files::names(Path::new(directory))
                    .into_iter()
                    .filter(|name| !name.starts_with('.') || part.starts_with('.'))
                    .filter(|name| fits(&letters, &name.chars().collect::<Vec<_>>()))
                    .map(|name| join(&name))
                    .collect()
            })
            .collect();
    }
    found
}

fn fileglob(eval: &Eval<'_>, terms: &[Obj], _: &Bound) -> Res<Vec<Obj>> {
    let mut out = Vec::new();
    for term in terms {
        let asked = obj::text(eval, term)?;
        let pattern = with_home(eval, &asked);
        let places = if pattern.starts_with('/') {
            vec![PathBuf::new()]
        } else {
            eval.templar.settings().file_paths.clone()
        };
        for place in places {
            let pattern = place.join(&pattern);
            let found: Vec<String> = glob(&pattern.display().to_string())
                .into_iter()
                .filter(|path| Path::new(path).is_file())
                .collect();
            if !found.is_empty() {
                out.extend(found.into_iter().map(|path| Obj::Str(asked.derive(path))));
                break;
            }
        }
    }
    Ok(out)
}

/// The items of a list, or of a text with these letters between them.
fn several(eval: &Eval<'_>, of: &Obj, between: &[char]) -> Res<Vec<Obj>> {
    match of {
        Obj::Str(text) => Ok(text
            .split(between)
            .filter(|part| !part.is_empty())
            .map(|part| Obj::Str(text.derive(part)))
            .collect()),
        other => eval.items(other),
    }
}

fn first_found(eval: &Eval<'_>, terms: &[Obj], options: &Bound) -> Res<Vec<Obj>> {
    let mut names: Vec<Obj> = Vec::new();
    let mut skip = options.truth(eval, "skip", false)?;
    let add = |names: &mut Vec<Obj>, files: Vec<Obj>, paths: Vec<Obj>| -> Res<()> {
        for path in &paths {
            for file in &files {
                let (path, file) = (obj::text(eval, path)?, obj::text(eval, file)?);
                let joined = Path::new(path.as_str()).join(file.as_str());
                let joined = file.derive(joined.display().to_string());
                names.push(Obj::Str(joined.with(path.marks())));
            }
        }
        if paths.is_empty() {
            names.extend(files);
        }
        Ok(())
    };
    let mut all: Vec<Obj> = Vec::new();
    for term in terms {
        match term {
            Obj::List(_) | Obj::Tuple(_) => all.extend(eval.items(term)?),
            other => all.push(other.clone()),
        }
    }
    for term in all {
        match &term {
            Obj::Undefined(_) => {}
            Obj::Dict(dict) => {
                let part = |name: &str, between: &[char]| match dict.get_str(eval, name)? {
                    Some(found) => several(eval, &found, between),
                    None => Ok(Vec::new()),
                };
                add(
                    &mut names,
                    part("files", &[',', ';'])?,
                    part("paths", &[',', ';', ':'])?,
                )?;
                if let Some(wanted) = dict.get_str(eval, "skip")? {
                    skip = eval.truth(&wanted)?;
                }
            }
            Obj::Str(_) => names.push(term),
            other => return Err(eval.refuse(other, "is no name of a file")),
        }
    }
    if let Some(given) = options.some("files") {
        let paths = match options.some("paths") {
            Some(paths) => several(eval, paths, &[',', ';', ':'])?,
            None => Vec::new(),
        };
        add(&mut names, several(eval, given, &[',', ';'])?, paths)?;
    }
    for name in &names {
        let asked = obj::text(eval, name)?;
        let name = with_home(eval, &asked);
        if let Some(path) = files::find(&name, &eval.templar.settings().file_paths) {
            return Ok(vec![Obj::Str(asked.derive(path.display().to_string()))]);
        }
    }
    if skip {
        return Ok(Vec::new());
    }
    Err(Stop::runtime("no file was found when using first_found"))
}

fn template(eval: &Eval<'_>, terms: &[Obj], options: &Bound) -> Res<Vec<Obj>> {
    let mut style = super::super::parse::Style::default();
    for (name, slot) in [
        ("variable_start_string", &mut style.variable_start),
        ("variable_end_string", &mut style.variable_end),
        ("block_start_string", &mut style.block_start),
        ("block_end_string", &mut style.block_end),
        ("comment_start_string", &mut style.comment_start),
        ("comment_end_string", &mut style.comment_end),
        ("newline_sequence", &mut style.newline_sequence),
    ] {
        if let Some(marker) = options.text(name)? {
            *slot = marker.to_string();
        }
    }
    style.trim_blocks = options.truth(eval, "trim_blocks", true)?;
    style.lstrip_blocks = options.truth(eval, "lstrip_blocks", false)?;
    let more = match options.some("template_vars") {
        Some(vars) => methods::pairs(eval, vars)?,
        None => Vec::new(),
    };
    let mut out = Vec::new();
    for term in terms {
        let asked = obj::text(eval, term)?;
        let name = with_home(eval, &asked);
        let path = files::find(&name, &eval.templar.settings().template_paths)
            .ok_or_else(|| Stop::runtime(format!("there is no template `{name}`")))?;
        eval.may_read(&asked, &path)?;
        let text = text(eval, &path)?;
        let name = path.display().to_string();
        let source = if text.is_secret() {
            Source::secret(name, text.as_str())
        } else {
            Source::new(name, text.as_str())
        };
        let rendered = eval.render_file(&source, &style, &path, &more)?;
        out.push(if text.is_secret() {
            obj::text(eval, &rendered).map_or(rendered, |whole| Obj::Str(whole.into_secret()))
        } else {
            rendered
        });
    }
    Ok(out)
}
