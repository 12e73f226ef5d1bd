//! What the control side does itself: modules that need no host, and the effects of results.

use super::{
    done::Done,
    judge,
    play::PlayState,
    run::Run,
    view::{Trouble, View},
};
use crate::{
    diagnostic::{Mistake, Span},
    event::Verdict,
    host::Memory,
    inventory::{HostId, Inventory, Vars, addressed},
    modules::{Entry, Refusal},
    playbook::{Task, is_variable_name},
    value::{Map, Value, truth},
    wire::{Failure, Outcome},
};

/// Carries out a module that needs no host; `None` when it needs one.
pub(super) fn on_control(
    view: &View<'_>,
    play: &PlayState<'_>,
    module: &Entry,
    args: &Map,
) -> Result<Option<Done>, Trouble> {
    let done = match module.name {
        "debug" => debug(view, module, args),
        "assert" => {
            let mut done = planned(view, module, args);
            done.always_shown = !is_quiet(args);
            done
        }
        "fail" | "set_stats" => planned(view, module, args),
        "set_fact" => set_fact(view, args)?,
        "include_vars" => match super::include_vars::include_vars(view, module, args) {
            Ok(done) => done,
            Err(trouble @ Trouble::Unknown(_)) => return Err(trouble),
            // Ansible says it under this name.
            Err(trouble) => {
                let mut done = Done::of_trouble(trouble);
                if let Some(why) = done.result.get("msg").cloned() {
                    done.result.insert("message", why);
                }
                done
            }
        },
        "add_host" => add_host(view, args)?,
        "group_by" => group_by(view, args)?,
        "meta" => play.meta(view, args)?,
        "validate_argument_spec" => super::argument_spec::validate(view, args)?,
        _ => return Ok(None),
    };
    Ok(Some(done))
}

/// A module whose plan looks at no host.
fn planned(view: &View<'_>, module: &Entry, args: &Map) -> Done {
    let outcome = match module.plan(args, &std::collections::BTreeMap::new(), &Memory::default()) {
        Ok(plan) => Outcome {
            changes: plan.changes,
            result: plan.result,
            warnings: plan.warnings,
            ..Outcome::default()
        },
        Err(Refusal::Unknown(unknown)) => Outcome {
            unknown: Some(unknown),
            ..Outcome::default()
        },
        Err(Refusal::Failed {
            param,
            message,
            result,
        }) => Outcome {
            result: *result,
            failure: Some(Failure { param, message }),
            ..Outcome::default()
        },
    };
    judge::of_outcome(view, outcome, false)
}

fn debug(view: &View<'_>, module: &Entry, args: &Map) -> Done {
    let wanted = match args.get("verbosity") {
        Some(Value::Int(level)) => *level,
        Some(Value::Text(level)) => level.trim().parse().unwrap_or(0),
        _ => 0,
    };
    if wanted > i64::from(view.run.options.verbosity) {
        let mut done = Done::skipped(None);
        done.result.remove("skip_reason");
        done.result
            .insert("skipped_reason", "Verbosity threshold not met.");
        return done;
    }
    let mut done = planned(view, module, args);
    done.always_shown = !matches!(done.verdict, Verdict::Failed { .. });
    done
}

/// Whether an `assert` asks to say nothing of what holds.
fn is_quiet(args: &Map) -> bool {
    args.get("quiet").is_some_and(is_true)
}

/// Whether a flag is set, as a truth or in words.
fn is_true(value: &Value) -> bool {
    truth(value) == Some(true)
}

pub(super) fn ok(changed: bool) -> Done {
    let mut done = Done::new(if changed {
        Verdict::Changed
    } else {
        Verdict::Ok
    });
    done.result.insert("changed", changed);
    done.result.insert("failed", false);
    done
}

pub(super) fn set_fact(view: &View<'_>, args: &Map) -> Result<Done, Trouble> {
    let mut facts = Map::new();
    for (key, value) in args {
        let name = key.as_str().unwrap_or_default();
        if name == "cacheable" {
            continue;
        }
        let span = view.task.args.get(name).map(|arg| &arg.name.span);
        let span = span.unwrap_or(&view.task.action.span);
        if !is_variable_name(name) {
            return Err(Mistake::new(
                format!("Invalid variable name '{name}'"),
                span,
                "not a name",
            )
            .help("a name has letters, digits and underscores, and starts with no digit")
            .into());
        }
        facts.insert(key.clone(), value.clone());
    }
    if facts.is_empty() {
        return Err(Mistake::new(
            "No key/value pairs provided, at least one is required for this action to succeed",
            &view.task.action.span,
            "nothing to set",
        )
        .into());
    }
    let mut done = ok(false);
    done.result.insert("ansible_facts", facts);
    Ok(done)
}

pub(super) fn texts(args: &Map, name: &str) -> Vec<String> {
    match args.get(name) {
        Some(Value::List(items)) => items
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        Some(Value::Text(text)) => text.split(',').map(|part| part.trim().to_owned()).collect(),
        _ => Vec::new(),
    }
}

fn add_host(view: &View<'_>, args: &Map) -> Result<Done, Trouble> {
    let span = &view.task.action.span;
    let name = ["name", "host", "hostname"]
        .iter()
        .find_map(|name| args.get(name)?.as_str())
        .ok_or_else(|| Mistake::new("name, host or hostname needs to be provided", span, "here"))?;
    let (name, port) = addressed(name).map_err(|why| Mistake::new(why, span, "here"))?;
    let groups: Vec<String> = ["groups", "group", "groupname"]
        .iter()
        .flat_map(|name| texts(args, name))
        .collect();
    let mut vars = Vars::new();
    let mut told = Map::new();
    for (key, value) in args.texts() {
        let own = ["name", "host", "hostname", "groups", "group", "groupname"];
        if !own.contains(&key) {
            // What a task computed may be from a host: it is data for ever.
            vars.insert(key, value.clone(), Some(span));
            told.insert(key, value.clone());
        }
    }
    if let Some(port) = port {
        vars.insert("ansible_ssh_port", i64::from(port), Some(span));
        told.insert("ansible_ssh_port", i64::from(port));
    }
    let changed = view
        .run
        .variables
        .change_inventory(|inventory| -> Result<bool, Mistake> {
            let is_new = inventory.host_named(name).is_none();
            let host = inventory.add_host(name, Inventory::ALL, None, Some(span))?;
            inventory.extend_host(host, &vars);
            let mut changed = is_new || !vars.is_empty();
            for group in &groups {
                let group = inventory.add_group(group, Some(span))?;
                changed |= inventory.enrol(group, host);
            }
            Ok(changed)
        })
        .map_err(|mistake| mistake.at(span, "here"))?;
    let mut done = ok(changed);
    let host = Map::from([
        ("host_name", Value::from(name)),
        ("groups", Value::list(groups.into_iter().map(Value::from))),
        ("host_vars", told.into()),
    ]);
    done.result.insert("add_host", host);
    Ok(done)
}

fn group_by(view: &View<'_>, args: &Map) -> Result<Done, Trouble> {
    let span = &view.task.action.span;
    let clean = |name: &str| name.replace(' ', "-");
    let key = match args.get("key") {
        Some(Value::Text(key)) => clean(key),
        Some(Value::Unknown(unknown)) => return Err(Trouble::Unknown(unknown.clone())),
        _ => {
            return Err(Mistake::new(
                "the 'key' param is required when using group_by",
                span,
                "here",
            )
            .into());
        }
    };
    let mut parents = texts(args, "parents");
    if parents.is_empty() {
        parents.push("all".to_owned());
    }
    let host = view.scope.host_id();
    let changed = view
        .run
        .variables
        .change_inventory(|inventory| -> Result<bool, Mistake> {
            let is_new = inventory.group_named(&key).is_none();
            let group = inventory.add_group(&key, Some(span))?;
            for parent in parents.iter().filter(|parent| *parent != "all") {
                let parent = inventory.add_group(&clean(parent), Some(span))?;
                inventory.add_child(parent, group, Some(span))?;
            }
            Ok(inventory.enrol(group, host) | is_new)
        })
        .map_err(|mistake| mistake.at(span, "here"))?;
    let mut done = ok(changed);
    done.result.insert("add_group", key);
    done.result.insert(
        "parent_groups",
        Value::list(parents.into_iter().map(Value::from)),
    );
    Ok(done)
}

/// Carries out what a result asks for: facts.
pub(super) fn effects(run: &Run<'_>, task: &Task, host: HostId, done: &Done) {
    super::stats::keep(run, host, done);
    let Value::Map(result) = done.secretly(done.result.clone().into()) else {
        return;
    };
    let Some(Value::Map(facts)) = result.get("ansible_facts") else {
        return;
    };
    // What `debug` shows is only shown, whatever it is called.
    if matches!(done.verdict, Verdict::Failed { .. } | Verdict::Skipped) || task.module() == "debug"
    {
        return;
    }
    let of = match (&done.delegate, done.delegates_facts) {
        (Some(name), true) => host_named(run, name).unwrap_or(host),
        _ => host,
    };
    let span: Option<&Span> = Some(&task.action.span);
    match task.module() {
        "set_fact" => {
            for (name, value) in facts.texts() {
                run.variables.set(of, name, value.clone(), span);
            }
            let cacheable = task.args.get("cacheable").map(|arg| &arg.value);
            if cacheable.is_some_and(is_true) {
                let warning = run.variables.add_facts(of, facts);
                run.mistaken(warning);
            }
        }
        "include_vars" => {
            let mut vars = Vars::new();
            for (name, value) in facts.texts() {
                vars.insert(name, value.clone(), span);
            }
            run.variables.include(of, &vars);
        }
        _ => {
            let warning = run.variables.add_facts(of, facts);
            run.mistaken(warning);
        }
    }
}

/// The host of this name, which may not be in the inventory: a task may be delegated to any.
pub(super) fn host_named(run: &Run<'_>, name: &str) -> Result<HostId, Mistake> {
    let inventory = run.variables.inventory();
    let known = inventory.host_named(name);
    if let Some(host) = known.or_else(|| inventory.outsider(name)) {
        return Ok(host);
    }
    run.variables
        .change_inventory(|inventory| inventory.add_outsider(name))
}
