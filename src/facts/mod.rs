//! What a host tells about itself, one file a subject.
//!
//! Facts have Ansible's names and types. They are data: nothing in them is ever rendered.

mod boot;
mod clock;
mod distribution;
mod dmi;
mod ground;
mod identity;
mod interfaces;
mod local;
mod memory;
mod mounts;
mod name_service;
mod packages;
mod processor;
mod python;
mod security;
mod ssh_keys;
mod subset;
mod virtualization;

use crate::{
    host::{Observe, Seen, Unseen, glob},
    value::{Map, Value},
};

use ground::Ground;
pub use subset::{BadSubset, Subsets};

/// What is asked of the facts.
#[derive(Clone, Debug)]
pub struct Asked {
    pub subsets: Subsets,
    /// Only facts whose names match one of these patterns; all when there are none.
    pub filter: Vec<String>,
    /// Seconds that a program may take to answer.
    pub timeout: u64,
    /// The directory of the host's own facts.
    pub fact_path: String,
}

/// The facts that are asked for, and warnings.
///
/// What a rehearsal cannot know is unknown fact by fact; what this login may not see is left out.
pub fn gather(host: &dyn Observe, asked: &Asked) -> Seen<(Map, Vec<String>)> {
    let ground = Ground::new(host, asked.timeout, &asked.fact_path);
    let mut facts = Map::new();
    for subject in subset::SUBJECTS {
        if !asked.subsets.has(subject) {
            continue;
        }
        let mut told = Map::new();
        match (subject.tell)(&ground, &mut told) {
            Ok(()) | Err(Unseen::Unreadable { .. }) => {}
            Err(Unseen::Unknown(unknown)) => {
                for name in subject.facts {
                    told.insert(*name, unknown.clone());
                }
            }
        }
        for (name, value) in told.texts() {
            facts.insert(format!("ansible_{name}"), value.clone());
        }
    }
    let subsets = asked
        .subsets
        .written
        .iter()
        .map(|one| Value::from(one.as_str()));
    facts.insert("gather_subset", Value::list(subsets));
    facts.insert("module_setup", true);
    if asked.filter.iter().any(|pattern| !pattern.is_empty()) {
        facts = facts
            .texts()
            .filter(|(name, _)| asked.filter.iter().any(|pattern| wants(pattern, name)))
            .map(|(name, value)| (name, value.clone()))
            .collect();
    }
    Ok((facts, ground.warnings()))
}

/// Patterns may leave the prefix of fact names out.
fn wants(pattern: &str, name: &str) -> bool {
    glob::matches(pattern, name) || glob::matches(&format!("ansible_{pattern}"), name)
}
