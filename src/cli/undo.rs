//! `undo` takes a run back; `clean` removes what we left on hosts.
#![expect(clippy::print_stdout, reason = "what was done is what was asked for")]

use std::{cell::RefCell, io, path::PathBuf, process::ExitCode, rc::Rc};

use clap::Args;

use super::{
    access::Access,
    known::Known,
    say,
    world::{Told, World, run_id},
};
use crate::{
    connection::Journal,
    diagnostic::{Mistake, Mistakes},
    engine::{Engine, Options},
    event::Secrets,
    inventory::{self, Surroundings},
    playbook::{Loader, Places},
    report,
    vars::{self, Variables},
};

/// Which hosts.
#[derive(Args, Clone, Debug)]
pub(super) struct Hosts {
    /// Only these hosts.
    #[arg(short, long, value_name = "SUBSET", default_value = "all")]
    limit: String,
    #[command(flatten)]
    access: Access,
}

/// Flags of `undo`.
#[derive(Args, Clone, Debug)]
pub(super) struct Flags {
    /// The run, as `run -v` names it at its end.
    run: String,
    #[command(flatten)]
    hosts: Hosts,
    /// Only tells what would be taken back.
    #[arg(short = 'C', long)]
    check: bool,
    /// Shows differences.
    #[arg(short = 'D', long)]
    diff: bool,
}

/// Flags of `clean`.
#[derive(Args, Clone, Debug)]
pub(super) struct CleanFlags {
    #[command(flatten)]
    hosts: Hosts,
    /// Removes the journals too; nothing can be undone afterwards.
    #[arg(long)]
    journals: bool,
}

impl Hosts {
    fn patterns(&self) -> Vec<String> {
        vec![self.limit.clone()]
    }
}

/// Takes a run back on every host.
pub(super) fn undo(flags: &Flags) -> ExitCode {
    let answers = with_engine(&flags.hosts.access, async |engine| {
        let patterns = flags.hosts.patterns();
        engine
            .undo(
                &flags.run,
                &patterns,
                flags.check,
                flags.hosts.access.r#become,
            )
            .await
    });
    let answers = match answers {
        Ok(answers) => answers,
        Err((mistakes, code)) => return told(&mistakes, code),
    };
    let mut code = 0;
    for (host, answer) in answers {
        let undone = match answer {
            Ok(undone) => undone,
            Err(why) => {
                println!("{host}: {why}");
                code = 4;
                continue;
            }
        };
        println!("{host}:");
        for change in &undone.changes {
            println!("  taken back: {}", report::summary(change));
            if flags.diff {
                print!("{}", report::plain_diff(change));
            }
        }
        for conflict in &undone.conflicts {
            println!("  left alone: {conflict}");
            code = code.max(2);
        }
        for irreversible in &undone.irreversible {
            println!("  has no way back: {irreversible}");
        }
        if undone.changes.is_empty() && undone.conflicts.is_empty() {
            println!("  nothing to take back");
        }
    }
    ExitCode::from(code)
}

/// Removes what we left on every host.
pub(super) fn clean(flags: &CleanFlags) -> ExitCode {
    let journal = if flags.journals {
        Journal::Remove
    } else {
        Journal::Keep
    };
    let answers = with_engine(&flags.hosts.access, async |engine| {
        let patterns = flags.hosts.patterns();
        engine
            .clean(&patterns, journal, flags.hosts.access.r#become)
            .await
    });
    let answers = match answers {
        Ok(answers) => answers,
        Err((mistakes, code)) => return told(&mistakes, code),
    };
    let mut code = 0;
    for (host, answer) in answers {
        match answer {
            Ok(cleaned) => {
                for path in &cleaned.gone {
                    println!("{host}: removed {path}");
                }
                for path in &cleaned.kept {
                    println!("{host}: {path}");
                    code = code.max(2);
                }
            }
            Err(why) => {
                println!("{host}: {why}");
                code = 4;
            }
        }
    }
    ExitCode::from(code)
}

/// Reports why nothing was asked of any host.
fn told(mistakes: &Mistakes, code: u8) -> ExitCode {
    say(&format!("[ERROR]: {}", report::mistakes(mistakes)));
    ExitCode::from(code)
}

/// Hands an engine that has no playbook to `ask`.
fn with_engine<T>(
    access: &Access,
    ask: impl AsyncFnOnce(Engine<'_>) -> Result<T, Mistakes>,
) -> Told<T> {
    let wrong = |mistakes| (mistakes, 4);
    let secrets = Secrets::default();
    let world = World::new(access, &secrets)?;
    let (password, become_password) = access.passwords(&world.settings, &secrets)?;
    let run = vars::Run::default();
    let known = Known::new(&run, &inventory::Vars::new(), world.keys.clone());
    let places = Places {
        directory: PathBuf::from(world.environment.directory()),
        roles_path: Vec::new(),
    };
    let loader = Loader::new(&known, places);
    let (connector, owner) = (world.connector(), world.owner());
    let surroundings = Surroundings::new(&world.inventory, None, &world.settings, &world.opening())
        .map_err(wrong)?;
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
        keys: world.keys,
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
        .map_err(|error| {
            let why = format!("cannot start: {error}");
            (Mistake::nowhere(why).into(), 250)
        })?;
    runtime.block_on(ask(engine)).map_err(wrong)
}
