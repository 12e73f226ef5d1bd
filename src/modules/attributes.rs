//! Mode, owner and group: what every module that makes files takes.

use crate::{
    host::Observe,
    modules::{Args, Param, ParamKind, Refusal, Wrong, flags},
    state::{FileMode, Meta, Mode},
    value::{Text, Value},
};

parameters! {
    /// Parameters that all modules share which make or change files.
    pub(super) struct FileAttributes {
        /// The permissions: octal digits in quotes such as "0644", or symbolic ones such as
        /// "u=rwX,g=r". Left as they are, or as the umask has them for something new, when absent.
        mode: Option<AskedMode>,
        /// The user that owns it: a name, or a number that is used as it is.
        owner: Option<Text>,
        /// The group that owns it: a name, or a number that is used as it is.
        group: Option<Text>,
        /// The user part of the SELinux label.
        seuser: Option<String>,
        /// The role part of the SELinux label.
        serole: Option<String>,
        /// The type part of the SELinux label.
        setype: Option<String>,
        /// The level part of the SELinux label.
        selevel: Option<String>,
        /// Inode flags as `chattr` has them.
        attributes: Option<String> as [attr],
        /// Writes into the file in place where it cannot be replaced as a whole, such as one that
        /// is mounted into a container.
        unsafe_writes: bool = false,
    }
}

/// A mode, or the wish to keep the source's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum AskedMode {
    Mode(Mode),
    /// The source's; only where a module has one.
    Preserve,
}

impl Param for AskedMode {
    const KIND: ParamKind = ParamKind::Plain;
    const TYPE: &'static str = "raw";

    fn parse(value: &Value, args: &Args<'_>, name: &str) -> Result<Self, Wrong> {
        if value.as_str() == Some("preserve") {
            return Ok(Self::Preserve);
        }
        <Mode as Param>::parse(value, args, name).map(Self::Mode)
    }
}

impl FileAttributes {
    /// The attributes that something gets which has `seen` now (or would get when it is made).
    /// `source` is the mode of what it is made from, for `preserve`.
    pub(super) fn on(
        &self,
        host: &dyn Observe,
        seen: &Meta,
        is_directory: bool,
        source: Option<FileMode>,
    ) -> Result<Meta, Refusal> {
        self.refuse_what_is_not_here(seen)?;
        let mut meta = seen.clone();
        match &self.mode {
            Some(AskedMode::Mode(mode)) => {
                meta.mode = mode.on(seen.mode, is_directory, host.login()?.umask);
            }
            Some(AskedMode::Preserve) => {
                meta.mode = source.ok_or_else(|| {
                    Refusal::of("mode", "`mode: preserve` needs a source with a mode")
                })?;
            }
            None => {}
        }
        if let Some(owner) = &self.owner {
            meta.uid = match owner.parse() {
                Ok(uid) => uid,
                Err(_) => {
                    host.user(owner)?
                        .ok_or_else(|| {
                            Refusal::of(
                                "owner",
                                format!("chown failed: failed to look up user {owner}"),
                            )
                        })?
                        .uid
                }
            };
        }
        if let Some(group) = &self.group {
            meta.gid = match group.parse() {
                Ok(gid) => gid,
                Err(_) => {
                    host.group(group)?
                        .ok_or_else(|| {
                            Refusal::of(
                                "group",
                                format!("chgrp failed: failed to look up group {group}"),
                            )
                        })?
                        .gid
                }
            };
        }
        if let Some(flags) = &self.attributes {
            meta.flags = Some(flags::on(flags, seen.flags)?);
        }
        Ok(meta)
    }

    /// Whether they say all of it, whatever was there before.
    pub(super) fn are_whole(&self) -> bool {
        let exact = matches!(
            &self.mode,
            Some(AskedMode::Preserve | AskedMode::Mode(Mode::Exact(_)))
        );
        exact && self.owner.is_some() && self.group.is_some()
    }

    /// Nothing asked for.
    pub(super) fn none() -> Self {
        Self {
            mode: None,
            owner: None,
            group: None,
            seuser: None,
            serole: None,
            setype: None,
            selevel: None,
            attributes: None,
            unsafe_writes: false,
        }
    }

    /// Whether nothing is asked for.
    pub(super) fn is_empty(&self) -> bool {
        self.mode.is_none()
            && self.owner.is_none()
            && self.group.is_none()
            && self.attributes.is_none()
    }

    /// The attributes of something new made by whoever logs in: `bits` less the umask.
    pub(super) fn new_meta(host: &dyn Observe, path: &str, bits: u32) -> Result<Meta, Refusal> {
        let login = host.login()?;
        let mode = FileMode::from_bits(bits).masked(login.umask);
        let mut meta = Meta::new(mode, login.uid, login.gid);
        // A directory with the set-group-ID bit hands its group on, and the bit to directories.
        if let Some(parent) = host.target(crate::host::path::parent(path))?
            && parent.meta.mode.bits() & 0o2000 != 0
        {
            meta.gid = parent.meta.gid;
            if bits & 0o111 == 0o111 {
                meta.mode = FileMode::from_bits(mode.bits() | 0o2000);
            }
        }
        Ok(meta)
    }

    fn refuse_what_is_not_here(&self, seen: &Meta) -> Result<(), Refusal> {
        let parts = [
            ("seuser", &self.seuser),
            ("serole", &self.serole),
            ("setype", &self.setype),
            ("selevel", &self.selevel),
        ];
        if let Some((name, _)) = parts.iter().find(|(_, part)| part.is_some()) {
            return Err(if seen.xattrs.contains_key("security.selinux") {
                Refusal::of(name, format!("`{name}` is not supported"))
            } else {
                Refusal::of(
                    name,
                    format!("`{name}` is given, but SELinux is not enabled on the host"),
                )
            });
        }
        Ok(())
    }
}
