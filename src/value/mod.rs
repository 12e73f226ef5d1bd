//! The one dynamic value of YAML, templates, facts and results, with its marks.
//!
//! Text is **data unless it says otherwise**: only text marked as a template is ever rendered, so
//! what a host says cannot become code. Marks travel with text ([`Marks`]); [`Value::Unknown`] stands
//! for what only the real run can tell.

pub mod base64;
mod codec;
mod json;
mod lossless;
mod map;
mod marks;
pub mod pattern;
mod text;
mod time;
mod unknown;
mod word;

use std::sync::Arc;

use num_bigint::BigInt;
use serde::{Deserialize, Serialize};

pub use codec::{decoded, encoded};
pub use json::{from_json, spaced, to_json};
pub use lossless::{bytes_of, text_of};
pub use map::{Key, Map};
pub use marks::Marks;
pub use text::Text;
pub use time::Moment;
pub use unknown::{Reason, Unknown};
pub use word::{filtered_truth, hex, truth, truth_of};

/// A value as Ansible's users know it. Cloning is cheap: what is large is shared.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Value {
    #[default]
    Null,
    Bool(bool),
    Int(i64),
    /// A whole number beyond 64 bits; never one that fits [`Value::Int`].
    Big(Arc<BigInt>),
    Float(f64),
    Text(Text),
    Bytes(Arc<[u8]>),
    /// A calendar day, as YAML 1.1 has them.
    Date(jiff::civil::Date),
    /// A date with a time of day, with or without an offset.
    Moment(Moment),
    List(Arc<Vec<Value>>),
    Map(Arc<Map>),
    /// What cannot be foretold, and why.
    Unknown(Unknown),
}

impl Value {
    /// A list of these items.
    pub fn list(items: impl IntoIterator<Item = Value>) -> Self {
        Self::List(Arc::new(items.into_iter().collect()))
    }

    /// A whole number of any size, in its smallest form.
    pub fn whole(number: BigInt) -> Self {
        i64::try_from(&number).map_or_else(|_| Self::Big(Arc::new(number)), Self::Int)
    }

    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text.as_str()),
            _ => None,
        }
    }

    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(truth) => Some(*truth),
            _ => None,
        }
    }

    pub fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(number) => Some(*number),
            _ => None,
        }
    }

    pub fn as_list(&self) -> Option<&[Value]> {
        match self {
            Self::List(items) => Some(items),
            _ => None,
        }
    }

    pub fn as_map(&self) -> Option<&Map> {
        match self {
            Self::Map(map) => Some(map),
            _ => None,
        }
    }

    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The name of the type as Ansible's users read it in errors.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "boolean",
            Self::Int(_) | Self::Big(_) => "integer",
            Self::Float(_) => "float",
            Self::Text(_) => "string",
            Self::Bytes(_) => "bytes",
            Self::Date(_) => "date",
            Self::Moment(_) => "datetime",
            Self::List(_) => "list",
            Self::Map(_) => "dictionary",
            Self::Unknown(_) => "unknown",
        }
    }

    /// Why this value or any part of it cannot be foretold; `None` when all of it is known.
    pub fn unknown(&self) -> Option<Unknown> {
        match self {
            Self::Unknown(unknown) => Some(unknown.clone()),
            Self::List(items) => Unknown::union(items.iter().filter_map(Value::unknown)),
            Self::Map(map) => Unknown::union(map.values().filter_map(Value::unknown)),
            _ => None,
        }
    }

    /// Whether any text in this value is secret.
    pub fn is_secret(&self) -> bool {
        match self {
            Self::Text(text) => text.is_secret(),
            Self::List(items) => items.iter().any(Value::is_secret),
            Self::Map(map) => map.iter().any(|(key, value)| {
                matches!(key, Key::Text(text) if text.is_secret()) || value.is_secret()
            }),
            _ => false,
        }
    }

    /// The same value with every text in it passed through `change`; keys stay as they are.
    #[must_use]
    pub fn map_text(&self, change: &mut impl FnMut(&Text) -> Text) -> Value {
        match self {
            Self::Text(text) => Self::Text(change(text)),
            Self::List(items) => Self::list(items.iter().map(|item| item.map_text(change))),
            Self::Map(map) => Self::Map(Arc::new(
                map.iter()
                    .map(|(key, value)| (key.clone(), value.map_text(change)))
                    .collect(),
            )),
            other => other.clone(),
        }
    }

    /// The marks of all text in this value.
    pub fn marks(&self) -> Marks {
        match self {
            Self::Text(text) => text.marks(),
            Self::List(items) => Marks::of(items.iter().map(Value::marks)),
            Self::Map(map) => map.marks(),
            _ => Marks::NONE,
        }
    }

    /// The same value, all of its text with these marks.
    #[must_use]
    pub fn with(self, marks: Marks) -> Value {
        match self {
            _ if marks.is_empty() => self,
            Self::Text(text) => Self::Text(text.with(marks)),
            Self::List(items) => Self::list(items.iter().map(|item| item.clone().with(marks))),
            Self::Map(map) => Self::Map(Arc::new((*map).clone().with(marks))),
            other => other,
        }
    }

    /// The same value, all of its text secret.
    #[must_use]
    pub fn into_secret(self) -> Value {
        self.with(Marks::SECRET)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(Text::from(text))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(Text::from(text))
    }
}

impl From<Text> for Value {
    fn from(text: Text) -> Self {
        Self::Text(text)
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Self::Bool(truth)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Self {
        Self::whole(BigInt::from(number))
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Int(i64::from(number))
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Float(number)
    }
}

impl From<Map> for Value {
    fn from(map: Map) -> Self {
        Self::Map(Arc::new(map))
    }
}

impl From<Vec<Value>> for Value {
    fn from(items: Vec<Value>) -> Self {
        Self::List(Arc::new(items))
    }
}

impl From<Unknown> for Value {
    fn from(unknown: Unknown) -> Self {
        Self::Unknown(unknown)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}
