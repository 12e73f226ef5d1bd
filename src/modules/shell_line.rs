//! A shell line taken apart into its simple commands.

/// One program with its arguments, and the files its output is sent to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Simple {
    pub(super) words: Vec<String>,
    pub(super) writes: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Word,
    /// The target of `>`.
    Written,
    /// The source of `<`.
    Read,
}

#[derive(Default)]
struct Parts {
    done: Vec<Simple>,
    current: Simple,
    word: Option<String>,
}

impl Parts {
    fn end_word(&mut self, next: &mut Next) {
        let Some(word) = self.word.take() else { return };
        match next {
            Next::Word => self.current.words.push(word),
            Next::Written => self.current.writes.push(word),
            Next::Read => {}
        }
        *next = Next::Word;
    }

    fn end_command(&mut self, next: &mut Next) {
        self.end_word(next);
        let simple = std::mem::take(&mut self.current);
        if simple != Simple::default() {
            self.done.push(simple);
        }
    }
}

/// The simple commands of a line in their order. Nothing is expanded; what is substituted
/// (`$(…)`, backquotes) counts as commands of its own.
pub(super) fn commands(line: &str) -> Vec<Simple> {
    let mut parts = Parts::default();
    let mut next = Next::Word;
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\'' => {
                let word = parts.word.get_or_insert_default();
                word.extend(letters.by_ref().take_while(|letter| *letter != '\''));
            }
            '"' => {
                let word = parts.word.get_or_insert_default();
                while let Some(letter) = letters.next() {
                    match letter {
                        '"' => break,
                        '\\' => word.extend(letters.next()),
                        letter => word.push(letter),
                    }
                }
            }
            '\\' => match letters.next() {
                Some('\n') | None => {}
                Some(letter) => parts.word.get_or_insert_default().push(letter),
            },
            '#' if parts.word.is_none() => {
                while letters.next_if(|letter| *letter != '\n').is_some() {}
            }
            '>' | '<' => {
                // A number before it is a stream, not a word.
                if parts
                    .word
                    .as_ref()
                    .is_some_and(|word| word.parse::<u8>().is_ok())
                {
                    parts.word = None;
                }
                parts.end_word(&mut next);
                next = if letter == '>' {
                    Next::Written
                } else {
                    Next::Read
                };
                letters.next_if(|letter| matches!(letter, '>' | '|' | '<'));
                if letters.next_if_eq(&'&').is_some() {
                    // `>&2` names a stream.
                    while letters
                        .next_if(|letter| letter.is_ascii_digit() || *letter == '-')
                        .is_some()
                    {}
                    next = Next::Word;
                }
            }
            '&' if letters.peek() == Some(&'>') => parts.end_word(&mut next),
            '$' if letters.next_if_eq(&'(').is_some() => {
                // The word around it is known up to here only.
                if let Some(word) = &mut parts.word {
                    word.push('$');
                }
                parts.end_command(&mut next);
            }
            ';' | '&' | '|' | '\n' | '(' | ')' | '`' => parts.end_command(&mut next),
            letter if letter.is_whitespace() => parts.end_word(&mut next),
            letter => parts.word.get_or_insert_default().push(letter),
        }
    }
    parts.end_command(&mut next);
    parts.done
}

#[cfg(test)]
mod tests {
    use super::commands;

    fn told(line: &str) -> Vec<String> {
        commands(line)
            .iter()
            .map(|simple| format!("{} > {}", simple.words.join(","), simple.writes.join(",")))
            .collect()
    }

    #[test]
    fn operators_part_commands_and_redirections_are_kept_apart() {
        assert_eq!(
            told("a 'b c' >> out 2>/dev/null && d \"e;f\" | g 2>&1; h < in &"),
            ["a,b c > out,/dev/null", "d,e;f > ", "g > ", "h > "]
        );
        assert_eq!(told("a # b\nc"), ["a > ", "c > "]);
        assert_eq!(told("x &> all; y=$(z w)"), ["x > all", "y=$ > ", "z,w > "]);
        assert_eq!(
            told("echo \"it's\" 'never closed"),
            ["echo,it's,never closed > "]
        );
    }
}
