//! The parser's tree to ours: names resolved, constants as values.

use std::sync::Arc;

use minijinja::{
    machinery::{Span, ast},
    value::ValueKind,
};

use super::{
    super::{
        filters, tests,
        tree::{
            Arg, Args, At, Block, CompareOp, Expr, FilterRef, For, MacroDecl, MathOp, Name, Node,
            Stmt, Target, TestRef,
        },
    },
    Flaw, Style,
};
use crate::{
    diagnostic::{Source, Span as Stretch, hint},
    value::{Text, Value},
};

pub(super) struct Lower<'t> {
    text: &'t str,
    newline: &'t str,
    pub(super) blocks: Vec<Arc<Block>>,
    /// How many conditions are around; what they may skip need not exist.
    conditions: usize,
    /// The special names that the part being lowered looked at.
    seen: Seen,
}

#[derive(Default, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each is one name")]
struct Seen {
    looped: bool,
    varargs: bool,
    kwargs: bool,
    caller: bool,
}

type Out<T> = Result<T, Flaw>;

fn at(span: Span) -> At {
    At {
        start: span.start_offset,
        end: span.end_offset,
    }
}

impl<'t> Lower<'t> {
    pub(super) fn new(text: &'t str, style: &'t Style) -> Self {
        Self {
            text,
            newline: &style.newline_sequence,
            blocks: Vec::new(),
            conditions: 0,
            seen: Seen::default(),
        }
    }

    pub(super) fn template(&mut self, tree: &ast::Stmt<'_>) -> Out<Vec<Stmt>> {
        match tree {
            ast::Stmt::Template(template) => self.body(&template.children),
            other => self.body(std::slice::from_ref(other)),
        }
    }

    fn body(&mut self, statements: &[ast::Stmt<'_>]) -> Out<Vec<Stmt>> {
        let mut body = Vec::with_capacity(statements.len());
        for statement in statements {
            body.push(self.stmt(statement)?);
        }
        Ok(body)
    }

    fn raw(&self, text: &str) -> Text {
        if self.newline == "\n" {
            Text::from(text)
        } else {
            Text::from(text.replace('\n', self.newline))
        }
    }

    fn stmt(&mut self, statement: &ast::Stmt<'_>) -> Out<Stmt> {
        Ok(match statement {
            ast::Stmt::Template(inner) => Stmt::Body(self.body(&inner.children)?),
            ast::Stmt::EmitExpr(emit) => Stmt::Emit(self.expr(&emit.expr)?),
            ast::Stmt::EmitRaw(raw) => Stmt::Raw(self.raw(raw.raw)),
            ast::Stmt::ForLoop(inner) => self.for_loop(inner)?,
            ast::Stmt::IfCond(inner) => {
                let condition = self.expr(&inner.expr)?;
                self.conditions += 1;
                let yes = self.body(&inner.true_body)?;
                let no = self.body(&inner.false_body)?;
                self.conditions -= 1;
                Stmt::If(condition, yes, no)
            }
            ast::Stmt::WithBlock(inner) => {
                let mut sets = Vec::new();
                for (target, value) in &inner.assignments {
                    sets.push((Self::target(target)?, self.expr(value)?));
                }
                Stmt::With(sets, self.body(&inner.body)?)
            }
            ast::Stmt::Set(inner) => {
                Stmt::Set(Self::target(&inner.target)?, self.expr(&inner.expr)?)
            }
            ast::Stmt::SetBlock(inner) => {
                let filter = match &inner.filter {
                    Some(filter) => Some(self.expr(filter)?),
                    None => None,
                };
                Stmt::SetBlock(
                    Self::target(&inner.target)?,
                    filter,
                    self.body(&inner.body)?,
                )
            }
            // Ansible has escaping off, whatever a template asks for.
            ast::Stmt::AutoEscape(inner) => Stmt::Body(self.body(&inner.body)?),
            ast::Stmt::FilterBlock(inner) => {
                Stmt::Filter(self.expr(&inner.filter)?, self.body(&inner.body)?)
            }
            ast::Stmt::Block(inner) => {
                let header = self.header(inner.span());
                let block = Arc::new(Block {
                    name: inner.name.into(),
                    scoped: header.contains(" scoped"),
                    required: inner.required,
                    body: self.body(&inner.body)?,
                });
                self.blocks.push(Arc::clone(&block));
                Stmt::Block(block)
            }
            ast::Stmt::Extends(inner) => Stmt::Extends(self.expr(&inner.name)?),
            ast::Stmt::Include(inner) => Stmt::Include {
                context: !self.header(inner.span()).contains("without context"),
                name: self.expr(&inner.name)?,
                ignore_missing: inner.ignore_missing,
            },
            ast::Stmt::Import(inner) => Stmt::Import {
                context: self.header(inner.span()).contains("with context"),
                from: self.expr(&inner.expr)?,
                name: var_name(&inner.name)?,
            },
            ast::Stmt::FromImport(inner) => {
                let mut names = Vec::new();
                for (name, alias) in &inner.names {
                    let name = var_name(name)?;
                    let alias = match alias {
                        Some(alias) => var_name(alias)?,
                        None => Arc::clone(&name),
                    };
                    names.push((name, alias));
                }
                Stmt::FromImport {
                    context: self.header(inner.span()).contains("with context"),
                    from: self.expr(&inner.expr)?,
                    names,
                }
            }
            ast::Stmt::Macro(inner) => Stmt::Macro(self.macro_decl(inner)?),
            ast::Stmt::CallBlock(inner) => {
                let call = self.call(&inner.call)?;
                Stmt::Call(call, self.macro_decl(&inner.macro_decl)?)
            }
            ast::Stmt::Do(inner) => {
                return Err(Flaw::new("encountered unknown tag `do`", at(inner.span())));
            }
        })
    }

    /// The text of a statement's own tag, to find words that the parser's tree forgets.
    fn header(&self, span: Span) -> String {
        let start = span.start_offset as usize;
        let end = (span.end_offset as usize).max(start).min(self.text.len());
        let tag = self.text.get(start..end).unwrap_or("");
        let line = tag.find(['\n', '}', '%']).map_or(tag, |end| &tag[..end]);
        let words: Vec<&str> = line.split_whitespace().collect();
        words.join(" ")
    }

    fn for_loop(&mut self, inner: &ast::ForLoop<'_>) -> Out<Stmt> {
        let over = self.expr(&inner.iter)?;
        let target = Self::target(&inner.target)?;
        let outer = std::mem::take(&mut self.seen);
        let only = match &inner.filter_expr {
            Some(filter) => Some(self.expr(filter)?),
            None => None,
        };
        let body = self.body(&inner.body)?;
        let wants_loop = self.seen.looped || inner.recursive;
        self.seen.looped = false;
        let otherwise = self.body(&inner.else_body)?;
        self.merge(outer);
        Ok(Stmt::For(Arc::new(For {
            target,
            over,
            only,
            recursive: inner.recursive,
            body,
            otherwise,
            // `{% include %}` and calls in the body can see it as well.
            wants_loop: wants_loop || self.text.contains("include"),
        })))
    }

    fn merge(&mut self, outer: Seen) {
        self.seen.looped |= outer.looped;
        self.seen.varargs |= outer.varargs;
        self.seen.kwargs |= outer.kwargs;
        self.seen.caller |= outer.caller;
    }

    fn macro_decl(&mut self, inner: &ast::Macro<'_>) -> Out<Arc<MacroDecl>> {
        let outer = std::mem::take(&mut self.seen);
        let required = inner.args.len() - inner.defaults.len();
        let mut params = Vec::new();
        for (index, arg) in inner.args.iter().enumerate() {
            let default = match index.checked_sub(required) {
                Some(index) => Some(self.expr(&inner.defaults[index])?),
                None => None,
            };
            params.push((var_name(arg)?, default));
        }
        let body = self.body(&inner.body)?;
        let decl = MacroDecl {
            name: inner.name.into(),
            params,
            body,
            wants_varargs: self.seen.varargs,
            wants_kwargs: self.seen.kwargs,
            wants_caller: self.seen.caller,
        };
        self.seen = Seen::default();
        self.merge(outer);
        Ok(Arc::new(decl))
    }

    fn target(target: &ast::Expr<'_>) -> Out<Target> {
        Ok(match target {
            ast::Expr::Var(var) => Target::Name(var.id.into()),
            ast::Expr::GetAttr(attr) => {
                Target::Attr(var_name(&attr.expr)?, attr.name.into(), at(attr.span()))
            }
            ast::Expr::List(list) => {
                let mut many = Vec::new();
                for item in &list.items {
                    many.push(Self::target(item)?);
                }
                Target::Many(many, at(list.span()))
            }
            other => return Err(Flaw::new("cannot assign to this", at(other.span()))),
        })
    }

    fn boxed(&mut self, expr: &ast::Expr<'_>) -> Out<Box<Expr>> {
        self.expr(expr).map(Box::new)
    }

    fn maybe(&mut self, expr: Option<&ast::Expr<'_>>) -> Out<Option<Box<Expr>>> {
        expr.map(|expr| self.boxed(expr)).transpose()
    }

    fn exprs(&mut self, items: &[ast::Expr<'_>]) -> Out<Vec<Expr>> {
        items.iter().map(|item| self.expr(item)).collect()
    }

    pub(super) fn expr(&mut self, expr: &ast::Expr<'_>) -> Out<Expr> {
        let place = at(expr.span());
        let node = match expr {
            ast::Expr::Var(var) => {
                match var.id {
                    "loop" => self.seen.looped = true,
                    "varargs" => self.seen.varargs = true,
                    "kwargs" => self.seen.kwargs = true,
                    "caller" => self.seen.caller = true,
                    _ => {}
                }
                Node::Var(var.id.into())
            }
            ast::Expr::Const(constant) => Node::Const(self.constant(&constant.value)),
            ast::Expr::Slice(slice) => Node::Slice(
                self.boxed(&slice.expr)?,
                [
                    self.maybe(slice.start.as_ref())?,
                    self.maybe(slice.stop.as_ref())?,
                    self.maybe(slice.step.as_ref())?,
                ],
            ),
            ast::Expr::UnaryOp(unary) => {
                let inner = self.expr(&unary.expr)?;
                match unary.op {
                    ast::UnaryOpKind::Not => not(inner),
                    ast::UnaryOpKind::Neg => Node::Neg(Box::new(inner)),
                }
            }
            ast::Expr::BinOp(binary) => self.binary(binary)?,
            ast::Expr::Compare(compare) => {
                let first = self.boxed(&compare.expr)?;
                let mut rest = Vec::new();
                for op in &compare.ops {
                    let sign = match op.op {
                        ast::CompareOpKind::Eq => CompareOp::Eq,
                        ast::CompareOpKind::Ne => CompareOp::Ne,
                        ast::CompareOpKind::Lt => CompareOp::Lt,
                        ast::CompareOpKind::Lte => CompareOp::Le,
                        ast::CompareOpKind::Gt => CompareOp::Gt,
                        ast::CompareOpKind::Gte => CompareOp::Ge,
                        ast::CompareOpKind::In => CompareOp::In,
                        ast::CompareOpKind::NotIn => CompareOp::NotIn,
                    };
                    rest.push((sign, self.expr(&op.expr)?));
                }
                Node::Compare(first, rest)
            }
            ast::Expr::IfExpr(inner) => {
                let condition = self.boxed(&inner.test_expr)?;
                self.conditions += 1;
                let yes = self.boxed(&inner.true_expr)?;
                let no = self.maybe(inner.false_expr.as_ref())?;
                self.conditions -= 1;
                Node::If(condition, yes, no)
            }
            ast::Expr::Filter(filter) => {
                let input = match &filter.expr {
                    Some(input) => self.boxed(input)?,
                    None => Box::new(Expr {
                        at: place,
                        node: Node::Input,
                    }),
                };
                let found = match filters::find(filter.name) {
                    Some(filter) => FilterRef::Known(filter),
                    None if self.conditions > 0 => FilterRef::Missing(filter.name.into()),
                    None => {
                        return Err(missing("filter", filter.name, filters::names(), place));
                    }
                };
                Node::Filter(input, found, Box::new(self.args(&filter.args)?))
            }
            ast::Expr::Test(test) => {
                let input = self.boxed(&test.expr)?;
                let found = match tests::find(test.name) {
                    Some(test) => TestRef::Known(test),
                    None if self.conditions > 0 => TestRef::Missing(test.name.into()),
                    None => return Err(missing("test", test.name, tests::names(), place)),
                };
                Node::Test(input, found, Box::new(self.args(&test.args)?))
            }
            ast::Expr::GetAttr(attr) => Node::Attr(self.boxed(&attr.expr)?, attr.name.into()),
            ast::Expr::GetItem(item) => {
                Node::Item(self.boxed(&item.expr)?, self.boxed(&item.subscript_expr)?)
            }
            ast::Expr::Call(call) => return self.call(call),
            ast::Expr::List(list) => Node::List(self.exprs(&list.items)?),
            ast::Expr::Tuple(tuple) => Node::Tuple(self.exprs(&tuple.items)?),
            ast::Expr::Map(map) => {
                let mut entries = Vec::new();
                for (key, value) in map.keys.iter().zip(&map.values) {
                    entries.push((self.expr(key)?, self.expr(value)?));
                }
                Node::Dict(entries)
            }
        };
        Ok(Expr { at: place, node })
    }

    fn call(&mut self, call: &ast::Spanned<ast::Call<'_>>) -> Out<Expr> {
        let mut args = self.args(&call.args)?;
        // A constant among the terms of a lookup may itself be a template, as ever in Ansible.
        if matches!(&call.expr, ast::Expr::Var(var) if matches!(var.id, "lookup" | "query" | "q")) {
            for arg in args.list.iter_mut().skip(1) {
                if let Arg::Pos(Expr {
                    node: Node::Const(Value::Text(text)),
                    ..
                }) = arg
                    && text.contains("{{")
                {
                    let source = Source::new("constant", text.as_str());
                    let span = Stretch::new(&source, 0, text.len());
                    *text = Text::template(text.as_str(), span);
                }
            }
        }
        Ok(Expr {
            at: at(call.span()),
            node: Node::Call(self.boxed(&call.expr)?, Box::new(args)),
        })
    }

    fn binary(&mut self, binary: &ast::BinOp<'_>) -> Out<Node> {
        let left = self.boxed(&binary.left)?;
        let right = self.expr(&binary.right)?;
        let compare = |op, left, right| Node::Compare(left, vec![(op, right)]);
        let math = |op, left, right| Node::Math(op, left, Box::new(right));
        Ok(match binary.op {
            ast::BinOpKind::Eq => compare(CompareOp::Eq, left, right),
            ast::BinOpKind::Ne => compare(CompareOp::Ne, left, right),
            ast::BinOpKind::Lt => compare(CompareOp::Lt, left, right),
            ast::BinOpKind::Lte => compare(CompareOp::Le, left, right),
            ast::BinOpKind::Gt => compare(CompareOp::Gt, left, right),
            ast::BinOpKind::Gte => compare(CompareOp::Ge, left, right),
            ast::BinOpKind::In => compare(CompareOp::In, left, right),
            ast::BinOpKind::ScAnd => Node::And(left, Box::new(right)),
            ast::BinOpKind::ScOr => Node::Or(left, Box::new(right)),
            ast::BinOpKind::Add => math(MathOp::Add, left, right),
            ast::BinOpKind::Sub => math(MathOp::Sub, left, right),
            ast::BinOpKind::Mul => math(MathOp::Mul, left, right),
            ast::BinOpKind::Div => math(MathOp::Div, left, right),
            ast::BinOpKind::FloorDiv => math(MathOp::FloorDiv, left, right),
            ast::BinOpKind::Rem => math(MathOp::Rem, left, right),
            ast::BinOpKind::Pow => math(MathOp::Pow, left, right),
            ast::BinOpKind::Concat => math(MathOp::Concat, left, right),
        })
    }

    fn args(&mut self, args: &[ast::CallArg<'_>]) -> Out<Args> {
        let mut list = Vec::with_capacity(args.len());
        for arg in args {
            list.push(match arg {
                ast::CallArg::Pos(value) => Arg::Pos(self.expr(value)?),
                ast::CallArg::Kwarg(name, value) => Arg::Named((*name).into(), self.expr(value)?),
                ast::CallArg::PosSplat(value) => Arg::Spread(self.expr(value)?),
                ast::CallArg::KwargSplat(value) => Arg::SpreadNamed(self.expr(value)?),
            });
        }
        Ok(Args { list })
    }

    fn constant(&self, value: &minijinja::Value) -> Value {
        match value.kind() {
            ValueKind::Bool => Value::Bool(value.is_true()),
            ValueKind::Number if value.is_integer() => match value.as_i64() {
                Some(number) => Value::Int(number),
                None => value.to_string().parse().map_or(Value::Null, Value::whole),
            },
            ValueKind::Number => f64::try_from(value.clone()).map_or(Value::Null, Value::Float),
            ValueKind::String => Value::Text(self.raw(value.as_str().unwrap_or_default())),
            _ => Value::Null,
        }
    }
}

/// Negation; `not (a in b)` is the comparison `not in`.
fn not(inner: Expr) -> Node {
    match inner.node {
        Node::Compare(first, mut rest) if rest.len() == 1 && rest[0].0 == CompareOp::In => {
            rest[0].0 = CompareOp::NotIn;
            Node::Compare(first, rest)
        }
        node => Node::Not(Box::new(Expr { at: inner.at, node })),
    }
}

fn var_name(expr: &ast::Expr<'_>) -> Out<Name> {
    match expr {
        ast::Expr::Var(var) => Ok(var.id.into()),
        other => Err(Flaw::new("expected a name", at(other.span()))),
    }
}

fn missing(what: &str, name: &str, names: impl Iterator<Item = &'static str>, place: At) -> Flaw {
    let near = hint(name, names);
    Flaw::new(format!("there is no {what} `{name}`{near}"), place)
}
