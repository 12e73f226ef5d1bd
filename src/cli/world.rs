//! What every command with hosts knows before it starts.

use std::{path::PathBuf, sync::Arc};

use super::{access::Access, say};
use crate::{
    config::{self, Environment, Settings},
    connection::{self, Connector},
    diagnostic::{Mistake, Mistakes},
    event::Secrets,
    inventory::{self, Inventory},
    report,
    vault::Keys,
};

/// A result, or mistakes with the exit code that they mean.
pub(super) type Told<T> = Result<T, (Mistakes, u8)>;

/// Settings, secrets and hosts.
pub(super) struct World {
    pub(super) environment: Environment,
    pub(super) settings: Settings,
    pub(super) keys: Option<Arc<Keys>>,
    pub(super) inventory: Inventory,
    pub(super) warnings: Vec<Mistake>,
}

impl World {
    pub(super) fn new(access: &Access, secrets: &Secrets) -> Told<Self> {
        let wrong = |mistakes| (mistakes, 4);
        let environment = Environment::of_this_process();
        let config::Loaded {
            settings,
            mut warnings,
        } = config::load(access.config(), &environment).map_err(wrong)?;
        let keys = access.vault.keys(&settings, &environment, secrets)?;
        let loaded =
            inventory::load(&settings, &environment, &opening(keys.as_ref())).map_err(wrong)?;
        warnings.extend(loaded.warnings);
        Ok(Self {
            environment,
            settings,
            keys,
            inventory: loaded.inventory,
            warnings,
        })
    }

    /// What opens the vaults of variables.
    pub(super) fn opening(&self) -> inventory::Keys {
        opening(self.keys.as_ref())
    }

    /// Says what is to be said about them.
    pub(super) fn warn(&self) {
        for warning in &self.warnings {
            say(&format!(
                "[WARNING]: {}",
                report::mistakes(&Mistakes(vec![warning.clone()]))
            ));
        }
    }

    /// Ways to the hosts.
    pub(super) fn connector(&self) -> Connector {
        let runtime = self.environment.get("XDG_RUNTIME_DIR");
        let builds = self.environment.get("HOSTWRIGHT_BUILDS");
        let mut settings = connection::Settings::default();
        if let Some(runtime) = runtime.filter(|folder| !folder.is_empty()) {
            settings.runtime = PathBuf::from(runtime);
        }
        settings.builds = builds.map(PathBuf::from);
        Connector::new(settings)
    }

    /// Who runs it.
    pub(super) fn owner(&self) -> String {
        let user = self.environment.get("USER").unwrap_or("somebody");
        format!("{user}, process {}", std::process::id())
    }
}

fn opening(keys: Option<&Arc<Keys>>) -> inventory::Keys {
    let keys = Arc::clone(keys?);
    Some(keys)
}

/// A name for this run that sorts by time and that no other run has.
pub(super) fn run_id() -> String {
    let now = jiff::Zoned::now();
    format!("{}-{}", now.strftime("%Y%m%dT%H%M%S"), std::process::id())
}
