//! Where text came from, and what is wrong with it.
//!
//! A [`Mistake`] is somebody's to mend: it quotes their line and says what would be right.
//! Every room that reads people's text returns `Mistake`s; only reporters and `cli` print them.

mod excerpt;
mod mistake;
mod nearest;
mod source;

pub use excerpt::visible;
pub use mistake::{Mistake, Mistakes};
pub use nearest::{hint, nearest};
pub use source::{Place, Source, Span, Spanned};
