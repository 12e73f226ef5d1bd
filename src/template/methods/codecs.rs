//! Text to bytes and back, and letter by letter to other letters.
#![expect(
    clippy::unnecessary_wraps,
    reason = "every line of a table has the same shape"
)]

use std::fmt::Write;

use super::{
    super::{
        eval::Eval,
        failure::{Res, Stop},
        obj::Obj,
    },
    Bound, Method,
    strings::{needed, text},
};
use crate::value::Key;

pub(super) const BYTES: &[Method] = &[
    Method {
        name: "decode",
        params: &["encoding?", "errors?"],
        run: decode,
    },
    Method {
        name: "hex",
        params: &[],
        run: hex,
    },
];

pub(super) fn encode(_: &Eval<'_>, of: &Obj, args: &Bound) -> Res<Obj> {
    let bytes = encoded(text(of)?, &args.text_or("encoding", "utf-8")?)?;
    Ok(Obj::Bytes(bytes.into()))
}

/// The bytes of a text in an encoding.
pub(in super::super) fn encoded(text: &str, encoding: &str) -> Res<Vec<u8>> {
    crate::value::encoded(text, encoding).map_err(Stop::runtime)
}

/// The text of bytes in an encoding.
pub(in super::super) fn decoded(bytes: &[u8], encoding: &str) -> Res<String> {
    crate::value::decoded(bytes, encoding).map_err(Stop::runtime)
}

fn decode(_: &Eval<'_>, of: &Obj, args: &Bound) -> Res<Obj> {
    match of {
        Obj::Bytes(bytes) => decoded(bytes, &args.text_or("encoding", "utf-8")?).map(Obj::from),
        _ => Ok(Obj::None),
    }
}

fn hex(_: &Eval<'_>, of: &Obj, _: &Bound) -> Res<Obj> {
    Ok(match of {
        Obj::Bytes(bytes) => Obj::from(bytes.iter().fold(String::new(), |mut out, byte| {
            let _ = write!(out, "{byte:02x}");
            out
        })),
        _ => Obj::None,
    })
}

pub(super) fn maketrans(eval: &Eval<'_>, _: &Obj, args: &Bound) -> Res<Obj> {
    let code = |letter: char| Key::Int(i64::from(u32::from(letter)));
    let mut entries = Vec::new();
    if let Some(to) = args.text("y")? {
        let from = needed(args, "x")?;
        if from.chars().count() != to.chars().count() {
            return Err(Stop::runtime(
                "the first two arguments must have equal length",
            ));
        }
        entries.extend(
            from.chars()
                .zip(to.chars())
                .map(|(from, to)| (code(from), Obj::Int(i64::from(u32::from(to))))),
        );
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

pub(super) fn translate(eval: &Eval<'_>, of: &Obj, args: &Bound) -> Res<Obj> {
    let text = text(of)?;
    let table = args.need("table");
    let mut out = String::new();
    for letter in text.chars() {
        let code = Obj::Int(i64::from(u32::from(letter)));
        match super::super::eval::item(eval, table, &code)? {
            None | Some(Obj::Undefined(_)) => out.push(letter),
            Some(Obj::None) => {}
            Some(Obj::Str(to)) => out.push_str(&to),
            Some(to) => out.extend(
                to.int()
                    .and_then(|code| u32::try_from(code).ok())
                    .and_then(char::from_u32),
            ),
        }
        eval.check_size(out.len())?;
    }
    Ok(Obj::Str(text.derive(out)))
}
