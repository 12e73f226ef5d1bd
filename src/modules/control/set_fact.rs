//! `set_fact`: variables for the rest of the run.

use crate::{
    change::Plan,
    host::Observe,
    modules::{Module, Refusal},
};

parameters! {
    /// Sets variables of a host, by any names.
    ///
    /// ```yaml
    /// - set_fact:
    ///     greeting: "Good morning."
    /// ```
    pub(in crate::modules) struct SetFact {
    } control {
        /// Whether the variables also become facts that are kept.
        cacheable: bool = false,
    }
}

impl Module for SetFact {
    const OPEN: bool = true;

    fn plan(&self, _host: &dyn Observe) -> Result<Plan, Refusal> {
        Ok(Plan::default())
    }
}
