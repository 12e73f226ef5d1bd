//! The layers of variables that a task sees on every host.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{play::PlayState, run::Run, vars_files, view::Trouble};
use crate::{
    inventory::{HostId, Vars},
    playbook::{Role, Scope, ScopeKind, Task, Variable},
    value::Value,
    vars::{Level, Stack, role_names},
};

/// Layers that came with an include: parameters and the loop's variables.
pub(super) type Brought = Vec<(Level, Arc<Vars>)>;

/// Variables as somebody wrote them.
pub(super) fn vars(variables: &[Variable]) -> Vars {
    let mut vars = Vars::new();
    for variable in variables {
        match &variable.value {
            Ok(value) => {
                vars.insert(variable.name.as_str(), value.clone(), Some(&variable.span));
            }
            // A vault that does not open: using the variable tells so.
            Err(mistake) => {
                let why = crate::value::Unknown::because(mistake.message());
                vars.insert(
                    variable.name.as_str(),
                    Value::Unknown(why),
                    Some(&variable.span),
                );
            }
        }
    }
    vars
}

/// What all tasks of a play see.
pub(super) fn of_play(run: &Run<'_>, play: &PlayState<'_>) -> Stack {
    let mut stack = Stack::new();
    stack.push(Level::PlayVars, "play", run.vars_of(&play.play.scope));
    for (name, vars) in &play.files {
        stack.push(Level::VarsFiles, name.as_str(), Arc::clone(vars));
    }
    for role in play.roles.borrow().iter() {
        let of = role.name.as_str();
        stack.push(Level::RoleDefaults, of, Arc::new(vars(&role.defaults)));
        if !run.settings.private_role_vars {
            stack.push(Level::RoleExports, of, Arc::new(vars(&role.vars)));
        }
    }
    stack.push(Level::Magic, "play", Arc::new(play.names().vars()));
    stack
}

/// What a task sees: its play, its role and those above, its blocks, itself, and what brought it.
///
/// Beside it, why the files that the host gets cannot be told.
pub(super) fn of_task(
    run: &Run<'_>,
    play: &PlayState<'_>,
    base: &Stack,
    task: &Task,
    host: HostId,
    brought: &Brought,
) -> (Stack, Result<(), Trouble>) {
    let mut stack = base.clone();
    for role in task.scope.roles() {
        with_dependencies(role, &mut stack, 0);
        let of = role.name.as_str();
        stack.push(Level::RoleVars, of, Arc::new(vars(&role.inline_vars)));
        stack.push(Level::RoleParams, of, Arc::new(vars(&role.params)));
    }
    if let Some(role) = task.role() {
        let path = role.path.to_string_lossy();
        let mut names = role_names(&role.name, &path);
        let parents = parents(task);
        if !parents.is_empty() {
            let of = |name: fn(&Role) -> String| {
                Value::list(parents.iter().map(|role| Value::from(name(role))))
            };
            names.insert(
                "ansible_parent_role_names",
                of(|role| role.name.clone()),
                None,
            );
            let paths = of(|role| role.path.to_string_lossy().into_owned());
            names.insert("ansible_parent_role_paths", paths, None);
        }
        stack.push(Level::Magic, role.name.as_str(), Arc::new(names));
    }
    let mut own = Vars::new();
    own.insert("ansible_search_path", search_path(run, task), None);
    stack.push(Level::Magic, "task", Arc::new(own));
    let mut around: Vec<&Arc<Scope>> = Vec::new();
    let mut at = Some(&task.scope);
    while let Some(scope) = at {
        around.push(scope);
        at = scope.parent.as_ref();
    }
    for scope in around.into_iter().rev() {
        let level = match scope.kind {
            ScopeKind::Play | ScopeKind::Role(_) => continue,
            ScopeKind::Include { .. } => Level::IncludeParams,
            ScopeKind::Block | ScopeKind::Import | ScopeKind::Apply => Level::BlockVars,
        };
        stack.push(level, "block", run.vars_of(scope));
    }
    if !task.keywords.vars.is_empty() {
        stack.push(Level::TaskVars, "task", Arc::new(vars(&task.keywords.vars)));
    }
    for (level, vars) in brought {
        stack.push(*level, "include", Arc::clone(vars));
    }
    let files = vars_files::for_host(run, play.play, host, &mut stack);
    (stack, files)
}

/// The roles that brought the task's role in by an include or import, the nearest first.
fn parents(task: &Task) -> Vec<&Arc<Role>> {
    let roles = task.scope.roles();
    let pairs = roles.windows(2).rev();
    pairs
        .take_while(|pair| pair[1].from_include)
        .map(|pair| pair[0])
        .collect()
}

/// The folders that files of a task are looked for in: of its roles, its file, the playbook.
fn search_path(run: &Run<'_>, task: &Task) -> Value {
    let mut paths: Vec<PathBuf> = Vec::new();
    let roles = task.scope.roles().into_iter().rev();
    let file = run.loader.absolute(Path::new(task.span.source.name()));
    let folder = run.folder.borrow().clone();
    let all = roles
        .map(|role| role.path.clone())
        .chain(file.parent().map(Path::to_owned))
        .chain([folder]);
    for path in all {
        if !paths.contains(&path) {
            paths.push(path);
        }
    }
    Value::list(
        paths
            .iter()
            .map(|path| Value::from(&*path.to_string_lossy())),
    )
}

/// A role's own defaults and vars, over those of the roles that it depends on.
fn with_dependencies(role: &Role, stack: &mut Stack, depth: usize) {
    if depth < 100 {
        for dependency in &role.dependencies {
            with_dependencies(dependency, stack, depth + 1);
        }
    }
    let of = role.name.as_str();
    stack.push(Level::OwnRoleDefaults, of, Arc::new(vars(&role.defaults)));
    stack.push(Level::RoleVars, of, Arc::new(vars(&role.vars)));
}
