//! Archives made by hand, good ones and hostile ones.
#![expect(
    clippy::cast_possible_truncation,
    reason = "the fields of a zip are as narrow as they are"
)]

use std::io::Write as _;

use hostwright::state::{Content, FileMode, Kind, Supplied, Supply};

/// One entry of a zip, with what may be wrong about it.
#[derive(Clone)]
pub(crate) struct Zipped {
    pub(crate) name: Vec<u8>,
    /// With the bits of the file's type.
    pub(crate) mode: u32,
    pub(crate) content: Vec<u8>,
    /// 3 is Unix, 0 is DOS.
    pub(crate) system: u8,
    /// 8 deflates; any other is only said.
    pub(crate) method: u16,
    pub(crate) flags: u16,
    /// Of the wall clock, as DOS packs it.
    pub(crate) time: (u16, u16),
    pub(crate) extra: Vec<u8>,
    /// What the local header says instead.
    pub(crate) local_name: Option<Vec<u8>>,
    pub(crate) crc: Option<u32>,
    pub(crate) size: Option<u32>,
    pub(crate) local_size: Option<u32>,
    /// Has no data of its own, but that of the first entry.
    pub(crate) shares_first: bool,
}

pub(crate) const FILE: u32 = 0o100_000;
pub(crate) const DIRECTORY: u32 = 0o040_000;
pub(crate) const LINK: u32 = 0o120_000;

/// 2020-01-02 03:04:06.
const TIME: (u16, u16) = ((3 << 11) | (4 << 5) | 3, (40 << 9) | (1 << 5) | 2);

/// A plain entry made on Unix.
pub(crate) fn zipped(name: &str, mode: u32, content: &str) -> Zipped {
    Zipped {
        name: name.into(),
        mode,
        content: content.into(),
        system: 3,
        method: 8,
        flags: 0,
        time: TIME,
        extra: Vec::new(),
        local_name: None,
        crc: None,
        size: None,
        local_size: None,
        shares_first: false,
    }
}

/// The bytes of a zip.
pub(crate) fn zip(entries: &[Zipped]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut directory = Vec::new();
    for entry in entries {
        let mut sum = flate2::Crc::new();
        sum.update(&entry.content);
        let crc = entry.crc.unwrap_or(sum.sum());
        let data = if entry.method == 8 {
            let mut packed =
                flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
            packed.write_all(&entry.content).unwrap();
            packed.finish().unwrap()
        } else {
            entry.content.clone()
        };
        let size = entry.size.unwrap_or(entry.content.len() as u32);
        let offset = if entry.shares_first { 0 } else { bytes.len() };
        let fields = |name: &[u8], size: u32| {
            let mut fields = Vec::new();
            for half in [20, entry.flags, entry.method, entry.time.0, entry.time.1] {
                fields.extend(half.to_le_bytes());
            }
            for word in [crc, data.len() as u32, size] {
                fields.extend(word.to_le_bytes());
            }
            fields.extend((name.len() as u16).to_le_bytes());
            fields.extend((entry.extra.len() as u16).to_le_bytes());
            fields
        };
        if !entry.shares_first {
            let name = entry.local_name.as_ref().unwrap_or(&entry.name);
            bytes.extend(b"PK\x03\x04");
            bytes.extend(fields(name, entry.local_size.unwrap_or(size)));
            bytes.extend(name);
            bytes.extend(&entry.extra);
            bytes.extend(&data);
        }
        directory.extend(b"PK\x01\x02");
        directory.extend([20, entry.system]);
        directory.extend(fields(&entry.name, size));
        directory.extend([0; 6]);
        directory.extend((entry.mode << 16).to_le_bytes());
        directory.extend((offset as u32).to_le_bytes());
        directory.extend(&entry.name);
        directory.extend(&entry.extra);
    }
    let start = bytes.len() as u32;
    bytes.extend(&directory);
    bytes.extend(b"PK\x05\x06\0\0\0\0");
    let count = (entries.len() as u16).to_le_bytes();
    bytes.extend([count, count].concat());
    bytes.extend((directory.len() as u32).to_le_bytes());
    bytes.extend(start.to_le_bytes());
    bytes.extend([0, 0]);
    bytes
}

/// A file that the control side ships.
pub(crate) fn shipped(name: &str, bytes: Vec<u8>) -> Supply {
    Supply {
        path: format!("files/{name}"),
        entries: vec![Supplied {
            path: String::new(),
            kind: Kind::File(Content::of(bytes)),
            mode: FileMode::from_bits(0o644),
        }],
    }
}

/// A tar header for a name, without the name's judgement by any library.
pub(crate) fn tar_header(name: &str, kind: u8, mode: u32, size: u64) -> tar::Header {
    let mut header = tar::Header::new_ustar();
    header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
    header.set_entry_type(tar::EntryType::new(kind));
    header.set_mode(mode);
    header.set_size(size);
    header.set_mtime(1_000_000_000);
    header.set_uid(0);
    header.set_gid(0);
    header.set_cksum();
    header
}

/// One entry of a tar archive: header, content, padding.
pub(crate) fn tarred(header: &tar::Header, content: &[u8]) -> Vec<u8> {
    let mut bytes = header.as_bytes().to_vec();
    bytes.extend(content);
    bytes.resize(bytes.len().next_multiple_of(512), 0);
    bytes
}

/// A plain file, directory or link.
pub(crate) fn member(name: &str, kind: u8, mode: u32, content: &str) -> Vec<u8> {
    let is_link = matches!(kind, b'1' | b'2');
    let size = if is_link { 0 } else { content.len() as u64 };
    let mut header = tar_header(name, kind, mode, size);
    if is_link {
        header.as_mut_bytes()[157..157 + content.len()].copy_from_slice(content.as_bytes());
        header.set_cksum();
        return tarred(&header, b"");
    }
    tarred(&header, content.as_bytes())
}

/// Records of an extended header, for the entry that follows.
pub(crate) fn pax(kind: u8, records: &[(&str, &str)]) -> Vec<u8> {
    let mut text = Vec::new();
    for (key, value) in records {
        let rest = format!(" {key}={value}\n");
        // The length counts its own digits.
        let length =
            (rest.len()..rest.len() + 9).find(|all| all.to_string().len() + rest.len() == *all);
        text.extend(format!("{}{rest}", length.unwrap()).as_bytes());
    }
    tarred(&tar_header("pax", kind, 0o644, text.len() as u64), &text)
}

/// A whole tar archive.
pub(crate) fn tar(members: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = members.concat();
    bytes.extend([0; 1024]);
    bytes
}

pub(crate) fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}
