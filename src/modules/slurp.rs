//! `slurp`: what a file on the host holds, as base64.

use super::{HostPath, Module, Refusal};
use crate::{
    change::Plan,
    host::{Observe, Unseen},
    state::{Entry, Kind},
    value::{Value, base64},
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
            Ok(bytes) => Value::from(base64::encoded(&bytes, false)),
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
