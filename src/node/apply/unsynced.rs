//! New contents that are not on the disk yet.

use std::{collections::BTreeSet, fs::File, io};

use rustix::{
    fs::{fstat, fsync, sync, syncfs},
    io::Errno,
};

/// So many files are synced one by one; more are synced by their file systems, at once.
const FEW: usize = 8;

/// Contents that must be on the disk before they take their place: else a power loss could leave
/// an empty file there, neither the old one nor the new one.
#[derive(Debug, Default)]
pub(super) struct Unsynced {
    /// Of many, one a file system.
    files: Vec<(u64, File)>,
    is_many: bool,
}

impl Unsynced {
    pub(super) fn add(&mut self, file: File) -> io::Result<()> {
        let device = fstat(&file)?.st_dev;
        if self.files.len() < FEW && !self.is_many {
            self.files.push((device, file));
            return Ok(());
        }
        self.is_many = true;
        let mut seen = BTreeSet::new();
        self.files.push((device, file));
        self.files.retain(|(device, _)| seen.insert(*device));
        Ok(())
    }

    /// All are on the disk when this returns.
    pub(super) fn sync(&mut self) -> io::Result<()> {
        for (_, file) in self.files.drain(..) {
            if !self.is_many {
                fsync(file)?;
                continue;
            }
            match syncfs(file) {
                Err(Errno::NOSYS) => sync(),
                done => done?,
            }
        }
        self.is_many = false;
        Ok(())
    }
}
