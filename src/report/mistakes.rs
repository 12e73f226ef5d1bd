//! Mistakes, each with the line that it is about.

use miette::{GraphicalReportHandler, GraphicalTheme};

use crate::diagnostic::{Mistake, Mistakes};

/// All mistakes as text, each with its place, its line and what would be right.
pub fn mistakes(mistakes: &Mistakes) -> String {
    mistakes.0.iter().map(one).collect::<Vec<_>>().join("\n")
}

/// One mistake as text.
pub(super) fn one(mistake: &Mistake) -> String {
    let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor())
        .with_width(120)
        .with_context_lines(1);
    let mut text = String::new();
    if handler.render_report(&mut text, mistake).is_err() {
        text = mistake.to_string();
    }
    match mistake.place() {
        // The place once in the form that editors and people can follow.
        Some(place) => format!("{place}: {}\n{}", mistake.message(), without_title(&text)),
        None => format!("{text}\n"),
    }
}

/// The report without the line that repeats the message.
fn without_title(text: &str) -> String {
    let mut lines = text.lines().skip_while(|line| !line.contains("╭─"));
    let mut rest: Vec<&str> = lines.by_ref().collect();
    if rest.is_empty() {
        rest = text.lines().skip(1).collect();
    }
    rest.join("\n") + "\n"
}
