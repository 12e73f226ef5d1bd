//! Settings that are read and not honoured.

use super::{Settings, table::Origin};
use crate::value::Value;

/// Settings, by field, that would change what is done and are not built: whoever sets one to
/// something else than its default is warned.
pub const NOT_SUPPORTED: &[&str] = &[
    "collections_path",
    "home",
    "executable",
    "error_on_undefined_vars",
    "allow_broken_conditionals",
    "duplicate_dict_key",
    "stdout_callback",
    "callbacks_enabled",
    "result_format",
    "result_pretty",
    "display_failed_stderr",
    "display_args_to_stdout",
    "show_per_host_start",
    "show_task_path_on_failure",
    "check_mode_markers",
    "action_warnings",
    "diff_context",
    "max_diff_size",
    "log_path",
];

/// Settings, by field, of something that is never done here, whatever they say.
pub const WITHOUT_MEANING: &[(&str, &str)] = &[
    ("pipelining", "a task is one message to a node anyway"),
    (
        "remote_tmp",
        "no files are written for a task, which is a message",
    ),
    (
        "jinja2_native",
        "templates give native types, as since 2.19",
    ),
    (
        "localhost_warning",
        "nothing is said of the implicit localhost",
    ),
    ("deprecation_warnings", "nothing is told to be deprecated"),
    ("system_warnings", "nothing is said of this machine"),
    ("vault_encrypt_identity", "a run encrypts nothing"),
];

impl Settings {
    /// The fields of settings that somebody set to something else than `defaults` have and that
    /// are not supported.
    pub(super) fn not_supported<'s>(
        &'s self,
        defaults: &'s Self,
    ) -> impl Iterator<Item = &'static str> + 's {
        let value = |settings: &Self, field: &str| -> Option<Value> { settings.value(field) };
        NOT_SUPPORTED.iter().copied().filter(move |field| {
            self.origins.get(field) != Some(&Origin::Default)
                && value(self, field) != value(defaults, field)
        })
    }
}
