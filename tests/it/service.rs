//! Stories about services, and a manager that only a directory knows.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use expect_test::expect;
use hostwright::{
    state::ServiceState,
    value::{Map, Unknown, Value},
    wire::{Conduct, Item, Outcome, Reply, Request},
};

use crate::{
    cases,
    mechanical::{Case, prove},
    node::{Node, task},
    story::{Story, story},
};

fn with_service(story: Story, running: bool, enabled: bool) -> Story {
    story.host(|host| {
        let state = ServiceState {
            running: Some(running),
            enabled: Some(enabled),
            masked: None,
        };
        host.services.insert("demo".to_owned(), state);
    })
}

#[test]
fn a_service_is_started_and_enabled_once() {
    let asked = story(
        "service",
        [("name", "demo"), ("state", "started"), ("enabled", "yes")],
    );
    let result = with_service(asked, false, false).tells(&expect![[r#"
        service demo: ServiceState { running: Some(false), enabled: Some(false), masked: None } -> ServiceState { running: Some(true), enabled: Some(true), masked: None }
    "#]]);
    let expected = Map::from([
        ("name", Value::from("demo")),
        ("enabled", Value::Bool(true)),
        ("state", Value::from("started")),
    ]);
    assert_eq!(result, expected);
    let asked = story("service", [("name", "demo"), ("state", "started")]);
    with_service(asked, true, true).changes(&expect![""]);
}

#[test]
fn a_restart_always_happens() {
    let asked = story(
        "service",
        [("name", "demo"), ("state", "restarted"), ("sleep", "2")],
    );
    with_service(asked.changes_each_time(), true, true).changes(&expect![[r#"
        Restart { name: "demo", manager: Sysv, manner: Manner { arguments: [], no_block: false, force: false, sleep: 2 } }
    "#]]);
}

#[test]
fn a_reload_starts_what_does_not_run() {
    let asked = || story("service", [("name", "demo"), ("state", "reloaded")]).changes_each_time();
    with_service(asked(), true, true).changes(&expect![[r#"
        Reload { name: "demo", manager: Sysv, manner: Manner { arguments: [], no_block: false, force: false, sleep: 0 } }
    "#]]);
    with_service(asked(), false, true).changes(&expect![[r#"
        service demo: ServiceState { running: Some(false), enabled: Some(true), masked: None } -> ServiceState { running: Some(true), enabled: Some(true), masked: None }
    "#]]);
}

#[test]
fn what_cannot_be_done_says_why() {
    story("service", [("name", "none"), ("state", "started")]).refuses(&expect![[r#"
        name: Could not find the requested service none: host
    "#]]);
    story("service", [("name", "demo")]).refuses(&expect![[r#"
        state: one of the following is required: state, enabled
    "#]]);
    story("service", [("name", "demo"), ("state", "restart")]).refuses(&expect![[r#"
        state: `state` must be one of reloaded, restarted, started, stopped, not `restart` (did you mean `restarted`?)
    "#]]);
    story("systemd", [("state", "started")]).refuses(&expect![[r#"
        state: missing parameter(s) required by 'state': name
    "#]]);
    story("systemd", [("name", "demo"), ("scope", "global")]).refuses(&expect![[r#"
        scope: `scope: global` is not supported
    "#]]);
}

#[test]
fn a_pattern_stands_in_for_a_script_without_status() {
    let asked = story(
        "service",
        [
            ("name", "demo"),
            ("state", "started"),
            ("pattern", "demo-d"),
        ],
    );
    asked
        .host(|host| {
            host.services
                .insert("demo".to_owned(), ServiceState::default());
            let list = "root 1 0.0 /usr/sbin/demo-d\n".to_owned();
            host.answers.insert("ps auxww".to_owned(), (0, list));
        })
        .changes(&expect![""]);
}

#[test]
fn a_service_whose_script_is_only_planned_can_be_started() {
    use hostwright::{
        change::Change,
        host::{Memory, Observe as _, Overlay},
        state::{Content, Entry, FileMode, Kind, Manager, Meta},
    };
    let script = Entry {
        kind: Kind::File(Content::of(*b"")),
        meta: Meta::new(FileMode::from_bits(0o755), 0, 0),
    };
    let mut host = Overlay::new(Memory::default());
    let why = Unknown::because("the story does not say");
    assert_eq!(host.service("new", Manager::Sysv).unwrap(), None);
    let made = Change::Entry {
        path: "/etc/init.d/new".to_owned(),
        from: None,
        to: Some(script),
        how: hostwright::change::How::default(),
    };
    host.lay(&made, &why);
    let seen = host.service("new", Manager::Sysv).unwrap().unwrap();
    assert_eq!((seen.running, seen.enabled), (Some(false), Some(false)));
    host.forget_service("new.service", &why);
    assert!(host.service("new", Manager::Sysv).is_err());
}

/// A `systemctl` that keeps its services in files beside it.
const SYSTEMCTL: &str = r#"#!/bin/sh
here=$(dirname "$0")
echo "$@" >> "$here/said"
while [ "${1#-}" != "$1" ]; do shift; done
verb=$1
shift
while [ "${1#-}" != "$1" ]; do shift; done
case $verb in
  show)
    active=inactive; [ -e "$here/$1.up" ] && active=active
    file=disabled; [ -e "$here/$1.on" ] && file=enabled
    load=loaded; [ "$1" = none ] && load=not-found
    printf 'Id=%s.service\nLoadState=%s\nActiveState=%s\nUnitFileState=%s\n' "$1" $load $active $file ;;
  start|restart) [ "$1" = broken ] && { echo "Job for broken.service failed." >&2; exit 1; }
    touch "$here/$1.up" ;;
  stop) rm -f "$here/$1.up" ;;
  enable) touch "$here/$1.on" ;;
  disable) rm -f "$here/$1.on" ;;
esac
"#;

struct Managed {
    node: Node,
    home: tempfile::TempDir,
}

impl Managed {
    fn start() -> Self {
        let home = tempfile::tempdir().unwrap();
        let program = home.path().join("systemctl");
        fs::write(&program, SYSTEMCTL).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        Self {
            node: Node::start(&home.path().join("state"), "run-1"),
            home,
        }
    }

    fn perform<const N: usize>(&mut self, conduct: Conduct, args: [(&str, &str); N]) -> Outcome {
        let item = Item {
            args: Map::from(args),
            ..Item::default()
        };
        let mut wanted = task(conduct, "systemd", &item);
        let path = format!("{}:/usr/bin:/bin", self.home.path().display());
        wanted.environment = vec![("PATH".to_owned(), path)];
        match self.node.ask(Request::Perform(Box::new(wanted))) {
            Reply::Done(mut outcomes) => outcomes.remove(0),
            other => panic!("{other:?}"),
        }
    }

    fn has(&self, name: &str) -> bool {
        Path::new(&self.home.path().join(name)).exists()
    }
}

#[test]
fn systemd_does_what_was_foretold_once_and_it_is_undone() {
    let mut host = Managed::start();
    let asked = [("name", "demo"), ("state", "started"), ("enabled", "yes")];
    let foretold = host.perform(Conduct::Rehearse, asked);
    assert_eq!(foretold.changed(), Ok(true), "{foretold:?}");
    assert!(!host.has("demo.up"));
    let again = host.perform(Conduct::Rehearse, asked);
    assert_eq!(again.changed(), Ok(false), "{again:?}");
    let done = host.perform(Conduct::Run, asked);
    assert_eq!(done.failure, None);
    assert_eq!(done.changes, foretold.changes);
    assert_eq!(done.result, foretold.result);
    assert!(host.has("demo.up") && host.has("demo.on"));
    let status = done.result.get("status").unwrap().as_map().unwrap();
    assert_eq!(status.get("ActiveState"), Some(&Value::from("inactive")));
    let again = host.perform(Conduct::Run, asked);
    assert_eq!((again.changed(), again.failure), (Ok(false), None));
    let undone = host.node.undo("run-1", false);
    assert_eq!(undone.conflicts, Vec::<String>::new());
    assert!(!host.has("demo.up") && !host.has("demo.on"));
}

#[test]
fn systemd_reads_its_units_first_and_that_alone_changes_nothing() {
    let mut host = Managed::start();
    let done = host.perform(Conduct::Run, [("daemon-reload", "yes")]);
    assert_eq!((done.changed(), done.failure), (Ok(false), None));
    let asked = [
        ("name", "demo"),
        ("state", "restarted"),
        ("daemon_reload", "yes"),
        ("no_block", "yes"),
    ];
    let done = host.perform(Conduct::Run, asked);
    assert_eq!(done.changed(), Ok(true));
    let said = fs::read_to_string(host.home.path().join("said")).unwrap();
    expect![[r#"
        daemon-reload
        show -- demo
        show -- demo
        daemon-reload
        --no-block restart -- demo
    "#]]
    .assert_eq(&said);
}

#[test]
fn a_unit_that_does_not_start_is_quoted() {
    let mut host = Managed::start();
    let failed = host.perform(Conduct::Run, [("name", "broken"), ("state", "started")]);
    expect![[r#"
        Unable to start service broken: Job for broken.service failed.
    "#]]
    .assert_eq(&failed.failure.unwrap().message);
    assert_eq!(failed.changes, []);
    let missing = host.perform(Conduct::Run, [("name", "none"), ("enabled", "yes")]);
    expect!["Could not find the requested service none: host"]
        .assert_eq(&missing.failure.unwrap().message);
}

/// A `systemctl` that only changes what it must: its services are directories, whose times do not
/// count.
const QUIET: &str = r#"#!/bin/sh
here=$(dirname "$0")
while [ "${1#-}" != "$1" ]; do shift; done
verb=$1
shift
while [ "${1#-}" != "$1" ]; do shift; done
case $verb in
  show)
    active=inactive; [ -e "$here/$1.up" ] && active=active
    file=disabled; [ -e "$here/$1.on" ] && file=enabled
    load=loaded; [ "$1" = none ] && load=not-found
    [ -e "$here/$1.masked" ] && { load=masked; file=masked; }
    printf 'Id=%s.service\nLoadState=%s\nActiveState=%s\nUnitFileState=%s\n' "$1" $load $active $file ;;
  start|restart|reload) [ "$1" = broken ] && { echo "Job for broken.service failed." >&2; exit 1; }
    mkdir -p "$here/$1.up" ;;
  stop) rm -rf "$here/$1.up" ;;
  enable) mkdir -p "$here/$1.on" ;;
  disable) rm -rf "$here/$1.on" ;;
  mask) mkdir -p "$here/$1.masked" ;;
  unmask) rm -rf "$here/$1.masked" ;;
esac
"#;

const CTL: (&str, u32, &str) = ("bin/systemctl", 0o755, QUIET);
const UP: (&str, u32, &str) = ("bin/demo.up/", 0o755, "");
const ON: (&str, u32, &str) = ("bin/demo.on/", 0o755, "");
const MASKED: (&str, u32, &str) = ("bin/demo.masked/", 0o755, "");

pub(crate) const SYSTEMD: &[Case] = cases! { "systemd_service":
    "started", [CTL], r#"{"name": "demo", "state": "started"}"# => Changes;
    "started already", [CTL, UP], r#"{"name": "demo", "state": "started"}"# => IsOk;
    "stopped", [CTL, UP], r#"{"name": "demo", "state": "stopped"}"# => Changes;
    "stopped already", [CTL], r#"{"unit": "demo", "state": "stopped"}"# => IsOk;
    "enabled", [CTL], r#"{"name": "demo", "enabled": true}"# => Changes;
    "disabled and stopped", [CTL, UP, ON],
        r#"{"service": "demo", "enabled": false, "state": "stopped"}"# => Changes;
    "masked", [CTL], r#"{"name": "demo", "masked": true}"# => Changes;
    "unmasked", [CTL, MASKED], r#"{"name": "demo", "masked": false}"# => Changes;
    "unmasked, enabled and started", [CTL, MASKED],
        r#"{"name": "demo", "masked": false, "enabled": true, "state": "started"}"# => Changes;
    "restarted", [CTL, UP], r#"{"name": "demo", "state": "restarted"}"# => ChangesEachTime;
    "reloaded", [CTL, UP], r#"{"name": "demo", "state": "reloaded"}"# => ChangesEachTime;
    "without waiting", [CTL],
        r#"{"name": "demo", "state": "started", "no_block": true, "scope": "system"}"# => Changes;
    "its units read anew", [CTL], r#"{"daemon_reload": true}"# => IsOk;
    "itself anew", [CTL], r#"{"daemon_reexec": true}"# => IsOk;
    "a unit that there is not", [CTL], r#"{"name": "none", "state": "started"}"# => Fails;
    "a state without a name", [CTL], r#"{"state": "started"}"# => Fails;
};

pub(crate) const SERVICE: &[Case] = cases! { "service":
    "started", [CTL], r#"{"name": "demo", "state": "started", "use": "systemd"}"# => Changes;
    "started already", [CTL, UP], r#"{"name": "demo", "state": "started", "use": "systemd"}"# => IsOk;
    "stopped", [CTL, UP], r#"{"name": "demo", "state": "stopped", "use": "systemd"}"# => Changes;
    "enabled and started", [CTL],
        r#"{"name": "demo", "enabled": true, "state": "started", "use": "systemd"}"# => Changes;
    "disabled", [CTL, ON], r#"{"name": "demo", "enabled": false, "use": "systemd"}"# => Changes;
    "restarted", [CTL, UP], r#"{"name": "demo", "state": "restarted", "use": "systemd"}"# => ChangesEachTime;
    "reloaded", [CTL, UP], r#"{"name": "demo", "state": "reloaded", "use": "systemd"}"# => ChangesEachTime;
    "nothing asked", [CTL], r#"{"name": "demo", "use": "systemd"}"# => Fails;
};

#[test]
fn services_become_what_was_foretold_of_them() {
    prove(SYSTEMD);
    prove(SERVICE);
}
