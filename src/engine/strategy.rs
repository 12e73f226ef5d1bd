//! How hosts go through a play: in step, or each at its own pace.

use super::{batches, run::Run};
use crate::{
    diagnostic::{Mistake, Spanned, nearest},
    playbook::{Play, bare, is_template},
    value::{Text, Value},
};

/// The pace of a play's hosts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pace {
    /// All do a task before any does the next: `linear`.
    InStep,
    /// Each goes on as soon as it can: `free` and `host_pinned`.
    Alone,
}

const KNOWN: [&str; 3] = ["linear", "free", "host_pinned"];

/// The pace that a play asks for, else the settings.
///
/// # Errors
/// The strategy is none of ours.
pub(super) fn pace(run: &Run<'_>, play: &Play) -> Result<Pace, Mistake> {
    let (name, span) = match &play.strategy {
        None => (run.settings.strategy.clone(), &play.span),
        Some(asked) => match batches::render(run, play, &Value::Text(asked.node.clone())) {
            Ok(Some(Value::Text(name))) => (name.as_str().to_owned(), &asked.span),
            Ok(_) => (asked.node.as_str().to_owned(), &asked.span),
            Err(mistake) => return Err(mistake.at(&asked.span, "here")),
        },
    };
    let pace = match bare(&name) {
        "linear" => Pace::InStep,
        "free" | "host_pinned" => Pace::Alone,
        _ => return Err(unknown(&Spanned::new(Text::from(name), span.clone()))),
    };
    if pace == Pace::Alone && run.options.start_at.is_some() {
        let why = format!("`--start-at-task` with the strategy `{name}` is not supported");
        return Err(Mistake::new(why, span, "each host at its own pace"));
    }
    Ok(pace)
}

/// What is wrong with a strategy, as far as it is known before the run.
pub(super) fn mistake(strategy: &Spanned<Text>) -> Option<Mistake> {
    let is_known = KNOWN.contains(&bare(&strategy.node)) || is_template(&strategy.node);
    (!is_known).then(|| unknown(strategy))
}

fn unknown(strategy: &Spanned<Text>) -> Mistake {
    Mistake::new(
        format!("the strategy `{}` is not supported", strategy.node),
        &strategy.span,
        "here",
    )
    .did_you_mean(nearest(&strategy.node, KNOWN))
}
