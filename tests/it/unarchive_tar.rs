//! Stories about `unarchive` and tar archives.

use std::io::Write as _;

use expect_test::expect;

use crate::{
    archives::{gzipped, member, pax, tar, tar_header, tarred},
    mechanical::{ARCHIVE, Case, Then, prove_with},
    unarchive::unarchive,
    unarchive_hostile::{prove_hostile, reasons, ships},
};

pub(crate) fn plugin() -> Vec<u8> {
    tar(&[
        member("./", b'5', 0o755, ""),
        member("./plugin/", b'5', 0o755, ""),
        member("./plugin/Map.pm", b'0', 0o644, "1;"),
        member("./plugin/bin/run", b'0', 0o755, "#!/bin/sh\n"),
        member("./plugin/hard", b'1', 0o644, "./plugin/Map.pm"),
        member("./plugin/current", b'2', 0o777, "bin"),
    ])
}

const UNPACKED: &str = r##"/srv/app/plugin: absent -> 0755 directory
/srv/app/plugin/Map.pm: absent -> 0644 "1;"
/srv/app/plugin/bin: absent -> 0755 directory
/srv/app/plugin/bin/run: absent -> 0755 "#!/bin/sh\n"
/srv/app/plugin/current: absent -> 0777 link to bin
/srv/app/plugin/hard: absent -> 0644 "1;"
"##;

#[test]
fn a_tar_archive_is_unpacked_whatever_compresses_it() {
    let bzip2 = |bytes: &[u8]| {
        let mut packed = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
        packed.write_all(bytes).unwrap();
        packed.finish().unwrap()
    };
    let xz = |bytes: &[u8]| {
        let options = lzma_rust2::XzOptions::with_preset(1);
        let mut packed = lzma_rust2::XzWriter::new(Vec::new(), options).unwrap();
        packed.write_all(bytes).unwrap();
        packed.finish().unwrap()
    };
    let zstd = |bytes: &[u8]| {
        let level = ruzstd::encoding::CompressionLevel::Fastest;
        ruzstd::encoding::compress_to_vec(bytes, level)
    };
    let plain = plugin();
    let (first, second) = plain.split_at(1024);
    for (handler, bytes) in [
        ("TarArchive", plain.clone()),
        ("TgzArchive", gzipped(&plain)),
        ("TgzArchive", [gzipped(first), gzipped(second)].concat()),
        ("TarArchive", bzip2(&plain)),
        ("TarArchive", xz(&plain)),
        ("TarArchive", zstd(&plain)),
        ("TarArchive", [zstd(first), zstd(second)].concat()),
    ] {
        let told = std::cell::RefCell::new(String::new());
        let result = unarchive(bytes).tells_to(|changes| *told.borrow_mut() = changes);
        assert_eq!(told.into_inner(), UNPACKED, "{handler}");
        assert_eq!(result.get("handler"), Some(&handler.into()));
    }
}

#[test]
fn owners_are_those_of_the_archive_for_root_alone() {
    let owned = || {
        let mut header = tar_header("f", b'0', 0o666, 1);
        header.set_uid(1234);
        header.set_gid(1235);
        header.set_cksum();
        tar(&[tarred(&header, b"f")])
    };
    unarchive(owned()).changes(&expect![[r#"
        /srv/app/f: absent -> 0666 1234:1235 "f"
    "#]]);
    unarchive(owned())
        .arg("extra_opts", "--no-same-owner")
        .changes(&expect![[r#"
            /srv/app/f: absent -> 0666 "f"
        "#]]);
    unarchive(owned())
        .host(|host| (host.login.uid, host.login.gid) = (7, 8))
        .changes(&expect![[r#"
            /srv/app/f: absent -> 0644 7:8 "f"
        "#]]);
}

#[test]
fn parts_of_names_are_stripped() {
    unarchive(plugin())
        .arg("extra_opts", "--strip-components=2,--exclude=bin")
        .changes(&expect![""]);
    unarchive(plugin())
        .arg("extra_opts", "--transform,s/a/b/")
        .refuses(&expect![[r#"
            extra_opts: the option `--transform` is not supported
        "#]]);
}

#[test]
fn a_directory_is_asked_for_or_left_out_with_what_is_in_it() {
    unarchive(plugin())
        .arg("include", "./plugin/bin")
        .changes(&expect![[r##"
            /srv/app/plugin: absent -> 0755 directory
            /srv/app/plugin/bin: absent -> 0755 directory
            /srv/app/plugin/bin/run: absent -> 0755 "#!/bin/sh\n"
        "##]]);
    unarchive(plugin())
        .arg("exclude", "plugin/bin/")
        .changes(&expect![[r#"
            /srv/app/plugin: absent -> 0755 directory
            /srv/app/plugin/Map.pm: absent -> 0644 "1;"
            /srv/app/plugin/current: absent -> 0777 link to bin
            /srv/app/plugin/hard: absent -> 0644 "1;"
        "#]]);
}

#[test]
fn names_that_are_not_utf_8_stay_as_they_are() {
    let mut header = tar_header("caf?", b'0', 0o644, 1);
    header.as_mut_bytes()[3] = 0xe9;
    header.set_cksum();
    let name = hostwright::value::text_of(b"caf\xe9");
    let told = std::cell::RefCell::new(String::new());
    unarchive(tar(&[tarred(&header, b"f")])).tells_to(|changes| *told.borrow_mut() = changes);
    assert_eq!(
        told.into_inner(),
        format!("/srv/app/{name}: absent -> 0644 \"f\"\n")
    );
}

#[test]
fn the_comment_of_a_whole_archive_is_passed_over() {
    unarchive(tar(&[
        pax(b'g', &[("comment", "0123abcd")]),
        pax(b'x', &[("mtime", "1000000000.25"), ("path", "long/name")]),
        member("short", b'0', 0o644, "f"),
    ]))
    .changes(&expect![[r#"
        /srv/app/long: absent -> 0755 directory
        /srv/app/long/name: absent -> 0644 "f"
    "#]]);
}

/// Tar archives of which nothing may be written.
fn hostile_tars() -> Vec<(&'static str, Vec<u8>)> {
    let good = member("good", b'0', 0o644, "good");
    let with = |bad: Vec<u8>| tar(&[good.clone(), bad]);
    let file = |name: &str| member(name, b'0', 0o644, "bad");
    let whole = gzipped(&plugin());
    let mut wrong_sum = whole.clone();
    let sum = wrong_sum.len() - 6;
    wrong_sum[sum] ^= 1;
    let hidden = tar(&[file("hidden")]);
    let bomb = [
        gzipped(tar_header("bomb", b'0', 0o644, 80 << 20).as_bytes()),
        gzipped(&vec![0; 1 << 20]).repeat(80),
        gzipped(&[0; 1024]),
    ];
    vec![
        ("a name that climbs", with(file("../bad"))),
        ("an absolute name", with(file("/etc/bad"))),
        ("backslashes that climb", with(file("a\\..\\..\\bad"))),
        ("control characters", with(file("b\x1b[2Jad"))),
        (
            "a climbing name in an extended header",
            with([pax(b'x', &[("path", "../bad")]), file("x")].concat()),
        ),
        (
            "a link out of it",
            with(member("bad", b'2', 0o777, "../../etc")),
        ),
        (
            "a write through a link",
            tar(&[member("d", b'2', 0o777, "elsewhere"), file("d/bad")]),
        ),
        (
            "a hard link out of it",
            with(member("bad", b'1', 0o644, "/etc/passwd")),
        ),
        (
            "a hard link to what is not in it",
            with(member("bad", b'1', 0o644, "passwd")),
        ),
        ("a character device", with(member("bad", b'3', 0o666, ""))),
        ("a block device", with(member("bad", b'4', 0o666, ""))),
        ("a pipe", with(member("bad", b'6', 0o666, ""))),
        ("a name twice", with(file("good"))),
        (
            "two sizes for one entry",
            with(
                [
                    pax(b'x', &[("size", &hidden.len().to_string())]),
                    tarred(&tar_header("bad", b'0', 0o644, 0), b""),
                    hidden.clone(),
                ]
                .concat(),
            ),
        ),
        (
            "two sizes and a long name",
            with(
                [
                    pax(b'x', &[("size", &hidden.len().to_string())]),
                    tarred(&tar_header("././@LongLink", b'L', 0o644, 4), b"long"),
                    tarred(&tar_header("bad", b'0', 0o644, 0), b""),
                    hidden,
                ]
                .concat(),
            ),
        ),
        (
            "a size for all entries",
            tar(&[pax(b'g', &[("size", "512")]), file("bad")]),
        ),
        (
            "an entry that is cut off",
            tarred(&tar_header("bad", b'0', 0o644, 5000), b"bad"),
        ),
        (
            "a stream that is cut off",
            whole[..whole.len() - 20].to_vec(),
        ),
        ("a stream with a wrong checksum", wrong_sum),
        ("a bomb", bomb.concat()),
        ("nothing but the end", vec![0; 1024]),
    ]
}

#[test]
fn a_hostile_tar_archive_is_refused_by_name() {
    expect![[r#"
        a name that climbs: the name "../bad" leads out of the destination with `..`
        an absolute name: the name "/etc/bad" is absolute
        backslashes that climb: the name "a\\..\\..\\bad" leads out of the destination with `..`
        control characters: the name "b\u{1b}[2Jad" has control characters in it
        a climbing name in an extended header: the name "../bad" leads out of the destination with `..`
        a link out of it: nothing is unpacked: the link "bad" leads out of the destination, to "../../etc"
        a write through a link: the entry "d/bad" would be written through the link "d"
        a hard link out of it: the name "/etc/passwd" is absolute
        a hard link to what is not in it: the hard link "bad" is to "passwd", which is no file before it in the archive
        a character device: the entry "bad" is a device, which is not unpacked
        a block device: the entry "bad" is a device, which is not unpacked
        a pipe: the entry "bad" is a named pipe, which is not unpacked
        a name twice: the name "good" is there twice, and the two differ
        two sizes for one entry: the entry "bad" has two sizes, 0 and 2048
        two sizes and a long name: the entry "long" has two sizes, 0 and 2048
        a size for all entries: a global header sets the size of all entries
        an entry that is cut off: the entry "bad" is cut off
        a stream that is cut off: the archive is broken: incomplete deflate stream
        a stream with a wrong checksum: the archive is broken: corrupt gzip stream does not have a matching checksum
        a bomb: the entry "bomb" is broken: it unpacks to more than 200 times its size; the task's environment can say `HOSTWRIGHT_ARCHIVE_LIMITS: off`
        nothing but the end: it is neither a zip nor a tar archive
    "#]].assert_eq(&reasons(hostile_tars()));
}

#[test]
fn nothing_of_a_hostile_tar_archive_is_written() {
    prove_hostile(&hostile_tars());
}

/// Archives that lie on the host.
pub(crate) const ON_HOST: &[Case] = crate::cases! { "unarchive":
    "a zip", [("p.zip", 0o644, ARCHIVE), ("app/", 0o755, "")],
        r#"{"dest": "@/app", "src": "@/p.zip", "remote_src": true}"# => Changes;
    "a tar archive", [("p.tgz", 0o644, ARCHIVE), ("app/", 0o755, "")],
        r#"{"dest": "@/app", "src": "@/p.tgz", "remote_src": true, "mode": "u=rwX,go=rX"}"# => Changes;
    "not copied, as it was said once", [("p.tgz", 0o644, ARCHIVE), ("app/", 0o755, "")],
        r#"{"dest": "@/app", "src": "@/p.tgz", "copy": false, "exclude": ["plugin/bin"]}"# => Changes;
    "through a link", [("p.zip", 0o644, ARCHIVE), ("l", 0, "-> p.zip"), ("app/", 0o755, "")],
        r#"{"dest": "@/app", "src": "@/l", "remote_src": true, "list_files": true}"# => Changes;
    "where what it makes is there", [("p.zip", 0o644, ARCHIVE), ("app/", 0o755, ""), ("made", 0o644, "")],
        r#"{"dest": "@/app", "src": "@/p.zip", "remote_src": true, "creates": "@/made"}"# => IsOk;
    "no archive", [("p.zip", 0o644, "no archive"), ("app/", 0o755, "")],
        r#"{"dest": "@/app", "src": "@/p.zip", "remote_src": true}"# => Fails;
    "nothing there", [("app/", 0o755, "")],
        r#"{"dest": "@/app", "src": "@/p.zip", "remote_src": true}"# => Fails;
    "no directory to go to", [("p.zip", 0o644, ARCHIVE)],
        r#"{"dest": "@/app", "src": "@/p.zip", "remote_src": true}"# => Fails;
};

#[test]
fn an_archive_on_the_host_does_what_was_foretold() {
    crate::mechanical::prove(ON_HOST);
}

pub(crate) const CASES: &[Case] = &[
    Case {
        name: "an empty directory",
        module: "unarchive",
        there: &[("app/", 0o755, "")],
        args: r#"{"dest": "@/app", "src": "plugin"}"#,
        then: Then::Changes,
    },
    Case {
        name: "other modes and contents",
        module: "unarchive",
        there: &[
            ("app/plugin/Map.pm", 0o600, "1;"),
            ("app/plugin/bin/run", 0o755, "old"),
            ("app/", 0o700, ""),
        ],
        args: r#"{"dest": "@/app", "src": "plugin"}"#,
        then: Then::Changes,
    },
    Case {
        name: "the top folder left out",
        module: "unarchive",
        there: &[("app/", 0o755, "")],
        args: r#"{"dest": "@/app", "src": "plugin", "extra_opts": ["--strip-components", "2"], "list_files": true}"#,
        then: Then::Changes,
    },
    Case {
        name: "some of it left out",
        module: "unarchive",
        there: &[("app/", 0o755, "")],
        args: r#"{"dest": "@/app", "src": "plugin", "exclude": ["plugin/bin"]}"#,
        then: Then::Changes,
    },
    Case {
        name: "newer files kept",
        module: "unarchive",
        there: &[("app/plugin/Map.pm", 0o644, "mine")],
        args: r#"{"dest": "@/app", "src": "plugin", "keep_newer": true}"#,
        then: Then::Changes,
    },
    Case {
        name: "old files stay",
        module: "unarchive",
        there: &[("app/plugin/Map.pm", 0o600, "mine")],
        args: r#"{"dest": "@/app", "src": "plugin", "include": ["./plugin/Map.pm"], "extra_opts": ["--skip-old-files"]}"#,
        then: Then::IsOk,
    },
];

#[test]
fn unarchive_does_with_tar_what_it_foretold() {
    prove_with(CASES, |_| ships(gzipped(&plugin())));
}
