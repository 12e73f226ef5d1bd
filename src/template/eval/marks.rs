//! Marks, through what is computed from marked text.

use super::{
    super::{
        failure::{Failure, Res},
        obj::{self, Obj},
    },
    Eval,
};
use crate::{
    diagnostic::Mistake,
    value::{Marks, Value},
};

/// How many secret texts of one evaluation are kept out of messages.
const MOST_HIDDEN: usize = 100;

impl Eval<'_> {
    /// Remembers the marks of a text that was touched.
    pub(in super::super) fn note(&self, obj: &Obj) {
        let (Obj::Str(text) | Obj::Markup(text)) = obj else {
            return;
        };
        self.touched(text.marks());
        if text.is_secret() {
            let mut hidden = self.hidden.borrow_mut();
            if !hidden.contains(text) && hidden.len() < MOST_HIDDEN {
                hidden.push(text.clone());
            }
        }
        if text.is_told() {
            let mut tellers = self.tellers.borrow_mut();
            let name = self.asked.borrow();
            if !tellers.contains(&name) {
                tellers.push(name.clone());
            }
        }
    }

    pub(super) fn touched(&self, marks: Marks) {
        self.marks.set(self.marks.get() | marks);
    }

    /// Whether nothing that has a mark was touched so far.
    pub(super) fn untouched(&self) -> bool {
        self.marks.get().is_empty()
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

    /// The marks of all text in the object.
    pub(in super::super) fn marks_of(&self, obj: &Obj) -> Res<Marks> {
        self.marks_until(obj, Marks::ALL)
    }

    /// The marks of text in the object, at least until all of `enough` were found.
    fn marks_until(&self, obj: &Obj, enough: Marks) -> Res<Marks> {
        Ok(match obj {
            Obj::Str(text) | Obj::Markup(text) | Obj::Pending(text, _) => text.marks(),
            Obj::List(list) => match list.untouched() {
                Some(source) => until(enough, source.iter().map(|item| Ok(item.marks())))?,
                None => {
                    let _deeper = self.deeper()?;
                    let items = (0..list.len()).map(|at| match list.get(self, at)? {
                        Some(item) => self.marks_until(&item, enough),
                        None => Ok(Marks::NONE),
                    });
                    until(enough, items)?
                }
            },
            Obj::Tuple(items) | Obj::Group(items) => {
                let _deeper = self.deeper()?;
                until(
                    enough,
                    items.iter().map(|item| self.marks_until(item, enough)),
                )?
            }
            Obj::Dict(dict) => match dict.untouched() {
                Some(source) => {
                    let entries = source.iter();
                    until(
                        enough,
                        entries.map(|(key, value)| Ok(key.marks() | value.marks())),
                    )?
                }
                None => {
                    let _deeper = self.deeper()?;
                    let entries = dict.entries(self)?;
                    let marks = |(key, value): &(crate::value::Key, Obj)| {
                        Ok(key.marks() | self.marks_until(value, enough)?)
                    };
                    until(enough, entries.iter().map(marks))?
                }
            },
            _ => Marks::NONE,
        })
    }

    /// The result of something that had these operands, with their marks.
    pub(in super::super) fn marked<'o>(
        &self,
        result: Obj,
        operands: impl Iterator<Item = &'o Obj>,
    ) -> Res<Obj> {
        let touched = self.marks.get();
        if touched.is_empty() {
            return Ok(result);
        }
        let marks = until(
            touched,
            operands.map(|operand| self.marks_until(operand, touched)),
        )?;
        self.with(result, marks)
    }

    /// The same object with all of its text marked so, besides the marks that it has.
    pub(in super::super) fn with(&self, obj: Obj, marks: Marks) -> Res<Obj> {
        if marks.is_empty() {
            return Ok(obj);
        }
        Ok(match obj {
            Obj::Str(text) => Obj::Str(text.with(marks)),
            Obj::Markup(text) => Obj::Markup(text.with(marks)),
            Obj::List(list) => {
                let _deeper = self.deeper()?;
                let mut items = Vec::with_capacity(list.len());
                for item in list.items(self)? {
                    items.push(self.with(item, marks)?);
                }
                Obj::list(items)
            }
            Obj::Tuple(parts) | Obj::Group(parts) => {
                let _deeper = self.deeper()?;
                let mut items = Vec::with_capacity(parts.len());
                for item in parts.iter() {
                    items.push(self.with(item.clone(), marks)?);
                }
                Obj::tuple(items)
            }
            Obj::Dict(dict) => {
                let _deeper = self.deeper()?;
                let mut entries = Vec::new();
                for (key, value) in dict.entries(self)? {
                    entries.push((key.with(marks.for_names()), self.with(value, marks)?));
                }
                Obj::dict(entries)
            }
            Obj::Pending(..) => {
                let known = self.touch(obj)?;
                return self.with(known, marks);
            }
            other => other,
        })
    }

    /// The outer value of an object, rendered through; what is omitted becomes null.
    pub(in super::super) fn value(&self, obj: &Obj) -> Res<Value> {
        Ok(obj::finish(self, obj)?.unwrap_or_default())
    }
}

/// All of these marks, or at least those that are enough.
fn until(enough: Marks, all: impl Iterator<Item = Res<Marks>>) -> Res<Marks> {
    let mut found = Marks::NONE;
    for marks in all {
        found |= marks?;
        if found.has(enough) {
            break;
        }
    }
    Ok(found)
}
