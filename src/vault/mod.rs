//! Vaults: text at rest that only a secret opens.
//!
//! The format is that of `ansible-vault`, versions 1.1 and 1.2: a header line, then lines of
//! hexadecimal digits. Files and single values have the same form.

mod envelope;
mod keys;

pub use envelope::{Failure, HEADER, is_vault, seal};
pub use keys::{Keys, Secret};
