//! `add_host`: a host that the inventory did not have.

use crate::{
    change::Plan,
    host::Observe,
    modules::{Module, Refusal},
};

parameters! {
    /// Adds a host to the inventory of this run, with variables of any names.
    ///
    /// ```yaml
    /// - add_host:
    ///     name: web9
    ///     groups: web
    /// ```
    pub(in crate::modules) struct AddHost {
    } control {
        /// The host, which may have a port after a colon.
        name: String as [host, hostname],
        /// The groups that it joins.
        groups: Option<Vec<String>> as [group, groupname],
    }
}

impl Module for AddHost {
    const OPEN: bool = true;

    fn plan(&self, _host: &dyn Observe) -> Result<Plan, Refusal> {
        Ok(Plan::default())
    }
}
