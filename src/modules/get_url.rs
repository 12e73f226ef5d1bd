//! `get_url`: a file on the host is what a server has.

mod checksum;
mod netrc;

use checksum::Checksum;

use crate::{
    change::{Change, How, Plan},
    host::{Download, Fetched, Observe, Seen, Unseen, decoded, path, without_credentials},
    modules::{FileAttributes, HostPath, Module, Refusal, returned},
    state::{Content, Entry, Kind, Stamp},
    value::{Map, Text, Value, to_json},
};

parameters! {
    /// Downloads a file to the host.
    ///
    /// A rehearsal downloads it too, and so knows what the run will write.
    ///
    /// ```yaml
    /// - get_url:
    ///     url: https://example.org/plugin.zip
    ///     dest: /var/cache/plugin.zip
    ///     checksum: sha256:https://example.org/SHA256SUMS
    /// ```
    pub(super) struct GetUrl with (attributes: FileAttributes) {
        /// What is downloaded: `http`, `https` or `file`.
        url: Text,
        /// Where it goes. A directory gets the server's name for it added.
        dest: HostPath,
        /// Keeps a copy of a file that is replaced, with the time in its name.
        backup: bool = false,
        /// What it must be: `sha256:` and digits, or the URL of a list of checksums.
        checksum: Option<Text>,
        /// Asks for it again where the file is there and its checksum is right.
        force: bool = false,
        /// Headers of the request.
        headers: Option<Map>,
        /// Names of headers that no server gets which we are sent on to.
        unredirected_headers: Vec<String> = Vec::new(),
        /// Seconds without an answer.
        timeout: u64 = 10,
        /// Who we say that we are.
        http_agent: String = "ansible-httpget".to_owned(),
        /// The name to log in with.
        url_username: Option<Text> as [username],
        /// The password to log in with.
        url_password: Option<Text> as [password],
        /// Sends name and password before they are asked for.
        force_basic_auth: bool = false,
        /// Whether name and password may come from `~/.netrc`.
        use_netrc: bool = true,
        /// Whether the proxy of the environment is used.
        use_proxy: bool = true,
        /// Whether the server's certificate must be valid.
        validate_certs: bool = true,
        /// Whether content that was compressed for the way is unpacked.
        decompress: bool = true,
        /// A directory for drafts; ours lie beside the file, so it must only be there.
        tmp_dest: Option<HostPath>,
        /// The ciphers that may be used.
        ciphers: Option<Vec<String>>,
        /// A certificate of our own.
        client_cert: Option<HostPath>,
        /// The key of that certificate.
        client_key: Option<HostPath>,
        /// Logs in by Kerberos.
        use_gssapi: bool = false,
    }
}

impl Module for GetUrl {
    fn plan(&self, host: &dyn Observe) -> Result<Plan, Refusal> {
        self.refuse_what_is_not_built()?;
        let mut plan = Plan::default();
        let (url, _) = without_credentials(&self.url);
        plan.returns("url", masked(&self.url));
        plan.returns("dest", self.dest.0.as_str());
        if !self.validate_certs && url.starts_with("https:") {
            plan.warn(format!(
                "nobody knows whether {url} is who it says: `validate_certs` is off"
            ));
        }
        let checksum = self.wanted_checksum(host)?;
        let stands = host.target(&self.dest.0)?;
        let into_directory = stands
            .as_ref()
            .is_some_and(crate::state::Stat::is_directory);
        let mut newer_than = None;
        if let (Some(stat), false) = (&stands, into_directory) {
            let at = host.resolved(&self.dest.0)?;
            if let (Some(checksum), false) = (&checksum, self.force) {
                let entry = host.entry(&at)?;
                if let Some(Entry {
                    kind: Kind::File(content),
                    ..
                }) = &entry
                    && checksum.fits(host, content)?
                {
                    let (kind, changed) = (
                        entry.clone().map(|entry| entry.kind),
                        self.dress(host, &at, entry, &mut plan)?,
                    );
                    let text = if changed {
                        "file already exists but file attributes changed"
                    } else {
                        "file already exists"
                    };
                    plan.returns("msg", text);
                    return answer(host, &at, kind, plan);
                }
            } else if let (Stamp::At(seconds, _), None, false) =
                (stat.meta.mtime, &checksum, self.force)
            {
                newer_than = Some(seconds);
            }
        }
        let fetched = self.fetch(host, &self.url, newer_than)?;
        plan.returns("elapsed", fetched.elapsed);
        plan.returns("status_code", i64::from(fetched.status));
        plan.returns("msg", fetched.message.as_str());
        if fetched.status == 304 {
            return Ok(plan);
        }
        if let Some(checksum) = &checksum
            && !checksum.fits(host, &fetched.content)?
        {
            return Err(Refusal::of(
                "checksum",
                format!(
                    "the checksum of {} did not match {}; it was {}",
                    masked(&self.url),
                    checksum.digits,
                    checksum.of(host, &fetched.content)?
                ),
            ));
        }
        let dest = if into_directory {
            path::join(&self.dest.0, &file_name(&fetched))
        } else {
            self.dest.0.clone()
        };
        plan.returns("dest", dest.as_str());
        self.put(host, &dest, fetched.content, plan)
    }
}

impl GetUrl {
    fn refuse_what_is_not_built(&self) -> Result<(), Refusal> {
        let asked = [
            ("ciphers", self.ciphers.is_some()),
            ("client_cert", self.client_cert.is_some()),
            ("client_key", self.client_key.is_some()),
            ("use_gssapi", self.use_gssapi),
        ];
        match asked.iter().find(|(_, asked)| *asked) {
            Some((name, _)) => Err(Refusal::of(name, format!("`{name}` is not supported"))),
            None => Ok(()),
        }
    }

    fn wanted_checksum(&self, host: &dyn Observe) -> Result<Option<Checksum>, Refusal> {
        let Some(text) = self.checksum.as_ref().filter(|text| !text.is_empty()) else {
            return Ok(None);
        };
        let refuse = |message: String| Refusal::of("checksum", message);
        let (algorithm, digits) = text.split_once(':').ok_or_else(|| {
            refuse("The checksum parameter has to be in format <algorithm>:<checksum>".to_owned())
        })?;
        if !digits.contains("://") {
            return Checksum::read(algorithm, digits).map(Some).map_err(refuse);
        }
        let list = self.fetch(host, digits, None)?;
        if list
            .content
            .size()
            .is_some_and(|size| size > Content::INLINE_LIMIT)
        {
            return Err(refuse(format!(
                "the list of checksums at {} is too long",
                masked(digits)
            )));
        }
        let bytes = host.bytes(&list.content)?;
        let name = url_name(&without_credentials(&self.url).0);
        let found = checksum::listed(&String::from_utf8_lossy(&bytes), &name).ok_or_else(|| {
            refuse(format!(
                "Unable to find a checksum for file '{name}' in '{}'",
                masked(digits)
            ))
        })?;
        Checksum::read(algorithm, &found).map(Some).map_err(refuse)
    }

    fn fetch(
        &self,
        host: &dyn Observe,
        url: &str,
        newer_than: Option<i64>,
    ) -> Result<Fetched, Refusal> {
        let (plain, in_url) = without_credentials(url);
        let scheme = plain
            .split_once(':')
            .map_or("", |(scheme, _)| scheme)
            .to_lowercase();
        if let Some(directory) = &self.tmp_dest
            && !host
                .target(&directory.0)?
                .is_some_and(|stat| stat.is_directory())
        {
            return Err(Refusal::of(
                "tmp_dest",
                format!("{} directory does not exist.", directory.0),
            ));
        }
        match scheme.as_str() {
            "file" => return Ok(on_host(host, &plain)?),
            "http" | "https" => {}
            _ => {
                return Err(Refusal::of(
                    "url",
                    format!("the scheme `{scheme}` is not supported"),
                ));
            }
        }
        let given = self.url_username.as_ref().map(|user| {
            let password = self.url_password.as_ref().map_or("", Text::as_str);
            (user.to_string(), password.to_owned())
        });
        let mut credentials = given.or(in_url);
        let mut basic_at_once = self.force_basic_auth;
        if credentials.is_none() && self.use_netrc {
            credentials = netrc::credentials(host, &plain)?;
            basic_at_once |= credentials.is_some();
        }
        let headers = self
            .headers
            .iter()
            .flat_map(Map::texts)
            .map(|(name, value)| {
                let value = value
                    .as_str()
                    .map_or_else(|| to_json(value).to_string(), str::to_owned);
                (name.to_owned(), value)
            });
        let mut headers: Vec<(String, String)> = headers.collect();
        if self.force {
            headers.push(("Cache-Control".to_owned(), "no-cache".to_owned()));
        }
        let fetched = host
            .fetch(&Download {
                url: plain,
                headers,
                unredirected: self
                    .unredirected_headers
                    .iter()
                    .map(|name| name.to_lowercase())
                    .collect(),
                credentials,
                basic_at_once,
                agent: self.http_agent.clone(),
                timeout: self.timeout,
                trust_anybody: !self.validate_certs,
                use_proxy: self.use_proxy,
                newer_than,
            })
            .map_err(|unseen| match unseen {
                Unseen::Unreadable { what, because } => {
                    Refusal::of("url", format!("cannot download {what}: {because}"))
                }
                unknown @ Unseen::Unknown(_) => unknown.into(),
            })?;
        if !matches!(fetched.status, 200 | 304) {
            let mut values = Map::new();
            values.insert("status_code", i64::from(fetched.status));
            values.insert("response", fetched.message);
            values.insert("url", masked(url));
            return Err(Refusal::of("url", "Request failed").with(values));
        }
        if fetched.encoding.is_some() && !self.decompress {
            return Err(Refusal::of(
                "decompress",
                "`decompress: false` is not supported where the server compresses",
            ));
        }
        Ok(fetched)
    }

    fn put(
        &self,
        host: &dyn Observe,
        dest: &str,
        content: Content,
        mut plan: Plan,
    ) -> Result<Plan, Refusal> {
        if host.target(path::parent(dest))?.is_none() {
            return Err(Refusal::of(
                "dest",
                format!("Destination {} does not exist", path::parent(dest)),
            ));
        }
        let at = host.canonical(dest)?;
        let seen = host.entry(&at)?;
        plan.returns("checksum_src", returned::sha1(host, &content)?);
        let before = match seen.as_ref().map(|entry| &entry.kind) {
            Some(Kind::File(old)) => returned::sha1(host, old)?,
            Some(Kind::Directory) => {
                return Err(Refusal::of("dest", format!("{dest} is a directory")));
            }
            _ => Value::Null,
        };
        plan.returns("checksum_dest", before);
        let kind = Kind::File(content.clone());
        let same_kind = seen
            .as_ref()
            .filter(|entry| matches!(entry.kind, Kind::File(_)));
        let meta = match same_kind {
            Some(entry) => entry.meta.clone(),
            None => FileAttributes::new_meta(host, &at, 0o666)?,
        };
        let mut meta = self.attributes.on(host, &meta, false, None)?;
        if same_kind.is_none_or(|entry| entry.kind != kind) {
            (meta.mtime, meta.atime) = (Stamp::Any, Stamp::Any);
            if let (Some(old), true) = (same_kind, self.backup) {
                plan.backup(&at, old);
            }
        }
        let how = How {
            validate: None,
            in_place: self.attributes.unsafe_writes,
        };
        plan.entry_by(
            &at,
            seen,
            Some(Entry {
                kind: kind.clone(),
                meta,
            }),
            how,
        );
        plan.returns("md5sum", returned::md5(host, &content)?);
        answer(host, &at, Some(kind), plan)
    }

    /// Only the attributes of what is there; whether they change.
    fn dress(
        &self,
        host: &dyn Observe,
        at: &str,
        seen: Option<Entry>,
        plan: &mut Plan,
    ) -> Result<bool, Refusal> {
        let Some(entry) = seen else { return Ok(false) };
        let meta = self.attributes.on(host, &entry.meta, false, None)?;
        let wanted = Entry {
            kind: entry.kind.clone(),
            meta,
        };
        plan.entry(at, Some(entry), Some(wanted));
        Ok(!plan.changes.is_empty())
    }
}

/// Adds what Ansible returns of the file as it will be.
fn answer(
    host: &dyn Observe,
    at: &str,
    kind: Option<Kind>,
    mut plan: Plan,
) -> Result<Plan, Refusal> {
    let planned = plan.changes.iter().rev().find_map(|change| match change {
        Change::Entry { to: Some(to), .. } => Some(to.meta.clone()),
        Change::Meta { to, .. } => Some(to.clone()),
        _ => None,
    });
    let meta = match planned {
        Some(meta) => Some(meta),
        None => host.stat_at(at)?.map(|stat| stat.meta),
    };
    if let (Some(meta), Some(kind)) = (meta, kind) {
        plan.returns("uid", meta.uid);
        plan.returns("gid", meta.gid);
        plan.returns("owner", returned::owner(host, meta.uid)?);
        plan.returns("group", returned::group(host, meta.gid)?);
        plan.returns("mode", meta.mode.to_string());
        plan.returns("state", "file");
        if let Kind::File(content) = &kind {
            let size = content.size().map(Value::from);
            plan.returns(
                "size",
                size.unwrap_or_else(|| returned::unknown_size().into()),
            );
        }
    }
    Ok(plan)
}

/// A `file:` URL, which is a file of the host.
fn on_host(host: &dyn Observe, url: &str) -> Seen<Fetched> {
    let path = url.split_once(':').map_or(url, |(_, path)| path);
    let path = match path.strip_prefix("//") {
        Some(rest) => &rest[rest.find('/').unwrap_or(rest.len())..],
        None => path,
    };
    let path = decoded(path);
    match host.entry(&host.resolved(&path)?)? {
        Some(Entry {
            kind: Kind::File(content),
            ..
        }) => Ok(Fetched {
            status: 200,
            message: format!("OK ({} bytes)", content.size().unwrap_or_default()),
            url: url.to_owned(),
            disposition: None,
            encoding: None,
            content,
            elapsed: 0,
        }),
        Some(_) => Err(Unseen::unreadable(path, &"it is no file")),
        None => Err(Unseen::unreadable(path, &"there is no such file")),
    }
}

/// The URL for people: the password in it is not theirs to read.
fn masked(url: &str) -> String {
    let (plain, credentials) = without_credentials(url);
    match (credentials, plain.split_once("://")) {
        (Some((user, _)), Some((scheme, rest))) => format!("{scheme}://{user}:********@{rest}"),
        _ => plain,
    }
}

/// The last part of a URL's path.
fn url_name(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = rest.split(['?', '#']).next().unwrap_or_default();
    match path.rsplit_once('/') {
        Some((_, name)) if !name.is_empty() => name.to_owned(),
        _ => "index.html".to_owned(),
    }
}

/// What the server calls it, without any directory; else what the URL calls it.
fn file_name(fetched: &Fetched) -> String {
    let given = fetched.disposition.as_deref().and_then(|text| {
        let (_, value) = text.split(';').find_map(|part| {
            part.trim()
                .split_once('=')
                .filter(|(name, _)| name.trim().eq_ignore_ascii_case("filename"))
        })?;
        let name = value.trim().trim_matches('"').rsplit(['/', '\\']).next()?;
        (!matches!(name, "" | "." | "..") && !name.contains('\0')).then(|| name.to_owned())
    });
    given.unwrap_or_else(|| match url_name(&fetched.url) {
        name if matches!(name.as_str(), "." | "..") => "index.html".to_owned(),
        name => name,
    })
}
