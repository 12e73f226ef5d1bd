//! The control side's environment.

use super::Lookup;
use super::super::{
    eval::{Bound, Eval},
    failure::Res,
    obj::{self, Obj},
};

pub(super) const LOOKUPS: &[Lookup] = &[Lookup {
    name: "env",
    options: &["default?"],
    raw: true,
    run: env,
    doc: "Reads variables of the environment.",
}];

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
