//! The time zone that a login lives in.

use jiff::tz::TimeZone;

use crate::host::Login;

/// What `TZ` in the login's environment says, or else the machine's own zone.
pub fn zone(login: &Login) -> TimeZone {
    let told = login.environment.iter().find(|(name, _)| name == "TZ");
    match told {
        None => TimeZone::system(),
        Some((_, name)) => {
            let name = name.trim_start_matches(':');
            TimeZone::get(name)
                .or_else(|_| TimeZone::posix(name))
                // As the C library does with a name that it does not know.
                .unwrap_or(TimeZone::UTC)
        }
    }
}
