//! Variables by name, and texts that are templates themselves.

use std::rc::Rc;

use super::{
    super::{
        failure::Res,
        globals,
        obj::{self, Obj, ScopeId, Undef},
        scope::Scope,
        tree::{At, Name},
    },
    Eval, Frame, MAIN,
    block::SelfBlocks,
};

impl<'a> Eval<'a> {
    /// The value of a name as a template sees it here.
    pub(super) fn name(&self, name: &Name, at: At, frame: &Rc<Frame>) -> Res<Obj> {
        self.asked.borrow_mut().clone_from(name);
        if let Some(found) = frame.get(name) {
            self.note(&found);
            return Ok(found);
        }
        if let Some(scope) = frame.scope
            && let Some(found) = self.variable_of(scope, name)?
        {
            return Ok(found);
        }
        if name.as_ref() == "self" {
            return Ok(Obj::SelfBlocks(Rc::new(SelfBlocks {
                frame: frame.outermost(),
            })));
        }
        if let Some(found) = globals::find(name) {
            return Ok(found);
        }
        Ok(Obj::Undefined(Rc::new(Undef::variable(
            name,
            self.span(at),
        ))))
    }

    /// The value of a variable, rendered; `None` where there is none of that name.
    pub(in super::super) fn variable_of(&self, scope: ScopeId, name: &str) -> Res<Option<Obj>> {
        if let Some(memo) = self.memo.borrow().get(&scope)
            && let Some(known) = memo.get(name)
        {
            return Ok(Some(known.clone()));
        }
        if name == "hostvars" && self.main.hosts().is_some() {
            return Ok(Some(Obj::Hosts));
        }
        let Some(value) = self.scope(scope).get(name)? else {
            return Ok(None);
        };
        let known = self.touch(obj::from_value(&value, scope))?;
        let mut memo = self.memo.borrow_mut();
        memo.entry(scope)
            .or_default()
            .insert(name.into(), known.clone());
        Ok(Some(known))
    }

    fn scope(&self, scope: ScopeId) -> Rc<dyn Scope + 'a> {
        match (scope as usize).checked_sub(1) {
            Some(index) => Rc::clone(&self.hosts.borrow()[index].1),
            None => Rc::new(Borrowed(self.main)),
        }
    }

    /// The names of all variables of a scope.
    pub(in super::super) fn names_of(&self, scope: ScopeId) -> Vec<String> {
        self.scope(scope).names()
    }

    /// All hosts that `hostvars` has.
    pub(in super::super) fn host_names(&self) -> Vec<String> {
        self.main.hosts().unwrap_or_default()
    }

    /// The variables of one host.
    pub(in super::super) fn host(&self, name: &str) -> Option<Obj> {
        let known = self
            .hosts
            .borrow()
            .iter()
            .position(|(host, _)| host == name);
        let index = match known {
            Some(index) => index,
            None => {
                let scope = self.main.host(name)?;
                let mut hosts = self.hosts.borrow_mut();
                hosts.push((name.to_owned(), scope));
                hosts.len() - 1
            }
        };
        Some(Obj::Host(ScopeId::try_from(index + 1).unwrap_or(MAIN)))
    }

    /// Renders a text that is pending; everything else is what it is.
    pub(in super::super) fn touch(&self, obj: Obj) -> Res<Obj> {
        let known = match obj {
            Obj::Pending(text, scope) => self.render(&text, scope)?,
            other => other,
        };
        self.note(&known);
        Ok(known)
    }
}

/// The main scope among the scopes of hosts.
struct Borrowed<'a>(&'a dyn Scope);

impl Scope for Borrowed<'_> {
    fn get(&self, name: &str) -> Result<Option<crate::value::Value>, crate::diagnostic::Mistake> {
        self.0.get(name)
    }

    fn names(&self) -> Vec<String> {
        self.0.names()
    }
}
