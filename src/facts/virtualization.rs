//! Whether the machine is a guest, and of what; whether it has guests.

use super::Ground;
use crate::{
    host::Seen,
    value::{Map, Value},
};

/// What firmware calls machines that are not real: where it says so, a word of it, the kind.
const MACHINES: &[(&str, &str, &str)] = &[
    ("sys_vendor", "QEMU", "kvm"),
    ("product_name", "KVM", "kvm"),
    ("product_name", "RHEV Hypervisor", "RHEV"),
    ("product_name", "oVirt", "RHEV"),
    ("product_name", "VMware", "VMware"),
    ("product_name", "VirtualBox", "virtualbox"),
    ("bios_vendor", "innotek", "virtualbox"),
    ("bios_vendor", "Xen", "xen"),
    ("product_name", "Virtual Machine", "VirtualPC"),
    ("product_name", "OpenStack", "openstack"),
    ("product_name", "Parallels", "parallels"),
    ("sys_vendor", "oVirt", "kvm"),
    ("sys_vendor", "Amazon EC2", "kvm"),
    ("sys_vendor", "DigitalOcean", "kvm"),
    ("sys_vendor", "Google", "kvm"),
    ("product_name", "Google Compute Engine", "kvm"),
    ("sys_vendor", "Hetzner", "kvm"),
    ("sys_vendor", "Nutanix", "kvm"),
    ("product_family", "VirtualBox", "virtualbox"),
];

#[derive(Default)]
struct Told {
    kind: Option<(&'static str, &'static str)>,
    guest: Vec<&'static str>,
    host: Vec<&'static str>,
}

impl Told {
    fn guest_of(&mut self, kind: &'static str) {
        self.guest.push(kind);
        self.kind.get_or_insert((kind, "guest"));
    }
}

pub(super) fn virtualization(ground: &Ground<'_>, facts: &mut Map) -> Seen<()> {
    let mut told = Told::default();
    container(ground, &mut told)?;
    for (file, word, kind) in MACHINES {
        let said = ground.text(&format!("/sys/devices/virtual/dmi/id/{file}"))?;
        if said.contains(word) && !told.guest.contains(kind) {
            told.guest_of(kind);
        }
    }
    if ground.has("/proc/xen")? && told.guest.is_empty() {
        told.guest_of("xen");
    }
    if told.guest.is_empty() && ground.text("/proc/cpuinfo")?.contains("QEMU Virtual CPU") {
        told.guest_of("kvm");
    }
    if ground.has("/dev/kvm")? {
        told.host.push("kvm");
        told.kind.get_or_insert(("kvm", "host"));
    }
    let modules = ground.text("/proc/modules")?;
    if modules.lines().any(|line| line.starts_with("vboxdrv ")) {
        told.host.push("virtualbox");
        told.kind.get_or_insert(("virtualbox", "host"));
    }
    let (kind, role) = told.kind.unwrap_or(("NA", "NA"));
    facts.insert("virtualization_type", kind);
    facts.insert("virtualization_role", role);
    let list = |mut kinds: Vec<&'static str>| {
        kinds.sort_unstable();
        kinds.dedup();
        Value::list(kinds.into_iter().map(Value::from))
    };
    facts.insert("virtualization_tech_guest", list(told.guest));
    facts.insert("virtualization_tech_host", list(told.host));
    Ok(())
}

fn container(ground: &Ground<'_>, told: &mut Told) -> Seen<()> {
    let groups = ground.text("/proc/1/cgroup")?;
    let environment = ground.text("/proc/1/environ")?;
    let mark = ground.word("/run/systemd/container")?.unwrap_or_default();
    let said = environment
        .split('\0')
        .find_map(|variable| variable.strip_prefix("container="))
        .unwrap_or(&mark);
    let kind = if said == "podman" || ground.has("/run/.containerenv")? {
        "podman"
    } else if said == "lxc" || groups.contains("/lxc/") {
        "lxc"
    } else if said == "docker"
        || groups.contains("/docker")
        || ground.has("/.dockerenv")?
        || ground.has("/.dockerinit")?
    {
        "docker"
    } else if said.is_empty() {
        return Ok(());
    } else {
        "container"
    };
    told.guest_of(kind);
    if kind != "container" {
        told.guest.push("container");
    }
    Ok(())
}
