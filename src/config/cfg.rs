//! The text of an `ansible.cfg`: sections, keys, values.

use std::sync::Arc;

use crate::diagnostic::{Mistake, Mistakes, Source, Span};

/// One setting as it stands in the file.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) section: String,
    /// In lower case: keys are told apart without it.
    pub(super) key: String,
    pub(super) value: String,
    pub(super) span: Span,
}

/// Reads the dialect of Python's `configparser` as Ansible sets it up: `#` and `;` start comment
/// lines, ` ;` a comment behind a value, indented lines continue a value.
pub(super) fn read(source: &Arc<Source>) -> Result<Vec<Entry>, Mistakes> {
    let mut reader = Reader {
        entries: Vec::new(),
        mistakes: Mistakes::default(),
        section: None,
        indent: None,
    };
    let mut start = 0;
    for line in source.text().split_inclusive('\n') {
        reader.line(source, start, line);
        start += line.len();
    }
    reader.mistakes.or()?;
    Ok(reader.entries)
}

struct Reader {
    entries: Vec<Entry>,
    mistakes: Mistakes,
    section: Option<String>,
    /// How far the key was indented that a deeper line continues.
    indent: Option<usize>,
}

impl Reader {
    fn line(&mut self, source: &Arc<Source>, start: usize, line: &str) {
        let line = line.strip_prefix('\u{feff}').unwrap_or(line);
        let text = without_comment(line);
        let shown = text.trim();
        if shown.is_empty() {
            return;
        }
        let depth = text.len() - text.trim_start().len();
        let span = Span::new(source, start + depth, start + depth + shown.len());
        if let (Some(indent), Some(entry)) = (self.indent, self.entries.last_mut())
            && depth > indent
        {
            entry.value.push('\n');
            entry.value.push_str(shown);
            return;
        }
        if shown.starts_with('[')
            && let Some(end) = shown.rfind(']')
        {
            self.section = Some(shown[1..end].to_owned());
            self.indent = None;
            return;
        }
        let Some(section) = &self.section else {
            self.mistakes.push(
                Mistake::new("a setting stands before the first section", &span, "here")
                    .help("put `[defaults]` above it"),
            );
            return;
        };
        let Some(at) = shown.find(['=', ':']) else {
            self.mistakes
                .push(Mistake::new("expected `key = value`", &span, "no `=` here"));
            return;
        };
        let key = shown[..at].trim_end().to_lowercase();
        let first = self
            .entries
            .iter()
            .find(|entry| entry.section == *section && entry.key == key);
        if let Some(first) = first {
            self.mistakes.push(
                Mistake::new(
                    format!("`{key}` is set twice in `[{section}]`"),
                    &span,
                    "again here",
                )
                .also(&first.span, "first here"),
            );
            return;
        }
        self.indent = Some(depth);
        self.entries.push(Entry {
            section: section.clone(),
            key,
            value: shown[at + 1..].trim().to_owned(),
            span,
        });
    }
}

fn without_comment(line: &str) -> &str {
    if line.trim_start().starts_with(['#', ';']) {
        return "";
    }
    let inline = line.char_indices().zip(line.chars().skip(1));
    for ((at, letter), next) in inline {
        if letter.is_whitespace() && next == ';' {
            return &line[..at];
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::diagnostic::Source;

    #[test]
    fn values_are_read_as_configparser_reads_them() {
        let text = "; note\n[defaults]\nForks : 7 ; many\nroles_path = a\n  :b\nplain=a#b ;c\n\n[x]\nempty=\n";
        let entries = read(&Source::new("ansible.cfg", text)).unwrap();
        let seen: Vec<String> = entries
            .iter()
            .map(|entry| format!("{}.{}={:?}", entry.section, entry.key, entry.value))
            .collect();
        assert_eq!(
            seen,
            [
                "defaults.forks=\"7\"",
                "defaults.roles_path=\"a\\n:b\"",
                "defaults.plain=\"a#b\"",
                "x.empty=\"\""
            ]
        );
    }

    #[test]
    fn every_broken_line_is_told() {
        let text = "a=1\n[defaults]\nnothing\nb=1\nb=2\n";
        let mistakes = read(&Source::new("ansible.cfg", text)).unwrap_err();
        assert_eq!(
            mistakes.to_string(),
            "ansible.cfg:1:1: a setting stands before the first section\n\
             ansible.cfg:3:1: expected `key = value`\n\
             ansible.cfg:5:1: `b` is set twice in `[defaults]`"
        );
    }
}
