//! Ordered maps, with the keys that Python lets a dictionary have.

use std::hash::{Hash, Hasher};

use indexmap::{Equivalent, IndexMap};
use serde::{Deserialize, Serialize};

use super::{Marks, Text, Value};

/// A key of a map. As in Python `1`, `1.0` and `true` are one key.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Key {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(Text),
    Date(jiff::civil::Date),
    Tuple(Vec<Key>),
}

impl Key {
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The key as a value; a tuple becomes a list.
    pub fn to_value(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(truth) => Value::Bool(*truth),
            Self::Int(number) => Value::Int(*number),
            Self::Float(number) => Value::Float(*number),
            Self::Text(text) => Value::Text(text.clone()),
            Self::Date(date) => Value::Date(*date),
            Self::Tuple(items) => Value::list(items.iter().map(Key::to_value)),
        }
    }

    /// The marks of the text that it is.
    pub fn marks(&self) -> Marks {
        match self {
            Self::Text(text) => text.marks(),
            Self::Tuple(parts) => Marks::of(parts.iter().map(Key::marks)),
            _ => Marks::NONE,
        }
    }

    /// The same key with these marks.
    #[must_use]
    pub fn with(self, marks: Marks) -> Self {
        match self {
            Self::Text(text) => Self::Text(text.with(marks)),
            Self::Tuple(parts) => {
                Self::Tuple(parts.into_iter().map(|part| part.with(marks)).collect())
            }
            other => other,
        }
    }

    /// The value as a key, where it can be one.
    pub fn from_value(value: &Value) -> Option<Key> {
        Some(match value {
            Value::Null => Self::Null,
            Value::Bool(truth) => Self::Bool(*truth),
            Value::Int(number) => Self::Int(*number),
            Value::Float(number) => Self::Float(*number),
            Value::Text(text) => Self::Text(text.clone()),
            Value::Date(date) => Self::Date(*date),
            _ => return None,
        })
    }

    /// What the number kinds have in common, so that equal numbers are equal keys.
    fn number(&self) -> Option<Number> {
        match self {
            Self::Bool(truth) => Some(Number::Whole(i64::from(*truth))),
            Self::Int(number) => Some(Number::Whole(*number)),
            Self::Float(number) => Some(Number::of(*number)),
            _ => None,
        }
    }
}

#[derive(PartialEq, Eq, Hash)]
enum Number {
    Whole(i64),
    Bits(u64),
}

impl Number {
    fn of(number: f64) -> Self {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the round trip below finds out"
        )]
        let whole = number as i64;
        #[expect(clippy::cast_precision_loss, reason = "compared with the original")]
        let back = whole as f64;
        if back.to_bits() == number.to_bits() || (number == 0.0) {
            Self::Whole(whole)
        } else {
            Self::Bits(number.to_bits())
        }
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Text(a), Self::Text(b)) => a == b,
            (Self::Date(a), Self::Date(b)) => a == b,
            (Self::Tuple(a), Self::Tuple(b)) => a == b,
            _ => self.number().is_some() && self.number() == other.number(),
        }
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            Self::Null => 0_u8.hash(state),
            // As `str` hashes, so that a map is searched without making a key.
            Self::Text(text) => text.as_str().hash(state),
            Self::Date(date) => date.hash(state),
            Self::Tuple(items) => items.hash(state),
            Self::Bool(_) | Self::Int(_) | Self::Float(_) => self.number().hash(state),
        }
    }
}

impl Equivalent<Key> for str {
    fn equivalent(&self, key: &Key) -> bool {
        key.as_str() == Some(self)
    }
}

impl From<&str> for Key {
    fn from(text: &str) -> Self {
        Self::Text(Text::from(text))
    }
}

impl From<String> for Key {
    fn from(text: String) -> Self {
        Self::Text(Text::from(text))
    }
}

impl From<Text> for Key {
    fn from(text: Text) -> Self {
        Self::Text(text)
    }
}

/// A dictionary that keeps the order in which its keys came.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Map(IndexMap<Key, Value>);

impl Map {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key)
    }

    pub fn get_key(&self, key: &Key) -> Option<&Value> {
        self.0.get(key)
    }

    pub fn get_mut(&mut self, key: &str) -> Option<&mut Value> {
        self.0.get_mut(key)
    }

    pub fn contains(&self, key: &str) -> bool {
        self.0.contains_key(key)
    }

    /// Sets a key; one that is there keeps its position.
    pub fn insert(&mut self, key: impl Into<Key>, value: impl Into<Value>) -> Option<Value> {
        self.0.insert(key.into(), value.into())
    }

    /// The marks of all text in the map, its names too.
    pub fn marks(&self) -> Marks {
        Marks::of(self.iter().map(|(key, value)| key.marks() | value.marks()))
    }

    /// The same map, all of its text with these marks; names take over those for names.
    #[must_use]
    pub fn with(self, marks: Marks) -> Self {
        if marks.is_empty() {
            return self;
        }
        let marked = |(key, value): (Key, Value)| (key.with(marks.for_names()), value.with(marks));
        self.into_iter().map(marked).collect()
    }

    /// Takes a key out; the others keep their order.
    pub fn remove(&mut self, key: &str) -> Option<Value> {
        self.0.shift_remove(key)
    }

    /// Takes a key of any kind out; the others keep their order.
    pub fn remove_key(&mut self, key: &Key) -> Option<Value> {
        self.0.shift_remove(key)
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> indexmap::map::Iter<'_, Key, Value> {
        self.0.iter()
    }

    pub fn keys(&self) -> impl Iterator<Item = &Key> {
        self.0.keys()
    }

    pub fn values(&self) -> impl Iterator<Item = &Value> {
        self.0.values()
    }

    /// The entries whose key is text.
    pub fn texts(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0
            .iter()
            .filter_map(|(key, value)| Some((key.as_str()?, value)))
    }

    /// Leaves only those entries for which `keep` holds.
    pub fn retain(&mut self, mut keep: impl FnMut(&Key, &Value) -> bool) {
        self.0.retain(|key, value| keep(key, value));
    }

    /// Sets every entry of `other` here.
    pub fn extend(&mut self, other: &Map) {
        for (key, value) in other {
            self.0.insert(key.clone(), value.clone());
        }
    }
}

/// Equal as dictionaries are: the order does not count.
impl PartialEq for Map {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<'a> IntoIterator for &'a Map {
    type Item = (&'a Key, &'a Value);
    type IntoIter = indexmap::map::Iter<'a, Key, Value>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl IntoIterator for Map {
    type Item = (Key, Value);
    type IntoIter = indexmap::map::IntoIter<Key, Value>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<K: Into<Key>, V: Into<Value>> FromIterator<(K, V)> for Map {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        Self(
            entries
                .into_iter()
                .map(|(key, value)| (key.into(), value.into()))
                .collect(),
        )
    }
}

impl<K: Into<Key>, V: Into<Value>, const N: usize> From<[(K, V); N]> for Map {
    fn from(entries: [(K, V); N]) -> Self {
        entries.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Key, Map};
    use crate::value::Value;

    #[test]
    fn numbers_that_are_equal_are_one_key() {
        let mut map = Map::new();
        map.insert(Key::Int(1), "one");
        map.insert(Key::Bool(true), "true");
        map.insert(Key::Float(1.0), "float");
        assert_eq!(map.len(), 1);
        assert_eq!(map.get_key(&Key::Int(1)), Some(&Value::from("float")));
        assert!(map.get("1").is_none());
    }
}
