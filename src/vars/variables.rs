//! What a run knows: inventories, facts, what tasks set.

use std::sync::{Arc, OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use indexmap::IndexMap;

use super::{HostScope, Run, Stack, facts, magic, reserved};
use crate::{
    config::{HashBehaviour, Settings},
    diagnostic::{Mistake, Mistakes, Span},
    inventory::{HostId, Inventory, Keys, Layer, Surroundings, Vars},
    value::{Map, Value},
};

/// What a run knows of its variables. Shared by all that work on it.
#[derive(Debug)]
pub struct Variables {
    surroundings: RwLock<Arc<Surroundings>>,
    run: RwLock<Arc<Vars>>,
    pub(super) extra: Arc<Vars>,
    pub(super) keys: Keyring,
    pub(super) hash_behaviour: HashBehaviour,
    inject_facts: bool,
    pub(super) watch: Watch,
    world: RwLock<World>,
}

/// Who is told of secrets that a person set, as they are used.
#[derive(Default)]
pub(super) struct Watch(pub(super) Option<Box<dyn Fn(&Value)>>);

impl std::fmt::Debug for Watch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Watch")
    }
}

pub(super) struct Keyring(pub(super) Keys);

impl std::fmt::Debug for Keyring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_some() {
            "Keyring(…)"
        } else {
            "Keyring()"
        })
    }
}

#[derive(Debug)]
struct World {
    inventory: Arc<Inventory>,
    groups: Arc<OnceLock<Value>>,
    known: IndexMap<HostId, Arc<Known>>,
}

/// What is known of one host.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    /// What inventories say, the weakest first; `None` until it is asked for.
    pub(super) inventory: Option<Arc<[Layer]>>,
    /// `inventory_hostname` and its like.
    pub(super) names: Arc<Vars>,
    /// `ansible_facts`; `None` before any fact came.
    pub(super) facts: Option<Arc<Map>>,
    pub(super) injected: Arc<Map>,
    pub(super) stray: Arc<Map>,
    pub(super) included: Arc<Vars>,
    pub(super) set: Arc<Vars>,
}

impl Variables {
    /// What is known before anything ran.
    pub fn new(
        inventory: Inventory,
        surroundings: Surroundings,
        run: &Run,
        extra: Vars,
        settings: &Settings,
        keys: Keys,
    ) -> Self {
        Self {
            surroundings: RwLock::new(Arc::new(surroundings)),
            run: RwLock::new(Arc::new(run.vars())),
            extra: Arc::new(extra),
            keys: Keyring(keys),
            hash_behaviour: settings.hash_behaviour,
            inject_facts: settings.inject_facts,
            watch: Watch::default(),
            world: RwLock::new(World {
                inventory: Arc::new(inventory),
                groups: Arc::default(),
                known: IndexMap::new(),
            }),
        }
    }

    /// Has `told` hear of every secret that a person set, when it is used.
    pub fn watch_secrets(&mut self, told: impl Fn(&Value) + 'static) {
        self.watch = Watch(Some(Box::new(told)));
    }

    /// The inventory as it is now.
    pub fn inventory(&self) -> Arc<Inventory> {
        Arc::clone(&self.read().inventory)
    }

    /// Changes the inventory, as `add_host` and `group_by` do; what inventories say of hosts is
    /// looked up anew afterwards.
    pub fn change_inventory<T>(&self, change: impl FnOnce(&mut Inventory) -> T) -> T {
        let mut world = self.write();
        let inventory = Arc::make_mut(&mut world.inventory);
        let result = change(inventory);
        inventory.settle();
        world.groups = Arc::default();
        for known in world.known.values_mut() {
            Arc::make_mut(known).inventory = None;
        }
        result
    }

    /// Goes on with a playbook of another folder, whose `group_vars` and `host_vars` now count.
    pub fn enter(&self, playbook_dir: &str, surroundings: Arc<Surroundings>) {
        let mut beside = self
            .surroundings
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        *beside = surroundings;
        let mut run = self.run.write().unwrap_or_else(PoisonError::into_inner);
        Arc::make_mut(&mut run).insert("playbook_dir", playbook_dir, None);
        for known in self.write().known.values_mut() {
            Arc::make_mut(known).inventory = None;
        }
    }

    /// What is to be said about names: variables of the command line, of groups and of hosts that
    /// are called like keywords, each name once.
    pub fn doubts(&self) -> Vec<Mistake> {
        let inventory = self.inventory();
        let groups = inventory
            .groups()
            .map(|id| Arc::clone(inventory.group(id).vars()));
        let hosts = inventory
            .hosts()
            .map(|id| Arc::clone(inventory.host(id).vars()));
        let all = std::iter::once(Arc::clone(&self.extra))
            .chain(groups)
            .chain(hosts);
        let mut doubts: Vec<Mistake> = all
            .flat_map(|vars| reserved::keyword_warnings(&vars))
            .collect();
        let mut seen = std::collections::HashSet::new();
        doubts.retain(|doubt| seen.insert(doubt.message().to_owned()));
        doubts
    }

    /// The files of variables that are read as hosts need them may have something to say.
    pub fn take_warnings(&self) -> Vec<Mistake> {
        self.surroundings().take_warnings()
    }

    /// The folders of variables that count now.
    pub fn surroundings(&self) -> Arc<Surroundings> {
        let surroundings = self.surroundings.read();
        Arc::clone(&surroundings.unwrap_or_else(PoisonError::into_inner))
    }

    /// The folder of the playbook whose variables count now.
    pub fn playbook_dir(&self) -> Option<String> {
        let folder = self.of_run().get("playbook_dir")?.value(None).ok()?;
        Some(folder.as_str()?.to_owned())
    }

    /// The names that the run sets itself.
    pub(super) fn of_run(&self) -> Arc<Vars> {
        Arc::clone(&self.run.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The variables that a task of this stack sees on a host.
    ///
    /// # Errors
    /// A file of variables is broken that no host needed before.
    pub fn scope<'a>(&'a self, host: HostId, stack: &'a Stack) -> Result<HostScope<'a>, Mistakes> {
        let known = self.known(host)?;
        let (inventory, groups) = {
            let world = self.read();
            (Arc::clone(&world.inventory), Arc::clone(&world.groups))
        };
        Ok(HostScope::new(self, host, known, inventory, groups, stack))
    }

    /// Takes in what a host said of itself. Returns a warning that names what it may not say.
    pub fn add_facts(&self, host: HostId, said: &Map) -> Option<Mistake> {
        let sorted = facts::sort_facts(said);
        let mut name = None;
        self.change(host, |known, inventory| {
            let all = Arc::make_mut(known.facts.get_or_insert_default());
            all.extend(&sorted.namespace);
            if self.inject_facts {
                Arc::make_mut(&mut known.injected).extend(&sorted.known);
                Arc::make_mut(&mut known.stray).extend(&sorted.stray);
            } else if let Some(local) = sorted.known.get("ansible_local") {
                Arc::make_mut(&mut known.injected).insert("ansible_local", local.clone());
            }
            name = Some(Arc::clone(inventory.host(host).name()));
        });
        if sorted.dropped.is_empty() {
            return None;
        }
        let names: Vec<String> = sorted
            .dropped
            .iter()
            .map(|name| format!("`{name}`"))
            .collect();
        let name = name.unwrap_or_default();
        Some(
            Mistake::nowhere(format!(
                "the host `{name}` said what no host may set: {}",
                names.join(", ")
            ))
            .help("it is not used; set it in the inventory or the play"),
        )
    }

    /// Forgets the facts of a host.
    pub fn clear_facts(&self, host: HostId) {
        self.change(host, |known, _| {
            known.facts = None;
            known.injected = Arc::default();
            known.stray = Arc::default();
        });
    }

    /// `ansible_facts` of a host; `None` before any fact came.
    pub fn facts(&self, host: HostId) -> Option<Arc<Map>> {
        self.read().known.get(&host)?.facts.clone()
    }

    /// Sets a variable as `set_fact` and `register` do.
    pub fn set(&self, host: HostId, name: &str, value: Value, place: Option<&Span>) {
        self.change(host, |known, _| {
            Arc::make_mut(&mut known.set).insert(name, value, place);
        });
    }

    /// Sets variables as `include_vars` does.
    pub fn include(&self, host: HostId, vars: &Vars) {
        self.change(host, |known, _| {
            let included = Arc::make_mut(&mut known.included);
            for (name, var) in vars.iter() {
                // Dictionaries that are included one after another add up when asked to.
                let older = included
                    .get(name)
                    .and_then(|older| older.value(self.keys()).ok());
                let newer = if self.hash_behaviour == HashBehaviour::Merge {
                    var.value(self.keys()).ok()
                } else {
                    None
                };
                match (older, newer) {
                    (Some(older), Some(newer)) => {
                        included.insert(
                            name,
                            crate::inventory::merged(&older, &newer),
                            var.place(),
                        );
                    }
                    _ => included.insert_var(name, var.clone()),
                }
            }
        });
    }

    pub(super) fn keys(&self) -> Option<&dyn crate::yaml::Decrypt> {
        self.keys
            .0
            .as_ref()
            .map(|keys| &**keys as &dyn crate::yaml::Decrypt)
    }

    /// What is known of a host, with what inventories say of it.
    fn known(&self, host: HostId) -> Result<Arc<Known>, Mistakes> {
        if let Some(known) = self.read().known.get(&host)
            && known.inventory.is_some()
        {
            return Ok(Arc::clone(known));
        }
        let inventory = self.inventory();
        let layers = self.surroundings().layers_of(&inventory, host)?;
        let names = Arc::new(magic::host_names(&inventory, host));
        let mut world = self.write();
        let known = Arc::make_mut(world.known.entry(host).or_default());
        known.inventory = Some(layers.into());
        known.names = names;
        Ok(Arc::clone(&world.known[&host]))
    }

    fn change(&self, host: HostId, change: impl FnOnce(&mut Known, &Inventory)) {
        let mut world = self.write();
        let inventory = Arc::clone(&world.inventory);
        change(
            Arc::make_mut(world.known.entry(host).or_default()),
            &inventory,
        );
    }

    fn read(&self) -> RwLockReadGuard<'_, World> {
        self.world.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, World> {
        self.world.write().unwrap_or_else(PoisonError::into_inner)
    }
}
