//! What is done to a template's text before the parser reads it.

use super::Style;

/// Whether the text can hold a template at all.
pub(in super::super) fn has_markers(text: &str, style: &Style) -> bool {
    (text.contains('{') || style.variable_start.as_bytes()[..1] != *b"{")
        && [
            &style.variable_start,
            &style.block_start,
            &style.comment_start,
        ]
        .iter()
        .any(|marker| text.contains(marker.as_str()))
        || text.starts_with("#jinja2:")
}

/// Whether the text begins and ends with markers, as a condition should not.
pub(in super::super) fn is_all_template(text: &str) -> bool {
    (text.starts_with("{{") && text.ends_with("}}"))
        || (text.starts_with("{%") && text.ends_with("%}"))
        || (text.starts_with("{#") && text.ends_with("#}"))
        || text.starts_with("#jinja2:")
}

/// The text with every kind of newline as `\n`.
pub(super) fn newlines(text: &str) -> String {
    if text.contains('\r') {
        text.replace("\r\n", "\n").replace('\r', "\n")
    } else {
        text.to_owned()
    }
}

/// One `{{ }}` of the text: where its inside begins and ends.
struct Piece {
    start: usize,
    end: usize,
}

/// The insides of all variable blocks, found without parsing: strings and brackets are followed.
fn pieces(text: &str, style: &Style) -> Vec<Piece> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..) {
        let next = [
            (rest.find(&style.variable_start), 0),
            (rest.find(&style.block_start), 1),
            (rest.find(&style.comment_start), 2),
        ];
        let Some((offset, kind)) = next
            .into_iter()
            .filter_map(|(offset, kind)| offset.map(|offset| (offset, kind)))
            .min()
        else {
            break;
        };
        let from = at + offset;
        let (start, end) = match kind {
            0 => (&style.variable_start, &style.variable_end),
            1 => (&style.block_start, &style.block_end),
            _ => (&style.comment_start, &style.comment_end),
        };
        let inside = from + start.len();
        if kind == 2 {
            let Some(close) = text[inside..].find(end.as_str()) else {
                break;
            };
            at = inside + close + end.len();
            continue;
        }
        let Some(close) = closing(&text[inside..], end) else {
            break;
        };
        let body = text[inside..inside + close].trim_matches(['-', '+', ' ']);
        at = inside + close + end.len();
        if kind == 0 {
            found.push(Piece {
                start: inside,
                end: inside + close,
            });
        } else if body == "raw" {
            match text[at..].find("endraw") {
                Some(end) => at += end,
                None => break,
            }
        }
    }
    found
}

/// Where the marker stands that closes a block; not in strings, not while brackets are open.
fn closing(text: &str, end: &str) -> Option<usize> {
    let mut quote = None;
    let mut depth = 0_usize;
    let mut escaped = false;
    for (at, letter) in text.char_indices() {
        if let Some(open) = quote {
            if escaped {
                escaped = false;
            } else if letter == '\\' {
                escaped = true;
            } else if letter == open {
                quote = None;
            }
            continue;
        }
        if depth == 0 && text[at..].starts_with(end) {
            return Some(at);
        }
        match letter {
            '\'' | '"' => quote = Some(letter),
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

/// The text with backslashes doubled inside the string constants of its variable blocks.
///
/// So `{{ 'a\nb' }}` in a task argument keeps its backslash, as in Ansible: YAML has had its turn.
pub(super) fn keep_backslashes(text: &str, style: &Style) -> String {
    if !text.contains('\\') {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len() + 8);
    let mut done = 0;
    for piece in pieces(text, style) {
        out.push_str(&text[done..piece.start]);
        let mut quote = None;
        let mut escaped = false;
        for letter in text[piece.start..piece.end].chars() {
            match quote {
                Some(_) if letter == '\\' => {
                    out.push('\\');
                    escaped = !escaped;
                    out.push(letter);
                    continue;
                }
                // An escaped quote does not end the constant, and keeps its backslash too.
                Some(open) if letter == open && escaped => out.push('\\'),
                Some(open) if letter == open => quote = None,
                None if matches!(letter, '\'' | '"') => quote = Some(letter),
                _ => {}
            }
            out.push(letter);
            escaped = false;
        }
        done = piece.end;
    }
    out.push_str(&text[done..]);
    out
}

/// The text with parentheses around each variable block that is a bare tuple; `None` without any.
pub(super) fn with_bare_tuples(text: &str, style: &Style) -> Option<String> {
    let mut out = String::new();
    let mut done = 0;
    for piece in pieces(text, style) {
        let inside = &text[piece.start..piece.end];
        let body = inside.trim_matches(['-', '+']);
        if closing(body, ",").is_none() {
            continue;
        }
        let lead = inside.find(body).unwrap_or(0);
        out.push_str(&text[done..piece.start + lead]);
        out.push('(');
        out.push_str(body);
        out.push(')');
        done = piece.start + lead + body.len();
    }
    if done == 0 {
        return None;
    }
    out.push_str(&text[done..]);
    Some(out)
}

/// The text with the newline doubled that follows each `raw` tag, of which the parser drops one.
pub(super) fn keep_raw_newlines(text: &str, style: &Style) -> String {
    if !style.trim_blocks || !text.contains("raw") {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len() + 8);
    let mut rest = text;
    while let Some(at) = rest.find(&style.block_start) {
        let inside = at + style.block_start.len();
        let Some(end) = rest[inside..].find(&style.block_end) else {
            break;
        };
        let after = inside + end + style.block_end.len();
        let tag = &rest[inside..inside + end];
        out.push_str(&rest[..after]);
        rest = &rest[after..];
        if tag.trim_start_matches(['-', '+']).trim() == "raw" && rest.starts_with('\n') {
            out.push('\n');
        }
    }
    out.push_str(rest);
    out
}

/// The text without its line comments; their newlines stay, unlike with the parser.
pub(super) fn without_line_comments(text: &str, style: &Style) -> String {
    let Some(prefix) = style
        .line_comment_prefix
        .as_deref()
        .filter(|prefix| !prefix.is_empty())
    else {
        return text.to_owned();
    };
    let lines = text.split('\n').map(|line| match line.find(prefix) {
        Some(at) => line[..at].trim_end_matches([' ', '\t']),
        None => line,
    });
    lines.collect::<Vec<_>>().join("\n")
}
