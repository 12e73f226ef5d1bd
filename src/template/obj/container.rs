//! Lists and dictionaries: changeable, and lazy over outer values.
//!
//! A container that comes from a variable stays the outer value until something changes it; of a
//! lazy one only the parts that are touched are converted, and their templates rendered.

use std::{cell::RefCell, sync::Arc};

use indexmap::IndexMap;

use super::{
    super::{
        eval::{Eval, MAIN},
        failure::Res,
    },
    Obj, ScopeId, from_value,
};
use crate::value::{Key, Map, Value};

pub(in super::super) struct List(RefCell<Seq>);

enum Seq {
    Own(Vec<Obj>),
    Lazy {
        source: Arc<Vec<Value>>,
        scope: ScopeId,
        /// What was touched and is more than a copy: rendered texts, inner containers.
        touched: IndexMap<usize, Obj>,
    },
}

/// Whether converting this value gives a fresh copy that nobody can change or has to render.
fn is_plain(value: &Value) -> bool {
    match value {
        Value::Text(text) => !text.is_template(),
        Value::List(_) | Value::Map(_) => false,
        _ => true,
    }
}

/// A plain value as an object; the marks it has are remembered.
fn plain(eval: &Eval<'_>, value: &Value) -> Obj {
    let obj = from_value(value, MAIN);
    eval.note(&obj);
    obj
}

impl List {
    pub(in super::super) fn new(items: Vec<Obj>) -> Self {
        Self(RefCell::new(Seq::Own(items)))
    }

    pub(in super::super) fn lazy(source: &Arc<Vec<Value>>, scope: ScopeId) -> Self {
        Self(RefCell::new(Seq::Lazy {
            source: Arc::clone(source),
            scope,
            touched: IndexMap::new(),
        }))
    }

    /// The outer value that this still is, when nothing was changed or rendered.
    pub(in super::super) fn untouched(&self) -> Option<Arc<Vec<Value>>> {
        match &*self.0.borrow() {
            Seq::Lazy {
                source, touched, ..
            } if touched.is_empty() => Some(Arc::clone(source)),
            _ => None,
        }
    }

    pub(in super::super) fn len(&self) -> usize {
        match &*self.0.borrow() {
            Seq::Own(items) => items.len(),
            Seq::Lazy { source, .. } => source.len(),
        }
    }

    pub(in super::super) fn get(&self, eval: &Eval<'_>, index: usize) -> Res<Option<Obj>> {
        let found = match &*self.0.borrow() {
            Seq::Own(items) => items.get(index).cloned(),
            Seq::Lazy {
                source,
                scope,
                touched,
            } => match source.get(index) {
                Some(value) if is_plain(value) => return Ok(Some(plain(eval, value))),
                Some(value) => Some(match touched.get(&index) {
                    Some(known) => known.clone(),
                    None => from_value(value, *scope),
                }),
                None => None,
            },
        };
        let Some(found) = found else { return Ok(None) };
        if !matches!(found, Obj::Pending(..) | Obj::List(_) | Obj::Dict(_)) {
            return Ok(Some(found));
        }
        let known = eval.touch(found)?;
        match &mut *self.0.borrow_mut() {
            Seq::Own(items) => {
                if let Some(slot) = items.get_mut(index) {
                    *slot = known.clone();
                }
            }
            Seq::Lazy { touched, .. } => {
                touched.insert(index, known.clone());
            }
        }
        Ok(Some(known))
    }

    /// All items, rendered.
    pub(in super::super) fn items(&self, eval: &Eval<'_>) -> Res<Vec<Obj>> {
        if let Seq::Own(items) = &*self.0.borrow()
            && !items.iter().any(|item| matches!(item, Obj::Pending(..)))
        {
            return Ok(items.clone());
        }
        let mut all = Vec::with_capacity(self.len());
        for index in 0..self.len() {
            all.extend(self.get(eval, index)?);
        }
        Ok(all)
    }

    /// Changes the list in place.
    pub(in super::super) fn change<T>(&self, change: impl FnOnce(&mut Vec<Obj>) -> T) -> T {
        let mut seq = self.0.borrow_mut();
        if let Seq::Lazy {
            source,
            scope,
            touched,
        } = &*seq
        {
            let items = source
                .iter()
                .enumerate()
                .map(|(at, value)| match touched.get(&at) {
                    Some(known) => known.clone(),
                    None => from_value(value, *scope),
                })
                .collect();
            *seq = Seq::Own(items);
        }
        match &mut *seq {
            Seq::Own(items) => change(items),
            Seq::Lazy { .. } => change(&mut Vec::new()),
        }
    }
}

pub(in super::super) struct Dict(RefCell<Body>);

enum Body {
    Own(IndexMap<Key, Obj>),
    Lazy {
        source: Arc<Map>,
        scope: ScopeId,
        touched: IndexMap<Key, Obj>,
    },
}

impl Dict {
    pub(in super::super) fn new(entries: IndexMap<Key, Obj>) -> Self {
        Self(RefCell::new(Body::Own(entries)))
    }

    pub(in super::super) fn lazy(source: &Arc<Map>, scope: ScopeId) -> Self {
        Self(RefCell::new(Body::Lazy {
            source: Arc::clone(source),
            scope,
            touched: IndexMap::new(),
        }))
    }

    pub(in super::super) fn untouched(&self) -> Option<Arc<Map>> {
        match &*self.0.borrow() {
            Body::Lazy {
                source, touched, ..
            } if touched.is_empty() => Some(Arc::clone(source)),
            _ => None,
        }
    }

    pub(in super::super) fn len(&self) -> usize {
        match &*self.0.borrow() {
            Body::Own(entries) => entries.len(),
            Body::Lazy { source, .. } => source.len(),
        }
    }

    pub(in super::super) fn has(&self, key: &Key) -> bool {
        match &*self.0.borrow() {
            Body::Own(entries) => entries.contains_key(key),
            Body::Lazy { source, .. } => source.get_key(key).is_some(),
        }
    }

    pub(in super::super) fn keys(&self) -> Vec<Key> {
        match &*self.0.borrow() {
            Body::Own(entries) => entries.keys().cloned().collect(),
            Body::Lazy { source, .. } => source.keys().cloned().collect(),
        }
    }

    pub(in super::super) fn get_str(&self, eval: &Eval<'_>, key: &str) -> Res<Option<Obj>> {
        let found = match &*self.0.borrow() {
            Body::Own(entries) => entries.get(key).cloned(),
            Body::Lazy {
                source,
                scope,
                touched,
            } => match source.get(key) {
                Some(value) if is_plain(value) => return Ok(Some(plain(eval, value))),
                Some(value) => Some(match touched.get(key) {
                    Some(known) => known.clone(),
                    None => from_value(value, *scope),
                }),
                None => None,
            },
        };
        self.settle(eval, found, || Key::from(key))
    }

    pub(in super::super) fn get(&self, eval: &Eval<'_>, key: &Key) -> Res<Option<Obj>> {
        let found = match &*self.0.borrow() {
            Body::Own(entries) => entries.get(key).cloned(),
            Body::Lazy {
                source,
                scope,
                touched,
            } => match source.get_key(key) {
                Some(value) if is_plain(value) => return Ok(Some(plain(eval, value))),
                Some(value) => Some(match touched.get(key) {
                    Some(known) => known.clone(),
                    None => from_value(value, *scope),
                }),
                None => None,
            },
        };
        self.settle(eval, found, || key.clone())
    }

    fn settle(
        &self,
        eval: &Eval<'_>,
        found: Option<Obj>,
        key: impl FnOnce() -> Key,
    ) -> Res<Option<Obj>> {
        let Some(found) = found else { return Ok(None) };
        if !matches!(found, Obj::Pending(..) | Obj::List(_) | Obj::Dict(_)) {
            return Ok(Some(found));
        }
        let pending = matches!(found, Obj::Pending(..));
        let known = eval.touch(found)?;
        match &mut *self.0.borrow_mut() {
            Body::Own(entries) => {
                if pending {
                    entries.insert(key(), known.clone());
                }
            }
            Body::Lazy { touched, .. } => {
                touched.insert(key(), known.clone());
            }
        }
        Ok(Some(known))
    }

    /// All entries, rendered.
    pub(in super::super) fn entries(&self, eval: &Eval<'_>) -> Res<Vec<(Key, Obj)>> {
        let mut all = Vec::with_capacity(self.len());
        for key in self.keys() {
            if let Some(value) = self.get(eval, &key)? {
                all.push((key, value));
            }
        }
        Ok(all)
    }

    /// Changes the dictionary in place.
    pub(in super::super) fn change<T>(
        &self,
        change: impl FnOnce(&mut IndexMap<Key, Obj>) -> T,
    ) -> T {
        let mut body = self.0.borrow_mut();
        if let Body::Lazy {
            source,
            scope,
            touched,
        } = &*body
        {
            let entries = source
                .iter()
                .map(|(key, value)| {
                    let value = match touched.get(key) {
                        Some(known) => known.clone(),
                        None => from_value(value, *scope),
                    };
                    (key.clone(), value)
                })
                .collect();
            *body = Body::Own(entries);
        }
        match &mut *body {
            Body::Own(entries) => change(entries),
            Body::Lazy { .. } => change(&mut IndexMap::new()),
        }
    }
}
