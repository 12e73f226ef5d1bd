//! What includes and imports ask for.

use super::{
    args::{Arg, Args},
    field::{Fields, is_template},
    keyword::{Bearer, Flag, Given, Keywords, OF_INCLUDES},
    model::{Repeat, RoleRequest, Task, TaskKind, bare},
    task::Request,
};
use crate::{
    diagnostic::{Mistake, Span, Spanned, nearest},
    value::{Text, Value, truth},
    yaml::Node,
};

impl Fields<'_> {
    /// What includes and imports ask for; their arguments are taken out of the task.
    pub(super) fn request(&mut self, task: &mut Task) -> Request {
        let name = bare(task.action.node.as_str()).to_owned();
        if !matches!(
            name.as_str(),
            "include_tasks" | "import_tasks" | "include_role" | "import_role"
        ) {
            return Request::Nothing;
        }
        if name.starts_with("include") {
            for entry in self.entries {
                let Some(keyword) = entry.key.as_str() else {
                    continue;
                };
                let odd = self.bearer.knows(keyword)
                    && !OF_INCLUDES.contains(&keyword)
                    && keyword != "listen";
                if odd {
                    self.mistakes.push(
                        Mistake::new(
                            format!("`{keyword}` cannot stand beside `{name}`"),
                            &entry.key_span,
                            "it would not reach what is included",
                        )
                        .help(format!("write it under `apply` of `{name}`")),
                    );
                }
            }
        } else if let Some(repeat) = &task.repeat {
            let span = match repeat {
                Repeat::Loop(terms) => &terms.span,
                Repeat::With { lookup, .. } => &lookup.span,
            };
            let dynamic = name.replace("import", "include");
            self.mistakes.push(
                Mistake::new(format!("`{name}` cannot be in a loop"), span, "a loop")
                    .help(format!("use `{dynamic}`")),
            );
        }
        let mut args = std::mem::take(&mut task.args);
        let apply = self.apply(&name, &mut args);
        if name.ends_with("tasks") {
            let file = args.take("file").and_then(text_arg).or(args.free.take());
            self.refuse_args(&name, &args, &["file", "apply"]);
            let Some(file) = file.filter(|file| !file.node.trim().is_empty()) else {
                self.mistakes.push(Mistake::new(
                    format!("`{name}` names no file"),
                    &task.action.span,
                    "expected a file",
                ));
                return Request::Nothing;
            };
            if name == "import_tasks" {
                return Request::ImportTasks(file);
            }
            task.kind = TaskKind::IncludeTasks { file, apply };
            return Request::Nothing;
        }
        let Some(request) = self.role_request(&name, args, apply, &task.action.span) else {
            return Request::Nothing;
        };
        if name == "import_role" {
            return Request::ImportRole(Box::new(request));
        }
        task.kind = TaskKind::IncludeRole(Box::new(request));
        Request::Nothing
    }

    fn apply(&mut self, name: &str, args: &mut Args) -> Option<Box<Keywords>> {
        let apply = args.take("apply")?;
        let entries = apply.node.as_ref().and_then(Node::as_map);
        let Some(entries) = entries.filter(|_| name.starts_with("include")) else {
            self.mistakes.push(if name.starts_with("include") {
                Mistake::new(
                    "`apply` is a mapping of keywords",
                    &apply.span,
                    "not a mapping",
                )
            } else {
                Mistake::new(
                    format!("`{name}` has no `apply`"),
                    &apply.name.span,
                    "not here",
                )
                .help("what stands beside an import holds for all that it brings")
            });
            return None;
        };
        let mut inner = Fields {
            entries,
            bearer: Bearer::Block,
            how: self.how,
            mistakes: self.mistakes,
        };
        inner.refuse_unknown(&[]);
        Some(Box::new(inner.keywords()))
    }

    fn refuse_args(&mut self, name: &str, args: &Args, known: &[&str]) {
        let is_unknown = |name: &str| !known.contains(&name);
        for arg in args.entries.iter().filter(|arg| is_unknown(&arg.name.node)) {
            self.mistakes.push(
                Mistake::new(
                    format!("`{name}` has no parameter `{}`", arg.name.node),
                    &arg.name.span,
                    "unknown",
                )
                .did_you_mean(nearest(&arg.name.node, known.iter().copied())),
            );
        }
    }

    fn role_request(
        &mut self,
        name: &str,
        mut args: Args,
        apply: Option<Box<Keywords>>,
        span: &Span,
    ) -> Option<RoleRequest> {
        let role = args
            .take("name")
            .or_else(|| args.take("role"))
            .and_then(text_arg);
        args.take("role");
        let request = role.map(|role| RoleRequest {
            name: role,
            tasks_from: args.take("tasks_from").and_then(text_arg),
            vars_from: args.take("vars_from").and_then(text_arg),
            defaults_from: args.take("defaults_from").and_then(text_arg),
            handlers_from: args.take("handlers_from").and_then(text_arg),
            apply,
            public: self.flag_arg(&mut args, "public"),
            allow_duplicates: self.flag_arg(&mut args, "allow_duplicates"),
            rolespec_validate: self.flag_arg(&mut args, "rolespec_validate"),
        });
        let known = [
            "name",
            "role",
            "tasks_from",
            "vars_from",
            "defaults_from",
            "handlers_from",
            "apply",
            "public",
            "allow_duplicates",
            "rolespec_validate",
        ];
        if request.is_none() {
            self.mistakes.push(Mistake::new(
                format!("`{name}` names no role"),
                span,
                "expected `name`",
            ));
        }
        self.refuse_args(name, &args, &known);
        request
    }

    fn flag_arg(&mut self, args: &mut Args, name: &str) -> Flag {
        let arg = args.take(name)?;
        let given = match arg.value {
            Value::Text(text) if is_template(&text) => Given::Template(text),
            value => match truth(&value) {
                Some(truth) => Given::Known(truth),
                None => {
                    self.mistakes.push(Mistake::new(
                        format!("`{name}` takes true or false"),
                        &arg.span,
                        "neither",
                    ));
                    return None;
                }
            },
        };
        Some(Spanned::new(given, arg.span))
    }
}

fn text_arg(arg: Arg) -> Option<Spanned<Text>> {
    let text = match arg.value {
        Value::Text(text) => text,
        Value::Int(number) => Text::from(number.to_string()),
        _ => return None,
    };
    Some(Spanned::new(text, arg.span))
}
