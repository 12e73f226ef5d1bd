//! Objects as text: Python's `str` and `repr`.

use std::{fmt::Write, rc::Rc};

use super::{
    super::{
        eval::Eval,
        failure::{Res, Stop},
    },
    Namespace, Obj,
};
use crate::value::{Key, Marks, Moment, Text};

/// A float as Python writes it: the shortest digits that give it back.
pub(in super::super) fn float_text(number: f64) -> String {
    if number.is_nan() {
        return "nan".to_owned();
    }
    if number.is_infinite() {
        return if number < 0.0 { "-inf" } else { "inf" }.to_owned();
    }
    if number == 0.0 {
        return if number.is_sign_negative() {
            "-0.0"
        } else {
            "0.0"
        }
        .to_owned();
    }
    let scientific = format!("{number:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..16).contains(&exponent) {
        let plain = format!("{number}");
        return if plain.contains('.') {
            plain
        } else {
            plain + ".0"
        };
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.abs())
}

/// Text in the quotes that Python's `repr` would take.
pub(in super::super) fn quoted(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') {
        '"'
    } else {
        '\''
    };
    let mut out = String::with_capacity(text.len() + 2);
    out.push(quote);
    for letter in text.chars() {
        match letter {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            letter if letter == quote => {
                out.push('\\');
                out.push(letter);
            }
            letter if is_printable(letter) => out.push(letter),
            letter => push_escape(&mut out, letter),
        }
    }
    out.push(quote);
    out
}

fn push_escape(out: &mut String, letter: char) {
    let code = u32::from(letter);
    let _ = if code < 0x100 {
        write!(out, "\\x{code:02x}")
    } else if code < 0x1_0000 {
        write!(out, "\\u{code:04x}")
    } else {
        write!(out, "\\U{code:08x}")
    };
}

/// Whether Python shows the letter as it is: no controls, separators, surrogates, private ones.
pub(in super::super) fn is_printable(letter: char) -> bool {
    if letter == ' ' {
        return true;
    }
    let code = u32::from(letter);
    !(letter.is_control()
        || letter.is_whitespace()
        || matches!(code, 0xad | 0x600..=0x605 | 0x61c | 0x6dd | 0x70f | 0x180e
            | 0x200b..=0x200f | 0x2028..=0x202e | 0x2060..=0x206f
            | 0xe000..=0xf8ff | 0xfeff | 0xfff0..=0xfffb | 0xe_0000..=0xe_0fff)
        || code >= 0xf_0000
        || code & 0xfffe == 0xfffe)
}

fn bytes_text(bytes: &[u8]) -> String {
    let quote = if bytes.contains(&b'\'') && !bytes.contains(&b'"') {
        '"'
    } else {
        '\''
    };
    let mut out = format!("b{quote}");
    for byte in bytes {
        match byte {
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            byte if char::from(*byte) == quote => {
                out.push('\\');
                out.push(quote);
            }
            0x20..=0x7e => out.push(char::from(*byte)),
            byte => {
                let _ = write!(out, "\\x{byte:02x}");
            }
        }
    }
    out.push(quote);
    out
}

fn moment_repr(moment: &Moment) -> String {
    let time = moment.civil;
    let mut out = format!(
        "datetime.datetime({}, {}, {}, {}, {}",
        time.year(),
        time.month(),
        time.day(),
        time.hour(),
        time.minute()
    );
    let micros = time.subsec_nanosecond() / 1000;
    if time.second() != 0 || micros != 0 {
        let _ = write!(out, ", {}", time.second());
    }
    if micros != 0 {
        let _ = write!(out, ", {micros}");
    }
    match moment.offset {
        Some(0) => out.push_str(", tzinfo=datetime.timezone.utc"),
        Some(offset) => {
            let (days, seconds) = (offset.div_euclid(86400), offset.rem_euclid(86400));
            let delta = match days {
                0 => format!("seconds={seconds}"),
                days => format!("days={days}, seconds={seconds}"),
            };
            let _ = write!(
                out,
                ", tzinfo=datetime.timezone(datetime.timedelta({delta}))"
            );
        }
        None => {}
    }
    out + ")"
}

fn delta_text(micros: i64) -> String {
    let days = micros.div_euclid(86_400_000_000);
    let rest = micros.rem_euclid(86_400_000_000);
    let (seconds, fraction) = (rest / 1_000_000, rest % 1_000_000);
    let mut out = String::new();
    if days != 0 {
        let plural = if days.abs() == 1 { "" } else { "s" };
        let _ = write!(out, "{days} day{plural}, ");
    }
    let _ = write!(
        out,
        "{}:{:02}:{:02}",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60
    );
    if fraction != 0 {
        let _ = write!(out, ".{fraction:06}");
    }
    out
}

/// What `str(obj)` is; the text has the marks of all text in the object.
pub(in super::super) fn text(eval: &Eval<'_>, obj: &Obj) -> Res<Text> {
    Ok(match obj {
        Obj::Str(text) | Obj::Markup(text) => text.clone(),
        Obj::Moment(moment) => Text::from(moment.to_string()),
        Obj::Date(date) => Text::from(date.to_string()),
        Obj::Delta(micros) => Text::from(delta_text(*micros)),
        Obj::Nothing => Text::from(""),
        Obj::Module(module) => match &module.body {
            Obj::None => Text::from(""),
            body => return text(eval, body),
        },
        other => repr(eval, other)?,
    })
}

/// What `repr(obj)` is.
pub(in super::super) fn repr(eval: &Eval<'_>, obj: &Obj) -> Res<Text> {
    printed(eval, obj, false)
}

/// What a template prints for the object: as `str`, but tuples as the lists that they become.
pub(in super::super) fn output(eval: &Eval<'_>, obj: &Obj) -> Res<Text> {
    match obj {
        Obj::List(_) | Obj::Tuple(_) | Obj::Group(_) | Obj::Dict(_) => printed(eval, obj, true),
        other => text(eval, other),
    }
}

fn printed(eval: &Eval<'_>, obj: &Obj, as_lists: bool) -> Res<Text> {
    let mut printer = Printer {
        eval,
        out: String::new(),
        marks: Marks::NONE,
        as_lists,
    };
    printer.push(obj)?;
    Ok(Text::from(printer.out).with(printer.marks))
}

struct Printer<'e, 'a> {
    eval: &'e Eval<'a>,
    out: String,
    marks: Marks,
    /// Whether tuples are written as lists.
    as_lists: bool,
}

impl Printer<'_, '_> {
    fn push(&mut self, obj: &Obj) -> Res<()> {
        self.eval.step()?;
        self.eval.check_size(self.out.len())?;
        match obj {
            Obj::Undefined(undefined) => return Err(Stop::Undefined(Rc::clone(undefined))),
            Obj::Unknown(unknown) => return Err(Stop::Unknown(unknown.clone())),
            Obj::Pending(..) => {
                let known = self.eval.touch(obj.clone())?;
                return self.push(&known);
            }
            Obj::Omit => {
                return Err(Stop::runtime("`omit` cannot be part of a text"));
            }
            Obj::None => self.out.push_str("None"),
            Obj::Nothing => self.out.push_str("Undefined"),
            Obj::Bool(truth) => self.out.push_str(if *truth { "True" } else { "False" }),
            Obj::Int(number) => {
                let _ = write!(self.out, "{number}");
            }
            Obj::Big(number) => self.out.push_str(&number.to_string()),
            Obj::Float(number) => self.out.push_str(&float_text(*number)),
            Obj::Str(text) => {
                self.marks |= text.marks();
                self.out.push_str(&quoted(text));
            }
            Obj::Markup(text) => {
                self.marks |= text.marks();
                let _ = write!(self.out, "Markup({})", quoted(text));
            }
            Obj::Bytes(bytes) => self.out.push_str(&bytes_text(bytes)),
            Obj::Date(date) => {
                let _ = write!(
                    self.out,
                    "datetime.date({}, {}, {})",
                    date.year(),
                    date.month(),
                    date.day()
                );
            }
            Obj::Moment(moment) => self.out.push_str(&moment_repr(moment)),
            Obj::Delta(micros) => {
                let _ = write!(self.out, "datetime.timedelta({})", delta_text(*micros));
            }
            Obj::List(list) => {
                let _deeper = self.eval.deeper()?;
                self.out.push('[');
                for at in 0..list.len() {
                    if let Some(item) = list.get(self.eval, at)? {
                        self.item(at, &item)?;
                    }
                }
                self.out.push(']');
            }
            Obj::Tuple(items) | Obj::Group(items) => {
                let _deeper = self.eval.deeper()?;
                let (open, close) = match (self.as_lists, items.len()) {
                    (true, _) => ("[", "]"),
                    (false, 1) => ("(", ",)"),
                    (false, _) => ("(", ")"),
                };
                self.out.push_str(open);
                for (at, item) in items.iter().enumerate() {
                    self.item(at, item)?;
                }
                self.out.push_str(close);
            }
            Obj::Dict(dict) => {
                let _deeper = self.eval.deeper()?;
                self.out.push('{');
                for (at, (key, value)) in dict.entries(self.eval)?.iter().enumerate() {
                    if at > 0 {
                        self.out.push_str(", ");
                    }
                    self.key(key);
                    self.out.push_str(": ");
                    self.push(value)?;
                }
                self.out.push('}');
            }
            Obj::Range(range) => {
                let _ = match range.step {
                    1 => write!(self.out, "range({}, {})", range.start, range.stop),
                    step => write!(self.out, "range({}, {}, {step})", range.start, range.stop),
                };
            }
            Obj::Namespace(namespace) => self.namespace(namespace)?,
            other => {
                let _ = write!(self.out, "<{}>", other.type_name());
            }
        }
        Ok(())
    }

    fn namespace(&mut self, namespace: &Namespace) -> Res<()> {
        let fields = namespace.fields.borrow().clone();
        self.out.push_str("<Namespace {");
        for (at, (name, value)) in fields.iter().enumerate() {
            if at > 0 {
                self.out.push_str(", ");
            }
            let _ = write!(self.out, "{}: ", quoted(name));
            self.push(value)?;
        }
        self.out.push_str("}>");
        Ok(())
    }

    fn item(&mut self, at: usize, item: &Obj) -> Res<()> {
        if at > 0 {
            self.out.push_str(", ");
        }
        self.push(item)
    }

    fn key(&mut self, key: &Key) {
        match key {
            Key::Null => self.out.push_str("None"),
            Key::Bool(truth) => self.out.push_str(if *truth { "True" } else { "False" }),
            Key::Int(number) => {
                let _ = write!(self.out, "{number}");
            }
            Key::Float(number) => self.out.push_str(&float_text(*number)),
            Key::Text(text) => {
                self.marks |= text.marks();
                self.out.push_str(&quoted(text));
            }
            Key::Date(date) => {
                let _ = write!(
                    self.out,
                    "datetime.date({}, {}, {})",
                    date.year(),
                    date.month(),
                    date.day()
                );
            }
            Key::Tuple(items) => {
                self.out.push('(');
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        self.out.push_str(", ");
                    }
                    self.key(item);
                }
                self.out.push_str(if items.len() == 1 { ",)" } else { ")" });
            }
        }
    }
}
