//! The real command, from the command line to the exit code.
#![expect(
    clippy::disallowed_methods,
    reason = "a test starts the command and makes its own files"
)]

mod batches;
mod broken;
mod chain;
mod flags;
mod foreseen;
mod foretold;
mod handlers;
mod host_variables;
mod hostile;
mod language;
mod likeness;
mod local;
mod meta;
mod ocs;
mod ocs_hosts;
mod passwords;
mod reach;
mod refusals;
mod rescue;
mod secrets;
mod ssh;
mod terminal;
mod variables;
mod vaults;
mod ways;

use std::{
    fs,
    io::Write as _,
    path::Path,
    process::{Child, Command, Stdio},
};

use tempfile::TempDir;

/// A folder with a playbook and an inventory, and a home of its own.
struct Project {
    folder: TempDir,
}

/// What the command said, and its exit code.
struct Said {
    code: Option<i32>,
    /// With the folder of the project as `DIR`.
    text: String,
    errors: String,
}

fn project(files: &[(&str, &str)]) -> Project {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("home")).unwrap();
    let project = Project { folder };
    for (name, text) in files {
        project.write(name, text);
    }
    project
}

impl Project {
    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn start(&self, args: &[&str]) -> Child {
        self.command(args).spawn().unwrap()
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hostwright"));
        command
            .args(args)
            .current_dir(self.path())
            .env_clear()
            .env(
                "PATH",
                "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            )
            .env("HOME", self.path().join("home"))
            .env("PWD", self.path())
            .env("HOSTWRIGHT_STATE", self.path().join("state"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs `hostwright` with these arguments.
    fn ask(&self, args: &[&str]) -> Said {
        self.said(self.start(args))
    }

    /// Like [`Self::ask`], with somebody who types.
    fn ask_and_type(&self, args: &[&str], typed: &str) -> Said {
        let mut child = self.command(args).stdin(Stdio::piped()).spawn().unwrap();
        let mut input = child.stdin.take().unwrap();
        input.write_all(typed.as_bytes()).unwrap();
        drop(input);
        self.said(child)
    }

    fn said(&self, child: Child) -> Said {
        let output = child.wait_with_output().unwrap();
        let plain = |bytes: &[u8]| {
            let folder = self.path().display().to_string();
            String::from_utf8_lossy(bytes).replace(&folder, "DIR")
        };
        Said {
            code: output.status.code(),
            text: plain(&output.stdout),
            errors: plain(&output.stderr),
        }
    }

    /// Runs `hostwright run -i inv site.yml` with further arguments.
    fn run(&self, args: &[&str]) -> Said {
        let mut all = vec!["run", "-i", "inv", "site.yml"];
        all.extend(args);
        self.said(self.start(&all))
    }
}

impl Said {
    /// The output without what explains a mistake: there our words are our own.
    fn plain(&self) -> String {
        let mut told = String::new();
        let mut explains = false;
        for line in self.text.lines() {
            let ends = ["fatal: ", "failed: "]
                .iter()
                .any(|word| line.starts_with(word));
            explains = line.starts_with("[ERROR]: ") || explains && !ends;
            if !explains {
                told.push_str(line.trim_end());
                told.push('\n');
            }
        }
        told
    }

    /// What `debug` said, one message each that is a text of one line.
    fn messages(&self) -> Vec<&str> {
        self.text
            .lines()
            .filter_map(|line| line.trim().strip_prefix("\"msg\": \""))
            .map(|line| line.trim_end_matches('"'))
            .collect()
    }

    /// All lines of the recap, without blanks at their ends.
    fn recaps(&self) -> String {
        let recap = self.text.split("PLAY RECAP").nth(1).unwrap_or_default();
        let lines: Vec<&str> = recap.lines().skip(1).map(str::trim_end).collect();
        lines.join("\n").trim().to_owned()
    }

    /// Fails the test with everything that was said when the exit code is another one.
    #[track_caller]
    fn ends_with(&self, code: i32) {
        let Self { text, errors, .. } = self;
        assert_eq!(self.code, Some(code), "{text}{errors}");
    }

    /// The line of the recap for this host, without empty counts.
    fn recap(&self, host: &str) -> String {
        let recap = self.text.split("PLAY RECAP").nth(1).unwrap_or_default();
        let line = recap
            .lines()
            .find(|line| line.split_whitespace().next() == Some(host))
            .unwrap_or_else(|| panic!("no {host} in: {}{}", self.text, self.errors));
        let counts: Vec<&str> = line
            .split_whitespace()
            .skip(2)
            .filter(|count| !count.ends_with("=0"))
            .collect();
        counts.join(" ")
    }
}
