//! Mounted file systems.

use super::Ground;
use crate::{
    host::{Seen, path},
    state::Kind,
    value::{Map, Value},
};

pub(super) fn mounts(ground: &Ground<'_>, facts: &mut Map) -> Seen<()> {
    let mut table = ground.text("/etc/mtab")?;
    if table.is_empty() {
        table = ground.text("/proc/mounts")?;
    }
    let ids = ids(ground)?;
    let mut all = Vec::new();
    for line in table.lines() {
        let fields: Vec<String> = line.split_whitespace().map(unescaped).collect();
        let [device, mount, kind, options, dump, pass, ..] = fields.as_slice() else {
            continue;
        };
        if !device.starts_with('/') && !device.contains(":/") || kind == "none" {
            continue;
        }
        let mut told = Map::from([
            ("mount", Value::from(mount.as_str())),
            ("device", Value::from(device.as_str())),
            ("fstype", Value::from(kind.as_str())),
            ("options", Value::from(options.as_str())),
            ("dump", Value::Int(dump.parse().unwrap_or(0))),
            ("passno", Value::Int(pass.parse().unwrap_or(0))),
        ]);
        if let Ok(Some(space)) = ground.host.space(mount) {
            told.insert("size_total", space.blocks * space.fragment_size);
            told.insert(
                "size_available",
                space.blocks_available * space.fragment_size,
            );
            told.insert("block_size", space.block_size);
            told.insert("block_total", space.blocks);
            told.insert("block_available", space.blocks_available);
            told.insert(
                "block_used",
                space.blocks.saturating_sub(space.blocks_available),
            );
            told.insert("inode_total", space.inodes);
            told.insert("inode_available", space.inodes_available);
            told.insert(
                "inode_used",
                space.inodes.saturating_sub(space.inodes_available),
            );
        }
        let id = ids.iter().find(|(known, _)| known == device);
        told.insert("uuid", id.map_or("N/A", |(_, id)| id.as_str()));
        all.push(Value::from(told));
    }
    facts.insert("mounts", all);
    Ok(())
}

/// Devices by the links that carry their identity.
fn ids(ground: &Ground<'_>) -> Seen<Vec<(String, String)>> {
    const FOLDER: &str = "/dev/disk/by-uuid";
    let mut ids = Vec::new();
    for id in ground.names(FOLDER)? {
        let at = path::join(FOLDER, &id);
        if let Ok(Some(stat)) = ground.host.stat(&at)
            && matches!(stat.kind, Kind::Link(_))
            && let Ok(device) = ground.host.resolved(&at)
        {
            ids.push((device, id));
        }
    }
    Ok(ids)
}

/// Blanks in mount tables stand as octal numbers.
fn unescaped(field: &str) -> String {
    [
        ("\\040", " "),
        ("\\011", "\t"),
        ("\\012", "\n"),
        ("\\134", "\\"),
    ]
    .into_iter()
    .fold(field.to_owned(), |text, (code, letter)| {
        text.replace(code, letter)
    })
}
