//! HTML and URLs.

use std::fmt::Write;

use super::super::{
    eval::{Bound, Eval},
    failure::{Res, Stop},
    methods,
    obj::{self, Obj},
};
use super::{Filter, filter};

pub(super) const FILTERS: &[Filter] = &[
    filter(
        &["escape", "e"],
        &[],
        escape,
        "Escapes text for HTML, unless it is marked safe.",
    ),
    filter(&["forceescape"], &[], forceescape, "Escapes text for HTML."),
    filter(
        &["safe"],
        &[],
        |eval, input, _| obj::text(eval, input).map(Obj::Markup),
        "Marks text as safe for HTML.",
    ),
    filter(
        &["striptags"],
        &[],
        striptags,
        "Drops tags and comments of HTML.",
    ),
    filter(
        &["urlencode"],
        &[],
        urlencode,
        "Encodes text, or the entries of a dictionary, for a URL.",
    ),
    filter(
        &["urlize"],
        &[
            "trim_url_limit?",
            "nofollow?",
            "target?",
            "rel?",
            "extra_schemes?",
        ],
        urlize,
        "Makes links of the addresses in a text.",
    ),
    filter(
        &["xmlattr"],
        &["autospace?"],
        xmlattr,
        "Writes a dictionary as attributes of XML.",
    ),
];

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('>', "&gt;")
        .replace('<', "&lt;")
        .replace('\'', "&#39;")
        .replace('"', "&#34;")
}

fn escape(eval: &Eval<'_>, input: &Obj, _: &Bound) -> Res<Obj> {
    if let Obj::Markup(_) = input {
        return Ok(input.clone());
    }
    let text = obj::text(eval, input)?;
    Ok(Obj::Markup(text.derive(escaped(&text))))
}

fn forceescape(eval: &Eval<'_>, input: &Obj, _: &Bound) -> Res<Obj> {
    let text = obj::text(eval, input)?;
    Ok(Obj::Markup(text.derive(escaped(&text))))
}

fn striptags(eval: &Eval<'_>, input: &Obj, _: &Bound) -> Res<Obj> {
    let text = obj::text(eval, input)?;
    let mut out = text.to_string();
    while let Some(start) = out.find("<!--")
        && let Some(end) = out[start..].find("-->")
    {
        out.replace_range(start..start + end + 3, "");
    }
    while let Some(start) = out.find('<')
        && let Some(end) = out[start..].find('>')
    {
        out.replace_range(start..=start + end, "");
    }
    let words: Vec<&str> = out.split_whitespace().collect();
    let plain = words
        .join(" ")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&#34;", "\"")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&");
    Ok(Obj::Str(text.derive(plain)))
}

/// Percent encoding; the letters in `keep` stay.
pub(super) fn percent_encoded(text: &str, keep: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in crate::value::bytes_of(text) {
        let letter = char::from(byte);
        if letter.is_ascii_alphanumeric() || "-_.~".contains(letter) || keep.contains(letter) {
            out.push(letter);
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

fn urlencode(eval: &Eval<'_>, input: &Obj, _: &Bound) -> Res<Obj> {
    let query = |text: &str| percent_encoded(text, " ").replace(' ', "+");
    if let Obj::Str(_) | Obj::Markup(_) = input {
        let text = obj::text(eval, input)?;
        return Ok(Obj::Str(text.derive(percent_encoded(&text, "/"))));
    }
    if !matches!(
        input,
        Obj::Dict(_) | Obj::List(_) | Obj::Tuple(_) | Obj::Host(_)
    ) {
        let text = obj::text(eval, input)?;
        return Ok(Obj::Str(text.derive(percent_encoded(&text, "/"))));
    }
    let mut parts = Vec::new();
    for (key, value) in methods::pairs(eval, input)? {
        let key = obj::text(eval, &super::super::eval::from_key(&key))?;
        let value = obj::text(eval, &value)?;
        parts.push(format!("{}={}", query(&key), query(&value)));
    }
    Ok(Obj::from(parts.join("&")))
}

fn urlize(eval: &Eval<'_>, input: &Obj, args: &Bound) -> Res<Obj> {
    let text = obj::text(eval, input)?;
    let limit = args.some("trim_url_limit").and_then(Obj::int);
    let mut rel = args.text_or("rel", "")?;
    if args.truth(eval, "nofollow", false)? {
        rel = format!("{rel} nofollow");
    }
    let mut words: Vec<&str> = rel.split_whitespace().collect();
    words.push("noopener");
    words.sort_unstable();
    words.dedup();
    let rel = words.join(" ");
    let target = match args.text("target")? {
        Some(target) => format!(" target=\"{}\"", escaped(target)),
        None => String::new(),
    };
    let shown = |url: &str| match limit.and_then(|limit| usize::try_from(limit).ok()) {
        Some(limit) if url.chars().count() > limit => {
            url.chars().take(limit).collect::<String>() + "..."
        }
        _ => url.to_owned(),
    };
    let mut out = String::new();
    for part in text.split_inclusive(char::is_whitespace) {
        let word = part.trim_end();
        let blank = &part[word.len()..];
        let core = word
            .trim_start_matches(['(', '<'])
            .trim_end_matches(['.', ',', ')', '>']);
        let lead = &word[..word.find(core).unwrap_or(0)];
        let tail = &word[lead.len() + core.len()..];
        let web = ["http://", "https://", "www."]
            .iter()
            .any(|start| core.starts_with(start));
        let mail = core.contains('@')
            && !core.starts_with('@')
            && core.rsplit('.').next().is_some_and(|end| end.len() > 1);
        out.push_str(&escaped(lead));
        if web && core.len() > 8 {
            let href = if core.starts_with("www.") {
                format!("https://{core}")
            } else {
                core.to_owned()
            };
            let _ = write!(
                out,
                "<a href=\"{}\" rel=\"{rel}\"{target}>{}</a>",
                escaped(&href),
                escaped(&shown(core))
            );
        } else if mail && !core.contains('/') {
            let _ = write!(
                out,
                "<a href=\"mailto:{}\">{}</a>",
                escaped(core),
                escaped(core)
            );
        } else {
            out.push_str(&escaped(core));
        }
        out.push_str(&escaped(tail));
        out.push_str(blank);
    }
    Ok(Obj::Str(text.derive(out)))
}

fn xmlattr(eval: &Eval<'_>, input: &Obj, args: &Bound) -> Res<Obj> {
    let mut parts = Vec::new();
    for (key, value) in methods::entries(eval, input)? {
        if matches!(value, Obj::None | Obj::Undefined(_)) {
            continue;
        }
        let key = obj::text(eval, &super::super::eval::from_key(&key))?;
        if key.contains(|letter: char| letter.is_whitespace() || "/>=".contains(letter)) {
            return Err(Stop::runtime(format!(
                "invalid character in attribute name: `{key}`"
            )));
        }
        parts.push(format!(
            "{}=\"{}\"",
            escaped(&key),
            escaped(&obj::text(eval, &value)?)
        ));
    }
    let joined = parts.join(" ");
    let lead = if args.truth(eval, "autospace", true)? && !joined.is_empty() {
        " "
    } else {
        ""
    };
    Ok(Obj::from(format!("{lead}{joined}")))
}
