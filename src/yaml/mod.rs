//! YAML 1.1 in with spans; YAML out as people expect it.
//!
//! [`open`] makes a source of a file, [`read`] a tree of [`Node`]s of a source, [`Conversion`] a
//! value of a node; [`dump`] prints values. Both ways are those of `PyYAML`.

mod base64;
mod convert;
mod dump;
mod emitter;
mod file;
mod mapping;
mod node;
mod reader;
mod scalar;
mod slip;
mod tag;
mod traps;

pub use convert::{Conversion, Trust};
pub use dump::{Layout, dump};
pub use file::{Decrypt, open, source};
pub use node::{Entry, Kind, Node, Scalar, Style, Tag};
pub use reader::{Reading, read, read_all};
pub use scalar::resolve;
