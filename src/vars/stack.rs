//! Variables that hold for every host: of play, roles, blocks, task.

use std::sync::Arc;

use super::Level;
use crate::inventory::Vars;

/// One layer of variables.
#[derive(Clone, Debug)]
pub struct Rung {
    pub level: Level,
    /// Whose they are, to be shown: the name of a role, the path of a file.
    pub of: Arc<str>,
    pub vars: Arc<Vars>,
}

/// Layers in the order of their levels. Copies share what is in them.
#[derive(Clone, Debug, Default)]
pub struct Stack(Vec<Rung>);

impl Stack {
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a layer, the strongest of its level so far; an empty one is left out.
    pub fn push(&mut self, level: Level, of: impl Into<Arc<str>>, vars: Arc<Vars>) {
        if vars.is_empty() {
            return;
        }
        let at = self.0.partition_point(|rung| rung.level <= level);
        self.0.insert(
            at,
            Rung {
                level,
                of: of.into(),
                vars,
            },
        );
    }

    /// The same stack with one more layer.
    #[must_use]
    pub fn with(&self, level: Level, of: impl Into<Arc<str>>, vars: Arc<Vars>) -> Self {
        let mut longer = self.clone();
        longer.push(level, of, vars);
        longer
    }

    /// Takes all layers of a level out.
    pub fn clear(&mut self, level: Level) {
        self.0.retain(|rung| rung.level != level);
    }

    /// The layers, the weakest first.
    pub fn rungs(&self) -> &[Rung] {
        &self.0
    }
}
