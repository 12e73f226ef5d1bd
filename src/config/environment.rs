//! The environment of this process, read once.
#![expect(
    clippy::disallowed_methods,
    reason = "the one file that reads the process environment"
)]

use std::{collections::BTreeMap, os::unix::ffi::OsStrExt};

use crate::value::text_of;

/// The variables and the working directory this process was started with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    variables: BTreeMap<String, String>,
    directory: String,
}

impl Environment {
    /// Reads the environment of this process.
    pub fn of_this_process() -> Self {
        let variables = std::env::vars_os()
            .map(|(name, value)| (text_of(name.as_bytes()), text_of(value.as_bytes())))
            .collect();
        let directory = std::env::current_dir().map_or_else(
            |_| "/".to_owned(),
            |path| text_of(path.as_os_str().as_bytes()),
        );
        Self {
            variables,
            directory,
        }
    }

    /// An environment made of these variables, in this working directory.
    pub fn made_of<'a>(
        directory: impl Into<String>,
        variables: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Self {
        Self {
            variables: variables
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
            directory: directory.into(),
        }
    }

    /// The value of a variable; bytes that are not UTF-8 as [`text_of`] keeps them.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str)
    }

    /// All variables, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.variables
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The working directory, absolute.
    pub fn directory(&self) -> &str {
        &self.directory
    }

    /// Where `PATH` has a program of this name.
    pub fn program(&self, name: &str) -> Option<String> {
        let folders = self.get("PATH")?.split(':');
        let mut paths = folders.map(|folder| format!("{folder}/{name}"));
        paths.find(|path| path.starts_with('/') && std::path::Path::new(path).is_file())
    }

    /// The invoking user's home directory; `/` when `HOME` is not set.
    pub fn home(&self) -> &str {
        self.get("HOME").unwrap_or("/")
    }

    /// The path with `~` and `$NAME` filled in, absolute, and without `.` and `..` parts.
    /// A relative path starts at `base`.
    pub fn path(&self, path: &str, base: &str) -> String {
        let mut path = self.expanded(path);
        if !path.starts_with('/') {
            path = format!("{base}/{path}");
        }
        let mut parts: Vec<&str> = Vec::new();
        for part in path.split('/') {
            match part {
                "" | "." => {}
                ".." => {
                    parts.pop();
                }
                part => parts.push(part),
            }
        }
        format!("/{}", parts.join("/"))
    }

    /// The path with `~` and `$NAME` filled in; a relative one stays so.
    pub fn expanded(&self, path: &str) -> String {
        let mut path = self.fill_in(path);
        if path == "~" || path.starts_with("~/") {
            path.replace_range(..1, self.home());
        }
        path
    }

    /// `$NAME` and `${NAME}` replaced; names that are not set stay as they are.
    fn fill_in(&self, text: &str) -> String {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            filled.push_str(&rest[..at]);
            let after = &rest[at + 1..];
            let braced = after
                .strip_prefix('{')
                .and_then(|inner| inner.split_once('}'));
            let (name, used) = if let Some((name, _)) = braced {
                (name, name.len() + 2)
            } else {
                let end = after
                    .find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
                    .unwrap_or(after.len());
                (&after[..end], end)
            };
            match self.get(name) {
                Some(value) => filled.push_str(value),
                None => filled.push_str(&rest[at..=at + used]),
            }
            rest = &after[used..];
        }
        filled.push_str(rest);
        filled
    }
}

#[cfg(test)]
mod tests {
    use super::Environment;

    #[test]
    fn a_path_is_filled_in_and_made_absolute() {
        let env = Environment::made_of("/work", [("HOME", "/home/u"), ("A", "x")]);
        assert_eq!(env.path("~/roles", "/etc"), "/home/u/roles");
        assert_eq!(env.path("$A/${A}y/$B", "/etc"), "/etc/x/xy/$B");
        assert_eq!(env.path("../up/./here", "/a/b"), "/a/up/here");
        assert_eq!(env.path("~user/x", "/a"), "/a/~user/x");
        assert_eq!(env.expanded("$A/../b.j2"), "x/../b.j2");
        assert_eq!(env.expanded("~/b.j2"), "/home/u/b.j2");
    }
}
