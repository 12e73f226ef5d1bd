//! Everything in a directory.

use super::{File, Refusal, Times};
use crate::{
    host::{Observe as _, path},
    modules::{planning::Planning, strangers},
};

/// Gives everything in the directory the attributes; what links lead to as well where they are
/// followed. A directory comes after what is in it: its new owner can swap nothing meanwhile.
pub(super) fn dress(
    planning: &mut Planning<'_>,
    directory: &str,
    file: &File,
    times: &Times,
) -> Result<(), Refusal> {
    let mut met = vec![directory.to_owned()];
    below(planning, directory, file, times, &mut met)
}

fn below(
    planning: &mut Planning<'_>,
    directory: &str,
    file: &File,
    times: &Times,
    met: &mut Vec<String>,
) -> Result<(), Refusal> {
    for name in planning.host.names(directory)? {
        let at = path::join(directory, &name);
        let Some(stat) = planning.host.stat_at(&at)? else {
            continue;
        };
        if !stat.is_link() {
            if stat.is_directory() {
                met.push(at.clone());
                below(planning, &at, file, times, met)?;
            }
            planning.dress(&at, &file.attributes, Some(times))?;
            continue;
        }
        planning.dress(&at, &file.attributes, None)?;
        if !file.follow || planning.host.target(&at)?.is_none() {
            continue;
        }
        let target = strangers::followed(&planning.host, &at)?;
        // Two links into one place, or a circle, are one visit.
        if met.contains(&target) {
            continue;
        }
        met.push(target.clone());
        if planning
            .host
            .stat_at(&target)?
            .is_some_and(|stat| stat.is_directory())
        {
            below(planning, &target, file, times, met)?;
        }
        planning.dress(&target, &file.attributes, Some(times))?;
    }
    Ok(())
}
