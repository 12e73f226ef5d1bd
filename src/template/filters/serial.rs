//! JSON and YAML.

use super::super::{
    eval::{Bound, Eval},
    failure::{Res, Stop},
    json,
    obj::{self, Obj},
};
use super::{Filter, filter};
use crate::{
    diagnostic::Source,
    value::{Text, Value},
    yaml,
};

pub(super) const FILTERS: &[Filter] = &[
    filter(
        &["to_json"],
        &[
            "indent?",
            "separators?",
            "sort_keys?",
            "ensure_ascii?",
            "preprocess_unsafe?",
            "vault_to_text?",
            "skipkeys?",
            "allow_nan?",
        ],
        |eval, input, args| to_json(eval, input, args, None, false),
        "Writes a value as JSON.",
    ),
    filter(
        &["to_nice_json"],
        &[
            "indent?",
            "sort_keys?",
            "ensure_ascii?",
            "separators?",
            "skipkeys?",
            "allow_nan?",
        ],
        |eval, input, args| to_json(eval, input, args, Some(4), true),
        "Writes a value as JSON on many lines.",
    ),
    filter(&["from_json"], &["profile?"], from_json, "Reads JSON."),
    filter(
        &["tojson"],
        &["indent?"],
        tojson,
        "Writes a value as JSON that is safe in HTML.",
    ),
    filter(
        &["to_yaml"],
        &[
            "indent?",
            "default_flow_style?",
            "width?",
            "default_style?",
            "allow_unicode?",
            "sort_keys?",
            "canonical?",
            "explicit_start?",
            "explicit_end?",
            "line_break?",
        ],
        |eval, input, args| to_yaml(eval, input, args, false),
        "Writes a value as YAML.",
    ),
    filter(
        &["to_nice_yaml"],
        &[
            "indent?",
            "default_flow_style?",
            "width?",
            "default_style?",
            "allow_unicode?",
            "sort_keys?",
            "canonical?",
            "explicit_start?",
            "explicit_end?",
            "line_break?",
        ],
        |eval, input, args| to_yaml(eval, input, args, true),
        "Writes a value as YAML on many lines.",
    ),
    filter(&["from_yaml"], &[], from_yaml, "Reads YAML."),
    filter(
        &["from_yaml_all"],
        &[],
        from_yaml_all,
        "Reads all documents of a YAML text.",
    ),
];

/// The value that is written; what is unknown in it makes the whole unknown.
fn known(eval: &Eval<'_>, input: &Obj) -> Res<Value> {
    let value = eval.value(input)?;
    match value.unknown() {
        Some(unknown) => Err(Stop::Unknown(unknown)),
        None => Ok(value),
    }
}

fn written(value: &Value, text: String) -> Obj {
    Obj::Str(Text::from(text).with(value.marks()))
}

fn to_json(
    eval: &Eval<'_>,
    input: &Obj,
    args: &Bound,
    indent: Option<i64>,
    sorted: bool,
) -> Res<Obj> {
    let value = known(eval, input)?;
    let indent = match args.some("indent") {
        Some(Obj::Str(text)) => Some(text.to_string()),
        _ => match args.int("indent", indent.unwrap_or(-1))? {
            count @ 0..=100 => Some(" ".repeat(usize::try_from(count).unwrap_or(0))),
            _ => None,
        },
    };
    let mut separators = (
        if indent.is_some() { "," } else { ", " }.to_owned(),
        ": ".to_owned(),
    );
    if let Some(given) = args.some("separators") {
        let parts = eval.items(given)?;
        if let [item, key] = parts.as_slice() {
            separators = (
                obj::text(eval, item)?.to_string(),
                obj::text(eval, key)?.to_string(),
            );
        }
    }
    let writer = json::Writer {
        indent,
        item: separators.0,
        key: separators.1,
        sorted: args.truth(eval, "sort_keys", sorted)?,
        ascii: args.truth(eval, "ensure_ascii", true)?,
    };
    let text = writer.text(&value).map_err(Stop::runtime)?;
    eval.check_size(text.len())?;
    Ok(written(&value, text))
}

fn tojson(eval: &Eval<'_>, input: &Obj, args: &Bound) -> Res<Obj> {
    let value = known(eval, input)?;
    let indent = usize::try_from(args.int("indent", -1)?).ok();
    let writer = json::Writer {
        item: if indent.is_some() { "," } else { ", " }.to_owned(),
        indent: indent.map(|count| " ".repeat(count.min(100))),
        key: ": ".to_owned(),
        sorted: true,
        ascii: true,
    };
    let text = writer
        .text(&value)
        .map_err(Stop::runtime)?
        .replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026")
        .replace('\'', "\\u0027");
    Ok(Obj::Markup(Text::from(text).with(value.marks())))
}

fn from_json(eval: &Eval<'_>, input: &Obj, _: &Bound) -> Res<Obj> {
    let text = match input {
        Obj::Bytes(bytes) => Text::from(crate::value::text_of(bytes)),
        other => match other.text() {
            Some(text) => text.clone(),
            None => return Err(eval.refuse(other, "is no JSON text")),
        },
    };
    let value = json::read(&text).map_err(Stop::runtime)?;
    Ok(obj::from_value(
        &value.with(text.marks()),
        super::super::eval::MAIN,
    ))
}

fn to_yaml(eval: &Eval<'_>, input: &Obj, args: &Bound, nice: bool) -> Res<Obj> {
    let value = known(eval, input)?;
    let size = |number: i64| usize::try_from(number).unwrap_or(usize::MAX);
    for name in ["default_style", "canonical", "line_break"] {
        if let Some(given) = args.some(name)
            && eval.truth(given)?
        {
            return Err(Stop::runtime(format!(
                "the parameter `{name}` is not supported"
            )));
        }
    }
    let layout = yaml::Layout {
        flow: match args.get("default_flow_style") {
            Some(Obj::None) => None,
            Some(given) => Some(eval.truth(given)?),
            None => nice.then_some(false),
        },
        indent: size(args.int("indent", if nice { 4 } else { 2 })?),
        width: size(args.int("width", 80)?),
        unicode: args.truth(eval, "allow_unicode", true)?,
        sort_keys: args.truth(eval, "sort_keys", true)?,
        explicit_start: args.truth(eval, "explicit_start", false)?,
        explicit_end: args.truth(eval, "explicit_end", false)?,
        ..yaml::Layout::default()
    };
    let text = yaml::dump(&value, &layout)?;
    eval.check_size(text.len())?;
    Ok(written(&value, text))
}

fn documents(eval: &Eval<'_>, text: &Text) -> Res<Vec<Value>> {
    eval.check_size(text.len())?;
    // Its lines are not to be shown where it holds secrets.
    let source = if text.is_secret() {
        Source::secret("the text", text.as_str())
    } else {
        Source::new("the text", text.as_str())
    };
    let conversion = yaml::Conversion {
        trust: yaml::Trust::Data,
        decrypt: None,
    };
    yaml::read_all(&source)?
        .documents
        .into_iter()
        .map(|node| Ok(conversion.value(&node)?.with(text.marks())))
        .collect()
}

fn from_yaml(eval: &Eval<'_>, input: &Obj, _: &Bound) -> Res<Obj> {
    let Some(text) = input.text() else {
        return Ok(input.clone());
    };
    let mut all = documents(eval, text)?;
    if all.len() > 1 {
        return Err(Stop::runtime(
            "expected a single document in the stream, but found another one",
        ));
    }
    let value = all.pop().unwrap_or_default();
    Ok(obj::from_value(&value, super::super::eval::MAIN))
}

fn from_yaml_all(eval: &Eval<'_>, input: &Obj, _: &Bound) -> Res<Obj> {
    let Some(text) = input.text() else {
        return Ok(match input {
            Obj::None => Obj::list(Vec::new()),
            other => other.clone(),
        });
    };
    let all = documents(eval, text)?;
    Ok(Obj::list(
        all.iter()
            .map(|value| obj::from_value(value, super::super::eval::MAIN))
            .collect(),
    ))
}
