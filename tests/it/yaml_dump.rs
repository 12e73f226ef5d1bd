//! Values as YAML, held to answers of `PyYAML` 6.0.3 with libyaml.

use std::sync::Arc;

use hostwright::{
    value::{Value, from_json},
    yaml::{self, Layout},
};

#[test]
fn values_are_printed_as_pyyaml_prints_them() {
    let terse = Layout::default();
    let nice = Layout {
        flow: Some(false),
        indent: 4,
        ..Layout::default()
    };
    let unsorted = Layout {
        flow: Some(false),
        sort_keys: false,
        width: 40,
        ..Layout::default()
    };
    let answers = include_str!("yaml_dump.jsonl");
    let mut told = 0;
    for line in answers.lines() {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        let layout = match row[0].as_str().unwrap() {
            "terse" => &terse,
            "nice" => &nice,
            _ => &unsorted,
        };
        let text = yaml::dump(&from_json(&row[1]), layout).unwrap();
        assert_eq!(text, row[2].as_str().unwrap(), "{line}");
        told += 1;
    }
    assert_eq!(told, 24);
}

#[test]
fn shared_parts_are_named_where_asked() {
    let part = Value::list([Value::Int(1)]);
    let both = Value::list([part.clone(), part, Value::list([Value::Int(1)])]);
    let named = Layout {
        anchors: true,
        ..Layout::default()
    };
    assert_eq!(
        yaml::dump(&both, &named).unwrap(),
        "- &id001 [1]\n- *id001\n- [1]\n"
    );
    assert_eq!(
        yaml::dump(&both, &Layout::default()).unwrap(),
        "- [1]\n- [1]\n- [1]\n"
    );
}

#[test]
fn what_is_read_again_is_what_was_printed() {
    let bytes = Value::Bytes(Arc::from(b"\x00\xffhello".as_slice()));
    let text = yaml::dump(&Value::list([bytes.clone()]), &Layout::default()).unwrap();
    assert_eq!(text, "- !!binary |\n  AP9oZWxsbw==\n");
    let source = hostwright::diagnostic::Source::new("x", text);
    let node = yaml::read(&source, &mut Vec::new()).unwrap();
    assert_eq!(
        yaml::Conversion::DATA.value(&node).unwrap(),
        Value::list([bytes])
    );
}

/// Shared parts may stand for more than any memory holds.
#[test]
fn a_value_of_too_many_parts_is_refused() {
    let mut value = Value::list([Value::Int(1), Value::Int(2)]);
    for _ in 0..60 {
        value = Value::list([value.clone(), value]);
    }
    let refused = yaml::dump(&value, &Layout::default()).unwrap_err();
    assert_eq!(
        refused.message(),
        "this value has more than 1000000 parts, too many to print as YAML"
    );
}
