//! Text taken apart into words, as a POSIX shell would.

/// Returns the words of an option string such as `ansible_ssh_common_args`.
///
/// Quotes and backslashes work as in Python's `shlex.split`, which Ansible uses for the same
/// settings; nothing is expanded.
///
/// # Errors
/// Says what is left open at the end of the text.
pub fn words(text: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            ' ' | '\t' | '\r' | '\n' => words.extend(word.take()),
            '\'' => {
                let word = word.get_or_insert_default();
                loop {
                    match letters.next() {
                        Some('\'') => break,
                        Some(inside) => word.push(inside),
                        None => return Err(format!("a single quote is left open in `{text}`")),
                    }
                }
            }
            '"' => {
                let word = word.get_or_insert_default();
                loop {
                    match letters.next() {
                        Some('"') => break,
                        Some('\\') => match letters.next() {
                            Some(escaped @ ('"' | '\\')) => word.push(escaped),
                            Some(other) => word.extend(['\\', other]),
                            None => return Err(open_quote(text)),
                        },
                        Some(inside) => word.push(inside),
                        None => return Err(open_quote(text)),
                    }
                }
            }
            '\\' => match letters.next() {
                Some(escaped) => word.get_or_insert_default().push(escaped),
                None => return Err(format!("a backslash ends `{text}`")),
            },
            other => word.get_or_insert_default().push(other),
        }
    }
    words.extend(word);
    Ok(words)
}

fn open_quote(text: &str) -> String {
    format!("a double quote is left open in `{text}`")
}

/// Returns one line that every login shell (sh, csh, fish) takes apart into these words.
pub(super) fn line_of<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let quoted: Vec<String> = words.into_iter().map(quoted).collect();
    quoted.join(" ")
}

fn quoted(word: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./:=@%+,".contains(letter);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::{line_of, words};

    #[test]
    fn options_split_as_a_shell_splits_them() {
        assert_eq!(
            words(r#"-o ProxyCommand="ssh -W %h:%p 'b c'" -F /a\ b '' "x\"\n""#).unwrap(),
            [
                "-o",
                "ProxyCommand=ssh -W %h:%p 'b c'",
                "-F",
                "/a b",
                "",
                r#"x"\n"#
            ]
        );
        assert!(words("-o 'x").is_err());
        assert!(words("-o \"x").is_err());
        assert!(words("x\\").is_err());
    }

    #[test]
    fn a_line_comes_apart_into_the_same_words() {
        let odd = [
            "sh",
            "-c",
            "a 'b' $(c) \"d\" ;",
            "",
            "root; rm",
            "new\nline",
        ];
        assert_eq!(words(&line_of(odd)).unwrap(), odd);
    }
}
