//! `copy`: files on the host have this content.

use std::collections::BTreeSet;

use crate::{
    change::Plan,
    host::{Observe, path},
    modules::{
        FileAttributes, HostPath, Module, Refusal, Rule, Source,
        attributes::AskedMode,
        placed::{self, Piece, Placed},
        planning::Planning,
        returned,
    },
    state::{Content, FileMode, Kind, Mode, Stamp, Supplied, Supply},
    value::{Map, Value, spaced, to_json},
};

parameters! {
    /// Copies files, trees or given text to the host.
    ///
    /// ```yaml
    /// - copy:
    ///     dest: /etc/motd
    ///     content: "Welcome.\n"
    ///     mode: "0644"
    /// ```
    pub(super) struct Copy with (attributes: FileAttributes) {
        /// Where it goes. A path that ends in `/`, or is a directory, gets the source's name added.
        dest: HostPath,
        /// The file or directory on the control side; on the host with `remote_src`. A directory
        /// that ends in `/` stands for what is in it.
        src: Option<Source>,
        /// What the file holds, instead of a source. Anything but text is written as JSON.
        content: Option<Value>,
        /// Keeps a copy of a file that is replaced, with the time in its name.
        backup: bool = false,
        /// Whether a file that differs is replaced; otherwise only a missing one is made.
        force: bool = true,
        /// The mode of directories that are made on the way; of existing ones it is left alone.
        directory_mode: Option<Mode>,
        /// Whether the source is on the host already.
        remote_src: bool = false,
        /// Whether a link at the destination is followed instead of replaced.
        follow: bool = false,
        /// Whether links in the source are followed on the control side.
        local_follow: bool = true,
        /// A command that must accept the new file before it takes its place; `%s` is its path.
        validate: Option<String>,
        /// The SHA-1 that the source must have.
        checksum: Option<String>,
    } control {
        /// Whether a vaulted source is decrypted.
        decrypt: bool = true,
    }
}

impl Module for Copy {
    const ONLY_FILES: bool = true;

    const RULES: &'static [Rule] = &[
        Rule::Exclusive(&["src", "content"]),
        Rule::OneOf(&["src", "content"]),
    ];

    fn plan(&self, host: &dyn Observe) -> Result<Plan, Refusal> {
        if matches!((&self.src, self.remote_src), (Some(Source::Host(_)), false)) {
            return Err(Refusal::of("src", "the source did not come with the task"));
        }
        let supply = self.supply(host)?;
        let Some(top) = supply.top() else {
            return Err(Refusal::of("src", "the source is empty"));
        };
        match &top.kind {
            Kind::Directory => self.tree(host, &supply),
            kind => self.one(host, &supply, kind, top.mode),
        }
    }
}

impl Copy {
    /// What is to be copied, wherever it comes from.
    fn supply(&self, host: &dyn Observe) -> Result<Supply, Refusal> {
        match (&self.src, &self.content) {
            (Some(Source::Control(supply)), _) => Ok(supply.clone()),
            (Some(Source::Host(path)), _) => on_host(host, path, self.local_follow),
            (None, Some(content)) => Ok(Supply {
                path: String::new(),
                entries: vec![Supplied {
                    path: String::new(),
                    kind: Kind::File(text(content)),
                    mode: FileMode::from_bits(0o644),
                }],
            }),
            (None, None) => Err(Refusal::of("src", "one of `src` and `content` is required")),
        }
    }

    fn placed(&self) -> Placed<'_> {
        Placed {
            attributes: &self.attributes,
            backup: self.backup,
            force: self.force,
            follow: self.follow,
            validate: self.validate.as_ref(),
            directory_mode: self.directory_mode.as_ref(),
        }
    }

    fn one(
        &self,
        host: &dyn Observe,
        supply: &Supply,
        kind: &Kind,
        mode: FileMode,
    ) -> Result<Plan, Refusal> {
        self.verify(host, kind)?;
        let source = supply.path.as_str();
        let mut planning = Planning::on(host);
        let piece = Piece {
            source,
            kind,
            mode,
            mtime: self.time_of(host, source)?,
        };
        let dest = self.placed().one(&mut planning, &self.dest.0, &piece)?;
        if !self.force && planning.is_empty() {
            planning.returns("dest", dest);
            planning.returns("src", source);
            return Ok(planning.done());
        }
        if let Kind::File(content) = kind {
            let is_new = self.remote_src || planning.replaces();
            let source = (!source.is_empty()).then_some(source);
            placed::tell(&mut planning, &dest, content, source, is_new)?;
            if self.remote_src {
                planning.withdraws("path");
            }
        } else {
            planning.returns("src", source);
            planning.info("dest", &dest)?;
        }
        Ok(planning.done())
    }

    /// When the source on the host was changed, which a file that is copied there keeps.
    fn time_of(&self, host: &dyn Observe, source: &str) -> Result<Option<Stamp>, Refusal> {
        if !self.remote_src {
            return Ok(None);
        }
        Ok(host.target(source)?.map(|stat| stat.meta.mtime))
    }

    fn tree(&self, host: &dyn Observe, supply: &Supply) -> Result<Plan, Refusal> {
        let mut planning = Planning::on(host);
        let placed = self.placed();
        let mut dest = self.dest.0.trim_end_matches('/').to_owned();
        let stands = host.target(&dest)?;
        if stands.as_ref().is_some_and(|stat| !stat.is_directory()) {
            return Err(Refusal::of(
                "dest",
                format!("cannot copy a directory over {dest}, which is no directory"),
            ));
        }
        let mut shown = if self.remote_src && stands.is_none() {
            self.dest.0.clone()
        } else {
            format!("{dest}/")
        };
        if !supply.path.ends_with('/') {
            dest = path::join(&dest, path::name(&supply.path));
            if self.remote_src && stands.is_some() {
                shown.clone_from(&dest);
            }
        }
        if self.remote_src {
            self.tree_on_host(&mut planning, &dest, supply)?;
            planning.returns("src", supply.path.as_str());
            planning.returns("md5sum", Value::Null);
            planning.returns("checksum", Value::Null);
            planning.info("dest", &shown)?;
            return Ok(planning.done());
        }
        placed.directories(&mut planning, &dest)?;
        for entry in supply.entries.iter().filter(|entry| !entry.path.is_empty()) {
            let at = path::join(&dest, &entry.path);
            match &entry.kind {
                Kind::Directory => placed.directories(&mut planning, &at)?,
                kind => {
                    let piece = Piece {
                        source: &supply.path,
                        kind,
                        mode: entry.mode,
                        mtime: None,
                    };
                    placed.place(&mut planning, &at, &piece)?;
                }
            }
        }
        planning.returns("src", supply.path.as_str());
        planning.returns("dest", shown);
        Ok(planning.done())
    }

    /// A tree copied within the host. As with Ansible what is new has the modes of its source, and
    /// in new directories its times; what is the same already is left alone; owner and group go to
    /// everything, and `mode` to the directory at the top alone.
    fn tree_on_host(
        &self,
        planning: &mut Planning<'_>,
        dest: &str,
        supply: &Supply,
    ) -> Result<(), Refusal> {
        let ownership = FileAttributes {
            mode: None,
            ..self.attributes.clone()
        };
        let as_source = FileAttributes {
            mode: Some(AskedMode::Preserve),
            ..self.attributes.clone()
        };
        let mut source = planning.host.resolved(&supply.path)?;
        source.truncate(source.trim_end_matches('/').len());
        let mut made: BTreeSet<&str> = BTreeSet::new();
        for entry in &supply.entries {
            let at = path::join(dest, &entry.path);
            if matches!(entry.kind, Kind::Directory) {
                let is_missing = planning.host.target(&at)?.is_none();
                let at = planning.host.resolved(&at)?;
                if is_missing {
                    made.insert(&entry.path);
                    planning.directories(&at, &|_, mut meta| {
                        meta.mode = entry.mode;
                        Ok(meta)
                    })?;
                }
                planning.dress(&at, &ownership, None)?;
                continue;
            }
            let is_same = planning
                .host
                .entry(&planning.host.canonical(&at)?)?
                .is_some_and(|seen| seen.kind == entry.kind);
            let in_new = made.contains(path::parent(&format!("/{}", entry.path)).trim_matches('/'));
            let mtime = if in_new {
                self.time_of(&planning.host, &path::join(&source, &entry.path))?
            } else {
                None
            };
            let placed = Placed {
                attributes: if is_same { &ownership } else { &as_source },
                ..self.placed()
            };
            let piece = Piece {
                source: &supply.path,
                kind: &entry.kind,
                mode: entry.mode,
                mtime,
            };
            placed.place(planning, &at, &piece)?;
        }
        let top = planning.host.resolved(dest)?;
        if let (Some(mode), Some(stat)) = (
            supply.top().map(|top| top.mode),
            planning.host.stat_at(&top)?,
        ) {
            let meta = self
                .attributes
                .on(&planning.host, &stat.meta, true, Some(mode))?;
            planning.meta(&top, stat.meta, meta);
        }
        Ok(())
    }

    fn verify(&self, host: &dyn Observe, kind: &Kind) -> Result<(), Refusal> {
        let (Some(wanted), Kind::File(content)) = (&self.checksum, kind) else {
            return Ok(());
        };
        let found = returned::sha1(host, content)?;
        if found.as_str() == Some(wanted) {
            return Ok(());
        }
        let message = "Copied file does not match the expected checksum. Transfer failed.";
        Err(Refusal::of("checksum", message).with(Map::from([
            ("checksum", found),
            ("expected_checksum", Value::from(wanted.as_str())),
        ])))
    }
}

/// Text as it is; anything else as JSON, as Ansible writes it.
fn text(content: &Value) -> Content {
    if let Some(unknown) = content.unknown() {
        return Content::Unknown(unknown);
    }
    match content {
        Value::Text(text) => Content::of(crate::value::bytes_of(text)),
        other => Content::of(spaced(&to_json(other)).into_bytes()),
    }
}

/// A file or tree of the host as a supply.
fn on_host(host: &dyn Observe, given: &str, follow: bool) -> Result<Supply, Refusal> {
    let start = host.resolved(given)?;
    let Some(top) = host.entry(&start)? else {
        return Err(Refusal::of("src", format!("Source {given} not found")));
    };
    let mut entries = Vec::new();
    let mut left = vec![(String::new(), top)];
    while let Some((relative, entry)) = left.pop() {
        let here = path::join(&start, &relative);
        if matches!(entry.kind, Kind::Directory) {
            for name in host.names(&here)?.into_iter().rev() {
                let inner = path::join(&relative, &name);
                let at = path::join(&start, &inner);
                let at = if follow { host.resolved(&at)? } else { at };
                if let Some(entry) = host.entry(&at)? {
                    left.push((inner, entry));
                }
            }
        }
        entries.push(Supplied {
            path: relative,
            kind: entry.kind,
            mode: entry.meta.mode,
        });
    }
    Ok(Supply {
        path: given.to_owned(),
        entries,
    })
}
