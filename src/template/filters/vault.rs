//! Vaults inside templates.

use super::super::{
    eval::{Bound, Eval},
    failure::{Res, Stop},
    obj::Obj,
};
use super::{Filter, filter};
use crate::{
    value::{Text, bytes_of, text_of},
    vault::{self, Keys, Secret},
};

pub(super) const FILTERS: &[Filter] = &[
    filter(
        &["vault"],
        &["secret", "salt?", "vault_id?", "wrap_object?"],
        seal,
        "Seals text with a secret, as `ansible-vault` does.",
    ),
    filter(
        &["unvault"],
        &["secret", "vault_id?"],
        open,
        "Opens text that was sealed with a secret; other text stays as it is.",
    ),
];

fn plain(value: &Obj, what: &str) -> Res<Text> {
    value
        .text()
        .cloned()
        .ok_or_else(|| Stop::runtime(format!("{what} must be text, not {}", value.type_name())))
}

fn secret(args: &Bound) -> Res<Text> {
    let given = args
        .some("secret")
        .ok_or_else(|| Stop::runtime("a secret is needed"))?;
    plain(given, "the secret")
}

/// The label that Ansible's filter gives where none is asked for.
const LABEL: &str = "filter_default";

fn seal(eval: &Eval<'_>, input: &Obj, args: &Bound) -> Res<Obj> {
    let text = plain(input, "what is sealed")?;
    let salt = match args.some("salt") {
        Some(salt) => bytes_of(plain(salt, "the salt")?.as_str()),
        None => random_salt()?,
    };
    let secret = secret(args)?;
    let label = args.text_or("vault_id", LABEL)?;
    if args.truth(eval, "wrap_object", false)? {
        return Err(Stop::runtime("`wrap_object` is not supported"));
    }
    let sealed = vault::seal(
        &bytes_of(text.as_str()),
        &bytes_of(secret.as_str()),
        &salt,
        Some(&label),
    );
    // What is sealed may be shown: that is its purpose.
    Ok(Obj::Str(Text::from(sealed)))
}

fn open(_: &Eval<'_>, input: &Obj, args: &Bound) -> Res<Obj> {
    let secret = secret(args)?;
    let text = plain(input, "what is opened")?;
    if !vault::is_vault(text.as_str()) {
        return Ok(input.clone());
    }
    let label = args.text_or("vault_id", LABEL)?;
    let keys = Keys::new(vec![Secret { label, secret }], false);
    let opened = keys
        .open(text.as_str())
        .map_err(|failure| Stop::runtime(failure.to_string()))?;
    Ok(Obj::Str(Text::from(text_of(&opened)).into_secret()))
}

fn random_salt() -> Res<Vec<u8>> {
    let mut salt = vec![0; 32];
    rustix::rand::getrandom(&mut salt[..], rustix::rand::GetRandomFlags::empty())
        .map_err(|error| Stop::runtime(error.to_string()))?;
    Ok(salt)
}
