//! Outer values to objects and back.

use std::{rc::Rc, sync::Arc};

use super::{
    super::{
        eval::Eval,
        failure::{Res, Stop},
    },
    Dict, List, Obj, ScopeId,
};
use crate::value::{Key, Map, Value};

/// Returns the object that this value is; containers stay lazy, template texts pending.
pub(in super::super) fn from_value(value: &Value, scope: ScopeId) -> Obj {
    match value {
        Value::Null => Obj::None,
        Value::Bool(truth) => Obj::Bool(*truth),
        Value::Int(number) => Obj::Int(*number),
        Value::Big(number) => Obj::Big(Arc::clone(number)),
        Value::Float(number) => Obj::Float(*number),
        Value::Text(text) if text.is_template() => Obj::Pending(text.clone(), scope),
        Value::Text(text) => Obj::Str(text.clone()),
        Value::Bytes(bytes) => Obj::Bytes(Arc::clone(bytes)),
        Value::Date(date) => Obj::Date(*date),
        Value::Moment(moment) => Obj::Moment(*moment),
        Value::List(items) => Obj::List(Rc::new(List::lazy(items, scope))),
        Value::Map(map) => Obj::Dict(Rc::new(Dict::lazy(map, scope))),
        Value::Unknown(unknown) => Obj::Unknown(unknown.clone()),
    }
}

/// Whether there is nothing to render in the value.
fn is_data(value: &Value) -> bool {
    match value {
        Value::Text(text) => !text.is_template(),
        Value::List(items) => items.iter().all(is_data),
        Value::Map(map) => is_data_map(map),
        _ => true,
    }
}

fn is_data_map(map: &Map) -> bool {
    map.iter()
        .all(|(key, value)| is_data(value) && !matches!(key, Key::Text(text) if text.is_template()))
}

/// Returns the value that the object stands for outside; `None` for an omitted one.
///
/// Everything inside is rendered, omitted items and entries are dropped, tuples become lists.
pub(in super::super) fn finish(eval: &Eval<'_>, obj: &Obj) -> Res<Option<Value>> {
    eval.step()?;
    Ok(Some(match obj {
        Obj::Undefined(undefined) => return Err(Stop::Undefined(Rc::clone(undefined))),
        Obj::Omit => return Ok(None),
        Obj::Unknown(unknown) => Value::Unknown(unknown.clone()),
        Obj::None => Value::Null,
        Obj::Bool(truth) => Value::Bool(*truth),
        Obj::Int(number) => Value::Int(*number),
        Obj::Big(number) => Value::Big(Arc::clone(number)),
        Obj::Float(number) => Value::Float(*number),
        Obj::Str(text) | Obj::Markup(text) => Value::Text(text.clone().into_data()),
        Obj::Bytes(bytes) => Value::Bytes(Arc::clone(bytes)),
        Obj::Date(date) => Value::Date(*date),
        Obj::Moment(moment) => Value::Moment(*moment),
        Obj::Pending(..) => {
            let known = eval.touch(obj.clone())?;
            return finish(eval, &known);
        }
        Obj::List(list) => {
            if let Some(source) = list.untouched()
                && source.iter().all(is_data)
            {
                return Ok(Some(Value::List(source)));
            }
            let _deeper = eval.deeper()?;
            let mut items = Vec::with_capacity(list.len());
            for index in 0..list.len() {
                if let Some(item) = list.get(eval, index)? {
                    items.extend(finish(eval, &item)?);
                }
            }
            Value::from(items)
        }
        Obj::Tuple(parts) | Obj::Group(parts) => {
            let _deeper = eval.deeper()?;
            let mut items = Vec::with_capacity(parts.len());
            for item in parts.iter() {
                items.extend(finish(eval, item)?);
            }
            Value::from(items)
        }
        Obj::Dict(dict) => {
            if let Some(source) = dict.untouched()
                && is_data_map(&source)
            {
                return Ok(Some(Value::Map(source)));
            }
            let _deeper = eval.deeper()?;
            let mut map = Map::new();
            for key in dict.keys() {
                if let Some(value) = dict.get(eval, &key)?
                    && let Some(value) = finish(eval, &value)?
                {
                    let key = match key {
                        Key::Text(text) => Key::Text(text.into_data()),
                        other => other,
                    };
                    map.insert(key, value);
                }
            }
            Value::from(map)
        }
        Obj::Host(scope) => {
            let mut map = Map::new();
            for name in eval.names_of(*scope) {
                if let Some(value) = eval.variable_of(*scope, &name)?
                    && let Some(value) = finish(eval, &value)?
                {
                    map.insert(name, value);
                }
            }
            Value::from(map)
        }
        other => {
            return Err(Stop::runtime(format!(
                "a value of type `{}` cannot be stored in a variable",
                other.type_name()
            )));
        }
    }))
}
