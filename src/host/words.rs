//! A command line split into words as Python's `shlex` does.

/// The words of a line: blanks part them, quotes and backslashes hold them together. Nothing is
/// expanded. `None` when a quote is never closed.
///
/// Ansible splits commands with `shlex`, which differs from a shell in double quotes: a backslash
/// there guards only a quote or another backslash, and a guarded line feed stays.
pub fn words(line: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\'' => {
                let word = word.get_or_insert_default();
                loop {
                    match letters.next()? {
                        '\'' => break,
                        letter => word.push(letter),
                    }
                }
            }
            '"' => {
                let word = word.get_or_insert_default();
                loop {
                    match letters.next()? {
                        '"' => break,
                        '\\' => match letters.next()? {
                            letter @ ('"' | '\\') => word.push(letter),
                            letter => word.extend(['\\', letter]),
                        },
                        letter => word.push(letter),
                    }
                }
            }
            '\\' => word.get_or_insert_default().push(letters.next()?),
            ' ' | '\t' | '\r' | '\n' => words.extend(word.take()),
            letter => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    Some(words)
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn quotes_hold_words_together() {
        let split = |line: &str| words(line).unwrap_or_default();
        assert_eq!(
            split(r#"a 'b c' "d \"e" f\ g ''"#),
            ["a", "b c", "d \"e", "f g", ""]
        );
        assert_eq!(split(r#""a\$b" a\$b "\n""#), [r"a\$b", "a$b", r"\n"]);
        assert_eq!(split("  "), Vec::<String>::new());
        assert_eq!(words("it's"), None);
    }
}
