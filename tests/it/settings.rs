//! Every setting is honoured, warned of, or has nothing to say.
#![expect(clippy::disallowed_methods, reason = "a test reads the sources")]

use std::{
    fs,
    path::{Path, PathBuf},
};

use hostwright::config::{self, Environment, Flags, NOT_SUPPORTED, TABLE, WITHOUT_MEANING};
use regex::Regex;

fn sources(folder: &Path, all: &mut String) {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            // What declares the settings does not honour them.
            if !path.ends_with("src/config") {
                sources(&path, all);
            }
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            all.push_str(&fs::read_to_string(path).unwrap());
        }
    }
}

#[test]
fn each_setting_is_honoured_or_known_not_to_be() {
    let mut all = String::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut all);
    for setting in TABLE {
        let field = setting.field;
        let read = Regex::new(&format!(r"settings(\(\))?\s*\.\s*{field}\b")).unwrap();
        let homes = [
            read.is_match(&all),
            NOT_SUPPORTED.contains(&field),
            WITHOUT_MEANING.iter().any(|(name, _)| *name == field),
        ];
        let count = homes.iter().filter(|home| **home).count();
        assert_eq!(
            count, 1,
            "{field}: read, not supported, without meaning: {homes:?}"
        );
    }
    let listed = NOT_SUPPORTED.iter().copied();
    for field in listed.chain(WITHOUT_MEANING.iter().map(|(name, _)| *name)) {
        assert!(
            TABLE.iter().any(|setting| setting.field == field),
            "{field}"
        );
    }
}

#[test]
fn each_setting_that_is_not_supported_is_told_when_it_is_set() {
    for field in NOT_SUPPORTED {
        let setting = TABLE
            .iter()
            .find(|setting| setting.field == *field)
            .unwrap();
        let name = setting.env[0];
        let other = match setting.kind {
            "boolean" if setting.default == "true" => "false",
            "boolean" => "true",
            "integer" => "7",
            _ => match *field {
                "duplicate_dict_key" => "ignore",
                "result_format" => "yaml",
                "result_pretty" => "true",
                _ => "/another",
            },
        };
        let warnings = |text: &str| -> Vec<String> {
            let environment = Environment::made_of("/", [("HOME", "/h"), (name, text)]);
            let loaded = config::load(Flags::default(), &environment).unwrap();
            loaded.warnings.iter().map(ToString::to_string).collect()
        };
        let told = warnings(other);
        let wanted = format!("the setting `{name}` is not supported: it changes nothing");
        assert_eq!(told, [wanted], "{field}");
        if !setting.default.is_empty() {
            assert!(warnings(setting.default).is_empty(), "{field}");
        }
    }
}
