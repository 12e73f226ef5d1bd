//! What is said of settings that the table does not have.

use std::collections::BTreeSet;

use super::{
    Environment,
    cfg::Entry,
    others::{ELSEWHERE, OTHERS_NOT_SUPPORTED, keys, renamed, variables},
};
use crate::{
    diagnostic::{Mistake, nearest},
    value::truth_of,
};

/// Warnings of settings that are not built, and of names that nobody knows.
pub(super) fn warnings(environment: &Environment, entries: &[Entry]) -> Vec<Mistake> {
    let mut told = not_supported(environment, entries);
    told.extend(entries.iter().filter_map(unknown_key));
    let mut sections = BTreeSet::new();
    let new = entries
        .iter()
        .filter(|entry| sections.insert(entry.section.as_str()));
    told.extend(new.filter_map(unknown_section));
    let names: BTreeSet<&str> = variables().collect();
    let set = environment.iter().map(|(name, _)| name);
    told.extend(
        set.filter(|name| !names.contains(name))
            .filter_map(|name| unknown_variable(name, &names)),
    );
    told
}

fn not_supported(environment: &Environment, entries: &[Entry]) -> Vec<Mistake> {
    let why = |name: &str| format!("the setting `{name}` is not supported: it changes nothing");
    let mut told = Vec::new();
    for (names, idle) in OTHERS_NOT_SUPPORTED {
        let matters = |text: &str| !is_same(text, idle);
        let mut names = names.split_whitespace().rev();
        // The environment stands behind the keys, and counts before them.
        for name in names.by_ref() {
            let found = match name.split_once('.') {
                None => environment
                    .get(name)
                    .map(|text| (text, Mistake::nowhere(why(name)))),
                Some((section, key)) => entries
                    .iter()
                    .find(|entry| entry.section == section && entry.key == key)
                    .map(|entry| {
                        let told = Mistake::new(why(key), &entry.span, "here");
                        (entry.value.as_str(), told)
                    }),
            };
            if let Some((text, mistake)) = found {
                told.extend(matters(text).then_some(mistake));
                break;
            }
        }
    }
    told
}

/// Whether a text says what `idle` says: spaces, quotes and words for yes and no do not count.
fn is_same(text: &str, idle: &str) -> bool {
    let bare = |text: &str| -> String {
        let kept = text
            .chars()
            .filter(|letter| !" \t\n\"'[]".contains(*letter));
        kept.collect()
    };
    let text = bare(text);
    text.is_empty()
        || text == bare(idle)
        || (truth_of(&text).is_some() && truth_of(&text) == truth_of(idle))
}

fn unknown_key(entry: &Entry) -> Option<Mistake> {
    let Entry { section, key, .. } = entry;
    let here = |wanted: &str| keys().any(|(section, _)| section == wanted);
    if ELSEWHERE.0.contains(&section.as_str()) || !here(section) {
        return None;
    }
    if keys().any(|known| known == (section.as_str(), key.as_str())) {
        return None;
    }
    let mistake = Mistake::new(
        format!("there is no setting `{key}` in `[{section}]`: it changes nothing"),
        &entry.span,
        "here",
    );
    let of_name = |name: &str| keys().find(|(_, known)| *known == name);
    let elsewhere = of_name(key).or_else(|| renamed(key).and_then(of_name));
    if let Some((section, key)) = elsewhere {
        return Some(mistake.help(format!("`{key}` in `[{section}]` is meant?")));
    }
    let own = keys().filter(|(known, _)| known == section);
    let near = nearest(key, own.map(|(_, key)| key));
    let far = || nearest(key, keys().map(|(_, key)| key)).and_then(of_name);
    Some(match (near, far()) {
        (None, Some((section, key))) => mistake.help(format!("`{key}` in `[{section}]` is meant?")),
        (near, _) => mistake.did_you_mean(near),
    })
}

/// A section that looks like one of ours; any other is that of a plugin.
fn unknown_section(entry: &Entry) -> Option<Mistake> {
    let section = entry.section.as_str();
    let mut known = keys().map(|(section, _)| section);
    if known.any(|known| known == section) || ELSEWHERE.0.contains(&section) {
        return None;
    }
    let near = nearest(section, keys().map(|(section, _)| section))?;
    Some(
        Mistake::new(
            format!("there is no section `[{section}]`: what stands in it changes nothing"),
            &entry.span,
            "in this section",
        )
        .did_you_mean(Some(near)),
    )
}

/// A name that looks like one of ours; any other is that of another program.
fn unknown_variable(name: &str, names: &BTreeSet<&'static str>) -> Option<Mistake> {
    let rest = name.strip_prefix("ANSIBLE_")?;
    if ELSEWHERE.1.iter().any(|start| name.starts_with(start)) {
        return None;
    }
    let ends = names
        .iter()
        .filter_map(|known| known.strip_prefix("ANSIBLE_"));
    let near = nearest(rest, ends)?;
    let known = names
        .iter()
        .copied()
        .find(|known| known.strip_prefix("ANSIBLE_") == Some(near));
    let mistake = Mistake::nowhere(format!("there is no setting `{name}`: it changes nothing"));
    Some(mistake.did_you_mean(known))
}
