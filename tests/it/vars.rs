//! Which of many settings of a name counts, and what nobody but people may set.

use std::{fs, sync::Arc};

use hostwright::{
    config::{self, Environment, Flags, HashBehaviour, Settings, SourceList},
    diagnostic::{Mistake, Source, Span},
    inventory::{self, HostId, Surroundings, Vars},
    template::Templar,
    value::{Map, Text, Value, to_json},
    vars::{HostScope, Level, PlayNames, Run, Stack, Variables, role_names, told},
};

/// Every place where a variable can be set, the weakest first: the order in which
/// ansible-core 2.19.14 answered when each was asked for with all weaker ones set as well.
const LADDER: [&str; 22] = [
    "role_defaults",
    "inventory_all",
    "inventory_group",
    "group_vars_all_inventory",
    "group_vars_all_playbook",
    "group_vars_group_inventory",
    "group_vars_group_playbook",
    "inventory_host",
    "host_vars_inventory",
    "host_vars_playbook",
    "facts",
    "play_vars",
    "vars_prompt",
    "vars_files",
    "role_vars",
    "block_vars",
    "task_vars",
    "include_vars",
    "set_fact",
    "role_params",
    "include_params",
    "extra_vars",
];

/// The names that a place sets: those of its own step and of all above it.
pub(crate) fn names(place: &str) -> impl Iterator<Item = String> {
    let step = LADDER.iter().position(|name| *name == place).unwrap();
    (step..LADDER.len()).map(|above| format!("v{above:02}"))
}

pub(crate) fn lines(place: &str, mark: &str) -> String {
    let lines: Vec<String> = names(place)
        .map(|name| format!("{name}{mark}{place}\n"))
        .collect();
    lines.concat()
}

pub(crate) fn vars(place: &str) -> Arc<Vars> {
    let mut vars = Vars::new();
    for name in names(place) {
        vars.insert(name, place, None);
    }
    Arc::new(vars)
}

pub(crate) struct World {
    _folder: tempfile::TempDir,
    pub(crate) variables: Variables,
    pub(crate) host: HostId,
}

impl World {
    /// A host `h1` in `web`, with these files around it; the inventory is `inv/hosts`.
    pub(crate) fn of(files: &[(&str, &str)], extra: Vars, flags: Flags) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path().canonicalize().unwrap();
        for (name, text) in files {
            let path = here.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let here = here.to_str().unwrap();
        let environment = Environment::made_of(here, []);
        let flags = Flags {
            inventory: Some(SourceList(vec!["inv/hosts".to_owned()])),
            ..flags
        };
        let settings: Settings = config::load(flags, &environment).unwrap().settings;
        let inventory = inventory::load(&settings, &environment, &None)
            .unwrap()
            .inventory;
        let surroundings = Surroundings::new(&inventory, Some(here), &settings, &None).unwrap();
        let host = inventory.host_named("h1").unwrap();
        let run = Run {
            playbook_dir: here.to_owned(),
            forks: 5,
            ..Run::default()
        };
        Self {
            _folder: folder,
            variables: Variables::new(inventory, surroundings, &run, extra, &settings, None),
            host,
        }
    }

    pub(crate) fn simple(flags: Flags) -> Self {
        Self::of(
            &[("inv/hosts", "[web]\nh1 a=1\nh2.example.org b=2\n10.0.0.1\n")],
            Vars::new(),
            flags,
        )
    }

    pub(crate) fn scope<'a>(&'a self, stack: &'a Stack) -> HostScope<'a> {
        self.variables.scope(self.host, stack).unwrap()
    }
}

pub(crate) fn text(scope: &HostScope<'_>, name: &str) -> String {
    let value = scope.value(name).unwrap();
    value.map_or_else(|| "-".to_owned(), |value| to_json(&value).to_string())
}

pub(crate) fn ladder() -> World {
    let hosts = format!(
        "[web]\nh1 {}\n[all:vars]\n{}[web:vars]\n{}",
        lines("inventory_host", "=").replace('\n', " "),
        lines("inventory_all", "="),
        lines("inventory_group", "=")
    );
    let yaml = |place: &str| lines(place, ": ");
    let world = World::of(
        &[
            ("inv/hosts", &hosts),
            ("inv/group_vars/all.yml", &yaml("group_vars_all_inventory")),
            ("group_vars/all.yml", &yaml("group_vars_all_playbook")),
            (
                "inv/group_vars/web.yml",
                &yaml("group_vars_group_inventory"),
            ),
            ("group_vars/web.yml", &yaml("group_vars_group_playbook")),
            ("inv/host_vars/h1.yml", &yaml("host_vars_inventory")),
            ("host_vars/h1.yml", &yaml("host_vars_playbook")),
        ],
        Vars::clone(&vars("extra_vars")),
        Flags::default(),
    );
    // The names of facts are known ones in truth: see `stray` below.
    world.variables.include(world.host, &vars("include_vars"));
    for name in names("set_fact") {
        world
            .variables
            .set(world.host, &name, "set_fact".into(), None);
    }
    world
}

pub(crate) fn ladder_stack() -> Stack {
    let mut stack = Stack::new();
    // In no order: a level is a level whenever it comes.
    for (level, place) in [
        (Level::TaskVars, "task_vars"),
        (Level::RoleDefaults, "role_defaults"),
        (Level::IncludeParams, "include_params"),
        (Level::PlayVars, "play_vars"),
        (Level::BlockVars, "block_vars"),
        (Level::VarsFiles, "vars_files"),
        (Level::RoleVars, "role_vars"),
        (Level::Prompts, "vars_prompt"),
        (Level::RoleParams, "role_params"),
        (Level::Facts, "facts"),
    ] {
        stack.push(level, place, vars(place));
    }
    stack
}

#[test]
fn the_ladder_is_ansibles() {
    let world = ladder();
    let stack = ladder_stack();
    let scope = world.scope(&stack);
    for (step, place) in LADDER.iter().enumerate() {
        let name = format!("v{step:02}");
        assert_eq!(text(&scope, &name), format!("\"{place}\""), "{name}");
        assert_eq!(scope.why(&name).len(), step + 1, "{name}");
    }
}

#[test]
fn why_names_the_winner_and_the_losers() {
    let world = World::of(
        &[
            ("inv/hosts", "[web]\nh1 port=1\n[web:vars]\nport=2\n"),
            ("group_vars/web.yml", "---\nport: '{{ base + 3 }}'\n"),
        ],
        Vars::new(),
        Flags::default(),
    );
    let mut defaults = Vars::new();
    defaults.insert("port", 4_i64, None);
    let mut stack = Stack::new();
    stack.push(Level::RoleDefaults, "web", Arc::new(defaults));
    world
        .variables
        .set(world.host, "port", Value::from("hush").into_secret(), None);
    let scope = world.scope(&stack);
    let origins = scope.why("port");
    let here = world.variables.inventory().sources()[0].replace("/inv/hosts", "");
    assert_eq!(
        told("port", "h1", &origins).replace(&here, "."),
        "port on h1 = ‹secret›  set_fact or register\n  \
         not 1  inventory, host  ./inv/hosts:2:4\n  \
         not \"{{ base + 3 }}\"  group_vars of `web` beside the playbook  ./group_vars/web.yml:2:1\n  \
         not 2  inventory, group `web`  ./inv/hosts:4:1\n  \
         not 4  role defaults (web)\n"
    );
    assert_eq!(scope.place("port"), None);
    assert_eq!(
        told("nil", "h1", &scope.why("nil")),
        "`nil` is not set for h1\n"
    );
}

#[test]
fn names_that_the_run_sets_are_there() {
    let world = World::simple(Flags::default());
    let play = PlayNames {
        name: "p".to_owned(),
        hosts_all: vec!["h1".into(), "h2".into()],
        hosts: vec!["h1".into()],
        batch: vec!["h1".into()],
        roles: vec!["r".to_owned()],
        dependent_roles: vec!["d".to_owned()],
    };
    let mut stack = Stack::new();
    stack.push(Level::Magic, "", Arc::new(play.vars()));
    stack.push(Level::Magic, "", Arc::new(role_names("a.b.r", "/roles/r")));
    let scope = world.scope(&stack);
    let here = world.variables.inventory().sources()[0].replace("/inv/hosts", "");
    for (name, value) in [
        ("inventory_hostname", r#""h1""#),
        ("inventory_hostname_short", r#""h1""#),
        ("group_names", r#"["web"]"#),
        (
            "groups",
            r#"{"all":["h1","h2.example.org","10.0.0.1"],"ungrouped":[],"web":["h1","h2.example.org","10.0.0.1"]}"#,
        ),
        ("ansible_play_hosts", r#"["h1"]"#),
        ("ansible_play_hosts_all", r#"["h1","h2"]"#),
        ("play_hosts", r#"["h1"]"#),
        ("ansible_role_names", r#"["d","r"]"#),
        ("role_name", r#""r""#),
        ("ansible_collection_name", r#""a.b""#),
        ("ansible_run_tags", r#"["all"]"#),
        ("ansible_check_mode", "false"),
        ("ansible_config_file", "null"),
        ("ansible_limit", "-"),
        ("ansible_facts", "{}"),
        (
            "ansible_version",
            r#"{"full":"2.19.14","major":2,"minor":19,"revision":14,"string":"2.19.14"}"#,
        ),
    ] {
        assert_eq!(text(&scope, name), value, "{name}");
    }
    assert_eq!(text(&scope, "inventory_dir"), format!("\"{here}/inv\""));
    assert_eq!(
        text(&scope, "inventory_file"),
        format!("\"{here}/inv/hosts\"")
    );
    let all = scope.value("vars").unwrap().unwrap();
    let all = all.as_map().unwrap();
    assert!(all.contains("a") && all.contains("groups") && !all.contains("vars"));
    assert!(scope.all_names().contains("inventory_file"));
}

#[test]
fn another_host_is_seen_with_its_own_variables_only() {
    let world = World::simple(Flags::default());
    let mut play = Vars::new();
    play.insert("of_play", 1_i64, None);
    let stack = Stack::new().with(Level::PlayVars, "", Arc::new(play));
    let scope = world.scope(&stack);
    assert_eq!(scope.host_names(), ["h1", "h2.example.org", "10.0.0.1"]);
    let other = scope.of_host("h2.example.org").unwrap().unwrap();
    assert_eq!(other.value("b").unwrap(), Some(Value::Int(2)));
    assert_eq!(other.value("of_play").unwrap(), None);
    assert_eq!(
        other.value("inventory_hostname_short").unwrap(),
        Some(Value::from("h2"))
    );
    let address = scope.of_host("10.0.0.1").unwrap().unwrap();
    assert_eq!(
        address.value("inventory_hostname_short").unwrap(),
        Some(Value::from("10.0.0.1"))
    );
    assert!(scope.of_host("localhost").is_some() && scope.of_host("nobody").is_none());
}

#[test]
fn facts_are_variables_only_where_that_is_wanted() {
    let world = World::simple(Flags {
        inject_facts: Some(false),
        ..Flags::default()
    });
    let local = Value::from(Map::from([("x", 1_i64)]));
    let said = Map::from([
        ("ansible_system", Value::from("Linux")),
        ("ansible_local", local),
    ]);
    assert_eq!(world.variables.add_facts(world.host, &said), None);
    let stack = Stack::new();
    let scope = world.scope(&stack);
    assert_eq!(text(&scope, "ansible_system"), "-");
    assert_eq!(text(&scope, "ansible_local"), r#"{"x":1}"#);
    assert_eq!(
        text(&scope, "ansible_facts"),
        r#"{"system":"Linux","ansible_local":{"x":1}}"#
    );
}

#[test]
fn dictionaries_are_merged_over_all_levels_when_asked_to() {
    let files = [
        ("inv/hosts", "[web]\nh1 d=\"{'b': {'x': 2}, 'h': 1}\"\n"),
        ("group_vars/web.yml", "d: {a: 1, b: {x: 1, y: 1}}\n"),
    ];
    let merge = Flags {
        hash_behaviour: Some(HashBehaviour::Merge),
        ..Flags::default()
    };
    for (flags, expected) in [
        (merge, r#"{"a":1,"b":{"x":2,"y":1},"h":1,"t":1}"#),
        (Flags::default(), r#"{"t":1}"#),
    ] {
        let world = World::of(&files, Vars::new(), flags);
        let mut task = Vars::new();
        task.insert("d", Map::from([("t", 1_i64)]), None);
        let stack = Stack::new().with(Level::TaskVars, "", Arc::new(task));
        assert_eq!(text(&world.scope(&stack), "d"), expected);
    }
}

#[test]
fn a_loop_variable_is_above_everything() {
    let mut extra = Vars::new();
    extra.insert("item", "extra", None);
    let world = World::of(&[("inv/hosts", "h1\n")], extra, Flags::default());
    let stack = Stack::new();
    let mut item = Vars::new();
    item.insert("item", 1_i64, None);
    let scope = world.scope(&stack).with(Level::Loop, "", Arc::new(item));
    assert_eq!(text(&scope, "item"), "1");
    assert_eq!(text(&world.scope(&stack), "item"), "\"extra\"");
}

#[test]
fn a_host_that_a_task_adds_finds_its_files() {
    let world = World::of(
        &[
            ("inv/hosts", "h1\n"),
            ("group_vars/fresh.yml", "from_group: 1\n"),
            ("host_vars/new1.yml", "from_file: 1\n"),
        ],
        Vars::new(),
        Flags::default(),
    );
    let stack = Stack::new();
    assert_eq!(
        text(&world.scope(&stack), "group_names"),
        r#"["ungrouped"]"#
    );
    let new = world.variables.change_inventory(|inventory| {
        let group = inventory.add_group("fresh", None).unwrap();
        let old = inventory.host_named("h1").unwrap();
        inventory.enrol(group, old);
        let new = inventory.add_host("new1", group, None, None).unwrap();
        inventory.set_host(new, "own", Value::Int(2), None).unwrap();
        new
    });
    let scope = world.variables.scope(new, &stack).unwrap();
    for name in ["from_group", "from_file"] {
        assert_eq!(text(&scope, name), "1", "{name}");
    }
    assert_eq!(text(&scope, "own"), "2");
    assert_eq!(
        text(&scope, "groups"),
        r#"{"all":["h1","new1"],"ungrouped":[],"fresh":["h1","new1"]}"#
    );
    assert_eq!(text(&world.scope(&stack), "from_group"), "1");
    assert_eq!(text(&world.scope(&stack), "group_names"), r#"["fresh"]"#);
}

#[test]
fn a_variable_that_cannot_be_read_is_told_when_it_is_used() {
    let world = World::simple(Flags::default());
    let mut play = Vars::new();
    let refused = Mistake::nowhere("no secret fits");
    play.insert_result("locked", Err(refused.clone()), None);
    play.insert_result("open", Ok(Value::Int(1)), None);
    let stack = Stack::new().with(Level::PlayVars, "", Arc::new(play));
    let scope = world.scope(&stack);
    assert_eq!(text(&scope, "open"), "1");
    assert_eq!(scope.value("locked").unwrap_err(), refused);
    let all = scope.value("vars").unwrap().unwrap();
    assert!(!all.as_map().unwrap().contains("locked"));
}

#[test]
fn templates_see_hosts_and_variables_lazily() {
    let files = [(
        "inv/hosts",
        "[web]\nh1 greeting=\"{{ who }} and {{ hostvars['h2'].who }}\" who=\"{{ inventory_hostname }}\"\nh2 who='two {{ inventory_hostname }}' unused='{{ nowhere }}'\n",
    )];
    let world = World::of(&files, Vars::new(), Flags::default());
    for (template, expected) in [
        ("{{ greeting }}", r#""h1 and two h2""#),
        ("{{ hostvars | list }}", r#"["h1","h2"]"#),
        (
            "{{ groups.web | map('extract', hostvars, 'who') | list }}",
            r#"["h1","two h2"]"#,
        ),
        ("{{ vars['greeting'] }}", r#""h1 and two h2""#),
        ("{{ 'h3' in hostvars }}", "false"),
        ("{{ hostvars.h2.greeting is defined }}", "false"),
    ] {
        assert_eq!(rendered(&world, template), expected, "{template}");
    }
}

#[test]
fn another_playbook_brings_its_own_files() {
    let files = [
        ("inv/hosts", "h1\n"),
        ("group_vars/all.yml", "own: first\nfirst: 1\n"),
        ("other/group_vars/all.yml", "own: second\n"),
    ];
    let world = World::of(&files, Vars::new(), Flags::default());
    let stack = Stack::new();
    assert_eq!(text(&world.scope(&stack), "own"), "\"first\"");
    world.variables.set(world.host, "kept", Value::Int(1), None);
    let inventory = world.variables.inventory();
    let here = inventory.sources()[0].replace("/inv/hosts", "/other");
    let settings = config::load(Flags::default(), &Environment::made_of("/", [])).unwrap();
    let other = Surroundings::new(&inventory, Some(&here), &settings.settings, &None).unwrap();
    world.variables.enter(&here, other.into());
    let scope = world.scope(&stack);
    assert_eq!(text(&scope, "own"), "\"second\"");
    assert_eq!(text(&scope, "first"), "-");
    assert_eq!(text(&scope, "kept"), "1");
    assert_eq!(text(&scope, "playbook_dir"), format!("\"{here}\""));
}

pub(crate) fn rendered(world: &World, template: &str) -> String {
    let source = Source::new("test", template);
    let text = Text::template(template, Span::new(&source, 0, template.len()));
    let stack = Stack::new();
    let scope = world.scope(&stack);
    let templar = Templar::new(hostwright::template::Settings::default());
    match templar.render(&Value::Text(text), &scope) {
        Ok(Some(value)) => to_json(&value).to_string(),
        Ok(None) => "omitted".to_owned(),
        Err(failure) => format!("{failure:?}"),
    }
}
