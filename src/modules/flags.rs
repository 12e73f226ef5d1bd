//! The flags of an inode as letters.

use super::Refusal;
use crate::state::Meta;

/// The letters of `lsattr` and the kernel's bits.
const LETTERS: &[(char, u32)] = &[
    ('s', 0x1),
    ('u', 0x2),
    ('S', 0x8),
    ('D', 0x1_0000),
    ('i', 0x10),
    ('a', 0x20),
    ('d', 0x40),
    ('A', 0x80),
    ('c', 0x4),
    ('E', 0x800),
    ('j', 0x4000),
    ('I', 0x1000),
    ('t', 0x8000),
    ('T', 0x2_0000),
    ('e', 0x8_0000),
    ('C', 0x80_0000),
    ('x', 0x200_0000),
    ('F', 0x4000_0000),
    ('N', 0x1000_0000),
    ('P', 0x2000_0000),
    ('V', 0x10_0000),
    ('m', 0x400),
];

/// The flags of something that has `seen`, with letters set (`=` or nothing), added or removed.
pub(super) fn on(asked: &str, seen: Option<u32>) -> Result<u32, Refusal> {
    let (operator, letters) = match asked.chars().next() {
        Some(operator @ ('+' | '-' | '=')) => (operator, &asked[1..]),
        _ => ('=', asked),
    };
    let mut bits = 0;
    for letter in letters.chars() {
        let known = LETTERS.iter().find(|(known, _)| *known == letter);
        let Some((_, bit)) = known else {
            let message = format!("chattr failed: there is no attribute `{letter}`");
            return Err(Refusal::of("attributes", message));
        };
        bits |= bit;
    }
    // What only the file system sets is there or not, whatever is asked.
    bits &= Meta::FLAGS;
    let seen = seen.unwrap_or_default();
    Ok(match operator {
        '+' => seen | bits,
        '-' => seen & !bits,
        _ => bits,
    })
}

#[cfg(test)]
mod tests {
    use super::on;

    #[test]
    fn letters_are_set_added_and_removed() {
        let flags = |asked: &str, seen| on(asked, Some(seen)).ok();
        assert_eq!(flags("id", 0x8), Some(0x50));
        assert_eq!(flags("+d", 0x8), Some(0x48));
        assert_eq!(flags("-d", 0x48), Some(0x8));
        assert_eq!(flags("=de", 0), Some(0x40));
        assert_eq!(flags("q", 0), None);
    }
}
