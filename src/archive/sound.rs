//! Whether entries can be unpacked without leaving where they go.

use std::collections::BTreeMap;

use unicode_normalization::UnicodeNormalization as _;

use super::{Entry, Unsound, shown};
use crate::state::Kind;

/// As many links as the kernel follows in one path.
const MOST_LINKS: usize = 40;

/// Entries that fit together.
#[derive(Debug)]
pub struct Sound {
    /// By path, so that directories come before what is in them.
    pub entries: BTreeMap<String, Entry>,
    /// What is odd, but can be unpacked.
    pub warnings: Vec<String>,
}

/// Judges the entries that are to be unpacked together.
pub fn sound(entries: Vec<Entry>) -> Result<Sound, Unsound> {
    let mut tree: BTreeMap<String, Entry> = BTreeMap::new();
    for entry in entries {
        refuse_special(&entry)?;
        if let Some(other) = tree.get(&entry.path)
            && (other.kind != entry.kind
                || !matches!(entry.kind, Kind::Directory) && other.permissions != entry.permissions)
        {
            return Err(Unsound(format!(
                "the name {} is there twice, and the two differ",
                shown(&entry.name)
            )));
        }
        tree.insert(entry.path.clone(), entry);
    }
    for entry in tree.values() {
        for (at, _) in entry.path.match_indices('/') {
            let above = tree.get(&entry.path[..at]).map(|above| &above.kind);
            if let Some(Kind::Link(_)) = above {
                return Err(Unsound(format!(
                    "the entry {} would be written through the link {}",
                    shown(&entry.name),
                    shown(&entry.path[..at])
                )));
            }
            if above.is_some_and(|kind| !matches!(kind, Kind::Directory)) {
                return Err(Unsound(format!(
                    "the entry {} lies below {}, which is no directory",
                    shown(&entry.name),
                    shown(&entry.path[..at])
                )));
            }
        }
        if entry.path.is_empty() && !matches!(entry.kind, Kind::Directory) {
            return Err(Unsound(format!(
                "the entry {} would replace the destination",
                shown(&entry.name)
            )));
        }
    }
    let warnings = collisions(&tree);
    Ok(Sound {
        entries: tree,
        warnings,
    })
}

fn refuse_special(entry: &Entry) -> Result<(), Unsound> {
    let kind = match &entry.kind {
        Kind::File(_) | Kind::Directory | Kind::Link(_) => return Ok(()),
        Kind::Hard(_) => "a hard link",
        Kind::Fifo => "a named pipe",
        Kind::Socket => "a socket",
        Kind::Device(_) => "a device",
    };
    Err(Unsound(format!(
        "the entry {} is {kind}, which is not unpacked",
        shown(&entry.name)
    )))
}

/// Names that would be one on file systems that take capital letters for small ones, or accents
/// that are written apart for those that are not.
fn collisions(tree: &BTreeMap<String, Entry>) -> Vec<String> {
    let mut composed: BTreeMap<String, &str> = BTreeMap::new();
    let mut folded: BTreeMap<String, &str> = BTreeMap::new();
    let mut warnings = Vec::new();
    let mut tell = |other: &str, path: &str, why: &str| {
        warnings.push(format!(
            "{} and {} are one name {why}",
            shown(other),
            shown(path)
        ));
    };
    for path in tree.keys() {
        let one: String = path.nfc().collect();
        let plain: String = path.to_uppercase().to_lowercase().nfc().collect();
        let other = folded.insert(plain, path);
        if let Some(other) = composed.insert(one, path) {
            tell(
                other,
                path,
                "where accents are put together with their letters",
            );
        } else if let Some(other) = other {
            tell(other, path, "where capital letters do not count");
        }
    }
    warnings
}

/// Whether a link with this `target`, in `directory` below `base`, leads out of `base`.
/// `link_at` says what link stands at a path below `base`, if one does.
pub fn leaves<E>(
    base: &str,
    directory: &str,
    target: &str,
    mut link_at: impl FnMut(&str) -> Result<Option<String>, E>,
) -> Result<bool, E> {
    let parts = |path: &str| -> Vec<String> {
        path.split('/')
            .filter(|part| !matches!(*part, "" | "."))
            .map(str::to_owned)
            .collect()
    };
    let mut at = parts(directory);
    let mut left: Vec<String> = Vec::new();
    let mut next = Some(target.to_owned());
    let mut links = 0;
    loop {
        if let Some(target) = next.take() {
            let relative = if target.starts_with('/') {
                // Component by component, so that `/srv-x` is not below `/srv`.
                let (whole, base) = (parts(&target), parts(base));
                if !whole.starts_with(&base) {
                    return Ok(true);
                }
                at.clear();
                whole[base.len()..].to_vec()
            } else {
                parts(&target)
            };
            left.extend(relative.into_iter().rev());
        }
        let Some(part) = left.pop() else {
            return Ok(false);
        };
        if part == ".." {
            if at.pop().is_none() {
                return Ok(true);
            }
            continue;
        }
        at.push(part);
        if let Some(target) = link_at(&at.join("/"))? {
            at.pop();
            links += 1;
            if links > MOST_LINKS {
                return Ok(true);
            }
            next = Some(target);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::leaves;

    #[test]
    fn a_link_is_followed_step_by_step() {
        let out = |directory: &str, target: &str| {
            leaves("/srv/app", directory, target, |at| {
                Ok::<_, ()>(match at {
                    "up" => Some("sub/..".to_owned()),
                    "sub/up" => Some("..".to_owned()),
                    "round" => Some("round".to_owned()),
                    _ => None,
                })
            })
            .unwrap()
        };
        assert!(!out("", "a/b") && !out("a", "../b") && !out("", "/srv/app/x"));
        assert!(out("", "..") && out("a", "../../b") && out("", "/srv/application"));
        assert!(out("", "/etc/passwd") && out("", "round/x"));
        assert!(out("sub", "up/..") && !out("", "up/x"));
    }
}
