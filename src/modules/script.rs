//! `script`: a script of the control side runs on the host.

use crate::{
    change::{Act, Plan, Run, Script as Brought},
    host::{Observe, path, words},
    modules::{
        Args, HostPath, Module, Param, ParamKind, Refusal, Rule, Wrong,
        touched::{self, Ground},
    },
    state::{Content, Kind},
    value::{Text, Value},
};

parameters! {
    /// Brings a script to the host, runs it there in a shell and takes it away again.
    ///
    /// ```yaml
    /// - script: files/setup.sh --fast "{{ name }}"
    ///   args:
    ///     creates: /etc/app/ready
    /// ```
    pub(super) struct Script {
        /// The script and its arguments: what stands behind the module's name.
        _raw_params: Option<Line>,
        /// The script and its arguments.
        cmd: Option<Line>,
        /// The directory in which it runs.
        chdir: Option<String>,
        /// A path: where it is there, nothing runs.
        creates: Option<HostPath>,
        /// A path: where it is not there, nothing runs.
        removes: Option<HostPath>,
        /// The program that runs it.
        executable: Option<String>,
    } control {
        /// Whether a vaulted script is decrypted.
        decrypt: bool = true,
    }
}

/// A line whose first word is a file of the control side.
#[derive(Clone, Debug)]
pub(super) struct Line {
    name: String,
    /// `None` as long as no host is asked.
    content: Option<Content>,
    /// What follows the file, as it was written.
    arguments: String,
}

impl Param for Line {
    const KIND: ParamKind = ParamKind::Script;
    const TYPE: &'static str = "str";

    fn parse(value: &Value, args: &Args<'_>, name: &str) -> Result<Self, Wrong> {
        let text = Text::parse(value, args, name)?;
        let text = text.trim();
        let end = first_word(text);
        let first = words(&text[..end]).and_then(|words| words.into_iter().next());
        let Some(first) = first else {
            return Err(Wrong::Expected("a script and its arguments".to_owned()));
        };
        let supply = args.supply(name);
        let content = match supply.and_then(|supply| supply.top()).map(|top| &top.kind) {
            Some(Kind::File(content)) => Some(content.clone()),
            Some(_) => return Err(Wrong::Expected("a file, not a directory".to_owned())),
            None => None,
        };
        Ok(Self {
            name: path::name(&first).to_owned(),
            content,
            arguments: text[end..].trim().to_owned(),
        })
    }
}

/// Where the first word of a line ends, quotes and all.
fn first_word(line: &str) -> usize {
    let mut quote = None;
    let mut is_escaped = false;
    for (at, letter) in line.char_indices() {
        if is_escaped {
            is_escaped = false;
            continue;
        }
        match (letter, quote) {
            ('\\', None | Some('"')) => is_escaped = true,
            ('"' | '\'', None) => quote = Some(letter),
            (letter, Some(open)) if letter == open => quote = None,
            (letter, None) if letter.is_whitespace() => return at,
            _ => {}
        }
    }
    line.len()
}

impl Module for Script {
    const RULES: &'static [Rule] = &[Rule::OneOf(&["_raw_params", "cmd"])];

    fn plan(&self, host: &dyn Observe) -> Result<Plan, Refusal> {
        let mut plan = Plan::default();
        if let Some(HostPath(creates)) = &self.creates
            && host.target(creates)?.is_some()
        {
            plan.returns("skipped", true);
            plan.returns("msg", format!("{creates} exists, matching creates option"));
            return Ok(plan);
        }
        if let Some(HostPath(removes)) = &self.removes
            && host.target(removes)?.is_none()
        {
            plan.returns("skipped", true);
            let message = format!("{removes} does not exist, matching removes option");
            plan.returns("msg", message);
            return Ok(plan);
        }
        let Some(line) = self._raw_params.as_ref().or(self.cmd.as_ref()) else {
            return Err(Refusal::new("no script is named"));
        };
        let Some(content) = line.content.clone() else {
            return Err(Refusal::new("the script did not come with the task"));
        };
        plan.act(Act::Run(self.run(host, line, content)?));
        Ok(plan)
    }
}

impl Script {
    /// A shell runs the script, which is its `$0`: arguments may hold what a shell understands.
    fn run(&self, host: &dyn Observe, line: &Line, content: Content) -> Result<Run, Refusal> {
        let login = host.login()?;
        let chdir = self.chdir.as_deref().map(quoted);
        let enter = chdir
            .map(|chdir| format!("cd {chdir} && "))
            .unwrap_or_default();
        let program = self.executable.as_deref().unwrap_or_default();
        let shell_line = format!("{enter}{program} \"$0\" {}", line.arguments);
        // What is known of the script are its arguments.
        let named = format!("{enter}{} {}", quoted(&line.name), line.arguments);
        let touched = touched::by_line(
            &named,
            &Ground {
                login: &login,
                directory: login.directory.clone(),
                is_chosen: false,
            },
        );
        Ok(Run {
            argv: vec![
                "/bin/sh".to_owned(),
                "-c".to_owned(),
                shell_line.trim().to_owned(),
            ],
            touches: touched.paths,
            services: touched.services,
            is_bare: true,
            script: Some(Brought {
                name: line.name.clone(),
                content,
            }),
            ..Run::default()
        })
    }
}

/// A word that a shell reads as it is; its home at the start of a path stays what it is to a shell.
fn quoted(word: &str) -> String {
    let (home, rest) = match word.split_once('/') {
        Some(("~", rest)) => ("~/", rest),
        _ => ("", word),
    };
    format!("{home}'{}'", rest.replace('\'', "'\"'\"'"))
}

#[cfg(test)]
mod tests {
    use super::{first_word, quoted};

    #[test]
    fn the_script_is_the_first_word_with_its_quotes() {
        let first = |line: &str| line[..first_word(line)].to_owned();
        assert_eq!(first("a.sh b"), "a.sh");
        assert_eq!(first("'my a.sh' b"), "'my a.sh'");
        assert_eq!(first("my\\ a.sh\tb"), "my\\ a.sh");
        assert_eq!(first("a.sh"), "a.sh");
    }

    #[test]
    fn a_directory_is_one_word_of_the_shell() {
        assert_eq!(quoted("/a b"), "'/a b'");
        assert_eq!(quoted("~/a'b"), "~/'a'\"'\"'b'");
    }
}
