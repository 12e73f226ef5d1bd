//! A block: its tasks, its rescue and its `always`.

use std::collections::BTreeSet;

use super::{
    items::{self, Failed, Fate, Hosts},
    play::PlayState,
    run::Run,
    stack::{self, Brought},
};
use crate::{
    inventory::HostId,
    playbook::{Block, BlockKind},
    value::{Map, Text, Value},
};

/// Runs a block; what fails in it goes to its rescue, and all go through its `always`.
pub(super) async fn run<'r>(
    r: &'r Run<'r>,
    play: &'r PlayState<'r>,
    block: &'r Block,
    hosts: Hosts,
    brought: &'r Brought,
) -> Fate {
    let mut hosts = hosts;
    if let BlockKind::Role(role) = &block.kind {
        let before = hosts.clone();
        hosts.retain(|host| play.first_time(*host, &role.identity) || role.is_repeatable());
        if hosts.is_empty() {
            return Fate {
                going: before,
                failed: Vec::new(),
            };
        }
        let idle: Hosts = before
            .into_iter()
            .filter(|host| !hosts.contains(host))
            .collect();
        let mut fate = items::run(r, play, &block.block, hosts, brought).await;
        fate.going.extend(idle);
        fate.going.extend(play.come_back(&role.identity));
        play.sort(&mut fate.going);
        return fate;
    }
    let all = hosts.clone();
    let caught = usize::from(!block.rescue.is_empty());
    let last = usize::from(!block.always.is_empty());
    let shelters = r.shelters.get();
    r.rescues.set(r.rescues.get() + caught);
    r.shelters.set(shelters + caught.max(last));
    let mut fate = items::run(r, play, &block.block, hosts, brought).await;
    r.rescues.set(r.rescues.get() - caught);
    r.shelters.set(shelters + last);
    if !block.rescue.is_empty() && !fate.failed.is_empty() {
        let failed = std::mem::take(&mut fate.failed);
        let (lost, failed): (Vec<_>, Vec<_>) = failed.into_iter().partition(|(host, why)| {
            play.is_unreachable(*host) || matches!(why, Failed::Elsewhere { passes: true })
        });
        fate.failed = lost.into_iter().map(passed).collect();
        if !failed.is_empty() {
            for (host, why) in &failed {
                play.forgive(*host);
                let Failed::Here {
                    name,
                    action,
                    result,
                } = why
                else {
                    continue;
                };
                let name = name.clone().unwrap_or_else(|| Text::from(""));
                let name = rendered(r, play, *host, name.into());
                let task = Map::from([("name", name), ("action", action.as_str().into())]);
                r.variables
                    .set(*host, "ansible_failed_task", task.into(), None);
                r.variables
                    .set(*host, "ansible_failed_result", result.clone(), None);
                r.count(&r.host_name(*host), |tally| {
                    tally.rescued += 1;
                    tally.failed = tally.failed.saturating_sub(1);
                });
            }
            let mut hosts: Hosts = failed.iter().map(|(host, _)| *host).collect();
            play.sort(&mut hosts);
            let rescued = items::run(r, play, &block.rescue, hosts, brought).await;
            fate.going.extend(rescued.going);
            play.sort(&mut fate.going);
            fate.failed.extend(rescued.failed);
        }
    }
    r.shelters.set(shelters);
    if !block.always.is_empty() {
        // Without a rescue it is this that a host may have to pass over.
        let (passing, failed): (Vec<_>, Vec<_>) = fate
            .failed
            .into_iter()
            .partition(|(_, why)| matches!(why, Failed::Elsewhere { passes: true }));
        fate.failed = failed;
        let failed: BTreeSet<HostId> = fate.failed.iter().map(|(host, _)| *host).collect();
        for host in &failed {
            play.forgive(*host);
        }
        let hosts: Hosts = all
            .into_iter()
            .filter(|host| fate.going.contains(host) || failed.contains(host))
            .filter(|host| !play.is_unreachable(*host))
            .collect();
        let last = items::run(r, play, &block.always, hosts, brought).await;
        for host in &failed {
            play.fail(*host);
        }
        fate.failed.extend(
            last.failed
                .into_iter()
                .filter(|(host, _)| !failed.contains(host)),
        );
        fate.failed.extend(passing.into_iter().map(passed));
        fate.going = last
            .going
            .into_iter()
            .filter(|host| !failed.contains(host))
            .collect();
    }
    fate
}

/// A host that has passed over a rescue or an `always`: it takes the next one.
fn passed((host, why): (HostId, Failed)) -> (HostId, Failed) {
    match why {
        Failed::Elsewhere { .. } => (host, Failed::Elsewhere { passes: false }),
        here @ Failed::Here { .. } => (host, here),
    }
}

/// A name with the play's variables put in; as it is where that cannot be.
fn rendered(r: &Run<'_>, play: &PlayState<'_>, host: HostId, name: Value) -> Value {
    let stack = stack::of_play(r, play);
    let Ok(scope) = r.variables.scope(host, &stack) else {
        return name;
    };
    match r.templar(None).render(&name, &scope) {
        Ok(Some(text)) if !text.is_null() => text,
        _ => name.map_text(&mut |text| text.clone().into_data()),
    }
}
