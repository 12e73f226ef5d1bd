//! Expressions.

use std::rc::Rc;

use super::{
    super::{
        failure::{Res, Stop},
        obj::{self, Obj, Undef},
        tree::{CompareOp, Expr, FilterRef, Node, TestRef},
    },
    Eval, Frame, attribute, item,
};
use crate::value::{Marks, Value};

/// The name under which a captured body waits for its filter.
pub(super) const INPUT: &str = "|input|";

impl Eval<'_> {
    /// Evaluates an expression. One that needs something unknown is unknown.
    pub(super) fn expr(&self, expr: &Expr, frame: &Rc<Frame>) -> Res<Obj> {
        self.step()?;
        match self.node(expr, frame) {
            Ok(found) => Ok(found),
            Err(Stop::Unknown(unknown)) => Ok(Obj::Unknown(unknown)),
            Err(stop) => Err(stop.at(|| self.span(expr.at))),
        }
    }

    fn node(&self, expr: &Expr, frame: &Rc<Frame>) -> Res<Obj> {
        match &expr.node {
            Node::Const(value) => self.touch(constant(value)),
            Node::Var(name) => self.name(name, expr.at, frame),
            Node::Input => Ok(frame.get(INPUT).unwrap_or(Obj::None)),
            Node::Attr(of, name) => {
                let of = self.expr(of, frame)?;
                match attribute(self, &of, name)? {
                    Some(found) => Ok(found),
                    None => Ok(self.no_part(&of, name, expr.at)),
                }
            }
            Node::Item(of, key) => {
                let of = self.expr(of, frame)?;
                let key = self.expr(key, frame)?;
                match item(self, &of, &key)? {
                    Some(found) => Ok(found),
                    None => {
                        let shown = if self.marks_of(&key)?.has(Marks::SECRET) {
                            "‹secret›".into()
                        } else {
                            obj::text(self, &key)?
                        };
                        Ok(self.no_part(&of, &shown, expr.at))
                    }
                }
            }
            Node::Slice(of, bounds) => {
                let of = self.expr(of, frame)?;
                let mut found = [None, None, None];
                for (slot, bound) in found.iter_mut().zip(bounds) {
                    if let Some(bound) = bound {
                        *slot = Some(self.expr(bound, frame)?);
                    }
                }
                self.slice(&of, &found)
            }
            Node::Not(inner) => Ok(Obj::Bool(!self.truth(&self.expr(inner, frame)?)?)),
            Node::Neg(inner) => self.negative(&self.expr(inner, frame)?),
            Node::And(left, right) => self.both(left, right, frame),
            Node::Or(left, right) => self.either(left, right, frame),
            Node::Math(op, left, right) => {
                let left = self.expr(left, frame)?;
                let right = self.expr(right, frame)?;
                self.math(*op, &left, &right)
            }
            Node::Compare(first, rest) => self.comparison(first, rest, frame),
            Node::If(condition, yes, no) => {
                let condition = self.expr(condition, frame)?;
                if self.truth(&condition)? {
                    self.expr(yes, frame)
                } else if let Some(no) = no {
                    self.expr(no, frame)
                } else {
                    Ok(Obj::Nothing)
                }
            }
            Node::Filter(input, filter, args) => {
                let input = self.expr(input, frame)?;
                match filter {
                    FilterRef::Known(filter) => {
                        let given = self.arguments(args, frame)?;
                        self.filter(filter, input, given)
                    }
                    FilterRef::Missing(name) => {
                        Err(Stop::runtime(format!("there is no filter `{name}`")))
                    }
                }
            }
            Node::Test(input, test, args) => {
                let input = self.expr(input, frame)?;
                match test {
                    TestRef::Known(test) => {
                        let given = self.arguments(args, frame)?;
                        self.test(test, input, given)
                    }
                    TestRef::Missing(name) => {
                        Err(Stop::runtime(format!("there is no test `{name}`")))
                    }
                }
            }
            Node::Call(callee, args) => self.call_expr(callee, args, frame),
            Node::List(items) => Ok(Obj::list(self.exprs(items, frame)?)),
            Node::Tuple(items) => Ok(Obj::tuple(self.exprs(items, frame)?)),
            Node::Dict(entries) => {
                let mut pairs = Vec::with_capacity(entries.len());
                for (key, value) in entries {
                    let key = self.expr(key, frame)?;
                    pairs.push((self.key(&key)?, self.expr(value, frame)?));
                }
                Ok(Obj::dict(pairs))
            }
        }
    }

    fn exprs(&self, items: &[Expr], frame: &Rc<Frame>) -> Res<Vec<Obj>> {
        items.iter().map(|item| self.expr(item, frame)).collect()
    }

    fn both(&self, left: &Expr, right: &Expr, frame: &Rc<Frame>) -> Res<Obj> {
        let first = self.expr(left, frame)?;
        if let Obj::Unknown(unknown) = &first {
            // What is false decides, whatever the other side will be.
            let second = self.expr(right, frame)?;
            return match &second {
                Obj::Unknown(other) => Ok(Obj::Unknown(unknown.clone().and(other))),
                Obj::Undefined(_) => Ok(first),
                known if !self.truth(known)? && matches!(known, Obj::Bool(_)) => Ok(second),
                _ => Ok(first),
            };
        }
        if self.truth(&first)? {
            self.expr(right, frame)
        } else {
            Ok(first)
        }
    }

    fn either(&self, left: &Expr, right: &Expr, frame: &Rc<Frame>) -> Res<Obj> {
        let first = self.expr(left, frame)?;
        if let Obj::Unknown(unknown) = &first {
            let second = self.expr(right, frame)?;
            return match &second {
                Obj::Unknown(other) => Ok(Obj::Unknown(unknown.clone().and(other))),
                Obj::Bool(true) => Ok(second),
                _ => Ok(first),
            };
        }
        if self.truth(&first)? {
            Ok(first)
        } else {
            self.expr(right, frame)
        }
    }

    fn comparison(&self, first: &Expr, rest: &[(CompareOp, Expr)], frame: &Rc<Frame>) -> Res<Obj> {
        let mut left = self.expr(first, frame)?;
        let mut open = None;
        for (op, right) in rest {
            let right = self.expr(right, frame)?;
            match self.compares(*op, &left, &right) {
                Ok(true) => {}
                Ok(false) => return Ok(Obj::Bool(false)),
                Err(Stop::Unknown(unknown)) => open = Some(unknown),
                Err(stop) => return Err(stop),
            }
            left = right;
        }
        Ok(open.map_or(Obj::Bool(true), Obj::Unknown))
    }

    /// An undefined value with these words.
    pub(in super::super) fn undefined(&self, why: impl Into<String>) -> Obj {
        Obj::Undefined(Rc::new(Undef::hint(why, None)))
    }
}

fn constant(value: &Value) -> Obj {
    match value {
        Value::Text(text) if !text.is_template() => Obj::Str(text.clone()),
        other => obj::from_value(other, super::MAIN),
    }
}
