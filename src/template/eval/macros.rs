//! Macros, and the bodies that calls hand to them.

use std::{rc::Rc, sync::Arc};

use super::{
    super::{
        failure::{Res, Stop},
        obj::Obj,
        tree::{Expr, MacroDecl, Node},
    },
    Eval, Frame, Given, Here,
    call::not_given,
};

/// A macro with the names it can see.
pub(in super::super) struct MacroObj {
    decl: Arc<MacroDecl>,
    frame: Rc<Frame>,
    here: Option<Here>,
}

impl MacroObj {
    /// An attribute of the macro itself.
    pub(super) fn field(&self, name: &str) -> Option<Obj> {
        Some(match name {
            "name" => Obj::from(self.decl.name.as_ref()),
            "arguments" => Obj::tuple(
                self.decl
                    .params
                    .iter()
                    .map(|(name, _)| Obj::from(name.as_ref()))
                    .collect(),
            ),
            "catch_varargs" => Obj::Bool(self.decl.wants_varargs),
            "catch_kwargs" => Obj::Bool(self.decl.wants_kwargs),
            "caller" => Obj::Bool(self.decl.wants_caller),
            _ => return None,
        })
    }
}

impl Eval<'_> {
    pub(super) fn macro_of(&self, decl: &Arc<MacroDecl>, frame: &Rc<Frame>) -> Obj {
        Obj::Macro(Rc::new(MacroObj {
            decl: Arc::clone(decl),
            frame: Rc::clone(frame),
            here: self.place(),
        }))
    }

    /// `{% call %}`: a call that is handed a body.
    pub(super) fn call_with(&self, call: &Expr, caller: Obj, frame: &Rc<Frame>) -> Res<Obj> {
        let Node::Call(callee, args) = &call.node else {
            return Err(Stop::runtime("`call` needs a call"));
        };
        let callee = self.expr(callee, frame)?;
        let mut given = self.arguments(args, frame)?;
        given.named.push(("caller".into(), caller));
        self.call(&callee, given)
            .map_err(|stop| stop.at(|| self.span(call.at)))
    }

    pub(super) fn call_macro(&self, of: &MacroObj, mut given: Given) -> Res<Obj> {
        let _deeper = self.deeper()?;
        let decl = &of.decl;
        let frame = Frame::inner(&of.frame);
        let caller = given.take("caller");
        let mut pos = given.pos.into_iter();
        for (name, default) in &decl.params {
            let named = given
                .named
                .iter()
                .position(|(known, _)| known == name)
                .map(|index| given.named.remove(index).1);
            let value = match (pos.next(), named) {
                (Some(_), Some(_)) => {
                    return Err(Stop::runtime(format!(
                        "macro `{}` got the argument `{name}` twice",
                        decl.name
                    )));
                }
                (Some(value), None) | (None, Some(value)) => value,
                (None, None) => match default {
                    Some(default) => self.in_place(of, || self.expr(default, &frame))?,
                    None => not_given(name),
                },
            };
            frame.set(name, value);
        }
        let rest: Vec<Obj> = pos.collect();
        if decl.wants_varargs {
            frame.set(&"varargs".into(), Obj::tuple(rest));
        } else if !rest.is_empty() {
            return Err(Stop::runtime(format!(
                "macro `{}` takes not more than {} arguments",
                decl.name,
                decl.params.len()
            )));
        }
        if decl.wants_kwargs {
            let named = given.named.into_iter();
            let entries = named.map(|(name, value)| (crate::value::Key::from(&*name), value));
            frame.set(&"kwargs".into(), Obj::dict(entries));
        } else if let Some((name, _)) = given.named.first() {
            return Err(Stop::runtime(format!(
                "macro `{}` takes no keyword argument `{name}`",
                decl.name
            )));
        }
        if decl.wants_caller {
            frame.set(
                &"caller".into(),
                caller.unwrap_or_else(|| self.undefined("'caller' is undefined")),
            );
        } else if caller.is_some() {
            return Err(Stop::runtime(format!(
                "macro `{}` was called with a body but does not use `caller`",
                decl.name
            )));
        }
        match self.in_place(of, || self.captured(&decl.body, &frame)) {
            Err(Stop::Undefined(undefined)) => Ok(Obj::Undefined(undefined)),
            other => other,
        }
    }

    fn in_place<T>(&self, of: &MacroObj, run: impl FnOnce() -> Res<T>) -> Res<T> {
        match &of.here {
            Some(here) => self.within(&here.template, here.origin.clone(), run),
            None => run(),
        }
    }
}
