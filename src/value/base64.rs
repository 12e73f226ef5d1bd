//! Base64.

const PLAIN: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Bytes as base64, in the alphabet for URLs when asked for.
pub fn encoded(bytes: &[u8], for_url: bool) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().enumerate().fold(0_u32, |word, (at, byte)| {
            word | u32::from(*byte) << (16 - 8 * at)
        });
        for at in 0..4_usize {
            if at > chunk.len() {
                out.push('=');
                continue;
            }
            let index = (word >> (18 - 6 * at)) & 63;
            let letter = char::from(PLAIN[usize::try_from(index).unwrap_or(0)]);
            out.push(match letter {
                '+' if for_url => '-',
                '/' if for_url => '_',
                letter => letter,
            });
        }
    }
    out
}

/// The bytes of base64; letters outside of its alphabet are passed over, as Python does.
///
/// `None` where the padding is wrong.
pub fn decoded(text: &str, for_url: bool) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let mut word = 0_u32;
    let mut count = 0_u32;
    for byte in text.bytes() {
        let byte = match byte {
            b'-' if for_url => b'+',
            b'_' if for_url => b'/',
            b'=' => {
                // What follows a finished group is passed over.
                if count >= 2 {
                    break;
                }
                continue;
            }
            other => other,
        };
        let Some(index) = PLAIN.iter().position(|letter| *letter == byte) else {
            continue;
        };
        word = word << 6 | u32::try_from(index).ok()?;
        count += 1;
        if count == 4 {
            out.extend_from_slice(&word.to_be_bytes()[1..]);
            word = 0;
            count = 0;
        }
    }
    let padding = text.bytes().rev().take_while(|byte| *byte == b'=').count();
    match count {
        0 => {}
        2 if padding >= 2 => out.push(u8::try_from(word >> 4 & 0xff).ok()?),
        3 if padding >= 1 => {
            out.push(u8::try_from(word >> 10 & 0xff).ok()?);
            out.push(u8::try_from(word >> 2 & 0xff).ok()?);
        }
        _ => return None,
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::encoded;

    #[test]
    fn base64_is_padded_to_fours() {
        assert_eq!(encoded(b"", false), "");
        assert_eq!(encoded(b"f", false), "Zg==");
        assert_eq!(encoded(b"fo", false), "Zm8=");
        assert_eq!(encoded(b"foob\xff", false), "Zm9vYv8=");
        assert_eq!(encoded(b"\xfb\xff", true), "-_8=");
    }
}
