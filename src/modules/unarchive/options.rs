//! The options of `tar` and `unzip` that are understood.

use crate::{archive::Format, modules::Refusal};

/// What `extra_opts` asks for.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an option of its own, given or not"
)]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Options {
    /// So many leading components of each name go.
    pub(super) strip: usize,
    /// All of them go.
    pub(super) junk_paths: bool,
    pub(super) exclude: Vec<String>,
    /// What is there already stays as it is.
    pub(super) keep_existing: bool,
    /// Directories that are there keep their attributes.
    pub(super) keep_directories: bool,
    /// The set-ID and sticky bits of the archive are given too.
    pub(super) special_bits: bool,
    /// Whether the umask is taken off the archive's modes; as `tar` does for this login otherwise.
    pub(super) umask: Option<bool>,
    /// Whether the archive's owners are given; as `tar` does for this login otherwise.
    pub(super) owners: Option<bool>,
    pub(super) numeric_owners: bool,
    /// Files get the time of unpacking.
    pub(super) touch: bool,
}

impl Options {
    pub(super) fn read(format: Format, words: &[String]) -> Result<Self, Refusal> {
        let mut options = Self::default();
        let mut words = words.iter().map(String::as_str);
        while let Some(word) = words.next() {
            match format {
                Format::Zip => options.unzip(word)?,
                Format::Tar(_) => options.tar(word, &mut words)?,
            }
        }
        Ok(options)
    }

    fn unzip(&mut self, word: &str) -> Result<(), Refusal> {
        match word {
            // It overwrites and asks nobody anyway.
            "-o" | "-q" | "-qq" => {}
            "-n" => self.keep_existing = true,
            "-j" => self.junk_paths = true,
            "-K" => self.special_bits = true,
            "-D" | "-DD" => self.touch = word == "-DD",
            _ => return Err(unsupported(word)),
        }
        Ok(())
    }

    fn tar<'a>(
        &mut self,
        word: &'a str,
        more: &mut impl Iterator<Item = &'a str>,
    ) -> Result<(), Refusal> {
        let (name, value) = match word.split_once('=') {
            Some((name, value)) if name.starts_with("--") => (name, Some(value)),
            _ => (word, None),
        };
        let mut value = || {
            value.or_else(|| more.next()).ok_or_else(|| {
                Refusal::of("extra_opts", format!("the option `{name}` needs a value"))
            })
        };
        match name {
            "--strip-components" | "--strip" => {
                let text = value()?;
                self.strip = text.parse().map_err(|_| {
                    Refusal::of(
                        "extra_opts",
                        format!("`{name}` must be a number, not `{text}`"),
                    )
                })?;
            }
            "--exclude" => self.exclude.push(value()?.to_owned()),
            "--skip-old-files" => self.keep_existing = true,
            "--no-overwrite-dir" => self.keep_directories = true,
            "--same-permissions" | "--preserve-permissions" | "-p" => {
                self.umask = Some(false);
                self.special_bits = true;
            }
            "--no-same-permissions" => self.umask = Some(true),
            "--same-owner" => self.owners = Some(true),
            "--no-same-owner" | "-o" => self.owners = Some(false),
            "--numeric-owner" => self.numeric_owners = true,
            "--touch" | "-m" => self.touch = true,
            // These are how it is done anyway.
            "--overwrite"
            | "--no-same-xattrs"
            | "--no-xattrs"
            | "--no-acls"
            | "--no-selinux"
            | "--delay-directory-restore"
            | "-v"
            | "--verbose" => {}
            _ => return Err(unsupported(name)),
        }
        Ok(())
    }
}

fn unsupported(word: &str) -> Refusal {
    Refusal::of(
        "extra_opts",
        format!("the option `{word}` is not supported"),
    )
}
