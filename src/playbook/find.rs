//! Where files of tasks, roles and their parts are.

use std::path::{Path, PathBuf};

use super::{
    loader::{Gathered, Here, Loader},
    role::Role,
};
use crate::diagnostic::{Mistake, Span};

/// The endings of YAML files, in the order in which they are tried.
const ENDINGS: [&str; 3] = [".yml", ".yaml", ".json"];

/// A role's name, and the folder that it is.
pub(super) struct FoundRole {
    pub(super) name: String,
    pub(super) path: PathBuf,
}

impl Loader<'_> {
    /// The file that an `import_tasks` or `include_tasks` names: beside the file that names it,
    /// then in the role, then beside the playbook.
    pub(super) fn found_tasks(
        &self,
        name: &str,
        span: &Span,
        here: &Here<'_>,
        gathered: &mut Gathered,
    ) -> Option<PathBuf> {
        let name = Path::new(name.trim());
        let part = if here.handlers { "handlers" } else { "tasks" };
        let mut places = vec![here.folder.clone()];
        for (_, path) in here.scope.includes().into_iter().rev() {
            places.extend(path.parent().map(Path::to_owned));
        }
        if let Some(role) = here.scope.role() {
            places.extend([
                role.path.join(part),
                role.path.join("tasks"),
                role.path.clone(),
            ]);
        }
        places.extend([here.playbook.join(part), here.playbook.to_owned()]);
        let mut tried: Vec<PathBuf> = Vec::new();
        for place in places {
            let path = self.absolute(&place.join(name));
            if path.is_file() {
                return Some(path);
            }
            if !tried.contains(&path) {
                tried.push(path);
            }
        }
        gathered.missing(
            Mistake::new(
                format!("there is no file `{}`", name.display()),
                span,
                "not found",
            )
            .help(self.list("looked at", &tried)),
        );
        None
    }

    pub(super) fn list(&self, verb: &str, paths: &[PathBuf]) -> String {
        let shown: Vec<String> = paths
            .iter()
            .map(|path| match self.shown(path) {
                here if here.is_empty() => ".".to_owned(),
                there => there,
            })
            .collect();
        format!("{verb} {}", shown.join(", "))
    }

    /// The role of this name: beside the playbook, in the configured folders, beside the role
    /// that depends on it, or at the path that the name is.
    pub(super) fn found_role(
        &self,
        name: &str,
        span: &Span,
        here: &Here<'_>,
        gathered: &mut Gathered,
    ) -> Option<FoundRole> {
        let mut places = vec![here.playbook.join("roles")];
        places.extend(self.places.roles_path.iter().cloned());
        places.extend(
            here.scope
                .role()
                .and_then(|role| role.path.parent().map(Path::to_owned)),
        );
        places.push(here.playbook.to_owned());
        if !name.trim().is_empty() {
            for place in &places {
                let path = self.absolute(&place.join(name));
                if path.exists() {
                    return Some(FoundRole {
                        name: name.to_owned(),
                        path,
                    });
                }
            }
            let path = self.absolute(Path::new(name));
            if path.exists() {
                let name = path
                    .file_name()
                    .unwrap_or_default()
                    .to_string_lossy()
                    .into_owned();
                return Some(FoundRole { name, path });
            }
        }
        gathered.missing(if is_of_collection(name) {
            Mistake::new(
                format!("not supported: collections, and so the role `{name}`"),
                span,
                "a role of a collection",
            )
        } else {
            let near = self.nearest_role(name, &places);
            let mistake = Mistake::new(format!("there is no role `{name}`"), span, "not found");
            match near {
                Some(near) => mistake.did_you_mean(Some(&near)),
                None => mistake.help(self.list("looked in", &places)),
            }
        });
        None
    }

    fn nearest_role(&self, name: &str, places: &[PathBuf]) -> Option<String> {
        let _ = self;
        let names: Vec<String> = places
            .iter()
            .rev()
            .skip(1)
            .rev()
            .flat_map(|place| listed(place))
            .collect();
        crate::diagnostic::nearest(name, names.iter().map(String::as_str)).map(str::to_owned)
    }

    /// The files of one part of a role (`tasks`, `vars`, …), of which `from` may name another
    /// entry than `main`. Only variables may be a folder of files.
    pub(super) fn part_of_role(
        &self,
        role: &Path,
        part: &str,
        from: Option<(&str, &Span)>,
        is_mapping: bool,
        gathered: &mut Gathered,
    ) -> Vec<PathBuf> {
        let folder = role.join(part);
        if !folder.is_dir() && from.is_none() {
            return Vec::new();
        }
        let name = from.map_or("main", |(name, _)| name);
        let mut endings: Vec<&str> = ENDINGS.to_vec();
        // Named by hand, a file may carry its ending already.
        endings.insert(if from.is_some() { 0 } else { ENDINGS.len() }, "");
        for ending in endings {
            let path = self.absolute(&folder.join(format!("{name}{ending}")));
            if !path.starts_with(&folder) {
                break;
            }
            if path.is_file() {
                return vec![path];
            }
            if is_mapping && path.is_dir() {
                let mut files = Vec::new();
                files_below(&path, &mut files);
                return files;
            }
        }
        if let Some((name, span)) = from {
            gathered.missing(Mistake::new(
                format!("there is no `{name}` in `{part}` of this role"),
                span,
                format!("looked in {}", self.shown(&folder)),
            ));
        }
        Vec::new()
    }
}

/// Whether a name is that of something in a collection: three names with points between.
fn is_of_collection(name: &str) -> bool {
    let mut parts = 0;
    let fits = name.split('.').all(|part| {
        parts += 1;
        super::variables::is_variable_name(part)
    });
    fits && parts >= 3
}

#[expect(
    clippy::disallowed_methods,
    reason = "the control side looks for files of its own playbooks"
)]
fn listed(folder: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut names: Vec<String> = entries
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// The files of variables below a folder, in order; hidden ones and backups are left out.
fn files_below(folder: &Path, files: &mut Vec<PathBuf>) {
    for name in listed(folder) {
        if name.starts_with('.') || name.ends_with('~') {
            continue;
        }
        let path = folder.join(&name);
        if path.is_dir() {
            files_below(&path, files);
        } else if !name.contains('.') || ENDINGS.iter().any(|ending| name.ends_with(ending)) {
            files.push(path);
        }
    }
}

/// Folders in which the files that a task names are looked for, as roles have them.
pub fn search_folders(role: Option<&Role>, playbook: &Path, kind: &str) -> Vec<PathBuf> {
    let mut folders = Vec::new();
    if let Some(role) = role {
        folders.extend([
            role.path.join(kind),
            role.path.clone(),
            role.path.join("tasks").join(kind),
            role.path.join("tasks"),
        ]);
    }
    folders.extend([playbook.join(kind), playbook.to_owned()]);
    folders
}
