//! `tempfile`: a new file or directory with a name of its own.

use super::{FileAttributes, HostPath, Module, Refusal, planning::Planning};
use crate::{
    change::Plan,
    host::Observe,
    state::{Content, Entry, FileMode, Kind},
};

choices! {
    /// What is made.
    pub(super) enum State {
        File = "file",
        Directory = "directory",
    }
}

parameters! {
    /// Makes a temporary file or directory, which only its owner can use.
    ///
    /// ```yaml
    /// - tempfile:
    ///     state: directory
    ///     suffix: .build
    ///   register: build
    /// ```
    pub(super) struct Tempfile {
        /// What is made.
        state: State = State::File,
        /// Where; in the host's directory for temporary files when absent.
        path: Option<HostPath>,
        /// How its name starts.
        prefix: String = "ansible.".to_owned(),
        /// How its name ends.
        suffix: String = String::new(),
    }
}

impl Module for Tempfile {
    fn plan(&self, host: &dyn Observe) -> Result<Plan, Refusal> {
        if let Some((name, _)) = [("prefix", &self.prefix), ("suffix", &self.suffix)]
            .into_iter()
            .find(|(_, text)| text.contains(['/', '\0']))
        {
            let message = format!("{name} must be a valid file name component");
            return Err(Refusal::of(name, message));
        }
        let given = self.directory(host)?;
        let directory = host.resolved(&given)?;
        match host.stat_at(&directory)? {
            Some(stat) if stat.is_directory() => {}
            Some(_) => return Err(Refusal::of("path", format!("{given} is no directory"))),
            None => {
                let message = format!("No such file or directory: {given}");
                return Err(Refusal::of("path", message));
            }
        }
        let below = crate::host::path::join(&directory, "x");
        let (kind, state, mode) = match self.state {
            State::File => (Kind::File(Content::of(Vec::new())), "file", 0o600),
            State::Directory => (Kind::Directory, "directory", 0o700),
        };
        let mut meta = FileAttributes::new_meta(host, &below, 0o777)?;
        meta.mode = FileMode::from_bits(mode);
        let mut planning = Planning::on(host);
        planning.fresh(&directory, &self.prefix, &self.suffix, Entry { kind, meta })?;
        planning.returns("state", state);
        Ok(planning.done())
    }
}

impl Tempfile {
    /// Where Python looks for a directory for temporary files.
    fn directory(&self, host: &dyn Observe) -> Result<String, Refusal> {
        if let Some(path) = &self.path {
            return Ok(path.0.clone());
        }
        let login = host.login()?;
        let told = ["TMPDIR", "TEMP", "TMP"].iter().find_map(|wanted| {
            let set = login.environment.iter().find(|(name, _)| name == wanted);
            set.map(|(_, directory)| directory.clone())
        });
        for directory in told
            .into_iter()
            .chain(["/tmp", "/var/tmp", "/usr/tmp"].map(String::from))
        {
            if host
                .target(&directory)?
                .is_some_and(|stat| stat.is_directory())
            {
                return Ok(directory);
            }
        }
        Ok(login.directory)
    }
}
