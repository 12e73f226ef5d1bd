//! Return values that modules about files share.

use md5::Digest as _;

use crate::{
    host::{Observe, Seen, Unseen},
    state::{Content, Entry, Kind, Meta},
    value::{Map, Unknown, Value},
};

/// Adds what Ansible returns of a thing in the file system: owner, group, mode, state, size.
pub(super) fn attributes(host: &dyn Observe, meta: &Meta, kind: &Kind, to: &mut Map) -> Seen<()> {
    to.insert("uid", meta.uid);
    to.insert("gid", meta.gid);
    to.insert(
        "owner",
        host.user_of(meta.uid)?
            .map_or_else(|| meta.uid.to_string(), |user| user.name),
    );
    to.insert(
        "group",
        host.group_of(meta.gid)?
            .map_or_else(|| meta.gid.to_string(), |group| group.name),
    );
    to.insert("mode", meta.mode.to_string());
    to.insert("state", state(kind));
    if let Kind::File(content) = kind {
        match content {
            Content::Known { size, .. } => to.insert("size", *size),
            Content::Unknown(unknown) => to.insert("size", unknown.clone()),
        };
    }
    Ok(())
}

/// Adds what Ansible returns of a file that was waited for; unknown where it is not there yet.
pub fn awaited(host: &dyn Observe, path: &str, to: &mut Map) -> Seen<()> {
    match host.entry(&host.resolved(path)?) {
        Ok(Some(entry)) => attributes(host, &entry.meta, &entry.kind, to),
        Ok(None) => {
            not_yet(&Unknown::because("the file is not there yet"), to);
            Ok(())
        }
        Err(Unseen::Unknown(unknown)) => {
            not_yet(&unknown, to);
            Ok(())
        }
        Err(unseen) => Err(unseen),
    }
}

fn not_yet(why: &Unknown, to: &mut Map) {
    for name in ["uid", "gid", "owner", "group", "mode", "state", "size"] {
        to.insert(name, why.clone());
    }
}

/// What Ansible calls a kind of thing.
pub(super) fn state(kind: &Kind) -> &'static str {
    match kind {
        Kind::Directory => "directory",
        Kind::Link(_) => "link",
        Kind::Hard(_) => "hard",
        Kind::File(_) | Kind::Fifo | Kind::Socket | Kind::Device(_) => "file",
    }
}

/// The SHA-1 of a content in hexadecimal, which Ansible calls its checksum.
pub(super) fn sha1(host: &dyn Observe, content: &Content) -> Seen<Value> {
    known(host, content, |bytes| hex(&sha1::Sha1::digest(bytes)))
}

/// The MD5 of a content in hexadecimal.
pub(super) fn md5(host: &dyn Observe, content: &Content) -> Seen<Value> {
    known(host, content, |bytes| hex(&md5::Md5::digest(bytes)))
}

fn known(host: &dyn Observe, content: &Content, compute: impl Fn(&[u8]) -> String) -> Seen<Value> {
    match host.bytes(content) {
        Ok(bytes) => Ok(Value::from(compute(&bytes))),
        Err(Unseen::Unknown(unknown)) => Ok(Value::Unknown(unknown)),
        Err(other) => Err(other),
    }
}

/// Lower-case hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The whole entry's return values, with the checksum where it is a file.
pub(super) fn entry(host: &dyn Observe, path: &str, entry: &Entry, to: &mut Map) -> Seen<()> {
    to.insert("dest", path);
    if let Kind::File(content) = &entry.kind {
        to.insert("checksum", sha1(host, content)?);
    }
    attributes(host, &entry.meta, &entry.kind, to)
}
