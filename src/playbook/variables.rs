//! Variables as a file or a `vars:` gave them.

use crate::{
    diagnostic::{Mistake, Mistakes, Span},
    value::{Key, Value},
    yaml::{Conversion, Node},
};

/// One variable, with the place where it was set.
#[derive(Clone, Debug)]
pub struct Variable {
    pub name: String,
    /// Where the name stands.
    pub span: Span,
    /// Its value, not rendered yet. A vault text that does not open is a mistake only for those
    /// who use it.
    pub value: Result<Value, Mistake>,
}

/// Words that mean something else inside a template.
const RESERVED: [&str; 7] = ["False", "None", "True", "false", "none", "not", "true"];

/// Whether a variable can have this name.
pub fn is_variable_name(name: &str) -> bool {
    let mut letters = name.chars();
    letters
        .next()
        .is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && letters.all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !RESERVED.contains(&name)
}

pub(super) fn name_mistake(name: &str, span: &Span) -> Mistake {
    Mistake::new(
        format!("Invalid variable name '{name}'"),
        span,
        "not a name",
    )
    .help("a name has letters, digits and underscores, and starts with no digit")
}

/// Returns the variables of a mapping; names that no variable can have are mistakes.
pub fn variables(node: &Node, how: &Conversion<'_>, mistakes: &mut Mistakes) -> Vec<Variable> {
    if node.is_null() {
        return Vec::new();
    }
    let Some(entries) = node.as_map() else {
        mistakes.push(Mistake::new(
            format!(
                "variables are a mapping of names to values, and this is {}",
                node.described()
            ),
            &node.span,
            "expected a mapping",
        ));
        return Vec::new();
    };
    let mut found = Vec::with_capacity(entries.len());
    for entry in entries {
        let name = match &entry.key {
            Key::Text(text) => text.as_str().to_owned(),
            Key::Bool(true) => "True".to_owned(),
            Key::Bool(false) => "False".to_owned(),
            other => format!("{other:?}"),
        };
        if matches!(entry.key, Key::Text(_)) && is_variable_name(&name) {
            found.push(Variable {
                name,
                span: entry.key_span.clone(),
                value: how.value(&entry.value),
            });
        } else {
            mistakes.push(name_mistake(&name, &entry.key_span));
        }
    }
    found
}
