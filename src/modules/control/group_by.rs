//! `group_by`: groups made from what is known of hosts.

use crate::{
    change::Plan,
    host::Observe,
    modules::{Module, Refusal},
};

parameters! {
    /// Puts the host into a group, which is made where it is missing.
    ///
    /// ```yaml
    /// - group_by:
    ///     key: "os_{{ ansible_facts['os_family'] }}"
    /// ```
    pub(in crate::modules) struct GroupBy {
    } control {
        /// The group.
        key: String,
        /// The groups that it becomes a child of.
        parents: Vec<String> = vec!["all".to_owned()],
    }
}

impl Module for GroupBy {
    fn plan(&self, _host: &dyn Observe) -> Result<Plan, Refusal> {
        Ok(Plan::default())
    }
}
