//! `replace`: no text in a file matches a pattern any more.

use super::{
    FileAttributes, HostPath, Module, Refusal,
    edited::{Edited, compiled, failed},
    planning::Planning,
};
use crate::{
    change::Plan,
    host::Observe,
    value::{
        bytes_of,
        pattern::{BadPattern, Flags, Replacement},
        text_of,
    },
};

parameters! {
    /// Replaces everything in a text file that matches a pattern.
    ///
    /// ```yaml
    /// - replace:
    ///     path: /etc/hosts
    ///     regexp: '(\s+)old\.example\.org'
    ///     replace: '\1new.example.org'
    /// ```
    pub(super) struct Substitution with (attributes: FileAttributes) {
        /// The file.
        path: HostPath as [dest, destfile, name],
        /// The pattern, as Python's `re` has it; `^` and `$` match at every line.
        regexp: String,
        /// What comes in place of each match; `\1`, `\g<1>` and `\g<name>` stand for groups.
        replace: String = String::new(),
        /// Only what comes after a match of this is changed; `.` matches line ends too.
        after: Option<String>,
        /// Only what comes before a match of this is changed; `.` matches line ends too.
        before: Option<String>,
        /// How the file's text is encoded: `utf-8`, `ascii` or `latin-1`.
        encoding: String = "utf-8".to_owned(),
        /// Keeps a copy of the file, with the time in its name.
        backup: bool = false,
        /// A command that must accept the new file before it takes its place; `%s` is its path.
        validate: Option<String>,
    }
}

impl Module for Substitution {
    const ONLY_FILES: bool = true;

    fn plan(&self, host: &dyn Observe) -> Result<Plan, Refusal> {
        let mut planning = Planning::on(host);
        let validate = self.validate.as_ref();
        let mut file = Edited::open(host, &self.path.0, &self.attributes, validate)?;
        file.backup = self.backup.then_some("backup_file");
        planning.returns("rc", 0_i64);
        let Some(text) = &file.text else {
            return Err(failed(
                257,
                format!("Path {} does not exist !", self.path.0),
            ));
        };
        let is_latin = match self.encoding.to_lowercase().replace('_', "-").as_str() {
            "utf-8" | "utf8" | "ascii" | "us-ascii" => false,
            "latin-1" | "latin1" | "iso-8859-1" | "iso8859-1" => true,
            other => {
                let message = format!("`encoding: {other}` is not supported");
                return Err(Refusal::of("encoding", message));
            }
        };
        let text = if is_latin {
            bytes_of(text).into_iter().map(char::from).collect()
        } else {
            text.clone()
        };
        let Some((start, end)) = self.section(&text)? else {
            let message = format!(
                "Pattern for before/after params did not match the given file: {}",
                self.section_pattern().unwrap_or_default()
            );
            planning.returns("msg", message);
            return Ok(planning.done());
        };
        let section = &text[start..end];
        let flags = Flags {
            multiline: true,
            ..Flags::default()
        };
        let pattern = compiled("regexp", &self.regexp, flags, section)?;
        let bad = |bad: BadPattern| Refusal::of("replace", bad.to_string());
        let replacement = Replacement::parse(&self.replace, &pattern).map_err(bad)?;
        let (new, count) = pattern.replaced(section, &replacement).map_err(bad)?;
        let is_changed = new != section;
        let message = if is_changed {
            format!("{count} replacements made")
        } else {
            String::new()
        };
        let whole = format!("{}{new}{}", &text[..start], &text[end..]);
        let whole = if is_latin { from_latin(&whole)? } else { whole };
        let message = file.write(&mut planning, is_changed.then_some(whole), &message)?;
        planning.returns("msg", message);
        Ok(planning.done())
    }
}

impl Substitution {
    fn section_pattern(&self) -> Option<String> {
        Some(match (&self.after, &self.before) {
            (Some(after), Some(before)) => format!("{after}(?P<subsection>.*?){before}"),
            (Some(after), None) => format!("{after}(?P<subsection>.*)"),
            (None, Some(before)) => format!("(?P<subsection>.*){before}"),
            (None, None) => return None,
        })
    }

    /// The part of the text that is changed.
    fn section(&self, text: &str) -> Result<Option<(usize, usize)>, Refusal> {
        let Some(pattern) = self.section_pattern() else {
            return Ok(Some((0, text.len())));
        };
        let param = if self.after.is_some() {
            "after"
        } else {
            "before"
        };
        let flags = Flags {
            dot_all: true,
            ..Flags::default()
        };
        let pattern = compiled(param, &pattern, flags, text)?;
        let found = pattern
            .search(text, 0)
            .map_err(|bad| Refusal::of(param, bad.to_string()))?;
        let group = pattern.group("subsection").unwrap_or_default();
        Ok(found.and_then(|groups| groups.get(group).copied().flatten()))
    }
}

/// Text of Latin-1 letters as the bytes they stand for.
fn from_latin(text: &str) -> Result<String, Refusal> {
    let bytes: Result<Vec<u8>, _> = text
        .chars()
        .map(|letter| u8::try_from(u32::from(letter)))
        .collect();
    bytes.map(|bytes| text_of(&bytes)).map_err(|_| {
        Refusal::of(
            "replace",
            "the replacement has letters that are not in latin-1",
        )
    })
}
