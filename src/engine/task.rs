//! One task on one host: its items, conditions, arguments, and what came of them.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use super::{
    actions,
    done::{Done, HostDone, together},
    doubt, include, judge, looping,
    pause::{self, Pause},
    play::PlayState,
    run::Run,
    stack::{self, Brought},
    supply, target,
    view::{Trouble, View},
};
use crate::{
    connection::{Target, Transport},
    diagnostic::Mistake,
    event::Verdict,
    inventory::{HostId, Vars},
    modules,
    playbook::{Task, TaskKind},
    template::Truth,
    value::{Map, Marks, Unknown, Value},
    vars::{Level, Reached, Stack},
    wire::{self, Conduct, Item},
};

/// An item that is ready for its host, or done already.
enum Ready {
    Done(Box<Done>),
    Pause(Pause, Shown),
    Host(Box<Request>),
}

/// What is asked of a node for one item.
struct Request {
    item: Item,
    module: &'static str,
    /// The host it runs on, which is another one when it is delegated.
    host: String,
    target: Target,
    conduct: Conduct,
    environment: Vec<(String, String)>,
    limit: Option<Duration>,
    shown: Shown,
}

/// How an item is shown, whatever comes of it.
#[derive(Clone, Default)]
struct Shown {
    item: Option<(Value, String)>,
    delegate: Option<String>,
    /// The address of that other host, where it is not its name.
    delegate_address: Option<String>,
    delegates_facts: bool,
    no_log: bool,
    diff: bool,
    doubt: Option<Unknown>,
}

/// The mistake that a failure is shown as: at the argument that is to blame, else at the module.
pub(super) fn pointed(task: &Task, param: Option<&str>, message: &str) -> Mistake {
    let arg = param.and_then(|param| task.args.get(param));
    let span = arg.map_or(&task.action.span, |arg| &arg.span);
    Mistake::new(message, span, "here")
}

/// Carries a task out on a host.
pub(super) async fn on_host<'r>(
    run: &'r Run<'r>,
    play: &'r PlayState<'r>,
    base: &'r Stack,
    task: &'r Task,
    host: HostId,
    brought: &'r Brought,
) -> HostDone {
    let (stack, files) = stack::of_task(run, play, base, task, host, brought);
    let mut includes = Vec::new();
    let (whole, items) = match (files, run.variables.scope(host, &stack)) {
        (Err(trouble), _) => (Done::of_trouble(trouble), None),
        (_, Err(mistakes)) => {
            let mistake = mistakes.0.into_iter().next();
            let mistake = mistake.unwrap_or_else(|| Mistake::nowhere("variables are broken"));
            (Done::of_trouble(mistake.into()), None)
        }
        (Ok(()), Ok(scope)) => {
            let reached = target::reached(run, task, scope.host_name());
            let view = View {
                run,
                task,
                scope: scope.reached_by(reached),
                templar: run.templar(task.role().map(AsRef::as_ref)),
                doubt: Unknown::union(run.doubt().into_iter().chain(play.doubt(host))),
            };
            let (mut whole, items) = all_items(&view, play, &mut includes).await;
            judge::forgive(&view, &mut whole);
            (whole, items)
        }
    };
    let mut done = HostDone {
        host,
        whole,
        items,
        includes,
    };
    if done.items.is_none() {
        done.whole.item = None;
    }
    done
}

async fn all_items(
    view: &View<'_>,
    play: &PlayState<'_>,
    includes: &mut Vec<include::Wanted>,
) -> (Done, Option<Vec<Done>>) {
    let items = match looping::items(view) {
        Ok(items) => items,
        Err(trouble) => {
            // A task that is skipped anyway needs no items.
            let conditions = view.task.all(|keywords| &keywords.when);
            if let Ok((Truth::Is(false), condition)) = view.all_hold(conditions) {
                return (Done::skipped(condition.map(|one| &one.node)), None);
            }
            let Trouble::Unknown(unknown) = trouble else {
                let mut done = Done::of_trouble(trouble.during("Task failed"));
                judge::forgive(view, &mut done);
                return (done, None);
            };
            // Once for all the items that nobody knows.
            let view = looping::with_unknown(view, &unknown);
            return (one(&view, play, None, includes).await, None);
        }
    };
    let Some(items) = items else {
        let done = one(view, play, None, includes).await;
        return (done, None);
    };
    let control = match looping::control(view) {
        Ok(control) => control,
        Err(trouble) => return (Done::of_trouble(trouble), None),
    };
    let by_one = control.pause.is_some()
        || !view.task.loop_control.break_when.is_empty()
        || !view.task.until.is_empty()
        || !matches!(view.task.kind, TaskKind::Module)
        || looping::builds_on_itself(view.task);
    let mut dones = Vec::new();
    if by_one {
        let count = items.len();
        let mut before = Vars::new();
        for (at, item) in items.iter().enumerate() {
            if at > 0
                && let Some(pause) = control.pause
                && !view.run.options.check
            {
                tokio::time::sleep(pause).await;
            }
            let view = looping::with_item(view, &control, &items, at);
            let view = view.with(Level::Set, before.clone());
            let label = looping::label(&view, item);
            let mut done = one(&view, play, Some((item.clone(), label)), includes).await;
            looping::remember(view.task, &done, &mut before);
            relabel(&view.with(Level::Set, before.clone()), &mut done);
            dones.push(done);
            if looping::breaks(&view, dones.last()) && at + 1 < count {
                break;
            }
        }
    } else {
        let views: Vec<View<'_>> = (0..items.len())
            .map(|at| looping::with_item(view, &control, &items, at))
            .collect();
        let mut ready = Vec::new();
        for (view, item) in views.iter().zip(&items) {
            let label = looping::label(view, item);
            ready.push(prepare(view, play, Some((item.clone(), label))));
        }
        dones = send(view, &views, ready).await;
    }
    for (at, done) in dones.iter_mut().enumerate() {
        if done.item.is_some() {
            control.mark(&mut done.result, &items, at);
        }
    }
    (together(&dones), Some(dones))
}

/// Shows an item as its label has it now that it is done; it fails when the label does.
fn relabel(view: &View<'_>, done: &mut Done) {
    match looping::custom_label(view) {
        Ok(None) => {}
        Ok(Some(new)) => {
            if let Some((_, label)) = &mut done.item {
                *label = new;
            }
        }
        Err(mistake) => {
            let item = done.item.take();
            *done = Done::of_trouble(Trouble::from(mistake).during("Task failed"));
            done.item = item;
            judge::forgive(view, done);
        }
    }
}

/// One item, or the only one, tried again for as long as `until` says.
async fn one(
    view: &View<'_>,
    play: &PlayState<'_>,
    item: Option<(Value, String)>,
    includes: &mut Vec<include::Wanted>,
) -> Done {
    if !matches!(view.task.kind, TaskKind::Module) {
        return include::wanted(view, play, item, includes);
    }
    if view.doubt.is_some() || view.task.until.is_empty() && view.task.retries.is_none() {
        let ready = vec![prepare(view, play, item)];
        let mut done = send(view, std::slice::from_ref(view), ready).await;
        return done
            .pop()
            .unwrap_or_else(|| Done::failed("nothing came of it"));
    }
    looping::until(view, async |view| {
        let ready = vec![prepare(view, play, item.clone())];
        let mut done = send(view, std::slice::from_ref(view), ready).await;
        done.pop()
            .unwrap_or_else(|| Done::failed("nothing came of it"))
    })
    .await
}

/// Everything about an item that the control side can settle.
fn prepare(view: &View<'_>, play: &PlayState<'_>, item: Option<(Value, String)>) -> Ready {
    let mut shown = Shown {
        item,
        ..Shown::default()
    };
    match settle(view, play, &mut shown) {
        Ok(Ready::Host(mut request)) => {
            request.shown = shown;
            Ready::Host(request)
        }
        Ok(Ready::Pause(pause, _)) => Ready::Pause(pause, shown),
        Ok(Ready::Done(mut done)) => {
            shown.dress(&mut done);
            Ready::Done(done)
        }
        Err(trouble) => {
            let mut done = Done::of_trouble(match shown.doubt.take() {
                // What is wrong with it counts only if it is carried out.
                Some(unknown) => Trouble::Unknown(unknown),
                None => trouble,
            });
            done.is_untried = true;
            shown.dress(&mut done);
            judge::forgive(view, &mut done);
            Ready::Done(Box::new(done))
        }
    }
}

impl Shown {
    fn dress(&self, done: &mut Done) {
        done.item.clone_from(&self.item);
        done.delegate.clone_from(&self.delegate);
        done.delegate_address.clone_from(&self.delegate_address);
        done.delegates_facts = self.delegates_facts;
        done.no_log |= self.no_log;
        done.diff = self.diff;
    }
}

fn settle(view: &View<'_>, play: &PlayState<'_>, shown: &mut Shown) -> Result<Ready, Trouble> {
    let run = view.run;
    shown.no_log = view
        .flag(|keywords| &keywords.no_log)?
        .unwrap_or(run.settings.no_log);
    shown.diff = view
        .flag(|keywords| &keywords.diff)?
        .unwrap_or(run.options.diff);
    let conditions = view.task.all(|keywords| &keywords.when);
    let title = view.task.title();
    let place = view.task.span.place();
    shown.doubt.clone_from(&view.doubt);
    match view.all_hold(conditions).map_err(Trouble::of_condition)? {
        (Truth::Is(false), condition) => {
            let done = Done::skipped(condition.map(|one| &one.node));
            return Ok(Ready::Done(Box::new(done)));
        }
        (Truth::Unknown(unknown), _) => {
            let unknown = unknown.due_to(&title, Some(&place));
            shown.doubt = Unknown::union(shown.doubt.take().into_iter().chain([unknown]));
        }
        (Truth::Is(true), _) => {}
    }
    let name = view.text_of_action()?;
    let Some(module) = modules::find(&name) else {
        return Err(Mistake::new(
            if modules::is_elsewhere(&name) {
                format!("the module `{name}` is not supported")
            } else {
                format!("there is no module `{name}`")
            },
            &view.task.action.span,
            "no such module",
        )
        .did_you_mean(crate::diagnostic::nearest(&name, modules::names()))
        .into());
    };
    let delegate = match view.words(|keywords| &keywords.delegate_to)? {
        Some(text) if !text.is_empty() => Some(text.as_str().to_owned()),
        _ => None,
    };
    shown.delegate.clone_from(&delegate);
    shown.delegates_facts = view
        .flag(|keywords| &keywords.delegate_facts)?
        .unwrap_or(false);
    let elsewhere = delegate.map(|name| {
        let found = delegated(view, &name);
        (name, found)
    });
    let as_delegate = elsewhere.as_ref().and_then(|(_, found)| {
        let reached = found.as_ref().ok()?.1.clone();
        let scope = view.scope.clone().reached_by(reached);
        Some(View {
            scope,
            ..view.clone()
        })
    });
    let view = as_delegate.as_ref().unwrap_or(view);
    if let Some((name, Ok((_, reached)))) = &elsewhere
        && let Some(address) = reached.host.as_str()
        && address != name
    {
        shown.delegate_address = Some(address.to_owned());
    }
    let args = view.args(module)?;
    doubt::of_arguments(module, &args, &mut shown.doubt);
    if let Some(unknown) = &shown.doubt
        && let Some(done) = doubt::on_control(view, play, module, &args, unknown)
    {
        return Ok(Ready::Done(Box::new(done)));
    }
    if module.name == "pause" {
        let asked = pause::asked(view, module, &args)?;
        return Ok(Ready::Pause(asked, Shown::default()));
    }
    if let Some(done) = actions::on_control(view, play, module, &args)? {
        let mut done = judge::by_conditions(view, done);
        judge::forgive(view, &mut done);
        return Ok(Ready::Done(Box::new(done)));
    }
    let check = view
        .flag(|keywords| &keywords.check_mode)?
        .unwrap_or(run.options.check);
    let conduct = match (check, run.options.check) {
        (false, false) => Conduct::Run,
        (false, true) => Conduct::Ahead,
        (true, true) => Conduct::Rehearse,
        (true, false) => Conduct::Probe,
    };
    let (host, target) = match elsewhere {
        Some((name, found)) => (name, found?.0),
        None => (
            view.scope.host_name().to_string(),
            target::target(view, &view.scope)?,
        ),
    };
    target
        .check()
        .map_err(|unreachable| Mistake::nowhere(unreachable.to_string()))?;
    let seconds = timeout(view)?;
    let (args, supplies) = supply::supplies(view, module, args)?;
    let touches = doubt::declared(view)?;
    let doubt = doubt::on_host(view, module, &args, shown.doubt.as_ref());
    Ok(Ready::Host(Box::new(Request {
        item: Item {
            args,
            supplies,
            touches,
            doubt: doubt.map(Box::new),
            is_forgiven: judge::is_forgiven(view),
        },
        module: module.name,
        host,
        target,
        conduct,
        environment: view.environment()?,
        limit: (seconds > 0).then(|| Duration::from_secs(seconds)),
        shown: Shown::default(),
    })))
}

/// Where a task runs that is delegated to the host of this name, and what it is told of that.
fn delegated(view: &View<'_>, name: &str) -> Result<(Target, Reached), Trouble> {
    let id = actions::host_named(view.run, name)?;
    let scope = view.scope.delegated(id).map_err(|mistakes| {
        let first = mistakes.0.into_iter().next();
        first.unwrap_or_else(|| Mistake::nowhere("variables are broken"))
    })?;
    let target = target::target(view, &scope)?;
    let reached = target::reached_elsewhere(view, &scope, &target)?;
    Ok((target, reached))
}

/// The seconds that the task has; 0 for as many as it needs.
fn timeout(view: &View<'_>) -> Result<u64, Trouble> {
    let asked = view.task.effective(|keywords| keywords.timeout.as_ref());
    let Some(seconds) = view.whole(&asked.cloned())? else {
        return Ok(view.run.settings.task_timeout.into());
    };
    match u64::try_from(seconds) {
        Ok(seconds) if seconds <= 100_000_000 => Ok(seconds),
        _ => Err(Mistake::new(
            format!("Timeout {seconds} is invalid, it must be between 0 and 100000000"),
            asked.map_or(&view.task.span, |asked| &asked.span),
            "seconds",
        )
        .into()),
    }
}

/// Sends what is for hosts, neighbours for the same node in one request, and judges the answers.
async fn send(view: &View<'_>, views: &[View<'_>], ready: Vec<Ready>) -> Vec<Done> {
    let mut dones: BTreeMap<usize, Done> = BTreeMap::new();
    let mut batch: Vec<(usize, Request)> = Vec::new();
    for (at, ready) in ready.into_iter().enumerate() {
        match ready {
            Ready::Done(done) => {
                dones.insert(at, *done);
            }
            Ready::Pause(asked, shown) => {
                let Some(view) = views.get(at) else { continue };
                let mut done = pause::wait(view, &asked).await;
                shown.dress(&mut done);
                let mut done = judge::by_conditions(view, done);
                judge::forgive(view, &mut done);
                dones.insert(at, done);
            }
            Ready::Host(request) => {
                if batch
                    .last()
                    .is_some_and(|(_, before)| !request.fits(before))
                {
                    flush(view, views, &mut batch, &mut dones).await;
                }
                batch.push((at, *request));
            }
        }
    }
    flush(view, views, &mut batch, &mut dones).await;
    dones.into_values().collect()
}

impl Request {
    /// Whether both can go in one request.
    fn fits(&self, other: &Self) -> bool {
        self.module == other.module
            && self.host == other.host
            && self.target == other.target
            && self.conduct == other.conduct
            && self.environment == other.environment
            && self.limit == other.limit
    }
}

async fn flush(
    view: &View<'_>,
    views: &[View<'_>],
    batch: &mut Vec<(usize, Request)>,
    dones: &mut BTreeMap<usize, Done>,
) {
    let requests = std::mem::take(batch);
    let Some((_, first)) = requests.first() else {
        return;
    };
    let mut task = wire::Task {
        conduct: first.conduct,
        name: view.task.title(),
        place: Some(view.task.span.place()),
        module: first.module.to_owned(),
        items: Vec::new(),
        environment: first.environment.clone(),
        timeout: first.limit.map(|limit| limit.as_secs()),
    };
    let (host, target, limit) = (first.host.clone(), first.target.clone(), first.limit);
    let foretells = matches!(first.conduct, Conduct::Rehearse | Conduct::Ahead);
    let mut rest = Vec::new();
    let mut invocations = Vec::new();
    for (at, request) in requests {
        invocations.push(request.item.args.clone());
        task.items.push(request.item);
        rest.push((at, request.shown));
    }
    let run = view.run;
    // What is said on this machine is its own word.
    let told = match &target.transport {
        Transport::Local => Marks::NONE,
        Transport::Ssh(_) => Marks::TOLD,
    };
    // The node ends a program in time by itself; we wait a little longer for its word.
    let patience = limit.map(|limit| limit + Duration::from_secs(5));
    let answer = run
        .pool
        .perform(&host, &target, task, &run.shelf, patience)
        .await;
    let mut outcomes = match answer {
        Ok(outcomes) => outcomes.into_iter(),
        Err(silence) => {
            for (at, shown) in rest {
                let mut done = Done::of_silence(&silence);
                done.result = done.result.with(told);
                if !matches!(done.verdict, Verdict::Unreachable { .. }) {
                    let message = done.result.get("msg").and_then(Value::as_str).unwrap_or("");
                    done.mistake = Some(pointed(view.task, None, message));
                }
                shown.dress(&mut done);
                judge::forgive(view, &mut done);
                dones.insert(at, done);
            }
            return;
        }
    };
    for ((at, shown), args) in rest.into_iter().zip(invocations) {
        let Some(view) = views.get(at) else { continue };
        let mut done = match outcomes.next() {
            Some(outcome) => {
                let failure = outcome.failure.as_ref();
                let late = failure.is_some_and(|failure| failure.message == wire::TIMED_OUT);
                let mut done = judge::of_outcome(view, outcome, foretells);
                done.result = done.result.with(told);
                if let (true, Some(limit)) = (late, limit) {
                    done.timed_out(limit);
                }
                done
            }
            None => Done::failed("the node did not get to this item"),
        };
        if !matches!(done.verdict, Verdict::Unknown(_)) {
            let invocation = Map::from([("module_args", Value::from(args))]);
            done.result.insert("invocation", invocation);
        }
        shown.dress(&mut done);
        let mut done = judge::by_conditions(view, done);
        shown.dress(&mut done);
        judge::forgive(view, &mut done);
        dones.insert(at, done);
    }
}

/// Names what an answer says of the host, for all that follow.
pub(super) fn keep(run: &Run<'_>, task: &Task, done: &HostDone) {
    let all = done
        .items
        .as_deref()
        .unwrap_or(std::slice::from_ref(&done.whole));
    for one in all.iter().chain([&done.whole]).filter(|one| one.no_log) {
        run.secrets.hide(&one.registered());
    }
    for one in all {
        actions::effects(run, task, done.host, one);
    }
    if let Some(name) = &task.register {
        let mut value = done.whole.registered();
        // How a task was called is known of the items of a loop alone.
        if let (None, Value::Map(result)) = (&done.items, &mut value) {
            Arc::make_mut(result).remove("invocation");
        }
        run.variables
            .set(done.host, &name.node, value, Some(&name.span));
    }
}

impl View<'_> {
    /// The name of the module, rendered where `action:` has a template.
    fn text_of_action(&self) -> Result<Arc<str>, Trouble> {
        let action = &self.task.action;
        if !action.node.contains("{{") {
            return Ok(action.node.as_str().into());
        }
        match self.text(action)? {
            Some(name) => Ok(name.as_str().into()),
            None => Err(Mistake::new("no module is named", &action.span, "here").into()),
        }
    }
}
