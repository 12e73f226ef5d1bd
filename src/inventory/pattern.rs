//! Host patterns: `web:&prod:!db`, globs, `~regex`, `web[0:2]`.

use std::{collections::HashSet, sync::LazyLock};

use fancy_regex::Regex;

use super::{HostId, Inventory, range};
use crate::diagnostic::{Mistake, nearest};

/// The hosts that a pattern chose, in order, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chosen {
    pub hosts: Vec<HostId>,
    /// The single patterns that matched nothing.
    pub missed: Vec<String>,
}

/// Cuts a pattern at commas; without any, at colons that belong to no address and no range.
pub fn split_pattern(pattern: &str) -> Vec<String> {
    let pieces: Vec<&str> = if pattern.contains(',') {
        pattern.split(',').collect()
    } else if is_address(pattern) {
        vec![pattern]
    } else {
        at_colons(pattern)
    };
    let pieces = pieces
        .into_iter()
        .map(str::trim)
        .filter(|piece| !piece.is_empty());
    pieces.map(str::to_owned).collect()
}

/// Whether this is one name or address, its colons being part of it.
fn is_address(pattern: &str) -> bool {
    static NAME: LazyLock<Option<regex::Regex>> =
        LazyLock::new(|| regex::Regex::new(r"^(?:[\w.-]|\[[0-9a-zA-Z:]*\])+(?::[0-9]+)?$").ok());
    static SIX: LazyLock<Option<regex::Regex>> = LazyLock::new(|| {
        regex::Regex::new(
            r"^(?:[0-9a-fA-F.]|:|\[[0-9a-fA-F:]*\])*::?(?:[0-9a-fA-F.]|:|\[[0-9a-fA-F:]*\])*$",
        )
        .ok()
    });
    let matches =
        |shape: &Option<regex::Regex>| shape.as_ref().is_some_and(|shape| shape.is_match(pattern));
    let six = pattern.matches(':').count() >= 2
        && matches(&SIX)
        && (pattern.contains("::") || pattern.matches(':').count() == 7);
    six || matches(&NAME)
        || (pattern.starts_with('[')
            && range::expand(pattern, 1).is_ok_and(|one| one.port.is_some()))
}

fn at_colons(pattern: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut brackets = false;
    for (at, letter) in pattern.char_indices() {
        match letter {
            '[' => brackets = true,
            ']' => brackets = false,
            ':' | ' ' if !brackets => {
                pieces.push(&pattern[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    pieces.push(&pattern[start..]);
    pieces
}

impl Inventory {
    /// The hosts that these patterns choose together: first the plain ones, then those with `&`
    /// cut down, then those with `!` take away, wherever they stand.
    ///
    /// # Errors
    /// A regular expression that is none.
    pub fn matching(&self, patterns: &[String]) -> Result<Chosen, Mistake> {
        let pieces: Vec<String> = patterns
            .iter()
            .flat_map(|pattern| split_pattern(pattern))
            .collect();
        self.matching_pieces(&pieces)
    }

    /// As [`Self::matching`], for patterns that are cut already, such as the lines of a file.
    ///
    /// # Errors
    /// As [`Self::matching`].
    pub fn matching_pieces(&self, pieces: &[String]) -> Result<Chosen, Mistake> {
        let of = |mark: char| pieces.iter().filter(move |piece| piece.starts_with(mark));
        let mut plain: Vec<&str> = pieces
            .iter()
            .map(String::as_str)
            .filter(|piece| !piece.is_empty() && !piece.starts_with(['!', '&']))
            .collect();
        if plain.is_empty() && !pieces.is_empty() {
            plain.push("all");
        }
        let mut chosen = Chosen::default();
        let mut seen = HashSet::new();
        for piece in plain {
            let hosts = match self.hosts.get_index_of(piece) {
                Some(at) => vec![HostId(at)],
                None => self.one(piece, &mut chosen.missed)?,
            };
            chosen
                .hosts
                .extend(hosts.into_iter().filter(|host| seen.insert(*host)));
        }
        for (mark, keep) in [('&', true), ('!', false)] {
            for piece in of(mark) {
                let those: HashSet<HostId> = self
                    .one(&piece[1..], &mut chosen.missed)?
                    .into_iter()
                    .collect();
                chosen.hosts.retain(|host| those.contains(host) == keep);
            }
        }
        Ok(chosen)
    }

    /// The hosts of one pattern without its mark.
    fn one(&self, pattern: &str, missed: &mut Vec<String>) -> Result<Vec<HostId>, Mistake> {
        let (name, slice) = subscript(pattern);
        let hosts = self.all_of(name, missed)?;
        let Some(slice) = slice.filter(|_| !hosts.is_empty()) else {
            return Ok(hosts);
        };
        let count = hosts.len();
        let last = count - 1;
        Ok(match slice {
            Slice::One(at) => {
                let from_end = i64::try_from(count).unwrap_or(i64::MAX);
                let place = if at < 0 { at + from_end } else { at };
                let host = usize::try_from(place).ok().and_then(|at| hosts.get(at));
                if host.is_none() {
                    missed.push(pattern.to_owned());
                }
                host.copied().into_iter().collect()
            }
            Slice::From(start, end) => {
                let end = end.unwrap_or(last).min(last);
                hosts.get(start..=end).unwrap_or_default().to_vec()
            }
        })
    }

    fn all_of(&self, pattern: &str, missed: &mut Vec<String>) -> Result<Vec<HostId>, Mistake> {
        let special = pattern.starts_with('~') || pattern.contains(['.', '?', '*', '[']);
        let mut hosts = Vec::new();
        let mut in_groups = false;
        if special {
            let shape = shape(pattern)?;
            let matches = |name: &str| shape.is_match(name).unwrap_or(false);
            for (at, _) in self
                .groups
                .keys()
                .enumerate()
                .filter(|(_, name)| matches(name))
            {
                in_groups = true;
                hosts.extend(self.members(super::GroupId(at)));
            }
            let named = self
                .hosts
                .keys()
                .enumerate()
                .filter(|(_, name)| matches(name));
            hosts.extend(named.map(|(at, _)| HostId(at)));
        } else if let Some(group) = self.group_named(pattern) {
            in_groups = true;
            hosts = self.members(group);
        } else if let Some(at) = self.hosts.get_index_of(pattern) {
            hosts.push(HostId(at));
        }
        if hosts.is_empty() {
            hosts.extend(self.host_named(pattern));
        }
        if hosts.is_empty() && !in_groups {
            missed.push(pattern.to_owned());
        }
        let mut seen = HashSet::new();
        hosts.retain(|host| seen.insert(*host));
        Ok(hosts)
    }

    /// The name of a group or host that a pattern which matched nothing was probably meant to be.
    pub fn meant(&self, pattern: &str) -> Option<&str> {
        let names = self.groups.keys().chain(self.hosts.keys());
        nearest(pattern, names.map(AsRef::as_ref))
    }
}

enum Slice {
    One(i64),
    From(usize, Option<usize>),
}

/// Cuts `[0]`, `[-1]`, `[0:2]`, `[1:]` off a pattern that is no regular expression.
fn subscript(pattern: &str) -> (&str, Option<Slice>) {
    let whole = (pattern, None);
    if pattern.starts_with('~') {
        return whole;
    }
    let Some((name, inner)) = pattern
        .strip_suffix(']')
        .and_then(|rest| rest.rsplit_once('['))
        .filter(|(name, _)| !name.is_empty())
    else {
        return whole;
    };
    if let Ok(at) = inner.parse() {
        return (name, Some(Slice::One(at)));
    }
    let Some((start, end)) = inner.split_once(':') else {
        return whole;
    };
    match (start.parse(), end.is_empty(), end.parse()) {
        (Ok(start), true, _) => (name, Some(Slice::From(start, None))),
        (Ok(start), false, Ok(end)) => (name, Some(Slice::From(start, Some(end)))),
        _ => whole,
    }
}

/// The regular expression of a glob, or behind a `~`.
fn shape(pattern: &str) -> Result<Regex, Mistake> {
    let text = match pattern.strip_prefix('~') {
        Some(regex) => format!("^(?:{regex})"),
        None => format!(r"(?s)\A(?:{})\z", glob(pattern)),
    };
    Regex::new(&text)
        .map_err(|error| Mistake::nowhere(format!("`{pattern}` is no pattern for hosts: {error}")))
}

fn glob(pattern: &str) -> String {
    let mut regex = String::new();
    let mut rest = pattern;
    while let Some(letter) = rest.chars().next() {
        rest = &rest[letter.len_utf8()..];
        match letter {
            '*' => regex.push_str(".*"),
            '?' => regex.push('.'),
            '[' => {
                // A bracket right behind the opening one, or behind its `!`, is a member.
                let skip = usize::from(rest.starts_with('!'));
                let skip = skip + usize::from(rest[skip..].starts_with(']'));
                match rest[skip..].find(']').map(|at| at + skip) {
                    Some(end) => {
                        let set = rest[..end].replace('\\', r"\\").replace('[', r"\[");
                        let (not, set) = match set.strip_prefix('!') {
                            Some(set) => ("^", set.to_owned()),
                            None => ("", set.replace('^', r"\^")),
                        };
                        regex.extend(["[", not, &set, "]"]);
                        rest = &rest[end + 1..];
                    }
                    None => regex.push_str(r"\["),
                }
            }
            letter => regex.push_str(&fancy_regex::escape(letter.encode_utf8(&mut [0; 4]))),
        }
    }
    regex
}
