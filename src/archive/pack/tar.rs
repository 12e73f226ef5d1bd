//! A tar archive of the PAX kind, as Python writes it.

use std::io::{self, Read, Write};

use ::tar::{EntryType, Header};

use super::{pour, size};
use crate::{
    archive::{Entry, Owner, Permissions},
    state::Kind,
    value::bytes_of,
};

const BLOCK: usize = 512;

/// Archives are filled up to a multiple of this.
const RECORD: u64 = 20 * BLOCK as u64;

/// Eleven octal digits hold less than this.
const PLAIN: u64 = 1 << 33;

/// Writes entries one after the other.
pub(super) struct Packer<W> {
    to: W,
    written: u64,
}

impl<W: Write> Packer<W> {
    pub(super) fn new(to: W) -> Self {
        Self { to, written: 0 }
    }

    pub(super) fn add(&mut self, entry: &Entry, from: &mut dyn Read) -> io::Result<()> {
        let mut records = Records::default();
        let mut header = Header::new_ustar();
        let mut name = bytes_of(&entry.path);
        let mut length = 0;
        let mut link = Vec::new();
        let kind = match &entry.kind {
            Kind::File(content) => {
                length = size(content)?;
                EntryType::Regular
            }
            Kind::Directory => {
                name.push(b'/');
                EntryType::Directory
            }
            Kind::Link(target) => {
                link = bytes_of(target);
                EntryType::Symlink
            }
            Kind::Hard(other) => {
                link = bytes_of(other);
                EntryType::Link
            }
            Kind::Fifo => EntryType::Fifo,
            Kind::Device(device) => {
                header.set_device_major(device.major)?;
                header.set_device_minor(device.minor)?;
                if device.is_block {
                    EntryType::Block
                } else {
                    EntryType::Char
                }
            }
            Kind::Socket => return Err(io::Error::other("a socket does not go into an archive")),
        };
        header.set_entry_type(kind);
        if let Permissions::Unix(bits) = entry.permissions {
            header.set_mode(bits);
        }
        {
            let fields = header
                .as_ustar_mut()
                .ok_or_else(|| io::Error::other("the header is of another kind"))?;
            records.text("path", &name, &mut fields.name);
            records.text("linkpath", &link, &mut fields.linkname);
            let nobody = Owner::default();
            let owner = entry.owner.as_ref().unwrap_or(&nobody);
            // One byte stays for the end of these.
            let last = fields.uname.len() - 1;
            records.text("uname", &bytes_of(&owner.user), &mut fields.uname[..last]);
            records.text("gname", &bytes_of(&owner.group), &mut fields.gname[..last]);
        }
        let owner = entry
            .owner
            .as_ref()
            .map_or((0, 0), |owner| (owner.uid, owner.gid));
        header.set_uid(records.number("uid", owner.0.into(), 1 << 21));
        header.set_gid(records.number("gid", owner.1.into(), 1 << 21));
        header.set_size(records.number("size", length, PLAIN));
        header.set_mtime(records.time(entry.mtime.unwrap_or_default()));
        header.set_cksum();
        self.extend(&records)?;
        self.block(header.as_bytes())?;
        pour(from, length, &mut self.to)?;
        self.fill(length)
    }

    /// Writes what does not fit into the header of the entry that follows.
    fn extend(&mut self, records: &Records) -> io::Result<()> {
        if records.0.is_empty() {
            return Ok(());
        }
        let length = records.0.len() as u64;
        let mut header = Header::new_ustar();
        header.set_entry_type(EntryType::XHeader);
        let name = b"././@PaxHeader";
        header.as_old_mut().name[..name.len()].copy_from_slice(name);
        header.set_mode(0);
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(0);
        header.set_size(length);
        header.set_cksum();
        self.block(header.as_bytes())?;
        self.to.write_all(&records.0)?;
        self.fill(length)
    }

    fn block(&mut self, bytes: &[u8; BLOCK]) -> io::Result<()> {
        self.written += BLOCK as u64;
        self.to.write_all(bytes)
    }

    /// Counts so many bytes as written, and fills the last block up.
    fn fill(&mut self, length: u64) -> io::Result<()> {
        let whole = length.next_multiple_of(BLOCK as u64);
        self.written += whole;
        let rest = usize::try_from(whole - length).unwrap_or_default();
        self.to.write_all(&[0; BLOCK][..rest])
    }

    pub(super) fn finish(mut self) -> io::Result<W> {
        let end = (self.written + 2 * BLOCK as u64).next_multiple_of(RECORD);
        while self.written < end {
            self.block(&[0; BLOCK])?;
        }
        Ok(self.to)
    }
}

/// An extended header.
#[derive(Default)]
struct Records(Vec<u8>);

impl Records {
    /// Adds `key=value`, with the length of all of it before it.
    fn add(&mut self, key: &str, value: &[u8]) {
        let rest = key.len() + value.len() + 3;
        let mut length = rest;
        while length != rest + length.to_string().len() {
            length = rest + length.to_string().len();
        }
        self.0.extend(format!("{length} {key}=").into_bytes());
        self.0.extend(value);
        self.0.push(b'\n');
    }

    /// A text in its field: as it is, or here where it is too long or not plain.
    fn text(&mut self, key: &str, value: &[u8], field: &mut [u8]) {
        if value.len() > field.len() || !value.is_ascii() {
            if std::str::from_utf8(value).is_err() && self.0.is_empty() {
                self.add("hdrcharset", b"BINARY");
            }
            self.add(key, value);
        }
        let plain: Vec<u8> = match std::str::from_utf8(value) {
            Ok(text) => text
                .chars()
                .map(|letter| {
                    u8::try_from(letter)
                        .ok()
                        .filter(u8::is_ascii)
                        .unwrap_or(b'?')
                })
                .collect(),
            Err(_) => value
                .iter()
                .map(|byte| if byte.is_ascii() { *byte } else { b'?' })
                .collect(),
        };
        for (to, byte) in field.iter_mut().zip(plain) {
            *to = byte;
        }
    }

    /// A number for its field; 0 there when it is not below `most`, and here then.
    fn number(&mut self, key: &str, value: u64, most: u64) -> u64 {
        if value < most {
            return value;
        }
        self.add(key, value.to_string().as_bytes());
        0
    }

    /// Whole seconds for the header; all of the time here where that is more.
    fn time(&mut self, (seconds, nanoseconds): (i64, u32)) -> u64 {
        let plain = u64::try_from(seconds)
            .ok()
            .filter(|seconds| *seconds < PLAIN);
        if nanoseconds > 0 || plain.is_none() {
            self.add("mtime", decimal(seconds, nanoseconds).as_bytes());
        }
        plain.unwrap_or(0)
    }
}

fn decimal(seconds: i64, nanoseconds: u32) -> String {
    if seconds < 0 && nanoseconds > 0 {
        return format!("-{}", decimal(-seconds - 1, 1_000_000_000 - nanoseconds));
    }
    let fraction = format!("{nanoseconds:09}");
    match fraction.trim_end_matches('0') {
        "" => seconds.to_string(),
        fraction => format!("{seconds}.{fraction}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Records, decimal};

    #[test]
    fn a_record_counts_its_own_length() {
        let mut records = Records::default();
        records.add("path", &[b'x'; 91]);
        records.add("a", b"b");
        let told = String::from_utf8(records.0).unwrap();
        assert!(told.starts_with("101 path=x"), "{told}");
        assert!(told.ends_with("x\n6 a=b\n"), "{told}");
    }

    #[test]
    fn times_have_as_many_digits_as_they_need() {
        assert_eq!(decimal(12, 0), "12");
        assert_eq!(decimal(12, 250_000_000), "12.25");
        assert_eq!(decimal(-2, 750_000_000), "-1.25");
    }
}
