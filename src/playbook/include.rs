//! What is included while a play runs.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    items::folder_of,
    keyword::Keywords,
    loader::{DEEPEST, Gathered, Here, Loader},
    model::{Item, Play, RoleRequest, Task},
    role::Role,
    roles::requested,
    scope::{Scope, ScopeKind},
};
use crate::diagnostic::{Mistake, Mistakes, Span};

/// What an include brings.
#[derive(Debug)]
pub struct Included {
    pub items: Vec<Item>,
    /// Handlers of the roles that came; the play has them from now on.
    pub handlers: Vec<Arc<Task>>,
    /// The roles that came, dependencies first; the last is the one that was asked for.
    pub roles: Vec<Arc<Role>>,
    pub warnings: Vec<Mistake>,
    /// The file of tasks that was found.
    pub path: Option<PathBuf>,
}

impl Loader<'_> {
    /// Loads what an `include_tasks` names; `file` is its rendered name. For a handler the tasks
    /// are handlers.
    ///
    /// # Errors
    /// There is no such file, it holds mistakes, or includes lead into each other without end.
    pub fn include_tasks(
        &self,
        play: &Play,
        task: &Task,
        file: &str,
        apply: Option<&Keywords>,
    ) -> Result<Included, Mistakes> {
        self.tasks_included(play, task, file, apply, &mut Gathered::default())
    }

    pub(super) fn tasks_included(
        &self,
        play: &Play,
        task: &Task,
        file: &str,
        apply: Option<&Keywords>,
        gathered: &mut Gathered,
    ) -> Result<Included, Mistakes> {
        let span = &task.action.span;
        let here = self.here(play, task);
        let Some(path) = self.found_tasks(file, span, &here, gathered) else {
            return Err(std::mem::take(&mut gathered.mistakes));
        };
        check_depth(task, &self.shown(&path), span)?;
        let what = self.shown(&path);
        let scope = brought(task, what, &path, apply);
        let inner = Here {
            scope,
            folder: folder_of(&path),
            ..here
        };
        let items = self.file_of_tasks(&path, span, &inner, gathered);
        Ok(Included {
            path: Some(path),
            ..finish(items, Vec::new(), gathered)?
        })
    }

    /// Loads what an `include_role` asks for, its texts rendered.
    ///
    /// # Errors
    /// As [`Self::include_tasks`].
    pub fn include_role(
        &self,
        play: &Play,
        task: &Task,
        request: &RoleRequest,
    ) -> Result<Included, Mistakes> {
        self.role_included(play, task, request, &mut Gathered::default())
    }

    pub(super) fn role_included(
        &self,
        play: &Play,
        task: &Task,
        request: &RoleRequest,
        gathered: &mut Gathered,
    ) -> Result<Included, Mistakes> {
        let here = self.here(play, task);
        let name = request.name.node.as_str();
        check_depth(task, &format!("role {name}"), &request.name.span)?;
        let scope = brought(
            task,
            format!("role {name}"),
            Path::new(name),
            request.apply.as_deref(),
        );
        let inner = Here { scope, ..here };
        let wanted = requested(request, task.keywords.vars.clone());
        let loaded = self.role(wanted, &inner, gathered);
        let (items, handlers) = loaded
            .map(|loaded| (loaded.blocks, loaded.handlers))
            .unwrap_or_default();
        finish(items, handlers, gathered)
    }

    /// The file that an `include_tasks` of this name would take.
    pub fn tasks_at(&self, play: &Play, task: &Task, file: &str) -> Option<PathBuf> {
        let here = self.here(play, task);
        self.found_tasks(file, &task.action.span, &here, &mut Gathered::default())
    }

    /// The folder of the role that an `include_role` of this name would take.
    pub fn role_at(&self, play: &Play, task: &Task, name: &str) -> Option<PathBuf> {
        let here = self.here(play, task);
        self.found_role(name, &task.action.span, &here, &mut Gathered::default())
            .map(|role| role.path)
    }

    fn here<'p>(&self, play: &'p Play, task: &Task) -> Here<'p> {
        let file = Path::new(task.span.source.name());
        let folder = folder_of(&self.absolute(file));
        Here {
            scope: Arc::clone(&task.scope),
            folder,
            playbook: &play.folder,
            handlers: task.is_handler,
            chain: None,
        }
    }
}

/// The scope of what an include brings: its variables, and what `apply` says.
fn brought(task: &Task, what: String, path: &Path, apply: Option<&Keywords>) -> Arc<Scope> {
    let include = Arc::new(Scope {
        kind: ScopeKind::Include {
            what,
            path: path.to_owned(),
        },
        keywords: Keywords {
            vars: task.keywords.vars.clone(),
            ..Keywords::default()
        },
        parent: Some(Arc::clone(&task.scope)),
        span: Some(task.span.clone()),
    });
    match apply {
        None => include,
        Some(keywords) => Arc::new(Scope {
            kind: ScopeKind::Apply,
            keywords: keywords.clone(),
            parent: Some(include),
            span: Some(task.span.clone()),
        }),
    }
}

fn check_depth(task: &Task, what: &str, span: &Span) -> Result<(), Mistake> {
    let chain = task.scope.includes();
    if chain.len() < DEEPEST {
        return Ok(());
    }
    let mut circle: Vec<&str> = Vec::new();
    for (name, _) in chain.iter().rev() {
        circle.push(name);
        if *name == what {
            break;
        }
    }
    circle.reverse();
    circle.push(what);
    Err(Mistake::new(
        format!("more than {DEEPEST} includes lead into each other"),
        span,
        "this is one too many",
    )
    .help(circle.join(" → ")))
}

fn finish(
    items: Vec<Item>,
    handlers: Vec<Arc<Task>>,
    gathered: &mut Gathered,
) -> Result<Included, Mistakes> {
    gathered.checked()?;
    let mut all = handlers;
    all.append(&mut gathered.handlers);
    Ok(Included {
        items,
        handlers: all,
        roles: std::mem::take(&mut gathered.roles),
        warnings: std::mem::take(&mut gathered.warnings),
        path: None,
    })
}
