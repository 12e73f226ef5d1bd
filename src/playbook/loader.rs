//! Playbook files to plays: what all steps of it share.

use std::{
    collections::HashMap,
    path::{Component, Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use super::{
    foresee::Foreseen,
    model::{Playbook, Task},
    role::Role,
    scope::Scope,
};
use crate::{
    diagnostic::{Mistake, Mistakes, Span},
    value::Text,
    yaml::{self, Conversion, Decrypt, Node, Trust},
};

/// How deep includes may lead (S53), and imports and role dependencies (S54).
pub(super) const DEEPEST: usize = 100;

/// What the loader has to be told by the rooms it does not know.
pub trait Surroundings: Sync {
    /// Whether a task may name this module, with or without its collection.
    fn is_module(&self, name: &str) -> bool;

    /// The names of all modules, to suggest the nearest.
    fn modules(&self) -> Vec<String>;

    /// Renders a name that is needed before the run (of a file, a role), with the variables of
    /// the play and of the command line.
    ///
    /// # Errors
    /// A variable is not known before the run.
    fn render(&self, text: &Text, scope: &Scope) -> Result<String, Mistake>;

    /// What the modules of these playbooks, and of what they will include, would refuse, told
    /// beside the loader's own mistakes.
    fn refused(&self, _playbooks: &[Playbook], _foreseen: &[Foreseen]) -> Mistakes {
        Mistakes::default()
    }

    /// Opens vaults, where there is a secret.
    fn decrypt(&self) -> Option<&dyn Decrypt> {
        None
    }
}

/// Where files are looked for.
#[derive(Clone, Debug)]
pub struct Places {
    /// The folder in which the command was started; absolute.
    pub directory: PathBuf,
    /// Folders of roles beyond those beside the playbook, in order.
    pub roles_path: Vec<PathBuf>,
}

/// Loads playbooks before the run, and what they include during it.
pub struct Loader<'a> {
    pub(super) surroundings: &'a dyn Surroundings,
    pub(super) places: Places,
    /// What is read once is kept; what cannot be read is tried again.
    files: Mutex<HashMap<PathBuf, Node>>,
}

/// What loading brought to light besides the tasks.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    pub(super) mistakes: Mistakes,
    pub(super) warnings: Vec<Mistake>,
    pub(super) roles: Vec<Arc<Role>>,
    pub(super) handlers: Vec<Arc<Task>>,
    /// Whether an include is read before the run: it knows more variables when it is reached.
    foresees: bool,
    /// Whether nobody knows if that include is reached at all.
    pub(super) is_doubtful: bool,
}

/// Where the loader is while it reads a file.
#[derive(Clone)]
pub(super) struct Here<'s> {
    pub(super) scope: Arc<Scope>,
    /// The folder of the file.
    pub(super) folder: PathBuf,
    /// The folder of the playbook.
    pub(super) playbook: &'s Path,
    pub(super) handlers: bool,
    pub(super) chain: Option<Arc<Link>>,
}

/// A file or role that is being loaded, and what asked for it.
pub(super) struct Link {
    what: String,
    path: PathBuf,
    before: Option<Arc<Link>>,
    depth: usize,
}

impl Here<'_> {
    /// One step further in; a file or role that is being loaded already is a mistake.
    pub(super) fn step(
        &self,
        what: String,
        path: &Path,
        span: &Span,
    ) -> Result<Option<Arc<Link>>, Mistake> {
        let mut names = vec![what.clone()];
        let mut link = self.chain.as_ref();
        let depth = link.map_or(0, |link| link.depth) + 1;
        while let Some(before) = link {
            names.push(before.what.clone());
            if before.path == path {
                names.reverse();
                return Err(Mistake::new(
                    format!("{what} leads back to itself"),
                    span,
                    "this closes the circle",
                )
                .help(names.join(" → ")));
            }
            link = before.before.as_ref();
        }
        if depth > DEEPEST {
            return Err(Mistake::new(
                format!("more than {DEEPEST} imports lead into each other"),
                span,
                "this is one too many",
            ));
        }
        Ok(Some(Arc::new(Link {
            what,
            path: path.to_owned(),
            before: self.chain.clone(),
            depth,
        })))
    }
}

impl<'a> Loader<'a> {
    pub fn new(surroundings: &'a dyn Surroundings, places: Places) -> Self {
        Self {
            surroundings,
            places,
            files: Mutex::default(),
        }
    }

    /// Loads playbooks with all that is known of them before the run.
    ///
    /// Returns the warnings beside them.
    ///
    /// # Errors
    /// All mistakes of all files.
    pub fn playbooks(&self, paths: &[PathBuf]) -> Result<(Vec<Playbook>, Vec<Mistake>), Mistakes> {
        let mut gathered = Gathered::default();
        let mut playbooks = Vec::new();
        for path in paths {
            let plays = self.playbook(path, &mut gathered);
            playbooks.push(Playbook {
                path: path.clone(),
                plays,
            });
        }
        let (foreseen, mistakes) = self.foreseen(&playbooks);
        gathered.mistakes.0.extend(mistakes.0);
        let refused = self.surroundings.refused(&playbooks, &foreseen);
        gathered.mistakes.0.extend(refused.0);
        gathered.checked()?;
        Ok((playbooks, gathered.warnings))
    }

    /// How the text of playbooks becomes values.
    pub(super) fn how(&self) -> Conversion<'_> {
        Conversion {
            trust: Trust::Template,
            decrypt: self.surroundings.decrypt(),
        }
    }

    /// The absolute path, without `.` and `..`.
    pub fn absolute(&self, path: &Path) -> PathBuf {
        let mut plain = PathBuf::new();
        for part in self.places.directory.join(path).components() {
            match part {
                Component::CurDir => {}
                Component::ParentDir => {
                    plain.pop();
                }
                part => plain.push(part),
            }
        }
        plain
    }

    /// The path as people name it: from the folder in which they are.
    pub(super) fn shown(&self, path: &Path) -> String {
        path.strip_prefix(&self.places.directory)
            .unwrap_or(path)
            .to_string_lossy()
            .into_owned()
    }

    /// Reads a file; `None` when it cannot be read, which is a mistake.
    pub(super) fn read(
        &self,
        path: &Path,
        asked: Option<&Span>,
        gathered: &mut Gathered,
    ) -> Option<Node> {
        let lock = || self.files.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().get(path) {
            return Some(known.clone());
        }
        let source = match yaml::open(path, &self.shown(path), self.surroundings.decrypt()) {
            Ok(source) => Ok(source),
            // Nobody may need to open it.
            Err(_) if gathered.is_doubtful => return None,
            Err(mistake) => Err(mistake),
        };
        match source.and_then(|source| yaml::read(&source, &mut gathered.warnings)) {
            Ok(node) => {
                lock().insert(path.to_owned(), node.clone());
                Some(node)
            }
            Err(mistake) => {
                gathered.mistakes.push(match asked {
                    Some(span) => mistake.at(span, "asked for here"),
                    None => mistake,
                });
                None
            }
        }
    }

    /// A name that must be known before the run.
    pub(super) fn rendered(
        &self,
        text: &Text,
        span: &Span,
        scope: &Scope,
        gathered: &mut Gathered,
    ) -> Option<String> {
        if !super::field::is_template(text) {
            return Some(text.as_str().to_owned());
        }
        self.surroundings
            .render(text, scope)
            .map_err(|mistake| {
                if gathered.foresees {
                    return;
                }
                gathered.mistakes.push(
                    mistake.at(span, "needed before the run").help(
                        "an import knows the variables of its play and of the command line; an include knows all",
                    ),
                );
            })
            .ok()
    }
}

impl Gathered {
    /// For an include that is read before the run.
    pub(super) fn of_include(is_doubtful: bool) -> Self {
        Self {
            foresees: true,
            is_doubtful,
            ..Self::default()
        }
    }

    /// Something is not there: a mistake, unless nobody knows whether it is ever looked for.
    pub(super) fn missing(&mut self, mistake: Mistake) {
        if !self.is_doubtful {
            self.mistakes.push(mistake);
        }
    }

    /// `Ok` without mistakes; each is told once, file by file, in the order of their lines.
    pub(super) fn checked(&mut self) -> Result<(), Mistakes> {
        let mut told: Vec<Mistake> = Vec::new();
        for mistake in std::mem::take(&mut self.mistakes).0 {
            if !told.contains(&mistake) {
                told.push(mistake);
            }
        }
        let mut files: Vec<String> = Vec::new();
        let file = |mistake: &Mistake| mistake.span().map(|span| span.source.name().to_owned());
        for name in told.iter().filter_map(file) {
            if !files.contains(&name) {
                files.push(name);
            }
        }
        told.sort_by_key(|mistake| {
            let name = file(mistake);
            let place = files.iter().position(|known| Some(known) == name.as_ref());
            (place, mistake.span().map_or(0, |span| span.start))
        });
        Mistakes(told).or()
    }
}
