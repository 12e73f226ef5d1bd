//! Shell patterns on single names, as Python's `fnmatch` has them.

/// Whether the whole name matches: `*` anything, `?` one letter, `[…]` one of a set.
pub(super) fn matches(pattern: &str, name: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let name: Vec<char> = name.chars().collect();
    // Where to go on when the text after the last `*` does not match.
    let mut again = None;
    let (mut p, mut n) = (0, 0);
    while n < name.len() || p < pattern.len() {
        let step = match pattern.get(p) {
            Some('*') => {
                again = Some((p, n));
                p += 1;
                continue;
            }
            Some('?') => name.get(n).map(|_| p + 1),
            Some('[') => name.get(n).and_then(|letter| set(&pattern, p, *letter)),
            Some(wanted) => (name.get(n) == Some(wanted)).then_some(p + 1),
            None => None,
        };
        if let Some(next) = step {
            p = next;
            n += 1;
            continue;
        }
        match again {
            Some((star, from)) if from < name.len() => {
                again = Some((star, from + 1));
                p = star + 1;
                n = from + 1;
            }
            _ => return false,
        }
    }
    true
}

/// Where the pattern goes on after the set at `at` that holds the letter.
fn set(pattern: &[char], at: usize, letter: char) -> Option<usize> {
    let mut start = at + 1;
    let is_not = pattern.get(start) == Some(&'!');
    start += usize::from(is_not);
    // A bracket that comes first is a letter of the set.
    let close = (start + 1..pattern.len()).find(|end| pattern[*end] == ']');
    let Some(close) = close else {
        return (letter == '[').then_some(at + 1);
    };
    let inside = &pattern[start..close];
    let mut found = false;
    let mut i = 0;
    while i < inside.len() {
        if i + 2 < inside.len() && inside[i + 1] == '-' {
            found |= (inside[i]..=inside[i + 2]).contains(&letter);
            i += 3;
        } else {
            found |= inside[i] == letter;
            i += 1;
        }
    }
    (found != is_not).then_some(close + 1)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn globs_match_whole_names() {
        for (pattern, name) in [
            ("*", ""),
            ("*.conf", "a.conf"),
            ("a?c*", "abcd"),
            ("[a-c]x", "bx"),
            ("[!a]x", "bx"),
            ("[]]", "]"),
            ("*a*b", "xaxxb"),
            ("[", "["),
        ] {
            assert!(matches(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [("*.conf", "a.con"), ("a", "ab"), ("[!a]x", "ax"), ("?", "")] {
            assert!(!matches(pattern, name), "{pattern} {name}");
        }
    }
}
