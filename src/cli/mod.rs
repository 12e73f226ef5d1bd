//! The commands, their flags and exit codes.

mod access;
mod eval;
mod hidden;
mod inventory;
mod known;
mod playbook;
mod secrets;
mod show;
mod undo;
mod world;

use std::{io, process::ExitCode};

use clap::{Parser, Subcommand};

use crate::node;

/// Runs Ansible playbooks from one static binary, with a check mode that is never wrong.
#[derive(Parser)]
#[command(name = "hostwright", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Runs playbooks.
    Run(playbook::Flags),
    /// Foretells what playbooks would change, and changes nothing: `run --check --diff`.
    Check(playbook::Flags),
    /// Shows hosts, groups and their variables.
    Inventory(inventory::Flags),
    /// Takes back what a run changed.
    Undo(undo::Flags),
    /// Removes what earlier runs left on hosts: our program and its directories.
    Clean(undo::CleanFlags),
    /// Evaluates template expressions.
    Eval(eval::Flags),
    /// Serves a control side on standard input and output.
    #[command(hide = true)]
    Node,
}

/// `ansible-playbook`, by the name that the binary was called.
#[derive(Parser)]
#[command(name = "ansible-playbook", version)]
struct AsPlaybook {
    #[command(flatten)]
    flags: playbook::Flags,
}

/// `ansible-inventory`, by the name that the binary was called.
#[derive(Parser)]
#[command(name = "ansible-inventory", version)]
struct AsInventory {
    #[command(flatten)]
    flags: inventory::Flags,
}

/// Does what the command line asks for.
pub fn main() -> ExitCode {
    if let Some(code) = hidden::run(std::env::args_os()) {
        return code;
    }
    let called = std::env::args_os().next().unwrap_or_default();
    let called = std::path::Path::new(&called)
        .file_name()
        .unwrap_or_default();
    // Templates nest deep, and the main thread's stack may have any size.
    let deep = std::thread::Builder::new().stack_size(64 << 20);
    let command = if called == "ansible-playbook" {
        match AsPlaybook::try_parse() {
            Ok(asked) => Command::Run(asked.flags),
            Err(error) => return refused(&error),
        }
    } else if called == "ansible-inventory" {
        match AsInventory::try_parse() {
            Ok(asked) => Command::Inventory(asked.flags),
            Err(error) => return refused(&error),
        }
    } else {
        match Arguments::try_parse() {
            Ok(asked) => asked.command,
            Err(error) => return refused(&error),
        }
    };
    match deep.spawn(move || obey(command)) {
        Ok(thread) => thread.join().unwrap_or(ExitCode::from(250)),
        Err(error) => complain(&format!("cannot start a thread: {error}")),
    }
}

/// A wrong flag ends with 2, as with Ansible; help and version with 0.
fn refused(error: &clap::Error) -> ExitCode {
    let code = if error.use_stderr() { 2 } else { 0 };
    // There is nobody else to tell when the terminal is gone.
    let _ = error.print();
    ExitCode::from(code)
}

fn obey(command: Command) -> ExitCode {
    match command {
        Command::Run(flags) => playbook::run(&flags),
        Command::Check(flags) => playbook::run(&flags.checking()),
        Command::Inventory(flags) => inventory::inventory(&flags),
        Command::Undo(flags) => undo::undo(&flags),
        Command::Clean(flags) => undo::clean(&flags),
        Command::Eval(flags) => eval::eval(&flags),
        Command::Node => match node::serve(io::stdin(), io::stdout()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => complain(&format!("the node stops: {error}")),
        },
    }
}

#[expect(clippy::print_stderr, reason = "errors of the command itself go there")]
fn complain(message: &str) -> ExitCode {
    eprintln!("{message}");
    ExitCode::from(250)
}

#[expect(clippy::print_stderr, reason = "errors of the command itself go there")]
fn say(message: &str) {
    eprint!("{message}");
}
