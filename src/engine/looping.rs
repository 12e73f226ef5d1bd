//! Loops: their items, their variables, and tasks that are tried again.

use std::{rc::Rc, time::Duration};

use super::{
    done::Done,
    view::{Trouble, View},
};
use crate::{
    diagnostic::{Mistake, Spanned},
    event::{Event, Verdict},
    inventory::Vars,
    playbook::{Fraction, Given, Repeat, Task},
    template::Truth,
    value::{Map, Text, Unknown, Value},
    vars::Level,
};

/// The loop's names and pause.
pub(super) struct Control {
    variable: String,
    index: Option<String>,
    pub(super) pause: Option<Duration>,
    extended: bool,
    all_items: bool,
}

impl Control {
    /// Says in the result of an item which item it was, under the names that the task gave them.
    pub(super) fn mark(&self, result: &mut Map, items: &[Value], at: usize) {
        result.insert(self.variable.as_str(), items[at].clone());
        result.insert("ansible_loop_var", self.variable.as_str());
        if let Some(index) = &self.index {
            result.insert(index.as_str(), at as u64);
            result.insert("ansible_index_var", index.as_str());
        }
        if let Some(extended) = self.extended(items, at) {
            result.insert("ansible_loop", extended);
        }
    }

    /// Where an item stands among the others, if the task asks for it.
    fn extended(&self, items: &[Value], at: usize) -> Option<Map> {
        if !self.extended {
            return None;
        }
        let count = items.len() as u64;
        let index = at as u64;
        let mut extended = Map::new();
        extended.insert("index", index + 1);
        extended.insert("index0", index);
        extended.insert("first", at == 0);
        extended.insert("last", at + 1 == items.len());
        extended.insert("length", count);
        extended.insert("revindex", count - index);
        extended.insert("revindex0", count - index - 1);
        if self.all_items {
            extended.insert("allitems", items.to_vec());
        }
        if let Some(next) = items.get(at + 1) {
            extended.insert("nextitem", next.clone());
        }
        if let Some(before) = at.checked_sub(1).and_then(|before| items.get(before)) {
            extended.insert("previtem", before.clone());
        }
        Some(extended)
    }
}

/// The items of the task's loop; `None` when it has none.
pub(super) fn items(view: &View<'_>) -> Result<Option<Vec<Value>>, Trouble> {
    let (value, span) = match &view.task.repeat {
        None => return Ok(None),
        Some(Repeat::Loop(list)) => {
            let value = view.value(&list.node, &list.span)?;
            (value.map(|value| trusted(&list.node, value)), &list.span)
        }
        Some(Repeat::With { lookup, terms }) => {
            (Some(looked_up(view, lookup, terms)?), &terms.span)
        }
    };
    match value {
        Some(Value::List(items)) => Ok(Some(items.to_vec())),
        Some(Value::Unknown(unknown)) => Err(Trouble::Unknown(unknown)),
        None => Ok(Some(Vec::new())),
        Some(other) => Err(Mistake::new(
            format!("a loop needs a list, and this is a {}", other.type_name()),
            span,
            "not a list",
        )
        .into()),
    }
}

/// Items that somebody wrote without a template stay expressions which others may evaluate.
fn trusted(written: &Value, rendered: Value) -> Value {
    match (written, &rendered) {
        (Value::List(written), Value::List(items)) if written.len() == items.len() => {
            let pairs = written.iter().zip(items.iter());
            Value::list(pairs.map(|(written, item)| trusted(written, item.clone())))
        }
        (Value::Text(text), Value::Text(_)) if !crate::playbook::is_template(text) => {
            written.clone()
        }
        _ => rendered,
    }
}

/// What a lookup makes of its terms.
fn looked_up(
    view: &View<'_>,
    lookup: &Spanned<String>,
    terms: &Spanned<Value>,
) -> Result<Value, Trouble> {
    let rendered = view.value(&terms.node, &terms.span)?.unwrap_or_default();
    let list = match rendered {
        Value::List(items) => items.to_vec(),
        Value::Unknown(unknown) => return Err(Trouble::Unknown(unknown)),
        other => vec![other],
    };
    // `with_items` flattens one level; every other lookup is asked by its name.
    if lookup.node == "items" {
        let flat = list.into_iter().flat_map(|item| match item {
            Value::List(inner) => inner.to_vec(),
            other => vec![other],
        });
        return Ok(Value::list(flat));
    }
    if lookup.node == "list" {
        return Ok(Value::from(list));
    }
    let mut vars = Vars::new();
    vars.insert("hostwright_terms", Value::from(list), None);
    let call = format!(
        "query('{}', *hostwright_terms)",
        lookup.node.replace('\'', "")
    );
    let view = view.with(Level::Loop, vars);
    let text = Text::template(call, lookup.span.clone());
    let templar = if lookup.node == "first_found" {
        let role = view.task.role().map(AsRef::as_ref);
        view.run
            .templar_among(role, kind_of(&view.task.action.node))
    } else {
        Rc::clone(&view.templar)
    };
    templar
        .expression(&text, &view.scope)
        .map_err(|failure| failure.mistake.at(&terms.span, "these terms").into())
}

/// The folders in which `with_first_found` looks, by a part of the module's name, as Ansible has it.
fn kind_of(module: &str) -> &'static str {
    match module {
        name if name.contains("template") => "templates",
        name if name.contains("var") => "vars",
        _ => "files",
    }
}

/// What `loop_control` says.
pub(super) fn control(view: &View<'_>) -> Result<Control, Trouble> {
    let wanted = &view.task.loop_control;
    let words = |text: &Option<Spanned<Text>>| match text {
        Some(text) => view.text(text),
        None => Ok(None),
    };
    let flag = |flag: &crate::playbook::Flag, unset: bool| match flag {
        Some(flag) => view.truth(flag).map(|truth| truth.unwrap_or(unset)),
        None => Ok(unset),
    };
    Ok(Control {
        variable: words(&wanted.loop_var)?
            .map_or_else(|| "item".to_owned(), |text| text.as_str().to_owned()),
        index: words(&wanted.index_var)?.map(|text| text.as_str().to_owned()),
        pause: seconds(view, &wanted.pause)?.filter(|pause| !pause.is_zero()),
        extended: flag(&wanted.extended, false)?,
        all_items: flag(&wanted.extended_allitems, true)?,
    })
}

fn seconds(view: &View<'_>, number: &Fraction) -> Result<Option<Duration>, Trouble> {
    let Some(number) = number else {
        return Ok(None);
    };
    let seconds = match &number.node {
        Given::Known(seconds) => *seconds,
        Given::Template(text) => match view.known(&Value::Text(text.clone()), &number.span)? {
            Some(Value::Int(seconds)) => seconds as f64,
            Some(Value::Float(seconds)) => seconds,
            Some(Value::Text(text)) => text.trim().parse().unwrap_or(0.0),
            _ => 0.0,
        },
    };
    Ok(Some(
        Duration::try_from_secs_f64(seconds).unwrap_or_default(),
    ))
}

/// Whether an item may use what the items before it set or registered.
pub(super) fn builds_on_itself(task: &Task) -> bool {
    if matches!(task.module(), "set_fact" | "include_vars") {
        return true;
    }
    let Some(name) = &task.register else {
        return false;
    };
    let mut found = false;
    let mut see = |value: &Value| {
        let _ = value.map_text(&mut |text| {
            found |= text.contains(name.node.as_str());
            text.clone()
        });
    };
    for arg in &task.args.entries {
        see(&arg.value);
    }
    for text in [&task.args.free, &task.args.further].into_iter().flatten() {
        see(&Value::Text(text.node.clone()));
    }
    let conditions = task.all(|keywords| &keywords.when);
    for written in task.loop_control.label.iter().chain(conditions) {
        see(&written.node);
    }
    let vars = task.keywords.vars.iter();
    for value in vars.filter_map(|var| var.value.as_ref().ok()) {
        see(value);
    }
    found
}

/// Keeps what an item set and registered, for those after it.
pub(super) fn remember(task: &Task, done: &Done, vars: &mut Vars) {
    if matches!(task.module(), "set_fact" | "include_vars")
        && let Some(Value::Map(facts)) = done.result.get("ansible_facts")
    {
        for (name, value) in facts.texts() {
            vars.insert(name, value.clone(), Some(&task.span));
        }
    }
    if let Some(name) = &task.register {
        vars.insert(name.node.as_str(), done.registered(), Some(&name.span));
    }
}

/// The view of one item.
pub(super) fn with_item<'r>(
    view: &View<'r>,
    control: &Control,
    items: &[Value],
    at: usize,
) -> View<'r> {
    let mut vars = Vars::new();
    vars.insert(control.variable.as_str(), items[at].clone(), None);
    vars.insert("ansible_loop_var", control.variable.as_str(), None);
    if let Some(index) = &control.index {
        vars.insert(index.as_str(), at as u64, None);
        vars.insert("ansible_index_var", index.as_str(), None);
    }
    if let Some(extended) = control.extended(items, at) {
        vars.insert("ansible_loop", extended, None);
    }
    view.with(Level::Loop, vars)
}

/// The view of an item that nobody knows, as often as there are any.
pub(super) fn with_unknown<'r>(view: &View<'r>, unknown: &Unknown) -> View<'r> {
    let mut vars = Vars::new();
    let mut names = vec!["ansible_loop".to_owned()];
    if let Ok(control) = control(view) {
        names.push(control.variable);
        names.extend(control.index);
    }
    for name in names {
        vars.insert(name.as_str(), unknown.clone(), None);
    }
    let why = unknown.due_to(&view.task.title(), Some(&view.task.span.place()));
    View {
        doubt: Unknown::union(view.doubt.iter().cloned().chain([why])),
        ..view.with(Level::Loop, vars)
    }
}

/// How an item is shown: by its label, or as Python prints it.
pub(super) fn label(view: &View<'_>, item: &Value) -> String {
    custom_label(view)
        .ok()
        .flatten()
        .unwrap_or_else(|| printed(view, item.clone()))
}

/// The label that the task gives; it may use what the item registered.
pub(super) fn custom_label(view: &View<'_>) -> Result<Option<String>, Mistake> {
    let Some(label) = &view.task.loop_control.label else {
        return Ok(None);
    };
    let value = view.value(&label.node, &label.span)?;
    Ok(value.map(|value| printed(view, value)))
}

fn printed(view: &View<'_>, value: Value) -> String {
    let mut vars = Vars::new();
    vars.insert("hostwright_label", value, None);
    let view = view.with(Level::Loop, vars);
    let span = &view.task.span;
    let text = Text::template("hostwright_label | string", span.clone());
    match view.templar.expression(&text, &view.scope) {
        Ok(Value::Text(text)) => view.run.secrets.shown(&text),
        Ok(Value::Unknown(_)) => "unknown".to_owned(),
        _ => String::new(),
    }
}

/// Whether the loop ends with this item.
pub(super) fn breaks(view: &View<'_>, done: Option<&Done>) -> bool {
    let conditions = &view.task.loop_control.break_when;
    if conditions.is_empty() {
        return false;
    }
    let view = match (&view.task.register, done) {
        (Some(name), Some(done)) => {
            let mut vars = Vars::new();
            vars.insert(name.node.as_str(), done.registered(), Some(&name.span));
            view.with(Level::Loop, vars)
        }
        _ => view.clone(),
    };
    matches!(view.all_hold(conditions), Ok((Truth::Is(true), _)))
}

/// Tries until the conditions of `until` hold, or the retries are used up.
pub(super) async fn until<'r>(
    view: &View<'r>,
    mut attempt: impl AsyncFnMut(&View<'r>) -> Done,
) -> Done {
    let task = view.task;
    let (retries, delay) = match (view.whole(&task.retries), seconds(view, &task.delay)) {
        (Ok(retries), Ok(delay)) => (
            retries.unwrap_or(3).max(0).unsigned_abs(),
            delay.unwrap_or(Duration::from_secs(5)),
        ),
        (Err(trouble), _) | (_, Err(trouble)) => return Done::of_trouble(trouble),
    };
    let mut left = retries;
    let mut tried = 0_u64;
    loop {
        tried += 1;
        let mut done = attempt(view).await;
        if matches!(done.verdict, Verdict::Skipped) {
            return done;
        }
        // Something that cannot even be tried is not tried again.
        if done.is_untried {
            return done;
        }
        if retries > 0 {
            done.result.insert("attempts", tried);
        }
        let mut vars = Vars::new();
        if let Some(name) = &task.register {
            vars.insert(name.node.as_str(), done.registered(), Some(&name.span));
        }
        let now = view.with(Level::Loop, vars);
        let enough = if task.until.is_empty() {
            // One that is forgiven has failed all the same.
            let failed = matches!(
                done.verdict,
                Verdict::Failed { .. } | Verdict::Unreachable { .. }
            );
            Ok((Truth::Is(!failed), None))
        } else {
            now.all_hold(&task.until)
        };
        match enough {
            Ok((Truth::Is(true), _)) => {
                if matches!(done.verdict, Verdict::Failed { .. }) && !task.until.is_empty() {
                    done.result.insert("failed", true);
                }
                return done;
            }
            // The run tries until it holds; how often, nobody knows.
            Ok((Truth::Unknown(unknown), _)) => {
                done.result.insert("attempts", unknown);
                return done;
            }
            Ok((Truth::Is(false), _)) if view.run.options.check => {
                let why =
                    Unknown::because("it is tried until a condition holds that does not hold yet")
                        .due_to(&task.title(), Some(&task.span.place()));
                return Done {
                    item: done.item,
                    ..Done::unknown(why)
                };
            }
            Ok((Truth::Is(false), _)) if left == 0 => {
                // As Ansible has it: how often it was tried again.
                if retries > 0 {
                    done.result.insert("attempts", tried - 1);
                }
                if !matches!(done.verdict, Verdict::Unreachable { .. }) {
                    done.verdict = Verdict::Failed { ignored: false };
                    done.result.insert("failed", true);
                    super::judge::forgive(view, &mut done);
                }
                return done;
            }
            Ok((Truth::Is(false), _)) => {}
            Err(mistake) => return Done::of_trouble(mistake.into()),
        }
        let name = match &task.keywords.name {
            Some(name) => view.text(name).ok().flatten(),
            None => None,
        };
        let name = name.filter(|name| !name.is_empty());
        let name = name.map(|name| view.run.secrets.shown(&name));
        view.run.tell(&Event::Retried {
            task: name.as_deref().unwrap_or(task.action.node.as_str()),
            host: view.scope.host_name(),
            left,
            result: &done.result,
        });
        left -= 1;
        tokio::time::sleep(delay).await;
    }
}
