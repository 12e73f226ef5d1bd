//! Lists of tasks: blocks, and the files that imports bring.

use std::{path::Path, sync::Arc};

use super::{
    field::Fields,
    keyword::{Bearer, Keywords},
    loader::{Gathered, Here, Loader},
    model::{Block, BlockKind, Item, Task},
    scope::{Scope, ScopeKind},
    task::{Draft, Request},
};
use crate::{
    diagnostic::{Mistake, Span, Spanned},
    value::Text,
    yaml::{Entry, Node},
};

impl Loader<'_> {
    /// Reads a list of tasks and blocks; nothing is an empty list.
    pub(super) fn items(&self, node: &Node, here: &Here<'_>, gathered: &mut Gathered) -> Vec<Item> {
        if node.is_null() {
            return Vec::new();
        }
        let Some(tasks) = node.as_seq() else {
            gathered.mistakes.push(
                Mistake::new(
                    "tasks are a list",
                    &node.span,
                    format!("this is {}", node.described()),
                )
                .help("start each task with `- `"),
            );
            return Vec::new();
        };
        let mut items = Vec::with_capacity(tasks.len());
        for task in tasks {
            if task.is_null() {
                continue;
            }
            let is_block = ["block", "rescue", "always"]
                .iter()
                .any(|part| task.entry(part).is_some());
            if is_block {
                items.extend(self.block(task, here, gathered).map(Item::Block));
            } else if let Some(draft) = self.task(task, here, gathered) {
                self.place(draft, here, gathered, &mut items);
            }
        }
        items
    }

    fn place(&self, draft: Draft, here: &Here<'_>, gathered: &mut Gathered, items: &mut Vec<Item>) {
        let Draft { task, request } = draft;
        match request {
            Request::Nothing => items.push(Item::Task(Arc::new(task))),
            Request::ImportTasks(file) => {
                items.extend(
                    self.import_tasks(task, &file, here, gathered)
                        .map(Item::Block),
                );
            }
            Request::ImportRole(request) => {
                if here.handlers {
                    gathered.mistakes.push(Mistake::new(
                        "`import_role` cannot be a handler",
                        &task.action.span,
                        "not here",
                    ));
                    return;
                }
                items.extend(
                    self.import_role(task, &request, here, gathered)
                        .map(Item::Block),
                );
            }
        }
    }

    fn block(&self, node: &Node, here: &Here<'_>, gathered: &mut Gathered) -> Option<Arc<Block>> {
        let entries = node.as_map()?;
        if here.handlers {
            gathered.mistakes.push(
                Mistake::new("a block cannot be a handler", &node.span, "not here")
                    .help("give each handler the same `listen`"),
            );
            return None;
        }
        let how = self.how();
        let mut fields = Fields {
            entries,
            bearer: Bearer::Block,
            how: &how,
            mistakes: &mut gathered.mistakes,
        };
        fields.refuse_unknown(&[]);
        let keywords = fields.keywords();
        let part = |name: &str| {
            entries
                .iter()
                .find(|entry| entry.key.as_str() == Some(name))
        };
        check_parts(&part, gathered);
        let scope = around(here, ScopeKind::Block, keywords, Some(&node.span));
        let here = Here {
            scope: Arc::clone(&scope),
            ..here.clone()
        };
        let mut items = |name: &str| match part(name) {
            Some(entry) => self.items(&entry.value, &here, gathered),
            None => Vec::new(),
        };
        Some(Arc::new(Block {
            kind: BlockKind::Written,
            scope,
            block: items("block"),
            rescue: items("rescue"),
            always: items("always"),
        }))
    }

    fn import_tasks(
        &self,
        task: Task,
        file: &Spanned<Text>,
        here: &Here<'_>,
        gathered: &mut Gathered,
    ) -> Option<Arc<Block>> {
        let name = self.rendered(&file.node, &file.span, &here.scope, gathered)?;
        let path = self.found_tasks(&name, &file.span, here, gathered)?;
        let chain = match here.step(self.shown(&path), &path, &file.span) {
            Ok(chain) => chain,
            Err(mistake) => {
                gathered.mistakes.push(mistake);
                return None;
            }
        };
        let scope = around(here, ScopeKind::Import, task.keywords, Some(&task.span));
        let inner = Here {
            scope: Arc::clone(&scope),
            folder: folder_of(&path),
            chain,
            ..here.clone()
        };
        let block = self.file_of_tasks(&path, &file.span, &inner, gathered);
        Some(Arc::new(group(scope, block)))
    }

    /// The tasks of a file.
    pub(super) fn file_of_tasks(
        &self,
        path: &Path,
        asked: &Span,
        here: &Here<'_>,
        gathered: &mut Gathered,
    ) -> Vec<Item> {
        match self.read(path, Some(asked), gathered) {
            Some(node) => self.items(&node, here, gathered),
            None => Vec::new(),
        }
    }

    /// Handlers are a flat list: those that imports bring stand in the place of the import.
    pub(super) fn handlers(
        &self,
        node: &Node,
        here: &Here<'_>,
        gathered: &mut Gathered,
    ) -> Vec<Arc<Task>> {
        let here = Here {
            handlers: true,
            ..here.clone()
        };
        let items = self.items(node, &here, gathered);
        items.iter().flat_map(Item::tasks).map(Arc::clone).collect()
    }
}

fn check_parts<'n>(part: &impl Fn(&str) -> Option<&'n Entry>, gathered: &mut Gathered) {
    if part("block").is_some_and(|entry| !entry.value.is_null()) {
        return;
    }
    for name in ["rescue", "always"] {
        if let Some(entry) = part(name) {
            gathered.mistakes.push(Mistake::new(
                format!("`{name}` needs a `block` beside it"),
                &entry.key_span,
                "of nothing",
            ));
        }
    }
}

/// A scope of this kind around what comes next.
pub(super) fn around(
    here: &Here<'_>,
    kind: ScopeKind,
    keywords: Keywords,
    span: Option<&Span>,
) -> Arc<Scope> {
    Arc::new(Scope {
        kind,
        keywords,
        parent: Some(Arc::clone(&here.scope)),
        span: span.cloned(),
    })
}

pub(super) fn group(scope: Arc<Scope>, block: Vec<Item>) -> Block {
    Block {
        kind: BlockKind::Group,
        scope,
        block,
        rescue: Vec::new(),
        always: Vec::new(),
    }
}

pub(super) fn folder_of(path: &Path) -> std::path::PathBuf {
    path.parent().unwrap_or(path).to_owned()
}
