//! Python's pattern syntax in that of our engines.

use std::fmt::Write;

use super::Flags;

/// Rewrites a pattern; an error says what is wrong with it.
pub(super) fn translated(
    pattern: &str,
    flags: Flags,
    before_newline: bool,
) -> Result<String, String> {
    let mut reader = Reader {
        letters: pattern.chars().collect(),
        at: 0,
        out: String::new(),
        multiline: flags.multiline,
        before_newline,
    };
    let mut switches = String::new();
    for (on, letter) in [
        (flags.ignore_case, 'i'),
        (flags.multiline, 'm'),
        (flags.dot_all, 's'),
    ] {
        if on {
            switches.push(letter);
        }
    }
    if !switches.is_empty() {
        reader.out = format!("(?{switches})");
    }
    reader.pattern()?;
    Ok(reader.out)
}

struct Reader {
    letters: Vec<char>,
    at: usize,
    out: String,
    multiline: bool,
    before_newline: bool,
}

impl Reader {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.letters.get(self.at + ahead).copied()
    }

    fn starts(&self, text: &str) -> bool {
        text.chars()
            .enumerate()
            .all(|(at, letter)| self.peek(at) == Some(letter))
    }

    fn pattern(&mut self) -> Result<(), String> {
        while let Some(letter) = self.peek(0) {
            match letter {
                '\\' => self.escape(false)?,
                '[' => self.class()?,
                '(' if self.starts("(?#") => {
                    while self.peek(0).is_some_and(|letter| letter != ')') {
                        self.at += 1;
                    }
                    self.at += 1;
                }
                '(' if self.starts("(?") => self.group(),
                '$' if !self.multiline => {
                    self.at += 1;
                    self.out.push_str(if self.before_newline {
                        r"(?=\n?\z)"
                    } else {
                        r"\z"
                    });
                }
                '$' => {
                    self.at += 1;
                    self.out.push_str("(?m:$)");
                }
                '{' => self.braces(),
                '}' => {
                    self.at += 1;
                    self.out.push_str(r"\}");
                }
                letter => {
                    self.at += 1;
                    self.out.push(letter);
                }
            }
        }
        Ok(())
    }

    /// `(?…`: switches that our engines do not know are dropped.
    fn group(&mut self) {
        let mut end = self.at + 2;
        while self
            .letters
            .get(end)
            .is_some_and(|letter| "aiLmsux-".contains(*letter))
        {
            end += 1;
        }
        let is_switches = end > self.at + 2 && matches!(self.letters.get(end), Some(')' | ':'));
        if !is_switches {
            self.out.push('(');
            self.at += 1;
            return;
        }
        let wanted: String = self.letters[self.at + 2..end]
            .iter()
            .filter(|letter| "imsx-".contains(**letter))
            .collect();
        if self.letters[end] == ')' && wanted.contains('m') {
            self.multiline = true;
        }
        let close = self.letters[end];
        self.at = end + 1;
        if wanted.is_empty() && close == ')' {
            return;
        }
        self.out.push_str("(?");
        self.out.push_str(&wanted);
        self.out.push(close);
    }

    fn braces(&mut self) {
        let mut end = self.at + 1;
        let mut inside = String::new();
        while let Some(letter) = self.letters.get(end).copied()
            && (letter.is_ascii_digit() || letter == ',')
        {
            inside.push(letter);
            end += 1;
        }
        let good = self.letters.get(end) == Some(&'}')
            && !inside.is_empty()
            && inside.matches(',').count() <= 1
            && inside != ",";
        if !good {
            self.out.push_str(r"\{");
            self.at += 1;
            return;
        }
        let inside = match inside.strip_prefix(',') {
            Some(most) => format!("0,{most}"),
            None => inside,
        };
        self.out.push('{');
        self.out.push_str(&inside);
        self.out.push('}');
        self.at = end + 1;
    }

    fn escape(&mut self, in_class: bool) -> Result<(), String> {
        let Some(letter) = self.peek(1) else {
            return Err("it ends with a backslash".to_owned());
        };
        self.at += 2;
        match letter {
            'Z' if !in_class => self.out.push_str(r"\z"),
            '0'..='7' => {
                let mut digits = letter.to_string();
                while digits.len() < 3 && self.peek(0).is_some_and(|next| matches!(next, '0'..='7'))
                {
                    digits.extend(self.peek(0));
                    self.at += 1;
                }
                if letter == '0' || digits.len() == 3 || in_class {
                    let code = u32::from_str_radix(&digits, 8).unwrap_or(0);
                    let _ = write!(self.out, "\\x{{{code:x}}}");
                } else {
                    // A reference to a group: put back what is no part of its number.
                    self.at -= digits.len() - 1;
                    let mut number = letter.to_string();
                    if let Some(next) = self.peek(0).filter(char::is_ascii_digit) {
                        number.push(next);
                        self.at += 1;
                    }
                    let _ = write!(self.out, "(?:\\{number})");
                }
            }
            '8' | '9' => {
                let _ = write!(self.out, "(?:\\{letter})");
            }
            'b' if in_class => self.out.push_str(r"\x08"),
            letter if letter.is_ascii_alphabetic() => {
                if !"AbBdDsSwWafnrtvxuUN".contains(letter) {
                    return Err(format!("bad escape \\{letter}"));
                }
                self.out.push('\\');
                self.out.push(letter);
            }
            letter if r"\.+*?()|[]{}^$#&-~".contains(letter) => {
                self.out.push('\\');
                self.out.push(letter);
            }
            letter => self.out.push(letter),
        }
        Ok(())
    }

    fn class(&mut self) -> Result<(), String> {
        self.out.push('[');
        self.at += 1;
        if self.peek(0) == Some('^') {
            self.out.push('^');
            self.at += 1;
        }
        let mut first = true;
        loop {
            let Some(letter) = self.peek(0) else {
                return Err("unterminated character set".to_owned());
            };
            match letter {
                ']' if !first => {
                    self.out.push(']');
                    self.at += 1;
                    return Ok(());
                }
                '\\' => self.escape(true)?,
                '[' | ']' | '&' | '~' => {
                    self.out.push('\\');
                    self.out.push(letter);
                    self.at += 1;
                }
                // A hyphen at either end is itself; two in a row would be a difference of sets.
                '-' if first || self.peek(1) == Some(']') || self.peek(1) == Some('-') => {
                    self.out.push_str(r"\-");
                    self.at += 1;
                }
                letter => {
                    self.out.push(letter);
                    self.at += 1;
                }
            }
            first = false;
        }
    }
}
