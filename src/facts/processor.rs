//! Processors.

use std::collections::{BTreeMap, BTreeSet};

use super::Ground;
use crate::{
    host::Seen,
    value::{Map, Value},
};

pub(super) fn processor(ground: &Ground<'_>, facts: &mut Map) -> Seen<()> {
    let text = ground.text("/proc/cpuinfo")?;
    let mut said = Vec::new();
    let mut flags = None;
    let mut threads: i64 = 0;
    let mut sockets: BTreeSet<&str> = BTreeSet::new();
    let mut numbers: BTreeMap<&str, i64> = BTreeMap::new();
    for line in text.lines() {
        let Some((key, value)) = line.split_once(':') else {
            continue;
        };
        let (key, value) = (key.trim(), value.trim());
        match key {
            "processor" => {
                threads += 1;
                said.push(Value::from(value));
            }
            "model name" | "Processor" | "vendor_id" | "cpu" | "Vendor" => {
                said.push(Value::from(value));
            }
            "physical id" => {
                sockets.insert(value);
            }
            "cpu cores" | "siblings" => {
                numbers.insert(key, value.parse().unwrap_or(1));
            }
            "flags" | "Features" if flags.is_none() => {
                flags = Some(Value::list(value.split_whitespace().map(Value::from)));
            }
            _ => {}
        }
    }
    let count = i64::try_from(sockets.len()).unwrap_or(1);
    // Without sockets, as on ARM and in some guests, each processor is one.
    let (count, cores, per_core) = if count == 0 {
        (threads.max(1), 1, 1)
    } else {
        let cores = numbers.get("cpu cores").copied().unwrap_or(1).max(1);
        let siblings = numbers.get("siblings").copied().unwrap_or(cores);
        (count, cores, siblings / cores)
    };
    facts.insert("processor", said);
    facts.insert("processor_count", count);
    facts.insert("processor_cores", cores);
    facts.insert("processor_threads_per_core", per_core.max(1));
    facts.insert("processor_vcpus", count * cores * per_core.max(1));
    facts.insert("processor_nproc", allowed(ground)?.unwrap_or(threads));
    if let Some(flags) = flags {
        facts.insert("flags", flags);
    }
    Ok(())
}

/// How many processors this process may use.
fn allowed(ground: &Ground<'_>) -> Seen<Option<i64>> {
    let status = ground.text("/proc/self/status")?;
    Ok(status
        .lines()
        .find_map(|line| line.strip_prefix("Cpus_allowed_list:"))
        .map(|list| {
            list.trim()
                .split(',')
                .filter_map(|range| {
                    let (from, to) = range.split_once('-').unwrap_or((range, range));
                    Some(to.parse::<i64>().ok()? - from.parse::<i64>().ok()? + 1)
                })
                .sum()
        }))
}
