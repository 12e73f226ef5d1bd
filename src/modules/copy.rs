//! `copy`: files on the host have this content.

use crate::{
    change::{How, Plan},
    host::{Observe, path},
    modules::{FileAttributes, HostPath, Module, Refusal, Rule, Source, returned},
    state::{Content, Entry, FileMode, Kind, Mode, Supplied, Supply},
    value::{Value, to_json},
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
            kind => self.one(host, &supply.path, kind, top.mode),
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

    fn one(
        &self,
        host: &dyn Observe,
        source: &str,
        kind: &Kind,
        source_mode: FileMode,
    ) -> Result<Plan, Refusal> {
        self.verify(host, kind)?;
        let mut plan = Plan::default();
        let into_directory = self.dest.0.ends_with('/');
        let mut dest = self.dest.0.clone();
        let stands = host.target(&dest)?;
        if into_directory
            || stands
                .as_ref()
                .is_some_and(crate::state::Stat::is_directory)
        {
            if source.is_empty() {
                return Err(Refusal::of(
                    "dest",
                    "can not use content with a dir as dest",
                ));
            }
            if stands.is_none() {
                self.directories(host, &dest, &mut plan)?;
            }
            dest = path::join(&dest, path::name(source));
        } else if host.target(path::parent(&dest))?.is_none() {
            return Err(Refusal::of(
                "dest",
                format!(
                    "Destination directory {} does not exist",
                    path::parent(&dest)
                ),
            ));
        }
        if plan.changes.is_empty() {
            self.place(host, &dest, kind, source_mode, &mut plan)?;
        } else {
            // Nothing can stand in a directory that is only being made.
            let at = host.canonical(&dest)?;
            let meta = FileAttributes::new_meta(host, &at, 0o666)?;
            let meta = self.attributes.on(host, &meta, false, Some(source_mode))?;
            self.put(
                &at,
                None,
                Entry {
                    kind: kind.clone(),
                    meta,
                },
                &mut plan,
            );
        }
        if !source.is_empty() {
            plan.returns("src", source);
        }
        let last = plan.changes.last().and_then(planned).cloned();
        let stands = match last {
            Some(entry) => Some(entry),
            None => host.entry(&host.resolved(&dest)?)?,
        };
        if let Some(entry) = stands {
            returned::entry(host, &dest, &entry, &mut plan.result)?;
            if let Kind::File(content) = &entry.kind {
                plan.returns("md5sum", returned::md5(host, content)?);
            }
        }
        Ok(plan)
    }

    /// Plans one thing at `dest`, whose directory is there.
    fn place(
        &self,
        host: &dyn Observe,
        dest: &str,
        kind: &Kind,
        source_mode: FileMode,
        plan: &mut Plan,
    ) -> Result<(), Refusal> {
        let at = if self.follow {
            host.resolved(dest)?
        } else {
            host.canonical(dest)?
        };
        let seen = host.entry(&at)?;
        if seen.is_some() && !self.force {
            return Ok(());
        }
        let meta = match &seen {
            // A link that is replaced hands nothing on.
            Some(entry) if matches!(entry.kind, Kind::File(_)) => entry.meta.clone(),
            _ => FileAttributes::new_meta(host, &at, 0o666)?,
        };
        let mut meta = self.attributes.on(host, &meta, false, Some(source_mode))?;
        if !matches!((&seen, kind), (Some(seen), kind) if seen.kind == *kind) {
            meta.mtime = crate::state::Stamp::Any;
            meta.atime = crate::state::Stamp::Any;
        }
        let wanted = Entry {
            kind: kind.clone(),
            meta,
        };
        self.put(&at, seen, wanted, plan);
        Ok(())
    }

    fn put(&self, at: &str, seen: Option<Entry>, wanted: Entry, plan: &mut Plan) {
        if self.backup
            && let Some(old) = &seen
            && matches!(old.kind, Kind::File(_))
            && old.kind != wanted.kind
        {
            plan.backup(at, old);
        }
        let how = How {
            validate: self.validate.clone(),
            in_place: self.attributes.unsafe_writes,
        };
        plan.entry_by(at, seen, Some(wanted), how);
    }

    /// Plans a directory and those above it that are missing.
    fn directories(
        &self,
        host: &dyn Observe,
        directory: &str,
        plan: &mut Plan,
    ) -> Result<(), Refusal> {
        let mut missing = Vec::new();
        let mut at = host.resolved(directory)?;
        while host.stat_at(&at)?.is_none() {
            missing.push(at.clone());
            at = path::parent(&at).to_owned();
        }
        while let Some(path) = missing.pop() {
            let mut meta = FileAttributes::new_meta(host, &path, 0o777)?;
            if let Some(mode) = &self.directory_mode {
                meta.mode = mode.on(meta.mode, true, host.login()?.umask);
            }
            let made = Entry {
                kind: Kind::Directory,
                meta,
            };
            plan.entry(&path, None, Some(made));
        }
        Ok(())
    }

    fn tree(&self, host: &dyn Observe, supply: &Supply) -> Result<Plan, Refusal> {
        let mut plan = Plan::default();
        let mut dest = self.dest.0.trim_end_matches('/').to_owned();
        if host.target(&dest)?.is_some_and(|stat| !stat.is_directory()) {
            return Err(Refusal::of(
                "dest",
                format!("cannot copy a directory over {dest}, which is no directory"),
            ));
        }
        if !supply.path.ends_with('/') {
            dest = path::join(&dest, path::name(&supply.path));
        }
        self.directories(host, &dest, &mut plan)?;
        for entry in supply.entries.iter().filter(|entry| !entry.path.is_empty()) {
            let at = path::join(&dest, &entry.path);
            let made_now = plan
                .changes
                .iter()
                .any(|change| change.path().is_some_and(|path| path == path::parent(&at)));
            match &entry.kind {
                Kind::Directory if host.target(&at)?.is_none() => {
                    let mut meta = FileAttributes::new_meta(host, &at, 0o777)?;
                    if let Some(mode) = &self.directory_mode {
                        meta.mode = mode.on(meta.mode, true, host.login()?.umask);
                    }
                    plan.entry(
                        &host.canonical(&at)?,
                        None,
                        Some(Entry {
                            kind: Kind::Directory,
                            meta,
                        }),
                    );
                }
                Kind::Directory => {}
                kind if made_now => {
                    let at = host.canonical(&at)?;
                    let meta = FileAttributes::new_meta(host, &at, 0o666)?;
                    let meta = self.attributes.on(host, &meta, false, Some(entry.mode))?;
                    self.put(
                        &at,
                        None,
                        Entry {
                            kind: kind.clone(),
                            meta,
                        },
                        &mut plan,
                    );
                }
                kind => self.place(host, &at, kind, entry.mode, &mut plan)?,
            }
        }
        plan.returns("dest", self.dest.0.as_str());
        plan.returns("src", supply.path.as_str());
        Ok(plan)
    }

    fn verify(&self, host: &dyn Observe, kind: &Kind) -> Result<(), Refusal> {
        let (Some(wanted), Kind::File(content)) = (&self.checksum, kind) else {
            return Ok(());
        };
        let found = returned::sha1(host, content)?;
        if found.as_str() == Some(wanted) {
            return Ok(());
        }
        Err(Refusal::of(
            "checksum",
            format!(
                "the source has the checksum {}, not {wanted}",
                to_json(&found)
            ),
        ))
    }
}

fn planned(change: &crate::change::Change) -> Option<&Entry> {
    match change {
        crate::change::Change::Entry { to, .. } => to.as_ref(),
        _ => None,
    }
}

/// Text as it is; anything else as JSON, as Ansible writes it.
fn text(content: &Value) -> Content {
    if let Some(unknown) = content.unknown() {
        return Content::Unknown(unknown);
    }
    match content {
        Value::Text(text) => Content::of(crate::value::bytes_of(text)),
        other => Content::of(to_json(other).to_string().into_bytes()),
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
