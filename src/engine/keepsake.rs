//! Files that lookups keep on the control side.

use std::{
    fs,
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::Path,
};

use crate::template::Keep;

/// Writes them where they are asked for.
#[derive(Debug)]
pub(super) struct Keepsakes;

impl Keep for Keepsakes {
    #[expect(
        clippy::disallowed_methods,
        reason = "a password is kept beside the playbook, and no host is changed by it"
    )]
    fn keep(&self, path: &Path, text: &str, again: bool) -> io::Result<String> {
        if let Some(folder) = path.parent() {
            fs::DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(folder)?;
        }
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".hostwright-{}", std::process::id()));
        let draft = path.with_file_name(name);
        let _ = fs::remove_file(&draft);
        let mut file = fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&draft)?;
        let mut written = file.write_all(text.as_bytes());
        if written.is_ok() {
            written = if again {
                fs::rename(&draft, path)
            } else {
                fs::hard_link(&draft, path)
            };
        }
        if !again || written.is_err() {
            let _ = fs::remove_file(&draft);
        }
        match written {
            // Of two that make the same file at once, the first one counts.
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
            _ => fs::read_to_string(path),
        }
    }
}
