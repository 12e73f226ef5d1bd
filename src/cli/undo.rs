//! `undo` takes a run back; `clean` removes what we left on hosts.
#![expect(clippy::print_stdout, reason = "what was done is what was asked for")]

use std::process::ExitCode;

use clap::Args;

use super::{
    passwords::Passwords,
    playbook::{self, told},
};
use crate::{connection::Journal, report};

/// Which hosts.
#[derive(Args, Clone, Debug)]
pub(super) struct Hosts {
    /// Inventory: a file, a directory, a script, or host names with commas.
    #[arg(short, long = "inventory", value_name = "INVENTORY")]
    inventory: Vec<String>,
    /// Only these hosts.
    #[arg(short, long, value_name = "SUBSET", default_value = "all")]
    limit: String,
    /// The connection: ssh or local.
    #[arg(short, long, value_name = "CONNECTION")]
    connection: Option<String>,
    /// Logs in as this user.
    #[arg(short, long = "user", value_name = "REMOTE_USER")]
    user: Option<String>,
    /// Logs in with this key.
    #[arg(long = "private-key", visible_alias = "key-file", value_name = "FILE")]
    private_key: Option<String>,
    #[command(flatten)]
    passwords: Passwords,
    /// Also what was done as another user.
    #[arg(short, long = "become")]
    r#become: bool,
}

/// Flags of `undo`.
#[derive(Args, Clone, Debug)]
pub(super) struct Flags {
    /// The run, as `run -v` names it at its end.
    run: String,
    #[command(flatten)]
    hosts: Hosts,
    /// Only tells what would be taken back.
    #[arg(short = 'C', long)]
    check: bool,
    /// Shows differences.
    #[arg(short = 'D', long)]
    diff: bool,
}

/// Flags of `clean`.
#[derive(Args, Clone, Debug)]
pub(super) struct CleanFlags {
    #[command(flatten)]
    hosts: Hosts,
    /// Removes the journals too; nothing can be undone afterwards.
    #[arg(long)]
    journals: bool,
}

impl Hosts {
    fn as_flags(&self) -> playbook::Flags {
        let mut flags = playbook::Flags::default();
        flags.inventory.clone_from(&self.inventory);
        flags.connection.clone_from(&self.connection);
        flags.user.clone_from(&self.user);
        flags.private_key.clone_from(&self.private_key);
        flags.passwords = self.passwords.clone();
        flags
    }

    fn patterns(&self) -> Vec<String> {
        vec![self.limit.clone()]
    }
}

/// Takes a run back on every host.
pub(super) fn undo(flags: &Flags) -> ExitCode {
    let answers = playbook::with_engine(&flags.hosts.as_flags(), async |engine| {
        let patterns = flags.hosts.patterns();
        engine
            .undo(&flags.run, &patterns, flags.check, flags.hosts.r#become)
            .await
    });
    let answers = match answers {
        Ok(answers) => answers,
        Err(mistakes) => return told(&mistakes),
    };
    let mut code = 0;
    for (host, answer) in answers {
        let undone = match answer {
            Ok(undone) => undone,
            Err(why) => {
                println!("{host}: {why}");
                code = 4;
                continue;
            }
        };
        println!("{host}:");
        for change in &undone.changes {
            println!("  taken back: {}", report::summary(change));
            if flags.diff {
                print!("{}", report::plain_diff(change));
            }
        }
        for conflict in &undone.conflicts {
            println!("  left alone: {conflict}");
            code = code.max(2);
        }
        for irreversible in &undone.irreversible {
            println!("  has no way back: {irreversible}");
        }
        if undone.changes.is_empty() && undone.conflicts.is_empty() {
            println!("  nothing to take back");
        }
    }
    ExitCode::from(code)
}

/// Removes what we left on every host.
pub(super) fn clean(flags: &CleanFlags) -> ExitCode {
    let journal = if flags.journals {
        Journal::Remove
    } else {
        Journal::Keep
    };
    let answers = playbook::with_engine(&flags.hosts.as_flags(), async |engine| {
        let patterns = flags.hosts.patterns();
        engine.clean(&patterns, journal, flags.hosts.r#become).await
    });
    let answers = match answers {
        Ok(answers) => answers,
        Err(mistakes) => return told(&mistakes),
    };
    let mut code = 0;
    for (host, answer) in answers {
        match answer {
            Ok(cleaned) => {
                for path in &cleaned.gone {
                    println!("{host}: removed {path}");
                }
                for path in &cleaned.kept {
                    println!("{host}: {path}");
                    code = code.max(2);
                }
            }
            Err(why) => {
                println!("{host}: {why}");
                code = 4;
            }
        }
    }
    ExitCode::from(code)
}
