//! Where facts are read from.

use std::cell::RefCell;

use crate::{
    change::Run,
    host::{Observe, Seen, Unseen},
    value::text_of,
};

/// The host, and how it may be asked.
pub(super) struct Ground<'a> {
    pub(super) host: &'a dyn Observe,
    pub(super) fact_path: &'a str,
    timeout: u64,
    warnings: RefCell<Vec<String>>,
}

impl<'a> Ground<'a> {
    pub(super) fn new(host: &'a dyn Observe, timeout: u64, fact_path: &'a str) -> Self {
        Self {
            host,
            fact_path,
            timeout,
            warnings: RefCell::default(),
        }
    }

    pub(super) fn warn(&self, warning: String) {
        self.warnings.borrow_mut().push(warning);
    }

    pub(super) fn warnings(self) -> Vec<String> {
        self.warnings.into_inner()
    }

    /// What a file holds; nothing where it is not there or may not be read.
    pub(super) fn text(&self, path: &str) -> Seen<String> {
        match self.host.read(path) {
            Ok(bytes) => Ok(bytes.map(|bytes| text_of(&bytes)).unwrap_or_default()),
            Err(Unseen::Unreadable { .. }) => Ok(String::new()),
            Err(unknown) => Err(unknown),
        }
    }

    /// Like [`Self::text`], without blanks around it; `None` when nothing is left.
    pub(super) fn word(&self, path: &str) -> Seen<Option<String>> {
        let text = self.text(path)?;
        let text = text.trim();
        Ok((!text.is_empty()).then(|| text.to_owned()))
    }

    /// Whether something is there.
    pub(super) fn has(&self, path: &str) -> Seen<bool> {
        match self.host.target(path) {
            Ok(stat) => Ok(stat.is_some()),
            Err(Unseen::Unreadable { .. }) => Ok(false),
            Err(unknown) => Err(unknown),
        }
    }

    /// The names in a directory; none where it is not there.
    pub(super) fn names(&self, directory: &str) -> Seen<Vec<String>> {
        match self.host.names(directory) {
            Err(Unseen::Unreadable { .. }) => Ok(Vec::new()),
            seen => seen,
        }
    }

    /// What a program says that succeeds; nothing when it fails or is not there.
    pub(super) fn ask(&self, words: &[&str]) -> Seen<String> {
        let query = Run {
            argv: words.iter().map(|word| (*word).to_owned()).collect(),
            environment: vec![("LC_ALL".to_owned(), "C".to_owned())],
            timeout: Some(self.timeout),
            ..Run::default()
        };
        match self.host.ask(&query) {
            Ok(answer) if answer.code == 0 => Ok(text_of(&answer.stdout)),
            Ok(_) | Err(Unseen::Unreadable { .. }) => Ok(String::new()),
            Err(unknown) => Err(unknown),
        }
    }

    /// `NAME=value` lines of a file, without quotes.
    pub(super) fn settings(&self, path: &str) -> Seen<Vec<(String, String)>> {
        Ok(self
            .text(path)?
            .lines()
            .filter(|line| !line.trim_start().starts_with('#'))
            .filter_map(|line| {
                let (name, value) = line.split_once('=')?;
                let value = value.trim().trim_matches(['"', '\'']);
                Some((name.trim().to_owned(), value.to_owned()))
            })
            .collect())
    }
}

/// The value of a setting; empty when it is not there.
pub(super) fn setting<'a>(settings: &'a [(String, String)], name: &str) -> &'a str {
    settings
        .iter()
        .find(|(set, _)| set == name)
        .map_or("", |(_, value)| value)
}
