//! Dates, times and spans of time.
#![expect(
    clippy::unnecessary_wraps,
    reason = "every line of a table has the same shape"
)]

use jiff::civil::{Date, DateTime, Time};

use super::{
    super::{
        eval::Eval,
        failure::{Res, Stop},
        obj::Obj,
    },
    Bound, Method,
};
use crate::value::Moment;

pub(super) const METHODS: &[Method] = &[
    Method {
        name: "isoformat",
        params: &["sep?"],
        run: isoformat,
    },
    Method {
        name: "strftime",
        params: &["format"],
        run: |_, of, args| strftime(of, &args.text_or("format", "")?).map(Obj::from),
    },
    Method {
        name: "timestamp",
        params: &[],
        run: timestamp,
    },
    Method {
        name: "date",
        params: &[],
        run: date,
    },
    Method {
        name: "weekday",
        params: &[],
        run: |_, of, _| {
            Ok(Obj::Int(i64::from(
                civil(of)?.date().weekday().to_monday_zero_offset(),
            )))
        },
    },
    Method {
        name: "isoweekday",
        params: &[],
        run: |_, of, _| {
            Ok(Obj::Int(i64::from(
                civil(of)?.date().weekday().to_monday_one_offset(),
            )))
        },
    },
    Method {
        name: "toordinal",
        params: &[],
        run: |_, of, _| Ok(Obj::Int(days(civil(of)?.date()) + 719_163)),
    },
];

pub(super) const DELTA: &[Method] = &[Method {
    name: "total_seconds",
    params: &[],
    run: total_seconds,
}];

const DAY: i64 = 86_400_000_000;

fn civil(of: &Obj) -> Res<DateTime> {
    match of {
        Obj::Moment(moment) => Ok(moment.civil),
        Obj::Date(date) => Ok(date.to_datetime(Time::midnight())),
        other => Err(Stop::runtime(format!(
            "`{}` is not a date",
            other.type_name()
        ))),
    }
}

/// Days since 1970.
fn days(date: Date) -> i64 {
    let (year, month, day) = (
        i64::from(date.year()),
        i64::from(date.month()),
        i64::from(date.day()),
    );
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// Microseconds since 1970, by the clock on the wall.
fn micros(time: DateTime) -> i64 {
    days(time.date()) * DAY
        + (i64::from(time.hour()) * 3600 + i64::from(time.minute()) * 60 + i64::from(time.second()))
            * 1_000_000
        + i64::from(time.subsec_nanosecond() / 1000)
}

/// The civil time of this many microseconds since 1970.
fn of_micros(micros: i64) -> Res<DateTime> {
    let span = jiff::SignedDuration::from_micros(micros);
    Date::constant(1970, 1, 1)
        .to_datetime(Time::midnight())
        .checked_add(span)
        .map_err(|_| Stop::runtime("date value out of range"))
}

pub(super) fn field(of: &Obj, name: &str) -> Option<Obj> {
    if let Obj::Delta(micros) = of {
        return Some(Obj::Int(match name {
            "days" => micros.div_euclid(DAY),
            "seconds" => micros.rem_euclid(DAY) / 1_000_000,
            "microseconds" => micros.rem_euclid(1_000_000),
            _ => return None,
        }));
    }
    let time = civil(of).ok()?;
    let timed = matches!(of, Obj::Moment(_));
    Some(match name {
        "year" => Obj::Int(i64::from(time.year())),
        "month" => Obj::Int(i64::from(time.month())),
        "day" => Obj::Int(i64::from(time.day())),
        "hour" if timed => Obj::Int(i64::from(time.hour())),
        "minute" if timed => Obj::Int(i64::from(time.minute())),
        "second" if timed => Obj::Int(i64::from(time.second())),
        "microsecond" if timed => Obj::Int(i64::from(time.subsec_nanosecond() / 1000)),
        "tzinfo" if matches!(of, Obj::Moment(Moment { offset: None, .. })) => Obj::None,
        _ => return None,
    })
}

fn isoformat(_: &Eval<'_>, of: &Obj, args: &Bound) -> Res<Obj> {
    Ok(match of {
        Obj::Moment(moment) => Obj::from(moment_text(moment, &args.text_or("sep", "T")?)),
        Obj::Date(date) => Obj::from(date.to_string()),
        _ => Obj::None,
    })
}

/// The moment as ISO 8601 has it, with this between date and time.
pub(in super::super) fn moment_text(moment: &Moment, between: &str) -> String {
    moment.to_string().replacen(' ', between, 1)
}

fn timestamp(_: &Eval<'_>, of: &Obj, _: &Bound) -> Res<Obj> {
    let Obj::Moment(moment) = of else {
        return Err(Stop::runtime("a date has no time"));
    };
    let offset = match moment.offset {
        Some(offset) => i64::from(offset),
        None => {
            let zoned = jiff::tz::TimeZone::system().to_zoned(moment.civil);
            zoned.map_or(0, |zoned| i64::from(zoned.offset().seconds()))
        }
    };
    #[expect(clippy::cast_precision_loss, reason = "as Python's float")]
    let seconds = (micros(moment.civil) - offset * 1_000_000) as f64 / 1e6;
    Ok(Obj::Float(seconds))
}

fn date(_: &Eval<'_>, of: &Obj, _: &Bound) -> Res<Obj> {
    civil(of).map(|time| Obj::Date(time.date()))
}

fn total_seconds(_: &Eval<'_>, of: &Obj, _: &Bound) -> Res<Obj> {
    #[expect(clippy::cast_precision_loss, reason = "as Python's float")]
    match of {
        Obj::Delta(micros) => Ok(Obj::Float(*micros as f64 / 1e6)),
        _ => Ok(Obj::None),
    }
}

/// `date - other`: a span of time, or an earlier date.
pub(in super::super) fn date_minus(left: &Obj, right: &Obj) -> Res<Obj> {
    match right {
        Obj::Delta(micros) => date_plus(left, -micros),
        Obj::Moment(_) | Obj::Date(_) => {
            let offset = |of: &Obj| match of {
                Obj::Moment(moment) => moment.offset.map(|seconds| i64::from(seconds) * 1_000_000),
                _ => None,
            };
            if std::mem::discriminant(left) != std::mem::discriminant(right)
                || offset(left).is_some() != offset(right).is_some()
            {
                return Err(Stop::runtime("these two dates cannot be subtracted"));
            }
            let at = |of: &Obj| Ok::<_, Stop>(micros(civil(of)?) - offset(of).unwrap_or(0));
            Ok(Obj::Delta(at(left)? - at(right)?))
        }
        other => Err(Stop::runtime(format!(
            "`-` does not work between `{}` and `{}`",
            left.type_name(),
            other.type_name()
        ))),
    }
}

/// A date some time later.
pub(in super::super) fn date_plus(date: &Obj, more: i64) -> Res<Obj> {
    let moved = of_micros(micros(civil(date)?).saturating_add(more))?;
    Ok(match date {
        Obj::Moment(moment) => Obj::Moment(Moment {
            civil: moved,
            offset: moment.offset,
        }),
        _ => Obj::Date(moved.date()),
    })
}

/// Day of the year from one, and the week numbers `%U` and `%W`.
pub(in super::super) fn weekday_numbers(date: Date) -> (i64, i64, i64) {
    let day = i64::from(date.day_of_year());
    let sunday = i64::from(date.weekday().to_sunday_zero_offset());
    let monday = i64::from(date.weekday().to_monday_zero_offset());
    (day, (day + 6 - sunday) / 7, (day + 6 - monday) / 7)
}

/// The time in a format of `strftime`, in the C locale.
#[expect(
    clippy::too_many_lines,
    reason = "one line for each letter of a format"
)]
pub(in super::super) fn strftime(of: &Obj, format: &str) -> Res<String> {
    use std::fmt::Write;
    const DAYS: [&str; 7] = [
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
        "Sunday",
    ];
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let time = civil(of)?;
    let offset = match of {
        Obj::Moment(moment) => moment.offset,
        _ => None,
    };
    let date = time.date();
    let weekday = usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or(0);
    let month = usize::try_from(date.month() - 1).unwrap_or(0);
    let (day_of_year, sunday_week, monday_week) = weekday_numbers(date);
    let week = date.iso_week_date();
    let hour12 = if time.hour() % 12 == 0 {
        12
    } else {
        time.hour() % 12
    };
    let mut out = String::new();
    let mut letters = format.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter != '%' {
            out.push(letter);
            continue;
        }
        let bare = letters.next_if_eq(&'-').is_some();
        let Some(kind) = letters.next() else {
            out.push('%');
            break;
        };
        let mut put = |number: i64, width: usize, pad: char| {
            let _ = match (bare, pad) {
                (true, _) => write!(out, "{number}"),
                (false, ' ') => write!(out, "{number:>width$}"),
                _ => write!(out, "{number:0width$}"),
            };
        };
        match kind {
            'Y' => put(i64::from(date.year()), 4, '0'),
            'C' => put(i64::from(date.year() / 100), 2, '0'),
            'y' => put(i64::from(date.year() % 100), 2, '0'),
            'm' => put(i64::from(date.month()), 2, '0'),
            'd' => put(i64::from(date.day()), 2, '0'),
            'e' => put(i64::from(date.day()), 2, ' '),
            'H' => put(i64::from(time.hour()), 2, '0'),
            'k' => put(i64::from(time.hour()), 2, ' '),
            'I' => put(i64::from(hour12), 2, '0'),
            'l' => put(i64::from(hour12), 2, ' '),
            'M' => put(i64::from(time.minute()), 2, '0'),
            'S' => put(i64::from(time.second()), 2, '0'),
            'f' => put(i64::from(time.subsec_nanosecond() / 1000), 6, '0'),
            'j' => put(day_of_year, 3, '0'),
            'U' => put(sunday_week, 2, '0'),
            'W' => put(monday_week, 2, '0'),
            'V' => put(i64::from(week.week()), 2, '0'),
            'G' => put(i64::from(week.year()), 4, '0'),
            'g' => put(i64::from(week.year() % 100), 2, '0'),
            'u' => put(i64::from(date.weekday().to_monday_one_offset()), 1, '0'),
            'w' => put(i64::from(date.weekday().to_sunday_zero_offset()), 1, '0'),
            's' => put(
                (micros(time) / 1_000_000) - i64::from(offset.unwrap_or(0)),
                1,
                '0',
            ),
            'a' => out.push_str(&DAYS[weekday][..3]),
            'A' => out.push_str(DAYS[weekday]),
            'b' | 'h' => out.push_str(&MONTHS[month][..3]),
            'B' => out.push_str(MONTHS[month]),
            'p' => out.push_str(if time.hour() < 12 { "AM" } else { "PM" }),
            'P' => out.push_str(if time.hour() < 12 { "am" } else { "pm" }),
            'n' => out.push('\n'),
            't' => out.push('\t'),
            '%' => out.push('%'),
            'z' => {
                if let Some(offset) = offset {
                    let sign = if offset < 0 { '-' } else { '+' };
                    let minutes = offset.abs() / 60;
                    let _ = write!(out, "{sign}{:02}{:02}", minutes / 60, minutes % 60);
                }
            }
            'Z' => {
                if offset == Some(0) {
                    out.push_str("UTC");
                }
            }
            'D' | 'x' => out.push_str(&strftime(of, "%m/%d/%y")?),
            'F' => out.push_str(&strftime(of, "%Y-%m-%d")?),
            'T' | 'X' => out.push_str(&strftime(of, "%H:%M:%S")?),
            'R' => out.push_str(&strftime(of, "%H:%M")?),
            'r' => out.push_str(&strftime(of, "%I:%M:%S %p")?),
            'c' => out.push_str(&strftime(of, "%a %b %e %H:%M:%S %Y")?),
            other => {
                out.push('%');
                out.push(other);
            }
        }
    }
    Ok(out)
}

/// The moment that a text is in a format of `strptime`.
pub(in super::super) fn parse_moment(text: &str, format: &str) -> Res<Moment> {
    Moment::read(text, format).map_err(Stop::runtime)
}
