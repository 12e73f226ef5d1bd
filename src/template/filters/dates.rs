//! Dates and times.

use super::super::{
    eval::{Bound, Eval},
    failure::{Res, Stop},
    methods::{float_of, parse_moment, strftime as formatted},
    obj::{self, Obj},
};
use super::{Filter, filter};
use crate::value::Moment;

pub(super) const FILTERS: &[Filter] = &[
    filter(
        &["to_datetime"],
        &["format?"],
        to_datetime,
        "Reads a date with its time.",
    ),
    filter(
        &["strftime"],
        &["second?", "utc?"],
        strftime,
        "Writes a time in this format.",
    ),
];

fn to_datetime(eval: &Eval<'_>, input: &Obj, args: &Bound) -> Res<Obj> {
    let text = obj::text(eval, input)?;
    let format = args.text_or("format", "%Y-%m-%d %H:%M:%S")?;
    parse_moment(&text, &format).map(Obj::Moment)
}

fn strftime(eval: &Eval<'_>, input: &Obj, args: &Bound) -> Res<Obj> {
    let format = obj::text(eval, input)?;
    let wrong = || Stop::runtime("the time must be a number of seconds since 1970");
    let stamp = match args.some("second") {
        None => jiff::Timestamp::now(),
        Some(second) => {
            let seconds = match second {
                Obj::Str(text) => float_of(text),
                other => other.float(),
            };
            let seconds = seconds.ok_or_else(wrong)?;
            #[expect(clippy::cast_possible_truncation, reason = "whole seconds count")]
            let whole = seconds.floor() as i64;
            jiff::Timestamp::from_second(whole).map_err(|_| wrong())?
        }
    };
    let zone = if args.truth(eval, "utc", false)? {
        jiff::tz::TimeZone::UTC
    } else {
        jiff::tz::TimeZone::system()
    };
    let zoned = stamp.to_zoned(zone);
    let moment = Moment {
        civil: zoned.datetime(),
        offset: Some(zoned.offset().seconds()),
    };
    formatted(&Obj::Moment(moment), &format).map(Obj::from)
}
