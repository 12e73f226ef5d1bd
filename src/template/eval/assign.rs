//! Giving names their values.

use super::{
    super::{
        failure::{Res, Stop},
        obj::Obj,
        tree::Target,
    },
    Eval, Frame,
};

impl Eval<'_> {
    pub(super) fn assign(&self, target: &Target, value: Obj, frame: &Frame) -> Res<()> {
        match target {
            Target::Name(name) => frame.set(name, value),
            Target::Attr(of, name, at) => match frame.get(of) {
                Some(Obj::Namespace(namespace)) => {
                    namespace.fields.borrow_mut().insert(name.clone(), value);
                }
                _ => {
                    return Err(
                        Stop::runtime("cannot assign attribute on non-namespace object")
                            .at(|| self.span(*at)),
                    );
                }
            },
            Target::Many(targets, at) => {
                let items = self.items(&value)?;
                if items.len() != targets.len() {
                    return Err(Stop::runtime(format!(
                        "cannot unpack {} values into {} names",
                        items.len(),
                        targets.len()
                    ))
                    .at(|| self.span(*at)));
                }
                for (target, item) in targets.iter().zip(items) {
                    self.assign(target, item, frame)?;
                }
            }
        }
        Ok(())
    }
}
