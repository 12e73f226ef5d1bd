//! The managed host's side: serves requests, and is the only one to change anything.

mod apart;
mod apply;
mod blobs;
mod journal;
mod make;
mod perform;
mod rehearse;
mod results;
mod serve;
mod undo;
mod waiting;

pub use serve::serve;
