//! Jinja over a scope: filters, tests, lookups.
//!
//! The parser is minijinja's; the evaluator, its objects and everything that templates can call
//! are ours, because Ansible's undefined, native types and mutable values, and our unknown and
//! other marks, go through every operator.

#![expect(
    clippy::single_match_else,
    reason = "a match shows the found and the missing side by side"
)]
#![expect(
    clippy::unused_self,
    reason = "what the evaluator can do is asked of it, whether or not it needs its state"
)]

mod corpus;
mod eval;
mod failure;
mod files;
mod filters;
mod globals;
mod json;
mod lookups;
mod methods;
mod obj;
mod parse;
mod reach;
mod scope;
mod templar;
mod tests;
mod tree;
mod twister;

pub use corpus::Corpus;
pub use failure::{Failure, Kind};
pub use lookups::Keep;
pub use parse::Style;
pub use scope::Scope;
pub use templar::{
    FileOptions, Keeping, Limits, Overheard, Plugin, Settings, Templar, Truth, plugins,
};
