//! `group_vars` and `host_vars` beside an inventory or playbook.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

use super::{Inventory, Vars, from_yaml, sources};
use crate::{
    diagnostic::{Mistake, Mistakes},
    yaml::{self, Decrypt, Trust},
};

/// What opens vaults, when there are secrets.
pub type Keys = Option<Arc<dyn Decrypt + Send + Sync>>;

/// Whose variables a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Whose {
    Group,
    Host,
}

type Found = Result<Option<Arc<Vars>>, Mistakes>;

/// The variables in `group_vars` and `host_vars` of one folder; each file is read once, when its
/// host or group is first asked for.
pub struct Beside {
    folder: String,
    groups: BTreeSet<String>,
    hosts: BTreeSet<String>,
    extensions: Vec<String>,
    keys: Keys,
    found: Mutex<HashMap<(Whose, String), Found>>,
    warnings: Mutex<Vec<Mistake>>,
}

impl Beside {
    /// Looks into a folder; `extensions` are the endings that files may have.
    pub fn new(folder: &str, extensions: &[String], keys: &Keys) -> Self {
        let folder = real(folder);
        let mut warnings = Vec::new();
        let mut names = |kind: &str| {
            let path = format!("{folder}/{kind}");
            match sources::names_in(&path) {
                Ok(names) => names.into_iter().collect(),
                Err(error) => {
                    if error.kind() != std::io::ErrorKind::NotFound {
                        warnings.push(Mistake::nowhere(format!(
                            "`{path}` cannot be read: {error}"
                        )));
                    }
                    BTreeSet::new()
                }
            }
        };
        let (groups, hosts) = (names("group_vars"), names("host_vars"));
        Self {
            folder,
            groups,
            hosts,
            extensions: extensions.to_vec(),
            keys: keys.clone(),
            found: Mutex::default(),
            warnings: Mutex::new(warnings),
        }
    }

    /// What the files say of a group; `None` when there are none.
    ///
    /// # Errors
    /// All mistakes of its files.
    pub fn of_group(&self, name: &str) -> Found {
        self.of(Whose::Group, name)
    }

    /// What the files say of a host; `None` when there are none.
    ///
    /// # Errors
    /// All mistakes of its files.
    pub fn of_host(&self, name: &str) -> Found {
        self.of(Whose::Host, name)
    }

    /// Reads the files of everything that the inventory names.
    ///
    /// # Errors
    /// All mistakes of all files.
    pub fn check(&self, inventory: &Inventory) -> Result<(), Mistakes> {
        let mut mistakes = Mistakes::default();
        if !self.groups.is_empty() {
            for id in inventory.groups() {
                let found = self.of_group(inventory.group(id).name());
                mistakes.0.extend(found.err().unwrap_or_default().0);
            }
        }
        if !self.hosts.is_empty() {
            for id in inventory.hosts() {
                let found = self.of_host(inventory.host(id).name());
                mistakes.0.extend(found.err().unwrap_or_default().0);
            }
        }
        mistakes.or()
    }

    /// What is to be said about the files read so far, once.
    pub fn take_warnings(&self) -> Vec<Mistake> {
        std::mem::take(&mut *self.warnings.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn of(&self, whose: Whose, name: &str) -> Found {
        let names = match whose {
            Whose::Group => &self.groups,
            Whose::Host => &self.hosts,
        };
        // Names of hosts that are paths are no names of files.
        if names.is_empty() || name.starts_with('/') {
            return Ok(None);
        }
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = found.get(&(whose, name.to_owned())) {
            return known.clone();
        }
        let read = self.read(whose, name);
        found.insert((whose, name.to_owned()), read.clone());
        read
    }

    fn read(&self, whose: Whose, name: &str) -> Found {
        let kind = match whose {
            Whose::Group => "group_vars",
            Whose::Host => "host_vars",
        };
        let folder = format!("{}/{kind}", self.folder);
        // The first ending that is there is the only one that counts; none at all is the first.
        let endings = std::iter::once("").chain(self.extensions.iter().map(String::as_str));
        let first = endings
            .map(|ending| format!("{folder}/{name}{ending}"))
            .find(|path| sources::path_of(path).exists());
        let Some(path) = first else {
            return Ok(None);
        };
        let mut files = Vec::new();
        self.files(&path, &mut files, 0)?;
        let mut vars = Vars::new();
        let mut mistakes = Mistakes::default();
        for file in files {
            match self.file(&file) {
                Ok(more) => vars.extend(&more),
                Err(mistake) => mistakes.push(mistake),
            }
        }
        mistakes.or()?;
        Ok(Some(Arc::new(vars)))
    }

    fn files(&self, path: &str, files: &mut Vec<String>, depth: usize) -> Result<(), Mistake> {
        if !sources::path_of(path).is_dir() {
            files.push(path.to_owned());
            return Ok(());
        }
        if depth > 20 {
            return Err(Mistake::nowhere(format!(
                "`{path}` lies too deep: do links go in a circle?"
            )));
        }
        let names = sources::names_in(path).map_err(|error| {
            Mistake::nowhere(format!("the folder `{path}` cannot be read: {error}"))
        })?;
        for name in names {
            if name.starts_with('.') || name.ends_with('~') {
                continue;
            }
            let inner = format!("{path}/{name}");
            let ending = name.rfind('.').map(|at| &name[at..]);
            let fits = match ending {
                None => true,
                Some(ending) => {
                    self.extensions.iter().any(|known| known == ending)
                        && !sources::path_of(&inner).is_dir()
                }
            };
            if fits {
                self.files(&inner, files, depth + 1)?;
            }
        }
        Ok(())
    }

    fn file(&self, path: &str) -> Result<Vars, Mistake> {
        let keys = self.keys.as_ref().map(|keys| &**keys as &dyn Decrypt);
        let source = yaml::open(&sources::path_of(path), path, keys)?;
        let mut warnings = Vec::new();
        let root = yaml::read(&source, &mut warnings)?;
        self.warnings
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .append(&mut warnings);
        if root.is_null() {
            return Ok(Vars::new());
        }
        let Some(entries) = root.as_map() else {
            return Err(Mistake::new(
                "a file of variables must be a mapping",
                &root.span,
                format!("this is {}", root.described()),
            ));
        };
        for entry in entries {
            if let Some(name) = entry.key.as_str() {
                from_yaml::judged(name, entry)?;
            }
        }
        Vars::of_entries(entries, Trust::Template)
    }
}

impl std::fmt::Debug for Beside {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Beside({})", self.folder)
    }
}

/// The folder with its links followed, as Ansible names it; as it is where that fails.
fn real(folder: &str) -> String {
    use std::os::unix::ffi::OsStrExt;
    let path = sources::path_of(folder);
    path.canonicalize().map_or_else(
        |_| folder.to_owned(),
        |path| crate::value::text_of(path.as_os_str().as_bytes()),
    )
}
