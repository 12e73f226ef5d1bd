//! The tree of a parsed template, as the evaluator walks it.

use std::sync::Arc;

use super::{filters::Filter, tests::Test};
use crate::value::{Text, Value};

pub(super) type Name = Arc<str>;

/// A stretch of the template's text, in bytes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct At {
    pub(super) start: u32,
    pub(super) end: u32,
}

/// One parsed template. It is shared and cached; rendering changes nothing in it.
pub(super) struct Template {
    /// The name to show, and what `self` and imports call it.
    pub(super) name: Name,
    /// The text whose bytes every [`At`] counts.
    pub(super) text: Arc<str>,
    pub(super) body: Vec<Stmt>,
    pub(super) blocks: Vec<Arc<Block>>,
    /// Set when the template stands in one expression, not in text.
    pub(super) expression: Option<Expr>,
}

pub(super) enum Stmt {
    Raw(Text),
    Emit(Expr),
    If(Expr, Vec<Stmt>, Vec<Stmt>),
    For(Arc<For>),
    Set(Target, Expr),
    SetBlock(Target, Option<Expr>, Vec<Stmt>),
    With(Vec<(Target, Expr)>, Vec<Stmt>),
    /// A filter chain over a body; its innermost input is [`Node::Input`].
    Filter(Expr, Vec<Stmt>),
    Body(Vec<Stmt>),
    Block(Arc<Block>),
    Extends(Expr),
    Include {
        name: Expr,
        ignore_missing: bool,
        context: bool,
    },
    Import {
        from: Expr,
        name: Name,
        context: bool,
    },
    FromImport {
        from: Expr,
        names: Vec<(Name, Name)>,
        context: bool,
    },
    Macro(Arc<MacroDecl>),
    Call(Expr, Arc<MacroDecl>),
}

pub(super) struct For {
    pub(super) target: Target,
    pub(super) over: Expr,
    pub(super) only: Option<Expr>,
    pub(super) recursive: bool,
    pub(super) body: Vec<Stmt>,
    pub(super) otherwise: Vec<Stmt>,
    /// Whether the body looks at `loop`; else none is made.
    pub(super) wants_loop: bool,
}

pub(super) enum Target {
    Name(Name),
    Attr(Name, Name, At),
    Many(Vec<Target>, At),
}

pub(super) struct Block {
    pub(super) name: Name,
    pub(super) scoped: bool,
    pub(super) required: bool,
    pub(super) body: Vec<Stmt>,
}

pub(super) struct MacroDecl {
    pub(super) name: Name,
    pub(super) params: Vec<(Name, Option<Expr>)>,
    pub(super) body: Vec<Stmt>,
    pub(super) wants_varargs: bool,
    pub(super) wants_kwargs: bool,
    pub(super) wants_caller: bool,
}

pub(super) struct Expr {
    pub(super) at: At,
    pub(super) node: Node,
}

pub(super) enum Node {
    Const(Value),
    Var(Name),
    /// What a filter block or a filtered `set` block captured.
    Input,
    Attr(Box<Expr>, Name),
    Item(Box<Expr>, Box<Expr>),
    Slice(Box<Expr>, [Option<Box<Expr>>; 3]),
    Not(Box<Expr>),
    Neg(Box<Expr>),
    And(Box<Expr>, Box<Expr>),
    Or(Box<Expr>, Box<Expr>),
    Math(MathOp, Box<Expr>, Box<Expr>),
    Compare(Box<Expr>, Vec<(CompareOp, Expr)>),
    If(Box<Expr>, Box<Expr>, Option<Box<Expr>>),
    Filter(Box<Expr>, FilterRef, Box<Args>),
    Test(Box<Expr>, TestRef, Box<Args>),
    Call(Box<Expr>, Box<Args>),
    List(Vec<Expr>),
    Tuple(Vec<Expr>),
    Dict(Vec<(Expr, Expr)>),
}

/// A filter found when parsing, or the name of one that there is not.
pub(super) enum FilterRef {
    Known(&'static Filter),
    Missing(Name),
}

pub(super) enum TestRef {
    Known(&'static Test),
    Missing(Name),
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum MathOp {
    Add,
    Sub,
    Mul,
    Div,
    FloorDiv,
    Rem,
    Pow,
    Concat,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum CompareOp {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    In,
    NotIn,
}

impl CompareOp {
    pub(super) fn sign(self) -> &'static str {
        match self {
            Self::Eq => "==",
            Self::Ne => "!=",
            Self::Lt => "<",
            Self::Le => "<=",
            Self::Gt => ">",
            Self::Ge => ">=",
            Self::In => "in",
            Self::NotIn => "not in",
        }
    }
}

#[derive(Default)]
pub(super) struct Args {
    pub(super) list: Vec<Arg>,
}

pub(super) enum Arg {
    Pos(Expr),
    Named(Name, Expr),
    Spread(Expr),
    SpreadNamed(Expr),
}
