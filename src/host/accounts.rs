//! Accounts, read from /etc/passwd and /etc/group.
//!
//! Read as files, so that an overlay's planned accounts are seen. What is not in the files may
//! still be in a directory service, which `getent` asks.

use crate::{
    change::Run,
    host::{Observe, Seen},
    state::{Group, User},
    value::text_of,
};

pub(super) fn user<O: Observe + ?Sized>(
    host: &O,
    wanted: &dyn Fn(&User) -> bool,
    key: &str,
) -> Seen<Option<User>> {
    find(host, "/etc/passwd", "passwd", key, &|line| {
        parse_user(line).filter(|user| wanted(user))
    })
}

pub(super) fn group<O: Observe + ?Sized>(
    host: &O,
    wanted: &dyn Fn(&Group) -> bool,
    key: &str,
) -> Seen<Option<Group>> {
    find(host, "/etc/group", "group", key, &|line| {
        parse_group(line).filter(|group| wanted(group))
    })
}

fn find<O: Observe + ?Sized, T>(
    host: &O,
    file: &str,
    database: &str,
    key: &str,
    take: &dyn Fn(&str) -> Option<T>,
) -> Seen<Option<T>> {
    let text = host
        .read(file)?
        .map(|bytes| text_of(&bytes))
        .unwrap_or_default();
    if let Some(found) = text.lines().find_map(take) {
        return Ok(Some(found));
    }
    if !has_directory_service(host)? || key.starts_with('-') {
        return Ok(None);
    }
    let query = Run {
        argv: ["getent", database, key].map(str::to_owned).to_vec(),
        timeout: Some(10),
        ..Run::default()
    };
    let answer = text_of(&host.ask(&query)?.stdout);
    Ok(answer.lines().find_map(take))
}

/// Whether nsswitch names more than the files; asking `getent` costs a process.
fn has_directory_service<O: Observe + ?Sized>(host: &O) -> Seen<bool> {
    let Some(bytes) = host.read("/etc/nsswitch.conf")? else {
        return Ok(false);
    };
    Ok(text_of(&bytes).lines().any(|line| {
        ["passwd:", "group:"].iter().any(|database| {
            line.strip_prefix(database).is_some_and(|sources| {
                sources
                    .split_whitespace()
                    .any(|source| !matches!(source, "files" | "compat" | "systemd"))
            })
        })
    }))
}

fn parse_user(line: &str) -> Option<User> {
    let mut fields = line.split(':');
    let mut next = || fields.next().map(str::to_owned);
    let (name, _password) = (next()?, next()?);
    Some(User {
        name,
        uid: next()?.parse().ok()?,
        gid: next()?.parse().ok()?,
        comment: next()?,
        home: next()?,
        shell: next()?,
    })
}

fn parse_group(line: &str) -> Option<Group> {
    let mut fields = line.split(':');
    let (name, _password) = (fields.next()?.to_owned(), fields.next()?);
    let gid = fields.next()?.parse().ok()?;
    let members = fields.next().unwrap_or_default();
    Some(Group {
        name,
        gid,
        members: members
            .split(',')
            .filter(|member| !member.is_empty())
            .map(str::to_owned)
            .collect(),
    })
}
