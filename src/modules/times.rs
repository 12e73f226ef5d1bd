//! Times that a file is to have.

use crate::{
    host::{Observe, zone},
    modules::Refusal,
    state::{Meta, Stamp},
    value::Moment,
};

parameters! {
    /// Parameters about the times of files.
    pub(super) struct AskedTimes {
        /// The access time: `preserve`, `now`, or a time in the format below.
        access_time: Option<String>,
        /// The format of the access time, as Python's `strptime` has it.
        access_time_format: String = "%Y%m%d%H%M.%S".to_owned(),
        /// The modification time: `preserve`, `now`, or a time in the format below.
        modification_time: Option<String>,
        /// The format of the modification time, as Python's `strptime` has it.
        modification_time_format: String = "%Y%m%d%H%M.%S".to_owned(),
    }
}

/// The times that something gets; `None` leaves the one it has.
#[derive(Clone, Copy, Debug)]
pub(super) struct Times {
    atime: Option<Stamp>,
    mtime: Option<Stamp>,
}

impl AskedTimes {
    /// What was asked for; `default` stands for what was not said.
    pub(super) fn read(
        &self,
        host: &dyn Observe,
        default: Option<Stamp>,
    ) -> Result<Times, Refusal> {
        Ok(Times {
            atime: stamp(
                host,
                "access_time",
                self.access_time.as_deref(),
                &self.access_time_format,
                default,
            )?,
            mtime: stamp(
                host,
                "modification_time",
                self.modification_time.as_deref(),
                &self.modification_time_format,
                default,
            )?,
        })
    }
}

impl Times {
    pub(super) fn is_empty(self) -> bool {
        self.atime.is_none() && self.mtime.is_none()
    }

    pub(super) fn set(self, meta: &mut Meta) {
        meta.atime = self.atime.unwrap_or(meta.atime);
        meta.mtime = self.mtime.unwrap_or(meta.mtime);
    }

    /// For something that is made now: its own times count, unless a point in time is asked for.
    pub(super) fn set_new(self, meta: &mut Meta) {
        for (wanted, stamp) in [(self.atime, &mut meta.atime), (self.mtime, &mut meta.mtime)] {
            if let Some(at @ Stamp::At(..)) = wanted {
                *stamp = at;
            }
        }
    }
}

fn stamp(
    host: &dyn Observe,
    param: &str,
    text: Option<&str>,
    format: &str,
    default: Option<Stamp>,
) -> Result<Option<Stamp>, Refusal> {
    match text {
        None => Ok(default),
        Some("preserve") => Ok(None),
        Some("now") => Ok(Some(Stamp::Now)),
        Some(text) => {
            let wrong = |why: String| {
                Refusal::of(
                    param,
                    format!(
                        "Error while obtaining timestamp for time {text} using format {format}: \
                         {why}"
                    ),
                )
            };
            // As with Ansible, a time is local whatever zone stands in it, and of whole seconds.
            let moment = Moment::read(text, format).map_err(wrong)?;
            let time = moment
                .civil
                .to_zoned(zone(&host.login()?))
                .map_err(|error| wrong(error.to_string()))?;
            Ok(Some(Stamp::At(time.timestamp().as_second(), 0)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::stamp;
    use crate::{host::Memory, state::Stamp};

    #[test]
    fn times_are_read_in_the_zone_of_the_login() {
        let mut host = Memory::default();
        let read = |host: &Memory, text, format| stamp(host, "x", Some(text), format, None).ok();
        host.login.environment = vec![("TZ".to_owned(), "UTC".to_owned())];
        let format = "%Y%m%d%H%M.%S";
        let at = Some(Some(Stamp::At(1_577_934_245, 0)));
        assert_eq!(read(&host, "202001020304.05", format), at);
        assert_eq!(read(&host, "2020", format), None);
        assert_eq!(read(&host, "2020", "%s"), None);
        let year = Some(Some(Stamp::At(1_577_836_800, 0)));
        assert_eq!(read(&host, "2020", "%Y"), year);
        let first = Some(Some(Stamp::At(-2_208_977_760, 0)));
        assert_eq!(read(&host, "03:04", "%H:%M"), first);
        let day = Some(Some(Stamp::At(1_577_923_200, 0)));
        assert_eq!(read(&host, "2020-01-02", "%Y-%m-%d"), day);
        host.login.environment = vec![("TZ".to_owned(), "Europe/Vienna".to_owned())];
        let earlier = Some(Some(Stamp::At(1_577_930_645, 0)));
        assert_eq!(read(&host, "202001020304.05", format), earlier);
    }
}
