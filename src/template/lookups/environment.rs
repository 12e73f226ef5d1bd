//! The control side's environment.

use super::super::{
    eval::{Bound, Eval},
    failure::Res,
    obj::{self, Obj},
};
use super::{Lookup, raw};

pub(super) const LOOKUPS: &[Lookup] = &[raw(
    "env",
    &["default?"],
    env,
    "Reads variables of the environment.",
)];

fn env(eval: &Eval<'_>, terms: &[Obj], options: &Bound) -> Res<Vec<Obj>> {
    let mut found = Vec::new();
    for term in terms {
        let name = obj::text(eval, term)?;
        let name = name.split_whitespace().next().unwrap_or("");
        found.push(match eval.templar.settings().environment.get(name) {
            Some(value) => Obj::from(value.as_str()),
            None => match options.get("default") {
                Some(Obj::Undefined(undefined)) => {
                    return Err(super::super::failure::Stop::Undefined(undefined.clone()));
                }
                Some(default) => default.clone(),
                None => Obj::from(""),
            },
        });
    }
    Ok(found)
}
