//! Scalars that YAML 1.1 reads otherwise than most people.

use super::node::{Entry, Node, Style};
use crate::{
    diagnostic::Mistake,
    value::{Key, Value},
};

/// Adds a warning for each known trap in these entries.
pub(super) fn in_mapping(entries: &[Entry], warnings: &mut Vec<Mistake>) {
    for entry in entries {
        if let Key::Bool(truth) = entry.key {
            let written = entry
                .key_span
                .source
                .text()
                .get(entry.key_span.start..entry.key_span.end)
                .unwrap_or_default();
            if !matches!(written.to_lowercase().as_str(), "true" | "false") {
                warnings.push(
                    Mistake::new(
                        format!("the key `{written}` is the boolean `{truth}` in YAML 1.1"),
                        &entry.key_span,
                        "not text",
                    )
                    .help(format!("quote it: \"{written}\"")),
                );
            }
        }
        let name = entry.key.as_str().unwrap_or_default();
        let octal_is_meant = name.ends_with("mode") || name.ends_with("umask");
        match entry.value.as_seq() {
            Some(items) => {
                for item in items {
                    warnings.extend(in_scalar(item, octal_is_meant));
                }
            }
            None => warnings.extend(in_scalar(&entry.value, octal_is_meant)),
        }
    }
}

fn in_scalar(node: &Node, octal_is_meant: bool) -> Option<Mistake> {
    let scalar = node
        .as_scalar()
        .filter(|scalar| scalar.style == Style::Plain)?;
    let chars = scalar.chars.as_ref();
    let says = match scalar.meaning.as_ref()? {
        Value::Int(number) if chars.contains(':') => {
            format!("`{chars}` is the number {number} in YAML 1.1 (base 60)")
        }
        Value::Int(number)
            if !octal_is_meant
                && chars.len() > 1
                && chars.starts_with('0')
                && !chars.starts_with("0x")
                && !chars.starts_with("0b") =>
        {
            format!("`{chars}` is the number {number} in YAML 1.1 (octal)")
        }
        Value::Float(number)
            if !chars.contains(['e', 'E', ':', '_'])
                && chars.ends_with('0')
                && !chars.ends_with(".0") =>
        {
            format!("`{chars}` is the number {number}: its last zero is lost")
        }
        _ => return None,
    };
    Some(
        Mistake::new(says, &node.span, "not text")
            .help(format!("quote it if it is meant as text: \"{chars}\"")),
    )
}
