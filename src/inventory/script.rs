//! What an inventory script said, as hosts and groups.

use std::{sync::Arc, time::Duration};

use serde_json::{Map as Object, Value as Json};

use super::{Inventory, process};
use crate::{
    diagnostic::{Mistake, Mistakes, Source, Span},
    value::{Map, Text, Value, from_json, text_of},
};

/// How scripts are run, and what their words count.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules {
    pub(super) limit: Duration,
    /// Whether texts of a script are templates, as in Ansible; else they are data.
    pub(super) trusted: bool,
    /// Whether what a script complained is worth a warning when it did its work.
    pub(super) complaints: bool,
}

/// Runs a script and reads what it says into `inventory`.
///
/// # Errors
/// The script fails, or what it printed is no inventory.
pub(super) fn read(
    inventory: &mut Inventory,
    path: &Arc<str>,
    rules: Rules,
    warnings: &mut Vec<Mistake>,
) -> Result<(), Mistakes> {
    let (source, said) = said(path, &["--list"], rules, warnings)?;
    let whole = Span::new(&source, 0, 0);
    let mut reader = Reader {
        inventory,
        path,
        source,
        rules,
        mistakes: Mistakes::default(),
        warnings,
        hosts: Vec::new(),
        templates: None,
    };
    let known = match said.get("_meta") {
        None => None,
        Some(meta) => match meta.get("hostvars").and_then(Json::as_object) {
            Some(vars) => Some(vars),
            None => return Err(reader.wrong("`_meta.hostvars` must be an object").into()),
        },
    };
    for (name, group) in said.iter().filter(|(name, _)| *name != "_meta") {
        reader.group(name, group);
    }
    reader.vars_of_hosts(known);
    if let Some(name) = reader.templates.take() {
        reader.warnings.push(
            Mistake::new(
                format!(
                    "`{name}` holds a template, and what a script says is data: it is not rendered"
                ),
                &whole,
                "from this script",
            )
            .help("`[inventory] script_trusted = true` in ansible.cfg has it rendered"),
        );
    }
    reader.mistakes.or()
}

fn said(
    path: &str,
    arguments: &[&str],
    rules: Rules,
    warnings: &mut Vec<Mistake>,
) -> Result<(Arc<Source>, Object<String, Json>), Mistake> {
    let command = format!("{path} {}", arguments.join(" "));
    let refuse = |why: &str, complaints: &str| {
        let mistake = Mistake::nowhere(format!("the inventory script `{command}` {why}"));
        match complaints.trim() {
            "" => mistake,
            said => mistake.help(format!("it said: {}", last_lines(said))),
        }
    };
    let printed = process::run(path, arguments, rules.limit)
        .map_err(|failure| refuse(&failure.why, &failure.complaints))?;
    if rules.complaints && !printed.complaints.trim().is_empty() {
        let said = last_lines(printed.complaints.trim());
        warnings.push(Mistake::nowhere(format!(
            "the inventory script `{command}` said: {said}"
        )));
    }
    let text = text_of(&printed.output);
    let source = Source::new(format!("<output of {command}>"), text);
    let json = source.text();
    if json.trim().is_empty() && arguments.len() > 1 {
        return Ok((source, Object::new()));
    }
    match serde_json::from_str(json) {
        Ok(Json::Object(said)) => Ok((source, said)),
        Ok(_) => Err(refuse("must print a JSON object", &printed.complaints)),
        Err(error) => {
            let at = byte_of(json, error.line(), error.column());
            let mut why = error.to_string();
            if let Some(end) = why.rfind(" at line ") {
                why.truncate(end);
            }
            let end = (at + 1).min(json.len());
            Err(Mistake::new(
                format!("the inventory script `{command}` did not print JSON: {why}"),
                &Span::new(&source, at, end),
                "here",
            ))
        }
    }
}

fn byte_of(text: &str, line: usize, column: usize) -> usize {
    let lines = text.split_inclusive('\n').take(line.saturating_sub(1));
    let start: usize = lines.map(str::len).sum();
    let mut at = (start + column.saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The end of what was said, which mostly holds the reason.
fn last_lines(said: &str) -> String {
    let lines: Vec<&str> = said.lines().collect();
    lines[lines.len().saturating_sub(20)..].join("\n")
}

struct Reader<'a> {
    inventory: &'a mut Inventory,
    path: &'a Arc<str>,
    source: Arc<Source>,
    rules: Rules,
    mistakes: Mistakes,
    warnings: &'a mut Vec<Mistake>,
    hosts: Vec<super::HostId>,
    /// The first variable that would be rendered if its text were trusted.
    templates: Option<String>,
}

impl Reader<'_> {
    fn group(&mut self, name: &str, said: &Json) {
        let id = match self.inventory.add_group(name, None) {
            Ok(id) => id,
            Err(mistake) => return self.refuse(&mistake),
        };
        let old = Json::from(vec![Json::from(name)]);
        let (hosts, vars, children) = match said {
            Json::Object(parts)
                if ["hosts", "vars", "children"]
                    .iter()
                    .any(|part| parts.contains_key(*part)) =>
            {
                (parts.get("hosts"), parts.get("vars"), parts.get("children"))
            }
            // Two forms of scripts of old: variables alone make a host of the group's name.
            Json::Object(_) => (Some(&old), Some(said), None),
            hosts => (Some(hosts), None, None),
        };
        if let Some(hosts) = hosts {
            match hosts.as_array() {
                Some(hosts) => hosts.iter().for_each(|host| self.host(name, id, host)),
                None => self.push(&format!("`{name}.hosts` must be a list")),
            }
        }
        if let Some(vars) = vars {
            match vars.as_object() {
                Some(vars) => {
                    for (var, value) in vars {
                        let value = self.value(var, value);
                        let place = self.place();
                        if let Err(mistake) = self.inventory.set_group(id, var, value, Some(&place))
                        {
                            self.refuse(&mistake);
                        }
                    }
                }
                None => self.push(&format!("`{name}.vars` must be an object")),
            }
        }
        if let Some(children) = children {
            match children.as_array() {
                Some(children) => children
                    .iter()
                    .for_each(|child| self.child(name, id, child)),
                None => self.push(&format!("`{name}.children` must be a list")),
            }
        }
    }

    fn host(&mut self, group: &str, id: super::GroupId, host: &Json) {
        let Some(name) = host.as_str() else {
            return self.push(&format!("`{group}.hosts` must hold names"));
        };
        match self.inventory.add_host(name, id, Some(self.path), None) {
            Ok(host) => self.hosts.push(host),
            Err(mistake) => self.refuse(&mistake.help(format!("it is called {name:?}"))),
        }
    }

    fn child(&mut self, group: &str, id: super::GroupId, child: &Json) {
        let Some(name) = child.as_str() else {
            return self.push(&format!("`{group}.children` must hold names"));
        };
        let added = self.inventory.add_group(name, None);
        if let Err(mistake) = added.and_then(|child| self.inventory.add_child(id, child, None)) {
            self.refuse(&mistake);
        }
    }

    fn vars_of_hosts(&mut self, known: Option<&Object<String, Json>>) {
        let mut hosts = std::mem::take(&mut self.hosts);
        let mut seen = std::collections::HashSet::new();
        hosts.retain(|host| seen.insert(*host));
        for host in hosts {
            let name = Arc::clone(self.inventory.host(host).name());
            let asked;
            let vars = match known {
                Some(known) => match known.get(name.as_ref()) {
                    None => continue,
                    Some(Json::Object(vars)) => vars,
                    Some(_) => {
                        self.push(&format!("`_meta.hostvars.{name}` must be an object"));
                        continue;
                    }
                },
                None => match said(self.path, &["--host", &name], self.rules, self.warnings) {
                    Ok((_, vars)) => {
                        asked = vars;
                        &asked
                    }
                    // A script that fails for one host does so for the next as well.
                    Err(mistake) => return self.mistakes.push(mistake),
                },
            };
            for (var, value) in vars {
                let value = self.value(var, value);
                let place = self.place();
                if let Err(mistake) = self.inventory.set_host(host, var, value, Some(&place)) {
                    self.refuse(&mistake.help(format!("for the host `{name}`")));
                }
            }
        }
    }

    /// The value with its marks: data, unless scripts are trusted. `__ansible_unsafe` is data
    /// whoever says it.
    fn value(&mut self, var: &str, json: &Json) -> Value {
        match json {
            Json::Object(entries) => {
                if let (1, Some(Json::String(text))) =
                    (entries.len(), entries.get("__ansible_unsafe"))
                {
                    return Value::from(text.as_str());
                }
                let entries = entries
                    .iter()
                    .map(|(key, value)| (key.as_str(), self.value(var, value)));
                Value::from(entries.collect::<Map>())
            }
            Json::Array(items) => Value::list(items.iter().map(|item| self.value(var, item))),
            Json::String(text) if self.rules.trusted => {
                Value::Text(Text::template(text.as_str(), self.place()))
            }
            Json::String(text) => {
                if self.templates.is_none() && text.contains("{{") {
                    self.templates = Some(var.to_owned());
                }
                Value::from(text.as_str())
            }
            other => from_json(other),
        }
    }

    fn place(&self) -> Span {
        Span::new(&self.source, 0, 0)
    }

    fn wrong(&self, why: &str) -> Mistake {
        Mistake::nowhere(format!(
            "{why} in what the inventory script `{} --list` printed",
            self.path
        ))
    }

    fn push(&mut self, why: &str) {
        let mistake = self.wrong(why);
        self.mistakes.push(mistake);
    }

    fn refuse(&mut self, mistake: &Mistake) {
        let told = self.wrong(mistake.message());
        self.mistakes.push(match mistake.helps() {
            Some(help) => told.help(help),
            None => told,
        });
    }
}
