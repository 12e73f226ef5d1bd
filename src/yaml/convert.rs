//! Nodes to values, with the marks that their origin gives them.

use super::{
    Decrypt, base64,
    node::{Entry, Kind, Node, Scalar, Tag},
};
use crate::{
    diagnostic::{Mistake, Span},
    value::{Map, Text, Value, text_of},
};

/// Who wrote a text, and so what may be done with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// Playbooks, roles, variables and inventories that a person wrote: rendered when used.
    Template,
    /// What a host, a script or a download said: never rendered.
    Data,
}

/// How nodes become values.
#[derive(Clone, Copy)]
pub struct Conversion<'a> {
    pub trust: Trust,
    /// Opens `!vault` texts; without it they are mistakes.
    pub decrypt: Option<&'a dyn Decrypt>,
}

impl Conversion<'_> {
    /// Trusted text, and no vault.
    pub const TRUSTED: Conversion<'static> = Conversion {
        trust: Trust::Template,
        decrypt: None,
    };
    /// Mere data, and no vault.
    pub const DATA: Conversion<'static> = Conversion {
        trust: Trust::Data,
        decrypt: None,
    };

    /// The value of a node. What comes from a vault is secret; what is under `!unsafe` is data.
    ///
    /// Vault texts are opened here: convert a variable only when it is used, and an unused one
    /// needs no secret.
    ///
    /// # Errors
    /// A vault text that cannot be opened, and `!!binary` that is no Base64.
    pub fn value(&self, node: &Node) -> Result<Value, Mistake> {
        let inside = Self {
            trust: if node.tag == Tag::Unsafe {
                Trust::Data
            } else {
                self.trust
            },
            decrypt: self.decrypt,
        };
        match &node.kind {
            Kind::Scalar(scalar) => inside.scalar(scalar, node),
            Kind::Seq(items) if node.tag == Tag::Pairs => {
                let pair = |entry: &Entry| {
                    Ok(Value::list([
                        entry.key.to_value(),
                        inside.value(&entry.value)?,
                    ]))
                };
                let entries = items.iter().filter_map(|item| item.as_map()?.first());
                Ok(Value::List(
                    entries.map(pair).collect::<Result<Vec<_>, _>>()?.into(),
                ))
            }
            Kind::Seq(items) => {
                let items = items.iter().map(|item| inside.value(item));
                Ok(Value::List(items.collect::<Result<Vec<_>, _>>()?.into()))
            }
            Kind::Map(entries) if node.tag == Tag::Set => Ok(Value::list(
                entries.iter().map(|entry| entry.key.to_value()),
            )),
            Kind::Map(entries) => inside.map(entries).map(Value::from),
        }
    }

    /// The entries of a mapping as a map.
    ///
    /// # Errors
    /// As [`Self::value`].
    pub fn map(&self, entries: &[Entry]) -> Result<Map, Mistake> {
        entries
            .iter()
            .map(|entry| Ok((entry.key.clone(), self.value(&entry.value)?)))
            .collect()
    }

    fn scalar(&self, scalar: &Scalar, node: &Node) -> Result<Value, Mistake> {
        if let Some(meaning) = &scalar.meaning {
            return Ok(meaning.clone());
        }
        match node.tag {
            Tag::Vault => {
                let Some(decrypt) = self.decrypt else {
                    return Err(Mistake::new(
                        "this value is encrypted, and no vault secret is given",
                        &node.span,
                        "a vault text",
                    )
                    .help("give one with `--vault-password-file` or `--ask-vault-pass`"));
                };
                let bytes = decrypt
                    .decrypt(&scalar.chars, &node.span)
                    .map_err(|mistake| mistake.at(&node.span, "a vault text"))?;
                let text = self.text(&text_of(&bytes), &node.span);
                Ok(Value::Text(text.into_secret()))
            }
            Tag::Binary => match base64::decode(&scalar.chars) {
                Some(bytes) => Ok(Value::Bytes(bytes.into())),
                None => Err(Mistake::new(
                    "`!!binary` takes Base64",
                    &node.span,
                    "not Base64",
                )),
            },
            _ => Ok(Value::Text(self.text(&scalar.chars, &node.span))),
        }
    }

    /// Text from this place, with its marks.
    pub fn text(&self, chars: &str, span: &Span) -> Text {
        let text = match self.trust {
            Trust::Template => Text::template(chars, span.clone()),
            Trust::Data => Text::from(chars),
        };
        if span.source.is_quotable() {
            text
        } else {
            text.into_secret()
        }
    }
}
