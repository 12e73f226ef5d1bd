//! Reporters: events in, one kind of output out.

mod default;
mod diff;
mod mistakes;
mod progress;
mod sink;

pub use default::{Default, Shown, pretty};
pub use diff::{plain_diff, summary};
pub use mistakes::mistakes;
pub use progress::Progress;
pub use sink::{Color, Sink};
