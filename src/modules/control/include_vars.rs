//! `include_vars`: variables from files of the control side.

use crate::{
    change::Plan,
    host::Observe,
    modules::{Module, Refusal},
};

parameters! {
    /// Reads variables from a file, or from the files of a directory.
    ///
    /// ```yaml
    /// - include_vars: Debian.yml
    /// ```
    pub(in crate::modules) struct IncludeVars {
    } control {
        /// The file, as free text.
        _raw_params: Option<String>,
        /// The file.
        file: Option<String>,
        /// A directory whose files are read in the order of their names.
        dir: Option<String>,
        /// The variable that gets all of them as a dictionary.
        name: Option<String>,
        /// How many levels of directories are read; 0 for all.
        depth: i64 = 0,
        /// A pattern that the names of files must match.
        files_matching: Option<String>,
        /// Patterns of names that are left out.
        ignore_files: Option<Vec<String>>,
        /// The endings that names may have.
        extensions: Vec<String> = ["json", "yaml", "yml"].map(str::to_owned).to_vec(),
        /// Whether other endings are passed over instead of refused.
        ignore_unknown_extensions: bool = false,
        /// `merge` to merge dictionaries, `replace` not to.
        hash_behaviour: Option<String>,
    }
}

impl Module for IncludeVars {
    fn plan(&self, _host: &dyn Observe) -> Result<Plan, Refusal> {
        Ok(Plan::default())
    }
}
