//! Handlers: who is notified, and when they run.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    done::HostDone,
    items::{self, Failed, Hosts},
    play::PlayState,
    run::Run,
    stack,
};
use crate::{
    diagnostic::{Mistake, nearest},
    event::Verdict,
    inventory::HostId,
    playbook::{Task, TaskKind},
    value::{Unknown, Value},
    vars::HostScope,
};

/// A handler of a play.
#[derive(Clone, Debug)]
pub(super) struct Handler {
    pub(super) task: Arc<Task>,
    /// Which block of handlers it came with: those of a role, or the play's own. Of one name, the
    /// first in the last block counts.
    block: usize,
    /// The variables of the loops of the includes that it came with.
    brought: stack::Brought,
}

/// Adds handlers that came together.
pub(super) fn add(all: &mut Vec<Handler>, more: &[Arc<Task>], brought: &stack::Brought) {
    let mut block = all.last().map_or(0, |last| last.block + 1);
    let role = |task: &Task| task.role().map(Arc::as_ptr);
    for (at, task) in more.iter().enumerate() {
        if at > 0 && role(task) != role(&more[at - 1]) {
            block += 1;
        }
        all.push(Handler {
            task: Arc::clone(task),
            block,
            brought: brought.clone(),
        });
    }
}

/// Remembers what a changed task notifies. Which handlers that means is settled when they run:
/// those of roles that come later count too.
pub(super) fn notify(r: &Run<'_>, play: &PlayState<'_>, task: &Task, done: &HostDone) {
    let Some(wanted) = task.effective(|keywords| keywords.notify.as_ref()) else {
        return;
    };
    let all = done
        .items
        .as_deref()
        .unwrap_or(std::slice::from_ref(&done.whole));
    let changed = all.iter().any(|one| {
        one.verdict == Verdict::Changed
            || one.result.get("changed") == Some(&Value::Bool(true)) && !one.is_failed()
    });
    let unknown = Unknown::union(all.iter().filter_map(|one| match &one.verdict {
        Verdict::Unknown(unknown) => Some(unknown.clone()),
        _ => None,
    }));
    if !changed && (unknown.is_none() || done.whole.is_failed()) {
        return;
    }
    let base = stack::of_play(r, play);
    let (stack, _) = stack::of_task(r, play, &base, task, done.host, &Vec::new());
    let Ok(scope) = r.variables.scope(done.host, &stack) else {
        return;
    };
    let templar = r.templar(task.role().map(AsRef::as_ref));
    for name in wanted {
        let names = match templar.render(&name.node, &scope) {
            Ok(Some(Value::List(names))) => names.to_vec(),
            Ok(Some(name)) => vec![name],
            Ok(None) => continue,
            Err(failure) => {
                r.mistaken([*failure.mistake]);
                continue;
            }
        };
        for asked in names.iter().filter_map(Value::as_str) {
            let found = named(r, play, asked, &scope);
            if found.is_empty() && r.settings.error_on_missing_handler {
                let all: Vec<String> = play
                    .handlers
                    .borrow()
                    .iter()
                    .map(|one| one.task.title())
                    .collect();
                let mistake = Mistake::new(
                    format!(
                        "The requested handler '{asked}' was not found in either the main handlers list nor in the listening handlers list"
                    ),
                    &name.span,
                    "no such handler",
                )
                .did_you_mean(nearest(asked, all.iter().map(String::as_str)));
                play.stop_with(mistake);
                return;
            }
            let unknown = if changed { None } else { unknown.clone() };
            play.ask(asked, done.host, unknown);
        }
    }
}

/// Finds the handlers of what was asked for on these hosts.
fn settle(r: &Run<'_>, play: &PlayState<'_>, hosts: &[HostId]) {
    let asked = play.take_asked(hosts);
    if asked.is_empty() {
        return;
    }
    let stack = stack::of_play(r, play);
    for (host, name, unknown) in asked {
        let Ok(scope) = r.variables.scope(host, &stack) else {
            continue;
        };
        for at in named(r, play, &name, &scope) {
            play.notify(at, host, unknown.clone());
        }
    }
}

/// The handlers that a name or topic means: one of the name, and all that listen, but of one name
/// only one.
fn named(r: &Run<'_>, play: &PlayState<'_>, asked: &str, scope: &HostScope<'_>) -> Vec<usize> {
    let handlers = play.handlers.borrow();
    let rendered = |text: &str, task: &Task| -> String {
        if !text.contains("{{") {
            return text.to_owned();
        }
        let template = crate::value::Text::template(text, task.span.clone());
        match r
            .templar(task.role().map(AsRef::as_ref))
            .render(&Value::Text(template), scope)
        {
            Ok(Some(Value::Text(name))) => name.as_str().to_owned(),
            _ => text.to_owned(),
        }
    };
    let own_name = |task: &Task| {
        let name = task.keywords.name.as_ref()?;
        Some(rendered(&name.node, task)).filter(|name| !name.is_empty())
    };
    // The later blocks first, each in its own order.
    let mut order: Vec<usize> = (0..handlers.len()).collect();
    order.sort_by_key(|at| std::cmp::Reverse(handlers[*at].block));
    let mut found = Vec::new();
    let by_name = order.iter().copied().find(|at| {
        let task = &handlers[*at].task;
        own_name(task).is_some_and(|name| name == asked || rendered(&task.title(), task) == asked)
    });
    found.extend(by_name);
    let mut seen = BTreeSet::new();
    for at in order {
        let task = &handlers[at].task;
        let listens = task.listen.iter().any(|topic| {
            let topic = rendered(&topic.node, task);
            let with_role = task.role().map(|role| format!("{} : {topic}", role.name));
            topic == asked || with_role.as_deref() == Some(asked)
        });
        let mut is_new = |name: Option<String>| name.is_none_or(|name| seen.insert(name));
        if listens && is_new(own_name(task)) && !found.contains(&at) {
            found.push(at);
        }
    }
    found.sort_unstable();
    found
}

/// Runs the notified handlers, in their order; gives the hosts on which one failed.
pub(super) async fn flush<'r>(
    r: &'r Run<'r>,
    play: &'r PlayState<'r>,
    hosts: Hosts,
) -> Vec<(HostId, Failed)> {
    let mut failed: Vec<(HostId, Failed)> = Vec::new();
    let mut at = 0;
    loop {
        settle(r, play, &hosts);
        let handler = play.handlers.borrow().get(at).cloned();
        let Some(handler) = handler else { break };
        let gone: BTreeSet<HostId> = failed.iter().map(|(host, _)| *host).collect();
        let going: Hosts = hosts
            .iter()
            .copied()
            .filter(|host| !gone.contains(host) && (play.goes_on(*host) || play.forces_handlers(r)))
            .filter(|host| !play.is_unreachable(*host))
            .collect();
        let notified = play.take_notified(at, &going);
        if !notified.is_empty() {
            failed.extend(one(r, play, &handler, notified).await);
        }
        at += 1;
    }
    failed
}

async fn one<'r>(
    r: &'r Run<'r>,
    play: &'r PlayState<'r>,
    handler: &Handler,
    notified: Vec<(HostId, Option<Unknown>)>,
) -> Vec<(HostId, Failed)> {
    let Handler { task, brought, .. } = handler;
    let sure: Hosts = notified
        .iter()
        .filter(|(_, unknown)| unknown.is_none())
        .map(|(host, _)| *host)
        .collect();
    let mut failed = carry_out(r, play, task, sure, brought).await;
    // Whether these run depends on what nobody knows.
    let doubtful: Hosts = notified
        .iter()
        .filter(|(_, unknown)| unknown.is_some())
        .map(|(host, _)| *host)
        .collect();
    let before = play.doubts(&doubtful);
    for (host, unknown) in notified {
        if let Some(unknown) = unknown {
            play.doubt_rest(&[host], &unknown);
        }
    }
    failed.extend(carry_out(r, play, task, doubtful, brought).await);
    play.doubt_as_before(before);
    failed
}

async fn carry_out<'s>(
    r: &'s Run<'s>,
    play: &'s PlayState<'s>,
    handler: &'s Arc<Task>,
    hosts: Hosts,
    brought: &'s stack::Brought,
) -> Vec<(HostId, Failed)> {
    if hosts.is_empty() {
        return Vec::new();
    }
    let dones = run_here(r, play, handler, &hosts, brought).await;
    let mut fate = items::settle(r, play, handler, &dones);
    if !matches!(handler.kind, TaskKind::Module) {
        items::included(r, play, handler, &dones, brought, &mut fate).await;
    }
    fate.failed
}

async fn run_here<'s>(
    r: &'s Run<'s>,
    play: &'s PlayState<'s>,
    handler: &'s Arc<Task>,
    hosts: &[HostId],
    brought: &'s stack::Brought,
) -> Vec<HostDone> {
    items::on_all(r, play, handler, hosts, brought, true).await
}
