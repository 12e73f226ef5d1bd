//! Stories about `archive`.

use expect_test::{Expect, expect};
use hostwright::{
    archive::{self, Limits},
    change::{Change, Plan},
    host::Observe,
    state::{Content, Entry, Kind},
    value::{Map, Unknown, Value},
};

use crate::{
    cases,
    mechanical::{Case, prove},
    story::{Story, story},
};

fn pack(format: &str) -> Story {
    story("archive", [("dest", "/backup/app"), ("format", format)])
        .directory("/backup", 0o755)
        .file("/srv/app/a", 0o640, "one")
        .file("/srv/app/sub/b", 0o755, "two")
        .file("/srv/app/sub/.c", 0o644, "")
        .directory("/srv/app/empty", 0o700)
        .link("/srv/app/current", "sub")
        .link("/srv/app/same", "a")
}

fn paths(paths: &[&str]) -> Value {
    Value::list(paths.iter().map(|path| Value::from(*path)))
}

/// What an archive of the story holds, one line an entry.
fn held(content: &Content, host: &dyn Observe) -> String {
    let archive = archive::read(host.reader(content).unwrap(), Limits::default()).unwrap();
    let lines = archive.entries.iter().map(|entry| {
        let what = match &entry.kind {
            Kind::File(content) => {
                let bytes = host.bytes(content).unwrap();
                format!("{:?}", String::from_utf8_lossy(&bytes))
            }
            other => format!("{other:?}"),
        };
        let owner = entry.owner.as_ref().map_or(String::new(), |owner| {
            format!(
                " {}:{} {}:{}",
                owner.uid, owner.gid, owner.user, owner.group
            )
        });
        format!("{} {:?}{owner} {what}\n", entry.path, entry.permissions)
    });
    let lines: String = lines.collect();
    format!("{:?}\n{lines}", archive.format)
}

fn plan(story: Story) -> Plan {
    let module = hostwright::modules::find("community.general.archive").unwrap();
    let (args, host) = story.told();
    module
        .plan(&args, &std::collections::BTreeMap::new(), &host)
        .unwrap()
}

/// What the story's plan puts at `/backup/app`, and what it returns.
fn packed(story: Story) -> (Content, Map) {
    let plan = plan(story);
    let made = plan.changes.iter().find_map(|change| match change {
        Change::Entry {
            to:
                Some(Entry {
                    kind: Kind::File(content),
                    ..
                }),
            ..
        } => Some(content.clone()),
        _ => None,
    });
    (made.unwrap(), plan.result)
}

fn holds(story: Story, expected: &Expect) {
    let (content, _) = packed(story);
    expected.assert_eq(&held(&content, &hostwright::host::Memory::default()));
}

#[test]
fn a_tar_archive_holds_names_below_the_common_directory() {
    let everything = expect![[r#"
        Tar(Gzip)
        app/current Unix(511) 0:0 root:root Link("sub")
        app/empty Unix(448) 0:0 root:root Directory
        app/sub Unix(493) 0:0 root:root Directory
        app/a Unix(416) 0:0 root:root "one"
        app/same Unix(511) 0:0 root:root Link("a")
        app/sub/.c Unix(420) 0:0 root:root ""
        app/sub/b Unix(493) 0:0 root:root "two"
    "#]];
    let accounts = |story: Story| {
        story
            .file("/etc/passwd", 0o644, "root:x:0:0::/root:/bin/sh\n")
            .file("/etc/group", 0o644, "root:x:0:\n")
    };
    holds(
        accounts(pack("gz")).arg("path", paths(&["/srv/app"])),
        &everything,
    );
    holds(
        pack("xz").arg("path", paths(&["/srv/app/sub/", "/srv/app/a"])),
        &expect![[r#"
            Tar(Xz)
            a Unix(416) 0:0 : "one"
            sub/.c Unix(420) 0:0 : ""
            sub/b Unix(493) 0:0 : "two"
        "#]],
    );
}

#[test]
fn a_zip_holds_what_links_lead_to() {
    holds(
        pack("zip").arg("path", paths(&["/srv/app"])),
        &expect![[r#"
            Zip
            app/current Unix(493) Directory
            app/empty Unix(448) Directory
            app/sub Unix(493) Directory
            app/a Unix(416) "one"
            app/same Unix(416) "one"
            app/sub/.c Unix(420) ""
            app/sub/b Unix(493) "two"
        "#]],
    );
    let (_, result) = packed(pack("zip").arg("path", paths(&["/srv/app"])));
    assert_eq!(
        result.get("archived"),
        Some(&paths(&[
            "/srv/app/a",
            "/srv/app/same",
            "/srv/app/sub/.c",
            "/srv/app/sub/b"
        ]))
    );
    pack("zip")
        .link("/srv/app/lost", "nowhere")
        .arg("path", paths(&["/srv/app"]))
        .refuses(&expect![[r#"
            path: Errors when writing archive at /backup/app: /srv/app/lost: No such file or directory
        "#]]);
}

#[test]
fn what_is_excluded_is_left_out() {
    holds(
        pack("tar")
            .arg("path", paths(&["/srv/app/*"]))
            .arg("exclude_path", paths(&["/srv/app/s?me"]))
            .arg("exclusion_patterns", paths(&["*.c", "current*"])),
        &expect![[r#"
            Tar(None)
            a Unix(416) 0:0 : "one"
            sub/b Unix(493) 0:0 : "two"
        "#]],
    );
}

#[test]
fn long_and_strange_names_come_back() {
    let long = "x".repeat(120);
    let strange = hostwright::value::text_of(b"caf\xe9");
    let story = pack("bz2")
        .file(&format!("/srv/app/{long}"), 0o644, "long")
        .file(&format!("/srv/app/{strange}"), 0o644, "strange")
        .file("/srv/app/caf\u{e9}", 0o644, "plain")
        .arg("path", paths(&["/srv/app"]))
        .arg(
            "exclusion_patterns",
            paths(&["app/s*", "app/a", "app/e*", "app/cur*"]),
        );
    let (content, _) = packed(story);
    assert_eq!(
        held(&content, &hostwright::host::Memory::default()),
        format!(
            "Tar(Bzip2)\napp/caf\u{e9} Unix(420) 0:0 : \"plain\"\n\
             app/{strange} Unix(420) 0:0 : \"strange\"\n\
             app/{long} Unix(420) 0:0 : \"long\"\n"
        )
    );
}

#[test]
fn one_file_alone_is_compressed_beside_it() {
    let result = story("archive", [("path", "/srv/f")])
        .file("/srv/f", 0o640, "content")
        .tells_to(|_| {});
    assert_eq!(result.get("dest"), Some(&"/srv/f.gz".into()));
    assert_eq!(result.get("dest_state"), Some(&"compress".into()));
    assert_eq!(result.get("arcroot"), Some(&"/srv/".into()));
    assert_eq!(result.get("archived"), Some(&paths(&["/srv/f"])));
}

#[test]
fn what_cannot_be_packed_is_refused() {
    story("archive", [("path", "/srv/z*")])
        .directory("/srv", 0o755)
        .refuses(&expect![[r#"
            path: Error, no source paths were found
        "#]]);
    story("archive", [("path", "/srv")])
        .directory("/srv", 0o755)
        .refuses(&expect![[r#"
            dest: Error, must specify "dest" when archiving multiple files or trees
        "#]]);
    pack("gz")
        .arg("path", "/srv/app")
        .arg("dest", "/srv/app/x.gz")
        .arg("remove", true)
        .refuses(&expect![[r#"
            remove: Error, created archive can not be contained in source paths when remove=true
        "#]]);
    pack("gz")
        .arg("path", "/srv/app/a")
        .arg("dest", "/srv/app/a")
        .refuses(&expect![[r#"
            dest: /srv/app/a cannot be packed into itself
        "#]]);
    pack("gz")
        .arg("path", "/srv/app")
        .arg("dest", "/nowhere/x.gz")
        .refuses(&expect![[r#"
            dest: Destination directory /nowhere does not exist
        "#]]);
    pack("gz")
        .arg("path", "/srv/app/current")
        .arg("dest", "/backup/x.gz")
        .arg("remove", true)
        .refuses(&expect![[r#"
            remove: /srv/app/current is a symbolic link to a directory, which `remove` does not remove
        "#]]);
}

#[test]
fn what_a_rehearsal_does_not_know_goes_into_an_archive_of_unknown_content() {
    let unknown = || Kind::File(Content::Unknown(Unknown::because("a command made it")));
    let told = |story: Story| {
        let changes = plan(story).changes;
        changes.iter().map(crate::story::told).collect::<String>()
    };
    let new = |host: &mut hostwright::host::Memory| {
        host.entries.get_mut("/srv/app/a").unwrap().kind = unknown();
    };
    let story = || pack("tar").arg("path", paths(&["/srv/app"])).host(new);
    assert_eq!(
        told(story()),
        "/backup/app: absent -> 0644 unknown content (a command made it)\n"
    );
    // The archive that is there may hold the same.
    let (content, _) = packed(pack("tar").arg("path", paths(&["/srv/app"])));
    let there = |story: Story| {
        story.file("/backup/app", 0o600, "").host(|host| {
            host.entries.get_mut("/backup/app").unwrap().kind = Kind::File(content.clone());
        })
    };
    assert_eq!(
        told(there(story())),
        "/backup/app: unknown (a command made it) -> 0600 unknown content (a command made it)\n"
    );
    // It holds something else anyway.
    assert_eq!(
        told(there(story().file("/srv/app/new", 0o644, "new")))
            .lines()
            .count(),
        1
    );
    let changed = told(there(story().file("/srv/app/new", 0o644, "new")));
    assert!(changed.starts_with("/backup/app: 0600 "), "{changed}");
}

pub(crate) const CASES: &[Case] = cases! { "archive":
    "one file compressed", [("f", 0o640, "content\n")],
        r#"{"path": "@/f"}"# => Changes;
    "one file compressed with bzip2", [("f", 0o640, "content\n")],
        r#"{"path": "@/f", "format": "bz2", "mode": "0600"}"# => Changes;
    "one file compressed with xz", [("f", 0o640, "content\n")],
        r#"{"path": "@/f", "format": "xz", "dest": "@/g"}"# => Changes;
    "an empty file compressed", [("f", 0o640, "")],
        r#"{"path": ["@/f"], "dest": "@/g"}"# => Changes;
    "one file in a tar archive", [("f", 0o640, "content\n")],
        r#"{"path": "@/f", "format": "tar"}"# => Changes;
    "one file in a zip", [("f", 0o640, "content\n")],
        r#"{"path": "@/f", "format": "zip", "dest": "@/f.zip"}"# => Changes;
    "one file forced into an archive", [("f", 0o640, "content\n")],
        r#"{"path": "@/f", "force_archive": true, "dest": "@/f.tar.gz"}"# => Changes;
    "a tree", [("d/a", 0o640, "one"), ("d/sub/b", 0o755, "two"), ("d/l", 0, "-> a")],
        r#"{"path": "@/d", "dest": "@/d.tar.gz"}"# => Changes;
    "a tree with bzip2", [("d/a", 0o640, "one"), ("d/sub/b", 0o755, "two")],
        r#"{"path": "@/d", "dest": "@/d.tar.bz2", "format": "bz2"}"# => Changes;
    "a tree with xz", [("d/a", 0o640, "one"), ("d/sub/b", 0o755, "two")],
        r#"{"path": "@/d", "dest": "@/d.tar.xz", "format": "xz"}"# => Changes;
    "a tree in a plain archive", [("d/a", 0o640, "one"), ("d/sub/b", 0o755, "two")],
        r#"{"path": "@/d", "dest": "@/d.tar", "format": "tar"}"# => Changes;
    "a tree in a zip", [("d/a", 0o640, "one"), ("d/sub/b", 0o755, "two"), ("d/l", 0, "-> a")],
        r#"{"path": "@/d", "dest": "@/d.zip", "format": "zip"}"# => Changes;
    "an archive in what it packs", [("d/a", 0o640, "one")],
        r#"{"path": "@/d", "dest": "@/d/d.zip", "format": "zip"}"# => Changes;
    "some of it missing", [("d/a", 0o640, "one")],
        r#"{"path": ["@/d", "@/e"], "dest": "@/d.zip", "format": "zip"}"# => Changes;
    "all of it missing", [("d/a", 0o640, "one")],
        r#"{"path": ["@/e", "@/f"], "dest": "@/d.zip", "format": "zip"}"# => IsOk;
    "all of it missing, and other attributes", [("d.tgz", 0o640, "one")],
        r#"{"path": ["@/e", "@/f"], "dest": "@/d.tgz", "mode": "0600"}"# => Changes;
    "patterns", [("d/a", 0o640, "one"), ("d/b.tmp", 0o644, "two"), ("d/c/x", 0o644, "three")],
        r#"{"path": "@/d/*", "dest": "@/d.tgz", "exclude_path": "@/d/c", "exclusion_patterns": ["*.tmp"]}"# => Changes;
    "no archive is there", [("d/a", 0o640, "one"), ("d.zip", 0o600, "no zip")],
        r#"{"path": "@/d", "dest": "@/d.zip", "format": "zip"}"# => Changes;
    "a link to the archive", [("d/a", 0o640, "one"), ("d.zip", 0o600, "old"), ("l", 0, "-> d.zip")],
        r#"{"path": "@/d", "dest": "@/l", "format": "zip"}"# => Changes;
    "removed afterwards", [("d/a", 0o640, "one"), ("d/s/b", 0o644, "two"), ("d/l", 0, "-> nowhere")],
        r#"{"path": "@/d", "dest": "@/d.tar.gz", "remove": true}"# => Changes;
    "removed afterwards but for what is left out", [("d/a", 0o640, "one"), ("d/b", 0o644, "two")],
        r#"{"path": ["@/d/a", "@/d/b"], "dest": "@/d.tar.gz", "remove": true, "exclusion_patterns": ["b"]}"# => ChangesEachTime;
    "one file removed afterwards", [("f", 0o640, "content\n")],
        r#"{"path": "@/f", "remove": true}"# => Changes;
    "nothing matches", [("f", 0o640, "content\n")],
        r#"{"path": "@/g*", "dest": "@/g.zip"}"# => Fails;
    "the directory of the archive is missing", [("f", 0o640, "content\n")],
        r#"{"path": "@/f", "dest": "@/no/g.zip"}"# => Fails;
};

#[test]
fn archive_does_what_it_foretold() {
    prove(CASES);
}
