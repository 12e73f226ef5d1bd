//! What includes will bring, as far as their names tell before the run.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    field::is_template,
    find::search_folders,
    include::Included,
    items::folder_of,
    loader::{Gathered, Loader},
    model::{Item, Play, Playbook, Task, TaskKind, bare},
};
use crate::{
    diagnostic::{Mistake, Mistakes, Spanned},
    value::{Text, Value},
};

/// What one include brings when it is reached.
#[derive(Debug)]
pub struct Foreseen {
    pub items: Vec<Item>,
    pub handlers: Vec<Arc<Task>>,
    pub around: Around,
}

/// What is around a task that may keep it from running, or from failing the run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Around {
    /// Whether a condition, a loop or a failure before it decides whether it is reached.
    pub doubtful: bool,
    /// Whether its failure would be caught.
    pub caught: bool,
}

/// A file or role in the surroundings that decide how it is read.
type Seen = HashSet<(PathBuf, Option<PathBuf>, PathBuf, bool, Around)>;

struct Walk {
    found: Vec<Foreseen>,
    mistakes: Mistakes,
    seen: Seen,
}

impl Loader<'_> {
    /// Reads what includes name without a template, through all of them. What is not there is a
    /// mistake only where the include is surely reached and nothing catches its failure.
    pub(super) fn foreseen(&self, playbooks: &[Playbook]) -> (Vec<Foreseen>, Mistakes) {
        let mut walk = Walk {
            found: Vec::new(),
            mistakes: Mistakes::default(),
            seen: Seen::new(),
        };
        for play in playbooks.iter().flat_map(|playbook| &playbook.plays) {
            let around = Around {
                doubtful: !play.imported_when.is_empty(),
                caught: false,
            };
            for item in play.items() {
                self.foresee(item, play, around, &mut walk);
            }
            self.foresee_handlers(&play.handlers, play, &mut walk);
        }
        (walk.found, walk.mistakes)
    }

    fn foresee_handlers(&self, handlers: &[Arc<Task>], play: &Play, walk: &mut Walk) {
        let around = Around {
            doubtful: true,
            caught: false,
        };
        for handler in handlers {
            self.foresee_task(handler, play, around, walk);
        }
    }

    fn foresee(&self, item: &Item, play: &Play, around: Around, walk: &mut Walk) {
        match item {
            Item::Task(task) => self.foresee_task(task, play, around, walk),
            Item::Block(block) => {
                let within = Around {
                    caught: around.caught || !block.rescue.is_empty(),
                    ..around
                };
                for item in &block.block {
                    self.foresee(item, play, within, walk);
                }
                for item in &block.rescue {
                    let rescue = Around {
                        doubtful: true,
                        ..around
                    };
                    self.foresee(item, play, rescue, walk);
                }
                for item in &block.always {
                    self.foresee(item, play, around, walk);
                }
            }
        }
    }

    fn foresee_task(&self, task: &Task, play: &Play, around: Around, walk: &mut Walk) {
        let ignores = task.effective(|keywords| keywords.ignore_errors.as_ref());
        let around = Around {
            doubtful: around.doubtful
                || task.repeat.is_some()
                || !task.all(|keywords| &keywords.when).is_empty(),
            caught: around.caught
                || !task.failed_when.is_empty()
                || ignores.is_some_and(|flag| flag.node.known() != Some(&false)),
        };
        // Tags may be what keeps it from running.
        let may_miss = around.doubtful || around.caught || !task.tags().is_empty();
        match &task.kind {
            TaskKind::IncludeTasks { file, apply } if !is_template(&file.node) => {
                let name = file.node.as_str();
                let Some(path) = self.tasks_at(play, task, name) else {
                    if !may_miss && let Err(missing) = self.include_tasks(play, task, name, None) {
                        walk.mistakes.0.extend(missing.0);
                    }
                    return;
                };
                if self.is_new(path, play, task, around, walk) {
                    let mut gathered = Gathered::of_include(around.doubtful);
                    let apply = apply.as_deref();
                    let included = self.tasks_included(play, task, name, apply, &mut gathered);
                    self.take(included, play, around, walk);
                }
            }
            TaskKind::IncludeRole(request) => {
                let parts = [
                    &request.tasks_from,
                    &request.vars_from,
                    &request.defaults_from,
                    &request.handlers_from,
                ];
                let mut texts = parts.iter().filter_map(|part| part.as_ref());
                if is_template(&request.name.node) || texts.any(|text| is_template(&text.node)) {
                    return;
                }
                let name = request.name.node.as_str();
                let Some(path) = self.role_at(play, task, name) else {
                    if !may_miss && let Err(missing) = self.include_role(play, task, request) {
                        walk.mistakes.0.extend(missing.0);
                    }
                    return;
                };
                let entry = request.tasks_from.as_ref();
                let entry = entry.map_or("main", |entry| entry.node.as_str());
                if self.is_new(path.join("tasks").join(entry), play, task, around, walk) {
                    let mut gathered = Gathered::of_include(may_miss);
                    let included = self.role_included(play, task, request, &mut gathered);
                    self.take(included, play, around, walk);
                }
            }
            TaskKind::Module if bare(&task.action.node) == "include_vars" => {
                self.foresee_vars(task, play, around.doubtful, may_miss, walk);
            }
            _ => {}
        }
    }

    fn is_new(
        &self,
        path: PathBuf,
        play: &Play,
        task: &Task,
        around: Around,
        walk: &mut Walk,
    ) -> bool {
        let role = task.role().map(|role| role.path.clone());
        let folder = play.folder.clone();
        let path = self.absolute(&path);
        walk.seen
            .insert((path, role, folder, task.is_handler, around))
    }

    fn take(
        &self,
        included: Result<Included, Mistakes>,
        play: &Play,
        around: Around,
        walk: &mut Walk,
    ) {
        let included = match included {
            Ok(included) => included,
            Err(mistakes) => {
                walk.mistakes.0.extend(mistakes.0);
                return;
            }
        };
        for item in &included.items {
            self.foresee(item, play, around, walk);
        }
        self.foresee_handlers(&included.handlers, play, walk);
        walk.found.push(Foreseen {
            items: included.items,
            handlers: included.handlers,
            around,
        });
    }

    /// A file of variables that `include_vars` names.
    fn foresee_vars(
        &self,
        task: &Task,
        play: &Play,
        doubtful: bool,
        may_miss: bool,
        walk: &mut Walk,
    ) {
        let Some(name) = file_of_variables(task) else {
            return;
        };
        let name = name.map(|text| text.trim().to_owned());
        if name.node.is_empty() || name.node.starts_with('~') {
            return;
        }
        let mut folders = search_folders(task.role().map(AsRef::as_ref), &play.folder, "vars");
        let beside = folder_of(&self.absolute(Path::new(task.span.source.name())));
        folders.push(beside.join("vars"));
        let paths = folders.iter().map(|folder| folder.join(&name.node));
        let Some(path) = paths
            .map(|path| self.absolute(&path))
            .find(|path| path.exists())
        else {
            if !may_miss {
                let why = format!("could not find or access `{}`", name.node);
                walk.mistakes.push(
                    Mistake::new(why, &name.span, "no such file")
                        .help(self.list("looked in", &folders)),
                );
            }
            return;
        };
        if !path.is_file() {
            return;
        }
        let mut gathered = Gathered::of_include(doubtful);
        if let Some(node) = self.read(&path, Some(&name.span), &mut gathered)
            && node.as_map().is_none()
            && !node.is_null()
        {
            let why = "a file of variables must be a mapping";
            let label = format!("this is {}", node.described());
            gathered.mistakes.push(Mistake::new(why, &node.span, label));
        }
        walk.mistakes.0.extend(gathered.mistakes.0);
    }
}

/// The file that an `include_vars` names without a template.
fn file_of_variables(task: &Task) -> Option<Spanned<Text>> {
    if task.args.further.is_some() || task.args.get("dir").is_some() {
        return None;
    }
    let named = match (task.args.get("file"), &task.args.free) {
        (Some(arg), _) => match &arg.value {
            Value::Text(text) => Spanned::new(text.clone(), arg.span.clone()),
            _ => return None,
        },
        (None, Some(free)) => free.clone(),
        (None, None) => return None,
    };
    (!is_template(&named.node)).then_some(named)
}
