//! Listings of hosts, tasks and tags, and asking at the terminal.
#![expect(clippy::print_stdout, reason = "listings are what was asked for")]

use super::known::Known;
use crate::{
    diagnostic::Mistakes,
    inventory::Inventory,
    playbook::{Play, Playbook, TagChoice},
};

/// What is to be listed; nothing for a mere check.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    pub(super) hosts: bool,
    pub(super) tasks: bool,
    pub(super) tags: bool,
}

/// Lists what the playbooks would do, in Ansible's layout.
pub(super) fn show(
    playbooks: &[Playbook],
    inventory: &Inventory,
    limit: &[String],
    choice: &TagChoice,
    wanted: Wanted,
    known: &Known,
) -> Result<(), Mistakes> {
    for playbook in playbooks {
        println!("\nplaybook: {}", playbook.path.display());
        for (at, play) in playbook.plays.iter().enumerate() {
            if !(wanted.hosts || wanted.tasks || wanted.tags) {
                continue;
            }
            of_play(at + 1, play, inventory, limit, choice, wanted, known)?;
        }
    }
    Ok(())
}

fn of_play(
    number: usize,
    play: &Play,
    inventory: &Inventory,
    limit: &[String],
    choice: &TagChoice,
    wanted: Wanted,
    known: &Known,
) -> Result<(), Mistakes> {
    let patterns: Vec<String> = play
        .hosts
        .iter()
        .map(|host| host.node.as_str().to_owned())
        .collect();
    let tags: Vec<&str> = play
        .scope
        .keywords
        .tags
        .iter()
        .map(|tag| tag.node.as_str())
        .collect();
    println!(
        "\n  play #{number} ({}): {}\tTAGS: [{}]",
        patterns.join(","),
        play.title(),
        tags.join(",")
    );
    if wanted.hosts {
        let mut hosts = inventory.matching(&patterns)?.hosts;
        if !limit.is_empty() {
            let within = inventory.matching(limit)?.hosts;
            hosts.retain(|host| within.contains(host));
        }
        let shown: Vec<String> = patterns.iter().map(|one| format!("'{one}'")).collect();
        println!("    pattern: [{}]", shown.join(", "));
        println!("    hosts ({}):", hosts.len());
        for host in hosts {
            println!("      {}", inventory.host(host).name());
        }
    }
    let mut tasks = Vec::new();
    for task in play.listed_tasks() {
        let mut tags = known.tags(task)?;
        // Who asks for the tags without choosing any wants those of `never` too.
        if choice.takes(&tags) || wanted.tags && choice.only.is_empty() && choice.skip.is_empty() {
            tags.sort_unstable();
            tasks.push((task, tags));
        }
    }
    if wanted.tasks {
        println!("    tasks:");
        for (task, tags) in &tasks {
            println!("      {}\tTAGS: [{}]", task.listed_title(), tags.join(", "));
        }
    }
    if wanted.tags {
        let mut all: Vec<&str> = tasks
            .iter()
            .flat_map(|(_, tags)| tags)
            .map(String::as_str)
            .collect();
        all.sort_unstable();
        all.dedup();
        println!("      TASK TAGS: [{}]", all.join(", "));
    }
    Ok(())
}
