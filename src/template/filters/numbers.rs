//! Numbers.
#![expect(
    clippy::unnecessary_wraps,
    reason = "every line of a table has the same shape"
)]

use super::super::{
    eval::{Bound, Eval},
    failure::{Res, Stop},
    methods::{cut, float_of, whole_of},
    obj::{self, Obj},
};
use super::{Filter, filter};
use crate::value::filtered_truth;

pub(super) const FILTERS: &[Filter] = &[
    filter(&["abs"], &[], abs, "Gives the number without its sign."),
    filter(
        &["int"],
        &["default?", "base?"],
        int,
        "Makes a whole number.",
    ),
    filter(
        &["float"],
        &["default?"],
        float,
        "Makes a number with a fraction.",
    ),
    filter(
        &["round"],
        &["precision?", "method?"],
        round,
        "Rounds a number.",
    ),
    filter(&["log"], &["base?"], log, "Gives the logarithm."),
    filter(&["pow"], &["y"], pow, "Raises to a power."),
    filter(&["root"], &["base?"], root, "Takes a root."),
    filter(&["bool"], &[], truth, "Makes a boolean of the usual words."),
    filter(
        &["filesizeformat"],
        &["binary?"],
        filesizeformat,
        "Writes a size in bytes for people.",
    ),
    filter(
        &["human_readable"],
        &["isbits?", "unit?"],
        human_readable,
        "Writes a size in bytes with its unit.",
    ),
    filter(
        &["human_to_bytes"],
        &["default_unit?", "isbits?"],
        human_to_bytes,
        "Reads a size with its unit.",
    ),
];

fn abs(eval: &Eval<'_>, input: &Obj, _: &Bound) -> Res<Obj> {
    Ok(match input {
        Obj::Float(number) => Obj::Float(number.abs()),
        other => match other.big() {
            Some(number) => Obj::whole(number.magnitude().clone().into()),
            None => return Err(eval.refuse(other, "has no absolute value")),
        },
    })
}

fn int(_: &Eval<'_>, input: &Obj, args: &Bound) -> Res<Obj> {
    let default = || args.get("default").cloned().unwrap_or(Obj::Int(0));
    let base = u32::try_from(args.int("base", 10)?).unwrap_or(1);
    Ok(match input {
        Obj::Str(text) | Obj::Markup(text) => match whole_of(text, base) {
            Some(number) => number,
            None => float_of(text).and_then(cut).unwrap_or_else(default),
        },
        Obj::Float(number) => cut(*number).unwrap_or_else(default),
        other => other.big().map_or_else(default, Obj::whole),
    })
}

fn float(_: &Eval<'_>, input: &Obj, args: &Bound) -> Res<Obj> {
    let number = match input {
        Obj::Str(text) | Obj::Markup(text) => float_of(text),
        other => other.float(),
    };
    Ok(match number {
        Some(number) => Obj::Float(number),
        None => args.get("default").cloned().unwrap_or(Obj::Float(0.0)),
    })
}

/// Rounds half to even, exactly, as Python does.
fn rounded(number: f64, digits: i64) -> f64 {
    if !number.is_finite() {
        return number;
    }
    if digits >= 0 {
        let digits = usize::try_from(digits.min(350)).unwrap_or(0);
        // Formatting looks at the exact value, so 2.675 becomes 2.67 as in Python.
        return format!("{number:.digits$}").parse().unwrap_or(number);
    }
    let scale = 10_f64.powi(i32::try_from(-digits).unwrap_or(400));
    (number / scale).round_ties_even() * scale
}

fn round(eval: &Eval<'_>, input: &Obj, args: &Bound) -> Res<Obj> {
    let digits = args.int("precision", 0)?;
    let method = args.text_or("method", "common")?;
    let Some(number) = input.float() else {
        return Err(eval.refuse(input, "is no number to round"));
    };
    if method == "common" {
        return Ok(Obj::Float(rounded(number, digits)));
    }
    let scale = 10_f64.powi(i32::try_from(digits).unwrap_or(0));
    match method.as_str() {
        "ceil" => Ok(Obj::Float((number * scale).ceil() / scale)),
        "floor" => Ok(Obj::Float((number * scale).floor() / scale)),
        _ => Err(Stop::runtime("method must be common, ceil or floor")),
    }
}

fn number(eval: &Eval<'_>, of: &Obj) -> Res<f64> {
    of.float().ok_or_else(|| eval.refuse(of, "is no number"))
}

fn positive(result: f64) -> Res<Obj> {
    if result.is_nan() {
        Err(Stop::runtime("math domain error"))
    } else {
        Ok(Obj::Float(result))
    }
}

fn log(eval: &Eval<'_>, input: &Obj, args: &Bound) -> Res<Obj> {
    let x = number(eval, input)?;
    if x <= 0.0 {
        return Err(Stop::runtime("math domain error"));
    }
    #[expect(clippy::float_cmp, reason = "the one base that has its own function")]
    match args.some("base") {
        None => positive(x.ln()),
        Some(base) => {
            let base = number(eval, base)?;
            positive(if base == 10.0 {
                x.log10()
            } else {
                x.ln() / base.ln()
            })
        }
    }
}

fn pow(eval: &Eval<'_>, input: &Obj, args: &Bound) -> Res<Obj> {
    positive(number(eval, input)?.powf(number(eval, args.need("y"))?))
}

fn root(eval: &Eval<'_>, input: &Obj, args: &Bound) -> Res<Obj> {
    let x = number(eval, input)?;
    match args.some("base") {
        None | Some(Obj::Int(2)) => positive(x.sqrt()),
        Some(base) => positive(x.powf(1.0 / number(eval, base)?)),
    }
}

fn truth(_: &Eval<'_>, input: &Obj, _: &Bound) -> Res<Obj> {
    Ok(Obj::Bool(match input {
        Obj::Bool(truth) => *truth,
        Obj::Str(text) | Obj::Markup(text) => filtered_truth(text),
        Obj::Int(number) => *number == 1,
        Obj::Float(number) => (*number - 1.0).abs() < f64::EPSILON,
        _ => false,
    }))
}

fn filesizeformat(eval: &Eval<'_>, input: &Obj, args: &Bound) -> Res<Obj> {
    let binary = args.truth(eval, "binary", false)?;
    let bytes = match input {
        Obj::Str(text) => float_of(text).ok_or_else(|| Stop::runtime("the text is no number"))?,
        other => number(eval, other)?,
    };
    let base: f64 = if binary { 1024.0 } else { 1000.0 };
    let prefixes = ["k", "M", "G", "T", "P", "E", "Z", "Y"];
    #[expect(clippy::float_cmp, reason = "one byte exactly has its own word")]
    if bytes == 1.0 {
        return Ok(Obj::from("1 Byte"));
    }
    if bytes < base {
        return Ok(Obj::from(format!("{:.0} Bytes", bytes.trunc())));
    }
    let mut unit = base;
    let mut text = String::new();
    for prefix in prefixes {
        unit *= base;
        let (prefix, letter) = if binary {
            (prefix.to_uppercase(), "iB")
        } else {
            (prefix.to_owned(), "B")
        };
        text = format!("{:.1} {prefix}{letter}", base * bytes / unit);
        if bytes < unit {
            break;
        }
    }
    Ok(Obj::from(text))
}

const UNITS: [(&str, f64); 9] = [
    ("Y", 1_208_925_819_614_629_174_706_176.0),
    ("Z", 1_180_591_620_717_411_303_424.0),
    ("E", 1_152_921_504_606_846_976.0),
    ("P", 1_125_899_906_842_624.0),
    ("T", 1_099_511_627_776.0),
    ("G", 1_073_741_824.0),
    ("M", 1_048_576.0),
    ("K", 1024.0),
    ("B", 1.0),
];

fn human_readable(eval: &Eval<'_>, input: &Obj, args: &Bound) -> Res<Obj> {
    let bits = args.truth(eval, "isbits", false)?;
    let size = number(eval, input)?;
    let base = if bits { "bits" } else { "Bytes" };
    let wanted = args.text("unit")?.map(|unit| unit.to_uppercase());
    let found = UNITS.iter().find(|(name, limit)| match &wanted {
        Some(wanted) => wanted.starts_with(name),
        None => size >= *limit,
    });
    let (name, limit) = *found.unwrap_or(&("B", 1.0));
    let unit = match name {
        "B" => base.to_owned(),
        name => format!("{name}{}", if bits { "b" } else { "B" }),
    };
    Ok(Obj::from(format!("{:.2} {unit}", size / limit)))
}

fn human_to_bytes(eval: &Eval<'_>, input: &Obj, args: &Bound) -> Res<Obj> {
    let bits = args.truth(eval, "isbits", false)?;
    let text = obj::text(eval, input)?;
    let wrong = || Stop::runtime(format!("`{text}` is not a size such as 10M"));
    let trimmed = text.trim();
    let end = trimmed
        .find(|letter: char| !letter.is_ascii_digit() && letter != '.')
        .unwrap_or(trimmed.len());
    let size: f64 = trimmed[..end].parse().map_err(|_| wrong())?;
    let mut unit = trimmed[end..].trim().to_owned();
    if unit.is_empty() {
        unit = args.text_or("default_unit", "B")?;
    }
    let small = if bits { "b" } else { "B" };
    let mut letters = unit.chars();
    let first = letters
        .next()
        .unwrap_or('B')
        .to_ascii_uppercase()
        .to_string();
    let rest = letters.as_str();
    let known = match rest {
        "" => true,
        "b" | "B" => rest == small || (first == "B" && rest.is_empty()),
        other => {
            let long = if bits {
                ["bit", "bits"]
            } else {
                ["yte", "ytes"]
            };
            first == "B" && long.contains(&other)
        }
    };
    let limit = UNITS
        .iter()
        .find(|(name, _)| *name == first)
        .map(|(_, limit)| *limit);
    match (known, limit) {
        (true, Some(limit)) => cut((size * limit).round()).ok_or_else(wrong),
        _ => Err(wrong()),
    }
}
