//! Which files of the control side a host's words may name.

use std::path::{Path, PathBuf};

use super::{
    eval::{Eval, MAIN},
    failure::{Failure, Kind, Res, Stop},
    obj,
    scope::Scope,
    templar::Templar,
};
use crate::{
    diagnostic::Mistake,
    value::{Marks, Text, Value},
};

/// The variable that lists further folders: only what a person wrote counts in it.
const TRUSTED: &str = "hostwright_trusted_folders";

impl Templar {
    /// Whether this name may lead to this file: one in which a host had a say stays within the
    /// folders of the playbook (S49). `written` is what the name was rendered from.
    ///
    /// # Errors
    /// It leads elsewhere.
    pub fn reached(
        &self,
        name: &Text,
        written: Option<&Value>,
        path: &Path,
        scope: &dyn Scope,
    ) -> Result<(), Mistake> {
        if !name.is_told() {
            return Ok(());
        }
        let eval = Eval::new(self, scope);
        if let Some(written) = written {
            // Rendered once more, to learn which variables a host had a say in.
            let _ = eval
                .touch(obj::from_value(written, MAIN))
                .and_then(|found| obj::finish(&eval, &found));
        }
        eval.reached(name, path).map_err(|mistake| *mistake)
    }
}

impl Eval<'_> {
    /// The same for a name that was computed here.
    pub(super) fn may_read(&self, name: &Text, path: &Path) -> Res<()> {
        self.reached(name, path).map_err(|mistake| {
            Stop::from(Failure {
                kind: Kind::Plugin,
                mistake,
            })
        })
    }

    fn reached(&self, name: &Text, path: &Path) -> Result<(), Box<Mistake>> {
        if !name.is_told() {
            return Ok(());
        }
        let folders = &self.templar.settings().folders;
        let Ok(real) = path.canonicalize() else {
            return Err(Box::new(self.refusal(name, path)));
        };
        if holds(folders, &real) || holds(&self.trusted(), &real) {
            return Ok(());
        }
        Err(Box::new(self.refusal(name, &real)))
    }

    /// The folders that a person lists beyond those of the playbook.
    fn trusted(&self) -> Vec<PathBuf> {
        let listed = self
            .variable_of(MAIN, TRUSTED)
            .and_then(|listed| listed.map(|listed| self.value(&listed)).transpose());
        let listed = match listed {
            Ok(Some(listed)) if !listed.marks().has(Marks::TOLD) => listed,
            _ => return Vec::new(),
        };
        let items = match &listed {
            Value::List(items) => items.to_vec(),
            one => vec![one.clone()],
        };
        let folders = items.iter().filter_map(Value::as_str);
        folders
            .filter(|folder| folder.starts_with('/'))
            .map(PathBuf::from)
            .collect()
    }

    fn refusal(&self, name: &Text, path: &Path) -> Mistake {
        let tellers: Vec<String> = self
            .tellers
            .borrow()
            .iter()
            .map(|name| format!("`{name}`"))
            .collect();
        let of = if tellers.is_empty() {
            String::new()
        } else {
            format!(" ({})", tellers.join(", "))
        };
        Mistake::nowhere(format!(
            "`{name}` leads to {}, outside the folders of the playbook, and a host had a say in it{of}",
            path.display()
        ))
        .help(format!(
            "if that is meant, list the folder in the variable `{TRUSTED}`"
        ))
    }
}

/// Whether one of these folders holds the file, links followed.
fn holds(folders: &[PathBuf], real: &Path) -> bool {
    folders
        .iter()
        .filter_map(|folder| folder.canonicalize().ok())
        .any(|folder| real.starts_with(folder))
}
