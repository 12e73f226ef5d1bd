//! What was changed on this host, written down before it is changed.
#![expect(
    clippy::disallowed_methods,
    reason = "the journal is ours, lies apart, and nobody else writes it"
)]

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Seek as _, Write as _},
    mem,
    os::unix::{
        ffi::OsStringExt as _,
        fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _},
    },
    path::{Path, PathBuf},
    time::{Duration, Instant, SystemTime},
};

use serde::{Deserialize, Serialize};

use super::apply::identity;
use crate::{
    change::{Act, Change, Script},
    host::Login,
    state::{Bytes, Content, Entry, Kind},
    value::{bytes_of, text_of},
};

/// Where each node that may change this host says that it lives.
const LIVES: &str = "lives";

/// Runs older than this are forgotten when a new one starts.
const KEPT: Duration = Duration::from_hours(30 * 24);

/// How long another run may still hold the host that seems to end.
const PATIENCE: Duration = Duration::from_secs(3);
const PAUSE: Duration = Duration::from_millis(20);

/// One line of the journal.
#[derive(Clone, Debug, Serialize, Deserialize)]
enum Record {
    /// This change is about to be made; the number orders the whole run.
    Begun { at: u128, change: Box<Change> },
    /// The change begun last was made, as far as we know.
    Made,
    /// The change begun last was not made.
    Failed,
    /// The change of that number was made, as far as we know, or was not.
    Ended { at: u128, made: bool },
}

/// A change that the journal knows of.
#[derive(Clone, Debug)]
pub(super) struct Remembered {
    /// Nanoseconds since 1970, which order the run's changes.
    pub(super) at: u128,
    pub(super) change: Change,
    /// Whether it was made; unknown when we were ended in the middle.
    pub(super) made: Option<bool>,
}

/// The journal of one run on one host.
#[derive(Debug)]
pub(super) struct Journal {
    folder: PathBuf,
    log: File,
    /// Records that are not in the log yet.
    unwritten: Vec<u8>,
    /// Whether all that is in the log is on the disk.
    is_synced: bool,
    /// The number of the change begun last.
    last: u128,
    /// Held for as long as we may change the host.
    _lock: File,
    /// Says that we live, to those who find it locked.
    life: (PathBuf, File),
}

/// What is left of us is swept by others only when we could not do it.
impl Drop for Journal {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.life.0);
    }
}

/// Where the journals of this login may lie, the best place first; `HOSTWRIGHT_STATE` in its
/// environment says otherwise. Not every user has a home, or may write in it.
fn homes(login: &Login) -> Vec<PathBuf> {
    let path = |text: String| PathBuf::from(OsString::from_vec(bytes_of(&text)));
    let told = |(name, _): &&(String, String)| name == "HOSTWRIGHT_STATE";
    if let Some((_, folder)) = login.environment.iter().find(told) {
        return vec![path(format!("{folder}/journal"))];
    }
    if login.uid == 0 {
        return vec![path("/var/lib/hostwright/journal".to_owned())];
    }
    let mut homes = vec![path(format!("/var/tmp/hostwright-{}/journal", login.uid))];
    if !login.home.is_empty() && login.home != "/" {
        let own = format!("{}/.local/state/hostwright/journal", login.home);
        homes.insert(0, path(own));
    }
    homes
}

/// Where the journals of this login lie, once there are any.
fn home(login: &Login) -> PathBuf {
    let homes = homes(login);
    let there = homes.iter().find(|home| home.is_dir()).cloned();
    there.unwrap_or_else(|| homes.into_iter().next().unwrap_or_default())
}

/// Makes the first of these places that can be made.
fn settle(homes: Vec<PathBuf>) -> io::Result<PathBuf> {
    let mut refused = Err(io::ErrorKind::NotFound.into());
    for home in homes {
        match private(&home) {
            Ok(()) => return Ok(home),
            // What a stranger has prepared is no reason to look elsewhere.
            Err(error) if error.kind() == io::ErrorKind::Other => return Err(error),
            Err(error) => refused = Err(error),
        }
    }
    refused
}

/// A directory of our own for what a program needs while it runs; swept when we die.
pub(super) fn room(login: &Login) -> PathBuf {
    home(login).join(LIVES).join(format!("{}.room", identity()))
}

impl Journal {
    /// Opens the journal, alone: fails when another run is changing this host with this login.
    pub(super) fn open(login: &Login, run: &str, host: &str, owner: &str) -> io::Result<Self> {
        let home = settle(homes(login))?;
        forget_old(&home);
        let lock = lock(&home, run, owner)?;
        private(&home.join(LIVES))?;
        sweep_dead(&home);
        let folder = home.join(safe(run)).join(safe(host));
        private(&folder.join("blobs"))?;
        let name = format!("{}.log", identity());
        let log = OpenOptions::new()
            .append(true)
            .create(true)
            .mode(0o600)
            .custom_flags(rustix::fs::OFlags::NOFOLLOW.bits().cast_signed())
            .open(folder.join(&name))?;
        let life = live(&home, &format!("{}/{}/{name}", safe(run), safe(host)))?;
        Ok(Self {
            folder,
            log,
            unwritten: Vec::new(),
            is_synced: true,
            last: 0,
            _lock: lock,
            life,
        })
    }

    /// Notes a change that is about to be made, with what it needs to be taken back; it must not be
    /// made before [`Self::sync`]. Returns its number, and the change with its first side kept, so
    /// that its inverse can be made.
    pub(super) fn begin(&mut self, change: &Change) -> io::Result<(u128, Change)> {
        let mut kept = change.clone();
        if let Change::Entry {
            from: Some(from), ..
        } = &mut kept
        {
            self.keep(from)?;
        }
        let mut slim = kept.clone();
        if let Change::Act(Act::Run(run)) = &mut slim {
            run.script = run.script.as_ref().map(Script::without_bytes);
        }
        if let Change::Entry { to: Some(to), .. }
        | Change::Backup { entry: to, .. }
        | Change::Fresh { entry: to, .. } = &mut slim
            && let Kind::File(content) = &mut to.kind
        {
            // What was made is on the host: only what was there before must be kept.
            *content = content.without_bytes();
        }
        let at = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default()
            .as_nanos()
            .max(self.last + 1);
        self.last = at;
        self.note(&Record::Begun {
            at,
            change: Box::new(slim),
        })?;
        Ok((at, kept))
    }

    /// Notes how a change ended. Who never reads it looks at the host instead.
    pub(super) fn end(&mut self, at: u128, made: bool) -> io::Result<()> {
        self.note(&Record::Ended { at, made })
    }

    fn note(&mut self, record: &Record) -> io::Result<()> {
        let frame = crate::wire::encode(record).map_err(io::Error::other)?;
        self.unwritten.extend(frame);
        Ok(())
    }

    /// Writes what was noted, so that it outlives us.
    pub(super) fn write(&mut self) -> io::Result<()> {
        if !self.unwritten.is_empty() {
            self.is_synced = false;
            self.log.write_all(&mem::take(&mut self.unwritten))?;
        }
        Ok(())
    }

    /// Writes what was noted, so that it outlives a loss of power.
    pub(super) fn sync(&mut self) -> io::Result<()> {
        self.write()?;
        if !self.is_synced {
            self.log.sync_data()?;
            self.is_synced = true;
        }
        Ok(())
    }

    /// Keeps the bytes of a large file that is about to go.
    fn keep(&self, entry: &mut Entry) -> io::Result<()> {
        let Kind::File(content) = &mut entry.kind else {
            return Ok(());
        };
        let Content::Known { digest, bytes, .. } = content else {
            return Ok(());
        };
        if matches!(bytes, Bytes::Here(_) | Bytes::Elsewhere) {
            return Ok(());
        }
        let kept = self.folder.join("blobs").join(digest.to_string());
        if !kept.exists() {
            let linked = match bytes {
                // Another name of the same file costs nothing; over file systems it is copied.
                Bytes::At(at) => fs::hard_link(OsString::from_vec(bytes_of(at)), &kept).is_ok(),
                _ => false,
            };
            if !linked {
                // Under its name it is whole, whenever we die.
                let partly = kept.with_extension(identity());
                let mut file = OpenOptions::new()
                    .write(true)
                    .create(true)
                    .truncate(true)
                    .mode(0o600)
                    .open(&partly)?;
                super::apply::pour(bytes, &mut file)?;
                file.sync_all()?;
                fs::rename(partly, &kept)?;
            }
        }
        *bytes = Bytes::At(text_of(kept.as_os_str().as_encoded_bytes()));
        Ok(())
    }
}

/// Makes a directory that only we can enter, and refuses one that others could have prepared.
fn private(folder: &Path) -> io::Result<()> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)?;
    let meta = fs::symlink_metadata(folder)?;
    let ours = rustix::process::geteuid().as_raw();
    if !meta.is_dir() || meta.uid() != ours || meta.mode() & 0o022 != 0 {
        return Err(io::Error::other(format!(
            "{} is not a directory of ours alone",
            folder.display()
        )));
    }
    Ok(())
}

/// Says that we live, and where our log is.
fn live(home: &Path, log: &str) -> io::Result<(PathBuf, File)> {
    let path = home.join(LIVES).join(identity());
    // Under its name it is locked already: who finds it unlocked knows that we died.
    let partly = path.with_extension("new");
    let mut life = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&partly)?;
    rustix::fs::flock(&life, rustix::fs::FlockOperation::NonBlockingLockExclusive)?;
    life.write_all(log.as_bytes())?;
    fs::rename(partly, &path)?;
    Ok((path, life))
}

/// Removes what nodes have left unfinished that died: what they were writing beside its place, and
/// what their programs needed. What they have changed stays, in their journals.
fn sweep_dead(home: &Path) {
    let Ok(lives) = fs::read_dir(home.join(LIVES)) else {
        return;
    };
    for life in lives.flatten() {
        let path = life.path();
        if path.extension().is_some() {
            continue;
        }
        // What cannot be swept now is met by the next node.
        let _ = sweep_one(home, &path);
    }
}

fn sweep_one(home: &Path, path: &Path) -> io::Result<()> {
    let mut life = OpenOptions::new().read(true).open(path)?;
    if rustix::fs::flock(&life, rustix::fs::FlockOperation::NonBlockingLockExclusive).is_err() {
        return Ok(());
    }
    let whose = path.file_name().unwrap_or_default().to_string_lossy();
    let mut log = String::new();
    life.read_to_string(&mut log)?;
    let all = match read(&home.join(&log)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        all => all.unwrap_or_default(),
    };
    // Beside whatever was in the making; one path for each directory.
    let unfinished: BTreeMap<&str, &str> = all
        .iter()
        .filter(|one| one.made.is_none())
        .filter_map(|one| one.change.path())
        .map(|path| (crate::host::path::parent(path), path))
        .collect();
    for path in unfinished.values() {
        super::apply::sweep(path, &whose)?;
    }
    let room = path.with_extension("room");
    match fs::remove_dir_all(room) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => fs::remove_file(path),
    }
}

/// A name that stays one component.
fn safe(name: &str) -> String {
    let clean: String = name
        .chars()
        .map(|letter| match letter {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '_' | '.' => letter,
            _ => '_',
        })
        .collect();
    if clean.starts_with('.') {
        format!("_{clean}")
    } else {
        clean
    }
}

/// Locks the host for this login. Nodes of one run share it; another run is given a moment to end.
fn lock(home: &Path, run: &str, owner: &str) -> io::Result<File> {
    let mut lock = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(home.join("lock"))?;
    let deadline = Instant::now() + PATIENCE;
    loop {
        match rustix::fs::flock(&lock, rustix::fs::FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {
                lock.set_len(0)?;
                lock.rewind()?;
                lock.write_all(format!("{run}\n{owner}\n").as_bytes())?;
                return Ok(lock);
            }
            Err(rustix::io::Errno::WOULDBLOCK) => {}
            Err(error) => return Err(error.into()),
        }
        // Who has it writes so a little later: what stands there may be of the one before.
        let mut text = String::new();
        lock.rewind()?;
        lock.read_to_string(&mut text)?;
        let mut lines = text.lines();
        let (theirs, who) = (lines.next().unwrap_or(""), lines.next().unwrap_or(""));
        if theirs == run {
            return Ok(lock);
        }
        if Instant::now() > deadline {
            return Err(io::Error::other(format!(
                "another run is changing this host now: {theirs}, started by {who}"
            )));
        }
        std::thread::sleep(PAUSE);
    }
}

fn forget_old(home: &Path) {
    let Ok(runs) = fs::read_dir(home) else { return };
    for run in runs.flatten() {
        let is_run = run.file_name() != LIVES;
        let old = run
            .metadata()
            .and_then(|meta| meta.modified())
            .ok()
            .and_then(|time| time.elapsed().ok())
            .is_some_and(|age| age > KEPT);
        if is_run && old && run.path().is_dir() {
            // Losing the chance to undo a month later is no reason to fail today.
            let _ = fs::remove_dir_all(run.path());
        }
    }
}

/// All changes of a run on this host, oldest first.
pub(super) fn remembered(login: &Login, run: &str, host: &str) -> io::Result<Vec<Remembered>> {
    let mut all = Vec::new();
    for home in homes(login).into_iter().filter(|home| home.is_dir()) {
        let logs = match fs::read_dir(home.join(safe(run)).join(safe(host))) {
            Ok(logs) => logs,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        for log in logs {
            let path = log?.path();
            if path.extension().is_some_and(|kind| kind == "log") {
                all.extend(read(&path)?);
            }
        }
    }
    all.sort_by_key(|one| one.at);
    Ok(all)
}

fn read(log: &Path) -> io::Result<Vec<Remembered>> {
    let bytes = fs::read(log)?;
    let mut rest = bytes.as_slice();
    let mut all: Vec<Remembered> = Vec::new();
    // A record that was cut off was never acted upon.
    while let Ok(Some(record)) = crate::wire::read::<Record>(&mut rest) {
        match record {
            Record::Begun { at, change } => all.push(Remembered {
                at,
                change: *change,
                made: None,
            }),
            Record::Made => set(&mut all, true),
            Record::Failed => set(&mut all, false),
            Record::Ended { at, made } => {
                // The numbers of one log only grow.
                if let Ok(index) = all.binary_search_by_key(&at, |one| one.at) {
                    all[index].made = Some(made);
                }
            }
        }
    }
    Ok(all)
}

fn set(all: &mut [Remembered], made: bool) {
    if let Some(last) = all.last_mut() {
        last.made = Some(made);
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt as _};

    use super::{safe, settle};

    #[test]
    fn who_may_not_write_at_home_has_a_journal_elsewhere() {
        let folder = tempfile::tempdir().unwrap();
        // Not even root makes a directory in a file.
        fs::write(folder.path().join("home"), "").unwrap();
        let home = folder.path().join("home/journal");
        let other = folder.path().join("other/journal");
        assert_eq!(settle(vec![home.clone(), other.clone()]).unwrap(), other);
        let all = fs::Permissions::from_mode(0o777);
        fs::set_permissions(&other, all).unwrap();
        let next = folder.path().join("next");
        settle(vec![home, other, next]).unwrap_err();
    }

    #[test]
    fn a_name_stays_one_component() {
        assert_eq!(safe("../../etc"), "_.._.._etc");
        assert_eq!(safe("web1.example.org"), "web1.example.org");
    }
}
