//! Playbook files: plays, and the playbooks that they import.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    field::{Fields, is_template},
    items::folder_of,
    keyword::{Bearer, Keywords},
    loader::{Gathered, Here, Link, Loader},
    model::{Item, Play, Prompt},
    scope::{Scope, ScopeKind},
    variables::{Variable, is_variable_name, name_mistake},
};
use crate::{
    diagnostic::{Mistake, Spanned},
    value::{Text, Value},
    yaml::{Entry, Kind, Node},
};

/// What the imports around a playbook say about its plays.
#[derive(Clone, Default)]
struct Imported {
    when: Vec<Spanned<Value>>,
    tags: Vec<Spanned<Text>>,
    vars: Vec<Variable>,
}

impl Loader<'_> {
    /// All plays of a playbook file and of those that it imports.
    pub(super) fn playbook(&self, path: &Path, gathered: &mut Gathered) -> Vec<Arc<Play>> {
        let absolute = self.absolute(path);
        let mut plays = Vec::new();
        let nowhere = Arc::new(Scope {
            kind: ScopeKind::Play,
            keywords: Keywords::default(),
            parent: None,
            span: None,
        });
        let start = crate::diagnostic::Source::new(self.shown(&absolute), "");
        let start = crate::diagnostic::Span::new(&start, 0, 0);
        let folder = folder_of(&absolute);
        let here = Here {
            scope: nowhere,
            folder: folder.clone(),
            playbook: &folder,
            handlers: false,
            chain: None,
        };
        if let Ok(chain) = here.step(self.shown(&absolute), &absolute, &start) {
            self.plays_of(
                &absolute,
                None,
                &Imported::default(),
                chain,
                gathered,
                &mut plays,
            );
        }
        plays
    }

    fn plays_of(
        &self,
        path: &Path,
        asked: Option<&crate::diagnostic::Span>,
        imported: &Imported,
        chain: Option<Arc<Link>>,
        gathered: &mut Gathered,
        plays: &mut Vec<Arc<Play>>,
    ) {
        let Some(node) = self.read(path, asked, gathered) else {
            return;
        };
        let Some(entries) = node.as_seq() else {
            gathered.mistakes.push(
                Mistake::new(
                    "a playbook is a list of plays",
                    &node.span,
                    format!("this is {}", node.described()),
                )
                .help("start each play with `- hosts: …`"),
            );
            return;
        };
        if entries.is_empty() {
            let why = "A playbook must contain at least one play";
            let mistake = Mistake::new(why, &node.span, "nothing is here");
            gathered.mistakes.push(mistake);
        }
        let folder = folder_of(path);
        for entry in entries {
            let Some(keys) = entry.as_map() else {
                gathered.mistakes.push(Mistake::new(
                    "a play is a mapping",
                    &entry.span,
                    format!("this is {}", entry.described()),
                ));
                continue;
            };
            let import = keys.iter().find(|key| {
                let name = key.key.as_str().unwrap_or_default();
                super::model::bare(name) == "import_playbook"
            });
            match import {
                Some(import) => {
                    self.import_playbook(
                        keys,
                        import,
                        &folder,
                        imported,
                        chain.as_ref(),
                        gathered,
                        plays,
                    );
                }
                None => {
                    plays.push(self.play(entry, keys, &folder, imported, chain.as_ref(), gathered));
                }
            }
        }
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "they are what one recursion carries along"
    )]
    fn import_playbook(
        &self,
        keys: &[Entry],
        import: &Entry,
        folder: &Path,
        imported: &Imported,
        chain: Option<&Arc<Link>>,
        gathered: &mut Gathered,
        plays: &mut Vec<Arc<Play>>,
    ) {
        let how = self.how();
        let mut fields = Fields {
            entries: keys,
            bearer: Bearer::ImportPlaybook,
            how: &how,
            mistakes: &mut gathered.mistakes,
        };
        fields.refuse_unknown(&["ansible.legacy.import_playbook"]);
        let keywords = fields.keywords();
        let Some(file) = fields.text_of("import_playbook", &import.value) else {
            return;
        };
        let scope = Arc::new(Scope {
            kind: ScopeKind::Import,
            keywords: Keywords {
                vars: keywords.vars.clone(),
                ..Keywords::default()
            },
            parent: None,
            span: Some(import.key_span.clone()),
        });
        let Some(name) = self.rendered(&file.node, &file.span, &scope, gathered) else {
            return;
        };
        let path = self.absolute(&folder.join(&name));
        let here = Here {
            scope,
            folder: folder.to_owned(),
            playbook: folder,
            handlers: false,
            chain: chain.cloned(),
        };
        let chain = match here.step(self.shown(&path), &path, &file.span) {
            Ok(chain) => chain,
            Err(mistake) => {
                gathered.mistakes.push(mistake);
                return;
            }
        };
        let mut inner = imported.clone();
        inner.when.extend(keywords.when);
        inner.tags.extend(keywords.tags);
        inner.vars = overlaid(keywords.vars, inner.vars);
        self.plays_of(&path, Some(&file.span), &inner, chain, gathered, plays);
    }

    fn play(
        &self,
        node: &Node,
        entries: &[Entry],
        folder: &Path,
        imported: &Imported,
        chain: Option<&Arc<Link>>,
        gathered: &mut Gathered,
    ) -> Arc<Play> {
        let how = self.how();
        let mut fields = Fields {
            entries,
            bearer: Bearer::Play,
            how: &how,
            mistakes: &mut gathered.mistakes,
        };
        fields.refuse_unknown(&[]);
        let mut keywords = fields.keywords();
        let hosts = fields.hosts(node);
        keywords.vars = overlaid(keywords.vars, imported.vars.clone());
        keywords.tags.extend(imported.tags.iter().cloned());
        let scope = Arc::new(Scope {
            kind: ScopeKind::Play,
            keywords,
            parent: None,
            span: Some(node.span.clone()),
        });
        let mut play = Play {
            span: node.span.clone(),
            scope: Arc::clone(&scope),
            hosts,
            gather_facts: fields.flag("gather_facts"),
            gather_subset: fields.value("gather_subset"),
            gather_timeout: fields.whole("gather_timeout"),
            fact_path: fields.text("fact_path"),
            vars_files: fields.vars_files(),
            vars_prompt: fields.prompts(),
            force_handlers: fields.flag("force_handlers"),
            max_fail_percentage: fields.fraction("max_fail_percentage"),
            serial: fields.serial(),
            strategy: fields.text("strategy"),
            order: fields.text("order"),
            imported_when: imported.when.clone(),
            folder: folder.to_owned(),
            pre_tasks: Vec::new(),
            role_tasks: Vec::new(),
            tasks: Vec::new(),
            post_tasks: Vec::new(),
            handlers: Vec::new(),
            roles: Vec::new(),
        };
        self.fill(&mut play, node, imported, chain, gathered);
        Arc::new(play)
    }

    /// Reads the tasks, roles and handlers of a play.
    fn fill(
        &self,
        play: &mut Play,
        node: &Node,
        imported: &Imported,
        chain: Option<&Arc<Link>>,
        gathered: &mut Gathered,
    ) {
        let folder: PathBuf = play.folder.clone();
        let here = Here {
            scope: Arc::clone(&play.scope),
            folder: folder.clone(),
            playbook: &folder,
            handlers: false,
            chain: chain.cloned(),
        };
        // The condition of an import holds for the tasks of the play, not for its handlers.
        let tasks_here = if imported.when.is_empty() {
            here.clone()
        } else {
            let keywords = Keywords {
                when: imported.when.clone(),
                ..Keywords::default()
            };
            let scope = super::items::around(&here, ScopeKind::Import, keywords, None);
            Here {
                scope,
                ..here.clone()
            }
        };
        gathered.roles.clear();
        gathered.handlers.clear();
        for role in node
            .get("roles")
            .map(|roles| self.role_list(roles, &tasks_here, gathered))
            .unwrap_or_default()
        {
            play.role_tasks.extend(role.blocks);
            play.handlers.extend(role.handlers);
        }
        let items = |name: &str, gathered: &mut Gathered| -> Vec<Item> {
            node.get(name)
                .map(|tasks| self.items(tasks, &tasks_here, gathered))
                .unwrap_or_default()
        };
        play.pre_tasks = items("pre_tasks", gathered);
        play.tasks = items("tasks", gathered);
        play.post_tasks = items("post_tasks", gathered);
        if let Some(handlers) = node.get("handlers") {
            play.handlers
                .extend(self.handlers(handlers, &here, gathered));
        }
        play.handlers.append(&mut gathered.handlers);
        play.roles = std::mem::take(&mut gathered.roles);
    }
}

/// Both sets of variables; those of `over` win.
fn overlaid(under: Vec<Variable>, over: Vec<Variable>) -> Vec<Variable> {
    let mut all: Vec<Variable> = under
        .into_iter()
        .filter(|variable| !over.iter().any(|other| other.name == variable.name))
        .collect();
    all.extend(over);
    all
}

impl Fields<'_> {
    fn hosts(&mut self, node: &Node) -> Vec<Spanned<Text>> {
        let Some(given) = self
            .entries
            .iter()
            .find(|entry| entry.key.as_str() == Some("hosts"))
        else {
            self.mistakes.push(
                Mistake::new(
                    "this play names no hosts",
                    &node.span,
                    "the play starts here",
                )
                .help("add `hosts: all`, or the groups that it is for"),
            );
            return Vec::new();
        };
        let empty = match &given.value.kind {
            Kind::Seq(items) => items.is_empty() || items.iter().any(Node::is_null),
            Kind::Map(_) => false,
            Kind::Scalar(scalar) => scalar.chars.trim().is_empty() || given.value.is_null(),
        };
        if empty {
            self.mistakes.push(Mistake::new(
                "Hosts list cannot be empty",
                &given.key_span,
                "nothing is given",
            ));
            return Vec::new();
        }
        self.texts("hosts")
    }

    fn vars_files(&mut self) -> Vec<Vec<Spanned<Text>>> {
        let Some(entry) = self.entry("vars_files") else {
            return Vec::new();
        };
        let Some(files) = entry.value.as_seq() else {
            return self
                .text_of("vars_files", &entry.value)
                .map(|file| vec![file])
                .into_iter()
                .collect();
        };
        files
            .iter()
            .filter(|file| !file.is_null())
            .map(|file| match file.as_seq() {
                Some(all) => all
                    .iter()
                    .filter_map(|one| self.text_of("vars_files", one))
                    .collect(),
                None => self.text_of("vars_files", file).into_iter().collect(),
            })
            .collect()
    }

    fn prompts(&mut self) -> Vec<Prompt> {
        let Some(entry) = self.entry("vars_prompt") else {
            return Vec::new();
        };
        let one = std::slice::from_ref(&entry.value);
        let nodes = entry.value.as_seq().unwrap_or(one);
        let mut prompts = Vec::new();
        for node in nodes {
            let Some(entries) = node.as_map() else {
                self.mistakes.push(Mistake::new(
                    "each of `vars_prompt` is a mapping",
                    &node.span,
                    format!("this is {}", node.described()),
                ));
                continue;
            };
            let mut inner = Fields {
                entries,
                bearer: Bearer::VarsPrompt,
                how: self.how,
                mistakes: self.mistakes,
            };
            inner.refuse_unknown(&[]);
            let Some(name) = inner.text("name") else {
                inner.mistakes.push(Mistake::new(
                    "this prompt names no variable",
                    &node.span,
                    "expected `name`",
                ));
                continue;
            };
            if !is_variable_name(&name.node) {
                inner.mistakes.push(name_mistake(&name.node, &name.span));
            }
            prompts.push(Prompt {
                name: name.map(|name| name.as_str().to_owned()),
                prompt: inner.text("prompt"),
                default: inner.value("default"),
                private: inner.flag("private"),
                confirm: inner.flag("confirm"),
                encrypt: inner.text("encrypt"),
                salt_size: inner.whole("salt_size"),
                salt: inner.text("salt"),
                r#unsafe: inner.flag("unsafe"),
            });
        }
        prompts
    }

    fn serial(&mut self) -> Vec<Spanned<Value>> {
        let steps = self.values("serial");
        for step in &steps {
            let fits = match &step.node {
                Value::Int(_) => true,
                Value::Text(text) => {
                    is_template(text) || text.trim_end_matches('%').trim().parse::<f64>().is_ok()
                }
                _ => false,
            };
            if !fits {
                self.mistakes.push(Mistake::new(
                    "`serial` takes numbers of hosts, or percentages such as \"30%\"",
                    &step.span,
                    "neither",
                ));
            }
        }
        steps
    }
}
