//! A task's arguments, on their way into a module's fields.

use std::collections::BTreeMap;

use super::{Param, ParamKind, Problem, Wrong};
use crate::{
    diagnostic::nearest,
    host::Login,
    state::Supply,
    value::{Map, Unknown, Value},
};

/// The arguments of one task, and what is known where they are read.
#[derive(Clone, Debug)]
pub struct Args<'a> {
    values: &'a Map,
    supplies: &'a BTreeMap<String, Supply>,
    login: Option<&'a Login>,
}

/// What the manual says of one parameter.
#[derive(Clone, Debug)]
pub struct ParamDoc {
    pub name: &'static str,
    pub aliases: &'static [&'static str],
    pub kind: ParamKind,
    /// The type's name as Ansible's manual has it.
    pub type_name: &'static str,
    pub required: bool,
    pub default: Option<&'static str>,
    pub choices: Vec<&'static str>,
    pub doc: &'static str,
}

/// A struct whose fields are parameters: a module, or a group that several share.
pub trait Params: Sized {
    const ABOUT: &'static str;

    /// All parameters, those of groups included.
    fn docs() -> Vec<ParamDoc>;

    /// Reads the fields; `None` when one is wrong (said in `problems`) or not known yet.
    fn take(args: &Args<'_>, problems: &mut Problems) -> Option<Self>;
}

/// What is found while arguments are read.
#[derive(Clone, Debug, Default)]
pub struct Problems {
    pub wrong: Vec<Problem>,
    /// Arguments that a rehearsal does not know.
    pub unknown: Vec<Unknown>,
}

impl<'a> Args<'a> {
    /// Arguments on the host, where `login` says what `~` means.
    pub fn on_host(
        values: &'a Map,
        supplies: &'a BTreeMap<String, Supply>,
        login: &'a Login,
    ) -> Self {
        Self {
            values,
            supplies,
            login: Some(login),
        }
    }

    /// Arguments as written, before any host is asked: templates in them are not judged.
    pub fn as_written(values: &'a Map, supplies: &'a BTreeMap<String, Supply>) -> Self {
        Self {
            values,
            supplies,
            login: None,
        }
    }

    pub(super) fn login(&self) -> Option<&Login> {
        self.login
    }

    pub(super) fn supply(&self, name: &str) -> Option<&Supply> {
        self.supplies.get(name)
    }

    /// Whether an argument of this name is given and not null.
    pub(super) fn has(&self, name: &str) -> bool {
        self.values.get(name).is_some_and(|value| !value.is_null())
    }

    /// Whether the argument says this.
    pub(super) fn is(&self, name: &str, wanted: &str) -> bool {
        match self.values.get(name) {
            Some(Value::Text(text)) => text.as_str() == wanted,
            Some(Value::Bool(truth)) => truth.to_string() == wanted.to_lowercase(),
            Some(Value::Int(number)) => number.to_string() == wanted,
            _ => false,
        }
    }

    /// Reads one parameter under its name or an alias.
    pub fn take<T: Param>(
        &self,
        name: &'static str,
        aliases: &'static [&'static str],
        default: Option<T>,
        problems: &mut Problems,
    ) -> Option<T> {
        let name = plain(name);
        let given = std::iter::once(name)
            .chain(aliases.iter().copied().map(plain))
            .find_map(|name| Some((name, self.values.get(name)?)))
            .filter(|(_, value)| !value.is_null());
        let Some((written, value)) = given else {
            let value = default.or_else(T::absent);
            if value.is_none() {
                problems.wrong.push(Problem {
                    param: name.to_owned(),
                    message: format!("`{name}` is required"),
                    help: None,
                    is_name: false,
                });
            }
            return value;
        };
        if self.login.is_none() && holds_template(value) {
            return None;
        }
        match T::parse(value, self, name) {
            Ok(value) => Some(value),
            Err(Wrong::Expected(expected)) => {
                problems.wrong.push(Problem {
                    param: written.to_owned(),
                    message: format!("`{written}` must be {expected}"),
                    help: near_choice::<T>(value),
                    is_name: false,
                });
                None
            }
            Err(Wrong::Unknown(unknown)) => {
                problems.unknown.push(unknown);
                None
            }
        }
    }

    /// Complains of every argument that is no parameter.
    pub fn refuse_strangers(&self, known: &[ParamDoc], problems: &mut Problems) {
        let names = || {
            known
                .iter()
                .flat_map(|doc| std::iter::once(&doc.name).chain(doc.aliases))
                .map(|name| plain(name))
        };
        for key in self.values.keys() {
            let written = key.as_str().unwrap_or_default();
            if names().any(|name| name == written) {
                continue;
            }
            let near = nearest(written, names().filter(|name| *name != "_raw_params"));
            problems.wrong.push(Problem {
                param: written.to_owned(),
                message: format!("there is no parameter `{written}`"),
                help: near.map(|name| format!("did you mean `{name}`?")),
                is_name: true,
            });
        }
    }
}

fn near_choice<T: Param>(value: &Value) -> Option<String> {
    let near = nearest(value.as_str()?, T::choices())?;
    Some(format!("did you mean `{near}`?"))
}

/// A field's name without the mark of a raw identifier, or an alias without its quotes.
pub(super) fn plain(name: &'static str) -> &'static str {
    name.strip_prefix("r#").unwrap_or(name).trim_matches('"')
}

fn holds_template(value: &Value) -> bool {
    match value {
        Value::Text(text) => text.is_template() && (text.contains("{{") || text.contains("{%")),
        Value::List(items) => items.iter().any(holds_template),
        Value::Map(map) => map.values().any(holds_template),
        _ => false,
    }
}
