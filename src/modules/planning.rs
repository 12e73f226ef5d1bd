//! A plan in the making, over the host as it will be by then.

use crate::{
    change::{Change, How, Plan},
    host::{Observe, Overlay, path},
    modules::{FileAttributes, Refusal, Times, returned, strangers},
    state::{Entry, Kind, Meta},
    value::{Unknown, Value},
};

/// Each change that is planned is seen by what is planned next.
pub(super) struct Planning<'h> {
    pub(super) host: Overlay<&'h dyn Observe>,
    plan: Plan,
}

impl<'h> Planning<'h> {
    pub(super) fn on(host: &'h dyn Observe) -> Self {
        Self {
            host: Overlay::new(host),
            plan: Plan::default(),
        }
    }

    fn push(&mut self, change: Option<Change>) {
        let Some(change) = change else { return };
        let why = Unknown::because("only the run will tell");
        self.host.lay(&change, &why);
        self.plan.changes.push(change);
    }

    /// Asks for what stands at the canonical `path` to become `to`.
    pub(super) fn entry(&mut self, path: &str, from: Option<Entry>, to: Option<Entry>) {
        self.entry_by(path, from, to, How::default());
    }

    /// Like [`Self::entry`], with a say in how it is done.
    pub(super) fn entry_by(
        &mut self,
        path: &str,
        from: Option<Entry>,
        to: Option<Entry>,
        how: How,
    ) {
        self.push(Change::between(path, from, to, how));
    }

    /// Asks for other attributes of what stands at the canonical `path`.
    pub(super) fn meta(&mut self, path: &str, from: Meta, to: Meta) {
        self.push(Change::of_meta(path, from, to));
    }

    /// Keeps a copy of a file; its name is returned as `key`.
    pub(super) fn backup(&mut self, key: &str, path: &str, file: &Entry) {
        self.plan.backup_as(key, path, file);
    }

    /// Makes something new in a directory under a name that nobody else has; returns its path and
    /// what stands there.
    pub(super) fn fresh(
        &mut self,
        directory: &str,
        prefix: &str,
        suffix: &str,
        entry: Entry,
    ) -> Result<(), Refusal> {
        let meta = &entry.meta;
        let size = match &entry.kind {
            Kind::File(content) => content.size(),
            _ => None,
        };
        self.returns("uid", meta.uid);
        self.returns("gid", meta.gid);
        self.returns("owner", returned::owner(&self.host, meta.uid)?);
        self.returns("group", returned::group(&self.host, meta.gid)?);
        self.returns("mode", returned::mode(meta.mode));
        let size = size.map_or_else(|| returned::unknown_size().into(), Value::from);
        self.returns("size", size);
        self.plan.fresh(directory, prefix, suffix, entry);
        Ok(())
    }

    /// Asks for `to` where nobody knows what stands there now.
    pub(super) fn perhaps(&mut self, path: &str, unknown: Unknown, to: Option<Entry>) {
        self.push(Some(Change::Perhaps {
            path: path.to_owned(),
            unknown,
            to,
        }));
    }

    /// Gives what stands at the canonical `path` the attributes and times that were asked for.
    /// The mode of a link is not ours to set.
    pub(super) fn dress(
        &mut self,
        path: &str,
        attributes: &FileAttributes,
        times: Option<&Times>,
    ) -> Result<(), Refusal> {
        let Some(stat) = self.host.stat_at(path)? else {
            return Ok(());
        };
        let mut meta = attributes.on(&self.host, &stat.meta, stat.is_directory(), None)?;
        if stat.is_link() {
            meta.mode = stat.meta.mode;
        }
        if let Some(times) = times {
            times.set(&mut meta);
        }
        if !stat.meta.satisfies(&meta) {
            // Whoever gets the directory by this very task had no hand in what is in it.
            strangers::refuse_foreign_name(self.host.beneath(), path, &stat)?;
        }
        self.meta(path, stat.meta, meta);
        Ok(())
    }

    /// Plans the canonical directory and those above it that are missing. `meta` makes what a
    /// new one gets from what it would get by itself.
    pub(super) fn directories(
        &mut self,
        directory: &str,
        meta: &dyn Fn(&dyn Observe, Meta) -> Result<Meta, Refusal>,
    ) -> Result<(), Refusal> {
        let mut missing = Vec::new();
        let mut at = directory.to_owned();
        while self.host.stat_at(&at)?.is_none() {
            missing.push(at.clone());
            at = path::parent(&at).to_owned();
        }
        while let Some(path) = missing.pop() {
            let new = FileAttributes::new_meta(&self.host, &path, 0o777)?;
            let made = Entry {
                kind: Kind::Directory,
                meta: meta(&self.host, new)?,
            };
            self.entry(&path, None, Some(made));
        }
        Ok(())
    }

    /// Removes what stands at the canonical path, with all that is in it.
    pub(super) fn remove(&mut self, at: &str) -> Result<(), Refusal> {
        let Some(seen) = self.host.entry(at)? else {
            return Ok(());
        };
        if matches!(seen.kind, Kind::Directory) {
            for name in self.host.names(at)? {
                self.remove(&path::join(at, &name))?;
            }
        }
        self.entry(at, Some(seen), None);
        Ok(())
    }

    /// Whether anything planned gives a path another content, or may.
    pub(super) fn replaces(&self) -> bool {
        self.plan
            .changes
            .iter()
            .any(|change| matches!(change, Change::Entry { .. } | Change::Perhaps { .. }))
    }

    /// Takes a return value back.
    pub(super) fn withdraws(&mut self, name: &str) {
        self.plan.result.remove(name);
    }

    /// Whether nothing is planned so far.
    pub(super) fn is_empty(&self) -> bool {
        self.plan.changes.is_empty()
    }

    pub(super) fn returns(&mut self, name: &str, value: impl Into<Value>) {
        self.plan.returns(name, value);
    }

    pub(super) fn warn(&mut self, warning: impl Into<String>) {
        self.plan.warn(warning);
    }

    /// Returns `path` under `key`, with what will stand there.
    pub(super) fn info(&mut self, key: &str, path: &str) -> Result<(), Refusal> {
        self.returns(key, path);
        Ok(returned::info(&self.host, path, &mut self.plan.result)?)
    }

    /// The plan as it is now.
    pub(super) fn done(self) -> Plan {
        self.plan
    }
}
