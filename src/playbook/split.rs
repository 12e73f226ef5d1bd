//! `key=value` text, and free text with options in it.
//!
//! Words end at blanks and line ends, but not inside quotes or a template. Free text keeps its
//! blanks and line ends as they were.

/// One `key=value` of a text, or a piece of free text.
#[derive(Debug, PartialEq)]
pub(super) struct Pairs {
    pub(super) pairs: Vec<(String, String)>,
    /// What is no pair; `None` when everything is one.
    pub(super) free: Option<String>,
}

/// The options that may stand in the free text of `command` and its like.
const OF_FREE_TEXT: [&str; 8] = [
    "creates",
    "removes",
    "chdir",
    "executable",
    "warn",
    "stdin",
    "stdin_add_newline",
    "strip_empty_ends",
];

/// Takes a text apart; `None` when a quote or a template in it is not closed.
///
/// With `free_form` only the options of commands are pairs, all else is free text.
pub(super) fn pairs(text: &str, free_form: bool) -> Option<Pairs> {
    let mut found = Pairs {
        pairs: Vec::new(),
        free: None,
    };
    let mut free: Vec<String> = Vec::new();
    for word in words(text)? {
        let decoded = unescape(&word);
        if !decoded.contains('=') {
            free.push(word);
            continue;
        }
        let Some(at) = equals(&decoded) else {
            free.push(decoded.replace("\\=", "="));
            continue;
        };
        let (key, value) = (&decoded[..at], &decoded[at + 1..]);
        if free_form && !OF_FREE_TEXT.contains(&key) {
            free.push(word);
        } else {
            let pair = (key.trim().to_owned(), unquoted(value.trim()).to_owned());
            found.pairs.retain(|(older, _)| *older != pair.0);
            found.pairs.push(pair);
        }
    }
    if !free.is_empty() {
        found.free = Some(joined(&free));
    }
    Some(found)
}

/// The first word of a text and the rest, as `action: copy src=a` has them.
pub(super) fn first_word(text: &str) -> Option<(String, String)> {
    let words = words(text)?;
    let (first, rest) = words.split_first()?;
    Some((first.trim().to_owned(), rest.join(" ")))
}

/// The equals sign that ends the key: not the first letter, and no backslash before it.
fn equals(word: &str) -> Option<usize> {
    let bytes = word.as_bytes();
    (1..bytes.len()).find(|&at| bytes[at] == b'=' && bytes[at - 1] != b'\\')
}

fn joined(pieces: &[String]) -> String {
    let mut text = String::new();
    for piece in pieces {
        if !text.is_empty() && !text.ends_with('\n') {
            text.push(' ');
        }
        text.push_str(piece);
    }
    text
}

fn unquoted(value: &str) -> &str {
    let letters: Vec<char> = value.chars().collect();
    match letters.as_slice() {
        [open @ ('"' | '\''), .., close] if open == close && letters[letters.len() - 2] != '\\' => {
            &value[1..value.len() - 1]
        }
        _ => value,
    }
}

/// How deep inside templates and quotes a place is.
#[derive(Default)]
struct Depth {
    quote: Option<char>,
    print: usize,
    block: usize,
    comment: usize,
}

impl Depth {
    fn in_template(&self) -> bool {
        self.print + self.block + self.comment > 0
    }

    fn read_quotes(&mut self, token: &str) {
        let mut before = None;
        for letter in token.chars() {
            if matches!(letter, '"' | '\'') && before != Some('\\') {
                self.quote = match self.quote {
                    Some(open) if open == letter => None,
                    None => Some(letter),
                    open => open,
                };
            }
            before = Some(letter);
        }
    }

    /// Reads the template brackets of a token, and says whether any depth changed.
    fn read_brackets(&mut self, token: &str) -> bool {
        let mut changed = false;
        for (depth, open, close) in [
            (&mut self.print, "{{", "}}"),
            (&mut self.block, "{%", "%}"),
            (&mut self.comment, "{#", "#}"),
        ] {
            let (opened, closed) = (token.matches(open).count(), token.matches(close).count());
            let after = (*depth + opened).saturating_sub(closed);
            changed |= after != *depth;
            *depth = after;
        }
        changed
    }
}

/// The words of a text; blanks and line ends that belong to free text stay at their ends.
fn words(text: &str) -> Option<Vec<String>> {
    let mut words: Vec<String> = Vec::new();
    let mut depth = Depth::default();
    let lines: Vec<&str> = text.split('\n').collect();
    if text.is_empty() {
        return Some(words);
    }
    for (number, line) in lines.iter().enumerate() {
        let mut continued = false;
        for (at, token) in line.split(' ').enumerate() {
            if token.is_empty() && at != 0 {
                append(&mut words, " ");
                continue;
            }
            if token == "\\" && depth.quote.is_none() {
                continued = true;
                continue;
            }
            let (was_quoted, was_in_template) = (depth.quote.is_some(), depth.in_template());
            depth.read_quotes(token);
            let quoted = depth.quote.is_some();
            if was_in_template || was_quoted {
                if at > 0 {
                    append(&mut words, " ");
                }
                append(&mut words, token);
                depth.read_brackets(token);
            } else {
                let changed = depth.read_brackets(token);
                if quoted || changed || !token.is_empty() {
                    words.push(token.to_owned());
                }
            }
        }
        if number + 1 < lines.len() && !continued {
            append(&mut words, "\n");
        }
    }
    (depth.quote.is_none() && !depth.in_template()).then_some(words)
}

fn append(words: &mut Vec<String>, text: &str) {
    match words.last_mut() {
        Some(last) => last.push_str(text),
        None => words.push(text.to_owned()),
    }
}

/// Backslash escapes as Python has them in a text.
fn unescape(word: &str) -> String {
    let mut text = String::with_capacity(word.len());
    let mut rest = word;
    while let Some(at) = rest.find('\\') {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        let code = |digits: usize| {
            rest.get(2..2 + digits)
                .and_then(|hex| u32::from_str_radix(hex, 16).ok())
                .and_then(char::from_u32)
                .map(|letter| (letter, 2 + digits))
        };
        let simple = |letter: char| Some((letter, 2));
        let escape = match rest.as_bytes().get(1) {
            Some(b'U') => code(8),
            Some(b'u') => code(4),
            Some(b'x') => code(2),
            Some(b'\\') => simple('\\'),
            Some(b'\'') => simple('\''),
            Some(b'"') => simple('"'),
            Some(b'a') => simple('\u{7}'),
            Some(b'b') => simple('\u{8}'),
            Some(b'f') => simple('\u{c}'),
            Some(b'n') => simple('\n'),
            Some(b'r') => simple('\r'),
            Some(b't') => simple('\t'),
            Some(b'v') => simple('\u{b}'),
            _ => None,
        };
        let (letter, length) = escape.unwrap_or(('\\', 1));
        text.push(letter);
        rest = &rest[length..];
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::pairs;

    /// Each row: a text, whether it is free-form, the pairs, the free text; as Ansible 2.19 says.
    #[test]
    fn texts_are_taken_apart_as_ansible_does() {
        let mut rows = 0;
        for line in include_str!("split.jsonl").lines() {
            let row: serde_json::Value = serde_json::from_str(line).unwrap();
            let found = pairs(row[0].as_str().unwrap(), row[1].as_bool().unwrap());
            let told = match found {
                None => serde_json::json!([null, null]),
                Some(found) => {
                    let pairs: serde_json::Map<_, _> = found
                        .pairs
                        .into_iter()
                        .map(|(key, value)| (key, value.into()))
                        .collect();
                    serde_json::json!([pairs, found.free])
                }
            };
            assert_eq!(told[0], row[2], "{line}");
            assert_eq!(told[1], row[3], "{line}");
            rows += 1;
        }
        assert!(rows > 150);
    }
}
