//! Values to and from JSON.

use serde_json::Value as Json;

use super::{Key, Map, Value};

/// Returns the value as JSON, in Ansible's forms: dates as text, keys as text.
///
/// What JSON cannot hold keeps a marked form: an unknown is `{"__unknown__": reason}`, bytes are
/// `{"__bytes__": [..]}`, numbers beyond 64 bits and floats that are no number are text.
pub fn to_json(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(truth) => Json::Bool(*truth),
        Value::Int(number) => Json::from(*number),
        Value::Big(number) => Json::from(number.to_string()),
        Value::Float(number) => serde_json::Number::from_f64(*number)
            .map_or_else(|| Json::from(number.to_string()), Json::Number),
        Value::Text(text) => Json::from(text.as_str()),
        Value::Bytes(bytes) => serde_json::json!({ "__bytes__": bytes.as_ref() }),
        Value::Date(date) => Json::from(date.to_string()),
        Value::Moment(moment) => Json::from(moment.to_string()),
        Value::List(items) => items.iter().map(to_json).collect(),
        Value::Map(map) => Json::Object(
            map.iter()
                .map(|(key, value)| (key_text(key), to_json(value)))
                .collect(),
        ),
        Value::Unknown(unknown) => serde_json::json!({ "__unknown__": unknown.to_string() }),
    }
}

/// JSON on one line with blanks after commas and colons, as Python writes it.
pub fn spaced(json: &Json) -> String {
    match json {
        Json::Array(items) => {
            let items: Vec<String> = items.iter().map(spaced).collect();
            format!("[{}]", items.join(", "))
        }
        Json::Object(map) => {
            let entries: Vec<String> = map
                .iter()
                .map(|(key, value)| format!("{}: {}", Json::from(key.as_str()), spaced(value)))
                .collect();
            format!("{{{}}}", entries.join(", "))
        }
        other => other.to_string(),
    }
}

fn key_text(key: &Key) -> String {
    match key {
        Key::Null => "null".to_owned(),
        Key::Bool(truth) => truth.to_string(),
        Key::Int(number) => number.to_string(),
        Key::Float(number) => number.to_string(),
        Key::Text(text) => text.as_str().to_owned(),
        Key::Date(date) => date.to_string(),
        Key::Tuple(items) => items.iter().map(key_text).collect::<Vec<_>>().join(","),
    }
}

/// Returns the value that this JSON is; its text is data.
pub fn from_json(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(truth) => Value::Bool(*truth),
        Json::Number(number) => number.as_i64().map_or_else(
            || match number.as_u64() {
                Some(number) => Value::from(number),
                None => Value::Float(number.as_f64().unwrap_or(f64::NAN)),
            },
            Value::Int,
        ),
        Json::String(text) => Value::from(text.as_str()),
        Json::Array(items) => Value::list(items.iter().map(from_json)),
        Json::Object(entries) => entries
            .iter()
            .map(|(key, value)| (key.as_str(), from_json(value)))
            .collect::<Map>()
            .into(),
    }
}
