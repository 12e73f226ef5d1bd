//! The host's own SSH keys, their public halves.

use super::Ground;
use crate::{host::Seen, value::Map};

pub(super) fn ssh_pub_keys(ground: &Ground<'_>, facts: &mut Map) -> Seen<()> {
    for folder in ["/etc/ssh", "/etc/openssh", "/etc"] {
        let mut found = false;
        for kind in ["dsa", "rsa", "ecdsa", "ed25519"] {
            let file = format!("{folder}/ssh_host_{kind}_key.pub");
            let Some(line) = ground.word(&file)? else {
                continue;
            };
            let mut words = line.split_whitespace();
            if let (Some(algorithm), Some(key)) = (words.next(), words.next()) {
                facts.insert(format!("ssh_host_key_{kind}_public"), key);
                facts.insert(format!("ssh_host_key_{kind}_public_keytype"), algorithm);
                found = true;
            }
        }
        if found {
            break;
        }
    }
    Ok(())
}
