//! Characters of a YAML document, laid out as libyaml does.

/// Writes nodes one after the other and knows where on the line it is.
pub(super) struct Emitter {
    pub(super) text: String,
    column: usize,
    /// The current indentation; none before the first collection.
    indent: Option<usize>,
    outer: Vec<Option<usize>>,
    best_indent: usize,
    width: usize,
    unicode: bool,
    flow: usize,
    /// Whether the last character was a blank, or nothing is written yet.
    whitespace: bool,
    /// Whether only indentation and indicators stand on this line so far.
    indention: bool,
}

pub(super) fn is_break(letter: char) -> bool {
    matches!(letter, '\r' | '\n' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// libyaml takes nothing beyond the basic plane for printable.
fn is_printable(letter: char) -> bool {
    matches!(letter, '\n' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}')
        && letter != '\u{feff}'
}

fn ends_word(letter: Option<&char>) -> bool {
    letter.is_none_or(|c| matches!(c, ' ' | '\t' | '\0') || is_break(*c))
}

/// How a text may be written.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each style is allowed or not, by itself"
)]
struct Allowed {
    flow_plain: bool,
    block_plain: bool,
    single: bool,
    block: bool,
    multiline: bool,
}

fn analyse(chars: &[char], unicode: bool) -> Allowed {
    if chars.is_empty() {
        return Allowed {
            flow_plain: false,
            block_plain: true,
            single: true,
            block: false,
            multiline: false,
        };
    }
    let mut in_flow = chars.starts_with(&['-', '-', '-']) || chars.starts_with(&['.', '.', '.']);
    let mut in_block = in_flow;
    let (mut breaks, mut special) = (false, false);
    let (mut break_space, mut space_break) = (false, false);
    for (at, &letter) in chars.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| chars[at]);
        let ends = ends_word(chars.get(at + 1));
        match (letter, before) {
            (
                '#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%'
                | '@' | '`',
                None,
            ) => (in_flow, in_block) = (true, true),
            ('?', None) | (':', _) => {
                in_flow = true;
                in_block |= ends;
            }
            ('-', None) if ends => (in_flow, in_block) = (true, true),
            (',' | '?' | '[' | ']' | '{' | '}', Some(_)) => in_flow = true,
            ('#', Some(before)) if ends_word(Some(&before)) => (in_flow, in_block) = (true, true),
            _ => {}
        }
        special |= !is_printable(letter) || (!letter.is_ascii() && !unicode);
        breaks |= is_break(letter);
        break_space |= letter == ' ' && before.is_some_and(is_break);
        space_break |= is_break(letter) && before == Some(' ');
    }
    let edge = |letter: Option<&char>| letter.is_some_and(|c| *c == ' ' || is_break(*c));
    let bare = !edge(chars.first()) && !edge(chars.last());
    let plain = bare && !break_space && !space_break && !special && !breaks;
    Allowed {
        flow_plain: plain && !in_flow,
        block_plain: plain && !in_block,
        single: !break_space && !space_break && !special,
        block: chars.last() != Some(&' ') && !space_break && !special,
        multiline: breaks,
    }
}

impl Emitter {
    pub(super) fn new(indent: usize, width: usize, unicode: bool) -> Self {
        let best_indent = if (2..10).contains(&indent) { indent } else { 2 };
        Self {
            text: String::new(),
            column: 0,
            indent: None,
            outer: Vec::new(),
            best_indent,
            width: if width > best_indent * 2 { width } else { 80 },
            unicode,
            flow: 0,
            whitespace: true,
            indention: true,
        }
    }

    pub(super) fn in_flow(&self) -> bool {
        self.flow > 0
    }

    pub(super) fn start_document(&mut self) {
        self.indicator("---", true, false, false);
    }

    pub(super) fn end_document(&mut self, explicit: bool) {
        self.write_indent();
        if explicit {
            self.indicator("...", true, false, false);
            self.write_indent();
        }
    }

    fn put(&mut self, letter: char) {
        self.text.push(letter);
        self.column += 1;
    }

    fn line_break(&mut self) {
        self.text.push('\n');
        self.column = 0;
    }

    fn write_break(&mut self, letter: char) {
        self.text.push(letter);
        self.column = 0;
    }

    fn indicator(&mut self, text: &str, apart: bool, whitespace: bool, indention: bool) {
        if apart && !self.whitespace {
            self.put(' ');
        }
        for letter in text.chars() {
            self.put(letter);
        }
        self.whitespace = whitespace;
        self.indention = self.indention && indention;
    }

    fn write_indent(&mut self) {
        let indent = self.indent.unwrap_or(0);
        if !self.indention || self.column > indent || (self.column == indent && !self.whitespace) {
            self.line_break();
        }
        while self.column < indent {
            self.put(' ');
        }
        self.whitespace = true;
        self.indention = true;
    }

    fn indent_more(&mut self, flow: bool, indentless: bool) {
        self.outer.push(self.indent);
        self.indent = match self.indent {
            None if flow => Some(self.best_indent),
            None => Some(0),
            Some(indent) if indentless => Some(indent),
            Some(indent) => Some(indent + self.best_indent),
        };
    }

    fn indent_less(&mut self) {
        self.indent = self.outer.pop().flatten();
    }

    /// Writes `&name` before a node, or `*name` in the place of one.
    pub(super) fn anchor(&mut self, sign: char, id: usize) {
        self.indicator(&format!("{sign}id{id:03}"), true, false, false);
    }

    pub(super) fn open_flow(&mut self, bracket: &str) {
        self.indicator(bracket, true, true, false);
        self.indent_more(true, false);
        self.flow += 1;
    }

    pub(super) fn flow_item(&mut self, first: bool) {
        if !first {
            self.indicator(",", false, false, false);
        }
        if self.column > self.width {
            self.write_indent();
        }
    }

    pub(super) fn close_flow(&mut self, bracket: &str) {
        self.flow -= 1;
        self.indent_less();
        self.indicator(bracket, false, false, false);
    }

    /// Opens a block collection; a sequence that is the value of a key is not indented.
    pub(super) fn open_block(&mut self, sequence_as_value: bool) {
        let indentless = sequence_as_value && !self.indention;
        self.indent_more(false, indentless);
    }

    pub(super) fn block_item(&mut self) {
        self.write_indent();
        self.indicator("-", true, false, true);
    }

    pub(super) fn block_entry(&mut self) {
        self.write_indent();
    }

    pub(super) fn close_block(&mut self) {
        self.indent_less();
    }

    pub(super) fn complex_key(&mut self, flow: bool) {
        self.indicator("?", true, false, !flow);
    }

    pub(super) fn entry_value(&mut self, flow: bool, simple: bool) {
        if simple {
            self.indicator(":", false, false, false);
            return;
        }
        if !flow || self.column > self.width {
            self.write_indent();
        }
        self.indicator(":", true, false, !flow);
    }

    /// Writes a scalar. `plain` says that its plain form would be read as the same value.
    pub(super) fn scalar(&mut self, text: &str, plain: bool, key: bool) {
        let chars: Vec<char> = text.chars().collect();
        let allowed = analyse(&chars, self.unicode);
        let bare = if self.flow > 0 {
            allowed.flow_plain
        } else {
            allowed.block_plain
        };
        let empty = chars.is_empty() && (self.flow > 0 || key);
        self.indent_more(true, false);
        if key && allowed.multiline {
            self.double_quoted(&chars, !key);
        } else if plain && bare && !empty {
            self.plain(&chars, !key);
        } else if allowed.single {
            self.single_quoted(&chars, !key);
        } else {
            self.double_quoted(&chars, !key);
        }
        self.indent_less();
    }

    /// Writes lines that all end with a line break, after a tag: `!!binary |`.
    pub(super) fn tagged_block(&mut self, tag: &str, body: &str, key: bool) {
        let chars: Vec<char> = body.chars().collect();
        self.indicator(tag, true, false, false);
        self.indent_more(true, false);
        if self.flow > 0 || key || !analyse(&chars, self.unicode).block {
            self.double_quoted(&chars, !key);
        } else {
            self.indicator("|", true, false, false);
            self.line_break();
            self.indention = true;
            self.whitespace = true;
            for line in body.lines() {
                self.write_indent();
                for letter in line.chars() {
                    self.put(letter);
                }
                self.line_break();
            }
        }
        self.indent_less();
    }

    fn plain(&mut self, chars: &[char], folds: bool) {
        if !self.whitespace && (!chars.is_empty() || self.flow > 0) {
            self.put(' ');
        }
        let mut spaces = false;
        for (at, &letter) in chars.iter().enumerate() {
            if letter == ' ' {
                let single = !spaces && chars.get(at + 1) != Some(&' ');
                if folds && single && self.column > self.width {
                    self.write_indent();
                } else {
                    self.put(letter);
                }
                spaces = true;
            } else {
                self.put(letter);
                self.indention = false;
                spaces = false;
            }
        }
        self.whitespace = false;
        self.indention = false;
    }

    fn single_quoted(&mut self, chars: &[char], folds: bool) {
        self.indicator("'", true, false, false);
        let (mut spaces, mut breaks) = (false, false);
        for (at, &letter) in chars.iter().enumerate() {
            if letter == ' ' {
                let inner = at != 0 && at != chars.len() - 1;
                let single = !spaces && inner && chars.get(at + 1) != Some(&' ');
                if folds && single && self.column > self.width {
                    self.write_indent();
                } else {
                    self.put(letter);
                }
                spaces = true;
            } else if is_break(letter) {
                if !breaks && letter == '\n' {
                    self.line_break();
                }
                self.write_break(letter);
                self.indention = true;
                breaks = true;
            } else {
                if breaks {
                    self.write_indent();
                }
                if letter == '\'' {
                    self.put('\'');
                }
                self.put(letter);
                self.indention = false;
                spaces = false;
                breaks = false;
            }
        }
        if breaks {
            self.write_indent();
        }
        self.indicator("'", false, false, false);
        self.whitespace = false;
        self.indention = false;
    }

    fn double_quoted(&mut self, chars: &[char], folds: bool) {
        self.indicator("\"", true, false, false);
        let mut spaces = false;
        for (at, &letter) in chars.iter().enumerate() {
            let escaped = !is_printable(letter)
                || (!self.unicode && !letter.is_ascii())
                || is_break(letter)
                || matches!(letter, '"' | '\\');
            if escaped {
                for written in escape(letter).chars() {
                    self.put(written);
                }
                spaces = false;
            } else if letter == ' ' {
                let inner = at != 0 && at != chars.len() - 1;
                if folds && !spaces && inner && self.column > self.width {
                    self.write_indent();
                    if chars.get(at + 1) == Some(&' ') {
                        self.put('\\');
                    }
                } else {
                    self.put(letter);
                }
                spaces = true;
            } else {
                self.put(letter);
                spaces = false;
            }
        }
        self.indicator("\"", false, false, false);
        self.whitespace = false;
        self.indention = false;
    }
}

fn escape(letter: char) -> String {
    let short = match letter {
        '\0' => '0',
        '\u{7}' => 'a',
        '\u{8}' => 'b',
        '\t' => 't',
        '\n' => 'n',
        '\u{b}' => 'v',
        '\u{c}' => 'f',
        '\r' => 'r',
        '\u{1b}' => 'e',
        '"' => '"',
        '\\' => '\\',
        '\u{85}' => 'N',
        '\u{a0}' => '_',
        '\u{2028}' => 'L',
        '\u{2029}' => 'P',
        other => {
            let code = u32::from(other);
            return match code {
                0..=0xff => format!("\\x{code:02X}"),
                0x100..=0xffff => format!("\\u{code:04X}"),
                _ => format!("\\U{code:08X}"),
            };
        }
    };
    format!("\\{short}")
}
