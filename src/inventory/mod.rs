//! Hosts, groups, patterns, from INI, YAML, scripts.
//!
//! [`load`] reads all sources into one [`Inventory`]; [`Surroundings`] adds the variables that
//! stand in `group_vars` and `host_vars`. What people wrote there are templates; what a script
//! printed is data.

mod beside;
mod from_yaml;
mod ini;
mod layers;
mod limit;
mod literal;
mod model;
mod names;
mod pattern;
mod process;
mod range;
mod script;
mod show;
mod sources;
mod vars;
mod words;

pub use beside::{Beside, Keys};
pub use layers::{Layer, Standing, Surroundings};
pub use model::{Group, GroupId, Host, HostId, Inventory, LOCAL_NAMES};
pub use names::{group_fault, host_fault, is_variable_name, user_fault};
pub use pattern::{Chosen, split_pattern};
pub use range::addressed;
pub use show::{Shown, graph, host_vars, list, merged};
pub use sources::{Loaded, limit_patterns, load, missed_patterns};
pub use vars::{Var, Vars};
