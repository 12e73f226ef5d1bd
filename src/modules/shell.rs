//! `shell`: a line runs in a shell.

use crate::{
    change::Plan,
    host::Observe,
    modules::{Invocation, Module, Refusal, Rule, invocation},
};

parameters! {
    /// Runs a line in `/bin/sh` or the shell named by `executable`. Values put into the line are
    /// read by the shell: quote them with the filter `quote`, or use `command`.
    ///
    /// ```yaml
    /// - shell: "dump {{ name | quote }} | gzip > /backup/{{ name | quote }}.gz"
    /// ```
    pub(super) struct Shell with (invocation: Invocation) {}
}

impl Module for Shell {
    const RULES: &'static [Rule] = invocation::RULES;

    fn plan(&self, host: &dyn Observe) -> Result<Plan, Refusal> {
        self.invocation.by_shell(host)
    }
}
