//! Any archive, recognised by how it starts, read whole.

use std::io::{self, Read as _, Seek as _};

use super::{Compression, Entry, Limits, Unsound, compression::opened, limits::Metered, tar, zip};
use crate::host::{ReadSeek, Spool};

/// What kind of archive it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Zip,
    Tar(Compression),
}

/// An archive as it was read: whole, and consistent in itself.
#[derive(Debug)]
pub struct Archive {
    pub format: Format,
    /// In the order of the archive.
    pub entries: Vec<Entry>,
}

/// Reads all of an archive. Contents that are too large for memory lie in a spool.
pub fn read(mut from: Box<dyn ReadSeek>, limits: Limits) -> Result<Archive, Unsound> {
    let unreadable = |error: io::Error| Unsound(format!("it cannot be read: {error}"));
    let packed = from.seek(io::SeekFrom::End(0)).map_err(unreadable)?;
    from.rewind().map_err(unreadable)?;
    let mut start = Vec::new();
    from.by_ref()
        .take(512)
        .read_to_end(&mut start)
        .map_err(unreadable)?;
    from.rewind().map_err(unreadable)?;
    let mut spool = Spool::default();
    let Some(format) = recognised(&start, from.as_mut()).map_err(unreadable)? else {
        return Err(Unsound("it is neither a zip nor a tar archive".to_owned()));
    };
    let entries = match format {
        Format::Zip => zip::entries(from, limits, packed, &mut spool)?,
        Format::Tar(compression) => {
            let stream = Metered::new(opened(from, compression), limits, packed);
            tar::entries(stream, limits, &mut spool)?
        }
    };
    Ok(Archive { format, entries })
}

fn recognised(start: &[u8], from: &mut dyn ReadSeek) -> io::Result<Option<Format>> {
    if start.starts_with(b"PK\x03\x04") || start.starts_with(b"PK\x05\x06") {
        return Ok(Some(Format::Zip));
    }
    if let Some(compression) = Compression::of(start) {
        return Ok(Some(Format::Tar(compression)));
    }
    if tar::starts(start) {
        return Ok(Some(Format::Tar(Compression::None)));
    }
    // A program that unpacks itself has its zip at the end.
    let end = from.seek(io::SeekFrom::End(0))?;
    from.seek(io::SeekFrom::Start(end.saturating_sub(66_000)))?;
    let mut tail = Vec::new();
    from.read_to_end(&mut tail)?;
    from.rewind()?;
    let is_zip = tail.windows(4).any(|four| four == b"PK\x05\x06");
    Ok(is_zip.then_some(Format::Zip))
}
