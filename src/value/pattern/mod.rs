//! Python's `re` over engines that cannot hang.
//!
//! Patterns go to the linear engine where it can take them; those with look-around or
//! back-references go to a backtracking one with a limit on its steps.

mod replace;
mod translate;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

pub use replace::Replacement;

/// Why a pattern cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadPattern(String);

impl BadPattern {
    fn new(why: impl Into<String>) -> Self {
        Self(why.into())
    }
}

/// How many steps a pattern with back-references may take for one search.
const STEPS: usize = 1_000_000;

/// The switches of a pattern: `re.I`, `re.M` and `re.S`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Flags {
    pub ignore_case: bool,
    pub multiline: bool,
    pub dot_all: bool,
}

#[derive(Debug)]
enum Engine {
    Linear(regex::Regex),
    Limited(fancy_regex::Regex),
}

/// A compiled pattern.
#[derive(Debug)]
pub struct Pattern {
    engine: Engine,
    names: Vec<Option<String>>,
}

/// The groups of one match, as byte ranges; the whole is the first.
pub type Groups = Vec<Option<(usize, usize)>>;

type Key = (String, Flags, bool);

fn cache() -> &'static Mutex<HashMap<Key, Arc<Pattern>>> {
    static CACHE: OnceLock<Mutex<HashMap<Key, Arc<Pattern>>>> = OnceLock::new();
    CACHE.get_or_init(Mutex::default)
}

/// Compiles a pattern for this text.
///
/// `$` also matches before a newline at the end in Python, so whether the text has one decides
/// how the pattern is written for our engines.
pub fn compile(pattern: &str, flags: Flags, text: &str) -> Result<Arc<Pattern>, BadPattern> {
    let key = (pattern.to_owned(), flags, text.ends_with('\n'));
    let mut cache = cache().lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = cache.get(&key) {
        return Ok(Arc::clone(known));
    }
    let ours = translate::translated(pattern, flags, key.2)
        .map_err(|why| BadPattern::new(format!("the pattern `{pattern}` is not valid: {why}")))?;
    let engine = match regex::Regex::new(&ours) {
        Ok(found) => Engine::Linear(found),
        Err(_) => Engine::Limited(
            fancy_regex::RegexBuilder::new(&ours)
                .backtrack_limit(STEPS)
                .build()
                .map_err(|why| {
                    BadPattern::new(format!("the pattern `{pattern}` is not valid: {why}"))
                })?,
        ),
    };
    let names = match &engine {
        Engine::Linear(found) => names(found.capture_names()),
        Engine::Limited(found) => names(found.capture_names()),
    };
    let compiled = Arc::new(Pattern { engine, names });
    if cache.len() > 1000 {
        cache.clear();
    }
    cache.insert(key, Arc::clone(&compiled));
    Ok(compiled)
}

fn names<'n>(all: impl Iterator<Item = Option<&'n str>>) -> Vec<Option<String>> {
    all.map(|name| name.map(str::to_owned)).collect()
}

impl Pattern {
    /// How many groups the pattern has, without the whole.
    pub fn groups(&self) -> usize {
        self.names.len().saturating_sub(1)
    }

    /// The number of a named group.
    pub fn group(&self, name: &str) -> Option<usize> {
        self.names
            .iter()
            .position(|known| known.as_deref() == Some(name))
    }

    /// The first match at or after a byte.
    pub fn search(&self, text: &str, from: usize) -> Result<Option<Groups>, BadPattern> {
        if from > text.len() {
            return Ok(None);
        }
        match &self.engine {
            Engine::Linear(found) => {
                let mut places = found.capture_locations();
                Ok(found
                    .captures_read_at(&mut places, text, from)
                    .map(|_| (0..places.len()).map(|at| places.get(at)).collect()))
            }
            Engine::Limited(found) => match found.captures_from_pos(text, from) {
                Ok(None) => Ok(None),
                Ok(Some(groups)) => Ok(Some(
                    (0..groups.len())
                        .map(|at| groups.get(at).map(|group| (group.start(), group.end())))
                        .collect(),
                )),
                Err(_) => Err(BadPattern::new(format!(
                    "the pattern takes more than {STEPS} steps on this text"
                ))),
            },
        }
    }

    /// Whether the text matches from its start on, as Python's `re.match` has it.
    pub fn opens(&self, text: &str) -> Result<bool, BadPattern> {
        let found = self.search(text, 0)?;
        Ok(found.is_some_and(|groups| groups[0].is_some_and(|(start, _)| start == 0)))
    }

    /// Every match replaced, and how many there were.
    pub fn replaced(
        &self,
        text: &str,
        replacement: &Replacement,
    ) -> Result<(String, usize), BadPattern> {
        let mut out = String::with_capacity(text.len());
        let mut done = 0;
        let all = self.all(text, usize::MAX)?;
        for groups in &all {
            let Some((start, end)) = groups[0] else {
                continue;
            };
            out.push_str(&text[done..start]);
            replacement.fill(text, groups, &mut out);
            done = end;
        }
        out.push_str(&text[done..]);
        Ok((out, all.len()))
    }

    /// All matches from left to right, at most `most`; empty ones as Python counts them.
    pub fn all(&self, text: &str, most: usize) -> Result<Vec<Groups>, BadPattern> {
        let mut found = Vec::new();
        let mut from = 0;
        while found.len() < most {
            let Some(groups) = self.search(text, from)? else {
                break;
            };
            let Some((start, end)) = groups[0] else { break };
            from = if start == end {
                match text[end..].chars().next() {
                    Some(letter) => end + letter.len_utf8(),
                    None => text.len() + 1,
                }
            } else {
                end
            };
            found.push(groups);
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::{Flags, compile};

    #[test]
    fn a_pattern_that_python_hangs_on_ends() {
        let text = "a".repeat(40) + "!";
        let linear = compile("^(a+)+$", Flags::default(), &text);
        assert!(matches!(
            linear.map(|pattern| pattern.search(&text, 0)),
            Ok(Ok(None))
        ));
        let limited = compile(r"^(?:(a+)\1?)+$", Flags::default(), &text);
        assert!(limited.is_ok_and(|pattern| pattern.search(&text, 0).is_err()));
    }
}
