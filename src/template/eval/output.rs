//! What a template prints: one thing keeps its type, several become text.

use crate::value::{Marks, Text, Unknown};

use super::{
    super::{
        failure::{Res, Stop},
        obj::{self, Obj},
    },
    Eval,
};

/// Collects what is printed.
#[derive(Default)]
pub(super) struct Out {
    first: Option<Obj>,
    text: String,
    several: bool,
    marks: Marks,
    unknown: Option<Unknown>,
}

impl Out {
    pub(super) fn push(&mut self, eval: &Eval<'_>, part: Obj) -> Res<()> {
        match part {
            Obj::None => return Ok(()),
            Obj::Undefined(undefined) => return Err(Stop::Undefined(undefined)),
            Obj::Unknown(unknown) => {
                // The rest is still rendered, for its reasons.
                self.unknown = Some(match self.unknown.take() {
                    Some(known) => known.and(&unknown),
                    None => unknown.clone(),
                });
                if self.first.is_none() {
                    self.first = Some(Obj::Unknown(unknown));
                } else {
                    self.several = true;
                }
                return Ok(());
            }
            _ => {}
        }
        match self.first.take() {
            None => {
                self.first = Some(part);
                return Ok(());
            }
            Some(first) if !self.several => {
                self.several = true;
                self.add(eval, &first)?;
                self.first = Some(Obj::None);
            }
            first => self.first = first,
        }
        self.add(eval, &part)?;
        eval.check_size(self.text.len())
    }

    pub(super) fn raw(&mut self, eval: &Eval<'_>, text: &Text) -> Res<()> {
        if self.several {
            self.text.push_str(text);
            return eval.check_size(self.text.len());
        }
        self.push(eval, Obj::Str(text.clone()))
    }

    fn add(&mut self, eval: &Eval<'_>, part: &Obj) -> Res<()> {
        if matches!(part, Obj::Unknown(_)) {
            return Ok(());
        }
        match obj::output(eval, part) {
            Ok(text) => {
                self.marks |= text.marks();
                if text.is_secret() {
                    eval.templar.settings().secrets.hear(&text);
                }
                self.text.push_str(&text);
                Ok(())
            }
            Err(Stop::Unknown(unknown)) => {
                self.unknown = Some(match self.unknown.take() {
                    Some(known) => known.and(&unknown),
                    None => unknown,
                });
                Ok(())
            }
            Err(stop) => Err(stop),
        }
    }

    pub(super) fn finish(self) -> Obj {
        if let Some(unknown) = self.unknown {
            return Obj::Unknown(unknown);
        }
        match self.first {
            None => Obj::None,
            Some(first) if !self.several => first,
            Some(_) => Obj::Str(Text::from(self.text).with(self.marks)),
        }
    }
}

/// Gives back the newlines at the end that parsing took away.
pub(in super::super) fn with_newlines(result: Obj, template: &str, newline: &str) -> Obj {
    let Obj::Str(text) = &result else {
        return result;
    };
    let count = |text: &str| text.len() - text.trim_end_matches('\n').len();
    let missing = count(template).saturating_sub(count(text));
    if missing == 0 {
        return result;
    }
    Obj::Str(text.derive(format!("{text}{}", newline.repeat(missing))))
}
