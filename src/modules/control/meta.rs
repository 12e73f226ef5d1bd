//! `meta`: tells the run itself what to do.

use crate::{
    change::Plan,
    host::Observe,
    modules::{Module, Refusal},
};

parameters! {
    /// Tells the run itself what to do, such as `flush_handlers` or `end_play`.
    ///
    /// ```yaml
    /// - meta: flush_handlers
    /// ```
    pub(in crate::modules) struct Meta {
    } control {
        /// What to do.
        _raw_params: String,
    }
}

impl Module for Meta {
    fn plan(&self, _host: &dyn Observe) -> Result<Plan, Refusal> {
        Ok(Plan::default())
    }
}
