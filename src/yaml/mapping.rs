//! Keys and values to the entries of a mapping: merges, duplicates.

use std::collections::HashMap;

use super::{
    node::{Entry, Kind, Node, Style},
    slip,
};
use crate::{
    diagnostic::{Mistake, Span},
    value::{Key, Value},
};

/// Returns the entries of these keys and values, which stand in turn.
///
/// What `<<` brings comes first and gives way to what is written, as in `PyYAML`. Of a key that
/// is there twice the last value holds, at the place of the first.
pub(super) fn entries(
    items: Vec<Node>,
    span: &Span,
    warnings: &mut Vec<Mistake>,
) -> Result<Vec<Entry>, Mistake> {
    let mut own = Vec::with_capacity(items.len() / 2);
    let mut merged = Vec::new();
    let mut items = items.into_iter();
    while let (Some(key), Some(value)) = (items.next(), items.next()) {
        if is_merge(&key) {
            merge(value, &mut merged)?;
            continue;
        }
        own.push(Entry {
            key: key_of(&key, span)?,
            key_span: key.span,
            value,
        });
    }
    if own.len() + merged.len() < 2 {
        merged.append(&mut own);
        return Ok(merged);
    }
    let inherited = merged.len();
    let mut places: HashMap<Key, usize> = HashMap::with_capacity(inherited + own.len());
    let mut seen: Vec<(Entry, bool)> = Vec::with_capacity(inherited + own.len());
    let all = merged.into_iter().map(|entry| (entry, true));
    for (entry, is_merged) in all.chain(own.into_iter().map(|entry| (entry, false))) {
        if let Some(place) = places.get(&entry.key) {
            let (older, older_merged) = &mut seen[*place];
            if !*older_merged && !is_merged {
                warnings.push(duplicate(older, &entry));
            }
            *older = entry;
            *older_merged = is_merged;
        } else {
            places.insert(entry.key.clone(), seen.len());
            seen.push((entry, is_merged));
        }
    }
    Ok(seen.into_iter().map(|(entry, _)| entry).collect())
}

fn duplicate(older: &Entry, newer: &Entry) -> Mistake {
    let name = name_of(&newer.key);
    Mistake::new(
        format!("the key `{name}` stands twice in this mapping; the last value holds"),
        &newer.key_span,
        "this one holds",
    )
    .also(&older.key_span, "this one is not used")
}

fn is_merge(key: &Node) -> bool {
    key.as_scalar()
        .is_some_and(|scalar| scalar.style == Style::Plain && scalar.chars.as_ref() == "<<")
}

fn merge(value: Node, merged: &mut Vec<Entry>) -> Result<(), Mistake> {
    let refuse = |node: &Node| {
        Mistake::new(
            "`<<` takes a mapping or a list of mappings",
            &node.span,
            format!("this is {}", node.described()),
        )
    };
    match value.kind {
        Kind::Map(entries) => merged.extend(entries.iter().cloned()),
        // The first of the list wins, so it comes last.
        Kind::Seq(items) => {
            for item in items.iter().rev() {
                let entries = item.as_map().ok_or_else(|| refuse(item))?;
                merged.extend(entries.iter().cloned());
            }
        }
        Kind::Scalar(_) => return Err(refuse(&value)),
    }
    Ok(())
}

fn key_of(node: &Node, mapping: &Span) -> Result<Key, Mistake> {
    let Some(scalar) = node.as_scalar() else {
        return Err(
            slip::template_as_key(&mapping.source, node.span.start).unwrap_or_else(|| {
                Mistake::new(
                    format!(
                        "a key must be text or a number, and this is {}",
                        node.described()
                    ),
                    &node.span,
                    "not a key",
                )
            }),
        );
    };
    let Some(meaning) = &scalar.meaning else {
        return Ok(Key::from(scalar.chars.as_ref()));
    };
    // A date with a time, a number beyond 64 bits: their characters name them as well.
    Ok(Key::from_value(meaning).unwrap_or_else(|| Key::from(scalar.chars.as_ref())))
}

/// The key as a person reads it.
pub(super) fn name_of(key: &Key) -> String {
    match key.to_value() {
        Value::Null => "null".to_owned(),
        Value::Text(text) => text.as_str().to_owned(),
        Value::Bool(truth) => truth.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Date(date) => date.to_string(),
        other => format!("{other:?}"),
    }
}
