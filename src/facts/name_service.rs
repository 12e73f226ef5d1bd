//! How names are resolved.

use super::Ground;
use crate::{
    host::Seen,
    value::{Map, Value},
};

pub(super) fn dns(ground: &Ground<'_>, facts: &mut Map) -> Seen<()> {
    let mut dns = Map::new();
    let mut servers = Vec::new();
    for line in ground.text("/etc/resolv.conf")?.lines() {
        if line.starts_with(['#', ';']) {
            continue;
        }
        let mut words = line.split_whitespace();
        let Some(key) = words.next() else { continue };
        let rest: Vec<&str> = words.collect();
        match key {
            "nameserver" => servers.extend(rest.iter().map(|word| Value::from(*word))),
            "domain" => {
                if let Some(domain) = rest.first() {
                    dns.insert("domain", *domain);
                }
            }
            "search" | "sortlist" => {
                dns.insert(key, Value::list(rest.iter().map(|word| Value::from(*word))));
            }
            "options" => {
                let options: Map = rest
                    .iter()
                    .map(|option| match option.split_once(':') {
                        Some((name, value)) => (name, Value::from(value)),
                        None => (*option, Value::Bool(true)),
                    })
                    .collect();
                dns.insert("options", options);
            }
            _ => {}
        }
    }
    if !servers.is_empty() {
        dns.insert("nameservers", servers);
    }
    facts.insert("dns", dns);
    Ok(())
}
