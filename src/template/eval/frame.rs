//! The names that a template itself has set.

use std::{cell::RefCell, rc::Rc};

use super::{
    super::{
        obj::{Obj, ScopeId},
        tree::Name,
    },
    block::Blocks,
};

/// One scope of a template: of the whole, of one turn of a loop, of a macro's body.
pub(in super::super) struct Frame {
    vars: RefCell<Vec<(Name, Obj)>>,
    parent: Option<Rc<Frame>>,
    /// The scope that has the variables; `None` for a template that was given none.
    pub(super) scope: Option<ScopeId>,
    /// The blocks of the template and of those that it extends.
    pub(super) blocks: Rc<Blocks>,
}

impl Frame {
    pub(in super::super) fn root(scope: Option<ScopeId>) -> Rc<Self> {
        Rc::new(Self {
            vars: RefCell::default(),
            parent: None,
            scope,
            blocks: Rc::default(),
        })
    }

    pub(super) fn inner(parent: &Rc<Frame>) -> Rc<Self> {
        Rc::new(Self {
            vars: RefCell::default(),
            parent: Some(Rc::clone(parent)),
            scope: parent.scope,
            blocks: Rc::clone(&parent.blocks),
        })
    }

    /// The frame of an included template: it sees what is here, its blocks are its own.
    pub(super) fn included(parent: &Rc<Frame>) -> Rc<Self> {
        Rc::new(Self {
            vars: RefCell::default(),
            parent: Some(Rc::clone(parent)),
            scope: parent.scope,
            blocks: Rc::default(),
        })
    }

    /// The outermost frame of the template: what blocks see.
    pub(super) fn outermost(self: &Rc<Self>) -> Rc<Self> {
        let mut frame = self;
        while let Some(parent) = &frame.parent
            && Rc::ptr_eq(&parent.blocks, &frame.blocks)
        {
            frame = parent;
        }
        Rc::clone(frame)
    }

    pub(super) fn get(&self, name: &str) -> Option<Obj> {
        let mut frame = self;
        loop {
            if let Some((_, found)) = frame
                .vars
                .borrow()
                .iter()
                .find(|(known, _)| known.as_ref() == name)
            {
                return Some(found.clone());
            }
            frame = frame.parent.as_deref()?;
        }
    }

    pub(in super::super) fn set(&self, name: &Name, value: Obj) {
        let mut vars = self.vars.borrow_mut();
        match vars.iter_mut().find(|(known, _)| known == name) {
            Some((_, slot)) => *slot = value,
            None => vars.push((Name::clone(name), value)),
        }
    }

    /// The names set in this very frame, in their order.
    pub(super) fn own(&self) -> Vec<(Name, Obj)> {
        self.vars.borrow().clone()
    }
}
