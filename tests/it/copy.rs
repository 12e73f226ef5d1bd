//! Stories about `copy`.

use expect_test::expect;
use hostwright::{
    state::{Content, Kind},
    value::{Unknown, Value},
};

use crate::{
    cases,
    mechanical::{Case, prove},
    story::story,
};

#[test]
fn a_missing_file_is_made_with_the_mode_of_new_files() {
    story("copy", [("dest", "/etc/motd"), ("content", "hi")])
        .directory("/etc", 0o755)
        .changes(&expect![[r#"
            /etc/motd: absent -> 0644 "hi"
        "#]]);
}

#[test]
fn a_file_that_is_already_right_is_left_alone() {
    story("copy", [("dest", "/etc/motd"), ("content", "hi")])
        .file("/etc/motd", 0o600, "hi")
        .changes(&expect![""]);
}

#[test]
fn a_replaced_file_keeps_its_mode() {
    story("copy", [("dest", "/etc/motd"), ("content", "hi")])
        .file("/etc/motd", 0o600, "ho")
        .changes(&expect![[r#"
            /etc/motd: 0600 "ho" -> 0600 "hi"
        "#]]);
}

#[test]
fn only_the_mode_changes_where_the_content_is_right() {
    story(
        "copy",
        [
            ("dest", "/etc/motd"),
            ("content", "hi"),
            ("mode", "u=rw,g=r,o="),
        ],
    )
    .file("/etc/motd", 0o600, "hi")
    .changes(&expect![[r#"
            /etc/motd: 0600 -> 0640
        "#]]);
}

#[test]
fn without_force_a_file_that_is_there_stays() {
    story(
        "copy",
        [("dest", "/etc/motd"), ("content", "hi"), ("force", "no")],
    )
    .file("/etc/motd", 0o600, "ho")
    .changes(&expect![""]);
}

#[test]
fn a_source_keeps_its_name_in_a_directory() {
    story("copy", [("dest", "/etc/")])
        .ships("src", "files/app.conf", "a=1\n")
        .directory("/etc", 0o755)
        .changes(&expect![[r#"
            /etc/app.conf: absent -> 0644 "a=1\n"
        "#]]);
}

#[test]
fn a_directory_that_is_named_with_a_slash_is_made() {
    story(
        "copy",
        [("dest", "/srv/new/app/"), ("directory_mode", "0700")],
    )
    .ships("src", "files/app.conf", "a=1\n")
    .directory("/srv", 0o755)
    .changes(&expect![[r#"
            /srv/new: absent -> 0700 directory
            /srv/new/app: absent -> 0700 directory
            /srv/new/app/app.conf: absent -> 0644 "a=1\n"
        "#]]);
}

#[test]
fn a_tree_is_copied_with_its_directories() {
    let file = |text: &str| Kind::File(Content::of(text.as_bytes()));
    story("copy", [("dest", "/srv")])
        .ships_tree(
            "src",
            "files/app",
            [
                ("", Kind::Directory),
                ("a", file("A")),
                ("sub", Kind::Directory),
                ("sub/b", file("B")),
            ],
        )
        .file("/srv/app/a", 0o600, "old")
        .changes(&expect![[r#"
            /srv/app/a: 0600 "old" -> 0600 "A"
            /srv/app/sub: absent -> 0755 directory
            /srv/app/sub/b: absent -> 0644 "B"
        "#]]);
}

#[test]
fn a_link_is_replaced_unless_it_is_to_be_followed() {
    let base = |follow: &'static str| {
        story(
            "copy",
            [("dest", "/etc/motd"), ("content", "hi"), ("follow", follow)],
        )
        .file("/srv/motd", 0o600, "ho")
        .link("/etc/motd", "/srv/motd")
    };
    base("no").changes(&expect![[r#"
        /etc/motd: 0777 link to /srv/motd -> 0644 "hi"
    "#]]);
    base("yes").changes(&expect![[r#"
        /srv/motd: 0600 "ho" -> 0600 "hi"
    "#]]);
}

#[test]
fn a_directory_reached_through_a_link_is_written_where_it_really_is() {
    story("copy", [("dest", "/etc/perl/Map.pm"), ("content", "1;")])
        .directory("/usr/share/perl5", 0o755)
        .link("/etc/perl", "/usr/share/perl5")
        .changes(&expect![[r#"
            /usr/share/perl5/Map.pm: absent -> 0644 "1;"
        "#]]);
}

#[test]
fn a_file_on_the_host_is_copied_there() {
    story(
        "copy",
        [("dest", "/etc/b"), ("src", "/etc/a"), ("remote_src", "yes")],
    )
    .file("/etc/a", 0o600, "A")
    .changes(&expect![[r#"
            /etc/b: absent -> 0644 "A"
        "#]]);
}

#[test]
fn a_tree_on_the_host_keeps_its_modes_and_gives_its_top_the_mode_asked_for() {
    story(
        "copy",
        [
            ("dest", "/srv/b"),
            ("src", "/srv/a/"),
            ("remote_src", "yes"),
            ("mode", "0711"),
            ("directory_mode", "0700"),
        ],
    )
    .directory("/srv/a", 0o755)
    .directory("/srv/a/sub", 0o750)
    .file("/srv/a/sub/y", 0o604, "Y")
    .file("/srv/a/x", 0o600, "X")
    .directory("/srv/b", 0o755)
    .file("/srv/b/x", 0o640, "X")
    .changes(&expect![[r#"
        /srv/b/sub: absent -> 0750 directory
        /srv/b/sub/y: absent -> 0604 "Y"
        /srv/b: 0755 -> 0711
    "#]]);
}

#[test]
fn an_unknown_content_is_known_to_make_a_missing_file() {
    let unknown = Unknown::because("only the run will tell");
    story("copy", [("dest", "/etc/motd")])
        .arg("content", Value::Unknown(unknown))
        .directory("/etc", 0o755)
        .changes_each_time()
        .changes(&expect![[r#"
            /etc/motd: absent -> 0644 unknown content (only the run will tell)
        "#]]);
}

#[test]
fn what_cannot_be_done_says_why() {
    story("copy", [("dest", "/etc/none/motd"), ("content", "hi")])
        .directory("/etc", 0o755)
        .refuses(&expect![[r#"
            dest: Destination directory /etc/none does not exist
        "#]]);
    story(
        "copy",
        [
            ("dest", "/etc/motd"),
            ("content", "hi"),
            ("owner", "nobody-here"),
        ],
    )
    .directory("/etc", 0o755)
    .refuses(&expect![[r#"
            owner: chown failed: failed to look up user nobody-here
        "#]]);
    story("copy", [("dest", "/etc/motd"), ("contnet", "hi")]).refuses(&expect![[r#"
        contnet: there is no parameter `contnet` (did you mean `content`?)
    "#]]);
    story(
        "copy",
        [
            ("dest", "/etc/motd"),
            ("content", "hi"),
            ("setype", "etc_t"),
        ],
    )
    .directory("/etc", 0o755)
    .refuses(&expect![[r#"
            setype: `setype` is given, but SELinux is not enabled on the host
        "#]]);
}

#[test]
fn the_umask_of_the_login_holds() {
    story("copy", [("dest", "/etc/motd"), ("content", "hi")])
        .directory("/etc", 0o755)
        .host(|host| host.login.umask = 0o077)
        .changes(&expect![[r#"
            /etc/motd: absent -> 0600 "hi"
        "#]]);
}

pub(crate) const CASES: &[Case] = cases! { "copy":
    "a missing file", [], r#"{"dest": "@/f", "content": "x"}"# => Changes;
    "a file that is right", [("f", 0o600, "x")], r#"{"dest": "@/f", "content": "x"}"# => IsOk;
    "another content", [("f", 0o600, "y")], r#"{"dest": "@/f", "content": "x"}"# => Changes;
    "another mode", [("f", 0o600, "x")],
        r#"{"dest": "@/f", "content": "x", "mode": "0640"}"# => Changes;
    "a backup", [("f", 0o600, "y")],
        r#"{"dest": "@/f", "content": "x", "backup": true}"# => Changes;
    "a backup of nothing", [], r#"{"dest": "@/f", "content": "x", "backup": true}"# => Changes;
    "a link replaced", [("g", 0o600, "y"), ("f", 0, "-> g")],
        r#"{"dest": "@/f", "content": "x"}"# => Changes;
    "a link followed", [("g", 0o600, "y"), ("f", 0, "-> @/g")],
        r#"{"dest": "@/f", "content": "x", "follow": true}"# => Changes;
    "a link to nothing followed", [("f", 0, "-> g")],
        r#"{"dest": "@/f", "content": "x", "follow": true}"# => Changes;
    "a file of the host", [("a", 0o600, "A")],
        r#"{"dest": "@/b", "src": "@/a", "remote_src": true, "mode": "preserve"}"# => Changes;
    "a file of the host that is there", [("a", 0o600, "A"), ("b", 0o600, "A")],
        r#"{"dest": "@/b", "src": "@/a", "remote_src": true}"# => IsOk;
    "a tree of the host", [("a/x", 0o600, "A"), ("a/sub/y", 0o644, "B")],
        r#"{"dest": "@/b", "src": "@/a/", "remote_src": true}"# => Changes;
    "a tree into a directory", [("a/x", 0o600, "A"), ("b/", 0o755, "")],
        r#"{"dest": "@/b", "src": "@/a", "remote_src": true}"# => Changes;
    "a tree with owner and mode", [("a/x", 0o600, "A"), ("a/sub/y", 0o644, "B"), ("b/x", 0o644, "A")],
        r#"{"dest": "@/b", "src": "@/a/", "remote_src": true, "mode": "0750", "owner": "0"}"# => Changes;
    "a tree that is there", [("a/x", 0o600, "A"), ("b/x", 0o644, "A")],
        r#"{"dest": "@/b", "src": "@/a/", "remote_src": true}"# => IsOk;
    "a directory that is missing", [], r#"{"dest": "@/none/f", "content": "x"}"# => Fails;
    "a file on the way", [("f", 0o600, "y")], r#"{"dest": "@/f/g", "content": "x"}"# => Fails;
    "text into a directory", [("f/", 0o755, "")], r#"{"dest": "@/f", "content": "x"}"# => Fails;
    "a draft that is accepted", [("f", 0o600, "y")],
        r#"{"dest": "@/f", "content": "x", "validate": "/bin/true %s"}"# => Changes;
    "a validation without the path", [("f", 0o600, "y")],
        r#"{"dest": "@/f", "content": "x", "validate": "/bin/true"}"# => Fails;
    "data as JSON", [], r#"{"dest": "@/f", "content": {"a": [1, null]}}"# => Changes;
    "no force", [("f", 0o600, "y")],
        r#"{"dest": "@/f", "content": "x", "force": false}"# => IsOk;
    "a wrong checksum", [("a", 0o600, "A")],
        r#"{"dest": "@/b", "src": "@/a", "remote_src": true, "checksum": "00"}"# => Fails;
};

#[test]
fn copy_does_what_it_foretold() {
    prove(CASES);
}
