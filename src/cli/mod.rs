//! The commands, their flags and exit codes.

mod hidden;

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
    /// Serves a control side on standard input and output.
    #[command(hide = true)]
    Node,
}

/// Does what the command line asks for.
pub fn main() -> ExitCode {
    if let Some(code) = hidden::run(std::env::args_os()) {
        return code;
    }
    match Arguments::parse().command {
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
