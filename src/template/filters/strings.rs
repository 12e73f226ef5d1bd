//! Text.

use super::super::{
    eval::{Bound, Eval},
    failure::{Res, Stop},
    methods,
    obj::{self, Obj},
};
use super::{Filter, filter};
use crate::value::Text;

pub(super) const FILTERS: &[Filter] = &[
    filter(
        &["upper"],
        &[],
        |eval, input, _| made(eval, input, str::to_uppercase),
        "Makes all letters capitals.",
    ),
    filter(
        &["lower"],
        &[],
        |eval, input, _| made(eval, input, str::to_lowercase),
        "Makes all letters small.",
    ),
    filter(
        &["capitalize"],
        &[],
        |eval, input, _| made(eval, input, methods::capitalized),
        "Makes the first letter a capital, the rest small.",
    ),
    filter(
        &["title"],
        &[],
        |eval, input, _| made(eval, input, title),
        "Makes the first letter of every word a capital.",
    ),
    filter(
        &["trim"],
        &["chars?"],
        trim,
        "Drops white space, or these letters, at both ends.",
    ),
    filter(&["string"], &[], string, "Makes text."),
    filter(
        &["replace"],
        &["old", "new", "count?"],
        replace,
        "Replaces a text by another.",
    ),
    filter(&["format"], &["*", "**"], format, "Fills a `%` format."),
    filter(
        &["center"],
        &["width?"],
        center,
        "Puts the text into the middle of a field.",
    ),
    filter(
        &["indent"],
        &["width?", "first?", "blank?"],
        indent,
        "Indents every line but the first.",
    ),
    filter(
        &["truncate"],
        &["length?", "killwords?", "end?", "leeway?"],
        truncate,
        "Cuts the text to a length.",
    ),
    filter(&["wordcount"], &[], wordcount, "Counts the words."),
    filter(
        &["wordwrap"],
        &[
            "width?",
            "break_long_words?",
            "wrapstring?",
            "break_on_hyphens?",
        ],
        wordwrap,
        "Breaks lines at a width.",
    ),
    filter(
        &["split"],
        &["sep?", "maxsplit?"],
        split,
        "Splits text into a list.",
    ),
    filter(
        &["pprint"],
        &[],
        |eval, input, _| Ok(Obj::Str(obj::repr(eval, input)?)),
        "Shows a value as Python writes it.",
    ),
    filter(
        &["type_debug"],
        &[],
        |_, input, _| Ok(Obj::from(input.type_name())),
        "Names the type of the value.",
    ),
];

fn made(eval: &Eval<'_>, input: &Obj, make: impl FnOnce(&str) -> String) -> Res<Obj> {
    let text = obj::text(eval, input)?;
    Ok(Obj::Str(text.derive(make(&text))))
}

/// Capitals at the start, and after blanks, hyphens and opening brackets.
fn title(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut first = true;
    for letter in text.chars() {
        if first {
            out.extend(letter.to_uppercase());
        } else {
            out.extend(letter.to_lowercase());
        }
        first = letter.is_whitespace() || "-({[<".contains(letter);
    }
    out
}

fn trim(eval: &Eval<'_>, input: &Obj, args: &Bound) -> Res<Obj> {
    let letters = args.text("chars")?.map(Text::as_str);
    made(eval, input, |text| {
        methods::trimmed(text, letters, true, true).to_owned()
    })
}

fn string(eval: &Eval<'_>, input: &Obj, _: &Bound) -> Res<Obj> {
    match input {
        Obj::Markup(_) => Ok(input.clone()),
        other => obj::text(eval, other).map(Obj::Str),
    }
}

fn replace(eval: &Eval<'_>, input: &Obj, args: &Bound) -> Res<Obj> {
    let text = obj::text(eval, input)?;
    let (old, new) = (
        obj::text(eval, args.need("old"))?,
        obj::text(eval, args.need("new"))?,
    );
    let out = methods::replaced(eval, &text, &old, &new, args.int("count", -1)?)?;
    Ok(Obj::Str(text.derive(out)))
}

fn format(eval: &Eval<'_>, input: &Obj, args: &Bound) -> Res<Obj> {
    let text = obj::text(eval, input)?;
    if !args.more.is_empty() && !args.rest.is_empty() {
        return Err(Stop::runtime("takes positions or names, not both"));
    }
    let values = if args.more.is_empty() {
        Obj::tuple(args.rest.clone())
    } else {
        Obj::dict(
            args.more
                .iter()
                .map(|(name, value)| (crate::value::Key::from(&**name), value.clone())),
        )
    };
    methods::percent(eval, &text, &values).map(Obj::Str)
}

fn center(eval: &Eval<'_>, input: &Obj, args: &Bound) -> Res<Obj> {
    let text = Obj::Str(obj::text(eval, input)?);
    let given = super::super::eval::Given {
        pos: vec![Obj::Int(args.int("width", 80)?)],
        named: Vec::new(),
    };
    methods::call(eval, &text, "center", given)
}

fn indent(eval: &Eval<'_>, input: &Obj, args: &Bound) -> Res<Obj> {
    let text = obj::text(eval, input)?;
    let lead = match args.get("width") {
        Some(Obj::Str(lead)) => lead.to_string(),
        _ => " ".repeat(usize::try_from(args.int("width", 4)?.clamp(0, 10_000)).unwrap_or(0)),
    };
    let blank = args.truth(eval, "blank", false)?;
    eval.check_size(text.len() + text.matches('\n').count().saturating_mul(lead.len()))?;
    let mut out = String::new();
    if args.truth(eval, "first", false)? {
        out.push_str(&lead);
    }
    // Python's splitlines on the text with one newline added, joined again.
    let whole = format!("{text}\n");
    let lines = methods::lines_of(&whole, false);
    for (at, line) in lines.iter().enumerate() {
        if at > 0 {
            out.push('\n');
            if blank || !line.is_empty() {
                out.push_str(&lead);
            }
        }
        out.push_str(line);
    }
    Ok(Obj::Str(text.derive(out)))
}

fn truncate(eval: &Eval<'_>, input: &Obj, args: &Bound) -> Res<Obj> {
    let text = obj::text(eval, input)?;
    let end = args.text_or("end", "...")?;
    let length = usize::try_from(args.int("length", 255)?.max(0)).unwrap_or(0);
    let leeway = usize::try_from(args.int("leeway", 5)?.max(0)).unwrap_or(0);
    let letters: Vec<char> = text.chars().collect();
    let tail = end.chars().count();
    if length < tail {
        return Err(Stop::runtime(format!(
            "expected length >= {tail}, got {length}"
        )));
    }
    if letters.len() <= length.saturating_add(leeway) {
        return Ok(Obj::Str(text));
    }
    let cut: String = letters[..length - tail].iter().collect();
    let cut = if args.truth(eval, "killwords", false)? {
        cut
    } else {
        cut.rsplit_once(' ')
            .map_or(cut.clone(), |(before, _)| before.to_owned())
    };
    Ok(Obj::Str(text.derive(cut + &end)))
}

fn wordcount(eval: &Eval<'_>, input: &Obj, _: &Bound) -> Res<Obj> {
    let text = obj::text(eval, input)?;
    let words = text.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
    Ok(Obj::size(words.filter(|word| !word.is_empty()).count()))
}

fn wordwrap(eval: &Eval<'_>, input: &Obj, args: &Bound) -> Res<Obj> {
    let text = obj::text(eval, input)?;
    let width = usize::try_from(args.int("width", 79)?)
        .ok()
        .filter(|width| *width > 0);
    let Some(width) = width else {
        return Err(Stop::runtime("invalid width (must be > 0)"));
    };
    let long = args.truth(eval, "break_long_words", true)?;
    let hyphens = args.truth(eval, "break_on_hyphens", true)?;
    let between = args.text_or("wrapstring", "\n")?;
    let lines: Vec<String> = methods::lines_of(&text, false)
        .into_iter()
        .map(|line| wrapped(line, width, long, hyphens).join(&between))
        .collect();
    Ok(Obj::Str(text.derive(lines.join(&between))))
}

/// Python's textwrap without changing white space: chunks, put into lines while they fit.
fn wrapped(line: &str, width: usize, long: bool, hyphens: bool) -> Vec<String> {
    let mut chunks: Vec<String> = Vec::new();
    for letter in line.chars() {
        let fits = chunks.last().is_some_and(|chunk: &String| {
            let blank = chunk.chars().next().is_some_and(char::is_whitespace);
            let after_hyphen = hyphens
                && chunk.ends_with('-')
                && chunk.trim_end_matches('-').ends_with(char::is_alphabetic)
                && letter.is_alphabetic();
            blank == letter.is_whitespace() && !after_hyphen
        });
        match chunks.last_mut() {
            Some(chunk) if fits => chunk.push(letter),
            _ => chunks.push(letter.to_string()),
        }
    }
    chunks.reverse();
    let blank = |chunk: &String| chunk.trim().is_empty();
    let mut lines = Vec::new();
    while !chunks.is_empty() {
        let mut line: Vec<String> = Vec::new();
        let mut room = width;
        if !lines.is_empty() && chunks.last().is_some_and(blank) {
            chunks.pop();
        }
        while let Some(chunk) = chunks.pop() {
            let size = chunk.chars().count();
            if size <= room {
                room -= size;
                line.push(chunk);
                continue;
            }
            if size <= width || !long && !line.is_empty() {
                chunks.push(chunk);
            } else if long {
                let letters: Vec<char> = chunk.chars().collect();
                let hyphen = letters[..room].iter().rposition(|letter| *letter == '-');
                let end = hyphen
                    .filter(|at| hyphens && letters[..*at].iter().any(|letter| *letter != '-'))
                    .map_or(room, |at| at + 1);
                // Nothing of it fits where the line is full: Python puts an empty piece there.
                line.push(letters[..end].iter().collect());
                chunks.push(letters[end..].iter().collect());
            } else {
                line.push(chunk);
            }
            break;
        }
        if line.last().is_some_and(blank) {
            line.pop();
        }
        if !line.is_empty() {
            lines.push(line.concat());
        }
    }
    lines
}

fn split(eval: &Eval<'_>, input: &Obj, args: &Bound) -> Res<Obj> {
    if input.text().is_none() {
        return Err(eval.refuse(input, "cannot be split"));
    }
    let mut given = super::super::eval::Given::default();
    given.pos.extend(args.get("sep").cloned());
    if let Some(most) = args.get("maxsplit") {
        given.named.push(("maxsplit".into(), most.clone()));
    }
    methods::call(eval, input, "split", given)
}
