//! Names that the run sets itself.

use std::sync::Arc;

use crate::{
    inventory::{HostId, Inventory, Vars},
    value::{Map, Value},
};

/// What a run was asked to do, as `ansible_*` names tell it.
#[derive(Clone, Debug, Default)]
pub struct Run {
    /// The folder of the playbook, absolute.
    pub playbook_dir: String,
    pub check_mode: bool,
    pub diff_mode: bool,
    pub forks: u32,
    pub verbosity: u32,
    pub limit: Option<String>,
    pub run_tags: Vec<String>,
    pub skip_tags: Vec<String>,
    pub inventory_sources: Vec<String>,
    pub config_file: Option<String>,
    /// Where this machine has Python: nothing here needs it, and playbooks may start it.
    pub python: Option<String>,
}

/// The version of ansible-core that playbooks find here.
const VERSION: &str = "2.19.14";

impl Run {
    /// The variables, which no other can change.
    pub fn vars(&self) -> Vars {
        let mut vars = Vars::new();
        let mut set = |name: &str, value: Value| vars.insert(name, value, None);
        set("playbook_dir", self.playbook_dir.as_str().into());
        set("ansible_check_mode", self.check_mode.into());
        set("ansible_diff_mode", self.diff_mode.into());
        set("ansible_forks", self.forks.into());
        set("ansible_verbosity", self.verbosity.into());
        if let Some(limit) = &self.limit {
            set("ansible_limit", limit.as_str().into());
        }
        let run_tags = if self.run_tags.is_empty() {
            texts(["all"])
        } else {
            texts(&self.run_tags)
        };
        set("ansible_run_tags", run_tags);
        set("ansible_skip_tags", texts(&self.skip_tags));
        set("ansible_inventory_sources", texts(&self.inventory_sources));
        set("ansible_config_file", self.config_file.clone().into());
        let python = self.python.as_deref().unwrap_or("/usr/bin/python3");
        set("ansible_playbook_python", python.into());
        set("ansible_version", version());
        vars
    }
}

fn version() -> Value {
    let mut numbers = VERSION
        .split('.')
        .map(|part| part.parse::<i64>().unwrap_or_default());
    let mut next = || Value::Int(numbers.next().unwrap_or_default());
    Value::from(Map::from([
        ("full", Value::from(VERSION)),
        ("major", next()),
        ("minor", next()),
        ("revision", next()),
        ("string", Value::from(VERSION)),
    ]))
}

fn texts<T: AsRef<str>>(items: impl IntoIterator<Item = T>) -> Value {
    Value::list(items.into_iter().map(|item| Value::from(item.as_ref())))
}

/// What a play tells its tasks.
#[derive(Clone, Debug, Default)]
pub struct PlayNames {
    pub name: String,
    /// All hosts of the play, whether or not they failed.
    pub hosts_all: Vec<Arc<str>>,
    /// The hosts of the play that are still in it.
    pub hosts: Vec<Arc<str>>,
    /// Those of the batch at work.
    pub batch: Vec<Arc<str>>,
    /// The roles that the play names.
    pub roles: Vec<String>,
    /// The roles that those depend on.
    pub dependent_roles: Vec<String>,
}

impl PlayNames {
    /// The variables, for [`super::Level::Magic`].
    pub fn vars(&self) -> Vars {
        let mut vars = Vars::new();
        let mut set = |name: &str, value: Value| vars.insert(name, value, None);
        set("ansible_play_name", self.name.as_str().into());
        set("ansible_play_hosts_all", texts(&self.hosts_all));
        set("ansible_play_hosts", texts(&self.hosts));
        let batch = texts(&self.batch);
        set("play_hosts", batch.clone());
        set("ansible_play_batch", batch);
        let roles = texts(&self.roles);
        set("role_names", roles.clone());
        set("ansible_play_role_names", roles);
        set("ansible_dependent_role_names", texts(&self.dependent_roles));
        let mut all: Vec<&String> = Vec::new();
        for role in self.dependent_roles.iter().chain(&self.roles) {
            if !all.contains(&role) {
                all.push(role);
            }
        }
        set("ansible_role_names", texts(&all));
        vars
    }
}

/// What a role tells its tasks, for [`super::Level::Magic`]; `path` is its folder.
pub fn role_names(name: &str, path: &str) -> Vars {
    let mut vars = Vars::new();
    let short = name.rsplit('.').next().unwrap_or(name);
    vars.insert("role_name", short, None);
    vars.insert("ansible_role_name", name, None);
    vars.insert("role_path", path, None);
    let collection = match name.splitn(3, '.').collect::<Vec<_>>()[..] {
        [space, collection, _] => Value::from(format!("{space}.{collection}")),
        _ => Value::Null,
    };
    vars.insert("ansible_collection_name", collection, None);
    vars
}

/// What every host has a name for.
pub(super) fn host_names(inventory: &Inventory, id: HostId) -> Vars {
    let host = inventory.host(id);
    let name = host.name();
    let mut vars = Vars::new();
    if let Some(source) = host.source() {
        let is_list = source.contains(',');
        let folder = if is_list {
            Value::Null
        } else {
            Value::from(source.rsplit_once('/').map_or("", |(folder, _)| folder))
        };
        vars.insert("inventory_file", source, None);
        vars.insert("inventory_dir", folder, None);
    } else if !host.is_implicit() {
        vars.insert("inventory_file", Value::Null, None);
        vars.insert("inventory_dir", Value::Null, None);
    }
    // What the inventory says of these two counts.
    for own in ["inventory_file", "inventory_dir"] {
        if host.vars().get(own).is_some() {
            vars.remove(own);
        }
    }
    let is_address = name.parse::<std::net::IpAddr>().is_ok();
    let short = if is_address {
        name
    } else {
        name.split('.').next().unwrap_or(name)
    };
    vars.insert("inventory_hostname", name.as_ref(), None);
    vars.insert("inventory_hostname_short", short, None);
    let groups = inventory
        .groups_of(id)
        .iter()
        .filter(|group| **group != Inventory::ALL);
    let mut groups: Vec<&str> = groups
        .map(|group| &**inventory.group(*group).name())
        .collect();
    groups.sort_unstable();
    vars.insert("group_names", texts(groups), None);
    vars
}

/// Every group with the names of its hosts.
pub(super) fn groups(inventory: &Inventory) -> Value {
    let group = |id| {
        let hosts = inventory.members(id);
        let hosts = hosts
            .iter()
            .filter(|host| !inventory.host(**host).is_implicit());
        let names = texts(hosts.map(|host| inventory.host(*host).name()));
        (inventory.group(id).name().as_ref(), names)
    };
    Value::from(inventory.groups().map(group).collect::<Map>())
}
