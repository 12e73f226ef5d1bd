//! `service`: a service runs or not, now and at boot.

use crate::{
    change::{Act, Plan, Run},
    host::{Observe, services, words},
    modules::{Module, Refusal},
    state::{Manager, Manner},
    value::{Value, text_of},
};

choices! {
    /// What a service shall do.
    pub(super) enum State {
        Reloaded = "reloaded",
        Restarted = "restarted",
        Started = "started",
        Stopped = "stopped",
    }
}

parameters! {
    /// Starts, stops, restarts, reloads services, and says whether they start at boot, whatever
    /// manager the host has: systemd, OpenRC, or scripts in /etc/init.d.
    ///
    /// ```yaml
    /// - service:
    ///     name: apache2
    ///     state: restarted
    /// ```
    pub(super) struct Service {
        /// The service.
        name: String,
        /// `started` and `stopped` do nothing where that is so already; `restarted` always starts
        /// it anew; `reloaded` starts it where it does not run.
        state: Option<State>,
        /// Whether it starts at boot.
        enabled: Option<bool>,
        /// Where its script does not know `status`: what a line of `ps` holds when it runs.
        pattern: Option<String>,
        /// Seconds between stopping and starting when a script is restarted.
        sleep: Option<u64>,
        /// More words for the script; systemd takes none.
        arguments: Option<String> as [args],
        /// The runlevel in which OpenRC starts it: `default`.
        runlevel: Option<String>,
        /// The manager: `auto`, `systemd`, `sysvinit`, `openrc`.
        r#use: Option<String>,
    }
}

impl Module for Service {
    fn plan(&self, host: &dyn Observe) -> Result<Plan, Refusal> {
        if self.state.is_none() && self.enabled.is_none() {
            return Err(Refusal::of(
                "state",
                "one of the following is required: state, enabled",
            ));
        }
        let manager = self.manager(host)?;
        if let (Manager::OpenRc, Some(other)) = (manager, &self.runlevel)
            && other != "default"
        {
            return Err(Refusal::of(
                "runlevel",
                format!("`runlevel: {other}` is not supported"),
            ));
        }
        let mut plan = Plan::default();
        let wanted = Wanted {
            name: &self.name,
            manager,
            state: self.state,
            enabled: self.enabled,
            masked: None,
            pattern: self.pattern.as_deref(),
            manner: Manner {
                arguments: words(self.arguments.as_deref().unwrap_or_default())
                    .ok_or_else(|| Refusal::of("arguments", "No closing quotation"))?,
                sleep: self.sleep.unwrap_or_default(),
                ..Manner::default()
            },
        };
        wanted.plan(host, &mut plan)?;
        Ok(plan)
    }
}

impl Service {
    fn manager(&self, host: &dyn Observe) -> Result<Manager, Refusal> {
        let named = self.r#use.as_deref().unwrap_or("auto");
        match named.strip_prefix("ansible.builtin.").unwrap_or(named) {
            "auto" | "service" => Ok(services::manager(host)?),
            "systemd" | "systemd_service" => Ok(Manager::Systemd { user: false }),
            "sysvinit" | "sysv" => Ok(Manager::Sysv),
            "openrc" => Ok(Manager::OpenRc),
            other => Err(Refusal::of(
                "use",
                format!("`use: {other}` is not supported"),
            )),
        }
    }
}

/// What is asked of one service.
pub(super) struct Wanted<'a> {
    pub(super) name: &'a str,
    pub(super) manager: Manager,
    pub(super) state: Option<State>,
    pub(super) enabled: Option<bool>,
    pub(super) masked: Option<bool>,
    pub(super) pattern: Option<&'a str>,
    pub(super) manner: Manner,
}

impl Wanted<'_> {
    /// Adds what makes it so to a plan.
    pub(super) fn plan(self, host: &dyn Observe, plan: &mut Plan) -> Result<(), Refusal> {
        let Self {
            name,
            manager,
            manner,
            ..
        } = self;
        let missing = || {
            let message = format!("Could not find the requested service {name}: host");
            Refusal::of("name", message)
        };
        let mut seen = host.service(name, manager)?.ok_or_else(missing)?;
        if let (None, Some(pattern)) = (seen.running, self.pattern) {
            seen.running = Some(is_in_process_list(host, pattern)?);
        }
        let mut wanted = seen;
        wanted.enabled = self.enabled.or(seen.enabled);
        wanted.masked = self.masked.or(seen.masked);
        let act = match self.state {
            None => None,
            Some(_) if seen.running.is_none() => {
                return Err(Refusal::of("state", unclear(manager)));
            }
            Some(State::Restarted) => Some(Act::Restart {
                name: name.to_owned(),
                manager,
                manner: manner.clone(),
            }),
            Some(State::Reloaded) if seen.running == Some(true) => Some(Act::Reload {
                name: name.to_owned(),
                manager,
                manner: manner.clone(),
            }),
            Some(State::Stopped) => {
                wanted.running = Some(false);
                None
            }
            Some(State::Started | State::Reloaded) => {
                wanted.running = Some(true);
                None
            }
        };
        plan.service(name, manager, [seen, wanted], &manner);
        plan.changes.extend(act.map(crate::change::Change::Act));
        plan.returns("name", name);
        if let Some(enabled) = self.enabled {
            plan.returns("enabled", enabled);
        }
        if let Some(state) = self.state {
            let word = if state == State::Stopped {
                "stopped"
            } else {
                "started"
            };
            plan.returns("state", word);
        }
        if let Manager::Systemd { user } = manager {
            plan.returns("status", status(host, name, user, seen.running)?);
        }
        Ok(())
    }
}

fn unclear(manager: Manager) -> &'static str {
    match manager {
        Manager::Systemd { .. } => "Service is in unknown state",
        Manager::Sysv | Manager::OpenRc => {
            "failed determining service state, possible typo of service name?"
        }
    }
}

/// What systemd shows of a unit, as it is before the task.
fn status(
    host: &dyn Observe,
    name: &str,
    user: bool,
    running: Option<bool>,
) -> Result<Value, Refusal> {
    let Some(shown) = services::properties(host, name, user)? else {
        return Ok(Value::from(crate::value::Map::new()));
    };
    let is_active = shown.get("ActiveState").and_then(Value::as_str) == Some("active");
    if running.is_some_and(|running| running != is_active) {
        // What systemd shows is from before what was planned.
        return Ok(Value::Unknown(crate::value::Unknown::because(
            "the service will be in another state then",
        )));
    }
    Ok(Value::from(shown))
}

fn is_in_process_list(host: &dyn Observe, pattern: &str) -> Result<bool, Refusal> {
    let list = host.ask(&Run {
        argv: ["ps", "auxww"].map(str::to_owned).to_vec(),
        timeout: Some(30),
        ..Run::default()
    })?;
    Ok(text_of(&list.stdout)
        .lines()
        .any(|line| line.contains(pattern)))
}
