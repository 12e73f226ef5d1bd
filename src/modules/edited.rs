//! A text file rewritten where it lies.

use super::{FileAttributes, Refusal, planning::Planning, strangers::followed};
use crate::{
    change::How,
    host::{Observe, path},
    state::{Content, Entry, Kind, Stamp},
    value::{Map, bytes_of, pattern, text_of},
};

/// A text file as it is, and how it is rewritten.
pub(super) struct Edited<'m> {
    pub(super) attributes: &'m FileAttributes,
    /// The return value that names the backup, when one is kept.
    pub(super) backup: Option<&'static str>,
    pub(super) validate: Option<&'m String>,
    at: String,
    seen: Option<Entry>,
    /// What it holds; nothing when it is missing.
    pub(super) text: Option<String>,
}

impl<'m> Edited<'m> {
    /// Reads the file that `path` leads to.
    pub(super) fn open(
        host: &dyn Observe,
        path: &str,
        attributes: &'m FileAttributes,
        validate: Option<&'m String>,
    ) -> Result<Self, Refusal> {
        let at = followed(host, path)?;
        let seen = host.entry(&at)?;
        let text = match &seen {
            None => None,
            Some(Entry {
                kind: Kind::File(content),
                ..
            }) => Some(text_of(&host.bytes(content)?)),
            Some(Entry {
                kind: Kind::Directory,
                ..
            }) => return Err(failed(256, format!("Path {path} is a directory !"))),
            Some(_) => return Err(failed(256, format!("Path {path} is no regular file"))),
        };
        if let Some(command) = validate.filter(|command| !command.contains("%s")) {
            let message = format!("validate must contain %s: {command}");
            return Err(Refusal::of("validate", message));
        }
        Ok(Self {
            attributes,
            backup: None,
            validate,
            at,
            seen,
            text,
        })
    }

    /// Plans the file with this text and the attributes that were asked for; adds to the
    /// `message` when attributes change.
    pub(super) fn write(
        self,
        planning: &mut Planning<'_>,
        text: Option<String>,
        message: &str,
    ) -> Result<String, Refusal> {
        let mut message = message.to_owned();
        let new = if let Some(entry) = &self.seen {
            entry.meta.clone()
        } else {
            let parent = path::parent(&self.at).to_owned();
            if text.is_some() {
                planning.directories(&parent, &|_, meta| Ok(meta))?;
            }
            FileAttributes::new_meta(&planning.host, &self.at, 0o666)?
        };
        let mut meta = self.attributes.on(&planning.host, &new, false, None)?;
        if !new.satisfies(&meta) {
            if !message.is_empty() {
                message.push_str(" and ");
            }
            message.push_str("ownership, perms or SE linux context changed");
        }
        let Some(text) = text else {
            planning.dress(&self.at, self.attributes, None)?;
            return Ok(message);
        };
        meta.mtime = Stamp::Any;
        meta.atime = Stamp::Any;
        if let (Some(key), Some(seen)) = (self.backup, &self.seen) {
            planning.backup(key, &self.at, seen);
        }
        let to = Entry {
            kind: Kind::File(Content::of(bytes_of(&text))),
            meta,
        };
        let how = How {
            validate: self.validate.cloned(),
            in_place: self.attributes.unsafe_writes,
        };
        planning.entry_by(&self.at, self.seen, Some(to), how);
        Ok(message)
    }
}

/// A failure with the code that Ansible returns.
pub(super) fn failed(rc: i64, message: impl Into<String>) -> Refusal {
    Refusal::of("path", message).with(Map::from([("rc", rc)]))
}

/// A pattern of a parameter, for this text.
pub(super) fn compiled(
    param: &str,
    pattern: &str,
    flags: pattern::Flags,
    text: &str,
) -> Result<std::sync::Arc<pattern::Pattern>, Refusal> {
    pattern::compile(pattern, flags, text).map_err(|bad| Refusal::of(param, bad.to_string()))
}

/// Whether a pattern is found in a line.
pub(super) fn finds(param: &str, pattern: &str, line: &str) -> Result<bool, Refusal> {
    compiled(param, pattern, pattern::Flags::default(), line)?
        .search(line, 0)
        .map(|found| found.is_some())
        .map_err(|bad| Refusal::of(param, bad.to_string()))
}
