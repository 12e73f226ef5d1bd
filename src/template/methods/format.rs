//! `str.format`.

use num_traits::Signed;

use super::{
    super::{
        eval::{Eval, attribute, item},
        failure::{Res, Stop},
        obj::{self, Obj},
    },
    Bound, dates,
    spec::{Spec, float_digits, plain_float},
};
use crate::value::{Marks, Text};

/// Where the fields get their values from.
struct Source<'s> {
    pos: &'s [Obj],
    named: &'s dyn Fn(&str) -> Res<Option<Obj>>,
    next: std::cell::Cell<usize>,
}

pub(super) fn format(eval: &Eval<'_>, of: &Obj, args: &Bound) -> Res<Obj> {
    let named = |name: &str| {
        Ok(args
            .more
            .iter()
            .find(|(known, _)| known.as_ref() == name)
            .map(|(_, value)| value.clone()))
    };
    let source = Source {
        pos: &args.rest,
        named: &named,
        next: std::cell::Cell::new(0),
    };
    filled(eval, of, &source)
}

pub(super) fn format_map(eval: &Eval<'_>, of: &Obj, args: &Bound) -> Res<Obj> {
    let mapping = args.need("mapping");
    let named = |name: &str| item(eval, mapping, &Obj::from(name));
    let source = Source {
        pos: &[],
        named: &named,
        next: std::cell::Cell::new(0),
    };
    filled(eval, of, &source)
}

fn filled(eval: &Eval<'_>, of: &Obj, source: &Source<'_>) -> Res<Obj> {
    let Some(text) = of.text() else {
        return Ok(Obj::None);
    };
    let mut marks = text.marks();
    let out = fill(eval, text, source, &mut marks, 0)?;
    Ok(Obj::Str(Text::from(out).with(marks)))
}

fn fill(
    eval: &Eval<'_>,
    format: &str,
    source: &Source<'_>,
    marks: &mut Marks,
    depth: usize,
) -> Res<String> {
    let mut out = String::new();
    let mut rest = format;
    while let Some(at) = rest.find(['{', '}']) {
        out.push_str(&rest[..at]);
        let brace = &rest[at..=at];
        if rest[at + 1..].starts_with(brace) {
            out.push_str(brace);
            rest = &rest[at + 2..];
            continue;
        }
        if brace == "}" {
            return Err(Stop::runtime("single '}' encountered in format string"));
        }
        let end = closing(&rest[at + 1..])
            .ok_or_else(|| Stop::runtime("expected '}' before end of string"))?;
        let field = &rest[at + 1..at + 1 + end];
        rest = &rest[at + 2 + end..];
        let (name, spec) = split_spec(field);
        let (name, conversion) = match name.rsplit_once('!') {
            Some((name, conversion)) => (name, Some(conversion)),
            None => (name, None),
        };
        let value = field_value(eval, name, source)?;
        *marks |= eval.marks_of(&value)?;
        let value = match conversion {
            None => value,
            Some("s") => Obj::Str(obj::text(eval, &value)?),
            Some("r" | "a") => Obj::Str(obj::repr(eval, &value)?),
            Some(other) => {
                return Err(Stop::runtime(format!(
                    "unknown conversion specifier `{other}`"
                )));
            }
        };
        let spec = if spec.contains('{') && depth == 0 {
            fill(eval, spec, source, marks, 1)?
        } else {
            spec.to_owned()
        };
        out.push_str(&formatted(eval, &value, &spec)?);
        eval.check_size(out.len())?;
    }
    out.push_str(rest);
    Ok(out)
}

fn closing(text: &str) -> Option<usize> {
    let mut depth = 0;
    for (at, letter) in text.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => return Some(at),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// Splits a field at the colon before its format; one in brackets is part of a key.
fn split_spec(field: &str) -> (&str, &str) {
    let mut inside = false;
    for (at, letter) in field.char_indices() {
        match letter {
            '[' => inside = true,
            ']' => inside = false,
            ':' if !inside => return (&field[..at], &field[at + 1..]),
            _ => {}
        }
    }
    (field, "")
}

fn field_value(eval: &Eval<'_>, name: &str, source: &Source<'_>) -> Res<Obj> {
    let end = name.find(['.', '[']).unwrap_or(name.len());
    let (first, mut rest) = name.split_at(end);
    let mut value = if first.is_empty() || first.bytes().all(|byte| byte.is_ascii_digit()) {
        let index = if first.is_empty() {
            let index = source.next.get();
            source.next.set(index + 1);
            index
        } else {
            first.parse().unwrap_or(usize::MAX)
        };
        source.pos.get(index).cloned().ok_or_else(|| {
            Stop::runtime("replacement index out of range for positional args tuple")
        })?
    } else {
        (source.named)(first)?.ok_or_else(|| {
            Stop::runtime(format!("the format names `{first}`, which is not given"))
        })?
    };
    while !rest.is_empty() {
        let found = if let Some(inner) = rest.strip_prefix('[') {
            let end = inner
                .find(']')
                .ok_or_else(|| Stop::runtime("missing ']' in format string"))?;
            let key = match inner[..end].parse::<i64>() {
                Ok(number) => Obj::Int(number),
                Err(_) => Obj::from(&inner[..end]),
            };
            rest = &inner[end + 1..];
            item(eval, &value, &key)?
        } else {
            let inner = &rest[1..];
            let end = inner.find(['.', '[']).unwrap_or(inner.len());
            let found = attribute(eval, &value, &inner[..end])?;
            rest = &inner[end..];
            found
        };
        value = found.ok_or_else(|| Stop::runtime(format!("`{name}` has no value")))?;
    }
    Ok(value)
}

/// `format(value, spec)`.
pub(super) fn formatted(eval: &Eval<'_>, value: &Obj, spec: &str) -> Res<String> {
    if spec.is_empty() {
        return Ok(obj::text(eval, value)?.to_string());
    }
    if let Obj::Moment(_) | Obj::Date(_) = value {
        return dates::strftime(value, spec);
    }
    let parsed = Spec::parse(spec)?;
    let wrong = || {
        Stop::runtime(format!(
            "`{spec}` is no format for a value of type `{}`",
            value.type_name()
        ))
    };
    match value {
        Obj::Float(_) | Obj::Int(_) | Obj::Big(_) | Obj::Bool(_)
            if matches!(parsed.kind, Some('e' | 'E' | 'f' | 'F' | 'g' | 'G' | '%')) =>
        {
            let number = value.float().ok_or_else(wrong)?;
            let kind = parsed.kind.unwrap_or('g');
            let digits = float_digits(number, kind, parsed.precision, parsed.alternate);
            Ok(parsed.number(number.is_sign_negative(), "", &digits))
        }
        Obj::Float(number) => match parsed.kind {
            None | Some('n') => {
                let digits = plain_float(*number, parsed.precision);
                Ok(parsed.number(number.is_sign_negative(), "", &digits))
            }
            _ => Err(wrong()),
        },
        Obj::Int(_) | Obj::Big(_) | Obj::Bool(_) => {
            if matches!(value, Obj::Bool(_)) && parsed.kind.is_none() {
                return Ok(parsed.text(&obj::text(eval, value)?));
            }
            let number = value.big().ok_or_else(wrong)?;
            let size = number.magnitude();
            let (prefix, digits) = match parsed.kind {
                None | Some('d' | 'n') => ("", size.to_str_radix(10)),
                Some('x') => ("0x", size.to_str_radix(16)),
                Some('X') => ("0X", size.to_str_radix(16).to_uppercase()),
                Some('o') => ("0o", size.to_str_radix(8)),
                Some('b') => ("0b", size.to_str_radix(2)),
                Some('c') => {
                    let letter = value.int().and_then(|code| u32::try_from(code).ok());
                    let letter = letter.and_then(char::from_u32).ok_or_else(wrong)?;
                    return Ok(parsed.text(&letter.to_string()));
                }
                _ => return Err(wrong()),
            };
            let prefix = if parsed.alternate { prefix } else { "" };
            Ok(parsed.number(number.is_negative(), prefix, &digits))
        }
        Obj::Str(text) | Obj::Markup(text) if matches!(parsed.kind, None | Some('s')) => {
            if parsed.align == Some('=') {
                return Err(wrong());
            }
            Ok(parsed.text(text))
        }
        _ => Err(wrong()),
    }
}
