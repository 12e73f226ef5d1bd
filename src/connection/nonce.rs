//! Names that nobody can foretell.

use std::{
    collections::hash_map::RandomState,
    hash::{BuildHasher as _, Hasher as _},
};

/// Returns 32 random hexadecimal digits.
///
/// They come from the keys that the standard library draws from the system for its hash maps.
pub(super) fn nonce() -> String {
    let half = || RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}", half(), half())
}

#[cfg(test)]
mod tests {
    #[test]
    fn no_two_are_the_same() {
        let first = super::nonce();
        assert_eq!(first.len(), 32);
        assert_ne!(first, super::nonce());
    }
}
