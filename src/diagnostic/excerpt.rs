//! The lines around a place, as they can be shown to people.

use super::{Source, Span};

/// Longer lines are cut around the place.
const LONGEST: usize = 160;

/// So much of a long line is shown before the place.
const BEFORE: usize = 50;

/// A place over more lines than this is shown by its first ones.
const MOST_LINES: usize = 20;

/// The same place in a text of which only the lines around it are left: cut where they are long,
/// and with control characters written out. The numbers of the lines stay.
pub(super) fn excerpt(span: &Span) -> Span {
    let text = span.source.text();
    let (line, column) = span.line_column();
    let marked = text.get(span.start..span.end).unwrap_or("");
    let last = line + marked.matches('\n').count().min(MOST_LINES);
    let near = |number: usize| number + 1 >= line && number <= last + 1;
    let is_plain = text
        .split('\n')
        .enumerate()
        .filter(|(at, _)| near(at + 1))
        .all(|(_, body)| visible(body) == body && body.chars().count() <= LONGEST);
    if is_plain {
        return span.clone();
    }
    let from = if column > LONGEST - BEFORE {
        column - 1 - BEFORE
    } else {
        0
    };
    let mut excerpt = String::new();
    let (mut start, mut end) = (0, 0);
    let mut offset = 0;
    for (at, raw) in text.split_inclusive('\n').enumerate() {
        if near(at + 1) {
            let body = raw.trim_end_matches('\n').trim_end_matches('\r');
            let cut = Cut::of(body, from);
            let base = excerpt.len();
            excerpt.push_str(&cut.text(body, body.len()));
            if cut.to < body.len() {
                excerpt.push('…');
            }
            let lies = |place: usize| place >= offset && place <= offset + raw.len();
            if at + 1 == line {
                start = base + cut.text(body, span.start - offset).len();
            }
            if lies(span.end) {
                end = base + cut.text(body, span.end - offset).len();
            }
        }
        if raw.ends_with('\n') {
            excerpt.push('\n');
        }
        offset += raw.len();
    }
    let source = Source::new(span.source.name(), excerpt);
    let end = end.max(start).min(source.text().len());
    Span::new(&source, start, end)
}

/// Which bytes of a line are shown.
struct Cut {
    from: usize,
    to: usize,
}

impl Cut {
    fn of(body: &str, from: usize) -> Self {
        let byte = |letter: usize| {
            let mut letters = body.char_indices().skip(letter);
            letters.next().map_or(body.len(), |(at, _)| at)
        };
        Self {
            from: byte(from),
            to: byte(from + LONGEST),
        }
    }

    /// What is shown of the line up to a byte of it.
    fn text(&self, body: &str, to: usize) -> String {
        let to = to.clamp(self.from, self.to).min(body.len());
        let shown = visible(body.get(self.from..to).unwrap_or(""));
        if self.from > 0 {
            format!("…{shown}")
        } else {
            shown
        }
    }
}

/// Control characters and those that turn the direction of text, written out: what a host or a
/// file says must not steer the terminal of whoever reads it.
pub fn visible(text: &str) -> String {
    let harmful = |letter: char| {
        (letter.is_control() && !matches!(letter, '\n' | '\t'))
            || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}')
            || matches!(u32::from(letter), 0x10_FF00..=0x10_FFFF)
    };
    if !text.contains(harmful) {
        return text.to_owned();
    }
    let mut clean = String::with_capacity(text.len());
    for letter in text.chars() {
        match u32::from(letter) {
            raw @ 0x10_FF00..=0x10_FFFF => clean.push_str(&format!("\\x{:02x}", raw & 0xFF)),
            code if harmful(letter) && code < 0x100 => clean.push_str(&format!("\\x{code:02x}")),
            code if harmful(letter) => clean.push_str(&format!("\\u{code:04x}")),
            _ => clean.push(letter),
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::{excerpt, visible};
    use crate::diagnostic::{Source, Span};

    fn shown(text: &str, marked: &str) -> (String, String) {
        let source = Source::new("site.yml", text);
        let start = text.find(marked).unwrap();
        let span = excerpt(&Span::new(&source, start, start + marked.len()));
        let text = span.source.text();
        (text.to_owned(), text[span.start..span.end].to_owned())
    }

    #[test]
    fn a_host_cannot_steer_the_terminal() {
        assert_eq!(
            visible("a\x1b[2Jb\u{202e}c\r\u{10ffe9}"),
            "a\\x1b[2Jb\\u202ec\\x0d\\xe9"
        );
        assert_eq!(visible("tab\tand\nline é"), "tab\tand\nline é");
    }

    #[test]
    fn a_long_line_is_cut_around_the_place() {
        let long = format!(
            "a\nb: {}WRONG{}\nc\nd\n",
            "x".repeat(5000),
            "y".repeat(5000)
        );
        let (text, marked) = shown(&long, "WRONG");
        assert_eq!(marked, "WRONG");
        let line = text.lines().nth(1).unwrap();
        assert!(line.chars().count() < 200, "{line}");
        assert!(line.starts_with("…xx") && line.ends_with("yy…"), "{line}");
        assert_eq!(text.lines().count(), 4);
        let (text, marked) = shown(&format!("WRONG{}", "é".repeat(500)), "WRONG");
        assert!(marked == "WRONG" && text.ends_with("é…") && text.chars().count() == 161);
    }

    #[test]
    fn control_characters_are_written_out() {
        let (text, marked) = shown("far\n\n\nkey\x1b[2J: \x07WRONG\x07\r\n", "WRONG");
        assert_eq!(marked, "WRONG");
        assert_eq!(text, "\n\n\nkey\\x1b[2J: \\x07WRONG\\x07\n");
    }

    #[test]
    fn an_ordinary_text_stays_as_it_is() {
        assert_eq!(shown("a: 1\nb: 2\n", "b").0, "a: 1\nb: 2\n");
    }
}
