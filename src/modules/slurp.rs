//! `slurp`: what a file on the host holds, as base64.

use super::{HostPath, Module, Refusal};
use crate::{
    change::Plan,
    host::{Observe, Unseen},
    state::{Entry, Kind},
    value::Value,
};

parameters! {
    /// Returns the content of a file on the host. Changes nothing.
    ///
    /// ```yaml
    /// - slurp:
    ///     src: /etc/hostname
    ///   register: hostname
    /// ```
    pub(super) struct Slurp {
        /// The file.
        src: HostPath as [path],
    }
}

/// As much as one answer may carry.
const MOST: u64 = 32 << 20;

impl Module for Slurp {
    const ONLY_LOOKS: bool = true;

    fn plan(&self, host: &dyn Observe) -> Result<Plan, Refusal> {
        let given = &self.src.0;
        let at = host.resolved(given)?;
        let Some(stat) = host.stat_at(&at)? else {
            return Err(Refusal::of("src", format!("File not found: {given}")));
        };
        if stat.is_directory() {
            let message = format!("Source is a directory and must be a file: {given}");
            return Err(Refusal::of("src", message));
        }
        if !stat.is_file() {
            let message = format!("Source is not a regular file: {given}");
            return Err(Refusal::of("src", message));
        }
        if stat.size.is_some_and(|size| size > MOST) {
            let message = format!("Source is larger than {MOST} bytes: {given}");
            return Err(Refusal::of("src", message));
        }
        let entry = match host.entry(&at) {
            Err(Unseen::Unreadable { .. }) => {
                return Err(Refusal::of("src", format!("File is not readable: {given}")));
            }
            entry => entry?,
        };
        let Some(Entry {
            kind: Kind::File(content),
            ..
        }) = entry
        else {
            return Err(Refusal::of("src", format!("File not found: {given}")));
        };
        let content = match host.bytes(&content) {
            Ok(bytes) => Value::from(base64(&bytes)),
            Err(Unseen::Unknown(unknown)) => Value::Unknown(unknown),
            Err(other) => return Err(other.into()),
        };
        let mut plan = Plan::default();
        plan.returns("content", content);
        plan.returns("source", given.as_str());
        plan.returns("encoding", "base64");
        Ok(plan)
    }
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let number = (0..3).fold(0_usize, |number, at| {
            number << 8 | usize::from(chunk.get(at).copied().unwrap_or_default())
        });
        for place in 0..4 {
            text.push(if place <= chunk.len() {
                char::from(LETTERS[number >> (18 - 6 * place) & 63])
            } else {
                '='
            });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::base64;

    #[test]
    fn base64_is_padded_to_fours() {
        assert_eq!(base64(b""), "");
        assert_eq!(base64(b"f"), "Zg==");
        assert_eq!(base64(b"fo"), "Zm8=");
        assert_eq!(base64(b"foob\xff"), "Zm9vYv8=");
    }
}
