//! The spanned tree of one document.

use std::sync::Arc;

use crate::{
    diagnostic::Span,
    value::{Key, Value},
};

/// One node as it was written. Cloning is cheap: children are shared, aliases too.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    pub kind: Kind,
    /// The characters of a scalar without its quotes; the first key of a block mapping; the
    /// first dash of a block sequence; the brackets of a flow collection.
    pub span: Span,
    pub tag: Tag,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    Scalar(Scalar),
    Seq(Arc<[Node]>),
    /// The entries in order, merge keys resolved, every key once.
    Map(Arc<[Entry]>),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Scalar {
    pub chars: Arc<str>,
    pub style: Style,
    /// What the scalar means; `None` when it is text.
    pub meaning: Option<Value>,
}

/// How a scalar was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    Plain,
    Quoted,
    /// After `|` or `>`.
    Block,
}

/// One key of a mapping with its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub key: Key,
    pub key_span: Span,
    pub value: Node,
}

/// The tags that playbooks may use; any other is refused when reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tag {
    /// None, or one that only says what the node is anyway.
    None,
    /// Never templated, with all that is in it.
    Unsafe,
    /// Ciphertext of a vault.
    Vault,
    /// Base64.
    Binary,
    /// A mapping without values, used as a set.
    Set,
    /// A sequence of mappings of one entry each.
    Pairs,
}

impl Node {
    /// The entries of a mapping.
    pub fn as_map(&self) -> Option<&[Entry]> {
        match &self.kind {
            Kind::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// The items of a sequence.
    pub fn as_seq(&self) -> Option<&[Node]> {
        match &self.kind {
            Kind::Seq(items) => Some(items),
            _ => None,
        }
    }

    /// The entry of a mapping under this text.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.as_map()?
            .iter()
            .find(|entry| entry.key.as_str() == Some(key))
    }

    /// The value of a mapping under this text.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    pub fn as_scalar(&self) -> Option<&Scalar> {
        match &self.kind {
            Kind::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// The characters of a scalar that is text; numbers, dates and the like are none.
    pub fn as_str(&self) -> Option<&str> {
        self.as_scalar()
            .filter(|scalar| scalar.meaning.is_none())
            .map(|scalar| scalar.chars.as_ref())
    }

    pub fn is_null(&self) -> bool {
        self.meaning() == Some(&Value::Null)
    }

    /// What a scalar that is not text means.
    pub fn meaning(&self) -> Option<&Value> {
        self.as_scalar()?.meaning.as_ref()
    }

    /// What this node is, for errors: "a list", "a number", ….
    pub fn described(&self) -> &'static str {
        match &self.kind {
            Kind::Seq(_) => "a list",
            Kind::Map(_) => "a mapping",
            Kind::Scalar(scalar) => match scalar.meaning {
                None => "text",
                Some(Value::Null) => "empty",
                Some(Value::Bool(_)) => "a boolean",
                Some(Value::Date(_) | Value::Moment(_)) => "a date",
                Some(_) => "a number",
            },
        }
    }
}
