//! `set_stats`: figures that the run sums up at its end.

use crate::{
    change::Plan,
    host::Observe,
    modules::{Module, Refusal},
    value::{Key, Map, Value, truth},
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
        per_host: Option<Value>,
        /// Whether a figure is added to what was kept under its name.
        aggregate: Option<Value>,
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
        if let Some(bad) = data.keys().find(|name| !is_name(name)) {
            let why = format!(
                "Invalid variable name '{}'",
                bad.as_str().unwrap_or_default()
            );
            return Err(Refusal::of("data", why));
        }
        let mut plan = Plan::default();
        let stats = Map::from([
            ("data", Value::from(data)),
            ("per_host", is(self.per_host.as_ref(), false).into()),
            ("aggregate", is(self.aggregate.as_ref(), true).into()),
        ]);
        plan.returns("ansible_stats", stats);
        Ok(plan)
    }
}

/// Any word may be given: those that do not mean yes mean no.
fn is(given: Option<&Value>, unset: bool) -> bool {
    match given {
        None | Some(Value::Null) => unset,
        Some(value) => truth(value) == Some(true),
    }
}

fn is_name(name: &Key) -> bool {
    let text = name.as_str().unwrap_or_default();
    !text.starts_with(|first: char| first.is_ascii_digit())
        && !text.is_empty()
        && text
            .chars()
            .all(|one| one.is_ascii_alphanumeric() || one == '_')
}
