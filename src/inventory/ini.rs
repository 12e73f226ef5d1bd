//! Inventories in Ansible's own INI dialect.

use std::{collections::HashMap, sync::Arc};

use super::{GroupId, Inventory, literal, model::told, range, words};
use crate::{
    diagnostic::{Mistake, Mistakes, Source, Span, nearest},
    value::{Text, Value},
};

/// Reads an INI inventory into `inventory`; every broken line is told.
///
/// # Errors
/// All mistakes of the text.
pub(super) fn read(
    inventory: &mut Inventory,
    source: &Arc<Source>,
    file: &Arc<str>,
    range_limit: u32,
) -> Result<(), Mistakes> {
    let mut reader = Reader {
        inventory,
        file,
        range_limit,
        section: Section::Hosts(Inventory::UNGROUPED),
        mistakes: Mistakes::default(),
        declared: Vec::new(),
        awaited: HashMap::new(),
        awaiting: Vec::new(),
        hosts_of_range: HashMap::new(),
    };
    let mut start = 0;
    for line in source.text().split_inclusive('\n') {
        let shown = line.trim();
        let from = start + line.len() - line.trim_start().len();
        start += line.len();
        // A line of a foreign character set may stand in a comment.
        if shown.is_empty() || shown.starts_with(['#', ';']) {
            continue;
        }
        let span = Span::new(source, from, from + shown.len());
        if let Err(mistake) = reader.line(shown, &span) {
            reader.mistakes.push(mistake);
        }
    }
    reader.end();
    reader.mistakes.or()
}

#[derive(Clone, Copy)]
enum Section {
    Hosts(GroupId),
    Children(GroupId),
    Vars(GroupId),
    /// One whose head was a mistake: its lines are not judged.
    Broken,
}

struct Reader<'a> {
    inventory: &'a mut Inventory,
    file: &'a Arc<str>,
    range_limit: u32,
    section: Section,
    mistakes: Mistakes,
    /// Groups that have a section of their own here other than `:vars`.
    declared: Vec<GroupId>,
    /// Groups that were named as children before they were declared.
    awaited: HashMap<String, Vec<(GroupId, Span)>>,
    /// The same, and groups of `:vars` sections, in order.
    awaiting: Vec<(String, Span, bool)>,
    hosts_of_range: HashMap<String, Arc<range::Expanded>>,
}

impl Reader<'_> {
    fn line(&mut self, line: &str, span: &Span) -> Result<(), Mistake> {
        if line.starts_with('[')
            && let Some(head) = head(line)
        {
            self.section = Section::Broken;
            self.section = self.head(head, span)?;
            return Ok(());
        }
        match self.section {
            Section::Hosts(group) => self.host(line, span, group),
            Section::Children(group) => self.child(line, span, group),
            Section::Vars(group) => self.variable(line, span, group),
            Section::Broken => Ok(()),
        }
    }

    fn head(&mut self, head: &str, span: &Span) -> Result<Section, Mistake> {
        let place = Span::new(&span.source, span.start + 1, span.start + 1 + head.len());
        let (name, kind) = match head.split_once(':') {
            Some((name, kind)) => (name, Some(kind)),
            None => (head, None),
        };
        if !matches!(kind, None | Some("hosts" | "children" | "vars")) {
            let kind = kind.unwrap_or_default();
            return Err(Mistake::new(
                format!("there is no kind of section `{kind}`"),
                &place,
                "not a kind of section",
            )
            .did_you_mean(nearest(kind, ["hosts", "children", "vars"])));
        }
        let is_new = self.inventory.group_named(name).is_none();
        let group = self.inventory.add_group(name, Some(&place))?;
        if kind == Some("vars") {
            let awaited = self.awaiting.iter().any(|(other, _, _)| other == name);
            if is_new && !awaited {
                self.awaiting.push((name.to_owned(), place, false));
            }
            return Ok(Section::Vars(group));
        }
        self.declared.push(group);
        for (parent, place) in self.awaited.remove(name).unwrap_or_default() {
            self.inventory.add_child(parent, group, Some(&place))?;
        }
        Ok(if kind == Some("children") {
            Section::Children(group)
        } else {
            Section::Hosts(group)
        })
    }

    fn child(&mut self, line: &str, span: &Span, group: GroupId) -> Result<(), Mistake> {
        let name = line.split('#').next().unwrap_or_default().trim_end();
        let place = Span::new(&span.source, span.start, span.start + name.len());
        if name.is_empty()
            || name.contains(|letter: char| letter.is_whitespace() || ":]".contains(letter))
        {
            return Err(
                Mistake::new("expected the name of a group", &place, "not a name")
                    .help("a group of groups holds one name a line"),
            );
        }
        if let Some(child) = self.inventory.group_named(name) {
            self.inventory.add_child(group, child, Some(&place))?;
        } else {
            let waiting = self.awaited.entry(name.to_owned()).or_default();
            waiting.push((group, place.clone()));
            self.awaiting.push((name.to_owned(), place, true));
        }
        Ok(())
    }

    fn variable(&mut self, line: &str, span: &Span, group: GroupId) -> Result<(), Mistake> {
        let Some((name, written)) = line.split_once('=') else {
            return Err(Mistake::new("expected `name = value`", span, "no `=` here"));
        };
        let value = value_of(written.trim(), span);
        self.inventory
            .set_group(group, name.trim(), value, Some(span))
    }

    fn host(&mut self, line: &str, span: &Span, group: GroupId) -> Result<(), Mistake> {
        let words = words::words(line).map_err(|at| {
            let place = Span::new(&span.source, span.start + at, span.end);
            Mistake::new("this quote is never closed", &place, "opened here")
        })?;
        let place_of = |word: &words::Word| {
            Span::new(
                &span.source,
                span.start + word.range.start,
                span.start + word.range.end,
            )
        };
        let Some((first, rest)) = words.split_first() else {
            return Ok(());
        };
        let place = place_of(first);
        let hosts = self
            .names(&first.text)
            .map_err(|why| Mistake::new(why, &place, "here"))?;
        let mut set = Vec::with_capacity(rest.len());
        for word in rest {
            let place = place_of(word);
            let Some((name, written)) = word.text.split_once('=') else {
                return Err(Mistake::new(
                    "expected `name=value` behind a host",
                    &place,
                    "no `=` here",
                )
                .help(
                    "a host's name holds no blank, and neither does a value that is not quoted",
                ));
            };
            set.push((name, value_of(written, &place), place));
        }
        for name in &hosts.names {
            let host = self
                .inventory
                .add_host(name, group, Some(self.file), Some(&place))?;
            if let Some(port) = hosts.port {
                let port = Value::Int(i64::from(port));
                self.inventory
                    .set_host(host, "ansible_port", port, Some(&place))?;
            }
            for (name, value, place) in &set {
                self.inventory
                    .set_host(host, name, value.clone(), Some(place))?;
            }
        }
        Ok(())
    }

    /// The hosts of a written name; one range in many groups is expanded once.
    fn names(&mut self, written: &str) -> Result<Arc<range::Expanded>, String> {
        if let Some(known) = self.hosts_of_range.get(written) {
            return Ok(Arc::clone(known));
        }
        if written.ends_with(':') {
            return Err("a host's name must not end in `:`, which comes before a port".to_owned());
        }
        if written == "---" {
            return Err("`---` starts a YAML text, and this is read as INI".to_owned());
        }
        let expanded = Arc::new(range::expand(written, self.range_limit)?);
        if expanded.names.len() > 1 {
            self.hosts_of_range
                .insert(written.to_owned(), Arc::clone(&expanded));
        }
        Ok(expanded)
    }

    fn end(&mut self) {
        for (name, place, is_child) in std::mem::take(&mut self.awaiting) {
            let declared = self
                .inventory
                .group_named(&name)
                .is_some_and(|id| self.declared.contains(&id));
            let message = match (is_child, declared) {
                (_, true) => continue,
                (true, false) => format!("there is no group `{name}`"),
                (false, false) => format!("variables for the group `{name}`, which there is not"),
            };
            let others = self.inventory.groups.keys();
            let near = nearest(
                &name,
                others.map(AsRef::as_ref).filter(|other| *other != name),
            );
            let mistake = told(message, Some(&place)).did_you_mean(near);
            self.mistakes.push(mistake);
        }
    }
}

/// What stands between the brackets of a section's head; `None` for other lines, such as an
/// address in brackets.
fn head(line: &str) -> Option<&str> {
    let close = line.find(']')?;
    let behind = line[close + 1..].trim_start();
    (behind.is_empty() || behind.starts_with(['#', ';'])).then(|| &line[1..close])
}

fn value_of(written: &str, place: &Span) -> Value {
    literal::value(written, &mut |text| Text::template(text, place.clone()))
}
