//! Patterns.

use super::super::{
    eval::{Bound, Eval},
    failure::{Res, Stop},
    obj::{self, Obj},
};
use super::{Filter, filter};
use crate::value::Text;
use crate::value::pattern::{Flags, Groups, Pattern, Replacement, compile};

pub(super) const FILTERS: &[Filter] = &[
    filter(
        &["regex_replace"],
        &[
            "pattern?",
            "replacement?",
            "ignorecase?",
            "multiline?",
            "count?",
            "mandatory_count?",
        ],
        replace,
        "Replaces what matches a pattern.",
    ),
    filter(
        &["regex_search"],
        &["regex", "*", "multiline?", "ignorecase?"],
        search,
        "Gives the first match of a pattern, or its groups.",
    ),
    filter(
        &["regex_findall"],
        &["regex", "multiline?", "ignorecase?"],
        findall,
        "Gives all matches of a pattern.",
    ),
    filter(
        &["regex_escape"],
        &["re_type?"],
        escape,
        "Escapes the letters that mean something in a pattern.",
    ),
];

fn flags(eval: &Eval<'_>, args: &Bound) -> Res<Flags> {
    Ok(Flags {
        ignore_case: args.truth(eval, "ignorecase", false)?,
        multiline: args.truth(eval, "multiline", false)?,
        dot_all: false,
    })
}

fn replace(eval: &Eval<'_>, input: &Obj, args: &Bound) -> Res<Obj> {
    let text = obj::text(eval, input)?;
    let pattern = compile(&args.text_or("pattern", "")?, flags(eval, args)?, &text)?;
    let replacement = Replacement::parse(&args.text_or("replacement", "")?, &pattern)?;
    let most = usize::try_from(args.int("count", 0)?)
        .ok()
        .filter(|count| *count > 0);
    let found = pattern.all(&text, most.unwrap_or(usize::MAX))?;
    let wanted = args.int("mandatory_count", 0)?;
    if wanted != 0 && i64::try_from(found.len()) != Ok(wanted) {
        return Err(Stop::runtime(format!(
            "the pattern should match {wanted} times, but it does {}",
            found.len()
        )));
    }
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for groups in &found {
        let Some((start, end)) = groups[0] else {
            continue;
        };
        out.push_str(&text[done..start]);
        replacement.fill(&text, groups, &mut out);
        done = end;
        eval.check_size(out.len())?;
    }
    out.push_str(&text[done..]);
    Ok(Obj::Str(text.derive(out)))
}

fn piece(text: &Text, groups: &Groups, group: usize) -> Obj {
    match groups.get(group) {
        Some(Some((start, end))) => Obj::Str(text.derive(&text[*start..*end])),
        _ => Obj::None,
    }
}

/// The group that an argument such as `\1` or `\g<name>` asks for.
fn asked(pattern: &Pattern, text: &str) -> Res<usize> {
    let found = if let Some(name) = text
        .strip_prefix("\\g<")
        .and_then(|rest| rest.strip_suffix('>'))
    {
        name.parse().ok().or_else(|| pattern.group(name))
    } else {
        text.strip_prefix('\\').and_then(|rest| rest.parse().ok())
    };
    match found {
        Some(group) if group <= pattern.groups() => Ok(group),
        Some(_) => Err(Stop::runtime("no such group")),
        None => Err(Stop::runtime(format!("unknown argument `{text}`"))),
    }
}

fn search(eval: &Eval<'_>, input: &Obj, args: &Bound) -> Res<Obj> {
    let text = obj::text(eval, input)?;
    let pattern = compile(&args.text_or("regex", "")?, flags(eval, args)?, &text)?;
    let mut wanted = Vec::new();
    for group in &args.rest {
        wanted.push(asked(&pattern, &obj::text(eval, group)?)?);
    }
    let Some(groups) = pattern.search(&text, 0)? else {
        return Ok(Obj::None);
    };
    Ok(if wanted.is_empty() {
        piece(&text, &groups, 0)
    } else {
        Obj::list(
            wanted
                .into_iter()
                .map(|group| piece(&text, &groups, group))
                .collect(),
        )
    })
}

fn findall(eval: &Eval<'_>, input: &Obj, args: &Bound) -> Res<Obj> {
    let text = obj::text(eval, input)?;
    let pattern = compile(&args.text_or("regex", "")?, flags(eval, args)?, &text)?;
    let or_empty = |groups: &Groups, group| match piece(&text, groups, group) {
        Obj::None => Obj::from(""),
        found => found,
    };
    let mut out = Vec::new();
    for groups in pattern.all(&text, usize::MAX)? {
        out.push(match pattern.groups() {
            0 => or_empty(&groups, 0),
            1 => or_empty(&groups, 1),
            many => Obj::tuple((1..=many).map(|group| or_empty(&groups, group)).collect()),
        });
        eval.check_items(out.len())?;
    }
    Ok(Obj::list(out))
}

fn escape(eval: &Eval<'_>, input: &Obj, args: &Bound) -> Res<Obj> {
    let text = obj::text(eval, input)?;
    let special = match args.text_or("re_type", "python")?.as_str() {
        "python" => "()[]{}?*+-|^$\\.&~# \t\n\r\x0b\x0c",
        "posix_basic" => "[].^$*\\",
        other => {
            return Err(Stop::runtime(format!(
                "the kind of pattern `{other}` is not supported"
            )));
        }
    };
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        if special.contains(letter) {
            out.push('\\');
        }
        out.push(letter);
    }
    Ok(Obj::Str(text.derive(out)))
}
