//! An error that a person can mend.

use std::fmt;

use miette::{LabeledSpan, SourceCode};

use super::{Place, Span, excerpt::excerpt};

/// Something that somebody wrote and can put right.
///
/// The message is lower case, has no full stop and fits after "error:"; names stand in backticks.
#[derive(Clone, Debug, PartialEq)]
pub struct Mistake {
    message: String,
    span: Option<Span>,
    label: String,
    help: Option<String>,
    /// Further places that belong to the mistake, such as where a name was defined.
    related: Vec<(Span, String)>,
}

impl Mistake {
    /// A mistake at a place; `label` stands under the marked text.
    pub fn new(message: impl Into<String>, span: &Span, label: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            span: Some(span.clone()),
            label: label.into(),
            help: None,
            related: Vec::new(),
        }
    }

    /// A mistake that has no place in a text, such as a file that is not there.
    pub fn nowhere(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            span: None,
            label: String::new(),
            help: None,
            related: Vec::new(),
        }
    }

    /// Adds what would be right.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds the nearest valid name as help, where there is one.
    #[must_use]
    pub fn did_you_mean(self, near: Option<&str>) -> Self {
        match near {
            Some(near) => self.help(format!("did you mean `{near}`?")),
            None => self,
        }
    }

    /// Adds another place that explains the mistake.
    #[must_use]
    pub fn also(mut self, span: &Span, label: impl Into<String>) -> Self {
        self.related.push((span.clone(), label.into()));
        self
    }

    /// Gives a place to a mistake that has none yet.
    #[must_use]
    pub fn at(mut self, span: &Span, label: impl Into<String>) -> Self {
        if self.span.is_none() {
            self.span = Some(span.clone());
            self.label = label.into();
        }
        self
    }

    pub fn message(&self) -> &str {
        &self.message
    }

    pub fn label(&self) -> &str {
        &self.label
    }

    pub fn helps(&self) -> Option<&str> {
        self.help.as_deref()
    }

    pub fn span(&self) -> Option<&Span> {
        self.span.as_ref()
    }

    /// File, line and column, where known.
    pub fn place(&self) -> Option<Place> {
        self.span.as_ref().map(Span::place)
    }

    /// The same mistake with an excerpt that can be shown: long lines cut around the place, control
    /// characters written out. Its [`Self::place`] counts within the excerpt.
    #[must_use]
    pub fn shown(&self) -> Self {
        let quotes = self.span.as_ref().filter(|span| span.source.is_quotable());
        Self {
            span: quotes.map(excerpt).or_else(|| self.span.clone()),
            ..self.clone()
        }
    }

    /// The further places, with their labels.
    pub fn related(&self) -> &[(Span, String)] {
        &self.related
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Mistake {}

impl miette::Diagnostic for Mistake {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let mut lines: Vec<String> = self
            .related
            .iter()
            .map(|(span, label)| format!("{}: {label}", span.place()))
            .collect();
        lines.extend(self.help.clone());
        (!lines.is_empty()).then(|| Box::new(lines.join("\n")) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        let span = self.span.as_ref()?;
        span.source.is_quotable().then_some(span as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let span = self.span.as_ref()?;
        let length = span.end.saturating_sub(span.start);
        let label = LabeledSpan::new(Some(self.label.clone()), span.start, length);
        Some(Box::new(std::iter::once(label)))
    }
}

impl SourceCode for Span {
    fn read_span<'a>(
        &'a self,
        span: &miette::SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn miette::SpanContents<'a> + 'a>, miette::MietteError> {
        let inner = self.source.text().read_span(span, before, after)?;
        Ok(Box::new(miette::MietteSpanContents::new_named(
            self.source.name().to_owned(),
            inner.data(),
            *inner.span(),
            inner.line(),
            inner.column(),
            inner.line_count(),
        )))
    }
}

/// Several mistakes, reported together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mistakes(pub Vec<Mistake>);

impl Mistakes {
    pub fn push(&mut self, mistake: Mistake) {
        self.0.push(mistake);
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// `Ok` when there are none.
    pub fn or(self) -> Result<(), Self> {
        if self.is_empty() { Ok(()) } else { Err(self) }
    }
}

impl From<Mistake> for Mistakes {
    fn from(mistake: Mistake) -> Self {
        Self(vec![mistake])
    }
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, mistake) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str("\n")?;
            }
            if let Some(place) = mistake.place() {
                write!(f, "{place}: ")?;
            }
            write!(f, "{mistake}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Mistakes {}
