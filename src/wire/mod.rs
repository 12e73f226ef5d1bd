//! What the control side and a node say to each other, and the frames it goes in.
//!
//! Both ends are the same build (the node's binary is found by its digest), so the frames carry
//! postcard, which does not describe itself.

mod frame;
mod message;

pub use frame::{Broken, LIMIT, decode, encode, length, read, write};
pub use message::{
    Blob, Conduct, Doubt, Envelope, Failure, Hello, Item, Laid, Outcome, Reply, Request, TIMED_OUT,
    Task, Undone, Welcome,
};

/// The line that a node prints before its first frame. What a login shell prints before it is
/// skipped.
pub const MAGIC: &str = "hostwright node, protocol 1, d1c2b3a4\n";

/// Both sides must have the same one.
pub const VERSION: u32 = 1;
