//! What `re.sub` puts in place of a match.

use super::{BadPattern, Groups, Pattern};

#[derive(Debug)]
enum Part {
    Text(String),
    Group(usize),
}

/// A parsed replacement, with its references to groups.
#[derive(Debug)]
pub struct Replacement(Vec<Part>);

impl Replacement {
    /// Reads `\1`, `\g<1>`, `\g<name>` and escapes.
    pub fn parse(text: &str, pattern: &Pattern) -> Result<Self, BadPattern> {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut letters = text.chars().peekable();
        let group = |number: usize| {
            if number <= pattern.groups() {
                Ok(Part::Group(number))
            } else {
                Err(BadPattern::new(format!("invalid group reference {number}")))
            }
        };
        while let Some(letter) = letters.next() {
            if letter != '\\' {
                plain.push(letter);
                continue;
            }
            let Some(kind) = letters.next() else {
                return Err(BadPattern::new("bad escape (end of pattern)"));
            };
            match kind {
                'g' => {
                    if letters.next() != Some('<') {
                        return Err(BadPattern::new("missing < in the group reference"));
                    }
                    let name: String = letters
                        .by_ref()
                        .take_while(|letter| *letter != '>')
                        .collect();
                    let number = match name.parse() {
                        Ok(number) => number,
                        Err(_) => pattern.group(&name).ok_or_else(|| {
                            BadPattern::new(format!("unknown group name `{name}`"))
                        })?,
                    };
                    parts.push(Part::Text(std::mem::take(&mut plain)));
                    parts.push(group(number)?);
                }
                '0' => {
                    let mut digits = String::new();
                    while digits.len() < 2
                        && let Some(digit) = letters.next_if(|digit| matches!(digit, '0'..='7'))
                    {
                        digits.push(digit);
                    }
                    let code = u32::from_str_radix(&digits, 8).unwrap_or(0);
                    plain.extend(char::from_u32(code));
                }
                '1'..='9' => {
                    let mut digits = kind.to_string();
                    if let Some(digit) = letters.next_if(char::is_ascii_digit) {
                        digits.push(digit);
                        let octal = digits.bytes().all(|digit| digit < b'8') && kind < '4';
                        if octal
                            && let Some(digit) = letters.next_if(|digit| matches!(digit, '0'..='7'))
                        {
                            digits.push(digit);
                            let code = u32::from_str_radix(&digits, 8).unwrap_or(0);
                            plain.extend(char::from_u32(code));
                            continue;
                        }
                    }
                    parts.push(Part::Text(std::mem::take(&mut plain)));
                    parts.push(group(digits.parse().unwrap_or(usize::MAX))?);
                }
                'n' => plain.push('\n'),
                't' => plain.push('\t'),
                'r' => plain.push('\r'),
                'a' => plain.push('\x07'),
                'b' => plain.push('\x08'),
                'f' => plain.push('\x0c'),
                'v' => plain.push('\x0b'),
                '\\' => plain.push('\\'),
                letter if letter.is_ascii_alphabetic() => {
                    return Err(BadPattern::new(format!("bad escape \\{letter}")));
                }
                letter => {
                    plain.push('\\');
                    plain.push(letter);
                }
            }
        }
        parts.push(Part::Text(plain));
        Ok(Self(parts))
    }

    /// The replacement for one match in this text.
    pub fn fill(&self, text: &str, groups: &Groups, out: &mut String) {
        for part in &self.0 {
            match part {
                Part::Text(plain) => out.push_str(plain),
                Part::Group(number) => {
                    if let Some(Some((start, end))) = groups.get(*number) {
                        out.push_str(&text[*start..*end]);
                    }
                }
            }
        }
    }
}
