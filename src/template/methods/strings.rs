//! Methods of text and of bytes.

use super::{
    super::{
        eval::Eval,
        failure::{Res, Stop},
        obj::{self, Obj},
    },
    Bound, Method, format,
    letters::{begins_name, folded, is_cased, is_decimal, is_digit},
    spec::{WIDEST, padded},
};
use crate::value::{Key, Text};

pub(super) const METHODS: &[Method] = &[
    Method { name: "upper", params: &[], run: |_, of, _| made(of, str::to_uppercase) },
    Method { name: "lower", params: &[], run: |_, of, _| made(of, lowered) },
    Method { name: "casefold", params: &[], run: |_, of, _| made(of, folded) },
    Method { name: "capitalize", params: &[], run: |_, of, _| made(of, capitalized) },
    Method { name: "title", params: &[], run: |_, of, _| made(of, titled) },
    Method { name: "swapcase", params: &[], run: |_, of, _| made(of, swapped) },
    Method { name: "strip", params: &["chars?"], run: |_, of, args| strip(of, args, true, true) },
    Method { name: "lstrip", params: &["chars?"], run: |_, of, args| strip(of, args, true, false) },
    Method { name: "rstrip", params: &["chars?"], run: |_, of, args| strip(of, args, false, true) },
    Method { name: "split", params: &["sep?", "maxsplit?"], run: split },
    Method { name: "rsplit", params: &["sep?", "maxsplit?"], run: rsplit },
    Method { name: "splitlines", params: &["keepends?"], run: splitlines },
    Method { name: "partition", params: &["sep"], run: partition },
    Method { name: "rpartition", params: &["sep"], run: rpartition },
    Method { name: "join", params: &["iterable"], run: join },
    Method { name: "replace", params: &["old", "new", "count?"], run: replace },
    Method { name: "startswith", params: &["prefix", "start?", "end?"], run: startswith },
    Method { name: "endswith", params: &["suffix", "start?", "end?"], run: endswith },
    Method { name: "removeprefix", params: &["prefix"], run: removeprefix },
    Method { name: "removesuffix", params: &["suffix"], run: removesuffix },
    Method { name: "find", params: &["sub", "start?", "end?"], run: |_, of, args| find(of, args, false, false) },
    Method { name: "rfind", params: &["sub", "start?", "end?"], run: |_, of, args| find(of, args, true, false) },
    Method { name: "index", params: &["sub", "start?", "end?"], run: |_, of, args| find(of, args, false, true) },
    Method { name: "rindex", params: &["sub", "start?", "end?"], run: |_, of, args| find(of, args, true, true) },
    Method { name: "count", params: &["sub", "start?", "end?"], run: count },
    Method { name: "center", params: &["width", "fillchar?"], run: |_, of, args| pad(of, args, '^') },
    Method { name: "ljust", params: &["width", "fillchar?"], run: |_, of, args| pad(of, args, '<') },
    Method { name: "rjust", params: &["width", "fillchar?"], run: |_, of, args| pad(of, args, '>') },
    Method { name: "zfill", params: &["width"], run: zfill },
    Method { name: "expandtabs", params: &["tabsize?"], run: expandtabs },
    Method { name: "format", params: &["*", "**"], run: format::format },
    Method { name: "format_map", params: &["mapping"], run: format::format_map },
    Method { name: "encode", params: &["encoding?", "errors?"], run: encode },
    Method { name: "maketrans", params: &["x", "y?", "z?"], run: maketrans },
    Method { name: "translate", params: &["table"], run: translate },
    Method { name: "isalnum", params: &[], run: |_, of, _| all(of, |letter| letter.is_alphanumeric()) },
    Method { name: "isalpha", params: &[], run: |_, of, _| all(of, char::is_alphabetic) },
    Method { name: "isascii", params: &[], run: |_, of, _| Ok(Obj::Bool(text(of)?.is_ascii())) },
    Method { name: "isdecimal", params: &[], run: |_, of, _| all(of, is_decimal) },
    Method { name: "isdigit", params: &[], run: |_, of, _| all(of, is_digit) },
    Method { name: "isnumeric", params: &[], run: |_, of, _| all(of, char::is_numeric) },
    Method { name: "isspace", params: &[], run: |_, of, _| all(of, char::is_whitespace) },
    Method { name: "isprintable", params: &[], run: |_, of, _| Ok(Obj::Bool(text(of)?.chars().all(obj::is_printable))) },
    Method { name: "isidentifier", params: &[], run: |_, of, _| Ok(Obj::Bool(is_name(text(of)?))) },
    Method { name: "islower", params: &[], run: |_, of, _| cased(of, |letter| !letter.is_uppercase()) },
    Method { name: "isupper", params: &[], run: |_, of, _| cased(of, |letter| !letter.is_lowercase()) },
    Method { name: "istitle", params: &[], run: istitle },
];

pub(super) const BYTES: &[Method] = &[
    Method { name: "decode", params: &["encoding?", "errors?"], run: decode },
    Method { name: "hex", params: &[], run: hex },
];

fn text(of: &Obj) -> Res<&Text> {
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
    let text = if left { text.trim_start_matches(wanted) } else { text };
    if right { text.trim_end_matches(wanted) } else { text }
}

fn is_blank(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '\u{1c}'..='\u{1f}')
}

fn strip(of: &Obj, args: &Bound, left: bool, right: bool) -> Res<Obj> {
    let letters = args.text("chars")?.map(Text::as_str);
    made(of, |text| trimmed(text, letters, left, right).to_owned())
}

fn most(args: &Bound) -> Res<usize> {
    Ok(usize::try_from(args.int("maxsplit", -1)?).unwrap_or(usize::MAX))
}

fn parts(of: &Text, parts: Vec<&str>) -> Obj {
    Obj::list(parts.into_iter().map(|part| Obj::Str(of.derive(part))).collect())
}

/// The separator; empty ones are refused.
fn separator(args: &Bound) -> Res<Option<&Text>> {
    match args.text("sep")? {
        Some(sep) if sep.is_empty() => Err(Stop::runtime("empty separator")),
        other => Ok(other),
    }
}

fn split(_: &Eval<'_>, of: &Obj, args: &Bound) -> Res<Obj> {
    let (text, most) = (text(of)?, most(args)?);
    Ok(parts(text, match separator(args)? {
        Some(sep) => text.splitn(most.saturating_add(1), sep.as_str()).collect(),
        None => {
            let mut found = Vec::new();
            let mut rest = text.trim_start_matches(is_blank);
            while !rest.is_empty() {
                if found.len() == most {
                    found.push(rest.trim_end_matches(is_blank));
                    break;
                }
                let end = rest.find(is_blank).unwrap_or(rest.len());
                found.push(&rest[..end]);
                rest = rest[end..].trim_start_matches(is_blank);
            }
            found
        }
    }))
}

fn rsplit(_: &Eval<'_>, of: &Obj, args: &Bound) -> Res<Obj> {
    let (text, most) = (text(of)?, most(args)?);
    let mut found: Vec<&str> = match separator(args)? {
        Some(sep) => text.rsplitn(most.saturating_add(1), sep.as_str()).collect(),
        None => {
            let mut found = Vec::new();
            let mut rest = text.trim_end_matches(is_blank);
            while !rest.is_empty() {
                if found.len() == most {
                    found.push(rest.trim_start_matches(is_blank));
                    break;
                }
                let start = rest
                    .char_indices()
                    .rev()
                    .find(|(_, letter)| is_blank(*letter))
                    .map_or(0, |(at, letter)| at + letter.len_utf8());
                found.push(&rest[start..]);
                rest = rest[..start].trim_end_matches(is_blank);
            }
            found
        }
    };
    found.reverse();
    Ok(parts(text, found))
}

/// The lines of a text, at every kind of line end that Python knows.
pub(in super::super) fn lines_of(text: &str, keep_ends: bool) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut from = 0;
    let mut letters = text.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        if !matches!(letter, '\n' | '\r' | '\x0b' | '\x0c' | '\x1c'..='\x1e' | '\u{85}' | '\u{2028}' | '\u{2029}') {
            continue;
        }
        let mut end = at + letter.len_utf8();
        if letter == '\r' && letters.next_if(|(_, next)| *next == '\n').is_some() {
            end += 1;
        }
        lines.push(&text[from..if keep_ends { end } else { at }]);
        from = end;
    }
    if from < text.len() {
        lines.push(&text[from..]);
    }
    lines
}

fn splitlines(eval: &Eval<'_>, of: &Obj, args: &Bound) -> Res<Obj> {
    let keep = args.truth(eval, "keepends", false)?;
    let text = text(of)?;
    Ok(parts(text, lines_of(text, keep)))
}

fn triple(of: &Text, [a, b, c]: [&str; 3]) -> Obj {
    Obj::tuple([a, b, c].into_iter().map(|part| Obj::Str(of.derive(part))).collect())
}

fn partition(_: &Eval<'_>, of: &Obj, args: &Bound) -> Res<Obj> {
    let text = text(of)?;
    let sep = separator(args)?.ok_or_else(|| Stop::runtime("`sep` must be text"))?;
    Ok(triple(text, match text.split_once(sep.as_str()) {
        Some((before, after)) => [before, sep, after],
        None => [text, "", ""],
    }))
}

fn rpartition(_: &Eval<'_>, of: &Obj, args: &Bound) -> Res<Obj> {
    let text = text(of)?;
    let sep = separator(args)?.ok_or_else(|| Stop::runtime("`sep` must be text"))?;
    Ok(triple(text, match text.rsplit_once(sep.as_str()) {
        Some((before, after)) => [before, sep, after],
        None => ["", "", text],
    }))
}

fn join(eval: &Eval<'_>, of: &Obj, args: &Bound) -> Res<Obj> {
    let sep = text(of)?;
    let mut out = String::new();
    for (at, item) in eval.items(args.need("iterable"))?.iter().enumerate() {
        if at > 0 {
            out.push_str(sep);
        }
        let Some(part) = item.text() else {
            return Err(eval.refuse(item, &format!("is item {at}, where text is expected")));
        };
        out.push_str(part);
        eval.check_size(out.len())?;
    }
    Ok(Obj::Str(sep.derive(out)))
}

fn needed<'b>(args: &'b Bound, name: &str) -> Res<&'b Text> {
    args.text(name)?
        .ok_or_else(|| Stop::runtime(format!("`{name}` must be text, not `NoneType`")))
}

fn replace(eval: &Eval<'_>, of: &Obj, args: &Bound) -> Res<Obj> {
    let (text, old, new) = (text(of)?, needed(args, "old")?, needed(args, "new")?);
    let count = args.int("count", -1)?;
    replaced(eval, text, old, new, count).map(|out| Obj::Str(text.derive(out)))
}

/// `str.replace`, without growing past the limit.
pub(in super::super) fn replaced(eval: &Eval<'_>, text: &str, old: &str, new: &str, count: i64) -> Res<String> {
    let found = if old.is_empty() { text.chars().count() + 1 } else { text.matches(old).count() };
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
    Ok(Some((&text[byte(start)..byte(end)], usize::try_from(start).unwrap_or(0))))
}

fn any_of<'b>(args: &'b Bound, name: &str) -> Res<Vec<&'b str>> {
    match args.need(name) {
        Obj::Tuple(items) | Obj::Group(items) => items
            .iter()
            .map(|item| item.text().map(Text::as_str).ok_or_else(|| Stop::runtime("a tuple of texts is expected")))
            .collect(),
        _ => Ok(vec![needed(args, name)?.as_str()]),
    }
}

fn startswith(_: &Eval<'_>, of: &Obj, args: &Bound) -> Res<Obj> {
    let wanted = any_of(args, "prefix")?;
    Ok(Obj::Bool(window(text(of)?, args)?.is_some_and(|(part, _)| wanted.iter().any(|want| part.starts_with(want)))))
}

fn endswith(_: &Eval<'_>, of: &Obj, args: &Bound) -> Res<Obj> {
    let wanted = any_of(args, "suffix")?;
    Ok(Obj::Bool(window(text(of)?, args)?.is_some_and(|(part, _)| wanted.iter().any(|want| part.ends_with(want)))))
}

fn removeprefix(_: &Eval<'_>, of: &Obj, args: &Bound) -> Res<Obj> {
    let prefix = needed(args, "prefix")?;
    made(of, |text| text.strip_prefix(prefix.as_str()).unwrap_or(text).to_owned())
}

fn removesuffix(_: &Eval<'_>, of: &Obj, args: &Bound) -> Res<Obj> {
    let suffix = needed(args, "suffix")?;
    made(of, |text| text.strip_suffix(suffix.as_str()).unwrap_or(text).to_owned())
}

fn find(of: &Obj, args: &Bound, last: bool, must: bool) -> Res<Obj> {
    let sub = needed(args, "sub")?;
    let found = window(text(of)?, args)?.and_then(|(part, start)| {
        let byte = if last { part.rfind(sub.as_str()) } else { part.find(sub.as_str()) };
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
    Ok(Obj::size(window(text(of)?, args)?.map_or(0, |(part, _)| {
        if sub.is_empty() { part.chars().count() + 1 } else { part.matches(sub.as_str()).count() }
    })))
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
        format!("{sign}{}", padded(digits, width.saturating_sub(sign.len()), '0', '>'))
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
            column = if matches!(letter, '\n' | '\r') { 0 } else { column + 1 };
        }
    }
    Ok(Obj::Str(text.derive(out)))
}

fn encode(_: &Eval<'_>, of: &Obj, args: &Bound) -> Res<Obj> {
    let bytes = encoded(text(of)?, &args.text_or("encoding", "utf-8")?)?;
    Ok(Obj::Bytes(bytes.into()))
}

/// The bytes of a text in an encoding.
pub(in super::super) fn encoded(text: &str, encoding: &str) -> Res<Vec<u8>> {
    let wrong = |name: &str| Stop::runtime(format!("the text cannot be encoded as {name}"));
    match encoding.to_ascii_lowercase().replace('_', "-").as_str() {
        "utf-8" | "utf8" => Ok(crate::value::bytes_of(text)),
        "ascii" | "us-ascii" if text.is_ascii() => Ok(text.as_bytes().to_vec()),
        "ascii" | "us-ascii" => Err(wrong("ascii")),
        "latin-1" | "latin1" | "iso-8859-1" => text
            .chars()
            .map(|letter| u8::try_from(u32::from(letter)).map_err(|_| wrong("latin-1")))
            .collect(),
        "utf-16-le" => Ok(text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        "utf-16-be" => Ok(text.encode_utf16().flat_map(u16::to_be_bytes).collect()),
        "utf-16" => Ok(std::iter::once(0xfeff)
            .chain(text.encode_utf16())
            .flat_map(u16::to_le_bytes)
            .collect()),
        other => Err(Stop::runtime(format!("the encoding `{other}` is not supported"))),
    }
}

/// The text of bytes in an encoding.
pub(in super::super) fn decoded(bytes: &[u8], encoding: &str) -> Res<String> {
    let wrong = |name: &str| Stop::runtime(format!("the bytes are not {name}"));
    let wide = |make: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes.chunks(2).map(|pair| make([pair[0], *pair.get(1).unwrap_or(&0)])).collect();
        String::from_utf16(&units).map_err(|_| wrong("utf-16"))
    };
    match encoding.to_ascii_lowercase().replace('_', "-").as_str() {
        "utf-8" | "utf8" => String::from_utf8(bytes.to_vec()).map_err(|_| wrong("utf-8")),
        "ascii" | "us-ascii" if bytes.is_ascii() => Ok(bytes.iter().map(|byte| char::from(*byte)).collect()),
        "ascii" | "us-ascii" => Err(wrong("ascii")),
        "latin-1" | "latin1" | "iso-8859-1" => Ok(bytes.iter().map(|byte| char::from(*byte)).collect()),
        "utf-16-le" | "utf-16" => wide(u16::from_le_bytes),
        "utf-16-be" => wide(u16::from_be_bytes),
        other => Err(Stop::runtime(format!("the encoding `{other}` is not supported"))),
    }
}

fn decode(_: &Eval<'_>, of: &Obj, args: &Bound) -> Res<Obj> {
    match of {
        Obj::Bytes(bytes) => decoded(bytes, &args.text_or("encoding", "utf-8")?).map(Obj::from),
        _ => Ok(Obj::None),
    }
}

fn hex(_: &Eval<'_>, of: &Obj, _: &Bound) -> Res<Obj> {
    Ok(match of {
        Obj::Bytes(bytes) => Obj::from(bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>()),
        _ => Obj::None,
    })
}

fn maketrans(eval: &Eval<'_>, _: &Obj, args: &Bound) -> Res<Obj> {
    let code = |letter: char| Key::Int(i64::from(u32::from(letter)));
    let mut entries = Vec::new();
    if let Some(to) = args.text("y")? {
        let from = needed(args, "x")?;
        if from.chars().count() != to.chars().count() {
            return Err(Stop::runtime("the first two arguments must have equal length"));
        }
        entries.extend(from.chars().zip(to.chars()).map(|(from, to)| (code(from), Obj::Int(i64::from(u32::from(to))))));
        if let Some(gone) = args.text("z")? {
            entries.extend(gone.chars().map(|letter| (code(letter), Obj::None)));
        }
    } else {
        for (key, value) in super::pairs(eval, args.need("x"))? {
            let key = match key {
                Key::Text(text) => text.chars().next().map_or(Key::Null, code),
                other => other,
            };
            entries.push((key, value));
        }
    }
    Ok(Obj::dict(entries))
}

fn translate(eval: &Eval<'_>, of: &Obj, args: &Bound) -> Res<Obj> {
    let text = text(of)?;
    let table = args.need("table");
    let mut out = String::new();
    for letter in text.chars() {
        let code = Obj::Int(i64::from(u32::from(letter)));
        match super::super::eval::item(eval, table, &code)? {
            None | Some(Obj::Undefined(_)) => out.push(letter),
            Some(Obj::None) => {}
            Some(Obj::Str(to)) => out.push_str(&to),
            Some(to) => out.extend(to.int().and_then(|code| u32::try_from(code).ok()).and_then(char::from_u32)),
        }
        eval.check_size(out.len())?;
    }
    Ok(Obj::Str(text.derive(out)))
}

fn all(of: &Obj, is: impl Fn(char) -> bool) -> Res<Obj> {
    let text = text(of)?;
    Ok(Obj::Bool(!text.is_empty() && text.chars().all(is)))
}

fn cased(of: &Obj, is: impl Fn(char) -> bool) -> Res<Obj> {
    let text = text(of)?;
    Ok(Obj::Bool(text.chars().any(is_cased) && text.chars().all(is)))
}

fn is_name(text: &str) -> bool {
    let mut letters = text.chars();
    letters.next().is_some_and(begins_name)
        && letters.all(|letter| begins_name(letter) || letter.is_numeric())
}

fn istitle(_: &Eval<'_>, of: &Obj, _: &Bound) -> Res<Obj> {
    let text = text(of)?;
    Ok(Obj::Bool(text.chars().any(is_cased) && titled(text) == text.as_str()))
}
