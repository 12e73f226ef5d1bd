//! Passwords, typed in or read from files.

use std::path::{Path, PathBuf};

use clap::Args;

use super::show;
use crate::{diagnostic::Mistake, value::Text};

/// Flags that bring passwords.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct Passwords {
    /// Asks for the password of the login.
    #[arg(short = 'k', long)]
    ask_pass: bool,
    /// The file with the password of the login.
    #[arg(long, value_name = "FILE", visible_alias = "conn-pass-file")]
    connection_password_file: Option<PathBuf>,
    /// Asks for the password to become another user.
    #[arg(short = 'K', long)]
    ask_become_pass: bool,
    /// The file with the password to become another user.
    #[arg(long, value_name = "FILE", visible_alias = "become-pass-file")]
    become_password_file: Option<PathBuf>,
}

impl Passwords {
    /// The passwords of the login and to become another user. Where both are asked for, the first
    /// one serves for both when the second is left empty.
    ///
    /// # Errors
    /// A file cannot be read, or nobody answers.
    pub(super) fn asked(&self) -> Result<(Option<Text>, Option<Text>), Mistake> {
        let login = one(
            self.ask_pass,
            self.connection_password_file.as_deref(),
            "SSH password: ",
        )?;
        let prompt = if self.ask_pass {
            "BECOME password[defaults to SSH password]: "
        } else {
            "BECOME password: "
        };
        let file = self.become_password_file.as_deref();
        let mut other = one(self.ask_become_pass, file, prompt)?;
        let is_empty = other.as_ref().is_some_and(|text| text.as_str().is_empty());
        if self.ask_pass && self.ask_become_pass && is_empty {
            other.clone_from(&login);
        }
        Ok((login, other))
    }
}

/// A password from a file, or typed in.
fn one(ask: bool, file: Option<&Path>, prompt: &str) -> Result<Option<Text>, Mistake> {
    if let Some(path) = file {
        let source = crate::yaml::open(path, &path.display().to_string(), None)?;
        let text = source.text().trim_end_matches(['\r', '\n']);
        return Ok(Some(Text::from(text).into_secret()));
    }
    if !ask {
        return Ok(None);
    }
    show::typed(prompt)
        .map(|text| Some(Text::from(text).into_secret()))
        .map_err(|error| Mistake::nowhere(format!("cannot ask for a password: {error}")))
}
