//! `for` loops and the `loop` object.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    sync::Arc,
};

use super::{
    super::{
        failure::{Res, Stop},
        obj::{self, Obj},
        tree::For,
    },
    Eval, Frame, Given, Items,
    output::Out,
};

/// Where a loop stands.
pub(in super::super) struct LoopState {
    items: Rc<Items>,
    index: Cell<usize>,
    depth: usize,
    changed: RefCell<Option<Vec<Obj>>>,
    /// What to run again, for a loop that calls itself.
    recursive: Option<(Arc<For>, Rc<Frame>)>,
}

impl Eval<'_> {
    pub(super) fn for_loop(&self, decl: &Arc<For>, frame: &Rc<Frame>, out: &mut Out) -> Res<()> {
        let over = self.expr(&decl.over, frame)?;
        let depth = match frame.get("loop") {
            Some(Obj::Loop(outer)) if decl.wants_loop => outer.depth + 1,
            _ => 1,
        };
        self.run_loop(decl, &over, depth, frame, out)
    }

    fn run_loop(
        &self,
        decl: &Arc<For>,
        over: &Obj,
        depth: usize,
        frame: &Rc<Frame>,
        out: &mut Out,
    ) -> Res<()> {
        let _deeper = self.deeper()?;
        let mut items = self.each(over)?;
        if let Some(only) = &decl.only {
            let mut kept = Vec::new();
            for at in 0..items.len() {
                self.step()?;
                let Some(item) = items.get(at) else { break };
                let inner = Frame::inner(frame);
                self.assign(&decl.target, item.clone(), &inner)?;
                let wanted = self.expr(only, &inner)?;
                if self.truth(&wanted)? {
                    kept.push(item);
                }
            }
            items = Items::All(kept);
        }
        if items.len() == 0 {
            return self.body(&decl.otherwise, &Frame::inner(frame), out);
        }
        let items = Rc::new(items);
        let state = decl.wants_loop.then(|| {
            Rc::new(LoopState {
                items: Rc::clone(&items),
                index: Cell::new(0),
                depth,
                changed: RefCell::default(),
                recursive: decl.recursive.then(|| (Arc::clone(decl), Rc::clone(frame))),
            })
        });
        for at in 0..items.len() {
            self.step()?;
            let Some(item) = items.get(at) else { break };
            let inner = Frame::inner(frame);
            if let Some(state) = &state {
                state.index.set(at);
                inner.set(&LOOP.with(Arc::clone), Obj::Loop(Rc::clone(state)));
            }
            self.assign(&decl.target, item, &inner)?;
            self.body(&decl.body, &inner, out)?;
        }
        Ok(())
    }
}

thread_local! {
    static LOOP: Arc<str> = Arc::from("loop");
}

/// `loop(items)`: the same loop over inner items.
pub(super) fn recurse(eval: &Eval<'_>, state: &LoopState, given: Given) -> Res<Obj> {
    let Some((decl, frame)) = &state.recursive else {
        return Err(Stop::runtime(
            "the loop must have the `recursive` marker to be called",
        ));
    };
    let Some(over) = given.pos.first() else {
        return Err(Stop::runtime("`loop` needs what to loop over"));
    };
    let mut out = Out::default();
    eval.run_loop(decl, over, state.depth + 1, frame, &mut out)?;
    match out.finish() {
        Obj::None => Ok(Obj::from("")),
        other => Ok(other),
    }
}

/// An attribute of `loop`.
pub(super) fn field(eval: &Eval<'_>, state: &Rc<LoopState>, name: &str) -> Res<Option<Obj>> {
    let (at, len) = (state.index.get(), state.items.len());
    Ok(Some(match name {
        "index" => Obj::size(at + 1),
        "index0" => Obj::size(at),
        "revindex" => Obj::size(len - at),
        "revindex0" => Obj::size(len - at - 1),
        "first" => Obj::Bool(at == 0),
        "last" => Obj::Bool(at + 1 == len),
        "length" => Obj::size(len),
        "depth" => Obj::size(state.depth),
        "depth0" => Obj::size(state.depth - 1),
        "previtem" => match at.checked_sub(1).and_then(|at| state.items.get(at)) {
            Some(item) => item,
            None => eval.undefined("there is no previous item"),
        },
        "nextitem" => match state.items.get(at + 1) {
            Some(item) => item,
            None => eval.undefined("there is no next item"),
        },
        "cycle" | "changed" => Obj::Method(Rc::new(obj::BoundMethod {
            of: Obj::Loop(Rc::clone(state)),
            name: name.into(),
        })),
        _ => return Ok(None),
    }))
}

impl LoopState {
    /// The item of a cycle that this turn has.
    pub(in super::super) fn cycle(&self, items: &[Obj]) -> Res<Obj> {
        if items.is_empty() {
            return Err(Stop::runtime("`cycle` needs at least one item"));
        }
        Ok(items[self.index.get() % items.len()].clone())
    }

    /// Whether the values differ from those of the turn before.
    pub(in super::super) fn has_changed(&self, eval: &Eval<'_>, now: Vec<Obj>) -> Res<bool> {
        let before = self.changed.replace(Some(now.clone()));
        let Some(before) = before else {
            return Ok(true);
        };
        obj::equal(eval, &Obj::list(before), &Obj::list(now)).map(|same| !same)
    }
}
