//! The compressions around a tar archive or a file.

use std::io::{self, BufRead, BufReader, Read, Write};

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

/// A stream that is compressed on its way; [`Self::finish`] ends it.
pub(super) enum Compressor<W: Write> {
    None(W),
    Gzip(flate2::write::GzEncoder<W>),
    Bzip2(bzip2::write::BzEncoder<W>),
    Xz(Box<lzma_rust2::XzWriter<W>>),
}

impl<W: Write> Compressor<W> {
    /// As thoroughly as the programs of those names do by themselves. Nothing of the time or the
    /// machine goes into the stream.
    pub(super) fn new(to: W, compression: Compression) -> io::Result<Self> {
        Ok(match compression {
            Compression::None => Self::None(to),
            Compression::Gzip => Self::Gzip(flate2::write::GzEncoder::new(
                to,
                flate2::Compression::best(),
            )),
            Compression::Bzip2 => {
                Self::Bzip2(bzip2::write::BzEncoder::new(to, bzip2::Compression::best()))
            }
            Compression::Xz => {
                let options = lzma_rust2::XzOptions::with_preset(6);
                Self::Xz(Box::new(lzma_rust2::XzWriter::new(to, options)?))
            }
            Compression::Zstd => return Err(io::Error::other("zstd is only read")),
        })
    }

    pub(super) fn finish(self) -> io::Result<W> {
        match self {
            Self::None(to) => Ok(to),
            Self::Gzip(to) => to.finish(),
            Self::Bzip2(to) => to.finish(),
            Self::Xz(to) => to.finish(),
        }
    }
}

impl<W: Write> Write for Compressor<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::None(to) => to.write(bytes),
            Self::Gzip(to) => to.write(bytes),
            Self::Bzip2(to) => to.write(bytes),
            Self::Xz(to) => to.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::None(to) => to.flush(),
            Self::Gzip(to) => to.flush(),
            Self::Bzip2(to) => to.flush(),
            Self::Xz(to) => to.flush(),
        }
    }
}
