//! What a plain scalar means under YAML 1.1, as `PyYAML` has it.
//!
//! The order of the tests is the order in which `PyYAML` tries its resolvers. Two of its quirks
//! matter in practice: an exponent needs a sign (`1e3` is text), and `0o644` is text.

use jiff::civil;
use num_bigint::BigInt;

use crate::value::{Moment, Value};

/// Returns what these characters of a plain scalar mean; `None` when they are just text.
pub fn resolve(chars: &str) -> Option<Value> {
    let first = chars.bytes().next();
    match first {
        None | Some(b'~' | b'n' | b'N') if is_null(chars) => Some(Value::Null),
        Some(b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O') => {
            truth(chars).map(Value::Bool)
        }
        Some(b'-' | b'+' | b'.' | b'0'..=b'9') => float(chars)
            .map(Value::Float)
            .or_else(|| whole(chars).map(Value::whole))
            .or_else(|| timestamp(chars)),
        _ => None,
    }
}

pub(super) fn is_null(chars: &str) -> bool {
    matches!(chars, "" | "~" | "null" | "Null" | "NULL")
}

pub(super) fn truth(chars: &str) -> Option<bool> {
    match chars {
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Some(true),
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Some(false),
        _ => None,
    }
}

fn unsigned(chars: &str) -> (bool, &str) {
    match chars.as_bytes().first() {
        Some(b'-') => (true, &chars[1..]),
        Some(b'+') => (false, &chars[1..]),
        _ => (false, chars),
    }
}

fn digits(part: &str, radix: u32) -> bool {
    part.chars().all(|c| c == '_' || c.is_digit(radix))
}

fn starts_with_digit(part: &str) -> bool {
    part.starts_with(|c: char| c.is_ascii_digit())
}

/// One group of sexagesimal notation after the first: `5`, `05` to `59`.
fn sixtieth(part: &str) -> bool {
    match part.as_bytes() {
        [digit] => digit.is_ascii_digit(),
        [ten, digit] => (b'0'..=b'5').contains(ten) && digit.is_ascii_digit(),
        _ => false,
    }
}

pub(super) fn whole(chars: &str) -> Option<BigInt> {
    let (negative, body) = unsigned(chars);
    let number = if let Some(bits) = body.strip_prefix("0b") {
        parse(bits, 2)?
    } else if let Some(hex) = body.strip_prefix("0x") {
        parse(hex, 16)?
    } else if body == "0" {
        BigInt::ZERO
    } else if let Some(octal) = body.strip_prefix('0') {
        if octal.is_empty() || !digits(octal, 8) {
            return None;
        }
        parse(octal, 8).unwrap_or(BigInt::ZERO)
    } else {
        let mut parts = body.split(':');
        let head = parts.next()?;
        if !starts_with_digit(head) {
            return None;
        }
        let mut number = parse(head, 10)?;
        for part in parts {
            if !sixtieth(part) {
                return None;
            }
            number = number * 60 + parse(part, 10)?;
        }
        number
    };
    Some(if negative { -number } else { number })
}

fn parse(part: &str, radix: u32) -> Option<BigInt> {
    if part.is_empty() || !digits(part, radix) {
        return None;
    }
    let bare: String = part.chars().filter(|c| *c != '_').collect();
    BigInt::parse_bytes(bare.as_bytes(), radix)
}

pub(super) fn float(chars: &str) -> Option<f64> {
    let (negative, body) = unsigned(chars);
    let number = match body {
        ".inf" | ".Inf" | ".INF" => f64::INFINITY,
        ".nan" | ".NaN" | ".NAN" if body.len() == chars.len() => return Some(f64::NAN),
        _ if body.contains(':') => sexagesimal(body)?,
        _ => {
            let (head, tail) = body.split_once('.')?;
            // `-.5` is text: only without a sign may a float start with its point.
            let signed = body.len() != chars.len();
            if head.is_empty() && (signed || !starts_with_digit(tail)) {
                return None;
            }
            if !head.is_empty() && (!starts_with_digit(head) || !digits(head, 10)) {
                return None;
            }
            let (fraction, exponent) = match tail.find(['e', 'E']) {
                Some(at) => (&tail[..at], Some(&tail[at + 1..])),
                None => (tail, None),
            };
            if !digits(fraction, 10) || !exponent.is_none_or(is_exponent) {
                return None;
            }
            body.replace('_', "").parse().ok()?
        }
    };
    Some(if negative { -number } else { number })
}

fn is_exponent(part: &str) -> bool {
    let digits = part.strip_prefix(['-', '+']).unwrap_or("");
    !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
}

fn sexagesimal(body: &str) -> Option<f64> {
    let (groups, fraction) = body.split_once('.')?;
    let mut parts = groups.split(':');
    let head = parts.next()?;
    if !starts_with_digit(head) || !digits(head, 10) || !digits(fraction, 10) {
        return None;
    }
    let mut number: f64 = head.replace('_', "").parse().ok()?;
    let parts: Vec<&str> = parts.collect();
    let (last, inner) = parts.split_last()?;
    for part in inner {
        number = number * 60.0 + part.parse::<f64>().ok().filter(|_| sixtieth(part))?;
    }
    if !sixtieth(last) {
        return None;
    }
    let seconds: f64 = format!("{last}.{}", fraction.replace('_', ""))
        .parse()
        .ok()?;
    Some(number * 60.0 + seconds)
}

/// A date, or a date with a time. A day that no calendar has stays text.
pub(super) fn timestamp(chars: &str) -> Option<Value> {
    let mut rest = Cursor(chars);
    let year = rest.digits(4, 4)?;
    rest.literal('-')?;
    let before_month = rest.0;
    let month = rest.digits(1, 2)?;
    rest.literal('-')?;
    let day = rest.digits(1, 2)?;
    let date = civil::Date::new(
        i16::try_from(year).ok()?,
        i8::try_from(month).ok()?,
        i8::try_from(day).ok()?,
    )
    .ok()?;
    if rest.0.is_empty() {
        return (before_month.len() == 5).then_some(Value::Date(date));
    }
    if rest.literal('T').or_else(|| rest.literal('t')).is_none() && rest.blanks() == 0 {
        return None;
    }
    let hour = rest.digits(1, 2)?;
    rest.literal(':')?;
    let minute = rest.digits(2, 2)?;
    rest.literal(':')?;
    let second = rest.digits(2, 2)?;
    let mut nanos = 0;
    if rest.literal('.').is_some() {
        let fraction: String = rest.take_digits().chars().take(6).collect();
        nanos = format!("{fraction:0<6}").parse::<i32>().ok()? * 1000;
    }
    rest.blanks();
    let offset = if rest.0.is_empty() {
        None
    } else if rest.literal('Z').is_some() {
        Some(0)
    } else {
        let sign = match rest.literal('-') {
            Some(()) => -1,
            None => rest.literal('+').map(|()| 1)?,
        };
        let hours = rest.digits(1, 2)?;
        let minutes = match rest.literal(':') {
            Some(()) => rest.digits(2, 2)?,
            None => 0,
        };
        Some(sign * (hours * 3600 + minutes * 60))
    };
    if !rest.0.is_empty() {
        return None;
    }
    let time = civil::Time::new(
        i8::try_from(hour).ok()?,
        i8::try_from(minute).ok()?,
        i8::try_from(second).ok()?,
        nanos,
    )
    .ok()?;
    Some(Value::Moment(Moment {
        civil: date.to_datetime(time),
        offset,
    }))
}

struct Cursor<'a>(&'a str);

impl<'a> Cursor<'a> {
    fn literal(&mut self, wanted: char) -> Option<()> {
        self.0 = self.0.strip_prefix(wanted)?;
        Some(())
    }

    fn take_digits(&mut self) -> &'a str {
        let end = self
            .0
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(self.0.len());
        let (taken, rest) = self.0.split_at(end);
        self.0 = rest;
        taken
    }

    fn digits(&mut self, least: usize, most: usize) -> Option<i32> {
        let taken = self.take_digits();
        if taken.len() < least || taken.len() > most {
            return None;
        }
        taken.parse().ok()
    }

    /// Skips blanks and tabs, and returns how many there were.
    fn blanks(&mut self) -> usize {
        let rest = self.0.trim_start_matches([' ', '\t']);
        let skipped = self.0.len() - rest.len();
        self.0 = rest;
        skipped
    }
}

#[cfg(test)]
mod tests {
    use super::resolve;
    use crate::value::Value;

    fn told(chars: &str) -> String {
        match resolve(chars) {
            None => "str".to_owned(),
            Some(Value::Moment(moment)) => format!("datetime {moment}"),
            Some(Value::Date(date)) => format!("date {date}"),
            Some(value) => format!("{value:?}"),
        }
    }

    /// The answers are those of `PyYAML` 6.0.3.
    #[test]
    fn plain_scalars_mean_what_pyyaml_says() {
        let answers = [
            ("0644", "Int(420)"),
            ("0o644", "str"),
            ("08", "str"),
            ("1:30", "Int(90)"),
            ("12:30:45", "Int(45045)"),
            ("1:60", "str"),
            ("-1:30", "Int(-90)"),
            ("0:30", "str"),
            ("1_000", "Int(1000)"),
            ("1e3", "str"),
            ("1.5e3", "str"),
            ("1.5e+3", "Float(1500.0)"),
            ("1.", "Float(1.0)"),
            (".5", "Float(0.5)"),
            ("-.5", "str"),
            ("+12", "Int(12)"),
            ("0b101", "Int(5)"),
            ("-0x1F", "Int(-31)"),
            ("0x", "str"),
            ("1.10", "Float(1.1)"),
            ("1:30.5", "Float(90.5)"),
            (".inf", "Float(inf)"),
            ("-.INF", "Float(-inf)"),
            (".nan", "Float(NaN)"),
            ("-.nan", "str"),
            ("yes", "Bool(true)"),
            ("Off", "Bool(false)"),
            ("y", "str"),
            ("n", "str"),
            ("yEs", "str"),
            ("null", "Null"),
            ("~", "Null"),
            ("", "Null"),
            ("none", "str"),
            ("None", "str"),
            ("=", "str"),
            ("<<", "str"),
            ("-", "str"),
            ("2020-01-01", "date 2020-01-01"),
            ("2020-1-1", "str"),
            ("2020-13-01", "str"),
            (
                "2001-12-14t21:59:43.10-05:00",
                "datetime 2001-12-14 21:59:43.100000-05:00",
            ),
            ("2001-12-14 21:59:43", "datetime 2001-12-14 21:59:43"),
            ("2001-1-4 1:59:43Z", "datetime 2001-01-04 01:59:43+00:00"),
            ("2001-12-14T21:59", "str"),
            ("1.2.3", "str"),
            ("10.0.0.1", "str"),
            ("0_7", "Int(7)"),
            ("1_0.5", "Float(10.5)"),
            ("_1", "str"),
            (
                "123456789012345678901234567890",
                "Big(123456789012345678901234567890)",
            ),
        ];
        for (chars, meaning) in answers {
            assert_eq!(told(chars), meaning, "{chars}");
        }
    }
}
