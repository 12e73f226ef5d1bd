//! Calls: of filters, tests, functions, methods and macros.

use std::rc::Rc;

use super::{
    super::{
        failure::{Res, Stop},
        filters::Filter,
        methods,
        obj::{Obj, Undef},
        tests::Test,
        tree::{Arg, Args, Expr},
    },
    Bound, Eval, Frame, Given,
    iterate::unknowns,
    loops,
};
use crate::value::Key;

impl Eval<'_> {
    pub(super) fn arguments(&self, args: &Args, frame: &Rc<Frame>) -> Res<Given> {
        let mut given = Given::default();
        for arg in &args.list {
            match arg {
                Arg::Pos(value) => given.pos.push(self.expr(value, frame)?),
                Arg::Named(name, value) => {
                    given.named.push((name.clone(), self.expr(value, frame)?));
                }
                Arg::Spread(value) => {
                    let all = self.expr(value, frame)?;
                    given.pos.extend(self.items(&all)?);
                }
                Arg::SpreadNamed(value) => match self.expr(value, frame)? {
                    Obj::Dict(dict) => {
                        for (key, value) in dict.entries(self)? {
                            match key {
                                Key::Text(name) => given.named.push((name.as_str().into(), value)),
                                _ => return Err(Stop::runtime("names of arguments must be text")),
                            }
                        }
                    }
                    other => return Err(self.refuse(&other, "has no named arguments")),
                },
            }
        }
        Ok(given)
    }

    /// Applies a filter. An undefined or unknown argument makes the result so.
    pub(in super::super) fn filter(
        &self,
        filter: &'static Filter,
        input: Obj,
        given: Given,
    ) -> Res<Obj> {
        self.step()?;
        if !filter.raw {
            if let Some(undefined) = first_undefined(std::iter::once(&input).chain(given.all())) {
                return Ok(undefined);
            }
            if let Some(unknown) = unknowns(std::iter::once(&input).chain(given.all())) {
                return Ok(Obj::Unknown(unknown));
            }
        }
        let kept = (!self.untouched()).then(|| given.clone());
        let result =
            Bound::new(filter.params, given).and_then(|bound| (filter.run)(self, &input, &bound));
        match result {
            Ok(result) => {
                let given = kept.unwrap_or_default();
                self.marked(result, std::iter::once(&input).chain(given.all()))
            }
            Err(Stop::Undefined(undefined)) => Ok(Obj::Undefined(undefined)),
            Err(Stop::Unknown(unknown)) => Ok(Obj::Unknown(unknown)),
            Err(stop) => Err(stop.of_plugin(&format!("filter `{}`", filter.names[0]))),
        }
    }

    /// Applies a test.
    pub(in super::super) fn test(&self, test: &'static Test, input: Obj, given: Given) -> Res<Obj> {
        self.step()?;
        if !test.raw {
            if let Some(undefined) = first_undefined(std::iter::once(&input).chain(given.all())) {
                return Ok(undefined);
            }
            if let Some(unknown) = unknowns(std::iter::once(&input).chain(given.all())) {
                return Ok(Obj::Unknown(unknown));
            }
        }
        let result =
            Bound::new(test.params, given).and_then(|bound| (test.run)(self, &input, &bound));
        match result {
            Ok(truth) => Ok(Obj::Bool(truth)),
            Err(Stop::Undefined(undefined)) => Ok(Obj::Undefined(undefined)),
            Err(Stop::Unknown(unknown)) => Ok(Obj::Unknown(unknown)),
            Err(stop) => Err(stop.of_plugin(&format!("test `{}`", test.names[0]))),
        }
    }

    pub(super) fn call_expr(&self, callee: &Expr, args: &Args, frame: &Rc<Frame>) -> Res<Obj> {
        let callee = self.expr(callee, frame)?;
        let given = self.arguments(args, frame)?;
        self.call(&callee, given)
    }

    /// Calls something.
    pub(in super::super) fn call(&self, callee: &Obj, given: Given) -> Res<Obj> {
        self.step()?;
        match callee {
            Obj::Undefined(_) | Obj::Unknown(_) => return Ok(callee.clone()),
            Obj::Macro(decl) => return self.call_macro(decl, given),
            Obj::Global(global) if global.is_raw() => return global.call(self, given),
            _ => {}
        }
        if let Some(undefined) = first_undefined(given.all()) {
            return Ok(undefined);
        }
        if let Some(unknown) = unknowns(given.all())
            && !matches!(callee, Obj::Method(method) if methods::takes_unknown(&method.name))
        {
            return Ok(Obj::Unknown(unknown));
        }
        let result = match callee {
            Obj::Method(method) => {
                let kept = (!self.untouched()).then(|| given.clone());
                methods::call(self, &method.of, &method.name, given).and_then(|result| {
                    let given = kept.unwrap_or_default();
                    self.marked(result, std::iter::once(&method.of).chain(given.all()))
                })
            }
            Obj::Global(global) => global.call(self, given),
            Obj::Joiner(joiner) => Ok(if joiner.used.replace(true) {
                joiner.separator.clone()
            } else {
                Obj::from("")
            }),
            Obj::Super(block) => self.call_super(block),
            Obj::Loop(state) => loops::recurse(self, state, given),
            other => Err(self.refuse(other, "cannot be called")),
        };
        match result {
            Err(Stop::Undefined(undefined)) => Ok(Obj::Undefined(undefined)),
            Err(Stop::Unknown(unknown)) => Ok(Obj::Unknown(unknown)),
            other => other,
        }
    }
}

pub(in super::super) fn first_undefined<'o>(all: impl Iterator<Item = &'o Obj>) -> Option<Obj> {
    all.into_iter().find(|obj| obj.is_undefined()).cloned()
}

/// An undefined argument that was not given.
pub(super) fn not_given(name: &str) -> Obj {
    Obj::Undefined(Rc::new(Undef::hint(
        format!("parameter '{name}' was not provided"),
        None,
    )))
}
