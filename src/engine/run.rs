//! What a whole run knows, shared by all that works on it.

use std::{
    cell::{Cell, OnceCell, RefCell},
    collections::{BTreeMap, HashMap, HashSet},
    path::{Path, PathBuf},
    rc::Rc,
    sync::Arc,
};

use super::{keepsake::Keepsakes, pool::Pool, shelf::Shelf};
use crate::{
    config::{Environment, Settings},
    diagnostic::{Mistake, Mistakes, Span},
    event::{Event, Listener, Recap, Secrets, Tally},
    host::{Live, Observe as _, Runs},
    inventory::{self, HostId, Surroundings, Vars},
    playbook::{Loader, Role, Scope, TagChoice},
    template::{self, Templar},
    value::{Text, Unknown, Value},
    vars::{Variables, vars_of_file},
    vault::Keys,
};

/// What the command line asks of a run, besides settings.
#[derive(Clone, Debug, Default)]
pub struct Options {
    pub check: bool,
    pub diff: bool,
    pub tags: TagChoice,
    pub start_at: Option<String>,
    /// Host patterns that limit every play.
    pub limit: Vec<String>,
    pub forks: usize,
    pub verbosity: u8,
    pub force_handlers: bool,
    /// `--flush-cache`: facts that were cached are forgotten.
    pub flush_cache: bool,
    /// Typed passwords, for logging in and for becoming another user.
    pub password: Option<Text>,
    pub become_password: Option<Text>,
}

/// A run.
pub(super) struct Run<'a> {
    pub(super) options: Options,
    pub(super) settings: &'a Settings,
    pub(super) environment: &'a Environment,
    pub(super) variables: Variables,
    pub(super) loader: &'a Loader<'a>,
    pub(super) pool: Pool,
    pub(super) shelf: Shelf,
    pub(super) secrets: Secrets,
    pub(super) keys: Option<Arc<Keys>>,
    overheard: template::Overheard,
    listener: Rc<RefCell<dyn Listener>>,
    tallies: RefCell<BTreeMap<String, Tally>>,
    reasons: RefCell<HashMap<String, u64>>,
    templars: RefCell<HashMap<(Option<PathBuf>, &'static str), Rc<Templar>>>,
    /// Files of variables that were read.
    pub(super) files: RefCell<HashMap<PathBuf, Arc<Vars>>>,
    /// What was said already: a warning is told once.
    said: RefCell<HashSet<String>>,
    kept: RefCell<HashMap<usize, (Arc<Scope>, Arc<Vars>)>>,
    /// The task that was named last, where hosts go each at its own pace.
    pub(super) headline: Cell<usize>,
    /// The folder of the playbook that runs now.
    pub(super) folder: RefCell<PathBuf>,
    /// Variables beside playbooks, by folder.
    beside: RefCell<BTreeMap<PathBuf, Arc<Surroundings>>>,
    /// Whether `--start-at-task` was reached.
    pub(super) started: Cell<bool>,
    /// How many blocks around the task at work would rescue it.
    pub(super) rescues: Cell<usize>,
    /// How many of the blocks around have a rescue or an `always` before them: a host that failed
    /// there has not failed for good.
    pub(super) shelters: Cell<usize>,
    /// In a rehearsal: why nobody knows which hosts the plays from now on have.
    doubt: RefCell<Option<Unknown>>,
    /// The user whom we are on this machine.
    own_user: OnceCell<String>,
    pub(super) custom: RefCell<BTreeMap<String, Value>>,
}

impl<'a> Run<'a> {
    pub(super) fn new(
        options: Options,
        settings: &'a Settings,
        environment: &'a Environment,
        variables: Variables,
        loader: &'a Loader<'a>,
        pool: Pool,
        secrets: Secrets,
        keys: Option<Arc<Keys>>,
        listener: Rc<RefCell<dyn Listener>>,
    ) -> Self {
        let started = Cell::new(options.start_at.is_none());
        Self {
            options,
            settings,
            environment,
            variables,
            loader,
            pool,
            shelf: Shelf::default(),
            secrets,
            keys,
            overheard: template::Overheard::default(),
            listener,
            tallies: RefCell::default(),
            reasons: RefCell::default(),
            templars: RefCell::default(),
            files: RefCell::default(),
            said: RefCell::default(),
            kept: RefCell::default(),
            headline: Cell::new(0),
            folder: RefCell::default(),
            beside: RefCell::default(),
            started,
            rescues: Cell::new(0),
            shelters: Cell::new(0),
            doubt: RefCell::default(),
            own_user: OnceCell::new(),
            custom: RefCell::default(),
        }
    }

    pub(super) fn tell(&self, event: &Event<'_>) {
        self.listener.borrow_mut().hear(event);
    }

    /// Remembers the secrets in what was rendered just now.
    pub(super) fn learn(&self, value: &Value) {
        self.secrets.learn(value);
        for text in self.overheard.take() {
            self.secrets.learn(&Value::Text(text));
        }
    }

    /// Warns of something, once in a run.
    pub(super) fn warn(&self, message: &str) {
        if self.said.borrow_mut().insert(message.to_owned()) {
            self.tell(&Event::Warned { message });
        }
    }

    /// Warns of mistakes that end nothing, of each once in a run.
    pub(super) fn mistaken(&self, mistakes: impl IntoIterator<Item = Mistake>) {
        for mistake in mistakes {
            let key = match mistake.place() {
                Some(place) => format!("{place}: {mistake}"),
                None => mistake.to_string(),
            };
            if self.said.borrow_mut().insert(key) {
                self.tell(&Event::Mistaken { mistake: &mistake });
            }
        }
    }

    /// What opens vaults in files of variables.
    pub(super) fn opening(&self) -> inventory::Keys {
        let keys = Arc::clone(self.keys.as_ref()?);
        Some(keys)
    }

    /// The variables in a file of the control side that a person wrote.
    pub(super) fn variables_of(&self, path: &Path, asked: &Span) -> Result<Arc<Vars>, Mistake> {
        let mut warnings = Vec::new();
        let folder = self.environment.directory();
        let shown = path.strip_prefix(folder).unwrap_or(path);
        let shown = shown.to_string_lossy();
        let vars = vars_of_file(path, &shown, &self.opening(), &mut warnings)
            .map_err(|mistake| mistake.at(asked, "asked for here"))?;
        self.mistaken(warnings);
        Ok(Arc::new(vars))
    }

    /// The user whom we are on this machine.
    pub(super) fn own_user(&self) -> &str {
        self.own_user.get_or_init(|| {
            let login = Live::new(Runs::default()).login();
            login.map_or_else(|_| String::new(), |login| login.name)
        })
    }

    /// Counts something that happened on a host.
    pub(super) fn count(&self, host: &str, count: impl FnOnce(&mut Tally)) {
        let mut tallies = self.tallies.borrow_mut();
        count(tallies.entry(host.to_owned()).or_default());
    }

    /// Counts why a task is unknown.
    pub(super) fn because(&self, unknown: &Unknown) {
        let mut reasons = self.reasons.borrow_mut();
        for reason in unknown.reasons() {
            *reasons.entry(reason.to_string()).or_default() += 1;
        }
    }

    /// Why nobody knows whether anything from now on happens at all.
    pub(super) fn doubt(&self) -> Option<Unknown> {
        self.doubt.borrow().clone()
    }

    /// From now on nobody knows whether anything happens.
    pub(super) fn doubt_all(&self, unknown: &Unknown) {
        let mut doubt = self.doubt.borrow_mut();
        *doubt = Unknown::union(doubt.take().into_iter().chain([unknown.clone()]));
    }

    pub(super) fn host_name(&self, host: HostId) -> Arc<str> {
        Arc::clone(self.variables.inventory().host(host).name())
    }

    /// The engine for templates, which looks for files where the role and the playbook have them.
    pub(super) fn templar(&self, role: Option<&Role>) -> Rc<Templar> {
        self.templar_among(role, "files")
    }

    /// The same, which looks for files in the folders of this kind.
    pub(super) fn templar_among(&self, role: Option<&Role>, kind: &'static str) -> Rc<Templar> {
        let key = (role.map(|role| role.path.clone()), kind);
        if let Some(known) = self.templars.borrow().get(&key) {
            return Rc::clone(known);
        }
        let environment = self.environment.iter();
        let settings = template::Settings {
            template_paths: self.search(role, "templates"),
            file_paths: self.search(role, kind),
            environment: environment
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
            folders: self.folders(role),
            directory: Some(self.folder.borrow().clone()),
            keys: self.keys.clone(),
            secrets: self.overheard.clone(),
            keeping: if self.options.check {
                template::Keeping::Rehearsed
            } else {
                template::Keeping::Kept(Arc::new(Keepsakes))
            },
            config: crate::config::TABLE
                .iter()
                .filter_map(|setting| {
                    Some((setting.key.to_owned(), self.settings.value(setting.key)?))
                })
                .collect(),
            ..template::Settings::default()
        };
        let templar = Rc::new(Templar::new(settings));
        self.templars.borrow_mut().insert(key, Rc::clone(&templar));
        templar
    }

    /// Another playbook starts: what is looked for beside it lies elsewhere, variables too.
    pub(super) fn enter(&self, folder: PathBuf) -> Result<(), Mistakes> {
        if *self.folder.borrow() == folder {
            return Ok(());
        }
        self.templars.borrow_mut().clear();
        let path = folder.to_string_lossy().into_owned();
        let mut known = self.beside.borrow().get(&folder).cloned();
        let now = self.variables.playbook_dir();
        if known.is_none() && now.is_some_and(|now| is_same_folder(&now, &folder)) {
            known = Some(self.variables.surroundings());
        }
        let beside = match known {
            Some(known) => known,
            None => Arc::new(self.variables.surroundings().for_playbook(
                &self.variables.inventory(),
                &path,
                self.settings,
                &self.opening(),
            )?),
        };
        self.mistaken(beside.take_warnings());
        self.variables.enter(&path, Arc::clone(&beside));
        self.beside.borrow_mut().insert(folder.clone(), beside);
        *self.folder.borrow_mut() = folder;
        Ok(())
    }

    /// The directories in which Ansible looks for a file of this kind, the nearest first.
    pub(super) fn search(&self, role: Option<&Role>, kind: &str) -> Vec<PathBuf> {
        let folder = self.folder.borrow().clone();
        let mut all = Vec::new();
        if let Some(role) = role {
            all.extend([
                role.path.join(kind),
                role.path.clone(),
                role.path.join("tasks").join(kind),
                role.path.join("tasks"),
            ]);
        }
        all.extend([folder.join(kind), folder]);
        all
    }

    /// The folders that a name may lead into in which a host had a say: those of the playbook,
    /// its roles and inventories, and of the settings that lie where the run was started.
    fn folders(&self, role: Option<&Role>) -> Vec<PathBuf> {
        let mut all = vec![self.folder.borrow().clone()];
        all.extend(role.map(|role| role.path.clone()));
        all.extend(self.settings.roles_path.0.iter().map(PathBuf::from));
        for source in self.settings.inventory.0.iter().map(Path::new) {
            let folder = if source.is_dir() {
                Some(source)
            } else {
                source.parent().filter(|_| source.is_file())
            };
            all.extend(folder.map(Path::to_owned));
        }
        let config = self.settings.config_file.as_deref().map(Path::new);
        let here = Path::new(self.environment.directory());
        all.extend(
            config
                .and_then(Path::parent)
                .filter(|of| *of == here)
                .map(Path::to_owned),
        );
        all
    }

    /// The variables that a scope of the playbook sets, with their places.
    pub(super) fn vars_of(&self, scope: &Arc<Scope>) -> Arc<Vars> {
        let key = Arc::as_ptr(scope) as usize;
        if let Some((_, known)) = self.kept.borrow().get(&key) {
            return Arc::clone(known);
        }
        let vars = Arc::new(super::stack::vars(&scope.keywords.vars));
        let kept = (Arc::clone(scope), Arc::clone(&vars));
        self.kept.borrow_mut().insert(key, kept);
        vars
    }

    pub(super) fn recap(&self) -> Recap {
        let mut reasons: Vec<(String, u64)> = self
            .reasons
            .borrow()
            .iter()
            .map(|(reason, times)| (reason.clone(), *times))
            .collect();
        reasons.sort_by(|one, two| two.1.cmp(&one.1).then_with(|| one.0.cmp(&two.0)));
        Recap {
            hosts: self.tallies.borrow().clone(),
            custom: self.custom.borrow().clone(),
            reasons,
            is_check: self.options.check,
        }
    }
}

fn is_same_folder(one: &str, other: &Path) -> bool {
    let one = Path::new(one);
    one == other || matches!((one.canonicalize(), other.canonicalize()), (Ok(a), Ok(b)) if a == b)
}
