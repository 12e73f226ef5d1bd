//! Which paths something is about to happen to.

use std::collections::BTreeSet;

use crate::{change::Change, host::path, state::Kind};

/// Canonical paths.
#[derive(Clone, Debug, Default)]
pub(in crate::node) struct Paths(BTreeSet<String>);

impl Paths {
    pub(in crate::node) fn add(&mut self, path: &str) {
        self.0.insert(path.to_owned());
    }

    /// Adds what a change is about.
    pub(in crate::node) fn add_of(&mut self, change: &Change) {
        paths_of(change).for_each(|path| self.add(path));
    }

    pub(in crate::node) fn clear(&mut self) {
        self.0.clear();
    }

    pub(in crate::node) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether `path` or a directory that it is in is among them.
    pub(in crate::node) fn covers(&self, path: &str) -> bool {
        let mut at = path;
        loop {
            if self.0.contains(at) {
                return true;
            }
            if matches!(at, "/" | "") {
                return false;
            }
            at = path::parent(at);
        }
    }

    /// Whether any of them lies below `directory`.
    pub(in crate::node) fn is_below(&self, directory: &str) -> bool {
        let start = format!("{}/", directory.trim_end_matches('/'));
        self.0
            .range(start.clone()..)
            .next()
            .is_some_and(|path| path.starts_with(&start))
    }

    /// Whether the change is about any of them, or about what is above or below one.
    pub(in crate::node) fn meet(&self, change: &Change) -> bool {
        let meets = |path: &str| self.covers(path) || self.is_below(path);
        paths_of(change).any(meets)
    }
}

/// The path of a change, and that of the file to which it gives another name.
fn paths_of(change: &Change) -> impl Iterator<Item = &str> {
    let other = match change {
        Change::Entry { to: Some(to), .. } => match &to.kind {
            Kind::Hard(other) => Some(other.as_str()),
            _ => None,
        },
        _ => None,
    };
    change.path().into_iter().chain(other)
}

#[cfg(test)]
mod tests {
    use super::Paths;

    #[test]
    fn a_path_meets_what_is_above_and_below_it() {
        let mut paths = Paths::default();
        paths.add("/a/b-c");
        paths.add("/a/b/c");
        assert!(paths.covers("/a/b/c") && paths.covers("/a/b/c/d"));
        assert!(!paths.covers("/a/b") && !paths.covers("/a/b/cd"));
        assert!(paths.is_below("/a/b") && paths.is_below("/") && paths.is_below("/a/"));
        assert!(!paths.is_below("/a/b/c") && !paths.is_below("/a/b-"));
    }
}
