//! Ways to reach a managed node, and bringing our own program there.
//!
//! A [`Connector`] opens a [`Link`] for each [`Target`]: two streams to `hostwright node`, started
//! here or by ssh, as the login user or through sudo or su. What is said over them is `wire`'s.

mod askpass;
mod connector;
mod escalation;
mod handshake;
mod limits;
mod link;
mod master;
mod nonce;
mod program;
mod refusal;
mod runtime;
mod script;
mod tail;
mod target;
mod tether;
mod unreachable;
mod words;

pub use askpass::ask;
pub use connector::{Cleaned, Connector, Journal, Settings};
pub use handshake::{Reader, Writer};
pub use limits::{Patience, raise_open_files};
pub use link::{Held, Link};
pub use program::Program;
pub use runtime::ASKPASS;
pub use target::{Become, HostKeys, Method, Ssh, Target, Transport};
pub use tether::{TETHER, tether};
pub use unreachable::{Cause, Unreachable};
pub use words::words;
