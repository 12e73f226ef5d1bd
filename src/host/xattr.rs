//! Extended attributes of what stands at a path.

use std::collections::BTreeMap;

use rustix::{
    fs::{lgetxattr, llistxattr},
    io::Errno,
};

use crate::value::text_of;

/// All extended attributes of what stands at `path` by name; links are not followed.
///
/// None where the file system has none, or does not let us see them.
pub fn all(path: &str) -> rustix::io::Result<BTreeMap<String, Vec<u8>>> {
    let path = crate::value::bytes_of(path);
    let path = path.as_slice();
    let names = match sized(|buffer| llistxattr(path, buffer)) {
        Ok(names) => names,
        Err(Errno::NOTSUP | Errno::PERM | Errno::ACCESS | Errno::NOSYS) => Vec::new(),
        Err(error) => return Err(error),
    };
    let mut all = BTreeMap::new();
    for name in names
        .split(|byte| *byte == 0)
        .filter(|name| !name.is_empty())
    {
        match sized(|buffer| lgetxattr(path, name, buffer)) {
            Ok(value) => {
                all.insert(text_of(name), value);
            }
            // Gone since it was listed, or not for us to read: then we cannot set it either.
            Err(Errno::NODATA | Errno::PERM | Errno::ACCESS | Errno::NOTSUP) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(all)
}

/// The largest that the kernel gives, of a value as of a list.
const MOST: usize = 64 << 10;

/// Asks with more room until it is enough. (Asking for the size first would be one call more for
/// the many that have none.)
fn sized(
    mut get: impl FnMut(&mut [u8]) -> rustix::io::Result<usize>,
) -> rustix::io::Result<Vec<u8>> {
    let mut buffer = vec![0; 256];
    loop {
        match get(&mut buffer) {
            Ok(filled) => {
                buffer.truncate(filled);
                return Ok(buffer);
            }
            Err(Errno::RANGE) if buffer.len() < MOST => buffer.resize(buffer.len() * 4, 0),
            Err(error) => return Err(error),
        }
    }
}
