//! What a thing on a host can be: whole states, absence among them.
//!
//! A state is everything that matters of a thing. It is plain data: it knows neither how it is
//! observed nor how it is brought about.

mod account;
mod content;
mod entry;
mod mode;
mod service;
mod supply;

pub use account::{Group, User};
pub use content::{Bytes, Content, Digest, Segment, SegmentReader};
pub use entry::{Device, Entry, Kind, Meta, Real, Stamp, Stat};
pub use mode::{BadMode, FileMode, Mode};
pub use service::{Manager, Manner, ServiceState};
pub use supply::{Supplied, Supply};
