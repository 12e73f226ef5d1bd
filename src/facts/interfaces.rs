//! Network interfaces and their addresses.

use std::net::Ipv4Addr;

use super::Ground;
use crate::{
    host::{Seen, path},
    state::Kind,
    value::{Map, Value},
};

/// Addresses of one interface as `ip` prints them.
#[derive(Clone, Debug, Default)]
struct Addresses {
    v4: Vec<Map>,
    v6: Vec<Map>,
}

pub(super) fn interfaces(ground: &Ground<'_>, facts: &mut Map) -> Seen<()> {
    let names = ground.names("/sys/class/net")?;
    let addresses = addresses(&ground.ask(&["ip", "addr", "show"])?);
    let of = |name: &str| {
        addresses
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, addresses)| addresses.clone())
            .unwrap_or_default()
    };
    let mut all = [Vec::new(), Vec::new()];
    let mut links = Vec::new();
    for name in &names {
        let Some(mut link) = link(ground, name)? else {
            continue;
        };
        let Addresses { v4, v6 } = of(name);
        let mut shown = v4.iter();
        if let Some(first) = shown.next() {
            link.insert("ipv4", first.clone());
        }
        let more: Vec<Value> = shown.cloned().map(Value::from).collect();
        if !more.is_empty() {
            link.insert("ipv4_secondaries", more);
        }
        if !v6.is_empty() {
            link.insert("ipv6", Value::list(v6.iter().cloned().map(Value::from)));
        }
        for (all, addresses) in all.iter_mut().zip([&v4, &v6]) {
            let seen = addresses.iter().filter_map(|one| one.get("address"));
            all.extend(seen.filter(|one| !is_loopback(one)).cloned());
        }
        links.push((name.as_str(), link));
    }
    let mut reachable = Map::new();
    for (name, family) in [("ipv4", "-4"), ("ipv6", "-6")] {
        let routes = ground.ask(&["ip", family, "route", "show", "table", "local"])?;
        reachable.insert(name, local_routes(&routes));
    }
    facts.insert("locally_reachable_ips", reachable);
    for (fact, family, target) in [
        ("default_ipv4", "-4", "8.8.8.8"),
        ("default_ipv6", "-6", "2404:6800:400a:800::1012"),
    ] {
        let route = ground.ask(&["ip", family, "route", "get", target])?;
        facts.insert(fact, default(&route, &links, &of));
    }
    facts.insert(
        "interfaces",
        Value::list(names.iter().map(|name| Value::from(name.as_str()))),
    );
    let [v4, v6] = all;
    facts.insert("all_ipv4_addresses", v4);
    facts.insert("all_ipv6_addresses", v6);
    for (name, link) in links {
        facts.insert(name.replace(['-', ':'], "_"), link);
    }
    Ok(())
}

/// The addresses and ranges of the table of local routes.
fn local_routes(routes: &str) -> Vec<Value> {
    let mut seen = Vec::new();
    for line in routes.lines() {
        let mut words = line.split_whitespace();
        if words.next() == Some("local")
            && let Some(range) = words.next()
            && !seen.contains(&range)
        {
            seen.push(range);
        }
    }
    seen.into_iter().map(Value::from).collect()
}

fn is_loopback(address: &Value) -> bool {
    address
        .as_str()
        .is_some_and(|text| text.starts_with("127.") || text == "::1")
}

/// What the kernel says of an interface, addresses apart.
fn link(ground: &Ground<'_>, name: &str) -> Seen<Option<Map>> {
    let folder = format!("/sys/class/net/{name}");
    let word = |file: &str| ground.word(&format!("{folder}/{file}"));
    // The kernel keeps files here too, as `bonding_masters`.
    let Some(number) = word("type")? else {
        return Ok(None);
    };
    let mut link = Map::new();
    link.insert("device", name);
    link.insert("active", word("operstate")?.as_deref() != Some("down"));
    if let Some(address) = word("address")?
        && address != "00:00:00:00:00:00"
    {
        link.insert("macaddress", address);
    }
    for (name, file) in [("mtu", "mtu"), ("speed", "speed")] {
        if let Some(number) = word(file)?.and_then(|text| text.parse::<i64>().ok()) {
            link.insert(name, number);
        }
    }
    let mut kind = match number.as_str() {
        "1" => "ether",
        "32" => "infiniband",
        "512" => "ppp",
        "772" => "loopback",
        "65534" => "tunnel",
        _ => "unknown",
    };
    if ground.has(&format!("{folder}/bridge"))? {
        kind = "bridge";
        let ports = ground.names(&format!("{folder}/brif"))?;
        link.insert(
            "interfaces",
            Value::list(ports.into_iter().map(Value::from)),
        );
        if let Some(id) = word("bridge/bridge_id")? {
            link.insert("id", id);
        }
        link.insert("stp", word("bridge/stp_state")?.as_deref() == Some("1"));
    }
    if ground.has(&format!("{folder}/bonding"))? {
        kind = "bonding";
        let slaves = word("bonding/slaves")?.unwrap_or_default();
        link.insert(
            "slaves",
            Value::list(slaves.split_whitespace().map(Value::from)),
        );
        let mode = word("bonding/mode")?.unwrap_or_default();
        link.insert("mode", mode.split_whitespace().next().unwrap_or_default());
    }
    link.insert("type", kind);
    let flags = word("flags")?.unwrap_or_default();
    let flags = u32::from_str_radix(flags.trim_start_matches("0x"), 16).unwrap_or(0);
    // IFF_PROMISC.
    link.insert("promisc", flags & 0x100 != 0);
    for (name, file) in [("pciid", "device"), ("module", "device/driver/module")] {
        if let Ok(Some(stat)) = ground.host.stat(&format!("{folder}/{file}"))
            && let Kind::Link(target) = stat.kind
        {
            link.insert(name, path::name(&target));
        }
    }
    Ok(Some(link))
}

/// Reads `ip addr show`.
fn addresses(text: &str) -> Vec<(String, Addresses)> {
    let mut all: Vec<(String, Addresses)> = Vec::new();
    for line in text.lines() {
        if !line.starts_with(' ') {
            let name = line.split(": ").nth(1).unwrap_or_default();
            let name = name.split('@').next().unwrap_or(name);
            all.push((name.to_owned(), Addresses::default()));
            continue;
        }
        let Some((_, addresses)) = all.last_mut() else {
            continue;
        };
        let words: Vec<&str> = line.split_whitespace().collect();
        let after = |word: &str| {
            let at = words.iter().position(|one| *one == word)?;
            words.get(at + 1).copied()
        };
        match words.as_slice() {
            ["inet", address, ..] => addresses.v4.extend(v4(address, after("brd"))),
            ["inet6", address, ..] => {
                let (address, prefix) = address.split_once('/').unwrap_or((address, "128"));
                let scope = after("scope").unwrap_or("global");
                addresses.v6.push(Map::from([
                    ("address", address),
                    ("prefix", prefix),
                    ("scope", scope),
                ]));
            }
            _ => {}
        }
    }
    all
}

fn v4(written: &str, broadcast: Option<&str>) -> Option<Map> {
    let (address, prefix) = written.split_once('/').unwrap_or((written, "32"));
    let bits: u32 = prefix.parse().ok()?;
    let mask = u32::MAX.checked_shl(32 - bits.min(32)).unwrap_or(0);
    let network = u32::from(address.parse::<Ipv4Addr>().ok()?) & mask;
    Some(Map::from([
        ("address", address.to_owned()),
        ("broadcast", broadcast.unwrap_or_default().to_owned()),
        ("netmask", Ipv4Addr::from(mask).to_string()),
        ("network", Ipv4Addr::from(network).to_string()),
        ("prefix", prefix.to_owned()),
    ]))
}

/// The interface over which the rest of the world is reached, told from a route to it.
fn default(route: &str, links: &[(&str, Map)], of: &dyn Fn(&str) -> Addresses) -> Map {
    let words: Vec<&str> = route.split_whitespace().collect();
    let after = |word: &str| {
        let at = words.iter().position(|one| *one == word)?;
        words.get(at + 1).copied()
    };
    let mut told = Map::new();
    let (Some(interface), Some(source)) = (after("dev"), after("src")) else {
        return told;
    };
    told.insert("interface", interface);
    told.insert("address", source);
    if let Some(gateway) = after("via") {
        told.insert("gateway", gateway);
    }
    let Addresses { v4, v6 } = of(interface);
    for address in v4.iter().chain(&v6) {
        if address.get("address").and_then(Value::as_str) == Some(source) {
            told.extend(address);
        }
    }
    if source.contains('.') {
        told.insert("alias", interface);
    }
    if let Some((_, link)) = links.iter().find(|(name, _)| *name == interface) {
        for name in ["macaddress", "mtu", "type"] {
            if let Some(value) = link.get(name) {
                told.insert(name, value.clone());
            }
        }
    }
    told
}

#[cfg(test)]
mod tests {
    use super::{addresses, default, local_routes};
    use crate::value::{Map, Value};

    const SHOWN: &str = "1: lo: <LOOPBACK,UP> mtu 65536 qdisc noqueue state UNKNOWN\n    \
        inet 127.0.0.1/8 scope host lo\n       valid_lft forever\n\
        2: eth0@if3: <BROADCAST,UP> mtu 1400\n    link/ether 02:fc:00:00:00:01 brd ff:ff:ff:ff:ff:ff\n    \
        inet 192.0.2.66/26 brd 192.0.2.127 scope global eth0\n    \
        inet6 fd00::2/64 scope global nodad\n";

    #[test]
    fn local_routes_are_told_once_and_broadcasts_never() {
        let said = "local 127.0.0.0/8 dev lo proto kernel scope host src 127.0.0.1 \n\
            broadcast 127.255.255.255 dev lo\nlocal ::1 dev lo\nlocal ::1 dev eth0\n";
        let wanted: Vec<Value> = vec!["127.0.0.0/8".into(), "::1".into()];
        assert_eq!(local_routes(said), wanted);
    }

    #[test]
    fn addresses_belong_to_the_interface_above_them() {
        let all = addresses(SHOWN);
        assert_eq!(all[1].0, "eth0");
        let expected = Map::from([
            ("address", "192.0.2.66"),
            ("broadcast", "192.0.2.127"),
            ("netmask", "255.255.255.192"),
            ("network", "192.0.2.64"),
            ("prefix", "26"),
        ]);
        assert_eq!(all[1].1.v4, [expected]);
        assert_eq!(all[1].1.v6[0].get("scope"), Some(&Value::from("global")));
        assert_eq!(all[0].1.v4[0].get("broadcast"), Some(&Value::from("")));
    }

    #[test]
    fn the_default_address_is_the_one_that_a_route_starts_from() {
        let all = addresses(SHOWN);
        let of = |name: &str| {
            all.iter()
                .find(|(known, _)| known == name)
                .unwrap()
                .1
                .clone()
        };
        let links = [("eth0", Map::from([("mtu", Value::Int(1400))]))];
        let told = default(
            "8.8.8.8 via 192.0.2.65 dev eth0 src 192.0.2.66 uid 0",
            &links,
            &of,
        );
        assert_eq!(told.get("gateway"), Some(&Value::from("192.0.2.65")));
        assert_eq!(told.get("network"), Some(&Value::from("192.0.2.64")));
        assert_eq!(told.get("mtu"), Some(&Value::Int(1400)));
        assert_eq!(default("", &links, &of), Map::new());
    }
}
