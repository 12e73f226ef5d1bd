//! Tasks and roles that are included while the play runs.

use std::sync::Arc;

use super::{
    check,
    done::{Done, HostDone},
    items::Hosts,
    judge,
    play::PlayState,
    run::Run,
    stack::Brought,
    view::{Trouble, View},
};
use crate::{
    diagnostic::{Mistakes, Spanned},
    event::Verdict,
    inventory::{HostId, Vars},
    playbook::{Flag, Given, Included, Play, RoleRequest, Task, TaskKind, Words},
    template::Truth,
    value::{Map, Text, Unknown, Value},
    vars::Level,
};

/// What one item of an include asks for.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub(super) what: What,
    /// The loop's variables, which the included tasks see.
    vars: Map,
    /// How the item of a loop is shown.
    label: Option<String>,
    /// In a rehearsal: why nobody knows whether it is included.
    pub(super) doubt: Option<Unknown>,
}

/// A file of tasks, or a role, with its names rendered.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum What {
    Tasks(String),
    Role {
        name: String,
        parts: [Option<String>; 4],
        /// As [`RoleRequest::flags_mut`] has them.
        flags: [Option<bool>; 3],
    },
}

/// Settles what an include asks for on this host.
pub(super) fn wanted(
    view: &View<'_>,
    play: &PlayState<'_>,
    item: Option<(Value, String)>,
    includes: &mut Vec<Wanted>,
) -> Done {
    let asked = ask(view, play.play, item.as_ref().map(|(_, label)| label));
    // A file that nobody knows may do anything.
    if let Err(Trouble::Unknown(unknown)) = &asked {
        let why = unknown.due_to(&view.task.title(), Some(&view.task.span.place()));
        play.doubt_rest(&[view.scope.host_id()], &why);
    }
    let mut done = match asked {
        Ok(Some(wanted)) if wanted.doubt.is_some() => {
            let done = wanted.doubt.clone().map(Done::unknown);
            includes.push(wanted);
            done.unwrap_or_else(|| Done::new(Verdict::Ok))
        }
        Ok(Some(wanted)) => {
            let file = match &wanted.what {
                What::Tasks(file) | What::Role { name: file, .. } => file.clone(),
            };
            includes.push(wanted);
            let mut done = Done::new(Verdict::Ok);
            done.result.insert("changed", false);
            done.result.insert("include", file);
            done
        }
        Ok(None) => Done::skipped(None),
        Err(trouble) => Done::of_trouble(trouble),
    };
    done.item = item;
    judge::forgive(view, &mut done);
    done
}

fn ask(view: &View<'_>, play: &Play, label: Option<&String>) -> Result<Option<Wanted>, Trouble> {
    let mut doubt = view.doubt.clone();
    let holds = view.all_hold(view.task.all(|keywords| &keywords.when));
    match holds.map_err(Trouble::of_condition)? {
        (Truth::Is(false), _) => return Ok(None),
        (Truth::Unknown(unknown), _) => {
            let why = unknown.due_to(&view.task.title(), Some(&view.task.span.place()));
            doubt = Unknown::union(doubt.into_iter().chain([why]));
        }
        (Truth::Is(true), _) => {}
    }
    let text = |text: &Spanned<Text>| -> Result<String, Trouble> {
        let text = view.text(text)?;
        Ok(text.map_or_else(String::new, |text| text.as_str().to_owned()))
    };
    // A host does not lead to files elsewhere.
    let path = |asked: &Spanned<Text>, is_role: bool| -> Result<String, Trouble> {
        let name = view.text(asked)?.unwrap_or_else(|| Text::from(""));
        if name.is_told() {
            let found = if is_role {
                view.run.loader.role_at(play, view.task, &name)
            } else {
                view.run.loader.tasks_at(play, view.task, &name)
            };
            if let Some(found) = found {
                let written = Value::Text(asked.node.clone());
                view.reached(&name, Some(&written), &found, &asked.span)?;
            }
        }
        Ok(name.as_str().to_owned())
    };
    let flag = |flag: &Flag| match flag {
        Some(flag) => view.truth(flag),
        None => Ok(None),
    };
    let part = |words: &Words| words.as_ref().map(text).transpose();
    let what = match &view.task.kind {
        TaskKind::IncludeTasks { file, .. } => What::Tasks(path(file, false)?),
        TaskKind::IncludeRole(request) => What::Role {
            name: path(&request.name, true)?,
            parts: [
                part(&request.tasks_from)?,
                part(&request.vars_from)?,
                part(&request.defaults_from)?,
                part(&request.handlers_from)?,
            ],
            flags: [
                flag(&request.public)?,
                flag(&request.allow_duplicates)?,
                flag(&request.rolespec_validate)?,
            ],
        },
        TaskKind::Module => return Ok(None),
    };
    let mut vars = Map::new();
    if label.is_some() {
        let variable = view.variable("ansible_loop_var")?;
        let variable = variable.as_ref().and_then(Value::as_str).unwrap_or("item");
        for name in [
            variable,
            "ansible_loop_var",
            "ansible_index_var",
            "ansible_loop",
        ] {
            if let Some(value) = view.variable(name)? {
                vars.insert(name, value);
            }
        }
        if let Some(Value::Text(index)) = view.variable("ansible_index_var")?
            && let Some(value) = view.variable(&index)?
        {
            vars.insert(index.as_str(), value);
        }
    }
    let label = label.cloned();
    Ok(Some(Wanted {
        what,
        vars,
        label,
        doubt,
    }))
}

/// Included tasks with the hosts that run them.
pub(super) struct Group {
    pub(super) included: Included,
    pub(super) hosts: Hosts,
    pub(super) brought: Brought,
    pub(super) shown: String,
    pub(super) label: Option<String>,
    pub(super) doubt: Option<Unknown>,
}

/// Puts together what hosts ask for alike, and loads it. A host for which it cannot be loaded
/// fails.
pub(super) fn load(
    run: &Run<'_>,
    play: &PlayState<'_>,
    task: &Task,
    dones: &[HostDone],
    brought: &Brought,
) -> Vec<Result<Group, (Hosts, Mistakes)>> {
    let mut groups: Vec<(Wanted, Vec<HostId>)> = Vec::new();
    for done in dones {
        for wanted in &done.includes {
            let same = |(other, hosts): &&mut (Wanted, Vec<HostId>)| {
                other.what == wanted.what
                    && other.vars == wanted.vars
                    && other.doubt == wanted.doubt
                    && !hosts.contains(&done.host)
            };
            match groups.iter_mut().find(same) {
                Some((_, hosts)) => hosts.push(done.host),
                None => groups.push((wanted.clone(), vec![done.host])),
            }
        }
    }
    groups
        .into_iter()
        .map(|(wanted, hosts)| {
            let (shown, included) = match (&wanted.what, &task.kind) {
                (What::Tasks(file), TaskKind::IncludeTasks { apply, .. }) => (
                    file.clone(),
                    run.loader
                        .include_tasks(play.play, task, file, apply.as_deref()),
                ),
                (What::Role { name, parts, flags }, TaskKind::IncludeRole(request)) => {
                    let mut request = rendered(request, name, parts);
                    for (flag, truth) in request.flags_mut().into_iter().zip(flags) {
                        if let (Some(flag), Some(truth)) = (flag.as_mut(), truth) {
                            flag.node = Given::Known(*truth);
                        } else {
                            *flag = None;
                        }
                    }
                    (
                        name.clone(),
                        run.loader.include_role(play.play, task, &request),
                    )
                }
                _ => (String::new(), Err(Mistakes::default())),
            };
            let included = included.map_err(|mistakes| (hosts.clone(), mistakes))?;
            let not_built = check::of_included(&included);
            not_built
                .or()
                .map_err(|mistakes| (hosts.clone(), mistakes))?;
            let shown = match &included.path {
                Some(path) => path.to_string_lossy().into_owned(),
                None => shown,
            };
            let mut brought = brought.clone();
            if !wanted.vars.is_empty() {
                let mut vars = Vars::new();
                for (name, value) in wanted.vars.texts() {
                    vars.insert(name, value.clone(), None);
                }
                brought.push((Level::IncludeParams, Arc::new(vars)));
            }
            Ok(Group {
                included,
                hosts,
                brought,
                shown,
                label: wanted.label,
                doubt: wanted.doubt,
            })
        })
        .collect()
}

fn rendered(request: &RoleRequest, name: &str, parts: &[Option<String>; 4]) -> RoleRequest {
    let mut request = request.clone();
    request.name.node = Text::from(name);
    let set = |words: &mut Words, part: &Option<String>| {
        if let (Some(words), Some(part)) = (words, part) {
            words.node = Text::from(part.as_str());
        }
    };
    set(&mut request.tasks_from, &parts[0]);
    set(&mut request.vars_from, &parts[1]);
    set(&mut request.defaults_from, &parts[2]);
    set(&mut request.handlers_from, &parts[3]);
    request
}
