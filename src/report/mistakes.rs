//! Mistakes, each with the line that it is about.

use miette::{GraphicalReportHandler, GraphicalTheme};

use crate::diagnostic::{Mistake, Mistakes, visible};

/// All mistakes as text, each with its place, its line and what would be right.
pub fn mistakes(mistakes: &Mistakes) -> String {
    mistakes.0.iter().map(one).collect::<Vec<_>>().join("\n")
}

/// One mistake as text.
pub(super) fn one(mistake: &Mistake) -> String {
    let Some(place) = mistake.place() else {
        let help = mistake
            .helps()
            .map_or_else(String::new, |help| format!("  help: {help}\n"));
        return format!("{}\n{help}", mistake.message());
    };
    let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor())
        .with_width(120)
        .with_context_lines(1);
    let mut text = String::new();
    let shown = mistake.shown();
    if handler.render_report(&mut text, &shown).is_err() {
        text = mistake.to_string();
    }
    if let Some(cut) = shown.place() {
        text = text.replacen(&format!("[{cut}]"), &format!("[{place}]"), 1);
    }
    let text = visible(&text);
    // The place once in the form that editors and people can follow.
    format!("{place}: {}\n{}", mistake.message(), without_title(&text))
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

#[cfg(test)]
mod tests {
    use super::one;
    use crate::diagnostic::Mistake;

    #[test]
    fn a_mistake_without_a_place_is_its_message_and_its_help() {
        let mistake = Mistake::nowhere("no inventory was read");
        assert_eq!(one(&mistake), "no inventory was read\n");
        assert_eq!(
            one(&mistake.help("give one with -i")),
            "no inventory was read\n  help: give one with -i\n"
        );
    }
}
