//! What must hold between a module's parameters.

use super::{Args, Problem};

/// One rule. Ansible's argument specs have the same ones.
#[derive(Clone, Copy, Debug)]
pub enum Rule {
    /// At most one of these.
    Exclusive(&'static [&'static str]),
    /// At least one of these.
    OneOf(&'static [&'static str]),
    /// All of these or none.
    Together(&'static [&'static str]),
    /// When this parameter is given, so must be all of those.
    By(&'static str, &'static [&'static str]),
    /// When this parameter has this value, all of those must be given.
    If(&'static str, &'static str, &'static [&'static str]),
    /// When this parameter has this value, at least one of those must be given.
    IfAny(&'static str, &'static str, &'static [&'static str]),
}

impl Rule {
    pub(super) fn check(&self, args: &Args<'_>, problems: &mut Vec<Problem>) {
        let given = |names: &[&'static str]| -> Vec<&'static str> {
            names
                .iter()
                .copied()
                .filter(|name| args.has(name))
                .collect()
        };
        let mut complain = |param: &str, message: String| {
            problems.push(Problem {
                param: param.to_owned(),
                message,
                help: None,
                is_name: false,
            });
        };
        match self {
            Self::Exclusive(names) => {
                let given = given(names);
                if let [first, _, ..] = given[..] {
                    let message = format!("parameters are mutually exclusive: {}", names.join("|"));
                    complain(first, message);
                }
            }
            Self::OneOf(names) if given(names).is_empty() => {
                let message = format!("one of the following is required: {}", names.join(", "));
                complain(names[0], message);
            }
            Self::Together(names) => {
                let given = given(names);
                if !given.is_empty() && given.len() < names.len() {
                    let message = format!("parameters are required together: {}", names.join(", "));
                    complain(given[0], message);
                }
            }
            Self::By(name, needed) if args.has(name) => {
                let given = given(needed);
                for missing in needed.iter().filter(|one| !given.contains(one)) {
                    complain(name, format!("`{name}` needs `{missing}`"));
                }
            }
            Self::If(name, value, needed) if args.is(name, value) => {
                let given = given(needed);
                let missing: Vec<_> = needed
                    .iter()
                    .copied()
                    .filter(|one| !given.contains(one))
                    .collect();
                if !missing.is_empty() {
                    complain(
                        name,
                        format!(
                            "{name} is {value} but all of the following are missing: {}",
                            missing.join(", ")
                        ),
                    );
                }
            }
            Self::IfAny(name, value, needed) if args.is(name, value) => {
                if given(needed).is_empty() {
                    complain(
                        name,
                        format!(
                            "{name} is {value} but any of the following are missing: {}",
                            needed.join(", ")
                        ),
                    );
                }
            }
            Self::OneOf(_) | Self::By(..) | Self::If(..) | Self::IfAny(..) => {}
        }
    }
}
