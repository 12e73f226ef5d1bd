//! Services started, stopped and enabled.

use std::{thread, time::Duration};

use super::Stopped;
use crate::{
    change::Run,
    host::{Live, Observe as _, services},
    state::{Manager, Manner, ServiceState},
    value::text_of,
};

/// Brings a service from one state to another: first whether it may run, then whether it does.
pub(super) fn change(
    name: &str,
    manager: Manager,
    [from, to]: [ServiceState; 2],
    manner: &Manner,
    host: &Live,
) -> Result<(), Stopped> {
    let service = Service {
        name,
        manager,
        manner,
        host,
    };
    let differs = |seen: Option<bool>, wanted: Option<bool>| wanted.filter(|_| seen != wanted);
    if let Some(masked) = differs(from.masked, to.masked) {
        service.mask(masked)?;
    }
    if let Some(enabled) = differs(from.enabled, to.enabled) {
        service.enable(enabled)?;
    }
    if let Some(running) = differs(from.running, to.running) {
        service.tell(if running { "start" } else { "stop" })?;
    }
    Ok(())
}

/// Starts a service anew.
pub(super) fn restart(
    host: &Live,
    manager: Manager,
    name: &str,
    manner: &Manner,
) -> Result<(), Stopped> {
    let service = Service {
        name,
        manager,
        manner,
        host,
    };
    if matches!(manager, Manager::Systemd { .. }) {
        return service.tell("restart");
    }
    // Not every script knows how to restart. One that cannot be stopped may still start.
    let stopped = service.tell("stop");
    thread::sleep(Duration::from_secs(manner.sleep));
    service.tell("start").map_err(|mut failed| {
        if let Err(first) = stopped {
            failed.because = format!("{}{}", first.because, failed.because);
        }
        failed
    })
}

/// Has a service read its configuration anew.
pub(super) fn reload(
    host: &Live,
    manager: Manager,
    name: &str,
    manner: &Manner,
) -> Result<(), Stopped> {
    Service {
        name,
        manager,
        manner,
        host,
    }
    .tell("reload")
}

/// Has the manager read its units anew; those that keep none have nothing to do.
pub(super) fn reload_manager(host: &Live, manager: Manager, whole: bool) -> Result<(), Stopped> {
    let Manager::Systemd { user } = manager else {
        return Ok(());
    };
    let verb = if whole {
        "daemon-reexec"
    } else {
        "daemon-reload"
    };
    let mut words = vec!["systemctl"];
    words.extend(user.then_some("--user"));
    words.push(verb);
    said(host, &words)?
        .map_err(|(code, why)| Stopped::new(verb, format!("failure {code} during {verb}: {why}")))
}

struct Service<'a> {
    name: &'a str,
    manager: Manager,
    manner: &'a Manner,
    host: &'a Live,
}

impl Service<'_> {
    /// Starts, stops, restarts or reloads it.
    fn tell(&self, verb: &str) -> Result<(), Stopped> {
        let script = format!("/etc/init.d/{}", self.name);
        let service = services::program(self.host, "service")
            .map_err(|unseen| Stopped::new("look for `service`", unseen))?;
        let mut words = match self.manager {
            Manager::Systemd { .. } => {
                let flags = self.manner.no_block.then_some("--no-block");
                return self.systemctl(verb, flags);
            }
            Manager::Sysv => match &service {
                Some(service) => vec![service.as_str(), self.name, verb],
                None => vec![script.as_str(), verb],
            },
            Manager::OpenRc => vec!["rc-service", self.name, verb],
        };
        words.extend(self.manner.arguments.iter().map(String::as_str));
        said(self.host, &words)?
            .map_err(|(_, why)| Stopped::new(format!("{verb} {}", self.name), why))
    }

    fn mask(&self, masked: bool) -> Result<(), Stopped> {
        let verb = if masked { "mask" } else { "unmask" };
        match self.manager {
            Manager::Systemd { .. } => self.systemctl(verb, None),
            Manager::Sysv | Manager::OpenRc => Err(Stopped::new(
                format!("{verb} {}", self.name),
                "only systemd masks services",
            )),
        }
    }

    fn enable(&self, enabled: bool) -> Result<(), Stopped> {
        let verb = if enabled { "enable" } else { "disable" };
        let name = self.name;
        let lines: Vec<Vec<&str>> = match self.manager {
            Manager::Systemd { .. } => {
                let flags = self.manner.force.then_some("--force");
                return self.systemctl(verb, flags);
            }
            Manager::OpenRc if enabled => vec![vec!["rc-update", "add", name, "default"]],
            Manager::OpenRc => vec![vec!["rc-update", "delete", name, "default"]],
            Manager::Sysv => {
                let has = |program: &str| {
                    services::program(self.host, program)
                        .map_err(|unseen| Stopped::new(format!("look for `{program}`"), unseen))
                };
                if has("update-rc.d")?.is_some() {
                    // Without links of any kind there is nothing to switch.
                    vec![
                        vec!["update-rc.d", name, "defaults"],
                        vec!["update-rc.d", name, verb],
                    ]
                } else if has("chkconfig")?.is_some() {
                    let to = if enabled { "on" } else { "off" };
                    vec![
                        vec!["chkconfig", "--add", name],
                        vec!["chkconfig", name, to],
                    ]
                } else {
                    return Err(Stopped::new(
                        format!("{verb} {name}"),
                        "there is neither update-rc.d nor chkconfig on the host",
                    ));
                }
            }
        };
        for words in lines {
            said(self.host, &words)?
                .map_err(|(_, why)| Stopped::new(format!("{verb} {name}"), why))?;
        }
        Ok(())
    }

    fn systemctl(&self, verb: &str, flag: Option<&str>) -> Result<(), Stopped> {
        let mut words = vec!["systemctl"];
        words.extend(matches!(self.manager, Manager::Systemd { user: true }).then_some("--user"));
        words.extend(flag);
        words.extend([verb, "--", self.name]);
        said(self.host, &words)?.map_err(|(_, why)| {
            let name = self.name;
            Stopped::new(
                format!("{verb} {name}"),
                format!("Unable to {verb} service {name}: {why}"),
            )
        })
    }
}

/// Runs a manager's program: fine, or how it ended and what it said.
fn said(host: &Live, words: &[&str]) -> Result<Result<(), (i32, String)>, Stopped> {
    let wanted = Run {
        argv: words.iter().map(|word| (*word).to_owned()).collect(),
        ..Run::default()
    };
    let answer = host
        .ask(&wanted)
        .map_err(|unseen| Stopped::new(format!("run `{}`", words.join(" ")), unseen))?;
    if answer.code == 0 {
        return Ok(Ok(()));
    }
    let (stderr, stdout) = (text_of(&answer.stderr), text_of(&answer.stdout));
    let why = [stderr, stdout]
        .into_iter()
        .find(|text| !text.trim().is_empty());
    let why = why.unwrap_or_else(|| {
        format!(
            "`{}` ended with {} and said nothing",
            words.join(" "),
            answer.code
        )
    });
    Ok(Err((answer.code, why)))
}
