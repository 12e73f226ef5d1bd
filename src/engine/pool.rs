//! The nodes of a run, each started once and kept.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    path::Path,
    rc::Rc,
    time::Duration,
};

use tokio::sync::Mutex;

use super::{
    session::{Session, Silence},
    shelf::Shelf,
};
use crate::{
    connection::{Cleaned, Connector, Journal, Target, Transport, Unreachable},
    modules,
    wire::{Conduct, Hello, Laid, Outcome, Task, Undone, VERSION},
};

/// The nodes by host and target.
pub(crate) struct Pool {
    connector: Connector,
    pub(crate) run: String,
    owner: String,
    slots: RefCell<BTreeMap<String, Rc<Mutex<Slot>>>>,
    /// What was planned on each machine, by which of its nodes: the others must see it too.
    planned: RefCell<BTreeMap<String, Rc<Mutex<Planned>>>>,
    trips: Cell<u64>,
}

/// What a rehearsal has planned on one machine, each with the node that did.
type Planned = Vec<(String, Laid)>;

#[derive(Default)]
struct Slot {
    session: Option<Session>,
    /// How much of what was planned on the machine this node knows.
    knows: usize,
}

impl Pool {
    pub(crate) fn new(connector: Connector, run: String, owner: String) -> Self {
        Self {
            connector,
            run,
            owner,
            slots: RefCell::default(),
            planned: RefCell::default(),
            trips: Cell::new(0),
        }
    }

    /// Has a task carried out by the node of this host and target.
    pub(crate) async fn perform(
        &self,
        host: &str,
        target: &Target,
        task: Task,
        shelf: &Shelf,
        limit: Option<Duration>,
    ) -> Result<Vec<Outcome>, Silence> {
        let key = format!("{host}\n{target:?}");
        let rehearses = matches!(task.conduct, Conduct::Rehearse | Conduct::Ahead);
        let entry = modules::find(&task.module);
        let in_turn = entry.is_some_and(|entry| entry.only_files || rehearses);
        // Two names may be one machine: whoever plans there sees what the one before has planned,
        // and the run has the same order.
        let planned = in_turn.then(|| self.planned(&machine(target)));
        let mut planned = match &planned {
            Some(planned) => Some(planned.lock().await),
            None => None,
        };
        let slot = self.slot(&key);
        let mut slot = slot.lock().await;
        self.ready(&mut slot, host, target).await?;
        let Slot { session, knows } = &mut *slot;
        let Some(session) = session else {
            return Err(Silence::Fault("there is no node".to_owned()));
        };
        if rehearses && let Some(all) = &planned {
            let unseen = all[(*knows).min(all.len())..].iter();
            let unseen = unseen.filter(|(by, _)| *by != key);
            let unseen: Vec<Laid> = unseen.map(|(_, laid)| laid.clone()).collect();
            *knows = all.len();
            if !unseen.is_empty() {
                session.lay(unseen).await?;
            }
        }
        let before = session.trips();
        let done = session.perform(task, shelf, limit).await;
        self.trips.set(self.trips.get() + session.trips() - before);
        if let Err(Silence::Unreachable(_) | Silence::Fault(_)) = &done {
            slot.session = None;
        }
        let done = done?;
        if rehearses && let Some(all) = &mut planned {
            for outcome in done.iter().filter(|outcome| !outcome.made) {
                let planned = outcome
                    .changes
                    .iter()
                    .cloned()
                    .map(|change| Laid::Change(Box::new(change)));
                let forgotten = outcome.forgotten.iter().cloned();
                all.extend(planned.chain(forgotten).map(|laid| (key.clone(), laid)));
            }
        }
        Ok(done)
    }

    /// Takes a run back on a host.
    pub(crate) async fn undo(
        &self,
        host: &str,
        target: &Target,
        run: &str,
        rehearse: bool,
    ) -> Result<Undone, Silence> {
        let slot = self.slot(&format!("{host}\n{target:?}"));
        let mut slot = slot.lock().await;
        self.ready(&mut slot, host, target).await?;
        match &mut slot.session {
            Some(session) => session.undo(run.to_owned(), rehearse).await,
            None => Err(Silence::Fault("there is no node".to_owned())),
        }
    }

    /// Removes what we left at a target.
    pub(crate) async fn clean(
        &self,
        target: &Target,
        journal: Journal,
    ) -> Result<Cleaned, Unreachable> {
        self.connector.clean(target, journal).await
    }

    /// How many tasks went over to nodes and back: each is a round trip.
    pub(crate) fn trips(&self) -> u64 {
        self.trips.get()
    }

    /// Ends the nodes of a host; the next task starts them anew.
    pub(crate) async fn reset(&self, host: &str) {
        let prefix = format!("{host}\n");
        let slots: Vec<_> = self
            .slots
            .borrow()
            .iter()
            .filter(|(key, _)| key.starts_with(&prefix))
            .map(|(_, slot)| Rc::clone(slot))
            .collect();
        for slot in slots {
            if let Some(session) = slot.lock().await.session.take() {
                session.close().await;
            }
        }
    }

    /// Ends all nodes.
    pub(crate) async fn close(&self) {
        let slots = std::mem::take(&mut *self.slots.borrow_mut());
        let mut sessions = Vec::new();
        for slot in slots.into_values() {
            sessions.extend(slot.lock().await.session.take());
        }
        let closing = sessions
            .into_iter()
            .map(|session| Box::pin(session.close()) as std::pin::Pin<Box<dyn Future<Output = ()>>>)
            .collect();
        super::together::together(closing, 50, |_, ()| {}).await;
    }

    fn slot(&self, key: &str) -> Rc<Mutex<Slot>> {
        let mut slots = self.slots.borrow_mut();
        Rc::clone(slots.entry(key.to_owned()).or_default())
    }

    fn planned(&self, machine: &str) -> Rc<Mutex<Planned>> {
        let mut planned = self.planned.borrow_mut();
        Rc::clone(planned.entry(machine.to_owned()).or_default())
    }

    /// Whether a rehearsal has planned something on this machine at this path, or above it.
    pub(crate) fn has_planned_here(&self, path: &Path) -> bool {
        let planned = self.planned(HERE);
        // Somebody plans right now: that may be it.
        let Ok(planned) = planned.try_lock() else {
            return true;
        };
        planned.iter().any(|(_, laid)| match laid {
            Laid::Change(change) => change
                .path()
                .is_some_and(|planned| path.starts_with(planned)),
            _ => false,
        })
    }

    async fn ready(&self, slot: &mut Slot, host: &str, target: &Target) -> Result<(), Silence> {
        if slot.session.is_none() {
            let hello = Hello {
                version: VERSION,
                run: self.run.clone(),
                host: host.to_owned(),
                owner: self.owner.clone(),
            };
            slot.session = Some(Session::open(&self.connector, target, hello).await?);
            slot.knows = 0;
        }
        Ok(())
    }
}

/// This machine.
const HERE: &str = "here";

/// Where a target leads: two of one machine have the same.
fn machine(target: &Target) -> String {
    match &target.transport {
        Transport::Local => HERE.to_owned(),
        // The same address may be another machine behind another jump host.
        Transport::Ssh(ssh) => format!(
            "{}\n{:?}\n{:?}\n{:?}",
            ssh.host, ssh.port, ssh.executable, ssh.args
        ),
    }
}
