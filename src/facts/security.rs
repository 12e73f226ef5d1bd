//! Mandatory access control and the like.

use super::{Ground, ground::setting};
use crate::{host::Seen, value::Map};

pub(super) fn apparmor(ground: &Ground<'_>, facts: &mut Map) -> Seen<()> {
    let is_on = ground.has("/sys/kernel/security/apparmor")?;
    let status = if is_on { "enabled" } else { "disabled" };
    facts.insert("apparmor", Map::from([("status", status)]));
    Ok(())
}

pub(super) fn fips(ground: &Ground<'_>, facts: &mut Map) -> Seen<()> {
    let told = ground.word("/proc/sys/crypto/fips_enabled")?;
    facts.insert("fips", told.as_deref() == Some("1"));
    Ok(())
}

pub(super) fn selinux(ground: &Ground<'_>, facts: &mut Map) -> Seen<()> {
    let mut selinux = Map::new();
    match ground.word("/sys/fs/selinux/enforce")? {
        None => {
            selinux.insert("status", "disabled");
        }
        Some(enforce) => {
            let wanted = ground.settings("/etc/selinux/config")?;
            let or_unknown = |text: &str| if text.is_empty() { "unknown" } else { text }.to_owned();
            selinux.insert("status", "enabled");
            selinux.insert(
                "mode",
                if enforce == "1" {
                    "enforcing"
                } else {
                    "permissive"
                },
            );
            selinux.insert("config_mode", or_unknown(setting(&wanted, "SELINUX")));
            selinux.insert("type", or_unknown(setting(&wanted, "SELINUXTYPE")));
            let version = ground.word("/sys/fs/selinux/policyvers")?;
            match version.as_deref().and_then(|text| text.parse::<i64>().ok()) {
                Some(version) => selinux.insert("policyvers", version),
                None => selinux.insert("policyvers", "unknown"),
            };
        }
    }
    facts.insert("selinux", selinux);
    Ok(())
}
