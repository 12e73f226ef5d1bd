//! One play: its hosts, batches, sections and what becomes of them.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, BTreeSet},
    future::Future,
    pin::Pin,
    sync::Arc,
};

use super::{
    batches,
    handlers::{self, Handler},
    items,
    items::Hosts,
    run::Run,
    stack,
    strategy::{self, Pace},
    together::together,
    vars_files,
};
use crate::{
    diagnostic::{Mistake, Mistakes, Span},
    event::{self, Event},
    host::glob,
    inventory::HostId,
    playbook::{Args, Included, Item, Keywords, Play, Role, Scope, ScopeKind, Task},
    value::{Text, Unknown, Value},
    vars::PlayNames,
};

/// A name or topic that was notified on a host, and why nobody knows whether it was.
type Notice = (HostId, String, Option<Unknown>);

/// A play at work.
pub(super) struct PlayState<'p> {
    pub(super) play: &'p Arc<Play>,
    /// What `vars_files` say, where it is the same for all hosts.
    pub(super) files: vars_files::Files,
    pub(super) pace: Pace,
    pub(super) handlers: RefCell<Vec<Handler>>,
    pub(super) roles: RefCell<Vec<Arc<Role>>>,
    /// The names of those that were included and whose variables are their own.
    included_roles: RefCell<Vec<String>>,
    /// The hosts as the patterns name them; those that no earlier play or batch has lost.
    named: Hosts,
    all: Hosts,
    /// How many hosts the batch has, with those that are lost.
    size: usize,
    /// In the play's order.
    batch: RefCell<Hosts>,
    names: RefCell<BTreeMap<HostId, Arc<str>>>,
    /// Hosts that a task failed on, that are lost, that have ended.
    failed: RefCell<BTreeSet<HostId>>,
    lost: RefCell<BTreeSet<HostId>>,
    ended: RefCell<BTreeSet<HostId>>,
    /// Those of the failed that an error elsewhere took along, and whether they pass over a rescue.
    felled: RefCell<BTreeMap<HostId, bool>>,
    done_roles: RefCell<BTreeSet<(HostId, String)>>,
    /// What was notified, before anybody asks which handlers that means.
    asked: RefCell<Vec<Notice>>,
    notified: RefCell<BTreeMap<usize, BTreeMap<HostId, Option<Unknown>>>>,
    /// In a rehearsal: why nobody knows whether what comes is carried out on a host.
    doubts: RefCell<BTreeMap<HostId, Unknown>>,
    /// The batch ends for all, without an error.
    over: Cell<bool>,
    /// So does the play.
    is_last: Cell<bool>,
    /// More hosts failed than the play puts up with.
    gave_up: Cell<bool>,
    /// Hosts that have left a role, until it is over.
    left: RefCell<BTreeMap<HostId, String>>,
    stop: RefCell<Option<Mistake>>,
}

/// How a play ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    GoesOn,
    /// No host is left, and so no further play has any.
    Dead,
}

/// Runs one play.
pub(super) async fn play<'r>(
    run: &'r Run<'r>,
    play: &'r Arc<Play>,
    dead: &RefCell<BTreeSet<HostId>>,
) -> Result<End, Mistakes> {
    run.enter(play.folder.clone())?;
    let name = batches::title(run, play);
    run.tell(&Event::PlayStarted(&event::Play {
        name: name.clone(),
        is_check: run.options.check,
    }));
    let hosts = batches::hosts(run, play)?;
    if hosts.ordered.is_empty() {
        run.tell(&Event::NoHosts);
        return Ok(End::GoesOn);
    }
    // Hosts that an earlier play lost keep their place in a batch.
    let batches = batches::batches(run, play, &hosts.ordered)?;
    let files = vars_files::for_all(run, play)?;
    let pace = strategy::pace(run, play)?;
    for (at, whole) in batches.into_iter().enumerate() {
        // Ansible announces the play again for each batch.
        if at > 0 {
            run.tell(&Event::PlayStarted(&event::Play {
                name: name.clone(),
                is_check: run.options.check,
            }));
        }
        let alive = |hosts: &Hosts| -> Hosts {
            let dead = dead.borrow();
            let alive = hosts.iter().filter(|host| !dead.contains(host));
            alive.copied().collect()
        };
        let batch = alive(&whole);
        if batch.is_empty() {
            continue;
        }
        let state = PlayState {
            play,
            files: files.clone(),
            pace,
            handlers: RefCell::new(own_handlers(play)),
            roles: RefCell::new(play.roles.clone()),
            included_roles: RefCell::default(),
            named: hosts.named.clone(),
            all: alive(&hosts.named),
            size: whole.len(),
            batch: RefCell::new(batch.clone()),
            names: RefCell::default(),
            failed: RefCell::default(),
            lost: RefCell::default(),
            ended: RefCell::default(),
            felled: RefCell::default(),
            done_roles: RefCell::default(),
            asked: RefCell::default(),
            notified: RefCell::default(),
            doubts: RefCell::default(),
            over: Cell::new(false),
            is_last: Cell::new(false),
            gave_up: Cell::new(false),
            left: RefCell::default(),
            stop: RefCell::default(),
        };
        for host in &hosts.named {
            state.names.borrow_mut().insert(*host, run.host_name(*host));
        }
        one_batch(run, &state, batch.clone()).await;
        dead.borrow_mut().extend(state.failed.borrow().iter());
        dead.borrow_mut().extend(state.lost.borrow().iter());
        if let Some(mistake) = state.stop.take() {
            return Err(mistake.into());
        }
        let gone = batch
            .iter()
            .filter(|host| dead.borrow().contains(host))
            .count();
        if gone == batch.len() || state.gave_up.get() {
            return Ok(End::Dead);
        }
        if state.is_last.get() {
            break;
        }
    }
    Ok(End::GoesOn)
}

async fn one_batch<'r>(run: &'r Run<'r>, state: &PlayState<'r>, batch: Hosts) {
    match state.pace {
        Pace::InStep => sections(run, state, batch).await,
        Pace::Alone => {
            let alone = batch.iter().map(|host| {
                let future = sections(run, state, vec![*host]);
                Box::pin(future) as Pin<Box<dyn Future<Output = ()> + '_>>
            });
            together(alone.collect(), run.options.forks, |_, ()| {}).await;
        }
    }
}

/// All that a play does, one section after the other, for hosts that go together.
async fn sections<'r>(run: &'r Run<'r>, state: &PlayState<'r>, batch: Hosts) {
    facts(run, state, &batch).await;
    let play = state.play;
    let brought = Vec::new();
    let roles_and_tasks: Vec<Item> = play.role_tasks.iter().chain(&play.tasks).cloned().collect();
    for section in [&play.pre_tasks, &roles_and_tasks, &play.post_tasks] {
        let hosts: Hosts = batch
            .iter()
            .copied()
            .filter(|host| state.goes_on(*host))
            .collect();
        items::run_here(run, state, section, hosts, &brought).await;
        flush_here(run, state, &batch).await;
    }
}

async fn flush_here<'s>(run: &'s Run<'s>, state: &'s PlayState<'s>, batch: &Hosts) {
    handlers::flush(run, state, batch.clone()).await;
}

/// Asks the hosts for facts, where the play wants them.
async fn facts<'r>(run: &'r Run<'r>, state: &PlayState<'r>, batch: &Hosts) {
    let play = state.play;
    let wanted = match batches::flag(run, play, &play.gather_facts) {
        Ok(Some(wanted)) => wanted,
        Ok(None) => run.settings.gathering != crate::config::Gathering::Explicit,
        Err(mistake) => {
            state.stop_with(mistake);
            return;
        }
    };
    if !wanted || !run.started.get() && run.options.start_at.is_none() {
        return;
    }
    if !run.options.tags.takes(&["always"]) {
        return;
    }
    let hosts: Hosts = batch
        .iter()
        .copied()
        .filter(|host| {
            play.gather_facts.is_some()
                || run.settings.gathering != crate::config::Gathering::Smart
                || run.variables.facts(*host).is_none()
        })
        .collect();
    let task = Arc::new(gathering(play));
    let brought = Vec::new();
    facts_here(run, state, &task, hosts, &brought).await;
}

async fn facts_here<'s>(
    run: &'s Run<'s>,
    state: &'s PlayState<'s>,
    task: &'s Arc<Task>,
    hosts: Hosts,
    brought: &'s stack::Brought,
) {
    let dones = items::on_all(run, state, task, &hosts, brought, false).await;
    items::settle(run, state, task, &dones);
}

/// The task that gathers facts.
fn gathering(play: &Arc<Play>) -> Task {
    let span: &Span = &play.span;
    let arg = |name: &str, value: Value| crate::playbook::Arg {
        name: crate::diagnostic::Spanned::new(name.to_owned(), span.clone()),
        value,
        span: span.clone(),
        node: None,
    };
    let mut args = Args::default();
    if let Some(subset) = &play.gather_subset {
        args.entries.push(arg("gather_subset", subset.node.clone()));
    }
    if let Some(path) = &play.fact_path {
        args.entries
            .push(arg("fact_path", Value::Text(path.node.clone())));
    }
    let text = |text: &str| crate::diagnostic::Spanned::new(Text::from(text), span.clone());
    let scope = Arc::new(Scope {
        kind: ScopeKind::Block,
        keywords: Keywords::default(),
        parent: Some(Arc::clone(&play.scope)),
        span: None,
    });
    Task {
        args,
        keywords: Keywords {
            name: Some(text("Gathering Facts")),
            when: play.imported_when.clone(),
            tags: vec![text("always")],
            ..Keywords::default()
        },
        ..Task::made("setup", span, scope)
    }
}

/// The roles that a role depends on, each once.
fn dependencies(role: &Role, found: &mut Vec<Arc<Role>>) {
    for dependency in &role.dependencies {
        if !found.iter().any(|one| Arc::ptr_eq(one, dependency)) {
            found.push(Arc::clone(dependency));
            dependencies(dependency, found);
        }
    }
}

/// Whether a task is the one that `--start-at-task` means.
pub(super) fn is_named(task: &Task, asked: &str) -> bool {
    let own = task.keywords.name.as_ref().map(|name| name.node.as_str());
    let is_it = |name: &str| name == asked || glob::matches(asked, name);
    own.is_some_and(is_it) || is_it(&task.title())
}

impl PlayState<'_> {
    /// What the play tells its tasks.
    pub(super) fn names(&self) -> PlayNames {
        let names = self.names.borrow();
        let of = |hosts: &mut dyn Iterator<Item = &HostId>| -> Vec<Arc<str>> {
            hosts.filter_map(|host| names.get(host).cloned()).collect()
        };
        let roles = self.roles.borrow();
        let mut below: Vec<Arc<Role>> = Vec::new();
        for role in roles.iter() {
            dependencies(role, &mut below);
        }
        let is_below = |role: &Arc<Role>| below.iter().any(|one| Arc::ptr_eq(one, role));
        let mut dependent_roles: Vec<String> = Vec::new();
        for role in &below {
            if !dependent_roles.contains(&role.name) {
                dependent_roles.push(role.name.clone());
            }
        }
        PlayNames {
            name: self.play.title(),
            hosts_all: of(&mut self.named.iter()),
            hosts: of(&mut self.all.iter().filter(|host| self.goes_on(**host))),
            batch: of(&mut self
                .batch
                .borrow()
                .iter()
                .filter(|host| self.goes_on(**host))),
            roles: roles
                .iter()
                .filter(|role| !is_below(role))
                .map(|role| role.name.clone())
                .chain(self.included_roles.borrow().iter().cloned())
                .collect(),
            dependent_roles,
        }
    }

    /// Whether a host still takes part.
    pub(super) fn goes_on(&self, host: HostId) -> bool {
        !self.over.get()
            && self.stop.borrow().is_none()
            && !self.failed.borrow().contains(&host)
            && !self.lost.borrow().contains(&host)
            && !self.ended.borrow().contains(&host)
            && !self.left.borrow().contains_key(&host)
    }

    /// The host takes no part in the rest of the play.
    pub(super) fn end(&self, host: HostId) {
        self.ended.borrow_mut().insert(host);
    }

    pub(super) fn end_batch(&self) {
        self.over.set(true);
    }

    pub(super) fn end_play(&self) {
        self.over.set(true);
        self.is_last.set(true);
    }

    /// The host takes no part in the rest of a role.
    pub(super) fn leave(&self, host: HostId, identity: &str) {
        self.left.borrow_mut().insert(host, identity.to_owned());
    }

    /// A role is over: gives those that had left it.
    pub(super) fn come_back(&self, identity: &str) -> Hosts {
        let mut left = self.left.borrow_mut();
        let back: Hosts = left
            .iter()
            .filter(|(_, role)| *role == identity)
            .map(|(host, _)| *host)
            .collect();
        left.retain(|_, role| role != identity);
        back
    }

    /// Forgets what failed.
    pub(super) fn forgive_all(&self) {
        self.failed.borrow_mut().clear();
        self.lost.borrow_mut().clear();
    }

    /// Whether more hosts of the batch failed than the play puts up with.
    pub(super) fn has_too_many_failed(&self, run: &Run<'_>) -> bool {
        let batch = self.batch.borrow();
        let failed = self.failed.borrow();
        let failed = batch.iter().filter(|host| failed.contains(*host)).count();
        match batches::too_many_failed(run, self.play, failed, self.size) {
            Ok(too_many) => too_many,
            Err(mistake) => {
                self.stop_with(mistake);
                false
            }
        }
    }

    /// Nobody goes on with the run.
    pub(super) fn give_up(&self) {
        self.over.set(true);
        self.gave_up.set(true);
    }

    pub(super) fn is_unreachable(&self, host: HostId) -> bool {
        self.lost.borrow().contains(&host)
    }

    pub(super) fn fail(&self, host: HostId) {
        self.failed.borrow_mut().insert(host);
    }

    /// A rescue or an `always` goes on with the host.
    pub(super) fn forgive(&self, host: HostId) {
        self.failed.borrow_mut().remove(&host);
        self.felled.borrow_mut().remove(&host);
    }

    pub(super) fn lose(&self, host: HostId) {
        self.lost.borrow_mut().insert(host);
    }

    /// An error was fatal for all: the hosts that still went on fail with it.
    pub(super) fn fell(&self, passes_rescue: bool) {
        let going: Hosts = self.batch.borrow().clone();
        for host in going.into_iter().filter(|host| self.goes_on(*host)) {
            self.fail(host);
            self.felled.borrow_mut().insert(host, passes_rescue);
        }
    }

    /// Whether an error elsewhere made this host fail, and whether it passes over a rescue.
    pub(super) fn felled(&self, host: HostId) -> Option<bool> {
        self.felled.borrow().get(&host).copied()
    }

    /// A mistake that was found only now ends the run.
    pub(super) fn stop_with(&self, mistake: Mistake) {
        self.stop.borrow_mut().get_or_insert(mistake);
    }

    /// Whether a role has not run on this host before.
    pub(super) fn first_time(&self, host: HostId, identity: &str) -> bool {
        self.done_roles
            .borrow_mut()
            .insert((host, identity.to_owned()))
    }

    /// Hosts in the order of the play.
    pub(super) fn sort(&self, hosts: &mut Hosts) {
        let batch = self.batch.borrow();
        hosts.sort_by_key(|host| batch.iter().position(|one| one == host));
    }

    /// What came with an include.
    pub(super) fn take_in(&self, included: &Included, brought: &stack::Brought) {
        let mut handlers = self.handlers.borrow_mut();
        let new = |handler: &&Arc<Task>| {
            !handlers
                .iter()
                .any(|known| Arc::ptr_eq(&known.task, handler))
        };
        let new: Vec<Arc<Task>> = included.handlers.iter().filter(new).cloned().collect();
        handlers::add(&mut handlers, &new, brought);
        for role in &included.roles {
            if role.public {
                self.roles.borrow_mut().push(Arc::clone(role));
            }
        }
        if let Some(asked_for) = included.roles.last().filter(|role| !role.public) {
            let mut names = self.included_roles.borrow_mut();
            names.push(asked_for.name.clone());
        }
    }

    /// A name or topic is notified on a host; what is sure stays so.
    pub(super) fn ask(&self, name: &str, host: HostId, unknown: Option<Unknown>) {
        let mut asked = self.asked.borrow_mut();
        let same = |one: &&mut Notice| one.0 == host && one.1 == name;
        match asked.iter_mut().find(same) {
            Some(before) if before.2.is_some() => before.2 = unknown,
            Some(_) => {}
            None => asked.push((host, name.to_owned(), unknown)),
        }
    }

    /// Takes what was notified on these hosts.
    pub(super) fn take_asked(&self, hosts: &[HostId]) -> Vec<Notice> {
        let mut asked = self.asked.borrow_mut();
        let (taken, left) = std::mem::take(&mut *asked)
            .into_iter()
            .partition(|(host, ..)| hosts.contains(host));
        *asked = left;
        taken
    }

    pub(super) fn notify(&self, handler: usize, host: HostId, unknown: Option<Unknown>) {
        let mut notified = self.notified.borrow_mut();
        let hosts = notified.entry(handler).or_default();
        match (hosts.get(&host), &unknown) {
            (Some(None), _) => {}
            _ => {
                hosts.insert(host, unknown);
            }
        }
    }

    /// Takes those of `hosts` that a handler was notified for.
    pub(super) fn take_notified(
        &self,
        handler: usize,
        hosts: &[HostId],
    ) -> Vec<(HostId, Option<Unknown>)> {
        let mut notified = self.notified.borrow_mut();
        let Some(waiting) = notified.get_mut(&handler) else {
            return Vec::new();
        };
        hosts
            .iter()
            .filter_map(|host| Some((*host, waiting.remove(host)?)))
            .collect()
    }

    /// Why nobody knows whether what comes is carried out on this host.
    pub(super) fn doubt(&self, host: HostId) -> Option<Unknown> {
        self.doubts.borrow().get(&host).cloned()
    }

    /// From now on nobody knows whether anything of this play is carried out on these hosts.
    pub(super) fn doubt_rest(&self, hosts: &[HostId], unknown: &Unknown) {
        let mut doubts = self.doubts.borrow_mut();
        for host in hosts {
            let before = doubts.remove(host);
            let all = Unknown::union(before.into_iter().chain([unknown.clone()]));
            doubts.extend(all.map(|all| (*host, all)));
        }
    }

    /// What is doubted of these hosts now, to go back to with [`Self::doubt_as_before`].
    pub(super) fn doubts(&self, hosts: &[HostId]) -> Vec<(HostId, Option<Unknown>)> {
        let of = |host: &HostId| (*host, self.doubt(*host));
        hosts.iter().map(of).collect()
    }

    /// Ends the doubt that [`Self::doubt_rest`] brought to what is over now.
    pub(super) fn doubt_as_before(&self, doubts: Vec<(HostId, Option<Unknown>)>) {
        let mut all = self.doubts.borrow_mut();
        for (host, before) in doubts {
            match before {
                Some(unknown) => all.insert(host, unknown),
                None => all.remove(&host),
            };
        }
    }

    /// All hosts of the play.
    pub(super) fn everybody(&self) -> &Hosts {
        &self.all
    }

    /// Whether handlers run even where a task has failed.
    pub(super) fn forces_handlers(&self, run: &Run<'_>) -> bool {
        let own = &self.play.force_handlers;
        let otherwise = run.options.force_handlers || run.settings.force_handlers;
        match batches::flag(run, self.play, own) {
            Ok(asked) => asked.unwrap_or(otherwise),
            Err(mistake) => {
                self.stop_with(mistake);
                false
            }
        }
    }
}

fn own_handlers(play: &Play) -> Vec<Handler> {
    let mut own = Vec::new();
    handlers::add(&mut own, &play.handlers, &stack::Brought::new());
    own
}
