//! The host for one of several tasks that wait to be made.

use std::{cell::Cell, sync::Arc};

use super::apply::Paths;
use crate::{
    change::Run,
    host::{Download, Fetched, Live, Login, Observe, Output, ReadSeek, Seen, Space},
    state::{Content, Entry, Kind, Manager, ServiceState, Stat},
};

/// The host as it is, and whether anything was looked at that will be another thing by then. What
/// is planned without such a look is what would be planned if the others were made first.
pub(super) struct Apart<'h> {
    live: &'h Live,
    waiting: &'h Paths,
    has_met: Cell<bool>,
}

impl<'h> Apart<'h> {
    pub(super) fn new(live: &'h Live, waiting: &'h Paths) -> Self {
        Self {
            live,
            waiting,
            has_met: Cell::new(false),
        }
    }

    /// Whether anything was looked at that waits to be changed. The size and the times of a
    /// directory that something waits in do not count: who returns those must look for himself.
    pub(super) fn has_met(&self) -> bool {
        self.has_met.get()
    }

    fn looks(&self, path: &str) {
        if self.waiting.covers(path) {
            self.has_met.set(true);
        }
    }

    /// Whatever is looked at, it may be something that waits.
    fn looks_around(&self) {
        if !self.waiting.is_empty() {
            self.has_met.set(true);
        }
    }
}

impl Observe for Apart<'_> {
    fn stat_at(&self, path: &str) -> Seen<Option<Stat>> {
        self.looks(path);
        let stat = self.live.stat_at(path)?;
        // It may wait under another name.
        if stat.as_ref().is_some_and(Stat::has_names) {
            self.looks_around();
        }
        Ok(stat)
    }

    fn kind_at(&self, path: &str) -> Seen<Option<Kind>> {
        self.looks(path);
        self.live.kind_at(path)
    }

    fn entry(&self, path: &str) -> Seen<Option<Entry>> {
        if self.waiting.is_empty() {
            return self.live.entry(path);
        }
        let path = self.canonical(path)?;
        self.looks(&path);
        let entry = self.live.entry(&path)?;
        if entry.is_some() && self.live.has_names(&path)? {
            self.looks_around();
        }
        Ok(entry)
    }

    fn names(&self, directory: &str) -> Seen<Vec<String>> {
        let directory = self.resolved(directory)?;
        self.looks(&directory);
        if self.waiting.is_below(&directory) {
            self.has_met.set(true);
        }
        self.live.names(&directory)
    }

    fn bytes(&self, content: &Content) -> Seen<Arc<[u8]>> {
        self.live.bytes(content)
    }

    fn reader(&self, content: &Content) -> Seen<Box<dyn ReadSeek>> {
        self.live.reader(content)
    }

    fn fetch(&self, download: &Download) -> Seen<Fetched> {
        self.looks_around();
        self.live.fetch(download)
    }

    fn login(&self) -> Seen<Login> {
        self.live.login()
    }

    fn machine(&self) -> Seen<String> {
        self.live.machine()
    }

    fn space(&self, path: &str) -> Seen<Option<Space>> {
        self.looks_around();
        self.live.space(path)
    }

    fn ask(&self, query: &Run) -> Seen<Output> {
        self.looks_around();
        self.live.ask(query)
    }

    fn service(&self, name: &str, manager: Manager) -> Seen<Option<ServiceState>> {
        self.looks_around();
        self.live.service(name, manager)
    }
}
