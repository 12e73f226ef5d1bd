//! Inventory sources: files, folders, scripts, lists.
#![expect(
    clippy::disallowed_methods,
    reason = "the door through which inventories are read on the control side"
)]

use std::{
    fs,
    os::unix::{ffi::OsStrExt, fs::PermissionsExt},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use regex::Regex;

use super::{Inventory, Keys, from_yaml, ini, limit::Limit, script};
use crate::{
    config::{Environment, OnMismatch, SafeNames, Settings},
    diagnostic::{Mistake, Mistakes, Source},
    value::{bytes_of, text_of},
    yaml::{self, Decrypt},
};

/// Folders in folders, no deeper: links may go in circles.
const DEPTH: usize = 20;

/// An inventory, and what is to be said about it.
#[derive(Debug)]
pub struct Loaded {
    pub inventory: Inventory,
    pub warnings: Vec<Mistake>,
}

/// Reads all sources of [`Settings::inventory`], in order, into one inventory.
///
/// A source is a file (INI, YAML, or a script to run), a folder of them, or names with commas.
/// One that is not there is worth a warning, as in Ansible; one that is broken is an error, where
/// Ansible goes on without it.
///
/// # Errors
/// All mistakes of all sources.
pub fn load(
    settings: &Settings,
    environment: &Environment,
    keys: &Keys,
) -> Result<Loaded, Mistakes> {
    let mut loader = Loader {
        inventory: Inventory::new(settings.force_valid_group_names),
        settings,
        keys: keys.as_ref().map(|keys| &**keys as &dyn Decrypt),
        ignored: ignored(settings)?,
        warnings: Vec::new(),
        mistakes: Mistakes::default(),
    };
    loader.inventory.limit.most = Some(settings.inventory_limit as usize);
    let mut any = false;
    for source in settings
        .inventory
        .iter()
        .filter(|source| !source.trim().is_empty())
    {
        let source = if source.contains(',') {
            source.clone()
        } else {
            environment.path(source, environment.directory())
        };
        any |= loader.source(&source, 0);
        loader.inventory.sources.push(source);
    }
    loader.inventory.limit = Limit::default();
    if !any && loader.mistakes.is_empty() {
        let nothing =
            Mistake::nowhere("no inventory was read: there is only the implicit localhost");
        if settings.inventory_unparsed_failed {
            loader.mistakes.push(nothing);
        } else if settings.inventory_unparsed_warning {
            loader.warnings.push(nothing);
        }
    }
    loader.mistakes.or()?;
    let mut inventory = loader.inventory;
    let mut warnings = loader.warnings;
    inventory.settle();
    warnings.extend(inventory.doubts());
    Ok(Loaded {
        inventory,
        warnings,
    })
}

impl Inventory {
    /// What is allowed and seldom meant: names that are a host's and a group's, and names of
    /// groups that templates cannot say.
    fn doubts(&self) -> Vec<Mistake> {
        let mut doubts = Vec::new();
        if let (Some((name, place)), SafeNames::Never | SafeNames::Always) =
            (&self.odd_group, self.safe_names)
        {
            let fate = if self.safe_names == SafeNames::Never {
                "stays"
            } else {
                "gets `_` for them"
            };
            let message = format!(
                "the group's name `{name}` has characters that no variable has, and {fate}"
            );
            doubts.push(super::model::told(message, place.as_ref()));
        }
        let both = self
            .groups
            .keys()
            .filter(|name| self.hosts.contains_key(*name));
        doubts.extend(both.map(|name| {
            let host = &self.hosts[name];
            let mistake =
                Mistake::nowhere(format!("`{name}` is the name of a group and of a host"));
            match host.source() {
                Some(source) => mistake.help(format!("the host stands in {source}")),
                None => mistake,
            }
        }));
        doubts
    }
}

fn ignored(settings: &Settings) -> Result<Vec<Regex>, Mistake> {
    let endings = settings.inventory_ignore_extensions.iter();
    let patterns = endings.map(|ending| format!("{}$", regex::escape(ending)));
    let patterns = patterns.chain(settings.inventory_ignore_patterns.iter().cloned());
    patterns
        .map(|pattern| {
            Regex::new(&pattern).map_err(|error| {
                Mistake::nowhere(format!(
                    "`ignore_patterns` has `{pattern}`, which is no pattern: {error}"
                ))
            })
        })
        .collect()
}

pub(super) fn path_of(text: &str) -> PathBuf {
    PathBuf::from(std::ffi::OsStr::from_bytes(&bytes_of(text)))
}

/// The names in a folder, sorted by their bytes; `None` when it cannot be listed.
pub(super) fn names_in(folder: &str) -> std::io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(path_of(folder))? {
        names.push(entry?.file_name().as_bytes().to_vec());
    }
    names.sort();
    Ok(names.iter().map(|name| text_of(name)).collect())
}

struct Loader<'a> {
    inventory: Inventory,
    settings: &'a Settings,
    keys: Option<&'a dyn Decrypt>,
    ignored: Vec<Regex>,
    warnings: Vec<Mistake>,
    mistakes: Mistakes,
}

impl Loader<'_> {
    /// Reads one source; says whether there was one.
    fn source(&mut self, source: &str, depth: usize) -> bool {
        let path = path_of(source);
        if path.is_dir() {
            return self.folder(source, depth);
        }
        if source.contains(',') && !path.exists() && self.enabled("host_list") {
            self.list(source);
            return true;
        }
        if !path.exists() {
            if source != "/etc/ansible/hosts" {
                self.missing(source);
            }
            return false;
        }
        let before = self.mistakes.0.len();
        let read = self.file(source, &path);
        if let Err(mistakes) = read {
            self.mistakes.0.extend(mistakes.0);
            return self.mistakes.0.len() > before;
        }
        read.unwrap_or(false)
    }

    fn missing(&mut self, source: &str) {
        let mistake = Mistake::nowhere(format!("there is no inventory `{source}`"));
        if self.settings.inventory_any_unparsed_failed {
            self.mistakes.push(mistake);
        } else {
            self.warnings.push(mistake);
        }
    }

    fn folder(&mut self, folder: &str, depth: usize) -> bool {
        let names = match names_in(folder) {
            Ok(names) if depth < DEPTH => names,
            Ok(_) => {
                let why = format!(
                    "`{folder}` lies deeper than {DEPTH} folders: do links go in a circle?"
                );
                self.mistakes.push(Mistake::nowhere(why));
                return false;
            }
            Err(error) => {
                self.mistakes.push(Mistake::nowhere(format!(
                    "the folder `{folder}` cannot be read: {error}"
                )));
                return false;
            }
        };
        let mut any = false;
        for name in names {
            let special = name.starts_with('.')
                || ["host_vars", "group_vars", "vars_plugins"].contains(&name.as_str());
            if !special && !self.ignored.iter().any(|pattern| pattern.is_match(&name)) {
                any |= self.source(
                    &format!("{}/{name}", folder.trim_end_matches('/')),
                    depth + 1,
                );
            }
        }
        any
    }

    fn list(&mut self, source: &str) {
        let file: Arc<str> = source.into();
        let shown = Source::new("<inventory>", source);
        let mut start = 0;
        for piece in source.split(',') {
            let name = piece.trim();
            let at = start + piece.len() - piece.trim_start().len();
            start += piece.len() + 1;
            if name.is_empty() {
                continue;
            }
            let place = crate::diagnostic::Span::new(&shown, at, at + name.len());
            if let Err(mistake) = self.listed(name, &file, &place) {
                self.mistakes.push(mistake);
            }
        }
    }

    fn listed(
        &mut self,
        written: &str,
        file: &Arc<str>,
        place: &crate::diagnostic::Span,
    ) -> Result<(), Mistake> {
        let expanded = super::range::expand(written, self.settings.inventory_range_limit)
            .map_err(|why| Mistake::new(why, place, "here"))?;
        for name in &expanded.names {
            let group = Inventory::UNGROUPED;
            let host = self
                .inventory
                .add_host(name, group, Some(file), Some(place))?;
            if let Some(port) = expanded.port {
                let port = i64::from(port).into();
                self.inventory
                    .set_host(host, "ansible_port", port, Some(place))?;
            }
        }
        Ok(())
    }

    fn file(&mut self, source: &str, path: &Path) -> Result<bool, Mistakes> {
        let file: Arc<str> = source.into();
        let refuse =
            |error: std::io::Error| Mistake::nowhere(format!("cannot read `{source}`: {error}"));
        let meta = fs::metadata(path).map_err(refuse)?;
        // What people give who want no inventory at all.
        if path == Path::new("/dev/null") {
            return Ok(true);
        }
        if !meta.is_file() {
            return Err(Mistake::nowhere(format!("cannot read `{source}`: it is no file")).into());
        }
        let bytes = fs::read(path).map_err(refuse)?;
        let runs = meta.permissions().mode() & 0o111 != 0
            && (bytes.starts_with(b"#!") || bytes.starts_with(b"\x7fELF"));
        if runs && self.enabled("script") {
            if let Some(why) = open_to_all(path) {
                self.warnings.push(
                    Mistake::nowhere(format!("the inventory script `{source}` is not run: {why}"))
                        .help("take that right away"),
                );
                return Ok(false);
            }
            let rules = script::Rules {
                limit: Duration::from_secs(self.settings.inventory_script_timeout.into()),
                trusted: self.settings.inventory_script_trusted,
                complaints: self.settings.script_stderr,
            };
            script::read(&mut self.inventory, &file, rules, &mut self.warnings)?;
            return Ok(true);
        }
        self.text(source, &file, bytes)
    }

    fn text(&mut self, source: &str, file: &Arc<str>, bytes: Vec<u8>) -> Result<bool, Mistakes> {
        let ending = Path::new(source)
            .extension()
            .map(|ending| format!(".{}", text_of(ending.as_bytes())));
        if ending.as_deref() == Some(".toml") {
            return Err(Mistake::nowhere(format!(
                "TOML inventories are not supported: `{source}`"
            ))
            .into());
        }
        let text = if std::str::from_utf8(&bytes).is_ok() {
            yaml::source(source, bytes, self.keys)?
        } else {
            Source::new(source, text_of(&bytes))
        };
        let limit = self.settings.inventory_range_limit;
        let only_yaml = ending
            .as_ref()
            .is_some_and(|ending| self.settings.yaml_extensions.contains(ending));
        if self.enabled("yaml") && (only_yaml || ending.is_none()) {
            let mut warnings = Vec::new();
            match yaml::read(&text, &mut warnings) {
                Ok(root) if only_yaml || root.as_map().is_some() => {
                    if root.is_null() {
                        return Ok(false);
                    }
                    self.warnings.append(&mut warnings);
                    from_yaml::read(&mut self.inventory, &root, file, limit, &mut self.warnings)?;
                    return Ok(true);
                }
                Err(mistake) if only_yaml || looks_like_yaml(text.text()) => {
                    return Err(mistake.into());
                }
                Ok(_) | Err(_) => {}
            }
        }
        if !self.enabled("ini") {
            return Err(Mistake::nowhere(format!(
                "no inventory plugin that is enabled reads `{source}`"
            ))
            .into());
        }
        ini::read(&mut self.inventory, &text, file, limit)?;
        Ok(true)
    }

    fn enabled(&self, plugin: &str) -> bool {
        self.settings
            .inventory_enabled
            .iter()
            .any(|name| name.rsplit('.').next() == Some(plugin))
    }
}

/// Whether a text without an ending was meant to be YAML.
fn looks_like_yaml(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim_end);
    let first = lines.find(|line| !line.is_empty() && !line.trim_start().starts_with(['#', ';']));
    first.is_some_and(|line| line == "---" || line.ends_with(':'))
}

/// Why others could have written what is about to be run (S62).
fn open_to_all(path: &Path) -> Option<&'static str> {
    let mode = |path: &Path| fs::metadata(path).map_or(0, |meta| meta.permissions().mode());
    if mode(path) & 0o002 != 0 {
        return Some("everybody may write to it");
    }
    let folder = path.parent()?;
    // In a sticky folder only the owner replaces a file.
    (mode(folder) & 0o1002 == 0o002).then_some("everybody may write to its folder")
}

/// What a pattern that matched nothing is worth saying.
///
/// # Errors
/// `host_pattern_mismatch` makes it an error.
pub fn missed_patterns(
    inventory: &Inventory,
    missed: &[String],
    on: OnMismatch,
) -> Result<Vec<Mistake>, Mistakes> {
    let told = missed.iter().map(|pattern| {
        Mistake::nowhere(format!(
            "Could not match supplied host pattern, ignoring: {pattern}"
        ))
        .did_you_mean(inventory.meant(pattern))
    });
    match on {
        OnMismatch::Ignore => Ok(Vec::new()),
        OnMismatch::Warning => Ok(told.collect()),
        OnMismatch::Error => Mistakes(told.collect()).or().map(|()| Vec::new()),
    }
}

/// The patterns of `--limit`: each piece, and for `@FILE` every line of the file.
///
/// # Errors
/// The file cannot be read.
pub fn limit_patterns(limit: &str, environment: &Environment) -> Result<Vec<String>, Mistake> {
    let mut patterns = Vec::new();
    for piece in super::split_pattern(limit) {
        let Some(file) = piece.strip_prefix('@') else {
            patterns.push(piece);
            continue;
        };
        let path = environment.path(file, environment.directory());
        let bytes = fs::read(path_of(&path)).map_err(|error| {
            Mistake::nowhere(format!("the limit file `{path}` cannot be read: {error}"))
        })?;
        let text = text_of(&bytes);
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        patterns.extend(lines.map(str::to_owned));
    }
    Ok(patterns)
}
