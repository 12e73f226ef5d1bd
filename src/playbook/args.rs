//! What a task gives to its module.

use super::{
    field::{Fields, is_template},
    split,
};
use crate::{
    diagnostic::{Mistake, Span, Spanned},
    value::{Text, Value},
    yaml::{Entry, Kind, Node},
};

/// The arguments of a task.
#[derive(Clone, Debug, Default)]
pub struct Args {
    pub entries: Vec<Arg>,
    /// Free text: a command line, a file, or one template of all arguments.
    pub free: Option<Spanned<Text>>,
    /// `args: "{{ … }}"`: a template of further arguments, which give way to `entries`.
    pub further: Option<Spanned<Text>>,
}

/// One argument with its places.
#[derive(Clone, Debug)]
pub struct Arg {
    pub name: Spanned<String>,
    pub value: Value,
    /// Where the value stands.
    pub span: Span,
    /// The node it was read from, for the places of its parts; `key=value` text has none.
    pub node: Option<Node>,
}

impl Args {
    pub fn get(&self, name: &str) -> Option<&Arg> {
        self.entries.iter().find(|arg| arg.name.node == name)
    }

    /// Takes an argument out.
    pub(super) fn take(&mut self, name: &str) -> Option<Arg> {
        let at = self.entries.iter().position(|arg| arg.name.node == name)?;
        Some(self.entries.remove(at))
    }

    /// Sets an argument; the one that was there is gone, and its place kept.
    pub(super) fn set(&mut self, arg: Arg) {
        match self
            .entries
            .iter_mut()
            .find(|older| older.name.node == arg.name.node)
        {
            Some(older) => *older = arg,
            None => self.entries.push(arg),
        }
    }
}

/// Modules whose text is a command line: only the options of commands are pairs in it.
pub(super) const COMMANDS: [&str; 6] = [
    "command",
    "raw",
    "script",
    "shell",
    "win_command",
    "win_shell",
];

/// Other modules that take free text.
const FREE_TEXT: [&str; 9] = [
    "include_vars",
    "include_tasks",
    "include_role",
    "import_tasks",
    "import_role",
    "add_host",
    "group_by",
    "set_fact",
    "meta",
];

/// Whether a module may be given free text; only bare names of Ansible's own can.
pub(super) fn takes_free_text(module: &str) -> bool {
    let bare = super::model::bare(module);
    let windows = bare.strip_prefix("ansible.windows.").unwrap_or(bare);
    COMMANDS.contains(&windows) || FREE_TEXT.contains(&bare)
}

fn is_command(module: &str) -> bool {
    let bare = super::model::bare(module);
    COMMANDS.contains(&bare.strip_prefix("ansible.windows.").unwrap_or(bare))
}

impl Fields<'_> {
    /// Adds what `module: …` gives.
    pub(super) fn args_of(&mut self, module: &str, node: &Node, args: &mut Args) {
        match &node.kind {
            Kind::Map(entries) => self.args_of_map(entries, args),
            Kind::Scalar(_) if node.is_null() => {}
            Kind::Scalar(scalar) => {
                // A vault text is one piece of free text: it is not taken apart.
                if node.tag == crate::yaml::Tag::Vault {
                    args.free = self.text_of(module, node);
                } else if node.as_str().is_some() {
                    self.args_of_text(module, &scalar.chars, &node.span, args);
                } else {
                    self.mistakes.push(Mistake::new(
                        format!("`{module}` takes a mapping of its parameters"),
                        &node.span,
                        format!("this is {}", node.described()),
                    ));
                }
            }
            Kind::Seq(_) => self.mistakes.push(
                Mistake::new(
                    format!("`{module}` takes a mapping of its parameters"),
                    &node.span,
                    "this is a list",
                )
                .help("remove the dash before the first parameter"),
            ),
        }
    }

    pub(super) fn args_of_map(&mut self, entries: &[Entry], args: &mut Args) {
        for entry in entries {
            let Some(name) = entry.key.as_str() else {
                self.mistakes.push(Mistake::new(
                    "the name of a parameter is text",
                    &entry.key_span,
                    "not text",
                ));
                continue;
            };
            if name.starts_with("_ansible_") {
                self.mistakes.push(Mistake::new(
                    format!("`{name}` is reserved: no parameter starts with `_ansible_`"),
                    &entry.key_span,
                    "reserved",
                ));
                continue;
            }
            if name == "_raw_params" {
                args.free = self.text_of(name, &entry.value);
                continue;
            }
            let Some(value) = self.value_of(&entry.value) else {
                continue;
            };
            args.set(Arg {
                name: Spanned::new(name.to_owned(), entry.key_span.clone()),
                value: value.node,
                span: entry.value.span.clone(),
                node: Some(entry.value.clone()),
            });
        }
    }

    pub(super) fn args_of_text(&mut self, module: &str, text: &str, span: &Span, args: &mut Args) {
        let Some(found) = split::pairs(text, is_command(module)) else {
            self.mistakes.push(
                Mistake::new(
                    "a quote or a template in this text is not closed",
                    span,
                    "here",
                )
                .help("write the parameters as a mapping, one on each line"),
            );
            return;
        };
        let mut from = span.start;
        for (name, value) in found.pairs {
            let (name_span, value_span) = places(&name, span, &mut from);
            args.set(Arg {
                name: Spanned::new(name, name_span),
                value: Value::Text(self.how.text(&value, &value_span)),
                span: value_span,
                node: None,
            });
        }
        let Some(free) = found.free else { return };
        if !takes_free_text(module) && !is_template(&free) && !is_template(module) {
            let word = free.split_whitespace().next().unwrap_or_default();
            self.mistakes.push(
                Mistake::new(
                    format!("`{module}` takes parameters, and `{word}` is none"),
                    span,
                    "expected `name=value`",
                )
                .help("write the parameters as a mapping, one on each line"),
            );
            return;
        }
        args.free = Some(Spanned::new(self.how.text(&free, span), span.clone()));
    }
}

/// Where `name=` stands in a text, and the word after it; all of the text where it cannot be told.
fn places(name: &str, span: &Span, from: &mut usize) -> (Span, Span) {
    let text = span.source.text();
    let rest = text.get(*from..span.end).unwrap_or_default();
    let Some(at) = rest.find(&format!("{name}=")) else {
        return (span.clone(), span.clone());
    };
    let start = *from + at;
    let after = start + name.len() + 1;
    let tail = &text[after..span.end];
    let end = match tail.chars().next().filter(|c| matches!(c, '"' | '\'')) {
        Some(quote) => tail[1..].find(quote).map_or(tail.len(), |end| end + 2),
        None if tail.starts_with("{{") => tail.find("}}").map_or(tail.len(), |end| end + 2),
        None => tail.find(char::is_whitespace).unwrap_or(tail.len()),
    };
    *from = after;
    (
        Span::new(&span.source, start, start + name.len()),
        Span::new(&span.source, after, after + end),
    )
}
