//! Text to nodes: events of the parser, put together.

use std::{collections::HashMap, sync::Arc};

use granit_parser::{Event, Parser, ScalarStyle, Span as Range, StructureStyle, Tag as Written};

use super::{
    mapping,
    node::{Kind, Node, Scalar, Style, Tag},
    scalar, slip, tag, traps,
};
use crate::diagnostic::{Mistake, Source, Span};

/// How many nodes aliases may stand for in one document (S50).
const MOST_EXPANDED: u64 = 1_000_000;

/// What a stream of documents holds.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// The documents; one of an empty file is null.
    pub documents: Vec<Node>,
    /// What is allowed but seldom meant: duplicate keys, known traps of YAML 1.1.
    pub warnings: Vec<Mistake>,
}

/// Reads a stream of any number of documents.
///
/// # Errors
/// The first place where the text is not YAML, uses an unknown tag, is too deep or expands too far.
pub fn read_all(source: &Arc<Source>) -> Result<Reading, Mistake> {
    slip::forbidden_character(source)?;
    let options = granit_parser::options! {
        block_scalar_eof_without_line_feed: true,
        emit_comments: false,
        bom_inside_document_as_content: true,
    };
    let mut reader = Reader::new(source);
    for event in Parser::new_from_str_with_options(source.text(), options) {
        let (event, range) = event.map_err(|error| slip::mistake(source, &error))?;
        reader.take(event, &range)?;
    }
    Ok(reader.reading)
}

/// Reads a text that holds one document; an empty one is null. Warnings are added to `warnings`.
///
/// # Errors
/// As [`read_all`], and a second document is one.
pub fn read(source: &Arc<Source>, warnings: &mut Vec<Mistake>) -> Result<Node, Mistake> {
    let reading = read_all(source)?;
    warnings.extend(reading.warnings);
    let mut documents = reading.documents.into_iter();
    let first = documents.next().unwrap_or_else(|| Node {
        kind: Kind::Scalar(Scalar {
            chars: "".into(),
            style: Style::Plain,
            meaning: Some(crate::value::Value::Null),
        }),
        span: Span::new(source, 0, 0),
        tag: Tag::None,
    });
    match documents.next() {
        None => Ok(first),
        Some(second) => Err(Mistake::new(
            "this file must hold one YAML document, but a second one starts here",
            &second.span,
            "second document",
        )
        .help("remove the `---` line that stands before it")),
    }
}

struct Frame {
    start: Span,
    tag: Tag,
    anchor: usize,
    flow: bool,
    /// Items of a sequence; keys and values in turn of a mapping.
    items: Vec<Node>,
    mapping: bool,
    weight: u64,
}

struct Reader<'a> {
    source: &'a Arc<Source>,
    frames: Vec<Frame>,
    anchors: HashMap<usize, (Node, u64)>,
    expanded: u64,
    reading: Reading,
}

impl<'a> Reader<'a> {
    fn new(source: &'a Arc<Source>) -> Self {
        Self {
            source,
            frames: Vec::new(),
            anchors: HashMap::new(),
            expanded: 0,
            reading: Reading::default(),
        }
    }

    fn span(&self, range: &Range) -> Span {
        slip::span(self.source, range)
    }

    fn take(&mut self, event: Event<'_>, range: &Range) -> Result<(), Mistake> {
        match event {
            Event::Scalar(chars, style, anchor, written) => {
                let node = self.scalar(&chars, style, written.as_deref(), range)?;
                self.add(node, 1, anchor);
                Ok(())
            }
            Event::SequenceStart(style, anchor, written) => {
                self.open(false, style, anchor, written.as_deref(), range)
            }
            Event::MappingStart(style, anchor, written) => {
                self.open(true, style, anchor, written.as_deref(), range)
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(range),
            Event::Alias(anchor) => self.alias(anchor, range),
            Event::DocumentEnd => {
                self.anchors.clear();
                self.expanded = 0;
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn open(
        &mut self,
        mapping: bool,
        style: StructureStyle,
        anchor: usize,
        written: Option<&Written>,
        range: &Range,
    ) -> Result<(), Mistake> {
        let start = self.span(range);
        let tag = tag::of_collection(written, mapping, &self.tag_span(range))?;
        self.frames.push(Frame {
            start,
            tag,
            anchor,
            flow: matches!(style, StructureStyle::Flow),
            items: Vec::new(),
            mapping,
            weight: 1,
        });
        Ok(())
    }

    fn tag_span(&self, range: &Range) -> Span {
        match range.tag_span() {
            Some(tag) => self.span(&tag),
            None => self.span(range),
        }
    }

    fn scalar(
        &self,
        chars: &str,
        style: ScalarStyle,
        written: Option<&Written>,
        range: &Range,
    ) -> Result<Node, Mistake> {
        let mut span = self.span(range);
        let style = match style {
            ScalarStyle::Plain => Style::Plain,
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => Style::Quoted,
            ScalarStyle::Literal | ScalarStyle::Folded => Style::Block,
        };
        if style == Style::Quoted && span.end >= span.start + 2 {
            span.start += 1;
            span.end -= 1;
        }
        // The parser says `~` for a node that is not there.
        let chars: Arc<str> = if style == Style::Plain && span.start == span.end {
            "".into()
        } else {
            chars.into()
        };
        let (tag, meaning) = match written {
            None if style == Style::Plain => (Tag::None, scalar::resolve(&chars)),
            None => (Tag::None, None),
            Some(written) => tag::of_scalar(written, &chars, style, &self.tag_span(range), &span)?,
        };
        Ok(Node {
            kind: Kind::Scalar(Scalar {
                chars,
                style,
                meaning,
            }),
            span,
            tag,
        })
    }

    fn alias(&mut self, anchor: usize, range: &Range) -> Result<(), Mistake> {
        let span = self.span(range);
        let Some((node, weight)) = self.anchors.get(&anchor).cloned() else {
            return Err(Mistake::new(
                "an alias cannot stand inside the node that it names",
                &span,
                "this would never end",
            ));
        };
        self.expanded = self.expanded.saturating_add(weight);
        if self.expanded > MOST_EXPANDED {
            return Err(Mistake::new(
                format!("the aliases of this document stand for more than {MOST_EXPANDED} nodes"),
                &span,
                "with this one",
            ));
        }
        self.add(node, weight, 0);
        Ok(())
    }

    fn close(&mut self, range: &Range) -> Result<(), Mistake> {
        let Some(frame) = self.frames.pop() else {
            return Ok(());
        };
        let mut span = frame.start;
        let end = range.end.byte_offset().unwrap_or(span.end).max(span.start);
        if frame.flow {
            let one_line = !self.source.text()[span.start..end].contains('\n');
            span.end = if one_line { end } else { span.start + 1 };
        } else if let Some(first) = frame.items.first().filter(|_| frame.mapping) {
            span = first.span.clone();
        } else {
            span.end = (span.start + 1).min(self.source.text().len());
        }
        let kind = if frame.mapping {
            let entries = mapping::entries(frame.items, &span, &mut self.reading.warnings)?;
            traps::in_mapping(&entries, &mut self.reading.warnings);
            Kind::Map(entries.into())
        } else {
            Kind::Seq(frame.items.into())
        };
        let node = tag::checked(Node {
            kind,
            span,
            tag: frame.tag,
        })?;
        self.add(node, frame.weight, frame.anchor);
        Ok(())
    }

    fn add(&mut self, node: Node, weight: u64, anchor: usize) {
        if anchor != 0 {
            self.anchors.insert(anchor, (node.clone(), weight));
        }
        match self.frames.last_mut() {
            Some(frame) => {
                frame.weight = frame.weight.saturating_add(weight);
                frame.items.push(node);
            }
            None => self.reading.documents.push(node),
        }
    }
}
