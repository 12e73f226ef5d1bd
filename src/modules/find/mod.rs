//! `find`: what lies in directories and meets conditions.

use super::{
    HostPath, Module, Refusal,
    edited::compiled,
    statted::{Algorithm, facts, planned},
};
use crate::{
    change::Plan,
    host::{Observe, path},
    state::{FileMode, Kind, Mode, Stamp, Stat},
    value::{Map, Value, pattern::Flags, text_of},
};

mod glob;

choices! {
    /// What is looked for.
    pub(super) enum FileType {
        Any = "any",
        Directory = "directory",
        File = "file",
        Link = "link",
    }
}

choices! {
    /// The time that age is counted from.
    pub(super) enum AgeStamp {
        Atime = "atime",
        Ctime = "ctime",
        Mtime = "mtime",
    }
}

parameters! {
    /// Lists what lies in directories and meets conditions. Changes nothing.
    ///
    /// ```yaml
    /// - find:
    ///     paths: /var/log
    ///     patterns: "*.old,*.log.gz"
    ///     age: 4w
    ///     size: 10m
    ///   register: logs
    /// ```
    pub(super) struct Find {
        /// The directories to search.
        paths: Vec<HostPath> as [name, path],
        /// Names must match one of these: globs, or patterns with `use_regex`.
        patterns: Vec<String> as [pattern] = Vec::new(),
        /// Names must match none of these.
        excludes: Option<Vec<String>> as [exclude],
        /// Whether `patterns` and `excludes` are Python patterns.
        use_regex: bool = false,
        /// What is looked for.
        file_type: FileType = FileType::File,
        /// At least this old (`4w`, `3d`, `2h`, `5m`, `10s`); at most with a minus.
        age: Option<String>,
        /// Which time counts for the age.
        age_stamp: AgeStamp = AgeStamp::Mtime,
        /// At least this large (`10m`, `1k`, …); at most with a minus. Not for directories.
        size: Option<String>,
        /// The mode it must have.
        mode: Option<Mode>,
        /// Whether the mode must be that; otherwise one of its bits is enough.
        exact_mode: bool = true,
        /// A pattern that a line of the file must start with.
        contains: Option<String>,
        /// Whether `contains` is searched in the whole file instead.
        read_whole_file: bool = false,
        /// The encoding of files for `contains`: `utf-8`.
        encoding: Option<String>,
        /// Whether directories in the directories are searched too.
        recurse: bool = false,
        /// How many levels deep.
        depth: Option<i64>,
        /// Whether links to directories are searched too.
        follow: bool = false,
        /// Whether names that start with a point count.
        hidden: bool = false,
        /// Whether the checksum of a file is returned.
        get_checksum: bool = false,
        /// Which checksum.
        checksum_algorithm: Algorithm as [checksum, checksum_algo] = Algorithm::Sha1,
        /// Stops after so many.
        limit: Option<u64>,
    }
}

/// Conditions with their numbers read.
struct Search<'m> {
    find: &'m Find,
    age: Option<i64>,
    size: Option<i64>,
    now: f64,
    files: Vec<Value>,
    examined: u64,
    skipped: Map,
}

impl Module for Find {
    const ONLY_LOOKS: bool = true;

    fn plan(&self, host: &dyn Observe) -> Result<Plan, Refusal> {
        if let Some(encoding) = &self.encoding
            && !matches!(encoding.to_lowercase().as_str(), "utf-8" | "utf8" | "ascii")
        {
            let message = format!("`encoding: {encoding}` is not supported");
            return Err(Refusal::of("encoding", message));
        }
        let mut search = Search {
            find: self,
            age: number("age", self.age.as_deref(), &AGES)?,
            size: number("size", self.size.as_deref(), &SIZES)?,
            now: super::statted::seconds(host.now()?),
            files: Vec::new(),
            examined: 0,
            skipped: Map::new(),
        };
        let mut plan = Plan::default();
        for HostPath(given) in &self.paths {
            if host.target(given)?.is_some_and(|stat| stat.is_directory()) {
                search.directory(host, given, 1, &mut vec![host.resolved(given)?])?;
                continue;
            }
            let why = format!("'{given}' is not a directory");
            plan.warn(format!(
                "Skipped '{given}' path due to this access issue: {why}\n"
            ));
            search.skipped.insert(given.as_str(), why);
        }
        let message = if !search.skipped.is_empty() {
            "Not all paths examined, check warnings for details"
        } else if search.is_full() {
            "Limit of matches reached"
        } else {
            "All paths examined"
        };
        plan.returns("matched", search.files.len() as u64);
        plan.returns("files", search.files);
        plan.returns("msg", message);
        plan.returns("examined", search.examined);
        plan.returns("skipped_paths", search.skipped);
        Ok(plan)
    }
}

const AGES: [(char, i64); 5] = [
    ('s', 1),
    ('m', 60),
    ('h', 3600),
    ('d', 86_400),
    ('w', 604_800),
];
const SIZES: [(char, i64); 5] = [
    ('b', 1),
    ('k', 1 << 10),
    ('m', 1 << 20),
    ('g', 1 << 30),
    ('t', 1 << 40),
];

/// A number with a unit.
fn number(param: &str, text: Option<&str>, units: &[(char, i64)]) -> Result<Option<i64>, Refusal> {
    let Some(text) = text else { return Ok(None) };
    let lower = text.trim().to_lowercase();
    let unit = units.iter().find(|(letter, _)| lower.ends_with(*letter));
    let digits = unit.map_or(lower.as_str(), |(letter, _)| {
        lower.trim_end_matches(*letter)
    });
    digits
        .parse::<i64>()
        .ok()
        .and_then(|number| number.checked_mul(unit.map_or(1, |(_, factor)| *factor)))
        .map(Some)
        .ok_or_else(|| {
            Refusal::of(param, format!("failed to process {param}"))
                .with(Map::from([(param, text)]))
        })
}

impl Search<'_> {
    fn is_full(&self) -> bool {
        let limit = self.find.limit;
        limit.is_some_and(|limit| self.files.len() as u64 >= limit)
    }

    /// Looks at what is in a directory, then into the directories there.
    fn directory(
        &mut self,
        host: &dyn Observe,
        directory: &str,
        depth: i64,
        above: &mut Vec<String>,
    ) -> Result<(), Refusal> {
        let names = match host.names(&host.resolved(directory)?) {
            Err(crate::host::Unseen::Unreadable { because, .. }) => {
                self.skipped.insert(directory, because);
                return Ok(());
            }
            names => names?,
        };
        self.examined += names.len() as u64;
        if self.find.depth.is_some_and(|most| depth > most) {
            return Ok(());
        }
        let mut inner = Vec::new();
        for name in &names {
            let at = path::join(directory, name);
            let Some(stat) = host.stat(&at)? else {
                continue;
            };
            if stat.is_directory() || self.find.follow && leads_on(host, &at, above)? {
                inner.push(at.clone());
            }
            if name.starts_with('.') && !self.find.hidden {
                continue;
            }
            if !self.is_full() && self.meets(host, &at, name, &stat)? {
                let told = self.told(host, &at, &stat)?;
                self.files.push(told.into());
            }
        }
        if !self.find.recurse {
            return Ok(());
        }
        for at in inner {
            if self.is_full() {
                break;
            }
            above.push(host.resolved(&at)?);
            self.directory(host, &at, depth + 1, above)?;
            above.pop();
        }
        Ok(())
    }

    fn meets(
        &self,
        host: &dyn Observe,
        at: &str,
        name: &str,
        stat: &Stat,
    ) -> Result<bool, Refusal> {
        let find = self.find;
        let is_file = stat.is_file();
        let is_asked = match find.file_type {
            FileType::Any => true,
            FileType::Directory => stat.is_directory(),
            FileType::File => is_file,
            FileType::Link => stat.is_link(),
        };
        Ok(is_asked
            && self.is_named(name)?
            && self.has_mode(host, stat)?
            && (!is_file || self.has_size(stat)?)
            && self.has_age(stat)?
            && (find.file_type != FileType::File || self.contains(host, at)?))
    }

    fn is_named(&self, name: &str) -> Result<bool, Refusal> {
        let any = |param: &str, patterns: &[String]| -> Result<bool, Refusal> {
            for pattern in patterns {
                let matches = if self.find.use_regex {
                    compiled(param, pattern, Flags::default(), name)?
                        .opens(name)
                        .map_err(|bad| Refusal::of(param, bad.to_string()))?
                } else {
                    glob::matches(pattern, name)
                };
                if matches {
                    return Ok(true);
                }
            }
            Ok(false)
        };
        let patterns = &self.find.patterns;
        if !patterns.is_empty() && !any("patterns", patterns)? {
            return Ok(false);
        }
        match &self.find.excludes {
            Some(excludes) => Ok(!any("excludes", excludes)?),
            None => Ok(true),
        }
    }

    fn has_mode(&self, host: &dyn Observe, stat: &Stat) -> Result<bool, Refusal> {
        let Some(mode) = &self.find.mode else {
            return Ok(true);
        };
        let seen = stat.meta.mode;
        // As with Ansible, a symbolic mode stands for the bits that it gives to none.
        let none = FileMode::from_bits(0);
        let wanted = mode.on(none, stat.is_directory(), host.login()?.umask);
        Ok(if self.find.exact_mode {
            seen == wanted
        } else {
            seen.bits() & wanted.bits() != 0
        })
    }

    fn has_size(&self, stat: &Stat) -> Result<bool, Refusal> {
        let Some(wanted) = self.size else {
            return Ok(true);
        };
        let Some(size) = stat.size else {
            return Err(Refusal::Unknown(super::returned::unknown_size()));
        };
        Ok(if wanted >= 0 {
            size >= wanted.unsigned_abs()
        } else {
            size <= wanted.unsigned_abs()
        })
    }

    fn has_age(&self, stat: &Stat) -> Result<bool, Refusal> {
        let Some(wanted) = self.age else {
            return Ok(true);
        };
        let time = match self.find.age_stamp {
            AgeStamp::Atime => of(stat.meta.atime),
            AgeStamp::Mtime => of(stat.meta.mtime),
            AgeStamp::Ctime => stat.real.map(|real| real.ctime),
        };
        let Some(time) = time else {
            return Err(Refusal::Unknown(planned()));
        };
        let age = self.now - super::statted::seconds(time);
        Ok(if wanted >= 0 {
            age >= wanted as f64
        } else {
            age <= wanted.unsigned_abs() as f64
        })
    }

    fn contains(&self, host: &dyn Observe, at: &str) -> Result<bool, Refusal> {
        let Some(pattern) = &self.find.contains else {
            return Ok(true);
        };
        let Some(bytes) = host.read(at)? else {
            return Ok(false);
        };
        let text = text_of(&bytes);
        let bad = |bad: crate::value::pattern::BadPattern| Refusal::of("contains", bad.to_string());
        if self.find.read_whole_file {
            let pattern = compiled("contains", pattern, Flags::default(), &text)?;
            return Ok(pattern.search(&text, 0).map_err(bad)?.is_some());
        }
        for line in text.split_inclusive('\n') {
            let pattern = compiled("contains", pattern, Flags::default(), line)?;
            if pattern.opens(line).map_err(bad)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn told(&self, host: &dyn Observe, at: &str, stat: &Stat) -> Result<Map, Refusal> {
        let mut to = Map::new();
        facts(host, at, stat, &mut to)?;
        if self.find.get_checksum
            && stat.is_file()
            && let Some(entry) = host.entry(at)?
            && let Kind::File(content) = &entry.kind
        {
            let checksum = self.find.checksum_algorithm.of(host, content)?;
            to.insert("checksum", checksum);
        }
        Ok(to)
    }
}

/// Whether a link leads to a directory that we are not in already.
fn leads_on(host: &dyn Observe, at: &str, above: &[String]) -> Result<bool, Refusal> {
    let target = host.resolved(at)?;
    let is_directory = host
        .stat_at(&target)?
        .is_some_and(|stat| stat.is_directory());
    Ok(is_directory && !above.contains(&target))
}

fn of(stamp: Stamp) -> Option<(i64, u32)> {
    match stamp {
        Stamp::At(whole, rest) => Some((whole, rest)),
        Stamp::Now | Stamp::Any => None,
    }
}
