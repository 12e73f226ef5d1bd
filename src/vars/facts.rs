//! What a host may name, and what only people may (S5, S6).

use crate::value::{Map, Value};

/// Facts sorted by what they may do.
#[derive(Clone, Debug, Default)]
pub struct Sorted {
    /// All of them under `ansible_facts`, without the prefix `ansible_`.
    pub namespace: Map,
    /// Known facts, which are variables of their own.
    pub known: Map,
    /// Facts of other names: variables too, but weaker than any that a person set.
    pub stray: Map,
    /// Names that no host may set: they are no variables.
    pub dropped: Vec<String>,
}

/// Sorts what a host said of itself. All of it is data.
pub fn sort_facts(facts: &Map) -> Sorted {
    let mut sorted = Sorted::default();
    for (name, value) in facts.texts() {
        if name.starts_with("_ansible_") {
            sorted.dropped.push(name.to_owned());
            continue;
        }
        let value = value.map_text(&mut |text| text.clone().into_data());
        let short = match name.strip_prefix("ansible_") {
            Some(short) if name != "ansible_local" => short,
            _ => name,
        };
        sorted.namespace.insert(short, value.clone());
    }
    let interfaces = interfaces(&sorted.namespace);
    for (name, value) in facts
        .texts()
        .filter(|(name, _)| !name.starts_with("_ansible_"))
    {
        let value = value.map_text(&mut |text| text.clone().into_data());
        if is_reserved(name) {
            sorted.dropped.push(name.to_owned());
        } else if is_known(name) || interfaces.iter().any(|known| known == name) {
            sorted.known.insert(name, value);
        } else {
            sorted.stray.insert(name, value);
        }
    }
    sorted
}

/// The facts that describe the network interfaces the host says it has.
fn interfaces(namespace: &Map) -> Vec<String> {
    let names = namespace
        .get("interfaces")
        .and_then(Value::as_list)
        .unwrap_or_default();
    let fact = |name: &Value| {
        Some(format!(
            "ansible_{}",
            name.as_str()?.replace(['-', ':', '.'], "_")
        ))
    };
    names.iter().filter_map(fact).collect()
}

fn is_known(name: &str) -> bool {
    name.strip_prefix("ansible_").is_some_and(|short| {
        KNOWN.contains(&short) || (short.starts_with("ssh_host_key_") && short.contains("_public"))
    })
}

/// Whether a name steers the run, a connection or a template: only people may set it.
pub(super) fn is_reserved(name: &str) -> bool {
    if RESERVED.contains(&name) || name.starts_with("hostwright_") {
        return true;
    }
    let Some(short) = name.strip_prefix("ansible_") else {
        return false;
    };
    if short.starts_with("ssh_host_key_")
        || short.ends_with("_bridge")
        || short.ends_with("_gwbridge")
    {
        return false;
    }
    RESERVED_SHORT.contains(&short)
        || short.ends_with("_interpreter")
        || CONNECTIONS.iter().any(|kind| {
            short
                .strip_prefix(kind)
                .is_some_and(|rest| rest.starts_with('_'))
        })
}

/// Kinds of connections and ways to become: each has variables that begin with its name.
const CONNECTIONS: &[&str] = &[
    "become",
    "buildah",
    "chroot",
    "docker",
    "funcd",
    "grpc",
    "httpapi",
    "incus",
    "iocage",
    "jail",
    "kubectl",
    "libssh",
    "local",
    "lxc",
    "lxd",
    "netconf",
    "network_cli",
    "oc",
    "paramiko",
    "persistent",
    "podman",
    "psrp",
    "qubes",
    "saltstack",
    "sftp",
    "scp",
    "shell",
    "ssh",
    "su",
    "sudo",
    "winrm",
    "wsl",
    "zone",
];

const RESERVED_SHORT: &[&str] = &[
    "async_dir",
    "become",
    "check_mode",
    "collection_name",
    "config_file",
    "connection",
    "delegated_vars",
    "dependent_role_names",
    "diff_mode",
    "executable",
    "facts",
    "forks",
    "group_priority",
    "host",
    "index_var",
    "inventory_sources",
    "limit",
    "loop",
    "loop_var",
    "managed",
    "module_compression",
    "parent_role_names",
    "parent_role_paths",
    "pass",
    "password",
    "pipelining",
    "play_batch",
    "play_hosts",
    "play_hosts_all",
    "play_name",
    "play_role_names",
    "playbook_python",
    "port",
    "private_key_file",
    "remote_tmp",
    "role_name",
    "role_names",
    "run_tags",
    "search_path",
    "shell",
    "skip_tags",
    "sudo",
    "su",
    "system_tmpdirs",
    "timeout",
    "user",
    "verbosity",
    "version",
];

const RESERVED: &[&str] = &[
    "ansible",
    "cycler",
    "dict",
    "environment",
    "finalize",
    "group_names",
    "groups",
    "hostvars",
    "inventory_dir",
    "inventory_file",
    "inventory_hostname",
    "inventory_hostname_short",
    "item",
    "joiner",
    "lipsum",
    "lookup",
    "loop",
    "namespace",
    "now",
    "omit",
    "play_hosts",
    "playbook_dir",
    "q",
    "query",
    "range",
    "role_name",
    "role_names",
    "role_path",
    "role_uuid",
    "self",
    "undef",
    "vars",
];

/// The facts that a host has, without their prefix.
const KNOWN: &[&str] = &[
    "all_ipv4_addresses",
    "all_ipv6_addresses",
    "apparmor",
    "architecture",
    "bios_date",
    "bios_vendor",
    "bios_version",
    "board_asset_tag",
    "board_name",
    "board_serial",
    "board_vendor",
    "board_version",
    "chassis_asset_tag",
    "chassis_serial",
    "chassis_vendor",
    "chassis_version",
    "cmdline",
    "date_time",
    "default_ipv4",
    "default_ipv6",
    "device_links",
    "devices",
    "distribution",
    "distribution_file_parsed",
    "distribution_file_path",
    "distribution_file_search_string",
    "distribution_file_variety",
    "distribution_major_version",
    "distribution_minor_version",
    "distribution_release",
    "distribution_version",
    "dns",
    "domain",
    "effective_group_id",
    "effective_user_id",
    "env",
    "facter",
    "fibre_channel_wwn",
    "fips",
    "flags",
    "form_factor",
    "fqdn",
    "hostname",
    "hostnqn",
    "interfaces",
    "is_chroot",
    "iscsi_iqn",
    "kernel",
    "kernel_version",
    "lo",
    "loadavg",
    "local",
    "locally_reachable_ips",
    "lsb",
    "lvm",
    "machine",
    "machine_id",
    "memfree_mb",
    "memory_mb",
    "memtotal_mb",
    "mounts",
    "nodename",
    "ohai",
    "os_family",
    "pkg_mgr",
    "proc_cmdline",
    "processor",
    "processor_cores",
    "processor_count",
    "processor_nproc",
    "processor_threads_per_core",
    "processor_vcpus",
    "product_name",
    "product_serial",
    "product_uuid",
    "product_version",
    "python",
    "python_version",
    "real_group_id",
    "real_user_id",
    "selinux",
    "selinux_python_present",
    "service_mgr",
    "swapfree_mb",
    "swaptotal_mb",
    "system",
    "system_capabilities",
    "system_capabilities_enforced",
    "system_vendor",
    "uptime_seconds",
    "user_dir",
    "user_gecos",
    "user_gid",
    "user_id",
    "user_shell",
    "user_uid",
    "userspace_architecture",
    "userspace_bits",
    "virtualization_role",
    "virtualization_tech_guest",
    "virtualization_tech_host",
    "virtualization_type",
];

#[cfg(test)]
mod tests {
    use super::sort_facts;
    use crate::{
        diagnostic::{Source, Span},
        value::{Map, Text, Value},
    };

    #[test]
    fn a_host_cannot_steer_the_run() {
        let forged = [
            "ansible_connection",
            "ansible_host",
            "ansible_port",
            "ansible_user",
            "ansible_password",
            "ansible_ssh_common_args",
            "ansible_ssh_pass",
            "ansible_become",
            "ansible_become_pass",
            "ansible_become_password",
            "ansible_shell_executable",
            "ansible_python_interpreter",
            "ansible_docker_extra_args",
            "inventory_hostname",
            "groups",
            "hostvars",
            "group_names",
            "playbook_dir",
            "ansible_check_mode",
            "ansible_play_hosts",
            "vars",
            "omit",
            "environment",
            "lookup",
            "ansible_facts",
            "_ansible_no_log",
            "hostwright_touches",
            "ansible_version",
            "item",
        ];
        let facts: Map = forged
            .iter()
            .map(|name| (*name, Value::from("forged")))
            .collect();
        let sorted = sort_facts(&facts);
        assert!(sorted.known.is_empty() && sorted.stray.is_empty());
        assert_eq!(sorted.dropped.len(), forged.len());
    }

    #[test]
    fn known_facts_are_variables_and_others_weak_ones() {
        let source = Source::new("x", "{{ 1 }}");
        let template = Value::Text(Text::template("{{ 1 }}", Span::new(&source, 0, 7)));
        let facts = Map::from([
            ("ansible_distribution", template),
            (
                "ansible_interfaces",
                Value::list(["lo", "eth0.5", "host"].map(Value::from)),
            ),
            ("ansible_eth0_5", Value::from("vlan")),
            ("ansible_ssh_host_key_rsa_public", Value::from("key")),
            ("ansible_local", Value::from(Map::new())),
            ("ansible_docker_gwbridge", Value::from("bridge")),
            ("deploy_path", Value::from("/")),
        ]);
        let sorted = sort_facts(&facts);
        let names: Vec<&str> = sorted.known.texts().map(|(name, _)| name).collect();
        assert_eq!(
            names,
            [
                "ansible_distribution",
                "ansible_interfaces",
                "ansible_eth0_5",
                "ansible_ssh_host_key_rsa_public",
                "ansible_local"
            ]
        );
        let stray: Vec<&str> = sorted.stray.texts().map(|(name, _)| name).collect();
        assert_eq!(stray, ["ansible_docker_gwbridge", "deploy_path"]);
        assert!(sorted.dropped.is_empty());
        let Some(Value::Text(text)) = sorted.known.get("ansible_distribution") else {
            unreachable!()
        };
        assert!(!text.is_template());
        assert!(
            sorted.namespace.contains("distribution") && sorted.namespace.contains("ansible_local")
        );
    }
}
