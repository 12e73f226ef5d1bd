//! Modules that the control side carries out without asking a host.
//!
//! Their conditions and expressions are evaluated before they are planned. What they return may
//! be an effect that the engine carries out: a fact, a host, a group.

pub(super) mod add_host;
pub(super) mod assert;
pub(super) mod debug;
pub(super) mod fail;
pub(super) mod group_by;
pub(super) mod include_vars;
pub(super) mod meta;
pub(super) mod pause;
pub(super) mod set_fact;
pub(super) mod set_stats;
pub(super) mod validate_argument_spec;
