//! Frames: a length, then one message.

use std::{
    fmt,
    io::{self, Read, Write},
};

use serde::{Serialize, de::DeserializeOwned};

/// No frame is longer, in bytes. Files travel in pieces.
pub const LIMIT: usize = 16 << 20;

/// A frame that is none of ours.
#[derive(Debug, PartialEq, Eq)]
pub enum Broken {
    TooLong(usize),
    Garbled,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong(length) => write!(f, "a frame of {length} bytes (the limit is {LIMIT})"),
            Self::Garbled => f.write_str("a frame that makes no sense"),
        }
    }
}

impl std::error::Error for Broken {}

/// The message as a whole frame.
pub fn encode<T: Serialize>(message: &T) -> Result<Vec<u8>, Broken> {
    let frame = postcard::to_extend(message, vec![0; 4]).map_err(|_| Broken::Garbled)?;
    seal(frame)
}

fn seal(mut frame: Vec<u8>) -> Result<Vec<u8>, Broken> {
    let length = frame.len() - 4;
    if length > LIMIT {
        return Err(Broken::TooLong(length));
    }
    let prefix = u32::try_from(length).map_err(|_| Broken::TooLong(length))?;
    frame[..4].copy_from_slice(&prefix.to_be_bytes());
    Ok(frame)
}

/// How many bytes follow this prefix.
pub fn length(prefix: [u8; 4]) -> Result<usize, Broken> {
    let length = u32::from_be_bytes(prefix) as usize;
    if length > LIMIT {
        return Err(Broken::TooLong(length));
    }
    Ok(length)
}

/// The message in a frame's body.
pub fn decode<T: DeserializeOwned>(body: &[u8]) -> Result<T, Broken> {
    postcard::from_bytes(body).map_err(|_| Broken::Garbled)
}

/// Writes a whole frame and flushes it.
pub fn write<T: Serialize>(to: &mut impl Write, message: &T) -> io::Result<()> {
    let frame = encode(message).map_err(io::Error::other)?;
    to.write_all(&frame)?;
    to.flush()
}

/// Reads the next message; `None` at the end of the stream.
pub fn read<T: DeserializeOwned>(from: &mut impl Read) -> io::Result<Option<T>> {
    let mut prefix = [0; 4];
    match from.read_exact(&mut prefix) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let length = length(prefix).map_err(io::Error::other)?;
    // The memory grows with what arrives, not with what is announced.
    let mut body = Vec::new();
    from.take(length as u64).read_to_end(&mut body)?;
    if body.len() < length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    decode(&body).map(Some).map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::{Broken, LIMIT, length, read, write};

    #[test]
    fn a_message_comes_back_and_a_huge_frame_is_refused() {
        let mut stream = Vec::new();
        write(&mut stream, &("hello", 7_u32)).unwrap();
        let back: Option<(String, u32)> = read(&mut stream.as_slice()).unwrap();
        assert_eq!(back, Some(("hello".to_owned(), 7)));
        assert_eq!(read::<u32>(&mut [].as_slice()).unwrap(), None);
        let huge = u32::MAX.to_be_bytes();
        assert_eq!(length(huge), Err(Broken::TooLong(u32::MAX as usize)));
        assert!(read::<u32>(&mut huge.as_slice()).is_err());
        assert!(LIMIT < u32::MAX as usize);
    }
}
