//! A file with a given content put where it belongs.

use super::{FileAttributes, Refusal, planning::Planning, returned, strangers::followed};
use crate::{
    change::How,
    host::{Observe, Unseen, path},
    state::{Content, Entry, FileMode, Kind, Mode, Stamp, Stat},
    value::Value,
};

/// How files are placed.
pub(super) struct Placed<'m> {
    pub(super) attributes: &'m FileAttributes,
    pub(super) backup: bool,
    /// Whether what is there is replaced.
    pub(super) force: bool,
    pub(super) follow: bool,
    pub(super) validate: Option<&'m String>,
    /// Of directories that are made on the way.
    pub(super) directory_mode: Option<&'m Mode>,
}

/// What is placed.
pub(super) struct Piece<'m> {
    /// Where it comes from; empty for text out of the task.
    pub(super) source: &'m str,
    pub(super) kind: &'m Kind,
    pub(super) mode: FileMode,
    /// When it was changed, where the copy is to say the same.
    pub(super) mtime: Option<Stamp>,
}

impl Placed<'_> {
    /// Places one file at `dest`, or under its source's name in the directory `dest`. Returns
    /// where it went, and whether its content changes.
    pub(super) fn one(
        &self,
        planning: &mut Planning<'_>,
        dest: &str,
        piece: &Piece<'_>,
    ) -> Result<String, Refusal> {
        self.check_command()?;
        let mut dest = dest.to_owned();
        let stands = planning.host.target(&dest)?;
        let is_directory = stands.as_ref().is_some_and(Stat::is_directory);
        if dest.ends_with('/') || is_directory {
            if piece.source.is_empty() {
                return Err(Refusal::of(
                    "dest",
                    "can not use content with a dir as dest",
                ));
            }
            if stands.is_none() {
                self.directories(planning, &dest)?;
            }
            dest = path::join(&dest, path::name(piece.source));
        }
        let parent = path::parent(&dest);
        let Some(stat) = planning.host.target(parent)? else {
            let message = format!("Destination directory {parent} does not exist");
            return Err(Refusal::of("dest", message));
        };
        if !stat.is_directory() {
            let message = format!("Destination directory {parent} is not a directory");
            return Err(Refusal::of("dest", message));
        }
        if planning
            .host
            .stat(&dest)?
            .is_some_and(|stat| stat.is_directory())
        {
            let message = format!("cannot put a file in place of the directory {dest}");
            return Err(Refusal::of("dest", message));
        }
        self.place(planning, &dest, piece)?;
        // What a link led to is what is spoken of.
        let is_link = planning
            .host
            .stat(&dest)?
            .is_some_and(|stat| stat.is_link());
        Ok(if self.follow && is_link {
            followed(&planning.host, &dest)?
        } else {
            dest
        })
    }

    /// Places one thing at `dest` itself, whose directory is there.
    pub(super) fn place(
        &self,
        planning: &mut Planning<'_>,
        dest: &str,
        piece: &Piece<'_>,
    ) -> Result<(), Refusal> {
        let at = if self.follow {
            followed(&planning.host, dest)?
        } else {
            planning.host.canonical(dest)?
        };
        let seen = match planning.host.entry(&at) {
            Ok(seen) => seen,
            Err(Unseen::Unknown(unknown)) if self.force && self.attributes.are_whole() => {
                let to = self.made(&planning.host, &at, piece)?;
                planning.perhaps(&at, unknown, Some(to));
                return Ok(());
            }
            Err(other) => return Err(other.into()),
        };
        if seen.is_some() && !self.force {
            return Ok(());
        }
        let wanted = match &seen {
            // A link that is replaced hands nothing on.
            Some(entry) if matches!(entry.kind, Kind::File(_)) => {
                let mut meta =
                    self.attributes
                        .on(&planning.host, &entry.meta, false, Some(piece.mode))?;
                if entry.kind != *piece.kind {
                    meta.mtime = piece.mtime.unwrap_or(Stamp::Any);
                    meta.atime = Stamp::Any;
                }
                Entry {
                    kind: piece.kind.clone(),
                    meta,
                }
            }
            _ => self.made(&planning.host, &at, piece)?,
        };
        if self.backup
            && let Some(old) = &seen
            && matches!(old.kind, Kind::File(_))
            && old.kind != wanted.kind
        {
            planning.backup("backup_file", &at, old);
        }
        let how = How {
            validate: self.validate.cloned(),
            in_place: self.attributes.unsafe_writes,
        };
        planning.entry_by(&at, seen, Some(wanted), how);
        Ok(())
    }

    fn made(&self, host: &dyn Observe, at: &str, piece: &Piece<'_>) -> Result<Entry, Refusal> {
        let new = FileAttributes::new_meta(host, at, 0o666)?;
        let mut meta = self.attributes.on(host, &new, false, Some(piece.mode))?;
        meta.mtime = piece.mtime.unwrap_or(meta.mtime);
        Ok(Entry {
            kind: piece.kind.clone(),
            meta,
        })
    }

    /// Plans a directory and those above it that are missing.
    pub(super) fn directories(
        &self,
        planning: &mut Planning<'_>,
        directory: &str,
    ) -> Result<(), Refusal> {
        let at = planning.host.resolved(directory)?;
        planning.directories(&at, &|host, mut meta| {
            if let Some(mode) = self.directory_mode {
                meta.mode = mode.on(meta.mode, true, host.login()?.umask);
            }
            Ok(meta)
        })
    }

    fn check_command(&self) -> Result<(), Refusal> {
        match self.validate {
            Some(command) if !command.contains("%s") => Err(Refusal::of(
                "validate",
                format!("validate must contain %s: {command}"),
            )),
            _ => Ok(()),
        }
    }
}

/// Returns what Ansible does of a file that was brought to `dest`; `is_new` when its content was.
pub(super) fn tell(
    planning: &mut Planning<'_>,
    dest: &str,
    content: &Content,
    source: Option<&str>,
    is_new: bool,
) -> Result<(), Refusal> {
    let checksum = returned::sha1(&planning.host, content)?;
    planning.returns("checksum", checksum);
    if is_new {
        let md5sum = returned::md5(&planning.host, content)?;
        planning.returns("md5sum", md5sum);
        if let Some(source) = source {
            planning.returns("src", source);
        }
    } else {
        planning.returns("path", Value::from(dest));
    }
    planning.info("dest", dest)
}
