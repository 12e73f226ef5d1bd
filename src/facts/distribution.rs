//! Which distribution it is, and of which family.

use super::{Ground, ground::setting};
use crate::{host::Seen, value::Map};

/// What Ansible calls the distributions that /etc/os-release names by these.
const NAMES: &[(&str, &str)] = &[
    ("almalinux", "AlmaLinux"),
    ("alpine", "Alpine"),
    ("altlinux", "Altlinux"),
    ("amzn", "Amazon"),
    ("arch", "Archlinux"),
    ("archarm", "Archlinux"),
    ("centos", "CentOS"),
    ("cloudlinux", "CloudLinux"),
    ("debian", "Debian"),
    ("deepin", "Deepin"),
    ("devuan", "Devuan"),
    ("fedora", "Fedora"),
    ("flatcar", "Flatcar"),
    ("gentoo", "Gentoo"),
    ("kali", "Kali"),
    ("linuxmint", "Linux Mint"),
    ("mageia", "Mageia"),
    ("manjaro", "Manjaro"),
    ("neon", "KDE neon"),
    ("ol", "OracleLinux"),
    ("openEuler", "openEuler"),
    ("opensuse-leap", "openSUSE Leap"),
    ("opensuse-tumbleweed", "openSUSE Tumbleweed"),
    ("parrot", "Parrot"),
    ("pop", "Pop!_OS"),
    ("raspbian", "Debian"),
    ("rhel", "RedHat"),
    ("rocky", "Rocky"),
    ("scientific", "Scientific"),
    ("sled", "SLED"),
    ("sles", "SLES"),
    ("sles_sap", "SLES_SAP"),
    ("steamos", "SteamOS"),
    ("ubuntu", "Ubuntu"),
    ("uos", "Uos"),
    ("virtuozzo", "Virtuozzo"),
    ("zorin", "Zorin OS"),
];

const FAMILIES: &[(&str, &[&str])] = &[
    (
        "RedHat",
        &[
            "RedHat",
            "Fedora",
            "CentOS",
            "Scientific",
            "CloudLinux",
            "OracleLinux",
            "Amazon",
            "Virtuozzo",
            "openEuler",
            "AlmaLinux",
            "Rocky",
        ],
    ),
    (
        "Debian",
        &[
            "Debian",
            "Ubuntu",
            "KDE neon",
            "Linux Mint",
            "SteamOS",
            "Devuan",
            "Kali",
            "Pop!_OS",
            "Parrot",
            "Uos",
            "Deepin",
            "Zorin OS",
        ],
    ),
    (
        "Suse",
        &[
            "SLES",
            "SLED",
            "SLES_SAP",
            "openSUSE Leap",
            "openSUSE Tumbleweed",
        ],
    ),
    ("Archlinux", &["Archlinux", "Manjaro"]),
    ("Mandrake", &["Mageia"]),
];

pub(super) fn family(name: &str) -> &str {
    FAMILIES
        .iter()
        .find(|(_, members)| members.contains(&name))
        .map_or(name, |(family, _)| family)
}

/// Name, version and code name.
pub(super) struct Release {
    pub(super) name: String,
    pub(super) version: String,
    code_name: String,
}

impl Release {
    pub(super) fn major(&self) -> &str {
        self.version.split('.').next().unwrap_or_default()
    }
}

pub(super) fn release(ground: &Ground<'_>) -> Seen<Release> {
    let told = ground.settings("/etc/os-release")?;
    let id = setting(&told, "ID");
    let name = NAMES.iter().find(|(known, _)| *known == id).map_or_else(
        || setting(&told, "NAME").to_owned(),
        |(_, name)| (*name).to_owned(),
    );
    let mut version = setting(&told, "VERSION_ID").to_owned();
    let mut code_name = setting(&told, "VERSION_CODENAME").to_owned();
    // The files that stood there before have the version to the point.
    let older = match (name.as_str(), family(&name)) {
        ("Debian", _) => ground.text("/etc/debian_version")?,
        ("CentOS", _) => after_release(&ground.text("/etc/centos-release")?),
        _ => String::new(),
    };
    let older = older.trim();
    if older.starts_with(|letter: char| letter.is_ascii_digit()) {
        older.clone_into(&mut version);
    }
    if code_name.is_empty() {
        let text = setting(&told, "VERSION");
        if let Some((_, rest)) = text.split_once('(') {
            rest.trim_end_matches(')').clone_into(&mut code_name);
        } else if name == "CentOS" && setting(&told, "NAME").contains("Stream") {
            "Stream".clone_into(&mut code_name);
        }
    }
    Ok(Release {
        name,
        version,
        code_name,
    })
}

/// `CentOS Linux release 7.9.2009 (Core)`: the first two numbers.
fn after_release(text: &str) -> String {
    let Some((_, rest)) = text.split_once("release ") else {
        return String::new();
    };
    let version = rest.split_whitespace().next().unwrap_or_default();
    version.split('.').take(2).collect::<Vec<_>>().join(".")
}

pub(super) fn distribution(ground: &Ground<'_>, facts: &mut Map) -> Seen<()> {
    let release = release(ground)?;
    let family = family(&release.name).to_owned();
    let old_file = match family.as_str() {
        "RedHat" => Some(("/etc/redhat-release", "RedHat")),
        "Archlinux" => Some(("/etc/arch-release", "Archlinux")),
        "Alpine" => Some(("/etc/alpine-release", "Alpine")),
        _ => None,
    };
    let (path, variety) = match old_file {
        Some((path, variety)) if ground.has(path)? => (path, variety),
        _ if family == "Suse" => ("/etc/os-release", "SUSE"),
        _ => ("/etc/os-release", family.as_str()),
    };
    facts.insert("distribution", release.name.as_str());
    facts.insert("distribution_version", release.version.as_str());
    facts.insert("distribution_major_version", release.major());
    if release.name == "Debian"
        && let Some((_, minor)) = release.version.split_once('.')
    {
        facts.insert("distribution_minor_version", minor);
    }
    facts.insert("distribution_release", release.code_name.as_str());
    facts.insert("distribution_file_path", path);
    facts.insert("distribution_file_variety", variety);
    facts.insert("distribution_file_parsed", true);
    facts.insert("os_family", family);
    Ok(())
}

/// What the Linux Standard Base's own program says, or its file.
pub(super) fn lsb(ground: &Ground<'_>, facts: &mut Map) -> Seen<()> {
    let mut lsb = Map::new();
    let said = ground.ask(&["lsb_release", "-a"])?;
    if said.is_empty() {
        let told = ground.settings("/etc/lsb-release")?;
        for (name, key) in [
            ("id", "DISTRIB_ID"),
            ("release", "DISTRIB_RELEASE"),
            ("description", "DISTRIB_DESCRIPTION"),
            ("codename", "DISTRIB_CODENAME"),
        ] {
            let value = setting(&told, key);
            if !value.is_empty() {
                lsb.insert(name, value);
            }
        }
    }
    for line in said.lines() {
        let Some((key, value)) = line.split_once(':') else {
            continue;
        };
        let name = match key.trim() {
            "Distributor ID" => "id",
            "Release" => "release",
            "Description" => "description",
            "Codename" => "codename",
            _ => continue,
        };
        lsb.insert(name, value.trim().trim_matches(['"', '\'']));
    }
    let release = lsb.get("release").and_then(|value| value.as_str());
    if let Some(major) = release.and_then(|text| text.split('.').next()) {
        let major = major.to_owned();
        lsb.insert("major_release", major);
    }
    facts.insert("lsb", lsb);
    Ok(())
}
