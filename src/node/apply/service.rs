//! Services started, stopped and enabled.

use super::Stopped;
use crate::{
    change::Run,
    host::{Live, Observe as _},
    state::{Manager, ServiceState},
    value::text_of,
};

/// Brings a service from one state to another: first whether it may run, then whether it does.
pub(super) fn change(
    name: &str,
    manager: Manager,
    from: ServiceState,
    to: ServiceState,
    host: &Live,
) -> Result<(), Stopped> {
    let differs = |seen: Option<bool>, wanted: Option<bool>| wanted.filter(|_| seen != wanted);
    if let Some(masked) = differs(from.masked, to.masked) {
        verb(host, manager, if masked { "mask" } else { "unmask" }, name)?;
    }
    if let Some(enabled) = differs(from.enabled, to.enabled) {
        verb(
            host,
            manager,
            if enabled { "enable" } else { "disable" },
            name,
        )?;
    }
    if let Some(running) = differs(from.running, to.running) {
        verb(host, manager, if running { "start" } else { "stop" }, name)?;
    }
    Ok(())
}

/// Has the manager do one thing with a service.
pub(super) fn verb(host: &Live, manager: Manager, verb: &str, name: &str) -> Result<(), Stopped> {
    let words: Vec<&str> = match (manager, verb) {
        (Manager::Systemd { user: false }, _) => vec!["systemctl", verb, name],
        (Manager::Systemd { user: true }, _) => vec!["systemctl", "--user", verb, name],
        (Manager::Sysv, "enable") => vec!["update-rc.d", name, "defaults"],
        (Manager::Sysv, "disable") => vec!["update-rc.d", name, "disable"],
        (Manager::OpenRc, "enable") => vec!["rc-update", "add", name],
        (Manager::OpenRc, "disable") => vec!["rc-update", "delete", name],
        (Manager::Sysv | Manager::OpenRc, "mask" | "unmask") => {
            return Err(Stopped::new(
                format!("{verb} {name}"),
                "only systemd masks services",
            ));
        }
        (Manager::Sysv, _) => vec!["service", name, verb],
        (Manager::OpenRc, _) => vec!["rc-service", name, verb],
    };
    command(host, &words)
}

/// Has the manager read its units anew; those that keep none have nothing to do.
pub(super) fn reload_manager(host: &Live, manager: Manager) -> Result<(), Stopped> {
    match manager {
        Manager::Systemd { user: false } => command(host, &["systemctl", "daemon-reload"]),
        Manager::Systemd { user: true } => command(host, &["systemctl", "--user", "daemon-reload"]),
        Manager::Sysv | Manager::OpenRc => Ok(()),
    }
}

fn command(host: &Live, words: &[&str]) -> Result<(), Stopped> {
    let line = words.join(" ");
    let wanted = Run {
        argv: words.iter().map(|word| (*word).to_owned()).collect(),
        ..Run::default()
    };
    let answer = host
        .ask(&wanted)
        .map_err(|unseen| Stopped::new(format!("run `{line}`"), unseen))?;
    if answer.code == 0 {
        return Ok(());
    }
    Err(Stopped::new(
        format!("run `{line}`"),
        format!(
            "it ended with {}: {}",
            answer.code,
            text_of(&[answer.stderr, answer.stdout].concat()).trim_end()
        ),
    ))
}
