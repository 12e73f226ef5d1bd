//! Methods of text and of bytes.

use super::{
    super::{
        eval::Eval,
        failure::{Res, Stop},
        obj::{self, Obj},
    },
    Bound, Method, codecs, format,
    letters::{begins_name, folded, is_cased, is_decimal, is_digit},
    spec::{WIDEST, padded},
    splits,
};
use crate::value::Text;

pub(super) const METHODS: &[Method] = &[
    Method {
        name: "upper",
        params: &[],
        run: |_, of, _| made(of, str::to_uppercase),
    },
    Method {
        name: "lower",
        params: &[],
        run: |_, of, _| made(of, lowered),
    },
    Method {
        name: "casefold",
        params: &[],
        run: |_, of, _| made(of, folded),
    },
    Method {
        name: "capitalize",
        params: &[],
        run: |_, of, _| made(of, capitalized),
    },
    Method {
        name: "title",
        params: &[],
        run: |_, of, _| made(of, titled),
    },
    Method {
        name: "swapcase",
        params: &[],
        run: |_, of, _| made(of, swapped),
    },
    Method {
        name: "strip",
        params: &["chars?"],
        run: |_, of, args| strip(of, args, true, true),
    },
    Method {
        name: "lstrip",
        params: &["chars?"],
        run: |_, of, args| strip(of, args, true, false),
    },
    Method {
        name: "rstrip",
        params: &["chars?"],
        run: |_, of, args| strip(of, args, false, true),
    },
    Method {
        name: "split",
        params: &["sep?", "maxsplit?"],
        run: splits::split,
    },
    Method {
        name: "rsplit",
        params: &["sep?", "maxsplit?"],
        run: splits::rsplit,
    },
    Method {
        name: "splitlines",
        params: &["keepends?"],
        run: splits::splitlines,
    },
    Method {
        name: "partition",
        params: &["sep"],
        run: splits::partition,
    },
    Method {
        name: "rpartition",
        params: &["sep"],
        run: splits::rpartition,
    },
    Method {
        name: "join",
        params: &["iterable"],
        run: splits::join,
    },
    Method {
        name: "replace",
        params: &["old", "new", "count?"],
        run: replace,
    },
    Method {
        name: "startswith",
        params: &["prefix", "start?", "end?"],
        run: startswith,
    },
    Method {
        name: "endswith",
        params: &["suffix", "start?", "end?"],
        run: endswith,
    },
    Method {
        name: "removeprefix",
        params: &["prefix"],
        run: removeprefix,
    },
    Method {
        name: "removesuffix",
        params: &["suffix"],
        run: removesuffix,
    },
    Method {
        name: "find",
        params: &["sub", "start?", "end?"],
        run: |_, of, args| find(of, args, false, false),
    },
    Method {
        name: "rfind",
        params: &["sub", "start?", "end?"],
        run: |_, of, args| find(of, args, true, false),
    },
    Method {
        name: "index",
        params: &["sub", "start?", "end?"],
        run: |_, of, args| find(of, args, false, true),
    },
    Method {
        name: "rindex",
        params: &["sub", "start?", "end?"],
        run: |_, of, args| find(of, args, true, true),
    },
    Method {
        name: "count",
        params: &["sub", "start?", "end?"],
        run: count,
    },
    Method {
        name: "center",
        params: &["width", "fillchar?"],
        run: |_, of, args| pad(of, args, '^'),
    },
    Method {
        name: "ljust",
        params: &["width", "fillchar?"],
        run: |_, of, args| pad(of, args, '<'),
    },
    Method {
        name: "rjust",
        params: &["width", "fillchar?"],
        run: |_, of, args| pad(of, args, '>'),
    },
    Method {
        name: "zfill",
        params: &["width"],
        run: zfill,
    },
    Method {
        name: "expandtabs",
        params: &["tabsize?"],
        run: expandtabs,
    },
    Method {
        name: "format",
        params: &["*", "**"],
        run: format::format,
    },
    Method {
        name: "format_map",
        params: &["mapping"],
        run: format::format_map,
    },
    Method {
        name: "encode",
        params: &["encoding?", "errors?"],
        run: codecs::encode,
    },
    Method {
        name: "maketrans",
        params: &["x", "y?", "z?"],
        run: codecs::maketrans,
    },
    Method {
        name: "translate",
        params: &["table"],
        run: codecs::translate,
    },
    Method {
        name: "isalnum",
        params: &[],
        run: |_, of, _| all(of, char::is_alphanumeric),
    },
    Method {
        name: "isalpha",
        params: &[],
        run: |_, of, _| all(of, char::is_alphabetic),
    },
    Method {
        name: "isascii",
        params: &[],
        run: |_, of, _| Ok(Obj::Bool(text(of)?.is_ascii())),
    },
    Method {
        name: "isdecimal",
        params: &[],
        run: |_, of, _| all(of, is_decimal),
    },
    Method {
        name: "isdigit",
        params: &[],
        run: |_, of, _| all(of, is_digit),
    },
    Method {
        name: "isnumeric",
        params: &[],
        run: |_, of, _| all(of, char::is_numeric),
    },
    Method {
        name: "isspace",
        params: &[],
        run: |_, of, _| all(of, char::is_whitespace),
    },
    Method {
        name: "isprintable",
        params: &[],
        run: |_, of, _| Ok(Obj::Bool(text(of)?.chars().all(obj::is_printable))),
    },
    Method {
        name: "isidentifier",
        params: &[],
        run: |_, of, _| Ok(Obj::Bool(is_name(text(of)?))),
    },
    Method {
        name: "islower",
        params: &[],
        run: |_, of, _| cased(of, |letter| !letter.is_uppercase()),
    },
    Method {
        name: "isupper",
        params: &[],
        run: |_, of, _| cased(of, |letter| !letter.is_lowercase()),
    },
    Method {
        name: "istitle",
        params: &[],
        run: istitle,
    },
];

pub(super) fn text(of: &Obj) -> Res<&Text> {
    of.text()
        .ok_or_else(|| Stop::runtime(format!("`{}` is not text", of.type_name())))
}

fn made(of: &Obj, make: impl FnOnce(&str) -> String) -> Res<Obj> {
    let text = text(of)?;
    Ok(Obj::Str(text.derive(make(text))))
}

fn lowered(text: &str) -> String {
    text.to_lowercase()
}

/// The first letter in upper case, the rest in lower case.
pub(in super::super) fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().collect::<String>() + &letters.as_str().to_lowercase(),
        None => String::new(),
    }
}

/// Every word with its first letter in upper case, as `str.title` finds words.
pub(in super::super) fn titled(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut inside = false;
    for letter in text.chars() {
        if inside {
            out.extend(letter.to_lowercase());
        } else {
            out.extend(letter.to_uppercase());
        }
        inside = is_cased(letter);
    }
    out
}

fn swapped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_uppercase() {
            out.extend(letter.to_lowercase());
        } else {
            out.extend(letter.to_uppercase());
        }
    }
    out
}

/// The text without these letters (or white space) at its ends.
pub(in super::super) fn trimmed<'t>(
    text: &'t str,
    letters: Option<&str>,
    left: bool,
    right: bool,
) -> &'t str {
    let wanted = |letter: char| match letters {
        Some(letters) => letters.contains(letter),
        None => is_blank(letter),
    };
    let text = if left {
        text.trim_start_matches(wanted)
    } else {
        text
    };
    if right {
        text.trim_end_matches(wanted)
    } else {
        text
    }
}

pub(super) fn is_blank(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '\u{1c}'..='\u{1f}')
}

fn strip(of: &Obj, args: &Bound, left: bool, right: bool) -> Res<Obj> {
    let letters = args.text("chars")?.map(Text::as_str);
    made(of, |text| trimmed(text, letters, left, right).to_owned())
}

pub(super) fn needed<'b>(args: &'b Bound, name: &str) -> Res<&'b Text> {
    args.text(name)?
        .ok_or_else(|| Stop::runtime(format!("`{name}` must be text, not `NoneType`")))
}

fn replace(eval: &Eval<'_>, of: &Obj, args: &Bound) -> Res<Obj> {
    let (text, old, new) = (text(of)?, needed(args, "old")?, needed(args, "new")?);
    let count = args.int("count", -1)?;
    replaced(eval, text, old, new, count).map(|out| Obj::Str(text.derive(out)))
}

/// `str.replace`, without growing past the limit.
pub(in super::super) fn replaced(
    eval: &Eval<'_>,
    text: &str,
    old: &str,
    new: &str,
    count: i64,
) -> Res<String> {
    let found = if old.is_empty() {
        text.chars().count() + 1
    } else {
        text.matches(old).count()
    };
    let count = usize::try_from(count).unwrap_or(usize::MAX).min(found);
    eval.check_size(text.len().saturating_add(count.saturating_mul(new.len())))?;
    Ok(text.replacen(old, new, count))
}

/// The part of the text that `start` and `end` (in letters) leave, and where it begins.
fn window<'t>(text: &'t str, args: &Bound) -> Res<Option<(&'t str, usize)>> {
    if args.some("start").is_none() && args.some("end").is_none() {
        return Ok(Some((text, 0)));
    }
    let len = i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
    let fit = |at: i64| (if at < 0 { at + len } else { at }).clamp(0, len);
    let raw_start = args.int("start", 0)?;
    let (start, end) = (fit(raw_start), fit(args.int("end", len)?));
    if start > end || raw_start > len {
        return Ok(None);
    }
    let byte = |at: i64| {
        text.char_indices()
            .nth(usize::try_from(at).unwrap_or(0))
            .map_or(text.len(), |(byte, _)| byte)
    };
    Ok(Some((
        &text[byte(start)..byte(end)],
        usize::try_from(start).unwrap_or(0),
    )))
}

fn any_of<'b>(args: &'b Bound, name: &str) -> Res<Vec<&'b str>> {
    match args.need(name) {
        Obj::Tuple(items) | Obj::Group(items) => items
            .iter()
            .map(|item| {
                item.text()
                    .map(Text::as_str)
                    .ok_or_else(|| Stop::runtime("a tuple of texts is expected"))
            })
            .collect(),
        _ => Ok(vec![needed(args, name)?.as_str()]),
    }
}

fn startswith(_: &Eval<'_>, of: &Obj, args: &Bound) -> Res<Obj> {
    let wanted = any_of(args, "prefix")?;
    Ok(Obj::Bool(window(text(of)?, args)?.is_some_and(
        |(part, _)| wanted.iter().any(|want| part.starts_with(want)),
    )))
}

fn endswith(_: &Eval<'_>, of: &Obj, args: &Bound) -> Res<Obj> {
    let wanted = any_of(args, "suffix")?;
    Ok(Obj::Bool(window(text(of)?, args)?.is_some_and(
        |(part, _)| wanted.iter().any(|want| part.ends_with(want)),
    )))
}

fn removeprefix(_: &Eval<'_>, of: &Obj, args: &Bound) -> Res<Obj> {
    let prefix = needed(args, "prefix")?;
    made(of, |text| {
        text.strip_prefix(prefix.as_str())
            .unwrap_or(text)
            .to_owned()
    })
}

fn removesuffix(_: &Eval<'_>, of: &Obj, args: &Bound) -> Res<Obj> {
    let suffix = needed(args, "suffix")?;
    made(of, |text| {
        text.strip_suffix(suffix.as_str())
            .unwrap_or(text)
            .to_owned()
    })
}

fn find(of: &Obj, args: &Bound, last: bool, must: bool) -> Res<Obj> {
    let sub = needed(args, "sub")?;
    let found = window(text(of)?, args)?.and_then(|(part, start)| {
        let byte = if last {
            part.rfind(sub.as_str())
        } else {
            part.find(sub.as_str())
        };
        byte.map(|byte| start + part[..byte].chars().count())
    });
    match found {
        Some(at) => Ok(Obj::size(at)),
        None if must => Err(Stop::runtime("substring not found")),
        None => Ok(Obj::Int(-1)),
    }
}

fn count(_: &Eval<'_>, of: &Obj, args: &Bound) -> Res<Obj> {
    let sub = needed(args, "sub")?;
    Ok(Obj::size(window(text(of)?, args)?.map_or(
        0,
        |(part, _)| {
            if sub.is_empty() {
                part.chars().count() + 1
            } else {
                part.matches(sub.as_str()).count()
            }
        },
    )))
}

fn width(args: &Bound) -> Res<usize> {
    match usize::try_from(args.int("width", 0)?.max(0)) {
        Ok(width) if width <= WIDEST => Ok(width),
        _ => Err(Stop::runtime("the width is too large")),
    }
}

fn pad(of: &Obj, args: &Bound, align: char) -> Res<Obj> {
    let fill = args.text_or("fillchar", " ")?;
    let mut letters = fill.chars();
    let (Some(fill), None) = (letters.next(), letters.next()) else {
        return Err(Stop::runtime("`fillchar` must be one letter"));
    };
    let width = width(args)?;
    made(of, |text| {
        if align != '^' {
            return padded(text, width, fill, align);
        }
        // Python's center puts the odd blank to the left when the width is odd.
        let missing = width.saturating_sub(text.chars().count());
        let left = missing / 2 + (missing & width & 1);
        let lead: String = std::iter::repeat_n(fill, left).collect();
        padded(&format!("{lead}{text}"), width, fill, '<')
    })
}

fn zfill(_: &Eval<'_>, of: &Obj, args: &Bound) -> Res<Obj> {
    let width = width(args)?;
    made(of, |text| {
        let (sign, digits) = match text.chars().next() {
            Some('+' | '-') => text.split_at(1),
            _ => ("", text),
        };
        format!(
            "{sign}{}",
            padded(digits, width.saturating_sub(sign.len()), '0', '>')
        )
    })
}

fn expandtabs(eval: &Eval<'_>, of: &Obj, args: &Bound) -> Res<Obj> {
    let size = usize::try_from(args.int("tabsize", 8)?.clamp(0, 1000)).unwrap_or(0);
    let text = text(of)?;
    eval.check_size(text.matches('\t').count() * size + text.len())?;
    let mut out = String::new();
    let mut column = 0;
    for letter in text.chars() {
        if letter == '\t' && size > 0 {
            let missing = size - column % size;
            out.extend(std::iter::repeat_n(' ', missing));
            column += missing;
        } else if letter != '\t' {
            out.push(letter);
            column = if matches!(letter, '\n' | '\r') {
                0
            } else {
                column + 1
            };
        }
    }
    Ok(Obj::Str(text.derive(out)))
}

fn all(of: &Obj, is: impl Fn(char) -> bool) -> Res<Obj> {
    let text = text(of)?;
    Ok(Obj::Bool(!text.is_empty() && text.chars().all(is)))
}

fn cased(of: &Obj, is: impl Fn(char) -> bool) -> Res<Obj> {
    let text = text(of)?;
    Ok(Obj::Bool(
        text.chars().any(is_cased) && text.chars().all(is),
    ))
}

fn is_name(text: &str) -> bool {
    let mut letters = text.chars();
    letters.next().is_some_and(begins_name)
        && letters.all(|letter| begins_name(letter) || letter.is_numeric())
}

fn istitle(_: &Eval<'_>, of: &Obj, _: &Bound) -> Res<Obj> {
    let text = text(of)?;
    Ok(Obj::Bool(
        text.chars().any(is_cased) && titled(text) == text.as_str(),
    ))
}
