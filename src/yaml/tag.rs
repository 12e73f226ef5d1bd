//! Tags: the few that playbooks may use, and what they ask for.

use granit_parser::Tag as Written;

use super::{
    node::{Kind, Node, Style, Tag},
    scalar,
};
use crate::{
    diagnostic::{Mistake, Span, nearest},
    value::Value,
};

const CORE: &str = "tag:yaml.org,2002:";
const NAMES: [&str; 14] = [
    "!unsafe",
    "!vault",
    "!vault-encrypted",
    "!!str",
    "!!int",
    "!!float",
    "!!bool",
    "!!null",
    "!!seq",
    "!!map",
    "!!set",
    "!!binary",
    "!!timestamp",
    "!!omap",
];

/// The full name of a tag, with `!!` for the core namespace.
fn name(written: &Written) -> String {
    let (handle, suffix) = written.parts();
    let full = format!("{handle}{suffix}");
    match full.strip_prefix(CORE) {
        Some(core) => format!("!!{core}"),
        None => full,
    }
}

fn unknown(name: &str, span: &Span) -> Mistake {
    if name.starts_with("!!python/") {
        return Mistake::new(
            format!("the tag `{name}` makes Python objects, which playbooks may not"),
            span,
            "refused",
        );
    }
    Mistake::new(format!("there is no tag `{name}`"), span, "unknown tag")
        .did_you_mean(nearest(name, NAMES))
}

/// The tag of a scalar, and what the scalar means under it (`None` is text).
pub(super) fn of_scalar(
    written: &Written,
    chars: &str,
    style: Style,
    tag_span: &Span,
    span: &Span,
) -> Result<(Tag, Option<Value>), Mistake> {
    let name = name(written);
    let plain = || {
        (style == Style::Plain)
            .then(|| scalar::resolve(chars))
            .flatten()
    };
    let meaning = |value: Option<Value>, what: &str| match value {
        Some(value) => Ok((Tag::None, Some(value))),
        None => Err(Mistake::new(
            format!("the tag `{name}` takes {what}"),
            span,
            "not one",
        )),
    };
    match name.as_str() {
        // A lone `!` asks for the meaning that the characters would have without quotes.
        "!" => Ok((Tag::None, scalar::resolve(chars))),
        "!!str" => Ok((Tag::None, None)),
        // PyYAML resolves what stands under these again, even if it was quoted.
        "!unsafe" => Ok((
            Tag::Unsafe,
            scalar::resolve(chars).filter(|_| style == Style::Plain),
        )),
        "!vault" | "!vault-encrypted" => Ok((Tag::Vault, None)),
        "!!binary" => Ok((Tag::Binary, None)),
        "!!int" => meaning(scalar::whole(chars).map(Value::whole), "a whole number"),
        "!!float" => meaning(number(chars), "a number"),
        "!!bool" => meaning(truth(chars), "`true` or `false`"),
        "!!null" => Ok((Tag::None, Some(Value::Null))),
        "!!timestamp" => meaning(scalar::timestamp(chars), "a date such as 2020-01-31"),
        "!!seq" | "!!map" | "!!set" | "!!omap" | "!!pairs" if !scalar::is_null(chars) => {
            Err(Mistake::new(
                format!("the tag `{name}` takes a collection"),
                span,
                "a scalar",
            ))
        }
        "!!seq" | "!!map" | "!!set" | "!!omap" | "!!pairs" => Ok((Tag::None, plain())),
        _ => Err(unknown(&name, tag_span)),
    }
}

fn number(chars: &str) -> Option<Value> {
    let plain = || chars.replace('_', "").parse().ok();
    scalar::float(chars).or_else(plain).map(Value::Float)
}

fn truth(chars: &str) -> Option<Value> {
    scalar::truth(chars)
        .or_else(|| scalar::truth(&chars.to_lowercase()))
        .map(Value::Bool)
}

pub(super) fn of_collection(
    written: Option<&Written>,
    mapping: bool,
    span: &Span,
) -> Result<Tag, Mistake> {
    let Some(written) = written else {
        return Ok(Tag::None);
    };
    let name = name(written);
    let fits = |wants_mapping: bool, tag: Tag| {
        if wants_mapping == mapping {
            return Ok(tag);
        }
        let what = if wants_mapping { "a mapping" } else { "a list" };
        Err(Mistake::new(
            format!("the tag `{name}` takes {what}"),
            span,
            "not one",
        ))
    };
    match name.as_str() {
        "!" => Ok(Tag::None),
        "!unsafe" => Ok(Tag::Unsafe),
        "!!map" => fits(true, Tag::None),
        "!!set" => fits(true, Tag::Set),
        "!!seq" => fits(false, Tag::None),
        "!!omap" | "!!pairs" => fits(false, Tag::Pairs),
        "!!str" | "!!int" | "!!float" | "!!bool" | "!!null" | "!!timestamp" | "!!binary"
        | "!vault" | "!vault-encrypted" => Err(Mistake::new(
            format!("the tag `{name}` takes a scalar"),
            span,
            if mapping { "a mapping" } else { "a list" },
        )),
        _ => Err(unknown(&name, span)),
    }
}

/// The node again, when what it holds is what its tag asks for.
pub(super) fn checked(node: Node) -> Result<Node, Mistake> {
    if let (Tag::Pairs, Kind::Seq(items)) = (node.tag, &node.kind) {
        for item in items.iter() {
            if item.as_map().is_none_or(|entries| entries.len() != 1) {
                return Err(Mistake::new(
                    "each item of `!!omap` and `!!pairs` is a mapping of one entry",
                    &item.span,
                    format!("this is {}", item.described()),
                ));
            }
        }
    }
    Ok(node)
}
