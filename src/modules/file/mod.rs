//! `file`: what stands at a path is of this kind.

mod link;
mod tree;

use super::{
    AskedTimes, FileAttributes, HostPath, Module, Refusal, Times, planning::Planning, returned,
    strangers::followed,
};
use crate::{
    change::Plan,
    host::{Observe, Unseen, path},
    state::{Content, Entry, Kind, Stamp, Stat},
    value::{Map, Value},
};

choices! {
    /// What is to stand at the path.
    pub(super) enum State {
        Absent = "absent",
        Directory = "directory",
        File = "file",
        Hard = "hard",
        Link = "link",
        Touch = "touch",
    }
}

parameters! {
    /// Makes directories and links, removes what is there, and sets attributes.
    ///
    /// ```yaml
    /// - file:
    ///     path: /srv/app
    ///     state: directory
    ///     mode: "0755"
    /// ```
    pub(super) struct File with (attributes: FileAttributes, times: AskedTimes) {
        /// The path.
        path: HostPath as [dest, name],
        /// What is to be there. What is there already when absent; a directory with `recurse`;
        /// else a file, which must exist.
        state: Option<State>,
        /// What a link says, or the file that a hard link is another name of.
        src: Option<String>,
        /// Makes links whose target is missing, and in place of something else.
        force: bool = false,
        /// Whether links are followed to what they lead to.
        follow: bool = true,
        /// Whether everything in a directory gets the attributes too.
        recurse: bool = false,
    }
}

impl Module for File {
    const ONLY_FILES: bool = true;

    fn plan(&self, host: &dyn Observe) -> Result<Plan, Refusal> {
        let path = &self.in_directory(host)?;
        let mut planning = Planning::on(host);
        if self.state == Some(State::Absent) && !self.recurse {
            absent(&mut planning, path)?;
            return Ok(planning.done());
        }
        let seen = host.stat(path)?;
        let state = match (self.state, &seen) {
            (Some(state), _) => state,
            (None, Some(stat)) => match returned::state(stat) {
                "directory" => State::Directory,
                "link" => State::Link,
                "hard" => State::Hard,
                _ => State::File,
            },
            (None, None) if self.recurse => State::Directory,
            (None, None) => State::File,
        };
        if self.recurse && state != State::Directory {
            return Err(refusal(
                host,
                "recurse",
                "recurse option requires state to be 'directory'",
                path,
            ));
        }
        if self.src.is_some() && !matches!(state, State::Link | State::Hard) {
            return Err(refusal(
                host,
                "src",
                "src option requires state to be 'link' or 'hard'",
                path,
            ));
        }
        let default = (state == State::Touch).then_some(Stamp::Now);
        let times = self.times.read(host, default)?;
        match state {
            State::Absent => absent(&mut planning, path)?,
            State::File => self.file(&mut planning, path, times)?,
            State::Directory => self.directory(&mut planning, path, times)?,
            State::Touch => self.touch(&mut planning, path, times)?,
            State::Link => self.link(&mut planning, path, times)?,
            State::Hard => self.hard(&mut planning, path, times)?,
        }
        Ok(planning.done())
    }
}

impl File {
    /// The path; what goes into a directory keeps the source's name there.
    fn in_directory(&self, host: &dyn Observe) -> Result<String, Refusal> {
        let given = &self.path.0;
        if let Some(src) = &self.src
            && !matches!(self.state, Some(State::Link | State::Absent))
            && host.target(given)?.is_some_and(|stat| stat.is_directory())
        {
            return Ok(path::join(given, path::name(src)));
        }
        Ok(given.clone())
    }

    /// The path, links followed where that is asked for, and what stands there.
    fn at(&self, host: &dyn Observe, path: &str) -> Result<(String, Option<Stat>), Refusal> {
        let at = if self.follow {
            followed(host, path)?
        } else {
            host.canonical(path)?
        };
        let stat = host.stat_at(&at)?;
        Ok((at, stat))
    }

    /// The path to return: the one that was given, or what a link led to.
    fn shown(host: &dyn Observe, given: &str, at: &str) -> Result<String, Refusal> {
        let is_link = host.stat(given)?.is_some_and(|stat| stat.is_link());
        Ok(if is_link { at } else { given }.to_owned())
    }

    fn file(&self, planning: &mut Planning<'_>, path: &str, times: Times) -> Result<(), Refusal> {
        let (at, seen) = self.at(&planning.host, path)?;
        let shown = Self::shown(&planning.host, path, &at)?;
        let state = seen.as_ref().map_or("absent", returned::state);
        if !matches!(state, "file" | "hard") {
            let message = format!("file ({shown}) is {state}, cannot continue");
            let refusal = refusal(&planning.host, "path", message, &shown);
            return Err(refusal.with(Map::from([("state", state)])));
        }
        planning.dress(&at, &self.attributes, Some(&times))?;
        planning.info("path", &shown)
    }

    fn directory(
        &self,
        planning: &mut Planning<'_>,
        path: &str,
        times: Times,
    ) -> Result<(), Refusal> {
        let (at, seen) = self.at(&planning.host, path)?;
        let shown = Self::shown(&planning.host, path, &at)?;
        match &seen {
            None => {
                let mut above = path::parent(&at);
                while planning.host.stat_at(above)?.is_none() {
                    above = path::parent(above);
                }
                if !planning
                    .host
                    .target(above)?
                    .is_some_and(|stat| stat.is_directory())
                {
                    let message = format!(
                        "There was an issue creating {shown} as requested: \
                         {above} is not a directory"
                    );
                    return Err(refusal(&planning.host, "path", message, &shown));
                }
                let meta = |host: &dyn Observe, new| self.attributes.on(host, &new, true, None);
                planning.directories(&at, &meta)?;
            }
            Some(stat) if stat.is_directory() => {}
            Some(stat) => {
                let state = returned::state(stat);
                let message = format!("{shown} already exists as a {state}");
                return Err(refusal(&planning.host, "path", message, &shown));
            }
        }
        if self.recurse && seen.is_some() {
            tree::dress(planning, &at, self, &times)?;
        }
        planning.dress(&at, &self.attributes, Some(&times))?;
        planning.info("path", &shown)
    }

    fn touch(&self, planning: &mut Planning<'_>, path: &str, times: Times) -> Result<(), Refusal> {
        // A link is followed either way for the times, as `touch` does.
        let at = followed(&planning.host, path)?;
        let is_link = planning.host.stat(path)?.is_some_and(|stat| stat.is_link());
        if planning.host.stat_at(&at)?.is_some() {
            if is_link && !self.follow {
                planning.dress(&planning.host.canonical(path)?, &self.attributes, None)?;
                planning.dress(&at, &FileAttributes::none(), Some(&times))?;
            } else {
                planning.dress(&at, &self.attributes, Some(&times))?;
            }
        } else if is_link {
            let message =
                format!("Error while updating modification or access time: no such file: {at}");
            return Err(refusal(&planning.host, "path", message, &at));
        } else {
            let parent = planning.host.stat_at(path::parent(&at))?;
            if !parent.is_some_and(|stat| stat.is_directory()) {
                let message = "Error, could not touch target.";
                return Err(refusal(&planning.host, "path", message, path));
            }
            let new = FileAttributes::new_meta(&planning.host, &at, 0o666)?;
            let mut meta = self.attributes.on(&planning.host, &new, false, None)?;
            times.set_new(&mut meta);
            let file = Entry {
                kind: Kind::File(Content::of(Vec::new())),
                meta,
            };
            planning.entry(&at, None, Some(file));
        }
        planning.info("dest", path)
    }
}

/// Nothing is to stand at the path.
fn absent(planning: &mut Planning<'_>, path: &str) -> Result<(), Refusal> {
    planning.returns("path", path);
    planning.returns("state", "absent");
    let at = planning.host.canonical(path)?;
    match planning.host.stat_at(&at) {
        Ok(None) => {}
        Ok(Some(_)) => planning.remove(&at)?,
        Err(Unseen::Unknown(unknown)) => planning.perhaps(&at, unknown, None),
        Err(other) => return Err(other.into()),
    }
    Ok(())
}

/// A failure with what stands at the path, as Ansible returns it.
fn refusal(host: &dyn Observe, param: &str, message: impl Into<String>, path: &str) -> Refusal {
    let mut result = Map::from([("path", Value::from(path))]);
    // What cannot be seen is left out: the failure itself matters more.
    let _ = returned::info(host, path, &mut result);
    Refusal::of(param, message).with(result)
}
