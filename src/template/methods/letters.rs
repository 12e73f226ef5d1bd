//! What Python knows about single letters.

/// Whether the letter is a digit for `str.isdigit`: decimal, or such as a superscript two.
pub(super) fn is_digit(letter: char) -> bool {
    is_decimal(letter)
        || matches!(u32::from(letter),
            0xb2 | 0xb3 | 0xb9 | 0x2070 | 0x2074..=0x2079 | 0x2080..=0x2089
            | 0x2460..=0x2468 | 0x2474..=0x247c | 0x2488..=0x2490 | 0x24ea | 0x24f5..=0x24fd
            | 0x24ff | 0x2776..=0x277e | 0x2780..=0x2788 | 0x278a..=0x2792)
}

/// Whether the letter is one of ten digits of some script.
pub(super) fn is_decimal(letter: char) -> bool {
    letter.is_ascii_digit()
        || (letter.is_numeric()
            && matches!(u32::from(letter),
                0x660..=0x669 | 0x6f0..=0x6f9 | 0x7c0..=0x7c9 | 0x966..=0x96f | 0x9e6..=0x9ef
                | 0xa66..=0xa6f | 0xae6..=0xaef | 0xb66..=0xb6f | 0xbe6..=0xbef | 0xc66..=0xc6f
                | 0xce6..=0xcef | 0xd66..=0xd6f | 0xe50..=0xe59 | 0xed0..=0xed9 | 0xf20..=0xf29
                | 0x1040..=0x1049 | 0x17e0..=0x17e9 | 0x1810..=0x1819 | 0xff10..=0xff19))
}

/// Whether the letter may begin a Python name.
pub(super) fn begins_name(letter: char) -> bool {
    letter == '_' || letter.is_alphabetic()
}

/// Whether the letter has a case at all.
pub(super) fn is_cased(letter: char) -> bool {
    letter.is_lowercase() || letter.is_uppercase()
}

/// The text in the form that compares without case.
pub(super) fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            'ß' | 'ẞ' => out.push_str("ss"),
            'ς' => out.push('σ'),
            'ſ' => out.push('s'),
            'ŉ' => out.push_str("ʼn"),
            letter => out.extend(letter.to_lowercase()),
        }
    }
    out
}
