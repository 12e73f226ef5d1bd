//! Finding `ansible.cfg`, and settling every setting.
#![expect(
    clippy::disallowed_methods,
    reason = "configuration is read before anything else, through no other door"
)]

use std::{fs, os::unix::ffi::OsStrExt, os::unix::fs::MetadataExt, path::PathBuf};

use crate::{
    diagnostic::{Mistake, Mistakes, Source},
    value::{Text, bytes_of, text_of},
};

use super::{
    Environment, Flags, Origin, Setting, Settings, TABLE,
    cfg::{self, Entry},
    table::Given,
    unknown,
};

/// Settings, and what is to be said about where they came from.
#[derive(Debug)]
pub struct Loaded {
    pub settings: Settings,
    pub warnings: Vec<Mistake>,
}

/// Settles every setting.
///
/// The file is the first that is there: `$ANSIBLE_CONFIG`, `./ansible.cfg`, `~/.ansible.cfg`,
/// `/etc/ansible/ansible.cfg`. The second is passed over, with a warning, in a directory that
/// everybody may write to.
///
/// # Errors
/// The file cannot be read or is broken, or a value is not what its setting must be.
pub fn load(flags: Flags, environment: &Environment) -> Result<Loaded, Mistakes> {
    let mut warnings = Vec::new();
    let file = found(environment, &mut warnings);
    let entries = match &file {
        Some(path) => {
            let bytes = fs::read(path_of(path)).map_err(|error| {
                Mistake::nowhere(format!(
                    "the configuration `{path}` cannot be read: {error}"
                ))
            })?;
            cfg::read(&Source::new(path.clone(), text_of(&bytes)))?
        }
        None => Vec::new(),
    };
    let folder = file
        .as_deref()
        .and_then(|path| path.rsplit_once('/'))
        .map_or(
            "/",
            |(folder, _)| if folder.is_empty() { "/" } else { folder },
        );
    let mut mistakes = Mistakes::default();
    let mut settings = Settings::made_from(
        flags,
        |setting| given(setting, environment, &entries, file.as_deref(), folder),
        |setting, origin, must| {
            let mistake = refusal(setting, origin, &must, &entries);
            // Ansible takes any other word for false; the word is worth a warning, not a stop.
            if setting.kind == "boolean" {
                warnings.push(mistake);
            } else {
                mistakes.push(mistake);
            }
        },
    );
    mistakes.or()?;
    let defaults = Settings::made_from(
        Flags::default(),
        |setting| {
            let given = Given {
                text: setting.default,
                base: "/",
                environment,
            };
            (given, Origin::Default)
        },
        |_, _, _| {},
    );
    for field in settings.not_supported(&defaults) {
        let setting = TABLE.iter().find(|setting| setting.field == field);
        warnings.extend(
            setting.map(|setting| not_supported(setting, settings.origins.get(field), &entries)),
        );
    }
    warnings.extend(unknown::warnings(environment, &entries));
    settings.config_file = file;
    let secret = |name: &str| {
        let text = environment.get(name).filter(|text| !text.is_empty());
        text.map(|text| Text::from(text).into_secret())
    };
    settings.become_pass = secret("ANSIBLE_BECOME_PASS");
    settings.key_passphrase = secret("ANSIBLE_PRIVATE_KEY_PASSPHRASE");
    Ok(Loaded { settings, warnings })
}

fn path_of(text: &str) -> PathBuf {
    PathBuf::from(std::ffi::OsStr::from_bytes(&bytes_of(text)))
}

fn found(environment: &Environment, warnings: &mut Vec<Mistake>) -> Option<String> {
    let here = environment.directory();
    let is_file = |path: &str| path_of(path).is_file();
    if let Some(named) = environment.get("ANSIBLE_CONFIG") {
        let mut path = environment.path(named, here);
        if path_of(&path).is_dir() {
            path.push_str("/ansible.cfg");
        }
        if is_file(&path) {
            return Some(path);
        }
    }
    let local = format!("{}/ansible.cfg", here.trim_end_matches('/'));
    if is_file(&local) {
        let open = fs::metadata(path_of(here)).is_ok_and(|folder| folder.mode() & 0o002 != 0);
        if !open {
            return Some(local);
        }
        warnings.push(
            Mistake::nowhere(format!(
                "`{local}` is ignored: everybody may write to its directory"
            ))
            .help("take that right away, or name the file in `ANSIBLE_CONFIG`"),
        );
    }
    let own = environment.path("~/.ansible.cfg", here);
    [own, "/etc/ansible/ansible.cfg".to_owned()]
        .into_iter()
        .find(|path| is_file(path))
}

fn given<'a>(
    setting: &Setting,
    environment: &'a Environment,
    entries: &'a [Entry],
    file: Option<&str>,
    folder: &'a str,
) -> (Given<'a>, Origin) {
    let of = |text, base| Given {
        text,
        base,
        environment,
    };
    let mut named = setting.env.iter().rev();
    if let Some((name, text)) =
        named.find_map(|name| environment.get(name).map(|text| (*name, text)))
    {
        // `NO_COLOR` counts whatever it says, as long as it says something.
        let text = if name == "NO_COLOR" && !text.is_empty() {
            "true"
        } else {
            text
        };
        return (of(text, environment.directory()), Origin::Environment(name));
    }
    if let Some(entry) = written(setting, entries) {
        let origin = Origin::File(file.unwrap_or_default().to_owned());
        return (of(unquoted(&entry.value), folder), origin);
    }
    (of(setting.default, "/"), Origin::Default)
}

fn written<'a>(setting: &Setting, entries: &'a [Entry]) -> Option<&'a Entry> {
    setting.ini.iter().rev().find_map(|(section, key)| {
        entries
            .iter()
            .find(|entry| entry.section == *section && entry.key == *key)
    })
}

fn unquoted(text: &str) -> &str {
    for quote in ['"', '\''] {
        if text.len() > 1
            && let Some(inner) = text
                .strip_prefix(quote)
                .and_then(|text| text.strip_suffix(quote))
            && !inner.ends_with('\\')
        {
            return inner;
        }
    }
    text
}

fn refusal(setting: &Setting, origin: &Origin, must: &str, entries: &[Entry]) -> Mistake {
    match (origin, written(setting, entries)) {
        (Origin::Environment(name), _) => Mistake::nowhere(format!("`{name}` must {must}")),
        (_, Some(entry)) => {
            Mistake::new(format!("`{}` must {must}", entry.key), &entry.span, "here")
        }
        (_, None) => Mistake::nowhere(format!("`{}` must {must}", setting.field)),
    }
}

fn not_supported(setting: &Setting, origin: Option<&Origin>, entries: &[Entry]) -> Mistake {
    let why = |name: &str| format!("the setting `{name}` is not supported: it changes nothing");
    match (origin, written(setting, entries)) {
        (Some(Origin::Environment(name)), _) => Mistake::nowhere(why(name)),
        (_, Some(entry)) => Mistake::new(why(&entry.key), &entry.span, "here"),
        (_, None) => Mistake::nowhere(why(setting.field)),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::{Environment, Flags, Loaded, Origin, fs, load};
    use crate::{
        config::{Gathering, TABLE},
        diagnostic::Mistake,
    };

    fn folder(mode: u32, text: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("ansible.cfg"), text).unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(mode)).unwrap();
        folder
    }

    fn loaded(folder: &tempfile::TempDir, variables: &[(&str, &str)], flags: Flags) -> Loaded {
        let here = folder.path().to_str().unwrap();
        let variables = [("HOME", "/nowhere")].iter().chain(variables).copied();
        load(flags, &Environment::made_of(here, variables)).unwrap()
    }

    #[test]
    fn a_flag_beats_the_environment_and_that_the_file() {
        let folder = folder(
            0o755,
            "[defaults]\nforks=7\ntimeout=3\ngathering=smart\nroles_path=roles:~/r\nnobody_knows=1\nremote_user=\"ann\"\n",
        );
        let flags = Flags {
            timeout: Some(9),
            ..Flags::default()
        };
        let loaded = loaded(
            &folder,
            &[("ANSIBLE_FORKS", "8"), ("ANSIBLE_TIMEOUT", "1")],
            flags,
        );
        let settings = loaded.settings;
        assert_eq!((settings.forks, settings.timeout), (8, 9));
        assert_eq!(settings.gathering, Gathering::Smart);
        assert_eq!(settings.remote_user.as_deref(), Some("ann"));
        let here = folder.path().to_str().unwrap();
        assert_eq!(
            settings.roles_path.0,
            [format!("{here}/roles"), "/nowhere/r".into()]
        );
        assert_eq!(
            settings.origins["forks"],
            Origin::Environment("ANSIBLE_FORKS")
        );
        assert_eq!(settings.origins["timeout"], Origin::Flag);
        assert_eq!(settings.config_file, Some(format!("{here}/ansible.cfg")));
        let warnings: Vec<&str> = loaded.warnings.iter().map(Mistake::message).collect();
        let wanted = "there is no setting `nobody_knows` in `[defaults]`: it changes nothing";
        assert_eq!(warnings, [wanted]);
    }

    #[test]
    fn a_file_in_a_directory_open_to_all_is_passed_over() {
        let folder = folder(0o777, "[defaults]\nforks=7\n");
        let loaded = loaded(&folder, &[], Flags::default());
        assert_eq!(loaded.settings.forks, 5);
        assert!(loaded.warnings[0].message().contains("is ignored"));
        let here = folder.path().join("ansible.cfg");
        let named = [("ANSIBLE_CONFIG", here.to_str().unwrap())];
        let settings = load(Flags::default(), &Environment::made_of("/", named)).unwrap();
        assert_eq!(settings.settings.forks, 7);
    }

    #[test]
    fn a_value_of_the_wrong_kind_is_told_with_its_line() {
        let folder = folder(
            0o755,
            "[defaults]\nforks=many\nhost_key_checking=maybe\nhash_behaviour=mix\n",
        );
        let here = folder.path().to_str().unwrap();
        let env = Environment::made_of(here, [("ANSIBLE_TIMEOUT", "soon")]);
        let mistakes = load(Flags::default(), &env).unwrap_err();
        assert_eq!(
            mistakes.to_string().replace(here, "."),
            "./ansible.cfg:2:1: `forks` must be a whole number that is not negative\n\
             `ANSIBLE_TIMEOUT` must be a whole number that is not negative\n\
             ./ansible.cfg:4:1: `hash_behaviour` must be one of `replace`, `merge`"
        );
    }

    #[test]
    fn every_default_can_be_read_and_shown() {
        let settings = load(
            Flags::default(),
            &Environment::made_of("/", [("HOME", "/h")]),
        );
        let settings = settings.unwrap().settings;
        for setting in TABLE {
            assert!(settings.value(setting.field).is_some());
            assert!(!setting.doc.trim().is_empty());
        }
        assert_eq!(settings.inventory.0, ["/etc/ansible/hosts"]);
    }
}
