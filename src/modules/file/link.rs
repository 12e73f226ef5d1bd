//! Symbolic and hard links.

use super::{File, Refusal, Times, refusal};
use crate::{
    host::{Observe as _, path},
    modules::{FileAttributes, planning::Planning, returned},
    state::{Entry, FileMode, Kind},
    value::{Map, Value},
};

impl File {
    pub(super) fn link(
        &self,
        planning: &mut Planning<'_>,
        path: &str,
        times: Times,
    ) -> Result<(), Refusal> {
        let at = planning.host.canonical(path)?;
        let seen = planning.host.stat_at(&at)?;
        let old = seen.as_ref().and_then(|stat| match &stat.kind {
            Kind::Link(target) => Some(target.clone()),
            _ => None,
        });
        let target = match (&self.src, &old) {
            (Some(src), _) => src.clone(),
            (None, Some(old)) => old.clone(),
            (None, None) => {
                let message = "src is required for creating new symlinks";
                return Err(Refusal::of("src", message));
            }
        };
        let stands = seen.as_ref().map(returned::state);
        if self.src.is_some() && !self.force {
            let beside = if stands == Some("directory") {
                path.to_owned()
            } else {
                path::parent(path).to_owned()
            };
            let absolute = path::join(&beside, &target);
            if planning.host.target(&absolute)?.is_none() {
                let message = format!(
                    "src file does not exist, use 'force=yes' if you really want to create the \
                     link: {absolute}"
                );
                let refusal = refusal(&planning.host, "src", message, path);
                return Err(refusal.with(Map::from([("src", target)])));
            }
        }
        match stands {
            Some("directory") if self.force && !planning.host.names(&at)?.is_empty() => {
                let message = format!("the directory {path} is not empty, refusing to convert it");
                return Err(refusal(&planning.host, "path", message, path));
            }
            Some(state @ ("directory" | "file" | "hard")) if !self.force => {
                let message = format!("refusing to convert from {state} to symlink for {path}");
                return Err(refusal(&planning.host, "path", message, path));
            }
            _ => {}
        }
        if old.as_deref() != Some(&target) {
            self.refuse_missing_parent(planning, &at)?;
            let from = planning.host.entry(&at)?;
            let mut meta = FileAttributes::new_meta(&planning.host, &at, 0)?;
            meta.mode = FileMode::from_bits(0o777);
            let to = Entry {
                kind: Kind::Link(target.clone()),
                meta,
            };
            planning.entry(&at, from, Some(to));
        }
        self.dress_link(planning, path, &at, times)?;
        // Ansible returns the source that it was given, or that it read to follow it.
        let leads = planning.host.target(path)?.is_some();
        let src = (self.src.is_some() || self.follow && leads).then_some(target);
        planning.returns("src", src);
        planning.info("dest", path)
    }

    fn dress_link(
        &self,
        planning: &mut Planning<'_>,
        path: &str,
        at: &str,
        times: Times,
    ) -> Result<(), Refusal> {
        if !self.follow {
            return planning.dress(at, &self.attributes, Some(&times));
        }
        if planning.host.target(path)?.is_none() {
            planning.warn(
                "Cannot set fs attributes on a non-existent symlink target. follow should be set \
                 to False to avoid this.",
            );
            return Ok(());
        }
        if self.attributes.is_empty() && times.is_empty() {
            return Ok(());
        }
        let target = super::followed(&planning.host, path)?;
        planning.dress(&target, &self.attributes, Some(&times))
    }

    pub(super) fn hard(
        &self,
        planning: &mut Planning<'_>,
        path: &str,
        times: Times,
    ) -> Result<(), Refusal> {
        let at = planning.host.canonical(path)?;
        let seen = planning.host.stat_at(&at)?;
        let state = seen.as_ref().map_or("absent", returned::state);
        let source = match &self.src {
            None if state == "hard" => None,
            None => {
                let message = "src is required for creating new hardlinks";
                return Err(Refusal::of("src", message));
            }
            Some(src) => {
                let login = planning.host.login()?;
                let src = path::join(&login.directory, &path::expanded(src, &login));
                Some(planning.host.resolved(&src)?)
            }
        };
        let fail = |planning: &Planning<'_>, param: &str, message: &str| {
            let mut result = Map::from([("dest", Value::from(path))]);
            result.insert("src", self.src.clone());
            // What cannot be seen is left out: the failure itself matters more.
            let _ = returned::info(&planning.host, path, &mut result);
            Err(Refusal::of(param, message).with(result))
        };
        if let Some(source) = source {
            let Some(found) = planning.host.entry(&source)? else {
                return fail(planning, "src", "src does not exist");
            };
            if matches!(found.kind, Kind::Directory) {
                return fail(planning, "src", "a directory can have no hard link");
            }
            if !(seen.is_some() && planning.host.is_same(&source, &at)?) {
                match state {
                    "hard" if !self.force => {
                        let message = "Cannot link, different hard link exists at destination";
                        return fail(planning, "path", message);
                    }
                    "file" if !self.force => {
                        let message = "Cannot link, file exists at destination";
                        return fail(planning, "path", message);
                    }
                    "directory" => {
                        let message = "Cannot link: different hard link exists at destination";
                        return fail(planning, "path", message);
                    }
                    _ => {}
                }
                self.refuse_missing_parent(planning, &at)?;
                let from = planning.host.entry(&at)?;
                let to = Entry {
                    kind: Kind::Hard(source),
                    meta: found.meta,
                };
                planning.entry(&at, from, Some(to));
            }
        }
        planning.dress(&at, &self.attributes, Some(&times))?;
        planning.returns("src", self.src.clone());
        planning.info("dest", path)
    }

    fn refuse_missing_parent(&self, planning: &Planning<'_>, at: &str) -> Result<(), Refusal> {
        let parent = path::parent(at);
        let stat = planning.host.stat_at(parent)?;
        if stat.is_some_and(|stat| stat.is_directory()) {
            return Ok(());
        }
        Err(refusal(
            &planning.host,
            "path",
            format!(
                "Error while linking: the directory {parent} of {} does not exist",
                self.path.0
            ),
            &self.path.0,
        ))
    }
}
