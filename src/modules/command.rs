//! `command`: a program runs, without a shell.

use crate::{
    change::Plan,
    host::Observe,
    modules::{Invocation, Module, Refusal, Rule, invocation},
};

parameters! {
    /// Runs a program on the host. Its words are handed over as they are: no shell reads them,
    /// so nothing in a value can become a command.
    ///
    /// ```yaml
    /// - command: /usr/bin/make-keys --bits 4096
    ///   args:
    ///     creates: /etc/app/key
    /// ```
    pub(super) struct Command with (invocation: Invocation) {}
}

impl Module for Command {
    const RULES: &'static [Rule] = invocation::RULES;

    fn plan(&self, host: &dyn Observe) -> Result<Plan, Refusal> {
        self.invocation.direct(host)
    }
}
