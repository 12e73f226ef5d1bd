//! Templates against the answers of ansible-core 2.19.14.

use std::{
    collections::BTreeMap,
    fmt::Write,
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::Path,
    sync::Arc,
};

use hostwright::{
    template::{Corpus, Settings},
    value::Value,
    vault::{Keys, Secret},
};
use serde_json::Value as Json;

/// How many rows of each group have to pass.
const FLOORS: &[(&str, usize)] = &[
    ("filters_data", 118),
    ("filters_jinja", 198),
    ("filters_misc", 48),
    ("filters_path", 35),
    ("filters_serial", 100),
    ("filters_string", 93),
    ("lookups", 114),
    ("methods", 99),
    ("native", 95),
    ("ops", 140),
    ("roles", 99),
    ("syntax", 112),
    ("tests_ansible", 96),
    ("tests_jinja", 65),
    ("undefined", 52),
    ("when", 43),
    ("whitespace", 63),
];

/// Makes the files that every row assumes, and the settings that go with them.
fn fixtures(root: &Path) -> Settings {
    let text = fs::read_to_string("tests/jinja/fixtures.json").unwrap();
    let about: Json = serde_json::from_str(&text.replace("@FX@", root.to_str().unwrap())).unwrap();
    for (name, file) in about["files"].as_object().unwrap() {
        let path = root.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        if let Some(text) = file.as_str().or_else(|| file["text"].as_str()) {
            fs::write(&path, text).unwrap();
        } else if let Some(target) = file["link"].as_str() {
            symlink(target, &path).unwrap();
        } else {
            fs::create_dir_all(&path).unwrap();
        }
        if let Some(mode) = file["mode"].as_str() {
            let mode = u32::from_str_radix(mode, 8).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        }
    }
    let environment: BTreeMap<String, String> = about["env"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()))
        .collect();
    let secret = Secret {
        label: "default".to_owned(),
        secret: about["vault_password"].as_str().unwrap().into(),
    };
    Settings {
        template_paths: vec![root.join("templates"), root.to_owned()],
        file_paths: vec![root.join("files"), root.to_owned()],
        environment,
        directory: Some(root.to_owned()),
        keys: Some(Arc::new(Keys::new(vec![secret], false))),
        config: BTreeMap::from([
            ("DEFAULT_FORKS".to_owned(), Value::Int(5)),
            ("DEFAULT_GATHERING".to_owned(), Value::from("implicit")),
        ]),
        ..Settings::default()
    }
}

/// Whether two answers are the same; floats by their value, maps with their order unless free.
fn same(wanted: &Json, got: &Json, any_order: bool) -> bool {
    match (wanted, got) {
        (Json::Number(a), Json::Number(b)) => {
            a.is_f64() == b.is_f64() && a.as_f64().map(f64::to_bits) == b.as_f64().map(f64::to_bits)
        }
        (Json::Array(a), Json::Array(b)) => {
            a.len() == b.len()
                && if any_order {
                    let mut left: Vec<String> = a.iter().map(ToString::to_string).collect();
                    let mut right: Vec<String> = b.iter().map(ToString::to_string).collect();
                    left.sort();
                    right.sort();
                    left == right
                } else {
                    a.iter().zip(b).all(|(a, b)| same(a, b, any_order))
                }
        }
        (Json::Object(a), Json::Object(b)) => {
            a.len() == b.len()
                && if any_order {
                    a.iter()
                        .all(|(key, a)| b.get(key).is_some_and(|b| same(a, b, true)))
                } else {
                    a.iter()
                        .zip(b)
                        .all(|((x, a), (y, b))| x == y && same(a, b, false))
                }
        }
        _ => wanted == got,
    }
}

#[test]
fn templates_give_what_ansible_gives() {
    let root = tempfile::tempdir().unwrap();
    let path = fs::canonicalize(root.path()).unwrap();
    let token = ("@FX@".to_owned(), path.to_str().unwrap().to_owned());
    let corpus = Corpus::new(fixtures(&path), Some(token));
    let text = fs::read_to_string("tests/jinja/corpus.jsonl").unwrap();
    let mut counts: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    let mut wrong = Vec::new();
    for line in text.lines() {
        let row: Json = serde_json::from_str(line).unwrap();
        let got = corpus.answer(&row);
        let wanted = &row["expect"];
        let good = if wanted.get("error").is_some() {
            wanted["error"] == got["error"]
        } else {
            wanted["type"] == got["type"]
                && same(&wanted["value"], &got["value"], row["order"] == "any")
        };
        let count = counts
            .entry(row["group"].as_str().unwrap().to_owned())
            .or_default();
        count.1 += 1;
        if good {
            count.0 += 1;
        } else {
            wrong.push(format!("{row}\n   got {got}"));
        }
    }
    let mut report = String::new();
    for (group, (good, all)) in &counts {
        writeln!(report, "{group}: {good} of {all}").unwrap();
    }
    if std::env::var_os("HOSTWRIGHT_SHOW_WRONG").is_some() {
        fs::write("target/jinja-wrong.txt", wrong.join("\n") + "\n" + &report).unwrap();
    }
    let short: Vec<&str> = FLOORS
        .iter()
        .filter(|(group, floor)| counts.get(*group).is_none_or(|(good, _)| good < floor))
        .map(|(group, _)| *group)
        .collect();
    assert!(
        short.is_empty(),
        "below the floor: {short:?}\n{report}\n{}",
        wrong.join("\n")
    );
}
