//! Ansible's own settings that are not ours: each is told of, or known to be idle.

use std::collections::BTreeSet;

use hostwright::config::{
    self, BESIDE, ELSEWHERE, Environment, Flags, HOST_ELSEWHERE, HOST_HONOURED, HOST_NOT_SUPPORTED,
    HOST_WITHOUT_MEANING, OTHERS_NOT_SUPPORTED, OTHERS_WITHOUT_MEANING, TABLE,
};

/// Every `section.key`, environment variable and host variable that the documentation of
/// ansible-core 2.19.14 and of its plugins names.
const NAMES: &str = include_str!("settings-2.19.14");

fn warnings(cfg: &str, variables: &[(&str, &str)]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path().to_str().unwrap();
    std::fs::write(folder.path().join("ansible.cfg"), cfg).unwrap();
    let variables = [("HOME", "/nowhere")].iter().chain(variables).copied();
    let loaded = config::load(Flags::default(), &Environment::made_of(here, variables)).unwrap();
    let told = loaded.warnings.into_iter().map(|told| {
        let help = told.helps().map(|help| format!(" ({help})"));
        let told = hostwright::diagnostic::Mistakes::from(told).to_string();
        told.replace(&format!("{here}/"), "") + &help.unwrap_or_default()
    });
    told.collect()
}

fn of_words(words: &'static str) -> impl Iterator<Item = &'static str> {
    words.split_whitespace()
}

#[test]
fn every_name_of_ansible_stands_in_one_list() {
    let mut lists: Vec<String> = Vec::new();
    for setting in TABLE {
        lists.extend(
            setting
                .ini
                .iter()
                .map(|(section, key)| format!("{section}.{key}")),
        );
        lists.extend(setting.env.iter().map(|name| (*name).to_owned()));
    }
    let words = OTHERS_NOT_SUPPORTED.iter().map(|(names, _)| *names);
    let words = words.chain(OTHERS_WITHOUT_MEANING.iter().map(|(_, names)| *names));
    let words = words.chain(HOST_WITHOUT_MEANING.iter().map(|(_, names)| *names));
    lists.extend(words.flat_map(of_words).map(str::to_owned));
    lists.extend(BESIDE.map(str::to_owned));
    let hosts = HOST_HONOURED
        .iter()
        .chain(HOST_NOT_SUPPORTED.iter().map(|(name, _)| name));
    lists.extend(hosts.map(|name| (*name).to_owned()));
    let known: BTreeSet<&str> = lists.iter().map(String::as_str).collect();
    assert_eq!(known.len(), lists.len(), "a name stands in two lists");
    for name in NAMES.lines() {
        let elsewhere = match name.split_once('.') {
            Some((section, _)) => ELSEWHERE.0.contains(&section),
            None => {
                let starts = ELSEWHERE.1.iter().chain(HOST_ELSEWHERE);
                starts.into_iter().any(|start| name.starts_with(start))
            }
        };
        assert!(elsewhere != known.contains(name), "{name}");
    }
}

#[test]
fn a_setting_of_ansible_that_is_not_built_is_told_when_it_is_set() {
    for (names, idle) in OTHERS_NOT_SUPPORTED {
        for name in of_words(names) {
            let told = |text: &str| match name.split_once('.') {
                Some((section, key)) => warnings(&format!("[{section}]\n{key} = {text}\n"), &[]),
                None => warnings("", &[(name, text)]),
            };
            let shown = name.split_once('.').map_or(name, |(_, key)| key);
            let seen = told("another");
            assert_eq!(seen.len(), 1, "{name}: {seen:?}");
            let wanted = format!("the setting `{shown}` is not supported: it changes nothing");
            assert!(seen[0].ends_with(&wanted), "{name}: {seen:?}");
            assert_eq!(told(idle), Vec::<String>::new(), "{name}");
        }
    }
    let truth = warnings(
        "[defaults]\nretry_files_enabled = no\nfact_caching=memory\n",
        &[],
    );
    assert_eq!(truth, Vec::<String>::new());
}

#[test]
fn a_setting_without_meaning_is_taken_without_a_word() {
    for (_, names) in OTHERS_WITHOUT_MEANING {
        for name in of_words(names) {
            let told = match name.split_once('.') {
                Some((section, key)) => warnings(&format!("[{section}]\n{key} = 1\n"), &[]),
                None => warnings("", &[(name, "1")]),
            };
            assert_eq!(told, Vec::<String>::new(), "{name}");
        }
    }
    let others =
        "[galaxy]\nserver_lst=a\n[colors]\nokay=red\n[callback_profile_tasks]\nsort=none\n";
    let variables = [
        ("ANSIBLE_COLOR_OKAY", "red"),
        ("ANSIBLE_HASHI_VAULT_ADDR", "x"),
        ("ANSIBLE_VAULT_PASSWORD", "x"),
        ("ANSIBLE_CONFIG", "ansible.cfg"),
    ];
    assert_eq!(warnings(others, &variables), Vec::<String>::new());
}

#[test]
fn a_name_that_nobody_knows_is_told_with_the_one_that_was_meant() {
    let cfg = "[defaults]\nfork = 3\nhost_key_cheking = no\nssh_args = -C\ncallback_whitelist = timer\n\
               wholly_invented = 1\n[privilege_escalaton]\nbecome = yes\n[ssh_connection]\npipelning=1\n";
    let variables = [("ANSIBLE_HOST_KEY_CHEKING", "no"), ("ANSIBLE_FORK", "3")];
    let told = warnings(cfg, &variables);
    assert_eq!(
        told,
        [
            "ansible.cfg:2:1: there is no setting `fork` in `[defaults]`: it changes nothing (did you mean `forks`?)",
            "ansible.cfg:3:1: there is no setting `host_key_cheking` in `[defaults]`: it changes nothing (did you mean `host_key_checking`?)",
            "ansible.cfg:4:1: there is no setting `ssh_args` in `[defaults]`: it changes nothing (`ssh_args` in `[ssh_connection]` is meant?)",
            "ansible.cfg:5:1: there is no setting `callback_whitelist` in `[defaults]`: it changes nothing (`callbacks_enabled` in `[defaults]` is meant?)",
            "ansible.cfg:6:1: there is no setting `wholly_invented` in `[defaults]`: it changes nothing",
            "ansible.cfg:10:1: there is no setting `pipelning` in `[ssh_connection]`: it changes nothing (did you mean `pipelining`?)",
            "ansible.cfg:8:1: there is no section `[privilege_escalaton]`: what stands in it changes nothing (did you mean `privilege_escalation`?)",
            "there is no setting `ANSIBLE_FORK`: it changes nothing (did you mean `ANSIBLE_FORKS`?)",
            "there is no setting `ANSIBLE_HOST_KEY_CHEKING`: it changes nothing (did you mean `ANSIBLE_HOST_KEY_CHECKING`?)",
        ]
    );
}
