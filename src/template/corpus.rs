//! Rows of a templating corpus: values and answers as JSON.
//!
//! JSON lacks what Python has, so one-key objects stand for it: `{"$int": "…"}` beyond 64 bits,
//! `{"$float": "nan|inf|-inf"}`, `{"$dict": [[key, value], …]}` for keys that are not text,
//! `{"$datetime": iso}`, `{"$bytes": base64}`; among variables `{"$unsafe": text}` for data that
//! must never be rendered and `{"$vault": ciphertext}`. All other text there is a template.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::{FileOptions, Settings, Templar, Truth, failure::Failure};
use crate::{
    diagnostic::{Source, Span},
    value::{Key, Map, Moment, Text, Value},
};

/// Answers rows, all with one engine.
pub struct Corpus {
    templar: Templar,
    /// A mark in the rows, and the directory that it stands for.
    token: Option<(String, String)>,
}

impl Corpus {
    /// Makes an answerer; `token` is a mark in rows and the directory that it stands for.
    pub fn new(settings: Settings, token: Option<(String, String)>) -> Self {
        Self {
            templar: Templar::new(settings),
            token,
        }
    }

    /// The answer to one row: `{"id", "type", "value"}`, or `{"id", "error", "cause"}`.
    pub fn answer(&self, row: &Json) -> Json {
        let mut answer = match self.asked(row) {
            Ok(Some(Ok(value))) => json!({ "type": type_of(&value), "value": encoded(&value) }),
            Ok(Some(Err(truth))) => match truth {
                Truth::Is(truth) => json!({ "type": "bool", "value": truth }),
                Truth::Unknown(unknown) => {
                    json!({ "type": "unknown", "value": unknown.to_string() })
                }
            },
            Ok(None) => json!({ "error": "omitted", "cause": "the whole value is omitted" }),
            Err(failure) => {
                json!({ "error": failure.kind.name(), "cause": failure.mistake.message() })
            }
        };
        answer["id"] = row["id"].clone();
        match &self.token {
            Some((token, path)) => replaced(&answer, path, token),
            None => answer,
        }
    }

    fn asked(&self, row: &Json) -> Result<Option<Result<Value, Truth>>, Failure> {
        let row = match &self.token {
            Some((token, path)) => &replaced(row, token, path),
            None => row,
        };
        let vars = match self.decoded(&row["vars"])? {
            Value::Map(map) => map,
            _ => Arc::default(),
        };
        let scope = vars.as_ref();
        if let Some(template) = row.get("template") {
            let value = self.decoded(template)?;
            return Ok(self.templar.render(&value, scope)?.map(Ok));
        }
        if let Some(text) = row.get("expr").and_then(Json::as_str) {
            return self
                .templar
                .expression(&written(text), scope)
                .map(|value| Some(Ok(value)));
        }
        if let Some(condition) = row.get("when") {
            let value = self.decoded(condition)?;
            return self
                .templar
                .condition(&value, scope)
                .map(|truth| Some(Err(truth)));
        }
        let source = Source::new("template", row["file"].as_str().unwrap_or_default());
        let mut options = FileOptions::default();
        if let Some(given) = row["options"].as_object() {
            for (name, value) in given {
                let value = match value {
                    Json::String(text) => format!("'{text}'")
                        .replace('\n', "\\n")
                        .replace('\r', "\\r"),
                    Json::Bool(true) => "True".to_owned(),
                    _ => "False".to_owned(),
                };
                options
                    .style
                    .set(name, &value)
                    .map_err(|why| Failure::new(super::Kind::Syntax, why))?;
            }
        }
        self.templar
            .file(&source, &options, scope)
            .map(|value| Some(Ok(value)))
    }

    /// The value that JSON of a row is; text becomes a template.
    fn decoded(&self, json: &Json) -> Result<Value, Failure> {
        Ok(match json {
            Json::String(text) => Value::Text(written(text)),
            Json::Array(items) => Value::from(
                items
                    .iter()
                    .map(|item| self.decoded(item))
                    .collect::<Result<Vec<_>, _>>()?,
            ),
            Json::Object(entries) => {
                if let Some((name, inner)) = entries.iter().next()
                    && entries.len() == 1
                    && let Some(special) = self.special(name, inner)?
                {
                    return Ok(special);
                }
                let mut map = Map::new();
                for (key, value) in entries {
                    map.insert(key.as_str(), self.decoded(value)?);
                }
                Value::from(map)
            }
            other => crate::value::from_json(other),
        })
    }

    fn special(&self, name: &str, inner: &Json) -> Result<Option<Value>, Failure> {
        let text = inner.as_str().unwrap_or_default();
        Ok(Some(match name {
            "$unsafe" => Value::from(text),
            "$int" => text.parse().map_or(Value::Null, Value::whole),
            "$float" => text.parse().map_or(Value::Null, Value::Float),
            "$datetime" => moment(text),
            "$bytes" => crate::value::base64::decoded(text, false)
                .map_or(Value::Null, |bytes| Value::Bytes(bytes.into())),
            "$dict" => {
                let mut map = Map::new();
                for pair in inner.as_array().into_iter().flatten() {
                    let key = match &pair[0] {
                        Json::String(text) => Some(Key::from(text.as_str())),
                        other => Key::from_value(&self.decoded(other)?),
                    };
                    map.insert(key.unwrap_or(Key::Null), self.decoded(&pair[1])?);
                }
                Value::from(map)
            }
            _ => return Ok(None),
        }))
    }
}

/// Text that somebody trusted wrote.
fn written(text: &str) -> Text {
    let source = Source::new("row", text);
    Text::template(text, Span::new(&source, 0, text.len()))
}

fn moment(text: &str) -> Value {
    match text.parse::<jiff::civil::Date>() {
        Ok(date) if !text.contains('T') => Value::Date(date),
        _ => {
            let split = text
                .get(19..)
                .and_then(|rest| rest.find(['+', '-']))
                .map_or(text.len(), |at| at + 19);
            let (civil, zone) = text.split_at(split);
            let offset = zone
                .get(..3)
                .and_then(|hours| hours.parse::<i32>().ok())
                .map(|hours| {
                    let minutes: i32 = zone
                        .get(4..6)
                        .and_then(|part| part.parse().ok())
                        .unwrap_or(0);
                    hours * 3600 + minutes * 60 * hours.signum()
                });
            civil
                .parse()
                .map_or(Value::Null, |civil| Value::Moment(Moment { civil, offset }))
        }
    }
}

/// The row with one text put for another in every string.
fn replaced(json: &Json, from: &str, to: &str) -> Json {
    match json {
        Json::String(text) => Json::from(text.replace(from, to)),
        Json::Array(items) => items.iter().map(|item| replaced(item, from, to)).collect(),
        Json::Object(entries) => Json::Object(
            entries
                .iter()
                .map(|(key, value)| (key.replace(from, to), replaced(value, from, to)))
                .collect(),
        ),
        other => other.clone(),
    }
}

/// The name that Python has for the type of a value.
fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "NoneType",
        Value::Bool(_) => "bool",
        Value::Int(_) | Value::Big(_) => "int",
        Value::Float(_) => "float",
        Value::Text(_) => "str",
        Value::Bytes(_) => "bytes",
        Value::Date(_) => "date",
        Value::Moment(_) => "datetime",
        Value::List(_) => "list",
        Value::Map(_) => "dict",
        Value::Unknown(_) => "unknown",
    }
}

/// The value in the corpus's JSON.
fn encoded(value: &Value) -> Json {
    match value {
        Value::Big(number) => json!({ "$int": number.to_string() }),
        Value::Float(number) if number.is_nan() => json!({ "$float": "nan" }),
        Value::Float(number) if number.is_infinite() => {
            json!({ "$float": if *number > 0.0 { "inf" } else { "-inf" } })
        }
        Value::Bytes(bytes) => json!({ "$bytes": crate::value::base64::encoded(bytes, false) }),
        Value::Date(date) => json!({ "$datetime": date.to_string() }),
        Value::Moment(moment) => json!({ "$datetime": moment.to_string().replacen(' ', "T", 1) }),
        Value::List(items) => items.iter().map(encoded).collect(),
        Value::Map(map) if map.keys().all(|key| key.as_str().is_some()) => Json::Object(
            map.texts()
                .map(|(key, value)| (key.to_owned(), encoded(value)))
                .collect(),
        ),
        Value::Map(map) => {
            let pairs: Vec<Json> = map
                .iter()
                .map(|(key, value)| json!([encoded(&key.to_value()), encoded(value)]))
                .collect();
            json!({ "$dict": pairs })
        }
        Value::Unknown(unknown) => json!({ "$unknown": unknown.to_string() }),
        other => crate::value::to_json(other),
    }
}
