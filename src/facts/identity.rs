//! The machine's name and kind, who we are, and our environment.

use super::Ground;
use crate::{
    host::Seen,
    value::{Map, Value},
};

pub(super) fn platform(ground: &Ground<'_>, facts: &mut Map) -> Seen<()> {
    let kernel = |name: &str| ground.word(&format!("/proc/sys/kernel/{name}"));
    let machine = ground.host.machine()?;
    let node = kernel("hostname")?.unwrap_or_else(|| "localhost".to_owned());
    let whole = full_name(ground, &node)?;
    let domain = whole.split_once('.').map_or("", |(_, domain)| domain);
    facts.insert(
        "system",
        kernel("ostype")?.unwrap_or_else(|| "Linux".to_owned()),
    );
    facts.insert("kernel", kernel("osrelease")?.unwrap_or_default());
    facts.insert("kernel_version", kernel("version")?.unwrap_or_default());
    facts.insert("machine", machine.as_str());
    facts.insert("domain", domain);
    facts.insert("fqdn", whole.as_str());
    facts.insert("hostname", node.split('.').next().unwrap_or_default());
    facts.insert("nodename", node.as_str());
    let bits = usize::BITS;
    let is_small = matches!(machine.as_str(), "i386" | "i486" | "i586" | "i686");
    facts.insert(
        "architecture",
        if is_small { "i386" } else { machine.as_str() },
    );
    facts.insert("userspace_bits", bits.to_string());
    let userspace = if bits == 32 && machine == "x86_64" || is_small {
        "i386"
    } else {
        machine.as_str()
    };
    facts.insert("userspace_architecture", userspace);
    for file in ["/var/lib/dbus/machine-id", "/etc/machine-id"] {
        if let Some(id) = ground.word(file)? {
            let first = id.lines().next().unwrap_or_default();
            facts.insert("machine_id", first);
            break;
        }
    }
    Ok(())
}

/// The first name with a domain among those that /etc/hosts or the resolver has for the machine;
/// otherwise the first of them.
fn full_name(ground: &Ground<'_>, node: &str) -> Seen<String> {
    let text = ground.text("/etc/hosts")?;
    let lines: Vec<Vec<&str>> = text
        .lines()
        .map(|line| line.split('#').next().unwrap_or_default())
        .map(|line| line.split_whitespace().collect())
        .collect();
    let address = lines
        .iter()
        .find(|line| line.iter().skip(1).any(|name| *name == node))
        .and_then(|line| line.first());
    // Its address is asked for its names in turn: the first line that has it answers.
    let named = lines
        .iter()
        .find(|line| address.is_some() && line.first() == address)
        .map(|line| line[1..].join(" "));
    let names = match named {
        Some(names) => names,
        None => {
            let said = ground.ask(&["getent", "hosts", "--", node])?;
            let line = said.lines().next().unwrap_or_default();
            line.split_whitespace()
                .skip(1)
                .collect::<Vec<_>>()
                .join(" ")
        }
    };
    let mut all = names.split_whitespace();
    let first = all.clone().next().unwrap_or(node);
    Ok(all
        .find(|name| name.contains('.'))
        .unwrap_or(first)
        .to_owned())
}

pub(super) fn user(ground: &Ground<'_>, facts: &mut Map) -> Seen<()> {
    let login = ground.host.login()?;
    facts.insert("user_id", login.name.as_str());
    if let Some(user) = ground.host.user_of(login.uid)? {
        facts.insert("user_uid", user.uid);
        facts.insert("user_gid", user.gid);
        facts.insert("user_gecos", user.comment);
        facts.insert("user_dir", user.home);
        facts.insert("user_shell", user.shell);
    }
    // A node is never started with borrowed rights: both are one.
    for name in ["real_user_id", "effective_user_id"] {
        facts.insert(name, login.uid);
    }
    for name in ["real_group_id", "effective_group_id"] {
        facts.insert(name, login.gid);
    }
    Ok(())
}

pub(super) fn env(ground: &Ground<'_>, facts: &mut Map) -> Seen<()> {
    let mut variables = ground.host.login()?.environment;
    variables.sort();
    let env: Map = variables
        .into_iter()
        .map(|(name, value)| (name, Value::from(value)))
        .collect();
    facts.insert("env", env);
    Ok(())
}
