//! Bytes that are not UTF-8, kept in text without loss.
//!
//! A byte that cannot be read as UTF-8 becomes one character of the last private plane
//! (U+10FF00 plus the byte). Those characters themselves are taken apart the same way, so every
//! byte string has exactly one text and comes back from it as it was.

const BASE: u32 = 0x10_FF00;

/// Returns the text of these bytes; [`bytes_of`] takes it back.
pub fn text_of(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for letter in chunk.valid().chars() {
            if u32::from(letter) >= BASE {
                let mut buffer = [0; 4];
                push_raw(&mut text, letter.encode_utf8(&mut buffer).as_bytes());
            } else {
                text.push(letter);
            }
        }
        push_raw(&mut text, chunk.invalid());
    }
    text
}

/// Returns the bytes that [`text_of`] made this text from; other text is its UTF-8.
pub fn bytes_of(text: &str) -> Vec<u8> {
    if !text.contains(|letter| u32::from(letter) >= BASE) {
        return text.as_bytes().to_vec();
    }
    let mut bytes = Vec::with_capacity(text.len());
    for letter in text.chars() {
        match u32::from(letter).checked_sub(BASE).map(u8::try_from) {
            Some(Ok(byte)) => bytes.push(byte),
            _ => bytes.extend(letter.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    bytes
}

fn push_raw(text: &mut String, bytes: &[u8]) {
    for byte in bytes {
        text.extend(char::from_u32(BASE + u32::from(*byte)));
    }
}

#[cfg(test)]
mod tests {
    use super::{bytes_of, text_of};

    #[test]
    fn every_byte_string_comes_back_as_it_was() {
        let odd = [
            b"caf\xe9\0 \xff\xfe".as_slice(),
            "\u{10ffff} \u{10ff41}é".as_bytes(),
        ];
        for bytes in odd {
            assert_eq!(bytes_of(&text_of(bytes)), bytes);
        }
        assert_eq!(text_of("plain é".as_bytes()), "plain é");
    }
}
