//! `raw`: a line runs in a shell, and little is said of it.

use crate::{
    change::{Act, Plan, Run},
    host::Observe,
    modules::{
        GivenPath, Module, Refusal, Rule, sight,
        touched::{self, Ground},
    },
    value::Text,
};

parameters! {
    /// Runs a line in the login's shell. Elsewhere it is what works without Python; here it only
    /// differs from `shell` in what it takes and returns.
    ///
    /// ```yaml
    /// - raw: apt-get install -y python3
    /// ```
    pub(super) struct Raw {
        /// The line: what stands behind the module's name.
        _raw_params: Option<Text>,
        /// The shell to use.
        executable: Option<GivenPath>,
    }
}

impl Module for Raw {
    const RULES: &'static [Rule] = &[Rule::OneOf(&["_raw_params"])];

    fn plan(&self, host: &dyn Observe) -> Result<Plan, Refusal> {
        let login = host.login()?;
        let line = match &self._raw_params {
            Some(line) if !line.trim().is_empty() => line.as_str(),
            _ => return Err(Refusal::new("no command given")),
        };
        let ground = Ground {
            login: &login,
            directory: login.directory.clone(),
            is_chosen: false,
        };
        let touched = touched::by_line(line, &ground);
        let sight = sight::of_line(line, &ground);
        let shell = self.executable.as_ref().map_or("/bin/sh", |path| &path.0);
        let mut plan = Plan::default();
        plan.act(Act::Run(Run {
            argv: vec![shell.to_owned(), "-c".to_owned(), line.to_owned()],
            touches: touched.paths,
            services: touched.services,
            only_looks: sight.only_looks,
            reads: sight.reads,
            is_bare: true,
            ..Run::default()
        }));
        Ok(plan)
    }
}
