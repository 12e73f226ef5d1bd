//! What templates see of a host's variables.

use std::rc::Rc;

use super::HostScope;
use crate::{
    diagnostic::{Mistake, Span},
    template::Scope,
    value::Value,
};

impl Scope for HostScope<'_> {
    fn get(&self, name: &str) -> Result<Option<Value>, Mistake> {
        self.value(name)
    }

    fn names(&self) -> Vec<String> {
        self.all_names().into_iter().collect()
    }

    fn defined_at(&self, name: &str) -> Option<Span> {
        self.place(name)
    }

    fn hosts(&self) -> Option<Vec<String>> {
        Some(self.host_names())
    }

    fn host(&self, name: &str) -> Option<Rc<dyn Scope + '_>> {
        match self.of_host(name)? {
            Ok(scope) => Some(Rc::new(scope)),
            // Broken files of variables are told when the host itself needs them.
            Err(_) => None,
        }
    }
}
