//! Passwords as the hashes that systems keep of them.

use md5::{Digest, Md5};

use super::super::{
    eval::{Bound, Eval},
    failure::{Res, Stop},
    obj::{self, Obj},
};
use super::{Filter, filter};
use crate::value::bytes_of;

pub(super) const FILTERS: &[Filter] = &[filter(
    &["password_hash"],
    &["hashtype?", "salt?", "salt_size?", "rounds?", "ident?"],
    password_hash,
    "Gives the hash of a password as `/etc/shadow` and its like have it.",
)];

/// A way to hash passwords. The defaults are those of passlib 1.7, which Ansible uses.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in super::super) enum Scheme {
    Md5,
    Bcrypt,
    Sha256,
    Sha512,
}

/// The digits of these hashes, the lowest first; bcrypt has them in another order.
const DIGITS: &[u8; 64] = b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const BCRYPT_DIGITS: &[u8; 64] =
    b"./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

impl Scheme {
    /// The scheme of this name: Ansible's word for it, or passlib's.
    pub(in super::super) fn named(name: &str) -> Option<Self> {
        match name {
            "md5" | "md5_crypt" => Some(Self::Md5),
            "blowfish" | "bcrypt" => Some(Self::Bcrypt),
            "sha256" | "sha256_crypt" => Some(Self::Sha256),
            "sha512" | "sha512_crypt" => Some(Self::Sha512),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Md5 => "md5_crypt",
            Self::Bcrypt => "bcrypt",
            Self::Sha256 => "sha256_crypt",
            Self::Sha512 => "sha512_crypt",
        }
    }

    /// The characters of the longest salt.
    pub(in super::super) fn salt_size(self) -> usize {
        match self {
            Self::Md5 => 8,
            Self::Bcrypt => 22,
            Self::Sha256 | Self::Sha512 => 16,
        }
    }

    /// The rounds that are possible, and those where nobody asks; for bcrypt their logarithm.
    fn rounds(self) -> Option<(u32, u32, u32)> {
        match self {
            Self::Md5 => None,
            Self::Bcrypt => Some((4, 31, 12)),
            Self::Sha256 => Some((1000, 999_999_999, 535_000)),
            Self::Sha512 => Some((1000, 999_999_999, 656_000)),
        }
    }
}

/// What a hash is made with besides the password.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Recipe {
    /// One is made up where there is none.
    pub(in super::super) salt: Option<String>,
    pub(in super::super) salt_size: Option<i64>,
    pub(in super::super) rounds: Option<i64>,
    /// The kind of bcrypt, such as `2b`.
    pub(in super::super) ident: Option<String>,
}

/// Characters of this set, from the system's randomness.
pub(in super::super) fn unforeseeable(set: &[char], count: usize) -> String {
    let mut chosen = String::new();
    let limit = 256 - 256 % set.len().clamp(1, 256);
    while chosen.chars().count() < count && !set.is_empty() {
        let mut bytes = [0; 64];
        // The system's generator is always there; without it there is nothing to go on with.
        let Ok(64) = rustix::rand::getrandom(&mut bytes, rustix::rand::GetRandomFlags::empty())
        else {
            continue;
        };
        let fair = bytes.iter().filter(|byte| usize::from(**byte) < limit);
        let missing = count - chosen.chars().count();
        chosen.extend(
            fair.take(missing)
                .map(|byte| set[usize::from(*byte) % set.len()]),
        );
    }
    chosen
}

/// A salt of this many characters.
pub(in super::super) fn any_salt(size: usize) -> String {
    let digits: Vec<char> = DIGITS.iter().map(|digit| char::from(*digit)).collect();
    unforeseeable(&digits, size)
}

/// The hash of a password.
pub(in super::super) fn hashed(
    secret: &[u8],
    scheme: Scheme,
    recipe: &Recipe,
) -> Result<String, String> {
    let name = scheme.name();
    let longest = scheme.salt_size();
    let asked = recipe.salt_size.filter(|size| *size != 0);
    let size = match asked.map(usize::try_from) {
        None => longest,
        Some(Ok(size)) if size <= longest => size,
        Some(_) => {
            return Err(format!(
                "the salt of {name} has at most {longest} characters"
            ));
        }
    };
    let salt = match recipe.salt.as_deref().filter(|salt| !salt.is_empty()) {
        Some(salt) => salt.to_owned(),
        None => any_salt(size),
    };
    if salt.len() > longest || scheme == Scheme::Bcrypt && salt.len() < longest {
        let how = match scheme {
            Scheme::Bcrypt => "exactly",
            _ => "at most",
        };
        return Err(format!(
            "the salt has {} characters: {name} takes {how} {longest}",
            salt.len()
        ));
    }
    if !salt.bytes().all(|byte| DIGITS.contains(&byte)) {
        return Err(format!(
            "invalid characters in the salt: {name} takes letters, digits, `.` and `/`"
        ));
    }
    let rounds = rounds_of(scheme, recipe.rounds)?;
    match scheme {
        Scheme::Md5 => Ok(md5_crypt(secret, &salt)),
        Scheme::Bcrypt => bcrypt(secret, &salt, rounds, recipe.ident.as_deref()),
        Scheme::Sha256 => {
            let params = sha_crypt::Params::new(rounds).map_err(|error| error.to_string())?;
            let raw = sha_crypt::sha256_crypt(secret, salt.as_bytes(), params);
            Ok(sha_text('5', rounds, &salt, &digits(&raw, 10, 2)))
        }
        Scheme::Sha512 => {
            let params = sha_crypt::Params::new(rounds).map_err(|error| error.to_string())?;
            let raw = sha_crypt::sha512_crypt(secret, salt.as_bytes(), params);
            Ok(sha_text('6', rounds, &salt, &digits(&raw, 21, 1)))
        }
    }
}

fn rounds_of(scheme: Scheme, asked: Option<i64>) -> Result<u32, String> {
    let name = scheme.name();
    let asked = asked.filter(|rounds| *rounds != 0);
    let Some((least, most, usual)) = scheme.rounds() else {
        return match asked {
            None => Ok(0),
            Some(_) => Err(format!("{name} takes no `rounds`")),
        };
    };
    match asked.map(u32::try_from) {
        None => Ok(usual),
        Some(Ok(rounds)) if (least..=most).contains(&rounds) => Ok(rounds),
        Some(_) => Err(format!("the rounds of {name} are {least} to {most}")),
    }
}

/// 5000 rounds are what the text means that names none.
fn sha_text(kind: char, rounds: u32, salt: &str, digits: &str) -> String {
    match rounds {
        5000 => format!("${kind}${salt}${digits}"),
        _ => format!("${kind}$rounds={rounds}${salt}${digits}"),
    }
}

/// Three bytes as four digits, the lowest first; fewer bytes give fewer digits.
fn triple(out: &mut String, high: u8, middle: u8, low: u8, count: usize) {
    let mut word = u32::from(high) << 16 | u32::from(middle) << 8 | u32::from(low);
    for _ in 0..count {
        out.push(char::from(DIGITS[(word & 63) as usize]));
        word >>= 6;
    }
}

/// The bytes of a SHA-crypt digest in its own order: triples with a stride, each turned by one
/// against the one before, then the rest.
fn digits(raw: &[u8], stride: usize, turn: usize) -> String {
    let mut out = String::new();
    for at in 0..stride {
        let own = [at, at + stride, at + 2 * stride];
        let first = at * turn % 3;
        let [high, middle, low] = [0, 1, 2].map(|step| raw[own[(first + step) % 3]]);
        triple(&mut out, high, middle, low, 4);
    }
    match raw[3 * stride..] {
        [last] => triple(&mut out, 0, 0, last, 2),
        [low, high] => triple(&mut out, 0, high, low, 3),
        _ => {}
    }
    out
}

fn bcrypt(secret: &[u8], salt: &str, cost: u32, ident: Option<&str>) -> Result<String, String> {
    let ident = ident.filter(|ident| !ident.is_empty()).unwrap_or("2b");
    // 22 digits hold 132 bits, of which 128 count.
    let mut bits: u128 = 0;
    for (at, letter) in salt.bytes().enumerate() {
        let digit = BCRYPT_DIGITS
            .iter()
            .position(|digit| *digit == letter)
            .ok_or("invalid characters in the salt")?;
        let digit = digit as u128;
        bits = match at {
            21 => bits << 2 | digit >> 4,
            _ => bits << 6 | digit,
        };
    }
    let repeated;
    let secret = match ident {
        "2a" | "2b" | "2y" => secret,
        "2" if secret.is_empty() => secret,
        // The first kind went round the password without a mark at its end.
        "2" => {
            repeated = secret.iter().copied().cycle().take(72).collect::<Vec<u8>>();
            &repeated
        }
        other => return Err(format!("there is no bcrypt of the kind `{other}`")),
    };
    if secret.contains(&0) {
        return Err("bcrypt takes no password with a NUL byte".to_owned());
    }
    let parts = bcrypt::hash_with_salt(secret, cost, bits.to_be_bytes())
        .map_err(|error| error.to_string())?;
    let text = parts.format_for_version(bcrypt::Version::TwoB);
    Ok(match text.strip_prefix("$2b$") {
        Some(rest) => format!("${ident}${rest}"),
        None => text,
    })
}

/// The scheme of Poul-Henning Kamp, FreeBSD 2.0; the steps are those of its description.
fn md5_crypt(secret: &[u8], salt: &str) -> String {
    let salt_bytes = salt.as_bytes();
    let inner = Md5::new()
        .chain_update(secret)
        .chain_update(salt_bytes)
        .chain_update(secret)
        .finalize();
    let mut start = Md5::new()
        .chain_update(secret)
        .chain_update(b"$1$")
        .chain_update(salt_bytes);
    for at in (0..secret.len()).step_by(16) {
        start.update(&inner[..16.min(secret.len() - at)]);
    }
    let mut length = secret.len();
    while length > 0 {
        let first = secret.first().copied().unwrap_or(0);
        start.update([if length & 1 == 1 { 0 } else { first }]);
        length >>= 1;
    }
    let mut now = start.finalize();
    for round in 0..1000 {
        let mut next = Md5::new();
        match round % 2 {
            1 => next.update(secret),
            _ => next.update(now),
        }
        if round % 3 != 0 {
            next.update(salt_bytes);
        }
        if round % 7 != 0 {
            next.update(secret);
        }
        match round % 2 {
            1 => next.update(now),
            _ => next.update(secret),
        }
        now = next.finalize();
    }
    let mut out = String::new();
    for at in 0..5 {
        let low = if at == 4 { 5 } else { at + 12 };
        triple(&mut out, now[at], now[at + 6], now[low], 4);
    }
    triple(&mut out, 0, 0, now[11], 2);
    format!("$1${salt}${out}")
}

fn password_hash(eval: &Eval<'_>, input: &Obj, args: &Bound) -> Res<Obj> {
    let secret = match input {
        Obj::Str(text) => bytes_of(text),
        Obj::Bytes(bytes) => bytes.to_vec(),
        other => return Err(eval.refuse(other, "is no password: it must be text")),
    };
    let name = args.text_or("hashtype", "sha512")?;
    let scheme = Scheme::named(&name).ok_or_else(|| {
        Stop::runtime(format!(
            "there is no `{name}` here; there are md5, blowfish, sha256 and sha512"
        ))
    })?;
    let text = |name: &str| match args.some(name) {
        None => Ok(None),
        Some(given) => obj::text(eval, given).map(|text| Some(text.as_str().to_owned())),
    };
    let number = |name: &str| match text(name)? {
        None => Ok(None),
        Some(word) => word
            .trim()
            .parse::<i64>()
            .map(Some)
            .map_err(|_| Stop::runtime(format!("`{name}` is `{word}`, and no whole number"))),
    };
    let recipe = Recipe {
        salt: text("salt")?,
        salt_size: number("salt_size")?,
        rounds: number("rounds")?,
        ident: text("ident")?,
    };
    hashed(&secret, scheme, &recipe)
        .map(Obj::from)
        .map_err(Stop::runtime)
}

#[cfg(test)]
mod tests {
    use super::{Recipe, Scheme, hashed, unforeseeable};

    fn of(secret: &str, scheme: Scheme, salt: &str, rounds: i64, ident: &str) -> String {
        let recipe = Recipe {
            salt: Some(salt.to_owned()),
            salt_size: None,
            rounds: Some(rounds),
            ident: Some(ident.to_owned()),
        };
        hashed(secret.as_bytes(), scheme, &recipe).unwrap_or_else(|why| why)
    }

    #[test]
    fn hashes_are_those_of_passlib() {
        let long = "x".repeat(80);
        let bcrypt_salt = "1234567890123456789012";
        for (secret, scheme, salt, rounds, ident, wanted) in [
            (
                "secret",
                Scheme::Md5,
                "12345678",
                0,
                "",
                "$1$12345678$hj0uLpdidjPhbMMZeno8X/",
            ),
            (
                "é",
                Scheme::Md5,
                "abcdefgh",
                0,
                "",
                "$1$abcdefgh$CTFp3Fa/Fi9ELV/HsoA3p/",
            ),
            (
                &long,
                Scheme::Md5,
                "abcdefgh",
                0,
                "",
                "$1$abcdefgh$06aFAnVfqM7H4kDMwscRI1",
            ),
            (
                "secret",
                Scheme::Sha256,
                "1234",
                5000,
                "",
                "$5$1234$21PxqspGtPQRhVWlPHlbvBGon3Sw3hkPOn8EFKEV7E5",
            ),
            (
                &long,
                Scheme::Sha256,
                "abcdefgh",
                1000,
                "",
                "$5$rounds=1000$abcdefgh$cXxNCFpAMQdiXvVABcOe3f4RUq17edd.KqVxGRQNoD8",
            ),
            (
                r"a\0b",
                Scheme::Sha256,
                "abcdefgh",
                1000,
                "",
                "$5$rounds=1000$abcdefgh$xGWhGZvoU21QShsk0YM2oCyZp.Gkdt02K50/OiRC3J9",
            ),
            (
                "",
                Scheme::Sha512,
                "abcdefgh",
                5000,
                "",
                "$6$abcdefgh$v7sYNA18/BerGOYQLppYLyjH4yJilp8kqe/ef3KYMK9hOIdzH1yzcmP74Ay.m51y1jP3QqxM7Jl75S4CxDhBq.",
            ),
            (
                "é",
                Scheme::Sha512,
                "abcdefgh",
                5000,
                "",
                "$6$abcdefgh$zfS8bn/pWfgTjQBjW54PkoPNAZa42KMjHKb0xXGM0Gqyf2/1PBA5OO7Yusb8jswfRE2Kmym56CBZGuAqkx3wp.",
            ),
            (
                "secret",
                Scheme::Bcrypt,
                bcrypt_salt,
                5,
                "2y",
                "$2y$05$123456789012345678901u.97m5mwuxOR3RvRKYm9sasohx5Mnzwq",
            ),
            (
                "secret",
                Scheme::Bcrypt,
                bcrypt_salt,
                5,
                "2",
                "$2$05$123456789012345678901uuH8UPzh7neOBgnWVoT.nlJ4JF6MynkS",
            ),
            (
                &long,
                Scheme::Bcrypt,
                bcrypt_salt,
                5,
                "",
                "$2b$05$123456789012345678901ubq3bto8tTvHlio7oVVEqrWp7F90mEay",
            ),
        ] {
            assert_eq!(of(secret, scheme, salt, rounds, ident), wanted);
        }
    }

    #[test]
    fn what_a_scheme_does_not_take_is_refused() {
        for (scheme, salt, rounds, ident, wanted) in [
            (Scheme::Md5, "ab", 5, "", "takes no `rounds`"),
            (Scheme::Md5, "ab-cd", 0, "", "invalid characters"),
            (Scheme::Sha256, "aaaaaaaaaaaaaaaaa", 0, "", "at most 16"),
            (Scheme::Sha512, "a", 999, "", "1000 to 999999999"),
            (Scheme::Bcrypt, "short", 5, "", "exactly 22"),
            (Scheme::Bcrypt, "1234567890123456789012", 3, "", "4 to 31"),
            (
                Scheme::Bcrypt,
                "1234567890123456789012",
                5,
                "9",
                "the kind `9`",
            ),
        ] {
            let said = of("secret", scheme, salt, rounds, ident);
            assert!(said.contains(wanted), "{said}");
        }
    }

    #[test]
    fn a_salt_that_is_made_up_is_another_each_time() {
        let made = |size| {
            let recipe = Recipe {
                salt_size: Some(size),
                rounds: Some(1000),
                ..Recipe::default()
            };
            hashed(b"secret", Scheme::Sha512, &recipe).unwrap_or_else(|why| why)
        };
        assert_ne!(made(16), made(16));
        assert_eq!(made(4).len(), "$6$rounds=1000$".len() + 4 + 1 + 86);
        assert!(made(17).contains("at most 16"));
        assert_eq!(unforeseeable(&['a'], 300), "a".repeat(300));
        let both = unforeseeable(&['é', 'b'], 300);
        assert!(both.contains('é') && both.contains('b') && both.chars().count() == 300);
    }
}
