//! The private directory of one run: control sockets live there.
#![expect(
    clippy::disallowed_methods,
    reason = "the control machine's own sockets, in a directory that nobody else can enter"
)]

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io,
    os::unix::{
        fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, symlink},
        net::UnixStream,
    },
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
};

use rustix::{
    fs::{FlockOperation, flock},
    process::geteuid,
};

use super::nonce::nonce;

/// A socket's path may have 107 bytes, of which ssh wants 17 for a temporary name.
const LONGEST_BASE: usize = 50;

/// A directory that only this user can enter; it goes when the run ends. One that a killed run
/// left behind is found by its lock, which the system lets go, and removed by the next run.
#[derive(Debug)]
pub(super) struct Runtime {
    path: PathBuf,
    made: AtomicU32,
    /// Held for as long as we run.
    _lock: File,
}

/// Where one ssh master and its askpass meet us.
#[derive(Debug)]
pub(super) struct Meeting {
    pub(super) folder: PathBuf,
    /// ssh's control socket.
    pub(super) control: PathBuf,
    /// Where askpass asks.
    pub(super) ask: PathBuf,
    /// Our own program under the name that makes it askpass.
    pub(super) askpass: PathBuf,
}

/// The name under which our program answers ssh's questions.
pub const ASKPASS: &str = "hostwright-askpass";

impl Runtime {
    /// Makes the directory below `base` (the user's runtime directory) or, where that is too
    /// long for a socket, below `/tmp`.
    pub(super) fn below(base: &Path) -> io::Result<Self> {
        let base = if base.as_os_str().len() > LONGEST_BASE || !base.is_dir() {
            Path::new("/tmp")
        } else {
            base
        };
        let prefix = format!("hw-{}-", geteuid().as_raw());
        sweep(base, &prefix);
        let path = base.join(format!("{prefix}{}", &nonce()[..12]));
        // Fails when the name is taken, even by a link: nobody can have prepared it.
        DirBuilder::new().mode(0o700).create(&path)?;
        // Locked before it has its name: another run that starts now would lock it first, and
        // take this one for dead.
        let unnamed = path.join("lock.new");
        let lock = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&unnamed)?;
        flock(&lock, FlockOperation::NonBlockingLockExclusive)?;
        fs::rename(unnamed, path.join("lock"))?;
        Ok(Self {
            path,
            made: AtomicU32::new(0),
            _lock: lock,
        })
    }

    /// Makes a place for one more master, whose askpass is `program`.
    pub(super) fn meeting(&self, program: &Path) -> io::Result<Meeting> {
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        let folder = self.path.join(number.to_string());
        DirBuilder::new().mode(0o700).create(&folder)?;
        let askpass = folder.join(ASKPASS);
        symlink(program, &askpass)?;
        Ok(Meeting {
            control: folder.join("ctl"),
            ask: folder.join("ask"),
            askpass,
            folder,
        })
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
    }
}

impl Drop for Meeting {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Removes what killed runs of this user left.
fn sweep(base: &Path, prefix: &str) {
    let Ok(entries) = fs::read_dir(base) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        let ours = entry.file_name().to_string_lossy().starts_with(prefix)
            && fs::symlink_metadata(&path).is_ok_and(|seen| {
                seen.is_dir()
                    && seen.uid() == geteuid().as_raw()
                    && seen.mode().trailing_zeros() >= 6
            });
        // Without a lock file it is being made right now, or was left in that instant.
        let Ok(lock) = File::open(path.join("lock")) else {
            continue;
        };
        if ours && flock(&lock, FlockOperation::NonBlockingLockExclusive).is_ok() {
            end_masters(&path);
            let _ = fs::remove_dir_all(&path);
        }
    }
}

/// Ends masters that outlived their run, where the system could not do it.
fn end_masters(run: &Path) {
    for meeting in fs::read_dir(run).into_iter().flatten().flatten() {
        let control = meeting.path().join("ctl");
        if UnixStream::connect(&control).is_ok() {
            let _ = Command::new("ssh")
                .args(["-F", "none", "-O", "exit", "-S"])
                .arg(&control)
                .args(["--", "hostwright"])
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        fs,
        os::unix::fs::{MetadataExt as _, symlink},
        path::Path,
    };

    use super::Runtime;

    #[test]
    fn the_directory_is_private_and_goes_with_the_run() {
        let base = tempfile::tempdir().unwrap();
        let run = Runtime::below(base.path()).unwrap();
        let meeting = run.meeting(Path::new("/bin/true")).unwrap();
        for folder in [&run.path, &meeting.folder] {
            assert_eq!(fs::metadata(folder).unwrap().mode() & 0o7777, 0o700);
        }
        drop(meeting);
        drop(run);
        assert_eq!(fs::read_dir(base.path()).unwrap().count(), 0);
    }

    #[test]
    fn runs_that_start_at_once_take_none_of_them_for_dead() {
        let base = tempfile::tempdir().unwrap();
        std::thread::scope(|threads| {
            for _ in 0..4 {
                threads.spawn(|| {
                    for _ in 0..100 {
                        let run = Runtime::below(base.path()).unwrap();
                        run.meeting(Path::new("/bin/true")).unwrap();
                    }
                });
            }
        });
    }

    #[test]
    fn what_a_killed_run_left_is_swept_and_a_living_run_is_not() {
        let base = tempfile::tempdir().unwrap();
        let living = Runtime::below(base.path()).unwrap();
        let prefix = format!("hw-{}-", rustix::process::geteuid().as_raw());
        let dead = base.path().join(format!("{prefix}dead"));
        fs::create_dir(&dead).unwrap();
        fs::set_permissions(&dead, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
        fs::write(dead.join("lock"), "").unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        fs::write(elsewhere.path().join("lock"), "").unwrap();
        symlink(elsewhere.path(), base.path().join(format!("{prefix}link"))).unwrap();
        let _next = Runtime::below(base.path()).unwrap();
        assert!(!dead.exists());
        assert!(living.path.exists());
        assert!(elsewhere.path().join("lock").exists());
    }
}
