//! Return values that modules about files share.

use md5::Digest as _;

use crate::{
    host::{Observe, Seen, Unseen},
    state::{Content, FileMode, Kind, Stat},
    value::{Map, Unknown, Value, hex},
};

/// Adds what Ansible returns of what stands at `path`: owner, group, mode, state, size. Nothing
/// when the path leads nowhere.
pub(super) fn info(host: &dyn Observe, path: &str, to: &mut Map) -> Seen<()> {
    if host.target(path)?.is_none() {
        return Ok(());
    }
    let Some(stat) = host.stat(path)? else {
        return Ok(());
    };
    to.insert("uid", stat.meta.uid);
    to.insert("gid", stat.meta.gid);
    to.insert("owner", owner(host, stat.meta.uid)?);
    to.insert("group", group(host, stat.meta.gid)?);
    to.insert("mode", mode(stat.meta.mode));
    to.insert("state", state(&stat));
    let size = stat.size.map(Value::from);
    to.insert("size", size.unwrap_or_else(|| unknown_size().into()));
    Ok(())
}

/// Adds what Ansible returns of a file that was waited for; unknown where it is not there yet.
pub fn awaited(host: &dyn Observe, path: &str, to: &mut Map) -> Seen<()> {
    match host.target(path) {
        Ok(Some(_)) => info(host, &host.resolved(path)?, to),
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

/// Why the size of something planned is not known.
pub(super) fn unknown_size() -> Unknown {
    Unknown::because("only the run will tell how large it is")
}

/// The name of an account, or its number where it has none.
pub(super) fn owner(host: &dyn Observe, uid: u32) -> Seen<String> {
    let user = host.user_of(uid)?;
    Ok(user.map_or_else(|| uid.to_string(), |user| user.name))
}

/// The name of a group, or its number where it has none.
pub(super) fn group(host: &dyn Observe, gid: u32) -> Seen<String> {
    let group = host.group_of(gid)?;
    Ok(group.map_or_else(|| gid.to_string(), |group| group.name))
}

/// A mode as Ansible returns it: a nought before the digits, however many there are.
pub(super) fn mode(mode: FileMode) -> String {
    format!("0{:03o}", mode.bits())
}

/// What Ansible calls what stands there.
pub(super) fn state(stat: &Stat) -> &'static str {
    match &stat.kind {
        Kind::Directory => "directory",
        Kind::Link(_) => "link",
        _ if stat.links > 1 => "hard",
        _ => "file",
    }
}

/// The digest of a content in hexadecimal; a large content is never whole in memory.
pub(super) fn digest<D: md5::Digest>(host: &dyn Observe, content: &Content) -> Seen<String> {
    let mut from = host.reader(content)?;
    let mut hash = D::new();
    let mut buffer = vec![0; 64 << 10];
    loop {
        let filled = from
            .read(&mut buffer)
            .map_err(|error| Unseen::unreadable("a content", &error))?;
        if filled == 0 {
            return Ok(hex(&hash.finalize()));
        }
        hash.update(&buffer[..filled]);
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

pub(super) fn known(
    host: &dyn Observe,
    content: &Content,
    compute: impl Fn(&[u8]) -> String,
) -> Seen<Value> {
    match host.bytes(content) {
        Ok(bytes) => Ok(Value::from(compute(&bytes))),
        Err(Unseen::Unknown(unknown)) => Ok(Value::Unknown(unknown)),
        Err(other) => Err(other),
    }
}
