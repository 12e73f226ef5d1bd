//! Python literals, which values in INI inventories are.

use num_bigint::BigInt;
use num_traits::Num;

use crate::value::{Key, Map, Text, Value};

/// Brackets deeper than this are text: Python gives up on them as well.
const DEPTH: usize = 90;

/// Reads `text` as a Python literal; `None` when it is none and so means itself. Every string in
/// it passes through `mark`. Tuples and sets are lists.
pub(super) fn literal(text: &str, mark: &mut dyn FnMut(&str) -> Text) -> Option<Value> {
    let text = text.trim_start_matches([' ', '\t']);
    let mut reader = Reader {
        text,
        at: 0,
        mark,
        depth: 0,
    };
    let value = reader.tuple_or_value(None)?;
    reader.skip(false);
    // Past the expression only empty lines and comments may come.
    reader.skip(true);
    (reader.at == text.len()).then_some(value)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    mark: &'a mut dyn FnMut(&str) -> Text,
    depth: usize,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Passes blanks and comments, inside brackets line ends too.
    fn skip(&mut self, lines: bool) {
        while let Some(letter) = self.peek() {
            match letter {
                ' ' | '\t' | '\x0c' => self.at += 1,
                '\n' | '\r' if lines => self.at += 1,
                '#' => self.at += self.rest().find('\n').unwrap_or(self.rest().len()),
                _ => break,
            }
        }
    }

    fn eat(&mut self, mark: char) -> bool {
        self.skip(self.depth > 0);
        let eaten = self.peek() == Some(mark);
        if eaten {
            self.at += mark.len_utf8();
        }
        eaten
    }

    /// One value, or several with commas between them up to `close`.
    fn tuple_or_value(&mut self, close: Option<char>) -> Option<Value> {
        if close.is_some_and(|close| self.eat(close)) {
            return Some(Value::list([]));
        }
        let first = self.value()?;
        if !self.eat(',') {
            return match close {
                Some(close) => self.eat(close).then_some(first),
                None => Some(first),
            };
        }
        let mut items = vec![first];
        loop {
            match close {
                Some(close) if self.eat(close) => return Some(Value::from(items)),
                None if self.peek().is_none() => return Some(Value::from(items)),
                _ => {}
            }
            items.push(self.value()?);
            if !self.eat(',') {
                return match close {
                    Some(close) => self.eat(close).then(|| Value::from(items)),
                    None => Some(Value::from(items)),
                };
            }
            self.skip(self.depth > 0);
        }
    }

    fn value(&mut self) -> Option<Value> {
        self.skip(self.depth > 0);
        match self.peek()? {
            open @ ('(' | '[' | '{') => {
                self.at += 1;
                self.depth += 1;
                let value = if self.depth > DEPTH {
                    None
                } else {
                    match open {
                        '(' => self.tuple_or_value(Some(')')),
                        '[' => self.items(']'),
                        _ => self.dictionary(),
                    }
                };
                self.depth -= 1;
                value
            }
            '+' | '-' => self.signed(),
            '.' if self.depth > 0 && self.rest().starts_with("...") => {
                self.at += 3;
                Some(Value::Text((self.mark)("...")))
            }
            '0'..='9' | '.' => self.number(),
            _ => self.word_or_string(),
        }
    }

    fn items(&mut self, close: char) -> Option<Value> {
        let mut items = Vec::new();
        while !self.eat(close) {
            items.push(self.value()?);
            if !self.eat(',') {
                return self.eat(close).then(|| Value::from(items));
            }
        }
        Some(Value::from(items))
    }

    fn dictionary(&mut self) -> Option<Value> {
        let mut map = Map::new();
        if self.eat('}') {
            return Some(Value::from(map));
        }
        let first = self.value()?;
        if !self.eat(':') {
            let mut items = vec![first];
            while self.eat(',') {
                if self.eat('}') {
                    return Some(Value::from(items));
                }
                items.push(self.value()?);
            }
            return self.eat('}').then(|| Value::from(items));
        }
        let mut key = first;
        loop {
            map.insert(key_of(&key)?, self.value()?);
            if !self.eat(',') {
                return self.eat('}').then(|| Value::from(map));
            }
            if self.eat('}') {
                return Some(Value::from(map));
            }
            key = self.value()?;
            if !self.eat(':') {
                return None;
            }
        }
    }

    fn signed(&mut self) -> Option<Value> {
        let minus = self.peek()? == '-';
        self.at += 1;
        self.skip(self.depth > 0);
        let number = match self.peek()? {
            '0'..='9' | '.' => self.number()?,
            '(' => self.value()?,
            _ => return None,
        };
        Some(match number {
            Value::Int(number) if minus => Value::whole(-BigInt::from(number)),
            Value::Big(number) if minus => Value::whole(-BigInt::clone(&number)),
            Value::Float(number) if minus => Value::Float(-number),
            Value::Int(_) | Value::Big(_) | Value::Float(_) => number,
            _ => return None,
        })
    }

    fn number(&mut self) -> Option<Value> {
        let rest = self.rest();
        let mut end = 0;
        let mut before = ' ';
        for letter in rest.chars() {
            let exponent = matches!(before, 'e' | 'E') && !rest.starts_with("0x");
            if !(letter.is_ascii_alphanumeric()
                || letter == '_'
                || letter == '.'
                || (exponent && matches!(letter, '+' | '-')))
            {
                break;
            }
            end += letter.len_utf8();
            before = letter;
        }
        let written = &rest[..end];
        let value = match number(written) {
            Some(value) => value,
            None if self.depth > 0 => {
                // A complex number is nothing that variables hold: it stays as Python shows it.
                let part = written.strip_suffix(['j', 'J'])?;
                let shown = match number(part)? {
                    Value::Float(number) if number.fract() == 0.0 => format!("{number:.0}j"),
                    Value::Float(number) => format!("{number}j"),
                    Value::Int(number) => format!("{number}j"),
                    _ => return None,
                };
                Value::Text((self.mark)(&shown))
            }
            None => return None,
        };
        self.at += end;
        Some(value)
    }

    fn word_or_string(&mut self) -> Option<Value> {
        let rest = self.rest();
        let end = rest
            .find(|letter: char| !letter.is_alphanumeric() && letter != '_')
            .unwrap_or(rest.len());
        if rest[end..].starts_with(['\'', '"']) && end <= 2 {
            return self.strings();
        }
        let value = match &rest[..end] {
            "True" => Value::Bool(true),
            "False" => Value::Bool(false),
            "None" => Value::Null,
            "set" if rest[end..].starts_with("()") => {
                self.at += 2;
                Value::list([])
            }
            _ => return None,
        };
        self.at += end;
        Some(value)
    }

    /// One string, or several side by side, which are one.
    fn strings(&mut self) -> Option<Value> {
        let mut whole = String::new();
        let mut bytes = None;
        loop {
            let rest = self.rest();
            let quote = rest.find(['\'', '"']).filter(|at| *at <= 2);
            let prefix = match quote {
                Some(at) => rest[..at].to_lowercase(),
                None => break,
            };
            let (raw, is_bytes) = match prefix.as_str() {
                "" | "u" => (false, false),
                "r" => (true, false),
                "b" => (false, true),
                "br" | "rb" => (true, true),
                _ if bytes.is_some() => break,
                _ => return None,
            };
            if *bytes.get_or_insert(is_bytes) != is_bytes {
                return None;
            }
            self.at += prefix.len();
            self.string(raw, is_bytes, &mut whole)?;
            self.skip(self.depth > 0);
        }
        // Bytes are no template: Ansible takes them for data as well.
        Some(Value::Text(if bytes? {
            Text::from(whole)
        } else {
            (self.mark)(&whole)
        }))
    }

    fn string(&mut self, raw: bool, bytes: bool, whole: &mut String) -> Option<()> {
        let quote = self.peek()?;
        let triple: String = std::iter::repeat_n(quote, 3).collect();
        let close = if self.rest().starts_with(&triple) {
            triple
        } else {
            quote.to_string()
        };
        self.at += close.len();
        loop {
            if self.rest().starts_with(&close) {
                self.at += close.len();
                return Some(());
            }
            let letter = self.peek()?;
            self.at += letter.len_utf8();
            match letter {
                '\\' if raw => {
                    whole.push('\\');
                    let next = self.peek()?;
                    self.at += next.len_utf8();
                    whole.push(next);
                }
                '\\' => self.escape(bytes, whole)?,
                '\n' if close.len() == 1 => return None,
                letter if bytes && !letter.is_ascii() => return None,
                letter => whole.push(letter),
            }
        }
    }

    fn escape(&mut self, bytes: bool, whole: &mut String) -> Option<()> {
        let letter = self.peek()?;
        self.at += letter.len_utf8();
        let plain = match letter {
            '\n' => return Some(()),
            '\\' | '\'' | '"' => letter,
            'a' => '\x07',
            'b' => '\x08',
            'f' => '\x0c',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\x0b',
            '0'..='7' => {
                let digits = self.rest().bytes().take(2);
                let more = digits
                    .take_while(|digit| (b'0'..=b'7').contains(digit))
                    .count();
                let code = u32::from_str_radix(&self.text[self.at - 1..self.at + more], 8).ok()?;
                self.at += more;
                char::from_u32(code)?
            }
            'x' => self.code(2)?,
            'u' if !bytes => self.code(4)?,
            'U' if !bytes => self.code(8)?,
            // Characters by their names are left as they are written.
            'N' if !bytes => return None,
            other => {
                whole.push('\\');
                other
            }
        };
        whole.push(plain);
        Some(())
    }

    fn code(&mut self, digits: usize) -> Option<char> {
        let text = self.rest().get(..digits)?;
        if !text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        let code = u32::from_str_radix(text, 16).ok()?;
        self.at += digits;
        char::from_u32(code)
    }
}

fn key_of(value: &Value) -> Option<Key> {
    match value {
        Value::List(items) => items
            .iter()
            .map(key_of)
            .collect::<Option<Vec<_>>>()
            .map(Key::Tuple),
        other => Key::from_value(other),
    }
}

/// A number as Python writes one; complex numbers are none here.
fn number(written: &str) -> Option<Value> {
    if written.ends_with('_') || written.contains("__") || written.starts_with('_') {
        return None;
    }
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] {
        let lower = written.to_ascii_lowercase();
        if let Some(digits) = lower.strip_prefix(prefix) {
            return Some(Value::whole(
                BigInt::from_str_radix(&digits.replace('_', ""), radix).ok()?,
            ));
        }
    }
    let digits = written.replace('_', "");
    if digits.bytes().all(|digit| digit.is_ascii_digit()) {
        let octal = digits.len() > 1
            && digits.starts_with('0')
            && digits.bytes().any(|digit| digit != b'0');
        return (!octal).then(|| BigInt::from_str_radix(&digits, 10).ok().map(Value::whole))?;
    }
    let shaped =
        digits.contains(['.', 'e', 'E']) && digits.contains(|letter: char| letter.is_ascii_digit());
    let only =
        |letter: char| letter.is_ascii_digit() || matches!(letter, '.' | 'e' | 'E' | '+' | '-');
    if !shaped || !digits.chars().all(only) {
        return None;
    }
    digits.parse().ok().map(Value::Float)
}

/// The literal, or the text itself where it is none.
pub(super) fn value(text: &str, mark: &mut dyn FnMut(&str) -> Text) -> Value {
    literal(text, mark).unwrap_or_else(|| Value::Text(mark(text)))
}

#[cfg(test)]
mod tests {
    use super::value;
    use crate::value::{Text, Value, to_json};

    fn read(text: &str) -> String {
        to_json(&value(text, &mut |text| Text::from(text))).to_string()
    }

    /// Answers of ansible-core 2.19.14.
    #[test]
    fn values_are_python_literals_where_they_parse() {
        for (written, means) in [
            ("(1,2)", "[1,2]"),
            ("{1,2}", "[1,2]"),
            ("1e3", "1000.0"),
            ("-5", "-5"),
            ("b'x'", "\"x\""),
            ("[..., 1j, 1.5J]", "[\"...\",\"1j\",\"1.5j\"]"),
            ("1j", "\"1j\""),
            ("...", "\"...\""),
            ("[1,'{{a}}']", "[1,\"{{a}}\"]"),
            ("1 # c", "1"),
            ("{'a':(1,2),3:4}", "{\"a\":[1,2],\"3\":4}"),
            ("0o17", "15"),
            ("0x1F", "31"),
            ("1_000", "1000"),
            ("-0.5", "-0.5"),
            ("'a' 'b'", "\"ab\""),
            ("[1,2,]", "[1,2]"),
            (r"r'\n'", r#""\\n""#),
            (r"'\x41\u00e9\n'", r#""Aé\n""#),
            ("f'x'", "\"f'x'\""),
            ("nan", "\"nan\""),
            ("1.", "1.0"),
            (".5", "0.5"),
            ("--5", "\"--5\""),
            ("+5", "5"),
            ("0777", "\"0777\""),
            ("00", "0"),
            ("not x", "\"not x\""),
            ("1,2", "[1,2]"),
            ("()", "[]"),
            ("(1)", "1"),
            ("'''tri'''", "\"tri\""),
            ("{}", "{}"),
            ("set()", "[]"),
            ("TRUE", "\"TRUE\""),
            ("None", "null"),
            ("[True,None]", "[true,null]"),
            ("u'x'", "\"x\""),
            ("{'a':1,'a':2}", "{\"a\":2}"),
            ("{**{}}", "\"{**{}}\""),
            ("1 + 2", "\"1 + 2\""),
            ("'%s'", "\"%s\""),
            (r"'\q'", r#""\\q""#),
            ("[", "\"[\""),
            ("1L", "\"1L\""),
            ("0b101", "5"),
            ("-(5)", "-5"),
            ("(1,)", "[1]"),
            ("'x' y", "\"'x' y\""),
            ("\"multi", "\"\\\"multi\""),
            ("1;2", "\"1;2\""),
            ("1.2.3.4", "\"1.2.3.4\""),
            ("yes", "\"yes\""),
            ("[1, 2,", "\"[1, 2,\""),
            ("{\"x\": 1} # z", "{\"x\":1}"),
            ("", "\"\""),
            ("1_", "\"1_\""),
            ("1.10", "1.1"),
            ("é", "\"é\""),
        ] {
            assert_eq!(read(written), means, "{written}");
        }
        let Value::Big(number) = value("123456789012345678901234567890", &mut |text| {
            Text::from(text)
        }) else {
            unreachable!()
        };
        assert_eq!(number.to_string(), "123456789012345678901234567890");
    }

    #[test]
    fn a_thousand_brackets_are_text() {
        let deep = "[".repeat(5000);
        assert_eq!(
            value(&deep, &mut |text| Text::from(text)),
            Value::from(deep.as_str())
        );
    }
}
