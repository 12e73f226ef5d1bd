//! Small projects on disk, and what the loader makes of them.

use std::{fs, path::PathBuf};

use hostwright::{
    diagnostic::Mistake,
    playbook::{Loader, Places, Playbook, Scope, Surroundings},
    value::Text,
};

use crate::shown::shown;

/// A folder of playbooks and roles.
pub(crate) struct Project {
    folder: tempfile::TempDir,
}

/// Makes a project of these files.
pub(crate) fn project(files: &[(&str, &str)]) -> Project {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    Project { folder }
}

/// A few modules, and the variables of the command line: `env` is `prod`.
pub(crate) struct Few;

impl Surroundings for Few {
    fn is_module(&self, name: &str) -> bool {
        self.modules()
            .iter()
            .any(|module| module == hostwright::playbook::bare(name))
    }

    fn modules(&self) -> Vec<String> {
        [
            "add_host",
            "command",
            "copy",
            "debug",
            "file",
            "include_vars",
            "ping",
            "raw",
            "service",
            "set_fact",
            "shell",
            "template",
            "user",
        ]
        .map(str::to_owned)
        .to_vec()
    }

    fn render(&self, text: &Text, scope: &Scope) -> Result<String, Mistake> {
        let mut rendered = text.as_str().replace("{{ env }}", "prod");
        for scope in scope.outwards() {
            for variable in &scope.keywords.vars {
                let value = variable
                    .value
                    .as_ref()
                    .ok()
                    .and_then(|value| value.as_str());
                let name = format!("{{{{ {} }}}}", variable.name);
                rendered = rendered.replace(&name, value.unwrap_or_default());
            }
        }
        if rendered.contains("{{") {
            return Err(Mistake::nowhere(format!(
                "`{rendered}` needs a variable that is not known yet"
            )));
        }
        Ok(rendered)
    }
}

impl Project {
    pub(crate) fn loader(&self) -> Loader<'static> {
        let places = Places {
            directory: self.folder.path().to_owned(),
            roles_path: vec![self.folder.path().join("shared")],
        };
        Loader::new(&Few, places)
    }

    /// The playbook `site.yml`, which has no mistakes.
    #[track_caller]
    pub(crate) fn load(&self) -> Playbook {
        match self.loader().playbooks(&[PathBuf::from("site.yml")]) {
            Ok((playbooks, _)) => playbooks.into_iter().next().unwrap(),
            Err(mistakes) => panic!("{}", mistakes.0.iter().map(shown).collect::<String>()),
        }
    }

    /// What people read when `site.yml` is wrong.
    #[track_caller]
    pub(crate) fn refusal(&self) -> String {
        let mistakes = self
            .loader()
            .playbooks(&[PathBuf::from("site.yml")])
            .unwrap_err();
        mistakes.0.iter().map(shown).collect()
    }
}

/// The mistakes of a playbook that is one file.
#[track_caller]
pub(crate) fn refusal(site: &str) -> String {
    project(&[("site.yml", site)]).refusal()
}
