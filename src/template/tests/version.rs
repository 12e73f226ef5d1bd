//! Version numbers, in the kinds that Ansible compares.

use std::cmp::Ordering;

use super::super::{
    eval::{Bound, Eval},
    failure::{Res, Stop},
    obj::{self, Obj},
};
use super::{Test, test};

pub(super) const TESTS: &[Test] = &[test(
    &["version", "version_compare"],
    &["version", "operator?", "strict?", "version_type?"],
    version,
)];

fn version(eval: &Eval<'_>, input: &Obj, args: &Bound) -> Res<bool> {
    let (left, right) = (
        obj::text(eval, input)?,
        obj::text(eval, args.need("version"))?,
    );
    if left.is_empty() {
        return Err(Stop::runtime("input version value cannot be empty"));
    }
    if right.is_empty() {
        return Err(Stop::runtime(
            "version parameter to the test cannot be empty",
        ));
    }
    let strict = args.truth(eval, "strict", false)?;
    let kind = args.text("version_type")?.map(ToString::to_string);
    if strict && kind.is_some() {
        return Err(Stop::runtime(
            "`strict` and `version_type` exclude each other",
        ));
    }
    let order = match kind.as_deref() {
        None if strict => strict_order(&left, &right)?,
        Some("strict") => strict_order(&left, &right)?,
        None | Some("loose") => loose_order(&loose(&left), &loose(&right))?,
        Some("semver" | "semantic") => semantic(&left)?.cmp(&semantic(&right)?),
        Some("pep440") => pep440(&left)?.cmp(&pep440(&right)?),
        Some(other) => {
            return Err(Stop::runtime(format!(
                "invalid version type `{other}`: it is one of loose, strict, semver, semantic, pep440"
            )));
        }
    };
    let operator = args.text_or("operator", "==")?;
    Ok(match operator.as_str() {
        "==" | "=" | "eq" => order == Ordering::Equal,
        "!=" | "<>" | "ne" => order != Ordering::Equal,
        "<" | "lt" => order == Ordering::Less,
        "<=" | "le" => order != Ordering::Greater,
        ">" | "gt" => order == Ordering::Greater,
        ">=" | "ge" => order != Ordering::Less,
        other => return Err(Stop::runtime(format!("invalid operator `{other}`"))),
    })
}

/// A piece of a loose version: a number, or letters.
#[derive(PartialEq)]
enum Piece {
    Number(u128),
    Letters(String),
}

fn loose(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = if first.is_ascii_digit() {
            rest.find(|letter: char| !letter.is_ascii_digit())
        } else if first.is_ascii_lowercase() {
            rest.find(|letter: char| !letter.is_ascii_lowercase())
        } else {
            rest.find(|letter: char| {
                letter.is_ascii_digit() || letter.is_ascii_lowercase() || letter == '.'
            })
            .filter(|end| *end > 0)
            .or(Some(first.len_utf8()))
        };
        let (piece, after) = rest.split_at(end.unwrap_or(rest.len()));
        rest = after;
        match piece {
            "." => {}
            piece if first.is_ascii_digit() => {
                pieces.push(Piece::Number(piece.parse().unwrap_or(u128::MAX)));
            }
            piece => pieces.push(Piece::Letters(piece.to_owned())),
        }
    }
    pieces
}

fn loose_order(left: &[Piece], right: &[Piece]) -> Res<Ordering> {
    for (a, b) in left.iter().zip(right) {
        let order = match (a, b) {
            (Piece::Number(a), Piece::Number(b)) => a.cmp(b),
            (Piece::Letters(a), Piece::Letters(b)) => a.cmp(b),
            _ => {
                return Err(Stop::runtime(
                    "the versions cannot be compared: a number stands against letters",
                ));
            }
        };
        if order != Ordering::Equal {
            return Ok(order);
        }
    }
    Ok(left.len().cmp(&right.len()))
}

/// `1.2`, `1.2.3`, with `a1` or `b1` behind.
fn strict_order(left: &str, right: &str) -> Res<Ordering> {
    let parse = |text: &str| {
        let wrong = || Stop::runtime(format!("invalid version number `{text}`"));
        let (numbers, pre) = match text.find(['a', 'b']) {
            Some(at) => {
                let number: u64 = text[at + 1..].parse().map_err(|_| wrong())?;
                (&text[..at], Some((text[at..=at].to_owned(), number)))
            }
            None => (text, None),
        };
        let parts: Result<Vec<u64>, _> = numbers.split('.').map(str::parse).collect();
        let mut parts = parts.map_err(|_| wrong())?;
        if !(2..=3).contains(&parts.len()) {
            return Err(wrong());
        }
        parts.resize(3, 0);
        // No pre-release comes after all of them.
        Ok((parts, pre.is_none(), pre))
    };
    Ok(parse(left)?.cmp(&parse(right)?))
}

type Semantic = ([u64; 3], bool, Vec<(u8, u64, String)>);

fn semantic(text: &str) -> Res<Semantic> {
    let wrong = || Stop::runtime(format!("invalid semantic version `{text}`"));
    let core = text.split_once('+').map_or(text, |(core, _)| core);
    let (numbers, pre) = core
        .split_once('-')
        .map_or((core, None), |(a, b)| (a, Some(b)));
    let parts: Result<Vec<u64>, _> = numbers.split('.').map(str::parse).collect();
    let parts: [u64; 3] = parts
        .map_err(|_| wrong())?
        .try_into()
        .map_err(|_| wrong())?;
    let pieces = match pre {
        None => Vec::new(),
        Some(pre) => pre
            .split('.')
            .map(|piece| match piece.parse() {
                Ok(number) => (0, number, String::new()),
                Err(_) => (1, 0, piece.to_owned()),
            })
            .collect(),
    };
    Ok((parts, pre.is_none(), pieces))
}

/// Epoch, release, pre, post, dev and local, in the order in which they compare.
type Pep = (
    u64,
    Vec<u64>,
    (i8, u64),
    (i8, u64),
    (i8, u64),
    Vec<(u8, u64, String)>,
);

fn pep440(text: &str) -> Res<Pep> {
    let wrong = || Stop::runtime(format!("invalid version `{text}`"));
    let lower = text.trim().to_lowercase();
    let mut rest = lower.strip_prefix('v').unwrap_or(&lower);
    let mut epoch = 0;
    if let Some((before, after)) = rest.split_once('!') {
        epoch = before.parse().map_err(|_| wrong())?;
        rest = after;
    }
    let (rest, local) = rest
        .split_once('+')
        .map_or((rest, None), |(a, b)| (a, Some(b)));
    let end = rest
        .find(|letter: char| !letter.is_ascii_digit() && letter != '.')
        .unwrap_or(rest.len());
    let release: Result<Vec<u64>, _> = rest[..end]
        .trim_end_matches('.')
        .split('.')
        .map(str::parse)
        .collect();
    let mut release = release.map_err(|_| wrong())?;
    while release.len() > 1 && release.last() == Some(&0) {
        release.pop();
    }
    let (mut pre, mut post, mut dev) = (None, None, None);
    let mut tail = &rest[end..];
    while !tail.is_empty() {
        tail = tail.trim_start_matches(['.', '-', '_']);
        let letters_end = tail
            .find(|letter: char| !letter.is_ascii_lowercase())
            .unwrap_or(tail.len());
        let (word, after) = tail.split_at(letters_end);
        let after = after.trim_start_matches(['.', '-', '_']);
        let digits_end = after
            .find(|letter: char| !letter.is_ascii_digit())
            .unwrap_or(after.len());
        let number = after[..digits_end].parse().unwrap_or(0);
        tail = &after[digits_end..];
        match word {
            "a" | "alpha" => pre = Some((0, number)),
            "b" | "beta" => pre = Some((1, number)),
            "rc" | "c" | "pre" | "preview" => pre = Some((2, number)),
            "post" | "rev" | "r" | "" => post = Some((1, number)),
            "dev" => dev = Some((0, number)),
            _ => return Err(wrong()),
        }
        if word.is_empty() && digits_end == 0 {
            return Err(wrong());
        }
    }
    let local = local.map_or(Vec::new(), |local| {
        local
            .split(['.', '-', '_'])
            .map(|piece| match piece.parse() {
                Ok(number) => (2, number, String::new()),
                Err(_) => (1, 0, piece.to_owned()),
            })
            .collect()
    });
    let pre = match (pre, post, dev) {
        (Some(pre), _, _) => pre,
        // A development release alone comes before everything of its version.
        (None, None, Some(_)) => (-1, 0),
        _ => (3, 0),
    };
    Ok((
        epoch,
        release,
        pre,
        post.unwrap_or((0, 0)),
        dev.unwrap_or((1, 0)),
        local,
    ))
}
