//! `archive`: files of the host are in an archive there.

mod compare;
mod gather;

use std::collections::BTreeSet;

use gather::{Gathered, Gatherer};

use super::{
    FileAttributes, GivenPath, HostPath, Module, Refusal,
    placed::{Piece, Placed},
    planning::Planning,
    strangers::followed,
};
use crate::{
    archive::{Compression, Format},
    change::Plan,
    host::{Observe, Unseen, glob, path},
    state::{Content, Entry, FileMode, Kind},
    value::{Map, Unknown, Value},
};

choices! {
    /// How what is archived is packed.
    pub(super) enum Packing {
        Bz2 = "bz2",
        Gz = "gz",
        Tar = "tar",
        Xz = "xz",
        Zip = "zip",
    }
}

parameters! {
    /// Packs files and directories of the host into an archive there, or compresses one file.
    ///
    /// An archive that holds the same already is left alone.
    ///
    /// ```yaml
    /// - archive:
    ///     path: [/etc/app, /var/lib/app]
    ///     dest: /backup/app.tar.gz
    ///     exclusion_patterns: ["*.tmp"]
    /// ```
    pub(super) struct Pack with (attributes: FileAttributes) {
        /// What is packed: paths, or patterns with `*` and `?`.
        path: Vec<HostPath>,
        /// The archive. May be left out where one file alone is compressed: then it lies beside it.
        dest: Option<HostPath>,
        /// How it is packed; all but `tar` and `zip` compress a tar archive, or one file alone.
        format: Packing = Packing::Gz,
        /// Paths or patterns that are taken out of those of `path`.
        exclude_path: Vec<HostPath> = Vec::new(),
        /// What matches one of these is left out, wherever it lies: full paths for a zip, names in
        /// the archive for the others.
        exclusion_patterns: Option<Vec<GivenPath>>,
        /// Makes an archive of one file alone too.
        force_archive: bool = false,
        /// Whether what was packed is removed afterwards.
        remove: bool = false,
    }
}

impl Packing {
    fn name(self) -> &'static str {
        match self {
            Self::Bz2 => "bz2",
            Self::Gz => "gz",
            Self::Tar => "tar",
            Self::Xz => "xz",
            Self::Zip => "zip",
        }
    }

    fn compression(self) -> Compression {
        match self {
            Self::Bz2 => Compression::Bzip2,
            Self::Gz => Compression::Gzip,
            Self::Xz => Compression::Xz,
            Self::Tar | Self::Zip => Compression::None,
        }
    }

    fn of_archive(self) -> Format {
        match self {
            Self::Zip => Format::Zip,
            other => Format::Tar(other.compression()),
        }
    }
}

/// What is packed, and where to.
struct Job {
    expanded: Vec<String>,
    excluded: Vec<String>,
    /// Sorted.
    paths: Vec<String>,
    /// What names in the archive are relative to; ends in a slash.
    root: String,
    dest: String,
    /// Whether one file alone is only compressed.
    is_bare: bool,
}

/// What is known of the archive that is wanted.
pub(super) struct Packed {
    /// Unknown where something in it is.
    content: Content,
    gathered: Gathered,
}

impl Module for Pack {
    fn plan(&self, host: &dyn Observe) -> Result<Plan, Refusal> {
        let job = self.job(host)?;
        let mut planning = Planning::on(host);
        let mut there = Vec::new();
        let mut missing = Vec::new();
        for path in &job.paths {
            match host.stat(path)? {
                Some(_) => there.push(path.clone()),
                None => missing.push(path.clone()),
            }
        }
        let mut archived = Vec::new();
        let state = if there.is_empty() {
            if host.target(&job.dest)?.is_none() {
                "absent"
            } else if is_archive(&job.dest) {
                "archive"
            } else {
                "compress"
            }
        } else {
            let packed = self.packed(host, &job, &there)?;
            self.put(&mut planning, &job, &packed)?;
            if self.remove {
                clear(&mut planning, &there, &packed.gathered)?;
            }
            archived = packed.gathered.archived;
            if job.is_bare {
                "compress"
            } else if missing.is_empty() {
                "archive"
            } else {
                "incomplete"
            }
        };
        if planning.host.target(&job.dest)?.is_some() {
            let at = followed(&planning.host, &job.dest)?;
            planning.dress(&at, &self.attributes, None)?;
        }
        planning.returns("archived", list(&archived));
        planning.returns("arcroot", job.root.as_str());
        planning.returns("dest_state", state);
        planning.returns("expanded_exclude_paths", list(&job.excluded));
        planning.returns("expanded_paths", list(&job.expanded));
        planning.returns("missing", list(&missing));
        planning.info("dest", &job.dest)?;
        Ok(planning.done())
    }
}

impl Pack {
    fn job(&self, host: &dyn Observe) -> Result<Job, Refusal> {
        let (expanded, has_globs) = expand(host, &self.path)?;
        let (excluded, _) = expand(host, &self.exclude_path)?;
        let given: Vec<&str> = self.path.iter().map(|path| path.0.as_str()).collect();
        let paths: BTreeSet<&String> = expanded
            .iter()
            .filter(|path| !excluded.contains(path))
            .collect();
        let paths: Vec<String> = paths.into_iter().cloned().collect();
        let Some(first) = paths.first() else {
            let refusal = Refusal::of("path", "Error, no source paths were found");
            return Err(refusal.with(Map::from([
                ("path", given.join(", ")),
                ("expanded_paths", expanded.join(", ")),
                ("expanded_exclude_paths", excluded.join(", ")),
            ])));
        };
        let must_archive =
            self.force_archive || has_globs || paths.len() > 1 || is_directory(host, first)?;
        let dest = match &self.dest {
            Some(dest) => dest.0.clone(),
            None if must_archive => {
                let refusal = Refusal::of(
                    "dest",
                    "Error, must specify \"dest\" when archiving multiple files or trees",
                );
                return Err(refusal.with(Map::from([("path", given.join(", "))])));
            }
            None => format!("{first}.{}", self.format.name()),
        };
        if self.remove {
            for path in &paths {
                let inside = format!("{}/", path.trim_end_matches('/'));
                if dest.starts_with(&inside) && is_directory(host, path)? {
                    let refusal = Refusal::of(
                        "remove",
                        "Error, created archive can not be contained in source paths when \
                         remove=true",
                    );
                    return Err(refusal.with(Map::from([("path", paths.join(", "))])));
                }
            }
        }
        Ok(Job {
            root: common_root(&paths),
            is_bare: !must_archive && self.format.compression() != Compression::None,
            expanded,
            excluded,
            paths,
            dest,
        })
    }

    fn packed(&self, host: &dyn Observe, job: &Job, there: &[String]) -> Result<Packed, Refusal> {
        let at = host.resolved(&job.dest)?;
        let patterns: Vec<&str> = self
            .exclusion_patterns
            .iter()
            .flatten()
            .map(|pattern| pattern.0.as_str())
            .collect();
        let gatherer = Gatherer::new(host, job, self.format, &at, patterns)?;
        if job.is_bare {
            gatherer.compress(&there[0])
        } else {
            gatherer.pack(there)
        }
    }

    /// Plans the archive, unless one stands there that holds the same.
    fn put(&self, planning: &mut Planning<'_>, job: &Job, packed: &Packed) -> Result<(), Refusal> {
        let dest = &job.dest;
        let parent = path::parent(dest);
        if !is_directory(&planning.host, parent)? {
            let message = format!("Destination directory {parent} does not exist");
            return Err(Refusal::of("dest", message));
        }
        if is_directory(&planning.host, dest)? {
            return Err(Refusal::of("dest", format!("{dest} is a directory")));
        }
        let at = followed(&planning.host, dest)?;
        let same = match planning.host.entry(&at) {
            Ok(Some(seen)) => {
                compare::same(&planning.host, &seen.kind, self.format, job.is_bare, packed)?
            }
            Ok(None) | Err(Unseen::Unknown(_)) => Ok(false),
            Err(other) => return Err(other.into()),
        };
        match same {
            Ok(true) => Ok(()),
            Ok(false) => {
                let placed = Placed {
                    attributes: &self.attributes,
                    backup: false,
                    force: true,
                    follow: true,
                    validate: None,
                    directory_mode: None,
                };
                let piece = Piece {
                    source: "",
                    kind: &Kind::File(packed.content.clone()),
                    mode: FileMode::from_bits(0o666),
                    mtime: None,
                };
                placed.place(planning, dest, &piece)
            }
            Err(unknown) => self.perhaps(planning, &at, unknown, packed),
        }
    }

    /// Something in it is not known, and nothing that is known differs.
    fn perhaps(
        &self,
        planning: &mut Planning<'_>,
        at: &str,
        unknown: Unknown,
        packed: &Packed,
    ) -> Result<(), Refusal> {
        let Some(stat) = planning.host.stat_at(at)? else {
            return Ok(());
        };
        let to = Entry {
            kind: Kind::File(packed.content.clone()),
            meta: self
                .attributes
                .on(&planning.host, &stat.meta, false, None)?,
        };
        planning.perhaps(at, unknown, Some(to));
        Ok(())
    }
}

/// Removes what was packed.
fn clear(
    planning: &mut Planning<'_>,
    there: &[String],
    gathered: &Gathered,
) -> Result<(), Refusal> {
    for given in there {
        let at = planning.host.canonical(given.trim_end_matches('/'))?;
        let Some(stat) = planning.host.stat_at(&at)? else {
            continue;
        };
        if stat.is_link() && is_directory(&planning.host, &at)? {
            let message = format!(
                "{given} is a symbolic link to a directory, which `remove` does not remove"
            );
            return Err(Refusal::of("remove", message));
        }
        if stat.is_directory() || gathered.archived.contains(given) {
            planning.remove(&at)?;
        }
    }
    Ok(())
}

fn list(paths: &[String]) -> Value {
    Value::list(paths.iter().map(|path| Value::from(path.as_str())))
}

fn is_glob(path: &str) -> bool {
    path.contains(['*', '?'])
}

/// The paths with those that patterns match, and whether there was a pattern.
fn expand(host: &dyn Observe, paths: &[HostPath]) -> Result<(Vec<String>, bool), Refusal> {
    let mut all = Vec::new();
    let mut has_globs = false;
    for HostPath(path) in paths {
        if !is_glob(path) {
            all.push(path.clone());
            continue;
        }
        has_globs = true;
        let slash = if path.ends_with('/') { "/" } else { "" };
        let found = glob::glob(host, path)?;
        all.extend(found.into_iter().map(|path| path + slash));
    }
    Ok((all, has_globs))
}

fn is_directory(host: &dyn Observe, path: &str) -> Result<bool, Refusal> {
    Ok(host.target(path)?.is_some_and(|stat| stat.is_directory()))
}

/// The directory that all paths lie in, with a slash at its end. A path that ends in a slash lies
/// in itself.
fn common_root(paths: &[String]) -> String {
    let directory = |path: &String| path[..=path.rfind('/').unwrap_or(0)].to_owned();
    let mut common = paths.first().map(directory).unwrap_or_default();
    for path in paths {
        let other = directory(path);
        let same = common
            .bytes()
            .zip(other.bytes())
            .take_while(|(one, two)| one == two)
            .count();
        common.truncate(
            common.as_bytes()[..same]
                .iter()
                .rposition(|byte| *byte == b'/')
                .map_or(0, |at| at + 1),
        );
    }
    common
}

fn is_archive(path: &str) -> bool {
    let name = path::name(path).to_lowercase();
    let ends = [
        ".tar", ".tar.gz", ".tar.bz2", ".tar.xz", ".tgz", ".tbz2", ".zip",
    ];
    ends.iter().any(|end| name.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::{common_root, is_archive};

    #[test]
    fn names_are_relative_to_the_directory_that_all_lie_in() {
        let root = |paths: &[&str]| {
            let paths: Vec<String> = paths.iter().map(|path| (*path).to_owned()).collect();
            common_root(&paths)
        };
        assert_eq!(root(&["/a/b"]), "/a/");
        assert_eq!(root(&["/a/b/"]), "/a/b/");
        assert_eq!(root(&["/a/bc/x", "/a/bd/y"]), "/a/");
        assert_eq!(root(&["/etc", "/opt"]), "/");
    }

    #[test]
    fn archives_are_known_by_their_names() {
        assert!(is_archive("/x/a.TGZ") && is_archive("/x/a.tar.xz"));
        assert!(!is_archive("/x/a.gz") && !is_archive("/x/tar"));
    }
}
