//! Whether an archive that is there holds what is wanted.

use std::collections::BTreeMap;

use super::{
    Packed, Packing,
    gather::{Known, Thing},
};
use crate::{
    archive::{self, Archive, Limits, Permissions},
    host::Observe,
    modules::Refusal,
    state::{Content, Kind},
    value::Unknown,
};

/// Whether what stands there holds the same; unknown where something wanted is and the rest agrees.
pub(super) fn same(
    host: &dyn Observe,
    seen: &Kind,
    packing: Packing,
    is_bare: bool,
    packed: &Packed,
) -> Result<Result<bool, Unknown>, Refusal> {
    let Kind::File(content) = seen else {
        return Ok(Ok(false));
    };
    if *content == packed.content {
        return Ok(Ok(true));
    }
    if let Content::Unknown(unknown) = content {
        return Ok(Err(unknown.clone()));
    }
    let wanted = &packed.gathered.members;
    // What cannot be read as an archive is no archive that holds the same.
    let held = if is_bare {
        let compression = packing.compression();
        let held = archive::uncompressed(compression, host.reader(content)?, Limits::default());
        held.ok().flatten().map(|content| {
            let known = Known {
                thing: Thing::File(content.digest()),
                mode: 0,
                owner: None,
                mtime: None,
            };
            BTreeMap::from([(String::new(), known)])
        })
    } else {
        archive::read(host.reader(content)?, Limits::default())
            .ok()
            .filter(|archive| archive.format == packing.of_archive())
            .map(members)
    };
    let Some(held) = held else {
        return Ok(Ok(false));
    };
    let is_tar = packing != Packing::Zip && !is_bare;
    let differs = held.len() != wanted.len()
        || wanted.iter().any(|(name, wanted)| {
            held.get(name)
                .is_none_or(|held| !agrees(held, wanted, is_tar))
        });
    Ok(match &packed.gathered.unknown {
        Some(unknown) if !differs => Err(unknown.clone()),
        _ => Ok(!differs),
    })
}

fn members(archive: Archive) -> BTreeMap<String, Known> {
    let known = archive.entries.into_iter().map(|entry| {
        let known = Known {
            thing: match entry.kind {
                Kind::File(content) => Thing::File(content.digest()),
                other => Thing::Other(other),
            },
            mode: match entry.permissions {
                Permissions::Unix(bits) => bits,
                Permissions::Unsaid => 0,
            },
            owner: entry.owner,
            mtime: entry.mtime.map(|(seconds, _)| seconds),
        };
        (entry.path, known)
    });
    known.collect()
}

/// Whether nothing that is known differs. As to Ansible, only the headers of a tar archive count
/// besides the contents.
fn agrees(held: &Known, wanted: &Known, is_tar: bool) -> bool {
    let things = match (&held.thing, &wanted.thing) {
        (Thing::File(Some(held)), Thing::File(Some(wanted))) => held == wanted,
        (Thing::File(_), Thing::File(_)) => true,
        (held, wanted) => held == wanted,
    };
    let headers = held.mode == wanted.mode
        && held.owner == wanted.owner
        && wanted.mtime.is_none_or(|mtime| held.mtime == Some(mtime));
    things && (!is_tar || headers)
}
