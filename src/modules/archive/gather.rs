//! What goes into an archive, read once and packed on the way.

use std::{collections::BTreeMap, io};

use super::{Job, Packed, Packing};
use crate::{
    archive::{self, Entry as Member, Owner, Packer, Permissions},
    host::{Observe, Unseen, glob, path},
    modules::Refusal,
    state::{Content, Digest, Kind, Stamp, Stat},
    value::Unknown,
};

/// What was found.
#[derive(Default)]
pub(super) struct Gathered {
    /// The paths of what was packed.
    pub(super) archived: Vec<String>,
    /// By name in the archive.
    pub(super) members: BTreeMap<String, Known>,
    /// What is not known, and why.
    pub(super) unknown: Option<Unknown>,
}

/// What is known of a member. Two names of one file are two files here.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Known {
    pub(super) thing: Thing,
    pub(super) mode: u32,
    pub(super) owner: Option<Owner>,
    /// In whole seconds; `None` where only the run will tell.
    pub(super) mtime: Option<i64>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Thing {
    /// `None` where only the run will tell.
    File(Option<Digest>),
    Other(Kind),
}

/// Packs while it walks.
pub(super) struct Gatherer<'a> {
    host: &'a dyn Observe,
    job: &'a Job,
    packing: Packing,
    /// The archive itself, which does not go into it.
    itself: &'a str,
    patterns: Vec<&'a str>,
    /// `None` once it is known that the run alone can tell what goes in.
    packer: Option<Packer>,
    gathered: Gathered,
    /// First names of files that have several.
    first_names: BTreeMap<(u64, u64), String>,
    users: BTreeMap<u32, String>,
    groups: BTreeMap<u32, String>,
}

impl<'a> Gatherer<'a> {
    pub(super) fn new(
        host: &'a dyn Observe,
        job: &'a Job,
        packing: Packing,
        itself: &'a str,
        patterns: Vec<&'a str>,
    ) -> Result<Self, Refusal> {
        let packer = if job.is_bare {
            None
        } else {
            let started = Packer::start(packing.of_archive());
            Some(started.map_err(|error| failed(job, "", &error))?)
        };
        Ok(Self {
            host,
            job,
            packing,
            itself,
            patterns,
            packer,
            gathered: Gathered::default(),
            first_names: BTreeMap::new(),
            users: BTreeMap::new(),
            groups: BTreeMap::new(),
        })
    }

    /// One file alone, compressed.
    pub(super) fn compress(mut self, given: &str) -> Result<Packed, Refusal> {
        let at = self.host.resolved(given)?;
        if at == self.itself {
            return Err(Refusal::of(
                "dest",
                format!("{given} cannot be packed into itself"),
            ));
        }
        let why = |what: &str| Refusal::of("path", format!("Unable to compress {given}: {what}"));
        let content = match self.host.entry(&at)?.map(|entry| entry.kind) {
            Some(Kind::File(content)) => content,
            Some(_) => return Err(why("it is no file")),
            None => return Err(why("No such file or directory")),
        };
        self.gathered.archived.push(given.to_owned());
        let known = Known {
            thing: Thing::File(content.digest()),
            mode: 0,
            owner: None,
            mtime: None,
        };
        self.gathered.members.insert(String::new(), known);
        let content = match content {
            Content::Unknown(unknown) => {
                self.gathered.unknown = Some(unknown.clone());
                Content::Unknown(unknown)
            }
            content @ Content::Known { .. } => {
                let mut from = self.host.reader(&content)?;
                archive::compressed(self.packing.compression(), &mut from)
                    .map_err(|error| why(&error.to_string()))?
            }
        };
        Ok(Packed {
            content,
            gathered: self.gathered,
        })
    }

    /// All paths, with everything in them.
    pub(super) fn pack(mut self, paths: &[String]) -> Result<Packed, Refusal> {
        for path in paths {
            let stat = self.host.target(path)?;
            if stat.is_some_and(|stat| stat.is_directory()) {
                self.below(path)?;
            } else {
                self.add(path)?;
            }
        }
        let content = match (self.packer, &self.gathered.unknown) {
            (_, Some(unknown)) => Content::Unknown(unknown.clone()),
            (Some(packer), None) => packer
                .finish()
                .map_err(|error| failed(self.job, "", &error))?,
            (None, None) => Content::Unknown(Unknown::because("nothing is packed")),
        };
        Ok(Packed {
            content,
            gathered: self.gathered,
        })
    }

    /// Everything in a directory: first its directories, then its files, then what is deeper.
    fn below(&mut self, directory: &str) -> Result<(), Refusal> {
        let mut directories = Vec::new();
        let mut files = Vec::new();
        let mut inner = Vec::new();
        for name in self.host.names(&self.host.resolved(directory)?)? {
            let at = path::join(directory, &name);
            let is_directory = self
                .host
                .target(&at)?
                .is_some_and(|stat| stat.is_directory());
            if !is_directory {
                files.push(at);
                continue;
            }
            if self.host.stat(&at)?.is_some_and(|stat| !stat.is_link()) {
                inner.push(at.clone());
            }
            directories.push(at);
        }
        for at in directories.into_iter().chain(files) {
            self.add(&at)?;
        }
        for at in inner {
            self.below(&at)?;
        }
        Ok(())
    }

    fn add(&mut self, given: &str) -> Result<(), Refusal> {
        let name = given
            .strip_prefix(self.job.root.as_str())
            .unwrap_or(given)
            .trim_matches('/')
            .to_owned();
        let is_zip = self.packing == Packing::Zip;
        let judged = if is_zip { given } else { &name };
        let is_left_out = self
            .patterns
            .iter()
            .any(|pattern| glob::matches(pattern, judged));
        // A zip holds what links lead to.
        let at = if is_zip {
            self.host.resolved(given)?
        } else {
            self.host.canonical(given)?
        };
        if is_left_out || at == self.itself || self.gathered.members.contains_key(&name) {
            return Ok(());
        }
        let failed = |error: &dyn std::fmt::Display| failed(self.job, given, error);
        let Some(stat) = self.host.stat_at(&at)? else {
            return Err(failed(&"No such file or directory"));
        };
        let (kind, thing) = match &stat.kind {
            Kind::File(_) => match self.host.entry(&at)?.map(|entry| entry.kind) {
                Some(Kind::File(content)) => {
                    let thing = Thing::File(content.digest());
                    (Kind::File(content), thing)
                }
                _ => return Err(failed(&"it was replaced meanwhile")),
            },
            // Nothing stands for a socket in an archive.
            Kind::Socket if !is_zip => return Ok(()),
            other => (other.clone(), Thing::Other(other.clone())),
        };
        let mtime = match stat.meta.mtime {
            Stamp::At(seconds, nanoseconds) => Some((seconds, nanoseconds)),
            Stamp::Now | Stamp::Any => None,
        };
        if let Kind::File(Content::Unknown(unknown)) = &kind {
            self.unknown(unknown.clone());
        } else if mtime.is_none() {
            self.unknown(Unknown::because("an archive holds the times of its files"));
        }
        let owner = if is_zip {
            None
        } else {
            Some(self.owner(&stat)?)
        };
        let member = Member {
            path: name.clone(),
            name: name.clone(),
            kind: self.as_link(&stat, kind, &name),
            permissions: Permissions::Unix(stat.meta.mode.bits()),
            mtime,
            owner: owner.clone(),
        };
        self.write(&member).map_err(|why| match why {
            Failure::Unseen(unseen) => unseen.into(),
            Failure::Broken(error) => failed(&error),
        })?;
        let is_directory = stat.is_directory();
        let known = Known {
            thing,
            mode: stat.meta.mode.bits(),
            owner,
            mtime: mtime.map(|(seconds, _)| seconds),
        };
        self.gathered.members.insert(name, known);
        // Python's zip files do not find their directories again.
        if !(is_zip && is_directory) {
            self.gathered.archived.push(given.to_owned());
        }
        Ok(())
    }

    fn unknown(&mut self, unknown: Unknown) {
        self.packer = None;
        self.gathered.unknown.get_or_insert(unknown);
    }

    /// A further name of a file that is in the archive already.
    fn as_link(&mut self, stat: &Stat, kind: Kind, name: &str) -> Kind {
        let (Some(real), true, Kind::File(_)) = (stat.real, stat.links > 1, &kind) else {
            return kind;
        };
        if self.packing == Packing::Zip {
            return kind;
        }
        let key = (real.device, real.inode);
        match self.first_names.get(&key) {
            Some(first) => Kind::Hard(first.clone()),
            None => {
                self.first_names.insert(key, name.to_owned());
                kind
            }
        }
    }

    fn owner(&mut self, stat: &Stat) -> Result<Owner, Refusal> {
        let (uid, gid) = (stat.meta.uid, stat.meta.gid);
        if !self.users.contains_key(&uid) {
            let user = self.host.user_of(uid)?.map(|user| user.name);
            self.users.insert(uid, user.unwrap_or_default());
        }
        if !self.groups.contains_key(&gid) {
            let group = self.host.group_of(gid)?.map(|group| group.name);
            self.groups.insert(gid, group.unwrap_or_default());
        }
        Ok(Owner {
            uid,
            gid,
            user: self.users[&uid].clone(),
            group: self.groups[&gid].clone(),
        })
    }

    fn write(&mut self, member: &Member) -> Result<(), Failure> {
        let Some(packer) = &mut self.packer else {
            return Ok(());
        };
        match &member.kind {
            Kind::File(content) => {
                let mut from = self.host.reader(content).map_err(Failure::Unseen)?;
                packer.add(member, &mut from)
            }
            _ => packer.add(member, &mut io::empty()),
        }
        .map_err(Failure::Broken)
    }
}

enum Failure {
    Unseen(Unseen),
    Broken(io::Error),
}

fn failed(job: &Job, path: &str, why: &dyn std::fmt::Display) -> Refusal {
    let path = if path.is_empty() {
        String::new()
    } else {
        format!("{path}: ")
    };
    Refusal::of(
        "path",
        format!("Errors when writing archive at {}: {path}{why}", job.dest),
    )
}
