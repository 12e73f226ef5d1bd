//! What surrounds a task, and so decides about it.

use std::{path::PathBuf, sync::Arc};

use super::{keyword::Keywords, role::Role};
use crate::diagnostic::Span;

/// One thing around a task: its play, a role, a block, or what brought it in.
#[derive(Clone, Debug)]
pub struct Scope {
    pub kind: ScopeKind,
    pub keywords: Keywords,
    pub parent: Option<Arc<Scope>>,
    pub span: Option<Span>,
}

#[derive(Clone, Debug)]
pub enum ScopeKind {
    Play,
    /// The role whose tasks are inside.
    Role(Arc<Role>),
    Block,
    /// `import_tasks`, `import_role` or `import_playbook`: its keywords hold for what it brings.
    Import,
    /// `include_tasks` or `include_role` of this file or role: only its variables reach inside.
    Include {
        what: String,
        path: PathBuf,
    },
    /// What `apply` says for all that an include brings.
    Apply,
}

impl Scope {
    /// This scope and all around it, the innermost first.
    pub fn outwards(&self) -> impl Iterator<Item = &Scope> {
        std::iter::successors(Some(self), |scope| scope.parent.as_deref())
    }

    /// Whether keywords given here hold for the tasks inside.
    pub fn passes_keywords(&self) -> bool {
        !matches!(self.kind, ScopeKind::Include { .. })
    }

    /// The value of a keyword of which the innermost wins.
    pub fn effective<'a, T>(
        &'a self,
        pick: impl Fn(&'a Keywords) -> Option<&'a T>,
    ) -> Option<&'a T> {
        self.outwards()
            .filter(|scope| scope.passes_keywords())
            .find_map(|scope| pick(&scope.keywords))
    }

    /// All values of a keyword that adds up, the outermost first.
    pub fn all<'a, T>(&'a self, pick: impl Fn(&'a Keywords) -> &'a [T]) -> Vec<&'a T> {
        let scopes: Vec<&Scope> = self
            .outwards()
            .filter(|scope| scope.passes_keywords())
            .collect();
        scopes
            .into_iter()
            .rev()
            .flat_map(|scope| pick(&scope.keywords))
            .collect()
    }

    /// The role that is nearest.
    pub fn role(&self) -> Option<&Arc<Role>> {
        self.outwards().find_map(|scope| match &scope.kind {
            ScopeKind::Role(role) => Some(role),
            _ => None,
        })
    }

    /// The roles around, the outermost first.
    pub fn roles(&self) -> Vec<&Arc<Role>> {
        let mut roles: Vec<_> = self
            .outwards()
            .filter_map(|scope| match &scope.kind {
                ScopeKind::Role(role) => Some(role),
                _ => None,
            })
            .collect();
        roles.reverse();
        roles
    }

    /// What the dynamic includes around brought in, the outermost first.
    pub fn includes(&self) -> Vec<(&str, &PathBuf)> {
        let mut chain: Vec<_> = self
            .outwards()
            .filter_map(|scope| match &scope.kind {
                ScopeKind::Include { what, path } => Some((what.as_str(), path)),
                _ => None,
            })
            .collect();
        chain.reverse();
        chain
    }
}
