//! What templates may do, and what goes through them.

use std::{cell::RefCell, rc::Rc, sync::Arc};

use hostwright::{
    diagnostic::{Mistake, Source, Span},
    template::{Failure, FileOptions, Kind, Limits, Scope, Settings, Templar, Truth},
    value::{Map, Marks, Text, Unknown, Value},
};

fn written(text: &str) -> Text {
    let source = Source::new("vars.yml", text);
    Text::template(text, Span::new(&source, 0, text.len()))
}

fn template(text: &str) -> Value {
    Value::Text(written(text))
}

fn unknown(why: &str) -> Value {
    Value::Unknown(Unknown::because(why))
}

fn rendered(text: &str, vars: &Map) -> Result<Option<Value>, Failure> {
    Templar::default().render(&template(text), vars)
}

fn value(text: &str, vars: &Map) -> Value {
    rendered(text, vars).unwrap().unwrap()
}

fn reasons(value: &Value) -> Vec<String> {
    match value {
        Value::Unknown(unknown) => unknown.reasons().map(|reason| reason.why.clone()).collect(),
        other => panic!("known: {other:?}"),
    }
}

#[test]
fn what_needs_something_unknown_is_unknown_for_all_its_reasons() {
    let vars = Map::from([("x", unknown("a")), ("y", unknown("b"))]);
    for text in [
        "{{ x + y }}",
        "at {{ x }} and {{ y }}",
        "{{ x ~ y }}",
        "{{ [x, y] | join }}",
        "{{ x and y }}",
        "{{ x == y }}",
        "{{ x | replace('a', y) }}",
        "{{ 'p' ~ [x, y] | join('-') }}",
    ] {
        assert_eq!(reasons(&value(text, &vars)), ["a", "b"], "{text}");
    }
    for text in [
        "{% if x %}1{% else %}2{% endif %}",
        "{% for i in x %}{{ i }}{% endfor %}",
        "{{ x.a.b }}",
        "{{ x | default(1) }}",
    ] {
        assert_eq!(reasons(&value(text, &vars)), ["a"], "{text}");
    }
}

#[test]
fn known_parts_decide_where_they_can() {
    let vars = Map::from([
        ("x", unknown("a")),
        ("m", Map::from([("k", unknown("b"))]).into()),
    ]);
    for (text, wanted) in [
        ("{{ false and x }}", Value::Bool(false)),
        ("{{ x and false }}", Value::Bool(false)),
        ("{{ true or x }}", Value::Bool(true)),
        ("{{ x or true }}", Value::Bool(true)),
        ("{{ [x, x, x] | length }}", Value::Int(3)),
        ("{{ 1 in [x, 1] }}", Value::Bool(true)),
        ("{{ 5 if true else x }}", Value::Int(5)),
        ("{{ true | ternary('a', x) }}", Value::from("a")),
        ("{{ nope | default('d') }}", Value::from("d")),
        ("{{ x is defined }}", Value::Bool(true)),
        ("{{ [x, true] is any }}", Value::Bool(true)),
        ("{{ m.keys() | list }}", Value::list([Value::from("k")])),
    ] {
        assert_eq!(value(text, &vars), wanted, "{text}");
    }
    let list = value("{{ [1, x] }}", &vars);
    assert_eq!(list.as_list().unwrap()[0], Value::Int(1));
    assert_eq!(reasons(&list.as_list().unwrap()[1]), ["a"]);
    let templar = Templar::default();
    assert_eq!(
        templar.condition(&template("x and false"), &vars),
        Ok(Truth::Is(false))
    );
    assert!(matches!(
        templar.condition(&template("x == 1"), &vars),
        Ok(Truth::Unknown(_))
    ));
}

const MADE_OF_IT: &[&str] = &[
    "{{ s }}",
    "{{ t }}",
    "{{ m.k }}",
    "a {{ s }} b",
    "{{ s ~ 'x' }}",
    "{{ 'x' + s }}",
    "{{ s | upper }}",
    "{{ s.upper() }}",
    "{{ s[1:3] }}",
    "{{ s[0] }}",
    "{{ '%s' % s }}",
    "{{ '{}'.format(s) }}",
    "{{ [s] | join }}",
    "{{ m }}",
    "{{ m | to_json }}",
    "{{ m | string }}",
    "x{{ m }}",
    "{{ s | b64encode }}",
    "{{ s | hash('sha1') }}",
    "{{ 'x' | replace('x', s) }}",
    "{% set a %}{{ s }}.{% endset %}{{ a }}",
    "{% for c in s %}{{ c }}{% endfor %}",
    "{{ s | regex_replace('h', 'H') }}",
    "{{ s.split('t') }}",
    "{{ m | dict2items }}",
    "{% macro p(v) %}<{{ v }}>{% endmacro %}{{ p(s) }}",
    "{{ {'a': m.k} | combine({'b': 1}) }}",
    "{{ m | to_json | from_json | to_yaml | from_yaml }}",
    "{{ m.keys() | first ~ m.k }}",
    "{{ lookup('first_found', [s], skip=true) | default(s, true) }}",
];

#[test]
fn marks_are_on_every_text_that_is_made_of_a_marked_one() {
    for marks in [Marks::SECRET, Marks::TOLD] {
        let marked = Value::Text(Text::from("hunter2").with(marks));
        let vars = Map::from([
            ("s", marked.clone()),
            ("m", Map::from([("k", marked)]).into()),
            ("t", template("{{ s }}")),
        ]);
        for text in MADE_OF_IT {
            assert_eq!(value(text, &vars).marks(), marks, "{text}");
        }
        assert!(value("{{ 'plain' }}", &vars).marks().is_empty());
    }
    let names = Value::Text(Text::from("{\"../x\": 1}").with(Marks::TOLD));
    let name = value(
        "{{ (n | from_json).keys() | first }}",
        &Map::from([("n", names)]),
    );
    assert_eq!(name.marks(), Marks::TOLD);
}

#[test]
fn no_failure_quotes_a_secret() {
    let secret = Value::Text(Text::from("hunter2").into_secret());
    let vars = Map::from([
        ("s", secret.clone()),
        ("m", Map::from([("k", secret)]).into()),
    ]);
    for text in [
        "{{ s | int(base=99) + [] }}",
        "{{ m[s] }}",
        "{{ s | regex_search('(' ~ s) }}",
        "{{ lookup('file', s) }}",
    ] {
        let failure = rendered(text, &vars).unwrap_err();
        assert!(!failure.to_string().contains("hunter2"), "{failure}");
    }
}

#[test]
fn data_is_never_rendered_whichever_way_it_takes() {
    let evil = "{{ lookup('pipe', 'touch /tmp/never') }}";
    let fact = Map::from([
        ("k", Value::from(evil)),
        ("l", Value::list([Value::from(evil)])),
    ]);
    let vars = Map::from([
        ("d", Value::from(evil)),
        ("fact", fact.into()),
        ("via", template("{{ d }}")),
        ("start", Value::from("{{ 1")),
    ]);
    for text in [
        "{{ d }}",
        "{{ via }}",
        "{{ fact.k }}",
        "{{ fact.l[0] }}",
        "{{ fact.l | first }}",
        "{{ d | string }}",
        "{{ lookup('vars', 'd') }}",
        "{% set x = d %}{{ x }}",
        "{{ [d] | map('trim') | join }}",
        "{% for i in fact.l %}{{ i }}{% endfor %}",
        "{{ d | default('x') }}",
        "{{ fact | dict2items | map(attribute='value') | first }}",
        "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(d) }}",
        "{{ fact.values() | first }}",
        "{{ lookup('items', fact.l) }}",
    ] {
        let found = value(text, &vars);
        assert_eq!(found.as_str(), Some(evil), "{text}");
        let again = Templar::default().render(&found, &vars).unwrap().unwrap();
        assert_eq!(again.as_str(), Some(evil), "{text}");
    }
    assert_eq!(value("{{ start ~ '}}' }}", &vars).as_str(), Some("{{ 1}}"));
    let failure = Templar::default()
        .condition(&Value::from("true"), &vars)
        .unwrap_err();
    assert_eq!(failure.kind, Kind::Conditional);
}

#[test]
fn a_circle_of_variables_names_every_place() {
    let vars = Map::from([("a", template("{{ b }}")), ("b", template("{{ a }} "))]);
    let failure = rendered("{{ a }}", &vars).unwrap_err();
    assert_eq!(failure.kind, Kind::Runtime);
    assert!(failure.to_string().contains("recursive"), "{failure}");
    let mistake = &failure.mistake;
    assert_eq!(mistake.span().unwrap().source.text(), "{{ b }}");
    assert_eq!(mistake.related()[0].0.source.text(), "{{ a }} ");
}

#[test]
fn a_misspelt_name_is_shown_where_it_stands() {
    let source = Source::new("site.yml", "- debug:\n    msg: port {{ prot + 1 }}\n");
    let text = Text::template("port {{ prot + 1 }}", Span::new(&source, 18, 37));
    let vars = Map::from([("port", Value::Int(80))]);
    let failure = Templar::default()
        .render(&Value::Text(text), &vars)
        .unwrap_err();
    assert_eq!(failure.kind, Kind::Undefined);
    assert_eq!(failure.to_string(), "'prot' is undefined");
    assert_eq!(
        failure.mistake.place().unwrap().to_string(),
        "site.yml:2:18"
    );
    assert_eq!(failure.mistake.helps(), Some("did you mean `port`?"));
    let failure = rendered("{{ 1 | uper }}", &vars).unwrap_err();
    assert_eq!(failure.kind, Kind::Syntax);
    assert!(
        failure.to_string().contains("did you mean `upper`?"),
        "{failure}"
    );
}

#[test]
fn nothing_a_template_does_takes_the_machine_down() {
    // As the command does: the parser's own frames are large where nothing is optimised.
    let deep = std::thread::Builder::new().stack_size(64 << 20);
    deep.spawn(hostile_templates).unwrap().join().unwrap();
}

fn hostile_templates() {
    let limits = Limits {
        steps: 200_000,
        ..Limits::default()
    };
    let templar = Templar::new(Settings {
        limits,
        ..Settings::default()
    });
    let deep = "(".repeat(140) + "1" + &")".repeat(140);
    let long = "[1]".to_owned() + &" + [1]".repeat(3000);
    for text in [
        "{{ 'a' * 3000000000 }}",
        "{{ [0] * 3000000000 }}",
        "{{ range(100000000) | list }}",
        "{{ 10 ** 100000000 }}",
        "{{ 2 ** 1000000000 }}",
        "{{ (1).__lshift__(1000000000) }}",
        "{{ '%999999999d' % 1 }}",
        "{{ '{:999999999}'.format(1) }}",
        "{{ 'a'.center(999999999) }}",
        "{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% set l = [] %}{% for i in range(9) %}{% set _ = l.append(l) %}{% endfor %}x{{ l }}",
        "{{ ('a' * 1000000) | replace('a', 'b' * 1000000) }}",
        "{{ range(30) | list | permutations }}",
        "{{ ('a' * 40 ~ '!') is match('^(?:(a+)\\1?)+$') }}",
    ] {
        let found = templar.render(&template(text), &Map::new());
        assert!(found.is_err(), "{text}: {found:?}");
    }
    let down =
        "{% macro f(n) %}{{ n }}{% if n > 0 %}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(30) }}";
    assert!(templar.render(&template(down), &Map::new()).is_ok());
    for text in [
        format!("{{{{ {deep} }}}}"),
        format!("{{{{ ({long}) | length }}}}"),
    ] {
        let _ = templar.render(&template(&text), &Map::new());
    }
}

#[test]
fn an_omitted_whole_is_nothing_and_parts_drop_out() {
    let vars = Map::new();
    assert_eq!(rendered("{{ nope | default(omit) }}", &vars), Ok(None));
    let args = Map::from([
        ("a", template("{{ omit }}")),
        ("b", template("{{ [1, omit] }}")),
    ]);
    let found = Templar::default()
        .render(&args.into(), &vars)
        .unwrap()
        .unwrap();
    assert_eq!(
        found,
        Map::from([("b", Value::list([Value::Int(1)]))]).into()
    );
}

/// Two hosts; each has its own `name`, and says it in `greeting`.
struct Hosts {
    own: Map,
    asked: RefCell<Vec<String>>,
}

impl Scope for Hosts {
    fn get(&self, name: &str) -> Result<Option<Value>, Mistake> {
        Ok(self.own.get(name).cloned())
    }

    fn names(&self) -> Vec<String> {
        Scope::names(&self.own)
    }

    fn hosts(&self) -> Option<Vec<String>> {
        Some(vec!["web".to_owned(), "db".to_owned()])
    }

    fn host(&self, name: &str) -> Option<Rc<dyn Scope + '_>> {
        self.asked.borrow_mut().push(name.to_owned());
        let vars = Map::from([
            ("name", Value::from(name)),
            ("greeting", template("I am {{ name }}")),
        ]);
        Some(Rc::new(vars))
    }
}

#[test]
fn another_hosts_templates_are_rendered_with_its_variables() {
    let hosts = Hosts {
        own: Map::from([("name", Value::from("web"))]),
        asked: RefCell::default(),
    };
    let templar = Templar::default();
    let text =
        template("{{ name }}: {{ hostvars['db'].greeting }} {{ hostvars.db.greeting | upper }}");
    let found = templar.render(&text, &hosts).unwrap().unwrap();
    assert_eq!(found.as_str(), Some("web: I am db I AM DB"));
    assert_eq!(*hosts.asked.borrow(), ["db"]);
    let text = template(
        "{{ hostvars | list }}{{ hostvars['db'].nope | default('-') }}{{ 'x' in hostvars }}",
    );
    let found = templar.render(&text, &hosts).unwrap().unwrap();
    assert_eq!(found.as_str(), Some("['web', 'db']-False"));
    let text = template(
        "{{ hostvars.db.keys() | list }}{{ hostvars['db'].get('none', 1) }}{{ hostvars.keys() | list }}{{ hostvars.db.items() | list | length }}",
    );
    let found = templar.render(&text, &hosts).unwrap().unwrap();
    let wanted = "['name', 'greeting']1['web', 'db']2";
    assert_eq!(found.as_str(), Some(wanted));
}

#[test]
fn a_template_file_that_includes_itself_ends() {
    let root = tempfile::tempdir().unwrap();
    std::fs::write(root.path().join("me.j2"), "x{% include 'me.j2' %}").unwrap();
    let source: Arc<Source> = Source::new("me.j2", "{% include 'me.j2' %}");
    let options = FileOptions {
        search: vec![root.path().to_owned()],
        ..FileOptions::default()
    };
    let failure = Templar::default()
        .file(&source, &options, &Map::new())
        .unwrap_err();
    assert_eq!(failure.kind, Kind::Runtime);
    assert!(failure.to_string().contains("recursion"), "{failure}");
}

#[test]
fn what_cannot_be_told_apart_by_letters_is_compared_as_it_is() {
    let vars = Map::from([("d", Value::from(Map::from([("a", true)])))]);
    for (text, wanted) in [
        ("{{ ['A', 'a'] | unique | length }}", 1),
        ("{{ ['A', 'a', d, d] | unique | length }}", 3),
        ("{{ [d, d] | unique(case_sensitive=true) | length }}", 1),
    ] {
        assert_eq!(value(text, &vars), Value::Int(wanted), "{text}");
    }
    for (text, wanted) in [
        (
            "{{ [d] | unique(case_sensitive=false) }}",
            "case_sensitive=false",
        ),
        (
            "{{ [{'x': d}] | unique(attribute='x') }}",
            "unhashable type",
        ),
        ("{{ true | unique }}", "'bool' object is not iterable"),
        (
            "{{ lookup('vars', 42) }}",
            "Variable name must be 'str' not 'int'",
        ),
    ] {
        let failure = rendered(text, &vars).unwrap_err();
        assert!(failure.mistake.message().contains(wanted), "{failure:?}");
    }
}
