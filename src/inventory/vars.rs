//! Variables with the places where they were set.

use std::sync::{Arc, OnceLock};

use indexmap::IndexMap;

use super::names;
use crate::{
    diagnostic::{Mistake, Span},
    value::{Key, Map, Value},
    yaml::{Conversion, Decrypt, Entry, Kind, Node, Tag, Trust},
};

/// Names, each with its value and the place where it was set, in the order they came.
#[derive(Clone, Debug, Default)]
pub struct Vars(IndexMap<Arc<str>, Var>);

/// One variable as somebody set it.
#[derive(Clone, Debug)]
pub struct Var {
    held: Held,
    place: Option<Span>,
}

#[derive(Clone, Debug)]
enum Held {
    Ready(Value),
    /// Holds vault texts, which are opened when the variable is used and not before: one that is
    /// not used needs no secret.
    Locked(Arc<Locked>),
    /// Could not be read; whoever uses it is told.
    Refused(Box<Mistake>),
}

#[derive(Debug)]
struct Locked {
    node: Node,
    /// What it holds, once it was opened: that takes long.
    open: OnceLock<Value>,
}

impl Var {
    /// The value; its vault texts are opened now.
    ///
    /// # Errors
    /// A vault text does not open.
    pub fn value(&self, decrypt: Option<&dyn Decrypt>) -> Result<Value, Mistake> {
        match &self.held {
            Held::Ready(value) => Ok(value.clone()),
            Held::Refused(mistake) => Err(Mistake::clone(mistake)),
            Held::Locked(locked) => {
                if let Some(value) = locked.open.get() {
                    return Ok(value.clone());
                }
                let conversion = Conversion {
                    trust: Trust::Template,
                    decrypt,
                };
                let value = conversion.value(&locked.node)?;
                Ok(locked.open.get_or_init(|| value).clone())
            }
        }
    }

    /// The value as listings show it: what is in a vault stays there, as `__ansible_vault`.
    pub(super) fn written(&self) -> Value {
        match &self.held {
            Held::Ready(value) => value.clone(),
            Held::Refused(_) => Value::Null,
            Held::Locked(locked) => sealed(&locked.node),
        }
    }

    /// Where it was set, when that is a place in a text.
    pub fn place(&self) -> Option<&Span> {
        self.place.as_ref()
    }
}

impl Vars {
    pub fn new() -> Self {
        Self::default()
    }

    /// The variables of a mapping; `trust` says who wrote it.
    ///
    /// # Errors
    /// A name that is no text, and what [`Conversion::value`] refuses.
    pub fn of_entries(entries: &[Entry], trust: Trust) -> Result<Self, Mistake> {
        let mut vars = Self::new();
        for entry in entries {
            let Some(name) = entry.key.as_str() else {
                return Err(Mistake::new(
                    "a variable's name must be text",
                    &entry.key_span,
                    format!("this is {}", described(&entry.key)),
                )
                .help("put quotes around it"));
            };
            vars.insert_node(name, &entry.value, &entry.key_span, trust)?;
        }
        Ok(vars)
    }

    /// Sets a variable that was written in YAML.
    ///
    /// # Errors
    /// What [`Conversion::value`] refuses.
    pub fn insert_node(
        &mut self,
        name: &str,
        node: &Node,
        place: &Span,
        trust: Trust,
    ) -> Result<(), Mistake> {
        let held = if is_locked(node) {
            Held::Locked(Arc::new(Locked {
                node: node.clone(),
                open: OnceLock::new(),
            }))
        } else {
            let conversion = Conversion {
                trust,
                decrypt: None,
            };
            Held::Ready(conversion.value(node)?)
        };
        self.0.insert(
            name.into(),
            Var {
                held,
                place: Some(place.clone()),
            },
        );
        Ok(())
    }

    /// Sets a variable; one that is there keeps its position.
    pub fn insert(
        &mut self,
        name: impl Into<Arc<str>>,
        value: impl Into<Value>,
        place: Option<&Span>,
    ) {
        self.0.insert(
            name.into(),
            Var {
                held: Held::Ready(value.into()),
                place: place.cloned(),
            },
        );
    }

    /// Sets a variable whose value may be a mistake; then whoever uses it is told.
    pub fn insert_result(
        &mut self,
        name: impl Into<Arc<str>>,
        value: Result<Value, Mistake>,
        place: Option<&Span>,
    ) {
        let held = match value {
            Ok(value) => Held::Ready(value),
            Err(mistake) => Held::Refused(Box::new(mistake)),
        };
        let place = place.cloned();
        self.insert_var(name, Var { held, place });
    }

    /// Sets a variable as it is elsewhere, place and all.
    pub fn insert_var(&mut self, name: impl Into<Arc<str>>, var: Var) {
        self.0.insert(name.into(), var);
    }

    pub fn get(&self, name: &str) -> Option<&Var> {
        self.0.get(name)
    }

    /// Takes a variable out; the others keep their order.
    pub fn remove(&mut self, name: &str) -> Option<Var> {
        self.0.shift_remove(name)
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(AsRef::as_ref)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &Var)> {
        self.0.iter().map(|(name, var)| (name.as_ref(), var))
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Sets every variable of `other` here.
    pub fn extend(&mut self, other: &Vars) {
        for (name, var) in &other.0 {
            self.0.insert(Arc::clone(name), var.clone());
        }
    }
}

/// The texts of a map as variables without a place.
impl From<&Map> for Vars {
    fn from(map: &Map) -> Self {
        let mut vars = Self::new();
        for (name, value) in map.texts() {
            vars.insert(name, value.clone(), None);
        }
        vars
    }
}

fn sealed(node: &Node) -> Value {
    match &node.kind {
        Kind::Scalar(scalar) if node.tag == Tag::Vault => Value::from(Map::from([(
            "__ansible_vault",
            Value::from(&*scalar.chars),
        )])),
        Kind::Scalar(_) => Conversion::TRUSTED.value(node).unwrap_or_default(),
        Kind::Seq(items) => Value::list(items.iter().map(sealed)),
        Kind::Map(entries) => Value::from(
            entries
                .iter()
                .map(|entry| (entry.key.clone(), sealed(&entry.value)))
                .collect::<Map>(),
        ),
    }
}

fn is_locked(node: &Node) -> bool {
    node.tag == Tag::Vault
        || node
            .as_seq()
            .is_some_and(|items| items.iter().any(is_locked))
        || node
            .as_map()
            .is_some_and(|entries| entries.iter().any(|entry| is_locked(&entry.value)))
}

fn described(key: &Key) -> &'static str {
    match key {
        Key::Null => "nothing",
        Key::Bool(_) => "a boolean",
        Key::Int(_) | Key::Float(_) => "a number",
        Key::Date(_) => "a date",
        Key::Tuple(_) => "a list",
        Key::Text(_) => "text",
    }
}

/// Refuses a value that would say to ssh what no inventory may say; only text that is no template
/// can be judged here, the rest is when it is used.
pub(super) fn connection_fault(name: &str, value: &Value) -> Option<String> {
    let text = value.as_str()?;
    if text.contains("{{") || text.contains("{%") {
        return None;
    }
    let (what, fault) = match name {
        "ansible_host" | "ansible_ssh_host" => ("the address of a host", names::host_fault(text)),
        "ansible_user" | "ansible_ssh_user" | "ansible_become_user" => {
            ("a user's name", names::user_fault(text))
        }
        _ => return None,
    };
    // An empty text is as good as none, which is how such variables are switched off.
    fault
        .filter(|_| !text.is_empty())
        .map(|fault| format!("{what} {fault}"))
}
