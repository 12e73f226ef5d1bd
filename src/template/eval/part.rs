//! Attributes, items and slices.

use std::rc::Rc;

use super::{
    super::{
        failure::{Res, Stop},
        methods,
        obj::{BoundMethod, Obj, Undef},
        tree::At,
    },
    Eval, loops,
};

/// `obj.name`: Python's attribute first, then the item.
///
/// `None` where there is no such part.
pub(in super::super) fn attribute(eval: &Eval<'_>, of: &Obj, name: &str) -> Res<Option<Obj>> {
    Ok(match of {
        Obj::Undefined(_) | Obj::Unknown(_) => Some(of.clone()),
        Obj::Pending(..) => return attribute(eval, &eval.touch(of.clone())?, name),
        Obj::Loop(state) => loops::field(eval, state, name)?,
        Obj::Namespace(namespace) => namespace.fields.borrow().get(name).cloned(),
        Obj::Module(module) => module.exports.get(name).cloned(),
        Obj::Macro(decl) => decl.field(name),
        Obj::Cycler(cycler) => match name {
            "current" => cycler.items.get(cycler.at.get()).cloned(),
            "next" | "reset" => Some(method(of, name)),
            _ => None,
        },
        Obj::SelfBlocks(blocks) => blocks.block(name),
        Obj::Group(parts) if name == "grouper" => parts.first().cloned(),
        Obj::Group(parts) if name == "list" => parts.get(1).cloned(),
        // What may only be read has these of a dictionary's methods.
        Obj::Hosts | Obj::Host(_) if matches!(name, "keys" | "values" | "items" | "get") => {
            Some(method(of, name))
        }
        Obj::Hosts | Obj::Host(_) => return item(eval, of, &Obj::from(name)),
        _ => {
            if methods::has(of, name) {
                return Ok(Some(method(of, name)));
            }
            if let Some(found) = methods::field(of, name) {
                return Ok(Some(found));
            }
            match of {
                Obj::Dict(dict) => dict.get_str(eval, name)?,
                _ => None,
            }
        }
    })
}

fn method(of: &Obj, name: &str) -> Obj {
    Obj::Method(Rc::new(BoundMethod {
        of: of.clone(),
        name: name.into(),
    }))
}

/// `obj[key]`: the item first, then Python's attribute of that name.
///
/// `None` where there is no such part.
pub(in super::super) fn item(eval: &Eval<'_>, of: &Obj, key: &Obj) -> Res<Option<Obj>> {
    if let Obj::Undefined(_) | Obj::Unknown(_) = key {
        return Ok(Some(key.clone()));
    }
    let found = match of {
        Obj::Undefined(_) | Obj::Unknown(_) => return Ok(Some(of.clone())),
        Obj::Pending(..) => return item(eval, &eval.touch(of.clone())?, key),
        Obj::Dict(dict) => match key {
            Obj::Str(text) => dict.get_str(eval, text)?,
            Obj::List(_) | Obj::Dict(_) => None,
            key => dict.get(eval, &eval.key(key)?)?,
        },
        Obj::List(list) => match key.int().and_then(|at| index(at, list.len())) {
            Some(at) => list.get(eval, at)?,
            None => None,
        },
        Obj::Tuple(items) => key
            .int()
            .and_then(|at| index(at, items.len()))
            .and_then(|at| items.get(at).cloned()),
        Obj::Str(text) | Obj::Markup(text) => match key.int() {
            Some(at) if at >= 0 => letter(text, text.chars().nth(usize::try_from(at).unwrap_or(0))),
            Some(at) => {
                let back = usize::try_from(at.unsigned_abs()).unwrap_or(usize::MAX) - 1;
                letter(text, text.chars().rev().nth(back))
            }
            None => None,
        },
        Obj::Bytes(bytes) => key
            .int()
            .and_then(|at| index(at, bytes.len()))
            .and_then(|at| bytes.get(at))
            .map(|byte| Obj::Int(i64::from(*byte))),
        Obj::Range(range) => key
            .int()
            .and_then(|at| index(at, range.len()))
            .and_then(|at| range.get(at))
            .map(Obj::Int),
        Obj::Hosts => match key.text() {
            Some(name) => return Ok(eval.host(name)),
            None => None,
        },
        Obj::Host(scope) => match key.text() {
            Some(name) => return eval.variable_of(*scope, name),
            None => None,
        },
        _ => None,
    };
    if found.is_some() {
        return Ok(found);
    }
    match key.text() {
        Some(name) if !matches!(of, Obj::Dict(_)) || methods::has(of, name) => {
            attribute(eval, of, name)
        }
        _ => Ok(None),
    }
}

fn letter(text: &crate::value::Text, letter: Option<char>) -> Option<Obj> {
    letter.map(|letter| Obj::Str(text.derive(letter.encode_utf8(&mut [0; 4]) as &str)))
}

/// A Python index, counted from the end when negative.
pub(in super::super) fn index(at: i64, len: usize) -> Option<usize> {
    let at = if at < 0 {
        at.checked_add(i64::try_from(len).ok()?)?
    } else {
        at
    };
    usize::try_from(at).ok().filter(|at| *at < len)
}

impl Eval<'_> {
    /// The undefined part that is asked for.
    pub(super) fn no_part(&self, of: &Obj, name: &str, at: At) -> Obj {
        Obj::Undefined(Rc::new(Undef::part(of.type_name(), name, self.span(at))))
    }

    /// `obj[start:stop:step]`.
    pub(super) fn slice(&self, of: &Obj, bounds: &[Option<Obj>; 3]) -> Res<Obj> {
        let mut numbers = [None; 3];
        for (number, bound) in numbers.iter_mut().zip(bounds) {
            *number = match bound {
                None | Some(Obj::None) => None,
                Some(bound) => Some(
                    bound
                        .int()
                        .ok_or_else(|| self.refuse(bound, "cannot be the bound of a slice"))?,
                ),
            };
        }
        let Some(len) = (match of {
            Obj::Dict(_) => None,
            other => self.length(other),
        }) else {
            return Err(self.refuse(of, "cannot be sliced"));
        };
        let picked = picks(len, numbers)?;
        Ok(match of {
            Obj::Str(text) | Obj::Markup(text) => {
                let letters: Vec<char> = text.chars().collect();
                Obj::Str(text.derive(picked.iter().map(|at| letters[*at]).collect::<String>()))
            }
            Obj::Bytes(bytes) => Obj::Bytes(picked.iter().map(|at| bytes[*at]).collect()),
            Obj::Tuple(items) | Obj::Group(items) => {
                Obj::tuple(picked.iter().map(|at| items[*at].clone()).collect())
            }
            Obj::List(list) => {
                let mut items = Vec::with_capacity(picked.len());
                for at in picked {
                    items.extend(list.get(self, at)?);
                }
                Obj::list(items)
            }
            Obj::Range(range) => Obj::list(
                picked
                    .iter()
                    .filter_map(|at| range.get(*at))
                    .map(Obj::Int)
                    .collect(),
            ),
            other => return Err(self.refuse(other, "cannot be sliced")),
        })
    }
}

/// The indices that a slice picks.
fn picks(len: usize, [start, stop, step]: [Option<i64>; 3]) -> Res<Vec<usize>> {
    let step = step.unwrap_or(1);
    if step == 0 {
        return Err(Stop::runtime("the step of a slice cannot be zero"));
    }
    let len = i64::try_from(len).unwrap_or(i64::MAX);
    let (low, high) = if step > 0 { (0, len) } else { (-1, len - 1) };
    let clamp = |bound: i64| {
        let bound = if bound < 0 {
            bound.saturating_add(len)
        } else {
            bound
        };
        bound.clamp(low, high)
    };
    let start = start.map_or(if step > 0 { low } else { high }, clamp);
    let stop = stop.map_or(if step > 0 { high } else { low }, clamp);
    let mut picked = Vec::new();
    let mut at = start;
    while (step > 0 && at < stop) || (step < 0 && at > stop) {
        picked.extend(usize::try_from(at));
        at = at.saturating_add(step);
    }
    Ok(picked)
}
