//! `run`, and `ansible-playbook` by another name.

use std::{
    cell::RefCell,
    io::{self, IsTerminal as _},
    path::PathBuf,
    process::ExitCode,
    rc::Rc,
};

use clap::Args;

use super::{
    access::Access,
    known::Known,
    say, show,
    world::{Told, World, run_id},
};
use crate::{
    config::Settings,
    connection,
    diagnostic::{Mistake, Mistakes},
    engine::{Engine, Options, Summary},
    event::{Listener, Recap, Secrets},
    inventory::{self, Surroundings},
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
    /// Says more; up to six times.
    #[arg(short, long, action = clap::ArgAction::Count)]
    verbose: u8,
    /// Runs handlers even on hosts where a task has failed.
    #[arg(long)]
    force_handlers: bool,
    /// Forgets facts that were kept.
    #[arg(long)]
    flush_cache: bool,
    #[arg(long, hide = true)]
    step: bool,
    #[arg(short = 'M', long, hide = true)]
    module_path: Option<String>,
    #[arg(long, hide = true, allow_hyphen_values = true)]
    scp_extra_args: Option<String>,
    #[arg(long, hide = true, allow_hyphen_values = true)]
    sftp_extra_args: Option<String>,
    #[command(flatten)]
    access: Access,
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

    /// The flags of Ansible that were given and have no effect here.
    fn not_supported(&self) -> Mistakes {
        let given = [
            ("--step", self.step),
            ("--module-path", self.module_path.is_some()),
            ("--scp-extra-args", self.scp_extra_args.is_some()),
            ("--sftp-extra-args", self.sftp_extra_args.is_some()),
        ];
        let told = given.into_iter().filter(|(_, given)| *given);
        let mistakes = told.map(|(flag, _)| Mistake::nowhere(format!("`{flag}` is not supported")));
        Mistakes(mistakes.collect())
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

fn started(flags: &Flags, secrets: &Secrets) -> Told<u8> {
    // Ansible's codes: 1 for what is missing, 4 for what is badly written.
    for path in &flags.playbooks {
        if !path.is_file() {
            let why = format!("the playbook: {} could not be found", path.display());
            return Err((Mistake::nowhere(why).into(), 1));
        }
    }
    let not_supported = flags.not_supported();
    if !not_supported.0.is_empty() {
        return Err((not_supported, 2));
    }
    let world = World::new(&flags.access, secrets)?;
    let mut warnings = Vec::new();
    let extra = extra_vars(
        &flags.extra_vars,
        &world.environment,
        world.settings.hash_behaviour,
        &world.opening(),
        &mut warnings,
    )
    .map_err(|mistake| (mistake.into(), 4))?;
    let settings = &world.settings;
    let or = |given: Vec<String>, set: &[String]| match given {
        none if none.is_empty() => set.to_vec(),
        given => given,
    };
    let tags = TagChoice {
        only: or(words(&flags.tags), &settings.run_tags),
        skip: or(words(&flags.skip_tags), &settings.skip_tags),
    };
    let run = flags.run(&world, &tags);
    let known = Known::new(&run, &extra, world.keys.clone());
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
    world.warn();
    for warning in &warnings {
        say(&format!(
            "[WARNING]: {}",
            report::mistakes(&Mistakes(vec![warning.clone()]))
        ));
    }
    let summary = engine(
        flags, world, &loader, extra, limit, tags, secrets, &playbooks, &run,
    )?;
    if !summary.started {
        let asked = flags.start_at_task.as_deref().unwrap_or_default();
        say(&format!(
            "[ERROR]: No matching task \"{asked}\" found. Note: --start-at-task can only follow static includes."
        ));
    }
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
) -> Told<Summary> {
    let connector = world.connector();
    let owner = world.owner();
    let opening = world.opening();
    let World {
        environment,
        settings,
        keys,
        inventory,
        ..
    } = world;
    let surroundings = Surroundings::new(&inventory, Some(&run.playbook_dir), &settings, &opening)
        .map_err(|mistakes| (mistakes, 4))?;
    let verbosity = flags.verbosity(&settings);
    let (password, become_password) = flags.access.passwords(&settings, secrets)?;
    let options = Options {
        check: flags.check,
        diff: flags.diff || settings.diff_always,
        tags,
        start_at: flags.start_at_task.clone(),
        limit,
        forks: settings.forks as usize,
        verbosity,
        force_handlers: flags.force_handlers,
        flush_cache: flags.flush_cache,
        password,
        become_password,
    };
    let variables = Variables::new(inventory, surroundings, run, extra, &settings, None);
    let shown = report::Shown {
        verbosity,
        skipped: settings.display_skipped_hosts,
        ok: settings.display_ok_hosts,
        custom_stats: settings.show_custom_stats,
    };
    let colored = !settings.nocolor && (settings.force_color || io::stdout().is_terminal());
    let in_workflow = environment.get("GITHUB_ACTIONS") == Some("true");
    let sink = report::Sink::new(io::stdout(), secrets.clone(), colored).obeyed(in_workflow);
    let lines = report::Default::new(sink, shown);
    let listener: Rc<RefCell<dyn Listener>> = if io::stdout().is_terminal() {
        Rc::new(RefCell::new(report::Progress::new(lines, secrets.clone())))
    } else {
        Rc::new(RefCell::new(lines))
    };
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
        keys,
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

/// Ansible's exit codes: 4 for hosts out of reach, 2 for failed ones.
fn exit_code(recap: &Recap) -> u8 {
    let any = |is: fn(&crate::event::Tally) -> u64| recap.hosts.values().any(|tally| is(tally) > 0);
    match (any(|tally| tally.unreachable), any(|tally| tally.failed)) {
        (true, _) => 4,
        (false, true) => 2,
        (false, false) => 0,
    }
}
