//! The entries of a zip, whose two directories must agree.

use std::io::Read as _;

use jiff::{civil::DateTime, tz::TimeZone};
use zip::{ZipArchive, extra_fields::ExtraField, read::ZipFile, result::ZipError};

use super::{
    Entry, Limits, Permissions, Unsound,
    name::{Maker, clean},
    shown,
};
use crate::{
    host::{ReadSeek, Spool},
    state::{Device, Kind},
    value::text_of,
};

/// The longest target of a link.
const LONGEST_TARGET: u64 = 4095;

/// Reads every entry to its end, so that every checksum is known to be right.
pub(super) fn entries(
    from: Box<dyn ReadSeek>,
    limits: Limits,
    packed: u64,
    spool: &mut Spool,
) -> Result<Vec<Entry>, Unsound> {
    let mut zip = ZipArchive::new(from).map_err(|error| unsound(None, error))?;
    limits.count(zip.len() as u64)?;
    zip.validate_header_consistency()
        .map_err(|error| unsound(None, error))?;
    // What the entries say of their sizes; the true sizes are counted below.
    let announced = zip.decompressed_size().unwrap_or(0);
    limits.size(u64::try_from(announced).unwrap_or(u64::MAX), packed)?;

    let mut total = 0;
    let mut entries = Vec::with_capacity(zip.len());
    for index in 0..zip.len() {
        let raw = zip
            .by_index_raw(index)
            .map(|file| text_of(file.name_raw()))
            .map_err(|error| unsound(None, error))?;
        let mut file = zip
            .by_index(index)
            .map_err(|error| unsound(Some(&raw), error))?;
        let path = clean(file.name_raw(), Maker::Zip)?;
        let kind = kind(&mut file, &raw, spool)?;
        if let Kind::File(content) = &kind {
            total += content.size().unwrap_or(0);
            limits.size(total, packed)?;
        }
        entries.push(Entry {
            path,
            kind,
            permissions: permissions(&file),
            mtime: mtime(&file),
            owner: None,
            name: raw,
        });
    }
    Ok(entries)
}

fn kind<R: std::io::Read>(
    file: &mut ZipFile<'_, R>,
    name: &str,
    spool: &mut Spool,
) -> Result<Kind, Unsound> {
    const TYPE: u32 = 0o170_000;
    let kind = unix_bits(file).map_or(0, |bits| bits & TYPE);
    if file.is_dir() || kind == 0o040_000 {
        return Ok(Kind::Directory);
    }
    let broken =
        |error: std::io::Error| Unsound(format!("the entry {} is broken: {error}", shown(name)));
    match kind {
        0o120_000 => {
            let mut target = Vec::new();
            file.take(LONGEST_TARGET + 1)
                .read_to_end(&mut target)
                .map_err(broken)?;
            if target.len() as u64 > LONGEST_TARGET {
                return Err(Unsound(format!("the link {} is too long", shown(name))));
            }
            Ok(Kind::Link(text_of(&target)))
        }
        0o010_000 => Ok(Kind::Fifo),
        0o140_000 => Ok(Kind::Socket),
        0o020_000 | 0o060_000 => Ok(Kind::Device(Device {
            is_block: kind == 0o060_000,
            major: 0,
            minor: 0,
        })),
        _ => {
            let said = file.size();
            // One byte more than it says is enough to know that it lies.
            let content = spool
                .take(&mut file.take(said.saturating_add(1)))
                .map_err(broken)?;
            if content.size() != Some(said) {
                return Err(Unsound(format!(
                    "the entry {} is not as large as it says",
                    shown(name)
                )));
            }
            Ok(Kind::File(content))
        }
    }
}

/// Type and mode as Unix has them, from a zip that was made there.
fn unix_bits<R: std::io::Read>(file: &ZipFile<'_, R>) -> Option<u32> {
    let bits = file.external_attributes() >> 16;
    let made_on_unix = matches!(file.system(), zip::System::Unix | zip::System::OsDarwin);
    (made_on_unix && bits != 0).then_some(bits)
}

fn permissions<R: std::io::Read>(file: &ZipFile<'_, R>) -> Permissions {
    unix_bits(file).map_or(Permissions::Unsaid, |bits| Permissions::Unix(bits & 0o7777))
}

/// The time in universal time where the zip has that, else the wall clock's, in our time zone as
/// unzip reads it.
fn mtime<R: std::io::Read>(file: &ZipFile<'_, R>) -> Option<(i64, u32)> {
    let universal = file.extra_data_fields().find_map(|field| match field {
        ExtraField::ExtendedTimestamp(stamp) => stamp.mod_time(),
        _ => None,
    });
    if let Some(seconds) = universal {
        return Some((i64::from(seconds), 0));
    }
    let time = file.last_modified()?;
    let small = |part: u8| i8::try_from(part).unwrap_or(0);
    let clock = DateTime::new(
        i16::try_from(time.year()).ok()?,
        small(time.month()),
        small(time.day()),
        small(time.hour()),
        small(time.minute()),
        small(time.second()),
        0,
    )
    .ok()?;
    let there = TimeZone::system().to_timestamp(clock).ok()?;
    Some((there.as_second(), 0))
}

fn unsound(name: Option<&str>, error: ZipError) -> Unsound {
    let whose = name.map_or_else(
        || "the zip".to_owned(),
        |name| format!("the entry {}", shown(name)),
    );
    Unsound(match error {
        ZipError::UnsupportedArchive(text) if text == ZipError::PASSWORD_REQUIRED => {
            format!("{whose} is encrypted, which is not supported")
        }
        ZipError::CompressionMethodNotSupported(method) => {
            format!("{whose} is compressed with method {method}, which is not supported")
        }
        // The list of what a zip holds stands at its end.
        ZipError::InvalidArchive(text) if text == "Could not find EOCD" => {
            format!("{whose} is broken: its end is missing, or it is no zip")
        }
        ZipError::InvalidArchive(text) => format!("{whose} is broken: {text}"),
        ZipError::UnsupportedArchive(text) => format!("{whose} is not supported: {text}"),
        other => format!("{whose} is broken: {other}"),
    })
}
