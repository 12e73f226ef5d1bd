//! Stories about `command` and `shell`, and what becomes of real programs.

use std::{
    fs::{self, File},
    io::{BufRead as _, BufReader, Read as _},
    path::Path,
    process::Command,
};

use expect_test::expect;
use hostwright::{
    value::{Map, Value, from_json, to_json},
    wire::{Conduct, Item, Outcome, Reply, Request},
};

use crate::{
    mechanical::{Case, Then, prove},
    node::{Node, task},
    story::story,
};

#[test]
fn a_command_is_started_without_a_shell_and_names_what_it_may_touch() {
    let result = story("command", [("_raw_params", "touch '/srv/a b' $HOME;x")])
        .host(|host| host.login.environment = vec![("HOME".to_owned(), "/root".to_owned())])
        .changes_each_time()
        .tells(&expect![[r#"
            Run(Run { argv: ["touch", "/srv/a b", "/root;x"], chdir: None, environment: [], stdin: None, strip: true, touches: ["/srv/a b", "/root;x"], services: [], only_looks: false, reads: None, timeout: None, script: None, is_bare: false, is_guarded: false })
        "#]]);
    expect![[r#"{"cmd":["touch","/srv/a b","$HOME;x"]}"#]]
        .assert_eq(&to_json(&result.into()).to_string());
}

#[test]
fn a_shell_line_is_handed_over_whole() {
    story("shell", [("_raw_params", "echo $X > /srv/out"), ("executable", "/bin/bash")])
        .arg("stdin", "in")
        .changes_each_time()
        .changes(&expect![[r#"
            Run(Run { argv: ["/bin/bash", "-c", "echo $X > /srv/out"], chdir: None, environment: [], stdin: Some([105, 110, 10]), strip: true, touches: ["/srv/out"], services: [], only_looks: false, reads: None, timeout: None, script: None, is_bare: false, is_guarded: false })
        "#]]);
}

#[test]
fn nothing_runs_where_its_work_is_done() {
    let result = story(
        "command",
        [("_raw_params", "make"), ("creates", "build/*.o")],
    )
    .arg("chdir", "/srv")
    .file("/srv/build/x.o", 0o644, "")
    .tells(&expect![""]);
    expect![[r#"{"cmd":["make"],"stdout_lines":["skipped, since build/*.o exists"],"stdout":"skipped, since build/*.o exists","stderr":"","stderr_lines":[],"rc":0,"start":null,"end":null,"delta":null,"msg":"Did not run command since 'build/*.o' exists"}"#]]
        .assert_eq(&to_json(&result.into()).to_string());
    story("shell", [("cmd", "rm /srv/x"), ("removes", "/srv/x")])
        .directory("/srv", 0o755)
        .changes(&expect![""]);
}

#[test]
fn what_cannot_run_says_why() {
    story("command", [("chdir", "/srv")]).refuses(&expect![[r#"
        _raw_params: one of the following is required: _raw_params, cmd, argv
    "#]]);
    story("command", [("_raw_params", "a"), ("cmd", "b")]).refuses(&expect![[r#"
        _raw_params: parameters are mutually exclusive: _raw_params|cmd|argv
    "#]]);
    story("command", [("_raw_params", "echo 'a")]).refuses(&expect![[r#"
        No closing quotation
    "#]]);
    story("command", [("_raw_params", "pwd"), ("chdir", "/none")]).refuses(&expect![[r#"
        chdir: Unable to change directory before execution.
    "#]]);
}

pub(crate) const CASES: &[Case] = &[
    Case {
        name: "a program that only says something",
        module: "command",
        there: &[],
        args: r#"{"_raw_params": "echo hi"}"#,
        then: Then::ChangesEachTime,
    },
    Case {
        name: "words as a list",
        module: "command",
        there: &[("a b", 0o644, "x")],
        args: r#"{"argv": ["cat", "@/a b"], "stdin": "y"}"#,
        then: Then::ChangesEachTime,
    },
    Case {
        name: "a line",
        module: "shell",
        there: &[],
        args: r#"{"_raw_params": "echo a | cat; echo b >&2", "chdir": "@"}"#,
        then: Then::ChangesEachTime,
    },
    Case {
        name: "what it creates is there",
        module: "command",
        there: &[("f", 0o644, "x")],
        args: r#"{"_raw_params": "false", "creates": "@/f"}"#,
        then: Then::IsOk,
    },
    Case {
        name: "what it creates matches a pattern",
        module: "command",
        there: &[("f1", 0o644, "x")],
        args: r#"{"_raw_params": "false", "creates": "f[0-9]", "chdir": "@"}"#,
        then: Then::IsOk,
    },
    Case {
        name: "what it creates is a dangling link",
        module: "shell",
        there: &[("f", 0, "-> nowhere")],
        args: r#"{"_raw_params": "false", "creates": "@/f"}"#,
        then: Then::IsOk,
    },
    Case {
        name: "what it creates is missing",
        module: "command",
        there: &[(".f", 0o644, "x")],
        args: r#"{"_raw_params": "true", "creates": "@/*"}"#,
        then: Then::ChangesEachTime,
    },
    Case {
        name: "what it removes is missing",
        module: "shell",
        there: &[],
        args: r#"{"_raw_params": "false", "removes": "@/f"}"#,
        then: Then::IsOk,
    },
    Case {
        name: "what it removes is there",
        module: "shell",
        there: &[("f", 0o644, "x")],
        args: r#"{"_raw_params": "true", "removes": "@/f"}"#,
        then: Then::ChangesEachTime,
    },
    Case {
        name: "a directory that is missing",
        module: "command",
        there: &[],
        args: r#"{"_raw_params": "true", "chdir": "@/none"}"#,
        then: Then::Fails,
    },
    Case {
        name: "an open quote",
        module: "command",
        there: &[],
        args: r#"{"_raw_params": "echo 'a"}"#,
        then: Then::Fails,
    },
];

#[test]
fn commands_do_what_they_foretold() {
    prove(CASES);
}

fn item(json: &str) -> Item {
    let json: serde_json::Value = serde_json::from_str(json).unwrap();
    Item {
        args: from_json(&json).as_map().cloned().unwrap(),
        ..Item::default()
    }
}

fn ran(module: &str, json: &str) -> Outcome {
    let home = tempfile::tempdir().unwrap();
    let mut node = Node::start(home.path(), "run-1");
    node.perform(Conduct::Run, module, &item(json))
}

fn text<'a>(result: &'a Map, name: &str) -> &'a str {
    result
        .get(name)
        .and_then(Value::as_str)
        .unwrap_or_else(|| panic!("no {name} in {result:?}"))
}

#[test]
fn metacharacters_in_words_are_only_letters() {
    let outcome = ran(
        "command",
        r#"{"argv": ["printf", "%s|", "a b", "$(id)", "`id`", "'", "x\ny", "; rm"]}"#,
    );
    assert_eq!(
        text(&outcome.result, "stdout"),
        "a b|$(id)|`id`|'|x\ny|; rm|"
    );
    assert_eq!(outcome.changed(), Ok(true));
}

#[test]
fn a_program_that_fails_has_changed_something_and_says_what_it_said() {
    let outcome = ran(
        "shell",
        r#"{"_raw_params": "echo out; echo err >&2; exit 3"}"#,
    );
    assert_eq!(
        outcome.failure.as_ref().unwrap().message,
        "non-zero return code"
    );
    assert_eq!(outcome.changed(), Ok(true));
    assert_eq!(outcome.result.get("rc"), Some(&Value::Int(3)));
    assert_eq!(text(&outcome.result, "stdout"), "out");
    assert_eq!(text(&outcome.result, "stderr"), "err");
    let outcome = ran("shell", r#"{"_raw_params": "kill -9 $$"}"#);
    assert_eq!(outcome.result.get("rc"), Some(&Value::Int(-9)));
}

#[test]
fn a_program_that_cannot_be_started_changes_nothing() {
    let outcome = ran("command", r#"{"_raw_params": "/none/prog 'a b'"}"#);
    assert_eq!(
        outcome.failure.as_ref().unwrap().message,
        "Error executing command."
    );
    assert_eq!(outcome.changed(), Ok(false));
    assert_eq!(outcome.result.get("rc"), Some(&Value::Int(2)));
    assert_eq!(text(&outcome.result, "cmd"), "/none/prog 'a b'");
}

#[test]
fn bytes_that_are_no_text_come_back_as_they_were() {
    let outcome = ran(
        "command",
        r#"{"argv": ["printf", "a\\000\\377\\r\\nb\\n\\n"]}"#,
    );
    let stdout = text(&outcome.result, "stdout");
    assert_eq!(hostwright::value::bytes_of(stdout), b"a\0\xff\r\nb");
    assert_eq!(
        outcome
            .result
            .get("stdout_lines")
            .unwrap()
            .as_list()
            .unwrap()
            .len(),
        2
    );
}

#[test]
fn endless_output_is_cut_in_the_middle_and_the_node_lives_on() {
    let home = tempfile::tempdir().unwrap();
    let mut node = Node::start(home.path(), "run-1");
    for line in [
        "head -c 40000000 /dev/zero; echo the end",
        "head -c 40000000 /dev/zero | tr '\\\\000' '\\\\n'; echo the end",
    ] {
        let outcome = node.perform(
            Conduct::Run,
            "shell",
            &item(&format!(r#"{{"_raw_params": "{line}"}}"#)),
        );
        assert_eq!(outcome.failure, None);
        let stdout = text(&outcome.result, "stdout");
        assert!(stdout.contains("bytes left out]") && stdout.ends_with("the end"));
        assert!(stdout.len() < 1 << 20, "{}", stdout.len());
        assert!(
            outcome
                .warnings
                .iter()
                .any(|warning| warning.contains("said too much"))
        );
    }
    let after = node.perform(
        Conduct::Run,
        "command",
        &item(r#"{"_raw_params": "echo on"}"#),
    );
    assert_eq!(text(&after.result, "stdout"), "on");
}

#[test]
fn a_single_task_in_check_mode_is_skipped_as_in_ansible() {
    let home = tempfile::tempdir().unwrap();
    let mut node = Node::start(home.path(), "run-1");
    let outcome = node.perform(
        Conduct::Probe,
        "command",
        &item(r#"{"_raw_params": "touch /none/x"}"#),
    );
    assert_eq!(outcome.changed(), Ok(false));
    assert_eq!(outcome.result.get("skipped"), Some(&Value::Bool(true)));
    assert_eq!(
        text(&outcome.result, "msg"),
        "Command would have run if not in check mode"
    );
}

#[test]
fn a_rehearsal_knows_no_longer_what_a_command_named() {
    let home = tempfile::tempdir().unwrap();
    let mut node = Node::start(&home.path().join("state"), "run-1");
    let root = home.path().display();
    fs::write(home.path().join("f"), "x").unwrap();
    let line = format!(r#"{{"_raw_params": "mv /none {root}/f"}}"#);
    let outcome = node.perform(Conduct::Rehearse, "command", &item(&line));
    assert_eq!(
        (outcome.changed(), outcome.result.get("rc")),
        (Ok(true), Some(&Value::Int(0)))
    );
    assert!(matches!(
        outcome.result.get("stdout"),
        Some(Value::Unknown(_))
    ));
    let creates = format!(r#"{{"_raw_params": "true", "creates": "{root}/f"}}"#);
    let outcome = node.perform(Conduct::Rehearse, "command", &item(&creates));
    expect!["what `command` does is not foreseen; depends on `the task`"]
        .assert_eq(&outcome.unknown.unwrap().to_string());
}

/// Starts a program and its child, both of which hold a pipe open; gives the pipe once they run.
/// Its reader hears the end when the last of them is gone.
fn start_family(node: &mut Node, home: &Path, timeout: u64) -> (u64, BufReader<File>) {
    let at = home.join("pipe");
    let made = Command::new("mkfifo").arg(&at).status().unwrap();
    assert!(made.success());
    let line = format!("exec 9>{0}; sleep 50 & echo ready >&9; wait", at.display());
    let args = format!(r#"{{"_raw_params": "{line}"}}"#);
    let mut wanted = task(Conduct::Run, "shell", &item(&args));
    wanted.timeout = Some(timeout);
    let id = node.say(Request::Perform(Box::new(wanted)));
    let mut pipe = BufReader::new(File::open(&at).unwrap());
    let mut ready = String::new();
    pipe.read_line(&mut ready).unwrap();
    assert_eq!(ready, "ready\n");
    (id, pipe)
}

fn all_gone(mut pipe: BufReader<File>) {
    let mut rest = String::new();
    pipe.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "");
}

#[test]
fn a_cancelled_command_ends_with_its_children() {
    let home = tempfile::tempdir().unwrap();
    let mut node = Node::start(&home.path().join("state"), "run-1");
    let (id, pipe) = start_family(&mut node, home.path(), 60);
    node.say(Request::Cancel { id });
    let Reply::Done(outcomes) = node.hear(id) else {
        panic!("no outcome")
    };
    assert_eq!(outcomes[0].result.get("rc"), Some(&Value::Int(-9)));
    all_gone(pipe);
    assert!(matches!(node.ask(Request::Ping), Reply::Pong));
}

#[test]
fn a_command_whose_time_is_over_ends_with_its_children() {
    let home = tempfile::tempdir().unwrap();
    let mut node = Node::start(&home.path().join("state"), "run-1");
    let (id, pipe) = start_family(&mut node, home.path(), 1);
    let Reply::Done(outcomes) = node.hear(id) else {
        panic!("no outcome")
    };
    expect!["the task was ended because its time was over"]
        .assert_eq(&outcomes[0].failure.as_ref().unwrap().message);
    all_gone(pipe);
}

#[test]
fn a_command_ends_with_its_children_when_the_control_side_is_gone() {
    let home = tempfile::tempdir().unwrap();
    let mut node = Node::start(&home.path().join("state"), "run-1");
    let (_, pipe) = start_family(&mut node, home.path(), 60);
    node.leave();
    all_gone(pipe);
}

#[test]
fn a_shell_puts_variables_in_itself() {
    story("shell", [("_raw_params", "echo $X")])
        .arg("expand_argument_vars", false)
        .refuses(&expect![[r#"
            Unsupported parameters for (shell) module: expand_argument_vars
        "#]]);
}
