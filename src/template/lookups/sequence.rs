//! Numbers in a row.

use super::super::{
    eval::{Bound, Eval},
    failure::{Res, Stop},
    methods::{self, whole_of},
    obj::{self, Obj},
};
use super::{Lookup, files::term_options, lookup};
use crate::value::Text;

pub(super) const LOOKUPS: &[Lookup] = &[lookup(
    "sequence",
    &["start?", "end?", "count?", "stride?", "format?"],
    sequence,
    "Counts from one number to another.",
)];

#[derive(Default, Clone)]
struct Asked {
    start: Option<i64>,
    end: Option<i64>,
    count: Option<i64>,
    stride: Option<i64>,
    format: Option<String>,
}

fn number(text: &str, base: u32) -> Res<i64> {
    whole_of(text, base)
        .and_then(|number| number.int())
        .ok_or_else(|| Stop::runtime(format!("`{text}` is no whole number")))
}

/// `[start-]end[/stride][:format]`.
fn shortcut(term: &str) -> Option<Asked> {
    let mut asked = Asked::default();
    let (range, format) = term
        .split_once(':')
        .map_or((term, None), |(a, b)| (a, Some(b)));
    asked.format = format.map(str::to_owned);
    let (range, stride) = range
        .split_once('/')
        .map_or((range, None), |(a, b)| (a, Some(b)));
    if let Some(stride) = stride {
        asked.stride = Some(number(stride, 0).ok()?);
    }
    let (start, end) = range
        .split_once('-')
        .map_or((None, range), |(a, b)| (Some(a), b));
    if let Some(start) = start {
        asked.start = Some(number(start, 0).ok()?);
    }
    asked.end = Some(number(end, 0).ok()?);
    Some(asked)
}

fn asked_by(term: &str) -> Res<Asked> {
    if let Some(asked) = shortcut(term) {
        return Ok(asked);
    }
    let mut asked = Asked::default();
    let (rest, options) = term_options(&format!("- {term}"));
    if rest != "-" {
        return Err(Stop::runtime(format!("cannot understand `{term}`")));
    }
    for (name, value) in options {
        match name.as_str() {
            "start" => asked.start = Some(number(&value, 10)?),
            "end" => asked.end = Some(number(&value, 10)?),
            "count" => asked.count = Some(number(&value, 10)?),
            "stride" => asked.stride = Some(number(&value, 10)?),
            "format" => asked.format = Some(value),
            other => return Err(Stop::runtime(format!("there is no option `{other}`"))),
        }
    }
    Ok(asked)
}

fn sequence(eval: &Eval<'_>, terms: &[Obj], options: &Bound) -> Res<Vec<Obj>> {
    let mut all = Vec::new();
    for term in terms {
        all.push(asked_by(obj::text(eval, term)?.trim())?);
    }
    if terms.is_empty() {
        let part = |name: &str| match options.some(name) {
            Some(Obj::Str(text)) => number(text, 10).map(Some),
            Some(_) => options.int(name, 0).map(Some),
            None => Ok(None),
        };
        all.push(Asked {
            start: part("start")?,
            end: part("end")?,
            count: part("count")?,
            stride: part("stride")?,
            format: options.text("format")?.map(ToString::to_string),
        });
    }
    let mut out = Vec::new();
    for asked in all {
        counted(eval, &asked, &mut out)?;
    }
    Ok(out)
}

fn counted(eval: &Eval<'_>, asked: &Asked, out: &mut Vec<Obj>) -> Res<()> {
    let start = asked.start.unwrap_or(1);
    let mut stride = asked.stride.unwrap_or(1);
    let end = match (asked.count, asked.end) {
        (Some(_), Some(_)) => return Err(Stop::runtime("takes `count` or `end`, not both")),
        (None, None) => return Err(Stop::runtime("needs `count` or `end`")),
        (Some(0), None) => return Ok(()),
        (Some(count), None) => start + count * stride - stride,
        (None, Some(end)) => end,
    };
    if stride == 0 {
        stride = 1;
    }
    if stride > 0 && end < start {
        return Err(Stop::runtime("to count backwards make stride negative"));
    }
    if stride < 0 && end > start {
        return Err(Stop::runtime("to count forward don't make stride negative"));
    }
    let format = asked.format.as_deref().unwrap_or("%d");
    if !format.contains('%') {
        return Err(Stop::runtime(format!("bad formatting string: {format}")));
    }
    let format = Text::from(format);
    let mut at = start;
    while (stride > 0 && at <= end) || (stride < 0 && at >= end) {
        eval.check_items(out.len() + 1)?;
        let text = methods::percent(eval, &format, &Obj::Int(at))?;
        out.push(Obj::Str(text));
        at = at.saturating_add(stride);
    }
    Ok(())
}
