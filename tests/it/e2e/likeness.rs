//! What tasks return, as ansible-core 2.19.14 returns it.

use super::{Said, project};

const INVENTORY: &str = "one ansible_connection=local\n";

/// Runs tasks that tell by their own conditions whether they came out right. `D` in them is a
/// directory of their own.
fn tasks(text: &str, files: &[(&str, &str)], args: &[&str]) -> Said {
    let mut all = vec![("inv", INVENTORY), ("there/f", "one\ntwo\n")];
    all.extend(files);
    let project = project(&all);
    let there = project.path().join("there").display().to_string();
    let text = text
        .replace("D/", &format!("{there}/"))
        .replace('\n', "\n    ");
    let play = format!("- hosts: one\n  gather_facts: false\n  tasks:\n    {text}");
    project.write("site.yml", &play);
    let said = project.run(args);
    said.ends_with(0);
    said
}

#[test]
fn a_file_that_is_refused_says_what_its_command_said() {
    tasks(
        r#"
- copy: { content: x, dest: D/new, validate: "sh -c 'echo out; echo err >&2; exit 3' %s" }
  register: refused
  ignore_errors: true
- assert:
    that:
    - refused.exit_status == 3 and refused.stdout == "out\n" and refused.stderr_lines == ["err"]
    - "'failed to validate' in refused.msg"
    - refused.dest is undefined and refused.checksum is defined
- lineinfile: { path: D/f, line: new, validate: "grep -q nothing %s" }
  register: refused
  ignore_errors: true
- assert:
    that:
    - "refused.msg == 'failed to validate: rc:1 error:'"
    - refused.backup is undefined
- copy: { content: x, dest: D/new, validate: "/nowhere/check %s" }
  register: missing
  ignore_errors: true
- assert:
    that:
    - missing.rc == 2 and missing.stdout == ""
    - missing.msg == 'Error executing command.'
"#,
        &[],
        &[],
    );
}

#[test]
fn a_link_that_is_followed_returns_what_it_led_to() {
    tasks(
        r#"
- file: { src: f, path: D/l, state: link }
- copy: { content: new, dest: D/l, follow: true }
  register: followed
- assert:
    that:
    - followed.dest is match('.*there/f$')
    - followed.state == "file" and followed.size == 3
"#,
        &[],
        &[],
    );
}

#[test]
fn data_is_written_as_python_writes_json() {
    tasks(
        r#"
- copy: { content: { a: 1, b: [x, null] }, dest: D/j }
- assert:
    that: lookup('file', 'D/j') == '{"a":' ~ ' 1, "b":' ~ ' ["x", null]}'
"#,
        &[],
        &[],
    );
}

#[test]
fn a_mode_is_returned_with_a_nought_before_it() {
    tasks(
        r#"
- file: { path: D/f, mode: "4755" }
  register: set
- assert: { that: set.mode == "04755" }
- file: { path: D/f, mode: "0600" }
  register: set
- assert: { that: set.mode == "0600" }
"#,
        &[],
        &[],
    );
}

#[test]
fn a_template_is_written_in_the_encoding_that_was_asked_for() {
    tasks(
        r#"
- template: { src: t.j2, dest: D/latin, output_encoding: iso-8859-1 }
  register: latin
- template: { src: t.j2, dest: D/wide, output_encoding: utf-16 }
  register: wide
- template: { src: t.j2, dest: D/no, output_encoding: ascii }
  register: no
  ignore_errors: true
- assert: { that: latin.size == 5 and wide.size == 12 and no is failed }
"#,
        &[("templates/t.j2", "caf\u{e9}\n")],
        &[],
    );
}

#[test]
fn one_task_in_check_mode_looks_at_what_guards_its_command() {
    tasks(
        r#"
- command: { cmd: touch D/made, creates: D/nothing }
  check_mode: true
  register: would
- command: { cmd: touch D/made, creates: D/f }
  check_mode: true
  register: stays
- command: touch D/made
  check_mode: true
  register: unguarded
- shell: { cmd: touch D/made, removes: D/f }
  check_mode: true
  register: removes
- stat: { path: D/made }
  register: made
- assert:
    that:
    - would is changed and would is not skipped and would.rc == 0 and would.start is none
    - would.msg == 'Command would have run if not in check mode'
    - removes is changed
    - stays is not changed and stays.msg is match('Would not run command since')
    - unguarded is skipped and unguarded is not changed
    - not made.stat.exists
"#,
        &[],
        &[],
    );
}

#[test]
fn messages_of_several_lines_stay_lists() {
    tasks(
        r#"
- assert: { that: [false], fail_msg: [a, b], quiet: true }
  register: no
  ignore_errors: true
- fail: { msg: [1, 2] }
  register: failed
  ignore_errors: true
- assert:
    that:
    - no.msg == ["a", "b"] and no.evaluated_to == false
    - failed.msg == [1, 2]
"#,
        &[],
        &[],
    );
}

#[test]
fn what_the_control_side_does_returns_the_same() {
    tasks(
        r#"
- add_host: { name: "other:2222", groups: [x, y], word: said }
  register: added
- assert:
    that:
    - added.add_host.host_name == "other"
    - added.add_host.host_vars.ansible_ssh_port == 2222 and added.add_host.host_vars.word == "said"
    - hostvars.other.word == "said" and hostvars.other.ansible_ssh_port == 2222
- set_fact: { kept: 1, cacheable: true }
- set_fact: { own: 1 }
- assert: { that: ansible_facts.kept == 1 and kept == 1 and ansible_facts.own is undefined }
- include_vars: { file: more.yml, word: x }
  register: odd
  ignore_errors: true
- assert:
    that:
    - odd is failed and 'word is not a valid option in include_vars' in odd.msg
"#,
        &[("more.yml", "a: 1\n")],
        &[],
    );
}

#[test]
fn a_file_with_two_names_in_one_tree_is_given_away_once() {
    // Only root gives away.
    if !rustix::process::geteuid().is_root() {
        return;
    }
    tasks(
        r#"
- file: { src: D/f, path: D/g, state: hard }
- file: { path: D/, state: directory, recurse: true, owner: "1" }
  register: given
- stat: { path: D/f }
  register: one
- stat: { path: D/g }
  register: two
- assert: { that: given is changed and one.stat.uid == 1 and two.stat.uid == 1 }
- file: { path: D/, state: directory, recurse: true, owner: "1" }
  register: again
- assert: { that: again is not changed }
"#,
        &[],
        &[],
    );
}

#[test]
fn find_takes_a_symbolic_mode_for_the_bits_that_it_gives() {
    tasks(
        r#"
- copy: { content: x, dest: D/run, mode: "0755" }
- copy: { content: x, dest: D/read, mode: "0644" }
- find: { paths: D/, mode: u=x, exact_mode: false }
  register: some
- find: { paths: D/, mode: "u=rwx,go=rx" }
  register: exact
- assert:
    that: some.matched == 1 and exact.matched == 1 and some.files[0].path is search('run')
"#,
        &[],
        &[],
    );
}
