//! Which facts belong together, and how to ask for some.

use std::{collections::BTreeSet, fmt};

use super::{
    Ground, boot, clock, distribution, dmi, identity, interfaces, local, memory, mounts,
    name_service, packages, processor, python, security, ssh_keys, virtualization,
};
use crate::{host::Seen, value::Map};

/// Facts that are gathered together.
pub(super) struct Subject {
    pub(super) name: &'static str,
    /// Whether it belongs to the smallest set, which only `!min` leaves out.
    is_min: bool,
    /// A set of subjects that has it, besides `all`.
    group: Option<&'static str>,
    /// The names of its facts without their prefix, which ask for it too.
    pub(super) facts: &'static [&'static str],
    pub(super) tell: fn(&Ground<'_>, &mut Map) -> Seen<()>,
}

macro_rules! subjects {
    ($($name:literal $(in $group:literal)? $(as $min:ident)?: $tell:path => [$($fact:literal),* $(,)?];)*) => {
        pub(super) static SUBJECTS: &[Subject] = &[$(Subject {
            name: $name,
            is_min: subjects!(@min $($min)?),
            group: subjects!(@group $($group)?),
            facts: &[$($fact),*],
            tell: $tell,
        }),*];
    };
    (@min) => { false };
    (@min min) => { true };
    (@group) => { None };
    (@group $group:literal) => { Some($group) };
}

subjects! {
    "apparmor" as min: security::apparmor => ["apparmor"];
    "caps" as min: security::caps => ["system_capabilities", "system_capabilities_enforced"];
    "chroot" as min: boot::chroot => ["is_chroot"];
    "cmdline" as min: boot::cmdline => ["cmdline", "proc_cmdline"];
    "date_time" as min: clock::date_time => ["date_time"];
    "distribution" as min: distribution::distribution => [
        "distribution", "distribution_version", "distribution_major_version",
        "distribution_release", "os_family",
    ];
    "dns" as min: name_service::dns => ["dns"];
    "env" as min: identity::env => ["env"];
    "fips" as min: security::fips => ["fips"];
    "loadavg" as min: boot::loadavg => ["loadavg"];
    "local" as min: local::local => ["local"];
    "lsb" as min: distribution::lsb => ["lsb"];
    "pkg_mgr" as min: packages::pkg_mgr => ["pkg_mgr"];
    "platform" as min: identity::platform => [
        "system", "kernel", "kernel_version", "machine", "architecture", "machine_id", "hostname",
        "nodename", "domain", "fqdn", "userspace_bits", "userspace_architecture",
    ];
    "python" as min: python::python => ["python", "python_version"];
    "selinux" as min: security::selinux => ["selinux"];
    "service_mgr" as min: packages::service_mgr => ["service_mgr"];
    "ssh_pub_keys" as min: ssh_keys::ssh_pub_keys => [
        "ssh_host_key_dsa_public", "ssh_host_key_rsa_public", "ssh_host_key_ecdsa_public",
        "ssh_host_key_ed25519_public",
    ];
    "user" as min: identity::user => [
        "user_id", "user_uid", "user_gid", "user_gecos", "user_dir", "user_shell", "real_user_id",
        "effective_user_id", "real_group_id", "effective_group_id",
    ];
    "processor" in "hardware": processor::processor => [
        "processor", "processor_cores", "processor_count", "processor_threads_per_core",
        "processor_vcpus", "processor_nproc", "flags",
    ];
    "memory" in "hardware": memory::memory => [
        "memtotal_mb", "memfree_mb", "swaptotal_mb", "swapfree_mb", "memory_mb",
    ];
    "mounts" in "hardware": mounts::mounts => ["mounts"];
    "dmi" in "hardware": dmi::dmi => ["product_name", "system_vendor", "bios_version"];
    "uptime" in "hardware": boot::uptime => ["uptime_seconds"];
    "interfaces" in "network": interfaces::interfaces => [
        "interfaces", "default_ipv4", "default_ipv6", "all_ipv4_addresses", "all_ipv6_addresses",
        "locally_reachable_ips",
    ];
    "virtualization" in "virtual": virtualization::virtualization => [
        "virtualization_type", "virtualization_role", "virtualization_tech_guest",
        "virtualization_tech_host",
    ];
}

/// Names of Ansible that stand for facts which are not gathered: asking for them is no mistake.
const EMPTY: &[&str] = &[
    "devices",
    "facter",
    "fibre_channel_wwn",
    "iscsi",
    "nvme",
    "ohai",
    "systemd",
    "effective_group_ids",
];

/// A choice of subjects.
#[derive(Clone, Debug)]
pub struct Subsets {
    /// As it was asked for.
    pub written: Vec<String>,
    chosen: BTreeSet<&'static str>,
}

/// A name that stands for no facts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadSubset(pub String);

impl fmt::Display for BadSubset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: BTreeSet<&str> = SUBJECTS
            .iter()
            .flat_map(|subject| {
                let own = [subject.name].into_iter().chain(subject.group);
                own.chain(subject.facts.iter().copied())
            })
            .chain(EMPTY.iter().copied())
            .collect();
        write!(
            f,
            "Bad subset '{}' given to Ansible. gather_subset options allowed: all, {}",
            self.0,
            names.into_iter().collect::<Vec<_>>().join(", ")
        )
    }
}

impl Subsets {
    /// Reads names, and names with `!` that leave something out.
    pub fn parse(written: &[String]) -> Result<Self, BadSubset> {
        let all = || named("all").unwrap_or_default();
        let least: BTreeSet<_> = SUBJECTS
            .iter()
            .filter(|subject| subject.is_min)
            .map(|subject| subject.name)
            .collect();
        let (mut added, mut left_out, mut asked) =
            (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        let mut adds = false;
        for one in written {
            match one.as_str() {
                "all" => {
                    adds = true;
                    added.extend(all());
                }
                "min" => {
                    adds = true;
                    added.extend(&least);
                }
                "!all" => left_out.extend(all().difference(&least).copied()),
                "!min" => left_out.extend(&least),
                other => {
                    let (word, is_out) = other
                        .strip_prefix('!')
                        .map_or((other, false), |word| (word, true));
                    let subjects = named(word).ok_or_else(|| BadSubset(word.to_owned()))?;
                    if is_out {
                        left_out.extend(subjects);
                    } else {
                        adds = true;
                        asked.extend(subjects);
                    }
                }
            }
        }
        if !adds {
            added = all();
        }
        if !written.iter().any(|one| one == "!min") {
            added.extend(&least);
        }
        // What is asked for by its name is gathered even where a set with it is left out.
        let chosen = &(&added - &left_out) | &asked;
        Ok(Self {
            written: written.to_vec(),
            chosen,
        })
    }

    pub(super) fn has(&self, subject: &Subject) -> bool {
        self.chosen.contains(subject.name)
    }
}

fn named(name: &str) -> Option<BTreeSet<&'static str>> {
    let subjects: BTreeSet<_> = SUBJECTS
        .iter()
        .filter(|subject| {
            name == "all"
                || subject.name == name
                || subject.group == Some(name)
                || subject.facts.contains(&name)
        })
        .map(|subject| subject.name)
        .collect();
    (!subjects.is_empty() || EMPTY.contains(&name)).then_some(subjects)
}

#[cfg(test)]
mod tests {
    use super::Subsets;

    fn chosen(words: &[&str]) -> Vec<&'static str> {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        Subsets::parse(&words).unwrap().chosen.into_iter().collect()
    }

    #[test]
    fn the_smallest_set_stays_until_it_is_left_out() {
        assert!(chosen(&["all"]).contains(&"mounts"));
        assert!(chosen(&["!all"]).contains(&"distribution"));
        assert!(!chosen(&["!all"]).contains(&"mounts"));
        assert!(chosen(&["!hardware"]).contains(&"interfaces"));
        assert!(!chosen(&["!hardware"]).contains(&"memory"));
        assert!(chosen(&["network"]).contains(&"user"));
        assert!(!chosen(&["network"]).contains(&"memory"));
        assert_eq!(chosen(&["!all", "!min", "os_family"]), ["distribution"]);
        assert_eq!(chosen(&["!all", "!min"]), Vec::<&str>::new());
        assert_eq!(chosen(&["!all", "!min", "facter"]), Vec::<&str>::new());
    }

    #[test]
    fn a_name_that_stands_for_nothing_is_refused() {
        let bad = Subsets::parse(&["bogus".to_owned()]).unwrap_err();
        assert!(bad.to_string().starts_with(
            "Bad subset 'bogus' given to Ansible. gather_subset options allowed: all, "
        ));
    }
}
