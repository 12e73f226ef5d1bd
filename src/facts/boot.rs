//! How the system was started, for how long it runs, how busy it is.

use super::Ground;
use crate::{
    host::{Seen, words},
    value::{Map, Value},
};

/// The kernel's command line, by name.
pub(super) fn cmdline(ground: &Ground<'_>, facts: &mut Map) -> Seen<()> {
    let line = ground.text("/proc/cmdline")?;
    let mut last = Map::new();
    let mut every = Map::new();
    for word in words(&line).unwrap_or_default() {
        let (name, value) = match word.split_once('=') {
            Some((name, value)) => (name, Value::from(value)),
            None => (word.as_str(), Value::Bool(true)),
        };
        last.insert(name, value.clone());
        // A name that comes again has all its values.
        let value = match every.get(name) {
            None => value,
            Some(Value::List(before)) => Value::list(before.iter().cloned().chain([value])),
            Some(before) => Value::list([before.clone(), value]),
        };
        every.insert(name, value);
    }
    facts.insert("cmdline", last);
    facts.insert("proc_cmdline", every);
    Ok(())
}

pub(super) fn uptime(ground: &Ground<'_>, facts: &mut Map) -> Seen<()> {
    let text = ground.text("/proc/uptime")?;
    let whole = text.split(['.', ' ']).next().unwrap_or_default();
    if let Ok(seconds) = whole.parse::<i64>() {
        facts.insert("uptime_seconds", seconds);
    }
    Ok(())
}

pub(super) fn loadavg(ground: &Ground<'_>, facts: &mut Map) -> Seen<()> {
    let text = ground.text("/proc/loadavg")?;
    let loads = ["1m", "5m", "15m"]
        .into_iter()
        .zip(text.split_whitespace())
        .filter_map(|(name, load)| Some((name, load.parse::<f64>().ok()?)));
    let loads: Map = loads.collect();
    facts.insert("loadavg", loads);
    Ok(())
}

/// Whether we see another root than the first process does.
pub(super) fn chroot(ground: &Ground<'_>, facts: &mut Map) -> Seen<()> {
    let is_told = ground
        .host
        .login()?
        .environment
        .iter()
        .any(|(name, value)| name == "debian_chroot" && !value.is_empty());
    let number = |path: &str| {
        let stat = ground.host.target(path).ok().flatten()?;
        stat.real.map(|real| (real.inode, real.device))
    };
    let differs = match (number("/"), number("/proc/1/root/.")) {
        (Some(ours), Some(first)) => ours != first,
        // What may not be seen is told from the number that roots have.
        (Some((inode, _)), None) => !matches!(inode, 2 | 128 | 256),
        (None, _) => false,
    };
    facts.insert("is_chroot", is_told || differs);
    Ok(())
}
