//! Other templates: included, imported, extended.

use std::{rc::Rc, sync::Arc};

use super::{
    super::{
        failure::{Res, Stop},
        obj::{Module, Obj},
        templar::Templar,
        tree::{Expr, Template},
    },
    Eval, Frame,
    output::Out,
};
use crate::diagnostic::Span;

impl Eval<'_> {
    /// Loads the template of this name, or the first that exists of several.
    pub(super) fn load(&self, name: &Obj) -> Res<Option<(Arc<Template>, Span)>> {
        let names = match name {
            Obj::Str(_) | Obj::Markup(_) => vec![name.clone()],
            Obj::List(_) | Obj::Tuple(_) => self.items(name)?,
            other => return Err(self.refuse(other, "is no name of a template")),
        };
        for name in names {
            let Some(text) = name.text() else {
                return Err(self.refuse(&name, "is no name of a template"));
            };
            if let Some(found) = Templar::template_file(self, text, &self.files)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    fn must_load(&self, expr: &Expr, frame: &Rc<Frame>) -> Res<(Arc<Template>, Span)> {
        let name = self.expr(expr, frame)?;
        match self.load(&name)? {
            Some(found) => Ok(found),
            None => Err(Stop::runtime(format!(
                "there is no template {}",
                super::super::obj::repr(self, &name)?
            ))
            .at(|| self.span(expr.at))),
        }
    }

    pub(super) fn include(
        &self,
        name: &Expr,
        ignore_missing: bool,
        context: bool,
        frame: &Rc<Frame>,
        out: &mut Out,
    ) -> Res<()> {
        let found = if ignore_missing {
            let name = self.expr(name, frame)?;
            match self.load(&name)? {
                Some(found) => found,
                None => return Ok(()),
            }
        } else {
            self.must_load(name, frame)?
        };
        let (template, origin) = found;
        let inner = if context {
            Frame::included(frame)
        } else {
            Frame::root(None)
        };
        self.within(&template, Some(origin), || {
            self.template(&template, &inner, out)
        })
    }

    pub(super) fn import(&self, from: &Expr, context: bool, frame: &Rc<Frame>) -> Res<Rc<Module>> {
        let (template, origin) = self.must_load(from, frame)?;
        let inner = if context {
            Frame::included(frame)
        } else {
            Frame::root(None)
        };
        let mut out = Out::default();
        self.within(&template, Some(origin), || {
            self.template(&template, &inner, &mut out)
        })?;
        let exports = inner
            .own()
            .into_iter()
            .filter(|(name, _)| !name.starts_with('_'))
            .collect();
        Ok(Rc::new(Module {
            name: template.name.clone(),
            exports,
            body: out.finish(),
        }))
    }
}
