//! `validate_argument_spec`: a role's variables are as it asks.

use crate::{
    change::Plan,
    host::Observe,
    modules::{Module, Refusal},
    value::Map,
};

parameters! {
    /// Fails unless variables are as an argument spec asks.
    ///
    /// ```yaml
    /// - validate_argument_spec:
    ///     argument_spec:
    ///       port:
    ///         type: int
    ///         required: true
    /// ```
    pub(in crate::modules) struct ValidateArgumentSpec {
    } control {
        /// Options by name, as the argument spec of a role has them.
        argument_spec: Map,
        /// Values that count instead of the variables of that name.
        provided_arguments: Option<Map>,
        /// What the options belong to, to be returned.
        validate_args_context: Option<Map>,
    }
}

impl Module for ValidateArgumentSpec {
    fn plan(&self, _host: &dyn Observe) -> Result<Plan, Refusal> {
        Ok(Plan::default())
    }
}
