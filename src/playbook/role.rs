//! A role as it is used in one place.

use std::path::PathBuf;

use super::variables::Variable;
use crate::{diagnostic::Span, value::Value};

/// A role in one of its uses: the same folder may be used with other parameters elsewhere.
#[derive(Clone, Debug)]
pub struct Role {
    /// As it is shown.
    pub name: String,
    /// Its folder.
    pub path: PathBuf,
    /// Where it was asked for.
    pub span: Span,
    pub defaults: Vec<Variable>,
    /// Of its `vars/`.
    pub vars: Vec<Variable>,
    /// What stands beside `role:` and is no keyword.
    pub params: Vec<Variable>,
    /// Its `vars:` where it was asked for.
    pub inline_vars: Vec<Variable>,
    /// The roles it depends on, in order.
    pub dependencies: Vec<std::sync::Arc<Role>>,
    /// Whether it may run more than once for a host.
    pub allow_duplicates: Option<bool>,
    /// Whether its variables are seen outside of it.
    pub public: bool,
    /// Whether `import_role` or `include_role` asked for it.
    pub from_include: bool,
    /// Equal for uses that count as the same, of which only the first runs.
    pub identity: String,
    /// The argument spec of the entry point, where there is one.
    pub argument_spec: Option<Value>,
}

impl Role {
    /// Whether it may run again for a host.
    pub fn is_repeatable(&self) -> bool {
        self.allow_duplicates == Some(true)
    }
}
