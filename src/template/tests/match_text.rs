//! Text against patterns, and what text is.

use super::super::{
    eval::{Bound, Eval},
    failure::{Res, Stop},
    obj::{self, Obj},
};
use super::{Test, test};
use crate::value::pattern::{Flags, compile};

pub(super) const TESTS: &[Test] = &[
    test(
        &["match"],
        &["pattern?", "ignorecase?", "multiline?"],
        |eval, input, args| matches(eval, input, args, "match"),
    ),
    test(
        &["search"],
        &["pattern?", "ignorecase?", "multiline?"],
        |eval, input, args| matches(eval, input, args, "search"),
    ),
    test(
        &["regex"],
        &["pattern?", "ignorecase?", "multiline?", "match_type?"],
        |eval, input, args| {
            let kind = args.text_or("match_type", "search")?;
            matches(eval, input, args, &kind)
        },
    ),
    test(&["uri"], &["schemes?"], |eval, input, args| {
        uri(eval, input, args, false)
    }),
    test(&["url"], &["schemes?"], |eval, input, args| {
        uri(eval, input, args, true)
    }),
    test(&["urn"], &[], |eval, input, _| {
        Ok(obj::text(eval, input)?.to_lowercase().starts_with("urn:"))
    }),
    test(&["vault_encrypted"], &[], |eval, input, _| {
        Ok(obj::text(eval, input)?.starts_with(crate::vault::HEADER))
    }),
];

fn matches(eval: &Eval<'_>, input: &Obj, args: &Bound, kind: &str) -> Res<bool> {
    let text = obj::text(eval, input)?;
    let pattern = args.text_or("pattern", "")?;
    let flags = Flags {
        ignore_case: args.truth(eval, "ignorecase", false)?,
        multiline: args.truth(eval, "multiline", false)?,
        dot_all: false,
    };
    let pattern = match kind {
        "match" => format!(r"\A(?:{pattern})"),
        "fullmatch" => format!(r"\A(?:{pattern})\Z"),
        "search" => pattern,
        other => return Err(Stop::runtime(format!("invalid match_type `{other}`"))),
    };
    Ok(compile(&pattern, flags, &text)?.search(&text, 0)?.is_some())
}

/// Whether the text is an address; a URL needs more than a scheme.
fn uri(eval: &Eval<'_>, input: &Obj, args: &Bound, locator: bool) -> Res<bool> {
    let text = obj::text(eval, input)?;
    let scheme = match text.split_once(':') {
        Some((scheme, _))
            if scheme
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte)) =>
        {
            scheme
        }
        _ => "",
    };
    let wanted = match args.some("schemes") {
        Some(schemes) => eval.items(schemes)?,
        None => Vec::new(),
    };
    if !wanted.is_empty()
        && !wanted
            .iter()
            .any(|want| want.text().is_some_and(|want| want.as_str() == scheme))
    {
        return Ok(false);
    }
    Ok(if locator {
        !scheme.is_empty() && text.contains("://")
    } else {
        true
    })
}
