//! What went wrong in a text that is no YAML, and what was likely meant.

use std::sync::Arc;

use granit_parser::{ErrorKind, Marker, ScanError, Span as Range};

use crate::diagnostic::{Mistake, Source, Span};

pub(super) fn span(source: &Arc<Source>, range: &Range) -> Span {
    let start = offset(source, &range.start);
    Span::new(source, start, offset(source, &range.end).max(start))
}

fn offset(source: &Source, marker: &Marker) -> usize {
    let at = marker.byte_offset().unwrap_or_else(|| {
        source
            .text()
            .char_indices()
            .nth(marker.index())
            .map_or(source.text().len(), |(at, _)| at)
    });
    at.min(source.text().len())
}

/// Refuses characters that YAML does not allow in a text: control characters such as NUL.
pub(super) fn forbidden_character(source: &Arc<Source>) -> Result<(), Mistake> {
    let text = source.text();
    let odd = text.char_indices().find(|(at, letter)| match letter {
        '\t' | '\n' | '\r' | '\u{85}' => false,
        '\u{feff}' => *at != 0,
        '\u{fffe}' | '\u{ffff}' => true,
        _ => letter.is_control(),
    });
    match odd {
        None => Ok(()),
        Some((at, letter)) => Err(Mistake::new(
            format!(
                "the character U+{:04X} may not stand in YAML",
                u32::from(letter)
            ),
            &Span::new(source, at, at + letter.len_utf8()),
            "here",
        )
        .help(format!(
            "write it as \"\\u{:04x}\" inside double quotes, or remove it",
            u32::from(letter)
        ))),
    }
}

/// The line that holds this offset: where it starts, and its text.
fn line_at(text: &str, at: usize) -> (usize, &str) {
    let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let end = text[start..]
        .find('\n')
        .map_or(text.len(), |len| start + len);
    (start, text[start..end].trim_end_matches('\r'))
}

/// The last line before `start` that holds something other than a comment.
fn line_before(text: &str, start: usize) -> Option<(usize, &str)> {
    let mut end = start;
    while end > 0 {
        let (begin, line) = line_at(text, end - 1);
        let bare = line.trim_start();
        if !bare.is_empty() && !bare.starts_with('#') {
            return Some((begin, line));
        }
        end = begin;
    }
    None
}

/// The parser's error as a mistake with the classic slips recognised.
pub(super) fn mistake(source: &Arc<Source>, error: &ScanError) -> Mistake {
    let text = source.text();
    let at = offset(source, error.marker());
    let place = |start: usize, end: usize| Span::new(source, start, end);
    if *error.kind() == ErrorKind::RecursionLimitExceeded {
        return Mistake::new(
            "this text is nested deeper than 255 levels",
            &place(at, at),
            "too deep",
        );
    }
    let mut at = at;
    // At the end of the text, or at the start of a blank rest, the slip stands before.
    if text[at..].trim().is_empty() {
        at = text.trim_end().len().saturating_sub(1);
        while !text.is_char_boundary(at) {
            at -= 1;
        }
    }
    let (start, line) = line_at(text, at);
    let below = text[at..].find('\n').map(|end| line_at(text, at + end + 1));
    // A tab ends a plain text, so that the error stands at the end of the line above it.
    let below = below.filter(|(_, line)| line.trim_start_matches(' ').starts_with('\t'));
    [below, Some((start, line)), line_before(text, start)]
        .into_iter()
        .flatten()
        .find_map(|(start, line)| classic(source, error.kind(), start, line))
        .unwrap_or_else(|| plain(source, error, at))
}

/// A value that starts with a template; `rest` is what its line holds from `start` on.
fn unquoted_template(start: &Span, rest: &str) -> Mistake {
    let mut span = start.clone();
    let rest = within(rest);
    span.end += rest.rfind("}}").map_or(rest.len(), |end| end + 2);
    let quoted = rest.trim_end().replace('"', "'");
    Mistake::new(
        "a value that starts with a template must be quoted",
        &span,
        "YAML reads this as a mapping",
    )
    .help(format!("write \"{quoted}\""))
}

/// The part of this text up to the bracket that closes what stands around it, or up to the comma
/// before that.
fn within(text: &str) -> &str {
    let mut open = 0_usize;
    let mut comma = None;
    let mut quote = None;
    for (at, letter) in text.char_indices() {
        match letter {
            _ if quote.is_some() => quote = quote.filter(|open| *open != letter),
            '"' | '\'' => quote = Some(letter),
            '[' | '{' => open += 1,
            ']' | '}' if open == 0 => return text[..comma.unwrap_or(at)].trim_end(),
            ']' | '}' => open -= 1,
            ',' if open == 0 => comma = comma.or(Some(at)),
            _ => {}
        }
    }
    text.trim_end()
}

/// A bracket in a bare text between brackets: YAML takes it for a list or a mapping.
fn bracket_in_text(source: &Arc<Source>, open: usize, at: usize) -> Option<Mistake> {
    let text = source.text();
    let (kind, bracket) = match text.get(at..=at)? {
        "[" => ("a list", '['),
        "{" => ("a mapping", '{'),
        _ => return None,
    };
    let before = &text[open + 1..at];
    if before.contains('\n') {
        return None;
    }
    let start = before.rfind([',', ':']).map_or(0, |mark| mark + 1);
    let start = open + 1 + start + before[start..].len() - before[start..].trim_start().len();
    let first = text[start..at].chars().next()?;
    if start == at || "\"'[]{}&*!|>%@`".contains(first) {
        return None;
    }
    let (line_start, line) = line_at(text, at);
    let end = line_start + line.len();
    let whole = within(&text[start..end]);
    let quoted = if whole.contains('"') {
        format!("'{}'", whole.replace('\'', "''"))
    } else {
        format!("\"{}\"", whole.replace('\\', "\\\\"))
    };
    let outer = &text[open..=open];
    let close = if outer == "[" { ']' } else { '}' };
    Some(
        Mistake::new(
            format!(
                "between `{outer}` and `{close}`, a text that holds `{bracket}` must be quoted"
            ),
            &Span::new(source, at, at + 1),
            format!("YAML reads {kind} here"),
        )
        .help(format!("write {quoted}")),
    )
}

/// The mapping that YAML sees in `{{ name }}`: whether this offset lies in one, as a mistake.
pub(super) fn template_as_key(source: &Arc<Source>, at: usize) -> Option<Mistake> {
    let (start, line) = line_at(source.text(), at);
    let open = line.get(..(at - start + 2).min(line.len()))?.rfind("{{")?;
    let span = Span::new(source, start + open, start + open);
    Some(unquoted_template(&span, &line[open..]))
}

/// A slip that this line shows by itself.
fn classic(source: &Arc<Source>, kind: &ErrorKind, start: usize, line: &str) -> Option<Mistake> {
    let mark = |from: usize, to: usize| Span::new(source, start + from, start + to);
    let indent = line.len() - line.trim_start().len();
    if let Some(tab) = line[..indent].find('\t') {
        let tabs = line[tab..indent].trim_start_matches([' ']).len().max(1);
        return Some(
            Mistake::new(
                "a tab cannot indent in YAML",
                &mark(tab, tab + tabs),
                "a tab",
            )
            .help("indent with blanks, two for each level"),
        );
    }
    let value = value_at(line);
    let rest = &line[value..];
    if rest.starts_with("{{") {
        return Some(unquoted_template(&mark(value, value), rest));
    }
    let quote = rest
        .chars()
        .next()
        .filter(|first| matches!(first, '"' | '\''));
    if let Some(quote) = quote {
        return quoted(kind, quote, rest, &mark, value);
    }
    if rest.starts_with(['@', '`', '%']) {
        return Some(
            Mistake::new(
                format!("a value cannot start with `{}`", &rest[..1]),
                &mark(value, value + 1),
                "reserved in YAML",
            )
            .help(format!("quote the value: \"{}\"", rest.trim_end())),
        );
    }
    let nested = matches!(
        kind,
        ErrorKind::MappingValueNotAllowed | ErrorKind::MappingKeyNotAllowed
    );
    if nested
        && value > indent
        && !rest.starts_with(['[', '{', '|', '>', '&', '*', '!'])
        && let Some(colon) = rest
            .find(": ")
            .or_else(|| rest.strip_suffix(':').map(str::len))
    {
        return Some(
            Mistake::new(
                "a value that holds `: ` must be quoted",
                &mark(value + colon, value + colon + 1),
                "YAML reads a second key here",
            )
            .help(format!("write '{}'", rest.trim_end().replace('\'', "''"))),
        );
    }
    if let Some(colon) = glued_colon(&line[indent..])
        && !matches!(
            kind,
            ErrorKind::UnclosedQuotedScalar | ErrorKind::UnclosedFlowCollection { .. }
        )
    {
        let colon = indent + colon;
        return Some(
            Mistake::new(
                "a key is followed by a colon and a blank",
                &mark(colon, colon + 1),
                "no blank after this colon",
            )
            .help(format!(
                "write `{}: {}`",
                line[indent..colon].trim_start_matches("- "),
                &line[colon + 1..]
            )),
        );
    }
    None
}

fn quoted(
    kind: &ErrorKind,
    quote: char,
    rest: &str,
    mark: &impl Fn(usize, usize) -> Span,
    value: usize,
) -> Option<Mistake> {
    let body = rest.trim_end();
    let closed = body[1..].find(quote).map(|end| end + 1);
    let other = if quote == '"' { '\'' } else { '"' };
    match closed {
        None if matches!(
            kind,
            ErrorKind::UnclosedQuotedScalar
                | ErrorKind::InvalidQuotedScalarIndent
                | ErrorKind::DocumentIndicatorInQuotedScalar
        ) =>
        {
            Some(
                Mistake::new(
                    "a quoted text must end with the quote it starts with",
                    &mark(value, value + body.len()),
                    format!("no closing {quote}"),
                )
                .help(format!("end it with {quote}")),
            )
        }
        Some(end)
            if end + 1 < body.len()
                && matches!(
                    kind,
                    ErrorKind::InvalidTrailingSingleQuotedScalar
                        | ErrorKind::InvalidTrailingDoubleQuotedScalar
                        | ErrorKind::ExpectedBlockMappingKey
                        | ErrorKind::ExpectedBlockSequenceEntry
                        | ErrorKind::SimpleKeyExpected
                ) =>
        {
            Some(
                Mistake::new(
                    "something follows the closing quote",
                    &mark(value + end, value + body.len()),
                    "the quoted text ends here",
                )
                .help(format!("quote all of it: {other}{body}{other}")),
            )
        }
        _ => None,
    }
}

/// Where the value of this line starts: after its dashes and its key.
fn value_at(line: &str) -> usize {
    let mut at = line.len() - line.trim_start().len();
    while let Some(rest) = line[at..].strip_prefix("- ") {
        at = line.len() - rest.trim_start().len();
    }
    let rest = &line[at..];
    let key = rest.find(|letter: char| !(letter.is_alphanumeric() || "_-. ".contains(letter)));
    if let Some(colon) = key
        && rest[colon..].starts_with(": ")
    {
        at = line.len() - rest[colon + 1..].trim_start().len();
    }
    at
}

/// The colon of a line such as `name:value`, which is missing its blank.
fn glued_colon(line: &str) -> Option<usize> {
    let body = line.trim_start_matches("- ");
    let colon = body.find(':')?;
    let name = &body[..colon];
    let word = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    let glued = body[colon + 1..].starts_with(|c: char| !c.is_whitespace() && c != ':')
        && !body[colon + 1..].starts_with("//");
    (word && glued).then_some(line.len() - body.len() + colon)
}

fn plain(source: &Arc<Source>, error: &ScanError, at: usize) -> Mistake {
    let text = source.text();
    let width = text[at..].chars().next().map_or(0, char::len_utf8);
    let span = Span::new(source, at, at + width);
    match error.kind() {
        ErrorKind::UnclosedQuotedScalar
        | ErrorKind::InvalidQuotedScalarIndent
        | ErrorKind::DocumentIndicatorInQuotedScalar => Mistake::new(
            "a quoted text must end with the quote it starts with",
            &span,
            "the text ends without it",
        ),
        ErrorKind::UnclosedFlowCollection { open } => {
            let close = if *open == '[' { ']' } else { '}' };
            Mistake::new(
                format!("`{open}` is never closed"),
                &span,
                format!("expected `{close}`"),
            )
        }
        ErrorKind::MismatchedFlowCollectionEnd { open, close } => Mistake::new(
            format!("`{close}` does not close `{open}`"),
            &span,
            "the wrong bracket",
        ),
        ErrorKind::MisplacedFlowCollectionEnd => Mistake::new(
            "this bracket closes nothing",
            &span,
            "no bracket is open here",
        ),
        ErrorKind::UnknownAnchor => Mistake::new(
            "this alias names an anchor that is not defined before it",
            &span,
            "no such anchor",
        )
        .help("quote the text if it is not meant as an alias"),
        ErrorKind::UnknownQuotedScalarEscape
        | ErrorKind::InvalidQuotedScalarHexEscape
        | ErrorKind::InvalidUnicodeEscape => Mistake::new(
            "this backslash starts no escape that double quotes know",
            &escape(source, at).unwrap_or(span),
            "no such escape",
        )
        .help("write `\\\\` for a backslash, or use single quotes"),
        ErrorKind::TabNotAllowed
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation
        | ErrorKind::TabAtBlockScalarStart => {
            Mistake::new("a tab cannot indent in YAML", &span, "a tab")
                .help("indent with blanks, two for each level")
        }
        ErrorKind::SimpleKeyExpected => Mistake::new(
            "a mapping goes on here, but this line has no `key: value`",
            &written(source, at),
            "expected a colon after a key",
        ),
        ErrorKind::InvalidColonPlacement
        | ErrorKind::ExpectedFlowMappingSeparator
        | ErrorKind::ExpectedFlowSequenceSeparator
        | ErrorKind::UnexpectedEofFlowMapping
        | ErrorKind::UnexpectedEofFlowSequence
        | ErrorKind::UnexpectedEofImplicitFlowMapping => match open_bracket(text, at) {
            Some(open) => {
                if let Some(mistake) = bracket_in_text(source, open, at) {
                    return mistake;
                }
                let close = if text[open..].starts_with('[') {
                    ']'
                } else {
                    '}'
                };
                Mistake::new(
                    format!(
                        "`{}` is not closed where something new starts",
                        &text[open..=open]
                    ),
                    &Span::new(source, open, open + 1),
                    format!(
                        "expected a comma or `{close}` before line {}",
                        line_number(text, at)
                    ),
                )
            }
            None => Mistake::new(
                "a comma or a closing bracket is missing",
                &span,
                "before this",
            ),
        },
        ErrorKind::ExpectedBlockMappingKey
        | ErrorKind::ExpectedBlockSequenceEntry
        | ErrorKind::InvalidIndentation
        | ErrorKind::MappingKeyNotAllowed
        | ErrorKind::MappingValueNotAllowed
        | ErrorKind::BlockSequenceEntryNotAllowed
        | ErrorKind::InvalidBlockScalarIndent => indentation(source, at),
        _ => Mistake::new(format!("this is not YAML: {}", error.info()), &span, "here"),
    }
}

/// What is written on the line that holds this offset.
fn written(source: &Arc<Source>, at: usize) -> Span {
    let (start, line) = line_at(source.text(), at);
    let indent = line.len() - line.trim_start().len();
    Span::new(
        source,
        start + indent,
        start + line.trim_end().len().max(indent),
    )
}

fn line_number(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

/// A line whose indentation fits nothing, told by what stands above it.
fn indentation(source: &Arc<Source>, at: usize) -> Mistake {
    let text = source.text();
    let (start, line) = line_at(text, at);
    let indent = line.len() - line.trim_start().len();
    let span = written(source, at);
    let mistake = Mistake::new(
        "the indentation of this line fits nothing above it",
        &span,
        format!("starts in column {}", indent + 1),
    );
    let Some((_, above)) = line_before(text, start) else {
        return mistake;
    };
    let outer = above.len() - above.trim_start().len();
    let mut inner = outer;
    while let Some(rest) = above[inner..].strip_prefix("- ") {
        inner = above.len() - rest.trim_start().len();
    }
    let complete = value_at(above) > inner;
    if complete && indent > inner {
        return mistake.help(format!(
            "the line above has its value already, so nothing can stand below it: \
             start this line in column {}, or move the value",
            inner + 1
        ));
    }
    if line[indent..].starts_with("- ") && indent <= outer && !above[outer..].starts_with("- ") {
        return mistake.help("a list starts here, but the lines above are a mapping");
    }
    let place = if inner == outer {
        format!("column {}", outer + 1)
    } else {
        format!(
            "column {} (a new item) or {} (the same item)",
            outer + 1,
            inner + 1
        )
    };
    mistake.help(format!("the line above starts in {place}"))
}

/// The bracket that is still open before this offset. Brackets in quotes may mislead it.
fn open_bracket(text: &str, at: usize) -> Option<usize> {
    let mut closed = 0_usize;
    for (place, letter) in text[..at].char_indices().rev() {
        match letter {
            ']' | '}' => closed += 1,
            '[' | '{' if closed == 0 => return Some(place),
            '[' | '{' => closed -= 1,
            _ => {}
        }
    }
    None
}

/// The first backslash after this offset that starts no escape.
fn escape(source: &Arc<Source>, at: usize) -> Option<Span> {
    let text = source.text();
    let mut letters = text[at..].char_indices();
    while let Some((place, letter)) = letters.next() {
        if letter == '\\' {
            let (_, next) = letters.next()?;
            if !"0abt\tnvfre \"/\\N_LPxuU\n\r".contains(next) {
                return Some(Span::new(
                    source,
                    at + place,
                    at + place + 1 + next.len_utf8(),
                ));
            }
        }
    }
    None
}
