//! Flags that every command with hosts takes.

use std::path::{Path, PathBuf};

use clap::Args;

use super::{secrets, world::Told};
use crate::{
    config::{self, FilePath, Settings},
    event::Secrets,
    value::Text,
};

/// Which hosts there are, how to reach them, and the secrets for it.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct Access {
    /// Inventory: a file, a directory, a script, or host names with commas.
    #[arg(
        short,
        long = "inventory",
        visible_alias = "inventory-file",
        value_name = "INVENTORY"
    )]
    inventory: Vec<String>,
    /// How many hosts at once.
    #[arg(short, long, value_name = "FORKS", value_parser = clap::value_parser!(u32).range(1..))]
    forks: Option<u32>,
    /// The connection: ssh or local.
    #[arg(short, long, value_name = "CONNECTION")]
    connection: Option<String>,
    /// Logs in as this user.
    #[arg(short, long = "user", value_name = "REMOTE_USER")]
    user: Option<String>,
    /// Logs in with this key.
    #[arg(long = "private-key", visible_alias = "key-file", value_name = "FILE")]
    private_key: Option<String>,
    /// Seconds until connecting is given up.
    #[arg(short = 'T', long, value_name = "SECONDS")]
    timeout: Option<u32>,
    /// Further arguments for ssh.
    #[arg(long, value_name = "ARGS", allow_hyphen_values = true)]
    ssh_common_args: Option<String>,
    /// Further arguments for ssh alone.
    #[arg(long, value_name = "ARGS", allow_hyphen_values = true)]
    ssh_extra_args: Option<String>,
    /// Asks for the password of the login.
    #[arg(short = 'k', long)]
    ask_pass: bool,
    /// The file with the password of the login.
    #[arg(long, value_name = "FILE", visible_alias = "conn-pass-file")]
    connection_password_file: Option<PathBuf>,
    /// Becomes another user.
    #[arg(short, long = "become")]
    pub(super) r#become: bool,
    /// How to become it: sudo or su.
    #[arg(long, value_name = "METHOD")]
    become_method: Option<String>,
    /// The user to become.
    #[arg(long, value_name = "USER")]
    become_user: Option<String>,
    /// Asks for the password to become it.
    #[arg(short = 'K', long)]
    ask_become_pass: bool,
    /// The file with the password to become it.
    #[arg(long, value_name = "FILE", visible_alias = "become-pass-file")]
    become_password_file: Option<PathBuf>,
    #[command(flatten)]
    pub(super) vault: secrets::Vaults,
}

impl Access {
    /// The settings that these flags are.
    pub(super) fn config(&self) -> config::Flags {
        let some = |flag: bool| flag.then_some(true);
        config::Flags {
            forks: self.forks,
            timeout: self.timeout,
            transport: self.connection.clone(),
            remote_user: self.user.clone().map(Some),
            private_key_file: self.private_key.clone().map(|path| Some(FilePath(path))),
            ssh_common_args: self.ssh_common_args.clone(),
            ssh_extra_args: self.ssh_extra_args.clone(),
            become_: some(self.r#become),
            become_method: self.become_method.clone(),
            become_user: self.become_user.clone(),
            inventory: (!self.inventory.is_empty())
                .then(|| config::SourceList(self.inventory.clone())),
            ..config::Flags::default()
        }
    }

    /// The passwords of the login and to become another user, where they are given.
    pub(super) fn passwords(
        &self,
        settings: &Settings,
        secrets: &Secrets,
    ) -> Told<(Option<Text>, Option<Text>)> {
        let login = password(
            (self.ask_pass, self.connection_password_file.as_deref()),
            (
                settings.ask_pass,
                settings.connection_password_file.as_ref(),
            ),
            "SSH password: ",
        )?;
        // As with Ansible, nothing typed means the same as for the login.
        let asks = self.ask_become_pass || settings.become_ask_pass;
        let other = match (&login, asks) {
            (Some(_), true) => "BECOME password[defaults to SSH password]: ",
            _ => "BECOME password: ",
        };
        let mut other = password(
            (self.ask_become_pass, self.become_password_file.as_deref()),
            (
                settings.become_ask_pass,
                settings.become_password_file.as_ref(),
            ),
            other,
        )?;
        if other.as_ref().is_some_and(|text| text.is_empty()) && login.is_some() {
            other.clone_from(&login);
        }
        let other = other.or_else(|| settings.become_pass.clone());
        for password in [&login, &other].into_iter().flatten() {
            secrets.keep(password);
        }
        Ok((login, other))
    }
}

/// A password from a file, or typed in: as the flags say, else as the settings do.
fn password(
    flags: (bool, Option<&Path>),
    settings: (bool, Option<&FilePath>),
    prompt: &str,
) -> Told<Option<Text>> {
    let (asks, file) = match flags {
        (false, None) => (settings.0, settings.1.map(|path| Path::new(&path.0))),
        given => given,
    };
    match file {
        Some(path) => secrets::of_file(path).map(Some),
        None if asks => secrets::typed(prompt).map(Some),
        None => Ok(None),
    }
}
