//! The one way out: secrets masked, control characters made visible.

use std::io::{self, Write};

use crate::{diagnostic::visible, event::Secrets, value::Value};

/// The colours of Ansible's output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Color {
    Ok,
    Changed,
    Skipped,
    Failed,
    Unreachable,
    Unknown,
    Warning,
    Added,
    Removed,
    Lines,
    Plain,
}

impl Color {
    fn code(self) -> &'static str {
        match self {
            Self::Ok | Self::Added => "0;32",
            Self::Changed => "0;33",
            Self::Skipped | Self::Lines => "0;36",
            Self::Failed | Self::Removed => "0;31",
            Self::Unreachable => "1;31",
            Self::Unknown => "0;35",
            Self::Warning => "1;35",
            Self::Plain => "",
        }
    }
}

/// Where a reporter writes.
pub struct Sink<W> {
    to: W,
    secrets: Secrets,
    colored: bool,
    /// Whether the reader obeys commands in the text, as the log of a GitHub workflow does.
    obeys: bool,
}

impl<W: Write> Sink<W> {
    pub fn new(to: W, secrets: Secrets, colored: bool) -> Self {
        Self {
            to,
            secrets,
            colored,
            obeys: false,
        }
    }

    /// For a reader that obeys workflow commands in what it is told.
    #[must_use]
    pub fn obeyed(mut self, obeys: bool) -> Self {
        self.obeys = obeys;
        self
    }

    /// Writes a line, or several when the text has line feeds in it.
    pub fn line(&mut self, text: &str, color: Color) {
        // A reader that went away must not end a run that is changing hosts.
        let _ = self.write(text, color);
    }

    /// The text as it may be shown.
    pub fn shown(&self, text: &str) -> String {
        let text = visible(&self.secrets.masked(text));
        if self.obeys { inert(&text) } else { text }
    }

    /// The value as it may be shown.
    pub fn shown_value(&self, value: &Value) -> Value {
        self.secrets.shown_value(value)
    }

    fn write(&mut self, text: &str, color: Color) -> io::Result<()> {
        let text = self.shown(text);
        if self.colored && color != Color::Plain && !text.is_empty() {
            let code = color.code();
            for line in text.split('\n') {
                writeln!(self.to, "\x1b[{code}m{line}\x1b[0m")?;
            }
        } else {
            writeln!(self.to, "{text}")?;
        }
        self.to.flush()
    }
}

/// Commands of a workflow's log, made mere words: `::name ::` where a line starts, `##[name]`
/// anywhere.
fn inert(text: &str) -> String {
    let lines = text.split('\n').map(|line| {
        let words = line.trim_start();
        let blanks = &line[..line.len() - words.len()];
        let guard = if words.starts_with("::") { "\\" } else { "" };
        format!("{blanks}{guard}{}", words.replace("##[", "##\\["))
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::inert;

    #[test]
    fn a_host_cannot_command_a_workflow() {
        assert_eq!(
            inert("a ::b\n  ::set-env name=X::y\n::error::z\n ##[group]x"),
            "a ::b\n  \\::set-env name=X::y\n\\::error::z\n ##\\[group]x"
        );
    }
}
