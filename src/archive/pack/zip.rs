//! A zip, with what Unix knows of its entries.

use std::{
    fs::File,
    io::{self, Read},
};

use ::zip::{CompressionMethod, DateTime, ZipWriter, write::SimpleFileOptions};
use jiff::{Timestamp, tz::TimeZone};

use super::{pour, size};
use crate::{
    archive::{Entry, Permissions},
    state::Kind,
    value::bytes_of,
};

/// From here on the sizes of an entry need more room.
const LARGE: u64 = 0xffff_0000;

const DIRECTORY: u32 = 0o040_000;
const FILE: u32 = 0o100_000;

/// What DOS calls a directory.
const DOS_DIRECTORY: u32 = 0x10;

pub(super) struct Packer(ZipWriter<File>);

impl Packer {
    pub(super) fn new(to: File) -> Self {
        Self(ZipWriter::new(to))
    }

    pub(super) fn add(&mut self, entry: &Entry, from: &mut dyn Read) -> io::Result<()> {
        let bits = match entry.permissions {
            Permissions::Unix(bits) => bits,
            Permissions::Unsaid => 0,
        };
        let mut name = bytes_of(&entry.path);
        let plain = SimpleFileOptions::default().last_modified_time(time(entry.mtime));
        let (options, length) = match &entry.kind {
            Kind::Directory => {
                name.push(b'/');
                let options = plain
                    .compression_method(CompressionMethod::Stored)
                    .external_attributes((DIRECTORY | bits) << 16 | DOS_DIRECTORY);
                (options, 0)
            }
            Kind::File(content) => {
                let length = size(content)?;
                let options = plain
                    .compression_method(CompressionMethod::Deflated)
                    .external_attributes((FILE | bits) << 16)
                    .large_file(length >= LARGE);
                (options, length)
            }
            _ => {
                return Err(io::Error::other("only files and directories go into a zip"));
            }
        };
        self.0.start_file_with_options(options.name(&name))?;
        pour(from, length, &mut self.0)
    }

    pub(super) fn finish(self) -> io::Result<File> {
        Ok(self.0.finish()?)
    }
}

/// The time on the wall, as far as a zip can say it: years 1980 to 2107.
fn time(mtime: Option<(i64, u32)>) -> DateTime {
    let first = DateTime::default();
    let (seconds, _) = mtime.unwrap_or_default();
    let Ok(moment) = Timestamp::from_second(seconds) else {
        return first;
    };
    let wall = moment.to_zoned(TimeZone::system());
    let small = |part: i8| u8::try_from(part).unwrap_or_default();
    DateTime::from_date_and_time(
        u16::try_from(wall.year()).unwrap_or_default(),
        small(wall.month()),
        small(wall.day()),
        small(wall.hour()),
        small(wall.minute()),
        small(wall.second()),
    )
    .unwrap_or(first)
}
