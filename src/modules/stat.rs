//! `stat`: what stands at a path.

use super::{
    HostPath, Module, Refusal,
    statted::{Algorithm, facts, may, planned, real},
};
use crate::{
    change::{Plan, Run},
    host::Observe,
    state::{Entry, Kind, Stat as Seen},
    value::{Map, Value, text_of},
};

parameters! {
    /// Tells what stands at a path. Changes nothing.
    ///
    /// ```yaml
    /// - stat:
    ///     path: /etc/motd
    ///   register: motd
    /// ```
    pub(super) struct Stat {
        /// The path.
        path: HostPath as [dest, name],
        /// Whether a link is followed.
        follow: bool = false,
        /// Whether the checksum of a file is returned.
        get_checksum: bool = true,
        /// Which checksum.
        checksum_algorithm: Algorithm as [checksum, checksum_algo] = Algorithm::Sha1,
        /// Whether the program `file` is asked what a file holds.
        get_mime: bool as [mime, mime_type, "mime-type"] = true,
        /// Whether the program `lsattr` is asked for inode flags.
        get_attributes: bool as [attr, attributes] = true,
    }
}

impl Module for Stat {
    const ONLY_LOOKS: bool = true;

    fn plan(&self, host: &dyn Observe) -> Result<Plan, Refusal> {
        let mut plan = Plan::default();
        let given = &self.path.0;
        let seen = if self.follow {
            host.target(given)?
        } else {
            host.stat(given)?
        };
        let stat = match seen {
            Some(stat) => self.told(host, &stat)?,
            None => Map::from([("exists", false)]),
        };
        plan.returns("stat", stat);
        Ok(plan)
    }
}

impl Stat {
    fn told(&self, host: &dyn Observe, stat: &Seen) -> Result<Map, Refusal> {
        let given = self.path.0.as_str();
        let mut to = Map::from([("exists", true)]);
        facts(host, given, stat, &mut to)?;
        to.insert("blocks", real(stat, |real| real.blocks));
        to.insert("block_size", real(stat, |real| real.block_size));
        to.insert("device_type", real(stat, |real| real.represents));
        let login = host.login()?;
        // As the kernel's `access` has it: of what a link leads to.
        let target = host.target(given)?;
        let mut readable = false;
        for (name, bit) in [("readable", 4), ("writeable", 2), ("executable", 1)] {
            let is = target
                .as_ref()
                .is_some_and(|target| may(&login, &target.meta, target.is_directory(), bit));
            readable |= is && bit == 4;
            to.insert(name, is);
        }
        if let Kind::Link(target) = &stat.kind {
            to.insert("lnk_source", host.resolved(given)?);
            to.insert("lnk_target", target.as_str());
        }
        if self.get_checksum && stat.is_file() && readable {
            let at = host.resolved(given)?;
            if let Some(Entry {
                kind: Kind::File(content),
                ..
            }) = host.entry(&at)?
            {
                to.insert("checksum", self.checksum_algorithm.of(host, &content)?);
            }
        }
        if self.get_mime {
            mime(host, given, stat, &mut to);
        }
        if self.get_attributes {
            attributes(host, given, stat, &mut to);
        }
        Ok(to)
    }
}

/// What a program that only looks says; nothing when it is missing or fails.
fn answer(host: &dyn Observe, argv: &[&str]) -> Option<String> {
    let query = Run {
        argv: argv.iter().map(|word| (*word).to_owned()).collect(),
        timeout: Some(30),
        ..Run::default()
    };
    let output = host.ask(&query).ok()?;
    (output.code == 0).then(|| text_of(&output.stdout))
}

fn mime(host: &dyn Observe, given: &str, stat: &Seen, to: &mut Map) {
    if stat.real.is_none() {
        to.insert("mimetype", planned());
        to.insert("charset", planned());
        return;
    }
    let said = answer(
        host,
        &["file", "--mime-type", "--mime-encoding", "--", given],
    );
    let parts = said.as_deref().and_then(|said| {
        let (kind, charset) = said.rsplit_once(": ")?.1.split_once(';')?;
        Some((kind.trim(), charset.trim().strip_prefix("charset=")?))
    });
    let (kind, charset) = parts.unwrap_or(("unknown", "unknown"));
    to.insert("mimetype", kind);
    to.insert("charset", charset);
}

/// The flags by `lsattr`, with the names that Ansible gives them.
fn attributes(host: &dyn Observe, given: &str, stat: &Seen, to: &mut Map) {
    if stat.real.is_none() {
        for name in ["version", "attributes", "attr_flags"] {
            to.insert(name, planned());
        }
        return;
    }
    // It opens what it looks at: only files and directories hold still for that.
    let said = (stat.is_file() || stat.is_directory())
        .then(|| answer(host, &["lsattr", "-vd", "--", given]))
        .flatten();
    let mut words = said.iter().flat_map(|said| said.split_whitespace());
    let version = words.next().map(str::to_owned);
    let flags = words.next().unwrap_or_default().replace('-', "");
    let names = flags.chars().filter_map(flag_name).map(Value::from);
    to.insert("version", version);
    to.insert("attributes", Value::list(names));
    to.insert("attr_flags", flags);
}

fn flag_name(letter: char) -> Option<&'static str> {
    Some(match letter {
        'A' => "noatime",
        'a' => "append",
        'c' => "compressed",
        'C' => "nocow",
        'd' => "nodump",
        'D' => "dirsync",
        'e' => "extents",
        'E' => "encrypted",
        'h' => "blocksize",
        'i' => "immutable",
        'I' => "indexed",
        'j' => "journalled",
        'N' => "inline",
        's' => "zero",
        'S' => "synchronous",
        't' => "notail",
        'T' => "blockroot",
        'u' => "undelete",
        'X' => "compressedraw",
        'Z' => "compresseddirty",
        _ => return None,
    })
}
