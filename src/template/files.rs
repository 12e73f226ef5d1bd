//! Files of the control side that templates read.
#![expect(
    clippy::disallowed_methods,
    reason = "the one door through which templates read files of the control side"
)]

use std::path::{Path, PathBuf};

/// The most that is read of one file.
const LARGEST: u64 = 256 * 1024 * 1024;

/// The bytes of a file; an error says what could not be read and why.
pub(super) fn bytes(path: &Path) -> Result<Vec<u8>, String> {
    let failed = |fault: std::io::Error| format!("cannot read `{}`: {fault}", path.display());
    let about = std::fs::metadata(path).map_err(failed)?;
    if about.len() > LARGEST {
        return Err(format!(
            "`{}` is larger than {LARGEST} bytes",
            path.display()
        ));
    }
    std::fs::read(path).map_err(failed)
}

/// The first of these directories that has a file of this name; absolute names stand for themselves.
pub(super) fn find(name: &str, search: &[PathBuf]) -> Option<PathBuf> {
    let path = Path::new(name);
    if path.is_absolute() {
        return path.exists().then(|| path.to_owned());
    }
    search
        .iter()
        .map(|directory| directory.join(path))
        .find(|path| path.exists())
}

/// The names in a directory, sorted; none where it cannot be read.
pub(super) fn names(directory: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(directory) else {
        return Vec::new();
    };
    let mut names: Vec<String> = entries
        .flatten()
        .map(|entry| {
            use std::os::unix::ffi::OsStrExt;
            crate::value::text_of(entry.file_name().as_bytes())
        })
        .collect();
    names.sort();
    names
}
