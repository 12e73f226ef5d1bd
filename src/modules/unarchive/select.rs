//! Which entries of an archive are unpacked, and under which names.

use super::Options;
use crate::{
    archive::{Entry, Format},
    host::path,
    modules::Refusal,
};

/// The entries that are asked for, with the names that they get.
pub(super) fn chosen(
    entries: Vec<Entry>,
    format: Format,
    include: &[String],
    exclude: &[String],
    options: &Options,
) -> Result<Vec<Entry>, Refusal> {
    let is_zip = format == Format::Zip;
    for wanted in include {
        if !entries.iter().any(|entry| includes(wanted, entry, is_zip)) {
            let message = format!("there is no `{wanted}` in the archive");
            return Err(Refusal::of("include", message));
        }
    }
    let excludes: Vec<&str> = exclude
        .iter()
        .chain(&options.exclude)
        .map(|pattern| {
            if is_zip {
                pattern
            } else {
                pattern.trim_end_matches('/')
            }
        })
        .collect();
    let kept = entries.into_iter().filter(|entry| {
        (include.is_empty() || include.iter().any(|wanted| includes(wanted, entry, is_zip)))
            && !excludes
                .iter()
                .any(|pattern| leaves_out(pattern, entry, is_zip))
    });
    Ok(kept.filter_map(|entry| renamed(entry, options)).collect())
}

/// A zip's entries are asked for by pattern, a tar archive's by name, with all below it.
fn includes(wanted: &str, entry: &Entry, is_zip: bool) -> bool {
    if is_zip {
        return matches(wanted, &entry.name);
    }
    let plain = |name: &str| {
        name.trim_end_matches('/')
            .trim_start_matches("./")
            .to_owned()
    };
    path::is_within(&plain(&entry.name), &plain(wanted))
}

fn leaves_out(pattern: &str, entry: &Entry, is_zip: bool) -> bool {
    if is_zip {
        return matches(pattern, &entry.name);
    }
    // A directory that is left out takes what is in it along, and a pattern may start at any slash.
    let name = entry.name.trim_end_matches('/');
    let ends = name
        .match_indices('/')
        .map(|(at, _)| at)
        .chain([name.len()]);
    ends.map(|end| &name[..end]).any(|above| {
        matches(pattern, above)
            || above
                .match_indices('/')
                .any(|(at, _)| matches(pattern, &above[at + 1..]))
    })
}

fn renamed(mut entry: Entry, options: &Options) -> Option<Entry> {
    let is_directory = matches!(entry.kind, crate::state::Kind::Directory);
    if options.junk_paths {
        if is_directory {
            return None;
        }
        entry.path = path::name(&entry.path).to_owned();
    }
    if options.strip > 0 {
        let parts: Vec<&str> = entry.path.split('/').collect();
        if parts.len() <= options.strip {
            return None;
        }
        entry.path = parts[options.strip..].join("/");
        entry.name = format!("{}{}", entry.path, if is_directory { "/" } else { "" });
    }
    Some(entry)
}

/// A shell's pattern, in which `*` also stands for slashes.
fn matches(pattern: &str, name: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let name: Vec<char> = name.chars().collect();
    let (mut p, mut n) = (0, 0);
    // The last star, and how far what it stands for has come.
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        match step(&pattern[p..], name[n]) {
            Step::One(length) => {
                p += length;
                n += 1;
            }
            Step::Star => {
                star = Some((p, n));
                p += 1;
            }
            Step::No => match &mut star {
                Some((at, reached)) => {
                    *reached += 1;
                    p = *at + 1;
                    n = *reached;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|letter| *letter == '*')
}

enum Step {
    /// The letter fits so many characters of the pattern.
    One(usize),
    Star,
    No,
}

fn step(pattern: &[char], letter: char) -> Step {
    let of = |fits: bool, length: usize| if fits { Step::One(length) } else { Step::No };
    match pattern.first() {
        None => Step::No,
        Some('*') => Step::Star,
        Some('?') => Step::One(1),
        Some('[') => {
            let from = 1 + usize::from(matches!(pattern.get(1), Some('!' | '^')));
            // A bracket right after the opening one is a member.
            let Some(end) = (from + 1..pattern.len()).find(|at| pattern[*at] == ']') else {
                return of(letter == '[', 1);
            };
            let set = &pattern[from..end];
            let mut within = false;
            let mut at = 0;
            while at < set.len() {
                if at + 2 < set.len() && set[at + 1] == '-' {
                    within |= (set[at]..=set[at + 2]).contains(&letter);
                    at += 3;
                } else {
                    within |= set[at] == letter;
                    at += 1;
                }
            }
            of(within == (from == 1), end + 1)
        }
        Some(other) => of(*other == letter, 1),
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn patterns_match_as_in_a_shell_but_over_slashes() {
        assert!(matches("*.txt", "a/b.txt") && matches("a/*", "a/b/c"));
        assert!(matches("a?c", "abc") && !matches("a?c", "ac"));
        assert!(matches("[a-c]x", "bx") && !matches("[!a-c]x", "bx"));
        assert!(matches("[]]x", "]x") && matches("[x", "[x"));
        assert!(!matches("*.txt", "a.txt.gz") && matches("**", "") && !matches("", "a"));
        assert!(matches("*a*b*c", "xaybzc") && !matches("*a*b*c", "xaybz"));
    }
}
