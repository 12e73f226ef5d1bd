//! What stands on a test host's disk, and how two looks differ.

use std::{collections::BTreeMap, fs, os::unix::fs::MetadataExt as _, path::Path};

use super::Host;
use crate::node::{timeless_tree, tree};

/// Everything that somebody could have changed, by path.
pub(crate) type Tree = BTreeMap<String, String>;

/// What changes without us, and what is ours: the journals and our program.
const NOT_LOOKED_AT: [&str; 8] = [
    "etc/.pwd.lock",
    "home/deploy/.cache",
    "home/guest/.cache",
    "home/pw/.cache",
    "home/pw/.local",
    "var/lib/hostwright",
    "var/lib/sudo",
    "var/log",
];

impl Host {
    /// Everything on this host that is not as on this machine, and what is in `/srv` and `/tmp`.
    pub(crate) fn disk(&self) -> Tree {
        self.looked(tree)
    }

    /// Like [`Self::disk`], without times.
    pub(crate) fn timeless_disk(&self) -> Tree {
        self.looked(timeless_tree)
    }

    fn looked(&self, look: impl Fn(&Path) -> Tree) -> Tree {
        let mut all = look(&self.root().join("run/disk"));
        all.retain(|name, what| !is_below(name, &NOT_LOOKED_AT) && !is_as_here(name, what));
        // File systems of their own may be mounted there.
        for folder in ["srv", "tmp", "var/tmp"] {
            all.retain(|name, _| !is_below(name, &[folder]));
            for (name, what) in look(&self.root().join(folder)) {
                if !name.starts_with(".hostwright-") {
                    all.insert(format!("{folder}/{name}"), what);
                }
            }
        }
        all
    }
}

fn is_below(name: &str, folders: &[&str]) -> bool {
    Path::new(name)
        .ancestors()
        .any(|part| folders.iter().any(|folder| part == Path::new(folder)))
}

/// A directory is in a host's layer as soon as something in it is.
fn is_as_here(name: &str, what: &str) -> bool {
    let Ok(meta) = fs::symlink_metadata(Path::new("/").join(name)) else {
        return false;
    };
    let here = format!("{:o} {}:{} directory", meta.mode(), meta.uid(), meta.gid());
    meta.is_dir() && what.ends_with("directory") && *what == here
}

/// How the second look differs from the first, one line for each path.
pub(crate) fn differences(before: &Tree, after: &Tree) -> Vec<String> {
    let names = before
        .keys()
        .chain(after.keys().filter(|name| !before.contains_key(*name)));
    let shown = |what: Option<&String>| what.map_or_else(|| "nothing".to_owned(), Clone::clone);
    let mut all: Vec<String> = names
        .filter(|name| before.get(*name) != after.get(*name))
        .map(|name| {
            format!(
                "{name}: {} -> {}",
                shown(before.get(name)),
                shown(after.get(name))
            )
        })
        .collect();
    all.sort();
    all
}
