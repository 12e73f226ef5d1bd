//! What `command` and `shell` have in common.

use crate::{
    change::{Act, Plan, Run},
    host::{Observe, Unseen, glob, path, words},
    modules::{
        GivenPath, HostPath, Refusal, Rule,
        sight::{self, Sight},
        touched::{self, Ground, Touched},
    },
    value::{Map, Text, Value, bytes_of},
};

parameters! {
    /// Parameters of modules that run a program.
    pub(super) struct Invocation {
        /// The command in free form: what stands behind the module's name.
        _raw_params: Option<Text>,
        /// The command as one text.
        cmd: Option<Text>,
        /// The command as a list: its words are used as they are.
        argv: Option<Vec<Text>>,
        /// The directory in which it runs.
        chdir: Option<HostPath>,
        /// A path, or a pattern with wildcards: where one is there, nothing runs.
        creates: Option<GivenPath>,
        /// A path, or a pattern with wildcards: where none is there, nothing runs.
        removes: Option<GivenPath>,
        /// The shell to use.
        executable: Option<GivenPath>,
        /// What the program reads.
        stdin: Option<Text>,
        /// Whether a line feed is added to `stdin`.
        stdin_add_newline: bool = true,
        /// Whether empty lines at the end of the output are taken off.
        strip_empty_ends: bool = true,
        /// Whether `~` and `$VARIABLES` in the words of a command are put in, as they are where
        /// nobody says; a shell does it itself.
        expand_argument_vars: Option<bool>,
    }
}

/// Rules of both modules.
pub(super) const RULES: &[Rule] = &[
    Rule::Exclusive(&["_raw_params", "cmd", "argv"]),
    Rule::OneOf(&["_raw_params", "cmd", "argv"]),
];

/// A command as it is given.
enum Given<'a> {
    Line(&'a Text),
    Words(Vec<Text>),
}

impl Invocation {
    /// The plan of a program that is started without a shell.
    pub(super) fn direct(&self, host: &dyn Observe) -> Result<Plan, Refusal> {
        let words = match self.given()? {
            Given::Words(words) => words,
            Given::Line(line) => split(line)?,
        };
        let mut plan = Plan::default();
        plan.returns("cmd", Value::list(words.iter().cloned().map(Value::Text)));
        let argv = words
            .iter()
            .map(|word| {
                if self.expand_argument_vars.unwrap_or(true) {
                    expanded(host, word)
                } else {
                    Ok(word.as_str().to_owned())
                }
            })
            .collect::<Result<Vec<_>, _>>()?;
        let touched = |ground: &Ground<'_>| {
            (
                touched::by_words(&argv, ground),
                sight::of_words(&argv, ground),
            )
        };
        let mut plan = self.run(host, argv.clone(), &touched, plan)?;
        if let Some(executable) = &self.executable {
            plan.warn(format!(
                "As of Ansible 2.4, the parameter 'executable' is no longer supported with the \
                 'command' module. Not using '{}'.",
                executable.0
            ));
        }
        Ok(plan)
    }

    /// The plan of a line that a shell runs.
    pub(super) fn by_shell(&self, host: &dyn Observe) -> Result<Plan, Refusal> {
        if self.expand_argument_vars.is_some() {
            return Err(Refusal::new(
                "Unsupported parameters for (shell) module: expand_argument_vars",
            ));
        }
        let line = match self.given()? {
            Given::Line(line) => line.clone(),
            // Words are no line: no shell is needed for them.
            Given::Words(_) => return self.direct(host),
        };
        let mut plan = Plan::default();
        plan.returns("cmd", line.clone());
        let shell = self.executable.as_ref().map_or("/bin/sh", |path| &path.0);
        let argv = vec![shell.to_owned(), "-c".to_owned(), line.as_str().to_owned()];
        let touched = |ground: &Ground<'_>| {
            (
                touched::by_line(&line, ground),
                sight::of_line(&line, ground),
            )
        };
        self.run(host, argv, &touched, plan)
    }

    fn given(&self) -> Result<Given<'_>, Refusal> {
        if let Some(argv) = &self.argv {
            return Ok(Given::Words(argv.clone()));
        }
        match self._raw_params.as_ref().or(self.cmd.as_ref()) {
            Some(line) if !line.trim().is_empty() => Ok(Given::Line(line)),
            _ => Err(Refusal::with(
                Refusal::new("no command given"),
                Map::from([("rc", Value::Int(256))]),
            )),
        }
    }

    fn run(
        &self,
        host: &dyn Observe,
        argv: Vec<String>,
        touched: &dyn Fn(&Ground<'_>) -> (Touched, Sight),
        mut plan: Plan,
    ) -> Result<Plan, Refusal> {
        let login = host.login()?;
        if argv.first().is_none_or(String::is_empty) {
            return Err(Refusal::new("no command given").with(Map::from([("rc", Value::Int(256))])));
        }
        let directory = match &self.chdir {
            Some(chdir) => enter(host, &chdir.0, &plan)?,
            None => login.directory.clone(),
        };
        if let Some(creates) = &self.creates
            && is_there(host, &directory, &creates.0)?
        {
            stays(&mut plan, &creates.0, "exists");
            return Ok(plan);
        }
        if let Some(removes) = &self.removes
            && !is_there(host, &directory, &removes.0)?
        {
            stays(&mut plan, &removes.0, "does not exist");
            return Ok(plan);
        }
        let (touched, sight) = touched(&Ground {
            login: &login,
            directory: directory.clone(),
            is_chosen: self.chdir.is_some(),
        });
        plan.act(Act::Run(Run {
            argv,
            chdir: self.chdir.is_some().then_some(directory),
            stdin: self.stdin.as_ref().map(|text| {
                let mut bytes = bytes_of(text);
                if self.stdin_add_newline {
                    bytes.push(b'\n');
                }
                bytes
            }),
            strip: self.strip_empty_ends,
            touches: touched.paths,
            services: touched.services,
            only_looks: sight.only_looks,
            reads: sight.reads,
            is_guarded: self.creates.is_some() || self.removes.is_some(),
            ..Run::default()
        }));
        Ok(plan)
    }
}

/// Words of a free-form line, which are secret where the line is.
fn split(line: &Text) -> Result<Vec<Text>, Refusal> {
    let words = words(line).ok_or_else(|| Refusal::new("No closing quotation"))?;
    Ok(words.into_iter().map(|word| line.derive(word)).collect())
}

/// A word with `~`, `~user` and variables put in.
fn expanded(host: &dyn Observe, word: &str) -> Result<String, Refusal> {
    let login = host.login()?;
    let text = path::expanded(word, &login);
    let Some(rest) = text.strip_prefix('~') else {
        return Ok(text);
    };
    let (name, below) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    Ok(match host.user(name) {
        Ok(Some(user)) => format!("{}{below}", user.home),
        _ => text,
    })
}

/// The directory to start in, which must be there. What a rehearsal does not know is there: a run
/// in which it is not fails anyway.
fn enter(host: &dyn Observe, chdir: &str, plan: &Plan) -> Result<String, Refusal> {
    let nothing = || Value::Null;
    let fails = |message: &str| {
        Err(Refusal::of("chdir", message)
            .with(plan.result.clone())
            .with(Map::from([
                ("rc", nothing()),
                ("stdout", Value::from("")),
                ("stderr", Value::from("")),
                ("stdout_lines", Value::list([])),
                ("stderr_lines", Value::list([])),
                ("start", nothing()),
                ("end", nothing()),
                ("delta", nothing()),
            ])))
    };
    match host.target(chdir) {
        Ok(Some(stat)) if stat.is_directory() => Ok(chdir.to_owned()),
        Err(Unseen::Unknown(_)) => Ok(chdir.to_owned()),
        _ => fails("Unable to change directory before execution."),
    }
}

fn is_there(host: &dyn Observe, directory: &str, pattern: &str) -> Result<bool, Refusal> {
    Ok(!glob::glob(host, &path::join(directory, pattern))?.is_empty())
}

/// Ansible's answer when nothing has to run.
pub(super) fn stays(plan: &mut Plan, path: &str, how: &str) {
    let said = format!("skipped, since {path} {how}");
    plan.returns("stdout_lines", Value::list([Value::from(said.as_str())]));
    plan.returns("stdout", said);
    plan.returns("stderr", "");
    plan.returns("stderr_lines", Value::list([]));
    plan.returns("rc", 0_i64);
    for name in ["start", "end", "delta"] {
        plan.returns(name, Value::Null);
    }
    plan.returns("msg", format!("Did not run command since '{path}' {how}"));
}
