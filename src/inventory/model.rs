//! Hosts and groups, and how they hang together.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use indexmap::IndexMap;

use super::{Vars, limit::Limit, names};
use crate::{
    config::SafeNames,
    diagnostic::{Mistake, Span},
    value::Value,
};

/// The names that mean this machine, whether or not an inventory has them.
pub const LOCAL_NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// A host of an [`Inventory`]: stays the same while the inventory lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HostId(pub(super) usize);

/// A group of an [`Inventory`]: stays the same while the inventory lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupId(pub(super) usize);

#[derive(Clone, Debug)]
pub struct Host {
    name: Arc<str>,
    /// What the inventory's own texts set for it.
    pub(super) vars: Arc<Vars>,
    /// The groups that name it themselves.
    groups: Vec<GroupId>,
    /// All groups it is in, the weakest first, see [`Inventory::groups_of`].
    line: Arc<[GroupId]>,
    source: Option<Arc<str>>,
    implicit: bool,
}

#[derive(Clone, Debug)]
pub struct Group {
    name: Arc<str>,
    pub(super) vars: Arc<Vars>,
    children: Vec<GroupId>,
    parents: Vec<GroupId>,
    hosts: Vec<HostId>,
    members: HashSet<HostId>,
    depth: usize,
    priority: i64,
}

impl Host {
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// The source that named it first; `None` for one that a task added.
    pub fn source(&self) -> Option<&str> {
        self.source.as_deref()
    }

    /// Whether no inventory names it: this machine, or one that tasks are delegated to.
    pub fn is_implicit(&self) -> bool {
        self.implicit
    }

    /// What the inventory's own texts set for it.
    pub fn vars(&self) -> &Arc<Vars> {
        &self.vars
    }
}

impl Group {
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// What the inventory's own texts set for it.
    pub fn vars(&self) -> &Arc<Vars> {
        &self.vars
    }

    pub fn children(&self) -> &[GroupId] {
        &self.children
    }

    /// The hosts that it names itself.
    pub fn hosts(&self) -> &[HostId] {
        &self.hosts
    }

    /// `ansible_group_priority`; 1 when not set.
    pub fn priority(&self) -> i64 {
        self.priority
    }
}

/// All hosts and groups of a run.
#[derive(Clone, Debug)]
pub struct Inventory {
    pub(super) hosts: IndexMap<Arc<str>, Host>,
    pub(super) groups: IndexMap<Arc<str>, Group>,
    /// This machine under its names, where the inventory has none of them; then hosts that only
    /// tasks are delegated to.
    hidden: Vec<Host>,
    pub(super) sources: Vec<String>,
    pub(super) safe_names: SafeNames,
    pub(super) odd_group: Option<(Arc<str>, Option<Span>)>,
    pub(super) limit: Limit,
}

/// The first host id of hosts that no inventory names.
const HIDDEN: usize = usize::MAX / 2;

impl Default for Inventory {
    fn default() -> Self {
        Self::new(SafeNames::Never)
    }
}

impl Inventory {
    /// An inventory with the groups `all` and `ungrouped`, and nothing in them.
    pub fn new(safe_names: SafeNames) -> Self {
        let mut inventory = Self {
            hosts: IndexMap::new(),
            groups: IndexMap::new(),
            hidden: Vec::new(),
            sources: Vec::new(),
            safe_names,
            odd_group: None,
            limit: Limit::default(),
        };
        inventory.make_group("all");
        inventory.make_group("ungrouped");
        inventory.link(Self::ALL, Self::UNGROUPED);
        inventory.hidden = LOCAL_NAMES.map(this_machine).into();
        inventory
    }

    pub const ALL: GroupId = GroupId(0);
    pub const UNGROUPED: GroupId = GroupId(1);

    pub fn host(&self, id: HostId) -> &Host {
        match id.0.checked_sub(HIDDEN) {
            Some(at) => &self.hidden[at],
            None => &self.hosts[id.0],
        }
    }

    pub fn group(&self, id: GroupId) -> &Group {
        &self.groups[id.0]
    }

    /// The host of this name; this machine's names are always there.
    pub fn host_named(&self, name: &str) -> Option<HostId> {
        if let Some(at) = self.hosts.get_index_of(name) {
            return Some(HostId(at));
        }
        let local = LOCAL_NAMES.iter().position(|local| *local == name)?;
        // A localhost that the inventory has stands for all its names.
        let known = LOCAL_NAMES
            .iter()
            .find_map(|local| self.hosts.get_index_of(*local));
        Some(known.map_or(HostId(HIDDEN + local), HostId))
    }

    pub fn group_named(&self, name: &str) -> Option<GroupId> {
        self.groups.get_index_of(name).map(GroupId)
    }

    /// The hosts that an inventory or a task named, in that order.
    pub fn hosts(&self) -> impl Iterator<Item = HostId> + use<> {
        (0..self.hosts.len()).map(HostId)
    }

    /// All groups, in the order they were named.
    pub fn groups(&self) -> impl Iterator<Item = GroupId> + use<> {
        (0..self.groups.len()).map(GroupId)
    }

    /// The sources that were read, in order, as they were given.
    pub fn sources(&self) -> &[String] {
        &self.sources
    }

    /// All groups a host is in, `all` among them, the weakest first: by depth, then by
    /// `ansible_group_priority`, then by name.
    pub fn groups_of(&self, host: HostId) -> &[GroupId] {
        &self.host(host).line
    }

    /// The hosts of a group and of all groups below it, level by level.
    pub fn members(&self, group: GroupId) -> Vec<HostId> {
        let mut hosts = Vec::new();
        let mut seen_hosts = HashSet::new();
        let mut seen = HashSet::from([group]);
        let mut level = vec![group];
        while !level.is_empty() {
            let mut below = Vec::new();
            for id in &level {
                let group = self.group(*id);
                hosts.extend(
                    group
                        .hosts
                        .iter()
                        .copied()
                        .filter(|host| seen_hosts.insert(*host)),
                );
                below.extend(
                    group
                        .children
                        .iter()
                        .copied()
                        .filter(|child| seen.insert(*child)),
                );
            }
            level = below;
        }
        hosts
    }

    /// The group of this name, made when it is not there.
    ///
    /// # Errors
    /// The name is refused, see [`names::group_fault`].
    pub fn add_group(&mut self, name: &str, place: Option<&Span>) -> Result<GroupId, Mistake> {
        let name = self.safe(name, place);
        if let Some(id) = self.group_named(&name) {
            return Ok(id);
        }
        if let Some(fault) = names::group_fault(&name) {
            return Err(told(format!("a group's name {fault}"), place));
        }
        // Two are always there.
        if self.limit.reached(self.groups.len() - 2, "groups", place)? {
            return Ok(Self::UNGROUPED);
        }
        Ok(self.make_group(&name))
    }

    /// The host of this name in this group, made when it is not there.
    ///
    /// # Errors
    /// The name is refused, see [`names::host_fault`].
    pub fn add_host(
        &mut self,
        name: &str,
        group: GroupId,
        source: Option<&Arc<str>>,
        place: Option<&Span>,
    ) -> Result<HostId, Mistake> {
        let id = if let Some(at) = self.hosts.get_index_of(name) {
            HostId(at)
        } else {
            if let Some(fault) = names::host_fault(name) {
                return Err(told(format!("a host's name {fault}"), place));
            }
            if self.limit.reached(self.hosts.len(), "hosts", place)? {
                return Ok(HostId(0));
            }
            let name: Arc<str> = name.into();
            let host = Host {
                name: Arc::clone(&name),
                vars: Arc::default(),
                groups: Vec::new(),
                line: Arc::default(),
                source: source.cloned(),
                implicit: false,
            };
            HostId(self.hosts.insert_full(name, host).0)
        };
        self.enrol(group, id);
        Ok(id)
    }

    /// The host of this name that [`Self::add_outsider`] made.
    pub fn outsider(&self, name: &str) -> Option<HostId> {
        let at = self.hidden.iter().position(|host| *host.name == *name)?;
        Some(HostId(HIDDEN + at))
    }

    /// A host that is in no group and in no list, for tasks that are delegated to it.
    ///
    /// # Errors
    /// The name is refused, see [`names::host_fault`].
    pub fn add_outsider(&mut self, name: &str) -> Result<HostId, Mistake> {
        if let Some(fault) = names::host_fault(name) {
            return Err(told(format!("a host's name {fault}"), None));
        }
        self.hidden.push(implicit(name, Vars::new()));
        Ok(HostId(HIDDEN + self.hidden.len() - 1))
    }

    /// Puts a host into a group; says whether it was not in it before.
    pub fn enrol(&mut self, group: GroupId, host: HostId) -> bool {
        let new = self.groups[group.0].members.insert(host);
        if new {
            self.groups[group.0].hosts.push(host);
            self.host_mut(host).groups.push(group);
        }
        new
    }

    /// Puts a group into another; says whether it was not in it before.
    ///
    /// # Errors
    /// The groups would go in a circle; the mistake names it.
    pub fn add_child(
        &mut self,
        parent: GroupId,
        child: GroupId,
        place: Option<&Span>,
    ) -> Result<bool, Mistake> {
        if self.group(parent).children.contains(&child) {
            return Ok(false);
        }
        if child == Self::ALL {
            return Err(told(
                "`all` holds every group and can be in none".to_owned(),
                place,
            ));
        }
        if let Some(path) = self.path(child, parent) {
            let names: Vec<String> = path
                .iter()
                .map(|id| format!("`{}`", self.group(*id).name))
                .collect();
            let circle = format!("{} → `{}`", names.join(" → "), self.group(child).name);
            return Err(told(
                format!("these groups go in a circle: {circle}"),
                place,
            ));
        }
        self.link(parent, child);
        Ok(true)
    }

    /// Sets a variable of a host.
    ///
    /// # Errors
    /// A value that ssh could take for something else.
    pub fn set_host(
        &mut self,
        host: HostId,
        name: &str,
        value: Value,
        place: Option<&Span>,
    ) -> Result<(), Mistake> {
        if let Some(fault) = super::vars::connection_fault(name, &value) {
            return Err(told(fault, place));
        }
        Arc::make_mut(&mut self.host_mut(host).vars).insert(name, value, place);
        Ok(())
    }

    /// Sets all these variables of a host.
    pub fn extend_host(&mut self, host: HostId, vars: &Vars) {
        Arc::make_mut(&mut self.host_mut(host).vars).extend(vars);
    }

    /// Sets a variable of a group; `ansible_group_priority` is its rank.
    ///
    /// # Errors
    /// A rank that is no whole number, and a value that ssh could take for something else.
    pub fn set_group(
        &mut self,
        group: GroupId,
        name: &str,
        value: Value,
        place: Option<&Span>,
    ) -> Result<(), Mistake> {
        if name == "ansible_group_priority" {
            let rank = match &value {
                Value::Text(text) => text.trim().parse().ok(),
                other => other.as_int(),
            };
            self.groups[group.0].priority = rank.ok_or_else(|| {
                told(
                    "`ansible_group_priority` must be a whole number".to_owned(),
                    place,
                )
            })?;
            return Ok(());
        }
        if let Some(fault) = super::vars::connection_fault(name, &value) {
            return Err(told(fault, place));
        }
        Arc::make_mut(&mut self.groups[group.0].vars).insert(name, value, place);
        Ok(())
    }

    /// Sets all these variables of a group.
    pub fn extend_group(&mut self, group: GroupId, vars: &Vars) {
        Arc::make_mut(&mut self.groups[group.0].vars).extend(vars);
    }

    fn make_group(&mut self, name: &str) -> GroupId {
        let name: Arc<str> = name.into();
        let group = Group {
            name: Arc::clone(&name),
            vars: Arc::default(),
            children: Vec::new(),
            parents: Vec::new(),
            hosts: Vec::new(),
            members: HashSet::new(),
            depth: 0,
            priority: 1,
        };
        GroupId(self.groups.insert_full(name, group).0)
    }

    fn link(&mut self, parent: GroupId, child: GroupId) {
        self.groups[parent.0].children.push(child);
        self.groups[child.0].parents.push(parent);
    }

    fn host_mut(&mut self, id: HostId) -> &mut Host {
        match id.0.checked_sub(HIDDEN) {
            Some(at) => &mut self.hidden[at],
            None => &mut self.hosts[id.0],
        }
    }

    /// A way from a group down to another, both included.
    fn path(&self, from: GroupId, to: GroupId) -> Option<Vec<GroupId>> {
        let mut stack = vec![vec![from]];
        let mut seen = HashSet::new();
        while let Some(path) = stack.pop() {
            let last = *path.last()?;
            if last == to {
                return Some(path);
            }
            if seen.insert(last) {
                let children = self.group(last).children.iter();
                stack.extend(children.map(|child| {
                    let mut longer = path.clone();
                    longer.push(*child);
                    longer
                }));
            }
        }
        None
    }

    fn safe(&mut self, name: &str, place: Option<&Span>) -> String {
        let clean = |at: usize, letter: char| {
            letter == '_'
                || if at == 0 {
                    letter.is_alphabetic()
                } else {
                    letter.is_alphanumeric()
                }
        };
        if name
            .chars()
            .enumerate()
            .all(|(at, letter)| clean(at, letter))
        {
            return name.to_owned();
        }
        if self.odd_group.is_none() {
            self.odd_group = Some((name.into(), place.cloned()));
        }
        if matches!(self.safe_names, SafeNames::Never | SafeNames::Ignore) {
            return name.to_owned();
        }
        let letters = name.chars().enumerate();
        letters
            .map(|(at, letter)| if clean(at, letter) { letter } else { '_' })
            .collect()
    }

    /// Brings the rules of inventories about after hosts or groups came: every group is below
    /// `all`, every host in a group, and depths and [`Self::groups_of`] are right again.
    pub fn settle(&mut self) {
        for id in 1..self.groups.len() {
            if self.groups[id].parents.is_empty() {
                self.link(Self::ALL, GroupId(id));
            }
        }
        let mut grouped = HashSet::new();
        for at in 0..self.hosts.len() {
            let groups = &self.hosts[at].groups;
            let special = |id: &GroupId| *id == Self::ALL || *id == Self::UNGROUPED;
            let host = HostId(at);
            if groups.iter().all(special) {
                self.enrol(Self::UNGROUPED, host);
            } else if groups.contains(&Self::UNGROUPED) {
                self.hosts[at].groups.retain(|id| *id != Self::UNGROUPED);
                grouped.insert(host);
            }
        }
        if !grouped.is_empty() {
            let ungrouped = &mut self.groups[Self::UNGROUPED.0];
            ungrouped.members.retain(|member| !grouped.contains(member));
            ungrouped.hosts.retain(|member| !grouped.contains(member));
        }
        self.measure();
        let mut lines: HashMap<Vec<GroupId>, Arc<[GroupId]>> = HashMap::new();
        for at in 0..self.hosts.len() {
            let groups = self.hosts[at].groups.clone();
            let line = lines
                .entry(groups)
                .or_insert_with_key(|groups| self.line(groups));
            let line = Arc::clone(line);
            self.hosts[at].line = line;
        }
    }

    /// Sets every group's depth: the longest way from `all`.
    fn measure(&mut self) {
        let mut open: Vec<usize> = self
            .groups
            .values()
            .map(|group| group.parents.len())
            .collect();
        let mut ready = vec![Self::ALL];
        while let Some(id) = ready.pop() {
            let depth = self.group(id).depth + 1;
            for child in self.groups[id.0].children.clone() {
                let below = &mut self.groups[child.0];
                below.depth = below.depth.max(depth);
                open[child.0] -= 1;
                if open[child.0] == 0 {
                    ready.push(child);
                }
            }
        }
    }

    fn line(&self, groups: &[GroupId]) -> Arc<[GroupId]> {
        let mut all: HashSet<GroupId> = HashSet::new();
        let mut open = groups.to_vec();
        open.push(Self::ALL);
        let mut line = Vec::new();
        while let Some(id) = open.pop() {
            if all.insert(id) {
                line.push(id);
                open.extend(&self.group(id).parents);
            }
        }
        line.sort_by_key(|id| {
            let group = self.group(*id);
            (group.depth, group.priority, Arc::clone(&group.name))
        });
        line.into()
    }
}

fn this_machine(name: &str) -> Host {
    let mut vars = Vars::new();
    vars.insert("ansible_connection", "local", None);
    implicit(name, vars)
}

fn implicit(name: &str, vars: Vars) -> Host {
    Host {
        name: name.into(),
        vars: Arc::new(vars),
        groups: Vec::new(),
        line: Arc::from([Inventory::ALL]),
        source: None,
        implicit: true,
    }
}

/// A mistake at a place, or nowhere when there is none.
pub(super) fn told(message: String, place: Option<&Span>) -> Mistake {
    match place {
        Some(place) => Mistake::new(message, place, "here"),
        None => Mistake::nowhere(message),
    }
}
