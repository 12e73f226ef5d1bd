//! Keywords of a mapping, each as the type that it has.

use super::{
    keyword::{Bearer, Flag, Fraction, Given, Keywords, Whole, Words},
    variables::variables,
};
use crate::{
    diagnostic::{Mistake, Mistakes, Spanned, nearest},
    value::{Text, Value, truth},
    yaml::{Conversion, Entry, Kind, Node},
};

/// Takes the keywords of one mapping, and collects what is wrong with them.
pub(super) struct Fields<'a> {
    pub(super) entries: &'a [Entry],
    pub(super) bearer: Bearer,
    pub(super) how: &'a Conversion<'a>,
    pub(super) mistakes: &'a mut Mistakes,
}

/// Whether this text is rendered before it means something.
pub fn is_template(text: &str) -> bool {
    ["{{", "{%", "{#"].iter().any(|open| text.contains(open))
}

impl<'a> Fields<'a> {
    /// The entry of this keyword, unless it is empty.
    pub(super) fn entry(&self, name: &str) -> Option<&'a Entry> {
        self.entries
            .iter()
            .find(|entry| entry.key.as_str() == Some(name))
            .filter(|entry| !entry.value.is_null())
    }

    /// Refuses every key that the bearer does not know and that is not in `others`.
    pub(super) fn refuse_unknown(&mut self, others: &[&str]) {
        for entry in self.entries {
            let known = entry
                .key
                .as_str()
                .is_some_and(|name| self.bearer.knows(name) || others.contains(&name));
            if !known {
                let mistake = unknown_keyword(entry, self.bearer, self.bearer.keywords());
                self.mistakes.push(mistake);
            }
        }
    }

    fn wrong(&mut self, name: &str, wanted: &str, node: &Node) {
        self.mistakes.push(Mistake::new(
            format!("`{name}` takes {wanted}"),
            &node.span,
            format!("this is {}", node.described()),
        ));
    }

    /// The value of a node; what cannot be converted is a mistake.
    pub(super) fn value_of(&mut self, node: &Node) -> Option<Spanned<Value>> {
        match self.how.value(node) {
            Ok(value) => Some(Spanned::new(value, node.span.clone())),
            Err(mistake) => {
                self.mistakes.push(mistake);
                None
            }
        }
    }

    pub(super) fn value(&mut self, name: &str) -> Option<Spanned<Value>> {
        let entry = self.entry(name)?;
        self.value_of(&entry.value)
    }

    /// Any scalar, as its characters.
    pub(super) fn text_of(&mut self, name: &str, node: &Node) -> Option<Spanned<Text>> {
        let Some(scalar) = node.as_scalar() else {
            self.wrong(name, "text", node);
            return None;
        };
        let text = match self.how.value(node) {
            Ok(Value::Text(text)) => text,
            Ok(_) => self.how.text(&scalar.chars, &node.span),
            Err(mistake) => {
                self.mistakes.push(mistake);
                return None;
            }
        };
        Some(Spanned::new(text, node.span.clone()))
    }

    pub(super) fn text(&mut self, name: &str) -> Words {
        let entry = self.entry(name)?;
        self.text_of(name, &entry.value)
    }

    /// A value that is text with a template, or what `parse` makes of it.
    fn given<T>(
        &mut self,
        name: &str,
        wanted: &str,
        parse: impl Fn(&Value) -> Option<T>,
    ) -> Option<Spanned<Given<T>>> {
        let node = &self.entry(name)?.value;
        let value = self.value_of(node)?.node;
        let given = match (parse(&value), value) {
            (Some(known), _) => Given::Known(known),
            (None, Value::Text(text)) if is_template(&text) => Given::Template(text),
            _ => {
                let written = node.as_str().map(|text| format!("`{text}`"));
                self.mistakes.push(Mistake::new(
                    format!("`{name}` takes {wanted}"),
                    &node.span,
                    format!("this is {}", written.as_deref().unwrap_or(node.described())),
                ));
                return None;
            }
        };
        Some(Spanned::new(given, node.span.clone()))
    }

    pub(super) fn flag(&mut self, name: &str) -> Flag {
        self.given(name, "true or false", truth)
    }

    pub(super) fn whole(&mut self, name: &str) -> Whole {
        self.given(name, "a whole number", whole)
    }

    pub(super) fn fraction(&mut self, name: &str) -> Fraction {
        self.given(name, "a number", |value| match value {
            Value::Text(text) => text.trim_end_matches('%').trim().parse().ok(),
            Value::Float(number) => Some(*number),
            other => whole(other).map(as_float),
        })
    }

    /// One value or a list of them, each with its place.
    pub(super) fn values(&mut self, name: &str) -> Vec<Spanned<Value>> {
        let Some(entry) = self.entry(name) else {
            return Vec::new();
        };
        match &entry.value.kind {
            Kind::Seq(items) => items
                .iter()
                .filter_map(|item| self.value_of(item))
                .collect(),
            _ => self.value_of(&entry.value).into_iter().collect(),
        }
    }

    /// One text or a list of them.
    pub(super) fn texts(&mut self, name: &str) -> Vec<Spanned<Text>> {
        let Some(entry) = self.entry(name) else {
            return Vec::new();
        };
        match &entry.value.kind {
            Kind::Seq(items) => items
                .iter()
                .filter_map(|item| self.text_of(name, item))
                .collect(),
            _ => self.text_of(name, &entry.value).into_iter().collect(),
        }
    }

    /// Tags: a list, or one text with commas.
    fn tags(&mut self) -> Vec<Spanned<Text>> {
        let texts = self.texts("tags");
        if self
            .entry("tags")
            .is_none_or(|entry| entry.value.as_seq().is_some())
        {
            return texts;
        }
        let mut tags = Vec::new();
        for text in texts {
            if is_template(&text.node) {
                tags.push(text);
                continue;
            }
            for tag in text.node.split(',') {
                let tag = self.how.text(tag.trim(), &text.span);
                tags.push(Spanned::new(tag, text.span.clone()));
            }
        }
        tags
    }

    /// The keywords that all bearers share.
    pub(super) fn keywords(&mut self) -> Keywords {
        self.refuse_two_users();
        let vars = match self.entry("vars") {
            Some(entry) => variables(&entry.value, self.how, self.mistakes),
            None => Vec::new(),
        };
        let notify = self
            .entry("notify")
            .is_some()
            .then(|| self.values("notify"));
        let collections = self
            .entry("collections")
            .is_some()
            .then(|| self.texts("collections"));
        Keywords {
            name: self.text("name"),
            vars,
            connection: self.text("connection"),
            port: self.whole("port"),
            remote_user: self.text("remote_user").or_else(|| self.old_user()),
            module_defaults: self.values("module_defaults"),
            environment: self.values("environment"),
            no_log: self.flag("no_log"),
            run_once: self.flag("run_once"),
            ignore_errors: self.flag("ignore_errors"),
            ignore_unreachable: self.flag("ignore_unreachable"),
            check_mode: self.flag("check_mode"),
            diff: self.flag("diff"),
            any_errors_fatal: self.flag("any_errors_fatal"),
            throttle: self.whole("throttle"),
            timeout: self.whole("timeout"),
            debugger: self.text("debugger"),
            r#become: self.flag("become"),
            become_method: self.text("become_method"),
            become_user: self.text("become_user"),
            become_flags: self.text("become_flags"),
            become_exe: self.text("become_exe"),
            collections,
            when: self.values("when"),
            tags: self.tags(),
            delegate_to: self.text("delegate_to"),
            delegate_facts: self.flag("delegate_facts"),
            notify,
        }
    }

    /// Plays may still say `user` for `remote_user`.
    fn old_user(&mut self) -> Words {
        (self.bearer == Bearer::Play)
            .then(|| self.text("user"))
            .flatten()
    }

    /// The login has one name.
    fn refuse_two_users(&mut self) {
        if let (Bearer::Play, Some(user), Some(_)) =
            (self.bearer, self.entry("user"), self.entry("remote_user"))
        {
            self.mistakes.push(
                Mistake::new(
                    "both 'user' and 'remote_user' are set for this play.",
                    &user.key_span,
                    "the old name",
                )
                .help("use `remote_user` alone"),
            );
        }
    }
}

/// A key that is no keyword of its bearer.
pub(super) fn unknown_keyword<'n>(
    entry: &Entry,
    bearer: Bearer,
    candidates: impl IntoIterator<Item = &'n str>,
) -> Mistake {
    let described = bearer.described();
    let Some(name) = entry.key.as_str() else {
        return Mistake::new(
            format!("the keywords of {described} are text"),
            &entry.key_span,
            "not text",
        );
    };
    let mistake = Mistake::new(
        format!("'{name}' is not a valid attribute for {}", bearer.titled()),
        &entry.key_span,
        "unknown",
    );
    let near = nearest(name, candidates);
    let elsewhere = [
        (Bearer::Play, "it belongs to a play"),
        (Bearer::Block, "it belongs to a block"),
        (Bearer::Task, "it belongs to a task"),
        (Bearer::Handler, "it belongs to a handler"),
    ];
    let elsewhere = elsewhere.iter().find(|(other, _)| other.knows(name));
    match (near, elsewhere) {
        (None, Some((_, place))) => mistake.help(*place),
        _ => mistake.did_you_mean(near),
    }
}

fn whole(value: &Value) -> Option<i64> {
    match value {
        Value::Int(number) => Some(*number),
        Value::Bool(truth) => Some(i64::from(*truth)),
        Value::Text(text) => text.trim().parse().ok(),
        #[expect(
            clippy::cast_possible_truncation,
            reason = "only whole numbers below 2^53 come here"
        )]
        Value::Float(number) if number.fract() == 0.0 && number.abs() < 9e15 => {
            Some(*number as i64)
        }
        _ => None,
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "seconds and percentages are small"
)]
fn as_float(number: i64) -> f64 {
    number as f64
}
