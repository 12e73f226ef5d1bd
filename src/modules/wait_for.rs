//! `wait_for`: nothing more happens until something has.

use crate::{
    change::{Act, Condition, Plan},
    host::Observe,
    modules::{HostPath, Module, Refusal, returned},
    value::{Map, Unknown, Value},
};

choices! {
    /// What is waited for.
    pub(super) enum State {
        Absent = "absent",
        Drained = "drained",
        Present = "present",
        Started = "started",
        Stopped = "stopped",
    }
}

parameters! {
    /// Waits until a port answers or no longer does, a file is there or gone, or a time has passed.
    ///
    /// ```yaml
    /// - wait_for:
    ///     port: 8080
    ///     timeout: 30
    /// ```
    pub(super) struct WaitFor {
        /// The name or address of the host whose port it is.
        host: Option<String>,
        /// The longest time to wait, in seconds; without another condition just the time to wait.
        timeout: u64 = 300,
        /// Seconds that one attempt to connect may take.
        connect_timeout: u64 = 5,
        /// Seconds before the first look.
        delay: u64 = 0,
        /// The port.
        port: Option<i64>,
        /// States of connections that are not drained yet, as the kernel names them.
        active_connection_states: Option<Vec<String>>,
        /// `started` or `present`, `stopped` or `absent`, or for a port `drained`: no foreign
        /// connection is left.
        state: Option<State>,
        /// The file.
        path: Option<HostPath>,
        /// What the file or the port's greeting must hold, as a regular expression.
        search_regex: Option<String>,
        /// Hosts whose connections do not count for `drained`.
        exclude_hosts: Option<Vec<String>>,
        /// Seconds between two looks.
        sleep: u64 = 1,
        /// What is said when the time is over.
        msg: Option<String>,
    }
}

/// What the kernel names its states in /proc/net/tcp, by their number from 1 on.
const STATES: &[&str] = &[
    "ESTABLISHED",
    "SYN_SENT",
    "SYN_RECV",
    "FIN_WAIT1",
    "FIN_WAIT2",
    "TIME_WAIT",
    "CLOSE",
    "CLOSE_WAIT",
    "LAST_ACK",
    "LISTEN",
    "CLOSING",
];

impl Module for WaitFor {
    const ONLY_LOOKS: bool = true;

    fn plan(&self, host: &dyn Observe) -> Result<Plan, Refusal> {
        let condition = self.condition()?;
        let state = self.state.unwrap_or(State::Started);
        let mut plan = Plan::default();
        plan.returns(
            "state",
            match state {
                State::Absent => "absent",
                State::Drained => "drained",
                State::Present => "present",
                State::Started => "started",
                State::Stopped => "stopped",
            },
        );
        plan.returns("port", self.port);
        plan.returns("path", self.path.as_ref().map(|path| path.0.clone()));
        plan.returns("search_regex", self.search_regex.clone());
        let searches = matches!(
            &condition,
            Condition::File {
                search: Some(_),
                present: true,
                ..
            } | Condition::Port {
                search: Some(_),
                open: true,
                ..
            }
        );
        if searches {
            let unknown = Unknown::because("what a search finds is known when it has found it");
            plan.returns("match_groups", unknown.clone());
            plan.returns("match_groupdict", unknown);
        } else {
            plan.returns("match_groups", Value::list([]));
            plan.returns("match_groupdict", Map::new());
        }
        if let Condition::File {
            path,
            present: true,
            ..
        } = &condition
        {
            returned::awaited(host, path, &mut plan.result)?;
        }
        plan.act(Act::Wait {
            condition,
            timeout: self.timeout,
            delay: self.delay,
            sleep: self.sleep,
            message: self.msg.clone(),
        });
        Ok(plan)
    }
}

impl WaitFor {
    fn condition(&self) -> Result<Condition, Refusal> {
        let fails = |param: &str, message: String| {
            Err(Refusal::of(param, message).with(Map::from([("elapsed", Value::Int(0))])))
        };
        let state = self.state.unwrap_or(State::Started);
        if self.port.is_some() && self.path.is_some() {
            return fails(
                "port",
                "port and path parameter can not both be passed to wait_for".to_owned(),
            );
        }
        if self.path.is_some() && matches!(state, State::Stopped | State::Drained) {
            let word = if state == State::Stopped {
                "stopped"
            } else {
                "drained"
            };
            return fails(
                "state",
                format!(
                    "state={word} should only be used for checking a port in the wait_for module"
                ),
            );
        }
        if self.exclude_hosts.is_some() && state != State::Drained {
            let message = "exclude_hosts should only be with state=drained";
            return fails("exclude_hosts", message.to_owned());
        }
        for name in self.active_connection_states.iter().flatten() {
            if !STATES.contains(&name.as_str()) {
                return fails(
                    "active_connection_states",
                    format!("unknown active_connection_state ({name}) defined"),
                );
            }
        }
        if let Some(search) = &self.search_regex
            && let Err(error) = regex::Regex::new(search)
        {
            return fails(
                "search_regex",
                format!("`{search}` is no regular expression: {error}"),
            );
        }
        if let Some(path) = &self.path {
            return Ok(Condition::File {
                path: path.0.clone(),
                present: state != State::Absent,
                search: self.search_regex.clone(),
            });
        }
        let Some(port) = self.port else {
            if state == State::Drained {
                return fails("port", "state=drained requires a port".to_owned());
            }
            return Ok(Condition::Time);
        };
        let Ok(port) = u16::try_from(port) else {
            return fails("port", format!("there is no port {port}"));
        };
        let host = self.host.clone().unwrap_or_else(|| "127.0.0.1".to_owned());
        Ok(match state {
            State::Drained => Condition::Drained {
                host,
                port,
                exclude: self.exclude_hosts.clone().unwrap_or_default(),
                states: self.states(),
            },
            state => Condition::Port {
                host,
                port,
                open: matches!(state, State::Started | State::Present),
                connect_timeout: self.connect_timeout,
                search: self.search_regex.clone(),
            },
        })
    }

    /// The numbers of the states that count, in the kernel's hexadecimal.
    fn states(&self) -> Vec<String> {
        let active = [
            "ESTABLISHED",
            "FIN_WAIT1",
            "FIN_WAIT2",
            "SYN_RECV",
            "SYN_SENT",
            "TIME_WAIT",
        ];
        let counts = |name: &str| match &self.active_connection_states {
            Some(names) => names.iter().any(|one| one == name),
            None => active.contains(&name),
        };
        (1..)
            .zip(STATES)
            .filter(|(_, name)| counts(name))
            .map(|(number, _)| format!("{number:02X}"))
            .collect()
    }
}
