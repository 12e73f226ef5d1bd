//! The binary; all else is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    hostwright::cli::main()
}
