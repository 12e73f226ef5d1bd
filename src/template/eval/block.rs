//! Blocks of templates that extend each other.

use std::{cell::RefCell, collections::HashMap, rc::Rc, sync::Arc};

use super::{
    super::{
        failure::{Res, Stop},
        obj::Obj,
        tree::{Block, Name, Template},
    },
    Eval, Frame, Here,
    output::Out,
};

/// The blocks of a template and of those that it extends, the innermost template first.
#[derive(Default)]
pub(in super::super) struct Blocks(RefCell<HashMap<Name, Levels>>);

/// One block as each template of the chain has it, with its place.
type Levels = Vec<(Arc<Block>, Here)>;

impl Blocks {
    pub(super) fn add(&self, template: &Template, here: &Here) {
        if template.blocks.is_empty() {
            return;
        }
        let mut known = self.0.borrow_mut();
        for block in &template.blocks {
            known
                .entry(block.name.clone())
                .or_default()
                .push((Arc::clone(block), here.clone()));
        }
    }

    fn get(&self, name: &str, level: usize) -> Option<(Arc<Block>, Here)> {
        self.0.borrow().get(name)?.get(level).cloned()
    }
}

/// What `self` is: the blocks, to be called.
pub(in super::super) struct SelfBlocks {
    pub(super) frame: Rc<Frame>,
}

impl SelfBlocks {
    pub(super) fn block(&self, name: &str) -> Option<Obj> {
        self.frame.blocks.get(name, 0)?;
        Some(Obj::Super(Rc::new(SuperBlock {
            name: name.into(),
            level: 0,
            frame: Rc::clone(&self.frame),
        })))
    }
}

/// A block at one level of the chain of templates, to be called.
pub(in super::super) struct SuperBlock {
    name: Name,
    level: usize,
    frame: Rc<Frame>,
}

impl Eval<'_> {
    pub(super) fn block(&self, block: &Block, frame: &Rc<Frame>, out: &mut Out) -> Res<()> {
        let scoped = block.scoped.then(|| Rc::clone(frame));
        let frame = scoped.unwrap_or_else(|| frame.outermost());
        self.run_block(&block.name, 0, &frame, out)
    }

    fn run_block(&self, name: &Name, level: usize, frame: &Rc<Frame>, out: &mut Out) -> Res<()> {
        let _deeper = self.deeper()?;
        let Some((block, here)) = frame.blocks.get(name, level) else {
            return Err(Stop::runtime(format!("there is no block `{name}` above")));
        };
        if block.required && level == 0 {
            return Err(Stop::runtime(format!("required block `{name}` not found")));
        }
        let inner = Frame::inner(frame);
        let above = match frame.blocks.get(name, level + 1) {
            Some(_) => Obj::Super(Rc::new(SuperBlock {
                name: name.clone(),
                level: level + 1,
                frame: Rc::clone(frame),
            })),
            None => self.undefined("there is no parent block called"),
        };
        inner.set(&"super".into(), above);
        self.within(&here.template, here.origin.clone(), || {
            self.body(&block.body, &inner, out)
        })
    }

    pub(super) fn call_super(&self, block: &SuperBlock) -> Res<Obj> {
        let mut out = Out::default();
        self.run_block(&block.name, block.level, &block.frame, &mut out)?;
        Ok(out.finish())
    }
}
