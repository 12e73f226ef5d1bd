//! `set_stats`: figures that the run sums up at its end.

use crate::{
    change::Plan,
    host::Observe,
    modules::{Module, Refusal},
    value::{Map, Value},
};

parameters! {
    /// Keeps figures of the run, shown after the recap where `show_custom_stats` is set.
    ///
    /// ```yaml
    /// - set_stats:
    ///     data: { packages_updated: "{{ updated | length }}" }
    /// ```
    pub(in crate::modules) struct SetStats {
        /// The figures, by name.
        data: Option<Value>,
        /// Whether each host has figures of its own.
        per_host: bool = false,
        /// Whether a figure is added to what was kept under its name.
        aggregate: bool = true,
    }
}

impl Module for SetStats {
    fn plan(&self, _host: &dyn Observe) -> Result<Plan, Refusal> {
        let data = match &self.data {
            None => Map::new(),
            Some(Value::Map(data)) => data.as_ref().clone(),
            Some(Value::Unknown(unknown)) => return Err(Refusal::Unknown(unknown.clone())),
            Some(_) => {
                let why = "The 'data' option needs to be a dictionary/hash";
                return Err(Refusal::of("data", why));
            }
        };
        let mut plan = Plan::default();
        let stats = Map::from([
            ("data", Value::from(data)),
            ("per_host", self.per_host.into()),
            ("aggregate", self.aggregate.into()),
        ]);
        plan.returns("ansible_stats", stats);
        Ok(plan)
    }
}
