//! Inventories as `ansible-inventory` shows them.

use std::{collections::HashSet, fmt::Write};

use super::{GroupId, HostId, Inventory, Layer, Surroundings};
use crate::{
    config::HashBehaviour,
    diagnostic::{Mistake, Mistakes, nearest},
    value::{Key, Map, Value},
};

/// Names that every host has anyway, and which no listing shows.
const MAGIC: &[&str] = &[
    "ansible_async_path",
    "ansible_collection_name",
    "ansible_config_file",
    "ansible_dependent_role_names",
    "ansible_diff_mode",
    "ansible_facts",
    "ansible_forks",
    "ansible_inventory_sources",
    "ansible_limit",
    "ansible_play_batch",
    "ansible_play_hosts",
    "ansible_play_hosts_all",
    "ansible_play_role_names",
    "ansible_playbook_python",
    "ansible_role_name",
    "ansible_role_names",
    "ansible_run_tags",
    "ansible_skip_tags",
    "ansible_verbosity",
    "ansible_version",
    "inventory_dir",
    "inventory_file",
    "inventory_hostname",
    "inventory_hostname_short",
    "groups",
    "group_names",
    "omit",
    "hostvars",
    "playbook_dir",
    "play_hosts",
    "role_name",
    "role_names",
    "role_path",
    "role_uuid",
];

/// What a listing is made of.
#[derive(Clone, Copy)]
pub struct Shown<'a> {
    pub inventory: &'a Inventory,
    pub surroundings: &'a Surroundings,
    pub hash_behaviour: HashBehaviour,
    /// Whether variables of groups stay with the groups, as `--export` asks for.
    pub export: bool,
}

/// What `--list` prints: groups with what they hold, and the variables of these hosts.
///
/// # Errors
/// A file of variables is broken.
pub fn list(shown: Shown<'_>, hosts: &[HostId]) -> Result<Value, Mistakes> {
    let mut list = Map::new();
    let available: HashSet<HostId> = hosts.iter().copied().collect();
    let mut seen = HashSet::new();
    list_group(shown, Inventory::ALL, &available, &mut seen, &mut list)?;
    let mut vars = Map::new();
    for host in hosts {
        let of_host = host_vars(shown, *host)?;
        if of_host.as_map().is_some_and(|map| !map.is_empty()) {
            vars.insert(&**shown.inventory.host(*host).name(), of_host);
        }
    }
    let meta = Map::from([
        ("hostvars", sorted(&Value::from(vars))),
        ("profile", Value::from("inventory_legacy")),
    ]);
    list.insert("_meta", meta);
    Ok(sorted_once(list))
}

fn list_group(
    shown: Shown<'_>,
    id: GroupId,
    available: &HashSet<HostId>,
    seen: &mut HashSet<GroupId>,
    list: &mut Map,
) -> Result<(), Mistakes> {
    let group = shown.inventory.group(id);
    let mut entry = Map::new();
    let names = |ids: &mut dyn Iterator<Item = &str>| Value::list(ids.map(Value::from));
    if id != Inventory::ALL {
        let mut hosts = group.hosts().iter().filter(|host| available.contains(host));
        let hosts = names(
            &mut hosts
                .by_ref()
                .map(|host| &**shown.inventory.host(*host).name()),
        );
        entry.insert("hosts", hosts);
    }
    let children = group.children().iter();
    let children = names(&mut children.map(|child| &**shown.inventory.group(*child).name()));
    entry.insert("children", children);
    if shown.export {
        entry.insert("vars", sorted(&group_vars(shown, id)?));
    }
    for part in ["hosts", "children", "vars"] {
        let empty = match entry.get(part) {
            Some(Value::List(items)) => items.is_empty(),
            Some(Value::Map(map)) => map.is_empty(),
            _ => false,
        };
        if empty {
            entry.remove(part);
        }
    }
    if !entry.is_empty() {
        list.insert(&**group.name(), sorted_once(entry));
    }
    for child in group.children() {
        if seen.insert(*child) {
            list_group(shown, *child, available, seen, list)?;
        }
    }
    Ok(())
}

/// What `--host` prints: all that inventories say of a host; with [`Shown::export`] only what
/// was set for the host itself.
///
/// # Errors
/// A file of variables is broken.
pub fn host_vars(shown: Shown<'_>, host: HostId) -> Result<Value, Mistakes> {
    Ok(sorted(&as_written(shown, host)?))
}

/// The variables of a host by name; inside them the order stays.
fn as_written(shown: Shown<'_>, host: HostId) -> Result<Value, Mistakes> {
    let mut layers = shown.surroundings.layers_of(shown.inventory, host)?;
    if shown.export {
        layers.retain(|layer| layer.standing >= super::Standing::Host);
    }
    Ok(flat(shown, &layers))
}

fn group_vars(shown: Shown<'_>, group: GroupId) -> Result<Value, Mistakes> {
    let layers = shown.surroundings.layers_of_group(shown.inventory, group)?;
    let mut vars = match flat(shown, &layers) {
        Value::Map(map) => Map::clone(&map),
        _ => Map::new(),
    };
    let priority = shown.inventory.group(group).priority();
    if priority != 1 {
        vars.insert("ansible_group_priority", priority);
    }
    Ok(sorted_once(vars))
}

fn flat(shown: Shown<'_>, layers: &[Layer]) -> Value {
    let mut all = Map::new();
    for layer in layers {
        for (name, var) in layer.vars.iter().filter(|(name, _)| !MAGIC.contains(name)) {
            let value = var.written();
            let value = match (shown.hash_behaviour, all.get(name)) {
                (HashBehaviour::Merge, Some(older)) => merged(older, &value),
                _ => value,
            };
            all.insert(name, value);
        }
    }
    sorted_once(all)
}

/// Two values where the second is the stronger: dictionaries are merged key by key, anything
/// else gives way.
pub fn merged(older: &Value, newer: &Value) -> Value {
    let (Value::Map(older), Value::Map(newer)) = (older, newer) else {
        return newer.clone();
    };
    let mut both = Map::clone(older);
    for (key, value) in newer.iter() {
        let value = match older.get_key(key) {
            Some(older) => merged(older, value),
            None => value.clone(),
        };
        both.insert(key.clone(), value);
    }
    Value::from(both)
}

fn sorted(value: &Value) -> Value {
    match value {
        Value::List(items) => Value::list(items.iter().map(sorted)),
        Value::Map(map) => sorted_once(
            map.iter()
                .map(|(key, value)| (key.clone(), sorted(value)))
                .collect(),
        ),
        other => other.clone(),
    }
}

fn sorted_once(map: Map) -> Value {
    let mut entries: Vec<(Key, Value)> = map.into_iter().collect();
    entries.sort_by_cached_key(|(key, _)| python(&key.to_value(), false));
    entries.into_iter().collect::<Map>().into()
}

/// What `--graph` prints below the group of this name; `vars` adds all variables.
///
/// # Errors
/// There is no such group, or a file of variables is broken.
pub fn graph(shown: Shown<'_>, group: &str, vars: bool) -> Result<String, Mistakes> {
    let Some(id) = shown.inventory.group_named(group) else {
        let groups = shown.inventory.groups.keys().map(AsRef::as_ref);
        let mistake = Mistake::nowhere(format!("there is no group `{group}`"));
        return Err(mistake.did_you_mean(nearest(group, groups)).into());
    };
    let mut text = String::new();
    graph_group(shown, id, vars, 0, &mut text)?;
    Ok(text)
}

fn graph_group(
    shown: Shown<'_>,
    id: GroupId,
    vars: bool,
    depth: usize,
    text: &mut String,
) -> Result<(), Mistakes> {
    let group = shown.inventory.group(id);
    line(&format!("@{}:", group.name()), depth, text);
    for child in group.children() {
        graph_group(shown, *child, vars, depth + 1, text)?;
    }
    if id != Inventory::ALL {
        for host in group.hosts() {
            line(shown.inventory.host(*host).name(), depth + 1, text);
            if vars {
                graph_vars(&as_written(shown, *host)?, depth + 2, text);
            }
        }
    }
    if vars {
        graph_vars(&group_vars(shown, id)?, depth + 1, text);
    }
    Ok(())
}

fn graph_vars(vars: &Value, depth: usize, text: &mut String) {
    for (name, value) in vars.as_map().into_iter().flat_map(Map::texts) {
        line(
            &format!("{{{name} = {}}}", python(value, false)),
            depth,
            text,
        );
    }
}

fn line(what: &str, depth: usize, text: &mut String) {
    if depth > 0 {
        text.push_str(&"  |".repeat(depth));
        text.push_str("--");
    }
    text.push_str(what);
    text.push('\n');
}

/// The value as Python's `str` shows it, with quotes as inside a list when `inner`.
fn python(value: &Value, inner: bool) -> String {
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Int(number) => number.to_string(),
        Value::Big(number) => number.to_string(),
        Value::Float(number) => format!("{number:?}"),
        Value::Text(text) if inner => quoted(text),
        Value::Text(text) => text.as_str().to_owned(),
        Value::Bytes(bytes) => crate::value::text_of(bytes),
        Value::Date(date) => date.to_string(),
        Value::Moment(moment) => moment.to_string(),
        Value::List(items) => {
            let items: Vec<String> = items.iter().map(|item| python(item, true)).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Map(map) => {
            let entry = |(key, value): (&Key, &Value)| {
                format!("{}: {}", python(&key.to_value(), true), python(value, true))
            };
            let entries: Vec<String> = map.iter().map(entry).collect();
            format!("{{{}}}", entries.join(", "))
        }
        Value::Unknown(unknown) => unknown.to_string(),
    }
}

fn quoted(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') {
        '"'
    } else {
        '\''
    };
    let mut shown = String::from(quote);
    for letter in text.chars() {
        match letter {
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            '\\' => shown.push_str("\\\\"),
            letter if letter == quote => {
                shown.push('\\');
                shown.push(letter);
            }
            letter if letter.is_ascii_control() => {
                let _ = write!(shown, "\\x{:02x}", u32::from(letter));
            }
            letter => shown.push(letter),
        }
    }
    shown.push(quote);
    shown
}
