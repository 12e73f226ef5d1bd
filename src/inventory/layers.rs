//! What inventories say of a host, the weakest first.

use std::sync::Arc;

use super::{Beside, GroupId, HostId, Inventory, Keys, Vars, sources};
use crate::{
    config::Settings,
    diagnostic::{Mistake, Mistakes},
};

/// Where in an inventory variables stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// For `all`, in the inventory's own text.
    All,
    /// For another group, in the inventory's own text.
    Group,
    /// In `group_vars/all` beside the inventory.
    AllBesideInventory,
    /// In `group_vars/all` beside the playbook.
    AllBesidePlaybook,
    /// In `group_vars` beside the inventory.
    GroupBesideInventory,
    /// In `group_vars` beside the playbook.
    GroupBesidePlaybook,
    /// For the host, in the inventory's own text.
    Host,
    /// In `host_vars` beside the inventory.
    HostBesideInventory,
    /// In `host_vars` beside the playbook.
    HostBesidePlaybook,
}

/// Some variables of a host.
#[derive(Clone, Debug)]
pub struct Layer {
    pub standing: Standing,
    /// The group or host that they were set for.
    pub name: Arc<str>,
    pub vars: Arc<Vars>,
}

impl Layer {
    /// Where these variables stand, in words.
    pub fn described(&self) -> String {
        let name = &self.name;
        match self.standing {
            Standing::All | Standing::Group => format!("inventory, group `{name}`"),
            Standing::AllBesideInventory | Standing::GroupBesideInventory => {
                format!("group_vars of `{name}` beside the inventory")
            }
            Standing::AllBesidePlaybook | Standing::GroupBesidePlaybook => {
                format!("group_vars of `{name}` beside the playbook")
            }
            Standing::Host => "inventory, host".to_owned(),
            Standing::HostBesideInventory => "host_vars beside the inventory".to_owned(),
            Standing::HostBesidePlaybook => "host_vars beside the playbook".to_owned(),
        }
    }
}

/// The folders of variables around an inventory and a playbook.
#[derive(Debug, Default)]
pub struct Surroundings {
    inventory: Arc<Vec<Beside>>,
    playbook: Vec<Beside>,
    order: Vec<Standing>,
}

impl Surroundings {
    /// The folders beside the inventory's sources, and beside the playbook where there is one.
    ///
    /// # Errors
    /// The files of a host or group that the inventory names are broken.
    pub fn new(
        inventory: &Inventory,
        playbook_folder: Option<&str>,
        settings: &Settings,
        keys: &Keys,
    ) -> Result<Self, Mistakes> {
        let mut folders: Vec<String> = Vec::new();
        for source in inventory.sources() {
            let path = sources::path_of(source);
            let folder = if path.is_dir() {
                source.clone()
            } else if source.contains(',') && !path.exists() {
                continue;
            } else {
                source
                    .rsplit_once('/')
                    .map_or(".", |(folder, _)| folder)
                    .to_owned()
            };
            if !folders.contains(&folder) {
                folders.push(folder);
            }
        }
        let beside = |folder: &str| Beside::new(folder, &settings.yaml_extensions, keys);
        let surroundings = Self {
            inventory: Arc::new(folders.iter().map(|folder| beside(folder)).collect()),
            playbook: playbook_folder.map(beside).into_iter().collect(),
            order: order(&settings.precedence),
        };
        let mut mistakes = Mistakes::default();
        for folder in surroundings.folders() {
            mistakes
                .0
                .extend(folder.check(inventory).err().unwrap_or_default().0);
        }
        mistakes.or()?;
        Ok(surroundings)
    }

    /// The same folders beside the inventory's sources, and those beside another playbook.
    ///
    /// # Errors
    /// The files there of a host or group that the inventory names are broken.
    pub fn for_playbook(
        &self,
        inventory: &Inventory,
        folder: &str,
        settings: &Settings,
        keys: &Keys,
    ) -> Result<Self, Mistakes> {
        let beside = Beside::new(folder, &settings.yaml_extensions, keys);
        beside.check(inventory)?;
        Ok(Self {
            inventory: Arc::clone(&self.inventory),
            playbook: vec![beside],
            order: self.order.clone(),
        })
    }

    fn folders(&self) -> impl Iterator<Item = &Beside> {
        self.inventory.iter().chain(&self.playbook)
    }

    /// What is to be said about the files read so far, once.
    pub fn take_warnings(&self) -> Vec<Mistake> {
        self.folders().flat_map(Beside::take_warnings).collect()
    }

    /// What is set for a host's groups and for the host, the weakest first.
    ///
    /// # Errors
    /// A file of variables is broken that no host needed before.
    pub fn layers_of(&self, inventory: &Inventory, host: HostId) -> Result<Vec<Layer>, Mistakes> {
        let mut layers = Vec::new();
        let groups = inventory.groups_of(host);
        let (all, others): (Vec<GroupId>, Vec<GroupId>) =
            groups.iter().partition(|group| **group == Inventory::ALL);
        for standing in &self.order {
            match standing {
                Standing::All => own(inventory, &all, *standing, &mut layers),
                Standing::Group => own(inventory, &others, *standing, &mut layers),
                Standing::AllBesideInventory => {
                    groups_beside(&self.inventory, inventory, &all, *standing, &mut layers)?;
                }
                Standing::GroupBesideInventory => {
                    groups_beside(&self.inventory, inventory, &others, *standing, &mut layers)?;
                }
                Standing::AllBesidePlaybook => {
                    groups_beside(&self.playbook, inventory, &all, *standing, &mut layers)?;
                }
                Standing::GroupBesidePlaybook => {
                    groups_beside(&self.playbook, inventory, &others, *standing, &mut layers)?;
                }
                _ => {}
            }
        }
        let host = inventory.host(host);
        push(
            &mut layers,
            Standing::Host,
            host.name(),
            Some(Arc::clone(host.vars())),
        );
        for (folders, standing) in [
            (&*self.inventory, Standing::HostBesideInventory),
            (&self.playbook, Standing::HostBesidePlaybook),
        ] {
            for folder in folders {
                push(
                    &mut layers,
                    standing,
                    host.name(),
                    folder.of_host(host.name())?,
                );
            }
        }
        Ok(layers)
    }

    /// What is set for one group: in the inventory, then beside it and the playbook.
    ///
    /// # Errors
    /// As [`Self::layers_of`].
    pub fn layers_of_group(
        &self,
        inventory: &Inventory,
        group: GroupId,
    ) -> Result<Vec<Layer>, Mistakes> {
        let mut layers = Vec::new();
        own(inventory, &[group], Standing::Group, &mut layers);
        groups_beside(
            &self.inventory,
            inventory,
            &[group],
            Standing::GroupBesideInventory,
            &mut layers,
        )?;
        groups_beside(
            &self.playbook,
            inventory,
            &[group],
            Standing::GroupBesidePlaybook,
            &mut layers,
        )?;
        Ok(layers)
    }
}

fn own(inventory: &Inventory, groups: &[GroupId], standing: Standing, layers: &mut Vec<Layer>) {
    for id in groups {
        let group = inventory.group(*id);
        push(
            layers,
            standing,
            group.name(),
            Some(Arc::clone(group.vars())),
        );
    }
}

fn groups_beside(
    folders: &[Beside],
    inventory: &Inventory,
    groups: &[GroupId],
    standing: Standing,
    layers: &mut Vec<Layer>,
) -> Result<(), Mistakes> {
    for folder in folders {
        for id in groups {
            let name = inventory.group(*id).name();
            push(layers, standing, name, folder.of_group(name)?);
        }
    }
    Ok(())
}

fn push(layers: &mut Vec<Layer>, standing: Standing, name: &Arc<str>, vars: Option<Arc<Vars>>) {
    if let Some(vars) = vars.filter(|vars| !vars.is_empty()) {
        layers.push(Layer {
            standing,
            name: Arc::clone(name),
            vars,
        });
    }
}

/// The order that `precedence` asks for; names that it does not know are passed over.
fn order(precedence: &[String]) -> Vec<Standing> {
    let standing = |name: &String| {
        Some(match name.as_str() {
            "all_inventory" => Standing::All,
            "groups_inventory" => Standing::Group,
            "all_plugins_inventory" => Standing::AllBesideInventory,
            "all_plugins_play" => Standing::AllBesidePlaybook,
            "groups_plugins_inventory" => Standing::GroupBesideInventory,
            "groups_plugins_play" => Standing::GroupBesidePlaybook,
            _ => return None,
        })
    };
    precedence.iter().filter_map(standing).collect()
}
