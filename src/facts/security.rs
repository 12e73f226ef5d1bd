//! Mandatory access control and the like.

use super::{Ground, ground::setting};
use crate::{
    host::Seen,
    value::{Map, Value},
};

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

/// Whether something keeps root from what root may do, and what it may then, as `capsh` tells.
pub(super) fn caps(ground: &Ground<'_>, facts: &mut Map) -> Seen<()> {
    let (enforced, held) = capabilities(&ground.ask(&["capsh", "--print"])?);
    facts.insert("system_capabilities_enforced", enforced);
    facts.insert("system_capabilities", held);
    Ok(())
}

fn capabilities(said: &str) -> (&'static str, Value) {
    let Some(now) = said.lines().find_map(|line| line.strip_prefix("Current:")) else {
        return ("N/A", "N/A".into());
    };
    if now.trim() == "=ep" {
        return ("False", Value::list([]));
    }
    let held = now.split('=').nth(1).unwrap_or_default().split(',');
    ("True", Value::list(held.map(|one| Value::from(one.trim()))))
}

#[cfg(test)]
mod tests {
    use super::capabilities;
    use crate::value::Value;

    #[test]
    fn what_root_may_not_do_is_enforced() {
        assert_eq!(capabilities(""), ("N/A", "N/A".into()));
        let all = "Current: =ep\nBounding set =cap_chown\n";
        assert_eq!(capabilities(all), ("False", Value::list([])));
        let some = "Current: cap_chown,cap_kill=ep\n";
        assert_eq!(capabilities(some), ("True", Value::list(["ep".into()])));
        let less = "Current: =ep cap_sys_resource-ep\n";
        let wanted = Value::list(["ep cap_sys_resource-ep".into()]);
        assert_eq!(capabilities(less), ("True", wanted));
    }
}
