//! A mistake as people read it.

use hostwright::diagnostic::Mistake;
use miette::{GraphicalReportHandler, GraphicalTheme};

/// The text of a mistake on a terminal without colour.
pub(crate) fn shown(mistake: &Mistake) -> String {
    let mut text = "Error:\n".to_owned();
    GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor())
        .render_report(&mut text, mistake)
        .unwrap();
    text
}
