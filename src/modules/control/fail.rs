//! `fail`: the task fails with a message.

use crate::{
    change::Plan,
    host::Observe,
    modules::{Module, Refusal},
    value::Value,
};

parameters! {
    /// Fails with a message.
    ///
    /// ```yaml
    /// - fail:
    ///     msg: "This host cannot be served."
    /// ```
    pub(in crate::modules) struct Fail {
        /// Why.
        msg: Value = Value::from("Failed as requested from task"),
    }
}

impl Module for Fail {
    fn plan(&self, _host: &dyn Observe) -> Result<Plan, Refusal> {
        Err(Refusal::saying(self.msg.clone()))
    }
}
