//! `pause`: the run waits.

use crate::{
    change::Plan,
    host::Observe,
    modules::{Module, Refusal, Rule},
};

parameters! {
    /// Waits for some time.
    ///
    /// ```yaml
    /// - pause:
    ///     seconds: 5
    /// ```
    pub(in crate::modules) struct Pause {
    } control {
        /// How many minutes.
        minutes: Option<f64>,
        /// How many seconds.
        seconds: Option<i64>,
        /// What is asked of the person at the terminal.
        prompt: Option<String>,
        /// Whether the answer is shown while it is typed.
        echo: bool = true,
    }
}

impl Module for Pause {
    const RULES: &'static [Rule] = &[Rule::Exclusive(&["minutes", "seconds"])];

    fn plan(&self, _host: &dyn Observe) -> Result<Plan, Refusal> {
        Ok(Plan::default())
    }
}
