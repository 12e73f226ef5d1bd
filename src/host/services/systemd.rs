//! Services under systemd.

use super::{ask, file, has_start_links};
use crate::{
    host::{Observe, Seen},
    state::ServiceState,
    value::{Map, text_of},
};

/// Where units lie, the strongest place first.
pub(super) const PLACES: &[&str] = &[
    "/etc/systemd/system",
    "/run/systemd/system",
    "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system",
    "/lib/systemd/system",
];

/// The name of a unit, with the kind that is meant when none is named.
pub(super) fn unit(name: &str) -> String {
    const KINDS: &[&str] = &[
        "service",
        "socket",
        "target",
        "timer",
        "path",
        "mount",
        "automount",
        "swap",
        "slice",
        "scope",
        "device",
    ];
    match name.rsplit_once('.') {
        Some((_, kind)) if KINDS.contains(&kind) => name.to_owned(),
        _ => format!("{name}.service"),
    }
}

/// What `systemctl show` says of a unit; `None` when systemd does not answer.
pub fn properties<O: Observe + ?Sized>(host: &O, name: &str, user: bool) -> Seen<Option<Map>> {
    let mut words = vec!["systemctl"];
    words.extend(user.then_some("--user"));
    words.extend(["show", "--", name]);
    let answer = ask(host, &words)?;
    if answer.code != 0 || answer.stdout.is_empty() {
        return Ok(None);
    }
    Ok(Some(parsed(&text_of(&answer.stdout))))
}

/// `NAME=value` lines; a value in braces may go over several.
fn parsed(text: &str) -> Map {
    let mut all = Map::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some((name, value)) = line.split_once('=') else {
            continue;
        };
        let mut value = value.to_owned();
        if value.starts_with('{') {
            while !value.trim_end().ends_with('}') {
                let Some(more) = lines.next() else { break };
                value = format!("{value}\n{more}");
            }
        }
        all.insert(name, value);
    }
    all
}

pub(super) fn seen<O: Observe + ?Sized>(
    host: &O,
    name: &str,
    user: bool,
) -> Seen<Option<ServiceState>> {
    let Some(said) = properties(host, name, user)? else {
        return offline(host, name);
    };
    let told = |name: &str| {
        said.get(name)
            .and_then(|value| value.as_str())
            .unwrap_or_default()
    };
    let script = host
        .target(&format!("/etc/init.d/{}", super::plain(name)))?
        .is_some();
    if matches!(told("LoadState"), "" | "not-found") && !script {
        return Ok(None);
    }
    let enabled = match told("UnitFileState") {
        "" | "generated" if script => has_start_links(host, name)?,
        "enabled" | "enabled-runtime" | "static" | "alias" | "indirect" | "generated" => true,
        _ => false,
    };
    Ok(Some(ServiceState {
        running: Some(matches!(
            told("ActiveState"),
            "active" | "activating" | "reloading"
        )),
        enabled: Some(enabled),
        masked: Some(told("LoadState") == "masked"),
    }))
}

/// Where systemd does not run, as in a chroot: only what is there, and whether it starts at boot.
fn offline<O: Observe + ?Sized>(host: &O, name: &str) -> Seen<Option<ServiceState>> {
    let Some(at) = file(host, name)? else {
        return Ok(None);
    };
    let enabled = if at.starts_with("/etc/init.d/") {
        has_start_links(host, name)?
    } else {
        let answer = ask(host, &["systemctl", "is-enabled", "--", name])?;
        answer.code == 0
    };
    let masked = host.resolved(&at)? == "/dev/null";
    Ok(Some(ServiceState {
        running: None,
        enabled: Some(enabled),
        masked: Some(masked),
    }))
}

#[cfg(test)]
mod tests {
    use super::{parsed, seen, unit};
    use crate::{host::Memory, state::ServiceState, value::Value};

    #[test]
    fn a_unit_is_a_service_unless_it_says_otherwise() {
        assert_eq!(unit("a"), "a.service");
        assert_eq!(unit("a.b"), "a.b.service");
        assert_eq!(unit("a.timer"), "a.timer");
    }

    #[test]
    fn a_value_in_braces_goes_over_lines() {
        let map = parsed("Id=a.service\nExecStart={ path=/a ; argv[]=/a\nb ; }\nX=1=2\n");
        assert_eq!(
            map.get("ExecStart"),
            Some(&Value::from("{ path=/a ; argv[]=/a\nb ; }"))
        );
        assert_eq!(map.get("X"), Some(&Value::from("1=2")));
    }

    #[test]
    fn what_systemd_shows_is_the_state() {
        let mut host = Memory::default();
        let mut told = |active: &str, load: &str, file: &str| {
            let said = format!("LoadState={load}\nActiveState={active}\nUnitFileState={file}\n");
            host.answers
                .insert("systemctl show -- a".to_owned(), (0, said));
            seen(&host, "a", false).unwrap()
        };
        let state = |running, enabled, masked| {
            Some(ServiceState {
                running: Some(running),
                enabled: Some(enabled),
                masked: Some(masked),
            })
        };
        assert_eq!(
            told("active", "loaded", "enabled"),
            state(true, true, false)
        );
        assert_eq!(
            told("inactive", "masked", "masked"),
            state(false, false, true)
        );
        assert_eq!(
            told("failed", "loaded", "static"),
            state(false, true, false)
        );
        assert_eq!(told("inactive", "not-found", ""), None);
    }
}
