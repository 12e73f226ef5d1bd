//! The values that must never be shown.
//!
//! Two things keep a secret from being shown. Its **mark** travels with the text and with all that
//! is computed from it: a marked text is never printed, however short. Its **value** is looked for
//! in everything that is printed, for what a host repeats has no mark. Values are looked for that
//! a person marked (vault, passwords, prompts), with their usual encodings; a short one only where
//! it stands alone, a common word never. Of what a task with `no_log` returned, and of what was
//! computed from a secret, only what looks like a secret is looked for: such a task also returns
//! `ls` and `true`.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use crate::value::{Text, Value, base64};

/// What stands where a secret stood.
const MASK: &str = "********";

/// Texts from this length on are masked wherever they stand.
const LONG: usize = 6;

/// Texts from this length on are masked where they are a word of their own.
const SHORT: usize = 3;

/// What was not marked by a person is looked for from this length on.
const DERIVED: usize = 8;

/// Words that are no secret even where somebody encrypts them: masking them would make every
/// output unreadable and tell them at once.
const COMMON: &[&str] = &[
    "absent",
    "active",
    "admin",
    "all",
    "always",
    "any",
    "auto",
    "changed",
    "changeme",
    "default",
    "deploy",
    "dev",
    "directory",
    "disabled",
    "enabled",
    "error",
    "example",
    "failed",
    "false",
    "file",
    "files",
    "group",
    "guest",
    "host",
    "hosts",
    "http",
    "https",
    "inactive",
    "info",
    "install",
    "installed",
    "latest",
    "local",
    "localhost",
    "main",
    "master",
    "mysql",
    "nginx",
    "nobody",
    "none",
    "null",
    "off",
    "on_create",
    "password",
    "postgres",
    "present",
    "private",
    "prod",
    "production",
    "public",
    "restarted",
    "root",
    "running",
    "secret",
    "server",
    "service",
    "skipped",
    "staging",
    "started",
    "state",
    "stopped",
    "success",
    "task",
    "test",
    "true",
    "undefined",
    "unknown",
    "user",
    "username",
    "value",
    "www-data",
    "yes",
];

/// All secrets of a run, shared by those who learn of them and those who print.
#[derive(Clone, Debug, Default)]
pub struct Secrets(Rc<RefCell<Known>>);

#[derive(Debug, Default)]
struct Known {
    /// Texts that are masked, each with whether it has to stand alone.
    masked: BTreeMap<String, bool>,
    /// Texts that only their marks hide.
    hidden: BTreeSet<String>,
}

impl Secrets {
    /// Remembers the secret texts of a value that a person set.
    pub fn keep_all(&self, value: &Value) {
        leaves(value, &mut |text| self.keep(text));
    }

    /// Remembers a secret that a person set: its lines, and what it becomes when it is encoded.
    pub fn keep(&self, text: &Text) {
        let mut known = self.0.borrow_mut();
        if known.hidden.contains(text.as_str()) {
            return;
        }
        for line in std::iter::once(text.as_str()).chain(text.lines()) {
            known.keep(line.trim());
        }
    }

    /// Remembers what a task with `no_log` returned: hidden where it is marked.
    pub fn hide(&self, value: &Value) {
        let mut known = self.0.borrow_mut();
        leaves(value, &mut |text| {
            known.hidden.insert(text.as_str().to_owned());
        });
    }

    /// Remembers what was computed from secrets and looks like one itself.
    pub fn learn(&self, value: &Value) {
        leaves(value, &mut |text| {
            if self.masked(text) == MASK {
                return;
            }
            let lines = text.lines().map(str::trim);
            let secret = lines.filter(|line| is_random(line));
            let mut known = self.0.borrow_mut();
            secret.for_each(|line| known.keep(line));
        });
    }

    /// The text with every secret in it masked.
    pub fn masked(&self, text: &str) -> String {
        let known = self.0.borrow();
        let mut found: Vec<(&String, bool)> = known
            .masked
            .iter()
            .filter(|(secret, _)| text.contains(secret.as_str()))
            .map(|(secret, alone)| (secret, *alone))
            .collect();
        // The longest first: a short one may be a part of a long one.
        found.sort_by_key(|(secret, _)| std::cmp::Reverse(secret.len()));
        found
            .into_iter()
            .fold(text.to_owned(), |text, (secret, alone)| {
                if alone {
                    replace_words(&text, secret)
                } else {
                    text.replace(secret.as_str(), MASK)
                }
            })
    }

    /// A text as it may be shown: of a marked one only what surrounds the secrets in it.
    pub fn shown(&self, text: &Text) -> String {
        let masked = self.masked(text);
        if !text.is_secret() {
            return masked;
        }
        let known = self.0.borrow();
        let mut hidden = known.hidden.iter().filter(|text| !text.is_empty());
        if masked == text.as_str() || hidden.any(|hidden| masked.contains(hidden.as_str())) {
            return MASK.to_owned();
        }
        masked
    }

    /// A value as it may be shown.
    pub fn shown_value(&self, value: &Value) -> Value {
        if !value.is_secret() {
            return value.clone();
        }
        value.map_text(&mut |text| {
            if text.is_secret() {
                Text::from(self.shown(text))
            } else {
                text.clone()
            }
        })
    }
}

impl Known {
    fn keep(&mut self, secret: &str) {
        if secret.len() < SHORT || COMMON.contains(&secret.to_lowercase().as_str()) {
            return;
        }
        let alone = secret.len() < LONG;
        let mut insert = |form: String| {
            self.masked.entry(form).or_insert(alone);
        };
        let json = serde_json::Value::from(secret).to_string();
        insert(json[1..json.len() - 1].to_owned());
        insert(secret.to_owned());
        if alone {
            return;
        }
        insert(secret.replace('\'', "'\"'\"'"));
        for form in percent_encoded(secret) {
            insert(form);
        }
        for form in in_base64(secret.as_bytes()) {
            insert(form);
        }
    }
}

fn leaves(value: &Value, keep: &mut impl FnMut(&Text)) {
    match value {
        Value::Text(text) if text.is_secret() => keep(text),
        Value::List(items) => items.iter().for_each(|item| leaves(item, keep)),
        Value::Map(map) => map.values().for_each(|value| leaves(value, keep)),
        _ => {}
    }
}

/// Whether a text has the looks of a password, a key or a digest rather than of a word, a path, an
/// option or a number.
fn is_random(text: &str) -> bool {
    let is = |kind: fn(&char) -> bool| usize::from(text.chars().any(|letter| kind(&letter)));
    let kinds = is(char::is_ascii_lowercase)
        + is(char::is_ascii_uppercase)
        + is(char::is_ascii_digit)
        + is(|letter| !letter.is_ascii_alphanumeric() && !matches!(letter, '-' | '_' | '.'));
    text.len() >= DERIVED
        && kinds > 1
        && text.contains(|letter: char| letter.is_ascii_alphabetic())
        && !text.starts_with(['/', '-', '.', '~'])
        && !text.contains(char::is_whitespace)
}

/// The secret masked where no letter or digit stands beside it.
fn replace_words(text: &str, secret: &str) -> String {
    let joins = |letter: Option<char>| letter.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(secret) {
        let (before, after) = (&rest[..at], &rest[at + secret.len()..]);
        let last = before.chars().next_back().or(clean.chars().next_back());
        clean.push_str(before);
        clean.push_str(if joins(last) || joins(after.chars().next()) {
            secret
        } else {
            MASK
        });
        rest = after;
    }
    clean + rest
}

/// The secret as it stands in an address, with a slash written out and without.
fn percent_encoded(secret: &str) -> [String; 2] {
    let encoded = |kept: &[u8]| {
        let mut text = String::new();
        for byte in secret.bytes() {
            if byte.is_ascii_alphanumeric() || kept.contains(&byte) {
                text.push(char::from(byte));
            } else {
                text.push_str(&format!("%{byte:02X}"));
            }
        }
        text
    };
    [encoded(b"-_.~"), encoded(b"-_.~/")]
}

/// The secret in base64, alone and within something longer, wherever it starts there.
fn in_base64(secret: &[u8]) -> Vec<String> {
    let mut forms = vec![base64::encoded(secret, false)];
    for shift in 0..3 {
        let mut shifted = vec![0; shift];
        shifted.extend(secret);
        let text = base64::encoded(&shifted, false);
        // What the bytes beside the secret decide as well is left out.
        let first = [0, 2, 3][shift];
        let last = shifted.len() / 3 * 4 + [0, 1, 2][shifted.len() % 3];
        forms.push(text[first..last.max(first)].to_owned());
    }
    forms.retain(|form| form.len() >= LONG);
    forms
}

#[cfg(test)]
mod tests {
    use super::Secrets;
    use crate::value::{Map, Text, Value, base64::encoded};

    fn secret(text: &str) -> Text {
        Text::from(text).into_secret()
    }

    fn kept(text: &str) -> Secrets {
        let secrets = Secrets::default();
        secrets.keep(&secret(text));
        secrets
    }

    #[test]
    fn a_secret_is_masked_wherever_it_stands() {
        let secrets = kept("p\"ss\\word'");
        for text in [
            "p\"ss\\word'".to_owned(),
            r#"{"x": "p\"ss\\word'"}"#.to_owned(),
            "http://u:p%22ss%5Cword%27@host".to_owned(),
            format!("Basic {}", encoded(b"user:p\"ss\\word'", false)),
            encoded(b"p\"ss\\word'\n", false),
            "echo 'p\"ss\\word'\"'\"''".to_owned(),
        ] {
            let masked = secrets.masked(&text);
            assert!(masked.contains("********"), "{text}: {masked}");
        }
        assert_eq!(secrets.masked("nothing"), "nothing");
        assert_eq!(
            kept("line one1\nline two2").masked("a line two2"),
            "a ********"
        );
    }

    #[test]
    fn short_secrets_are_masked_alone_and_common_words_never() {
        let pin = kept("4711");
        assert_eq!(
            pin.masked("pin=4711, 47110 a4711"),
            "pin=********, 47110 a4711"
        );
        assert_eq!(pin.masked("4711 4711"), "******** ********");
        assert_eq!(kept("ok").masked("ok: [one]"), "ok: [one]");
        assert_eq!(kept("true").masked("changed: true"), "changed: true");
        assert_eq!(kept("Production").masked("Production"), "Production");
    }

    #[test]
    fn what_a_hidden_task_returned_is_hidden_by_its_mark() {
        let secrets = Secrets::default();
        let result = Value::from(Map::from([
            (
                "cmd",
                Value::list([secret("ls"), secret("/srv/app")].map(Value::Text)),
            ),
            ("stdout", Value::Text(secret("total nothing"))),
            ("token", Value::Text(secret("Zx81-4711q"))),
        ]));
        secrets.hide(&result);
        secrets.keep_all(&result);
        secrets.learn(&result);
        assert_eq!(
            secrets.masked("ls /srv/app: total nothing"),
            "ls /srv/app: total nothing"
        );
        assert_eq!(secrets.masked("it is Zx81-4711q"), "it is ********");
        assert_eq!(secrets.shown(&secret("ls")), "********");
        assert_eq!(secrets.shown(&Text::from("ls")), "ls");
    }

    #[test]
    fn what_surrounds_a_secret_is_shown() {
        let secrets = kept("hunter2hunter2");
        assert_eq!(
            secrets.shown(&secret("user=ann password=hunter2hunter2")),
            "user=ann password=********"
        );
        secrets.learn(&Value::Text(secret("HUNTER2HUNTER2")));
        assert_eq!(secrets.masked("HUNTER2HUNTER2"), "********");
        secrets.hide(&Value::Text(secret("ann")));
        assert_eq!(
            secrets.shown(&secret("user=ann password=hunter2hunter2")),
            "********"
        );
    }
}
