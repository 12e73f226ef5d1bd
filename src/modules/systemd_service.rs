//! `systemd_service`: a unit of systemd, and systemd itself.

use super::service::{State, Wanted};
use crate::{
    change::{Act, Plan},
    host::Observe,
    modules::{Module, Refusal},
    state::{Manager, Manner},
    value::{Map, Value},
};

choices! {
    /// Whose systemd it is.
    pub(super) enum Scope {
        System = "system",
        User = "user",
        Global = "global",
    }
}

parameters! {
    /// Starts, stops, restarts, reloads, enables and masks units of systemd.
    ///
    /// ```yaml
    /// - systemd_service:
    ///     name: backup.timer
    ///     enabled: true
    ///     state: started
    ///     daemon_reload: true
    /// ```
    pub(super) struct SystemdService {
        /// The unit; without a kind at its end it is a service.
        name: Option<String> as [service, unit],
        /// `started` and `stopped` do nothing where that is so already; `restarted` always starts
        /// it anew; `reloaded` starts it where it does not run.
        state: Option<State>,
        /// Whether it starts at boot.
        enabled: Option<bool>,
        /// Whether links that are in the way are replaced.
        force: Option<bool>,
        /// Whether it cannot be started at all.
        masked: Option<bool>,
        /// Whether systemd first reads its units anew.
        daemon_reload: bool as ["daemon-reload"] = false,
        /// Whether systemd first starts itself anew.
        daemon_reexec: bool as ["daemon-reexec"] = false,
        /// The system's own systemd, or that of the login's user.
        scope: Option<Scope>,
        /// Whether the end of what is asked is not waited for.
        no_block: bool = false,
    }
}

impl Module for SystemdService {
    fn plan(&self, host: &dyn Observe) -> Result<Plan, Refusal> {
        let user = match self.scope {
            None | Some(Scope::System) => false,
            Some(Scope::User) => true,
            Some(Scope::Global) => {
                return Err(Refusal::of("scope", "`scope: global` is not supported"));
            }
        };
        let manager = Manager::Systemd { user };
        let mut plan = Plan::default();
        for (asked, whole) in [(self.daemon_reload, false), (self.daemon_reexec, true)] {
            if asked {
                plan.act(Act::ReloadManager { manager, whole });
            }
        }
        let Some(name) = &self.name else {
            let needing = [
                ("state", self.state.is_some()),
                ("enabled", self.enabled.is_some()),
                ("masked", self.masked.is_some()),
            ];
            if let Some((param, _)) = needing.iter().find(|(_, given)| *given) {
                let message = format!("missing parameter(s) required by '{param}': name");
                return Err(Refusal::of(param, message));
            }
            plan.returns("name", Value::Null);
            plan.returns("status", Map::new());
            return Ok(plan);
        };
        let wanted = Wanted {
            name,
            manager,
            state: self.state,
            enabled: self.enabled,
            masked: self.masked,
            pattern: None,
            manner: Manner {
                no_block: self.no_block,
                force: self.force == Some(true),
                ..Manner::default()
            },
        };
        wanted.plan(host, &mut plan)?;
        Ok(plan)
    }
}
