//! Text in other alphabets, digests, quoting.

use blake2::{Blake2b512, Blake2s256};
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512, Sha512_224, Sha512_256};
use sha3::{Sha3_224, Sha3_256, Sha3_384, Sha3_512};

use super::super::{
    eval::{Bound, Eval},
    failure::{Res, Stop},
    methods::{decoded, encoded_text},
    obj::{self, Obj},
};
use super::{Filter, filter};
use crate::diagnostic::hint;
use crate::value::{Key, Text, base64, bytes_of, hex, text_of};

pub(super) const FILTERS: &[Filter] = &[
    filter(
        &["b64encode"],
        &["encoding?", "urlsafe?"],
        b64encode,
        "Writes text as base64.",
    ),
    filter(
        &["b64decode"],
        &["encoding?", "urlsafe?"],
        b64decode,
        "Reads base64 to text.",
    ),
    filter(
        &["hash"],
        &["hashtype?"],
        |eval, input, args| digest(eval, input, &args.text_or("hashtype", "sha1")?),
        "Gives the digest of a text.",
    ),
    filter(
        &["md5"],
        &[],
        |eval, input, _| digest(eval, input, "md5"),
        "Gives the MD5 digest of a text.",
    ),
    filter(
        &["sha1", "checksum"],
        &[],
        |eval, input, _| digest(eval, input, "sha1"),
        "Gives the SHA-1 digest of a text.",
    ),
    filter(
        &["to_uuid"],
        &["namespace?"],
        to_uuid,
        "Gives the UUID that belongs to a text.",
    ),
    filter(&["quote"], &[], quote, "Quotes text for a shell."),
    filter(
        &["comment"],
        &[
            "style?",
            "decoration?",
            "prefix?",
            "prefix_count?",
            "postfix?",
            "postfix_count?",
            "beginning?",
            "end?",
            "newline?",
        ],
        comment,
        "Makes a comment of a text.",
    ),
    filter(
        &["urldecode"],
        &[],
        urldecode,
        "Reads the percent encoding of URLs.",
    ),
    filter(&["urlsplit"], &["query?"], urlsplit, "Takes a URL apart."),
];

fn b64encode(eval: &Eval<'_>, input: &Obj, args: &Bound) -> Res<Obj> {
    let for_url = args.truth(eval, "urlsafe", false)?;
    let text = match input {
        Obj::Bytes(bytes) => return Ok(Obj::from(base64::encoded(bytes, for_url))),
        other => obj::text(eval, other)?,
    };
    let bytes = encoded_text(&text, &args.text_or("encoding", "utf-8")?)?;
    Ok(Obj::Str(text.derive(base64::encoded(&bytes, for_url))))
}

fn b64decode(eval: &Eval<'_>, input: &Obj, args: &Bound) -> Res<Obj> {
    let text = obj::text(eval, input)?;
    let bytes = base64::decoded(&text, args.truth(eval, "urlsafe", false)?)
        .ok_or_else(|| Stop::runtime("incorrect padding"))?;
    let encoding = args.text_or("encoding", "utf-8")?;
    let out = if encoding == "utf-8" {
        text_of(&bytes)
    } else {
        decoded(&bytes, &encoding)?
    };
    Ok(Obj::Str(text.derive(out)))
}

const DIGESTS: &[&str] = &[
    "blake2b",
    "blake2s",
    "md5",
    "sha1",
    "sha224",
    "sha256",
    "sha384",
    "sha512",
    "sha512_224",
    "sha512_256",
    "sha3_224",
    "sha3_256",
    "sha3_384",
    "sha3_512",
];

fn digest(eval: &Eval<'_>, input: &Obj, kind: &str) -> Res<Obj> {
    let text = obj::text(eval, input)?;
    let bytes = bytes_of(&text);
    let out = match kind {
        "md5" => hex(&Md5::digest(&bytes)),
        "sha1" => hex(&Sha1::digest(&bytes)),
        "sha224" => hex(&Sha224::digest(&bytes)),
        "sha256" => hex(&Sha256::digest(&bytes)),
        "sha384" => hex(&Sha384::digest(&bytes)),
        "sha512" => hex(&Sha512::digest(&bytes)),
        "sha512_224" => hex(&Sha512_224::digest(&bytes)),
        "sha512_256" => hex(&Sha512_256::digest(&bytes)),
        "sha3_224" => hex(&Sha3_224::digest(&bytes)),
        "sha3_256" => hex(&Sha3_256::digest(&bytes)),
        "sha3_384" => hex(&Sha3_384::digest(&bytes)),
        "sha3_512" => hex(&Sha3_512::digest(&bytes)),
        "blake2b" => hex(&Blake2b512::digest(&bytes)),
        "blake2s" => hex(&Blake2s256::digest(&bytes)),
        other => {
            let near = hint(other, DIGESTS.iter().copied());
            return Err(Stop::runtime(format!(
                "the digest `{other}` is not supported{near}"
            )));
        }
    };
    Ok(Obj::Str(text.derive(out)))
}

fn to_uuid(eval: &Eval<'_>, input: &Obj, args: &Bound) -> Res<Obj> {
    let text = obj::text(eval, input)?;
    let namespace = args.text_or("namespace", "361E6D51-FAEC-444A-9079-341386DA8E2E")?;
    let digits: String = namespace.chars().filter(char::is_ascii_hexdigit).collect();
    if digits.len() != 32 {
        return Err(Stop::runtime(format!("`{namespace}` is no UUID")));
    }
    let mut bytes: Vec<u8> = (0..16)
        .filter_map(|at| u8::from_str_radix(&digits[at * 2..at * 2 + 2], 16).ok())
        .collect();
    bytes.extend(bytes_of(&text));
    let mut found = Sha1::digest(&bytes)[..16].to_vec();
    found[6] = found[6] & 0x0f | 0x50;
    found[8] = found[8] & 0x3f | 0x80;
    let out = hex(&found);
    let parts = [
        &out[..8],
        &out[8..12],
        &out[12..16],
        &out[16..20],
        &out[20..],
    ];
    Ok(Obj::Str(text.derive(parts.join("-"))))
}

/// Text quoted for a POSIX shell, as Python's shlex does it.
fn quote(eval: &Eval<'_>, input: &Obj, _: &Bound) -> Res<Obj> {
    let text = match input {
        Obj::None => Text::from(""),
        other => obj::text(eval, other)?,
    };
    let safe = |letter: char| letter.is_ascii_alphanumeric() || "@%+=:,./-_".contains(letter);
    let out = if text.is_empty() {
        "''".to_owned()
    } else if text.chars().all(safe) {
        text.to_string()
    } else {
        format!("'{}'", text.replace('\'', "'\"'\"'"))
    };
    Ok(Obj::Str(text.derive(out)))
}

fn comment(eval: &Eval<'_>, input: &Obj, args: &Bound) -> Res<Obj> {
    let text = obj::text(eval, input)?;
    let style = args.text_or("style", "plain")?;
    let (beginning, decoration, end) = match style.as_str() {
        "plain" => ("", "# ", ""),
        "erlang" => ("", "% ", ""),
        "c" => ("", "// ", ""),
        "cblock" => ("/*", " * ", " */"),
        "xml" => ("<!--", " - ", "-->"),
        other => return Err(Stop::runtime(format!("invalid style `{other}`"))),
    };
    let beginning = args.text_or("beginning", beginning)?;
    let end = args.text_or("end", end)?;
    let decoration = args.text_or("decoration", decoration)?;
    let bare = decoration.trim_end().to_owned();
    let prefix = args.text_or("prefix", &bare)?;
    let postfix = args.text_or("postfix", &bare)?;
    let newline = args.text_or("newline", "\n")?;
    let count = |name| -> Res<usize> {
        Ok(usize::try_from(args.int(name, 1)?.clamp(0, 1000)).unwrap_or(0))
    };
    let mut out = String::new();
    if !beginning.is_empty() {
        out.push_str(&beginning);
        out.push_str(&newline);
    }
    for _ in 0..count("prefix_count")? {
        out.push_str(&prefix);
        out.push_str(&newline);
    }
    let body = text.split(newline.as_str()).map(|line| {
        // A line of nothing keeps no blanks behind the decoration.
        if line.is_empty() && text.contains(newline.as_str()) {
            bare.clone()
        } else {
            format!("{decoration}{line}")
        }
    });
    out.push_str(&body.collect::<Vec<_>>().join(&newline));
    for _ in 0..count("postfix_count")? {
        out.push_str(&newline);
        out.push_str(&postfix);
    }
    if !end.is_empty() {
        out.push_str(&newline);
        out.push_str(&end);
    }
    Ok(Obj::Str(text.derive(out)))
}

fn percent_decoded(text: &str) -> String {
    let bytes = bytes_of(text);
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let digits = bytes
            .get(at + 1..at + 3)
            .and_then(|pair| std::str::from_utf8(pair).ok());
        match (
            bytes[at],
            digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()),
        ) {
            (b'%', Some(byte)) => {
                out.push(byte);
                at += 3;
            }
            (byte, _) => {
                out.push(byte);
                at += 1;
            }
        }
    }
    text_of(&out)
}

fn urldecode(eval: &Eval<'_>, input: &Obj, _: &Bound) -> Res<Obj> {
    let text = obj::text(eval, input)?;
    Ok(Obj::Str(
        text.derive(percent_decoded(&text.replace('+', " "))),
    ))
}

fn urlsplit(eval: &Eval<'_>, input: &Obj, args: &Bound) -> Res<Obj> {
    let text = obj::text(eval, input)?;
    let (rest, fragment) = text.split_once('#').unwrap_or((&text, ""));
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (scheme, rest) = match rest.split_once(':') {
        Some((scheme, after))
            if scheme.starts_with(|letter: char| letter.is_ascii_alphabetic())
                && scheme
                    .chars()
                    .all(|letter| letter.is_ascii_alphanumeric() || "+-.".contains(letter)) =>
        {
            (scheme.to_lowercase(), after)
        }
        _ => (String::new(), rest),
    };
    let (netloc, path) = match rest.strip_prefix("//") {
        Some(after) => after.split_at(after.find('/').unwrap_or(after.len())),
        None => ("", rest),
    };
    let (login, place) = match netloc.rsplit_once('@') {
        Some((login, place)) => (Some(login), place),
        None => (None, netloc),
    };
    let (username, password) = match login.and_then(|login| login.split_once(':')) {
        Some((name, password)) => (Some(name), Some(password)),
        None => (login, None),
    };
    let (host, port) = match place
        .strip_prefix('[')
        .and_then(|inner| inner.split_once(']'))
    {
        Some((host, port)) => (host, port.strip_prefix(':')),
        None => match place.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (place, None),
        },
    };
    let port = match port.filter(|port| !port.is_empty()) {
        Some(port) => match port.parse::<u16>() {
            Ok(port) => Obj::Int(i64::from(port)),
            Err(_) => return Err(Stop::runtime(format!("`{port}` is no port"))),
        },
        None => Obj::None,
    };
    let part = |part: &str| Obj::Str(text.derive(part));
    let maybe = |found: Option<&str>| found.map_or(Obj::None, part);
    let host = if host.is_empty() {
        Obj::None
    } else {
        Obj::Str(text.derive(host.to_lowercase()))
    };
    let parts = [
        ("fragment", part(fragment)),
        ("hostname", host),
        ("netloc", part(netloc)),
        ("password", maybe(password)),
        ("path", part(path)),
        ("port", port),
        ("query", part(query)),
        ("scheme", Obj::Str(text.derive(scheme))),
        ("username", maybe(username)),
    ];
    match args.text("query")?.filter(|query| !query.is_empty()) {
        None => Ok(Obj::dict(
            parts
                .into_iter()
                .map(|(name, value)| (Key::from(name), value)),
        )),
        Some(query) => parts
            .into_iter()
            .find(|(name, _)| *name == query.as_str())
            .map(|(_, value)| value)
            .ok_or_else(|| Stop::runtime(format!("unknown URL component `{query}`"))),
    }
}
