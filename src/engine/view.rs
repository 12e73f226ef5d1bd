//! A task as one host sees it: its keywords rendered with the host's variables.

use std::{collections::BTreeMap, rc::Rc, sync::Arc};

use super::run::Run;
use crate::{
    diagnostic::{Mistake, Span, Spanned},
    inventory::Vars,
    playbook::{Flag, Given, Keywords, Task, Whole, Words},
    template::{Failure, Kind, Scope as _, Templar, Truth},
    value::{Map, Text, Unknown, Value, truth},
    vars::{HostScope, Level},
};

/// A task with the variables of one host, and of one item when it loops.
#[derive(Clone)]
pub(super) struct View<'r> {
    pub(super) run: &'r Run<'r>,
    pub(super) task: &'r Task,
    pub(super) scope: HostScope<'r>,
    pub(super) templar: Rc<Templar>,
    /// In a rehearsal: why nobody knows whether the task is carried out at all.
    pub(super) doubt: Option<Unknown>,
}

/// Why something about a task has no value.
#[derive(Clone, Debug)]
pub(super) enum Trouble {
    Mistake(Box<Mistake>),
    /// The mistake, and what was being done: Ansible's results name both.
    While(String, Box<Mistake>),
    Unknown(Unknown),
}

impl Trouble {
    /// The same, and what was being done when it came up.
    pub(super) fn during(self, what: impl Into<String>) -> Self {
        match self {
            Self::Mistake(mistake) => Self::While(what.into(), mistake),
            other => other,
        }
    }

    /// A condition that cannot be evaluated.
    pub(super) fn of_condition(mistake: Mistake) -> Self {
        let what = match mistake.message() {
            message if message.starts_with("Conditional result") => "Task failed",
            _ => "Task failed: Error while evaluating conditional",
        };
        Self::from(mistake).during(what)
    }
}

impl From<Mistake> for Trouble {
    fn from(mistake: Mistake) -> Self {
        Self::Mistake(Box::new(mistake))
    }
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        Self::Mistake(failure.mistake)
    }
}

impl From<Unknown> for Trouble {
    fn from(unknown: Unknown) -> Self {
        Self::Unknown(unknown)
    }
}

impl<'r> View<'r> {
    /// The same task with further variables, those of an item.
    pub(super) fn with(&self, level: Level, vars: Vars) -> Self {
        Self {
            scope: self.scope.with(level, "task", Arc::new(vars)),
            ..self.clone()
        }
    }

    /// Renders a value; `None` when it is omitted. What is unknown in it stays so.
    pub(super) fn value(&self, value: &Value, span: &Span) -> Result<Option<Value>, Mistake> {
        let rendered = self
            .templar
            .render(value, &self.scope)
            .map_err(|failure| failure.mistake.at(span, "here"))?;
        if let Some(value) = &rendered {
            self.run.learn(value);
        }
        Ok(rendered)
    }

    /// Renders a value that must be known.
    pub(super) fn known(&self, value: &Value, span: &Span) -> Result<Option<Value>, Trouble> {
        let value = self.value(value, span)?;
        match value.as_ref().and_then(Value::unknown) {
            Some(unknown) => Err(Trouble::Unknown(unknown)),
            None => Ok(value),
        }
    }

    /// Renders a text; `None` when it is omitted or null.
    pub(super) fn text(&self, text: &Spanned<Text>) -> Result<Option<Text>, Trouble> {
        let value = self.known(&Value::Text(text.node.clone()), &text.span)?;
        Ok(match value {
            None | Some(Value::Null) => None,
            Some(Value::Text(text)) => Some(text),
            Some(other) => Some(Text::from(crate::value::to_json(&other).to_string())),
        })
    }

    /// The text of a keyword of which the innermost wins.
    pub(super) fn words(
        &self,
        pick: impl Fn(&Keywords) -> &Words,
    ) -> Result<Option<Text>, Trouble> {
        match self.task.effective(|keywords| pick(keywords).as_ref()) {
            Some(text) => self.text(text),
            None => Ok(None),
        }
    }

    /// The truth of a keyword of which the innermost wins.
    pub(super) fn flag(&self, pick: impl Fn(&Keywords) -> &Flag) -> Result<Option<bool>, Trouble> {
        match self.task.effective(|keywords| pick(keywords).as_ref()) {
            Some(flag) => self.truth(flag),
            None => Ok(None),
        }
    }

    /// The truth of a flag.
    pub(super) fn truth(&self, flag: &Spanned<Given<bool>>) -> Result<Option<bool>, Trouble> {
        let text = match &flag.node {
            Given::Known(truth) => return Ok(Some(*truth)),
            Given::Template(text) => text,
        };
        let value = self.known(&Value::Text(text.clone()), &flag.span)?;
        Ok(truth_at(value, &flag.span)?)
    }

    /// A whole number.
    pub(super) fn whole(&self, number: &Whole) -> Result<Option<i64>, Trouble> {
        let Some(number) = number else {
            return Ok(None);
        };
        let text = match &number.node {
            Given::Known(number) => return Ok(Some(*number)),
            Given::Template(text) => text,
        };
        match self.known(&Value::Text(text.clone()), &number.span)? {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Int(number)) => Ok(Some(number)),
            Some(Value::Text(text)) if text.trim().parse::<i64>().is_ok() => {
                Ok(text.trim().parse().ok())
            }
            Some(_) => {
                Err(Mistake::new("this must be a whole number", &number.span, "here").into())
            }
        }
    }

    /// Whether all of these conditions hold, and the one that does not. One that is false decides,
    /// whatever is unknown.
    pub(super) fn all_hold<'c>(
        &self,
        conditions: impl IntoIterator<Item = &'c Spanned<Value>>,
    ) -> Result<(Truth, Option<&'c Spanned<Value>>), Mistake> {
        let mut unknown: Option<Unknown> = None;
        for condition in conditions {
            match self.holds(condition)? {
                Truth::Is(true) => {}
                Truth::Is(false) => return Ok((Truth::Is(false), Some(condition))),
                Truth::Unknown(why) => {
                    unknown = Some(match unknown {
                        Some(before) => before.and(&why),
                        None => why,
                    });
                }
            }
        }
        Ok((unknown.map_or(Truth::Is(true), Truth::Unknown), None))
    }

    /// Whether one condition holds.
    pub(super) fn holds(&self, condition: &Spanned<Value>) -> Result<Truth, Mistake> {
        let evaluate = |view: &Self| {
            view.templar
                .condition(&condition.node, &view.scope)
                .map_err(|failure| failure.mistake.at(&condition.span, "this condition"))
        };
        let found = evaluate(self)?;
        let asks = |value: &Value| {
            value
                .as_str()
                .is_some_and(|text| text.contains("ansible_check_mode"))
        };
        // What a task does only because this is a rehearsal says nothing about the run.
        if self.run.options.check && asks(&condition.node) {
            let mut real = Vars::new();
            real.insert("ansible_check_mode", false, None);
            let in_the_run = evaluate(&self.with(Level::Loop, real))?;
            if in_the_run != found {
                return Ok(Truth::Unknown(Unknown::because(
                    "its condition asks whether this is a check",
                )));
            }
        }
        Ok(found)
    }

    /// The environment that the task sets for what it starts.
    pub(super) fn environment(&self) -> Result<Vec<(String, String)>, Trouble> {
        let mut all: Vec<(String, String)> = Vec::new();
        for layer in self.task.all(|keywords| &keywords.environment) {
            let node = self.without_own_facts(&layer.node);
            let maps = match self.known(&node, &layer.span)? {
                Some(Value::List(items)) => items.to_vec(),
                Some(other) => vec![other],
                None => continue,
            };
            for map in maps {
                let Value::Map(map) = map else {
                    if map.is_null() || map.as_str() == Some("") {
                        continue;
                    }
                    return Err(Mistake::new(
                        "`environment` must be a mapping of names to values",
                        &layer.span,
                        format!("this is a {}", map.type_name()),
                    )
                    .into());
                };
                for (name, value) in map.texts() {
                    let value = match value {
                        Value::Text(text) => text.as_str().to_owned(),
                        Value::Null => String::new(),
                        Value::Bool(true) => "True".to_owned(),
                        Value::Bool(false) => "False".to_owned(),
                        other => crate::value::to_json(other).to_string(),
                    };
                    all.retain(|(set, _)| set != name);
                    all.push((name.to_owned(), value));
                }
            }
        }
        Ok(all)
    }

    /// For the task that asks for facts: an environment without those entries that need the very
    /// facts that it asks for. So a play can extend `PATH`.
    fn without_own_facts(&self, layer: &Value) -> Value {
        if !matches!(self.task.module(), "setup" | "gather_facts") {
            return layer.clone();
        }
        match layer {
            Value::List(items) => {
                Value::list(items.iter().map(|item| self.without_own_facts(item)))
            }
            Value::Map(map) => {
                let needs_facts = |value: &Value| {
                    self.templar
                        .render(value, &self.scope)
                        .is_err_and(|failure| {
                            failure.kind == Kind::Undefined
                                && failure.mistake.message().contains("ansible_env")
                        })
                };
                let entries = map.iter().filter(|(_, value)| !needs_facts(value));
                entries
                    .map(|(name, value)| (name.clone(), value.clone()))
                    .collect::<Map>()
                    .into()
            }
            other => other.clone(),
        }
    }

    /// The arguments: defaults of the module, those written, and those of `args`. Conditions and
    /// expressions among them are evaluated, all else is rendered.
    pub(super) fn args(&self, module: &crate::modules::Entry) -> Result<Map, Trouble> {
        let mut args = Map::new();
        let doing = format!(
            "Task failed: Finalization of task args for 'ansible.builtin.{}' failed",
            module.name
        );
        for layer in self.task.all(|keywords| &keywords.module_defaults) {
            let Some(Value::Map(all)) = self.value(&layer.node, &layer.span)? else {
                continue;
            };
            for (name, defaults) in all.texts() {
                if crate::playbook::bare(name) == module.name
                    && let Value::Map(defaults) = defaults
                {
                    args.extend(defaults);
                }
            }
        }
        let mut late = None;
        let takes_line = (module.docs)().iter().any(|doc| doc.name == "_raw_params");
        for (text, is_line) in [
            (&self.task.args.further, false),
            (&self.task.args.free, takes_line),
        ] {
            let Some(text) = text else { continue };
            let value = self
                .value(&Value::Text(text.node.clone()), &text.span)
                .map_err(|mistake| Trouble::from(mistake).during(&*doing))?;
            match value {
                Some(Value::Map(more)) => {
                    for (name, value) in more.iter() {
                        let word = name.as_str().unwrap_or_default();
                        // What stands at the task itself is what counts.
                        if self.task.args.get(word).is_some() {
                            continue;
                        }
                        match self.arg(module, word, value, &text.span) {
                            Ok(Some(value)) => {
                                args.insert(name.clone(), self.kept(word, value));
                            }
                            Ok(None) => {}
                            // What is wrong with the arguments as they are is told first.
                            Err(trouble) => {
                                args.insert(name.clone(), value.clone());
                                late.get_or_insert(trouble);
                            }
                        }
                    }
                }
                Some(line) if is_line => {
                    args.insert("_raw_params", line);
                }
                Some(Value::Unknown(unknown)) => return Err(unknown.into()),
                Some(other) => {
                    let why = format!(
                        "arguments are a mapping, and this is a {}",
                        other.type_name()
                    );
                    return Err(
                        Trouble::from(Mistake::new(why, &text.span, "here")).during(&*doing)
                    );
                }
                None => {}
            }
        }
        for arg in &self.task.args.entries {
            let named: Value;
            let mut name = arg.name.node.as_str();
            // The names are what is set, and so may be templates.
            if module.name == "set_fact" && crate::playbook::is_template(name) {
                let text = Value::Text(Text::template(name, arg.name.span.clone()));
                named = self.known(&text, &arg.name.span)?.unwrap_or_default();
                name = named.as_str().ok_or_else(|| {
                    let (shown, kind) = (crate::value::to_json(&named), python_type(&named));
                    let why = format!("Invalid variable name '{shown}' of type '{kind}'");
                    Mistake::new(why, &arg.name.span, "not a name")
                })?;
            }
            let value = self
                .arg(module, name, &arg.value, &arg.span)
                .map_err(|trouble| {
                    trouble.during(format!("{doing}: Error while resolving value for '{name}'"))
                })?;
            match value {
                Some(value) => args.insert(name, self.kept(name, value)),
                None => args.remove(name),
            };
        }
        match late {
            Some(trouble) if module.check(&args, &BTreeMap::new()).is_empty() => Err(trouble),
            _ => Ok(args),
        }
    }

    /// The argument as a secret, where its parameter takes what nobody may see.
    fn kept(&self, name: &str, value: Value) -> Value {
        if !is_password(name) {
            return value;
        }
        let value = value.into_secret();
        self.run.secrets.keep_all(&value);
        value
    }

    /// One argument, as its parameter wants it.
    fn arg(
        &self,
        module: &crate::modules::Entry,
        name: &str,
        value: &Value,
        span: &Span,
    ) -> Result<Option<Value>, Trouble> {
        use crate::modules::ParamKind;
        let docs = (module.docs)();
        let kind = docs
            .iter()
            .find(|doc| doc.name == name || doc.aliases.contains(&name))
            .map(|doc| doc.kind);
        match kind {
            Some(ParamKind::Condition) => self.judged(value, span).map(Some),
            Some(ParamKind::Expression) => self.evaluated(value, span),
            _ => Ok(self.value(value, span)?),
        }
    }

    /// Each condition with what it came to, for a module that judges them.
    fn judged(&self, conditions: &Value, span: &Span) -> Result<Value, Trouble> {
        let conditions = match conditions {
            Value::List(items) => items.to_vec(),
            // A template may stand for the whole list.
            Value::Text(text) if text.trim().starts_with("{{") => {
                match self.value(conditions, span)? {
                    Some(Value::List(items)) => items.to_vec(),
                    _ => vec![conditions.clone()],
                }
            }
            one => vec![one.clone()],
        };
        let mut judged = Vec::new();
        for condition in conditions {
            let spanned = Spanned::new(condition.clone(), span.clone());
            let truth = match self.holds(&spanned)? {
                Truth::Is(truth) => Value::Bool(truth),
                Truth::Unknown(unknown) => Value::Unknown(unknown),
            };
            let shown = condition.map_text(&mut |text| text.clone().into_data());
            let decides = truth == Value::Bool(false);
            judged.push(Map::from([("assertion", shown), ("evaluated_to", truth)]).into());
            // Those behind it may only make sense where it holds.
            if decides {
                break;
            }
        }
        Ok(Value::from(judged))
    }

    /// An expression with its value, for a module that shows it; `None` when it is omitted.
    fn evaluated(&self, expression: &Value, span: &Span) -> Result<Option<Value>, Trouble> {
        let asked = match expression {
            // `var: "{{ name }}"` names the variable that the name is in.
            Value::Text(text) if crate::playbook::is_template(text) => {
                match self.templar.named(text, &self.scope) {
                    Ok(asked) => asked,
                    Err(failure) if failure.kind == Kind::Omitted => return Ok(None),
                    Err(failure) => return Err(failure.mistake.at(span, "here").into()),
                }
            }
            other => other.clone(),
        };
        let Value::Text(asked) = &asked else {
            let (kind, shown) = (python_type(&asked), crate::value::to_json(&asked));
            return Err(Mistake::new(
                format!(
                    "argument 'var' is of type {kind}: `{shown}` is not a string and conversion is not allowed"
                ),
                span,
                "expected the name of a variable, or an expression",
            )
            .into());
        };
        if asked.is_empty() {
            return Ok(None);
        }
        if !asked.is_template() {
            let why = "Error while resolving `var` expression: Encountered untrusted template or expression.";
            return Err(Mistake::new(why, span, "not from a playbook, role or inventory").into());
        }
        let mut warning = Value::Null;
        let value = match self.templar.expression(asked, &self.scope) {
            Ok(value) => value,
            Err(failure) if failure.kind == Kind::Undefined => {
                let why = format!("error 1 - {}", failure.mistake.message());
                warning = format!("Encountered 1 template error.\n{why}").into();
                Value::from(format!("<< {why} >>"))
            }
            Err(failure) if failure.kind == Kind::Omitted => {
                warning = format!("`{asked}` is omit, and could not be omitted").into();
                Value::from("<<Omit>>")
            }
            Err(failure) => return Err(failure.mistake.at(span, "here").into()),
        };
        self.run.learn(&value);
        let parts = [
            ("expression", Value::from(asked.as_str())),
            ("value", value),
            ("warning", warning),
        ];
        Ok(Some(Map::from(parts).into()))
    }

    /// Whether a name may lead to this file of the control side; `written` is what it was
    /// rendered from.
    pub(super) fn reached(
        &self,
        name: &Text,
        written: Option<&Value>,
        path: &std::path::Path,
        span: &Span,
    ) -> Result<(), Mistake> {
        self.templar
            .reached(name, written, path, &self.scope)
            .map_err(|mistake| mistake.at(span, "this path"))
    }

    /// A variable's rendered value; `None` where there is none.
    pub(super) fn variable(&self, name: &str) -> Result<Option<Value>, Trouble> {
        match self.scope.get(name)? {
            Some(value) => Ok(self.templar.render(&value, &self.scope)?),
            None => Ok(None),
        }
    }
}

/// The truth of a flag that was rendered; `None` where it is null or omitted.
pub(super) fn truth_at(value: Option<Value>, span: &Span) -> Result<Option<bool>, Mistake> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(value) => truth(&value).map(Some).ok_or_else(|| {
            let word = match &value {
                Value::Text(text) => text.as_str().to_owned(),
                other => crate::value::to_json(other).to_string(),
            };
            Mistake::new("this must be a boolean", span, format!("it is `{word}`"))
        }),
    }
}

/// Whether a parameter of this name takes what nobody may see.
fn is_password(name: &str) -> bool {
    name != "update_password"
        && ["password", "passphrase", "passwd", "token", "secret"]
            .iter()
            .any(|word| name.ends_with(word))
}

/// The type's name as Python has it, which Ansible's users read in its messages.
fn python_type(value: &Value) -> &'static str {
    match value {
        Value::Bool(_) => "bool",
        Value::Int(_) | Value::Big(_) => "int",
        Value::Float(_) => "float",
        Value::List(_) => "list",
        Value::Map(_) => "dict",
        Value::Null => "NoneType",
        other => other.type_name(),
    }
}
