//! Tasks and blocks in lockstep over hosts, as the linear strategy has them.

use std::{collections::BTreeSet, future::Future, pin::Pin, sync::Arc};

use super::{
    asked, block,
    done::{Done, HostDone},
    handlers, include, meta,
    play::PlayState,
    run::Run,
    stack::{self, Brought},
    strategy::Pace,
    task,
    together::together,
};
use crate::{
    diagnostic::Mistake,
    event::{self, Event, Verdict},
    inventory::HostId,
    playbook::{Item, Task, TaskKind, tags_of},
    value::{Text, Value},
};

/// Hosts in the order of the play.
pub(super) type Hosts = Vec<HostId>;

/// What became of hosts.
#[derive(Clone, Debug, Default)]
pub(super) struct Fate {
    /// Those that go on.
    pub(super) going: Hosts,
    /// Those on which a task failed, with what failed.
    pub(super) failed: Vec<(HostId, Failed)>,
}

/// Why a host failed.
#[derive(Clone, Debug)]
pub(super) enum Failed {
    /// By this task, with this result.
    Here {
        /// Its own name.
        name: Option<Text>,
        action: String,
        result: Value,
    },
    /// An error on another host was fatal for it too. Where that task ran once for all, Ansible
    /// fails the others twice: the first rescue or `always` on their way out is passed over.
    Elsewhere { passes: bool },
}

/// Runs items one after the other on all hosts that are still going.
pub(super) fn run<'r>(
    run: &'r Run<'r>,
    play: &'r PlayState<'r>,
    items: &'r [Item],
    hosts: Hosts,
    brought: &'r Brought,
) -> Pin<Box<dyn Future<Output = Fate> + 'r>> {
    Box::pin(async move {
        let mut fate = Fate {
            going: hosts,
            failed: Vec::new(),
        };
        for item in items {
            let (going, gone) = std::mem::take(&mut fate.going)
                .into_iter()
                .partition::<Hosts, _>(|host| play.goes_on(*host));
            fate.going = going;
            fate.failed.extend(gone.into_iter().filter_map(|host| {
                let passes = play.felled(host)?;
                Some((host, Failed::Elsewhere { passes }))
            }));
            if fate.going.is_empty() {
                break;
            }
            let hosts = std::mem::take(&mut fate.going);
            let next = match item {
                Item::Task(one) => one_task(run, play, one, hosts, brought).await,
                Item::Block(block) => block::run(run, play, block, hosts, brought).await,
            };
            fate.going = next.going;
            fate.failed.extend(next.failed);
        }
        fate
    })
}

async fn one_task<'r>(
    r: &'r Run<'r>,
    play: &'r PlayState<'r>,
    task: &'r Arc<Task>,
    hosts: Hosts,
    brought: &'r Brought,
) -> Fate {
    let untouched = |going: Hosts| Fate {
        going,
        failed: Vec::new(),
    };
    if !r.started.get() {
        let asked = r.options.start_at.as_deref().unwrap_or_default();
        if !super::play::is_named(task, asked) {
            return untouched(hosts);
        }
        r.started.set(true);
    }
    match tags(r, play, task, &hosts, brought) {
        Ok(tags) if r.options.tags.takes(&tags) => {}
        Ok(_) => return untouched(hosts),
        Err(mistake) => {
            play.stop_with(mistake);
            return untouched(hosts);
        }
    }
    if task.module() == "meta" {
        return meta::run(r, play, task, hosts, brought).await;
    }
    // These are carried out for the first host alone, and the others know nothing of it.
    let alone = matches!(task.module(), "pause" | "add_host");
    let asked = if alone { &hosts[..1] } else { &hosts[..] };
    let dones = on_all(r, play, task, asked, brought, false).await;
    let mut fate = settle(r, play, task, &dones);
    fate.going.extend(hosts.iter().skip(asked.len()));
    if !matches!(task.kind, TaskKind::Module) {
        included(r, play, task, &dones, brought, &mut fate).await;
    }
    fate
}

/// The tags of a task, with the variables of its first host.
fn tags(
    r: &Run<'_>,
    play: &PlayState<'_>,
    task: &Task,
    hosts: &[HostId],
    brought: &Brought,
) -> Result<Vec<String>, Mistake> {
    tags_of(task, |text| {
        let Some(host) = hosts.first() else {
            return Ok(None);
        };
        let base = stack::of_play(r, play);
        let (stack, _) = stack::of_task(r, play, &base, task, *host, brought);
        let scope = r.variables.scope(*host, &stack).map_err(|mistakes| {
            let first = mistakes.0.into_iter().next();
            first.unwrap_or_else(|| Mistake::nowhere("variables are broken"))
        })?;
        r.templar(task.role().map(AsRef::as_ref))
            .render(&Value::Text(text.node.clone()), &scope)
            .map_err(|failure| failure.mistake.at(&text.span, "this tag"))
    })
}

/// Carries a task out on all hosts, and tells what came of it in their order.
pub(super) async fn on_all<'r>(
    r: &'r Run<'r>,
    play: &'r PlayState<'r>,
    task: &'r Arc<Task>,
    hosts: &[HostId],
    brought: &'r Brought,
    is_handler: bool,
) -> Vec<HostDone> {
    let base = stack::of_play(r, play);
    let Some(first) = hosts.first() else {
        return Vec::new();
    };
    let title = announced(r, play, task, &base, *first, brought, is_handler);
    if play.pace == Pace::InStep {
        r.tell(&Event::TaskStarted(&title));
    }
    let once = asked::is_once(r, play, task, *first);
    if once && play.pace == Pace::Alone {
        r.warn("`run_once` runs on every host where each goes at its own pace");
    }
    let chosen = if once { &hosts[..1] } else { hosts };
    let forks = asked::forks(r, play, task, *first);
    let mut dones = Vec::new();
    {
        let base = &base;
        let futures = chosen
            .iter()
            .map(|host| {
                let future = async move {
                    r.tell(&Event::HostBegan);
                    let done = task::on_host(r, play, base, task, *host, brought).await;
                    r.tell(&Event::HostEnded);
                    done
                };
                Box::pin(future) as Pin<Box<dyn Future<Output = HostDone> + '_>>
            })
            .collect();
        together(futures, forks, |_, done| {
            // Where hosts go alone, a task is named again when another came between.
            if play.pace == Pace::Alone
                && r.headline.replace(Arc::as_ptr(task) as usize) != Arc::as_ptr(task) as usize
            {
                r.tell(&Event::TaskStarted(&title));
            }
            tell(r, task, &done);
            dones.push(done);
        })
        .await;
    }
    if once && let Some(first) = dones.first().cloned() {
        for host in &hosts[1..] {
            dones.push(HostDone {
                host: *host,
                ..first.clone()
            });
        }
    }
    for done in &dones {
        task::keep(r, task, done);
    }
    dones
}

/// What is said of a task before it starts, with the variables of its first host.
pub(super) fn announced(
    r: &Run<'_>,
    play: &PlayState<'_>,
    task: &Task,
    base: &crate::vars::Stack,
    host: HostId,
    brought: &Brought,
    is_handler: bool,
) -> event::Task {
    let title = task.title();
    // What is wrong with files of variables, the task itself tells.
    let (stack, _) = stack::of_task(r, play, base, task, host, brought);
    let name = match r.variables.scope(host, &stack) {
        Ok(scope) if title.contains("{{") => {
            let text = Text::template(title.as_str(), task.span.clone());
            let templar = r.templar(task.role().map(AsRef::as_ref));
            match templar.render(&Value::Text(text), &scope) {
                Ok(Some(Value::Text(name))) => {
                    r.learn(&Value::Text(name.clone()));
                    r.secrets.shown(&name)
                }
                Ok(Some(Value::Unknown(_)) | None) | Err(_) => title,
                Ok(Some(other)) => crate::value::to_json(&other).to_string(),
            }
        }
        _ => title,
    };
    event::Task {
        name,
        place: Some(task.span.place()),
        is_handler,
        is_check: r.options.check,
        action: task.action.node.as_str().to_owned(),
    }
}

/// Tells the items of a loop and the task itself.
pub(super) fn tell(r: &Run<'_>, task: &Task, done: &HostDone) {
    let host = r.host_name(done.host);
    let is_loop = done.items.as_ref().is_some_and(|items| !items.is_empty());
    if !matches!(task.kind, TaskKind::Module) && matches!(done.whole.verdict, Verdict::Ok) {
        // What was included is told of as such; what was not, here.
        let items = done.items.iter().flatten();
        for item in items.filter(|item| matches!(item.verdict, Verdict::Skipped)) {
            r.tell(&Event::ItemDone(&shown(&host, item, false)));
        }
        return;
    }
    for item in done.items.iter().flatten() {
        warn(r, item);
        r.tell(&Event::ItemDone(&shown(&host, item, false)));
    }
    if !is_loop {
        warn(r, &done.whole);
    }
    r.tell(&Event::HostDone(&shown(&host, &done.whole, is_loop)));
}

fn warn(r: &Run<'_>, done: &Done) {
    for warning in &done.warnings {
        r.warn(warning);
    }
    if let Verdict::Unknown(unknown) = &done.verdict {
        r.because(unknown);
    }
}

fn shown<'d>(host: &'d str, done: &'d Done, is_loop: bool) -> event::Done<'d> {
    event::Done {
        host,
        delegate: done.delegate.as_deref(),
        delegate_address: done.delegate_address.as_deref(),
        verdict: done.verdict.clone(),
        item: done.item.as_ref().map(|(_, label)| label.clone()),
        result: &done.result,
        changes: &done.changes,
        diff: done.diff,
        no_log: done.no_log,
        always_shown: done.always_shown,
        is_loop,
        mistake: done.mistake.as_ref(),
    }
}

pub(super) fn what_failed(task: &Task, done: &HostDone) -> Failed {
    Failed::Here {
        name: task.keywords.name.as_ref().map(|name| name.node.clone()),
        action: task.action.node.to_string(),
        result: done.whole.registered(),
    }
}

/// Counts, notifies, and parts the hosts that go on from those that failed.
pub(super) fn settle(r: &Run<'_>, play: &PlayState<'_>, task: &Task, dones: &[HostDone]) -> Fate {
    let mut fate = Fate::default();
    let once = dones
        .first()
        .is_some_and(|first| asked::is_once(r, play, task, first.host));
    for (at, done) in dones.iter().enumerate() {
        let name = r.host_name(done.host);
        // What ran once is told of the others too, but it did not run there.
        let elsewhere = once && at > 0;
        if !elsewhere {
            count(r, &name, &done.whole);
        }
        handlers::notify(r, play, task, done);
        match &done.whole.verdict {
            Verdict::Failed { ignored: false } | Verdict::Unreachable { ignored: false }
                if elsewhere =>
            {
                fate.going.push(done.host);
            }
            Verdict::Unreachable { ignored: false } => {
                play.lose(done.host);
                fate.failed.push((done.host, what_failed(task, done)));
            }
            Verdict::Failed { ignored: false } => {
                play.fail(done.host);
                fate.failed.push((done.host, what_failed(task, done)));
            }
            _ => fate.going.push(done.host),
        }
    }
    if let Some((first, _)) = fate.failed.first()
        && (once || asked::is_fatal(r, play, task, *first))
    {
        let passes = once && !play.is_unreachable(*first);
        play.fell(passes);
        let others = std::mem::take(&mut fate.going).into_iter();
        fate.failed
            .extend(others.map(|host| (host, Failed::Elsewhere { passes })));
    }
    // As Ansible counts: not as far as a rescue, and not what goes through an `always` first.
    if !fate.failed.is_empty() && r.shelters.get() == 0 && play.has_too_many_failed(r) {
        play.give_up();
        // Ansible says it twice.
        r.tell(&Event::NoHostsLeft);
        r.tell(&Event::NoHostsLeft);
    }
    fate
}

fn count(r: &Run<'_>, host: &str, done: &Done) {
    let changed = done.result.get("changed") == Some(&Value::Bool(true));
    r.count(host, |tally| match &done.verdict {
        Verdict::Ok => tally.ok += 1,
        Verdict::Changed => {
            tally.ok += 1;
            tally.changed += 1;
        }
        Verdict::Skipped => tally.skipped += 1,
        Verdict::Unreachable { ignored: true } => {
            tally.ok += 1;
            tally.ignored += 1;
        }
        Verdict::Failed { ignored: false } => tally.failed += 1,
        Verdict::Failed { ignored: true } => {
            // What failed may have changed something all the same.
            tally.ok += 1;
            tally.changed += u64::from(changed);
            tally.ignored += 1;
        }
        Verdict::Unreachable { ignored: false } => tally.unreachable += 1,
        Verdict::Unknown(_) => tally.unknown += 1,
    });
}

/// Runs what an include brought, group by group.
pub(super) async fn included<'r>(
    r: &'r Run<'r>,
    play: &'r PlayState<'r>,
    task: &'r Task,
    dones: &[HostDone],
    brought: &Brought,
    fate: &mut Fate,
) {
    let mut groups = Vec::new();
    let mut broken = None;
    for done in dones {
        // Each include of a loop counts as a task.
        let sure = done.includes.iter().filter(|one| one.doubt.is_none());
        let more = sure.count().saturating_sub(1) as u64;
        r.count(&r.host_name(done.host), |tally| tally.ok += more);
    }
    for group in include::load(r, play, task, dones, brought) {
        match group {
            Ok(group) => {
                if group.doubt.is_none() {
                    told_included(r, &group);
                }
                groups.push(group);
            }
            // It is wrong only if it is included.
            Err((hosts, _)) if hosts.iter().all(|host| is_doubted(dones, *host)) => {}
            Err((hosts, mistakes)) => {
                let mistake = mistakes.0.into_iter().next();
                let mistake = mistake.unwrap_or_else(|| Mistake::nowhere("it cannot be included"));
                broken = broken.or(hosts.first().copied());
                for host in hosts {
                    let done = HostDone {
                        host,
                        whole: Done::of_trouble(mistake.clone().into()),
                        items: None,
                        includes: Vec::new(),
                    };
                    tell(r, task, &done);
                    let name = r.host_name(host);
                    r.count(&name, |tally| {
                        tally.failed += 1;
                        tally.ok = tally.ok.saturating_sub(1);
                    });
                    play.fail(host);
                    fate.going.retain(|one| *one != host);
                    fate.failed.push((host, what_failed(task, &done)));
                }
            }
        }
    }
    if let Some(host) = broken
        && asked::is_fatal(r, play, task, host)
    {
        play.fell(false);
        let others = std::mem::take(&mut fate.going).into_iter();
        let passes = false;
        fate.failed
            .extend(others.map(|host| (host, Failed::Elsewhere { passes })));
        return;
    }
    for group in groups {
        play.take_in(&group.included, &group.brought);
        let hosts: Hosts = group
            .hosts
            .iter()
            .copied()
            .filter(|host| fate.going.contains(host))
            .collect();
        let inner = Box::pin(run_included(r, play, &group, hosts.clone())).await;
        let gone: BTreeSet<HostId> = hosts
            .iter()
            .copied()
            .filter(|host| !inner.going.contains(host))
            .collect();
        fate.going.retain(|host| !gone.contains(host));
        fate.failed.extend(inner.failed);
    }
}

fn told_included(r: &Run<'_>, group: &include::Group) {
    r.mistaken(group.included.warnings.iter().cloned());
    let names: Vec<String> = group
        .hosts
        .iter()
        .map(|host| r.host_name(*host).to_string())
        .collect();
    r.tell(&Event::Included {
        file: &group.shown,
        hosts: &names,
        item: group.label.as_deref(),
    });
}

async fn run_included<'r>(
    r: &'r Run<'r>,
    play: &'r PlayState<'r>,
    group: &include::Group,
    hosts: Hosts,
) -> Fate {
    let before = play.doubts(&hosts);
    if let Some(unknown) = &group.doubt {
        play.doubt_rest(&hosts, unknown);
    }
    // The run and the play live longer than what was included for this task alone.
    let fate = run_here(r, play, &group.included.items, hosts, &group.brought).await;
    if group.doubt.is_some() {
        play.doubt_as_before(before);
    }
    fate
}

/// Whether nobody knows what of an include is carried out on the host.
fn is_doubted(dones: &[HostDone], host: HostId) -> bool {
    dones
        .iter()
        .filter(|done| done.host == host)
        .all(|done| matches!(done.whole.verdict, Verdict::Unknown(_)))
}

/// Like [`run`], for items that live only as long as the task that brought them.
pub(super) fn run_here<'s>(
    r: &'s Run<'s>,
    play: &'s PlayState<'s>,
    items: &'s [Item],
    hosts: Hosts,
    brought: &'s Brought,
) -> Pin<Box<dyn Future<Output = Fate> + 's>> {
    run(r, play, items, hosts, brought)
}
