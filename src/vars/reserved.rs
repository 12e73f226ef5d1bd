//! Names that mean something else in plays and templates.

use crate::{
    diagnostic::{Mistake, Span},
    inventory::Vars,
};

/// Keywords of plays, blocks and tasks, and what templates can call.
const NAMES: &[&str] = &[
    "action",
    "always",
    "any_errors_fatal",
    "args",
    "async",
    "async_val",
    "become",
    "become_exe",
    "become_flags",
    "become_method",
    "become_user",
    "block",
    "changed_when",
    "check_mode",
    "collections",
    "connection",
    "cycler",
    "debugger",
    "delay",
    "delegate_facts",
    "delegate_to",
    "dict",
    "diff",
    "environment",
    "fact_path",
    "failed_when",
    "force_handlers",
    "gather_facts",
    "gather_timeout",
    "handlers",
    "hosts",
    "ignore_errors",
    "ignore_unreachable",
    "joiner",
    "lipsum",
    "local_action",
    "lookup",
    "loop",
    "loop_control",
    "loop_with",
    "max_fail_percentage",
    "module_defaults",
    "name",
    "namespace",
    "no_log",
    "notify",
    "now",
    "omit",
    "order",
    "poll",
    "port",
    "post_tasks",
    "pre_tasks",
    "q",
    "query",
    "range",
    "register",
    "remote_user",
    "rescue",
    "retries",
    "roles",
    "run_once",
    "serial",
    "strategy",
    "tags",
    "tasks",
    "throttle",
    "timeout",
    "undef",
    "until",
    "vars_files",
    "vars_prompt",
    "when",
    "with_",
];

/// Whether a variable of this name is seldom what was meant.
pub fn is_keyword(name: &str) -> bool {
    NAMES.binary_search(&name).is_ok()
}

/// A warning for each of these variables whose name is a keyword.
pub fn keyword_warnings(vars: &Vars) -> Vec<Mistake> {
    let keywords = vars.iter().filter(|(name, _)| is_keyword(name));
    keywords
        .map(|(name, var)| warning(name, var.place()))
        .collect()
}

fn warning(name: &str, place: Option<&Span>) -> Mistake {
    let mistake = Mistake::nowhere(format!("the variable `{name}` has the name of a keyword"));
    match place {
        Some(place) => mistake.at(place, "set here"),
        None => mistake,
    }
}

#[cfg(test)]
mod tests {
    use super::{NAMES, is_keyword};

    #[test]
    fn a_keyword_is_found() {
        assert!(NAMES.is_sorted());
        assert!(is_keyword("port") && !is_keyword("http_port"));
    }
}
