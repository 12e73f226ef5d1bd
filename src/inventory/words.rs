//! A line cut into words, as Python's `shlex` cuts it.

use std::ops::Range;

/// One word without its quotes, and the bytes of the line it was made of.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) text: String,
    pub(super) range: Range<usize>,
}

/// Cuts a line at blanks that are not quoted; `#` starts a comment, even inside a word.
///
/// # Errors
/// The byte where a quote or a backslash stands that nothing follows.
pub(super) fn words(line: &str) -> Result<Vec<Word>, usize> {
    let mut words = Vec::new();
    let mut word: Option<Word> = None;
    let mut letters = line.char_indices();
    while let Some((at, letter)) = letters.next() {
        if letter.is_ascii_whitespace() {
            words.extend(word.take());
            continue;
        }
        if letter == '#' {
            break;
        }
        let current = word.get_or_insert_with(|| Word {
            text: String::new(),
            range: at..at,
        });
        match letter {
            '\\' => {
                let (_, next) = letters.next().ok_or(at)?;
                current.text.push(next);
            }
            '\'' => loop {
                match letters.next().ok_or(at)? {
                    (_, '\'') => break,
                    (_, inner) => current.text.push(inner),
                }
            },
            '"' => loop {
                match letters.next().ok_or(at)? {
                    (_, '"') => break,
                    (_, '\\') => {
                        let (_, next) = letters.next().ok_or(at)?;
                        // Inside quotes a backslash is one, unless it guards a quote or another.
                        if !matches!(next, '"' | '\\') {
                            current.text.push('\\');
                        }
                        current.text.push(next);
                    }
                    (_, inner) => current.text.push(inner),
                }
            },
            letter => current.text.push(letter),
        }
        current.range.end = line.len() - letters.as_str().len();
    }
    words.extend(word);
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn words_are_cut_as_shlex_cuts_them() {
        let line = r#"h1 b="x y" c='q' e={'a':1} o=a\ b p="\"\n" '' q=1#note r=2"#;
        let seen = words(line).unwrap();
        let texts: Vec<&str> = seen.iter().map(|word| word.text.as_str()).collect();
        assert_eq!(
            texts,
            [
                "h1", "b=x y", "c=q", "e={a:1}", "o=a b", "p=\"\\n", "", "q=1"
            ]
        );
        assert_eq!(&line[seen[1].range.clone()], "b=\"x y\"");
        assert_eq!(words("h a=\"x"), Err(4));
        assert_eq!(words("h a\\"), Err(3));
    }
}
