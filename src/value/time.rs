//! A date with a time of day.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A civil time; with an offset from UTC it is a point in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    pub civil: jiff::civil::DateTime,
    /// Seconds east of UTC; `None` when the time names no zone.
    pub offset: Option<i32>,
}

/// What a format of Python's `strptime` can ask for.
const DIRECTIVES: &str = "aAbBcdfGHIjmMpSuUVwWxXyYzZ%";

impl Moment {
    /// The moment that a text is in a format of Python's `strptime`: the first of January 1900 at
    /// midnight where the format says nothing else. What is wrong is said in Python's words.
    pub fn read(text: &str, format: &str) -> Result<Self, String> {
        let wrong = || format!("time data '{text}' does not match format '{format}'");
        let mut letters = format.chars();
        while let Some(letter) = letters.next() {
            if letter != '%' {
                continue;
            }
            match letters.next() {
                None => return Err(format!("stray %% in format '{format}'")),
                Some(letter) if !DIRECTIVES.contains(letter) => {
                    return Err(format!(
                        "'{letter}' is a bad directive in format '{format}'"
                    ));
                }
                Some(_) => {}
            }
        }
        let mut plain = format.replace("%Z", "");
        let mut rest = text;
        for zone in [" GMT", " UTC"] {
            if plain.ends_with(' ')
                && let Some(before) = rest.strip_suffix(zone)
            {
                rest = before;
                plain.truncate(plain.trim_end().len());
            }
        }
        // jiff wants the dot as part of the fraction.
        let plain = plain.replace(".%f", "%.f");
        let mut parsed =
            jiff::fmt::strtime::BrokenDownTime::parse(&plain, rest).map_err(|_| wrong())?;
        if parsed.year().is_none() {
            parsed.set_year(Some(1900)).map_err(|_| wrong())?;
        }
        if parsed.day_of_year().is_none() {
            if parsed.month().is_none() {
                parsed.set_month(Some(1)).map_err(|_| wrong())?;
            }
            if parsed.day().is_none() {
                parsed.set_day(Some(1)).map_err(|_| wrong())?;
            }
        }
        let date = parsed.to_date().map_err(|_| wrong())?;
        let time = parsed.to_time().unwrap_or(jiff::civil::Time::midnight());
        Ok(Self {
            civil: date.to_datetime(time),
            offset: parsed.offset().map(jiff::tz::Offset::seconds),
        })
    }
}

/// As Python's `isoformat()` with a blank, which is how Ansible prints one.
impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = self.civil;
        write!(f, "{} ", time.date())?;
        write!(
            f,
            "{:02}:{:02}:{:02}",
            time.hour(),
            time.minute(),
            time.second()
        )?;
        let micros = time.subsec_nanosecond() / 1000;
        if micros != 0 {
            write!(f, ".{micros:06}")?;
        }
        if let Some(offset) = self.offset {
            let sign = if offset < 0 { '-' } else { '+' };
            let minutes = offset.abs() / 60;
            write!(f, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)?;
        }
        Ok(())
    }
}
