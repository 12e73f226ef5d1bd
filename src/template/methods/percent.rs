//! The `%` operator on text.

use num_traits::Signed;

use super::{
    super::{
        eval::Eval,
        failure::{Res, Stop},
        obj::{self, Obj},
    },
    cut,
    spec::{WIDEST, float_digits},
};
use crate::value::{Key, Text};

#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one flag of a format"
)]
struct Flags {
    left: bool,
    plus: bool,
    blank: bool,
    zero: bool,
    alternate: bool,
    width: usize,
    precision: Option<usize>,
}

struct Values<'v> {
    tuple: Option<&'v [Obj]>,
    single: &'v Obj,
    at: usize,
}

impl Values<'_> {
    fn take(&mut self) -> Res<Obj> {
        let found = match self.tuple {
            Some(items) => items.get(self.at).cloned(),
            None if self.at == 0 => Some(self.single.clone()),
            None => None,
        };
        self.at += 1;
        found.ok_or_else(|| Stop::runtime("not enough arguments for format string"))
    }

    fn number(&mut self) -> Res<i64> {
        self.take()?
            .int()
            .filter(|number| number.unsigned_abs() <= WIDEST as u64)
            .ok_or_else(|| Stop::runtime("`*` wants a small whole number"))
    }
}

/// `format % values`.
pub(in super::super) fn percent(eval: &Eval<'_>, format: &Text, values: &Obj) -> Res<Text> {
    let mut given = Values {
        tuple: match values {
            Obj::Tuple(items) | Obj::Group(items) => Some(items),
            _ => None,
        },
        single: values,
        at: 0,
    };
    let mut out = String::with_capacity(format.len());
    let mut letters = format.chars().peekable();
    let mut named = false;
    while let Some(letter) = letters.next() {
        if letter != '%' {
            out.push(letter);
            continue;
        }
        let mut chosen = None;
        if letters.peek() == Some(&'(') {
            letters.next();
            let name: String = letters
                .by_ref()
                .take_while(|letter| *letter != ')')
                .collect();
            let Obj::Dict(dict) = values else {
                return Err(Stop::runtime("the format requires a mapping"));
            };
            named = true;
            let value = dict.get(eval, &Key::from(name.as_str()))?;
            chosen = Some(value.ok_or_else(|| Stop::runtime(format!("there is no key `{name}`")))?);
        }
        let mut flags = Flags {
            left: false,
            plus: false,
            blank: false,
            zero: false,
            alternate: false,
            width: 0,
            precision: None,
        };
        while let Some(flag) = letters.next_if(|letter| "#0- +".contains(*letter)) {
            match flag {
                '#' => flags.alternate = true,
                '0' => flags.zero = true,
                '-' => flags.left = true,
                ' ' => flags.blank = true,
                _ => flags.plus = true,
            }
        }
        if letters.next_if_eq(&'*').is_some() {
            let width = given.number()?;
            flags.left |= width < 0;
            flags.width = usize::try_from(width.unsigned_abs()).unwrap_or(0);
        } else {
            flags.width = count(&mut letters)?.unwrap_or(0);
        }
        if letters.next_if_eq(&'.').is_some() {
            flags.precision = if letters.next_if_eq(&'*').is_some() {
                Some(usize::try_from(given.number()?).unwrap_or(0))
            } else {
                Some(count(&mut letters)?.unwrap_or(0))
            };
        }
        while letters.next_if(|letter| "hlL".contains(*letter)).is_some() {}
        let Some(kind) = letters.next() else {
            return Err(Stop::runtime("incomplete format"));
        };
        if kind == '%' {
            out.push('%');
            continue;
        }
        let value = match chosen {
            Some(value) => value,
            None => given.take()?,
        };
        out.push_str(&one(eval, kind, &flags, &value)?);
        eval.check_size(out.len())?;
    }
    let used_up = match given.tuple {
        Some(items) => given.at >= items.len(),
        None => given.at > 0 || named || matches!(values, Obj::Dict(_) | Obj::List(_)),
    };
    if !used_up {
        return Err(Stop::runtime(
            "not all arguments converted during string formatting",
        ));
    }
    Ok(Text::from(out).with(format.marks() | eval.marks_of(values)?))
}

fn count(letters: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Res<Option<usize>> {
    let mut digits = String::new();
    while let Some(digit) = letters.next_if(char::is_ascii_digit) {
        digits.push(digit);
    }
    if digits.is_empty() {
        return Ok(None);
    }
    match digits.parse() {
        Ok(number) if number <= WIDEST => Ok(Some(number)),
        _ => Err(Stop::runtime(
            "the width or precision of the format is too large",
        )),
    }
}

fn one(eval: &Eval<'_>, kind: char, flags: &Flags, value: &Obj) -> Res<String> {
    let (negative, prefix, digits) = match kind {
        's' | 'r' | 'a' => {
            let text = if kind == 's' {
                obj::text(eval, value)?
            } else {
                obj::repr(eval, value)?
            };
            let text: String = match flags.precision {
                Some(most) => text.chars().take(most).collect(),
                None => text.to_string(),
            };
            return Ok(fitted(flags, "", &text, false));
        }
        'c' => {
            let letter = match value {
                Obj::Str(text) if text.chars().count() == 1 => text.to_string(),
                other => other
                    .int()
                    .and_then(|code| u32::try_from(code).ok())
                    .and_then(char::from_u32)
                    .map(String::from)
                    .ok_or_else(|| Stop::runtime("%c requires int or char"))?,
            };
            return Ok(fitted(flags, "", &letter, false));
        }
        'd' | 'i' | 'u' | 'o' | 'x' | 'X' => {
            let whole = match value {
                Obj::Float(number) if matches!(kind, 'd' | 'i' | 'u') => cut(*number),
                other => Some(other.clone()),
            };
            let Some(number) = whole.and_then(|whole| whole.big()) else {
                return Err(eval.refuse(value, &format!("is no number for the format %{kind}")));
            };
            let size = number.magnitude();
            let (prefix, digits) = match kind {
                'o' => ("0o", size.to_str_radix(8)),
                'x' => ("0x", size.to_str_radix(16)),
                'X' => ("0X", size.to_str_radix(16).to_uppercase()),
                _ => ("", size.to_str_radix(10)),
            };
            let digits = match flags.precision {
                Some(least) => format!("{digits:0>least$}"),
                None => digits,
            };
            let prefix = if flags.alternate { prefix } else { "" };
            (number.is_negative(), prefix, digits)
        }
        'e' | 'E' | 'f' | 'F' | 'g' | 'G' => {
            let Some(number) = value.float() else {
                return Err(eval.refuse(value, &format!("is no number for the format %{kind}")));
            };
            let digits = float_digits(number, kind, flags.precision, flags.alternate);
            (number.is_sign_negative() && !number.is_nan(), "", digits)
        }
        other => {
            return Err(Stop::runtime(format!(
                "unsupported format character `{other}`"
            )));
        }
    };
    let sign = match (negative, flags.plus, flags.blank) {
        (true, _, _) => "-",
        (false, true, _) => "+",
        (false, false, true) => " ",
        _ => "",
    };
    Ok(fitted(
        flags,
        &format!("{sign}{prefix}"),
        &digits,
        flags.zero,
    ))
}

fn fitted(flags: &Flags, lead: &str, text: &str, zero: bool) -> String {
    let missing = flags
        .width
        .saturating_sub(lead.chars().count() + text.chars().count());
    let pad = |letter: char| std::iter::repeat_n(letter, missing).collect::<String>();
    if flags.left {
        format!("{lead}{text}{}", pad(' '))
    } else if zero {
        format!("{lead}{}{text}", pad('0'))
    } else {
        format!("{}{lead}{text}", pad(' '))
    }
}
