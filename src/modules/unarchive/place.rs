//! The states that an archive's entries ask for, where they go.

use std::collections::BTreeMap;

use super::{Options, Unarchive};
use crate::{
    archive::{self, Entry as Packed, Format, Limits, Owner, Permissions},
    change::{Change, How, Plan},
    host::{Login, Observe, path},
    modules::{FileAttributes, Refusal},
    state::{Entry, FileMode, Kind, Meta, Stamp},
};

/// Turns entries into changes.
pub(super) struct Placer<'a> {
    attributes: &'a FileAttributes,
    keep_newer: bool,
    options: &'a Options,
    host: &'a dyn Observe,
    base: &'a str,
    login: Login,
    /// Whether the archive's owners are given to what is unpacked.
    owners: bool,
    umask: u32,
    /// Directories as they will be, by canonical path.
    directories: BTreeMap<String, Meta>,
    /// Where the directories of entries really are.
    places: BTreeMap<String, String>,
    users: BTreeMap<String, Option<u32>>,
    groups: BTreeMap<String, Option<u32>>,
    /// Attributes that would keep us out of directories, given when all else is done.
    late: Vec<Change>,
}

impl<'a> Placer<'a> {
    pub(super) fn new(
        task: &'a Unarchive,
        options: &'a Options,
        format: Format,
        host: &'a dyn Observe,
        base: &'a str,
    ) -> Result<Self, Refusal> {
        let login = host.login()?;
        let is_tar = format != Format::Zip;
        let is_root = login.uid == 0;
        // As tar and unzip do it: only tar thinks of owners and of the umask, each for one login.
        let masks = options.umask.unwrap_or(is_tar && !is_root);
        Ok(Self {
            attributes: &task.attributes,
            keep_newer: task.keep_newer,
            options,
            host,
            base,
            owners: is_tar && options.owners.unwrap_or(is_root),
            umask: if masks { login.umask } else { 0 },
            login,
            directories: BTreeMap::new(),
            places: BTreeMap::new(),
            users: BTreeMap::new(),
            groups: BTreeMap::new(),
            late: Vec::new(),
        })
    }

    /// Plans all entries, parents first.
    pub(super) fn place(
        mut self,
        entries: BTreeMap<String, Packed>,
        plan: &mut Plan,
    ) -> Result<(), Refusal> {
        let mut special = 0;
        for entry in entries.values() {
            if let Kind::Link(target) = &entry.kind {
                self.judge_link(entry, target, &entries)?;
            }
            if let Permissions::Unix(bits) = entry.permissions
                && bits & 0o7000 != 0
                && !self.options.special_bits
            {
                special += 1;
            }
        }
        if special > 0 {
            plan.warn(format!(
                "the set-ID or sticky bits of {special} entries were left out; \
                 `mode` can give them"
            ));
        }
        for entry in entries.values() {
            let above: Vec<&str> = entry
                .path
                .match_indices('/')
                .map(|(at, _)| &entry.path[..at])
                .collect();
            for directory in above {
                if !entries.contains_key(directory) && !self.places.contains_key(directory) {
                    self.implied(directory, plan)?;
                }
            }
            self.one(entry, plan)?;
        }
        self.late.reverse();
        plan.changes.append(&mut self.late);
        Ok(())
    }

    fn judge_link(
        &self,
        entry: &Packed,
        target: &str,
        entries: &BTreeMap<String, Packed>,
    ) -> Result<(), Refusal> {
        let directory = match entry.path.rfind('/') {
            Some(at) => &entry.path[..at],
            None => "",
        };
        let link_at = |at: &str| -> Result<Option<String>, Refusal> {
            if let Some(packed) = entries.get(at) {
                return Ok(match &packed.kind {
                    Kind::Link(target) => Some(target.clone()),
                    _ => None,
                });
            }
            let stands = self.host.stat(&path::join(self.base, at))?;
            Ok(stands.and_then(|stat| match stat.kind {
                Kind::Link(target) => Some(target),
                _ => None,
            }))
        };
        if target.is_empty() || archive::leaves(self.base, directory, target, link_at)? {
            return Err(Refusal::of(
                "src",
                format!(
                    "nothing is unpacked: the link {:?} leads out of the destination, to {target:?}",
                    entry.name
                ),
            ));
        }
        Ok(())
    }

    /// Where a path below the destination is, when the directories that it lies in are entered.
    fn really(&self, relative: &str) -> String {
        if relative.is_empty() {
            return self.base.to_owned();
        }
        let (above, name) = relative.rsplit_once('/').unwrap_or(("", relative));
        let above = match self.places.get(above) {
            Some(place) => place.clone(),
            None => self.base.to_owned(),
        };
        path::join(&above, name)
    }

    /// Notes where a directory is that entries lie in.
    fn enter(&mut self, relative: &str, at: &str) -> Result<String, Refusal> {
        let really = self.host.resolved(at)?;
        if !path::is_within(&really, self.base) {
            return Err(Refusal::of(
                "dest",
                format!(
                    "nothing is unpacked: {at} is a link that leads out of the destination, to {really}"
                ),
            ));
        }
        self.places.insert(relative.to_owned(), really.clone());
        Ok(really)
    }

    /// A directory that entries lie in and that the archive does not have.
    fn implied(&mut self, relative: &str, plan: &mut Plan) -> Result<(), Refusal> {
        let at = self.really(relative);
        let at = self.enter(relative, &at)?;
        let seen = self.host.entry(&at)?;
        let is_top = !relative.contains('/');
        match seen {
            Some(Entry {
                kind: Kind::Directory,
                meta,
            }) => {
                if is_top {
                    let wanted = self.attributes.on(self.host, &meta, true, None)?;
                    self.directory(&at, Some(meta), wanted, plan);
                }
                Ok(())
            }
            Some(_) => Err(in_the_way(&at, "no directory")),
            None => {
                let mode = FileMode::from_bits(0o777).masked(self.login.umask);
                let mut wanted = Meta::new(mode, self.login.uid, self.login.gid);
                self.inherit(&at, &mut wanted, true)?;
                if is_top {
                    wanted = self.attributes.on(self.host, &wanted, true, None)?;
                }
                self.directory(&at, None, wanted, plan);
                Ok(())
            }
        }
    }

    fn one(&mut self, entry: &Packed, plan: &mut Plan) -> Result<(), Refusal> {
        let mut at = self.really(&entry.path);
        let is_directory = matches!(entry.kind, Kind::Directory);
        if is_directory {
            at = self.enter(&entry.path, &at)?;
        }
        let seen = self.host.entry(&at)?;
        match (&seen, is_directory) {
            (Some(there), true) if there.kind != Kind::Directory => {
                return Err(in_the_way(&at, "no directory"));
            }
            (Some(there), false) if there.kind == Kind::Directory => {
                return Err(in_the_way(&at, "a directory"));
            }
            (Some(there), false) if !matches!(there.kind, Kind::File(_) | Kind::Link(_)) => {
                return Err(in_the_way(&at, "neither a file nor a link"));
            }
            _ => {}
        }
        if let Some(there) = &seen
            && self.stays(there, entry, is_directory)
        {
            return Ok(());
        }
        let wanted = self.wanted(&at, entry, seen.as_ref())?;
        if is_directory {
            self.directory(&at, seen.map(|there| there.meta), wanted, plan);
            return Ok(());
        }
        let how = How {
            validate: None,
            in_place: self.attributes.unsafe_writes,
        };
        let kind = entry.kind.clone();
        plan.entry_by(&at, seen, Some(Entry { kind, meta: wanted }), how);
        Ok(())
    }

    fn stays(&self, there: &Entry, entry: &Packed, is_directory: bool) -> bool {
        if is_directory {
            return self.options.keep_directories;
        }
        if self.options.keep_existing {
            return true;
        }
        let is_newer = match (there.meta.mtime, entry.mtime) {
            (Stamp::At(seconds, nanoseconds), Some(packed)) => (seconds, nanoseconds) > packed,
            _ => false,
        };
        self.keep_newer && is_newer && matches!(there.kind, Kind::File(_))
    }

    /// The attributes that an entry asks for.
    fn wanted(&mut self, at: &str, entry: &Packed, seen: Option<&Entry>) -> Result<Meta, Refusal> {
        let is_directory = matches!(entry.kind, Kind::Directory);
        let is_link = matches!(entry.kind, Kind::Link(_));
        let same_kind = seen.filter(|there| {
            std::mem::discriminant(&there.kind) == std::mem::discriminant(&entry.kind)
        });
        let mode = self.mode(entry);
        let mut meta = match same_kind {
            Some(there) => there.meta.clone(),
            None => Meta::new(mode, self.login.uid, self.login.gid),
        };
        if !is_link {
            meta.mode = mode;
        }
        if self.owners
            && let Some(owner) = &entry.owner
        {
            (meta.uid, meta.gid) = self.ids(owner)?;
        } else if same_kind.is_none() {
            self.inherit(at, &mut meta, is_directory)?;
        } else if self.login.uid == 0 && !is_directory {
            // What unzip and tar write anew belongs to whoever runs them.
            (meta.uid, meta.gid) = (self.login.uid, self.login.gid);
            self.inherit(at, &mut meta, false)?;
        }
        let link_mode = meta.mode;
        let mut meta = self.attributes.on(self.host, &meta, is_directory, None)?;
        if is_link {
            meta.mode = link_mode;
        }
        let differs = same_kind.is_none_or(|there| there.kind != entry.kind);
        if differs {
            meta.atime = Stamp::Any;
            meta.mtime = match entry.mtime {
                Some((seconds, nanoseconds)) if !is_link && !self.options.touch => {
                    Stamp::At(seconds, nanoseconds)
                }
                _ => Stamp::Any,
            };
        }
        Ok(meta)
    }

    fn mode(&self, entry: &Packed) -> FileMode {
        let bits = match (&entry.kind, entry.permissions) {
            (Kind::Link(_), _) => 0o777,
            (_, Permissions::Unix(bits)) if self.options.special_bits => bits & !self.umask,
            (_, Permissions::Unix(bits)) => bits & 0o777 & !self.umask,
            (Kind::Directory, Permissions::Unsaid) => 0o777 & !self.login.umask,
            (_, Permissions::Unsaid) => 0o666 & !self.login.umask,
        };
        FileMode::from_bits(bits)
    }

    /// A directory with the set-group-ID bit hands its group on, and the bit to directories.
    fn inherit(&self, at: &str, meta: &mut Meta, is_directory: bool) -> Result<(), Refusal> {
        let above = path::parent(at);
        let above = match self.directories.get(above) {
            Some(meta) => Some(meta.clone()),
            None => self.host.stat_at(above)?.map(|stat| stat.meta),
        };
        if let Some(above) = above
            && above.mode.bits() & 0o2000 != 0
        {
            meta.gid = above.gid;
            if is_directory {
                meta.mode = FileMode::from_bits(meta.mode.bits() | 0o2000);
            }
        }
        Ok(())
    }

    /// The numbers that an owner's names have here; the archive's numbers where they have none.
    fn ids(&mut self, owner: &Owner) -> Result<(u32, u32), Refusal> {
        let (mut uid, mut gid) = (owner.uid, owner.gid);
        if !self.options.numeric_owners {
            if !owner.user.is_empty() {
                if !self.users.contains_key(&owner.user) {
                    let found = self.host.user(&owner.user)?.map(|user| user.uid);
                    self.users.insert(owner.user.clone(), found);
                }
                uid = self
                    .users
                    .get(&owner.user)
                    .copied()
                    .flatten()
                    .unwrap_or(uid);
            }
            if !owner.group.is_empty() {
                if !self.groups.contains_key(&owner.group) {
                    let found = self.host.group(&owner.group)?.map(|group| group.gid);
                    self.groups.insert(owner.group.clone(), found);
                }
                gid = self
                    .groups
                    .get(&owner.group)
                    .copied()
                    .flatten()
                    .unwrap_or(gid);
            }
        }
        Ok((uid, gid))
    }

    fn directory(&mut self, at: &str, seen: Option<Meta>, mut wanted: Meta, plan: &mut Plan) {
        // What is written into it changes its time.
        (wanted.mtime, wanted.atime) = (Stamp::Any, Stamp::Any);
        self.directories.insert(at.to_owned(), wanted.clone());
        let directory = |meta: Meta| Entry {
            kind: Kind::Directory,
            meta,
        };
        let shuts_us_out = self.login.uid != 0 && wanted.mode.bits() & 0o300 != 0o300;
        if !shuts_us_out {
            plan.entry(at, seen.map(directory), Some(directory(wanted)));
            return;
        }
        let open = seen.unwrap_or_else(|| {
            let mut open = wanted.clone();
            open.mode = FileMode::from_bits(wanted.mode.bits() | 0o700);
            plan.entry(at, None, Some(directory(open.clone())));
            open
        });
        if !open.satisfies(&wanted) {
            self.late.push(Change::Meta {
                path: at.to_owned(),
                from: open,
                to: wanted,
            });
        }
    }
}

fn in_the_way(at: &str, what: &str) -> Refusal {
    Refusal::of("dest", format!("nothing is unpacked: {at} is {what}"))
}

/// The attributes that a plan gives to what stands at a path.
pub(super) fn planned_meta(plan: &Plan, at: &str) -> Option<Meta> {
    plan.changes.iter().rev().find_map(|change| match change {
        Change::Meta { path, to, .. } if path == at => Some(to.clone()),
        Change::Entry {
            path, to: Some(to), ..
        } if path == at => Some(to.meta.clone()),
        _ => None,
    })
}

/// Refuses to begin with what the file system has no room for.
pub(super) fn refuse_what_does_not_fit(
    host: &dyn Observe,
    base: &str,
    plan: &Plan,
) -> Result<(), Refusal> {
    let Some(space) = host.room_left(base)? else {
        return Ok(());
    };
    let size = |entry: Option<&Entry>| match entry.map(|entry| &entry.kind) {
        Some(Kind::File(content)) => content.size().unwrap_or(0),
        _ => 0,
    };
    let (mut bytes, mut files) = (0_u64, 0_u64);
    for change in &plan.changes {
        if let Change::Entry { from, to, .. } = change {
            let more = size(to.as_ref()).saturating_sub(size(from.as_ref()));
            bytes = bytes.saturating_add(more);
            files += u64::from(from.is_none() && to.is_some());
        }
    }
    let free = space.blocks_available.saturating_mul(space.fragment_size);
    let message = if bytes > free {
        format!("{bytes} bytes are needed in {base}, and {free} are free")
    } else if space.inodes > 0 && files > space.inodes_available {
        format!(
            "{files} files are new in {base}, and there is room for {}",
            space.inodes_available
        )
    } else {
        return Ok(());
    };
    Err(Refusal::of(
        "dest",
        format!("nothing is unpacked: {message}{}", Limits::way_out()),
    ))
}
