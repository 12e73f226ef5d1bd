//! What hosts say of themselves, and what nobody but people may set.

use std::sync::Arc;

use hostwright::{
    config::Flags,
    diagnostic::{Source, Span},
    inventory::Vars,
    value::{Map, Text, Value},
    vars::{Level, Stack},
};

use crate::vars::{World, rendered, text};

/// S5, S6.
#[test]
fn a_host_cannot_say_who_it_is_or_how_it_is_reached() {
    let world = World::of(
        &[("inv/hosts", "[web]\nh1 deploy_path=/srv ansible_user=ann\n")],
        Vars::new(),
        Flags::default(),
    );
    let said = Map::from([
        ("ansible_distribution", "Debian"),
        ("ansible_user", "root"),
        ("ansible_connection", "local"),
        ("inventory_hostname", "forged"),
        ("groups", "forged"),
        ("deploy_path", "/"),
        ("found", "x"),
    ]);
    let warning = world.variables.add_facts(world.host, &said).unwrap();
    assert_eq!(
        warning.message(),
        "the host `h1` said what no host may set: `ansible_user`, `ansible_connection`, `inventory_hostname`, `groups`"
    );
    let stack = Stack::new();
    let scope = world.scope(&stack);
    for (name, value) in [
        ("ansible_distribution", r#""Debian""#),
        ("ansible_user", r#""ann""#),
        ("ansible_connection", "-"),
        ("inventory_hostname", r#""h1""#),
        ("groups", r#"{"all":["h1"],"ungrouped":[],"web":["h1"]}"#),
        ("deploy_path", r#""/srv""#),
        ("found", r#""x""#),
    ] {
        assert_eq!(text(&scope, name), value, "{name}");
    }
    let facts = world.variables.facts(world.host).unwrap();
    assert_eq!(facts.get("distribution"), Some(&Value::from("Debian")));
    world.variables.clear_facts(world.host);
    assert_eq!(text(&world.scope(&stack), "ansible_distribution"), "-");
}

/// S4.
#[test]
fn arguments_for_ssh_come_from_people_only() {
    let world = World::simple(Flags::default());
    let one = |name: &str, value: &str| {
        let mut vars = Vars::new();
        vars.insert(name, value, None);
        Arc::new(vars)
    };
    let args = "ansible_ssh_common_args";
    world
        .variables
        .set(world.host, args, "-o ProxyCommand=x".into(), None);
    let stack = Stack::new().with(
        Level::RoleDefaults,
        "fetched",
        one(args, "-o ProxyCommand=y"),
    );
    let (value, warning) = world.scope(&stack).connection(args).unwrap();
    assert_eq!(value, None);
    assert_eq!(
        warning.unwrap().message(),
        "`ansible_ssh_common_args` from set_fact or register is not used: it can only be set in an inventory or a play"
    );
    let stack = stack.with(Level::PlayVars, "", one(args, "-o Port=2"));
    let (value, _) = world.scope(&stack).connection(args).unwrap();
    assert_eq!(value, Some(Value::from("-o Port=2")));
    // A task may choose the user, a fact may not.
    world
        .variables
        .set(world.host, "ansible_user", "bob".into(), None);
    let stack = Stack::new().with(Level::Facts, "", one("ansible_port", "1"));
    let scope = world.scope(&stack);
    assert_eq!(
        scope.connection("ansible_user").unwrap().0,
        Some(Value::from("bob"))
    );
    assert_eq!(scope.connection("ansible_port").unwrap().0, None);
}

/// S7, as far as it is the variables' part.
#[test]
fn what_a_person_wrote_is_a_template_and_what_a_host_said_is_data() {
    let world = World::of(
        &[("inv/hosts", "h1 t='{{ x }}'\n")],
        Vars::new(),
        Flags::default(),
    );
    let source = Source::new("forged", "{{ x }}");
    let template = Value::Text(Text::template("{{ x }}", Span::new(&source, 0, 7)));
    let said = Map::from([("ansible_kernel", template)]);
    world.variables.add_facts(world.host, &said);
    let stack = Stack::new();
    let scope = world.scope(&stack);
    let is_template = |name: &str| match scope.value(name).unwrap() {
        Some(Value::Text(text)) => text.is_template(),
        other => unreachable!("{other:?}"),
    };
    assert!(is_template("t"));
    assert!(!is_template("ansible_kernel"));
    assert_eq!(scope.place("t").unwrap().line_column(), (1, 4));
}

/// S7.
#[test]
fn what_a_host_said_is_never_rendered_whichever_way_it_takes() {
    let world = World::of(
        &[("inv/hosts", "[web]\nh1 passed='{{ ansible_kernel }}'\n")],
        Vars::new(),
        Flags::default(),
    );
    let forged = "{{ 6 * 7 }}";
    let said = Map::from([("ansible_kernel", forged), ("stray", forged)]);
    world.variables.add_facts(world.host, &said);
    let result = Map::from([("stdout", forged)]);
    world
        .variables
        .set(world.host, "result", result.into(), None);
    for template in [
        "{{ ansible_kernel }}",
        "{{ ansible_facts.kernel }}",
        "{{ ansible_facts['stray'] }}",
        "{{ stray }}",
        "{{ passed }}",
        "{{ result.stdout }}",
        "{{ hostvars.h1.result.stdout }}",
        "{{ hostvars['h1'].ansible_facts.kernel }}",
        "{{ vars['ansible_kernel'] }}",
        "{{ lookup('vars', 'ansible_kernel') }}",
        "{{ [result] | map(attribute='stdout') | first }}",
        "{{ passed ~ '' }}",
    ] {
        assert_eq!(
            rendered(&world, template),
            format!("\"{forged}\""),
            "{template}"
        );
    }
}
