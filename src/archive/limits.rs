//! How much an archive may hold before it counts as a bomb.

use std::io::{self, Read};

use super::Unsound;

/// What is too much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Entries.
    pub entries: u64,
    /// Unpacked bytes, all together.
    pub total: u64,
    /// Unpacked bytes for each packed one, once [`Self::unsuspicious`] is passed.
    pub ratio: u64,
    /// Up to this many unpacked bytes the ratio does not matter.
    pub unsuspicious: u64,
}

impl Default for Limits {
    // The largest source trees have some 100 000 entries; text packs 50 times at best, while a
    // bomb comes near the 1032 times that deflate can do.
    fn default() -> Self {
        Self {
            entries: 1_000_000,
            total: 64 << 30,
            ratio: 200,
            unsuspicious: 64 << 20,
        }
    }
}

impl Limits {
    /// The variable of a task's environment that turns the limits off.
    pub const VARIABLE: &'static str = "HOSTWRIGHT_ARCHIVE_LIMITS";

    /// No limits.
    pub const OFF: Self = Self {
        entries: u64::MAX,
        total: u64::MAX,
        ratio: u64::MAX,
        unsuspicious: u64::MAX,
    };

    /// How a person goes on all the same.
    pub fn way_out() -> String {
        format!("; the task's environment can say `{}: off`", Self::VARIABLE)
    }

    /// Refuses so many entries.
    pub(super) fn count(&self, entries: u64) -> Result<(), Unsound> {
        if entries <= self.entries {
            return Ok(());
        }
        Err(Unsound(format!(
            "it has more than {} entries{}",
            self.entries,
            Self::way_out()
        )))
    }

    /// Refuses so many unpacked bytes out of `packed` ones.
    pub(super) fn size(&self, unpacked: u64, packed: u64) -> Result<(), Unsound> {
        if unpacked > self.total {
            return Err(Unsound(format!(
                "it unpacks to more than {} bytes{}",
                self.total,
                Self::way_out()
            )));
        }
        if unpacked > self.unsuspicious && unpacked / packed.max(1) > self.ratio {
            return Err(Unsound(format!(
                "it unpacks to more than {} times its size{}",
                self.ratio,
                Self::way_out()
            )));
        }
        Ok(())
    }
}

/// A stream that ends with an error when more comes out of it than the limits allow.
pub(super) struct Metered<R> {
    inner: R,
    limits: Limits,
    packed: u64,
    seen: u64,
}

impl<R> Metered<R> {
    pub(super) fn new(inner: R, limits: Limits, packed: u64) -> Self {
        Self {
            inner,
            limits,
            packed,
            seen: 0,
        }
    }
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let filled = self.inner.read(buffer)?;
        self.seen += filled as u64;
        self.limits
            .size(self.seen, self.packed)
            .map_err(|unsound| io::Error::other(unsound.0))?;
        Ok(filled)
    }
}

#[cfg(test)]
mod tests {
    use super::Limits;

    #[test]
    fn the_limit_that_was_met_is_named() {
        let limits = Limits {
            entries: 3,
            total: 1000,
            ratio: 10,
            unsuspicious: 100,
        };
        let said = |result: Result<(), super::Unsound>| result.err().map(|unsound| unsound.0);
        assert_eq!(said(limits.count(3)), None);
        assert!(said(limits.count(4)).is_some_and(|why| why.contains("more than 3 entries")));
        assert_eq!(said(limits.size(100, 1)), None);
        assert!(said(limits.size(110, 10)).is_some_and(|why| why.contains("10 times its size")));
        assert!(said(limits.size(1001, 1000)).is_some_and(|why| why.contains("1000 bytes")));
        assert_eq!(said(Limits::OFF.size(u64::MAX, 1)), None);
    }
}
