//! What can be wrong with a playbook before any host is asked.

use std::collections::BTreeMap;

use crate::{
    diagnostic::{Mistake, Mistakes, Spanned, nearest},
    modules,
    playbook::{Around, Foreseen, Included, Item, Play, Playbook, Task, TaskKind},
    value::{Map, Value},
};

/// Everything that is wrong or not supported, of all plays and what they will include at once.
pub fn check(playbooks: &[Playbook], foreseen: &[Foreseen]) -> Mistakes {
    let mut mistakes = Mistakes::default();
    for play in playbooks.iter().flat_map(|playbook| &playbook.plays) {
        of_play(play, &mut mistakes);
        for item in play.items() {
            of_item(item, Around::default(), &mut mistakes);
        }
        for handler in &play.handlers {
            of_any(handler, Around::default(), &mut mistakes);
        }
    }
    for included in foreseen {
        for item in &included.items {
            of_item(item, included.around, &mut mistakes);
        }
        for handler in &included.handlers {
            of_any(handler, included.around, &mut mistakes);
        }
    }
    mistakes
}

/// What is not supported of something that is included now.
pub(super) fn of_included(included: &Included) -> Mistakes {
    let mut mistakes = Mistakes::default();
    let tasks = included.items.iter().flat_map(Item::tasks);
    for task in tasks.chain(&included.handlers) {
        of_keywords(task, &mut mistakes);
    }
    mistakes
}

fn of_any(task: &Task, around: Around, mistakes: &mut Mistakes) {
    let around = Around {
        caught: around.caught || is_ignored(task),
        ..around
    };
    of_task(task, around, mistakes);
}

fn of_keywords(task: &Task, mistakes: &mut Mistakes) {
    not_supported("debugger", task.keywords.debugger.as_ref(), mistakes);
    not_supported("async", task.r#async.as_ref(), mistakes);
}

fn not_supported<T>(what: &str, given: Option<&Spanned<T>>, mistakes: &mut Mistakes) {
    if let Some(given) = given {
        mistakes.push(Mistake::new(
            format!("`{what}` is not supported"),
            &given.span,
            "here",
        ));
    }
}

fn of_play(play: &Play, mistakes: &mut Mistakes) {
    if let Some(strategy) = &play.strategy {
        mistakes.0.extend(super::strategy::mistake(strategy));
    }
    if let Some(prompt) = play.vars_prompt.first() {
        mistakes.push(Mistake::new(
            "`vars_prompt` is not supported",
            &prompt.name.span,
            "here",
        ));
    }
    let keywords = &play.scope.keywords;
    not_supported("debugger", keywords.debugger.as_ref(), mistakes);
}

/// Where a play is ready for a task to fail, wrong arguments are for the run to tell.
fn of_item(item: &Item, around: Around, mistakes: &mut Mistakes) {
    match item {
        Item::Task(task) => of_any(task, around, mistakes),
        Item::Block(block) => {
            let within = Around {
                caught: around.caught || !block.rescue.is_empty(),
                ..around
            };
            for item in &block.block {
                of_item(item, within, mistakes);
            }
            for item in block.rescue.iter().chain(&block.always) {
                of_item(item, around, mistakes);
            }
        }
    }
}

fn is_ignored(task: &Task) -> bool {
    let flag = task.effective(|keywords| keywords.ignore_errors.as_ref());
    flag.is_some_and(|flag| flag.node.known() != Some(&false)) || !task.failed_when.is_empty()
}

fn of_task(task: &Task, around: Around, mistakes: &mut Mistakes) {
    let keywords = &task.keywords;
    // Where nobody knows whether it is included, the run tells it when it is.
    if !around.doubtful {
        of_keywords(task, mistakes);
    }
    // An include that names nothing was refused when it was read.
    let includes = task.module().starts_with("include_") && task.module() != "include_vars";
    if !matches!(task.kind, TaskKind::Module) || includes || task.action.node.contains("{{") {
        return;
    }
    let Some(module) = modules::find(&task.action.node) else {
        // What may never run is for the run to refuse: a role names the tools of many systems.
        if modules::is_elsewhere(&task.action.node)
            && (around.caught || around.doubtful || !task.all(|keywords| &keywords.when).is_empty())
        {
            return;
        }
        mistakes.push(
            Mistake::new(
                format!("the module `{}` is not supported", task.action.node),
                &task.action.span,
                "no such module here",
            )
            .did_you_mean(nearest(task.module(), modules::names())),
        );
        return;
    };
    if module.name == "meta" {
        super::meta::check(task, mistakes);
    }
    if around.caught || task.args.further.is_some() || !keywords.module_defaults.is_empty() {
        return;
    }
    let takes_line = (module.docs)().iter().any(|doc| doc.name == "_raw_params");
    let mut args = Map::new();
    if let Some(free) = &task.args.free {
        if takes_line {
            args.insert("_raw_params", Value::Text(free.node.clone()));
        } else if free.node.contains("{{") {
            // One template of all arguments.
            return;
        } else {
            mistakes.push(Mistake::new(
                format!("`{}` takes no free text", module.name),
                &free.span,
                "expected `name=value` or a mapping",
            ));
            return;
        }
    }
    for arg in &task.args.entries {
        args.insert(arg.name.node.as_str(), arg.value.clone());
    }
    let has_defaults = !task.all(|keywords| &keywords.module_defaults).is_empty();
    for problem in module.check(&args, &BTreeMap::new()) {
        let arg = task.args.get(&problem.param);
        if arg.is_none() && has_defaults {
            continue;
        }
        let span = match arg {
            Some(arg) if problem.is_name => &arg.name.span,
            Some(arg) => &arg.span,
            None => &task.action.span,
        };
        let label = if problem.is_name {
            "no such parameter"
        } else {
            "here"
        };
        let mistake = Mistake::new(
            format!("{} (module `{}`)", problem.message, module.name),
            span,
            label,
        );
        mistakes.push(match problem.help {
            Some(help) => mistake.help(help),
            None => mistake,
        });
    }
}
