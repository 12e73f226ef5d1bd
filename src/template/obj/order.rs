//! Equality and order, as Python has them.

use std::{cmp::Ordering, rc::Rc};

use num_bigint::BigInt;
use num_traits::{FromPrimitive, ToPrimitive};

use super::{
    super::{
        eval::Eval,
        failure::{Res, Stop},
    },
    Obj,
};
use crate::value::Moment;

/// Whether both are one and the same object, as `is` asks.
pub(in super::super) fn same(left: &Obj, right: &Obj) -> bool {
    match (left, right) {
        (Obj::None, Obj::None) | (Obj::Omit, Obj::Omit) => true,
        (Obj::Bool(a), Obj::Bool(b)) => a == b,
        (Obj::Int(a), Obj::Int(b)) => a == b,
        (Obj::Float(a), Obj::Float(b)) => a.to_bits() == b.to_bits(),
        (Obj::Str(a), Obj::Str(b)) => a == b,
        (Obj::List(a), Obj::List(b)) => Rc::ptr_eq(a, b),
        (Obj::Dict(a), Obj::Dict(b)) => Rc::ptr_eq(a, b),
        (Obj::Tuple(a), Obj::Tuple(b)) => Rc::ptr_eq(a, b),
        (Obj::Namespace(a), Obj::Namespace(b)) => Rc::ptr_eq(a, b),
        (Obj::Global(a), Obj::Global(b)) => std::ptr::eq(*a, *b),
        _ => false,
    }
}

/// The order of two numbers; `None` when one is not a number at all.
fn numbers(left: &Obj, right: &Obj) -> Option<Ordering> {
    match (left, right) {
        (Obj::Float(a), Obj::Float(b)) => a.partial_cmp(b),
        (Obj::Float(a), whole) => {
            if !a.is_finite() {
                return a.partial_cmp(&0.0);
            }
            let whole = big(whole)?;
            float_against(*a, &whole)
        }
        (whole, Obj::Float(b)) => numbers(&Obj::Float(*b), whole).map(Ordering::reverse),
        (Obj::Big(_), _) | (_, Obj::Big(_)) => Some(big(left)?.cmp(&big(right)?)),
        _ => Some(small(left)?.cmp(&small(right)?)),
    }
}

fn float_against(number: f64, whole: &BigInt) -> Option<Ordering> {
    let floor = number.floor();
    let order = BigInt::from_f64(floor)?.cmp(whole);
    #[expect(clippy::float_cmp, reason = "floor is exact")]
    let fraction = floor != number;
    Some(if order == Ordering::Equal && fraction {
        Ordering::Greater
    } else {
        order
    })
}

fn small(obj: &Obj) -> Option<i64> {
    match obj {
        Obj::Int(number) => Some(*number),
        Obj::Bool(truth) => Some(i64::from(*truth)),
        _ => None,
    }
}

fn big(obj: &Obj) -> Option<BigInt> {
    match obj {
        Obj::Big(number) => Some((**number).clone()),
        _ => small(obj).map(BigInt::from),
    }
}

/// Seconds since the epoch for a moment that names an offset; civil time compares as it is.
fn instant(moment: Moment) -> i128 {
    let day = moment.civil.date().to_zoned(jiff::tz::TimeZone::UTC);
    let midnight = day.map_or(0, |zoned| zoned.timestamp().as_nanosecond());
    let time = moment.civil.time();
    let nanos = (i128::from(time.hour()) * 3600
        + i128::from(time.minute()) * 60
        + i128::from(time.second()))
        * 1_000_000_000
        + i128::from(time.subsec_nanosecond());
    midnight + nanos - i128::from(moment.offset.unwrap_or(0)) * 1_000_000_000
}

/// Whether the two are equal, as `==` says.
pub(in super::super) fn equal(eval: &Eval<'_>, left: &Obj, right: &Obj) -> Res<bool> {
    eval.step()?;
    Ok(match (left, right) {
        (Obj::Undefined(undefined), _) | (_, Obj::Undefined(undefined)) => {
            return Err(Stop::Undefined(Rc::clone(undefined)));
        }
        (Obj::Unknown(a), Obj::Unknown(b)) => return Err(Stop::Unknown(a.clone().and(b))),
        (Obj::Unknown(unknown), _) | (_, Obj::Unknown(unknown)) => {
            return Err(Stop::Unknown(unknown.clone()));
        }
        (Obj::Pending(..), other) | (other, Obj::Pending(..)) => {
            let pending = if matches!(left, Obj::Pending(..)) {
                left
            } else {
                right
            };
            return equal(eval, &eval.touch(pending.clone())?, other);
        }
        (Obj::Str(a) | Obj::Markup(a), Obj::Str(b) | Obj::Markup(b)) => a == b,
        (Obj::Bytes(a), Obj::Bytes(b)) => a == b,
        (Obj::Date(a), Obj::Date(b)) => a == b,
        (Obj::Moment(a), Obj::Moment(b)) => {
            a.offset.is_some() == b.offset.is_some() && instant(*a) == instant(*b)
        }
        (Obj::Delta(a), Obj::Delta(b)) => a == b,
        (Obj::Range(a), Obj::Range(b)) => {
            a.len() == b.len()
                && (a.len() == 0 || (a.start == b.start && (a.len() == 1 || a.step == b.step)))
        }
        (Obj::List(a), Obj::List(b)) => {
            if Rc::ptr_eq(a, b) {
                return Ok(true);
            }
            if a.len() != b.len() {
                return Ok(false);
            }
            let _deeper = eval.deeper()?;
            for at in 0..a.len() {
                if let (Some(a), Some(b)) = (a.get(eval, at)?, b.get(eval, at)?)
                    && !equal(eval, &a, &b)?
                {
                    return Ok(false);
                }
            }
            true
        }
        (Obj::Tuple(a) | Obj::Group(a), Obj::Tuple(b) | Obj::Group(b)) => {
            if a.len() != b.len() {
                return Ok(false);
            }
            let _deeper = eval.deeper()?;
            for (a, b) in a.iter().zip(b.iter()) {
                if !equal(eval, a, b)? {
                    return Ok(false);
                }
            }
            true
        }
        (Obj::Dict(a), Obj::Dict(b)) => {
            if Rc::ptr_eq(a, b) {
                return Ok(true);
            }
            if a.len() != b.len() {
                return Ok(false);
            }
            let _deeper = eval.deeper()?;
            for key in a.keys() {
                let (Some(a), Some(b)) = (a.get(eval, &key)?, b.get(eval, &key)?) else {
                    return Ok(false);
                };
                if !equal(eval, &a, &b)? {
                    return Ok(false);
                }
            }
            true
        }
        (a, b) if a.is_number() && b.is_number() => numbers(a, b) == Some(Ordering::Equal),
        (a, b) => same(a, b),
    })
}

/// The order of the two; `None` when neither is less (a number that is none).
///
/// Fails for kinds that Python does not order; `sign` is the operator to name.
pub(in super::super) fn compare(
    eval: &Eval<'_>,
    left: &Obj,
    right: &Obj,
    sign: &str,
) -> Res<Option<Ordering>> {
    eval.step()?;
    Ok(match (left, right) {
        (Obj::Undefined(undefined), _) | (_, Obj::Undefined(undefined)) => {
            return Err(Stop::Undefined(Rc::clone(undefined)));
        }
        (Obj::Unknown(a), Obj::Unknown(b)) => return Err(Stop::Unknown(a.clone().and(b))),
        (Obj::Unknown(unknown), _) | (_, Obj::Unknown(unknown)) => {
            return Err(Stop::Unknown(unknown.clone()));
        }
        (Obj::Pending(..), _) => return compare(eval, &eval.touch(left.clone())?, right, sign),
        (_, Obj::Pending(..)) => return compare(eval, left, &eval.touch(right.clone())?, sign),
        (Obj::Str(a) | Obj::Markup(a), Obj::Str(b) | Obj::Markup(b)) => {
            // UTF-8 sorts by code point, as Python does.
            Some(a.as_str().cmp(b.as_str()))
        }
        (Obj::Bytes(a), Obj::Bytes(b)) => Some(a.cmp(b)),
        (Obj::Date(a), Obj::Date(b)) => Some(a.cmp(b)),
        (Obj::Moment(a), Obj::Moment(b)) if a.offset.is_some() == b.offset.is_some() => {
            Some(instant(*a).cmp(&instant(*b)))
        }
        (Obj::Delta(a), Obj::Delta(b)) => Some(a.cmp(b)),
        (Obj::List(a), Obj::List(b)) => {
            let _deeper = eval.deeper()?;
            return sequences(eval, &a.items(eval)?, &b.items(eval)?, sign);
        }
        (Obj::Tuple(a) | Obj::Group(a), Obj::Tuple(b) | Obj::Group(b)) => {
            let _deeper = eval.deeper()?;
            return sequences(eval, a, b, sign);
        }
        (a, b) if a.is_number() && b.is_number() => numbers(a, b),
        (a, b) => {
            return Err(Stop::runtime(format!(
                "`{sign}` does not work between `{}` and `{}`",
                a.type_name(),
                b.type_name()
            )));
        }
    })
}

fn sequences(eval: &Eval<'_>, left: &[Obj], right: &[Obj], sign: &str) -> Res<Option<Ordering>> {
    for (a, b) in left.iter().zip(right) {
        if !equal(eval, a, b)? {
            return compare(eval, a, b, sign);
        }
    }
    Ok(Some(left.len().cmp(&right.len())))
}

impl Obj {
    /// The number as a float, where it is one.
    pub(in super::super) fn float(&self) -> Option<f64> {
        match self {
            Self::Float(number) => Some(*number),
            #[expect(clippy::cast_precision_loss, reason = "as Python's float() does")]
            Self::Int(number) => Some(*number as f64),
            Self::Bool(truth) => Some(f64::from(u8::from(*truth))),
            Self::Big(number) => number.to_f64(),
            _ => None,
        }
    }

    /// The whole number, where it is one of at most 64 bits.
    pub(in super::super) fn int(&self) -> Option<i64> {
        small(self)
    }

    /// The whole number of any size, where it is one.
    pub(in super::super) fn big(&self) -> Option<BigInt> {
        big(self)
    }
}
