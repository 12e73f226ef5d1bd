//! Memory and swap.

use super::Ground;
use crate::{host::Seen, value::Map};

pub(super) fn memory(ground: &Ground<'_>, facts: &mut Map) -> Seen<()> {
    let text = ground.text("/proc/meminfo")?;
    // In MiB; the kernel has KiB.
    let of = |name: &str| -> i64 {
        text.lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
            .and_then(|rest| rest.split_whitespace().next()?.parse::<i64>().ok())
            .map_or(0, |kib| kib / 1024)
    };
    let (total, free) = (of("MemTotal"), of("MemFree"));
    let (swap, swap_free) = (of("SwapTotal"), of("SwapFree"));
    let without_cache = free + of("Cached") + of("Buffers");
    facts.insert("memtotal_mb", total);
    facts.insert("memfree_mb", free);
    facts.insert("swaptotal_mb", swap);
    facts.insert("swapfree_mb", swap_free);
    let real = Map::from([("total", total), ("used", total - free), ("free", free)]);
    let nocache = Map::from([("free", without_cache), ("used", total - without_cache)]);
    let swap = Map::from([
        ("total", swap),
        ("free", swap_free),
        ("used", swap - swap_free),
        ("cached", of("SwapCached")),
    ]);
    facts.insert(
        "memory_mb",
        Map::from([("real", real), ("nocache", nocache), ("swap", swap)]),
    );
    Ok(())
}
