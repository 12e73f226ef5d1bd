//! Services under OpenRC.

use super::{ask, plain};
use crate::{
    host::{Observe, Seen},
    state::ServiceState,
};

pub(super) fn seen<O: Observe + ?Sized>(host: &O, name: &str) -> Seen<Option<ServiceState>> {
    let name = plain(name);
    if host.target(&format!("/etc/init.d/{name}"))?.is_none() {
        return Ok(None);
    }
    let answer = ask(host, &["rc-service", name, "status"])?;
    let link = format!("/etc/runlevels/default/{name}");
    Ok(Some(ServiceState {
        running: Some(answer.code == 0),
        enabled: Some(host.stat(&link)?.is_some()),
        masked: None,
    }))
}

#[cfg(test)]
mod tests {
    use super::seen;
    use crate::{
        host::Memory,
        state::{Content, Entry, FileMode, Kind, Meta, ServiceState},
    };

    #[test]
    fn a_service_runs_when_its_status_is_good_and_starts_when_it_is_linked() {
        let mut host = Memory::default();
        assert_eq!(seen(&host, "demo").unwrap(), None);
        let file = Entry {
            kind: Kind::File(Content::of(*b"")),
            meta: Meta::new(FileMode::from_bits(0o755), 0, 0),
        };
        host.entries
            .insert("/etc/init.d/demo".to_owned(), file.clone());
        let line = "rc-service demo status".to_owned();
        host.answers.insert(line.clone(), (3, String::new()));
        let state = |running, enabled| ServiceState {
            running: Some(running),
            enabled: Some(enabled),
            masked: None,
        };
        assert_eq!(seen(&host, "demo").unwrap(), Some(state(false, false)));
        host.answers.insert(line, (0, String::new()));
        host.entries
            .insert("/etc/runlevels/default/demo".to_owned(), file);
        assert_eq!(
            seen(&host, "demo.service").unwrap(),
            Some(state(true, true))
        );
    }
}
