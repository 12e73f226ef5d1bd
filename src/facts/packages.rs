//! The managers of packages and services.

use super::{Ground, distribution};
use crate::{
    host::{Seen, services},
    value::Map,
};

/// Where package managers lie; a later one that is there wins.
const MANAGERS: &[(&str, &str)] = &[
    ("/usr/bin/rpm-ostree", "atomic_container"),
    ("/usr/bin/pacman", "pacman"),
    ("/usr/bin/apt-get", "apt"),
    ("/usr/bin/yum", "yum"),
    ("/usr/bin/dnf-3", "dnf"),
    ("/usr/bin/dnf5", "dnf5"),
    ("/usr/bin/zypper", "zypper"),
    ("/usr/sbin/urpmi", "urpmi"),
    ("/usr/bin/emerge", "portage"),
    ("/usr/bin/opkg", "opkg"),
    ("/usr/bin/swupd", "swupd"),
    ("/usr/bin/xbps-install", "xbps"),
    ("/sbin/apk", "apk"),
    ("/run/current-system/sw/bin/nix", "nix"),
];

pub(super) fn pkg_mgr(ground: &Ground<'_>, facts: &mut Map) -> Seen<()> {
    let mut found = "unknown";
    for (path, name) in MANAGERS {
        // Where images are layered, the directory says so, not the program alone.
        let is_there = match *name {
            "atomic_container" => ground.has("/run/ostree-booted")?,
            _ => ground.has(path)?,
        };
        if is_there {
            found = name;
        }
    }
    // The family's own manager wins over others that somebody installed.
    let release = distribution::release(ground)?;
    let own: &[&str] = match distribution::family(&release.name) {
        "Debian" => &["apt"],
        "RedHat" => {
            let major: u32 = release.major().parse().unwrap_or(0);
            let is_new = release.name == "Fedora" && major >= 41;
            if is_new {
                &["dnf5", "dnf", "yum"]
            } else {
                &["dnf", "yum"]
            }
        }
        "Suse" => &["zypper"],
        _ => &[],
    };
    for name in own {
        let at = MANAGERS.iter().find(|(_, known)| known == name);
        if let Some((path, name)) = at
            && ground.has(path)?
        {
            found = name;
            break;
        }
    }
    facts.insert("pkg_mgr", found);
    Ok(())
}

pub(super) fn service_mgr(ground: &Ground<'_>, facts: &mut Map) -> Seen<()> {
    facts.insert("service_mgr", services::manager_name(ground.host)?);
    Ok(())
}
