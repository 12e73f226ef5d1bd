//! Passwords that are made once and kept in a file of the control side.

use std::path::{Path, PathBuf};

use super::super::{
    eval::{Bound, Eval},
    failure::{Kind, Res, Stop},
    files,
    filters::{Recipe, Scheme, any_salt, hashed, unforeseeable},
    obj::{self, Obj},
    templar::Keeping,
    twister::Twister,
};
use super::{Lookup, files::with_home, lookup};
use crate::{
    diagnostic::hint,
    value::{Unknown, bytes_of, text_of},
};

pub(super) const LOOKUPS: &[Lookup] = &[lookup(
    "password",
    &["length?", "encrypt?", "ident?", "chars?", "seed?"],
    password,
    "Reads a password from a file, or makes one and keeps it there.",
)];

const NAMES: &[&str] = &["length", "encrypt", "ident", "chars", "seed"];

/// What is asked for: options of the lookup, and those that stand behind the path.
struct Asked {
    path: String,
    length: usize,
    encrypt: Option<Scheme>,
    ident: Option<String>,
    letters: Vec<char>,
    seed: Option<String>,
}

/// What a file holds: `secret salt=… ident=…`.
#[derive(Clone, Debug, Default, PartialEq)]
struct Kept {
    secret: String,
    salt: Option<String>,
    ident: Option<String>,
}

fn password(eval: &Eval<'_>, terms: &[Obj], options: &Bound) -> Res<Vec<Obj>> {
    terms
        .iter()
        .map(|term| {
            let term = obj::text(eval, term)?;
            one(eval, &asked(eval, &term, options)?)
        })
        .collect()
}

fn one(eval: &Eval<'_>, asked: &Asked) -> Res<Obj> {
    let name = with_home(eval, &asked.path);
    let is_kept = name != "/dev/null";
    let settings = eval.templar.settings();
    let path: PathBuf = match &settings.directory {
        Some(folder) => folder.join(&name),
        None => PathBuf::from(&name),
    };
    let before = if is_kept && path.exists() {
        let bytes = files::bytes(&path).map_err(Stop::runtime)?;
        Some(Kept::read(&text_of(&bytes)))
    } else {
        None
    };
    let mut kept = before.clone().unwrap_or_else(|| Kept {
        secret: asked.secret(),
        ..Kept::default()
    });
    if let Some(scheme) = asked.encrypt {
        let salt = || any_salt(scheme.salt_size());
        kept.salt.get_or_insert_with(salt);
        let own = (scheme == Scheme::Bcrypt).then(|| "2b".to_owned());
        kept.ident = kept.ident.or_else(|| asked.ident.clone()).or(own);
    }
    if is_kept && before.as_ref() != Some(&kept) {
        match &settings.keeping {
            Keeping::Kept(keep) => {
                let text = keep
                    .keep(&path, &kept.written(), before.is_some())
                    .map_err(|error| Stop::runtime(format!("`{name}`: {error}")))?;
                kept = Kept::read(&text);
            }
            Keeping::Rehearsed => {
                let why = format!("the password of `{name}` is made in the run");
                return Err(Stop::Unknown(Unknown::because(why)));
            }
            Keeping::Nowhere => {
                return Err(Stop::kind(
                    Kind::Plugin,
                    format!("the password of `{name}` is not there yet, and cannot be kept here"),
                ));
            }
        }
    }
    let Some(scheme) = asked.encrypt else {
        return Ok(Obj::from(kept.secret));
    };
    let recipe = Recipe {
        salt: kept.salt,
        ident: kept.ident,
        ..Recipe::default()
    };
    hashed(&bytes_of(&kept.secret), scheme, &recipe)
        .map(Obj::from)
        .map_err(Stop::runtime)
}

impl Kept {
    fn read(text: &str) -> Self {
        let mut rest = text.trim_end_matches(['\n', '\r']).to_owned();
        let mut take = |mark: &str| {
            let at = rest.rfind(mark)?;
            let found = rest[at + mark.len()..].to_owned();
            rest.truncate(at);
            Some(found)
        };
        let ident = take(" ident=");
        let salt = take(" salt=");
        Self {
            secret: rest,
            salt,
            ident,
        }
    }

    fn written(&self) -> String {
        let mut text = self.secret.clone();
        if let Some(salt) = &self.salt {
            text.push_str(&format!(" salt={salt}"));
            if let Some(ident) = &self.ident {
                text.push_str(&format!(" ident={ident}"));
            }
        }
        text.push('\n');
        text
    }
}

impl Asked {
    /// A new secret: the one that the seed gives in Python, or an unforeseeable one.
    fn secret(&self) -> String {
        let Some(seed) = &self.seed else {
            return unforeseeable(&self.letters, self.length);
        };
        let mut generator = Twister::of_text(seed);
        let count = u64::try_from(self.letters.len()).unwrap_or(u64::MAX);
        (0..self.length)
            .filter_map(|_| {
                let at = usize::try_from(generator.below(count)).ok()?;
                self.letters.get(at)
            })
            .collect()
    }
}

/// The path, and the options in the order of their strength: those behind the path come first.
fn asked(eval: &Eval<'_>, term: &str, options: &Bound) -> Res<Asked> {
    let (path, behind) = parted(term)?;
    let given = |name: &str| match behind.iter().rev().find(|(own, _)| own == name) {
        Some((_, value)) => Some(Obj::from(value.as_str())),
        None => options.some(name).cloned(),
    };
    let text = |name: &str| match given(name) {
        Some(value) => obj::text(eval, &value).map(|text| Some(text.as_str().to_owned())),
        None => Ok(None),
    };
    let length = match text("length")? {
        None => 20,
        Some(word) => word
            .trim()
            .parse()
            .ok()
            .filter(|length| *length <= 1_000_000)
            .ok_or_else(|| Stop::runtime(format!("`length` is `{word}`, and no length")))?,
    };
    let encrypt = match text("encrypt")?.filter(|name| !name.is_empty()) {
        None => None,
        Some(name) => Some(Scheme::named(&name).ok_or_else(|| {
            Stop::runtime(format!(
                "there is no `{name}` here; there are md5_crypt, bcrypt, sha256_crypt and sha512_crypt"
            ))
        })?),
    };
    let sets = match given("chars") {
        None => ["ascii_letters", "digits", ".,:-_"]
            .map(str::to_owned)
            .into(),
        Some(Obj::Str(text)) => sets_of(&text),
        Some(other) => eval
            .items(&other)?
            .iter()
            .map(|set| obj::text(eval, set).map(|text| text.as_str().to_owned()))
            .collect::<Res<Vec<String>>>()?,
    };
    let letters: Vec<char> = sets
        .iter()
        .flat_map(|set| letters_of(set))
        .filter(|letter| !matches!(letter, '"' | '\''))
        .collect();
    if letters.is_empty() || letters.len() > 256 {
        return Err(Stop::runtime(
            "`chars` must give between 1 and 256 characters",
        ));
    }
    Ok(Asked {
        path,
        length,
        encrypt,
        ident: text("ident")?,
        letters,
        seed: text("seed")?,
    })
}

/// Takes `path name=value …` apart; blanks in the path stay in it.
fn parted(term: &str) -> Res<(String, Vec<(String, String)>)> {
    let mut path: Vec<&str> = Vec::new();
    let mut options = Vec::new();
    for (at, word) in term.split(' ').enumerate() {
        match word.split_once('=') {
            Some((name, value)) if at > 0 => {
                if !NAMES.contains(&name) {
                    let near = hint(name, NAMES.iter().copied());
                    return Err(Stop::kind(
                        Kind::Plugin,
                        format!("the password lookup has no parameter `{name}`{near}"),
                    ));
                }
                options.push((name.to_owned(), value.trim_matches(['"', '\'']).to_owned()));
            }
            _ if options.is_empty() => path.push(word),
            _ if word.is_empty() => {}
            _ => {
                return Err(Stop::runtime(format!(
                    "`{word}` stands behind the parameters of a password lookup; the path comes first"
                )));
            }
        }
    }
    Ok((path.join(" ").trim_end().to_owned(), options))
}

/// Sets between commas; two commas stand for the comma itself.
fn sets_of(text: &str) -> Vec<String> {
    let comma = text.contains(",,").then(|| ",".to_owned());
    let plain = text.replace(",,", ",");
    let sets = plain.split(',').filter(|set| !set.is_empty());
    comma.into_iter().chain(sets.map(str::to_owned)).collect()
}

/// The characters of a set: one of Python's by its name, or these very ones.
fn letters_of(set: &str) -> Vec<char> {
    let lower = 'a'..='z';
    let upper = 'A'..='Z';
    let punctuation = ('!'..='/')
        .chain(':'..='@')
        .chain('['..='`')
        .chain('{'..='~');
    let white = [' ', '\t', '\n', '\r', '\u{b}', '\u{c}'];
    match set {
        "ascii_lowercase" => lower.collect(),
        "ascii_uppercase" => upper.collect(),
        "ascii_letters" => lower.chain(upper).collect(),
        "digits" => ('0'..='9').collect(),
        "hexdigits" => ('0'..='9').chain('a'..='f').chain('A'..='F').collect(),
        "octdigits" => ('0'..='7').collect(),
        "punctuation" => punctuation.collect(),
        "whitespace" => white.into(),
        "printable" => ('0'..='9')
            .chain(lower)
            .chain(upper)
            .chain(punctuation)
            .chain(white)
            .collect(),
        own => own.chars().collect(),
    }
}

/// Keeps what lookups make.
pub trait Keep: Send + Sync {
    /// Writes a file that only its owner reads, and the folders to it; returns what it then holds:
    /// somebody else's words where the file was made meanwhile. With `again` it replaces the file.
    ///
    /// # Errors
    /// The file cannot be written, or not be read.
    fn keep(&self, path: &Path, text: &str, again: bool) -> std::io::Result<String>;
}

#[cfg(test)]
mod tests {
    use super::{Kept, letters_of, parted, sets_of};

    #[test]
    fn what_is_kept_is_read_again() {
        for text in ["abc\n", "a b\n", "s salt=xy\n", "s salt=xy ident=2b\n"] {
            assert_eq!(Kept::read(text).written(), text);
        }
        let kept = Kept::read("a salt=b salt=c");
        assert_eq!(
            (kept.secret.as_str(), kept.salt.as_deref()),
            ("a salt=b", Some("c"))
        );
    }

    #[test]
    fn options_stand_behind_the_path() {
        let (path, options) = parted("some where/pw length=3 chars=ascii_letters,,")
            .unwrap_or_else(|_| (String::new(), Vec::new()));
        assert_eq!(path, "some where/pw");
        assert_eq!(options[0], ("length".to_owned(), "3".to_owned()));
        assert_eq!(sets_of(&options[1].1), [",", "ascii_letters"]);
        assert!(parted("pw length=3 more").is_err());
        assert!(parted("pw lenght=3").is_err());
        assert_eq!(letters_of("printable").len(), 100);
    }
}
