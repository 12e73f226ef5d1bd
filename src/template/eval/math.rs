//! Arithmetic and the other operators between two objects.

use std::rc::Rc;

use num_bigint::BigInt;
use num_traits::{Signed, ToPrimitive, Zero};

use super::{
    super::{
        failure::{Res, Stop},
        methods,
        obj::{self, Obj},
        tree::{CompareOp, MathOp},
    },
    Eval,
    iterate::joined,
};

impl Eval<'_> {
    pub(in super::super) fn math(&self, op: MathOp, left: &Obj, right: &Obj) -> Res<Obj> {
        match (left, right) {
            (Obj::Undefined(undefined), _) | (_, Obj::Undefined(undefined)) => {
                return Err(Stop::Undefined(Rc::clone(undefined)));
            }
            (Obj::Unknown(a), Obj::Unknown(b)) => return Err(Stop::Unknown(a.clone().and(b))),
            (Obj::Unknown(unknown), _) | (_, Obj::Unknown(unknown)) => {
                return Err(Stop::Unknown(unknown.clone()));
            }
            _ => {}
        }
        match op {
            MathOp::Concat => {
                let (left, right) = (obj::text(self, left)?, obj::text(self, right)?);
                self.check_size(left.len() + right.len())?;
                let text = joined(&[&left, &right], format!("{left}{right}"));
                Ok(Obj::Str(text))
            }
            MathOp::Add => self.add(left, right),
            MathOp::Mul => self.mul(left, right),
            MathOp::Rem => match left {
                Obj::Str(format) | Obj::Markup(format) => {
                    let text = methods::percent(self, format, right)?;
                    self.marked(Obj::Str(text), [left, right].into_iter())
                }
                _ => numbers(op, left, right),
            },
            MathOp::Sub => match (left, right) {
                (Obj::Moment(_) | Obj::Date(_), _) => methods::date_minus(left, right),
                (Obj::Delta(a), Obj::Delta(b)) => Ok(Obj::Delta(a.saturating_sub(*b))),
                _ => numbers(op, left, right),
            },
            _ => numbers(op, left, right),
        }
    }

    fn add(&self, left: &Obj, right: &Obj) -> Res<Obj> {
        Ok(match (left, right) {
            (Obj::Int(a), Obj::Int(b)) => match a.checked_add(*b) {
                Some(sum) => Obj::Int(sum),
                None => Obj::whole(BigInt::from(*a) + BigInt::from(*b)),
            },
            (Obj::Str(a) | Obj::Markup(a), Obj::Str(b) | Obj::Markup(b)) => {
                self.check_size(a.len() + b.len())?;
                Obj::Str(joined(&[a, b], format!("{a}{b}")))
            }
            (Obj::List(a), Obj::List(b)) => {
                self.check_items(a.len() + b.len())?;
                let mut items = a.items(self)?;
                items.extend(b.items(self)?);
                Obj::list(items)
            }
            (Obj::Tuple(a), Obj::Tuple(b)) => {
                Obj::tuple(a.iter().chain(b.iter()).cloned().collect())
            }
            (Obj::Bytes(a), Obj::Bytes(b)) => Obj::Bytes([a.as_ref(), b.as_ref()].concat().into()),
            (Obj::Moment(_) | Obj::Date(_), Obj::Delta(micros)) => {
                return methods::date_plus(left, *micros);
            }
            (Obj::Delta(micros), Obj::Moment(_) | Obj::Date(_)) => {
                return methods::date_plus(right, *micros);
            }
            (Obj::Delta(a), Obj::Delta(b)) => Obj::Delta(a.saturating_add(*b)),
            _ => return numbers(MathOp::Add, left, right),
        })
    }

    fn mul(&self, left: &Obj, right: &Obj) -> Res<Obj> {
        match (left, right) {
            (Obj::Str(_) | Obj::Markup(_) | Obj::List(_) | Obj::Tuple(_), count)
                if count.int().is_some() =>
            {
                repeated(self, left, count.int().unwrap_or(0))
            }
            (count, Obj::Str(_) | Obj::Markup(_) | Obj::List(_) | Obj::Tuple(_))
                if count.int().is_some() =>
            {
                repeated(self, right, count.int().unwrap_or(0))
            }
            (Obj::Int(a), Obj::Int(b)) => Ok(match a.checked_mul(*b) {
                Some(product) => Obj::Int(product),
                None => Obj::whole(BigInt::from(*a) * BigInt::from(*b)),
            }),
            _ => numbers(MathOp::Mul, left, right),
        }
    }

    pub(super) fn negative(&self, obj: &Obj) -> Res<Obj> {
        Ok(match obj {
            Obj::Int(number) => match number.checked_neg() {
                Some(number) => Obj::Int(number),
                None => Obj::whole(-BigInt::from(*number)),
            },
            Obj::Bool(truth) => Obj::Int(-i64::from(*truth)),
            Obj::Big(number) => Obj::whole(-(**number).clone()),
            Obj::Float(number) => Obj::Float(-number),
            Obj::Delta(micros) => Obj::Delta(-micros),
            other => return Err(self.refuse(other, "has no negative")),
        })
    }

    pub(in super::super) fn compares(&self, op: CompareOp, left: &Obj, right: &Obj) -> Res<bool> {
        use std::cmp::Ordering::{Equal, Greater, Less};
        Ok(match op {
            CompareOp::Eq => obj::equal(self, left, right)?,
            CompareOp::Ne => !obj::equal(self, left, right)?,
            CompareOp::In => self.contains(right, left)?,
            CompareOp::NotIn => !self.contains(right, left)?,
            _ => {
                let order = obj::compare(self, left, right, op.sign())?;
                match op {
                    CompareOp::Lt => order == Some(Less),
                    CompareOp::Le => matches!(order, Some(Less | Equal)),
                    CompareOp::Gt => order == Some(Greater),
                    _ => matches!(order, Some(Greater | Equal)),
                }
            }
        })
    }

    /// Whether `part in whole`.
    pub(in super::super) fn contains(&self, whole: &Obj, part: &Obj) -> Res<bool> {
        if matches!(part, Obj::Undefined(_)) || matches!(whole, Obj::Undefined(_) | Obj::Unknown(_))
        {
            return Err(self.refuse(if part.is_undefined() { part } else { whole }, ""));
        }
        Ok(match whole {
            Obj::Str(text) | Obj::Markup(text) => match part {
                Obj::Str(part) | Obj::Markup(part) => text.contains(part.as_str()),
                other => {
                    return Err(self.refuse(other, "cannot be searched for in a text"));
                }
            },
            Obj::Dict(dict) => {
                if let Obj::Unknown(unknown) = part {
                    return Err(Stop::Unknown(unknown.clone()));
                }
                dict.has(&self.key(part)?)
            }
            Obj::Range(range) => match part.int() {
                Some(number) => range.contains(number),
                None => match part {
                    #[expect(clippy::cast_possible_truncation, reason = "checked to be whole")]
                    Obj::Float(number) if number.fract() == 0.0 => range.contains(*number as i64),
                    _ => false,
                },
            },
            Obj::Hosts => part
                .text()
                .is_some_and(|name| self.host_names().iter().any(|host| host == name.as_str())),
            Obj::Host(scope) => match part.text() {
                Some(name) => self.variable_of(*scope, name)?.is_some(),
                None => false,
            },
            _ => {
                // An equal item decides; else an unknown one leaves it open.
                let mut open = None;
                for item in self.items(whole)? {
                    match obj::equal(self, &item, part) {
                        Ok(true) => return Ok(true),
                        Ok(false) => {}
                        Err(Stop::Unknown(unknown)) => open = Some(unknown),
                        Err(stop) => return Err(stop),
                    }
                }
                match open {
                    Some(unknown) => return Err(Stop::Unknown(unknown)),
                    None => false,
                }
            }
        })
    }
}

/// A sequence several times over.
fn repeated(eval: &Eval<'_>, obj: &Obj, count: i64) -> Res<Obj> {
    let count = usize::try_from(count.max(0)).unwrap_or(usize::MAX);
    let all = |items: &[Obj]| {
        let size = items.len().saturating_mul(count);
        eval.check_items(size)?;
        let mut out = Vec::with_capacity(size);
        for _ in 0..count {
            out.extend_from_slice(items);
        }
        Ok::<_, Stop>(out)
    };
    Ok(match obj {
        Obj::Str(text) | Obj::Markup(text) => {
            eval.check_size(text.len().saturating_mul(count))?;
            Obj::Str(text.derive(text.repeat(count)))
        }
        Obj::List(list) => Obj::list(all(&list.items(eval)?)?),
        Obj::Tuple(items) | Obj::Group(items) => Obj::tuple(all(items)?),
        other => other.clone(),
    })
}

fn sign(op: MathOp) -> &'static str {
    match op {
        MathOp::Add => "+",
        MathOp::Sub => "-",
        MathOp::Mul => "*",
        MathOp::Div => "/",
        MathOp::FloorDiv => "//",
        MathOp::Rem => "%",
        MathOp::Pow => "**",
        MathOp::Concat => "~",
    }
}

fn numbers(op: MathOp, left: &Obj, right: &Obj) -> Res<Obj> {
    if !left.is_number() || !right.is_number() {
        return Err(Stop::runtime(format!(
            "`{}` does not work between `{}` and `{}`",
            sign(op),
            left.type_name(),
            right.type_name()
        )));
    }
    if matches!(left, Obj::Float(_)) || matches!(right, Obj::Float(_)) || op == MathOp::Div {
        return floats(op, left, right);
    }
    if op == MathOp::Pow {
        return power(left, right);
    }
    if let (Some(a), Some(b)) = (left.int(), right.int())
        && let Some(result) = small(op, a, b)
    {
        return Ok(Obj::Int(result));
    }
    let (Some(a), Some(b)) = (left.big(), right.big()) else {
        return Err(Stop::runtime("not a number"));
    };
    if matches!(op, MathOp::FloorDiv | MathOp::Rem) && b.is_zero() {
        return Err(Stop::runtime("division by zero"));
    }
    Ok(Obj::whole(match op {
        MathOp::Add => a + b,
        MathOp::Sub => a - b,
        MathOp::Mul => a * b,
        MathOp::FloorDiv => floor_div(&a, &b),
        _ => {
            let quotient = floor_div(&a, &b);
            a - quotient * b
        }
    }))
}

fn floor_div(a: &BigInt, b: &BigInt) -> BigInt {
    let quotient = a / b;
    if (a % b).is_zero() || a.is_negative() == b.is_negative() {
        quotient
    } else {
        quotient - 1
    }
}

/// The result in 64 bits; `None` where it does not fit, or needs an error.
fn small(op: MathOp, a: i64, b: i64) -> Option<i64> {
    match op {
        MathOp::Add => a.checked_add(b),
        MathOp::Sub => a.checked_sub(b),
        MathOp::Mul => a.checked_mul(b),
        MathOp::FloorDiv => {
            let quotient = a.checked_div(b)?;
            Some(if a % b != 0 && (a < 0) != (b < 0) {
                quotient - 1
            } else {
                quotient
            })
        }
        MathOp::Rem => {
            let rest = a.checked_rem(b)?;
            Some(if rest != 0 && (rest < 0) != (b < 0) {
                rest + b
            } else {
                rest
            })
        }
        _ => None,
    }
}

fn floats(op: MathOp, left: &Obj, right: &Obj) -> Res<Obj> {
    // Two large whole numbers divide exactly, not after rounding each.
    if op == MathOp::Div
        && (matches!(left, Obj::Big(_)) || matches!(right, Obj::Big(_)))
        && let (Some(a), Some(b)) = (left.big(), right.big())
        && !b.is_zero()
    {
        return Ok(Obj::Float(ratio(&a, &b)));
    }
    let (Some(a), Some(b)) = (left.float(), right.float()) else {
        return Err(Stop::runtime("not a number"));
    };
    if matches!(op, MathOp::Div | MathOp::FloorDiv | MathOp::Rem) && b == 0.0 {
        return Err(Stop::runtime("division by zero"));
    }
    Ok(Obj::Float(match op {
        MathOp::Add => a + b,
        MathOp::Sub => a - b,
        MathOp::Mul => a * b,
        MathOp::Div => a / b,
        MathOp::FloorDiv => ((a - modulo(a, b)) / b).round(),
        MathOp::Rem => modulo(a, b),
        _ => {
            if a == 0.0 && b < 0.0 {
                return Err(Stop::runtime("zero cannot have a negative power"));
            }
            a.powf(b)
        }
    }))
}

fn modulo(a: f64, b: f64) -> f64 {
    let rest = a % b;
    if rest != 0.0 && (rest < 0.0) != (b < 0.0) {
        rest + b
    } else if rest == 0.0 {
        0.0_f64.copysign(b)
    } else {
        rest
    }
}

fn ratio(a: &BigInt, b: &BigInt) -> f64 {
    // 1100 bits more than needed keep the quotient exact enough to round once.
    let shift = 64_i64
        .max(i64::try_from(b.bits()).unwrap_or(0) - i64::try_from(a.bits()).unwrap_or(0) + 64);
    let shift = usize::try_from(shift.clamp(0, 2200)).unwrap_or(0);
    let scaled: BigInt = (a << shift) / b;
    let quotient = scaled.to_f64().unwrap_or(f64::NAN);
    let mut scale = shift;
    let mut result = quotient;
    while scale > 0 {
        let step = scale.min(1000);
        result /= 2_f64.powi(i32::try_from(step).unwrap_or(0));
        scale -= step;
    }
    result
}

fn power(left: &Obj, right: &Obj) -> Res<Obj> {
    /// The largest result in bits: a power is no way to fill the memory.
    const BITS: u64 = 4_000_000;
    let (Some(base), Some(exponent)) = (left.big(), right.big()) else {
        return Err(Stop::runtime("not a number"));
    };
    if exponent.is_negative() {
        return floats(MathOp::Pow, left, right);
    }
    let Some(exponent) = exponent.to_u32() else {
        let tiny = base.is_zero() || base.magnitude().bits() == 1;
        if tiny {
            let odd = right.big().is_some_and(|number| number.bit(0));
            let result = if base.is_negative() && !odd {
                -base
            } else {
                base
            };
            return Ok(Obj::whole(result));
        }
        return Err(Stop::runtime("the power is too large"));
    };
    if base.bits().saturating_mul(u64::from(exponent)) > BITS {
        return Err(Stop::runtime("the power is too large"));
    }
    Ok(Obj::whole(base.pow(exponent)))
}
