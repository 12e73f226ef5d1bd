//! Walks a template's tree over objects.

mod assign;
mod bind;
mod block;
mod call;
mod expr;
mod frame;
mod guard;
mod import;
mod iterate;
mod loops;
mod macros;
mod marks;
mod math;
mod output;
mod part;
mod stmt;
mod variable;

pub(super) use bind::{Bound, Given, Params};
pub(super) use block::{SelfBlocks, SuperBlock};
pub(super) use frame::Frame;
pub(super) use iterate::{Items, from_key};
pub(super) use loops::LoopState;
pub(super) use macros::MacroObj;
pub(super) use output::with_newlines;
pub(super) use part::{attribute, index, item};

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    rc::Rc,
    sync::Arc,
};

use super::{
    failure::{Failure, Res, Stop},
    obj::{Obj, ScopeId, Undef},
    scope::Scope,
    templar::Templar,
    tree::{At, Name, Template},
};
use crate::{
    diagnostic::{Source, Span, nearest},
    value::{Key, Marks, Text, Value},
};
use guard::Limiter;

/// The evaluation of one value: its scopes, what was computed once, and what it may still use.
pub(super) struct Eval<'a> {
    pub(super) templar: &'a Templar,
    main: &'a dyn Scope,
    hosts: RefCell<Vec<(String, Rc<dyn Scope + 'a>)>>,
    /// Variables that were looked up, so that each is rendered once and keeps its changes.
    memo: RefCell<HashMap<ScopeId, HashMap<Name, Obj>>>,
    /// The texts that are being rendered, outermost first, to find those that use themselves.
    rendering: RefCell<Vec<Running>>,
    here: RefCell<Vec<Here>>,
    limiter: Limiter,
    /// The marks of all text that was touched.
    marks: Cell<Marks>,
    /// The variables through which text came that a host had a say in.
    pub(super) tellers: RefCell<Vec<Name>>,
    /// The variable that was asked for last.
    asked: RefCell<Name>,
    /// The secret texts that were touched, to keep them out of messages.
    hidden: RefCell<Vec<Text>>,
    /// How templates that are included or imported are written, and where they are looked for.
    files: FileRules,
}

/// The rules for the template files of one evaluation.
#[derive(Clone, Default)]
pub(super) struct FileRules {
    pub(super) style: super::parse::Style,
    pub(super) search: Vec<std::path::PathBuf>,
}

/// The template that is being walked, and where its text was written.
#[derive(Clone)]
struct Here {
    template: Arc<Template>,
    origin: Option<Span>,
}

struct Running {
    start: *const u8,
    scope: ScopeId,
    origin: Option<Span>,
}

/// The scope of the host that is being rendered for.
pub(super) const MAIN: ScopeId = 0;

impl<'a> Eval<'a> {
    pub(super) fn new(templar: &'a Templar, main: &'a dyn Scope) -> Self {
        Self {
            templar,
            main,
            hosts: RefCell::default(),
            memo: RefCell::default(),
            rendering: RefCell::default(),
            here: RefCell::default(),
            limiter: Limiter::new(templar.limits()),
            marks: Cell::default(),
            tellers: RefCell::default(),
            asked: RefCell::new("".into()),
            hidden: RefCell::default(),
            files: FileRules {
                style: templar.style().clone(),
                search: templar.settings().template_paths.clone(),
            },
        }
    }

    /// The same evaluation with rules of its own for template files.
    pub(super) fn with_files(mut self, files: FileRules) -> Self {
        self.files = files;
        self
    }

    /// Renders a template text of a task argument or a variable; what it gives is data.
    pub(super) fn render(&self, text: &Text, scope: ScopeId) -> Res<Obj> {
        let style = self.templar.style();
        if !super::parse::has_markers(text, style) {
            // Its mark stays until it leaves: a condition may be such a text.
            return Ok(Obj::Str(text.clone()));
        }
        let _deeper = self.deeper()?;
        let start = text.as_str().as_ptr();
        if let Some(failure) = self.turns_back(text, scope, start) {
            return Err(failure);
        }
        let template = self.templar.argument(text)?;
        self.rendering.borrow_mut().push(Running {
            start,
            scope,
            origin: text.origin().cloned(),
        });
        let result = self.run_root(&template, text.origin().cloned(), &Frame::root(Some(scope)));
        self.rendering.borrow_mut().pop();
        let result = match result {
            Err(Stop::Undefined(undefined)) => Obj::Undefined(undefined),
            Err(Stop::Unknown(unknown)) => Obj::Unknown(unknown),
            Err(stop) => return Err(stop),
            Ok(result) => with_newlines(result, text, &style.newline_sequence),
        };
        self.touched(text.marks());
        self.with(result, text.marks())
    }

    /// Evaluates a bare expression.
    pub(super) fn expression(&self, text: &Text, scope: ScopeId) -> Res<Obj> {
        let template = self.templar.expression_tree(text)?;
        let Some(expression) = &template.expression else {
            return Err(Stop::runtime("not an expression"));
        };
        self.within(&template, text.origin().cloned(), || {
            self.expr(expression, &Frame::root(Some(scope)))
        })
    }

    /// Runs a whole template and gives what it printed.
    pub(super) fn run_root(
        &self,
        template: &Arc<Template>,
        origin: Option<Span>,
        frame: &Rc<Frame>,
    ) -> Res<Obj> {
        self.within(template, origin, || {
            let mut out = output::Out::default();
            self.template(template, frame, &mut out)?;
            Ok(out.finish())
        })
    }

    /// Renders a template file for a lookup, with further variables that it sees first.
    pub(super) fn render_file(
        &self,
        source: &Arc<Source>,
        style: &super::parse::Style,
        path: &std::path::Path,
        more: &[(Key, Obj)],
    ) -> Res<Obj> {
        let options = super::FileOptions {
            style: style.clone(),
            search: path
                .parent()
                .map(std::path::Path::to_owned)
                .into_iter()
                .collect(),
        };
        let mut vars = Vec::new();
        let managed = self.main.get("ansible_managed");
        if managed.is_ok_and(|found| found.is_none()) {
            vars.push(("ansible_managed".into(), Value::from("Ansible managed")));
        }
        for (key, value) in more {
            if let Some(name) = key.as_str() {
                vars.push((name.into(), self.value(value)?));
            }
        }
        let _deeper = self.deeper()?;
        let found = self.templar.file_with(source, &options, &vars, self.main)?;
        Ok(super::obj::from_value(&found, MAIN))
    }

    fn within<T>(
        &self,
        template: &Arc<Template>,
        origin: Option<Span>,
        run: impl FnOnce() -> Res<T>,
    ) -> Res<T> {
        self.here.borrow_mut().push(Here {
            template: Arc::clone(template),
            origin,
        });
        let result = run();
        self.here.borrow_mut().pop();
        result
    }

    fn now_here(&self) -> Option<Here> {
        self.here.borrow().last().cloned()
    }

    /// The failure of a text that is needed to render itself, with all places on the way.
    fn turns_back(&self, text: &Text, scope: ScopeId, start: *const u8) -> Option<Stop> {
        let rendering = self.rendering.borrow();
        let first = rendering
            .iter()
            .position(|running| running.start == start && running.scope == scope)?;
        let mut failure = Failure::new(
            super::failure::Kind::Runtime,
            "recursive loop detected in template: a variable needs itself",
        );
        if let Some(origin) = text.origin() {
            failure.mistake = Box::new(failure.mistake.at(origin, "this needs itself"));
        }
        for running in &rendering[first + 1..] {
            if let Some(origin) = &running.origin {
                failure.mistake = Box::new(failure.mistake.also(origin, "through this"));
            }
        }
        Some(failure.into())
    }

    /// Where a stretch of the current template stands in the text that a person wrote.
    pub(super) fn span(&self, at: At) -> Option<Span> {
        let here = self.now_here()?;
        let origin = here.origin?;
        Some(span_of(&here.template.text, &origin, at))
    }

    /// The failure that an undefined value is, with the nearest name where one is meant.
    pub(super) fn undefined_failure(&self, undefined: &Undef) -> Failure {
        let near = undefined.variable.as_deref().and_then(|name| {
            let names = self.main.names();
            nearest(name, names.iter().map(String::as_str)).map(str::to_owned)
        });
        undefined.failure(near.as_deref())
    }

    /// The failure that an early end is; `None` where it is a value after all.
    pub(super) fn failure(&self, stop: Stop) -> Result<Failure, crate::value::Unknown> {
        match stop {
            Stop::Undefined(undefined) => Ok(self.scrubbed(self.undefined_failure(&undefined))),
            Stop::Unknown(unknown) => Err(unknown),
            Stop::Fail(failure) => Ok(self.scrubbed(failure)),
        }
    }
}

/// Finds a stretch of a template's text in the text that it was read from.
pub(super) fn span_of(text: &str, origin: &Span, at: At) -> Span {
    let (start, end) = (at.start as usize, at.end as usize);
    let Some(written) = origin.source.text().get(origin.start..origin.end) else {
        return origin.clone();
    };
    let snippet = text.get(start..end).unwrap_or("");
    let found = match written.find(text) {
        Some(base) => Some(base + start),
        None if snippet.is_empty() => None,
        None => written.find(snippet),
    };
    match found {
        Some(from) => Span::new(
            &origin.source,
            origin.start + from,
            origin.start + from + snippet.len(),
        ),
        None => origin.clone(),
    }
}
