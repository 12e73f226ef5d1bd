//! `ping`: the host can be reached and answers.

use crate::{
    change::Plan,
    host::Observe,
    modules::{Module, Refusal},
    value::Text,
};

parameters! {
    /// Answers. It proves that the host can be reached and that our side works there.
    pub(super) struct Ping {
        /// What is answered, `pong` when not given; `crash` makes it fail.
        data: Option<Text>,
    }
}

impl Module for Ping {
    const ONLY_LOOKS: bool = true;

    fn plan(&self, _host: &dyn Observe) -> Result<Plan, Refusal> {
        let data = self.data.clone().unwrap_or_else(|| Text::from("pong"));
        if data.as_str() == "crash" {
            return Err(Refusal::of("data", "Task failed: Module failed: boom"));
        }
        let mut plan = Plan::default();
        plan.returns("ping", data);
        Ok(plan)
    }
}
