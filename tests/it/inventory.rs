//! Inventories mean what ansible-core 2.19.14 made of them.
#![expect(clippy::disallowed_methods, reason = "samples and answers are files")]

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use hostwright::{
    config::{self, Environment, Flags, HashBehaviour, Settings, SourceList},
    diagnostic::{Mistake, Mistakes},
    inventory::{self, HostId, Inventory, Loaded, Shown, Surroundings},
    value::to_json,
};

const SAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/inventories");

fn environment() -> Environment {
    Environment::made_of(SAMPLES, [("HOME", "/nowhere")])
}

fn settings(sources: &[&str], flags: Flags) -> Settings {
    let flags = Flags {
        inventory: Some(SourceList(
            sources.iter().map(|source| (*source).to_owned()).collect(),
        )),
        ..flags
    };
    config::load(flags, &environment()).unwrap().settings
}

fn read(sources: &[&str]) -> Result<Loaded, Mistakes> {
    inventory::load(&settings(sources, Flags::default()), &environment(), &None)
}

struct Sample {
    inventory: Inventory,
    surroundings: Surroundings,
}

impl Sample {
    fn of(sources: &[&str]) -> Self {
        let inventory = read(sources).unwrap().inventory;
        let settings = settings(sources, Flags::default());
        let surroundings = Surroundings::new(&inventory, None, &settings, &None).unwrap();
        Self {
            inventory,
            surroundings,
        }
    }

    fn shown(&self, export: bool) -> Shown<'_> {
        Shown {
            inventory: &self.inventory,
            surroundings: &self.surroundings,
            hash_behaviour: HashBehaviour::Replace,
            export,
        }
    }

    fn all(&self) -> Vec<HostId> {
        self.inventory.members(Inventory::ALL)
    }

    fn names(&self, hosts: &[HostId]) -> Vec<String> {
        hosts
            .iter()
            .map(|host| self.inventory.host(*host).name().to_string())
            .collect()
    }
}

fn answer(name: &str) -> String {
    fs::read_to_string(format!("{SAMPLES}/answers-2.19.14/{name}")).unwrap()
}

fn is_as_answered(name: &str, sources: &[&str]) {
    let sample = Sample::of(sources);
    for (export, kind) in [(false, "list"), (true, "export")] {
        if export && name == "several" {
            continue;
        }
        let list = inventory::list(sample.shown(export), &sample.all()).unwrap();
        let expected: serde_json::Value =
            serde_json::from_str(&answer(&format!("{name}.{kind}"))).unwrap();
        assert_eq!(
            serde_json::to_string_pretty(&to_json(&list)).unwrap(),
            serde_json::to_string_pretty(&expected).unwrap(),
            "{name}.{kind}"
        );
    }
    if name != "several" {
        let graph = inventory::graph(sample.shown(false), "all", true).unwrap();
        assert_eq!(graph, answer(&format!("{name}.graph")), "{name}.graph");
    }
}

#[test]
fn inventories_are_listed_as_ansible_lists_them() {
    for (name, source) in [
        ("values", "values.ini"),
        ("groups", "groups.ini"),
        ("nested", "nested.yml"),
        ("folder", "folder"),
        ("plain", "plain"),
        ("mapping", "mapping"),
    ] {
        is_as_answered(name, &[source]);
    }
    is_as_answered("several", &["groups.ini", "folder", "extra,"]);
}

#[test]
fn patterns_choose_the_hosts_that_ansible_chooses() {
    let sample = Sample::of(&["groups.ini"]);
    let answers: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(&answer("groups.patterns")).unwrap();
    assert!(answers.len() > 35);
    for (pattern, hosts) in answers {
        let chosen = sample
            .inventory
            .matching(std::slice::from_ref(&pattern))
            .unwrap();
        assert_eq!(
            serde_json::json!(sample.names(&chosen.hosts)),
            hosts,
            "{pattern}"
        );
    }
    let chosen = sample.inventory.matching(&["wbe".to_owned()]).unwrap();
    assert_eq!(chosen.missed, ["wbe"]);
    assert_eq!(sample.inventory.meant("wbe"), Some("web"));
}

#[test]
fn this_machine_is_at_hand_without_any_inventory() {
    let sample = Sample::of(&["a,b"]);
    let chosen = sample
        .inventory
        .matching(&["localhost".to_owned()])
        .unwrap();
    let host = sample.inventory.host(chosen.hosts[0]);
    assert!(host.is_implicit() && &**host.name() == "localhost");
    let vars = inventory::host_vars(sample.shown(false), chosen.hosts[0]).unwrap();
    assert_eq!(
        to_json(&vars).to_string(),
        r#"{"ansible_connection":"local"}"#
    );
    assert_eq!(sample.names(&sample.all()), ["a", "b"]);
}

/// A file in a folder of its own, with its mode.
fn file(name: &str, text: &[u8], mode: u32) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    let path = path.to_str().unwrap().to_owned();
    (folder, path)
}

fn refused(name: &str, text: &[u8]) -> String {
    let (folder, path) = file(name, text, 0o644);
    let mistakes = read(&[&path]).unwrap_err();
    mistakes
        .to_string()
        .replace(folder.path().to_str().unwrap(), ".")
}

/// S1, S2, S3, S61.
#[test]
fn a_name_that_ssh_or_a_terminal_could_misread_is_refused_with_its_place() {
    assert_eq!(
        refused(
            "hosts",
            b"[web]\nok\n  -oProxyCommand=touch${IFS}x a=1\nh\x00x\nh\x1b[2J\nx;y\nbad\xff\nok2 ansible_host=-oProxyCommand=x\nok3 ansible_user='a;b'\n"
        ),
        "./hosts:3:3: a host's name must not start with `-`: ssh would take it for an option\n\
         ./hosts:4:1: a host's name must not hold the character U+0000\n\
         ./hosts:5:1: `[` opens a range that no `]` closes\n\
         ./hosts:6:1: a host's name must not hold `;`\n\
         ./hosts:7:1: a host's name must not hold the byte 0xff, which is not UTF-8\n\
         ./hosts:8:5: the address of a host must not start with `-`: ssh would take it for an option\n\
         ./hosts:9:5: a user's name must not hold `;`"
    );
    assert_eq!(
        refused("hosts.yml", b"web:\n  hosts:\n    -oProxyCommand=x: {}\n    ok: {ansible_host: -oX}\n  vars:\n    ansible_user: 'a b'\n"),
        "./hosts.yml:3:5: a host's name must not start with `-`: ssh would take it for an option\n\
         ./hosts.yml:4:24: the address of a host must not start with `-`: ssh would take it for an option\n\
         ./hosts.yml:6:20: a user's name must not hold a blank"
    );
    let listed = read(&["ok,-oProxyCommand=x"]).unwrap_err();
    assert!(
        listed
            .to_string()
            .starts_with("<inventory>:1:4: a host's name"),
        "{listed}"
    );
}

/// S60.
#[test]
fn circles_and_endless_ranges_are_refused() {
    assert_eq!(
        refused(
            "hosts",
            b"[a:children]\nb\n[b:children]\nc\n[c:children]\na\n[d:children]\nd\n"
        ),
        "./hosts:6:1: these groups go in a circle: `a` → `b` → `c` → `a`\n\
         ./hosts:8:1: these groups go in a circle: `d` → `d`"
    );
    assert_eq!(
        refused("hosts", b"h[1:30000000]\n"),
        "./hosts:1:1: this range names 30000000 hosts, and at most 100000 are allowed; \
         `HOSTWRIGHT_INVENTORY_RANGE_LIMIT` can allow more"
    );
    let (_folder, path) = file("hosts", b"h[1:200]\n", 0o644);
    let small = Flags {
        inventory_range_limit: Some(199),
        ..Flags::default()
    };
    assert!(inventory::load(&settings(&[&path], small), &environment(), &None).is_err());
    assert_eq!(read(&[&path]).unwrap().inventory.hosts().count(), 200);
    let (_folder, path) = file("hosts", b"[web]\nweb\n[app]\napp\n", 0o644);
    let warnings = read(&[&path]).unwrap().warnings;
    let told: Vec<&str> = warnings.iter().map(Mistake::message).collect();
    assert_eq!(
        told,
        [
            "`web` is the name of a group and of a host",
            "`app` is the name of a group and of a host"
        ]
    );
}

#[test]
fn an_inventory_of_too_many_hosts_or_groups_is_refused_once() {
    let flags = || Flags {
        inventory_limit: Some(1000),
        ..Flags::default()
    };
    let said = |text: &str| {
        let (_folder, path) = file("hosts", text.as_bytes(), 0o644);
        match inventory::load(&settings(&[&path], flags()), &environment(), &None) {
            Ok(loaded) => format!("{} hosts", loaded.inventory.hosts().count()),
            Err(mistakes) => {
                let told: Vec<&str> = mistakes.0.iter().map(Mistake::message).collect();
                told.join("; ")
            }
        }
    };
    assert_eq!(said("a[1:500]\nb[1:500]\n[g]\na1\n"), "1000 hosts");
    assert_eq!(
        said("a[1:500]\nb[1:501]\nc[1:500]\n"),
        "the inventory has more than 1000 hosts; `HOSTWRIGHT_INVENTORY_LIMIT` can allow more"
    );
    let groups: String =
        (0..2000).fold(String::new(), |all, number| all + &format!("[g{number}]\n"));
    assert_eq!(
        said(&groups),
        "the inventory has more than 1000 groups; `HOSTWRIGHT_INVENTORY_LIMIT` can allow more"
    );
}

#[test]
fn every_mistake_of_an_inventory_is_told_at_once() {
    assert_eq!(
        refused(
            "hosts",
            b"h1 a=\"x\nh2 nothing\n[web:varz]\nignored here\n[par:children]\nwbe\n[web]\nh3:\nh4:70000\n[b ad]\n[web:vars]\nnoeq\n[lone:vars]\nx=1\n"
        ),
        "./hosts:1:6: this quote is never closed\n\
         ./hosts:2:4: expected `name=value` behind a host\n\
         ./hosts:3:2: there is no kind of section `varz`\n\
         ./hosts:8:1: a host's name must not end in `:`, which comes before a port\n\
         ./hosts:9:1: `70000` is no port: they go from 1 to 65535\n\
         ./hosts:10:2: a group's name must not hold a blank\n\
         ./hosts:12:1: expected `name = value`\n\
         ./hosts:6:1: there is no group `wbe`\n\
         ./hosts:13:2: variables for the group `lone`, which there is not"
    );
    assert_eq!(
        refused("x.yaml", b"web:\n  hosts: [a, b]\n  vars: 3\nplugin: x\n"),
        "./x.yaml:4:9: the inventory plugin `x` is not supported"
    );
    assert_eq!(
        refused(
            "x.yaml",
            b"web:\n  hosts: [a, b]\n  vars: 3\ndb:\n  hosts:\n    1: {}\n    ok: text\n"
        ),
        "./x.yaml:2:10: `hosts` must be a mapping\n\
         ./x.yaml:3:9: `vars` must be a mapping\n\
         ./x.yaml:6:5: the name of a host must be text\n\
         ./x.yaml:7:9: what stands below the host `ok` must be variables"
    );
}

fn script(text: &str) -> (tempfile::TempDir, String) {
    file("hosts.sh", text.as_bytes(), 0o755)
}

#[test]
fn what_a_script_prints_is_data() {
    let (_folder, path) = script(
        "#!/bin/sh\necho '{\"web\":{\"hosts\":[\"a\",\"b\"],\"vars\":{\"x\":\"{{ 1+1 }}\"},\"children\":[\"c\"]},\"c\":[\"d\"],\"_meta\":{\"hostvars\":{\"a\":{\"y\":[1,\"z\"]},\"stranger\":{}}}}'\n",
    );
    let loaded = read(&[&path]).unwrap();
    let inventory = &loaded.inventory;
    let web = inventory.group(inventory.group_named("web").unwrap());
    let value = web.vars().get("x").unwrap().value(None).unwrap();
    let hostwright::value::Value::Text(text) = value else {
        unreachable!()
    };
    assert!(!text.is_template());
    assert!(
        loaded.warnings[0]
            .message()
            .contains("`x` holds a template")
    );
    assert!(inventory.host_named("stranger").is_none());
    let trusting = Flags {
        inventory_script_trusted: Some(true),
        ..Flags::default()
    };
    let loaded = inventory::load(&settings(&[&path], trusting), &environment(), &None).unwrap();
    let web = loaded.inventory.group_named("web").unwrap();
    let value = loaded
        .inventory
        .group(web)
        .vars()
        .get("x")
        .unwrap()
        .value(None)
        .unwrap();
    assert!(matches!(value, hostwright::value::Value::Text(text) if text.is_template()));
}

#[test]
fn a_script_without_meta_is_asked_for_every_host() {
    let (_folder, path) = script(
        "#!/bin/sh\nif [ \"$1\" = --list ]; then echo '{\"web\":[\"a\",\"b\"]}'; else echo \"{\\\"me\\\": \\\"$2\\\"}\"; fi\n",
    );
    let inventory = read(&[&path]).unwrap().inventory;
    let host = inventory.host(inventory.host_named("b").unwrap());
    assert_eq!(
        host.vars().get("me").unwrap().value(None).unwrap().as_str(),
        Some("b")
    );
}

/// S62, S63, and S1 once more.
#[test]
fn a_script_that_misbehaves_is_told_with_its_name() {
    let told = |text: &str| {
        let (folder, path) = script(text);
        let mistakes = read(&[&path]).unwrap_err();
        mistakes
            .to_string()
            .replace(folder.path().to_str().unwrap(), ".")
    };
    assert_eq!(
        told("#!/bin/sh\necho '{\"web\": [1,}'\n"),
        "<output of ./hosts.sh --list>:1:12: the inventory script `./hosts.sh --list` did not print JSON: expected value"
    );
    assert_eq!(
        told("#!/bin/sh\necho bad >&2\nexit 4\n"),
        "the inventory script `./hosts.sh --list` ended with exit status: 4"
    );
    assert_eq!(
        told("#!/bin/sh\necho '[1]'\n"),
        "the inventory script `./hosts.sh --list` must print a JSON object"
    );
    assert_eq!(
        told(
            "#!/bin/sh\necho '{\"w\":[\"-oProxyCommand=x\"],\"x\":{\"hosts\":3},\"_meta\":{\"hostvars\":{}}}'\n"
        ),
        "a host's name must not start with `-`: ssh would take it for an option in what the inventory script `./hosts.sh --list` printed\n\
         `x.hosts` must be a list in what the inventory script `./hosts.sh --list` printed"
    );
    let (_folder, path) = script("#!/bin/sh\nsleep 60\n");
    let hasty = Flags {
        inventory_script_timeout: Some(1),
        ..Flags::default()
    };
    let late = inventory::load(&settings(&[&path], hasty), &environment(), &None).unwrap_err();
    assert!(late.to_string().ends_with("did not end within 1 seconds"));
}

#[test]
fn a_script_that_others_could_have_written_is_not_run() {
    let (folder, path) = script("#!/bin/sh\ntouch \"$0.ran\"\necho '{}'\n");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o777)).unwrap();
    let warnings = read(&[&path]).unwrap().warnings;
    assert!(
        warnings[0]
            .message()
            .ends_with("is not run: everybody may write to it")
    );
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).unwrap();
    let warnings = read(&[&path]).unwrap().warnings;
    assert!(
        warnings[0]
            .message()
            .ends_with("everybody may write to its folder")
    );
    assert!(!Path::new(&format!("{path}.ran")).exists());
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    read(&[&path]).unwrap();
    assert!(Path::new(&format!("{path}.ran")).exists());
}

#[test]
fn a_source_that_is_not_there_is_worth_a_warning() {
    let loaded = read(&["/nowhere/hosts"]).unwrap();
    let told: Vec<&str> = loaded.warnings.iter().map(Mistake::message).collect();
    assert_eq!(
        told,
        [
            "there is no inventory `/nowhere/hosts`",
            "no inventory was read: there is only the implicit localhost"
        ]
    );
    let strict = Flags {
        inventory_any_unparsed_failed: Some(true),
        ..Flags::default()
    };
    assert!(
        inventory::load(
            &settings(&["/nowhere/hosts"], strict),
            &environment(),
            &None
        )
        .is_err()
    );
}

#[test]
fn a_broken_file_of_variables_is_told_when_its_host_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir_all(at("host_vars")).unwrap();
    fs::write(at("hosts"), "web1\n").unwrap();
    fs::write(at("host_vars/web1.yml"), "- a list\n").unwrap();
    fs::write(at("host_vars/other.yml"), "- not needed\n").unwrap();
    let path = at("hosts").to_str().unwrap().to_owned();
    let inventory = read(&[&path]).unwrap().inventory;
    let settings = settings(&[&path], Flags::default());
    let mistakes = Surroundings::new(&inventory, None, &settings, &None).unwrap_err();
    let here = folder.path().canonicalize().unwrap();
    assert_eq!(
        mistakes.to_string().replace(here.to_str().unwrap(), "."),
        "./host_vars/web1.yml:1:1: a file of variables must be a mapping"
    );
}

#[test]
fn a_limit_may_stand_in_a_file() {
    let (_folder, path) = file("limit", b"web\n\n!both\n", 0o644);
    let patterns = inventory::limit_patterns(&format!("d-a,@{path}"), &environment()).unwrap();
    assert_eq!(patterns, ["d-a", "web", "!both"]);
    let sample = Sample::of(&["groups.ini"]);
    let chosen = sample.inventory.matching_pieces(&patterns).unwrap();
    assert_eq!(sample.names(&chosen.hosts), ["d-a", "w01.ex.com"]);
    assert!(inventory::limit_patterns("@/nowhere", &environment()).is_err());
}

#[test]
fn a_host_that_a_task_adds_is_found_like_any_other() {
    let mut sample = Sample::of(&["groups.ini"]);
    let group = sample.inventory.add_group("fresh", None).unwrap();
    let host = sample
        .inventory
        .add_host("new1", group, None, None)
        .unwrap();
    sample.inventory.settle();
    let groups: Vec<&str> = sample
        .inventory
        .groups_of(host)
        .iter()
        .map(|id| &**sample.inventory.group(*id).name())
        .collect();
    assert_eq!(groups, ["all", "fresh"]);
    assert!(sample.inventory.add_host("-x", group, None, None).is_err());
    assert_eq!(
        sample.names(&sample.inventory.matching(&["fresh".into()]).unwrap().hosts),
        ["new1"]
    );
}
