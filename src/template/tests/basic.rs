//! What Jinja itself can test.

use super::super::{
    eval::Eval,
    failure::{Res, Stop},
    filters,
    obj::{self, Obj},
    tree::CompareOp,
};
use super::{Test, find, raw, test};

pub(super) const TESTS: &[Test] = &[
    raw(&["defined"], &[], |_, input, _| Ok(!absent(input))),
    raw(&["undefined"], &[], |_, input, _| Ok(absent(input))),
    test(&["none"], &[], |_, input, _| Ok(matches!(input, Obj::None))),
    test(&["boolean"], &[], |_, input, _| {
        Ok(matches!(input, Obj::Bool(_)))
    }),
    test(&["true"], &[], |_, input, _| {
        Ok(matches!(input, Obj::Bool(true)))
    }),
    test(&["false"], &[], |_, input, _| {
        Ok(matches!(input, Obj::Bool(false)))
    }),
    test(&["integer"], &[], |_, input, _| {
        Ok(matches!(input, Obj::Int(_) | Obj::Big(_)))
    }),
    test(&["float"], &[], |_, input, _| {
        Ok(matches!(input, Obj::Float(_)))
    }),
    test(&["number"], &[], |_, input, _| Ok(input.is_number())),
    test(&["string"], &[], |_, input, _| Ok(input.text().is_some())),
    test(&["mapping"], &[], |_, input, _| {
        Ok(matches!(input, Obj::Dict(_) | Obj::Host(_) | Obj::Hosts))
    }),
    test(&["sequence"], &[], |eval, input, _| {
        Ok(eval.length(input).is_some() && !matches!(input, Obj::Nothing))
    }),
    test(&["iterable"], &[], |eval, input, _| {
        Ok(eval.length(input).is_some())
    }),
    test(&["callable"], &[], |_, input, _| Ok(input.is_callable())),
    test(&["escaped"], &[], |_, input, _| {
        Ok(matches!(input, Obj::Markup(_)))
    }),
    test(&["lower"], &[], |eval, input, _| {
        cased(eval, input, "islower")
    }),
    test(&["upper"], &[], |eval, input, _| {
        cased(eval, input, "isupper")
    }),
    test(&["even"], &[], |eval, input, _| {
        Ok(remainder(eval, input, &Obj::Int(2))?.0)
    }),
    test(&["odd"], &[], |eval, input, _| {
        Ok(remainder(eval, input, &Obj::Int(2))?.1)
    }),
    test(&["divisibleby"], &["num"], |eval, input, args| {
        Ok(remainder(eval, input, args.need("num"))?.0)
    }),
    test(&["eq", "equalto", "=="], &["other"], |eval, input, args| {
        eval.compares(CompareOp::Eq, input, args.need("other"))
    }),
    test(&["ne", "!="], &["other"], |eval, input, args| {
        eval.compares(CompareOp::Ne, input, args.need("other"))
    }),
    test(&["lt", "lessthan", "<"], &["other"], |eval, input, args| {
        eval.compares(CompareOp::Lt, input, args.need("other"))
    }),
    test(&["le", "<="], &["other"], |eval, input, args| {
        eval.compares(CompareOp::Le, input, args.need("other"))
    }),
    test(
        &["gt", "greaterthan", ">"],
        &["other"],
        |eval, input, args| eval.compares(CompareOp::Gt, input, args.need("other")),
    ),
    test(&["ge", ">="], &["other"], |eval, input, args| {
        eval.compares(CompareOp::Ge, input, args.need("other"))
    }),
    test(&["in"], &["seq"], |eval, input, args| {
        eval.contains(args.need("seq"), input)
    }),
    test(&["sameas"], &["other"], |_, input, args| {
        Ok(obj::same(input, args.need("other")))
    }),
    test(&["filter"], &[], |eval, input, _| {
        Ok(filters::find(&obj::text(eval, input)?).is_some())
    }),
    test(&["test"], &[], |eval, input, _| {
        Ok(find(&obj::text(eval, input)?).is_some())
    }),
];

fn absent(input: &Obj) -> bool {
    matches!(input, Obj::Undefined(_) | Obj::Nothing)
}

fn cased(eval: &Eval<'_>, input: &Obj, method: &str) -> Res<bool> {
    let text = Obj::Str(obj::text(eval, input)?);
    let found =
        super::super::methods::call(eval, &text, method, super::super::eval::Given::default())?;
    eval.truth(&found)
}

/// Whether the rest of a division is nought, and whether it is one.
fn remainder(eval: &Eval<'_>, input: &Obj, by: &Obj) -> Res<(bool, bool)> {
    if !input.is_number() {
        return Err(Stop::runtime(format!(
            "`{}` is no number",
            input.type_name()
        )));
    }
    let rest = eval.math(super::super::tree::MathOp::Rem, input, by)?;
    Ok((
        obj::equal(eval, &rest, &Obj::Int(0))?,
        obj::equal(eval, &rest, &Obj::Int(1))?,
    ))
}
