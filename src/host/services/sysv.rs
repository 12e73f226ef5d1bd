//! Services that are scripts in /etc/init.d.

use super::{ask, has_start_links, plain, program};
use crate::{
    host::{Observe, Output, Seen},
    state::ServiceState,
    value::text_of,
};

pub(super) fn seen<O: Observe + ?Sized>(host: &O, name: &str) -> Seen<Option<ServiceState>> {
    let name = plain(name);
    let script = format!("/etc/init.d/{name}");
    if host.target(&script)?.is_none() {
        return Ok(None);
    }
    let answer = match program(host, "service")? {
        Some(service) => ask(host, &[&service, name, "status"])?,
        None => ask(host, &[&script, "status"])?,
    };
    Ok(Some(ServiceState {
        running: is_running(name, &answer),
        enabled: Some(has_start_links(host, name)?),
        masked: None,
    }))
}

/// What the answer to `status` means; `None` when it means nothing.
pub(super) fn is_running(name: &str, answer: &Output) -> Option<bool> {
    // LSB: dead with a PID file or a lock, not running, unknown, not installed.
    if matches!(answer.code, 1..=4 | 69) {
        return Some(false);
    }
    let said = text_of(&answer.stdout);
    if said.matches('\n').count() <= 1 {
        let said = said.to_lowercase().replace(&name.to_lowercase(), "");
        let is_not = said.contains("not ");
        if said.contains("stop")
            || said.contains("dead")
            || said.contains("could not access pid file")
        {
            return Some(false);
        }
        if said.contains("run") || said.contains("start") {
            return Some(!is_not);
        }
    }
    (answer.code == 0).then_some(true)
}

#[cfg(test)]
mod tests {
    use super::is_running;
    use crate::host::Output;

    #[test]
    fn the_answer_to_status_is_read_as_people_read_it() {
        let told = |code, said: &str| {
            is_running(
                "runner",
                &Output {
                    code,
                    stdout: said.as_bytes().to_vec(),
                    ..Output::default()
                },
            )
        };
        assert_eq!(told(3, "runner is running"), Some(false));
        assert_eq!(told(0, "runner is running.\n"), Some(true));
        assert_eq!(told(0, "runner is not running\n"), Some(false));
        assert_eq!(told(0, "runner is stopped\n"), Some(false));
        assert_eq!(told(0, "runner: nothing to say\n"), Some(true));
        assert_eq!(told(0, "a\nb\nrunner is stopped\n"), Some(true));
        assert_eq!(told(5, ""), None);
    }
}
