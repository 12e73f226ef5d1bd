//! Tasks and handlers, from mappings to their types.

use std::sync::Arc;

use super::{
    args::Args,
    field::{Fields, is_template, unknown_keyword},
    keyword::{Bearer, LOOKUPS},
    loader::{Gathered, Here, Loader},
    model::{LoopControl, Repeat, RoleRequest, Task, TaskKind, bare},
    split,
    variables::{is_variable_name, name_mistake},
};
use crate::{
    diagnostic::{Mistake, Span, Spanned, nearest},
    value::{Text, Value},
    yaml::{Entry, Kind, Node},
};

/// Names that the engine itself answers to, beside the modules.
const OWN: [&str; 5] = [
    "include_tasks",
    "include_role",
    "import_tasks",
    "import_role",
    "meta",
];

/// A task that is not placed yet: imports take theirs apart.
pub(super) struct Draft {
    pub(super) task: Task,
    pub(super) request: Request,
}

/// What a task asks of the loader.
pub(super) enum Request {
    Nothing,
    ImportTasks(Spanned<Text>),
    ImportRole(Box<RoleRequest>),
}

impl Loader<'_> {
    /// Reads one task; `None` when it says too little to go on.
    pub(super) fn task(
        &self,
        node: &Node,
        here: &Here<'_>,
        gathered: &mut Gathered,
    ) -> Option<Draft> {
        let bearer = if here.handlers {
            Bearer::Handler
        } else {
            Bearer::Task
        };
        let Some(entries) = node.as_map() else {
            gathered.mistakes.push(Mistake::new(
                format!("{} is a mapping", bearer.described()),
                &node.span,
                format!("this is {}", node.described()),
            ));
            return None;
        };
        let how = self.how();
        let may_be_unknown = gathered.is_doubtful;
        let mut fields = Fields {
            entries,
            bearer,
            how: &how,
            mistakes: &mut gathered.mistakes,
        };
        let span = entries
            .first()
            .map_or(&node.span, |entry| &entry.key_span)
            .clone();
        let repeat = fields.repeat();
        let (action, args, local) = self.action(&mut fields, &span, may_be_unknown, here)?;
        let mut keywords = fields.keywords();
        if let Some(local) = local {
            keywords.delegate_to = Some(local);
        }
        let mut task = Task {
            span,
            action,
            args,
            keywords,
            kind: TaskKind::Module,
            repeat,
            loop_control: fields.loop_control(),
            register: fields.register(),
            until: fields.values("until"),
            retries: fields.whole("retries"),
            delay: fields.fraction("delay"),
            changed_when: fields.values("changed_when"),
            failed_when: fields.values("failed_when"),
            r#async: fields.whole("async"),
            poll: fields.whole("poll"),
            listen: if here.handlers {
                fields.texts("listen")
            } else {
                Vec::new()
            },
            is_handler: here.handlers,
            scope: Arc::clone(&here.scope),
        };
        let request = fields.request(&mut task);
        Some(Draft { task, request })
    }

    /// Finds the one key that is the module, and what it gives.
    fn action(
        &self,
        fields: &mut Fields<'_>,
        span: &Span,
        may_be_unknown: bool,
        here: &Here<'_>,
    ) -> Option<(Spanned<Text>, Args, Option<Spanned<Text>>)> {
        let mut found: Vec<&Entry> = Vec::new();
        let mut strangers: Vec<&Entry> = Vec::new();
        for entry in fields.entries {
            let Some(name) = entry.key.as_str() else {
                strangers.push(entry);
                continue;
            };
            let is_action = matches!(name, "action" | "local_action");
            if !is_action && (fields.bearer.knows(name) || name.starts_with("with_")) {
                continue;
            }
            if is_action || OWN.contains(&bare(name)) || self.surroundings.is_module(name) {
                found.push(entry);
            } else {
                strangers.push(entry);
            }
        }
        if let [_, second, ..] = found.as_slice() {
            let names: Vec<_> = found
                .iter()
                .filter_map(|entry| entry.key.as_str())
                .collect();
            fields.mistakes.push(
                Mistake::new(
                    format!("a task has one module, and this has {}", names.len()),
                    &second.key_span,
                    "the second one",
                )
                .also(&found[0].key_span, "the first one")
                .help("start a new task with `- `, or indent this as a parameter"),
            );
        }
        let Some(first) = found.first() else {
            // What may never be included may need what nobody has: another system's modules.
            if may_be_unknown && strangers.len() == 1 {
                return None;
            }
            fields.mistakes.push(match strangers.as_slice() {
                [] => Mistake::new("this task names no module", span, "the task starts here"),
                [stranger, ..] => self.unknown_module(stranger, fields.bearer, here),
            });
            for stranger in strangers.iter().skip(1) {
                let mistake = unknown_keyword(stranger, fields.bearer, fields.bearer.keywords());
                fields.mistakes.push(mistake);
            }
            return None;
        };
        for stranger in &strangers {
            let modules = self.surroundings.modules();
            let mut candidates: Vec<&str> = fields.bearer.keywords().collect();
            candidates.extend(modules.iter().map(String::as_str));
            let mistake = unknown_keyword(stranger, fields.bearer, candidates);
            fields.mistakes.push(mistake);
        }
        let mut args = Args::default();
        fields.further_args(&mut args);
        let name = first.key.as_str().unwrap_or_default();
        if !matches!(name, "action" | "local_action") {
            fields.args_of(name, &first.value, &mut args);
            let action = Spanned::new(Text::from(name), first.key_span.clone());
            return Some((action, args, None));
        }
        let action = fields.old_action(name, &first.value, &mut args)?;
        if !may_be_unknown
            && !is_template(&action.node)
            && !OWN.contains(&bare(&action.node))
            && !self.surroundings.is_module(&action.node)
        {
            let mistake = self.no_module(&action.node, &action.span, &[], here);
            fields.mistakes.push(mistake);
        }
        let local = (name == "local_action")
            .then(|| Spanned::new(Text::from("localhost"), first.key_span.clone()));
        Some((action, args, local))
    }

    fn unknown_module(&self, entry: &Entry, bearer: Bearer, here: &Here<'_>) -> Mistake {
        match entry.key.as_str() {
            Some(name) => {
                let keywords: Vec<&str> = bearer.keywords().collect();
                self.no_module(name, &entry.key_span, &keywords, here)
            }
            None => unknown_keyword(entry, bearer, []),
        }
    }

    fn no_module(&self, name: &str, span: &Span, keywords: &[&str], here: &Here<'_>) -> Mistake {
        let role = here.scope.role().map(|role| role.path.as_path());
        let own = [role, Some(here.playbook)].into_iter().flatten();
        let python = format!("library/{}.py", bare(name));
        let found = own
            .map(|folder| self.absolute(&folder.join(&python)))
            .find(|path| path.is_file());
        if let Some(path) = found {
            return Mistake::new(
                format!("the module `{name}` is not supported: it is written in Python"),
                span,
                "a module of this project",
            )
            .help(self.list("it is", &[path]));
        }
        let mistake = Mistake::new(
            format!("there is no module `{name}`"),
            span,
            "no such module",
        );
        if bare(name) == "include" {
            return mistake.help("Ansible has `include_tasks` and `import_tasks` in its place");
        }
        let modules = self.surroundings.modules();
        let names = modules
            .iter()
            .map(String::as_str)
            .chain(OWN)
            .chain(keywords.iter().copied());
        let near = nearest(bare(name), names);
        if near.is_none() && bare(name) == name && name.matches('.').count() >= 2 {
            return Mistake::new(
                format!("not supported: collections, and so the module `{name}`"),
                span,
                "a module of a collection",
            );
        }
        mistake.did_you_mean(near)
    }
}

impl Fields<'_> {
    /// `loop` or one of `with_…`.
    fn repeat(&mut self) -> Option<Repeat> {
        let mut found: Option<(Repeat, &Span)> = None;
        for entry in self.entries {
            let Some(name) = entry.key.as_str() else {
                continue;
            };
            let lookup = name.strip_prefix("with_");
            if lookup.is_none() && name != "loop" {
                continue;
            }
            if let Some(lookup) = lookup
                && !LOOKUPS.contains(&lookup)
                && !lookup.contains('.')
            {
                let names: Vec<String> =
                    LOOKUPS.iter().map(|name| format!("with_{name}")).collect();
                let near = nearest(name, names.iter().map(String::as_str));
                self.mistakes.push(
                    Mistake::new(
                        format!("there is no lookup `{lookup}` for `{name}`"),
                        &entry.key_span,
                        "unknown",
                    )
                    .did_you_mean(near),
                );
                continue;
            }
            if entry.value.is_null() {
                self.mistakes.push(Mistake::new(
                    format!("`{name}` needs something to go through"),
                    &entry.key_span,
                    "nothing is given",
                ));
                continue;
            }
            if let Some((_, first)) = &found {
                self.mistakes.push(
                    Mistake::new("a task has one loop", &entry.key_span, "the second one")
                        .also(first, "the first one"),
                );
                continue;
            }
            let Some(terms) = self.value_of(&entry.value) else {
                continue;
            };
            let repeat = if let Some(lookup) = lookup {
                Repeat::With {
                    lookup: Spanned::new(lookup.to_owned(), entry.key_span.clone()),
                    terms,
                }
            } else {
                self.check_loop(&terms, &entry.value);
                Repeat::Loop(terms)
            };
            found = Some((repeat, &entry.key_span));
        }
        found.map(|(repeat, _)| repeat)
    }

    fn check_loop(&mut self, terms: &Spanned<Value>, node: &Node) {
        let fits = match &terms.node {
            Value::List(_) => true,
            Value::Text(text) => is_template(text),
            _ => false,
        };
        if fits {
            return;
        }
        let mistake = Mistake::new(
            "`loop` takes a list, or a template of one",
            &terms.span,
            format!("this is {}", node.described()),
        );
        self.mistakes.push(match (&node.kind, node.as_str()) {
            (Kind::Map(_), _) => {
                mistake.help("go through a mapping with `{{ name | dict2items }}`")
            }
            (_, Some(text)) => mistake.help(format!("for the variable write \"{{{{ {text} }}}}\"")),
            _ => mistake,
        });
    }

    /// `args:`, which gives way to what stands beside the module.
    fn further_args(&mut self, args: &mut Args) {
        let Some(entry) = self.entry("args") else {
            return;
        };
        match (&entry.value.kind, entry.value.as_str()) {
            (Kind::Map(entries), _) => self.args_of_map(entries, args),
            (_, Some(text)) if is_template(text) => {
                args.further = self.text_of("args", &entry.value);
            }
            _ => self.mistakes.push(Mistake::new(
                "`args` takes a mapping of parameters, or a template of one",
                &entry.value.span,
                format!("this is {}", entry.value.described()),
            )),
        }
    }

    /// `action: copy src=a dest=b`, or `action: {module: copy, src: a}`.
    fn old_action(&mut self, name: &str, node: &Node, args: &mut Args) -> Option<Spanned<Text>> {
        let (text, span) = match &node.kind {
            Kind::Map(entries) => {
                let rest: Vec<Entry> = entries
                    .iter()
                    .filter(|entry| !matches!(entry.key.as_str(), Some("module" | "args")))
                    .cloned()
                    .collect();
                self.args_of_map(&rest, args);
                if let Some(further) = node.get("args") {
                    self.args_of(name, further, args);
                }
                let Some(module) = node.get("module") else {
                    self.mistakes.push(Mistake::new(
                        format!("`{name}` names no module"),
                        &node.span,
                        "expected `module`",
                    ));
                    return None;
                };
                (self.text_of("module", module)?.node, &module.span)
            }
            Kind::Scalar(_) => (self.text_of(name, node)?.node, &node.span),
            Kind::Seq(_) => {
                self.mistakes.push(Mistake::new(
                    format!("`{name}` takes a module with its parameters"),
                    &node.span,
                    "this is a list",
                ));
                return None;
            }
        };
        let Some((module, rest)) = split::first_word(&text) else {
            self.mistakes.push(Mistake::new(
                format!("`{name}` names no module, or a quote in it is not closed"),
                span,
                "here",
            ));
            return None;
        };
        self.args_of_text(&module, &rest, span, args);
        let mut place = span.clone();
        place.end = place.end.min(place.start + module.len());
        Some(Spanned::new(self.how.text(&module, &place), place))
    }

    fn register(&mut self) -> Option<Spanned<String>> {
        let text = self.text("register")?;
        let name = text.node.as_str().to_owned();
        if !is_variable_name(&name) {
            self.mistakes.push(name_mistake(&name, &text.span));
        }
        Some(Spanned::new(name, text.span))
    }

    fn loop_control(&mut self) -> LoopControl {
        let Some(entry) = self.entry("loop_control") else {
            return LoopControl::default();
        };
        let Some(entries) = entry.value.as_map() else {
            self.mistakes.push(Mistake::new(
                "`loop_control` is a mapping",
                &entry.value.span,
                format!("this is {}", entry.value.described()),
            ));
            return LoopControl::default();
        };
        let mut inner = Fields {
            entries,
            bearer: Bearer::LoopControl,
            how: self.how,
            mistakes: self.mistakes,
        };
        inner.refuse_unknown(&[]);
        LoopControl {
            loop_var: inner.text("loop_var"),
            index_var: inner.text("index_var"),
            label: inner.value("label"),
            pause: inner.fraction("pause"),
            extended: inner.flag("extended"),
            extended_allitems: inner.flag("extended_allitems"),
            break_when: inner.values("break_when"),
        }
    }
}
