//! Names and paths that match a shell's wildcards.

use super::{Observe, Seen, Unseen, path};

/// Whether a pattern holds wildcards at all.
pub fn has_wildcards(pattern: &str) -> bool {
    pattern.contains(['*', '?', '['])
}

/// Whether the whole of `name` matches: `*`, `?`, `[abc]`, `[a-z]`, `[!abc]`. A bracket that is
/// never closed stands for itself.
pub fn matches(pattern: &str, name: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let name: Vec<char> = name.chars().collect();
    let (mut at, mut here) = (0, 0);
    // Where to go on when what follows the last `*` does not match: one letter further.
    let mut retry: Option<(usize, usize)> = None;
    while here < name.len() {
        if pattern.get(at) == Some(&'*') {
            retry = Some((at + 1, here));
            at += 1;
        } else if let Some(next) = one(&pattern, at, name[here]) {
            at = next;
            here += 1;
        } else if let Some((after, from)) = retry {
            retry = Some((after, from + 1));
            (at, here) = (after, from + 1);
        } else {
            return false;
        }
    }
    pattern[at..].iter().all(|letter| *letter == '*')
}

/// Where the pattern goes on when what stands at `at` takes this letter.
fn one(pattern: &[char], at: usize, letter: char) -> Option<usize> {
    match pattern.get(at)? {
        '?' => Some(at + 1),
        '[' => {
            let inverted = pattern.get(at + 1) == Some(&'!');
            let first = at + 1 + usize::from(inverted);
            // A bracket right at the start belongs to the set.
            let Some(length) = pattern
                .get(first + 1..)
                .and_then(|rest| rest.iter().position(|letter| *letter == ']'))
            else {
                return (letter == '[').then_some(at + 1);
            };
            let end = first + 1 + length;
            (set(&pattern[first..end], letter) != inverted).then_some(end + 1)
        }
        same => (*same == letter).then_some(at + 1),
    }
}

fn set(mut letters: &[char], letter: char) -> bool {
    loop {
        match letters {
            [low, '-', high, rest @ ..] => {
                if (*low..=*high).contains(&letter) {
                    return true;
                }
                letters = rest;
            }
            [one, rest @ ..] => {
                if *one == letter {
                    return true;
                }
                letters = rest;
            }
            [] => return false,
        }
    }
}

/// The paths that an absolute pattern matches, as Python's `glob` finds them: `*` does not match a
/// leading dot, a dangling link counts, a pattern that ends in `/` matches directories only, and
/// what may not be looked at is not there.
pub fn glob<O: Observe + ?Sized>(host: &O, pattern: &str) -> Seen<Vec<String>> {
    let parts: Vec<&str> = pattern.split('/').filter(|part| !part.is_empty()).collect();
    let mut found = vec![String::new()];
    for part in parts {
        let mut next = Vec::new();
        for directory in found {
            if !has_wildcards(part) {
                next.push(format!("{directory}/{part}"));
                continue;
            }
            let above = if directory.is_empty() {
                "/"
            } else {
                directory.as_str()
            };
            if !visible(is_directory(host, above))? {
                continue;
            }
            let names = visible(host.names(above))?;
            next.extend(
                names
                    .into_iter()
                    .filter(|name| !name.starts_with('.') || part.starts_with('.'))
                    .filter(|name| matches(part, name))
                    .map(|name| format!("{directory}/{name}")),
            );
        }
        found = next;
    }
    let mut there = Vec::new();
    for path in found {
        let path = path::join("/", &path);
        let exists = if pattern.ends_with('/') {
            visible(is_directory(host, &path))?
        } else {
            visible(host.stat(&path).map(|stat| stat.is_some()))?
        };
        if exists {
            there.push(path);
        }
    }
    Ok(there)
}

fn is_directory<O: Observe + ?Sized>(host: &O, path: &str) -> Seen<bool> {
    Ok(host.target(path)?.is_some_and(|stat| stat.is_directory()))
}

fn visible<T: Default>(seen: Seen<T>) -> Seen<T> {
    match seen {
        Err(Unseen::Unreadable { .. }) => Ok(T::default()),
        seen => seen,
    }
}

#[cfg(test)]
mod tests {
    use super::{glob, matches};
    use crate::host::Memory;

    #[test]
    fn wildcards_match_as_in_a_shell() {
        for (pattern, name) in [
            ("*", ""),
            ("a*c", "abbc"),
            ("*.conf", "a.b.conf"),
            ("?[a-c]x", "zbx"),
            ("[!a]", "b"),
            ("[]]", "]"),
            ("[", "["),
            ("ansible_*_ipv4", "ansible_default_ipv4"),
        ] {
            assert!(matches(pattern, name), "{pattern} must match {name}");
        }
        for (pattern, name) in [("a*c", "abcd"), ("?", ""), ("[!a]", "a"), ("[a-c]", "d")] {
            assert!(!matches(pattern, name), "{pattern} must not match {name}");
        }
    }

    #[test]
    fn many_stars_do_not_take_for_ever() {
        let pattern = "*a".repeat(60) + "b";
        assert!(!matches(&pattern, &"a".repeat(5000)));
    }

    #[test]
    fn the_root_is_there_and_nothing_else() {
        let host = Memory::default();
        assert_eq!(glob(&host, "/").unwrap(), ["/"]);
        assert_eq!(glob(&host, "/*").unwrap(), Vec::<String>::new());
    }
}
