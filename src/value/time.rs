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
