//! Zips that somebody made to do harm, or broke.

use std::collections::BTreeMap;

use expect_test::expect;
use hostwright::{
    modules::{self, Refusal},
    state::Supply,
    value::Map,
};

use crate::{
    archives::{FILE, LINK, Zipped, shipped, zip, zipped},
    mechanical::{Case, Then, prove_with},
    unarchive::{plugin, unarchive},
};

fn hostile_zips() -> Vec<(&'static str, Vec<u8>)> {
    [hostile_names(), broken_zips()].concat()
}

fn hostile_names() -> Vec<(&'static str, Vec<u8>)> {
    let good = zipped("good", FILE | 0o644, "good");
    let named = |name: &[u8]| Zipped {
        name: name.to_vec(),
        ..zipped("", FILE | 0o644, "bad")
    };
    let with = |bad: Zipped| zip(&[good.clone(), bad]);
    vec![
        ("a name that climbs", with(named(b"../bad"))),
        ("a name that climbs later", with(named(b"a/../../bad"))),
        ("an absolute name", with(named(b"/etc/bad"))),
        ("a drive", with(named(b"C:/bad"))),
        ("backslashes", with(named(b"a\\bad"))),
        ("backslashes that climb", with(named(b"..\\bad"))),
        ("control characters", with(named(b"b\x1b[2Jad"))),
        ("an empty name", with(named(b""))),
        ("a component too long", with(named(&[b'x'; 300]))),
        (
            "a link out of it",
            with(zipped("bad", LINK | 0o777, "../../etc")),
        ),
        (
            "an absolute link",
            with(zipped("bad", LINK | 0o777, "/etc/passwd")),
        ),
        (
            "a write through a link",
            zip(&[
                zipped("d", LINK | 0o777, "elsewhere"),
                zipped("d/bad", FILE | 0o644, "bad"),
            ]),
        ),
        (
            "a file below a file",
            zip(&[
                zipped("d", FILE | 0o644, "file"),
                zipped("d/bad", FILE | 0o644, "bad"),
            ]),
        ),
        ("a device", with(zipped("bad", 0o020_666, ""))),
        ("a pipe", with(zipped("bad", 0o010_666, ""))),
        ("a name twice", with(zipped("good", FILE | 0o644, "bad"))),
        (
            "a name spelt in two ways",
            with(zipped("./good", FILE | 0o644, "bad")),
        ),
    ]
}

fn broken_zips() -> Vec<(&'static str, Vec<u8>)> {
    let good = zipped("good", FILE | 0o644, "good");
    let named = |name: &[u8]| Zipped {
        name: name.to_vec(),
        ..zipped("", FILE | 0o644, "bad")
    };
    let with = |bad: Zipped| zip(&[good.clone(), bad]);
    let mut cut = plugin();
    cut.truncate(120);
    let mut bitten = plugin();
    bitten[35 + 60] ^= 0x55;
    vec![
        (
            "a wrong checksum",
            with(Zipped {
                crc: Some(1),
                ..named(b"bad")
            }),
        ),
        (
            "more content than it says",
            with(Zipped {
                size: Some(1),
                ..named(b"bad")
            }),
        ),
        (
            "an encrypted entry",
            with(Zipped {
                flags: 1,
                ..named(b"bad")
            }),
        ),
        (
            "an unknown method",
            with(Zipped {
                method: 77,
                ..named(b"bad")
            }),
        ),
        (
            "two names for one entry",
            with(Zipped {
                local_name: Some(b"evil".to_vec()),
                ..named(b"bad")
            }),
        ),
        (
            "two sizes for one entry",
            with(Zipped {
                local_size: Some(77),
                ..named(b"bad")
            }),
        ),
        (
            "entries that overlap",
            with(Zipped {
                shares_first: true,
                ..named(b"bad")
            }),
        ),
        (
            "a bomb by its own words",
            with(Zipped {
                size: Some(2_000_000_000),
                ..named(b"bad")
            }),
        ),
        ("a zip that is cut off", cut),
        ("a zip with a wrong bit", bitten),
    ]
}

/// Why nothing of an archive is unpacked.
fn why(bytes: Vec<u8>) -> String {
    let host = unarchive(Vec::new()).told_host();
    let supplies = BTreeMap::from([("src".to_owned(), shipped("bad", bytes))]);
    let args = Map::from([("dest", "/srv/app"), ("src", "bad")]);
    match modules::find("unarchive")
        .unwrap()
        .plan(&args, &supplies, &host)
    {
        Ok(plan) => format!("UNPACKED {:?}", plan.changes),
        Err(Refusal::Failed { message, .. }) => {
            message.replace("nothing of files/bad is unpacked: ", "")
        }
        Err(other) => format!("{other:?}"),
    }
}

pub(crate) fn reasons(archives: Vec<(&'static str, Vec<u8>)>) -> String {
    let lines = archives
        .into_iter()
        .map(|(name, bytes)| format!("{name}: {}", why(bytes)));
    lines.map(|line| line + "\n").collect()
}

#[test]
fn a_hostile_zip_is_refused_by_name() {
    expect![[r#"
        a name that climbs: the name "../bad" leads out of the destination with `..`
        a name that climbs later: the name "a/../../bad" leads out of the destination with `..`
        an absolute name: the name "/etc/bad" is absolute
        a drive: the name "C:/bad" is absolute
        backslashes: the name "a\\bad" has backslashes in it
        backslashes that climb: the name "..\\bad" leads out of the destination with `..`
        control characters: the name "b\u{1b}[2Jad" has control characters in it
        an empty name: an entry has no name
        a component too long: the name "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" is longer than a file system takes
        a link out of it: nothing is unpacked: the link "bad" leads out of the destination, to "../../etc"
        an absolute link: nothing is unpacked: the link "bad" leads out of the destination, to "/etc/passwd"
        a write through a link: the entry "d/bad" would be written through the link "d"
        a file below a file: the entry "d/bad" lies below "d", which is no directory
        a device: the entry "bad" is a device, which is not unpacked
        a pipe: the entry "bad" is a named pipe, which is not unpacked
        a name twice: the zip is broken: header inconsistency detected: duplicate file names in central directory
        a name spelt in two ways: the name "./good" is there twice, and the two differ
        a wrong checksum: the entry "bad" is broken: Invalid checksum
        more content than it says: the entry "bad" is broken: File is larger than its declared uncompressed size
        an encrypted entry: the entry "bad" is encrypted, which is not supported
        an unknown method: the entry "bad" is broken: compression method not supported: 77
        two names for one entry: the zip is broken: header inconsistency detected: Local file header filename mismatch (does not match central directory)
        two sizes for one entry: the zip is broken: header inconsistency detected: uncompressed size mismatch (does not match central directory)
        entries that overlap: the zip is broken: header inconsistency detected: Local file header filename mismatch (does not match central directory)
        a bomb by its own words: it unpacks to more than 200 times its size; the task's environment can say `HOSTWRIGHT_ARCHIVE_LIMITS: off`
        a zip that is cut off: the zip is broken: its end is missing, or it is no zip
        a zip with a wrong bit: the zip is broken: header inconsistency detected: compression method mismatch (does not match central directory)
    "#]].assert_eq(&reasons(hostile_zips()));
}

#[test]
fn nothing_of_a_hostile_archive_is_written() {
    prove_hostile(&hostile_zips());
}

pub(crate) fn prove_hostile(archives: &[(&'static str, Vec<u8>)]) {
    let cases: Vec<Case> = archives
        .iter()
        .map(|(name, _)| Case {
            name,
            module: "unarchive",
            there: &[("keep", 0o600, "kept"), ("app/old", 0o644, "old")],
            args: r#"{"dest": "@/app", "src": "bad"}"#,
            then: Then::Fails,
        })
        .collect();
    prove_with(&cases, |case| {
        let bytes = archives.iter().find(|(name, _)| *name == case.name);
        let bytes = bytes.unwrap().1.clone();
        BTreeMap::from([("src".to_owned(), shipped("bad", bytes))])
    });
}

pub(crate) fn ships(bytes: Vec<u8>) -> BTreeMap<String, Supply> {
    BTreeMap::from([("src".to_owned(), shipped("plugin", bytes))])
}
