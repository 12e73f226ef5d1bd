//! The values that must never be shown.

use std::{cell::RefCell, collections::BTreeSet, rc::Rc};

use crate::value::{Text, Value};

/// What stands where a secret stood.
const MASK: &str = "********";

/// Shorter texts are not looked for: they would be found everywhere.
const SHORTEST: usize = 4;

/// All secrets of a run, shared by those who learn of them and those who print.
#[derive(Clone, Debug, Default)]
pub struct Secrets(Rc<RefCell<BTreeSet<String>>>);

impl Secrets {
    /// Remembers every secret text in a value.
    pub fn learn(&self, value: &Value) {
        match value {
            Value::Text(text) if text.is_secret() => self.keep(text),
            Value::List(items) => items.iter().for_each(|item| self.learn(item)),
            Value::Map(map) => map.values().for_each(|value| self.learn(value)),
            _ => {}
        }
    }

    /// Remembers one secret, its lines and its form inside JSON.
    pub fn keep(&self, text: &Text) {
        let mut secrets = self.0.borrow_mut();
        for line in std::iter::once(text.as_str()).chain(text.lines()) {
            let line = line.trim();
            if line.len() < SHORTEST {
                continue;
            }
            let json = serde_json::Value::from(line).to_string();
            secrets.insert(json.trim_matches('"').to_owned());
            secrets.insert(line.to_owned());
        }
    }

    /// The text with every secret in it masked.
    pub fn masked(&self, text: &str) -> String {
        let secrets = self.0.borrow();
        let mut found: Vec<&String> = secrets
            .iter()
            .filter(|secret| text.contains(secret.as_str()))
            .collect();
        // The longest first: a short one may be a part of a long one.
        found.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        found.into_iter().fold(text.to_owned(), |text, secret| {
            text.replace(secret.as_str(), MASK)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Secrets;
    use crate::value::{Text, Value};

    #[test]
    fn a_secret_is_masked_wherever_it_stands() {
        let secrets = Secrets::default();
        secrets.learn(&Value::list([Value::from(
            Text::from("p\"ss\\word").into_secret(),
        )]));
        assert_eq!(secrets.masked("a p\"ss\\word!"), "a ********!");
        assert_eq!(
            secrets.masked(r#"{"x": "p\"ss\\word"}"#),
            r#"{"x": "********"}"#
        );
        assert_eq!(secrets.masked("nothing"), "nothing");
    }
}
