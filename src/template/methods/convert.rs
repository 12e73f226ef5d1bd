//! Text to numbers, as Python's `int` and `float` read it.

use num_bigint::BigInt;
use num_traits::{FromPrimitive, Num};

use super::super::obj::Obj;

/// Digits with single underscores between them, as Python allows.
fn without_underscores(text: &str) -> Option<String> {
    if !text.contains('_') {
        return Some(text.to_owned());
    }
    let good = !text.starts_with('_')
        && !text.ends_with('_')
        && !text.contains("__")
        && !text.contains("_.")
        && !text.contains("._");
    good.then(|| text.replace('_', ""))
}

/// The whole number that a text is in this base (0: as its prefix says).
pub(in super::super) fn whole_of(text: &str, base: u32) -> Option<Obj> {
    let text = text.trim();
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let lower = digits.to_ascii_lowercase();
    let (base, digits) = match (lower.get(..2), base) {
        (Some("0x"), 0 | 16) => (16, &lower[2..]),
        (Some("0o"), 0 | 8) => (8, &lower[2..]),
        (Some("0b"), 0 | 2) => (2, &lower[2..]),
        (_, 0) => {
            if lower.len() > 1
                && lower.starts_with('0')
                && !lower.trim_matches(['0', '_']).is_empty()
            {
                return None;
            }
            (10, lower.as_str())
        }
        (_, base) => (base, lower.as_str()),
    };
    if !(2..=36).contains(&base) || digits.is_empty() || digits.starts_with(['+', '-']) {
        return None;
    }
    let digits = without_underscores(
        digits
            .strip_prefix('_')
            .filter(|_| lower.len() != digits.len())
            .unwrap_or(digits),
    )?;
    if digits.len() > 4300 {
        return None;
    }
    let number = BigInt::from_str_radix(&digits, base).ok()?;
    Some(Obj::whole(if negative { -number } else { number }))
}

/// The float that a text is.
pub(in super::super) fn float_of(text: &str) -> Option<f64> {
    let text = text.trim();
    let lower = text.to_ascii_lowercase();
    match lower.trim_start_matches(['+', '-']) {
        "inf" | "infinity" | "nan" => {}
        other if other.contains(|letter: char| letter.is_ascii_alphabetic() && letter != 'e') => {
            return None;
        }
        _ => {}
    }
    without_underscores(&lower)?.parse().ok()
}

/// The whole number that a float is cut to; `None` for one that is none.
pub(in super::super) fn cut(number: f64) -> Option<Obj> {
    BigInt::from_f64(number.trunc()).map(Obj::whole)
}
