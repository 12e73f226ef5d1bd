//! Statements.

use std::{rc::Rc, sync::Arc};

use super::{
    super::{
        failure::{Res, Stop},
        obj::Obj,
        tree::{Expr, Stmt, Template},
    },
    Eval, Frame, Here,
    expr::INPUT,
    output::Out,
};

impl Eval<'_> {
    /// Walks a whole template; where it extends another, that one prints.
    pub(super) fn template(
        &self,
        template: &Arc<Template>,
        frame: &Rc<Frame>,
        out: &mut Out,
    ) -> Res<()> {
        let _deeper = self.deeper()?;
        if let Some(here) = self.now_here() {
            frame.blocks.add(template, &here);
        }
        let mut parent = None;
        let mut muted = Out::default();
        for statement in &template.body {
            if let Stmt::Extends(name) = statement {
                parent = Some(self.load(&self.expr(name, frame)?)?);
            } else if parent.is_none() {
                self.stmt(statement, frame, out)?;
            } else if !matches!(statement, Stmt::Raw(_) | Stmt::Emit(_) | Stmt::Block(_)) {
                self.stmt(statement, frame, &mut muted)?;
            }
        }
        match parent {
            Some(Some((parent, origin))) => {
                self.within(&parent, Some(origin), || self.template(&parent, frame, out))
            }
            Some(None) => Err(Stop::runtime(
                "the template that is extended does not exist",
            )),
            None => Ok(()),
        }
    }

    pub(super) fn body(&self, body: &[Stmt], frame: &Rc<Frame>, out: &mut Out) -> Res<()> {
        for statement in body {
            self.stmt(statement, frame, out)?;
        }
        Ok(())
    }

    /// What a body prints, as one object.
    pub(super) fn captured(&self, body: &[Stmt], frame: &Rc<Frame>) -> Res<Obj> {
        let mut out = Out::default();
        self.body(body, frame, &mut out)?;
        Ok(out.finish())
    }

    fn stmt(&self, statement: &Stmt, frame: &Rc<Frame>, out: &mut Out) -> Res<()> {
        match statement {
            Stmt::Raw(text) => out.raw(self, text),
            Stmt::Emit(expr) => {
                let value = self.expr(expr, frame)?;
                out.push(self, value)
                    .map_err(|stop| stop.at(|| self.span(expr.at)))
            }
            Stmt::If(condition, yes, no) => {
                let condition = self.expr(condition, frame)?;
                let body = if self.truth(&condition)? { yes } else { no };
                self.body(body, frame, out)
            }
            Stmt::For(decl) => self.for_loop(decl, frame, out),
            Stmt::Set(target, value) => {
                let value = self.expr(value, frame)?;
                self.assign(target, value, frame)
            }
            Stmt::SetBlock(target, filter, body) => {
                let captured = self.captured(body, &Frame::inner(frame))?;
                let value = match filter {
                    Some(filter) => self.piped(filter, captured, frame)?,
                    None => captured,
                };
                self.assign(target, value, frame)
            }
            Stmt::With(sets, body) => {
                let inner = Frame::inner(frame);
                for (target, value) in sets {
                    let value = self.expr(value, frame)?;
                    self.assign(target, value, &inner)?;
                }
                self.body(body, &inner, out)
            }
            Stmt::Filter(filter, body) => {
                let captured = self.captured(body, &Frame::inner(frame))?;
                let value = self.piped(filter, captured, frame)?;
                out.push(self, value)
            }
            Stmt::Body(body) => self.body(body, frame, out),
            Stmt::Block(block) => self.block(block, frame, out),
            Stmt::Extends(_) => Err(Stop::runtime("`extends` must stand at the top")),
            Stmt::Include {
                name,
                ignore_missing,
                context,
            } => self.include(name, *ignore_missing, *context, frame, out),
            Stmt::Import {
                from,
                name,
                context,
            } => {
                let module = self.import(from, *context, frame)?;
                frame.set(name, Obj::Module(module));
                Ok(())
            }
            Stmt::FromImport {
                from,
                names,
                context,
            } => {
                let module = self.import(from, *context, frame)?;
                for (name, alias) in names {
                    let found = module.exports.get(name).cloned().unwrap_or_else(|| {
                        self.undefined(format!(
                            "the template '{}' does not export '{name}'",
                            module.name
                        ))
                    });
                    frame.set(alias, found);
                }
                Ok(())
            }
            Stmt::Macro(decl) => {
                frame.set(&decl.name, self.macro_of(decl, frame));
                Ok(())
            }
            Stmt::Call(call, decl) => {
                let caller = self.macro_of(decl, frame);
                let value = self.call_with(call, caller, frame)?;
                out.push(self, value)
            }
        }
    }

    /// Sends a captured body through a chain of filters.
    fn piped(&self, filter: &Expr, captured: Obj, frame: &Rc<Frame>) -> Res<Obj> {
        let inner = Frame::inner(frame);
        inner.set(&INPUT.into(), captured);
        self.expr(filter, &inner)
    }

    /// The current place, for what runs later in another one.
    pub(super) fn place(&self) -> Option<Here> {
        self.now_here()
    }
}
