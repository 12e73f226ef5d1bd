//! A task as one host sees it: its keywords rendered with the host's variables.

use std::{rc::Rc, sync::Arc};

use super::run::Run;
use crate::{
    diagnostic::{Mistake, Span, Spanned},
    inventory::Vars,
    playbook::{Flag, Given, Keywords, Task, Whole, Words},
    template::{Failure, Kind, Scope as _, Templar, Truth},
    value::{Map, Text, Unknown, Value},
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
    Unknown(Unknown),
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
            self.run.secrets.learn(value);
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
        let word = match value {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::Bool(truth)) => return Ok(Some(truth)),
            Some(Value::Int(number @ (0 | 1))) => return Ok(Some(number == 1)),
            Some(other) => other.as_str().unwrap_or_default().to_lowercase(),
        };
        match word.as_str() {
            "yes" | "on" | "true" | "1" | "y" | "t" => Ok(Some(true)),
            "no" | "off" | "false" | "0" | "n" | "f" | "" => Ok(Some(false)),
            _ => Err(Mistake::new(
                "this must be a boolean",
                &flag.span,
                format!("it is `{word}`"),
            )
            .into()),
        }
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
            let maps = match self.known(&layer.node, &layer.span)? {
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

    /// The arguments: defaults of the module, those written, and those of `args`. Conditions and
    /// expressions among them are evaluated, all else is rendered.
    pub(super) fn args(&self, module: &crate::modules::Entry) -> Result<Map, Trouble> {
        use crate::modules::ParamKind;
        let mut args = Map::new();
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
        for text in [&self.task.args.further, &self.task.args.free]
            .into_iter()
            .flatten()
        {
            if let Some(Value::Map(more)) =
                self.value(&Value::Text(text.node.clone()), &text.span)?
            {
                args.extend(&more);
            }
        }
        if let Some(free) = &self.task.args.free
            && (module.docs)().iter().any(|doc| doc.name == "_raw_params")
            && let Some(line) = self.value(&Value::Text(free.node.clone()), &free.span)?
        {
            args.insert("_raw_params", line);
        }
        let docs = (module.docs)();
        for arg in &self.task.args.entries {
            let name = arg.name.node.as_str();
            let kind = docs
                .iter()
                .find(|doc| doc.name == name || doc.aliases.contains(&name))
                .map(|doc| doc.kind);
            let value = match kind {
                Some(ParamKind::Condition) => Some(self.judged(&arg.value, &arg.span)?),
                Some(ParamKind::Expression) => Some(self.evaluated(&arg.value, &arg.span)?),
                _ => self.value(&arg.value, &arg.span)?,
            };
            match value {
                Some(value) if is_password(name) => {
                    let value = value.into_secret();
                    self.run.secrets.keep_all(&value);
                    args.insert(name, value)
                }
                Some(value) => args.insert(name, value),
                None => args.remove(name),
            };
        }
        Ok(args)
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

    /// An expression with its value, for a module that shows it.
    fn evaluated(&self, expression: &Value, span: &Span) -> Result<Value, Trouble> {
        let (shown, value) = match expression {
            Value::Text(text) => {
                let shown = self.value(expression, span).ok().flatten();
                // `var: "{{ name }}"` names the variable that the name is in.
                let indirect = match &shown {
                    Some(Value::Text(name)) if text.contains("{{") => Some(name.clone()),
                    _ => None,
                };
                let asked = indirect
                    .and_then(|name| Some(Text::template(name.as_str(), text.origin()?.clone())))
                    .unwrap_or_else(|| text.clone());
                let value = match self.templar.expression(&asked, &self.scope) {
                    Ok(value) => value,
                    Err(failure) if failure.kind == Kind::Undefined => {
                        Value::from(format!("<< error 1 - {} >>", failure.mistake.message()))
                    }
                    Err(failure) => return Err(failure.mistake.at(span, "here").into()),
                };
                (asked.as_str().to_owned(), value)
            }
            other => (
                crate::value::to_json(other).to_string(),
                self.value(other, span)?.unwrap_or_default(),
            ),
        };
        self.run.secrets.learn(&value);
        Ok(Map::from([("expression", Value::from(shown)), ("value", value)]).into())
    }

    /// A variable's rendered value; `None` where there is none.
    pub(super) fn variable(&self, name: &str) -> Result<Option<Value>, Trouble> {
        match self.scope.get(name)? {
            Some(value) => Ok(self.templar.render(&value, &self.scope)?),
            None => Ok(None),
        }
    }
}

/// Whether a parameter of this name takes what nobody may see.
fn is_password(name: &str) -> bool {
    name != "update_password"
        && ["password", "passphrase", "passwd", "token", "secret"]
            .iter()
            .any(|word| name.ends_with(word))
}
