//! A command line split into words as a POSIX shell does.

/// The words of a line: blanks part them, quotes and backslashes hold them together. Nothing is
/// expanded. `None` when a quote is never closed.
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
                            letter @ ('"' | '\\' | '$' | '`') => word.push(letter),
                            '\n' => {}
                            letter => word.extend(['\\', letter]),
                        },
                        letter => word.push(letter),
                    }
                }
            }
            '\\' => match letters.next()? {
                '\n' => {}
                letter => word.get_or_insert_default().push(letter),
            },
            letter if letter.is_ascii_whitespace() => words.extend(word.take()),
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
        assert_eq!(split("  "), Vec::<String>::new());
        assert_eq!(words("it's"), None);
    }
}
