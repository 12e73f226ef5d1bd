//! `unarchive`: what is in an archive stands on the host.

mod options;
mod place;
mod select;

use options::Options;
use place::Placer;

use crate::{
    archive::{self, Compression, Format, Limits, Unsound},
    change::Plan,
    host::{Download, Observe, ReadSeek, Unseen, without_credentials},
    modules::{
        Args, FileAttributes, HostPath, Module, Param, ParamKind, Refusal, Rule, Source, Wrong,
        returned,
    },
    state::{Entry, Kind, Stat},
    value::Value,
};

parameters! {
    /// Unpacks a zip or tar archive on the host.
    ///
    /// Nothing is written unless the whole archive is sound. Files are compared by what they hold
    /// and by their mode; those that are right are left alone, whatever their time.
    ///
    /// ```yaml
    /// - unarchive:
    ///     src: files/plugin.zip
    ///     dest: /usr/share/plugins
    ///     owner: root
    /// ```
    pub(super) struct Unarchive with (attributes: FileAttributes) {
        /// The archive on the control side; on the host with `remote_src`, where it may be a URL.
        src: Origin,
        /// The directory that it is unpacked into. It must be there.
        dest: HostPath,
        /// Whether the archive is on the host already.
        remote_src: bool = false,
        /// The opposite of `remote_src`, in older playbooks.
        copy: Option<bool>,
        /// A path that, where it exists, leaves nothing to do.
        creates: Option<HostPath>,
        /// Whether the names in the archive are returned.
        list_files: bool = false,
        /// Leaves files alone that are newer than those in the archive.
        keep_newer: bool = false,
        /// Names that are not unpacked: patterns with `*`, `?` and `[…]`.
        exclude: Vec<String> = Vec::new(),
        /// Names of which alone is unpacked: patterns for a zip, names for a tar archive.
        include: Vec<String> = Vec::new(),
        /// Options of `tar` or `unzip`, one word each: those that say what is unpacked and how.
        extra_opts: Vec<String> = Vec::new(),
        /// Whether the certificate of a URL must be valid.
        validate_certs: bool = true,
    } control {
        /// Whether a vaulted source is decrypted.
        decrypt: bool = true,
        /// How much is read at once, in bytes; we choose that ourselves.
        io_buffer_size: u64 = 65536,
    }
}

/// Where the archive is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Origin {
    Given(Source),
    Url(String),
}

impl Param for Origin {
    const KIND: ParamKind = ParamKind::Source;
    const TYPE: &'static str = "path";

    fn parse(value: &Value, args: &Args<'_>, name: &str) -> Result<Self, Wrong> {
        match value.as_str() {
            Some(url) if url.contains("://") => Ok(Self::Url(url.to_owned())),
            _ => Source::parse(value, args, name).map(Self::Given),
        }
    }
}

impl Module for Unarchive {
    const RULES: &'static [Rule] = &[
        Rule::Exclusive(&["include", "exclude"]),
        Rule::Exclusive(&["copy", "remote_src"]),
    ];

    fn plan(&self, host: &dyn Observe) -> Result<Plan, Refusal> {
        let mut plan = Plan::default();
        if let Some(creates) = &self.creates
            && host.target(&creates.0)?.is_some()
        {
            plan.returns("skipped", true);
            plan.returns("msg", format!("skipped, since {} exists", creates.0));
            return Ok(plan);
        }
        let dest = &self.dest.0;
        let base = host.resolved(dest)?;
        let Some(stands) = host.stat_at(&base)?.filter(Stat::is_directory) else {
            let message = format!("dest '{dest}' must be an existing dir");
            return Err(Refusal::of("dest", message));
        };
        let (src, reader) = self.open(host)?;
        let limits = limits(host)?;
        let bad = |unsound: Unsound| {
            let message = format!("nothing of {src} is unpacked: {unsound}");
            Refusal::of("src", message)
        };
        let archive = archive::read(reader, limits).map_err(bad)?;
        let options = Options::read(archive.format, &self.extra_opts)?;
        let chosen = select::chosen(
            archive.entries,
            archive.format,
            &self.include,
            &self.exclude,
            &options,
        )?;
        if self.list_files {
            let names = chosen.iter().map(|entry| Value::from(entry.name.as_str()));
            plan.returns("files", Value::list(names));
        }
        let sound = archive::sound(chosen).map_err(bad)?;
        plan.warnings = sound.warnings;
        Placer::new(self, &options, archive.format, host, &base)?
            .place(sound.entries, &mut plan)?;
        if limits != Limits::OFF {
            place::refuse_what_does_not_fit(host, &base, &plan)?;
        }

        plan.returns("handler", handler(archive.format));
        plan.returns("src", src);
        plan.returns("dest", dest.as_str());
        if let Some(size) = stands.size {
            plan.returns("size", size);
        }
        let meta = place::planned_meta(&plan, &base).unwrap_or(stands.meta);
        plan.returns("uid", meta.uid);
        plan.returns("gid", meta.gid);
        plan.returns("owner", returned::owner(host, meta.uid)?);
        plan.returns("group", returned::group(host, meta.gid)?);
        plan.returns("mode", meta.mode.to_string());
        plan.returns("state", "directory");
        Ok(plan)
    }
}

impl Unarchive {
    /// The archive's bytes, and the name that it is called by.
    fn open(&self, host: &dyn Observe) -> Result<(String, Box<dyn ReadSeek>), Refusal> {
        let on_host = self.copy.map_or(self.remote_src, |copy| !copy);
        let (path, content) = match (&self.src, on_host) {
            (Origin::Url(url), true) => return self.download(host, url),
            (Origin::Url(_), false) => {
                return Err(Refusal::of(
                    "src",
                    "a URL as the source needs `remote_src: true`",
                ));
            }
            (Origin::Given(Source::Host(path)), true) => {
                let there = host.entry(&host.resolved(path)?)?;
                let Some(Entry {
                    kind: Kind::File(content),
                    ..
                }) = there
                else {
                    let what = if there.is_some() {
                        "is no file"
                    } else {
                        "does not exist"
                    };
                    return Err(Refusal::of("src", format!("Source '{path}' {what}")));
                };
                (path.clone(), content)
            }
            (Origin::Given(Source::Host(_)), false) => {
                return Err(Refusal::of("src", "the source did not come with the task"));
            }
            (Origin::Given(Source::Control(supply)), _) => {
                match supply.top().map(|top| &top.kind) {
                    Some(Kind::File(content)) => (supply.path.clone(), content.clone()),
                    _ => return Err(Refusal::of("src", "the source must be a file")),
                }
            }
        };
        if content.size() == Some(0) {
            return Err(Refusal::of(
                "src",
                format!("Invalid archive '{path}', the file is 0 bytes"),
            ));
        }
        Ok((path, host.reader(&content)?))
    }

    fn download(
        &self,
        host: &dyn Observe,
        url: &str,
    ) -> Result<(String, Box<dyn ReadSeek>), Refusal> {
        let (plain, credentials) = without_credentials(url);
        if !(plain.starts_with("http://") || plain.starts_with("https://")) {
            let message = "only http and https URLs are supported as the source";
            return Err(Refusal::of("src", message));
        }
        let failed = |why: &str| Refusal::of("src", format!("Failure downloading {plain}, {why}"));
        let fetched = host
            .fetch(&Download {
                url: plain.clone(),
                credentials,
                agent: "ansible-httpget".to_owned(),
                timeout: 10,
                trust_anybody: !self.validate_certs,
                use_proxy: true,
                ..Download::default()
            })
            .map_err(|unseen| match unseen {
                Unseen::Unreadable { because, .. } => failed(&because),
                unknown @ Unseen::Unknown(_) => unknown.into(),
            })?;
        if fetched.status != 200 {
            return Err(failed(&fetched.message));
        }
        Ok((plain, host.reader(&fetched.content)?))
    }
}

fn limits(host: &dyn Observe) -> Result<Limits, Refusal> {
    let environment = host.login()?.environment;
    let off = environment
        .iter()
        .any(|(name, value)| name == Limits::VARIABLE && value == "off");
    Ok(if off { Limits::OFF } else { Limits::default() })
}

/// The names that Ansible has for its ways to unpack.
fn handler(format: Format) -> &'static str {
    match format {
        Format::Zip => "ZipArchive",
        Format::Tar(Compression::Gzip) => "TgzArchive",
        // The next that it tries, plain `tar`, takes every compression.
        Format::Tar(_) => "TarArchive",
    }
}
