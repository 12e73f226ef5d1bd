//! `eval`: template expressions, for people and for tests.
#![expect(clippy::print_stdout, reason = "answers are what was asked for")]

use std::{
    io::{self, BufRead as _},
    path::PathBuf,
    process::ExitCode,
};

use clap::Args;

use super::{complain, secrets::Vaults};
use crate::{
    config::{self, Environment},
    diagnostic::{Mistakes, Source, Span},
    event::Secrets,
    report,
    template::{Corpus, Settings, Templar},
    value::{Map, Text, to_json},
};

/// Flags of `eval`.
#[derive(Args, Clone, Debug)]
pub(super) struct Flags {
    /// The expression.
    expression: Option<String>,
    /// Reads rows of the corpus's format from standard input, and answers each on a line.
    #[arg(long)]
    jsonl: bool,
    /// The directory that `@FX@` stands for.
    #[arg(long, value_name = "DIR", requires = "jsonl")]
    fixtures: Option<PathBuf>,
    #[command(flatten)]
    vault: Vaults,
}

/// Evaluates what was given.
pub(super) fn eval(flags: &Flags) -> ExitCode {
    if flags.jsonl {
        return rows(flags);
    }
    let Some(expression) = &flags.expression else {
        return complain("give an expression, or `--jsonl`");
    };
    let source = Source::new("<expression>", expression.as_str());
    let span = Span::new(&source, 0, expression.len());
    let text = Text::template(expression.as_str(), span);
    match Templar::default().expression(&text, &Map::new()) {
        Ok(value) => {
            println!("{}", to_json(&value));
            ExitCode::SUCCESS
        }
        Err(failure) => complain(&report::mistakes(&Mistakes(vec![*failure.mistake]))),
    }
}

fn rows(flags: &Flags) -> ExitCode {
    let settings = match settings(flags) {
        Ok(settings) => settings,
        Err(mistakes) => return complain(&report::mistakes(&mistakes)),
    };
    let token = flags
        .fixtures
        .as_ref()
        .map(|folder| ("@FX@".to_owned(), folder.display().to_string()));
    let corpus = Corpus::new(settings, token);
    for line in io::stdin().lock().lines() {
        let row = line.and_then(|line| serde_json::from_str(&line).map_err(io::Error::other));
        match row {
            Ok(row) => println!("{}", corpus.answer(&row)),
            Err(error) => return complain(&format!("a line is no row: {error}")),
        }
    }
    ExitCode::SUCCESS
}

/// What expressions may use here: files below the fixtures, the environment, the configuration.
fn settings(flags: &Flags) -> Result<Settings, Mistakes> {
    let environment = Environment::of_this_process();
    let loaded = config::load(config::Flags::default(), &environment)?;
    let known = config::TABLE.iter().filter_map(|setting| {
        let value = loaded.settings.value(setting.key)?;
        Some((setting.key.to_owned(), value))
    });
    let keys = flags
        .vault
        .keys(&loaded.settings, &environment, &Secrets::default())
        .map_err(|(mistakes, _)| mistakes)?;
    let mut settings = Settings {
        keys,
        config: known.collect(),
        environment: environment
            .iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
        ..Settings::default()
    };
    if let Some(root) = &flags.fixtures {
        settings.template_paths = vec![root.join("templates"), root.clone()];
        settings.file_paths = vec![root.join("files"), root.clone()];
        settings.directory = Some(root.clone());
    }
    Ok(settings)
}
