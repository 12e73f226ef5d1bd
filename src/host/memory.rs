//! A host that lives in a map, for stories about modules.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    change::Run,
    host::{Download, Fetched, Login, Observe, Output, Seen, Unseen, path},
    state::{Bytes, Content, Entry, FileMode, Kind, Manager, Meta, ServiceState, Stat},
};

/// A host made of what is put into it. `/` is there; root looks at it with the umask 022.
#[derive(Clone, Debug, PartialEq)]
pub struct Memory {
    pub entries: BTreeMap<String, Entry>,
    pub services: BTreeMap<String, ServiceState>,
    /// What programs that only look say, by their arguments joined with blanks.
    pub answers: BTreeMap<String, (i32, String)>,
    /// What servers give, by URL.
    pub downloads: BTreeMap<String, Vec<u8>>,
    pub login: Login,
}

impl Default for Memory {
    fn default() -> Self {
        let root = Entry {
            kind: Kind::Directory,
            meta: Meta::new(FileMode::from_bits(0o755), 0, 0),
        };
        Self {
            entries: BTreeMap::from([("/".to_owned(), root)]),
            services: BTreeMap::new(),
            answers: BTreeMap::new(),
            downloads: BTreeMap::new(),
            login: Login {
                uid: 0,
                gid: 0,
                groups: vec![0],
                umask: 0o022,
                name: "root".to_owned(),
                home: "/root".to_owned(),
                directory: "/root".to_owned(),
                environment: Vec::new(),
            },
        }
    }
}

impl Memory {
    fn at(&self, path: &str) -> Seen<Option<&Entry>> {
        Ok(self.entries.get(&self.canonical(path)?))
    }
}

impl Observe for Memory {
    fn stat_at(&self, path: &str) -> Seen<Option<Stat>> {
        Ok(self.entries.get(path).map(|entry| Stat {
            kind: entry.kind.clone(),
            meta: entry.meta.clone(),
            size: match &entry.kind {
                Kind::File(content) => content.size(),
                _ => Some(0),
            },
            links: 1,
            real: None,
        }))
    }

    fn entry(&self, path: &str) -> Seen<Option<Entry>> {
        Ok(self.at(path)?.cloned())
    }

    fn names(&self, directory: &str) -> Seen<Vec<String>> {
        let directory = self.canonical(directory)?;
        Ok(self
            .entries
            .keys()
            .filter(|path| path.as_str() != "/" && path::parent(path) == directory)
            .map(|path| path::name(path).to_owned())
            .collect())
    }

    fn bytes(&self, content: &Content) -> Seen<Arc<[u8]>> {
        match content {
            Content::Unknown(unknown) => Err(Unseen::Unknown(unknown.clone())),
            Content::Known {
                bytes: Bytes::Spooled(segment),
                ..
            } => {
                let mut bytes = Vec::new();
                std::io::Read::read_to_end(&mut segment.reader(), &mut bytes)
                    .map_err(|error| Unseen::unreadable("a spooled content", &error))?;
                Ok(bytes.into())
            }
            Content::Known { .. } => content
                .here()
                .map(Arc::from)
                .ok_or_else(|| Unseen::unreadable("a content", &"its bytes are not here")),
        }
    }

    fn fetch(&self, download: &Download) -> Seen<Fetched> {
        let bytes = self.downloads.get(&download.url).cloned();
        let (status, message) = match &bytes {
            Some(bytes) => (200, format!("OK ({} bytes)", bytes.len())),
            None => (404, "HTTP Error 404: Not Found".to_owned()),
        };
        Ok(Fetched {
            status,
            message,
            url: download.url.clone(),
            disposition: None,
            encoding: None,
            content: Content::of(bytes.unwrap_or_default()),
            elapsed: 0,
        })
    }

    fn login(&self) -> Seen<Login> {
        Ok(self.login.clone())
    }

    fn ask(&self, query: &Run) -> Seen<Output> {
        let line = query.argv.join(" ");
        let (code, stdout) = self
            .answers
            .get(&line)
            .cloned()
            .unwrap_or((127, String::new()));
        Ok(Output {
            code,
            stdout: stdout.into_bytes(),
            ..Output::default()
        })
    }

    fn service(&self, name: &str, _manager: Manager) -> Seen<Option<ServiceState>> {
        Ok(self.services.get(name).copied())
    }
}
