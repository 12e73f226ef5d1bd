//! A script of the control side, there for as long as it runs.
#![expect(
    clippy::disallowed_methods,
    reason = "the directory is ours, lies apart, and nobody else writes it"
)]

use std::{
    fs::{self, DirBuilder, OpenOptions},
    os::unix::{
        ffi::OsStrExt as _,
        fs::{DirBuilderExt as _, OpenOptionsExt as _},
    },
    path::PathBuf,
    sync::atomic::{AtomicU32, Ordering},
};

use super::{Doing as _, Stopped, content::pour_content};
use crate::{
    change::Script,
    host::Login,
    node::journal,
    value::{bytes_of, text_of},
};

/// A directory that only we can enter, gone when this is dropped. What a killed node leaves of it is
/// swept by the next one.
pub(super) struct Room {
    directory: PathBuf,
    /// The path of the script in it.
    pub(super) path: String,
}

impl Room {
    pub(super) fn with(script: &Script, login: &Login) -> Result<Self, Stopped> {
        static ROOMS: AtomicU32 = AtomicU32::new(0);
        let what = format!("bring the script {}", script.name);
        let number = ROOMS.fetch_add(1, Ordering::Relaxed);
        let directory = journal::room(login).join(number.to_string());
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&directory)
            .doing(&what)?;
        let name = bytes_of(&script.name);
        let path = directory.join(std::ffi::OsStr::from_bytes(&name));
        let room = Self {
            path: text_of(path.as_os_str().as_bytes()),
            directory,
        };
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o700)
            .open(&path)
            .doing(&what)?;
        pour_content(&script.content, &mut file).doing(&what)?;
        Ok(room)
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.directory);
        // The last one closes up.
        let _ = self.directory.parent().map(fs::remove_dir);
    }
}
