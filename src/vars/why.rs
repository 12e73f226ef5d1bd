//! Why a variable has its value: who won, who lost.

use std::{fmt::Write, ops::ControlFlow};

use super::{HostScope, Level, scope::Setting};
use crate::{
    diagnostic::{Mistake, Place},
    value::{Value, to_json},
};

/// One setting of a variable.
#[derive(Clone, Debug)]
pub struct Origin {
    pub level: Level,
    /// Level, and whose it is, in words.
    pub described: String,
    pub place: Option<Place>,
    /// The value as it was written: templates are not rendered.
    pub value: Result<Value, Mistake>,
}

impl HostScope<'_> {
    /// Every setting of a name; the first one counts.
    pub fn why(&self, name: &str) -> Vec<Origin> {
        let mut origins = Vec::new();
        let _ = self.walk(name, &mut |setting| {
            origins.push(self.origin(&setting));
            ControlFlow::Continue(())
        });
        origins
    }

    fn origin(&self, setting: &Setting<'_>) -> Origin {
        let level = setting.level.described();
        let described = match (&*setting.of, setting.level) {
            ("", Level::Inventory) => "name of the host".to_owned(),
            ("", _) => level.to_owned(),
            (of, Level::Inventory) => of.to_owned(),
            (of, _) => format!("{level} ({of})"),
        };
        Origin {
            level: setting.level,
            described,
            place: setting.held.place().map(crate::diagnostic::Span::place),
            value: self.value_of(&setting.held),
        }
    }
}

/// The origins of a variable as text: the winner, and below it those that lost. Secrets stay so.
pub fn told(name: &str, host: &str, origins: &[Origin]) -> String {
    let Some((winner, losers)) = origins.split_first() else {
        return format!("`{name}` is not set for {host}\n");
    };
    let mut text = String::new();
    let mut line = |mark: &str, origin: &Origin| {
        let value = match &origin.value {
            Ok(value) if value.is_secret() => "‹secret›".to_owned(),
            Ok(value) => to_json(value).to_string(),
            Err(mistake) => format!("‹{mistake}›"),
        };
        let place = origin
            .place
            .as_ref()
            .map(|place| format!("  {place}"))
            .unwrap_or_default();
        let _ = writeln!(text, "{mark}{value}  {}{place}", origin.described);
    };
    line(&format!("{name} on {host} = "), winner);
    for loser in losers {
        line("  not ", loser);
    }
    text
}
