//! Roles: found, read with what they depend on, and put in place.

use std::{path::Path, sync::Arc};

use super::{
    field::Fields,
    find::FoundRole,
    items::{around, group},
    keyword::{Bearer, Flag, Given, Keywords, Words},
    loader::{Gathered, Here, Loader},
    model::{Block, BlockKind, Item, RoleRequest, Task},
    role::Role,
    scope::{Scope, ScopeKind},
    validation::validation,
    variables::{Variable, variables},
};
use crate::{
    diagnostic::{Mistake, Span, Spanned},
    value::{Map, Text, Value, truth_of},
    yaml::{Entry, Node},
};

/// How a role is asked for.
pub(super) struct Use<'u> {
    pub(super) name: Spanned<Text>,
    pub(super) keywords: Keywords,
    pub(super) params: Vec<Variable>,
    pub(super) tasks_from: &'u Words,
    pub(super) vars_from: &'u Words,
    pub(super) defaults_from: &'u Words,
    pub(super) handlers_from: &'u Words,
    pub(super) public: bool,
    /// What `include_role` says; otherwise the role's own metadata says it.
    pub(super) allow_duplicates: Option<bool>,
    pub(super) validates: bool,
    pub(super) from_include: bool,
}

/// A role with all it brings: the roles it depends on first.
pub(super) struct Loaded {
    pub(super) role: Arc<Role>,
    pub(super) blocks: Vec<Item>,
    pub(super) handlers: Vec<Arc<Task>>,
}

impl Loader<'_> {
    /// Reads `roles:` of a play, or `dependencies:` of a role.
    pub(super) fn role_list(
        &self,
        node: &Node,
        here: &Here<'_>,
        gathered: &mut Gathered,
    ) -> Vec<Loaded> {
        let Some(uses) = node.as_seq() else {
            if !node.is_null() {
                gathered.mistakes.push(
                    Mistake::new(
                        "roles are a list",
                        &node.span,
                        format!("this is {}", node.described()),
                    )
                    .help("start each role with `- `"),
                );
            }
            return Vec::new();
        };
        let mut loaded = Vec::new();
        for one in uses {
            let Some(wanted) = self.role_use(one, gathered) else {
                continue;
            };
            loaded.extend(self.role(wanted, here, gathered));
        }
        loaded
    }

    fn role_use(&self, node: &Node, gathered: &mut Gathered) -> Option<Use<'static>> {
        let how = self.how();
        let (mut name, mut keywords, mut params) = (None, Keywords::default(), Vec::new());
        if let Some(entries) = node.as_map() {
            let mut fields = Fields {
                entries,
                bearer: Bearer::Role,
                how: &how,
                mistakes: &mut gathered.mistakes,
            };
            name = fields.text("role").or_else(|| fields.text("name"));
            name = name.or_else(|| fields.text("src"));
            keywords = fields.keywords();
            keywords.name = None;
            params = params_of(entries, &how, node, gathered);
        } else if let Some(scalar) = node.as_scalar().filter(|_| !node.is_null()) {
            name = Some(Spanned::new(
                how.text(&scalar.chars, &node.span),
                node.span.clone(),
            ));
        }
        let Some(name) = name else {
            gathered.mistakes.push(Mistake::new(
                "this names no role",
                &node.span,
                "expected a name, or `role: name`",
            ));
            return None;
        };
        if node.as_map().is_none() && name.node.contains(',') {
            gathered.mistakes.push(Mistake::new(
                "a role is one name, without a comma",
                &name.span,
                "an old form",
            ));
            return None;
        }
        Some(Use {
            name,
            keywords,
            params,
            tasks_from: &None,
            vars_from: &None,
            defaults_from: &None,
            handlers_from: &None,
            public: false,
            allow_duplicates: None,
            validates: true,
            from_include: false,
        })
    }

    /// Reads a role for one use.
    pub(super) fn role(
        &self,
        wanted: Use<'_>,
        here: &Here<'_>,
        gathered: &mut Gathered,
    ) -> Option<Loaded> {
        let span = wanted.name.span.clone();
        let name = self.rendered(&wanted.name.node, &span, &here.scope, gathered)?;
        let found = self.found_role(&name, &span, here, gathered)?;
        let from = self.entries_of(&wanted, here, gathered);
        // A role may bring in another entry of itself.
        let entry = found.path.join("tasks").join(from.entry_point());
        let chain = match here.step(format!("role {}", found.name), &entry, &span) {
            Ok(chain) => chain,
            Err(mistake) => {
                gathered.mistakes.push(mistake);
                return None;
            }
        };
        let here = Here {
            chain,
            handlers: false,
            ..here.clone()
        };
        let keywords = wanted.keywords.clone();
        let validates = wanted.validates;
        let (mut role, dependencies) = self.head(wanted, found, &from, gathered);
        let mut loaded = Vec::new();
        if let Some(dependencies) = dependencies {
            // What this role says holds for what it depends on.
            let kind = ScopeKind::Role(Arc::new(role.clone()));
            let inner = Here {
                scope: around(&here, kind, keywords.clone(), Some(&span)),
                folder: role.path.join("meta"),
                ..here.clone()
            };
            loaded = self.role_list(&dependencies, &inner, gathered);
            role.dependencies = loaded
                .iter()
                .map(|dependency| Arc::clone(&dependency.role))
                .collect();
        }
        let role = Arc::new(role);
        let scope = around(
            &here,
            ScopeKind::Role(Arc::clone(&role)),
            keywords,
            Some(&span),
        );
        let inner = Here {
            scope: Arc::clone(&scope),
            folder: role.path.join("tasks"),
            ..here
        };
        let tasks = self.tasks_of(&role, &from, validates, &inner, gathered);
        let own_handlers = self.handlers_of(&role, &from, &inner, gathered);
        let (mut blocks, mut handlers) = (Vec::new(), Vec::new());
        for dependency in loaded {
            blocks.extend(dependency.blocks);
            handlers.extend(dependency.handlers);
        }
        handlers.extend(own_handlers);
        blocks.push(Item::Block(Arc::new(Block {
            kind: BlockKind::Role(Arc::clone(&role)),
            ..group(scope, tasks)
        })));
        gathered.roles.push(Arc::clone(&role));
        Some(Loaded {
            role,
            blocks,
            handlers,
        })
    }

    /// The entries that `tasks_from` and its like name.
    fn entries_of(&self, wanted: &Use<'_>, here: &Here<'_>, gathered: &mut Gathered) -> FromFiles {
        let mut from = |words: &Words| -> Option<(String, Span)> {
            let words = words.as_ref()?;
            let name = self.rendered(&words.node, &words.span, &here.scope, gathered)?;
            Some((name, words.span.clone()))
        };
        FromFiles {
            tasks: from(wanted.tasks_from),
            vars: from(wanted.vars_from),
            defaults: from(wanted.defaults_from),
            handlers: from(wanted.handlers_from),
        }
    }

    /// The role without its tasks, and the list of roles that it depends on.
    fn head(
        &self,
        wanted: Use<'_>,
        found: FoundRole,
        from: &FromFiles,
        gathered: &mut Gathered,
    ) -> (Role, Option<Node>) {
        let FoundRole { name, path } = found;
        let meta = self.meta(&path, gathered);
        let specs = meta.specs.as_ref();
        let role = Role {
            identity: identity(&path, &wanted, from),
            defaults: self.role_vars(&path, "defaults", from.defaults.as_ref(), gathered),
            vars: self.role_vars(&path, "vars", from.vars.as_ref(), gathered),
            params: wanted.params,
            inline_vars: wanted.keywords.vars,
            dependencies: Vec::new(),
            allow_duplicates: wanted.allow_duplicates.or(meta.allow_duplicates),
            public: wanted.public,
            from_include: wanted.from_include,
            argument_spec: specs
                .and_then(|specs| specs.get(from.entry_point()))
                .cloned(),
            span: wanted.name.span,
            name,
            path,
        };
        (role, meta.dependencies)
    }

    fn tasks_of(
        &self,
        role: &Arc<Role>,
        from: &FromFiles,
        validates: bool,
        here: &Here<'_>,
        gathered: &mut Gathered,
    ) -> Vec<Item> {
        let mut tasks = Vec::new();
        if validates && let Some(spec) = &role.argument_spec {
            let task = validation(role, spec, from.entry_point(), here);
            tasks.push(Item::Task(Arc::new(task)));
        }
        let files = self.part_of_role(
            &role.path,
            "tasks",
            borrowed(from.tasks.as_ref()),
            false,
            gathered,
        );
        for file in files {
            tasks.extend(self.file_of_tasks(&file, &role.span, here, gathered));
        }
        tasks
    }

    fn handlers_of(
        &self,
        role: &Role,
        from: &FromFiles,
        here: &Here<'_>,
        gathered: &mut Gathered,
    ) -> Vec<Arc<Task>> {
        let here = Here {
            folder: role.path.join("handlers"),
            ..here.clone()
        };
        let from = borrowed(from.handlers.as_ref());
        let mut handlers = Vec::new();
        for file in self.part_of_role(&role.path, "handlers", from, false, gathered) {
            if let Some(node) = self.read(&file, Some(&role.span), gathered) {
                handlers.extend(self.handlers(&node, &here, gathered));
            }
        }
        handlers
    }

    pub(super) fn import_role(
        &self,
        task: Task,
        request: &RoleRequest,
        here: &Here<'_>,
        gathered: &mut Gathered,
    ) -> Option<Arc<Block>> {
        let vars = task.keywords.vars.clone();
        let scope = around(here, ScopeKind::Import, task.keywords, Some(&task.span));
        let inner = Here {
            scope: Arc::clone(&scope),
            ..here.clone()
        };
        let mut request = request.clone();
        for flag in request.flags_mut() {
            self.settle(flag, &inner.scope, gathered);
        }
        let loaded = self.role(requested(&request, vars), &inner, gathered)?;
        gathered.handlers.extend(loaded.handlers);
        Some(Arc::new(group(scope, loaded.blocks)))
    }

    /// A flag that must be known before the run.
    fn settle(&self, flag: &mut Flag, scope: &Scope, gathered: &mut Gathered) {
        let Some(given) = flag else { return };
        let Given::Template(text) = &given.node else {
            return;
        };
        let Some(word) = self.rendered(text, &given.span, scope, gathered) else {
            return;
        };
        match truth_of(&word) {
            Some(truth) => given.node = Given::Known(truth),
            None => gathered.mistakes.push(Mistake::new(
                "this must be a boolean",
                &given.span,
                format!("it is `{word}`"),
            )),
        }
    }

    fn role_vars(
        &self,
        role: &Path,
        part: &str,
        from: Option<&(String, Span)>,
        gathered: &mut Gathered,
    ) -> Vec<Variable> {
        let mut all: Vec<Variable> = Vec::new();
        for file in self.part_of_role(role, part, borrowed(from), true, gathered) {
            let Some(node) = self.read(&file, None, gathered) else {
                continue;
            };
            for variable in variables(&node, &self.how(), &mut gathered.mistakes) {
                all.retain(|older| older.name != variable.name);
                all.push(variable);
            }
        }
        all
    }

    fn meta(&self, role: &Path, gathered: &mut Gathered) -> Meta {
        let mut meta = Meta::default();
        let specs_of = |file: Node, gathered: &mut Gathered| {
            let specs = file.get("argument_specs")?.clone();
            match self.how().value(&specs) {
                Ok(Value::Map(map)) => Some(map.as_ref().clone()),
                Ok(_) => {
                    gathered.mistakes.push(Mistake::new(
                        "`argument_specs` is a mapping of entry points",
                        &specs.span,
                        format!("this is {}", specs.described()),
                    ));
                    None
                }
                Err(mistake) => {
                    gathered.mistakes.push(mistake);
                    None
                }
            }
        };
        for ending in ["yml", "yaml", "json"] {
            let file = role.join("meta").join(format!("argument_specs.{ending}"));
            if file.is_file() {
                let node = self.read(&file, None, gathered);
                meta.specs = node.and_then(|node| specs_of(node, gathered));
                meta.specs.get_or_insert_default();
                break;
            }
        }
        for file in self.part_of_role(role, "meta", None, false, gathered) {
            let Some(node) = self.read(&file, None, gathered) else {
                continue;
            };
            let Some(entries) = node.as_map() else {
                if !node.is_null() {
                    gathered.mistakes.push(Mistake::new(
                        "the metadata of a role is a mapping",
                        &node.span,
                        format!("this is {}", node.described()),
                    ));
                }
                continue;
            };
            let how = self.how();
            let mut fields = Fields {
                entries,
                bearer: Bearer::Metadata,
                how: &how,
                mistakes: &mut gathered.mistakes,
            };
            fields.refuse_unknown(&[]);
            meta.allow_duplicates = match fields.flag("allow_duplicates") {
                Some(flag) => {
                    if flag.node.known().is_none() {
                        let why = "`allow_duplicates` of a role takes no template";
                        let mistake = Mistake::new(why, &flag.span, "expected true or false");
                        gathered.mistakes.push(mistake);
                    }
                    flag.node.known().copied()
                }
                None => None,
            };
            meta.dependencies = node.get("dependencies").cloned();
            if meta.specs.is_none() {
                meta.specs = specs_of(node, gathered);
            }
        }
        meta
    }
}

/// The entries of a role other than `main`, each with the place where it was named.
struct FromFiles {
    tasks: Option<(String, Span)>,
    vars: Option<(String, Span)>,
    defaults: Option<(String, Span)>,
    handlers: Option<(String, Span)>,
}

impl FromFiles {
    fn entry_point(&self) -> &str {
        self.tasks.as_ref().map_or("main", |(name, _)| name)
    }
}

#[derive(Default)]
struct Meta {
    allow_duplicates: Option<bool>,
    dependencies: Option<Node>,
    specs: Option<Map>,
}

fn borrowed(from: Option<&(String, Span)>) -> Option<(&str, &Span)> {
    from.map(|(name, span)| (name.as_str(), span))
}

/// What `import_role` or `include_role` asks for; its flags are known by now.
pub(super) fn requested(request: &RoleRequest, vars: Vec<Variable>) -> Use<'_> {
    let known = |flag: &Flag, otherwise: bool| match flag {
        Some(flag) => flag.node.known().copied().unwrap_or(otherwise),
        None => otherwise,
    };
    Use {
        name: request.name.clone(),
        keywords: Keywords {
            vars,
            ..Keywords::default()
        },
        params: Vec::new(),
        tasks_from: &request.tasks_from,
        vars_from: &request.vars_from,
        defaults_from: &request.defaults_from,
        handlers_from: &request.handlers_from,
        public: known(&request.public, false),
        allow_duplicates: Some(known(&request.allow_duplicates, true)),
        validates: known(&request.rolespec_validate, true),
        from_include: true,
    }
}

/// What stands beside `role:` and is no keyword is a variable of the role.
fn params_of(
    entries: &[Entry],
    how: &crate::yaml::Conversion<'_>,
    node: &Node,
    gathered: &mut Gathered,
) -> Vec<Variable> {
    let params: Vec<Entry> = entries
        .iter()
        .filter(|entry| {
            let name = entry.key.as_str().unwrap_or_default();
            !Bearer::Role.knows(name) && !matches!(name, "src" | "scm" | "version")
        })
        .cloned()
        .collect();
    let mapping = Node {
        kind: crate::yaml::Kind::Map(params.into()),
        ..node.clone()
    };
    variables(&mapping, how, &mut gathered.mistakes)
}

/// What makes two uses of a role the same one.
fn identity(path: &Path, wanted: &Use<'_>, from: &FromFiles) -> String {
    let set = |variables: &[Variable]| {
        let mut told: Vec<String> = variables
            .iter()
            .map(|variable| format!("{}={:?}", variable.name, variable.value.as_ref().ok()))
            .collect();
        told.sort();
        told
    };
    let texts = |list: &[Spanned<Value>]| -> Vec<String> {
        list.iter().map(|one| format!("{:?}", one.node)).collect()
    };
    let tags: Vec<&str> = wanted
        .keywords
        .tags
        .iter()
        .map(|tag| tag.node.as_str())
        .collect();
    let from: Vec<Option<&str>> = [&from.tasks, &from.vars, &from.defaults, &from.handlers]
        .iter()
        .map(|from| from.as_ref().map(|(name, _)| name.as_str()))
        .collect();
    format!(
        "{} {:?} {:?} {:?} {tags:?} {from:?} {}",
        path.display(),
        set(&wanted.params),
        set(&wanted.keywords.vars),
        texts(&wanted.keywords.when),
        wanted.from_include,
    )
}
