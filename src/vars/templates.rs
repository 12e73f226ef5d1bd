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
        let mut names = self.all_names();
        names.insert("hostvars".to_owned());
        names.into_iter().collect()
    }

    fn defined_at(&self, name: &str) -> Option<Span> {
        self.place(name)
    }

    fn hosts(&self) -> Option<Vec<String>> {
        Some(self.host_names())
    }

    fn host(&self, name: &str) -> Option<Rc<dyn Scope + '_>> {
        Some(match self.of_host(name)? {
            Ok(scope) => Rc::new(scope),
            Err(mistakes) => Rc::new(Broken(mistakes.0.into_iter().next())),
        })
    }
}

/// A host whose files of variables cannot be read: whoever asks is told.
struct Broken(Option<Mistake>);

impl Scope for Broken {
    fn get(&self, _: &str) -> Result<Option<Value>, Mistake> {
        self.0.clone().map_or(Ok(None), Err)
    }

    fn names(&self) -> Vec<String> {
        Vec::new()
    }
}
