//! Keywords that decide how a task goes over hosts.

use super::{
    play::PlayState,
    run::Run,
    stack::{self, Brought},
    target,
    view::{Trouble, View},
};
use crate::{
    diagnostic::Mistake,
    inventory::HostId,
    playbook::{Flag, Given, Keywords, Task},
};

/// Whether a task runs on one host for all.
pub(super) fn is_once(r: &Run<'_>, play: &PlayState<'_>, task: &Task, host: HostId) -> bool {
    flag(r, play, task, host, |keywords| &keywords.run_once).unwrap_or(false)
}

/// Whether an error on one host is one for all.
pub(super) fn is_fatal(r: &Run<'_>, play: &PlayState<'_>, task: &Task, host: HostId) -> bool {
    flag(r, play, task, host, |keywords| &keywords.any_errors_fatal)
        .unwrap_or(r.settings.any_errors_fatal)
}

/// How many hosts do the task at once.
pub(super) fn forks(r: &Run<'_>, play: &PlayState<'_>, task: &Task, host: HostId) -> usize {
    let most = r.options.forks;
    let Some(throttle) = task.effective(|keywords| keywords.throttle.as_ref()) else {
        return most;
    };
    let asked = match &throttle.node {
        Given::Known(number) => Some(*number),
        Given::Template(_) => of(r, play, task, host, |view| {
            view.whole(&Some(throttle.clone())).map_err(|trouble| {
                let what = "Failed to convert the throttle value to an integer";
                match trouble {
                    Trouble::Mistake(mistake) | Trouble::While(_, mistake) => {
                        let span = mistake.span().unwrap_or(&throttle.span).clone();
                        Mistake::new(format!("{what}: {mistake}"), &span, "here").into()
                    }
                    unknown @ Trouble::Unknown(_) => unknown,
                }
            })
        }),
    };
    match asked.and_then(|number| usize::try_from(number).ok()) {
        None | Some(0) => most,
        Some(number) => most.min(number),
    }
}

fn flag(
    r: &Run<'_>,
    play: &PlayState<'_>,
    task: &Task,
    host: HostId,
    pick: impl Fn(&Keywords) -> &Flag,
) -> Option<bool> {
    let given = task.effective(|keywords| pick(keywords).as_ref())?;
    match &given.node {
        Given::Known(truth) => Some(*truth),
        Given::Template(_) => of(r, play, task, host, |view| view.truth(given)),
    }
}

/// What a keyword comes to with the variables of a host; what is wrong with it ends the run.
fn of<T>(
    r: &Run<'_>,
    play: &PlayState<'_>,
    task: &Task,
    host: HostId,
    ask: impl FnOnce(&View<'_>) -> Result<Option<T>, Trouble>,
) -> Option<T> {
    let base = stack::of_play(r, play);
    let (stack, _) = stack::of_task(r, play, &base, task, host, &Brought::new());
    let scope = r.variables.scope(host, &stack).ok()?;
    let reached = target::reached(r, task, scope.host_name());
    let view = View {
        run: r,
        task,
        scope: scope.reached_by(reached),
        templar: r.templar(task.role().map(AsRef::as_ref)),
        doubt: None,
    };
    match ask(&view) {
        Ok(value) => value,
        Err(Trouble::Mistake(mistake) | Trouble::While(_, mistake)) => {
            play.stop_with(*mistake);
            None
        }
        Err(Trouble::Unknown(unknown)) => {
            let why = format!("how this goes over hosts is known only in the run: {unknown}");
            play.stop_with(Mistake::new(why, &task.span, "this task"));
            None
        }
    }
}
