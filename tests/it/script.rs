//! Stories about `script` and `raw`, and what becomes of real scripts.

use std::{collections::BTreeMap, fs};

use expect_test::expect;
use hostwright::{
    state::{Content, FileMode, Kind, Supplied, Supply},
    value::{Map, Value},
    wire::{Conduct, Item, Outcome},
};

use crate::{
    mechanical::{Case, Then, prove, prove_with},
    node::Node,
    story::story,
};

const SCRIPT: &str =
    "#!/bin/sh\necho \"$(basename \"$0\") $# $1 in $(pwd)\"\necho err >&2\nexit ${CODE:-0}\n";

fn ships(param: &str) -> BTreeMap<String, Supply> {
    let supply = Supply {
        path: "my setup.sh".to_owned(),
        entries: vec![Supplied {
            path: String::new(),
            mode: FileMode::from_bits(0o644),
            kind: Kind::File(Content::of(SCRIPT.as_bytes())),
        }],
    };
    BTreeMap::from([(param.to_owned(), supply)])
}

#[test]
fn a_shell_gets_the_script_and_what_it_names_is_touched() {
    story("script", [("_raw_params", "'sub/my setup.sh' --to /srv/app | cat")])
        .arg("chdir", "/opt/x y")
        .arg("executable", "/bin/bash -e")
        .ships("_raw_params", "sub/my setup.sh", "exit")
        .changes_each_time()
        .changes(&expect![[r#"
            Run(Run { argv: ["/bin/sh", "-c", "cd '/opt/x y' && /bin/bash -e \"$0\" --to /srv/app | cat"], chdir: None, environment: [], stdin: None, strip: false, touches: ["/opt/x y", "/srv/app"], services: [], only_looks: false, reads: None, timeout: None, script: Some(Script { name: "my setup.sh", content: Known { digest: e596899f114b5162402325dfb31fdaa792fabed718628336cc7a35a24f38eaa9, size: 4, bytes: Here("exit") } }), is_bare: true, is_guarded: false })
        "#]]);
}

#[test]
fn a_script_whose_work_is_done_is_skipped() {
    let result = story("script", [("cmd", "setup.sh")])
        .arg("creates", "/srv/done")
        .file("/srv/done", 0o644, "")
        .ships("cmd", "setup.sh", "exit")
        .tells(&expect![""]);
    assert_eq!(
        result,
        Map::from([
            ("skipped", Value::Bool(true)),
            ("msg", "/srv/done exists, matching creates option".into())
        ])
    );
    story("script", [("cmd", "setup.sh")])
        .arg("removes", "/srv/done")
        .ships("cmd", "setup.sh", "exit")
        .changes(&expect![""]);
}

#[test]
fn a_script_has_its_name_while_it_runs_and_is_gone_afterwards() {
    let home = tempfile::tempdir().unwrap();
    let state = home.path().join("state");
    let mut node = Node::start(&state, "run-1");
    let mut run = |module: &str, args: Map| {
        let item = Item {
            args,
            supplies: ships("_raw_params"),
            ..Item::default()
        };
        node.perform(Conduct::Run, module, &item)
    };
    let done = run(
        "script",
        Map::from([
            ("_raw_params", "'my setup.sh' \"a b\" $((1 + 1))"),
            ("chdir", "/"),
        ]),
    );
    assert_eq!(done.failure, None);
    let wanted = Map::from([
        ("rc", Value::Int(0)),
        (
            "stdout_lines",
            Value::list([Value::from("my setup.sh 2 a b in /")]),
        ),
        ("stderr_lines", Value::list([Value::from("err")])),
        ("stdout", "my setup.sh 2 a b in /\n".into()),
        ("stderr", "err\n".into()),
    ]);
    assert_eq!(done.result, wanted);
    let failed = |done: Outcome| {
        (
            done.failure.unwrap().message,
            done.result.get("rc").cloned(),
        )
    };
    let missing = run(
        "script",
        Map::from([("_raw_params", "x"), ("chdir", "/nowhere")]),
    );
    assert_eq!(
        failed(missing),
        ("non-zero return code".to_owned(), Some(Value::Int(2)))
    );
    let raw = run(
        "raw",
        Map::from([
            ("_raw_params", "echo $0; exit 4"),
            ("executable", "/bin/bash"),
        ]),
    );
    assert_eq!(raw.result.get("stdout"), Some(&"/bin/bash\n".into()));
    assert_eq!(raw.result.get("delta"), None);
    assert_eq!(
        failed(raw),
        ("non-zero return code".to_owned(), Some(Value::Int(4)))
    );
    let left: Vec<_> = fs::read_dir(state.join("journal/lives"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some())
        .collect();
    assert_eq!(left, Vec::<std::path::PathBuf>::new());
}

#[test]
fn a_single_task_in_check_mode_runs_no_script() {
    let home = tempfile::tempdir().unwrap();
    let mut node = Node::start(&home.path().join("state"), "run-1");
    let item = Item {
        args: Map::from([("_raw_params", "touch /nowhere/x")]),
        supplies: ships("_raw_params"),
        ..Item::default()
    };
    let script = node.perform(Conduct::Probe, "script", &item);
    let why = "Check mode is not supported for this task.";
    assert_eq!(
        script.result,
        Map::from([("skipped", Value::Bool(true)), ("msg", why.into())])
    );
    let raw = node.perform(Conduct::Probe, "raw", &item);
    assert_eq!(raw.result, Map::from([("skipped", Value::Bool(true))]));
}

pub(crate) const SCRIPTS: &[Case] = &[
    Case {
        name: "a script",
        module: "script",
        there: &[("d/", 0o755, "")],
        args: r#"{"_raw_params": "setup.sh a", "chdir": "@/d"}"#,
        then: Then::ChangesEachTime,
    },
    Case {
        name: "a script run by a program",
        module: "script",
        there: &[],
        args: r#"{"_raw_params": "setup.sh", "executable": "/bin/sh -e", "creates": "@/f"}"#,
        then: Then::ChangesEachTime,
    },
    Case {
        name: "a script whose work is done",
        module: "script",
        there: &[("f", 0o644, "")],
        args: r#"{"_raw_params": "setup.sh", "creates": "@/f"}"#,
        then: Then::IsOk,
    },
    Case {
        name: "a script without work",
        module: "script",
        there: &[],
        args: r#"{"_raw_params": "setup.sh", "removes": "@/f"}"#,
        then: Then::IsOk,
    },
];

pub(crate) const RAW: &[Case] = crate::cases! { "raw":
    "a line", [], r#"{"_raw_params": "sh -c 'exit 0'"}"# => ChangesEachTime;
    "a line in another shell", [],
        r#"{"_raw_params": "sh -c 'exit 0'", "executable": "/bin/bash"}"# => ChangesEachTime;
};

#[test]
fn scripts_do_what_they_foretold() {
    prove_with(SCRIPTS, |_| ships("_raw_params"));
    prove(RAW);
}
