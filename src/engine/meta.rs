//! `meta`: what a task asks of the run itself.

use super::{
    done::{Done, HostDone},
    handlers,
    items::{self, Fate, Hosts},
    play::PlayState,
    run::Run,
    stack::{self, Brought},
    task,
    view::{Trouble, View},
};
use crate::{
    diagnostic::{Mistake, Mistakes, nearest},
    event::{Event, Verdict},
    playbook::Task,
    value::{Map, Value},
};

/// All that can be asked for.
const KNOWN: [&str; 10] = [
    "flush_handlers",
    "noop",
    "clear_facts",
    "clear_host_errors",
    "end_play",
    "end_host",
    "end_batch",
    "end_role",
    "reset_connection",
    "refresh_inventory",
];

/// What is asked for, where no template says it.
fn asked(task: &Task) -> &str {
    let free = task.args.free.as_ref();
    free.map_or("", |free| free.node.as_str().trim())
}

/// What is wrong with a `meta` task before anything runs.
pub(super) fn check(task: &Task, mistakes: &mut Mistakes) {
    let asked = asked(task);
    if asked.contains("{{") || asked.is_empty() {
        return;
    }
    let span = task
        .args
        .free
        .as_ref()
        .map_or(&task.action.span, |free| &free.span);
    if !KNOWN.contains(&asked) {
        mistakes.push(
            Mistake::new(format!("there is no meta task `{asked}`"), span, "here")
                .did_you_mean(nearest(asked, KNOWN)),
        );
    } else if asked == "refresh_inventory" {
        let what = format!("`meta: {asked}` is not supported");
        mistakes.push(Mistake::new(what, span, "here"));
    } else if asked == "end_role" && task.role().is_none() {
        mistakes.push(Mistake::new(
            "Cannot execute 'end_role' from outside of a role",
            span,
            "no role here",
        ));
    }
}

/// Runs a `meta` task: for each host, or once for all, as Ansible does.
pub(super) async fn run<'r>(
    r: &'r Run<'r>,
    play: &'r PlayState<'r>,
    task: &'r Task,
    hosts: Hosts,
    brought: &'r Brought,
) -> Fate {
    let asked = asked(task);
    let for_each = [
        "noop",
        "reset_connection",
        "end_host",
        "flush_handlers",
        "end_role",
    ];
    let unconditional = ["noop", "reset_connection", "flush_handlers"].contains(&asked);
    let base = stack::of_play(r, play);
    let count = if for_each.contains(&asked) {
        hosts.len()
    } else {
        1
    };
    let mut fate = Fate::default();
    for (at, host) in hosts.iter().copied().enumerate() {
        if at >= count {
            fate.going.push(host);
            continue;
        }
        let banner = items::announced(r, play, task, &base, host, brought, false);
        r.tell(&Event::TaskStarted(&banner));
        if unconditional {
            if !task.keywords.when.is_empty() {
                r.warn(&format!("{asked} task does not support when conditional"));
            }
            if asked == "reset_connection" {
                r.pool.reset(&r.host_name(host)).await;
            }
            fate.going.push(host);
            continue;
        }
        let done = task::on_host(r, play, &base, task, host, brought).await;
        told(r, task, &done);
        if done.whole.is_failed() {
            play.fail(host);
            fate.failed.push((host, items::what_failed(task, &done)));
        } else {
            fate.going.push(host);
        }
    }
    if asked == "flush_handlers" {
        let failed = handlers::flush(r, play, hosts).await;
        fate.going
            .retain(|host| !failed.iter().any(|(failed, _)| failed == host));
        fate.failed.extend(failed);
    }
    fate.going.retain(|host| play.goes_on(*host));
    fate
}

/// Only what did not happen is told.
fn told(r: &Run<'_>, task: &Task, done: &HostDone) {
    if done.whole.verdict != Verdict::Ok {
        items::tell(r, task, done);
    }
}

impl PlayState<'_> {
    /// What `meta` asks for, on the host of the view.
    pub(super) fn meta(&self, view: &View<'_>, args: &Map) -> Result<Done, Trouble> {
        let asked = args
            .get("_raw_params")
            .and_then(Value::as_str)
            .unwrap_or("");
        let host = view.scope.host_id();
        let mut done = Done::new(Verdict::Ok);
        done.result.insert("changed", false);
        done.result.insert("msg", asked);
        match asked.trim() {
            "clear_facts" => {
                for host in self.everybody() {
                    view.run.variables.clear_facts(*host);
                }
            }
            "clear_host_errors" => self.forgive_all(),
            "end_host" => self.end(host),
            "end_role" => match view.task.role() {
                Some(role) => self.leave(host, &role.identity),
                None => {
                    return Err(Mistake::new(
                        "Cannot execute 'end_role' from outside of a role",
                        &view.task.action.span,
                        "no role here",
                    )
                    .into());
                }
            },
            "end_batch" => self.end_batch(),
            "end_play" => self.end_play(),
            other => {
                return Err(Mistake::new(
                    format!("there is no meta task `{other}`"),
                    &view.task.action.span,
                    "here",
                )
                .did_you_mean(nearest(other, KNOWN))
                .into());
            }
        }
        Ok(done)
    }
}
