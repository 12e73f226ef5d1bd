//! Another host with planned changes laid over it.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    change::{Act, Change, Run},
    host::{
        Download, Fetched, Login, Observe, Output, ReadSeek, Seen, Space, Unseen, path, services,
    },
    state::{Content, Entry, Kind, Manager, Meta, ServiceState, Stat},
    value::Unknown,
};

/// What is laid over one canonical path.
#[derive(Clone, Debug)]
enum Laid {
    /// This stands there. What the host beneath has below the path is hidden.
    Whole(Option<Entry>),
    /// What the host beneath has, with other attributes.
    Meta(Meta),
    /// Nobody knows what stands there and below, but for what was laid over it later.
    Unknown(Unknown),
}

/// A host as it will be: `beneath`, with changes over it.
#[derive(Clone, Debug, Default)]
pub struct Overlay<B> {
    beneath: B,
    laid: BTreeMap<String, Laid>,
    /// Paths that were made another name of a file, and the name it had before.
    names: BTreeMap<String, String>,
    services: BTreeMap<String, ServiceState>,
    /// Names of services of which nothing is known any more.
    unknown_services: BTreeMap<String, Unknown>,
}

impl<B: Observe> Overlay<B> {
    pub fn new(beneath: B) -> Self {
        Self {
            beneath,
            laid: BTreeMap::new(),
            names: BTreeMap::new(),
            services: BTreeMap::new(),
            unknown_services: BTreeMap::new(),
        }
    }

    /// The host without the planned changes.
    pub fn beneath(&self) -> &B {
        &self.beneath
    }

    /// The host beneath, for what is no observation.
    pub fn beneath_mut(&mut self) -> &mut B {
        &mut self.beneath
    }

    /// Lays a change over the host. `why` stands for what an act does that nobody foresees.
    pub fn lay(&mut self, change: &Change, why: &Unknown) {
        match change {
            Change::Entry { path, to, .. } | Change::Perhaps { path, to, .. } => {
                self.put(path, to.clone());
            }
            Change::Meta { path, to, .. } => {
                let to = to.clone().as_seen();
                for name in self.names_of(path) {
                    match self.laid.get_mut(&name) {
                        Some(Laid::Whole(Some(entry))) => entry.meta = to.clone(),
                        Some(Laid::Meta(meta)) => *meta = to.clone(),
                        _ => {
                            self.laid.insert(name, Laid::Meta(to.clone()));
                        }
                    }
                }
            }
            Change::Service { name, to, .. } => {
                let name = services::plain(name);
                self.unknown_services.remove(name);
                self.services.insert(name.to_owned(), *to);
            }
            Change::Act(Act::Run(run)) => {
                for path in &run.touches {
                    self.forget(path, why);
                }
                for service in &run.services {
                    self.forget_service(service, why);
                }
            }
            Change::Act(Act::Restart { name, .. }) => {
                let name = services::plain(name);
                self.unknown_services.remove(name);
                let state = self.services.entry(name.to_owned()).or_default();
                state.running = Some(true);
            }
            // A backup has a name that no task can know before the run.
            Change::Backup { .. }
            | Change::Fresh { .. }
            | Change::Act(Act::Reload { .. } | Act::ReloadManager { .. } | Act::Wait { .. }) => {}
        }
    }

    /// From now on nobody knows what stands at `path` and below.
    pub fn forget(&mut self, path: &str, why: &Unknown) {
        let path = self.canonical(path).unwrap_or_else(|_| path.to_owned());
        self.clear_below(&path);
        self.laid.insert(path, Laid::Unknown(why.clone()));
    }

    /// Whether nothing is laid over any of these paths, above or below them, however links lead.
    pub fn is_untouched(&self, paths: &[String]) -> bool {
        let meets = |path: &str| {
            self.laid
                .keys()
                .any(|laid| path::is_within(laid, path) || path::is_within(path, laid))
        };
        paths.iter().all(|path| {
            !meets(path)
                && self.canonical(path).is_ok_and(|path| !meets(&path))
                && self.resolved(path).is_ok_and(|path| !meets(&path))
        })
    }

    /// From now on nobody knows what the service is doing.
    pub fn forget_service(&mut self, name: &str, why: &Unknown) {
        let name = services::plain(name);
        self.services.remove(name);
        self.unknown_services.insert(name.to_owned(), why.clone());
    }

    fn put(&mut self, path: &str, to: Option<Entry>) {
        self.names
            .retain(|name, other| name != path && other != path);
        if let Some(Kind::Hard(other)) = to.as_ref().map(|entry| &entry.kind) {
            self.names.insert(path.to_owned(), other.clone());
        }
        let to = match to {
            // Another name of a file holds what the file holds.
            Some(Entry {
                kind: Kind::Hard(other),
                meta,
            }) => match self.entry(&other) {
                Ok(Some(entry)) => Some(entry),
                Ok(None) => None,
                Err(_) => Some(Entry {
                    kind: Kind::File(Content::Unknown(Unknown::because(
                        "it is another name of a file of which nothing is known",
                    ))),
                    meta,
                }),
            },
            other => other,
        };
        let to = to.map(|entry| Entry {
            meta: entry.meta.as_seen(),
            ..entry
        });
        self.clear_below(path);
        self.laid.insert(path.to_owned(), Laid::Whole(to));
    }

    fn clear_below(&mut self, path: &str) {
        self.laid
            .retain(|laid, _| laid == path || !path::is_within(laid, path));
    }

    /// What is laid over the canonical `path` itself or decides about it from above.
    fn laid_over(&self, path: &str) -> Over<'_> {
        match self.laid.get(path) {
            Some(Laid::Whole(entry)) => return Over::Whole(entry.as_ref()),
            Some(Laid::Meta(meta)) => return Over::Meta(meta),
            Some(Laid::Unknown(unknown)) => return Over::Unknown(unknown),
            None => {}
        }
        let mut above = path;
        while above != "/" {
            above = path::parent(above);
            match self.laid.get(above) {
                Some(Laid::Whole(_)) => return Over::Whole(None),
                Some(Laid::Unknown(unknown)) => return Over::Unknown(unknown),
                Some(Laid::Meta(_)) | None => {}
            }
        }
        Over::Nothing
    }

    /// All names that a file is known to have by plan, with `path` itself.
    fn names_of(&self, path: &str) -> Vec<String> {
        let root = self.first_name(path);
        let mut all = vec![path.to_owned()];
        for name in self.names.keys().chain(self.names.values()) {
            if self.first_name(name) == root && !all.contains(name) {
                all.push(name.clone());
            }
        }
        all
    }

    fn first_name<'a>(&'a self, path: &'a str) -> &'a str {
        let mut at = path;
        for _ in 0..=self.names.len() {
            match self.names.get(at) {
                Some(other) => at = other,
                None => break,
            }
        }
        at
    }

    fn place(&self, path: &str) -> Seen<String> {
        if self.laid.is_empty() {
            Ok(path.to_owned())
        } else {
            self.canonical(path)
        }
    }
}

impl<B: Observe> Overlay<B> {
    /// A service that no change is about, though its script or unit may come or go.
    fn planned_service(&self, name: &str, manager: Manager) -> Seen<Option<ServiceState>> {
        let beneath = self.beneath.service(name, manager)?;
        let file = services::file(self, name);
        match (&beneath, file) {
            (Some(_), Ok(None)) if services::file(&self.beneath, name)?.is_some() => Ok(None),
            (None, Ok(Some(_))) => Ok(Some(ServiceState {
                running: Some(false),
                enabled: Some(false),
                masked: matches!(manager, Manager::Systemd { .. }).then_some(false),
            })),
            (None, Err(unseen)) => Err(unseen),
            _ => Ok(beneath),
        }
    }
}

enum Over<'a> {
    Nothing,
    Whole(Option<&'a Entry>),
    Meta(&'a Meta),
    Unknown(&'a Unknown),
}

impl<B: Observe> Observe for Overlay<B> {
    fn stat_at(&self, path: &str) -> Seen<Option<Stat>> {
        match self.laid_over(path) {
            Over::Nothing => {
                let mut stat = self.beneath.stat_at(path)?;
                if let Some(stat) = &mut stat
                    && !self.names.is_empty()
                {
                    stat.links += self.names_of(path).len() as u64 - 1;
                }
                Ok(stat)
            }
            Over::Whole(entry) => Ok(entry.map(|entry| Stat {
                kind: entry.kind.clone(),
                meta: entry.meta.clone(),
                size: match &entry.kind {
                    Kind::File(content) => content.size(),
                    Kind::Link(target) => Some(target.len() as u64),
                    _ => None,
                },
                links: self.names_of(path).len() as u64,
                real: None,
            })),
            Over::Meta(meta) => Ok(self.beneath.stat_at(path)?.map(|stat| Stat {
                meta: meta.clone(),
                ..stat
            })),
            Over::Unknown(unknown) => Err(Unseen::Unknown(unknown.clone())),
        }
    }

    fn kind_at(&self, path: &str) -> Seen<Option<Kind>> {
        match self.laid_over(path) {
            Over::Nothing | Over::Meta(_) => self.beneath.kind_at(path),
            Over::Whole(entry) => Ok(entry.map(|entry| entry.kind.clone())),
            Over::Unknown(unknown) => Err(Unseen::Unknown(unknown.clone())),
        }
    }

    fn entry(&self, path: &str) -> Seen<Option<Entry>> {
        let path = self.place(path)?;
        match self.laid_over(&path) {
            Over::Nothing => self.beneath.entry(&path),
            Over::Whole(entry) => Ok(entry.cloned()),
            Over::Meta(meta) => Ok(self.beneath.entry(&path)?.map(|entry| Entry {
                kind: entry.kind,
                meta: meta.clone(),
            })),
            Over::Unknown(unknown) => Err(Unseen::Unknown(unknown.clone())),
        }
    }

    fn names(&self, directory: &str) -> Seen<Vec<String>> {
        let directory = self.place(directory)?;
        let mut names = match self.laid_over(&directory) {
            Over::Nothing | Over::Meta(_) => self.beneath.names(&directory)?,
            Over::Whole(_) => Vec::new(),
            Over::Unknown(unknown) => return Err(Unseen::Unknown(unknown.clone())),
        };
        for (path, laid) in &self.laid {
            if path == "/" || path::parent(path) != directory {
                continue;
            }
            let name = path::name(path);
            match laid {
                Laid::Whole(None) => names.retain(|other| other != name),
                Laid::Unknown(unknown) => return Err(Unseen::Unknown(unknown.clone())),
                Laid::Whole(Some(_)) if !names.iter().any(|other| other == name) => {
                    names.push(name.to_owned());
                }
                Laid::Whole(Some(_)) | Laid::Meta(_) => {}
            }
        }
        names.sort();
        Ok(names)
    }

    fn is_same(&self, one: &str, two: &str) -> Seen<bool> {
        let (one, two) = (self.canonical(one)?, self.canonical(two)?);
        if self.first_name(&one) == self.first_name(&two) {
            return Ok(true);
        }
        match (self.laid_over(&one), self.laid_over(&two)) {
            (Over::Unknown(unknown), _) | (_, Over::Unknown(unknown)) => {
                Err(Unseen::Unknown(unknown.clone()))
            }
            (Over::Whole(_), _) | (_, Over::Whole(_)) => Ok(false),
            _ => self.beneath.is_same(&one, &two),
        }
    }

    fn bytes(&self, content: &Content) -> Seen<Arc<[u8]>> {
        self.beneath.bytes(content)
    }

    fn reader(&self, content: &Content) -> Seen<Box<dyn ReadSeek>> {
        self.beneath.reader(content)
    }

    fn fetch(&self, download: &Download) -> Seen<Fetched> {
        self.beneath.fetch(download)
    }

    fn login(&self) -> Seen<Login> {
        self.beneath.login()
    }

    fn machine(&self) -> Seen<String> {
        self.beneath.machine()
    }

    fn space(&self, path: &str) -> Seen<Option<Space>> {
        self.beneath.space(path)
    }

    fn room_left(&self, path: &str) -> Seen<Option<Space>> {
        if self.laid.is_empty() {
            self.beneath.room_left(path)
        } else {
            Ok(None)
        }
    }

    fn ask(&self, query: &Run) -> Seen<Output> {
        self.beneath.ask(query)
    }

    fn service(&self, name: &str, manager: Manager) -> Seen<Option<ServiceState>> {
        let key = services::plain(name);
        if let Some(unknown) = self.unknown_services.get(key) {
            return Err(Unseen::Unknown(unknown.clone()));
        }
        match self.services.get(key) {
            Some(laid) => {
                let beneath = self.beneath.service(name, manager)?.unwrap_or_default();
                Ok(Some(ServiceState {
                    running: laid.running.or(beneath.running),
                    enabled: laid.enabled.or(beneath.enabled),
                    masked: laid.masked.or(beneath.masked),
                }))
            }
            None if self.laid.is_empty() => self.beneath.service(name, manager),
            None => self.planned_service(name, manager),
        }
    }
}
