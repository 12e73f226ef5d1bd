//! Files of the control side, opened as sources.
#![expect(
    clippy::disallowed_methods,
    reason = "the door through which the control side reads what its users wrote"
)]

use std::{fs::File, io::Read as _, path::Path, sync::Arc};

use crate::{
    diagnostic::{Mistake, Source, Span},
    vault::{self, Keys},
};

/// The largest file that is read, in bytes.
const LARGEST: u64 = 256 * 1024 * 1024;

/// Opens what a vault holds; made by whoever has the secrets.
pub trait Decrypt {
    /// Returns what this ciphertext (header line included) holds; `span` is where it stands.
    ///
    /// # Errors
    /// No secret fits, or the text is damaged.
    fn decrypt(&self, ciphertext: &str, span: &Span) -> Result<Vec<u8>, Mistake>;
}

impl Decrypt for Keys {
    fn decrypt(&self, ciphertext: &str, span: &Span) -> Result<Vec<u8>, Mistake> {
        self.open(ciphertext)
            .map_err(|failure| Mistake::new(failure.to_string(), span, "a vault"))
    }
}

/// Opens a file; `name` is shown in errors. A file that is a vault as a whole is decrypted.
///
/// # Errors
/// The file cannot be read, is not UTF-8 or too large, or its vault does not open.
pub fn open(
    path: &Path,
    name: &str,
    decrypt: Option<&dyn Decrypt>,
) -> Result<Arc<Source>, Mistake> {
    let refuse = |why: String| Mistake::nowhere(format!("cannot read `{name}`: {why}"));
    let file = File::open(path).map_err(|error| refuse(plain(&error)))?;
    let kind = file.metadata().map_err(|error| refuse(plain(&error)))?;
    if kind.is_dir() {
        return Err(refuse("it is a directory".to_owned()));
    }
    let mut bytes = Vec::new();
    file.take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| refuse(plain(&error)))?;
    if bytes.len() as u64 > LARGEST {
        return Err(refuse(format!("it is larger than {} MiB", LARGEST >> 20)));
    }
    source(name, bytes, decrypt)
}

/// A source from the bytes of a file; a vault is decrypted.
///
/// # Errors
/// The bytes are not UTF-8, or the vault does not open.
pub fn source(
    name: &str,
    bytes: Vec<u8>,
    decrypt: Option<&dyn Decrypt>,
) -> Result<Arc<Source>, Mistake> {
    let text = utf8(name, bytes)?;
    if !vault::is_vault(&text) {
        return Ok(Source::new(name, text));
    }
    let header = text.lines().next().unwrap_or_default().len();
    let locked = Source::new(name, text);
    let span = Span::new(&locked, 0, header);
    let Some(decrypt) = decrypt else {
        return Err(Mistake::new(
            "this file is encrypted, and no vault secret is given",
            &span,
            "a vault",
        )
        .help("give one with `--vault-password-file` or `--ask-vault-pass`"));
    };
    let bytes = decrypt
        .decrypt(locked.text(), &span)
        .map_err(|mistake| mistake.at(&span, "a vault"))?;
    Ok(Source::secret(name, utf8(name, bytes)?))
}

fn utf8(name: &str, bytes: Vec<u8>) -> Result<String, Mistake> {
    String::from_utf8(bytes).map_err(|error| {
        let good = error.utf8_error().valid_up_to();
        let bytes = error.into_bytes();
        let line = bytes[..good].split(|byte| *byte == b'\n').count();
        Mistake::nowhere(format!(
            "cannot read `{name}`: line {line} is not UTF-8 (byte 0x{:02x})",
            bytes[good]
        ))
    })
}

fn plain(error: &std::io::Error) -> String {
    use std::io::ErrorKind::{NotFound, PermissionDenied};
    match error.kind() {
        NotFound => "there is no such file".to_owned(),
        PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}
