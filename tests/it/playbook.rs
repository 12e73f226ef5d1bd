//! Playbooks as they were written: structure, inheritance, arguments.

use std::{fmt::Write as _, sync::Arc};

use expect_test::expect;
use hostwright::{
    diagnostic::Spanned,
    playbook::{BlockKind, Given, Item, Repeat, Task, TaskKind},
    value::{Value, to_json},
};

use crate::projects::{Project, project};

fn told(items: &[Item], depth: usize, text: &mut String) {
    for item in items {
        let indent = "  ".repeat(depth);
        match item {
            Item::Task(task) => {
                writeln!(text, "{indent}{} {:?}", task.title(), task.tags()).unwrap();
            }
            Item::Block(block) => {
                let kind = match &block.kind {
                    BlockKind::Written => "block".to_owned(),
                    BlockKind::Group => "group".to_owned(),
                    BlockKind::Role(role) => format!("role {}", role.name),
                };
                writeln!(text, "{indent}{kind}").unwrap();
                told(&block.block, depth + 1, text);
                for (name, part) in [("rescue", &block.rescue), ("always", &block.always)] {
                    if !part.is_empty() {
                        writeln!(text, "{indent}{name}").unwrap();
                        told(part, depth + 1, text);
                    }
                }
            }
        }
    }
}

fn structure(project: &Project) -> String {
    let mut text = String::new();
    for play in &project.load().plays {
        writeln!(text, "PLAY {}", play.title()).unwrap();
        for (name, items) in [
            ("pre_tasks", &play.pre_tasks),
            ("roles", &play.role_tasks),
            ("tasks", &play.tasks),
            ("post_tasks", &play.post_tasks),
        ] {
            if !items.is_empty() {
                writeln!(text, "{name}:").unwrap();
                told(items, 1, &mut text);
            }
        }
        for handler in &play.handlers {
            writeln!(text, "handler {}", handler.title()).unwrap();
        }
    }
    text
}

fn tasks(site: &str) -> Vec<Arc<Task>> {
    let playbook = project(&[("site.yml", site), ("file.yml", "a: 1\n")]).load();
    playbook.plays[0]
        .all_tasks()
        .into_iter()
        .map(Arc::clone)
        .collect()
}

fn whens(task: &Task) -> Vec<String> {
    task.all(|keywords| &keywords.when)
        .into_iter()
        .map(|when| to_json(&when.node).to_string())
        .collect()
}

/// A project with every kind of import.
fn imports() -> Project {
    project(&[
        ("later.yml", "- ping:\n"),
        (
            "site.yml",
            "- import_playbook: more/web.yml\n  when: go\n  tags: [imported]\n  vars: {port: 80}\n- hosts: [db, web]\n  tasks:\n  - import_tasks: tasks/{{ env }}.yml\n    tags: t\n  - include_tasks: later.yml\n  - include_role: {name: r3}\n",
        ),
        ("tasks/prod.yml", "- ping:\n- import_tasks: next.yml\n"),
        (
            "tasks/next.yml",
            "- name: beside the file that names it\n  ping:\n",
        ),
        (
            "more/web.yml",
            "- name: web\n  hosts: web\n  tags: play\n  vars: {port: 1, own: 2}\n  pre_tasks: [{ping: , tags: 'a, b'}]\n  roles:\n  - {role: r1, tags: [r], when: first, size: 3}\n  tasks:\n  - block:\n    - import_role: {name: r3, tasks_from: other}\n      when: second\n    rescue: [{debug: msg=x}]\n    always: [{ping: }]\n    tags: blk\n  handlers:\n  - {name: restart, service: name=x, listen: [topic]}\n  post_tasks: [{ping: }]\n",
        ),
        (
            "more/roles/r1/tasks/main.yml",
            "- name: in r1\n  ping:\n- import_tasks: sub/a.yml\n",
        ),
        (
            "more/roles/r1/tasks/sub/a.yml",
            "- ping:\n- import_tasks: b.yml\n- import_tasks: last.yml\n",
        ),
        ("more/roles/r1/tasks/sub/b.yml", "- {name: b, ping: }\n"),
        ("more/roles/r1/tasks/last.yaml", ""),
        ("more/roles/r1/tasks/last.yml", "- {name: last, ping: }\n"),
        (
            "more/roles/r1/meta/main.yml",
            "dependencies: [{role: r2, color: red}]\n",
        ),
        (
            "more/roles/r1/handlers/main.yml",
            "- {name: of r1, ping: }\n",
        ),
        ("shared/r2/tasks/main.yaml", "- {name: in r2, ping: }\n"),
        ("shared/r2/handlers/main", "- {name: of r2, ping: }\n"),
        ("shared/r2/defaults/main/10.yml", "color: blue\nheight: 1\n"),
        ("shared/r2/defaults/main/20.yml", "height: 2\n"),
        (
            "shared/r3/tasks/other.yml",
            "- {name: other of r3, ping: }\n",
        ),
        ("shared/r3/handlers/main.yml", "- import_tasks: more.yml\n"),
        ("shared/r3/handlers/more.yml", "- {name: of r3, ping: }\n"),
        (
            "shared/r3/meta/argument_specs.yml",
            "argument_specs:\n  other:\n    short_description: short\n    options: {a: {type: int}}\n",
        ),
    ])
}

#[test]
fn a_project_is_read_with_all_that_it_imports() {
    let project = imports();
    expect![[r#"
        PLAY web
        pre_tasks:
          ping ["play", "imported", "a", "b"]
        roles:
          role r2
            r2 : in r2 ["play", "imported", "r"]
          role r1
            r1 : in r1 ["play", "imported", "r"]
            group
              r1 : ping ["play", "imported", "r"]
              group
                r1 : b ["play", "imported", "r"]
              group
                r1 : last ["play", "imported", "r"]
        tasks:
          block
            group
              role r3
                r3 : Validating arguments against arg spec 'other' - short ["play", "imported", "blk", "always"]
                r3 : other of r3 ["play", "imported", "blk"]
          rescue
            debug ["play", "imported", "blk"]
          always
            ping ["play", "imported", "blk"]
        post_tasks:
          ping ["play", "imported"]
        handler r2 : of r2
        handler r1 : of r1
        handler restart
        handler r3 : of r3
        PLAY db,web
        tasks:
          group
            ping ["t"]
            group
              beside the file that names it ["t"]
          include_tasks []
          include_role : r3 []
    "#]].assert_eq(&structure(&project));

    let playbook = project.load();
    let play = &playbook.plays[0];
    let vars: Vec<String> = play
        .vars()
        .iter()
        .map(|variable| format!("{}={:?}", variable.name, variable.value.as_ref().unwrap()))
        .collect();
    assert_eq!(vars, ["own=Int(2)", "port=Int(80)"]);
    let all = play.all_tasks();
    let of = |name: &str| {
        all.iter()
            .find(|task| task.title().ends_with(name))
            .unwrap()
    };
    assert_eq!(whens(of("in r2")), [r#""go""#, r#""first""#]);
    assert_eq!(whens(of("other of r3")), [r#""go""#, r#""second""#]);
    let r2 = of("in r2").role().unwrap();
    let names: Vec<&str> = r2
        .defaults
        .iter()
        .map(|variable| variable.name.as_str())
        .collect();
    assert_eq!(names, ["color", "height"]);
    assert_eq!(r2.params[0].name, "color");
    assert_eq!(of("in r2").scope.roles().len(), 2);
    let check = of("arg spec 'other' - short");
    assert_eq!(
        to_json(&check.args.get("argument_spec").unwrap().value).to_string(),
        r#"{"a":{"type":"int"}}"#
    );
}

#[test]
fn keywords_come_from_the_nearest_that_says_something() {
    let site = "- hosts: all\n  become: true\n  become_user: root\n  environment: {A: play}\n  tasks:\n  - block:\n    - block:\n      - {ping: , become_user: ann, environment: {A: task}, when: [c, d], no_log: '{{ x }}'}\n      - {ping: }\n      when: b\n    become: no\n    when: a\n    vars: {v: 1}\n";
    let all = tasks(site);
    let user = |task: &Task| {
        task.effective(|k| k.become_user.as_ref())
            .unwrap()
            .node
            .to_string()
    };
    assert_eq!(
        (user(&all[0]), user(&all[1])),
        ("ann".to_owned(), "root".to_owned())
    );
    let become_flag = all[0].effective(|k| k.r#become.as_ref()).unwrap();
    assert_eq!(become_flag.node, Given::Known(false));
    assert!(matches!(
        all[0].effective(|k| k.no_log.as_ref()),
        Some(Spanned {
            node: Given::Template(_),
            ..
        })
    ));
    assert_eq!(whens(&all[0]), [r#""a""#, r#""b""#, r#""c""#, r#""d""#]);
    let environment = all[0].all(|k| &k.environment);
    assert_eq!(to_json(&environment[1].node).to_string(), r#"{"A":"task"}"#);
    assert_eq!(all[1].vars()[0].name, "v");
}

#[test]
fn arguments_are_read_in_every_form() {
    let site = r#"- hosts: all
  tasks:
  - copy: src=a dest="b c" mode=0644
  - ansible.builtin.copy: {src: a, mode: 0644}
  - command: echo "a  b" creates=/x x=y
  - shell: |
      one
      two chdir=/tmp
  - command: ls
    args: {chdir: /tmp, creates: /y}
  - action: copy src=a dest=b
  - local_action: command echo hi
  - action: {module: copy src=c, dest: d}
  - set_fact: a=1 b='{{ x }}'
  - meta: flush_handlers
  - debug: msg="{{ a | default('x y') }}"
  - copy: "{{ everything }}"
  - ping:
    args: "{{ more }}"
  - include_vars: file.yml
  - shell: 'printf "\x41\n" | tr a=b c'
"#;
    let mut text = String::new();
    for task in tasks(site) {
        write!(text, "{}", task.action.node).unwrap();
        for arg in &task.args.entries {
            let span = &arg.span;
            let written = &span.source.text()[span.start..span.end];
            write!(
                text,
                " {}={} at `{written}`",
                arg.name.node,
                to_json(&arg.value)
            )
            .unwrap();
        }
        if let Some(free) = &task.args.free {
            write!(text, " free {:?}", free.node.as_str()).unwrap();
        }
        if let Some(further) = &task.args.further {
            write!(text, " further {:?}", further.node.as_str()).unwrap();
        }
        if let Some(host) = &task.keywords.delegate_to {
            write!(text, " on {}", host.node).unwrap();
        }
        text.push('\n');
    }
    expect![[r#"
        copy src="a" at `a` dest="b c" at `"b c"` mode="0644" at `0644`
        ansible.builtin.copy src="a" at `a` mode=420 at `0644`
        command creates="/x" at `/x` free "echo \"a  b\" x=y"
        shell chdir="/tmp" at `/tmp` free "one\ntwo"
        command chdir="/tmp" at `/tmp` creates="/y" at `/y` free "ls"
        copy src="a" at `a` dest="b" at `b`
        command free "echo hi" on localhost
        copy dest="d" at `d` src="c" at `c`
        set_fact a="1" at `1` b="{{ x }}" at `'{{ x }}'`
        meta free "flush_handlers"
        debug msg="{{ a | default('x y') }}" at `"{{ a | default('x y') }}"`
        copy free "{{ everything }}"
        ping further "{{ more }}"
        include_vars free "file.yml"
        shell free "printf \"\\x41\\n\" | tr a=b c"
    "#]]
    .assert_eq(&text);
}

/// As `ansible-playbook --list-tasks` 2.19 prints them.
#[test]
fn listings_show_the_main_line_by_bare_names() {
    let project = project(&[
        (
            "site.yml",
            "- hosts: all\n  roles: [r]\n  tasks:\n  - meta: flush_handlers\n  - block: [{ping: }]\n    rescue: [{name: no, ping: }]\n    always: [{name: nor, ping: }]\n",
        ),
        ("roles/r/tasks/main.yml", "- ping:\n- {name: own, ping: }\n"),
    ]);
    let playbook = project.load();
    let listed: Vec<String> = playbook.plays[0]
        .listed_tasks()
        .iter()
        .map(|task| task.listed_title())
        .collect();
    assert_eq!(listed, ["ping", "r : own", "meta", "ping"]);
    assert_eq!(playbook.plays[0].all_tasks().len(), 6);
}

#[test]
fn loops_and_what_goes_with_them_are_typed() {
    let all = tasks(
        "- hosts: all\n  tasks:\n  - {ping: , loop: [1, 2], loop_control: {loop_var: x, label: '{{ x }}', pause: 0.5}, until: ok, retries: 3, delay: '{{ d }}', register: r}\n  - {ping: , with_items: '{{ list }}', async: 10, poll: 0, changed_when: false, failed_when: [a, b]}\n",
    );
    assert!(
        matches!(&all[0].repeat, Some(Repeat::Loop(list)) if list.node.as_list().unwrap().len() == 2)
    );
    assert!(matches!(&all[1].repeat, Some(Repeat::With { lookup, .. }) if lookup.node == "items"));
    let control = &all[0].loop_control;
    assert_eq!(control.loop_var.as_ref().unwrap().node.as_str(), "x");
    assert_eq!(control.pause.as_ref().unwrap().node, Given::Known(0.5));
    assert_eq!(all[0].retries.as_ref().unwrap().node, Given::Known(3));
    assert!(all[0].delay.as_ref().unwrap().node.known().is_none());
    assert_eq!(all[0].register.as_ref().unwrap().node, "r");
    assert_eq!(all[1].changed_when[0].node, Value::Bool(false));
    assert_eq!(all[1].failed_when.len(), 2);
    assert_eq!(all[1].r#async.as_ref().unwrap().node, Given::Known(10));
}

#[test]
fn an_include_is_loaded_when_it_is_asked_for() {
    let project = project(&[
        (
            "site.yml",
            "- hosts: all\n  become: yes\n  tasks:\n  - include_tasks: {file: a.yml, apply: {tags: [t], become: no}}\n    when: no\n    vars: {v: 1}\n    tags: own\n  - include_role: {name: r, tasks_from: x, public: yes}\n",
        ),
        (
            "a.yml",
            "- {name: inside, ping: }\n- include_tasks: a.yml\n",
        ),
        ("roles/r/tasks/x.yml", "- {name: of the role, ping: }\n"),
        ("roles/r/handlers/main.yml", "- {name: handler, ping: }\n"),
    ]);
    let playbook = project.load();
    let play = &playbook.plays[0];
    let loader = project.loader();
    let all = play.all_tasks();
    let TaskKind::IncludeTasks { file, apply } = &all[0].kind else {
        panic!("an include")
    };
    let included = loader
        .include_tasks(play, all[0], &file.node, apply.as_deref())
        .unwrap();
    let Item::Task(inside) = &included.items[0] else {
        panic!("a task")
    };
    assert_eq!(inside.tags(), ["t"]);
    assert!(whens(inside).is_empty());
    assert_eq!(inside.vars()[0].name, "v");
    assert_eq!(
        inside.effective(|k| k.r#become.as_ref()).unwrap().node,
        Given::Known(false)
    );

    let TaskKind::IncludeRole(request) = &all[1].kind else {
        panic!("an include")
    };
    let included = loader.include_role(play, all[1], request).unwrap();
    assert_eq!(included.items[0].tasks()[0].title(), "r : of the role");
    assert_eq!(included.handlers[0].title(), "r : handler");
    assert!(included.roles[0].public);
    assert!(included.roles[0].is_repeatable());
}

/// S53: Ansible goes on until it is killed.
#[test]
fn an_include_that_includes_itself_ends_with_the_circle() {
    let project = project(&[
        (
            "site.yml",
            "- hosts: all\n  tasks: [{include_tasks: a.yml}]\n",
        ),
        ("a.yml", "- include_tasks: b.yml\n"),
        ("b.yml", "- include_tasks: a.yml\n"),
    ]);
    let playbook = project.load();
    let play = &playbook.plays[0];
    let loader = project.loader();
    let mut task = Arc::clone(play.all_tasks()[0]);
    for _ in 0..100 {
        let TaskKind::IncludeTasks { file, .. } = &task.kind else {
            panic!("an include")
        };
        let included = loader.include_tasks(play, &task, &file.node, None).unwrap();
        task = Arc::clone(included.items[0].tasks()[0]);
    }
    let TaskKind::IncludeTasks { file, .. } = &task.kind else {
        panic!("an include")
    };
    let refused = loader
        .include_tasks(play, &task, &file.node, None)
        .unwrap_err();
    expect![["
        Error:
          × more than 100 includes lead into each other
           ╭─[b.yml:1:3]
         1 │ - include_tasks: a.yml
           ·   ──────┬──────
           ·         ╰── this is one too many
           ╰────
          help: a.yml → b.yml → a.yml
    "]]
    .assert_eq(&crate::shown::shown(&refused.0[0]));
}
