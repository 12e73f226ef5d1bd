//! Secret marks, through what is computed from secrets.

use super::{
    super::{
        failure::{Failure, Res},
        obj::{self, Obj},
    },
    Eval,
};
use crate::{diagnostic::Mistake, value::Value};

/// How many secret texts of one evaluation are kept out of messages.
const MOST_HIDDEN: usize = 100;

impl Eval<'_> {
    /// Remembers that a secret was touched.
    pub(in super::super) fn note(&self, obj: &Obj) {
        if let Obj::Str(text) | Obj::Markup(text) = obj
            && text.is_secret()
        {
            self.secrets.set(true);
            let mut hidden = self.hidden.borrow_mut();
            if !hidden.contains(text) && hidden.len() < MOST_HIDDEN {
                hidden.push(text.clone());
            }
        }
    }

    /// The failure without any secret that its message quotes.
    pub(super) fn scrubbed(&self, failure: Failure) -> Failure {
        let hidden = self.hidden.borrow();
        let message = failure.mistake.message();
        if !hidden
            .iter()
            .any(|text| !text.is_empty() && message.contains(text.as_str()))
        {
            return failure;
        }
        let mut message = message.to_owned();
        for text in hidden.iter().filter(|text| !text.is_empty()) {
            message = message.replace(text.as_str(), "‹secret›");
        }
        let mistake = match failure.mistake.span() {
            Some(span) => Mistake::new(message, span, failure.mistake.label()),
            None => Mistake::nowhere(message),
        };
        Failure {
            kind: failure.kind,
            mistake: Box::new(mistake),
        }
    }

    /// Whether any text in the object is secret.
    pub(in super::super) fn is_secret(&self, obj: &Obj) -> Res<bool> {
        if !self.secrets.get() && !matches!(obj, Obj::List(_) | Obj::Dict(_)) {
            return Ok(obj.text().is_some_and(crate::value::Text::is_secret));
        }
        Ok(match obj {
            Obj::Str(text) | Obj::Markup(text) | Obj::Pending(text, _) => text.is_secret(),
            Obj::List(list) => match list.untouched() {
                Some(source) => source.iter().any(Value::is_secret),
                None => {
                    let _deeper = self.deeper()?;
                    for at in 0..list.len() {
                        if let Some(item) = list.get(self, at)?
                            && self.is_secret(&item)?
                        {
                            return Ok(true);
                        }
                    }
                    false
                }
            },
            Obj::Tuple(items) | Obj::Group(items) => {
                let _deeper = self.deeper()?;
                for item in items.iter() {
                    if self.is_secret(item)? {
                        return Ok(true);
                    }
                }
                false
            }
            Obj::Dict(dict) => match dict.untouched() {
                Some(source) => source.values().any(Value::is_secret),
                None => {
                    let _deeper = self.deeper()?;
                    for (key, value) in dict.entries(self)? {
                        if matches!(&key, crate::value::Key::Text(text) if text.is_secret())
                            || self.is_secret(&value)?
                        {
                            return Ok(true);
                        }
                    }
                    false
                }
            },
            _ => false,
        })
    }

    /// The result of something that had these operands: secret where one of them is.
    pub(in super::super) fn marked<'o>(
        &self,
        result: Obj,
        operands: impl Iterator<Item = &'o Obj>,
    ) -> Res<Obj> {
        if !self.secrets.get() {
            return Ok(result);
        }
        for operand in operands {
            if self.is_secret(operand)? {
                return self.secret(result);
            }
        }
        Ok(result)
    }

    /// The same object with all of its text secret.
    pub(in super::super) fn secret(&self, obj: Obj) -> Res<Obj> {
        Ok(match obj {
            Obj::Str(text) => Obj::Str(text.into_secret()),
            Obj::Markup(text) => Obj::Markup(text.into_secret()),
            Obj::List(list) => {
                let _deeper = self.deeper()?;
                let mut items = Vec::with_capacity(list.len());
                for item in list.items(self)? {
                    items.push(self.secret(item)?);
                }
                Obj::list(items)
            }
            Obj::Tuple(parts) | Obj::Group(parts) => {
                let _deeper = self.deeper()?;
                let mut items = Vec::with_capacity(parts.len());
                for item in parts.iter() {
                    items.push(self.secret(item.clone())?);
                }
                Obj::tuple(items)
            }
            Obj::Dict(dict) => {
                let _deeper = self.deeper()?;
                let mut entries = Vec::new();
                for (key, value) in dict.entries(self)? {
                    entries.push((key, self.secret(value)?));
                }
                Obj::dict(entries)
            }
            Obj::Pending(..) => {
                let known = self.touch(obj)?;
                return self.secret(known);
            }
            other => other,
        })
    }

    /// The outer value of an object, rendered through; what is omitted becomes null.
    pub(in super::super) fn value(&self, obj: &Obj) -> Res<Value> {
        Ok(obj::finish(self, obj)?.unwrap_or_default())
    }
}
