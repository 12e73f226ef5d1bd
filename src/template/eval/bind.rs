//! Arguments: as given, and bound to the parameters of what is called.

use super::{
    super::{
        failure::{Res, Stop},
        obj::Obj,
        tree::Name,
    },
    Eval,
};
use crate::{diagnostic::hint, value::Text};

/// The arguments of one call, evaluated.
#[derive(Default, Clone)]
pub(in super::super) struct Given {
    pub(in super::super) pos: Vec<Obj>,
    pub(in super::super) named: Vec<(Name, Obj)>,
}

impl Given {
    pub(in super::super) fn all(&self) -> impl Iterator<Item = &Obj> {
        self.pos
            .iter()
            .chain(self.named.iter().map(|(_, value)| value))
    }

    /// Takes a named argument out.
    pub(in super::super) fn take(&mut self, name: &str) -> Option<Obj> {
        let index = self
            .named
            .iter()
            .position(|(known, _)| known.as_ref() == name)?;
        Some(self.named.remove(index).1)
    }
}

/// The parameters that something takes, in order: `name` must be given, `name?` may be, `*` takes
/// further positions, `**` further names.
pub(in super::super) type Params = &'static [&'static str];

/// Arguments by parameter.
pub(in super::super) struct Bound {
    params: Params,
    values: Vec<Option<Obj>>,
    pub(in super::super) rest: Vec<Obj>,
    pub(in super::super) more: Vec<(Name, Obj)>,
}

impl Bound {
    pub(in super::super) fn new(params: Params, given: Given) -> Res<Self> {
        let mut bound = Self {
            params,
            values: vec![None; params.len()],
            rest: Vec::new(),
            more: Vec::new(),
        };
        let takes_rest = params.contains(&"*");
        let plain = params
            .iter()
            .take_while(|param| !param.starts_with('*'))
            .count();
        let count = given.pos.len();
        for (index, value) in given.pos.into_iter().enumerate() {
            if index < plain {
                bound.values[index] = Some(value);
            } else if takes_rest {
                bound.rest.push(value);
            } else {
                return Err(Stop::runtime(format!(
                    "takes at most {plain} arguments, got {count}"
                )));
            }
        }
        for (name, value) in given.named {
            match params
                .iter()
                .position(|param| param.trim_end_matches('?') == name.as_ref())
            {
                Some(index) if bound.values[index].is_some() => {
                    return Err(Stop::runtime(format!("got `{name}` twice")));
                }
                Some(index) => bound.values[index] = Some(value),
                None if params.contains(&"**") => bound.more.push((name, value)),
                None => {
                    let known = params.iter().map(|param| param.trim_end_matches('?'));
                    let near = hint(&name, known);
                    return Err(Stop::runtime(format!("has no parameter `{name}`{near}")));
                }
            }
        }
        for (param, value) in params.iter().zip(&bound.values) {
            if value.is_none() && !param.ends_with('?') && !param.starts_with('*') {
                return Err(Stop::runtime(format!("needs the argument `{param}`")));
            }
        }
        Ok(bound)
    }

    /// The argument, where one was given.
    pub(in super::super) fn get(&self, name: &str) -> Option<&Obj> {
        let index = self
            .params
            .iter()
            .position(|param| param.trim_end_matches('?') == name)?;
        self.values[index].as_ref()
    }

    /// The argument that has to be there; `None` (the Python one) when it is not.
    pub(in super::super) fn need(&self, name: &str) -> &Obj {
        self.get(name).unwrap_or(&Obj::None)
    }

    /// The argument, where one was given that is not none.
    pub(in super::super) fn some(&self, name: &str) -> Option<&Obj> {
        self.get(name).filter(|value| !matches!(value, Obj::None))
    }

    pub(in super::super) fn truth(&self, eval: &Eval<'_>, name: &str, default: bool) -> Res<bool> {
        self.get(name)
            .map_or(Ok(default), |value| eval.truth(value))
    }

    pub(in super::super) fn int(&self, name: &str, default: i64) -> Res<i64> {
        match self.some(name) {
            None => Ok(default),
            Some(value) => whole(value, name),
        }
    }

    pub(in super::super) fn text(&self, name: &str) -> Res<Option<&Text>> {
        match self.some(name) {
            None => Ok(None),
            Some(value) => value.text().map(Some).ok_or_else(|| {
                Stop::runtime(format!(
                    "`{name}` must be text, not `{}`",
                    value.type_name()
                ))
            }),
        }
    }

    pub(in super::super) fn text_or(&self, name: &str, default: &str) -> Res<String> {
        Ok(self
            .text(name)?
            .map_or(default.to_owned(), ToString::to_string))
    }
}

/// The whole number that an argument is.
pub(in super::super) fn whole(value: &Obj, name: &str) -> Res<i64> {
    value.int().ok_or_else(|| {
        Stop::runtime(format!(
            "`{name}` must be a whole number, not `{}`",
            value.type_name()
        ))
    })
}
