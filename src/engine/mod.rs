//! Walks plays over hosts: strategy, blocks, loops, conditions, handlers, registers.
//!
//! Hosts go through a play in lockstep, task by task. What a task needs from the control side is
//! settled here with the host's variables; what it does on the host, the node there plans and
//! applies. Every request to a node is one round trip, a whole loop included.

mod actions;
mod argument_spec;
mod asked;
mod batches;
mod block;
mod check;
mod done;
mod doubt;
mod handlers;
mod include;
mod include_vars;
mod items;
mod judge;
mod keepsake;
mod looping;
mod meta;
mod pause;
mod play;
mod pool;
mod run;
mod session;
mod shelf;
mod stack;
mod stats;
mod strategy;
mod supply;
mod target;
mod task;
mod template_names;
mod together;
mod undo;
mod vars_files;
mod view;

use std::{cell::RefCell, collections::BTreeSet, rc::Rc, sync::Arc};

use crate::{
    config::{Environment, Settings},
    connection::Connector,
    diagnostic::Mistakes,
    event::{Event, Listener, Recap, Secrets},
    playbook::{Loader, Playbook},
    vars::Variables,
    vault::Keys,
};

pub use check::check;
pub use run::Options;
pub use undo::Answer;

/// Everything that a run needs.
pub struct Engine<'a> {
    pub options: Options,
    pub settings: &'a Settings,
    pub environment: &'a Environment,
    pub variables: Variables,
    pub loader: &'a Loader<'a>,
    pub connector: Connector,
    pub secrets: Secrets,
    /// What opens the vaults that tasks name.
    pub keys: Option<Arc<Keys>>,
    pub listener: Rc<RefCell<dyn Listener>>,
    /// Under which the hosts' journals keep what is changed.
    pub run: String,
    /// Who runs it, for others to read.
    pub owner: String,
}

/// What came of a run.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    pub recap: Recap,
    /// Round trips to nodes, greetings not counted.
    pub round_trips: u64,
    /// Whether the task to start at was there, where one was asked for.
    pub started: bool,
}

impl<'a> Engine<'a> {
    fn into_run(mut self) -> run::Run<'a> {
        let secrets = self.secrets.clone();
        self.variables
            .watch_secrets(move |value| secrets.keep_all(value));
        let pool = pool::Pool::new(self.connector, self.run, self.owner);
        run::Run::new(
            self.options,
            self.settings,
            self.environment,
            self.variables,
            self.loader,
            pool,
            self.secrets,
            self.keys,
            self.listener,
        )
    }

    /// Runs the plays of all playbooks.
    ///
    /// # Errors
    /// Mistakes that were found only on the way and end the run; what was done stays done.
    pub async fn run(self, playbooks: &[Playbook]) -> Result<Summary, Mistakes> {
        let run = self.into_run();
        run.mistaken(run.variables.doubts());
        run.mistaken(run.variables.take_warnings());
        let ended = all(&run, playbooks).await;
        run.pool.close().await;
        let recap = run.recap();
        if !recap.hosts.is_empty() || ended.is_ok() {
            run.tell(&Event::RunEnded(&recap));
        }
        ended?;
        Ok(Summary {
            recap,
            round_trips: run.pool.trips(),
            started: run.started.get(),
        })
    }
}

async fn all<'r>(run: &'r run::Run<'r>, playbooks: &'r [Playbook]) -> Result<(), Mistakes> {
    let dead = RefCell::new(BTreeSet::new());
    for play in playbooks.iter().flat_map(|playbook| &playbook.plays) {
        if play::play(run, play, &dead).await? == play::End::Dead {
            break;
        }
    }
    Ok(())
}
