//! What a change looks like to a person.

use similar::{ChangeTag, TextDiff};

use super::Color;
use crate::{
    change::Change,
    state::{Content, Entry, Kind, Meta, Stamp},
    value::text_of,
};

/// Larger contents are not compared line by line, in bytes. Ansible has the same limit.
const LARGEST: u64 = 104_448;

/// Lines around a difference.
const CONTEXT: usize = 3;

/// The differences that a change makes, in the form of `diff -u`.
pub(super) fn lines(change: &Change) -> Vec<(String, Color)> {
    match change {
        Change::Entry { path, from, to, .. } => entry(path, from.as_ref(), to.as_ref()),
        Change::Meta { path, from, to } => attributes(path, from, to),
        Change::Service { name, from, to, .. } => {
            let side = |state: &crate::state::ServiceState| {
                let mut text = format!("service: {name}\n");
                let mut part = |label: &str, is: Option<bool>, words: [&str; 2]| {
                    if let Some(is) = is {
                        text.push_str(&format!("{label}: {}\n", words[usize::from(is)]));
                    }
                };
                part("enabled", state.enabled, ["no", "yes"]);
                part("masked", state.masked, ["no", "yes"]);
                part("state", state.running, ["stopped", "started"]);
                text
            };
            unified("", "", &side(from), &side(to))
        }
        Change::Perhaps { path, to, unknown } => {
            let mut all = vec![(
                format!("--- before: {path} (unknown: {unknown})"),
                Color::Removed,
            )];
            all.extend(
                entry(path, None, to.as_ref())
                    .into_iter()
                    .filter(|(line, _)| !line.starts_with("--- ")),
            );
            all
        }
        Change::Backup { .. } | Change::Fresh { .. } | Change::Act(_) => Vec::new(),
    }
}

/// The differences of a change as text without colours.
pub fn plain_diff(change: &Change) -> String {
    lines(change)
        .into_iter()
        .map(|(line, _)| crate::diagnostic::visible(&line) + "\n")
        .collect()
}

/// A change in a few words.
pub fn summary(change: &Change) -> String {
    let text = match change {
        Change::Entry { path, from, to, .. } => match (from, to) {
            (None, _) => format!("{path} is there"),
            (_, None) => format!("{path} is gone"),
            _ => format!("{path} is replaced"),
        },
        Change::Meta { path, .. } => format!("the attributes of {path}"),
        Change::Service { name, .. } => format!("the service {name}"),
        Change::Backup { path, .. } => format!("a backup of {path}"),
        Change::Fresh { directory, .. } => format!("something new in {directory}"),
        Change::Perhaps { path, .. } => format!("{path}, perhaps"),
        Change::Act(act) => format!("{act:?}"),
    };
    crate::diagnostic::visible(&text)
}

fn entry(path: &str, from: Option<&Entry>, to: Option<&Entry>) -> Vec<(String, Color)> {
    let file = |entry: Option<&Entry>| match entry.map(|entry| &entry.kind) {
        Some(Kind::File(content)) => Some(content.clone()),
        _ => None,
    };
    match (file(from), file(to)) {
        (None, None) => kinds(path, from, to),
        (before, after) => {
            let mut all = Vec::new();
            if from.is_some_and(|entry| !matches!(entry.kind, Kind::File(_)))
                || to.is_some_and(|entry| !matches!(entry.kind, Kind::File(_)))
            {
                all.extend(kinds(path, from, to));
            }
            all.extend(contents(path, before.as_ref(), after.as_ref()));
            if let (Some(from), Some(to)) = (from, to)
                && !from.meta.satisfies(&to.meta)
            {
                all.extend(attributes(path, &from.meta, &to.meta));
            }
            all
        }
    }
}

fn contents(path: &str, before: Option<&Content>, after: Option<&Content>) -> Vec<(String, Color)> {
    let header =
        |content: Option<&Content>| content.map_or_else(String::new, |_| format!(": {path}"));
    let (old, new) = (header(before), header(after));
    let empty = Content::of(Vec::new());
    let sides = [before.unwrap_or(&empty), after.unwrap_or(&empty)];
    let texts: Vec<Result<String, String>> = sides.iter().map(|content| text(content)).collect();
    match &texts[..] {
        [Ok(one), Ok(two)] if one == two => {
            // An empty file appears or goes: there is no line to show.
            vec![
                (format!("--- before{old}"), Color::Removed),
                (format!("+++ after{new}"), Color::Added),
            ]
        }
        [Ok(one), Ok(two)] => unified(&old, &new, one, two),
        _ => {
            let word = |side: &Result<String, String>| match side {
                Ok(_) => "text".to_owned(),
                Err(why) => why.clone(),
            };
            vec![
                (
                    format!("--- before{old} ({})", word(&texts[0])),
                    Color::Removed,
                ),
                (
                    format!("+++ after{new} ({})", word(&texts[1])),
                    Color::Added,
                ),
            ]
        }
    }
}

/// The text of a content, or why it is not shown.
fn text(content: &Content) -> Result<String, String> {
    let Content::Known { digest, size, .. } = content else {
        return Err(match content {
            Content::Unknown(unknown) => format!("unknown: {unknown}"),
            Content::Known { .. } => String::new(),
        });
    };
    if *size > LARGEST {
        return Err(format!("{size} bytes, sha256 {digest}: too large to show"));
    }
    match content.here() {
        Some(bytes) if bytes.contains(&0) => Err(format!("{size} bytes, sha256 {digest}: binary")),
        Some(bytes) => Ok(text_of(bytes)),
        None => Err(format!("{size} bytes, sha256 {digest}")),
    }
}

fn kinds(path: &str, from: Option<&Entry>, to: Option<&Entry>) -> Vec<(String, Color)> {
    let side = |entry: Option<&Entry>| {
        let mut map = serde_json::Map::new();
        map.insert("path".to_owned(), path.into());
        let state = match entry.map(|entry| &entry.kind) {
            None => "absent",
            Some(Kind::Directory) => "directory",
            Some(Kind::Link(target)) => {
                map.insert("src".to_owned(), target.as_str().into());
                "link"
            }
            Some(Kind::Hard(other)) => {
                map.insert("src".to_owned(), other.as_str().into());
                "hard"
            }
            Some(Kind::File(_)) => "file",
            Some(Kind::Fifo) => "fifo",
            Some(Kind::Socket) => "socket",
            Some(Kind::Device(_)) => "device",
        };
        map.insert("state".to_owned(), state.into());
        json(map)
    };
    unified("", "", &side(from), &side(to))
}

fn attributes(path: &str, from: &Meta, to: &Meta) -> Vec<(String, Color)> {
    let mut sides = [serde_json::Map::new(), serde_json::Map::new()];
    let mut both = |name: &str, one: serde_json::Value, two: serde_json::Value| {
        if one != two {
            sides[0].insert(name.to_owned(), one);
            sides[1].insert(name.to_owned(), two);
        }
    };
    both(
        "mode",
        from.mode.to_string().into(),
        to.mode.to_string().into(),
    );
    both("owner", from.uid.into(), to.uid.into());
    both("group", from.gid.into(), to.gid.into());
    both("atime", time(from.atime), wanted_time(from.atime, to.atime));
    both("mtime", time(from.mtime), wanted_time(from.mtime, to.mtime));
    if to.flags.is_some() {
        both("flags", from.flags.into(), to.flags.into());
    }
    for name in from.xattrs.keys().chain(to.xattrs.keys()) {
        let shown = |meta: &Meta| {
            let value = meta.xattrs.get(name)?;
            Some(text_of(value).trim_end_matches('\0').to_owned())
        };
        both(name, shown(from).into(), shown(to).into());
    }
    let [mut one, mut two] = sides;
    one.insert("path".to_owned(), path.into());
    two.insert("path".to_owned(), path.into());
    unified("", "", &json(one), &json(two))
}

fn time(stamp: Stamp) -> serde_json::Value {
    match stamp {
        Stamp::At(seconds, nanoseconds) => format!("{seconds}.{nanoseconds:09}").into(),
        Stamp::Now => "now".into(),
        Stamp::Any => "unknown".into(),
    }
}

fn wanted_time(from: Stamp, to: Stamp) -> serde_json::Value {
    match to {
        Stamp::Any => time(from),
        other => time(other),
    }
}

fn json(map: serde_json::Map<String, serde_json::Value>) -> String {
    let mut sorted: Vec<_> = map.into_iter().collect();
    sorted.sort_by(|one, two| one.0.cmp(&two.0));
    let map: serde_json::Map<_, _> = sorted.into_iter().collect();
    super::default::pretty(&map.into()) + "\n"
}

fn unified(old: &str, new: &str, before: &str, after: &str) -> Vec<(String, Color)> {
    let diff = TextDiff::from_lines(before, after);
    let mut all = vec![
        (format!("--- before{old}"), Color::Removed),
        (format!("+++ after{new}"), Color::Added),
    ];
    for hunk in diff.unified_diff().context_radius(CONTEXT).iter_hunks() {
        all.push((hunk.header().to_string(), Color::Lines));
        for change in hunk.iter_changes() {
            let (sign, color) = match change.tag() {
                ChangeTag::Equal => (' ', Color::Plain),
                ChangeTag::Delete => ('-', Color::Removed),
                ChangeTag::Insert => ('+', Color::Added),
            };
            let line = change.value().trim_end_matches('\n');
            all.push((format!("{sign}{line}"), color));
            if change.missing_newline() {
                all.push(("\\ No newline at end of file".to_owned(), color));
            }
        }
    }
    all
}
