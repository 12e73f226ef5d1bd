//! Passwords and vault secrets, from files, programs and people.

use std::{
    io::{self, BufRead as _, IsTerminal as _, Write as _},
    path::{Path, PathBuf},
    process::Stdio,
    sync::Arc,
};

use clap::Args;
use rustix::{
    fs::{Access, access},
    termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr},
};

use super::world::Told;
use crate::{
    config::{Environment, Settings},
    diagnostic::Mistake,
    event::Secrets,
    value::{Text, text_of},
    vault::{Keys, Secret},
    yaml,
};

/// The label of a vault secret that nobody named.
const UNNAMED: &str = "default";

/// Where the secrets of vaults come from.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct Vaults {
    /// A vault secret: LABEL@SOURCE or SOURCE, which is `prompt`, a file, or a program.
    #[arg(long, value_name = "VAULT_ID")]
    vault_id: Vec<String>,
    /// A file with a vault secret, or a program that prints it.
    #[arg(
        long,
        visible_alias = "vault-pass-file",
        value_name = "FILE",
        conflicts_with = "ask_vault_password"
    )]
    vault_password_file: Vec<String>,
    /// Asks for a vault secret.
    #[arg(short = 'J', long, visible_alias = "ask-vault-pass")]
    ask_vault_password: bool,
}

impl Vaults {
    /// What opens vaults, where any secret is given: by these flags, else by the settings.
    pub(super) fn keys(
        &self,
        settings: &Settings,
        environment: &Environment,
        secrets: &Secrets,
    ) -> Told<Option<Arc<Keys>>> {
        let mut sources: Vec<(String, String)> = settings
            .vault_identity_list
            .iter()
            .chain(&self.vault_id)
            .map(|id| labelled(id))
            .collect();
        let default = || settings.vault_identity.clone();
        let files = &self.vault_password_file;
        if files.is_empty() {
            let file = settings.vault_password_file.iter();
            sources.extend(file.map(|path| (default(), path.0.clone())));
        }
        sources.extend(files.iter().map(|path| (default(), path.clone())));
        let ask = self.ask_vault_password || settings.ask_vault_pass;
        if ask
            && !sources
                .iter()
                .any(|(_, source)| source.starts_with("prompt"))
        {
            sources.push((default(), "prompt".to_owned()));
        }
        let mut found = Vec::new();
        for (label, source) in sources {
            let secret = of_source(&label, &source, environment)?;
            if secret.is_empty() {
                let why = format!("the vault secret from `{source}` is empty");
                return Err((Mistake::nowhere(why).into(), 1));
            }
            secrets.keep(&secret);
            found.push(Secret { label, secret });
        }
        Ok((!found.is_empty()).then(|| Arc::new(Keys::new(found, settings.vault_id_match))))
    }
}

/// `LABEL@SOURCE`; a file name may have an `@` behind the first.
fn labelled(id: &str) -> (String, String) {
    match id.split_once('@') {
        Some((label, source)) if !label.is_empty() => (label.to_owned(), source.to_owned()),
        Some((_, source)) => (UNNAMED.to_owned(), source.to_owned()),
        None => (UNNAMED.to_owned(), id.to_owned()),
    }
}

fn of_source(label: &str, source: &str, environment: &Environment) -> Told<Text> {
    if matches!(source, "prompt" | "prompt_ask_vault_pass") {
        let prompt = match label {
            UNNAMED => "Vault password: ".to_owned(),
            label => format!("Vault password ({label}): "),
        };
        return typed(&prompt);
    }
    let path = PathBuf::from(environment.path(source, environment.directory()));
    if path.is_file() && access(&path, Access::EXEC_OK).is_ok() {
        printed(&path, label)
    } else {
        of_file(&path)
    }
}

/// The secret that a program prints; one whose name ends with `-client` is told the label.
#[expect(
    clippy::disallowed_methods,
    reason = "a program of the user's own, which may ask at the terminal"
)]
fn printed(path: &Path, label: &str) -> Told<Text> {
    let failed = |why: String| {
        let why = format!("the vault secret of `{}`: {why}", path.display());
        (Mistake::nowhere(why).into(), 1)
    };
    let mut command = std::process::Command::new(path);
    let is_client = path
        .file_stem()
        .is_some_and(|name| name.to_string_lossy().ends_with("-client"));
    if is_client {
        command.args(["--vault-id", label]);
    }
    let done = command
        .stdin(Stdio::inherit())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| failed(format!("the program does not start: {error}")))?;
    if !done.status.success() {
        return Err(failed(format!("the program ended with {}", done.status)));
    }
    let text = text_of(&done.stdout);
    Ok(Text::from(text.trim_matches(['\r', '\n'])).into_secret())
}

/// A secret from a file, without the ends of lines around it.
pub(super) fn of_file(path: &Path) -> Told<Text> {
    let source = yaml::open(path, &path.display().to_string(), None)
        .map_err(|mistake| (mistake.into(), 1))?;
    Ok(Text::from(source.text().trim()).into_secret())
}

/// A secret typed at the terminal without being shown.
pub(super) fn typed(prompt: &str) -> Told<Text> {
    read_silently(prompt)
        .map(|text| Text::from(text).into_secret())
        .map_err(|error| {
            let why = format!("cannot ask for a password: {error}");
            (Mistake::nowhere(why).into(), 1)
        })
}

fn read_silently(prompt: &str) -> io::Result<String> {
    let mut terminal = io::stderr();
    write!(terminal, "{prompt}")?;
    terminal.flush()?;
    let input = io::stdin();
    let before = if input.is_terminal() {
        let before = tcgetattr(&input)?;
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO);
        tcsetattr(&input, OptionalActions::Now, &silent)?;
        Some(before)
    } else {
        None
    };
    let mut line = String::new();
    let read = input.lock().read_line(&mut line);
    if let Some(before) = before {
        tcsetattr(&input, OptionalActions::Now, &before)?;
        writeln!(terminal)?;
    }
    if read? == 0 {
        return Err(io::Error::other("nothing was typed"));
    }
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

#[cfg(test)]
mod tests {
    use super::labelled;

    #[test]
    fn a_vault_id_is_a_label_and_a_source() {
        let both = |id: &str| labelled(id);
        assert_eq!(both("prod@prompt"), ("prod".into(), "prompt".into()));
        assert_eq!(both("file"), ("default".into(), "file".into()));
        assert_eq!(both("@file"), ("default".into(), "file".into()));
        assert_eq!(both("a@b@c"), ("a".into(), "b@c".into()));
    }
}
