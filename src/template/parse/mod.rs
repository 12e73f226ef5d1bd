//! Template text to trees; the only file group that knows the parser crate.

mod lower;
mod prepare;
mod style;

pub(super) use prepare::{has_markers, is_all_template};
pub use style::Style;

use std::sync::Arc;

use minijinja::machinery;

use super::{
    failure::{Failure, Kind},
    tree::{At, Template},
};
use lower::Lower;

/// How a text is to be read.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Reading {
    /// A task argument: backslashes in the string constants of `{{ }}` stay as they are.
    Argument,
    /// A template file.
    File,
    /// One bare expression.
    Expression,
}

/// What is wrong with a template's syntax, and where in its text.
pub(super) struct Flaw {
    pub(super) message: String,
    pub(super) at: At,
}

impl Flaw {
    pub(super) fn new(message: impl Into<String>, at: At) -> Self {
        Self {
            message: message.into(),
            at,
        }
    }

    pub(super) fn failure(&self) -> Failure {
        Failure::new(Kind::Syntax, &self.message)
    }
}

/// Parses a text.
pub(super) fn parse(
    name: &str,
    text: &str,
    reading: Reading,
    style: &Style,
) -> Result<Template, Flaw> {
    let text = prepare::newlines(text);
    if reading == Reading::Expression {
        return expression(name, &text);
    }
    let text = if reading == Reading::Argument {
        prepare::keep_backslashes(&text, style)
    } else {
        text
    };
    let text = prepare::without_line_comments(&text, style);
    let text = prepare::keep_raw_newlines(&text, style);
    let syntax = style
        .syntax()
        .map_err(|message| Flaw::new(message, At::default()))?;
    match machinery::parse(&text, name, syntax.clone()) {
        Ok(tree) => lowered(name, &text, &tree, style),
        Err(flaw) => {
            // The parser wants parentheses around `{{ a, b }}`; Jinja does not.
            if let Some(mended) = prepare::with_bare_tuples(&text, style)
                && let Ok(tree) = machinery::parse(&mended, name, syntax)
            {
                return lowered(name, &mended, &tree, style);
            }
            Err(syntax_flaw(&flaw, &text))
        }
    }
}

fn lowered(
    name: &str,
    text: &str,
    tree: &machinery::ast::Stmt<'_>,
    style: &Style,
) -> Result<Template, Flaw> {
    let mut lower = Lower::new(text, style);
    let body = lower.template(tree)?;
    Ok(Template {
        name: name.into(),
        text: text.into(),
        body,
        blocks: lower.blocks,
        expression: None,
    })
}

fn expression(name: &str, text: &str) -> Result<Template, Flaw> {
    let style = Style::default();
    let tree = machinery::parse_expr(text).map_err(|flaw| syntax_flaw(&flaw, text))?;
    let expression = Lower::new(text, &style).expr(&tree)?;
    Ok(Template {
        name: name.into(),
        text: Arc::from(text),
        body: Vec::new(),
        blocks: Vec::new(),
        expression: Some(expression),
    })
}

fn syntax_flaw(flaw: &minijinja::Error, text: &str) -> Flaw {
    let end = text.len();
    let at = flaw.range().map_or(At::default(), |range| At {
        start: u32::try_from(range.start.min(end)).unwrap_or(0),
        end: u32::try_from(range.end.min(end)).unwrap_or(0),
    });
    let message = flaw
        .detail()
        .map_or_else(|| flaw.to_string(), str::to_owned);
    Flaw::new(message, at)
}
