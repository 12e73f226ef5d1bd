//! Stories about `wait_for` and `ping`.

use std::net::TcpListener;

use expect_test::expect;
use hostwright::{
    value::{Map, Value},
    wire::{Conduct, Item, Outcome, Reply, Request},
};

use crate::{
    mechanical::{Case, Then, prove},
    node::{Node, task},
    story::story,
};

fn ran<const N: usize>(args: [(&str, Value); N]) -> Outcome {
    let home = tempfile::tempdir().unwrap();
    let item = Item {
        args: Map::from(args),
        ..Item::default()
    };
    Node::start(home.path(), "run-1").perform(Conduct::Run, "wait_for", &item)
}

#[test]
fn a_port_that_answers_is_not_waited_for() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = Value::from(u32::from(listener.local_addr().unwrap().port()));
    let outcome = ran([("port", port.clone()), ("timeout", Value::Int(20))]);
    assert_eq!((outcome.changed(), outcome.failure), (Ok(false), None));
    assert_eq!(outcome.result.get("port"), Some(&port));
    drop(listener);
    let outcome = ran([("port", port), ("timeout", Value::Int(0))]);
    let message = outcome.failure.unwrap().message;
    assert!(
        message.starts_with("Timeout when waiting for 127.0.0.1:"),
        "{message}"
    );
}

#[test]
fn a_port_with_a_connection_is_not_drained() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = listener.local_addr().unwrap();
    let port = || Value::from(u32::from(at.port()));
    let client = std::net::TcpStream::connect(at).unwrap();
    let _server = listener.accept().unwrap();
    let args = || {
        [
            ("port", port()),
            ("state", Value::from("drained")),
            ("timeout", Value::Int(0)),
        ]
    };
    let message = ran(args()).failure.unwrap().message;
    assert!(message.ends_with("to drain"), "{message}");
    let [one, two, three] = args();
    let excluded = ran([one, two, three, ("exclude_hosts", Value::from("127.0.0.1"))]);
    assert_eq!(excluded.failure, None);
    drop(client);
}

#[test]
fn groups_of_a_search_are_returned() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("log");
    std::fs::write(&file, "a\nstate: ready\n").unwrap();
    let outcome = ran([
        ("path", Value::from(file.display().to_string())),
        ("search_regex", Value::from("^state: (?P<word>\\w+)$")),
    ]);
    assert_eq!(outcome.failure, None);
    let groups = Value::list([Value::from("ready")]);
    assert_eq!(outcome.result.get("match_groups"), Some(&groups));
    let named = Value::from(Map::from([("word", "ready")]));
    assert_eq!(outcome.result.get("match_groupdict"), Some(&named));
    assert_eq!(outcome.result.get("state"), Some(&Value::from("file")));
}

#[test]
fn a_wait_ends_when_it_is_cancelled() {
    let home = tempfile::tempdir().unwrap();
    let mut node = Node::start(home.path(), "run-1");
    let item = Item {
        args: Map::from([("timeout", Value::Int(300))]),
        ..Item::default()
    };
    let id = node.say(Request::Perform(Box::new(task(
        Conduct::Run,
        "wait_for",
        &item,
    ))));
    // Whatever the cancelling finds: the task not begun, or waiting.
    loop {
        let cancel = node.say(Request::Cancel { id });
        let ping = node.say(Request::Ping);
        assert!(cancel < ping);
        let (heard, reply) = node.hear_any();
        if heard == id {
            let Reply::Done(outcomes) = reply else {
                panic!("no outcome")
            };
            // A task that has not begun has no outcome.
            assert!(outcomes.len() < 2);
            for outcome in &outcomes {
                expect!["the wait was cancelled"]
                    .assert_eq(&outcome.failure.as_ref().unwrap().message);
            }
            return;
        }
    }
}

#[test]
fn what_makes_no_sense_is_refused() {
    story("wait_for", [("path", "/a"), ("port", "1")]).refuses(&expect![[r#"
        port: port and path parameter can not both be passed to wait_for
    "#]]);
    story("wait_for", [("path", "/a"), ("state", "drained")]).refuses(&expect![[r#"
        state: state=drained should only be used for checking a port in the wait_for module
    "#]]);
    story("wait_for", [("port", "1"), ("exclude_hosts", "a")]).refuses(&expect![[r#"
        exclude_hosts: exclude_hosts should only be with state=drained
    "#]]);
    story(
        "wait_for",
        [("port", "1"), ("active_connection_states", "FOO")],
    )
    .refuses(&expect![[r#"
        active_connection_states: unknown active_connection_state (FOO) defined
    "#]]);
    story("ping", [("data", "crash")]).refuses(&expect![[r#"
        data: Task failed: Module failed: boom
    "#]]);
}

pub(crate) const CASES: &[Case] = &[
    Case {
        name: "a file that is there",
        module: "wait_for",
        there: &[("f", 0o640, "x")],
        args: r#"{"path": "@/f"}"#,
        then: Then::IsOk,
    },
    Case {
        name: "a file with what is searched",
        module: "wait_for",
        there: &[("f", 0o640, "a\nready 7\n")],
        args: r#"{"path": "@/f", "search_regex": "^ready ([0-9])"}"#,
        then: Then::IsOk,
    },
    Case {
        name: "a file that is gone",
        module: "wait_for",
        there: &[],
        args: r#"{"path": "@/f", "state": "absent"}"#,
        then: Then::IsOk,
    },
    Case {
        name: "no time",
        module: "wait_for",
        there: &[],
        args: r#"{"timeout": 0}"#,
        then: Then::IsOk,
    },
    Case {
        name: "a bad expression",
        module: "wait_for",
        there: &[],
        args: r#"{"path": "@/f", "search_regex": "("}"#,
        then: Then::Fails,
    },
    Case {
        name: "an answer",
        module: "ping",
        there: &[],
        args: r#"{}"#,
        then: Then::IsOk,
    },
    Case {
        name: "an answer of one's own",
        module: "ping",
        there: &[],
        args: r#"{"data": 5}"#,
        then: Then::IsOk,
    },
    Case {
        name: "a crash",
        module: "ping",
        there: &[],
        args: r#"{"data": "crash"}"#,
        then: Then::Fails,
    },
];

#[test]
fn waits_do_what_they_foretold() {
    prove(CASES);
}
