//! Stories about facts.

use expect_test::expect;
use hostwright::value::{Map, Value, to_json};

use crate::{
    mechanical::{Case, Then, prove},
    story::{Story, story},
};

fn asked(subset: &str) -> Story {
    story("setup", [("gather_subset", format!("!all,!min,{subset}"))])
}

fn facts(story: Story) -> Map {
    let result = story.tells(&expect![""]);
    result
        .get("ansible_facts")
        .unwrap()
        .as_map()
        .unwrap()
        .clone()
}

fn has(facts: &Map, expected: &[(&str, &str)]) {
    for (name, value) in expected {
        assert_eq!(
            facts.get(&format!("ansible_{name}")),
            Some(&Value::from(*value)),
            "{name}"
        );
    }
}

#[test]
fn distributions_have_the_names_that_ansible_gives_them() {
    let debian = asked("distribution")
        .file(
            "/etc/os-release",
            0o644,
            "ID=debian\nVERSION_ID=\"12\"\nVERSION_CODENAME=bookworm\n",
        )
        .file("/etc/debian_version", 0o644, "12.11\n");
    has(
        &facts(debian),
        &[
            ("distribution", "Debian"),
            ("distribution_version", "12.11"),
            ("distribution_major_version", "12"),
            ("distribution_minor_version", "11"),
            ("distribution_release", "bookworm"),
            ("os_family", "Debian"),
        ],
    );
    let ubuntu = asked("os_family").file(
        "/etc/os-release",
        0o644,
        "NAME=\"Ubuntu\"\nID=ubuntu\nVERSION_ID=\"22.04\"\nVERSION_CODENAME=jammy\n",
    );
    has(
        &facts(ubuntu),
        &[
            ("distribution", "Ubuntu"),
            ("distribution_version", "22.04"),
            ("os_family", "Debian"),
        ],
    );
    let rocky = asked("distribution")
        .file(
            "/etc/os-release",
            0o644,
            "NAME=\"Rocky Linux\"\nVERSION=\"9.3 (Blue Onyx)\"\nID=\"rocky\"\nVERSION_ID=\"9.3\"\n",
        )
        .file(
            "/etc/redhat-release",
            0o644,
            "Rocky Linux release 9.3 (Blue Onyx)\n",
        );
    has(
        &facts(rocky),
        &[
            ("distribution", "Rocky"),
            ("distribution_version", "9.3"),
            ("distribution_release", "Blue Onyx"),
            ("distribution_file_path", "/etc/redhat-release"),
            ("os_family", "RedHat"),
        ],
    );
}

#[test]
fn the_machine_has_its_name_from_its_own_files() {
    let host = asked("platform")
        .file("/proc/sys/kernel/hostname", 0o444, "web1\n")
        .file("/proc/sys/kernel/osrelease", 0o444, "6.1.0-18-amd64\n")
        .file(
            "/etc/hosts",
            0o644,
            "127.0.0.1 localhost\n10.0.0.2 web1 web1.example.org # us\n",
        );
    has(
        &facts(host),
        &[
            ("hostname", "web1"),
            ("nodename", "web1"),
            ("fqdn", "web1.example.org"),
            ("domain", "example.org"),
            ("kernel", "6.1.0-18-amd64"),
            ("system", "Linux"),
        ],
    );
}

#[test]
fn the_first_line_with_the_address_of_the_machine_names_it() {
    let host = asked("platform")
        .file("/proc/sys/kernel/hostname", 0o444, "vm\n")
        .file("/etc/hosts", 0o644, "127.0.0.1 localhost\n127.0.0.1 vm\n");
    has(&facts(host), &[("fqdn", "localhost"), ("nodename", "vm")]);
}

#[test]
fn numbers_are_numbers() {
    let host = asked("memory").file(
        "/proc/meminfo",
        0o444,
        "MemTotal: 2097152 kB\nMemFree: 1048576 kB\n",
    );
    let memory = facts(host);
    assert_eq!(memory.get("ansible_memtotal_mb"), Some(&Value::Int(2048)));
    let host = asked("processor").file(
        "/proc/cpuinfo",
        0o444,
        "processor : 0\nvendor_id : A\nmodel name : B\nphysical id : 0\nsiblings : 2\ncpu cores : 1\n\n\
         processor : 1\nvendor_id : A\nmodel name : B\nphysical id : 0\nsiblings : 2\ncpu cores : 1\n",
    );
    let processor = facts(host);
    assert_eq!(
        processor.get("ansible_processor_count"),
        Some(&Value::Int(1))
    );
    assert_eq!(
        processor.get("ansible_processor_threads_per_core"),
        Some(&Value::Int(2))
    );
    assert_eq!(
        processor.get("ansible_processor_vcpus"),
        Some(&Value::Int(2))
    );
    let list = to_json(processor.get("ansible_processor").unwrap()).to_string();
    assert_eq!(list, r#"["0","A","B","1","A","B"]"#);
}

#[test]
fn only_facts_that_match_are_told() {
    let host = story("setup", [("filter", "os_*,ansible_distribution")]).file(
        "/etc/os-release",
        0o644,
        "ID=alpine\nVERSION_ID=3.20.1\n",
    );
    let facts = facts(host);
    let mut names: Vec<_> = facts.texts().map(|(name, _)| name).collect();
    names.sort_unstable();
    assert_eq!(names, ["ansible_distribution", "ansible_os_family"]);
}

#[test]
fn what_a_rehearsal_cannot_know_is_unknown_fact_by_fact() {
    use hostwright::{
        host::{Memory, Overlay},
        modules,
        value::Unknown,
    };
    let mut host = Overlay::new(Memory::default());
    host.forget("/etc/os-release", &Unknown::because("an update runs"));
    let args = Map::from([("gather_subset", "!all,!min,distribution,user")]);
    let module = modules::find("setup").unwrap();
    let plan = module
        .plan(&args, &std::collections::BTreeMap::new(), &host)
        .unwrap();
    let facts = plan.result.get("ansible_facts").unwrap().as_map().unwrap();
    assert!(matches!(
        facts.get("ansible_os_family"),
        Some(Value::Unknown(_))
    ));
    assert_eq!(facts.get("ansible_user_id"), Some(&Value::from("root")));
}

pub(crate) const CASES: &[Case] = &[
    Case {
        name: "facts of a file",
        module: "setup",
        there: &[
            ("a.fact", 0o644, "{\"x\": [1, true]}"),
            ("b.fact", 0o644, "[s]\nK = v\n"),
        ],
        args: r#"{"gather_subset": "!all,!min,local", "fact_path": "@"}"#,
        then: Then::IsOk,
    },
    Case {
        name: "facts of a program",
        module: "setup",
        there: &[
            ("a.fact", 0o755, "#!/bin/sh\necho '{\"x\": 1}'\n"),
            ("b.fact", 0o755, "#!/bin/sh\nexit 3\n"),
        ],
        args: r#"{"gather_subset": "!all,!min,local", "fact_path": "@"}"#,
        then: Then::IsOk,
    },
    Case {
        name: "facts that stay",
        module: "setup",
        there: &[],
        args: r#"{"gather_subset": ["!all", "!min", "distribution", "platform", "user", "pkg_mgr", "service_mgr", "selinux", "dns", "cmdline", "virtual"]}"#,
        then: Then::IsOk,
    },
    Case {
        name: "a filter",
        module: "setup",
        there: &[],
        args: r#"{"filter": "ansible_distribution*"}"#,
        then: Then::IsOk,
    },
    Case {
        name: "no such facts",
        module: "setup",
        there: &[],
        args: r#"{"gather_subset": "bogus"}"#,
        then: Then::Fails,
    },
];

#[test]
fn facts_are_what_was_foretold() {
    prove(CASES);
}
