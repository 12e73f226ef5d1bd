//! Lists against lists.

use super::super::{eval::Eval, failure::Res, obj::Obj};
use super::{Test, test};

pub(super) const TESTS: &[Test] = &[
    test(&["subset", "issubset"], &["b"], |eval, input, args| {
        within(eval, input, args.need("b"))
    }),
    test(&["superset", "issuperset"], &["b"], |eval, input, args| {
        within(eval, args.need("b"), input)
    }),
    test(&["contains"], &["value"], |eval, input, args| {
        eval.contains(input, args.need("value"))
    }),
    test(&["any"], &[], |eval, input, _| count(eval, input, true)),
    test(&["all"], &[], |eval, input, _| {
        Ok(!count(eval, input, false)?)
    }),
];

fn within(eval: &Eval<'_>, part: &Obj, whole: &Obj) -> Res<bool> {
    let whole = Obj::list(eval.items(whole)?);
    for item in eval.items(part)? {
        if !eval.contains(&whole, &item)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether any item counts as `wanted`; known ones decide before unknown ones.
fn count(eval: &Eval<'_>, input: &Obj, wanted: bool) -> Res<bool> {
    let mut open = None;
    for item in eval.items(input)? {
        match eval.truth(&item) {
            Ok(truth) if truth == wanted => return Ok(true),
            Ok(_) => {}
            Err(super::super::failure::Stop::Unknown(unknown)) => open = Some(unknown),
            Err(stop) => return Err(stop),
        }
    }
    match open {
        Some(unknown) => Err(super::super::failure::Stop::Unknown(unknown)),
        None => Ok(false),
    }
}
