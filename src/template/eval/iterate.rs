//! Going through things, and asking whether they count as true.

use std::rc::Rc;

use super::{
    super::{
        failure::{Res, Stop},
        obj::{Obj, Range},
    },
    Eval,
};
use crate::value::{Key, Marks, Text, Unknown};

/// The items of something, without making those of a range.
pub(in super::super) enum Items {
    All(Vec<Obj>),
    Range(Range),
}

impl Items {
    pub(in super::super) fn len(&self) -> usize {
        match self {
            Self::All(items) => items.len(),
            Self::Range(range) => range.len(),
        }
    }

    pub(in super::super) fn get(&self, index: usize) -> Option<Obj> {
        match self {
            Self::All(items) => items.get(index).cloned(),
            Self::Range(range) => range.get(index).map(Obj::Int),
        }
    }
}

impl Eval<'_> {
    /// The items of something; fails where Python could not iterate over it.
    pub(in super::super) fn each(&self, obj: &Obj) -> Res<Items> {
        Ok(Items::All(match obj {
            Obj::List(list) => list.items(self)?,
            Obj::Tuple(items) | Obj::Group(items) => items.to_vec(),
            Obj::Nothing => Vec::new(),
            Obj::Dict(dict) => dict.keys().iter().map(from_key).collect(),
            Obj::Range(range) => return Ok(Items::Range(*range)),
            Obj::Str(text) | Obj::Markup(text) => text
                .chars()
                .map(|letter| Obj::Str(text.derive(letter.encode_utf8(&mut [0; 4]) as &str)))
                .collect(),
            Obj::Bytes(bytes) => bytes
                .iter()
                .map(|byte| Obj::Int(i64::from(*byte)))
                .collect(),
            Obj::Hosts => self.host_names().into_iter().map(Obj::from).collect(),
            Obj::Host(scope) => self.names_of(*scope).into_iter().map(Obj::from).collect(),
            Obj::Pending(..) => return self.each(&self.touch(obj.clone())?),
            Obj::Undefined(_) | Obj::Unknown(_) => return Err(self.refuse(obj, "")),
            other => {
                // Python's own words, which playbooks look for.
                let kind = other.type_name();
                return Err(Stop::runtime(format!("'{kind}' object is not iterable")));
            }
        }))
    }

    /// The items of something as a vector.
    pub(in super::super) fn items(&self, obj: &Obj) -> Res<Vec<Obj>> {
        match self.each(obj)? {
            Items::All(items) => Ok(items),
            Items::Range(range) => {
                self.check_items(range.len())?;
                Ok((0..range.len())
                    .filter_map(|at| range.get(at))
                    .map(Obj::Int)
                    .collect())
            }
        }
    }

    /// Why something cannot be used this way: undefined and unknown say so themselves.
    pub(in super::super) fn refuse(&self, obj: &Obj, why: &str) -> Stop {
        match obj {
            Obj::Undefined(undefined) => Stop::Undefined(Rc::clone(undefined)),
            Obj::Unknown(unknown) => Stop::Unknown(unknown.clone()),
            other => Stop::runtime(format!("an object of type `{}` {why}", other.type_name())),
        }
    }

    /// Whether the object counts as true.
    pub(in super::super) fn truth(&self, obj: &Obj) -> Res<bool> {
        Ok(match obj {
            Obj::Undefined(_) | Obj::Unknown(_) => return Err(self.refuse(obj, "")),
            Obj::None | Obj::Nothing => false,
            Obj::Bool(truth) => *truth,
            Obj::Int(number) => *number != 0,
            Obj::Float(number) => *number != 0.0,
            Obj::Str(text) | Obj::Markup(text) => !text.is_empty(),
            Obj::Bytes(bytes) => !bytes.is_empty(),
            Obj::Delta(micros) => *micros != 0,
            Obj::List(list) => list.len() != 0,
            Obj::Tuple(items) | Obj::Group(items) => !items.is_empty(),
            Obj::Dict(dict) => dict.len() != 0,
            Obj::Range(range) => range.len() != 0,
            Obj::Pending(..) => return self.truth(&self.touch(obj.clone())?),
            _ => true,
        })
    }

    /// The number of items; `None` where the object has none.
    pub(in super::super) fn length(&self, obj: &Obj) -> Option<usize> {
        Some(match obj {
            Obj::Str(text) | Obj::Markup(text) => text.chars().count(),
            Obj::Bytes(bytes) => bytes.len(),
            Obj::List(list) => list.len(),
            Obj::Tuple(items) | Obj::Group(items) => items.len(),
            Obj::Nothing => 0,
            Obj::Dict(dict) => dict.len(),
            Obj::Range(range) => range.len(),
            Obj::Hosts => self.host_names().len(),
            Obj::Host(scope) => self.names_of(*scope).len(),
            _ => return None,
        })
    }

    /// The object as a key of a dictionary.
    pub(in super::super) fn key(&self, obj: &Obj) -> Res<Key> {
        Ok(match obj {
            Obj::None => Key::Null,
            Obj::Bool(truth) => Key::Bool(*truth),
            Obj::Int(number) => Key::Int(*number),
            Obj::Float(number) => Key::Float(*number),
            Obj::Str(text) | Obj::Markup(text) => Key::Text(text.clone()),
            Obj::Date(date) => Key::Date(*date),
            Obj::Tuple(items) | Obj::Group(items) => {
                let _deeper = self.deeper()?;
                Key::Tuple(
                    items
                        .iter()
                        .map(|item| self.key(item))
                        .collect::<Res<_>>()?,
                )
            }
            Obj::Pending(..) => return self.key(&self.touch(obj.clone())?),
            other => return Err(self.refuse(other, "cannot be the key of a dictionary")),
        })
    }
}

/// The object that a key is.
pub(in super::super) fn from_key(key: &Key) -> Obj {
    match key {
        Key::Null => Obj::None,
        Key::Bool(truth) => Obj::Bool(*truth),
        Key::Int(number) => Obj::Int(*number),
        Key::Float(number) => Obj::Float(*number),
        Key::Text(text) => Obj::Str(text.clone().into_data()),
        Key::Date(date) => Obj::Date(*date),
        Key::Tuple(items) => Obj::tuple(items.iter().map(from_key).collect()),
    }
}

/// All reasons of those that are unknown; `None` when none is.
pub(super) fn unknowns<'o>(all: impl Iterator<Item = &'o Obj>) -> Option<Unknown> {
    Unknown::union(all.filter_map(|obj| match obj {
        Obj::Unknown(unknown) => Some(unknown.clone()),
        _ => None,
    }))
}

/// One text of several, with the marks of all of them.
pub(in super::super) fn joined(parts: &[&Text], text: String) -> Text {
    Text::from(text).with(Marks::of(parts.iter().map(|part| part.marks())))
}
