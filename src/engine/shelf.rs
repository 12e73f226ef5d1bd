//! Files of the control side that tasks ship to hosts.
#![expect(
    clippy::disallowed_methods,
    reason = "the door through which the control side reads files for its hosts"
)]

use std::{
    cell::RefCell,
    collections::BTreeMap,
    fs,
    os::unix::{ffi::OsStrExt as _, fs::PermissionsExt as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    event::Secrets,
    state::{Content, Digest, FileMode, Kind, Supplied, Supply},
    value::{Text, text_of},
    vault::{self, Keys},
    wire::Item,
};

/// Contents up to this many bytes travel inside the request.
const INSIDE: usize = 64 << 10;

/// How vaults among the files are opened.
pub(crate) struct Opening<'a> {
    pub(crate) keys: Option<&'a Keys>,
    /// Who hides what was in them.
    pub(crate) secrets: &'a Secrets,
}

impl Opening<'_> {
    /// What a file holds, opened where it is a vault; `None` when it is none.
    fn opened(&self, bytes: &[u8]) -> Result<Option<Vec<u8>>, String> {
        let Some(vault) = std::str::from_utf8(bytes)
            .ok()
            .filter(|text| vault::is_vault(text))
        else {
            return Ok(None);
        };
        let keys = self.keys.ok_or(
            "it is a vault, and no vault secret is given (`decrypt: false` takes it as it is)",
        )?;
        let opened = keys.open(vault).map_err(|failure| failure.to_string())?;
        self.secrets.keep(&Text::from(text_of(&opened)));
        Ok(Some(opened))
    }
}

/// Where the bytes are that tasks may need.
#[derive(Debug, Default)]
pub(crate) struct Shelf {
    held: RefCell<BTreeMap<Digest, Held>>,
    /// Supplies that were read before: a file that many hosts get is read once.
    known: RefCell<BTreeMap<(PathBuf, bool, bool), Supply>>,
}

#[derive(Clone, Debug)]
enum Held {
    Here(Arc<[u8]>),
    At(PathBuf),
}

impl Shelf {
    /// The file or tree at `path`; `name` is the path as it was asked for, whose last slash counts.
    /// Links are followed unless told otherwise; vaults are opened where `opening` says how.
    pub(crate) fn supply(
        &self,
        path: &Path,
        name: &str,
        follow: bool,
        opening: Option<&Opening<'_>>,
    ) -> Result<Supply, String> {
        let key = (path.to_owned(), follow, opening.is_some());
        if let Some(known) = self.known.borrow().get(&key) {
            return Ok(Supply {
                path: name.to_owned(),
                entries: known.entries.clone(),
            });
        }
        let mut entries = Vec::new();
        self.walk(path, String::new(), true, opening, &mut entries, 0)?;
        if !follow {
            entries.clear();
            self.walk(path, String::new(), false, opening, &mut entries, 0)?;
        }
        let supply = Supply {
            path: name.to_owned(),
            entries,
        };
        self.known.borrow_mut().insert(key, supply.clone());
        Ok(supply)
    }

    /// A supply of one file with this content.
    pub(crate) fn rendered(&self, name: &str, bytes: Vec<u8>, mode: FileMode) -> Supply {
        Supply {
            path: name.to_owned(),
            entries: vec![Supplied {
                path: String::new(),
                kind: Kind::File(self.keep(bytes)),
                mode,
            }],
        }
    }

    fn keep(&self, bytes: Vec<u8>) -> Content {
        let inside = bytes.len() <= INSIDE;
        let content = Content::of(bytes);
        if inside {
            return content;
        }
        if let (Some(digest), Some(bytes)) = (content.digest(), content.here()) {
            let held = Held::Here(bytes.into());
            self.held.borrow_mut().insert(digest, held);
        }
        content.without_bytes()
    }

    fn walk(
        &self,
        path: &Path,
        relative: String,
        follow: bool,
        opening: Option<&Opening<'_>>,
        entries: &mut Vec<Supplied>,
        depth: usize,
    ) -> Result<(), String> {
        let why = |error: std::io::Error| format!("cannot read {}: {error}", path.display());
        if depth > 100 {
            return Err(format!("{} is nested too deep", path.display()));
        }
        let link = fs::symlink_metadata(path).map_err(why)?;
        // The thing that was named is always followed.
        let meta = if follow || depth == 0 {
            fs::metadata(path).map_err(why)?
        } else {
            link
        };
        let mode = FileMode::from_bits(meta.permissions().mode());
        let kind = if meta.is_dir() {
            Kind::Directory
        } else if meta.is_symlink() {
            let target = fs::read_link(path).map_err(why)?;
            Kind::Link(text_of(target.as_os_str().as_bytes()))
        } else if meta.is_file() {
            let bytes = fs::read(path).map_err(why)?;
            let opened = match opening {
                Some(opening) => opening
                    .opened(&bytes)
                    .map_err(|why| format!("cannot read {}: {why}", path.display()))?,
                None => None,
            };
            let is_opened = opened.is_some();
            let content = self.keep(opened.unwrap_or(bytes));
            // What was in a vault is nowhere else.
            if let (Some(digest), None, false) = (content.digest(), content.here(), is_opened) {
                let held = Held::At(path.to_owned());
                self.held.borrow_mut().insert(digest, held);
            }
            Kind::File(content)
        } else {
            return Err(format!(
                "{} is neither a file, a directory nor a link",
                path.display()
            ));
        };
        let is_directory = matches!(kind, Kind::Directory);
        entries.push(Supplied {
            path: relative.clone(),
            kind,
            mode,
        });
        if is_directory {
            let mut names = fs::read_dir(path)
                .and_then(|names| {
                    names
                        .map(|name| Ok(name?.file_name()))
                        .collect::<Result<Vec<_>, _>>()
                })
                .map_err(why)?;
            names.sort();
            for name in names {
                let text = text_of(name.as_bytes());
                let inner = if relative.is_empty() {
                    text
                } else {
                    format!("{relative}/{text}")
                };
                self.walk(
                    &path.join(&name),
                    inner,
                    follow,
                    opening,
                    entries,
                    depth + 1,
                )?;
            }
        }
        Ok(())
    }

    /// The contents that an item names and that must be sent before it.
    pub(crate) fn wanted(&self, item: &Item) -> Vec<Digest> {
        let held = self.held.borrow();
        let contents = item.supplies.values().flat_map(|supply| &supply.entries);
        contents
            .filter_map(|entry| match &entry.kind {
                Kind::File(content) if content.here().is_none() => content.digest(),
                _ => None,
            })
            .filter(|digest| held.contains_key(digest))
            .collect()
    }

    /// The bytes of a content; an error when the file has changed since.
    pub(crate) fn bytes(&self, digest: Digest) -> Result<Arc<[u8]>, String> {
        let held = self.held.borrow().get(&digest).cloned();
        match held {
            Some(Held::Here(bytes)) => Ok(bytes),
            Some(Held::At(path)) => {
                let bytes = fs::read(&path)
                    .map_err(|error| format!("cannot read {}: {error}", path.display()))?;
                if Digest::of(&bytes) != digest {
                    return Err(format!("{} has changed during the run", path.display()));
                }
                Ok(bytes.into())
            }
            None => Err(format!("nobody knows the content {digest}")),
        }
    }
}
