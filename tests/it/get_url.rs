//! Stories about `get_url`, with servers of the tests' own.

use std::{
    collections::BTreeMap,
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
};

use expect_test::expect;
use hostwright::{
    value::{Map, from_json},
    wire::{Conduct, Item, Outcome},
};

use crate::{
    archives::{FILE, gzipped, zip, zipped},
    mechanical::{Case, Then, prove},
    node::Node,
    story::{Story, story},
};

const HELLO: &str = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

/// A server on the loopback, and what it was asked.
struct Server {
    port: u16,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&asked);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                serve(stream.unwrap(), &heard);
            }
        });
        Self { port, asked }
    }

    fn asked(&self) -> String {
        self.asked.lock().unwrap().concat().to_lowercase()
    }
}

fn serve(mut stream: TcpStream, heard: &Mutex<Vec<String>>) {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).unwrap_or(0) == 0 {
            return;
        }
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    heard.lock().unwrap().push(head.clone());
    // Whoever asks may have gone away.
    let _ = stream.write_all(&answer(&head));
}

fn answer(head: &str) -> Vec<u8> {
    let path = head.split(' ').nth(1).unwrap();
    let lower = head.to_lowercase();
    let with = |status: &str, headers: &str, body: &[u8]| {
        let length = body.len();
        let mut bytes = format!(
            "HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n"
        )
        .into_bytes();
        bytes.extend(body);
        bytes
    };
    let moved = |to: &str| with("302 Found", &format!("Location: {to}\r\n"), b"");
    match path {
        "/named" => with(
            "200 OK",
            "Content-Disposition: attachment; filename=\"../../evil.txt\"\r\n",
            b"hello",
        ),
        "/moved" => moved("/f"),
        "/to-file" => moved("file:///etc/passwd"),
        "/round" => moved("/round"),
        "/sums" => with("200 OK", "", format!("00  g\n{HELLO} *f\n").as_bytes()),
        "/secret" if lower.contains("authorization: basic bwu6cgfzcw==") => {
            with("200 OK", "", b"hello")
        }
        "/secret" => with("401 Unauthorized", "", b""),
        "/packed" => with("200 OK", "Content-Encoding: gzip\r\n", &gzipped(b"hello")),
        "/short" => b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\ncut".to_vec(),
        "/old" if lower.contains("if-modified-since:") => with("304 Not Modified", "", b""),
        "/f" | "/old" => with("200 OK", "", b"hello"),
        _ => with("404 Not Found", "", b"no"),
    }
}

fn cases(server: &Server, table: &[(&'static str, Then, &str)]) -> Vec<Case> {
    table
        .iter()
        .map(|(name, then, args)| {
            let args = args.replace("http:/", &format!("http://127.0.0.1:{}/", server.port));
            Case {
                name,
                module: "get_url",
                there: &[
                    ("d/", 0o755, ""),
                    ("same", 0o644, "hello"),
                    ("other", 0o600, "old"),
                    ("link", 0, "-> other"),
                ],
                args: format!("{{\"use_proxy\": false, {args}}}").leak(),
                then: *then,
            }
        })
        .collect()
}

#[test]
fn get_url_does_what_it_foretold() {
    use Then::{Changes, Fails, IsOk};
    let server = Server::start();
    let right = format!(r#""url": "http:/f", "dest": "@/new", "checksum": "sha256:{HELLO}""#);
    let kept = format!(r#""url": "http:/gone", "dest": "@/same", "checksum": "sha256:{HELLO}""#);
    let dressed = format!("{kept}, \"mode\": \"0600\"");
    let asked_again = format!("{kept}, \"force\": true");
    prove(&cases(
        &server,
        &[
            (
                "a new file",
                Changes,
                r#""url": "http:/f", "dest": "@/new", "mode": "0600""#,
            ),
            (
                "a file that is right",
                IsOk,
                r#""url": "http:/f", "dest": "@/same""#,
            ),
            (
                "a file that differs",
                Changes,
                r#""url": "http:/f", "dest": "@/other""#,
            ),
            (
                "a backup",
                Changes,
                r#""url": "http:/f", "dest": "@/other", "backup": true"#,
            ),
            ("a link", Changes, r#""url": "http:/f", "dest": "@/link""#),
            (
                "only the mode",
                Changes,
                r#""url": "http:/f", "dest": "@/same", "mode": "0600""#,
            ),
            (
                "into a directory",
                Changes,
                r#""url": "http:/f", "dest": "@/d""#,
            ),
            (
                "a name that climbs",
                Changes,
                r#""url": "http:/named", "dest": "@/d""#,
            ),
            (
                "sent on",
                Changes,
                r#""url": "http:/moved", "dest": "@/new""#,
            ),
            (
                "compressed for the way",
                Changes,
                r#""url": "http:/packed", "dest": "@/new""#,
            ),
            (
                "not newer",
                IsOk,
                r#""url": "http:/old", "dest": "@/other""#,
            ),
            (
                "whatever its age",
                Changes,
                r#""url": "http:/old", "dest": "@/other", "force": true"#,
            ),
            (
                "a file of the host",
                Changes,
                r#""url": "file://@/same", "dest": "@/new""#,
            ),
            ("the right checksum", Changes, &right),
            ("nothing to ask for", IsOk, &kept),
            ("nothing to ask for but the mode", Changes, &dressed),
            ("asked for again", Fails, &asked_again),
            (
                "a list of checksums",
                Changes,
                r#""url": "http:/f", "dest": "@/new", "checksum": "sha256:http:/sums""#,
            ),
            (
                "logged in",
                Changes,
                r#""url": "http:/secret", "dest": "@/new", "username": "me", "password": "pass""#,
            ),
            (
                "not logged in",
                Fails,
                r#""url": "http:/secret", "dest": "@/new""#,
            ),
            (
                "a wrong checksum",
                Fails,
                r#""url": "http:/f", "dest": "@/other", "checksum": "sha1:00""#,
            ),
            (
                "a list without it",
                Fails,
                r#""url": "http:/named", "dest": "@/new", "checksum": "sha256:http:/sums""#,
            ),
            (
                "not there",
                Fails,
                r#""url": "http:/none", "dest": "@/other""#,
            ),
            (
                "cut short",
                Fails,
                r#""url": "http:/short", "dest": "@/other""#,
            ),
            (
                "sent to a file",
                Fails,
                r#""url": "http:/to-file", "dest": "@/new""#,
            ),
            (
                "sent round and round",
                Fails,
                r#""url": "http:/round", "dest": "@/new""#,
            ),
            (
                "no directory",
                Fails,
                r#""url": "http:/f", "dest": "@/none/f""#,
            ),
            (
                "no TLS there",
                Fails,
                r#""url": "https://127.0.0.1:1/f", "dest": "@/new""#,
            ),
            (
                "another scheme",
                Fails,
                r#""url": "ftp://127.0.0.1/f", "dest": "@/new""#,
            ),
            (
                "ciphers",
                Fails,
                r#""url": "http:/f", "dest": "@/new", "ciphers": ["x"]"#,
            ),
        ],
    ));
}

fn rehearse(args: &str) -> Outcome {
    let home = tempfile::tempdir().unwrap();
    let json: serde_json::Value = serde_json::from_str(args).unwrap();
    let args: Map = from_json(&json).as_map().cloned().unwrap();
    let supplies = BTreeMap::new();
    let mut node = Node::start(&home.path().join("state"), "run-1");
    node.perform(
        Conduct::Rehearse,
        "get_url",
        &Item {
            args,
            supplies,
            ..Item::default()
        },
    )
}

#[test]
fn a_password_in_a_url_is_used_and_never_shown() {
    let server = Server::start();
    let ask = |path: &str| {
        rehearse(&format!(
            r#"{{"url": "http://me:pass@127.0.0.1:{}{path}", "dest": "/tmp/new",
                "use_proxy": false}}"#,
            server.port
        ))
    };
    for outcome in [ask("/secret"), ask("/short"), ask("/none")] {
        assert!(!format!("{outcome:?}").contains("me:pass"), "{outcome:?}");
    }
    assert_eq!(ask("/secret").failure, None);
    assert!(server.asked().contains("bwu6cgfzcw=="));
}

#[test]
fn private_headers_are_not_sent_on_to_another_server() {
    let second = Server::start();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let to = second.port;
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 4096]);
            let text = format!(
                "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:{to}/f\r\n\
                 Content-Length: 0\r\nConnection: close\r\n\r\n"
            );
            let _ = stream.write_all(text.as_bytes());
        }
    });
    let outcome = rehearse(&format!(
        r#"{{"url": "http://127.0.0.1:{port}/x", "dest": "/tmp/new", "use_proxy": false,
            "username": "me", "password": "pass", "force_basic_auth": true,
            "headers": {{"Cookie": "c", "X-Mine": "m", "X-First": "f"}},
            "unredirected_headers": ["x-first"]}}"#
    ));
    assert_eq!(outcome.failure, None);
    let asked = second.asked();
    assert!(asked.contains("x-mine: m"), "{asked}");
    for private in ["authorization", "cookie", "x-first"] {
        assert!(!asked.contains(private), "{asked}");
    }
}

fn get(url: &str) -> Story {
    story("get_url", [("url", url), ("dest", "/srv/f")])
        .directory("/srv", 0o755)
        .host(|host| {
            let url = "https://example.org/f".to_owned();
            host.downloads.insert(url, b"hello".to_vec());
        })
}

#[test]
fn a_download_is_known_before_it_is_written() {
    let result = get("https://example.org/f")
        .arg("owner", "33")
        .tells(&expect![[r#"
            /srv/f: absent -> 0644 33:0 "hello"
        "#]]);
    expect![[r#"{"url":"https://example.org/f","dest":"/srv/f","elapsed":0,"status_code":200,"msg":"OK (5 bytes)","checksum_src":"aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d","checksum_dest":null,"md5sum":"5d41402abc4b2a76b9719d911017c592","uid":33,"gid":0,"owner":"33","group":"0","mode":"0644","state":"file","size":5}"#]]
        .assert_eq(&hostwright::value::to_json(&result.into()).to_string());
}

#[test]
fn what_is_not_fetched_says_why() {
    get("https://example.org/none").refuses(&expect![[r#"
        url: Request failed
    "#]]);
    get("gopher://example.org/f").refuses(&expect![[r#"
        url: the scheme `gopher` is not supported
    "#]]);
    get("https://example.org/f")
        .arg("checksum", "sha256:00")
        .refuses(&expect![[r#"
            checksum: the checksum of https://example.org/f did not match 00; it was 2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824
        "#]]);
    get("https://example.org/f")
        .arg("use_gssapi", true)
        .refuses(&expect![[r#"
            use_gssapi: `use_gssapi` is not supported
        "#]]);
}

#[test]
fn an_archive_is_unpacked_from_where_it_lies() {
    let url = "https://example.org/a.zip";
    story(
        "unarchive",
        [("dest", "/srv"), ("src", url), ("remote_src", "yes")],
    )
    .directory("/srv", 0o755)
    .host(|host| {
        let bytes = zip(&[zipped("f", FILE | 0o644, "f")]);
        host.downloads.insert(url.to_owned(), bytes);
    })
    .changes(&expect![[r#"
            /srv/f: absent -> 0644 "f"
        "#]]);
    story("unarchive", [("dest", "/"), ("src", url)]).refuses(&expect![[r#"
        src: a URL as the source needs `remote_src: true`
    "#]]);
}
