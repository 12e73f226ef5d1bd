//! Paths.

use super::super::{
    eval::{Bound, Eval},
    failure::{Res, Stop},
    lookups,
    obj::Obj,
};
use super::{Filter, filter};
use crate::value::Text;

pub(super) const FILTERS: &[Filter] = &[
    filter(
        &["basename"],
        &[],
        |eval, input, _| {
            made(eval, input, |path| {
                path.rsplit('/').next().unwrap_or("").to_owned()
            })
        },
        "Gives the last part of a path.",
    ),
    filter(
        &["dirname"],
        &[],
        |eval, input, _| made(eval, input, |path| split(path).0.to_owned()),
        "Gives a path without its last part.",
    ),
    filter(
        &["splitext"],
        &[],
        splitext,
        "Splits a path before its extension.",
    ),
    filter(
        &["path_join"],
        &["*"],
        path_join,
        "Joins the parts of a path.",
    ),
    filter(
        &["normpath"],
        &[],
        |eval, input, _| made(eval, input, normal),
        "Drops what a path does not need.",
    ),
    filter(
        &["relpath"],
        &["start?"],
        relpath,
        "Gives a path as seen from another.",
    ),
    filter(&["realpath"], &[], realpath, "Follows all links of a path."),
    filter(
        &["commonpath"],
        &[],
        commonpath,
        "Gives what paths have in common.",
    ),
    filter(
        &["expanduser"],
        &[],
        expanduser,
        "Puts the home directory for `~`.",
    ),
    filter(
        &["expandvars"],
        &[],
        expandvars,
        "Puts variables of the environment into a path.",
    ),
    filter(
        &["fileglob"],
        &[],
        fileglob,
        "Lists the files that fit a pattern.",
    ),
    filter(
        &["win_basename"],
        &[],
        |eval, input, _| {
            made(eval, input, |path| {
                drive(path)
                    .1
                    .rsplit(['\\', '/'])
                    .next()
                    .unwrap_or("")
                    .to_owned()
            })
        },
        "Gives the last part of a Windows path.",
    ),
    filter(
        &["win_dirname"],
        &[],
        |eval, input, _| made(eval, input, win_dirname),
        "Gives a Windows path without its last part.",
    ),
    filter(
        &["win_splitdrive"],
        &[],
        win_splitdrive,
        "Splits a Windows path behind its drive.",
    ),
];

fn path<'o>(eval: &Eval<'_>, input: &'o Obj) -> Res<&'o Text> {
    input.text().ok_or_else(|| eval.refuse(input, "is no path"))
}

fn made(eval: &Eval<'_>, input: &Obj, make: impl FnOnce(&str) -> String) -> Res<Obj> {
    let text = path(eval, input)?;
    Ok(Obj::Str(text.derive(make(text))))
}

fn split(path: &str) -> (&str, &str) {
    let at = path.rfind('/').map_or(0, |at| at + 1);
    let (head, tail) = path.split_at(at);
    let kept = head.trim_end_matches('/');
    (if kept.is_empty() { head } else { kept }, tail)
}

fn splitext(eval: &Eval<'_>, input: &Obj, _: &Bound) -> Res<Obj> {
    let text = path(eval, input)?;
    let name_at = text.rfind('/').map_or(0, |at| at + 1);
    let name = &text[name_at..];
    let lead = name.len() - name.trim_start_matches('.').len();
    let at = match name[lead..].rfind('.') {
        Some(at) => name_at + lead + at,
        None => text.len(),
    };
    let (root, extension) = text.split_at(at);
    Ok(Obj::tuple(vec![
        Obj::Str(text.derive(root)),
        Obj::Str(text.derive(extension)),
    ]))
}

fn joined(parts: &[&str]) -> String {
    let mut out = String::new();
    for part in parts {
        if part.starts_with('/') || out.is_empty() {
            (*part).clone_into(&mut out);
        } else {
            if !out.ends_with('/') {
                out.push('/');
            }
            out.push_str(part);
        }
    }
    out
}

fn path_join(eval: &Eval<'_>, input: &Obj, _: &Bound) -> Res<Obj> {
    let items = match input {
        Obj::Str(_) => return Ok(input.clone()),
        Obj::List(_) | Obj::Tuple(_) | Obj::Group(_) => eval.items(input)?,
        other => return Err(eval.refuse(other, "is no list of parts of a path")),
    };
    if items.is_empty() {
        return Err(Stop::runtime("there is nothing to join"));
    }
    let mut parts = Vec::new();
    for item in &items {
        parts.push(path(eval, item)?.as_str());
    }
    Ok(Obj::from(joined(&parts)))
}

/// A path without `.`, `..` and doubled slashes, as `os.path.normpath` gives it.
fn normal(path: &str) -> String {
    if path.is_empty() {
        return ".".to_owned();
    }
    let lead = if path.starts_with("//") && !path.starts_with("///") {
        "//"
    } else if path.starts_with('/') {
        "/"
    } else {
        ""
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if !lead.is_empty() => {}
            part => parts.push(part),
        }
    }
    let out = format!("{lead}{}", parts.join("/"));
    if out.is_empty() { ".".to_owned() } else { out }
}

/// The directory that relative paths start from.
fn current(eval: &Eval<'_>) -> String {
    let set = eval.templar.settings().directory.clone();
    let found = set.or_else(|| std::env::current_dir().ok());
    found.map_or_else(|| "/".to_owned(), |path| path.display().to_string())
}

fn relpath(eval: &Eval<'_>, input: &Obj, args: &Bound) -> Res<Obj> {
    let here = current(eval);
    let start = normal(&joined(&[&here, &args.text_or("start", "")?]));
    made(eval, input, |path| {
        let path = normal(&joined(&[&here, path]));
        let parts = |path: &str| -> Vec<String> {
            path.split('/')
                .filter(|part| !part.is_empty())
                .map(str::to_owned)
                .collect()
        };
        let (from, to) = (parts(&start), parts(&path));
        let same = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
        let mut out = vec!["..".to_owned(); from.len() - same];
        out.extend_from_slice(&to[same..]);
        if out.is_empty() {
            ".".to_owned()
        } else {
            out.join("/")
        }
    })
}

fn realpath(eval: &Eval<'_>, input: &Obj, _: &Bound) -> Res<Obj> {
    let here = current(eval);
    made(eval, input, |path| {
        let path = joined(&[&here, path]);
        // What does not exist is kept behind the part that does.
        let mut found = std::path::PathBuf::from("/");
        let mut missing = false;
        for part in path
            .split('/')
            .filter(|part| !part.is_empty() && *part != ".")
        {
            if part == ".." {
                found.pop();
                continue;
            }
            found.push(part);
            if !missing {
                match std::fs::canonicalize(&found) {
                    Ok(real) => found = real,
                    Err(_) => missing = true,
                }
            }
        }
        found.display().to_string()
    })
}

fn commonpath(eval: &Eval<'_>, input: &Obj, _: &Bound) -> Res<Obj> {
    let items = eval.items(input)?;
    let mut common: Option<Vec<&str>> = None;
    let mut absolute = None;
    for item in &items {
        let text = path(eval, item)?;
        if *absolute.get_or_insert(text.starts_with('/')) != text.starts_with('/') {
            return Err(Stop::runtime(
                "absolute and relative paths have nothing in common",
            ));
        }
        let parts: Vec<&str> = text
            .split('/')
            .filter(|part| !part.is_empty() && *part != ".")
            .collect();
        common = Some(match common {
            None => parts,
            Some(known) => known
                .into_iter()
                .zip(parts)
                .take_while(|(a, b)| a == b)
                .map(|(a, _)| a)
                .collect(),
        });
    }
    let Some(common) = common else {
        return Err(Stop::runtime("there are no paths"));
    };
    let lead = if absolute == Some(true) { "/" } else { "" };
    Ok(Obj::from(format!("{lead}{}", common.join("/"))))
}

fn expanduser(eval: &Eval<'_>, input: &Obj, _: &Bound) -> Res<Obj> {
    made(eval, input, |path| lookups::with_home(eval, path))
}

fn expandvars(eval: &Eval<'_>, input: &Obj, _: &Bound) -> Res<Obj> {
    let environment = &eval.templar.settings().environment;
    made(eval, input, |path| {
        let mut out = String::new();
        let mut rest = path;
        while let Some(at) = rest.find('$') {
            out.push_str(&rest[..at]);
            let after = &rest[at + 1..];
            let (name, length) = match after
                .strip_prefix('{')
                .and_then(|inner| inner.find('}').map(|end| &inner[..end]))
            {
                Some(name) => (name, name.len() + 2),
                None => {
                    let end = after
                        .find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
                        .unwrap_or(after.len());
                    (&after[..end], end)
                }
            };
            match environment.get(name) {
                Some(value) => out.push_str(value),
                None => out.push_str(&rest[at..=at + length]),
            }
            rest = &after[length..];
        }
        out + rest
    })
}

fn fileglob(eval: &Eval<'_>, input: &Obj, _: &Bound) -> Res<Obj> {
    let text = path(eval, input)?;
    let found = lookups::glob(text)
        .into_iter()
        .filter(|path| std::path::Path::new(path).is_file());
    Ok(Obj::list(
        found.map(|path| Obj::Str(text.derive(path))).collect(),
    ))
}

/// The drive or share that a Windows path starts with, and the rest.
fn drive(path: &str) -> (&str, &str) {
    let bytes = path.as_bytes();
    if bytes.len() >= 2 && bytes[1] == b':' {
        return path.split_at(2);
    }
    if path.starts_with("\\\\") && !path.starts_with("\\\\\\") {
        let mut slashes = path[2..].match_indices('\\').map(|(at, _)| at + 2);
        if let (Some(_), end) = (slashes.next(), slashes.next()) {
            return path.split_at(end.unwrap_or(path.len()));
        }
    }
    ("", path)
}

fn win_dirname(path: &str) -> String {
    let (drive, rest) = drive(path);
    let at = rest.rfind(['\\', '/']).map_or(0, |at| at + 1);
    let head = &rest[..at];
    let kept = head.trim_end_matches(['\\', '/']);
    format!("{drive}{}", if kept.is_empty() { head } else { kept })
}

fn win_splitdrive(eval: &Eval<'_>, input: &Obj, _: &Bound) -> Res<Obj> {
    let text = path(eval, input)?;
    let (drive, rest) = drive(text);
    Ok(Obj::tuple(vec![
        Obj::Str(text.derive(drive)),
        Obj::Str(text.derive(rest)),
    ]))
}
