//! Downloads: what a server has, seen from the host.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use ureq::{
    Agent, Proxy,
    http::{Response, Uri},
    tls::{Certificate, PemItem, RootCerts, TlsConfig, TlsProvider, parse_pem},
};

use crate::{
    host::{Login, Seen, Spool, Unseen},
    state::Content,
    value::{base64, text_of},
};

/// As many redirects as urllib follows.
const MOST_REDIRECTS: usize = 10;

/// What is asked of a server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Download {
    /// `http` or `https`, without credentials in it.
    pub url: String,
    pub headers: Vec<(String, String)>,
    /// Names of headers that only the first server gets, in lower case.
    pub unredirected: Vec<String>,
    pub credentials: Option<(String, String)>,
    /// Sends the credentials before they are asked for.
    pub basic_at_once: bool,
    pub agent: String,
    /// Seconds without an answer.
    pub timeout: u64,
    pub trust_anybody: bool,
    pub use_proxy: bool,
    /// Only what is newer than this, in seconds since 1970.
    pub newer_than: Option<i64>,
}

/// What a server gave.
#[derive(Clone, Debug)]
pub struct Fetched {
    pub status: u16,
    /// As Ansible words it: `OK (12 bytes)`.
    pub message: String,
    /// Where it came from in the end.
    pub url: String,
    /// The `Content-Disposition`, as it was sent.
    pub disposition: Option<String>,
    /// The `Content-Encoding` that was taken off.
    pub encoding: Option<String>,
    /// Empty when the status is no success.
    pub content: Content,
    /// Whole seconds.
    pub elapsed: u64,
}

/// A URL without the credentials in it, and these.
pub fn without_credentials(url: &str) -> (String, Option<(String, String)>) {
    let Some((scheme, rest)) = url.split_once("://") else {
        return (url.to_owned(), None);
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let Some(at) = rest[..end].rfind('@') else {
        return (url.to_owned(), None);
    };
    let (user, password) = rest[..at].split_once(':').unwrap_or((&rest[..at], ""));
    (
        format!("{scheme}://{}", &rest[at + 1..]),
        Some((decoded(user), decoded(password))),
    )
}

/// Text with `%41` put in as `A`.
pub fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let code = tail
            .get(..2)
            .and_then(|two| std::str::from_utf8(two).ok())
            .and_then(|two| u8::from_str_radix(two, 16).ok());
        match (first, code) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    text_of(&bytes)
}

/// Asks the server, and those that it sends us to.
pub(super) fn fetch(
    download: &Download,
    login: &Login,
    roots: &dyn Fn() -> Option<Vec<u8>>,
) -> Seen<Fetched> {
    let start = Instant::now();
    let mut url = download.url.clone();
    let mut authorized = download.basic_at_once;
    for hop in 0..=MOST_REDIRECTS {
        let failed = |because: &dyn std::fmt::Display| Unseen::unreadable(url.as_str(), because);
        let is_tls = match url.split_once("://") {
            Some(("http", _)) => false,
            Some(("https", _)) => true,
            _ => return Err(failed(&"only http and https are followed")),
        };
        let agent = agent(download, login, &url, is_tls, roots)?;
        let home = same_server(&download.url, &url);
        let mut request = agent.get(&url);
        for (name, value) in &download.headers {
            let lower = name.to_lowercase();
            let is_private = matches!(lower.as_str(), "authorization" | "cookie");
            if hop == 0 || !download.unredirected.contains(&lower) && (home || !is_private) {
                request = request.header(name, value);
            }
        }
        if let (Some((user, password)), true, true) = (&download.credentials, authorized, home) {
            request = request.header("Authorization", basic(user, password));
        }
        if let Some(time) = download.newer_than {
            request = request.header("If-Modified-Since", date(time));
        }
        let response = request.call().map_err(|error| failed(&error))?;
        let status = response.status().as_u16();
        if matches!(status, 301 | 302 | 303 | 307 | 308)
            && let Some(to) = header(&response, "location")
        {
            url = joined(&url, &to);
            // Credentials in an address that somebody sends us to are not ours.
            url = without_credentials(&url).0;
            continue;
        }
        if status == 401 && !authorized && download.credentials.is_some() && home {
            authorized = true;
            continue;
        }
        return received(response, url, start);
    }
    Err(Unseen::unreadable(
        download.url.as_str(),
        &format!("more than {MOST_REDIRECTS} redirects"),
    ))
}

fn received(response: Response<ureq::Body>, url: String, start: Instant) -> Seen<Fetched> {
    let status = response.status();
    let length = header(&response, "content-length");
    let encoding = header(&response, "content-encoding");
    let disposition = header(&response, "content-disposition");
    let message = format!(
        "{} ({} bytes)",
        status.canonical_reason().unwrap_or_default(),
        length.as_deref().unwrap_or("unknown")
    );
    let failed = |because: &dyn std::fmt::Display| Unseen::unreadable(url.as_str(), because);
    let content = if status.is_success() {
        let mut body = response
            .into_body()
            .into_with_config()
            .limit(u64::MAX)
            .reader();
        Spool::default()
            .take(&mut body)
            .map_err(|error| failed(&error))?
    } else {
        Content::of(Vec::new())
    };
    if let (Some(length), None, true) = (&length, &encoding, status.is_success())
        && content.size().map(|size| size.to_string()).as_ref() != Some(length)
    {
        return Err(failed(&format!(
            "it ended after {} of {length} bytes",
            content.size().unwrap_or_default()
        )));
    }
    let message = if status.is_success() {
        message
    } else {
        format!(
            "HTTP Error {}: {}",
            status.as_u16(),
            status.canonical_reason().unwrap_or_default()
        )
    };
    Ok(Fetched {
        status: status.as_u16(),
        message,
        url,
        disposition,
        encoding,
        content,
        elapsed: start.elapsed().as_secs(),
    })
}

fn agent(
    download: &Download,
    login: &Login,
    url: &str,
    is_tls: bool,
    roots: &dyn Fn() -> Option<Vec<u8>>,
) -> Seen<Agent> {
    let patience = Some(Duration::from_secs(download.timeout.max(1)));
    let mut config = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .user_agent(download.agent.as_str())
        .timeout_resolve(patience)
        .timeout_connect(patience)
        .timeout_recv_response(patience)
        .timeout_per_read(patience)
        .proxy(proxy(download, login, url, is_tls)?);
    if is_tls {
        let pem = roots().unwrap_or_default();
        let certificates: Vec<Certificate<'static>> = parse_pem(&pem)
            .filter_map(|item| match item {
                Ok(PemItem::Certificate(certificate)) => Some(certificate),
                _ => None,
            })
            .collect();
        if certificates.is_empty() && !download.trust_anybody {
            return Err(Unseen::unreadable(
                url,
                &"the host has no certificates to trust; `SSL_CERT_FILE` in the task's environment can name some",
            ));
        }
        let tls = TlsConfig::builder()
            .provider(TlsProvider::Rustls)
            .disable_verification(download.trust_anybody)
            .root_certs(RootCerts::Specific(Arc::new(certificates)))
            .unversioned_rustls_crypto_provider(Arc::new(rustls_graviola::default_provider()))
            .build();
        config = config.tls_config(tls);
    }
    Ok(config.build().new_agent())
}

/// The proxy that the login's environment names for this address.
fn proxy(download: &Download, login: &Login, url: &str, is_tls: bool) -> Seen<Option<Proxy>> {
    let set = |name: &str| {
        login
            .environment
            .iter()
            .find(|(set, value)| set.eq_ignore_ascii_case(name) && !value.is_empty())
            .map(|(_, value)| value.as_str())
    };
    let wanted =
        set(if is_tls { "https_proxy" } else { "http_proxy" }).or_else(|| set("all_proxy"));
    let (Some(wanted), true) = (wanted, download.use_proxy) else {
        return Ok(None);
    };
    let host = url
        .parse::<Uri>()
        .ok()
        .and_then(|uri| uri.host().map(str::to_owned))
        .unwrap_or_default();
    let is_spared = set("no_proxy").is_some_and(|list| {
        list.split(',').map(str::trim).any(|spared| {
            let bare = spared.trim_start_matches(['*', '.']);
            spared == "*"
                || !bare.is_empty() && (host == bare || host.ends_with(&format!(".{bare}")))
        })
    });
    if is_spared {
        return Ok(None);
    }
    Proxy::new(wanted).map(Some).map_err(|error| {
        let (shown, _) = without_credentials(wanted);
        Unseen::unreadable(format!("the proxy {shown}"), &error)
    })
}

fn header(response: &Response<ureq::Body>, name: &str) -> Option<String> {
    let value = response.headers().get(name)?;
    Some(text_of(value.as_bytes()))
}

fn authority(url: &str) -> Option<String> {
    Some(
        url.parse::<Uri>()
            .ok()?
            .authority()?
            .as_str()
            .to_lowercase(),
    )
}

fn same_server(one: &str, two: &str) -> bool {
    let scheme = |url: &str| url.split_once("://").map(|(scheme, _)| scheme.to_owned());
    authority(one) == authority(two) && scheme(one) == scheme(two)
}

/// Where a `Location` leads from here.
fn joined(from: &str, to: &str) -> String {
    // A scheme of any kind stands before all that could be relative.
    if to
        .split_once(':')
        .is_some_and(|(scheme, _)| !scheme.is_empty() && !scheme.contains(['/', '?', '#']))
    {
        return to.to_owned();
    }
    let (scheme, rest) = from.split_once("://").unwrap_or(("http", from));
    if to.starts_with("//") {
        return format!("{scheme}:{to}");
    }
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (server, path) = rest.split_at(end);
    if to.starts_with('/') {
        return format!("{scheme}://{server}{to}");
    }
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let directory = path.rfind('/').map_or("/", |at| &path[..=at]);
    format!("{scheme}://{server}{directory}{to}")
}

fn basic(user: &str, password: &str) -> String {
    format!(
        "Basic {}",
        base64::encoded(format!("{user}:{password}").as_bytes(), false)
    )
}

/// As HTTP writes times.
fn date(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds)
        .unwrap_or_default()
        .strftime("%a, %d %b %Y %H:%M:%S GMT")
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::{decoded, joined, without_credentials};

    #[test]
    fn addresses_are_taken_apart_and_joined() {
        let (url, credentials) = without_credentials("http://me:p%40ss@h:80/x@y");
        assert_eq!(url, "http://h:80/x@y");
        assert_eq!(credentials, Some(("me".to_owned(), "p@ss".to_owned())));
        assert_eq!(without_credentials("http://h/a@b").1, None);
        assert_eq!(joined("http://h/a/b?c", "d"), "http://h/a/d");
        assert_eq!(joined("http://h/a/b", "/d"), "http://h/d");
        assert_eq!(joined("https://h", "//g/d"), "https://g/d");
        assert_eq!(joined("http://h/", "file:/etc/passwd"), "file:/etc/passwd");
        assert_eq!(super::basic("me", "pass"), "Basic bWU6cGFzcw==");
        assert_eq!(decoded("a%2Fb%"), "a/b%");
    }
}
