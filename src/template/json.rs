//! JSON as Python writes it.

use std::fmt::Write;

use crate::value::{Key, Map, Value};

use super::obj::float_text;

/// How JSON is written.
pub(super) struct Writer {
    /// What one level is indented by; `None` for all on one line.
    pub(super) indent: Option<String>,
    pub(super) item: String,
    pub(super) key: String,
    pub(super) sorted: bool,
    /// Whether letters beyond ASCII are escaped.
    pub(super) ascii: bool,
}

impl Writer {
    pub(super) fn text(&self, value: &Value) -> Result<String, String> {
        let mut out = String::new();
        self.write(value, 0, &mut out)?;
        Ok(out)
    }

    fn newline(&self, depth: usize, out: &mut String) {
        if let Some(indent) = &self.indent {
            out.push('\n');
            out.push_str(&indent.repeat(depth));
        }
    }

    fn write(&self, value: &Value, depth: usize, out: &mut String) -> Result<(), String> {
        match value {
            Value::Null => out.push_str("null"),
            Value::Bool(truth) => out.push_str(if *truth { "true" } else { "false" }),
            Value::Int(number) => {
                let _ = write!(out, "{number}");
            }
            Value::Big(number) => {
                let _ = write!(out, "{number}");
            }
            Value::Float(number) => out.push_str(&float(*number)),
            Value::Text(text) => self.string(text, out),
            Value::Date(date) => self.string(&date.to_string(), out),
            Value::Moment(moment) => self.string(&moment.to_string().replacen(' ', "T", 1), out),
            Value::Bytes(bytes) => match std::str::from_utf8(bytes) {
                Ok(text) => self.string(text, out),
                Err(_) => return Err("bytes that are not UTF-8 have no JSON form".to_owned()),
            },
            Value::List(items) if items.is_empty() => out.push_str("[]"),
            Value::List(items) => {
                out.push('[');
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        out.push_str(&self.item);
                    }
                    self.newline(depth + 1, out);
                    self.write(item, depth + 1, out)?;
                }
                self.newline(depth, out);
                out.push(']');
            }
            Value::Map(map) if map.is_empty() => out.push_str("{}"),
            Value::Map(map) => {
                out.push('{');
                for (at, (key, value)) in self.entries(map)?.into_iter().enumerate() {
                    if at > 0 {
                        out.push_str(&self.item);
                    }
                    self.newline(depth + 1, out);
                    self.string(&key, out);
                    out.push_str(&self.key);
                    self.write(value, depth + 1, out)?;
                }
                self.newline(depth, out);
                out.push('}');
            }
            Value::Unknown(unknown) => {
                return Err(format!("an unknown value has no JSON form: {unknown}"));
            }
        }
        Ok(())
    }

    fn entries<'m>(&self, map: &'m Map) -> Result<Vec<(String, &'m Value)>, String> {
        let mut entries = Vec::with_capacity(map.len());
        for (key, value) in map {
            entries.push((name(key)?, value));
        }
        if self.sorted {
            let kinds: Vec<bool> = map.keys().map(|key| key.as_str().is_some()).collect();
            if kinds.contains(&true) && kinds.contains(&false) {
                return Err("keys of several types cannot be sorted".to_owned());
            }
            entries.sort_by(|a, b| a.0.cmp(&b.0));
        }
        Ok(entries)
    }

    fn string(&self, text: &str, out: &mut String) {
        out.push('"');
        for letter in text.chars() {
            match letter {
                '"' => out.push_str("\\\""),
                '\\' => out.push_str("\\\\"),
                '\n' => out.push_str("\\n"),
                '\r' => out.push_str("\\r"),
                '\t' => out.push_str("\\t"),
                '\x08' => out.push_str("\\b"),
                '\x0c' => out.push_str("\\f"),
                letter if letter < ' ' || (self.ascii && !(' '..='~').contains(&letter)) => {
                    for unit in letter.encode_utf16(&mut [0; 2]) {
                        let _ = write!(out, "\\u{unit:04x}");
                    }
                }
                letter => out.push(letter),
            }
        }
        out.push('"');
    }
}

fn float(number: f64) -> String {
    if number.is_nan() {
        "NaN".to_owned()
    } else if number.is_infinite() {
        if number > 0.0 {
            "Infinity"
        } else {
            "-Infinity"
        }
        .to_owned()
    } else {
        float_text(number)
    }
}

fn name(key: &Key) -> Result<String, String> {
    Ok(match key {
        Key::Text(text) => text.to_string(),
        Key::Null => "null".to_owned(),
        Key::Bool(truth) => truth.to_string(),
        Key::Int(number) => number.to_string(),
        Key::Float(number) => float(*number),
        Key::Date(date) => date.to_string(),
        Key::Tuple(_) => return Err("a tuple cannot be a key in JSON".to_owned()),
    })
}

/// Reads JSON, with Python's `NaN` and `Infinity` and whole numbers of any size.
pub(super) fn read(text: &str) -> Result<Value, String> {
    let mut reader = Reader {
        bytes: text.as_bytes(),
        text,
        at: 0,
        depth: 0,
    };
    let value = reader.value()?;
    reader.blanks();
    if reader.at < reader.bytes.len() {
        return Err(reader.wrong("there is more after the JSON value"));
    }
    Ok(value)
}

struct Reader<'t> {
    bytes: &'t [u8],
    text: &'t str,
    at: usize,
    depth: usize,
}

impl Reader<'_> {
    fn wrong(&self, what: &str) -> String {
        let before = &self.bytes[..self.at.min(self.bytes.len())];
        let line = before.split(|byte| *byte == b'\n').count();
        format!("no valid JSON: {what} (line {line}, character {})", self.at)
    }

    fn blanks(&mut self) {
        while matches!(self.bytes.get(self.at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn takes(&mut self, word: &str) -> bool {
        let found = self.bytes[self.at..].starts_with(word.as_bytes());
        if found {
            self.at += word.len();
        }
        found
    }

    fn value(&mut self) -> Result<Value, String> {
        self.blanks();
        match self.bytes.get(self.at) {
            Some(b'{') => self.nested(Self::object),
            Some(b'[') => self.nested(Self::array),
            Some(b'"') => self.string().map(Value::from),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ if self.takes("null") => Ok(Value::Null),
            _ if self.takes("true") => Ok(Value::Bool(true)),
            _ if self.takes("false") => Ok(Value::Bool(false)),
            _ if self.takes("NaN") => Ok(Value::Float(f64::NAN)),
            _ if self.takes("Infinity") => Ok(Value::Float(f64::INFINITY)),
            _ => Err(self.wrong("a value is expected")),
        }
    }

    fn nested(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<Value, String>,
    ) -> Result<Value, String> {
        self.depth += 1;
        if self.depth > 200 {
            return Err(self.wrong("it is nested too deep"));
        }
        self.at += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn object(&mut self) -> Result<Value, String> {
        let mut map = Map::new();
        self.blanks();
        if self.takes("}") {
            return Ok(map.into());
        }
        loop {
            self.blanks();
            if self.bytes.get(self.at) != Some(&b'"') {
                return Err(self.wrong("a key in double quotes is expected"));
            }
            let key = self.string()?;
            self.blanks();
            if !self.takes(":") {
                return Err(self.wrong("`:` is expected"));
            }
            map.insert(key, self.value()?);
            self.blanks();
            if self.takes("}") {
                return Ok(map.into());
            }
            if !self.takes(",") {
                return Err(self.wrong("`,` is expected"));
            }
        }
    }

    fn array(&mut self) -> Result<Value, String> {
        let mut items = Vec::new();
        self.blanks();
        if self.takes("]") {
            return Ok(items.into());
        }
        loop {
            items.push(self.value()?);
            self.blanks();
            if self.takes("]") {
                return Ok(items.into());
            }
            if !self.takes(",") {
                return Err(self.wrong("`,` is expected"));
            }
        }
    }

    fn number(&mut self) -> Result<Value, String> {
        if self.takes("-Infinity") {
            return Ok(Value::Float(f64::NEG_INFINITY));
        }
        let from = self.at;
        let digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
        if self.bytes[self.at] == b'-' {
            self.at += 1;
        }
        if !digit(self.bytes.get(self.at)) {
            return Err(self.wrong("a digit is expected"));
        }
        if self.bytes[self.at] == b'0' {
            self.at += 1;
        } else {
            while digit(self.bytes.get(self.at)) {
                self.at += 1;
            }
        }
        let mut whole = true;
        if self.bytes.get(self.at) == Some(&b'.') && digit(self.bytes.get(self.at + 1)) {
            whole = false;
            self.at += 1;
            while digit(self.bytes.get(self.at)) {
                self.at += 1;
            }
        }
        if matches!(self.bytes.get(self.at), Some(b'e' | b'E')) {
            let signed = usize::from(matches!(self.bytes.get(self.at + 1), Some(b'+' | b'-')));
            if digit(self.bytes.get(self.at + 1 + signed)) {
                whole = false;
                self.at += 1 + signed;
                while digit(self.bytes.get(self.at)) {
                    self.at += 1;
                }
            }
        }
        let text = &self.text[from..self.at];
        if whole {
            if text.len() > 4300 {
                return Err(self.wrong("the number is too long"));
            }
            return Ok(text.parse().map_or(Value::Null, Value::whole));
        }
        Ok(text.parse().map_or(Value::Null, Value::Float))
    }

    fn string(&mut self) -> Result<String, String> {
        self.at += 1;
        let mut out = String::new();
        loop {
            let rest = &self.text[self.at..];
            let Some(end) = rest.find(['"', '\\']) else {
                return Err(self.wrong("a text is not ended"));
            };
            if rest[..end].contains(|letter: char| letter < ' ') {
                return Err(self.wrong("a text holds a control character"));
            }
            out.push_str(&rest[..end]);
            self.at += end + 1;
            if rest.as_bytes()[end] == b'"' {
                return Ok(out);
            }
            let kind = self.bytes.get(self.at).copied();
            self.at += 1;
            match kind {
                Some(b'n') => out.push('\n'),
                Some(b't') => out.push('\t'),
                Some(b'r') => out.push('\r'),
                Some(b'b') => out.push('\x08'),
                Some(b'f') => out.push('\x0c'),
                Some(letter @ (b'"' | b'\\' | b'/')) => out.push(char::from(letter)),
                Some(b'u') => {
                    let first = self.unit()?;
                    let second = if (0xd800..0xdc00).contains(&first) && self.takes("\\u") {
                        Some(self.unit()?)
                    } else {
                        None
                    };
                    let units: Vec<u16> = std::iter::once(first).chain(second).collect();
                    out.push_str(&String::from_utf16_lossy(&units));
                }
                _ => return Err(self.wrong("an escape is not valid")),
            }
        }
    }

    fn unit(&mut self) -> Result<u16, String> {
        let digits = self.text.get(self.at..self.at + 4);
        let unit = digits.and_then(|digits| u16::from_str_radix(digits, 16).ok());
        self.at += 4;
        unit.ok_or_else(|| self.wrong("four digits are expected after \\u"))
    }
}
