//! Extra vars: `-e name=value`, JSON, YAML, `@file`.

use std::sync::Arc;

use crate::{
    config::{Environment, HashBehaviour},
    diagnostic::{Mistake, Source, Span},
    inventory::{Keys, Vars, merged},
    value::{Text, bytes_of},
    yaml::{self, Decrypt, Trust},
};

/// The variables that these `-e` arguments set; of a name given twice the later value counts.
///
/// # Errors
/// An argument is none of the forms, or its file cannot be read.
pub fn extra_vars(
    arguments: &[String],
    environment: &Environment,
    hash_behaviour: HashBehaviour,
    keys: &Keys,
    warnings: &mut Vec<Mistake>,
) -> Result<Vars, Mistake> {
    let mut all = Vars::new();
    for argument in arguments {
        let vars = one(argument, environment, keys, warnings)?;
        if hash_behaviour == HashBehaviour::Replace {
            all.extend(&vars);
            continue;
        }
        let keys = keys.as_ref().map(|keys| &**keys as &dyn Decrypt);
        for (name, var) in vars.iter() {
            match all.get(name) {
                Some(older) => {
                    let both = merged(&older.value(keys)?, &var.value(keys)?);
                    all.insert(name, both, var.place());
                }
                None => all.insert_var(name, var.clone()),
            }
        }
    }
    Ok(all)
}

fn one(
    argument: &str,
    environment: &Environment,
    keys: &Keys,
    warnings: &mut Vec<Mistake>,
) -> Result<Vars, Mistake> {
    let shown = argument.trim_start();
    if let Some(file) = shown.strip_prefix('@') {
        use std::os::unix::ffi::OsStrExt;
        let path = environment.path(file, environment.directory());
        let bytes = bytes_of(&path);
        let keys = keys.as_ref().map(|keys| &**keys as &dyn Decrypt);
        let source = yaml::open(std::ffi::OsStr::from_bytes(&bytes).as_ref(), &path, keys)?;
        return mapping(&source, warnings);
    }
    let source = Source::new("<extra vars>", argument);
    if shown.starts_with(['/', '.']) {
        let place = Span::new(&source, 0, argument.len());
        return Err(
            Mistake::new("extra vars must be variables", &place, "a path").help(format!(
                "a file of variables has a `@` before it: `-e @{shown}`"
            )),
        );
    }
    if shown.starts_with(['[', '{']) {
        return mapping(&source, warnings);
    }
    pairs(&source)
}

fn mapping(source: &Arc<Source>, warnings: &mut Vec<Mistake>) -> Result<Vars, Mistake> {
    let root = yaml::read(source, warnings)?;
    if root.is_null() {
        return Ok(Vars::new());
    }
    let Some(entries) = root.as_map() else {
        return Err(Mistake::new(
            "extra vars must be a mapping",
            &root.span,
            format!("this is {}", root.described()),
        ));
    };
    Vars::of_entries(entries, Trust::Template)
}

/// `name=value` pairs with blanks between them; every value is text.
fn pairs(source: &Arc<Source>) -> Result<Vars, Mistake> {
    let text = source.text();
    let mut vars = Vars::new();
    let mut at = 0;
    while let Some(skip) = text[at..].find(|letter: char| !letter.is_whitespace()) {
        at += skip;
        let Some(length) = word(&text[at..]) else {
            let place = Span::new(source, at, text.len());
            return Err(Mistake::new(
                "a quote or a template is never closed",
                &place,
                "here",
            ));
        };
        let written = &text[at..at + length];
        let place = Span::new(source, at, at + length);
        let Some((name, value)) = written.split_once('=') else {
            return Err(Mistake::new("expected `name=value`", &place, "no `=` here")
                .help("a value with blanks needs quotes"));
        };
        let value = unescaped(unquoted(value));
        vars.insert(name, Text::template(value, place.clone()), Some(&place));
        at += length;
    }
    Ok(vars)
}

/// How long the first word is: blanks inside quotes and templates belong to it.
fn word(text: &str) -> Option<usize> {
    let mut quote = None;
    let mut depth = 0_usize;
    let mut before = ' ';
    let mut escaped = false;
    for (at, letter) in text.char_indices() {
        if std::mem::take(&mut escaped) {
            before = letter;
            continue;
        }
        match (quote, letter) {
            (_, '\\') => escaped = true,
            (Some(open), letter) if letter == open => quote = None,
            (None, '"' | '\'') if depth == 0 => quote = Some(letter),
            (None, '{' | '%' | '#') if before == '{' => depth += 1,
            (None, '}') if matches!(before, '}' | '%' | '#') => depth = depth.saturating_sub(1),
            (None, letter) if letter.is_whitespace() && depth == 0 => return Some(at),
            _ => {}
        }
        // Each of two brackets side by side counts once.
        before = if matches!((before, letter), ('{', '{') | ('}', '}')) {
            ' '
        } else {
            letter
        };
    }
    (quote.is_none() && depth == 0).then_some(text.len())
}

fn unquoted(text: &str) -> &str {
    for quote in ['"', '\''] {
        if text.len() > 1
            && let Some(inner) = text
                .strip_prefix(quote)
                .and_then(|text| text.strip_suffix(quote))
        {
            return inner;
        }
    }
    text
}

/// Python's escapes, as Ansible reads them in such values.
fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        plain.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let Some(letter) = rest.chars().next() else {
            plain.push('\\');
            break;
        };
        rest = &rest[letter.len_utf8()..];
        let coded = match letter {
            'x' => Some(2),
            'u' => Some(4),
            'U' => Some(8),
            _ => None,
        };
        if let Some(digits) = coded {
            let code = rest
                .get(..digits)
                .and_then(|hex| u32::from_str_radix(hex, 16).ok());
            if let Some(letter) = code.and_then(char::from_u32) {
                plain.push(letter);
                rest = &rest[digits..];
                continue;
            }
        }
        match letter {
            'n' => plain.push('\n'),
            't' => plain.push('\t'),
            'r' => plain.push('\r'),
            '\\' | '\'' | '"' => plain.push(letter),
            other => {
                plain.push('\\');
                plain.push(other);
            }
        }
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::extra_vars;
    use crate::{
        config::{Environment, HashBehaviour},
        inventory::Vars,
        value::to_json,
    };

    fn read(arguments: &[&str], how: HashBehaviour) -> Result<Vars, String> {
        let arguments: Vec<String> = arguments
            .iter()
            .map(|argument| (*argument).to_owned())
            .collect();
        let environment = Environment::made_of("/", []);
        extra_vars(&arguments, &environment, how, &None, &mut Vec::new()).map_err(|mistake| {
            let place = mistake
                .place()
                .map(|place| format!("{place}: "))
                .unwrap_or_default();
            format!("{place}{mistake}")
        })
    }

    fn shown(arguments: &[&str]) -> String {
        match read(arguments, HashBehaviour::Replace) {
            Ok(vars) => {
                let shown = |(name, var): (&str, &crate::inventory::Var)| {
                    format!("{name}={}", to_json(&var.value(None).unwrap()))
                };
                vars.iter().map(shown).collect::<Vec<_>>().join(" ")
            }
            Err(why) => why,
        }
    }

    /// Answers of ansible-core 2.19.14, but for a word without `=`, which it takes in silence.
    #[test]
    fn extra_vars_are_read_in_all_their_forms() {
        assert_eq!(
            shown(&[r#"a=1 b="x y" c='q' d={{ 1 + 1 }} e=x=y f="a\nb" h=[1,2]"#]),
            r#"a="1" b="x y" c="q" d="{{ 1 + 1 }}" e="x=y" f="a\nb" h="[1,2]""#
        );
        assert_eq!(shown(&[r#"{"a": 1, "b": [1]}"#, "a=2"]), r#"a="2" b=[1]"#);
        assert_eq!(shown(&["{a: 1, b: yes}"]), "a=1 b=true");
        assert_eq!(shown(&["   a=5", "", "a= b=2"]), r#"a="" b="2""#);
        assert_eq!(shown(&[r#"a="x # y" b=c#d"#]), r#"a="x # y" b="c#d""#);
        assert_eq!(
            shown(&[r#"a="it's" b='say "hi"' c=\"x"#]),
            r#"a="it's" b="say \"hi\"" c="\"x""#
        );
        assert_eq!(shown(&["foo"]), "<extra vars>:1:1: expected `name=value`");
        assert_eq!(
            shown(&["a='unclosed"]),
            "<extra vars>:1:1: a quote or a template is never closed"
        );
        assert_eq!(
            shown(&["b=1 a={{ x"]),
            "<extra vars>:1:5: a quote or a template is never closed"
        );
        assert_eq!(
            shown(&["[{\"a\": 1}]"]),
            "<extra vars>:1:1: extra vars must be a mapping"
        );
        assert_eq!(
            shown(&["./x"]),
            "<extra vars>:1:1: extra vars must be variables"
        );
        assert_eq!(
            shown(&["@/nowhere"]),
            "cannot read `/nowhere`: there is no such file"
        );
    }

    #[test]
    fn dictionaries_are_merged_when_asked_to() {
        let vars = read(&["{d: {a: 1, b: 1}}", "{d: {b: 2}}"], HashBehaviour::Merge).unwrap();
        let value = vars.get("d").unwrap().value(None).unwrap();
        assert_eq!(to_json(&value).to_string(), r#"{"a":1,"b":2}"#);
    }
}
