//! What `stat` and `find` return of one thing.

use super::returned;
use crate::{
    host::{Login, Observe, Seen},
    state::{Content, Device, Kind, Meta, Real, Stamp, Stat},
    value::{Map, Unknown, Value},
};

choices! {
    /// An algorithm for checksums.
    pub(super) enum Algorithm {
        Md5 = "md5",
        Sha1 = "sha1",
        Sha224 = "sha224",
        Sha256 = "sha256",
        Sha384 = "sha384",
        Sha512 = "sha512",
    }
}

impl Algorithm {
    /// The checksum of a content in hexadecimal.
    pub(super) fn of(self, host: &dyn Observe, content: &Content) -> Seen<Value> {
        use sha2::Digest as _;
        match self {
            Self::Md5 => returned::md5(host, content),
            Self::Sha1 => returned::sha1(host, content),
            Self::Sha224 => returned::known(host, content, |bytes| {
                crate::value::hex(&sha2::Sha224::digest(bytes))
            }),
            Self::Sha256 => match content.digest() {
                Some(digest) => Ok(Value::from(digest.to_string())),
                None => returned::sha1(host, content),
            },
            Self::Sha384 => returned::known(host, content, |bytes| {
                crate::value::hex(&sha2::Sha384::digest(bytes))
            }),
            Self::Sha512 => returned::known(host, content, |bytes| {
                crate::value::hex(&sha2::Sha512::digest(bytes))
            }),
        }
    }
}

/// Kind, owner, times and bits. What only a real thing has is unknown of a planned one.
pub(super) fn facts(host: &dyn Observe, path: &str, stat: &Stat, to: &mut Map) -> Seen<()> {
    let bits = stat.meta.mode.bits();
    to.insert("path", path);
    to.insert("mode", stat.meta.mode.to_string());
    let kind = &stat.kind;
    let device =
        |block: bool| matches!(kind, Kind::Device(Device { is_block, .. }) if *is_block == block);
    for (name, is) in [
        ("isdir", stat.is_directory()),
        ("ischr", device(false)),
        ("isblk", device(true)),
        ("isreg", matches!(kind, Kind::File(_) | Kind::Hard(_))),
        ("isfifo", matches!(kind, Kind::Fifo)),
        ("islnk", stat.is_link()),
        ("issock", matches!(kind, Kind::Socket)),
    ] {
        to.insert(name, is);
    }
    to.insert("uid", stat.meta.uid);
    to.insert("gid", stat.meta.gid);
    let size = stat.size.map(Value::from);
    to.insert(
        "size",
        size.unwrap_or_else(|| returned::unknown_size().into()),
    );
    to.insert("inode", real(stat, |real| real.inode));
    to.insert("dev", real(stat, |real| real.device));
    to.insert("nlink", links(stat));
    to.insert("atime", time(stat.meta.atime));
    to.insert("mtime", time(stat.meta.mtime));
    let ctime = stat.real.map(|real| seconds(real.ctime));
    to.insert("ctime", ctime.map_or_else(|| planned().into(), Value::from));
    for (name, bit) in [
        ("wusr", 0o200),
        ("rusr", 0o400),
        ("xusr", 0o100),
        ("wgrp", 0o20),
        ("rgrp", 0o40),
        ("xgrp", 0o10),
        ("woth", 0o2),
        ("roth", 0o4),
        ("xoth", 0o1),
        ("isuid", 0o4000),
        ("isgid", 0o2000),
    ] {
        to.insert(name, bits & bit != 0);
    }
    to.insert("pw_name", returned::owner(host, stat.meta.uid)?);
    to.insert("gr_name", returned::group(host, stat.meta.gid)?);
    Ok(())
}

/// What only a thing that exists has.
pub(super) fn real(stat: &Stat, part: impl Fn(&Real) -> u64) -> Value {
    stat.real
        .as_ref()
        .map_or_else(|| planned().into(), |real| Value::from(part(real)))
}

fn links(stat: &Stat) -> Value {
    // A directory has as many as it has directories in it, on some file systems.
    if stat.is_directory() && stat.real.is_none() {
        return planned().into();
    }
    Value::from(stat.links)
}

fn time(stamp: Stamp) -> Value {
    match stamp {
        Stamp::At(whole, rest) => Value::from(seconds((whole, rest))),
        Stamp::Now | Stamp::Any => planned().into(),
    }
}

/// Seconds with their fraction, as Python has them.
pub(super) fn seconds((whole, rest): (i64, u32)) -> f64 {
    whole as f64 + f64::from(rest) * 1e-9
}

/// Why something is not known of what is not there yet.
pub(super) fn planned() -> Unknown {
    Unknown::because("it is only there after the run")
}

/// Whether the login may do something (4 read, 2 write, 1 execute) with what has these attributes.
pub(super) fn may(login: &Login, meta: &Meta, is_directory: bool, bit: u32) -> bool {
    let bits = meta.mode.bits();
    if login.uid == 0 {
        return bit != 1 || is_directory || bits & 0o111 != 0;
    }
    let shift = if meta.uid == login.uid {
        6
    } else if meta.gid == login.gid || login.groups.contains(&meta.gid) {
        3
    } else {
        0
    };
    bits >> shift & bit != 0
}
