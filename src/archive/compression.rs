//! The compressions around a tar archive, taken off.

use std::io::{self, BufRead, BufReader, Read};

use ruzstd::decoding::StreamingDecoder;

/// How a stream is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    None,
    Gzip,
    Bzip2,
    Xz,
    Zstd,
}

impl Compression {
    /// What a stream that starts so is compressed with; `None` when with nothing that we know.
    pub fn of(start: &[u8]) -> Option<Self> {
        match start {
            [0x1f, 0x8b, ..] => Some(Self::Gzip),
            [b'B', b'Z', b'h', b'1'..=b'9', ..] => Some(Self::Bzip2),
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some(Self::Xz),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Self::Zstd),
            _ => None,
        }
    }
}

/// The stream without its compression.
pub(super) fn opened<'a>(
    from: impl Read + Send + 'a,
    compression: Compression,
) -> Box<dyn Read + Send + 'a> {
    match compression {
        Compression::None => Box::new(BufReader::new(from)),
        Compression::Gzip => Box::new(flate2::read::MultiGzDecoder::new(from)),
        Compression::Bzip2 => Box::new(bzip2::read::MultiBzDecoder::new(from)),
        Compression::Xz => Box::new(lzma_rust2::XzReader::new(BufReader::new(from), true)),
        Compression::Zstd => Box::new(Frames::Between(Some(BufReader::new(from)))),
    }
}

/// Zstandard frames, one after the other.
enum Frames<R: Read> {
    Between(Option<BufReader<R>>),
    In(Box<StreamingDecoder<BufReader<R>, ruzstd::decoding::FrameDecoder>>),
}

impl<R: Read> Read for Frames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self {
                Self::Between(source) => {
                    let Some(mut source) = source.take() else {
                        return Ok(0);
                    };
                    if source.fill_buf()?.is_empty() {
                        return Ok(0);
                    }
                    let frame = StreamingDecoder::new(source).map_err(io::Error::other)?;
                    *self = Self::In(Box::new(frame));
                }
                Self::In(frame) => {
                    let filled = frame.read(buffer)?;
                    if filled > 0 || buffer.is_empty() {
                        return Ok(filled);
                    }
                    let Self::In(frame) = std::mem::replace(self, Self::Between(None)) else {
                        return Ok(0);
                    };
                    let said = frame.decoder.get_checksum_from_data();
                    if said.is_some() && said != frame.decoder.get_calculated_checksum() {
                        return Err(io::Error::other("its checksum is wrong"));
                    }
                    *self = Self::Between(Some(frame.into_inner()));
                }
            }
        }
    }
}
