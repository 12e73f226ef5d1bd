//! Paths: joined, cut, and with their links followed.

use crate::{
    host::{Login, Observe, Seen, Unseen},
    state::Kind,
};

/// As many links as the kernel follows in one path.
const MOST_LINKS: usize = 40;

/// `directory/name`; an absolute name stands for itself.
pub fn join(directory: &str, name: &str) -> String {
    if name.starts_with('/') {
        return name.to_owned();
    }
    match directory {
        "" => name.to_owned(),
        directory => format!("{}/{name}", directory.trim_end_matches('/')),
    }
}

/// The directory that holds `path`; `/` for the root itself.
pub fn parent(path: &str) -> &str {
    match path.trim_end_matches('/').rfind('/') {
        Some(0) | None => "/",
        Some(at) => &path[..at],
    }
}

/// The last component; empty for the root.
pub fn name(path: &str) -> &str {
    let path = path.trim_end_matches('/');
    path.rfind('/').map_or(path, |at| &path[at + 1..])
}

/// `path` and everything below it.
pub fn is_within(path: &str, above: &str) -> bool {
    path == above
        || above == "/"
        || path
            .strip_prefix(above)
            .is_some_and(|rest| rest.starts_with('/'))
}

/// `text` with a leading `~` and with `$NAME` and `${NAME}` put in; names that are not set stay.
pub fn expanded(text: &str, login: &Login) -> String {
    let text = match text.strip_prefix('~') {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => format!("{}{rest}", login.home),
        _ => text.to_owned(),
    };
    let mut done = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(at) = rest.find('$') {
        done.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        let close = after.strip_prefix('{').and_then(|braced| braced.find('}'));
        let plain = after
            .find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
            .unwrap_or(after.len());
        let (name, end) = close.map_or((&after[..plain], plain), |close| {
            (&after[1..=close], close + 2)
        });
        match login.environment.iter().find(|(set, _)| set == name) {
            Some((_, value)) => done.push_str(value),
            None => done.push_str(&rest[at..=at + end]),
        }
        rest = &after[end..];
    }
    done + rest
}

/// Every link in the parents followed; the last component stays as it is.
pub(super) fn canonical<O: Observe + ?Sized>(host: &O, path: &str) -> Seen<String> {
    walk(host, path, false)
}

/// Every link followed.
pub(super) fn resolved<O: Observe + ?Sized>(host: &O, path: &str) -> Seen<String> {
    walk(host, path, true)
}

fn walk<O: Observe + ?Sized>(host: &O, path: &str, follow_last: bool) -> Seen<String> {
    let mut left: Vec<String> = components(path).rev().map(str::to_owned).collect();
    let mut done = String::new();
    let mut links = 0;
    // Once something is not there, nothing below it can be a link.
    let mut exists = true;
    while let Some(next) = left.pop() {
        if next == ".." {
            done.truncate(done.rfind('/').unwrap_or(0));
            exists = true;
            continue;
        }
        let here = format!("{done}/{next}");
        if exists && (follow_last || !left.is_empty()) {
            let kind = host.kind_at(&here)?;
            exists = kind.is_some();
            if let Some(Kind::Link(target)) = kind {
                links += 1;
                if links > MOST_LINKS {
                    return Err(Unseen::unreadable(path, &"too many links"));
                }
                if target.starts_with('/') {
                    done.clear();
                }
                left.extend(components(&target).rev().map(str::to_owned));
                continue;
            }
        }
        done = here;
    }
    Ok(if done.is_empty() {
        "/".to_owned()
    } else {
        done
    })
}

fn components(path: &str) -> impl DoubleEndedIterator<Item = &str> {
    path.split('/').filter(|part| !matches!(*part, "" | "."))
}

#[cfg(test)]
mod tests {
    use super::{is_within, join, name, parent};

    #[test]
    fn paths_are_cut_at_their_last_component() {
        assert_eq!(parent("/etc/motd"), "/etc");
        assert_eq!(parent("/etc"), "/");
        assert_eq!(name("/etc/motd"), "motd");
        assert_eq!(name("/"), "");
        assert_eq!(join("/", "etc"), "/etc");
        assert!(is_within("/a/b", "/a") && !is_within("/ab", "/a"));
    }
}
