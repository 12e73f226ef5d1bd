//! `run`, and `ansible-playbook` by another name.

use std::{
    cell::RefCell,
    io::{self, IsTerminal as _},
    path::PathBuf,
    process::ExitCode,
    rc::Rc,
};

use clap::Args;

use super::{complain, known::Known, passwords::Passwords, say, show};
use crate::{
    config::{self, Environment, Settings},
    connection::{self, Connector},
    diagnostic::{Mistake, Mistakes},
    engine::{Engine, Options, Summary},
    event::{Recap, Secrets},
    inventory::{self, Inventory, Surroundings},
    playbook::{Loader, Places, Playbook, TagChoice},
    report,
    vars::{self, Variables, extra_vars},
};

/// Flags of `ansible-playbook`.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct Flags {
    /// The playbooks, run one after the other.
    #[arg(required = true, value_name = "PLAYBOOK")]
    playbooks: Vec<PathBuf>,
    /// Inventory: a file, a directory, a script, or host names with commas.
    #[arg(
        short,
        long = "inventory",
        visible_alias = "inventory-file",
        value_name = "INVENTORY"
    )]
    pub(super) inventory: Vec<String>,
    /// Only these hosts: patterns, or @FILE.
    #[arg(short, long, value_name = "SUBSET")]
    pub(super) limit: Option<String>,
    /// Sets variables: key=value, YAML, JSON, or @FILE.
    #[arg(short, long = "extra-vars", value_name = "EXTRA_VARS")]
    extra_vars: Vec<String>,
    /// Foretells what would change, and changes nothing.
    #[arg(short = 'C', long)]
    check: bool,
    /// Shows differences.
    #[arg(short = 'D', long)]
    diff: bool,
    /// Only checks that the playbooks are well formed.
    #[arg(long)]
    syntax_check: bool,
    /// Only lists the hosts.
    #[arg(long)]
    list_hosts: bool,
    /// Only lists the tasks.
    #[arg(long)]
    list_tasks: bool,
    /// Only lists the tags.
    #[arg(long)]
    list_tags: bool,
    /// Only tasks with one of these tags.
    #[arg(short, long, value_name = "TAGS")]
    tags: Vec<String>,
    /// No task with one of these tags.
    #[arg(long, value_name = "TAGS")]
    skip_tags: Vec<String>,
    /// Starts at the task of this name.
    #[arg(long, value_name = "NAME")]
    start_at_task: Option<String>,
    /// How many hosts at once.
    #[arg(short, long, value_name = "FORKS")]
    forks: Option<u32>,
    /// Says more; up to six times.
    #[arg(short, long, action = clap::ArgAction::Count)]
    verbose: u8,
    /// Runs handlers even on hosts where a task has failed.
    #[arg(long)]
    force_handlers: bool,
    /// Forgets facts that were kept.
    #[arg(long)]
    flush_cache: bool,
    /// The connection: ssh or local.
    #[arg(short, long, value_name = "CONNECTION")]
    pub(super) connection: Option<String>,
    /// Logs in as this user.
    #[arg(short, long = "user", value_name = "REMOTE_USER")]
    pub(super) user: Option<String>,
    /// Logs in with this key.
    #[arg(long = "private-key", visible_alias = "key-file", value_name = "FILE")]
    pub(super) private_key: Option<String>,
    /// Seconds until connecting is given up.
    #[arg(short = 'T', long, value_name = "SECONDS")]
    timeout: Option<u32>,
    /// Further arguments for ssh.
    #[arg(long, value_name = "ARGS", allow_hyphen_values = true)]
    ssh_common_args: Option<String>,
    /// Further arguments for ssh alone.
    #[arg(long, value_name = "ARGS", allow_hyphen_values = true)]
    ssh_extra_args: Option<String>,
    #[command(flatten)]
    pub(super) passwords: Passwords,
    /// Becomes another user.
    #[arg(short, long = "become")]
    r#become: bool,
    /// How to become it: sudo or su.
    #[arg(long, value_name = "METHOD")]
    become_method: Option<String>,
    /// The user to become.
    #[arg(long, value_name = "USER")]
    become_user: Option<String>,
}

impl Flags {
    /// The same as a rehearsal that shows everything.
    pub(super) fn checking(self) -> Self {
        Self {
            check: true,
            diff: true,
            ..self
        }
    }

    fn verbosity(&self, settings: &Settings) -> u8 {
        self.verbose
            .max(u8::try_from(settings.verbosity).unwrap_or(6))
    }

    /// What the run is asked to do, for its variables.
    fn run(&self, world: &World, tags: &TagChoice) -> vars::Run {
        let first = self.playbooks.first().and_then(|path| path.parent());
        let folder = PathBuf::from(world.environment.directory())
            .join(first.unwrap_or(std::path::Path::new("")));
        let folder = folder.canonicalize().unwrap_or(folder);
        vars::Run {
            playbook_dir: folder.to_string_lossy().into_owned(),
            check_mode: self.check,
            diff_mode: self.diff || world.settings.diff_always,
            forks: world.settings.forks,
            verbosity: u32::from(self.verbosity(&world.settings)),
            limit: self.limit.clone(),
            run_tags: tags.only.clone(),
            skip_tags: tags.skip.clone(),
            inventory_sources: world.inventory.sources().to_vec(),
            config_file: world.settings.config_file.clone(),
            python: world.environment.program("python3"),
        }
    }

    fn config(&self) -> config::Flags {
        let some = |flag: bool| flag.then_some(true);
        config::Flags {
            forks: self.forks,
            timeout: self.timeout,
            transport: self.connection.clone(),
            remote_user: self.user.clone().map(Some),
            private_key_file: self
                .private_key
                .clone()
                .map(|path| Some(config::FilePath(path))),
            ssh_common_args: self.ssh_common_args.clone(),
            ssh_extra_args: self.ssh_extra_args.clone(),
            become_: some(self.r#become),
            become_method: self.become_method.clone(),
            become_user: self.become_user.clone(),
            inventory: (!self.inventory.is_empty())
                .then(|| config::SourceList(self.inventory.clone())),
            ..config::Flags::default()
        }
    }
}

/// What is known before a run: settings, inventory, variables.
pub(super) struct World {
    pub(super) environment: Environment,
    pub(super) settings: Settings,
    pub(super) inventory: Inventory,
    warnings: Vec<Mistake>,
}

impl World {
    pub(super) fn new(flags: &Flags) -> Result<Self, Mistakes> {
        let environment = Environment::of_this_process();
        let config::Loaded { settings, warnings } = config::load(flags.config(), &environment)?;
        let loaded = inventory::load(&settings, &environment, &None)?;
        let mut all = warnings;
        all.extend(loaded.warnings);
        Ok(Self {
            environment,
            settings,
            inventory: loaded.inventory,
            warnings: all,
        })
    }

    /// Ways to the hosts.
    pub(super) fn connector(&self) -> Connector {
        let runtime = self.environment.get("XDG_RUNTIME_DIR");
        let builds = self.environment.get("HOSTWRIGHT_BUILDS");
        let mut settings = connection::Settings::default();
        if let Some(runtime) = runtime.filter(|folder| !folder.is_empty()) {
            settings.runtime = PathBuf::from(runtime);
        }
        settings.builds = builds.map(PathBuf::from);
        Connector::new(settings)
    }

    /// Who runs it.
    pub(super) fn owner(&self) -> String {
        let user = self.environment.get("USER").unwrap_or("somebody");
        format!("{user}, process {}", std::process::id())
    }
}

/// Runs, lists or checks; gives Ansible's exit code.
pub(super) fn run(flags: &Flags) -> ExitCode {
    let secrets = Secrets::default();
    match started(flags, &secrets) {
        Ok(code) => ExitCode::from(code),
        Err((mistakes, code)) => {
            say(&format!(
                "[ERROR]: {}",
                secrets.masked(&report::mistakes(&mistakes))
            ));
            ExitCode::from(code)
        }
    }
}

fn started(flags: &Flags, secrets: &Secrets) -> Result<u8, (Mistakes, u8)> {
    // Ansible's codes: 1 for what is missing, 4 for what is badly written.
    for path in &flags.playbooks {
        if !path.is_file() {
            let why = format!("the playbook: {} could not be found", path.display());
            return Err((Mistake::nowhere(why).into(), 1));
        }
    }
    let world = World::new(flags).map_err(|mistakes| (mistakes, 4))?;
    let mut warnings = Vec::new();
    let extra = extra_vars(
        &flags.extra_vars,
        &world.environment,
        world.settings.hash_behaviour,
        &None,
        &mut warnings,
    )
    .map_err(|mistake| (mistake.into(), 4))?;
    let tags = TagChoice {
        only: words(&flags.tags),
        skip: words(&flags.skip_tags),
    };
    let run = flags.run(&world, &tags);
    let known = Known::new(&run, &extra);
    let places = Places {
        directory: PathBuf::from(world.environment.directory()),
        roles_path: world
            .settings
            .roles_path
            .0
            .iter()
            .map(PathBuf::from)
            .collect(),
    };
    let loader = Loader::new(&known, places);
    let (playbooks, more) = loader
        .playbooks(&flags.playbooks)
        .map_err(|mistakes| (mistakes, 4))?;
    warnings.extend(more);
    let limit = match &flags.limit {
        Some(limit) => inventory::limit_patterns(limit, &world.environment)
            .map_err(|mistake| (mistake.into(), 1))?,
        None => Vec::new(),
    };
    if !limit.is_empty() {
        let chosen = world
            .inventory
            .matching(&limit)
            .map_err(|mistake| (mistake.into(), 1))?;
        if chosen.hosts.is_empty() {
            let why = "Specified inventory, host pattern and/or --limit leaves us with no hosts to target.";
            return Err((Mistake::nowhere(why).into(), 1));
        }
    }
    if flags.syntax_check || flags.list_hosts || flags.list_tasks || flags.list_tags {
        let wanted = show::Wanted {
            hosts: flags.list_hosts,
            tasks: flags.list_tasks,
            tags: flags.list_tags,
        };
        show::show(&playbooks, &world.inventory, &limit, &tags, wanted, &known)
            .map_err(|mistakes| (mistakes, 4))?;
        return Ok(0);
    }
    for warning in world.warnings.iter().chain(&warnings) {
        say(&format!(
            "[WARNING]: {}",
            report::mistakes(&Mistakes(vec![warning.clone()]))
        ));
    }
    let summary = engine(
        flags, world, &loader, extra, limit, tags, secrets, &playbooks, &run,
    )?;
    Ok(exit_code(&summary.recap))
}

fn words(lists: &[String]) -> Vec<String> {
    lists
        .iter()
        .flat_map(|list| list.split(','))
        .map(|word| word.trim().to_owned())
        .filter(|word| !word.is_empty())
        .collect()
}

fn engine(
    flags: &Flags,
    world: World,
    loader: &Loader<'_>,
    extra: inventory::Vars,
    limit: Vec<String>,
    tags: TagChoice,
    secrets: &Secrets,
    playbooks: &[Playbook],
    run: &vars::Run,
) -> Result<Summary, (Mistakes, u8)> {
    let connector = world.connector();
    let owner = world.owner();
    let World {
        environment,
        settings,
        inventory,
        ..
    } = world;
    let surroundings = Surroundings::new(&inventory, Some(&run.playbook_dir), &settings, &None)
        .map_err(|mistakes| (mistakes, 4))?;
    let verbosity = flags.verbosity(&settings);
    let mut options = Options {
        check: flags.check,
        diff: flags.diff || settings.diff_always,
        tags,
        start_at: flags.start_at_task.clone(),
        limit,
        forks: settings.forks as usize,
        verbosity,
        force_handlers: flags.force_handlers,
        flush_cache: flags.flush_cache,
        password: None,
        become_password: None,
    };
    (options.password, options.become_password) = flags
        .passwords
        .asked()
        .map_err(|mistake| (mistake.into(), 1))?;
    for secret in [&options.password, &options.become_password]
        .into_iter()
        .flatten()
    {
        secrets.keep(secret);
    }
    let variables = Variables::new(inventory, surroundings, run, extra, &settings, None);
    let shown = report::Shown {
        verbosity,
        skipped: settings.display_skipped_hosts,
        ok: settings.display_ok_hosts,
        custom_stats: settings.show_custom_stats,
    };
    let colored = !settings.nocolor && (settings.force_color || io::stdout().is_terminal());
    let sink = report::Sink::new(io::stdout(), secrets.clone(), colored);
    let listener = Rc::new(RefCell::new(report::Default::new(sink, shown)));
    let id = run_id();
    let check = options.check;
    let engine = Engine {
        options,
        settings: &settings,
        environment: &environment,
        variables,
        loader,
        connector,
        secrets: secrets.clone(),
        listener,
        run: id.clone(),
        owner,
    };
    // More than a thousand hosts need more open files than are usual.
    let _ = connection::raise_open_files();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| {
            (
                Mistake::nowhere(format!("cannot start: {error}")).into(),
                250,
            )
        })?;
    let summary = runtime.block_on(async {
        tokio::select! {
            summary = engine.run(playbooks) => summary.map_err(|mistakes| (mistakes, 1)),
            _ = tokio::signal::ctrl_c() => Err((Mistake::nowhere("interrupted").into(), 99)),
        }
    })?;
    if !check && summary.recap.hosts.values().any(|tally| tally.changed > 0) && verbosity > 0 {
        say(&format!("undo it with: hostwright undo {id}\n"));
    }
    if verbosity > 3 {
        say(&format!("{} round trips to nodes\n", summary.round_trips));
    }
    Ok(summary)
}

/// A name for this run that sorts by time and that no other run has.
fn run_id() -> String {
    let now = jiff::Zoned::now();
    format!("{}-{}", now.strftime("%Y%m%dT%H%M%S"), std::process::id())
}

/// Ansible's exit codes: 4 for hosts out of reach, 2 for failed ones.
fn exit_code(recap: &Recap) -> u8 {
    let any = |is: fn(&crate::event::Tally) -> u64| recap.hosts.values().any(|tally| is(tally) > 0);
    match (any(|tally| tally.unreachable), any(|tally| tally.failed)) {
        (true, _) => 4,
        (false, true) => 2,
        (false, false) => 0,
    }
}

/// Reports mistakes of another command.
pub(super) fn told(mistakes: &Mistakes) -> ExitCode {
    complain(&format!("[ERROR]: {}", report::mistakes(mistakes)))
}

/// Hands an engine that has no playbook to `ask`.
pub(super) fn with_engine<T>(
    flags: &Flags,
    ask: impl AsyncFnOnce(Engine<'_>) -> Result<T, Mistakes>,
) -> Result<T, Mistakes> {
    let world = World::new(flags)?;
    let (password, become_password) = flags.passwords.asked()?;
    let secrets = Secrets::default();
    for secret in [&password, &become_password].into_iter().flatten() {
        secrets.keep(secret);
    }
    let run = vars::Run::default();
    let known = Known::new(&run, &inventory::Vars::new());
    let places = Places {
        directory: PathBuf::from(world.environment.directory()),
        roles_path: Vec::new(),
    };
    let loader = Loader::new(&known, places);
    let (connector, owner) = (world.connector(), world.owner());
    let surroundings = Surroundings::new(&world.inventory, None, &world.settings, &None)?;
    let variables = Variables::new(
        world.inventory,
        surroundings,
        &run,
        inventory::Vars::new(),
        &world.settings,
        None,
    );
    let sink = report::Sink::new(io::stdout(), secrets.clone(), false);
    let engine = Engine {
        options: Options {
            forks: world.settings.forks as usize,
            password,
            become_password,
            ..Options::default()
        },
        settings: &world.settings,
        environment: &world.environment,
        variables,
        loader: &loader,
        connector,
        secrets,
        listener: Rc::new(RefCell::new(report::Default::new(
            sink,
            report::Shown::default(),
        ))),
        run: run_id(),
        owner,
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Mistake::nowhere(format!("cannot start: {error}")))?;
    runtime.block_on(ask(engine))
}
