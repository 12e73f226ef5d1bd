//! TCP connections that are still there.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, ToSocketAddrs as _};

use crate::{
    host::{Observe, Seen},
    value::text_of,
};

/// Whether a connection to `port` at `host` is left, from anybody but the excluded hosts; `states`
/// are those that count, as /proc/net/tcp has them.
pub(super) fn has_connections<O: Observe + ?Sized>(
    at: &O,
    host: &str,
    port: u16,
    exclude: &[String],
    states: &[String],
) -> Seen<bool> {
    let ours = addresses(host);
    let excluded: Vec<IpAddr> = exclude.iter().flat_map(|name| addresses(name)).collect();
    let any_address = ours.iter().any(IpAddr::is_unspecified);
    for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
        let Some(bytes) = at.read(table)? else {
            continue;
        };
        let left = text_of(&bytes).lines().skip(1).any(|line| {
            let mut fields = line.split_whitespace().skip(1);
            let (Some(local), Some(remote), Some(state)) =
                (fields.next(), fields.next(), fields.next())
            else {
                return false;
            };
            let (Some((local, local_port)), Some((remote, _))) = (end(local), end(remote)) else {
                return false;
            };
            local_port == port
                && states.iter().any(|counted| counted == state)
                && !excluded.contains(&remote)
                && (any_address || ours.contains(&local))
        });
        if left {
            return Ok(true);
        }
    }
    Ok(false)
}

fn addresses(name: &str) -> Vec<IpAddr> {
    (name, 0)
        .to_socket_addrs()
        .map(|all| all.map(|one| one.ip().to_canonical()).collect())
        .unwrap_or_default()
}

/// `0100007F:1F90`: the address in words of four bytes in the machine's order, and the port.
fn end(text: &str) -> Option<(IpAddr, u16)> {
    let (address, port) = text.split_once(':')?;
    let mut bytes = Vec::with_capacity(16);
    for at in (0..address.len()).step_by(8) {
        let word = u32::from_str_radix(address.get(at..at + 8)?, 16).ok()?;
        bytes.extend(word.to_ne_bytes());
    }
    let address = match <[u8; 4]>::try_from(bytes.as_slice()) {
        Ok(four) => IpAddr::V4(Ipv4Addr::from(four)),
        Err(_) => IpAddr::V6(Ipv6Addr::from(<[u8; 16]>::try_from(bytes).ok()?)),
    };
    Some((address.to_canonical(), u16::from_str_radix(port, 16).ok()?))
}

#[cfg(test)]
mod tests {
    use super::has_connections;
    use crate::{
        host::Memory,
        state::{Content, Entry, FileMode, Kind, Meta},
    };

    #[test]
    fn foreign_connections_count_until_they_are_excluded() {
        let table = "  sl  local_address rem_address   st\n\
            \x20  0: 0100007F:1F90 00000000:0000 0A 0\n\
            \x20  1: 0100007F:1F90 0200000A:C350 01 0\n";
        let mut host = Memory::default();
        let file = Entry {
            kind: Kind::File(Content::of(table.as_bytes())),
            meta: Meta::new(FileMode::from_bits(0o444), 0, 0),
        };
        host.entries.insert("/proc/net/tcp".to_owned(), file);
        let left = |port, exclude: &[&str], states: &[&str]| {
            let own = |words: &[&str]| {
                words
                    .iter()
                    .map(|word| (*word).to_owned())
                    .collect::<Vec<_>>()
            };
            has_connections(&host, "127.0.0.1", port, &own(exclude), &own(states)).unwrap()
        };
        assert!(left(8080, &[], &["01"]));
        assert!(!left(8080, &["10.0.0.2"], &["01"]));
        assert!(!left(8080, &[], &["06"]));
        assert!(!left(8081, &[], &["01"]));
    }
}
