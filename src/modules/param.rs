//! The types that a parameter can have.

use super::Args;
use crate::{
    host::path,
    state::{FileMode, Mode},
    value::{Map, Text, Unknown, Value, truth},
};

/// What the control side must do with an argument before a host gets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParamKind {
    /// Render the templates in it.
    Plain,
    /// A path on the host.
    Path,
    /// A file or tree of the control side, to be shipped.
    Source,
    /// A template file of the control side, to be rendered and shipped.
    Rendered,
    /// A line whose first word is a file of the control side, to be shipped.
    Script,
    /// Expressions to be evaluated to a truth, not rendered.
    Condition,
    /// An expression to be evaluated, not rendered.
    Expression,
    /// Never to be shown.
    Secret,
}

/// Why a value is not of the type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// Follows the words "must be".
    Expected(String),
    /// A rehearsal does not know the value.
    Unknown(Unknown),
}

/// A type that a parameter can have, with Ansible's coercions.
pub trait Param: Sized {
    const KIND: ParamKind;
    /// The type's name in Ansible's manual.
    const TYPE: &'static str;

    /// Reads a value; `name` is the parameter's.
    fn parse(value: &Value, args: &Args<'_>, name: &str) -> Result<Self, Wrong>;

    /// The value of a parameter that was left out; `None` makes it required.
    fn absent() -> Option<Self> {
        None
    }

    fn choices() -> Vec<&'static str> {
        Vec::new()
    }
}

pub(super) fn expected(what: &str, value: &Value) -> Wrong {
    match value {
        Value::Unknown(unknown) => Wrong::Unknown(unknown.clone()),
        value => Wrong::Expected(format!("{what}, not {}", a(value.type_name()))),
    }
}

fn a(word: &str) -> String {
    let article = if word.starts_with(['a', 'e', 'i', 'o', 'u']) {
        "an"
    } else {
        "a"
    };
    format!("{article} {word}")
}

impl<T: Param> Param for Option<T> {
    const KIND: ParamKind = T::KIND;
    const TYPE: &'static str = T::TYPE;

    fn parse(value: &Value, args: &Args<'_>, name: &str) -> Result<Self, Wrong> {
        T::parse(value, args, name).map(Some)
    }

    fn absent() -> Option<Self> {
        Some(None)
    }

    fn choices() -> Vec<&'static str> {
        T::choices()
    }
}

impl Param for Text {
    const KIND: ParamKind = ParamKind::Plain;
    const TYPE: &'static str = "str";

    fn parse(value: &Value, _args: &Args<'_>, _name: &str) -> Result<Self, Wrong> {
        Ok(match value {
            Value::Text(text) => text.clone().into_data(),
            // As Python prints them: that is what Ansible's modules get.
            Value::Bool(true) => Text::from("True"),
            Value::Bool(false) => Text::from("False"),
            Value::Int(number) => Text::from(number.to_string()),
            Value::Big(number) => Text::from(number.to_string()),
            Value::Float(number) => Text::from(float_text(*number)),
            Value::Date(date) => Text::from(date.to_string()),
            Value::Moment(moment) => Text::from(moment.to_string()),
            _ => return Err(expected("a string", value)),
        })
    }
}

/// A float as Python writes it: shortest, but always with a point or an exponent.
fn float_text(number: f64) -> String {
    let text = format!("{number:?}");
    text.replace("NaN", "nan")
}

impl Param for String {
    const KIND: ParamKind = ParamKind::Plain;
    const TYPE: &'static str = "str";

    fn parse(value: &Value, args: &Args<'_>, name: &str) -> Result<Self, Wrong> {
        Text::parse(value, args, name).map(|text| text.as_str().to_owned())
    }
}

impl Param for bool {
    const KIND: ParamKind = ParamKind::Plain;
    const TYPE: &'static str = "bool";

    fn parse(value: &Value, _args: &Args<'_>, _name: &str) -> Result<Self, Wrong> {
        truth(value).ok_or_else(|| match value {
            Value::Text(word) => Wrong::Expected(format!("a boolean, not `{word}`")),
            _ => expected("a boolean", value),
        })
    }
}

impl Param for i64 {
    const KIND: ParamKind = ParamKind::Plain;
    const TYPE: &'static str = "int";

    fn parse(value: &Value, _args: &Args<'_>, _name: &str) -> Result<Self, Wrong> {
        match value {
            Value::Int(number) => Ok(*number),
            Value::Bool(truth) => Ok(i64::from(*truth)),
            Value::Float(number) if number.fract() == 0.0 => format!("{number:.0}")
                .parse()
                .map_err(|_| expected("an integer", value)),
            Value::Text(text) => text
                .trim()
                .parse()
                .map_err(|_| Wrong::Expected(format!("an integer, not `{text}`"))),
            _ => Err(expected("an integer", value)),
        }
    }
}

impl Param for u64 {
    const KIND: ParamKind = ParamKind::Plain;
    const TYPE: &'static str = "int";

    fn parse(value: &Value, args: &Args<'_>, name: &str) -> Result<Self, Wrong> {
        let number = i64::parse(value, args, name)?;
        Self::try_from(number)
            .map_err(|_| Wrong::Expected(format!("an integer of at least 0, not {number}")))
    }
}

impl Param for f64 {
    const KIND: ParamKind = ParamKind::Plain;
    const TYPE: &'static str = "float";

    fn parse(value: &Value, _args: &Args<'_>, _name: &str) -> Result<Self, Wrong> {
        match value {
            Value::Float(number) => Ok(*number),
            Value::Int(number) => Ok(*number as f64),
            Value::Text(text) => text
                .trim()
                .parse()
                .map_err(|_| Wrong::Expected(format!("a number, not `{text}`"))),
            _ => Err(expected("a number", value)),
        }
    }
}

impl<T: Param> Param for Vec<T> {
    const KIND: ParamKind = T::KIND;
    const TYPE: &'static str = "list";

    fn parse(value: &Value, args: &Args<'_>, name: &str) -> Result<Self, Wrong> {
        match value {
            Value::List(items) => items
                .iter()
                .map(|item| T::parse(item, args, name))
                .collect(),
            Value::Text(text) => text
                .split(',')
                .map(|part| T::parse(&Value::Text(text.derive(part.trim())), args, name))
                .collect(),
            Value::Bool(_) | Value::Int(_) | Value::Float(_) => {
                T::parse(value, args, name).map(|one| vec![one])
            }
            _ => Err(expected("a list", value)),
        }
    }

    fn choices() -> Vec<&'static str> {
        T::choices()
    }
}

impl Param for Map {
    const KIND: ParamKind = ParamKind::Plain;
    const TYPE: &'static str = "dict";

    fn parse(value: &Value, _args: &Args<'_>, _name: &str) -> Result<Self, Wrong> {
        match value {
            Value::Map(map) => Ok((**map).clone()),
            Value::Text(text) => pairs(text).ok_or_else(|| expected("a dictionary", value)),
            _ => Err(expected("a dictionary", value)),
        }
    }
}

/// `a=1, b=2` or JSON, the two texts that Ansible takes for a dictionary.
fn pairs(text: &Text) -> Option<Map> {
    if text.trim_start().starts_with('{') {
        let json: serde_json::Value = serde_json::from_str(text).ok()?;
        return crate::value::from_json(&json).as_map().cloned();
    }
    text.split([',', ' '])
        .filter(|part| !part.is_empty())
        .map(|part| {
            let (name, value) = part.split_once('=')?;
            Some((name.trim().to_owned(), text.derive(value.trim())))
        })
        .collect()
}

/// Anything, as it is; an unknown too.
impl Param for Value {
    const KIND: ParamKind = ParamKind::Plain;
    const TYPE: &'static str = "raw";

    fn parse(value: &Value, _args: &Args<'_>, _name: &str) -> Result<Self, Wrong> {
        Ok(value.map_text(&mut |text| text.clone().into_data()))
    }
}

impl Param for Mode {
    const KIND: ParamKind = ParamKind::Plain;
    const TYPE: &'static str = "raw";

    fn parse(value: &Value, _args: &Args<'_>, _name: &str) -> Result<Self, Wrong> {
        match value {
            // A YAML integer is what the digits meant: `0644` is 420 by then, `644` is not.
            Value::Int(bits) => u32::try_from(*bits)
                .ok()
                .filter(|bits| *bits <= FileMode::ALL)
                .map(|bits| Self::Exact(FileMode::from_bits(bits)))
                .ok_or_else(|| Wrong::Expected(format!("a mode up to 07777, not {bits}"))),
            Value::Text(text) => {
                Self::parse(text).map_err(|bad| Wrong::Expected(format!("{bad}, not `{text}`")))
            }
            _ => Err(expected("a mode", value)),
        }
    }
}

/// A path on the host, with `~` and `$VARIABLES` put in as a shell would.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostPath(pub String);

impl Param for HostPath {
    const KIND: ParamKind = ParamKind::Path;
    const TYPE: &'static str = "path";

    fn parse(value: &Value, args: &Args<'_>, name: &str) -> Result<Self, Wrong> {
        let text = String::parse(value, args, name)?;
        if text.contains('\0') {
            return Err(Wrong::Expected("a path without NUL bytes".to_owned()));
        }
        let Some(login) = args.login() else {
            return Ok(Self(text));
        };
        let text = path::expanded(&text, login);
        Ok(Self(path::join(&login.directory, &text)))
    }
}

/// A path on the host with `~` and `$VARIABLES` put in, but not made absolute: it is relative to
/// another parameter, or a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenPath(pub String);

impl Param for GivenPath {
    const KIND: ParamKind = ParamKind::Path;
    const TYPE: &'static str = "path";

    fn parse(value: &Value, args: &Args<'_>, name: &str) -> Result<Self, Wrong> {
        let text = String::parse(value, args, name)?;
        if text.contains('\0') {
            return Err(Wrong::Expected("a path without NUL bytes".to_owned()));
        }
        Ok(Self(match args.login() {
            Some(login) => path::expanded(&text, login),
            None => text,
        }))
    }
}
