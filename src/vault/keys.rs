//! The secrets of a run, and what they opened.

use std::{
    collections::HashMap,
    fmt,
    sync::{Mutex, PoisonError},
};

use super::envelope::{Envelope, Failure};
use crate::value::{Text, bytes_of};

/// A vault secret and its label.
#[derive(Clone)]
pub struct Secret {
    /// What headers of version 1.2 name it by; `default` when nobody named it.
    pub label: String,
    pub secret: Text,
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({})", self.label)
    }
}

/// The secrets of a run.
#[derive(Default)]
pub struct Keys {
    secrets: Vec<Secret>,
    only_named: bool,
    /// Opening takes milliseconds, and variables are looked at again and again.
    opened: Mutex<HashMap<String, Vec<u8>>>,
}

impl Keys {
    /// With `only_named`, a vault that names its secret is tried with secrets of that name alone
    /// (Ansible's `DEFAULT_VAULT_ID_MATCH`).
    pub fn new(secrets: Vec<Secret>, only_named: bool) -> Self {
        Self {
            secrets,
            only_named,
            opened: Mutex::default(),
        }
    }

    pub fn secrets(&self) -> &[Secret] {
        &self.secrets
    }

    /// What a vault holds. Secrets with the label that the vault names are tried first.
    ///
    /// # Errors
    /// The text is no sound vault, or no secret opens it.
    pub fn open(&self, vault: &str) -> Result<Vec<u8>, Failure> {
        let lock = || self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(text) = lock().get(vault) {
            return Ok(text.clone());
        }
        let envelope = Envelope::read(vault)?;
        let is_named = |secret: &&Secret| envelope.label.as_ref() == Some(&secret.label);
        let named = self.secrets.iter().filter(is_named);
        let others = self
            .secrets
            .iter()
            .filter(|secret| !is_named(secret))
            .filter(|_| !self.only_named || envelope.label.is_none());
        for secret in named.chain(others) {
            if let Some(text) = envelope.open(&bytes_of(secret.secret.as_str())) {
                let text = text?;
                lock().insert(vault.to_owned(), text.clone());
                return Ok(text);
            }
        }
        Err(Failure::NoSecretFits)
    }
}

#[cfg(test)]
mod tests {
    use super::{Keys, Secret};
    use crate::{
        value::Text,
        vault::{Failure, seal},
    };

    fn secret(label: &str, secret: &str) -> Secret {
        Secret {
            label: label.to_owned(),
            secret: Text::from(secret).into_secret(),
        }
    }

    #[test]
    fn any_secret_may_fit_unless_only_the_named_is_tried() {
        let secrets = vec![secret("a", "one"), secret("b", "two")];
        let vault = seal(b"text", b"one", &[3; 32], Some("b"));
        let keys = Keys::new(secrets.clone(), false);
        assert_eq!(keys.open(&vault).unwrap(), b"text");
        assert_eq!(keys.open(&vault).unwrap(), b"text");
        let strict = Keys::new(secrets.clone(), true);
        assert_eq!(strict.open(&vault), Err(Failure::NoSecretFits));
        let unnamed = seal(b"text", b"two", &[3; 32], None);
        assert_eq!(strict.open(&unnamed).unwrap(), b"text");
        assert_eq!(format!("{:?}", secrets[0]), "Secret(a)");
    }
}
