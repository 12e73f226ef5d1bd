//! One ciphertext: sealed with a secret, opened with it.
//!
//! The key, the key of the seal and the counter's start come from the secret by PBKDF2 with
//! HMAC-SHA-256; AES-256 in counter mode hides the text, and HMAC-SHA-256 over what is hidden
//! tells whether the secret fits and nothing was altered. (Described in the user guide of
//! `ansible-vault`, "Ansible Vault payload format".)

use aes::{
    Aes256,
    cipher::{KeyIvInit as _, StreamCipher as _},
};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::value::hex;

/// How every vault begins.
pub const HEADER: &str = "$ANSIBLE_VAULT;";
/// The one cipher there is.
const CIPHER: &str = "AES256";
const ROUNDS: u32 = 10_000;
/// The cipher's block, in bytes; text is filled up to a multiple of it.
const BLOCK: usize = 16;
/// How many digits stand on a line.
const WIDTH: usize = 80;

/// Why a vault does not open.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    #[error("the vault has no proper header: expected `{HEADER}1.1;{CIPHER}`")]
    Header,
    #[error("the vault is of version `{0}`, and only 1.1 and 1.2 are known")]
    Version(String),
    #[error("the vault's cipher is `{0}`, and only {CIPHER} is known")]
    Cipher(String),
    #[error("the vault is damaged: {0}")]
    Damaged(&'static str),
    #[error("no vault secret that was given opens it")]
    NoSecretFits,
}

/// Whether this text is a vault, by its first line.
pub fn is_vault(text: &str) -> bool {
    text.starts_with(HEADER)
}

/// A ciphertext, taken apart but not opened.
pub(super) struct Envelope {
    /// The name of the secret that it was sealed with, where the header has it.
    pub(super) label: Option<String>,
    salt: Vec<u8>,
    seal: Vec<u8>,
    hidden: Vec<u8>,
}

impl Envelope {
    pub(super) fn read(text: &str) -> Result<Self, Failure> {
        let text = text.trim();
        let (header, body) = text.split_once('\n').unwrap_or((text, ""));
        let words: Vec<&str> = header.trim().split(';').map(str::trim).collect();
        let (label, cipher) = match words.as_slice() {
            ["$ANSIBLE_VAULT", "1.1" | "1.2", cipher] => (None, cipher),
            ["$ANSIBLE_VAULT", "1.2", cipher, label] => (Some((*label).to_owned()), cipher),
            ["$ANSIBLE_VAULT", version, _, ..] if !matches!(*version, "1.1" | "1.2") => {
                return Err(Failure::Version((*version).to_owned()));
            }
            _ => return Err(Failure::Header),
        };
        if *cipher != CIPHER {
            return Err(Failure::Cipher((*cipher).to_owned()));
        }
        let digits: Vec<u8> = body
            .bytes()
            .filter(|byte| !byte.is_ascii_whitespace())
            .collect();
        let inner = unhex(&digits)?;
        let mut parts = inner.splitn(3, |byte| *byte == b'\n');
        let mut next = || parts.next().ok_or(Failure::Damaged("a part is missing"));
        let (salt, seal, hidden) = (unhex(next()?)?, unhex(next()?)?, unhex(next()?)?);
        Ok(Self {
            label,
            salt,
            seal,
            hidden,
        })
    }

    /// The text; `None` when this is not the secret, or the vault was altered.
    pub(super) fn open(&self, secret: &[u8]) -> Option<Result<Vec<u8>, Failure>> {
        let keys = Derived::of(secret, &self.salt);
        keys.mac(&self.hidden)?.verify_slice(&self.seal).ok()?;
        let mut text = self.hidden.clone();
        keys.cross(&mut text)?;
        let fill = text.last().copied().unwrap_or(0) as usize;
        let is_sound = (1..=BLOCK).contains(&fill)
            && fill <= text.len()
            && text[text.len() - fill..]
                .iter()
                .all(|byte| usize::from(*byte) == fill);
        if !is_sound {
            return Some(Err(Failure::Damaged("its end is not as it was written")));
        }
        text.truncate(text.len() - fill);
        Some(Ok(text))
    }
}

/// Seals a text: a vault that `open` with the same secret gives back. `salt` should be 32 bytes
/// from the system's random source; `label` names the secret in the header.
pub fn seal(text: &[u8], secret: &[u8], salt: &[u8], label: Option<&str>) -> String {
    let keys = Derived::of(secret, salt);
    let fill = BLOCK - text.len() % BLOCK;
    let mut hidden = text.to_vec();
    hidden.resize(text.len() + fill, fill.to_le_bytes()[0]);
    // Keys of the right length, and less text than the counter can count: neither can fail.
    let _ = keys.cross(&mut hidden);
    let seal = keys
        .mac(&hidden)
        .map(|mac| mac.finalize().into_bytes().to_vec())
        .unwrap_or_default();
    let inner = format!("{}\n{}\n{}", hex(salt), hex(&seal), hex(&hidden));
    let mut vault = match label {
        Some(label) => format!("{HEADER}1.2;{CIPHER};{label}\n"),
        None => format!("{HEADER}1.1;{CIPHER}\n"),
    };
    let digits = hex(inner.as_bytes());
    let mut rest = digits.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(WIDTH));
        vault.push_str(line);
        vault.push('\n');
        rest = after;
    }
    vault
}

/// What comes from a secret and a salt.
struct Derived([u8; 80]);

impl Derived {
    fn of(secret: &[u8], salt: &[u8]) -> Self {
        let mut bytes = [0; 80];
        pbkdf2::pbkdf2_hmac::<Sha256>(secret, salt, ROUNDS, &mut bytes);
        Self(bytes)
    }

    fn mac(&self, hidden: &[u8]) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0[32..64]).ok()?;
        mac.update(hidden);
        Some(mac)
    }

    /// Hides what is open, and opens what is hidden.
    fn cross(&self, text: &mut [u8]) -> Option<()> {
        let mut cipher =
            ctr::Ctr128BE::<Aes256>::new_from_slices(&self.0[..32], &self.0[64..]).ok()?;
        cipher.try_apply_keystream(text).ok()
    }
}

fn unhex(digits: &[u8]) -> Result<Vec<u8>, Failure> {
    let pairs = digits.chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return Err(Failure::Damaged("a digit is missing"));
    }
    let value = |digit: u8| char::from(digit).to_digit(16);
    pairs
        .map(|pair| {
            let (high, low) = value(pair[0]).zip(value(pair[1]))?;
            u8::try_from(high << 4 | low).ok()
        })
        .collect::<Option<Vec<u8>>>()
        .ok_or(Failure::Damaged("there is more than hexadecimal digits"))
}

#[cfg(test)]
mod tests {
    use super::{Envelope, Failure, seal};

    #[test]
    fn what_was_sealed_opens_with_its_secret_alone() {
        for text in [&b""[..], b"a", &[7; 16], &[0; 1000], "größer\n".as_bytes()] {
            let vault = seal(text, b"key", &[1; 32], None);
            let envelope = Envelope::read(&vault).unwrap();
            assert_eq!(envelope.open(b"key").unwrap().unwrap(), text);
            assert!(envelope.open(b"kez").is_none());
        }
    }

    #[test]
    fn an_altered_vault_does_not_open() {
        let vault = seal(b"text", b"key", &[1; 32], Some("prod"));
        assert!(vault.starts_with("$ANSIBLE_VAULT;1.2;AES256;prod\n"));
        let at = vault.rfind(|letter: char| letter != '\n').unwrap();
        let digit = if vault.as_bytes()[at] == b'3' {
            "4"
        } else {
            "3"
        };
        let mut altered = vault.clone();
        altered.replace_range(at..=at, digit);
        let altered = Envelope::read(&altered).unwrap();
        assert!(altered.open(b"key").is_none());
        assert_eq!(Envelope::read(&vault).unwrap().label.unwrap(), "prod");
    }

    #[test]
    fn what_is_no_vault_is_told() {
        let failure = |text: &str| Envelope::read(text).err().unwrap();
        assert_eq!(failure("$ANSIBLE_VAULT"), Failure::Header);
        assert_eq!(
            failure("$ANSIBLE_VAULT;1.0;AES\nab"),
            Failure::Version("1.0".to_owned())
        );
        assert_eq!(
            failure("$ANSIBLE_VAULT;1.1;AES\nab"),
            Failure::Cipher("AES".to_owned())
        );
        for body in ["", "abc", "zz", "6162"] {
            let text = format!("$ANSIBLE_VAULT;1.1;AES256\n{body}");
            assert!(matches!(failure(&text), Failure::Damaged(_)), "{body}");
        }
    }
}
