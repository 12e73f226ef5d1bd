//! Values in INI, properties and CSV files.

use super::super::{
    eval::{Bound, Eval},
    failure::{Res, Stop},
    obj::{self, Obj},
};
use super::{Lookup, files, lookup};
use crate::value::{
    Marks, Text,
    pattern::{Flags, compile},
    truth_of,
};

pub(super) const LOOKUPS: &[Lookup] = &[
    lookup(
        "ini",
        &[
            "file?",
            "section?",
            "type?",
            "re?",
            "default?",
            "encoding?",
            "case_sensitive?",
            "allow_none?",
            "interpolation?",
        ],
        ini,
        "Reads values of INI and properties files.",
    ),
    lookup(
        "csvfile",
        &[
            "file?",
            "col?",
            "delimiter?",
            "default?",
            "encoding?",
            "keycol?",
        ],
        csvfile,
        "Reads values of CSV files.",
    ),
];

/// An option as the term has it, or as it was given.
struct Options<'o> {
    term: Vec<(String, String)>,
    given: &'o Bound,
}

impl Options<'_> {
    fn text(&self, eval: &Eval<'_>, name: &str) -> Res<Option<String>> {
        if let Some((_, value)) = self.term.iter().find(|(known, _)| known == name) {
            return Ok(Some(value.clone()));
        }
        match self.given.some(name) {
            Some(value) => Ok(Some(obj::text(eval, value)?.to_string())),
            None => Ok(None),
        }
    }

    fn truth(&self, eval: &Eval<'_>, name: &str, default: bool) -> Res<bool> {
        if let Some((_, value)) = self.term.iter().find(|(known, _)| known == name) {
            return Ok(truth_of(value) == Some(true));
        }
        self.given.truth(eval, name, default)
    }
}

/// The entries of one section; `None` where there is no such section.
fn section(text: &str, wanted: Option<&str>, sensitive: bool) -> Option<Vec<(String, String)>> {
    let mut entries: Vec<(String, String)> = Vec::new();
    let mut inside = wanted.is_none();
    let mut found = inside;
    let mut defaults = Vec::new();
    let mut in_defaults = false;
    for line in text.lines() {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with(['#', ';']) {
            continue;
        }
        if let Some(name) = trimmed
            .strip_prefix('[')
            .and_then(|rest| rest.split_once(']'))
            .map(|(name, _)| name)
        {
            inside = Some(name) == wanted;
            in_defaults = name == "DEFAULT";
            found |= inside;
            continue;
        }
        let list = if inside {
            &mut entries
        } else if in_defaults {
            &mut defaults
        } else {
            continue;
        };
        if line.starts_with([' ', '\t'])
            && let Some((_, value)) = list.last_mut()
        {
            value.push('\n');
            value.push_str(trimmed);
            continue;
        }
        let (key, value) = match trimmed.find(['=', ':']) {
            Some(at) => (trimmed[..at].trim(), trimmed[at + 1..].trim()),
            None => (trimmed, ""),
        };
        let key = if sensitive {
            key.to_owned()
        } else {
            key.to_lowercase()
        };
        list.push((key, value.to_owned()));
    }
    for (key, value) in defaults {
        if !entries.iter().any(|(known, _)| *known == key) {
            entries.push((key, value));
        }
    }
    found.then_some(entries)
}

/// The name of a file, with the marks of what it came from.
fn named(name: &str, asked: &Text, given: &Bound) -> Text {
    let option = given.some("file").and_then(Obj::text);
    asked
        .derive(name)
        .with(option.map_or(Marks::NONE, Text::marks))
}

fn ini(eval: &Eval<'_>, terms: &[Obj], given: &Bound) -> Res<Vec<Obj>> {
    let mut out = Vec::new();
    for term in terms {
        let asked = obj::text(eval, term)?;
        let (key, term) = files::term_options(&asked);
        let options = Options { term, given };
        let properties = options.text(eval, "type")?.as_deref() == Some("properties");
        let name = options
            .text(eval, "file")?
            .unwrap_or_else(|| "ansible.ini".to_owned());
        let path = files::found(eval, &named(&name, &asked, given))?;
        let text = files::text(eval, &path)?;
        let sensitive = options.truth(eval, "case_sensitive", false)?;
        let wanted = match options.text(eval, "section")? {
            _ if properties => None,
            Some(section) => Some(section),
            None => Some("global".to_owned()),
        };
        let Some(entries) = section(&text, wanted.as_deref(), sensitive) else {
            return Err(Stop::runtime(format!(
                "`{name}` has no section `{}`",
                wanted.unwrap_or_default()
            )));
        };
        if options.truth(eval, "re", false)? {
            let pattern = compile(&key, Flags::default(), "")?;
            for (name, value) in entries {
                if pattern
                    .search(&name, 0)?
                    .is_some_and(|groups| groups[0].is_some_and(|(start, _)| start == 0))
                {
                    out.push(Obj::Str(text.derive(value)));
                }
            }
            continue;
        }
        let key = if sensitive { key } else { key.to_lowercase() };
        let value = entries
            .into_iter()
            .rev()
            .find(|(name, _)| *name == key)
            .map(|(_, value)| value);
        let value = match value {
            Some(value) => value,
            None => options.text(eval, "default")?.unwrap_or_default(),
        };
        out.push(Obj::Str(text.derive(value)));
    }
    Ok(out)
}

/// The rows of a CSV text; fields may be quoted, quotes inside are doubled.
fn rows(text: &str, delimiter: char) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    let mut row = Vec::new();
    let mut field = String::new();
    let mut quoted = false;
    let mut any = false;
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted => {
                if letters.next_if_eq(&'"').is_some() {
                    field.push('"');
                } else {
                    quoted = false;
                }
            }
            '"' if field.is_empty() => {
                quoted = true;
                any = true;
            }
            letter if letter == delimiter && !quoted => {
                row.push(std::mem::take(&mut field));
                any = true;
            }
            '\n' if !quoted => {
                if any || !field.is_empty() {
                    row.push(std::mem::take(&mut field));
                    rows.push(std::mem::take(&mut row));
                }
                any = false;
            }
            '\r' if !quoted => {}
            letter => {
                field.push(letter);
                any = true;
            }
        }
    }
    if any || !field.is_empty() {
        row.push(field);
        rows.push(row);
    }
    rows
}

fn csvfile(eval: &Eval<'_>, terms: &[Obj], given: &Bound) -> Res<Vec<Obj>> {
    let mut out = Vec::new();
    for term in terms {
        let asked = obj::text(eval, term)?;
        let (key, term) = files::term_options(&asked);
        let options = Options { term, given };
        let name = options
            .text(eval, "file")?
            .unwrap_or_else(|| "ansible.csv".to_owned());
        let delimiter = match options.text(eval, "delimiter")?.as_deref() {
            None | Some("TAB" | "\t") => '\t',
            Some(other) => other.chars().next().unwrap_or('\t'),
        };
        let column = |name: &str, default: usize| match options.text(eval, name)? {
            None => Ok(default),
            Some(text) => text
                .parse()
                .map_err(|_| Stop::runtime(format!("`{name}` must be the number of a column"))),
        };
        let (key_column, column) = (column("keycol", 0)?, column("col", 1)?);
        let path = files::found(eval, &named(&name, &asked, given))?;
        let text = files::text(eval, &path)?;
        let row = rows(&text, delimiter)
            .into_iter()
            .find(|row| row.get(key_column).is_some_and(|field| *field == key));
        match row {
            Some(row) => match row.get(column) {
                Some(field) => out.push(Obj::Str(text.derive(field.as_str()))),
                None => return Err(Stop::runtime(format!("the row has no column {column}"))),
            },
            None => out.extend(given.some("default").cloned()),
        }
    }
    Ok(out)
}
