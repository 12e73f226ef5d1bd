//! Stories about `unarchive`.

use std::sync::Arc;

use expect_test::expect;
use hostwright::{
    change::{Change, How, Run},
    host::{Login, Memory, Observe, Output, Overlay, Seen, Space},
    modules::{self, Refusal},
    state::{Content, Entry, Group, Kind, Manager, ServiceState, Stat, User},
    value::{Map, Unknown},
};

use crate::{
    archives::{DIRECTORY, FILE, LINK, Zipped, zip, zipped},
    mechanical::{Case, Then, prove_with},
    story::{Story, story},
    unarchive_hostile::ships,
};

pub(crate) fn unarchive(bytes: Vec<u8>) -> Story {
    story("unarchive", [("dest", "/srv/app")])
        .ships_tree(
            "src",
            "files/plugin.zip",
            [("", Kind::File(Content::of(bytes)))],
        )
        .directory("/srv/app", 0o755)
}

pub(crate) fn plugin() -> Vec<u8> {
    zip(&[
        zipped("plugin/", DIRECTORY | 0o755, ""),
        zipped("plugin/Map.pm", FILE | 0o644, "1;"),
        zipped("plugin/bin/run", FILE | 0o755, "#!/bin/sh\n"),
        zipped("plugin/current", LINK | 0o777, "bin"),
    ])
}

#[test]
fn a_zip_is_unpacked_with_its_modes_and_links() {
    unarchive(plugin()).changes(&expect![[r##"
        /srv/app/plugin: absent -> 0755 directory
        /srv/app/plugin/Map.pm: absent -> 0644 "1;"
        /srv/app/plugin/bin: absent -> 0755 directory
        /srv/app/plugin/bin/run: absent -> 0755 "#!/bin/sh\n"
        /srv/app/plugin/current: absent -> 0777 link to bin
    "##]]);
}

#[test]
fn what_is_right_is_left_alone_whatever_its_time() {
    unarchive(plugin())
        .file("/srv/app/plugin/Map.pm", 0o644, "1;")
        .file("/srv/app/plugin/bin/run", 0o700, "#!/bin/sh\n")
        .file("/srv/app/plugin/mine", 0o600, "mine")
        .link("/srv/app/plugin/current", "bin")
        .changes(&expect![[r#"
            /srv/app/plugin/bin/run: 0700 -> 0755
        "#]]);
}

#[test]
fn owner_and_mode_are_given_to_all_that_is_unpacked() {
    unarchive(plugin())
        .arg("mode", "u=rwX,g=rX,o=")
        .arg("owner", "33")
        .changes(&expect![[r##"
            /srv/app/plugin: absent -> 0750 33:0 directory
            /srv/app/plugin/Map.pm: absent -> 0640 33:0 "1;"
            /srv/app/plugin/bin: absent -> 0755 directory
            /srv/app/plugin/bin/run: absent -> 0750 33:0 "#!/bin/sh\n"
            /srv/app/plugin/current: absent -> 0777 33:0 link to bin
        "##]]);
}

#[test]
fn only_what_is_asked_for_is_unpacked() {
    unarchive(plugin())
        .arg("include", "plugin/*.pm")
        .changes(&expect![[r#"
            /srv/app/plugin: absent -> 0755 directory
            /srv/app/plugin/Map.pm: absent -> 0644 "1;"
        "#]]);
    unarchive(plugin())
        .arg("exclude", "*/bin/*,*/current")
        .changes(&expect![[r#"
            /srv/app/plugin: absent -> 0755 directory
            /srv/app/plugin/Map.pm: absent -> 0644 "1;"
        "#]]);
    unarchive(plugin())
        .arg("include", "none")
        .refuses(&expect![[r#"
            include: there is no `none` in the archive
        "#]]);
}

#[test]
fn a_newer_file_is_kept_when_asked_for() {
    let old = zip(&[zipped("f", FILE | 0o644, "old")]);
    unarchive(old.clone())
        .file("/srv/app/f", 0o644, "new")
        .host(|host| {
            let file = host.entries.get_mut("/srv/app/f").unwrap();
            file.meta.mtime = hostwright::state::Stamp::At(4_000_000_000, 0);
        })
        .arg("keep_newer", true)
        .changes(&expect![""]);
    unarchive(old)
        .file("/srv/app/f", 0o644, "older")
        .arg("keep_newer", true)
        .changes(&expect![[r#"
            /srv/app/f: 0644 "older" -> 0644 "old"
        "#]]);
}

#[test]
fn what_creates_names_leaves_nothing_to_do() {
    let result = unarchive(plugin())
        .file("/srv/app/done", 0o644, "")
        .arg("creates", "/srv/app/done")
        .tells(&expect![""]);
    assert_eq!(
        result.get("msg").and_then(|msg| msg.as_str()),
        Some("skipped, since /srv/app/done exists")
    );
}

#[test]
fn the_answer_tells_what_was_unpacked_where() {
    let result = unarchive(plugin())
        .arg("list_files", true)
        .arg("exclude", "*/bin/*")
        .tells(&expect![[r#"
            /srv/app/plugin: absent -> 0755 directory
            /srv/app/plugin/Map.pm: absent -> 0644 "1;"
            /srv/app/plugin/current: absent -> 0777 link to bin
        "#]]);
    expect![[r#"{"files":["plugin/","plugin/Map.pm","plugin/current"],"handler":"ZipArchive","src":"files/plugin.zip","dest":"/srv/app","size":0,"uid":0,"gid":0,"owner":"0","group":"0","mode":"0755","state":"directory"}"#]]
        .assert_eq(&hostwright::value::to_json(&result.into()).to_string());
}

#[test]
fn a_zip_made_without_modes_gets_those_of_new_files() {
    let dos = |name: &str| Zipped {
        system: 0,
        ..zipped(name, 0, "")
    };
    unarchive(zip(&[dos("d/"), dos("d/f")]))
        .host(|host| host.login.umask = 0o027)
        .changes(&expect![[r#"
            /srv/app/d: absent -> 0750 directory
            /srv/app/d/f: absent -> 0640 ""
        "#]]);
}

#[test]
fn set_id_bits_are_left_out_unless_they_are_asked_for() {
    let bits = || zip(&[zipped("su", FILE | 0o4755, "x")]);
    unarchive(bits()).changes(&expect![[r#"
        /srv/app/su: absent -> 0755 "x"
    "#]]);
    unarchive(bits()).arg("mode", "4755").changes(&expect![[r#"
            /srv/app/su: absent -> 4755 "x"
        "#]]);
    unarchive(bits())
        .arg("extra_opts", "-K")
        .changes(&expect![[r#"
            /srv/app/su: absent -> 4755 "x"
        "#]]);
}

#[test]
fn options_of_unzip_are_followed_or_refused() {
    unarchive(plugin())
        .arg("extra_opts", "-j")
        .changes(&expect![[r##"
            /srv/app/Map.pm: absent -> 0644 "1;"
            /srv/app/current: absent -> 0777 link to bin
            /srv/app/run: absent -> 0755 "#!/bin/sh\n"
        "##]]);
    unarchive(plugin())
        .arg("extra_opts", "-Z")
        .refuses(&expect![[r#"
            extra_opts: the option `-Z` is not supported
        "#]]);
}

#[test]
fn nothing_is_written_through_a_link_that_leads_out() {
    // As a first archive could have left it.
    unarchive(plugin())
        .directory("/etc", 0o755)
        .link("/srv/app/plugin", "/etc")
        .refuses(&expect![[r#"
            dest: nothing is unpacked: /srv/app/plugin is a link that leads out of the destination, to /etc
        "#]]);
    // A link that stays inside is followed.
    unarchive(zip(&[zipped("current/f", FILE | 0o644, "f")]))
        .directory("/srv/app/one", 0o755)
        .link("/srv/app/current", "one")
        .changes(&expect![[r#"
            /srv/app/one/f: absent -> 0644 "f"
        "#]]);
    // A link of the archive that leads out by way of one that is there.
    unarchive(zip(&[zipped("sub/x", LINK | 0o777, "up/..")]))
        .link("/srv/app/sub/up", "..")
        .refuses(&expect![[r#"
            src: nothing is unpacked: the link "sub/x" leads out of the destination, to "up/.."
        "#]]);
}

#[test]
fn a_file_replaces_a_link_but_no_directory() {
    let one = || unarchive(zip(&[zipped("f", FILE | 0o644, "f")]));
    one()
        .link("/srv/app/f", "/etc/passwd")
        .changes(&expect![[r#"
            /srv/app/f: 0777 link to /etc/passwd -> 0644 "f"
        "#]]);
    one().directory("/srv/app/f", 0o755).refuses(&expect![[r#"
            dest: nothing is unpacked: /srv/app/f is a directory
        "#]]);
}

#[test]
fn what_cannot_be_unpacked_says_why() {
    story("unarchive", [("dest", "/srv/none")])
        .ships("src", "files/a.zip", "x")
        .refuses(&expect![[r#"
            dest: dest '/srv/none' must be an existing dir
        "#]]);
    story(
        "unarchive",
        [("dest", "/"), ("src", "/a.zip"), ("remote_src", "yes")],
    )
    .refuses(&expect![[r#"
            src: Source '/a.zip' does not exist
        "#]]);
    unarchive(Vec::new()).refuses(&expect![[r#"
        src: Invalid archive 'files/plugin.zip', the file is 0 bytes
    "#]]);
    unarchive(b"hello".to_vec()).refuses(&expect![[r#"
        src: nothing of files/plugin.zip is unpacked: it is neither a zip nor a tar archive
    "#]]);
    unarchive(plugin())
        .arg("include", "a")
        .arg("exclude", "b")
        .refuses(&expect![[r#"
            include: parameters are mutually exclusive: include|exclude
        "#]]);
}

/// Zips of which nothing may be written, by what is wrong with them.
pub(crate) const CASES: &[Case] = &[
    Case {
        name: "an empty directory",
        module: "unarchive",
        there: &[("app/", 0o755, "")],
        args: r#"{"dest": "@/app", "src": "plugin"}"#,
        then: Then::Changes,
    },
    Case {
        name: "all is there but with another content",
        module: "unarchive",
        there: &[("app/plugin/Map.pm", 0o644, "0;")],
        args: r#"{"dest": "@/app", "src": "plugin", "list_files": true}"#,
        then: Then::Changes,
    },
    Case {
        name: "a mode for all",
        module: "unarchive",
        there: &[("app/", 0o755, "")],
        args: r#"{"dest": "@/app", "src": "plugin", "mode": "0700"}"#,
        then: Then::Changes,
    },
    Case {
        name: "a part of it",
        module: "unarchive",
        there: &[("app/", 0o755, "")],
        args: r#"{"dest": "@/app", "src": "plugin", "include": ["*/Map.pm"]}"#,
        then: Then::Changes,
    },
    Case {
        name: "nothing to do",
        module: "unarchive",
        there: &[("app/plugin/Map.pm", 0o644, "1;")],
        args: r#"{"dest": "@/app", "src": "plugin", "include": ["*/Map.pm"]}"#,
        then: Then::IsOk,
    },
    Case {
        name: "the thing that it creates is there",
        module: "unarchive",
        there: &[("app/done", 0o644, "")],
        args: r#"{"dest": "@/app", "src": "plugin", "creates": "@/app/done"}"#,
        then: Then::IsOk,
    },
    Case {
        name: "a directory in the way of a file",
        module: "unarchive",
        there: &[("app/plugin/Map.pm/", 0o755, "")],
        args: r#"{"dest": "@/app", "src": "plugin"}"#,
        then: Then::Fails,
    },
    Case {
        name: "a link that leads out",
        module: "unarchive",
        there: &[("other/", 0o755, ""), ("app/plugin", 0, "-> ../other")],
        args: r#"{"dest": "@/app", "src": "plugin"}"#,
        then: Then::Fails,
    },
    Case {
        name: "a link that stays within",
        module: "unarchive",
        there: &[("app/two/", 0o755, ""), ("app/plugin", 0, "-> two")],
        args: r#"{"dest": "@/app", "src": "plugin"}"#,
        then: Then::Changes,
    },
    Case {
        name: "a destination that is a link",
        module: "unarchive",
        there: &[("real/", 0o755, ""), ("app", 0, "-> real")],
        args: r#"{"dest": "@/app", "src": "plugin"}"#,
        then: Then::Changes,
    },
    Case {
        name: "no destination",
        module: "unarchive",
        there: &[],
        args: r#"{"dest": "@/app", "src": "plugin"}"#,
        then: Then::Fails,
    },
];

#[test]
fn unarchive_does_what_it_foretold() {
    prove_with(CASES, |_| ships(plugin()));
}

#[test]
fn large_entries_go_by_way_of_the_disk() {
    let large = "x".repeat(3 << 20);
    let bytes = zip(&[
        zipped("a", FILE | 0o644, &large),
        zipped("b", FILE | 0o644, &large.replace('x', "y")),
    ]);
    let case = |name, there| Case {
        name,
        module: "unarchive",
        there,
        args: r#"{"dest": "@/app", "src": "plugin"}"#,
        then: Then::Changes,
    };
    let cases = [
        case("new ones", &[("app/", 0o755, "")]),
        case("one that differs", &[("app/a", 0o644, "small")]),
    ];
    prove_with(&cases, |_| ships(bytes.clone()));
}

#[test]
fn a_zip_of_the_64_bit_kind_is_unpacked() {
    use std::io::Write as _;
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default()
        .large_file(true)
        .unix_permissions(0o600);
    writer.start_file("f", options).unwrap();
    writer.write_all(b"wide").unwrap();
    let bytes = writer.finish().unwrap().into_inner();
    unarchive(bytes).changes(&expect![[r#"
        /srv/app/f: absent -> 0600 "wide"
    "#]]);
}

#[test]
fn names_that_differ_in_capital_letters_are_told() {
    let bytes = zip(&[
        zipped("README", FILE | 0o644, "1"),
        zipped("readme", FILE | 0o644, "2"),
    ]);
    let supplies = ships(bytes);
    let host: Memory = unarchive(Vec::new()).told_host();
    let args = Map::from([("dest", "/srv/app"), ("src", "plugin")]);
    let plan = modules::find("unarchive")
        .unwrap()
        .plan(&args, &supplies, &host)
        .unwrap();
    assert_eq!(
        plan.warnings,
        [r#""README" and "readme" are one name where capital letters do not count"#]
    );
}

#[test]
fn names_that_differ_in_how_accents_are_written_are_told() {
    let bytes = zip(&[
        zipped("caf\u{e9}", FILE | 0o644, "1"),
        zipped("cafe\u{301}", FILE | 0o644, "2"),
        zipped("stra\u{df}e", FILE | 0o644, "1"),
        zipped("STRASSE", FILE | 0o644, "2"),
    ]);
    let host: Memory = unarchive(Vec::new()).told_host();
    let args = Map::from([("dest", "/srv/app"), ("src", "plugin")]);
    let plan = modules::find("unarchive")
        .unwrap()
        .plan(&args, &ships(bytes), &host)
        .unwrap();
    assert_eq!(
        plan.warnings,
        [
            "\"cafe\\u{301}\" and \"caf\u{e9}\" are one name where accents are put together with their letters",
            "\"STRASSE\" and \"stra\u{df}e\" are one name where capital letters do not count"
        ]
    );
}

#[test]
fn what_does_not_fit_is_refused_before_anything_is_written() {
    struct Small(Memory);
    impl Observe for Small {
        fn room_left(&self, _path: &str) -> Seen<Option<Space>> {
            Ok(Some(Space {
                block_size: 1,
                fragment_size: 1,
                blocks: 100,
                blocks_available: 10,
                inodes: 100,
                inodes_available: 2,
            }))
        }
        fn stat_at(&self, path: &str) -> Seen<Option<Stat>> {
            self.0.stat_at(path)
        }
        fn entry(&self, path: &str) -> Seen<Option<Entry>> {
            self.0.entry(path)
        }
        fn names(&self, path: &str) -> Seen<Vec<String>> {
            self.0.names(path)
        }
        fn bytes(&self, content: &Content) -> Seen<Arc<[u8]>> {
            self.0.bytes(content)
        }
        fn login(&self) -> Seen<Login> {
            self.0.login()
        }
        fn ask(&self, query: &Run) -> Seen<Output> {
            self.0.ask(query)
        }
        fn service(&self, name: &str, manager: Manager) -> Seen<Option<ServiceState>> {
            self.0.service(name, manager)
        }
        fn user(&self, name: &str) -> Seen<Option<User>> {
            self.0.user(name)
        }
        fn group(&self, name: &str) -> Seen<Option<Group>> {
            self.0.group(name)
        }
        fn user_of(&self, uid: u32) -> Seen<Option<User>> {
            self.0.user_of(uid)
        }
        fn group_of(&self, gid: u32) -> Seen<Option<Group>> {
            self.0.group_of(gid)
        }
    }
    let said = |zips: &[Zipped], host: &dyn Observe| {
        let args = Map::from([("dest", "/srv/app"), ("src", "plugin")]);
        let module = modules::find("unarchive").unwrap();
        match module.plan(&args, &ships(zip(zips)), host) {
            Err(Refusal::Failed { message, .. }) => message,
            other => format!("{other:?}"),
        }
    };
    let host = Small(unarchive(Vec::new()).told_host());
    let one = |name, content| zipped(name, FILE | 0o644, content);
    assert_eq!(
        said(&[one("a", "12345"), one("b", "123456")], &host),
        "nothing is unpacked: 11 bytes are needed in /srv/app, and 10 are free; the task's \
         environment can say `HOSTWRIGHT_ARCHIVE_LIMITS: off`"
    );
    assert!(
        said(&[one("a", "1"), one("b", "1"), one("c", "1")], &host)
            .contains("3 files are new in /srv/app, and there is room for 2")
    );
    // What is planned before it may make room by then.
    let mut planned = Overlay::new(host);
    let why = Unknown::because("a test");
    let gone = Change::Entry {
        path: "/srv/large".to_owned(),
        from: None,
        to: None,
        how: How::default(),
    };
    planned.lay(&gone, &why);
    assert!(said(&[one("a", "12345"), one("b", "123456")], &planned).starts_with("Ok("));
}

#[test]
fn the_time_is_the_universal_one_where_the_zip_has_it() {
    let stamped = Zipped {
        // The extended time stamp: modification only.
        extra: [
            b"UT\x05\x00\x01".as_slice(),
            &1_000_000_000_u32.to_le_bytes(),
        ]
        .concat(),
        ..zipped("f", FILE | 0o644, "f")
    };
    let supplies = ships(zip(&[stamped]));
    let host: Memory = unarchive(Vec::new()).told_host();
    let args = Map::from([("dest", "/srv/app"), ("src", "plugin")]);
    let plan = modules::find("unarchive")
        .unwrap()
        .plan(&args, &supplies, &host)
        .unwrap();
    let Change::Entry { to: Some(to), .. } = &plan.changes[0] else {
        panic!("{:?}", plan.changes);
    };
    assert_eq!(
        to.meta.mtime,
        hostwright::state::Stamp::At(1_000_000_000, 0)
    );
}
