//! Markers and white space rules of a template.

use minijinja::syntax::SyntaxConfig;

/// The markers and white space rules that a template is written for.
///
/// The defaults are those of Ansible's `template` module: `trim_blocks` on, the rest off.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Style {
    pub block_start: String,
    pub block_end: String,
    pub variable_start: String,
    pub variable_end: String,
    pub comment_start: String,
    pub comment_end: String,
    pub line_statement_prefix: Option<String>,
    pub line_comment_prefix: Option<String>,
    /// Whether the newline after a block is dropped.
    pub trim_blocks: bool,
    /// Whether blanks before a block at the start of a line are dropped.
    pub lstrip_blocks: bool,
    pub keep_trailing_newline: bool,
    /// What newlines of the template become.
    pub newline_sequence: String,
}

impl Default for Style {
    fn default() -> Self {
        Self {
            block_start: "{%".to_owned(),
            block_end: "%}".to_owned(),
            variable_start: "{{".to_owned(),
            variable_end: "}}".to_owned(),
            comment_start: "{#".to_owned(),
            comment_end: "#}".to_owned(),
            line_statement_prefix: None,
            line_comment_prefix: None,
            trim_blocks: true,
            lstrip_blocks: false,
            keep_trailing_newline: false,
            newline_sequence: "\n".to_owned(),
        }
    }
}

impl Style {
    pub(super) fn syntax(&self) -> Result<SyntaxConfig, String> {
        let mut syntax = SyntaxConfig::builder();
        syntax
            .block_delimiters(self.block_start.clone(), self.block_end.clone())
            .variable_delimiters(self.variable_start.clone(), self.variable_end.clone())
            .comment_delimiters(self.comment_start.clone(), self.comment_end.clone())
            .trim_blocks(self.trim_blocks)
            .lstrip_blocks(self.lstrip_blocks)
            .keep_trailing_newline(self.keep_trailing_newline);
        if let Some(prefix) = &self.line_statement_prefix {
            syntax.line_statement_prefix(prefix.clone());
        }
        syntax.build().map_err(|flaw| flaw.to_string())
    }

    /// Takes a `#jinja2:` header off the text, and its settings with it.
    pub(in super::super) fn with_header<'t>(
        &self,
        text: &'t str,
    ) -> Result<(Self, &'t str), String> {
        let Some(rest) = text.strip_prefix("#jinja2:") else {
            return Ok((self.clone(), text));
        };
        let (header, body) = rest.split_once('\n').unwrap_or((rest, ""));
        let mut style = self.clone();
        for setting in split_settings(header) {
            let (key, value) = setting
                .split_once(':')
                .ok_or_else(|| format!("`{setting}` in the `#jinja2:` line has no value"))?;
            style.set(key.trim(), value.trim())?;
        }
        Ok((style, body))
    }

    /// Sets one option by the name that Ansible has for it.
    pub(in super::super) fn set(&mut self, key: &str, value: &str) -> Result<(), String> {
        let text = || {
            let quoted = (value.starts_with('\'') && value.ends_with('\''))
                || (value.starts_with('"') && value.ends_with('"'));
            if quoted && value.len() >= 2 {
                Ok(value[1..value.len() - 1]
                    .replace("\\n", "\n")
                    .replace("\\r", "\r")
                    .replace("\\t", "\t"))
            } else {
                Err(format!("`{key}` takes a quoted text, not `{value}`"))
            }
        };
        let truth = || match value {
            "True" | "true" | "yes" => Ok(true),
            "False" | "false" | "no" => Ok(false),
            _ => Err(format!("`{key}` takes True or False, not `{value}`")),
        };
        match key {
            "block_start_string" => self.block_start = text()?,
            "block_end_string" => self.block_end = text()?,
            "variable_start_string" => self.variable_start = text()?,
            "variable_end_string" => self.variable_end = text()?,
            "comment_start_string" => self.comment_start = text()?,
            "comment_end_string" => self.comment_end = text()?,
            "line_statement_prefix" => self.line_statement_prefix = Some(text()?),
            "line_comment_prefix" => self.line_comment_prefix = Some(text()?),
            "trim_blocks" => self.trim_blocks = truth()?,
            "lstrip_blocks" => self.lstrip_blocks = truth()?,
            "keep_trailing_newline" => self.keep_trailing_newline = truth()?,
            "newline_sequence" => self.newline_sequence = text()?,
            _ => return Err(format!("`{key}` is no setting of a `#jinja2:` line")),
        }
        Ok(())
    }
}

/// Splits at the commas that stand outside of quotes.
fn split_settings(header: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut quote = None;
    let mut from = 0;
    for (at, letter) in header.char_indices() {
        match (quote, letter) {
            (None, '\'' | '"') => quote = Some(letter),
            (Some(open), letter) if open == letter => quote = None,
            (None, ',') => {
                parts.push(header[from..at].trim());
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(header[from..].trim());
    parts.retain(|part| !part.is_empty());
    parts
}
