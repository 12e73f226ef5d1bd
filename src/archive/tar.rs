//! The entries of a tar archive, of which no two readers see others.

use std::{
    collections::BTreeMap,
    io::{self, Read},
};

use tar::{Archive, EntryType, Header};

use super::{
    Entry, Limits, Owner, Permissions, Unsound,
    name::{Maker, clean},
    shown,
};
use crate::{
    host::Spool,
    state::{Content, Device, Kind},
    value::text_of,
};

/// Sizes from here on do not fit a plain header.
const PLAIN_MOST: u64 = 0o77_777_777_777;

/// Whether a stream that starts so is a tar archive: its first header has the right checksum.
pub(super) fn starts(start: &[u8]) -> bool {
    let Ok(block) = <&[u8; 512]>::try_from(start) else {
        return false;
    };
    let header = Header::from_byte_slice(block);
    let sum: u32 = block
        .iter()
        .enumerate()
        .map(|(at, byte)| {
            u32::from(if (148..156).contains(&at) {
                b' '
            } else {
                *byte
            })
        })
        .sum();
    header.cksum().is_ok_and(|said| said == sum)
}

/// Reads every entry, and the stream to its end, so that a cut or broken one is noticed.
pub(super) fn entries(
    mut stream: impl Read,
    limits: Limits,
    spool: &mut Spool,
) -> Result<Vec<Entry>, Unsound> {
    let broken = |error: io::Error| Unsound(format!("the archive is broken: {error}"));
    let mut all: Vec<Entry> = Vec::new();
    let mut contents: BTreeMap<String, Content> = BTreeMap::new();
    let mut archive = Archive::new(&mut stream);
    for entry in archive.entries().map_err(broken)? {
        let mut entry = entry.map_err(broken)?;
        limits.count(all.len() as u64 + 1)?;
        let kind = entry.header().entry_type();
        if kind.is_pax_global_extensions() {
            global(&mut entry)?;
            continue;
        }
        let extensions = Extensions::of(&mut entry).map_err(broken)?;
        let name = text_of(&entry.path_bytes());
        if kind == EntryType::new(b'V') {
            continue;
        }
        extensions.agree(&entry, &name)?;
        let path = clean(&entry.path_bytes(), Maker::Tar)?;
        let kind = match kind {
            EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse
                if !name.ends_with('/') =>
            {
                let content = spool.take(&mut entry).map_err(|error| {
                    Unsound(format!("the entry {} is broken: {error}", shown(&name)))
                })?;
                if content.size() != Some(entry.size()) {
                    return Err(Unsound(format!("the entry {} is cut off", shown(&name))));
                }
                contents.insert(path.clone(), content.clone());
                Kind::File(content)
            }
            EntryType::Directory | EntryType::Regular => Kind::Directory,
            EntryType::Symlink => Kind::Link(link(&entry)),
            EntryType::Link => {
                let target = link(&entry);
                let target = clean(&crate::value::bytes_of(&target), Maker::Tar)?;
                let Some(content) = contents.get(&target).cloned() else {
                    return Err(Unsound(format!(
                        "the hard link {} is to {}, which is no file before it in the archive",
                        shown(&name),
                        shown(&target)
                    )));
                };
                contents.insert(path.clone(), content.clone());
                Kind::File(content)
            }
            EntryType::Fifo => Kind::Fifo,
            EntryType::Char | EntryType::Block => Kind::Device(Device {
                is_block: kind == EntryType::Block,
                major: number(entry.header().device_major()),
                minor: number(entry.header().device_minor()),
            }),
            other => {
                return Err(Unsound(format!(
                    "the entry {} is of a kind that is not supported: {:?}",
                    shown(&name),
                    char::from(other.as_byte())
                )));
            }
        };
        all.push(built(path, name, kind, entry.header(), &extensions));
    }
    // What follows the end is not read as entries, but must be whole.
    io::copy(&mut stream, &mut io::sink()).map_err(broken)?;
    if all.is_empty() {
        return Err(Unsound("there is nothing in the archive".to_owned()));
    }
    Ok(all)
}

fn built(path: String, name: String, kind: Kind, header: &Header, said: &Extensions) -> Entry {
    let plain = |bytes: Option<&[u8]>| bytes.map(text_of).unwrap_or_default();
    Entry {
        path,
        name,
        kind,
        permissions: header
            .mode()
            .map_or(Permissions::Unsaid, |mode| Permissions::Unix(mode & 0o7777)),
        mtime: said.mtime.or_else(|| {
            let seconds = i64::try_from(header.mtime().ok()?).ok()?;
            Some((seconds, 0))
        }),
        owner: Some(Owner {
            uid: header
                .uid()
                .ok()
                .and_then(|id| id.try_into().ok())
                .unwrap_or(0),
            gid: header
                .gid()
                .ok()
                .and_then(|id| id.try_into().ok())
                .unwrap_or(0),
            user: said
                .user
                .clone()
                .unwrap_or_else(|| plain(header.username_bytes())),
            group: said
                .group
                .clone()
                .unwrap_or_else(|| plain(header.groupname_bytes())),
        }),
    }
}

fn link<R: Read>(entry: &tar::Entry<'_, R>) -> String {
    entry
        .link_name_bytes()
        .map(|target| text_of(&target))
        .unwrap_or_default()
}

fn number(part: io::Result<Option<u32>>) -> u32 {
    part.ok().flatten().unwrap_or(0)
}

/// What an extended header says of the entry that follows it.
#[derive(Default)]
struct Extensions {
    size: Option<u64>,
    is_sparse: bool,
    mtime: Option<(i64, u32)>,
    user: Option<String>,
    group: Option<String>,
}

impl Extensions {
    fn of<R: Read>(entry: &mut tar::Entry<'_, R>) -> io::Result<Self> {
        let mut said = Self::default();
        let Some(records) = entry.pax_extensions()? else {
            return Ok(said);
        };
        for record in records {
            let record = record?;
            let value = record.value_bytes();
            let number = std::str::from_utf8(value).ok();
            match record.key_bytes() {
                b"size" => {
                    let size = number.and_then(|text| text.parse().ok());
                    said.size = Some(size.ok_or_else(|| io::Error::other("a size is no number"))?);
                }
                b"mtime" => said.mtime = number.and_then(time),
                b"uname" => said.user = Some(text_of(value)),
                b"gname" => said.group = Some(text_of(value)),
                key if key.starts_with(b"GNU.sparse") => said.is_sparse = true,
                _ => {}
            }
        }
        Ok(said)
    }

    /// Refuses an entry of which one reader would take more bytes than another.
    fn agree<R: Read>(&self, entry: &tar::Entry<'_, R>, name: &str) -> Result<(), Unsound> {
        if self.is_sparse {
            return Err(Unsound(format!(
                "the entry {} is a sparse file of the PAX kind, which is not supported",
                shown(name)
            )));
        }
        let plain = entry.header().entry_size().unwrap_or(u64::MAX);
        match self.size {
            Some(size) if size != plain && size <= PLAIN_MOST => Err(Unsound(format!(
                "the entry {} has two sizes, {plain} and {size}",
                shown(name)
            ))),
            _ => Ok(()),
        }
    }
}

/// An extended header for all that follows may comment, but say nothing that changes entries.
fn global<R: Read>(entry: &mut tar::Entry<'_, R>) -> Result<(), Unsound> {
    let mut text = Vec::new();
    entry
        .take(1 << 20)
        .read_to_end(&mut text)
        .map_err(|error| Unsound(format!("the archive is broken: {error}")))?;
    for record in tar::PaxExtensions::new(&text) {
        let record = record.map_err(|error| Unsound(format!("the archive is broken: {error}")))?;
        if matches!(record.key_bytes(), b"path" | b"linkpath" | b"size") {
            return Err(Unsound(format!(
                "a global header sets the {} of all entries",
                text_of(record.key_bytes())
            )));
        }
    }
    Ok(())
}

/// Seconds with a fraction, as extended headers have them.
fn time(text: &str) -> Option<(i64, u32)> {
    let (seconds, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits: String = fraction
        .chars()
        .chain("000000000".chars())
        .take(9)
        .collect();
    let nanoseconds: u32 = digits.parse().ok()?;
    let seconds: i64 = seconds.parse().ok()?;
    if text.starts_with('-') && nanoseconds > 0 {
        return Some((seconds - 1, 1_000_000_000 - nanoseconds));
    }
    Some((seconds, nanoseconds))
}
