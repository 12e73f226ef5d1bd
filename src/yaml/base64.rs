//! Base64, as `!!binary` holds bytes.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The bytes that this Base64 text holds; blanks and line ends do not count.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    let (mut bytes, mut bits, mut filled) = (Vec::new(), 0_u32, 0);
    let letters: Vec<u8> = text.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
    let body = letters
        .strip_suffix(b"==")
        .or_else(|| letters.strip_suffix(b"="));
    for letter in body.unwrap_or(&letters) {
        let six = ALPHABET.iter().position(|known| known == letter)?;
        bits = (bits << 6) | u32::try_from(six).ok()?;
        filled += 6;
        if filled >= 8 {
            filled -= 8;
            bytes.push(u8::try_from((bits >> filled) & 0xff).ok()?);
        }
    }
    letters.len().is_multiple_of(4).then_some(bytes)
}

/// The bytes as Base64 in lines of 76 letters, each with its line end.
pub(super) fn encode_lines(bytes: &[u8]) -> String {
    let mut text = String::new();
    for line in bytes.chunks(57) {
        for triple in line.chunks(3) {
            let byte = |at: usize| u32::from(triple.get(at).copied().unwrap_or(0));
            let bits = (byte(0) << 16) | (byte(1) << 8) | byte(2);
            for at in 0..4 {
                let six = usize::try_from((bits >> (18 - 6 * at)) & 63).unwrap_or(0);
                let there = usize::try_from(at).unwrap_or(0) <= triple.len();
                text.push(if there {
                    char::from(ALPHABET[six])
                } else {
                    '='
                });
            }
        }
        text.push('\n');
    }
    text
}
