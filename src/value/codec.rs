//! Text as bytes in an encoding, and back.

use super::{bytes_of, text_of};

/// Letters of the code pages that differ from Latin-1, from their first byte on.
struct Page {
    first: u8,
    letters: &'static str,
}

/// Windows-1252 between 0x80 and 0x9f; a blank stands where it has no letter.
const CP1252: Page = Page {
    first: 0x80,
    letters: "\u{20ac} \u{201a}\u{192}\u{201e}\u{2026}\u{2020}\u{2021}\u{2c6}\u{2030}\u{160}\u{2039}\u{152} \u{17d}  \u{2018}\u{2019}\u{201c}\u{201d}\u{2022}\u{2013}\u{2014}\u{2dc}\u{2122}\u{161}\u{203a}\u{153} \u{17e}\u{178}",
};

/// Latin-9 between 0xa4 and 0xbe.
const LATIN9: Page = Page {
    first: 0xa4,
    letters: "\u{20ac}\u{a5}\u{160}\u{a7}\u{161}\u{a9}\u{aa}\u{ab}\u{ac}\u{ad}\u{ae}\u{af}\u{b0}\u{b1}\u{b2}\u{b3}\u{17d}\u{b5}\u{b6}\u{b7}\u{17e}\u{b9}\u{ba}\u{bb}\u{152}\u{153}\u{178}",
};

/// An encoding by one of Python's names for it.
#[derive(Clone, Copy)]
enum Encoding {
    Utf8,
    /// With a mark at its start.
    Utf8Marked,
    Ascii,
    Latin1,
    Paged(&'static Page),
    /// Of two bytes; `None` starts with a mark and is little-endian as written.
    Utf16(Option<Order>),
    Utf32(Option<Order>),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    Little,
    Big,
}

impl Encoding {
    fn named(name: &str) -> Result<Self, String> {
        use Order::{Big, Little};
        let plain: String = name
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .map(|letter| letter.to_ascii_lowercase())
            .collect();
        Ok(match plain.as_str() {
            "utf8" | "u8" | "utf" | "cp65001" => Self::Utf8,
            "utf8sig" => Self::Utf8Marked,
            "ascii" | "usascii" | "646" | "ansix341968" => Self::Ascii,
            "latin1" | "latin" | "iso88591" | "88591" | "8859" | "l1" | "cp819" => Self::Latin1,
            "cp1252" | "windows1252" | "1252" => Self::Paged(&CP1252),
            "iso885915" | "latin9" | "l9" => Self::Paged(&LATIN9),
            "utf16" | "u16" => Self::Utf16(None),
            "utf16le" | "unicodelittleunmarked" => Self::Utf16(Some(Little)),
            "utf16be" | "unicodebigunmarked" => Self::Utf16(Some(Big)),
            "utf32" | "u32" => Self::Utf32(None),
            "utf32le" => Self::Utf32(Some(Little)),
            "utf32be" => Self::Utf32(Some(Big)),
            _ => return Err(format!("the encoding `{name}` is not supported")),
        })
    }
}

impl Page {
    fn byte(&self, letter: char) -> Option<u8> {
        let code = u32::from(letter);
        let place = self
            .letters
            .chars()
            .position(|one| one == letter && one != ' ');
        if let Some(place) = place {
            return u8::try_from(usize::from(self.first) + place).ok();
        }
        let byte = u8::try_from(code).ok()?;
        self.replaced(byte).is_none().then_some(byte)
    }

    /// What stands for a byte that Latin-1 reads otherwise.
    fn replaced(&self, byte: u8) -> Option<char> {
        let place = byte.checked_sub(self.first)?;
        self.letters.chars().nth(usize::from(place))
    }

    fn letter(&self, byte: u8) -> Option<char> {
        match self.replaced(byte) {
            Some(' ') => None,
            Some(letter) => Some(letter),
            None => Some(char::from(byte)),
        }
    }
}

/// The bytes of a text in an encoding.
pub fn encoded(text: &str, name: &str) -> Result<Vec<u8>, String> {
    let wrong = || format!("the text cannot be encoded as {name}");
    let by_letter = |byte: &dyn Fn(char) -> Option<u8>| {
        text.chars()
            .map(|letter| byte(letter).ok_or_else(wrong))
            .collect()
    };
    let wide16 = |order: Order, marked: bool| {
        marked
            .then_some(0xfeff)
            .into_iter()
            .chain(text.encode_utf16())
            .flat_map(|unit| match order {
                Order::Little => unit.to_le_bytes(),
                Order::Big => unit.to_be_bytes(),
            })
            .collect()
    };
    let wide32 = |order: Order, marked: bool| {
        marked
            .then_some(0xfeff)
            .into_iter()
            .chain(text.chars().map(u32::from))
            .flat_map(|unit| match order {
                Order::Little => unit.to_le_bytes(),
                Order::Big => unit.to_be_bytes(),
            })
            .collect()
    };
    match Encoding::named(name)? {
        Encoding::Utf8 => Ok(bytes_of(text)),
        Encoding::Utf8Marked => Ok([b"\xef\xbb\xbf".to_vec(), bytes_of(text)].concat()),
        Encoding::Ascii => by_letter(&|letter| u8::try_from(letter).ok().filter(u8::is_ascii)),
        Encoding::Latin1 => by_letter(&|letter| u8::try_from(u32::from(letter)).ok()),
        Encoding::Paged(page) => by_letter(&|letter| page.byte(letter)),
        Encoding::Utf16(order) => Ok(wide16(order.unwrap_or(Order::Little), order.is_none())),
        Encoding::Utf32(order) => Ok(wide32(order.unwrap_or(Order::Little), order.is_none())),
    }
}

/// The text of bytes in an encoding.
pub fn decoded(bytes: &[u8], name: &str) -> Result<String, String> {
    let wrong = || format!("the bytes are not {name}");
    match Encoding::named(name)? {
        Encoding::Utf8 => String::from_utf8(bytes.to_vec()).map_err(|_| wrong()),
        Encoding::Utf8Marked => {
            let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
            String::from_utf8(bytes.to_vec()).map_err(|_| wrong())
        }
        Encoding::Ascii if bytes.is_ascii() => Ok(text_of(bytes)),
        Encoding::Ascii => Err(wrong()),
        Encoding::Latin1 => Ok(bytes.iter().map(|byte| char::from(*byte)).collect()),
        Encoding::Paged(page) => bytes
            .iter()
            .map(|byte| page.letter(*byte).ok_or_else(wrong))
            .collect(),
        Encoding::Utf16(order) => {
            let (order, bytes) = marked(order, bytes, [b"\xff\xfe", b"\xfe\xff"]);
            let units = bytes.chunks(2).map(|pair| match (pair, order) {
                ([one, two], Order::Little) => Ok(u16::from_le_bytes([*one, *two])),
                ([one, two], Order::Big) => Ok(u16::from_be_bytes([*one, *two])),
                _ => Err(wrong()),
            });
            let units: Vec<u16> = units.collect::<Result<_, _>>()?;
            String::from_utf16(&units).map_err(|_| wrong())
        }
        Encoding::Utf32(order) => {
            let (order, bytes) = marked(order, bytes, [b"\xff\xfe\0\0", b"\0\0\xfe\xff"]);
            let letters = bytes.chunks(4).map(|four| {
                let four: [u8; 4] = four.try_into().map_err(|_| wrong())?;
                let unit = match order {
                    Order::Little => u32::from_le_bytes(four),
                    Order::Big => u32::from_be_bytes(four),
                };
                char::from_u32(unit).ok_or_else(wrong)
            });
            letters.collect()
        }
    }
}

/// The order of the bytes, and what comes after a mark that tells it.
fn marked<'b>(
    order: Option<Order>,
    bytes: &'b [u8],
    [little, big]: [&[u8]; 2],
) -> (Order, &'b [u8]) {
    match order {
        Some(order) => (order, bytes),
        None => match (bytes.strip_prefix(little), bytes.strip_prefix(big)) {
            (Some(rest), _) => (Order::Little, rest),
            (None, Some(rest)) => (Order::Big, rest),
            (None, None) => (Order::Little, bytes),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::{decoded, encoded};

    #[test]
    fn what_is_encoded_comes_back() {
        for name in [
            "utf-8",
            "UTF8",
            "utf_8_sig",
            "latin-1",
            "iso-8859-15",
            "cp1252",
            "utf-16",
            "utf-16-le",
            "utf-16-be",
            "utf-32",
            "utf-32-be",
        ] {
            let bytes = encoded("caf\u{e9}\n", name);
            let text = bytes.and_then(|bytes| decoded(&bytes, name));
            assert_eq!(text.as_deref(), Ok("caf\u{e9}\n"), "{name}");
        }
    }

    #[test]
    fn letters_have_the_bytes_that_python_gives_them() {
        assert_eq!(encoded("\u{e9}", "latin1"), Ok(vec![0xe9]));
        assert_eq!(encoded("\u{20ac}", "cp1252"), Ok(vec![0x80]));
        assert_eq!(
            encoded("\u{20ac}\u{152}", "iso8859-15"),
            Ok(vec![0xa4, 0xbc])
        );
        assert_eq!(encoded("a", "utf-16"), Ok(vec![0xff, 0xfe, b'a', 0]));
        assert_eq!(decoded(b"\xfe\xff\0a", "utf16").as_deref(), Ok("a"));
    }

    #[test]
    fn what_an_encoding_does_not_have_is_refused() {
        assert!(encoded("\u{e9}", "ascii").is_err());
        assert!(encoded("\u{20ac}", "latin-1").is_err());
        assert!(encoded("\u{a4}", "iso-8859-15").is_err());
        assert!(encoded("a", "klingon").is_err());
        assert!(decoded(b"\x81", "cp1252").is_err());
        assert!(decoded(b"a", "utf-16").is_err());
    }
}
