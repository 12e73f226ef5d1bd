//! Numbers and text in Python's format language.

use std::fmt::Write;

use super::super::{
    failure::{Res, Stop},
    obj::float_text,
};

/// A parsed format such as `>08.2f`.
pub(super) struct Spec {
    pub(super) fill: char,
    pub(super) align: Option<char>,
    pub(super) sign: char,
    pub(super) alternate: bool,
    pub(super) zero: bool,
    pub(super) width: usize,
    pub(super) grouping: Option<char>,
    pub(super) precision: Option<usize>,
    pub(super) kind: Option<char>,
}

/// The widest field: padding is no way to fill the memory.
pub(super) const WIDEST: usize = 1_000_000;

impl Spec {
    pub(super) fn parse(text: &str) -> Res<Self> {
        let letters: Vec<char> = text.chars().collect();
        let mut at = 0;
        let is_align = |letter: Option<&char>| matches!(letter, Some('<' | '>' | '=' | '^'));
        let mut spec = Self {
            fill: ' ',
            align: None,
            sign: '-',
            alternate: false,
            zero: false,
            width: 0,
            grouping: None,
            precision: None,
            kind: None,
        };
        if is_align(letters.get(1)) {
            spec.fill = letters[0];
            spec.align = Some(letters[1]);
            at = 2;
        } else if is_align(letters.first()) {
            spec.align = Some(letters[0]);
            at = 1;
        }
        if let Some(sign @ ('+' | '-' | ' ')) = letters.get(at) {
            spec.sign = *sign;
            at += 1;
        }
        if letters.get(at) == Some(&'#') {
            spec.alternate = true;
            at += 1;
        }
        if letters.get(at) == Some(&'0') {
            spec.zero = true;
            at += 1;
        }
        spec.width = digits(&letters, &mut at)?.unwrap_or(0);
        if let Some(mark @ (',' | '_')) = letters.get(at) {
            spec.grouping = Some(*mark);
            at += 1;
        }
        if letters.get(at) == Some(&'.') {
            at += 1;
            spec.precision = digits(&letters, &mut at)?;
            if spec.precision.is_none() {
                return Err(Stop::runtime("the format lacks its precision"));
            }
        }
        spec.kind = letters.get(at).copied();
        if letters.len() > at + 1 {
            return Err(Stop::runtime(format!("`{text}` is no valid format")));
        }
        Ok(spec)
    }

    /// Puts sign, prefix and digits into the field.
    pub(super) fn number(&self, negative: bool, prefix: &str, digits: &str) -> String {
        let sign = match (negative, self.sign) {
            (true, _) => "-",
            (false, '+') => "+",
            (false, ' ') => " ",
            _ => "",
        };
        let digits = match self.grouping {
            Some(mark) => grouped(
                digits,
                mark,
                matches!(self.kind, Some('x' | 'X' | 'o' | 'b')),
            ),
            None => digits.to_owned(),
        };
        let len = sign.len() + prefix.len() + digits.chars().count();
        let missing = self.width.saturating_sub(len);
        if missing == 0 {
            return format!("{sign}{prefix}{digits}");
        }
        let (fill, align) = match (self.align, self.zero) {
            (Some(align), _) => (self.fill, align),
            (None, true) => ('0', '='),
            (None, false) => (' ', '>'),
        };
        if align == '=' {
            let pad: String = std::iter::repeat_n(fill, missing).collect();
            return format!("{sign}{prefix}{pad}{digits}");
        }
        padded(&format!("{sign}{prefix}{digits}"), self.width, fill, align)
    }

    /// Puts text into the field.
    pub(super) fn text(&self, text: &str) -> String {
        let cut: String = match self.precision {
            Some(most) => text.chars().take(most).collect(),
            None => text.to_owned(),
        };
        let fill = if self.align.is_none() && self.zero {
            '0'
        } else {
            self.fill
        };
        padded(&cut, self.width, fill, self.align.unwrap_or('<'))
    }
}

fn digits(letters: &[char], at: &mut usize) -> Res<Option<usize>> {
    let from = *at;
    while letters.get(*at).is_some_and(char::is_ascii_digit) {
        *at += 1;
    }
    if from == *at {
        return Ok(None);
    }
    let text: String = letters[from..*at].iter().collect();
    match text.parse() {
        Ok(number) if number <= WIDEST => Ok(Some(number)),
        _ => Err(Stop::runtime(
            "the width or precision of the format is too large",
        )),
    }
}

pub(super) fn padded(text: &str, width: usize, fill: char, align: char) -> String {
    let missing = width.saturating_sub(text.chars().count());
    let pad = |count| std::iter::repeat_n(fill, count).collect::<String>();
    match align {
        '<' => format!("{text}{}", pad(missing)),
        '^' => format!("{}{text}{}", pad(missing / 2), pad(missing - missing / 2)),
        _ => format!("{}{text}", pad(missing)),
    }
}

fn grouped(digits: &str, mark: char, by_four: bool) -> String {
    let (whole, rest) = digits
        .find(['.', 'e', 'E'])
        .map_or((digits, ""), |at| digits.split_at(at));
    let size = if by_four { 4 } else { 3 };
    let mut out = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(size) {
            out.push(mark);
        }
        out.push(digit);
    }
    out + rest
}

/// The digits of a float without its sign, in one of the kinds e, f, g, %.
pub(super) fn float_digits(
    number: f64,
    kind: char,
    precision: Option<usize>,
    alternate: bool,
) -> String {
    let number = number.abs();
    if !number.is_finite() {
        let text = if number.is_nan() { "nan" } else { "inf" };
        return if kind.is_ascii_uppercase() {
            text.to_uppercase()
        } else {
            text.to_owned()
        };
    }
    let most = precision.unwrap_or(6);
    let text = match kind.to_ascii_lowercase() {
        'e' => exponent(number, most),
        'f' => format!("{number:.most$}"),
        '%' => format!("{:.most$}%", number * 100.0),
        _ => general(number, most, alternate),
    };
    if kind.is_ascii_uppercase() {
        text.to_uppercase()
    } else {
        text
    }
}

fn exponent(number: f64, precision: usize) -> String {
    let text = format!("{number:.precision$e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.abs())
}

fn general(number: f64, precision: usize, alternate: bool) -> String {
    let precision = precision.max(1);
    let scientific = exponent(number, precision - 1);
    let power: i32 = scientific
        .split_once('e')
        .and_then(|(_, power)| power.parse().ok())
        .unwrap_or(0);
    let limit = i32::try_from(precision).unwrap_or(i32::MAX);
    let text = if power < -4 || power >= limit {
        scientific
    } else {
        let after = usize::try_from(limit - 1 - power).unwrap_or(0);
        format!("{number:.after$}")
    };
    if alternate || !text.contains('.') {
        return text;
    }
    let (digits, power) = text
        .split_once('e')
        .map_or((text.as_str(), None), |(a, b)| (a, Some(b)));
    let mut out = digits
        .trim_end_matches('0')
        .trim_end_matches('.')
        .to_owned();
    if let Some(power) = power {
        let _ = write!(out, "e{power}");
    }
    out
}

/// A float without a kind: as `str` has it, or with this many digits.
pub(super) fn plain_float(number: f64, precision: Option<usize>) -> String {
    match precision {
        None => float_text(number.abs()),
        Some(most) => {
            let text = general(number.abs(), most, false);
            if text.contains(['.', 'e', 'n', 'i']) {
                text
            } else {
                text + ".0"
            }
        }
    }
}
