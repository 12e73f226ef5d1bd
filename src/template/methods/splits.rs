//! Text apart and together.

use super::{
    super::{
        eval::Eval,
        failure::{Res, Stop},
        obj::Obj,
    },
    Bound,
    strings::{is_blank, text},
};
use crate::value::Text;

fn most(args: &Bound) -> Res<usize> {
    Ok(usize::try_from(args.int("maxsplit", -1)?).unwrap_or(usize::MAX))
}

fn parts(of: &Text, parts: Vec<&str>) -> Obj {
    Obj::list(
        parts
            .into_iter()
            .map(|part| Obj::Str(of.derive(part)))
            .collect(),
    )
}

/// The separator; empty ones are refused.
fn separator(args: &Bound) -> Res<Option<&Text>> {
    match args.text("sep")? {
        Some(sep) if sep.is_empty() => Err(Stop::runtime("empty separator")),
        other => Ok(other),
    }
}

pub(super) fn split(_: &Eval<'_>, of: &Obj, args: &Bound) -> Res<Obj> {
    let (text, most) = (text(of)?, most(args)?);
    Ok(parts(
        text,
        match separator(args)? {
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
        },
    ))
}

pub(super) fn rsplit(_: &Eval<'_>, of: &Obj, args: &Bound) -> Res<Obj> {
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
        if !matches!(
            letter,
            '\n' | '\r' | '\x0b' | '\x0c' | '\x1c'..='\x1e' | '\u{85}' | '\u{2028}' | '\u{2029}'
        ) {
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

pub(super) fn splitlines(eval: &Eval<'_>, of: &Obj, args: &Bound) -> Res<Obj> {
    let keep = args.truth(eval, "keepends", false)?;
    let text = text(of)?;
    Ok(parts(text, lines_of(text, keep)))
}

fn triple(of: &Text, [a, b, c]: [&str; 3]) -> Obj {
    Obj::tuple(
        [a, b, c]
            .into_iter()
            .map(|part| Obj::Str(of.derive(part)))
            .collect(),
    )
}

pub(super) fn partition(_: &Eval<'_>, of: &Obj, args: &Bound) -> Res<Obj> {
    let text = text(of)?;
    let sep = separator(args)?.ok_or_else(|| Stop::runtime("`sep` must be text"))?;
    Ok(triple(
        text,
        match text.split_once(sep.as_str()) {
            Some((before, after)) => [before, sep, after],
            None => [text, "", ""],
        },
    ))
}

pub(super) fn rpartition(_: &Eval<'_>, of: &Obj, args: &Bound) -> Res<Obj> {
    let text = text(of)?;
    let sep = separator(args)?.ok_or_else(|| Stop::runtime("`sep` must be text"))?;
    Ok(triple(
        text,
        match text.rsplit_once(sep.as_str()) {
            Some((before, after)) => [before, sep, after],
            None => ["", "", text],
        },
    ))
}

pub(super) fn join(eval: &Eval<'_>, of: &Obj, args: &Bound) -> Res<Obj> {
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
