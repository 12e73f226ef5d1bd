//! The host's time and its zone.

use jiff::{Zoned, tz::TimeZone};

use super::Ground;
use crate::{host::Seen, value::Map};

#[expect(clippy::unnecessary_wraps, reason = "every subject has the same type")]
pub(super) fn date_time(_ground: &Ground<'_>, facts: &mut Map) -> Seen<()> {
    facts.insert("date_time", told(&Zoned::now()));
    Ok(())
}

fn told(now: &Zoned) -> Map {
    let utc = now.with_time_zone(TimeZone::UTC);
    let mut map = Map::new();
    for (name, form) in [
        ("year", "%Y"),
        ("month", "%m"),
        ("weekday", "%A"),
        ("weekday_number", "%w"),
        ("weeknumber", "%W"),
        ("day", "%d"),
        ("hour", "%H"),
        ("minute", "%M"),
        ("second", "%S"),
        ("epoch", "%s"),
        ("epoch_int", "%s"),
        ("date", "%Y-%m-%d"),
        ("time", "%H:%M:%S"),
    ] {
        map.insert(name, now.strftime(form).to_string());
    }
    for (name, form) in [
        ("iso8601_micro", "%Y-%m-%dT%H:%M:%S.%6fZ"),
        ("iso8601", "%Y-%m-%dT%H:%M:%SZ"),
    ] {
        map.insert(name, utc.strftime(form).to_string());
    }
    for (name, form) in [
        ("iso8601_basic", "%Y%m%dT%H%M%S%6f"),
        ("iso8601_basic_short", "%Y%m%dT%H%M%S"),
        ("tz", "%Z"),
    ] {
        map.insert(name, now.strftime(form).to_string());
    }
    map.insert("tz_dst", summer_name(now));
    map.insert("tz_offset", now.strftime("%z").to_string());
    map
}

/// What the zone is called in summer; where it has no summer time, what it is always called.
fn summer_name(now: &Zoned) -> String {
    let zone = now.time_zone();
    let names = [1, 7].into_iter().filter_map(|month| {
        let day = jiff::civil::date(now.year(), month, 1)
            .to_zoned(zone.clone())
            .ok()?;
        let offset = zone.to_offset_info(day.timestamp());
        Some((offset.dst().is_dst(), offset.abbreviation().to_owned()))
    });
    let names: Vec<_> = names.collect();
    let summer = names.iter().find(|(is_summer, _)| *is_summer);
    summer
        .or(names.first())
        .map_or_else(|| "UTC".to_owned(), |(_, name)| name.clone())
}

#[cfg(test)]
mod tests {
    use super::told;
    use crate::value::Value;

    #[test]
    fn a_moment_is_told_in_every_form() {
        let now: jiff::Zoned = "2026-11-22T20:39:30.032177+01:00[Europe/Paris]"
            .parse()
            .unwrap();
        let facts = told(&now);
        for (name, value) in [
            ("weekday", "Sunday"),
            ("weekday_number", "0"),
            ("weeknumber", "46"),
            ("epoch", "1795376370"),
            ("iso8601_micro", "2026-11-22T19:39:30.032177Z"),
            ("iso8601_basic", "20261122T203930032177"),
            ("tz", "CET"),
            ("tz_dst", "CEST"),
            ("tz_offset", "+0100"),
        ] {
            assert_eq!(facts.get(name), Some(&Value::from(value)), "{name}");
        }
    }
}
