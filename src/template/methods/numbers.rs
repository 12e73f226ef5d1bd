//! Methods and attributes of numbers.
#![expect(
    clippy::unnecessary_wraps,
    reason = "every line of a table has the same shape"
)]

use num_bigint::{BigInt, Sign};
use num_traits::ToPrimitive;

use super::{
    super::{
        eval::Eval,
        failure::{Res, Stop},
        obj::Obj,
    },
    Bound, Method,
};

pub(super) const INT: &[Method] = &[
    Method {
        name: "bit_length",
        params: &[],
        run: bit_length,
    },
    Method {
        name: "bit_count",
        params: &[],
        run: bit_count,
    },
    Method {
        name: "conjugate",
        params: &[],
        run: itself,
    },
    Method {
        name: "is_integer",
        params: &[],
        run: is_integer,
    },
    Method {
        name: "as_integer_ratio",
        params: &[],
        run: ratio,
    },
    Method {
        name: "to_bytes",
        params: &["length?", "byteorder?", "signed?"],
        run: to_bytes,
    },
    Method {
        name: "__and__",
        params: &["other"],
        run: and,
    },
    Method {
        name: "__or__",
        params: &["other"],
        run: or,
    },
    Method {
        name: "__xor__",
        params: &["other"],
        run: xor,
    },
    Method {
        name: "__lshift__",
        params: &["other"],
        run: lshift,
    },
    Method {
        name: "__rshift__",
        params: &["other"],
        run: rshift,
    },
];

pub(super) const FLOAT: &[Method] = &[
    Method {
        name: "is_integer",
        params: &[],
        run: is_integer,
    },
    Method {
        name: "conjugate",
        params: &[],
        run: itself,
    },
];

pub(super) fn field(of: &Obj, name: &str) -> Option<Obj> {
    Some(match (name, of) {
        ("real" | "numerator", Obj::Bool(truth)) => Obj::Int(i64::from(*truth)),
        ("real", number) => number.clone(),
        ("imag", Obj::Float(_)) => Obj::Float(0.0),
        ("imag", _) => Obj::Int(0),
        ("numerator", Obj::Int(_) | Obj::Big(_)) => of.clone(),
        ("denominator", Obj::Bool(_) | Obj::Int(_) | Obj::Big(_)) => Obj::Int(1),
        _ => return None,
    })
}

fn number(of: &Obj) -> Res<BigInt> {
    of.big()
        .ok_or_else(|| Stop::runtime(format!("`{}` is not a whole number", of.type_name())))
}

fn bit_length(_: &Eval<'_>, of: &Obj, _: &Bound) -> Res<Obj> {
    Ok(Obj::Int(
        i64::try_from(number(of)?.bits()).unwrap_or(i64::MAX),
    ))
}

fn bit_count(_: &Eval<'_>, of: &Obj, _: &Bound) -> Res<Obj> {
    let number = number(of)?;
    Ok(Obj::Int(
        i64::try_from(number.magnitude().count_ones()).unwrap_or(i64::MAX),
    ))
}

fn itself(_: &Eval<'_>, of: &Obj, _: &Bound) -> Res<Obj> {
    Ok(match of {
        Obj::Bool(truth) => Obj::Int(i64::from(*truth)),
        other => other.clone(),
    })
}

fn is_integer(_: &Eval<'_>, of: &Obj, _: &Bound) -> Res<Obj> {
    Ok(Obj::Bool(match of {
        Obj::Float(number) => number.is_finite() && number.fract() == 0.0,
        _ => true,
    }))
}

fn ratio(_: &Eval<'_>, of: &Obj, _: &Bound) -> Res<Obj> {
    Ok(Obj::tuple(vec![Obj::whole(number(of)?), Obj::Int(1)]))
}

fn to_bytes(_: &Eval<'_>, of: &Obj, args: &Bound) -> Res<Obj> {
    let number = number(of)?;
    if number.sign() == Sign::Minus {
        return Err(Stop::runtime("negative numbers have no unsigned bytes"));
    }
    let length = usize::try_from(args.int("length", 1)?.clamp(0, 1 << 20)).unwrap_or(0);
    let (_, mut bytes) = number.to_bytes_le();
    while bytes.last() == Some(&0) {
        bytes.pop();
    }
    if bytes.len() > length {
        return Err(Stop::runtime("the number is too big for that many bytes"));
    }
    bytes.resize(length, 0);
    if args.text_or("byteorder", "big")? == "big" {
        bytes.reverse();
    }
    Ok(Obj::Bytes(bytes.into()))
}

fn and(_: &Eval<'_>, of: &Obj, args: &Bound) -> Res<Obj> {
    Ok(Obj::whole(number(of)? & number(args.need("other"))?))
}

fn or(_: &Eval<'_>, of: &Obj, args: &Bound) -> Res<Obj> {
    Ok(Obj::whole(number(of)? | number(args.need("other"))?))
}

fn xor(_: &Eval<'_>, of: &Obj, args: &Bound) -> Res<Obj> {
    Ok(Obj::whole(number(of)? ^ number(args.need("other"))?))
}

/// How far to shift: never so far that the result fills the memory.
fn distance(args: &Bound) -> Res<u32> {
    number(args.need("other"))?
        .to_u32()
        .filter(|bits| *bits <= 1_000_000)
        .ok_or_else(|| Stop::runtime("cannot shift by that many bits"))
}

fn lshift(_: &Eval<'_>, of: &Obj, args: &Bound) -> Res<Obj> {
    Ok(Obj::whole(number(of)? << distance(args)?))
}

fn rshift(_: &Eval<'_>, of: &Obj, args: &Bound) -> Res<Obj> {
    Ok(Obj::whole(number(of)? >> distance(args)?))
}
