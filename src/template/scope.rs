//! Where a template's variables come from.

use std::rc::Rc;

use crate::{
    diagnostic::{Mistake, Span},
    value::{Map, Value},
};

/// The variables that a template sees: raw values, templates in them not yet rendered.
pub trait Scope {
    /// The value of a variable; `None` where there is none of that name.
    fn get(&self, name: &str) -> Result<Option<Value>, Mistake>;

    /// The names of all variables, to suggest one where a name is wrong, and for `varnames`.
    fn names(&self) -> Vec<String>;

    /// Where a variable was set.
    fn defined_at(&self, _name: &str) -> Option<Span> {
        None
    }

    /// The names of the hosts in `hostvars`; `None` where that is a variable like others.
    fn hosts(&self) -> Option<Vec<String>> {
        None
    }

    /// The variables of another host; its templates are rendered with those.
    fn host(&self, _name: &str) -> Option<Rc<dyn Scope + '_>> {
        None
    }
}

/// A map is the scope of its entries.
impl Scope for Map {
    fn get(&self, name: &str) -> Result<Option<Value>, Mistake> {
        Ok(Map::get(self, name).cloned())
    }

    fn names(&self) -> Vec<String> {
        self.texts().map(|(name, _)| name.to_owned()).collect()
    }
}
