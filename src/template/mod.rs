//! Jinja over a scope: filters, tests, lookups.
//!
//! The parser is minijinja's; the evaluator, its objects and everything that templates can call
//! are ours, because Ansible's undefined, native types and mutable values, and our unknown and
//! secret marks, go through every operator.

mod base64;
mod corpus;
mod eval;
mod failure;
mod filters;
mod files;
mod globals;
mod lookups;
mod methods;
mod obj;
mod parse;
mod regex;
mod scope;
mod templar;
mod tests;
mod tree;

pub use corpus::Corpus;
pub use failure::{Failure, Kind};
pub use parse::Style;
pub use scope::Scope;
pub use templar::{FileOptions, Limits, Settings, Templar, Truth};
