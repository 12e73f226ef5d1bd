//! What templates compute with: Python's objects, as far as needed.
//!
//! Outside the room a [`crate::value::Value`] is immutable. Templates may change lists and
//! dictionaries, look at texts that are templates themselves, and hold things no value can be
//! (undefined, macros, methods), so inside the evaluator works on [`Obj`]s.

mod border;
mod container;
mod kinds;
mod order;
mod print;
mod undefined;

pub(super) use border::{finish, from_value};
pub(super) use container::{Dict, List};
pub(super) use kinds::{BoundMethod, Cycler, Joiner, Module, Namespace, Range};
pub(super) use order::{compare, equal, same};
pub(super) use print::{float_text, is_printable, output, repr, text};
pub(super) use undefined::Undef;

use std::{rc::Rc, sync::Arc};

use num_bigint::BigInt;

use super::{
    eval::{LoopState, MacroObj, SelfBlocks, SuperBlock},
    globals::Global,
};
use crate::value::{Key, Moment, Text, Unknown};

/// Which of the evaluator's scopes renders the templates inside a container.
pub(super) type ScopeId = u32;

/// One object of the template language. Cloning shares what can be changed, as Python does.
#[derive(Clone)]
pub(super) enum Obj {
    /// A name or a part that is not there; every use but a test refuses it.
    Undefined(Rc<Undef>),
    /// The mark that drops a parameter, an item or an entry.
    Omit,
    /// What an inline `if` without `else` gives when it is false: empty text, but no value.
    Nothing,
    Unknown(Unknown),
    None,
    Bool(bool),
    Int(i64),
    Big(Arc<BigInt>),
    Float(f64),
    Str(Text),
    /// Text marked as safe for HTML: escaping leaves it alone.
    Markup(Text),
    Bytes(Arc<[u8]>),
    Date(jiff::civil::Date),
    Moment(Moment),
    /// A span of time in microseconds.
    Delta(i64),
    List(Rc<List>),
    Tuple(Rc<[Obj]>),
    /// The pair that `groupby` gives for a group, with names for its parts.
    Group(Rc<[Obj]>),
    Dict(Rc<Dict>),
    Range(Range),
    /// A text of a container that is a template and has not been touched yet.
    Pending(Text, ScopeId),
    Method(Rc<BoundMethod>),
    Global(&'static Global),
    Macro(Rc<MacroObj>),
    Loop(Rc<LoopState>),
    Namespace(Rc<Namespace>),
    Module(Rc<Module>),
    Cycler(Rc<Cycler>),
    Joiner(Rc<Joiner>),
    SelfBlocks(Rc<SelfBlocks>),
    Super(Rc<SuperBlock>),
    /// All hosts by name.
    Hosts,
    /// The variables of one host, by the scope that has them.
    Host(ScopeId),
}

impl Obj {
    pub(super) fn list(items: Vec<Obj>) -> Self {
        Self::List(Rc::new(List::new(items)))
    }

    pub(super) fn tuple(items: Vec<Obj>) -> Self {
        Self::Tuple(items.into())
    }

    pub(super) fn dict(entries: impl IntoIterator<Item = (Key, Obj)>) -> Self {
        Self::Dict(Rc::new(Dict::new(entries.into_iter().collect())))
    }

    /// A whole number in its smallest form.
    pub(super) fn whole(number: BigInt) -> Self {
        i64::try_from(&number).map_or_else(|_| Self::Big(Arc::new(number)), Self::Int)
    }

    pub(super) fn size(count: usize) -> Self {
        Self::Int(i64::try_from(count).unwrap_or(i64::MAX))
    }

    pub(super) fn text(&self) -> Option<&Text> {
        match self {
            Self::Str(text) | Self::Markup(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn is_undefined(&self) -> bool {
        matches!(self, Self::Undefined(_))
    }

    /// The name that Python gives the type, as errors and `type_debug` show it.
    pub(super) fn type_name(&self) -> &'static str {
        match self {
            Self::Undefined(_) => "UndefinedMarker",
            Self::Omit => "_OmitType",
            Self::Nothing => "Undefined",
            Self::Unknown(_) => "unknown",
            Self::None => "NoneType",
            Self::Bool(_) => "bool",
            Self::Int(_) | Self::Big(_) => "int",
            Self::Float(_) => "float",
            Self::Str(_) | Self::Pending(..) => "str",
            Self::Markup(_) => "Markup",
            Self::Bytes(_) => "bytes",
            Self::Date(_) => "date",
            Self::Moment(_) => "datetime",
            Self::Delta(_) => "timedelta",
            Self::List(_) => "list",
            Self::Tuple(_) | Self::Group(_) => "tuple",
            Self::Dict(_) | Self::Host(_) => "dict",
            Self::Range(_) => "range",
            Self::Method(_) => "builtin_function_or_method",
            Self::Global(global) => global.type_name(),
            Self::Macro(_) => "Macro",
            Self::Loop(_) => "LoopContext",
            Self::Namespace(_) => "Namespace",
            Self::Module(_) => "TemplateModule",
            Self::Cycler(_) => "Cycler",
            Self::Joiner(_) => "Joiner",
            Self::SelfBlocks(_) => "TemplateReference",
            Self::Super(_) => "BlockReference",
            Self::Hosts => "HostVars",
        }
    }

    pub(super) fn is_callable(&self) -> bool {
        matches!(
            self,
            Self::Method(_)
                | Self::Global(_)
                | Self::Macro(_)
                | Self::Joiner(_)
                | Self::Super(_)
                | Self::Loop(_)
        )
    }

    pub(super) fn is_number(&self) -> bool {
        matches!(
            self,
            Self::Bool(_) | Self::Int(_) | Self::Big(_) | Self::Float(_)
        )
    }
}

impl From<bool> for Obj {
    fn from(truth: bool) -> Self {
        Self::Bool(truth)
    }
}

impl From<i64> for Obj {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<f64> for Obj {
    fn from(number: f64) -> Self {
        Self::Float(number)
    }
}

impl From<&str> for Obj {
    fn from(text: &str) -> Self {
        Self::Str(Text::from(text))
    }
}

impl From<String> for Obj {
    fn from(text: String) -> Self {
        Self::Str(Text::from(text))
    }
}

impl From<Text> for Obj {
    fn from(text: Text) -> Self {
        Self::Str(text)
    }
}

impl From<Vec<Obj>> for Obj {
    fn from(items: Vec<Obj>) -> Self {
        Self::list(items)
    }
}
