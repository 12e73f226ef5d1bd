//! `assert`: the task fails unless conditions hold.

use crate::{
    change::Plan,
    host::Observe,
    modules::{Module, Refusal, evaluated::Judged},
    value::{Map, Unknown, Value},
};

parameters! {
    /// Fails unless all conditions hold.
    ///
    /// ```yaml
    /// - assert:
    ///     that: port is defined
    /// ```
    pub(in crate::modules) struct Assert {
        /// Conditions, as `when` has them.
        that: Vec<Judged>,
        /// What is said when one does not hold.
        fail_msg: Option<Value> as [msg],
        /// What is said when all hold.
        success_msg: Option<Value>,
    } control {
        /// Whether nothing is said of conditions that hold.
        quiet: bool = false,
    }
}

impl Module for Assert {
    fn plan(&self, _host: &dyn Observe) -> Result<Plan, Refusal> {
        let mut unknown = Vec::new();
        for judged in &self.that {
            match &judged.truth {
                Ok(true) => {}
                Ok(false) => {
                    let message = self.fail_msg.clone();
                    let message = message.unwrap_or_else(|| Value::from("Assertion failed"));
                    return Err(Refusal::saying(message).with(Map::from([
                        ("assertion", judged.assertion.clone()),
                        ("evaluated_to", Value::Bool(false)),
                    ])));
                }
                Err(why) => unknown.push(why.clone()),
            }
        }
        if let Some(unknown) = Unknown::union(unknown) {
            return Err(Refusal::Unknown(unknown));
        }
        let mut plan = Plan::default();
        let said = self.success_msg.clone();
        plan.returns(
            "msg",
            said.unwrap_or_else(|| Value::from("All assertions passed")),
        );
        Ok(plan)
    }
}
