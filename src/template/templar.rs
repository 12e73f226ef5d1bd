//! The templating engine: settings, caches, and the ways to ask.

use std::{
    collections::{BTreeMap, HashMap},
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use super::{
    eval::{Eval, FileRules, Frame, MAIN, span_of},
    failure::{Failure, Kind, Res, Stop},
    files,
    lookups::Keep,
    obj,
    obj::Obj,
    parse::{self, Flaw, Reading, Style},
    scope::Scope,
    tree::Template,
};
use crate::{
    diagnostic::{Mistake, Source, Span},
    value::{Text, Unknown, Value, text_of},
    vault::Keys,
};

/// What a template may use before it is stopped.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Expressions evaluated and items visited, in all.
    pub steps: u64,
    /// Levels of nesting: templates in variables, macros, loops, data.
    pub depth: usize,
    /// Bytes of the stack; the default suits threads with the usual two megabytes.
    pub stack: usize,
    /// Bytes of one text.
    pub bytes: usize,
    /// Items of one list.
    pub items: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            steps: 50_000_000,
            depth: 500,
            stack: 1_200_000,
            bytes: 64 * 1024 * 1024,
            items: 5_000_000,
        }
    }
}

/// What the engine knows besides variables.
#[derive(Clone, Default)]
pub struct Settings {
    pub limits: Limits,
    /// Directories that template files are looked for in, the nearest first.
    pub template_paths: Vec<PathBuf>,
    /// Directories that the files of lookups are looked for in, the nearest first.
    pub file_paths: Vec<PathBuf>,
    /// The folders of the playbook: names in which a host had a say lead to nothing else.
    pub folders: Vec<PathBuf>,
    /// The control side's environment.
    pub environment: BTreeMap<String, String>,
    /// Where commands of lookups run; the current directory when not given.
    pub directory: Option<PathBuf>,
    /// What vaulted files are opened with by the lookups that read files.
    pub keys: Option<Arc<Keys>>,
    /// Who hears of the secrets that are printed among other things.
    pub secrets: Overheard,
    /// Where lookups keep what they make.
    pub keeping: Keeping,
    /// Settings of `ansible.cfg` and the environment, for the `config` lookup.
    pub config: BTreeMap<String, Value>,
}

/// Where lookups keep what they make, such as passwords.
#[derive(Clone, Default)]
pub enum Keeping {
    #[default]
    Nowhere,
    /// Nothing is kept, and what would be made is unknown.
    Rehearsed,
    Kept(Arc<dyn Keep>),
}

/// Secret texts that templates printed among other things, where they can be told apart no more.
#[derive(Clone, Debug, Default)]
pub struct Overheard(Arc<Mutex<Vec<Text>>>);

impl Overheard {
    pub(super) fn hear(&self, text: &Text) {
        let mut heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        heard.push(text.clone());
    }

    /// What was heard since this was last asked.
    pub fn take(&self) -> Vec<Text> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Renders templates. Parsed templates are kept, so one engine serves a whole run.
#[derive(Default)]
pub struct Templar {
    settings: Settings,
    style: Style,
    arguments: Mutex<HashMap<Arc<str>, Arc<Template>>>,
    expressions: Mutex<HashMap<Arc<str>, Arc<Template>>>,
}

/// What a condition gives.
#[derive(Clone, Debug, PartialEq)]
pub enum Truth {
    Is(bool),
    Unknown(Unknown),
}

/// How a template file is to be read, as the `template` module's parameters say.
#[derive(Clone, Debug, Default)]
pub struct FileOptions {
    pub style: Style,
    /// Directories for `include`, `import` and `extends`, before those of the engine.
    pub search: Vec<PathBuf>,
}

/// The most templates that are kept; more are parsed again.
const KEPT: usize = 10_000;

impl Templar {
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            ..Self::default()
        }
    }

    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    pub(super) fn limits(&self) -> &Limits {
        &self.settings.limits
    }

    /// How texts in playbooks and variables are written.
    pub(super) fn style(&self) -> &Style {
        &self.style
    }

    /// Renders a task argument: every template text in it, however deep.
    ///
    /// A text that is one `{{ }}` keeps the type of its expression. Omitted entries and items are
    /// dropped; `None` says that the whole was omitted. The result is data: nothing in it is
    /// rendered again. What needs something unknown is unknown.
    pub fn render(&self, value: &Value, scope: &dyn Scope) -> Result<Option<Value>, Failure> {
        match value {
            Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) => {
                return Ok(Some(value.clone()));
            }
            Value::Text(text) if !text.is_template() => return Ok(Some(value.clone())),
            _ => {}
        }
        let eval = Eval::new(self, scope);
        let found = eval
            .touch(obj::from_value(value, MAIN))
            .and_then(|found| obj::finish(&eval, &found));
        settled(&eval, found)
    }

    /// Evaluates a bare expression, as `until` and loops over names have it.
    pub fn expression(&self, text: &Text, scope: &dyn Scope) -> Result<Value, Failure> {
        let eval = Eval::new(self, scope);
        let found = eval
            .expression(text, MAIN)
            .and_then(|found| obj::finish(&eval, &found));
        settled(&eval, found)?.ok_or_else(|| omitted(text.origin()))
    }

    /// What a text that is one `{{ }}` stands for, as it is itself: where that is text which
    /// somebody trusted wrote, it stays an expression to be evaluated.
    pub fn named(&self, text: &Text, scope: &dyn Scope) -> Result<Value, Failure> {
        let eval = Eval::new(self, scope);
        let found = eval.render(text, MAIN);
        if let Ok(Obj::Str(inner)) = &found
            && inner.is_template()
        {
            return Ok(Value::Text(inner.clone()));
        }
        let found = found.and_then(|found| obj::finish(&eval, &found));
        settled(&eval, found)?.ok_or_else(|| omitted(text.origin()))
    }

    /// Evaluates a condition: a boolean, or an expression that gives one.
    pub fn condition(&self, value: &Value, scope: &dyn Scope) -> Result<Truth, Failure> {
        let broken = |why: String, origin: Option<&Span>| Failure {
            kind: Kind::Conditional,
            mistake: Box::new(match origin {
                Some(origin) => Mistake::new(why, origin, "this condition"),
                None => Mistake::nowhere(why),
            }),
        };
        let empty = "empty conditional expressions are not allowed";
        let text = match value {
            Value::Bool(truth) => return Ok(Truth::Is(*truth)),
            Value::Unknown(unknown) => return Ok(Truth::Unknown(unknown.clone())),
            Value::Null => return Err(broken(empty.to_owned(), None)),
            Value::Text(text) => text,
            other => {
                return Err(broken(
                    format!("a condition is an expression, not a {}", other.type_name()),
                    None,
                ));
            }
        };
        let origin = text.origin();
        if text.trim().is_empty() {
            return Err(broken(empty.to_owned(), origin));
        }
        if !text.is_template() {
            return Err(broken(
                "text that is not from a playbook, inventory or role is no condition".to_owned(),
                None,
            ));
        }
        let eval = Eval::new(self, scope);
        let found = Self::condition_value(&eval, text)
            .and_then(|found| match found {
                Obj::Undefined(undefined) => Err(Stop::Undefined(undefined)),
                other => Ok(other),
            })
            .map_err(|stop| eval.failure(stop));
        match found {
            Ok(Obj::Bool(truth)) => Ok(Truth::Is(truth)),
            Ok(Obj::Unknown(unknown)) | Err(Err(unknown)) => Ok(Truth::Unknown(unknown)),
            Ok(other) => {
                let truth = matches!(eval.truth(&other), Ok(true));
                let truth = if truth { "True" } else { "False" };
                Err(broken(
                    format!(
                        "Conditional result ({truth}) was derived from value of type '{}'. \
                         Conditionals must have a boolean result.",
                        other.type_name()
                    ),
                    origin,
                ))
            }
            Err(Ok(failure)) => Err(failure),
        }
    }

    fn condition_value(eval: &Eval<'_>, text: &Text) -> Res<Obj> {
        let trimmed = text.trim();
        if !parse::is_all_template(trimmed) {
            return eval.expression(text, MAIN);
        }
        // `{{ name }}` where the variable is itself an expression somebody trusted wrote.
        match eval.render(text, MAIN)? {
            Obj::Str(inner) if inner.is_template() => eval.expression(&inner, MAIN),
            Obj::Str(inner) if inner.trim().is_empty() => Err(Stop::kind(
                Kind::Conditional,
                "empty conditional expressions are not allowed",
            )),
            Obj::Str(_) => Err(Stop::kind(
                Kind::Conditional,
                "a condition was computed as text, which is not trusted as an expression",
            )),
            other => Ok(other),
        }
    }

    /// Renders a template file, with the rules of the `template` module.
    pub fn file(
        &self,
        source: &Arc<Source>,
        options: &FileOptions,
        scope: &dyn Scope,
    ) -> Result<Value, Failure> {
        self.file_with(source, options, &[], scope)
    }

    /// The same, with further variables that the template sees first.
    pub(super) fn file_with(
        &self,
        source: &Arc<Source>,
        options: &FileOptions,
        more: &[(super::tree::Name, Value)],
        scope: &dyn Scope,
    ) -> Result<Value, Failure> {
        let origin = Span::new(source, 0, source.text().len());
        let (style, body) = options
            .style
            .with_header(source.text())
            .map_err(|why| Failure {
                kind: Kind::Syntax,
                mistake: Box::new(Mistake::new(why, &origin, "in this header")),
            })?;
        let template = parse::parse(source.name(), body, Reading::File, &style)
            .map_err(|flaw| placed(&flaw, body, Some(&origin)))?;
        let mut search = options.search.clone();
        search.extend(self.settings.template_paths.iter().cloned());
        let newline = style.newline_sequence.clone();
        let eval = Eval::new(self, scope).with_files(FileRules { style, search });
        let frame = Frame::root(Some(MAIN));
        for (name, value) in more {
            frame.set(name, obj::from_value(value, MAIN));
        }
        let found = eval
            .run_root(&Arc::new(template), Some(origin), &frame)
            .map(|found| super::eval::with_newlines(found, source.text(), &newline))
            .and_then(|found| obj::finish(&eval, &found));
        settled(&eval, found)?.ok_or_else(|| omitted(None))
    }

    /// The parsed form of a task argument's or a variable's text.
    pub(super) fn argument(&self, text: &Text) -> Res<Arc<Template>> {
        self.parsed(&self.arguments, text, Reading::Argument)
    }

    /// The parsed form of a bare expression.
    pub(super) fn expression_tree(&self, text: &Text) -> Res<Arc<Template>> {
        self.parsed(&self.expressions, text, Reading::Expression)
    }

    fn parsed(
        &self,
        cache: &Mutex<HashMap<Arc<str>, Arc<Template>>>,
        text: &Text,
        reading: Reading,
    ) -> Res<Arc<Template>> {
        let mut cache = cache.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = cache.get(text.as_str()) {
            return Ok(Arc::clone(known));
        }
        let (style, body) = match reading {
            Reading::Argument => self
                .style
                .with_header(text)
                .map_err(|why| Stop::kind(Kind::Syntax, why))?,
            _ => (self.style.clone(), text.as_str()),
        };
        let template = parse::parse("<template>", body, reading, &style)
            .map_err(|flaw| Stop::from(placed(&flaw, body, text.origin())))?;
        let template = Arc::new(template);
        if cache.len() >= KEPT {
            cache.clear();
        }
        cache.insert(text.as_str().into(), Arc::clone(&template));
        Ok(template)
    }

    /// Reads and parses a template file by the name that a template has for it.
    pub(super) fn template_file(
        eval: &Eval<'_>,
        name: &Text,
        files: &FileRules,
    ) -> Res<Option<(Arc<Template>, Span)>> {
        let Some(path) = files::find(name, &files.search) else {
            return Ok(None);
        };
        eval.may_read(name, &path)?;
        let bytes = files::bytes(&path).map_err(Stop::runtime)?;
        let source = Source::new(path.display().to_string(), text_of(&bytes));
        let origin = Span::new(&source, 0, source.text().len());
        let template = parse::parse(name, source.text(), Reading::File, &files.style)
            .map_err(|flaw| Stop::from(placed(&flaw, source.text(), Some(&origin))))?;
        Ok(Some((Arc::new(template), origin)))
    }
}

fn placed(flaw: &Flaw, text: &str, origin: Option<&Span>) -> Failure {
    let mut failure = flaw.failure();
    if let Some(origin) = origin {
        let span = span_of(text, origin, flaw.at);
        failure.mistake = Box::new(failure.mistake.at(&span, "here"));
    }
    failure
}

fn settled(eval: &Eval<'_>, found: Res<Option<Value>>) -> Result<Option<Value>, Failure> {
    match found {
        Ok(value) => Ok(value),
        Err(stop) => match eval.failure(stop) {
            Ok(failure) => Err(failure),
            Err(unknown) => Ok(Some(Value::Unknown(unknown))),
        },
    }
}

/// The failure of a value that was omitted where something has to be.
pub(super) fn omitted(origin: Option<&Span>) -> Failure {
    let message = "the value is `omit`, where something has to be";
    Failure {
        kind: Kind::Omitted,
        mistake: Box::new(match origin {
            Some(origin) => Mistake::new(message, origin, "omitted"),
            None => Mistake::nowhere(message),
        }),
    }
}

/// What kind of thing a template can call by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plugin {
    Filter,
    Test,
    Lookup,
}

/// Everything that templates can call: its kind, its names, and what it does in one sentence.
pub fn plugins() -> impl Iterator<Item = (Plugin, &'static [&'static str], &'static str)> {
    let filters = super::filters::all().map(|filter| (Plugin::Filter, filter.names, filter.doc));
    let tests = super::tests::all().map(|test| (Plugin::Test, test.names, ""));
    let lookups = super::lookups::all().map(|lookup| {
        (
            Plugin::Lookup,
            std::slice::from_ref(&lookup.name),
            lookup.doc,
        )
    });
    filters.chain(tests).chain(lookups)
}
