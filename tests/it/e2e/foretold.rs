//! What `--check` says of tasks that run, may run, or look at what is only planned.

use super::{Project, project};

const INVENTORY: &str = "one ansible_connection=local\n";

fn tasks(tasks: &str) -> Project {
    let play = format!(
        "- hosts: one\n  gather_facts: false\n  vars: {{ dir: \"{{{{ playbook_dir }}}}\" }}\n  tasks:\n{tasks}"
    );
    project(&[("inv", INVENTORY), ("site.yml", &play)])
}

impl Project {
    /// What a check says of the task with this name, from its banner on.
    fn foretold(&self, task: &str) -> String {
        let said = self.run(&["--check"]);
        let rest = said
            .text
            .split(&format!("TASK [{task}]"))
            .nth(1)
            .unwrap_or_else(|| panic!("no {task} in {}{}", said.text, said.errors));
        let mut lines = rest.lines().skip(1).take_while(|line| !line.is_empty());
        lines.by_ref().collect::<Vec<_>>().join("\n")
    }

    fn holds(&self, name: &str) -> bool {
        self.path().join(name).exists()
    }
}

#[test]
fn a_task_without_check_mode_runs_while_nothing_is_planned() {
    let project = tasks(
        r#"
    - command: cat {{ dir }}/version
      check_mode: false
      changed_when: false
      register: version
    - { name: said, debug: { msg: "{{ version.stdout }} {{ version.rc }}" } }
    - file: { path: "{{ dir }}/made", state: directory }
      check_mode: false
"#,
    );
    project.write("version", "7\n");
    assert!(project.foretold("said").contains("\"7 0\""));
    assert!(project.holds("made"), "it really runs");
}

#[test]
fn a_program_is_not_asked_about_what_is_only_planned() {
    let project = tasks(
        r#"
    - copy: { content: "8\n", dest: "{{ dir }}/version" }
    - { name: ask, command: "cat {{ dir }}/version", check_mode: false, changed_when: false, register: version }
    - { name: said, debug: { msg: "{{ version.stdout }}" } }
    - { name: other, command: "cat {{ dir }}/other", check_mode: false, register: other }
    - { name: heard, debug: { msg: "{{ other.stdout }}" } }
    - { name: any, shell: "cat {{ dir }}/ot*", check_mode: false, register: any }
    - { name: guessed, debug: { msg: "{{ any.stdout }}" } }
    - { name: makes, command: "touch {{ dir }}/made", check_mode: false }
"#,
    );
    project.write("version", "7\n");
    project.write("other", "here\n");
    assert!(project.foretold("said").starts_with("unknown: [one] => "));
    assert!(project.foretold("heard").contains("\"here\""));
    assert!(project.foretold("guessed").starts_with("unknown: "));
    assert_eq!(project.foretold("ask"), "ok: [one]");
    assert_eq!(project.foretold("makes"), "changed: [one]");
    assert!(!project.holds("made"));
    assert!(project.run(&[]).text.contains("\"8\""));
}

#[test]
fn a_file_is_made_ahead_only_where_no_plan_is_about_it() {
    let project = tasks(
        r#"
    - file: { path: "{{ dir }}/planned", state: directory }
    - { name: inside, copy: { content: x, dest: "{{ dir }}/planned/file" }, check_mode: false }
    - { name: beside, copy: { content: x, dest: "{{ dir }}/beside" }, check_mode: false }
    - { name: seen, stat: { path: "{{ dir }}/planned/file" }, check_mode: false, register: seen }
    - { name: said, debug: { msg: "{{ seen.stat.exists }}" } }
"#,
    );
    assert_eq!(project.foretold("inside"), "changed: [one]");
    assert!(!project.holds("planned") && project.holds("beside"));
    assert!(project.foretold("said").contains("true"));
}

#[test]
fn what_a_program_touches_can_be_declared() {
    let project = tasks(
        r#"
    - command: "true {{ dir }}/named"
    - command: "true {{ dir }}/spared"
      vars: { hostwright_touches: [] }
    - command: install-it
      vars: { hostwright_touches: ["{{ dir }}/declared"] }
    - { name: spared, stat: { path: "{{ dir }}/spared" } }
    - { name: declared, stat: { path: "{{ dir }}/declared/below" } }
"#,
    );
    assert_eq!(project.foretold("spared"), "ok: [one]");
    assert!(project.foretold("declared").starts_with("unknown: "));
    let wrong =
        tasks("    - { name: wrong, command: x, vars: { hostwright_touches: relative } }\n");
    assert!(wrong.foretold("wrong").contains("a list of absolute paths"));
}

const DOUBTFUL: &str = r#"
    - { command: echo yes, register: said }
    - { name: perhaps, copy: { content: a, dest: "{{ dir }}/file" }, when: said.stdout == 'yes' }
    - { name: again, copy: { content: a, dest: "{{ dir }}/file" } }
    - { set_fact: { one: 2 }, when: said.stdout == 'yes' }
    - { name: fact, debug: { msg: "{{ one | default(1) }}" } }
    - include_tasks: more.yml
      when: said.stdout == 'yes'
    - { name: after, stat: { path: "{{ dir }}/included" } }
    - { name: each, file: { path: "{{ dir }}/sub/{{ item }}", state: touch }, loop: "{{ said.stdout_lines }}" }
    - { name: below, stat: { path: "{{ dir }}/sub/no" } }
    - { name: elsewhere, stat: { path: "{{ dir }}/file2" } }
"#;

#[test]
fn what_a_task_may_have_done_is_unknown_afterwards() {
    let project = tasks(DOUBTFUL);
    project.write(
        "more.yml",
        "- { name: inner, copy: { content: x, dest: \"{{ dir }}/included\" } }\n",
    );
    project.write("sub/no", "");
    for task in [
        "perhaps", "again", "fact", "inner", "after", "each", "below",
    ] {
        let told = project.foretold(task);
        assert!(told.starts_with("unknown: [one] => "), "{task}: {told}");
    }
    assert_eq!(project.foretold("elsewhere"), "ok: [one]");
    assert_eq!(project.run(&[]).recap("one"), "ok=11 changed=4");
}

#[test]
fn a_play_that_may_end_is_unknown_from_there() {
    let project = tasks(
        r#"
    - { command: echo yes, register: said }
    - { meta: end_play, when: said.stdout == 'yes' }
    - { name: after, debug: { msg: x } }
"#,
    );
    assert!(project.foretold("after").starts_with("unknown: "));
    assert!(!project.run(&[]).text.contains("TASK [after]"));
}

#[test]
fn a_file_that_its_command_may_refuse_is_unknown_where_the_play_goes_on() {
    let project = tasks(
        r#"
    - { name: strict, copy: { content: new, dest: "{{ dir }}/strict", validate: "grep -q other %s" } }
    - { name: there, stat: { path: "{{ dir }}/strict" }, register: strict }
    - { name: said, debug: { msg: "{{ strict.stat.exists }}" } }
    - { name: lenient, copy: { content: new, dest: "{{ dir }}/lenient", validate: "grep -q other %s" }, ignore_errors: true, register: lenient }
    - { name: after, debug: { msg: "{{ lenient is changed }}" } }
    - { name: looked, stat: { path: "{{ dir }}/lenient" } }
"#,
    );
    assert_eq!(project.foretold("strict"), "changed: [one]");
    assert!(project.foretold("said").contains("true"));
    for unknown in ["lenient", "after", "looked"] {
        let told = project.foretold(unknown);
        assert!(
            told.starts_with("unknown: [one] => whether `validate` accepts the new file"),
            "{told}"
        );
    }
}

#[test]
fn two_names_of_one_machine_see_what_each_other_has_planned() {
    let project = project(&[
        (
            "inv",
            "[both]\none ansible_connection=local\ntwo ansible_connection=local\n",
        ),
        (
            "site.yml",
            r#"
- hosts: both
  gather_facts: false
  vars: { dir: "{{ playbook_dir }}/d" }
  tasks:
    - file: { path: "{{ dir }}", state: directory }
    - lineinfile: { path: "{{ dir }}/list", line: "{{ inventory_hostname }}", create: true }
    - copy: { content: "x", dest: "{{ dir }}/near" }
      delegate_to: localhost
    - slurp: { path: "{{ dir }}/list" }
      register: list
    - slurp: { path: "{{ dir }}/near" }
    - debug: { msg: "{{ list.content | b64decode | split | sort }}" }
    - assert: { that: list.content | b64decode | split | length == 2 }
"#,
        ),
    ]);
    let recap = |said: &super::Said| {
        let at = said.text.find("PLAY RECAP").unwrap();
        said.text[at..].to_owned()
    };
    let check = project.run(&["--check"]);
    assert_eq!(check.code, Some(0), "{}", check.text);
    let run = project.run(&[]);
    assert_eq!(recap(&check), recap(&run));
    assert!(recap(&project.run(&[])).contains("changed=0"));
}

#[test]
fn a_directory_in_which_something_was_made_is_taken_back() {
    use std::os::unix::fs::PermissionsExt as _;
    let project = tasks(
        r#"
    - file: { path: "{{ dir }}/there", mode: "0700" }
    - copy: { content: x, dest: "{{ dir }}/there/file" }
"#,
    );
    let there = project.path().join("there");
    std::fs::create_dir(&there).unwrap();
    let mode = || std::fs::metadata(&there).unwrap().permissions().mode() & 0o777;
    let before = mode();
    let said = project.run(&["-v"]);
    let both = format!("{}{}", said.text, said.errors);
    let run = both.split("hostwright undo ").nth(1).unwrap();
    let run = run.split_whitespace().next().unwrap();
    assert_eq!(mode(), 0o700);
    let undone = project.ask(&["undo", run, "-i", "inv"]);
    assert_eq!(undone.code, Some(0), "{}{}", undone.text, undone.errors);
    assert_eq!(mode(), before);
    assert!(!there.join("file").exists());
}
