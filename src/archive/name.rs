//! Names of entries, judged component by component.

use super::{Unsound, shown};
use crate::value::text_of;

/// What a file system takes.
const LONGEST_COMPONENT: usize = 255;
const LONGEST: usize = 4095;

/// Where a name comes from: a backslash separates for those who make zips, and is a letter in tar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Maker {
    Zip,
    Tar,
}

/// The name in its plainest form; refused when it could lead out of the destination or deceives.
pub(super) fn clean(raw: &[u8], maker: Maker) -> Result<String, Unsound> {
    let name = text_of(raw);
    let refuse = |why: &str| Err(Unsound(format!("the name {} {why}", shown(&name))));
    if name.is_empty() {
        return Err(Unsound("an entry has no name".to_owned()));
    }
    if name.chars().any(deceives) {
        return refuse("has control characters in it");
    }
    if name.starts_with(['/', '\\']) {
        return refuse("is absolute");
    }
    let mut letters = name.chars();
    if let (Some('a'..='z' | 'A'..='Z'), Some(':'), Some('/' | '\\')) =
        (letters.next(), letters.next(), letters.next())
    {
        return refuse("is absolute");
    }
    if name.split(['/', '\\']).any(|part| part == "..") {
        return refuse("leads out of the destination with `..`");
    }
    if maker == Maker::Zip && name.contains('\\') {
        return refuse("has backslashes in it");
    }
    let parts: Vec<&str> = name
        .split('/')
        .filter(|part| !matches!(*part, "" | "."))
        .collect();
    let bytes = |text: &str| crate::value::bytes_of(text).len();
    if parts.iter().any(|part| bytes(part) > LONGEST_COMPONENT) || bytes(&name) > LONGEST {
        return refuse("is longer than a file system takes");
    }
    Ok(parts.join("/"))
}

/// Characters that a terminal obeys, or that turn what follows around.
fn deceives(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::{Maker, clean};

    #[test]
    fn names_that_stay_below_are_taken_and_the_rest_is_refused() {
        let good = |raw: &str| clean(raw.as_bytes(), Maker::Zip).ok();
        assert_eq!(good("a/b").as_deref(), Some("a/b"));
        assert_eq!(good("./a//b/").as_deref(), Some("a/b"));
        assert_eq!(good("..././x").as_deref(), Some(".../x"));
        assert_eq!(good("a..b/c").as_deref(), Some("a..b/c"));
        for bad in [
            "",
            "../x",
            "a/../../x",
            "a/..",
            "/etc/x",
            "\\x",
            "C:/x",
            "C:\\x",
            "a\\b",
            "..\\x",
            "a\nb",
            "a\u{1b}[2Jb",
            "a\u{202e}b",
            "a\0b",
        ] {
            assert_eq!(good(bad), None, "{bad:?}");
        }
        assert!(clean(b"dev-disk\\x2d1", Maker::Tar).is_ok());
        assert!(clean(b"a\\..\\..\\b", Maker::Tar).is_err());
        assert!(clean(&[b'x'; 256], Maker::Tar).is_err());
        let latin = clean(b"caf\xe9", Maker::Tar).unwrap();
        assert_eq!(crate::value::bytes_of(&latin), b"caf\xe9");
    }
}
