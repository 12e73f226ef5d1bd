//! Text with its marks: template or data, secret, from a host.

use std::{borrow::Borrow, fmt, ops::Deref, sync::Arc};

use serde::{Deserialize, Serialize};

use super::Marks;
use crate::diagnostic::Span;

/// A string. Two texts are equal when their characters are; marks do not count.
///
/// Bytes that are not UTF-8 live in it losslessly, see [`super::text_of`].
#[derive(Clone, Serialize, Deserialize)]
pub struct Text {
    chars: Arc<str>,
    marks: Marks,
    /// Where it was written, for text that somebody trusted wrote as a template. Such text is
    /// rendered when used. It never crosses the wire.
    #[serde(skip)]
    template: Option<Arc<Span>>,
}

impl Text {
    /// Text that a trusted person wrote at `span`, to be rendered when it is used.
    pub fn template(chars: impl Into<Arc<str>>, span: Span) -> Self {
        Self {
            chars: chars.into(),
            marks: Marks::NONE,
            template: Some(Arc::new(span)),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.chars
    }

    /// Where the template stands that this text is; `None` for data.
    pub fn origin(&self) -> Option<&Span> {
        self.template.as_deref()
    }

    /// Whether this text is rendered when it is used.
    pub fn is_template(&self) -> bool {
        self.template.is_some()
    }

    pub fn marks(&self) -> Marks {
        self.marks
    }

    pub fn is_secret(&self) -> bool {
        self.marks.has(Marks::SECRET)
    }

    /// Whether a host had a say in it.
    pub fn is_told(&self) -> bool {
        self.marks.has(Marks::TOLD)
    }

    /// The same text with these marks besides its own.
    #[must_use]
    pub fn with(mut self, marks: Marks) -> Self {
        self.marks |= marks;
        self
    }

    /// The same text as secret.
    #[must_use]
    pub fn into_secret(self) -> Self {
        self.with(Marks::SECRET)
    }

    /// The same characters as mere data: never rendered again.
    #[must_use]
    pub fn into_data(mut self) -> Self {
        self.template = None;
        self
    }

    /// Other characters computed from this text: data, with the marks that this has.
    #[must_use]
    pub fn derive(&self, chars: impl Into<Arc<str>>) -> Self {
        Self {
            chars: chars.into(),
            marks: self.marks,
            template: None,
        }
    }
}

impl From<&str> for Text {
    fn from(chars: &str) -> Self {
        Self {
            chars: chars.into(),
            marks: Marks::NONE,
            template: None,
        }
    }
}

impl From<String> for Text {
    fn from(chars: String) -> Self {
        Self {
            chars: chars.into(),
            marks: Marks::NONE,
            template: None,
        }
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.chars
    }
}

impl Borrow<str> for Text {
    fn borrow(&self) -> &str {
        &self.chars
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.chars == other.chars
    }
}

impl Eq for Text {}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.chars)
    }
}

/// A secret never shows in a debug print.
impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_secret() {
            f.write_str("‹secret›")
        } else {
            fmt::Debug::fmt(self.as_str(), f)
        }
    }
}
