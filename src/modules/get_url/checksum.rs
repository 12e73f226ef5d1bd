//! What a download must be, and lists that say so.

use crate::{
    host::{Observe, Seen},
    modules::returned::digest,
    state::Content,
};

/// The digest that a content must have.
#[derive(Clone, Debug)]
pub(super) struct Checksum {
    algorithm: Algorithm,
    /// Hexadecimal, in lower case.
    pub(super) digits: String,
}

#[derive(Clone, Copy, Debug)]
enum Algorithm {
    Md5,
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
}

impl Checksum {
    pub(super) fn read(algorithm: &str, digits: &str) -> Result<Self, String> {
        let algorithm = match algorithm {
            "md5" => Algorithm::Md5,
            "sha1" => Algorithm::Sha1,
            "sha224" => Algorithm::Sha224,
            "sha256" => Algorithm::Sha256,
            "sha384" => Algorithm::Sha384,
            "sha512" => Algorithm::Sha512,
            other => return Err(format!("the algorithm `{other}` is not supported")),
        };
        // Pasted digits bring blanks along, some that nobody sees.
        let digits: String = digits
            .chars()
            .filter(|letter| letter.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .collect();
        if digits.is_empty() || !digits.chars().all(|digit| digit.is_ascii_hexdigit()) {
            return Err("The checksum format is invalid".to_owned());
        }
        Ok(Self { algorithm, digits })
    }

    pub(super) fn fits(&self, host: &dyn Observe, content: &Content) -> Seen<bool> {
        Ok(self.of(host, content)? == self.digits)
    }

    /// The digest that a content really has.
    pub(super) fn of(&self, host: &dyn Observe, content: &Content) -> Seen<String> {
        match self.algorithm {
            Algorithm::Md5 => digest::<md5::Md5>(host, content),
            Algorithm::Sha1 => digest::<sha1::Sha1>(host, content),
            Algorithm::Sha224 => digest::<sha2::Sha224>(host, content),
            Algorithm::Sha256 => digest::<sha2::Sha256>(host, content),
            Algorithm::Sha384 => digest::<sha2::Sha384>(host, content),
            Algorithm::Sha512 => digest::<sha2::Sha512>(host, content),
        }
    }
}

/// The digits that a list of checksums has for a file: lines as `sha256sum` writes them with or
/// without `--tag`, or nothing but the digits.
pub(super) fn listed(list: &str, name: &str) -> Option<String> {
    let lines: Vec<&str> = list.lines().collect();
    if let [only] = lines[..]
        && only.split_whitespace().count() == 1
    {
        return Some(only.trim().to_owned());
    }
    lines.into_iter().find_map(|line| {
        let (digits, path) = tagged(line).or_else(|| plain(line))?;
        (path == name).then(|| digits.to_owned())
    })
}

/// `SHA256 (name) = digits`.
fn tagged(line: &str) -> Option<(&str, &str)> {
    let (start, digits) = line.rsplit_once('=')?;
    let path = start.trim_end().strip_suffix(')')?.split_once('(')?.1;
    Some((digits.trim(), path))
}

/// `digits  name` or `digits *name`.
fn plain(line: &str) -> Option<(&str, &str)> {
    let (digits, path) = line.split_once(char::is_whitespace)?;
    let path = path.trim_start();
    let path = path.strip_prefix('*').unwrap_or(path);
    Some((digits, path.trim_start_matches(['.', '/'])))
}

#[cfg(test)]
mod tests {
    use super::{Checksum, listed};

    #[test]
    fn a_list_says_the_digits_of_a_file() {
        assert_eq!(listed("abc1\n", "f").as_deref(), Some("abc1"));
        let list = "aa  other\nbb *f\ncc  ./g\nSHA256 (h) = dd\n";
        assert_eq!(listed(list, "f").as_deref(), Some("bb"));
        assert_eq!(listed(list, "g").as_deref(), Some("cc"));
        assert_eq!(listed(list, "h").as_deref(), Some("dd"));
        assert_eq!(listed(list, "none"), None);
        assert!(Checksum::read("sha256", " AB cd\u{200b}").is_ok_and(|sum| sum.digits == "abcd"));
        assert!(Checksum::read("sha256", "xyz").is_err());
        assert!(Checksum::read("crc", "00").is_err());
    }
}
