//! Values to YAML, as `PyYAML` with libyaml prints them.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use super::{base64, emitter::Emitter, scalar};
use crate::{
    diagnostic::Mistake,
    value::{Key, Map, Value},
};

/// The most parts of one value that are printed (S50).
const MOST_PARTS: usize = 1_000_000;

/// How YAML is laid out.
#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of PyYAML's own, which the filters pass on"
)]
pub struct Layout {
    /// `Some(true)`: all in brackets; `Some(false)`: none; `None`: only what holds just scalars.
    pub flow: Option<bool>,
    /// Blanks for each level, 2 to 9; other numbers count as 2.
    pub indent: usize,
    /// Where lines are folded; no more than twice the indentation counts as 80.
    pub width: usize,
    pub sort_keys: bool,
    /// Whether letters beyond ASCII stand as they are.
    pub unicode: bool,
    /// Whether a list or map that is there more than once (the same one, not just an equal one)
    /// is written once and named by `&id001`, as Python does.
    pub anchors: bool,
    /// Whether the text starts with `---`.
    pub explicit_start: bool,
    /// Whether the text ends with `...`.
    pub explicit_end: bool,
}

/// As the filter `to_yaml` prints.
impl Default for Layout {
    fn default() -> Self {
        Self {
            flow: None,
            indent: 2,
            width: 80,
            sort_keys: true,
            unicode: true,
            anchors: false,
            explicit_start: false,
            explicit_end: false,
        }
    }
}

/// Returns the value as one YAML document.
///
/// # Errors
/// The value has too many parts, or is nested too deep, or a part of it is unknown.
pub fn dump(value: &Value, layout: &Layout) -> Result<String, Mistake> {
    let mut emitter = Emitter::new(layout.indent, layout.width, layout.unicode);
    let mut dumper = Dumper {
        layout,
        emitter: &mut emitter,
        parts: 0,
        anchors: if layout.anchors {
            Anchors::of(value)
        } else {
            Anchors::default()
        },
    };
    if layout.explicit_start {
        dumper.emitter.start_document();
    }
    dumper.node(value, Place::Root, 0)?;
    emitter.end_document(layout.explicit_end);
    Ok(emitter.text)
}

/// Where a node stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Root,
    Item,
    Entry,
    SimpleKey,
}

struct Dumper<'a> {
    layout: &'a Layout,
    emitter: &'a mut Emitter,
    parts: usize,
    anchors: Anchors,
}

/// The collections that are there more than once, by address.
#[derive(Default)]
struct Anchors {
    ids: HashMap<usize, Option<usize>>,
    named: usize,
    written: HashSet<usize>,
}

impl Anchors {
    fn of(value: &Value) -> Self {
        let mut anchors = Self::default();
        anchors.walk(value, 0);
        anchors
    }

    fn walk(&mut self, value: &Value, depth: usize) {
        let Some(address) = address(value).filter(|_| depth <= DEEPEST) else {
            return;
        };
        match self.ids.get_mut(&address) {
            Some(Some(_)) => {}
            Some(id) => {
                self.named += 1;
                *id = Some(self.named);
            }
            None => {
                self.ids.insert(address, None);
                match value {
                    Value::List(items) => items.iter().for_each(|item| self.walk(item, depth + 1)),
                    Value::Map(map) => map.values().for_each(|value| self.walk(value, depth + 1)),
                    _ => {}
                }
            }
        }
    }
}

fn address(value: &Value) -> Option<usize> {
    match value {
        Value::List(items) => Some(Arc::as_ptr(items).addr()),
        Value::Map(map) => Some(Arc::as_ptr(map).addr()),
        _ => None,
    }
}

/// What a scalar says, and whether its plain form would mean just that.
struct Scalar {
    chars: String,
    plain: bool,
}

/// As deep as the reader reads.
const DEEPEST: usize = 512;

impl Dumper<'_> {
    fn node(&mut self, value: &Value, place: Place, depth: usize) -> Result<(), Mistake> {
        self.parts += 1;
        if self.parts > MOST_PARTS {
            return Err(Mistake::nowhere(format!(
                "this value has more than {MOST_PARTS} parts, too many to print as YAML"
            )));
        }
        if depth > DEEPEST {
            return Err(Mistake::nowhere(format!(
                "this value is nested deeper than {DEEPEST} levels, too deep to print as YAML"
            )));
        }
        if let Some(address) = address(value)
            && let Some(Some(id)) = self.anchors.ids.get(&address)
        {
            if !self.anchors.written.insert(address) {
                self.emitter.anchor('*', *id);
                return Ok(());
            }
            self.emitter.anchor('&', *id);
        }
        match value {
            Value::List(items) => self.list(items, place, depth),
            Value::Map(map) => self.map(map, depth),
            Value::Bytes(bytes) => {
                let body = base64::encode_lines(bytes);
                self.emitter
                    .tagged_block("!!binary", &body, place == Place::SimpleKey);
                Ok(())
            }
            Value::Unknown(unknown) => Err(Mistake::nowhere(format!(
                "this value is unknown: {unknown}"
            ))),
            _ => {
                let scalar = scalar_of(value);
                self.emitter
                    .scalar(&scalar.chars, scalar.plain, place == Place::SimpleKey);
                Ok(())
            }
        }
    }

    fn is_flow(&self, only_scalars: bool) -> bool {
        self.layout.flow.unwrap_or(only_scalars)
    }

    fn list(&mut self, items: &[Value], place: Place, depth: usize) -> Result<(), Mistake> {
        let flow = self.is_flow(items.iter().all(is_plain_scalar));
        if flow || items.is_empty() || self.emitter.in_flow() {
            self.emitter.open_flow("[");
            for (at, item) in items.iter().enumerate() {
                self.emitter.flow_item(at == 0);
                self.node(item, Place::Item, depth + 1)?;
            }
            self.emitter.close_flow("]");
            return Ok(());
        }
        self.emitter.open_block(place == Place::Entry);
        for item in items {
            self.emitter.block_item();
            self.node(item, Place::Item, depth + 1)?;
        }
        self.emitter.close_block();
        Ok(())
    }

    fn map(&mut self, map: &Map, depth: usize) -> Result<(), Mistake> {
        let only_scalars = map
            .iter()
            .all(|(key, value)| !matches!(key, Key::Tuple(_)) && is_plain_scalar(value));
        let flow = self.is_flow(only_scalars) || map.is_empty() || self.emitter.in_flow();
        if flow {
            self.emitter.open_flow("{");
        } else {
            self.emitter.open_block(false);
        }
        for (at, (key, value)) in self.ordered(map).into_iter().enumerate() {
            let key = key.to_value();
            let simple = is_simple_key(&key);
            if flow {
                self.emitter.flow_item(at == 0);
            } else {
                self.emitter.block_entry();
            }
            if !simple {
                self.emitter.complex_key(flow);
            }
            let place = if simple {
                Place::SimpleKey
            } else {
                Place::Entry
            };
            self.node(&key, place, depth + 1)?;
            self.emitter.entry_value(flow, simple);
            self.node(value, Place::Entry, depth + 1)?;
        }
        if flow {
            self.emitter.close_flow("}");
        } else {
            self.emitter.close_block();
        }
        Ok(())
    }

    /// The entries in order: sorted, unless the keys cannot be compared with each other.
    fn ordered<'m>(&self, map: &'m Map) -> Vec<(&'m Key, &'m Value)> {
        let mut entries: Vec<_> = map.iter().collect();
        if !self.layout.sort_keys {
            return entries;
        }
        if entries.iter().all(|(key, _)| key.as_str().is_some()) {
            entries.sort_by(|(a, _), (b, _)| a.as_str().cmp(&b.as_str()));
        } else if entries.iter().all(|(key, _)| matches!(key, Key::Date(_))) {
            let day = |key: &Key| match key {
                Key::Date(date) => Some(*date),
                _ => None,
            };
            entries.sort_by_key(|(key, _)| day(key));
        } else if entries.iter().all(|(key, _)| number(key).is_some()) {
            entries.sort_by(|(a, _), (b, _)| {
                number(a)
                    .partial_cmp(&number(b))
                    .unwrap_or(std::cmp::Ordering::Equal)
            });
        }
        entries
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "only an order, of keys seldom that large"
)]
fn number(key: &Key) -> Option<f64> {
    match key {
        Key::Bool(truth) => Some(f64::from(u8::from(*truth))),
        Key::Int(number) => Some(*number as f64),
        Key::Float(number) => Some(*number),
        _ => None,
    }
}

fn is_plain_scalar(value: &Value) -> bool {
    !matches!(value, Value::List(_) | Value::Map(_) | Value::Bytes(_))
}

/// Whether the key may stand before a colon without a `?`: at most 128 bytes on one line.
fn is_simple_key(key: &Value) -> bool {
    match key {
        Value::List(items) => items.is_empty(),
        Value::Map(map) => map.is_empty(),
        Value::Bytes(_) => false,
        _ => {
            let chars = scalar_of(key).chars;
            chars.len() <= 128 && !chars.contains(super::emitter::is_break)
        }
    }
}

fn scalar_of(value: &Value) -> Scalar {
    let plain = |chars: String| Scalar { chars, plain: true };
    match value {
        Value::Bool(truth) => plain(truth.to_string()),
        Value::Int(number) => plain(number.to_string()),
        Value::Big(number) => plain(number.to_string()),
        Value::Float(number) => plain(float(*number)),
        Value::Date(date) => plain(date.to_string()),
        Value::Moment(moment) => plain(moment.to_string()),
        Value::Text(text) => Scalar {
            chars: text.as_str().to_owned(),
            plain: scalar::resolve(text).is_none() && !matches!(text.as_str(), "=" | "<<"),
        },
        _ => plain("null".to_owned()),
    }
}

/// A float as Python's `repr` has it, with the point that YAML 1.1 asks for.
fn float(number: f64) -> String {
    if number.is_nan() {
        return ".nan".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { ".inf" } else { "-.inf" }.to_owned();
    }
    let scientific = format!("{number:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if number != 0.0 && !(-4..16).contains(&exponent) {
        let point = if digits.contains('.') { "" } else { ".0" };
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{digits}{point}e{sign}{:02}", exponent.abs());
    }
    let text = number.to_string();
    if text.contains('.') {
        text
    } else {
        text + ".0"
    }
}
