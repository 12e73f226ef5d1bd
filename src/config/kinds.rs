//! What kinds of value a setting can have.

use std::ops::Deref;

use crate::value::{Value, truth_of};

use super::Environment;

/// A kind of setting: how its text is read, and how it is shown.
pub trait Interpreted: Sized + Clone {
    /// The name of the kind as `config list` shows it.
    const KIND: &'static str;

    /// Reads the text of a setting; relative paths start at `base`. The error says what the value
    /// must be, to follow "must".
    fn read(text: &str, base: &str, environment: &Environment) -> Result<Self, String>;

    /// The setting as a value.
    fn shown(&self) -> Value;
}

impl Interpreted for bool {
    const KIND: &'static str = "boolean";

    fn read(text: &str, _: &str, _: &Environment) -> Result<Self, String> {
        match text.trim() {
            "" => Ok(false),
            word => truth_of(word).ok_or_else(|| "be `true` or `false`".to_owned()),
        }
    }

    fn shown(&self) -> Value {
        Value::Bool(*self)
    }
}

impl Interpreted for u32 {
    const KIND: &'static str = "integer";

    fn read(text: &str, _: &str, _: &Environment) -> Result<Self, String> {
        text.trim()
            .parse()
            .map_err(|_| "be a whole number that is not negative".to_owned())
    }

    fn shown(&self) -> Value {
        Value::from(*self)
    }
}

impl Interpreted for String {
    const KIND: &'static str = "string";

    fn read(text: &str, _: &str, _: &Environment) -> Result<Self, String> {
        Ok(text.to_owned())
    }

    fn shown(&self) -> Value {
        Value::from(self.as_str())
    }
}

/// An empty text is a setting that is not set.
impl<T: Interpreted> Interpreted for Option<T> {
    const KIND: &'static str = T::KIND;

    fn read(text: &str, base: &str, environment: &Environment) -> Result<Self, String> {
        if text.trim().is_empty() {
            return Ok(None);
        }
        T::read(text, base, environment).map(Some)
    }

    fn shown(&self) -> Value {
        self.as_ref().map_or(Value::Null, Interpreted::shown)
    }
}

impl Interpreted for Vec<String> {
    const KIND: &'static str = "list";

    fn read(text: &str, _: &str, _: &Environment) -> Result<Self, String> {
        Ok(pieces(text, ','))
    }

    fn shown(&self) -> Value {
        Value::list(self.iter().map(|item| Value::from(item.as_str())))
    }
}

fn pieces(text: &str, mark: char) -> Vec<String> {
    text.split(mark)
        .map(str::trim)
        .filter(|piece| !piece.is_empty())
        .map(str::to_owned)
        .collect()
}

/// An absolute path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilePath(pub String);

/// Absolute paths, written with colons between them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PathList(pub Vec<String>);

/// Inventory sources, written with commas between them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceList(pub Vec<String>);

impl Deref for FilePath {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl Deref for PathList {
    type Target = [String];

    fn deref(&self) -> &[String] {
        &self.0
    }
}

impl Deref for SourceList {
    type Target = [String];

    fn deref(&self) -> &[String] {
        &self.0
    }
}

impl Interpreted for FilePath {
    const KIND: &'static str = "path";

    fn read(text: &str, base: &str, environment: &Environment) -> Result<Self, String> {
        Ok(Self(resolved(text, base, environment)))
    }

    fn shown(&self) -> Value {
        Value::from(self.0.as_str())
    }
}

impl Interpreted for PathList {
    const KIND: &'static str = "pathspec";

    fn read(text: &str, base: &str, environment: &Environment) -> Result<Self, String> {
        let paths = pieces(text, ':');
        Ok(Self(
            paths
                .iter()
                .map(|path| resolved(path, base, environment))
                .collect(),
        ))
    }

    fn shown(&self) -> Value {
        self.0.shown()
    }
}

impl Interpreted for SourceList {
    const KIND: &'static str = "pathlist";

    fn read(text: &str, base: &str, environment: &Environment) -> Result<Self, String> {
        let paths = pieces(text, ',');
        Ok(Self(
            paths
                .iter()
                .map(|path| resolved(path, base, environment))
                .collect(),
        ))
    }

    fn shown(&self) -> Value {
        self.0.shown()
    }
}

fn resolved(path: &str, base: &str, environment: &Environment) -> String {
    let path = path.replace("{{CWD}}", environment.directory());
    let path = path.replace("{{ CWD }}", environment.directory());
    environment.path(path.trim(), base)
}

/// A setting that is one of a few words.
pub trait Choice: Sized + Copy + 'static {
    /// All of them, each with its word.
    const CHOICES: &'static [(&'static str, Self)];

    /// The word for this one.
    fn word(self) -> &'static str;
}

macro_rules! choices {
    ($($(#[doc = $about:literal])+ $name:ident { $($(#[doc = $doc:literal])+ $case:ident = $word:literal,)+ })+) => {$(
        $(#[doc = $about])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name {
            $($(#[doc = $doc])+ $case,)+
        }

        impl Choice for $name {
            const CHOICES: &'static [(&'static str, Self)] = &[$(($word, Self::$case)),+];

            fn word(self) -> &'static str {
                match self {
                    $(Self::$case => $word,)+
                }
            }
        }

        impl Interpreted for $name {
            const KIND: &'static str = "string";

            fn read(text: &str, _: &str, _: &Environment) -> Result<Self, String> {
                let found = Self::CHOICES.iter().find(|(word, _)| *word == text.trim());
                found.map(|(_, choice)| *choice).ok_or_else(|| {
                    let words: Vec<String> =
                        Self::CHOICES.iter().map(|(word, _)| format!("`{word}`")).collect();
                    format!("be one of {}", words.join(", "))
                })
            }

            fn shown(&self) -> Value {
                Value::from(self.word())
            }
        }
    )+};
}

choices! {
    /// When facts are gathered.
    Gathering {
        /// At the start of every play, unless it says otherwise.
        Implicit = "implicit",
        /// Only where a play asks for it.
        Explicit = "explicit",
        /// For hosts that have none yet.
        Smart = "smart",
    }
    /// What a dictionary does that is set at two places.
    HashBehaviour {
        /// The later one counts alone.
        Replace = "replace",
        /// They are merged, the later one winning key by key.
        Merge = "merge",
    }
    /// What a key given twice in one YAML dictionary is.
    DuplicateKeys {
        /// A warning; the last one counts.
        Warn = "warn",
        /// An error.
        Error = "error",
        /// Nothing to talk about; the last one counts.
        Ignore = "ignore",
    }
    /// What a host pattern that matches nothing is.
    OnMismatch {
        /// A warning.
        Warning = "warning",
        /// An error.
        Error = "error",
        /// Nothing to talk about.
        Ignore = "ignore",
    }
    /// What becomes of group names that are no variable names.
    SafeNames {
        /// They stay, with a warning.
        Never = "never",
        /// They stay.
        Ignore = "ignore",
        /// Their odd characters become `_`, with a warning.
        Always = "always",
        /// Their odd characters become `_`.
        Silently = "silently",
    }
    /// How results are printed.
    ResultFormat {
        /// As JSON.
        Json = "json",
        /// As YAML.
        Yaml = "yaml",
    }
}
