//! Inventories in YAML.

use std::sync::Arc;

use super::{GroupId, Inventory, model::told, range};
use crate::{
    diagnostic::{Mistake, Mistakes, nearest},
    value::Value,
    yaml::{Entry, Node, Trust},
};

/// Reads a YAML inventory into `inventory`; every mistake is told.
///
/// # Errors
/// All mistakes of the text.
pub(super) fn read(
    inventory: &mut Inventory,
    root: &Node,
    file: &Arc<str>,
    range_limit: u32,
    warnings: &mut Vec<Mistake>,
) -> Result<(), Mistakes> {
    let Some(entries) = root.as_map() else {
        return Err(Mistake::new(
            "an inventory must be a mapping of groups",
            &root.span,
            format!("this is {}", root.described()),
        )
        .into());
    };
    if let Some(plugin) = root.entry("plugin") {
        let name = plugin.value.as_str().unwrap_or_default();
        return Err(Mistake::new(
            format!("the inventory plugin `{name}` is not supported"),
            &plugin.value.span,
            "a plugin",
        )
        .help("an executable script can say the same with `--list`")
        .into());
    }
    let mut reader = Reader {
        inventory,
        file,
        range_limit,
        warnings,
        mistakes: Mistakes::default(),
    };
    for entry in entries {
        reader.group(entry);
    }
    reader.mistakes.or()
}

struct Reader<'a> {
    inventory: &'a mut Inventory,
    file: &'a Arc<str>,
    range_limit: u32,
    warnings: &'a mut Vec<Mistake>,
    mistakes: Mistakes,
}

const PARTS: [&str; 3] = ["hosts", "vars", "children"];

impl Reader<'_> {
    /// Reads one group, and says which it is; `None` when it is none.
    fn group(&mut self, entry: &Entry) -> Option<GroupId> {
        let name = self.name(entry, "a group")?;
        let value = &entry.value;
        let none: &[Entry] = &[];
        let Some(parts) = value.as_map().or(value.is_null().then_some(none)) else {
            self.warnings.push(
                Mistake::new(
                    format!("`{name}` is passed over: it is no group"),
                    &value.span,
                    format!("this is {}", value.described()),
                )
                .help("a group is a mapping of `hosts`, `vars` and `children`"),
            );
            return None;
        };
        let group = self.inventory.add_group(name, Some(&entry.key_span));
        let group = self.kept(group)?;
        for part in parts {
            match part.key.as_str() {
                Some("hosts") => self.each(part, |reader, host| reader.host(host, group)),
                Some("vars") => self.vars(part, group),
                Some("children") => self.each(part, |reader, child| {
                    if let Some(id) = reader.group(child) {
                        let added = reader.inventory.add_child(group, id, Some(&child.key_span));
                        reader.kept(added);
                    }
                }),
                other => {
                    let other = other.unwrap_or("this key");
                    self.warnings.push(
                        Mistake::new(
                            format!("`{other}` is passed over: a group has `hosts`, `vars` and `children`"),
                            &part.key_span,
                            format!("in the group `{name}`"),
                        )
                        .did_you_mean(nearest(other, PARTS)),
                    );
                }
            }
        }
        Some(group)
    }

    /// Walks over the entries of a part; a text alone is one entry.
    fn each(&mut self, part: &Entry, mut act: impl FnMut(&mut Self, &Entry)) {
        if part.value.is_null() {
            return;
        }
        if let Some(entries) = part.value.as_map() {
            for entry in entries {
                act(self, entry);
            }
        } else if let Some(name) = part.value.as_str() {
            let entry = Entry {
                key: name.into(),
                key_span: part.value.span.clone(),
                value: Node {
                    kind: crate::yaml::Kind::Map(Arc::from([])),
                    span: part.value.span.clone(),
                    tag: crate::yaml::Tag::None,
                },
            };
            act(self, &entry);
        } else {
            let what = part.key.as_str().unwrap_or_default();
            self.mistakes.push(
                Mistake::new(
                    format!("`{what}` must be a mapping"),
                    &part.value.span,
                    format!("this is {}", part.value.described()),
                )
                .help("end every name with a colon"),
            );
        }
    }

    fn vars(&mut self, part: &Entry, group: GroupId) {
        if part.value.is_null() {
            return;
        }
        let Some(entries) = part.value.as_map() else {
            self.mistakes.push(Mistake::new(
                "`vars` must be a mapping",
                &part.value.span,
                format!("this is {}", part.value.described()),
            ));
            return;
        };
        for entry in entries {
            let set = match self.name(entry, "a variable") {
                Some(name) => self.inventory.set_group_node(group, name, entry),
                None => continue,
            };
            self.kept(set);
        }
    }

    fn host(&mut self, entry: &Entry, group: GroupId) {
        let Some(written) = self.name(entry, "a host") else {
            return;
        };
        let value = &entry.value;
        let none: &[Entry] = &[];
        let Some(vars) = value.as_map().or(value.is_null().then_some(none)) else {
            self.mistakes.push(Mistake::new(
                format!("what stands below the host `{written}` must be variables"),
                &value.span,
                format!("this is {}", value.described()),
            ));
            return;
        };
        let place = &entry.key_span;
        let expanded = range::expand(written, self.range_limit);
        let Some(expanded) = self.kept(expanded.map_err(|why| told(why, Some(place)))) else {
            return;
        };
        for name in &expanded.names {
            let host = self
                .inventory
                .add_host(name, group, Some(self.file), Some(place));
            let Some(host) = self.kept(host) else {
                return;
            };
            if let Some(port) = expanded.port {
                let port = Value::Int(i64::from(port));
                let set = self
                    .inventory
                    .set_host(host, "ansible_port", port, Some(place));
                self.kept(set);
            }
            for var in vars {
                let set = match self.name(var, "a variable") {
                    Some(name) => self.inventory.set_host_node(host, name, var),
                    None => continue,
                };
                self.kept(set);
            }
        }
    }

    fn name<'e>(&mut self, entry: &'e Entry, what: &str) -> Option<&'e str> {
        let name = entry.key.as_str();
        if name.is_none() {
            self.mistakes.push(
                Mistake::new(
                    format!("the name of {what} must be text"),
                    &entry.key_span,
                    "not text",
                )
                .help("put quotes around it"),
            );
        }
        name
    }

    fn kept<T>(&mut self, result: Result<T, Mistake>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(mistake) => {
                self.mistakes.push(mistake);
                None
            }
        }
    }
}

impl Inventory {
    fn set_group_node(&mut self, group: GroupId, name: &str, entry: &Entry) -> Result<(), Mistake> {
        if name == "ansible_group_priority" {
            let value = crate::yaml::Conversion::TRUSTED.value(&entry.value)?;
            return self.set_group(group, name, value, Some(&entry.value.span));
        }
        judged(name, entry)?;
        let vars = Arc::make_mut(&mut self.groups[group.0].vars);
        vars.insert_node(name, &entry.value, &entry.key_span, Trust::Template)
    }

    fn set_host_node(
        &mut self,
        host: super::HostId,
        name: &str,
        entry: &Entry,
    ) -> Result<(), Mistake> {
        judged(name, entry)?;
        let vars = Arc::make_mut(&mut self.hosts[host.0].vars);
        vars.insert_node(name, &entry.value, &entry.key_span, Trust::Template)
    }
}

/// Refuses a value that ssh could take for something else.
pub(super) fn judged(name: &str, entry: &Entry) -> Result<(), Mistake> {
    let text = entry.value.as_str().map(Value::from);
    match text.and_then(|text| super::vars::connection_fault(name, &text)) {
        Some(fault) => Err(told(fault, Some(&entry.value.span))),
        None => Ok(()),
    }
}
