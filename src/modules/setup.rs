//! `setup`: what the host tells about itself.

use crate::{
    change::Plan,
    facts::{Asked, Subsets, gather},
    host::Observe,
    modules::{HostPath, Module, Refusal},
};

parameters! {
    /// Gathers facts: what the host tells about itself.
    ///
    /// ```yaml
    /// - setup:
    ///     gather_subset: ["!all", network]
    /// ```
    pub(super) struct Setup {
        /// Which facts: names of sets or facts, with `!` before those to leave out. All when
        /// absent; the smallest set comes along unless there is `!min`.
        gather_subset: Option<Vec<String>>,
        /// Patterns that the names of facts must match.
        filter: Option<Vec<String>>,
        /// Seconds that a program may take to answer.
        gather_timeout: u64 = 10,
        /// The directory of the host's own facts, /etc/ansible/facts.d when absent.
        fact_path: Option<HostPath>,
    }
}

impl Module for Setup {
    const ONLY_LOOKS: bool = true;

    fn plan(&self, host: &dyn Observe) -> Result<Plan, Refusal> {
        let written = match &self.gather_subset {
            Some(subsets) if !subsets.is_empty() => subsets.clone(),
            _ => vec!["all".to_owned()],
        };
        let subsets = Subsets::parse(&written)
            .map_err(|bad| Refusal::of("gather_subset", bad.to_string()))?;
        let fact_path = self
            .fact_path
            .as_ref()
            .map_or("/etc/ansible/facts.d", |path| path.0.as_str());
        let asked = Asked {
            subsets,
            filter: self.filter.clone().unwrap_or_default(),
            timeout: self.gather_timeout,
            fact_path: fact_path.to_owned(),
        };
        let (facts, warnings) = gather(host, &asked)?;
        let mut plan = Plan::default();
        plan.returns("ansible_facts", facts);
        plan.warnings = warnings;
        Ok(plan)
    }
}
