//! `debug`: says something.

use crate::{
    change::Plan,
    host::Observe,
    modules::{Module, Refusal, Rule, evaluated::Evaluated},
    value::Value,
};

parameters! {
    /// Says something: a message, or what an expression comes to.
    ///
    /// ```yaml
    /// - debug:
    ///     msg: "The host is {{ inventory_hostname }}."
    /// ```
    pub(in crate::modules) struct Debug {
        /// What is said; any value.
        msg: Option<Value>,
        /// An expression whose value is said. Without `{{ }}`.
        var: Option<Evaluated>,
    } control {
        /// The least number of `-v` with which it is said.
        verbosity: i64 = 0,
    }
}

impl Module for Debug {
    const RULES: &'static [Rule] = &[Rule::Exclusive(&["msg", "var"])];

    fn plan(&self, _host: &dyn Observe) -> Result<Plan, Refusal> {
        let mut plan = Plan::default();
        let (name, value) = match (&self.msg, &self.var) {
            (_, Some(var)) => (var.expression.as_str(), var.value.clone()),
            (Some(msg), None) => ("msg", msg.clone()),
            (None, None) => ("msg", Value::from("Hello world!")),
        };
        if let Some(unknown) = value.unknown() {
            return Err(Refusal::Unknown(unknown));
        }
        let warning = self.var.as_ref().and_then(|var| var.warning.clone());
        plan.warnings.extend(warning);
        plan.returns(name, value);
        Ok(plan)
    }
}
