//! The managed host's side: serves requests, and is the only one to change anything.

mod apply;
mod blobs;
mod journal;
mod perform;
mod rehearse;
mod results;
mod serve;
mod undo;

pub use serve::serve;
