//! Stories about `file`.

use expect_test::expect;
use hostwright::{
    host::{Memory, Overlay},
    modules,
    state::{Content, Entry, FileMode, Kind, Meta},
    value::{Map, Unknown, Value},
};

use crate::{
    cases,
    mechanical::{Case, prove},
    story::story,
};

#[test]
fn a_directory_is_made_with_those_above_it_and_all_get_the_mode() {
    story(
        "file",
        [
            ("path", "/srv/a/b"),
            ("state", "directory"),
            ("mode", "0750"),
        ],
    )
    .directory("/srv", 0o755)
    .changes(&expect![[r#"
        /srv/a: absent -> 0750 directory
        /srv/a/b: absent -> 0750 directory
    "#]]);
}

#[test]
fn a_directory_is_removed_with_all_that_is_in_it() {
    story("file", [("path", "/srv/a"), ("state", "absent")])
        .file("/srv/a/b/c", 0o600, "x")
        .link("/srv/a/l", "/etc")
        .changes(&expect![[r#"
            /srv/a/b/c: 0600 "x" -> absent
            /srv/a/b: 0755 directory -> absent
            /srv/a/l: 0777 link to /etc -> absent
            /srv/a: 0755 directory -> absent
        "#]]);
}

#[test]
fn a_link_is_made_turned_and_left_alone() {
    let asked = || story("file", [("path", "/l"), ("src", "/f"), ("state", "link")]);
    asked().file("/f", 0o600, "x").changes(&expect![[r#"
            /l: absent -> 0777 link to /f
        "#]]);
    asked()
        .file("/f", 0o600, "x")
        .link("/l", "/g")
        .changes(&expect![[r#"
            /l: 0777 link to /g -> 0777 link to /f
        "#]]);
    asked()
        .file("/f", 0o600, "x")
        .link("/l", "/f")
        .changes(&expect![""]);
    asked().refuses(&expect![[r#"
        src: src file does not exist, use 'force=yes' if you really want to create the link: /f
    "#]]);
}

#[test]
fn the_mode_goes_through_a_link_unless_it_is_not_followed() {
    let asked = |follow: &'static str| {
        story(
            "file",
            [("path", "/l"), ("mode", "0640"), ("follow", follow)],
        )
        .file("/f", 0o600, "x")
        .link("/l", "f")
    };
    asked("yes").changes(&expect![[r#"
        /f: 0600 -> 0640
    "#]]);
    asked("no").changes(&expect![""]);
}

#[test]
fn a_touched_file_gets_the_time_of_the_run() {
    story("file", [("path", "/f"), ("state", "touch")])
        .file("/f", 0o600, "x")
        .changes_each_time()
        .changes(&expect![[r#"
            /f: 0600 -> 0600 now
        "#]]);
    story("file", [("path", "/f"), ("state", "touch")])
        .changes_each_time()
        .changes(&expect![[r#"
            /f: absent -> 0644 ""
        "#]]);
}

#[test]
fn everything_in_a_directory_gets_the_mode() {
    story(
        "file",
        [
            ("path", "/srv"),
            ("state", "directory"),
            ("recurse", "yes"),
            ("mode", "u=rwX,go="),
        ],
    )
    .directory("/srv", 0o755)
    .file("/srv/a/f", 0o644, "x")
    .link("/srv/l", "/etc/f")
    .file("/etc/f", 0o644, "y")
    .changes(&expect![[r#"
        /srv/a/f: 0644 -> 0600
        /srv/a: 0755 -> 0700
        /etc/f: 0644 -> 0600
        /srv: 0755 -> 0700
    "#]]);
}

/// S31: root does not follow somebody's link to what is not theirs.
#[test]
fn a_link_of_a_stranger_leads_only_to_what_is_theirs() {
    let asked = |owner: u32| {
        story("file", [("path", "/home/u/l"), ("mode", "0666")])
            .file("/etc/shadow", 0o600, "secret")
            .link("/home/u/l", "/etc/shadow")
            .host(move |host| {
                for (path, uid) in [("/home/u/l", 1000), ("/etc/shadow", owner)] {
                    if let Some(entry) = host.entries.get_mut(path) {
                        entry.meta.uid = uid;
                    }
                }
            })
            .arg("state", "file")
    };
    asked(0).refuses(&expect![[r#"
        /home/u/l is a symbolic link that 1000 made, and leads to /etc/shadow, which is not theirs: name that file itself, or remove the link
    "#]]);
    asked(1000).changes(&expect![[r#"
        /etc/shadow: 0600 1000:0 -> 0666 1000:0
    "#]]);
}

#[test]
fn a_path_may_start_at_the_home_of_an_account() {
    story("file", [("path", "~web/app"), ("state", "directory")])
        .directory("/srv/web", 0o755)
        .file("/etc/passwd", 0o644, "web:x:33:33::/srv/web:/bin/sh\n")
        .changes(&expect![[r#"
            /srv/web/app: absent -> 0755 directory
        "#]]);
}

#[test]
fn what_cannot_be_done_says_why() {
    story("file", [("path", "/none")]).refuses(&expect![[r#"
        path: file (/none) is absent, cannot continue
    "#]]);
    story("file", [("path", "/f"), ("state", "directory")])
        .file("/f", 0o600, "x")
        .refuses(&expect![[r#"
            path: /f already exists as a file
        "#]]);
    story("file", [("path", "/d"), ("state", "link"), ("src", "/f")])
        .directory("/d", 0o755)
        .file("/f", 0o600, "x")
        .refuses(&expect![[r#"
            path: refusing to convert from directory to symlink for /d
        "#]]);
    story("file", [("path", "/f"), ("state", "dir")]).refuses(&expect![[r#"
        state: `state` must be one of absent, directory, file, hard, link, touch, not `dir`
    "#]]);
    story("file", [("path", "/f"), ("modification_time", "soon")])
        .file("/f", 0o600, "x")
        .refuses(&expect![[r#"
            modification_time: Error while obtaining timestamp for time soon using format %Y%m%d%H%M.%S: time data 'soon' does not match format '%Y%m%d%H%M.%S'
        "#]]);
}

#[test]
fn what_nobody_has_seen_is_gone_all_the_same() {
    let mut host = Overlay::new(Memory::default());
    host.forget("/x", &Unknown::because("a command ran"));
    let ask = |args: &[(&str, &str)]| {
        let args: Map = args.iter().map(|(name, value)| (*name, *value)).collect();
        let module = modules::find("file").unwrap();
        module.plan(&args, &std::collections::BTreeMap::default(), &host)
    };
    let plan = ask(&[("path", "/x"), ("state", "absent")]).unwrap();
    assert!(plan.changed().is_err());
    assert_eq!(plan.result.get("state"), Some(&Value::from("absent")));
    assert!(matches!(
        ask(&[("path", "/x"), ("mode", "0600")]),
        Err(modules::Refusal::Unknown(_))
    ));
}

/// S33: a hard link to a file of root in somebody's directory is not changed through that name.
#[test]
fn a_name_that_a_stranger_may_have_made_is_not_touched() {
    let entry = |kind, uid| Entry {
        kind,
        meta: Meta::new(FileMode::from_bits(0o644), uid, 0),
    };
    let mut beneath = Memory::default();
    let shadow = entry(Kind::File(Content::of(b"secret".to_vec())), 0);
    beneath.entries.insert("/shadow".to_owned(), shadow.clone());
    beneath
        .entries
        .insert("/home".to_owned(), entry(Kind::Directory, 1000));
    let mut host = Overlay::new(beneath);
    let link = hostwright::change::Change::Entry {
        path: "/home/f".to_owned(),
        from: None,
        to: Some(Entry {
            kind: Kind::Hard("/shadow".to_owned()),
            ..shadow
        }),
        how: hostwright::change::How::default(),
    };
    host.lay(&link, &Unknown::because("a test"));
    let args = Map::from([
        ("path", "/home"),
        ("state", "directory"),
        ("recurse", "yes"),
        ("owner", "1000"),
    ]);
    let module = modules::find("file").unwrap();
    let refused = module.plan(&args, &std::collections::BTreeMap::default(), &host);
    let Err(modules::Refusal::Failed { message, .. }) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(
        message,
        "/home/f is one of several names of a file of 0, in a directory of 1000: its attributes \
         are not changed through this name"
    );
}

pub(crate) const CASES: &[Case] = cases! { "file":
    "nothing there", [], r#"{"path": "@/f"}"# => Fails;
    "a file as it is", [("f", 0o600, "x")], r#"{"path": "@/f"}"# => IsOk;
    "a mode", [("f", 0o600, "x")], r#"{"path": "@/f", "mode": "0644"}"# => Changes;
    "a symbolic mode", [("f", 0o600, "x")], r#"{"path": "@/f", "mode": "g+r"}"# => Changes;
    "a mode that is right", [("f", 0o640, "x")], r#"{"path": "@/f", "mode": "g+r"}"# => IsOk;
    "a mode through a link", [("f", 0o600, "x"), ("l", 0, "-> f")],
        r#"{"path": "@/l", "mode": "0644", "state": "file"}"# => Changes;
    "a directory", [], r#"{"path": "@/a/b", "state": "directory"}"# => Changes;
    "a directory with a mode", [],
        r#"{"path": "@/a/b", "state": "directory", "mode": "0700"}"# => Changes;
    "a directory that is there", [("a/", 0o755, "")],
        r#"{"path": "@/a", "state": "directory"}"# => IsOk;
    "a directory's mode", [("a/", 0o755, "")],
        r#"{"path": "@/a/", "state": "directory", "mode": "0700"}"# => Changes;
    "a directory in place of a file", [("a", 0o600, "x")],
        r#"{"path": "@/a", "state": "directory"}"# => Fails;
    "a directory below a file", [("a", 0o600, "x")],
        r#"{"path": "@/a/b", "state": "directory"}"# => Fails;
    "a directory where a link leads", [("l", 0, "-> d")],
        r#"{"path": "@/l", "state": "directory"}"# => Changes;
    "a tree of modes", [("a/f", 0o644, "x"), ("a/b/g", 0o644, "y"), ("a/l", 0, "-> f")],
        r#"{"path": "@/a", "state": "directory", "recurse": true, "mode": "u=rwX,go="}"#
        => Changes;
    "a tree that is right", [("a/", 0o700, ""), ("a/f", 0o600, "x")],
        r#"{"path": "@/a", "recurse": true, "mode": "u=rwX,go="}"# => IsOk;
    "recursion into a file", [("f", 0o600, "x")], r#"{"path": "@/f", "recurse": true}"# => Fails;
    "a file removed", [("f", 0o640, "x")], r#"{"path": "@/f", "state": "absent"}"# => Changes;
    "nothing removed", [], r#"{"path": "@/f", "state": "absent"}"# => IsOk;
    "a tree removed", [("a/b/f", 0o600, "x"), ("a/c/", 0o700, ""), ("a/l", 0, "-> c")],
        r#"{"path": "@/a", "state": "absent"}"# => Changes;
    "a link removed", [("f", 0o640, "x"), ("l", 0, "-> f")],
        r#"{"path": "@/l", "state": "absent"}"# => Changes;
    "a link", [("f", 0o640, "x")],
        r#"{"path": "@/l", "src": "f", "state": "link"}"# => Changes;
    "a link that is right", [("f", 0o640, "x"), ("l", 0, "-> f")],
        r#"{"path": "@/l", "src": "f", "state": "link"}"# => IsOk;
    "a link turned", [("f", 0o640, "x"), ("l", 0, "-> g")],
        r#"{"path": "@/l", "src": "f", "state": "link"}"# => Changes;
    "a link to nothing", [], r#"{"path": "@/l", "src": "f", "state": "link"}"# => Fails;
    "a link to nothing forced", [],
        r#"{"path": "@/l", "src": "f", "state": "link", "force": true}"# => Changes;
    "a link in place of a file", [("f", 0o640, "x"), ("l", 0o600, "y")],
        r#"{"path": "@/l", "src": "f", "state": "link"}"# => Fails;
    "a link in place of a file forced", [("f", 0o640, "x"), ("l", 0o600, "y")],
        r#"{"path": "@/l", "src": "f", "state": "link", "force": true}"# => Changes;
    "a link in place of an empty directory", [("f", 0o640, "x"), ("l/", 0o700, "")],
        r#"{"path": "@/l", "src": "@/f", "state": "link", "force": true}"# => Changes;
    "a link in place of a full directory", [("f", 0o640, "x"), ("l/g", 0o600, "y")],
        r#"{"path": "@/l", "src": "@/f", "state": "link", "force": true}"# => Fails;
    "a link with a mode", [("f", 0o640, "x")],
        r#"{"path": "@/l", "src": "f", "state": "link", "mode": "0600"}"# => Changes;
    "a link without a source", [], r#"{"path": "@/l", "state": "link"}"# => Fails;
    "a hard link", [("f", 0o640, "x")],
        r#"{"path": "@/h", "src": "@/f", "state": "hard"}"# => Changes;
    "a hard link with a mode", [("f", 0o640, "x")],
        r#"{"path": "@/h", "src": "@/f", "state": "hard", "mode": "0600"}"# => Changes;
    "a hard link in place of a file", [("f", 0o640, "x"), ("h", 0o600, "y")],
        r#"{"path": "@/h", "src": "@/f", "state": "hard"}"# => Fails;
    "a hard link in place of a file forced", [("f", 0o640, "x"), ("h", 0o600, "y")],
        r#"{"path": "@/h", "src": "@/f", "state": "hard", "force": true}"# => Changes;
    "a hard link to nothing", [],
        r#"{"path": "@/h", "src": "@/f", "state": "hard"}"# => Fails;
    "a new file touched", [], r#"{"path": "@/f", "state": "touch", "mode": "0600"}"#
        => ChangesEachTime;
    "a file touched", [("f", 0o640, "x")], r#"{"path": "@/f", "state": "touch"}"#
        => ChangesEachTime;
    "a touch that preserves", [("f", 0o640, "x")],
        r#"{"path": "@/f", "state": "touch", "modification_time": "preserve",
            "access_time": "preserve"}"# => IsOk;
    "a touch without a directory", [], r#"{"path": "@/a/f", "state": "touch"}"# => Fails;
    "a time", [("f", 0o640, "x")],
        r#"{"path": "@/f", "modification_time": "202001020304.05"}"# => Changes;
    "a source without a link", [("f", 0o640, "x")],
        r#"{"path": "@/f", "src": "x", "state": "file"}"# => Fails;
    "an account that is none", [("f", 0o640, "x")],
        r#"{"path": "@/f", "owner": "nobody-here"}"# => Fails;
};

#[test]
fn file_does_what_it_foretold() {
    prove(CASES);
}

/// `chattr` flags, where the file system of the temporary directory has them.
#[test]
fn flags_are_set_kept_and_taken_back() {
    prove(cases! { "file":
        "a flag that is none", [("f", 0o600, "x")],
            r#"{"path": "@/f", "attributes": "q"}"# => Fails;
    });
    let probe = tempfile::NamedTempFile::new().unwrap();
    if rustix::fs::ioctl_getflags(&probe).is_err() {
        return;
    }
    prove(cases! { "file":
        "a flag", [("f", 0o600, "x")], r#"{"path": "@/f", "attributes": "+d"}"# => Changes;
        "flags that are right", [("f", 0o600, "x")],
            r#"{"path": "@/f", "attributes": "-d"}"# => IsOk;
        "a flag of a directory", [("a/", 0o700, "")],
            r#"{"path": "@/a", "attributes": "d", "mode": "0755"}"# => Changes;
    });
}

#[test]
fn who_gets_a_directory_by_the_task_itself_had_no_hand_in_its_names() {
    let entry = |kind| Entry {
        kind,
        meta: Meta::new(FileMode::from_bits(0o644), 0, 0),
    };
    let mut beneath = Memory::default();
    let file = entry(Kind::File(Content::of(b"A".to_vec())));
    for (path, one) in [("/d", entry(Kind::Directory)), ("/d/a", file.clone())] {
        beneath.entries.insert(path.to_owned(), one);
    }
    let mut host = Overlay::new(beneath);
    let link = hostwright::change::Change::Entry {
        path: "/d/b".to_owned(),
        from: None,
        to: Some(Entry {
            kind: Kind::Hard("/d/a".to_owned()),
            ..file
        }),
        how: hostwright::change::How::default(),
    };
    host.lay(&link, &Unknown::because("a test"));
    let args = Map::from([
        ("path", "/d"),
        ("state", "directory"),
        ("recurse", "yes"),
        ("owner", "1000"),
    ]);
    let module = modules::find("file").unwrap();
    let plan = module
        .plan(&args, &std::collections::BTreeMap::default(), &host)
        .unwrap();
    let paths: Vec<&str> = plan
        .changes
        .iter()
        .filter_map(hostwright::change::Change::path)
        .collect();
    // The directory comes last: until then nobody else can put another file in place of one.
    assert_eq!(paths.last(), Some(&"/d"), "{paths:?}");
    assert!(paths.contains(&"/d/a"), "{paths:?}");
}
