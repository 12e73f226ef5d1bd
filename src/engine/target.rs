//! Where a task's node runs, and as whom: from the host's variables.

use std::time::Duration;

use super::{
    run::Run,
    view::{Trouble, View},
};
use crate::{
    config::HOST_NOT_SUPPORTED,
    connection::{Become, HostKeys, Method, Ssh, Target, Transport},
    diagnostic::Mistake,
    playbook::{Keywords, Task, Words},
    value::{Text, Value, truth_of},
    vars::{HostScope, Reached},
};

/// What a task is told of how its host is reached, where no variable says so.
pub(super) fn reached(run: &Run<'_>, task: &Task, host: &str) -> Reached {
    let settings = run.settings;
    let keyword = |pick: fn(&Keywords) -> &Words| {
        let text = task.effective(|keywords| pick(keywords).as_ref());
        text.map(|text| Value::Text(text.node.clone()))
    };
    let connection = keyword(|keywords| &keywords.connection);
    let written = |text: &String| Value::from(text.as_str());
    Reached {
        host: Value::from(host),
        user: keyword(|keywords| &keywords.remote_user)
            .or_else(|| settings.remote_user.as_ref().map(written)),
        port: None,
        connection: connection.unwrap_or_else(|| match settings.transport.as_str() {
            "smart" => Value::from("ssh"),
            other => Value::from(other),
        }),
        key: settings
            .private_key_file
            .as_ref()
            .map(|path| written(&path.0)),
        timeout: Value::Int(settings.timeout.into()),
        delegated: false,
    }
}

/// The same for a task that is delegated to the host of `scope`, which is reached as `target` says.
pub(super) fn reached_elsewhere(
    view: &View<'_>,
    scope: &HostScope<'_>,
    target: &Target,
) -> Result<Reached, Trouble> {
    let ask = Ask { view, scope };
    let own = reached(view.run, view.task, scope.host_name());
    let text = |names: &[&str]| Ok::<_, Trouble>(ask.text(names)?.map(Value::Text));
    Ok(Reached {
        host: text(&["ansible_host", "ansible_ssh_host"])?.unwrap_or(own.host),
        user: text(&["ansible_user", "ansible_ssh_user"])?.or(own.user),
        port: text(&["ansible_port", "ansible_ssh_port"])?,
        connection: Value::from(match target.transport {
            Transport::Local => "local",
            Transport::Ssh(_) => "ssh",
        }),
        key: text(&["ansible_private_key_file", "ansible_ssh_private_key_file"])?.or(own.key),
        timeout: Value::Int(i64::try_from(target.timeout.as_secs()).unwrap_or(i64::MAX)),
        delegated: true,
    })
}

/// The target of a task on the host of `scope`, which is another one than the task's when it is
/// delegated.
pub(super) fn target(view: &View<'_>, scope: &HostScope<'_>) -> Result<Target, Trouble> {
    let ask = Ask { view, scope };
    let settings = view.run.settings;
    let name = scope.host_name().to_string();
    let words = |text: Option<Text>| text.map(|text| text.as_str().to_owned());
    let kind = ask
        .text(&["ansible_connection"])?
        .or(view.words(|keywords| &keywords.connection)?)
        .map_or_else(
            || settings.transport.clone(),
            |kind| kind.as_str().to_owned(),
        );
    ask.not_supported()?;
    let escalation = escalation(view, &ask)?;
    let timeout = match ask.text(&["ansible_ssh_timeout", "ansible_timeout"])? {
        Some(seconds) => seconds.parse().unwrap_or(u64::from(settings.timeout)),
        None => u64::from(settings.timeout),
    };
    let transport = match crate::playbook::bare(&kind) {
        "local" => Transport::Local,
        "ssh" | "smart" => {
            let user = ask
                .text(&["ansible_user", "ansible_ssh_user"])?
                .or(view.words(|keywords| &keywords.remote_user)?);
            let port = match ask.text(&["ansible_port", "ansible_ssh_port"])? {
                Some(port) => Some(port.parse().map_err(|_| {
                    Mistake::nowhere(format!("`{port}` is no port (of the host `{name}`)"))
                })?),
                None => match view.task.effective(|keywords| keywords.port.as_ref()) {
                    Some(port) => view
                        .whole(&Some(port.clone()))?
                        .and_then(|port| u16::try_from(port).ok()),
                    None => settings
                        .remote_port
                        .and_then(|port| u16::try_from(port).ok()),
                },
            };
            let checked = ask
                .text(&["ansible_host_key_checking", "ansible_ssh_host_key_checking"])?
                .map_or(settings.host_key_checking, |word| {
                    truth_of(&word) != Some(false)
                });
            // The first are ssh's own arguments, whose place counts even when there are none.
            let args = vec![
                words(ask.text(&["ansible_ssh_args"])?)
                    .or_else(|| settings.ssh_args.clone())
                    .unwrap_or_default(),
                words(ask.text(&["ansible_ssh_common_args"])?)
                    .unwrap_or_else(|| settings.ssh_common_args.clone()),
                words(ask.text(&["ansible_ssh_extra_args"])?)
                    .unwrap_or_else(|| settings.ssh_extra_args.clone()),
            ];
            Transport::Ssh(Box::new(Ssh {
                host: words(ask.text(&["ansible_host", "ansible_ssh_host"])?)
                    .unwrap_or_else(|| name.clone()),
                port,
                user: words(user).or_else(|| settings.remote_user.clone()),
                key: words(
                    ask.text(&["ansible_private_key_file", "ansible_ssh_private_key_file"])?,
                )
                .or_else(|| settings.private_key_file.clone().map(|path| path.0)),
                passphrase: ask
                    .text(&[
                        "ansible_private_key_passphrase",
                        "ansible_ssh_private_key_passphrase",
                    ])?
                    .or_else(|| settings.key_passphrase.clone()),
                pkcs11: words(ask.text(&["ansible_ssh_pkcs11_provider"])?)
                    .or_else(|| Some(settings.pkcs11_provider.clone()))
                    .filter(|library| !library.is_empty()),
                retries: match ask.text(&["ansible_ssh_retries"])? {
                    Some(count) => count.parse().map_err(|_| {
                        Mistake::nowhere(format!(
                            "`ansible_ssh_retries` must be a whole number, it is `{count}` (of the \
                             host `{name}`)"
                        ))
                    })?,
                    None => settings.ssh_retries,
                },
                password: ask
                    .text(&[
                        "ansible_password",
                        "ansible_ssh_pass",
                        "ansible_ssh_password",
                    ])?
                    .or_else(|| view.run.options.password.clone()),
                host_keys: if checked {
                    HostKeys::Checked
                } else {
                    HostKeys::Unchecked
                },
                executable: words(ask.text(&["ansible_ssh_executable"])?)
                    .or_else(|| Some(settings.ssh_executable.clone()))
                    .filter(|program| program != "ssh"),
                args,
            }))
        }
        other => {
            return Err(Mistake::nowhere(format!(
                "the connection `{other}` of the host `{name}` is not supported"
            ))
            .help("`ssh` and `local` are")
            .into());
        }
    };
    // Nobody becomes who they are already, unless it is asked for.
    let own = match &transport {
        Transport::Local => Some(view.run.own_user()),
        Transport::Ssh(ssh) => ssh.user.as_deref(),
    };
    let escalation = escalation
        .filter(|wanted| settings.become_allow_same_user || own != Some(wanted.user.as_str()));
    Ok(Target {
        transport,
        escalation,
        timeout: Duration::from_secs(timeout.max(1)),
    })
}

/// What stays as it is when a variable is not supported.
fn changes_nothing(value: &Text, idle: &[&str]) -> bool {
    value.as_str().is_empty() || idle.contains(&value.as_str())
}

struct Ask<'v> {
    view: &'v View<'v>,
    scope: &'v HostScope<'v>,
}

impl Ask<'_> {
    /// Warns of the variables that are set and not honoured, of each once in a run.
    fn not_supported(&self) -> Result<(), Trouble> {
        for (name, idle) in HOST_NOT_SUPPORTED {
            if let Some(value) = self.text(&[name])?
                && !changes_nothing(&value, idle)
            {
                self.view.run.mistaken([Mistake::nowhere(format!(
                    "the variable `{name}` is not supported: it changes nothing"
                ))]);
            }
        }
        Ok(())
    }

    /// The first of these variables that is set.
    fn text(&self, names: &[&str]) -> Result<Option<Text>, Trouble> {
        for name in names {
            let (value, warning) = self.scope.connection(name)?;
            if let Some(warning) = warning {
                self.view.run.mistaken([warning]);
            }
            let Some(value) = value else { continue };
            let value = self.view.templar.render(&value, self.scope)?;
            if name.contains("pass")
                && let Some(value) = &value
            {
                self.view.run.secrets.keep_all(&value.clone().into_secret());
            }
            return Ok(match value {
                None | Some(Value::Null) => None,
                Some(Value::Text(text)) => Some(text),
                Some(Value::Unknown(unknown)) => return Err(Trouble::Unknown(unknown)),
                Some(other) => Some(Text::from(crate::value::to_json(&other).to_string())),
            });
        }
        Ok(None)
    }
}

fn escalation(view: &View<'_>, ask: &Ask<'_>) -> Result<Option<Become>, Trouble> {
    let settings = view.run.settings;
    let wanted = match ask.text(&["ansible_become"])? {
        Some(word) => truth_of(&word) == Some(true),
        None => view
            .flag(|keywords| &keywords.r#become)?
            .unwrap_or(settings.become_),
    };
    if !wanted {
        return Ok(None);
    }
    let words = |text: Option<Text>| text.map(|text| text.as_str().to_owned());
    let method = words(ask.text(&["ansible_become_method"])?)
        .or(words(view.words(|keywords| &keywords.become_method)?))
        .unwrap_or_else(|| settings.become_method.clone());
    let method = match crate::playbook::bare(&method) {
        "sudo" => Method::Sudo,
        "su" => Method::Su,
        other => {
            return Err(
                Mistake::nowhere(format!("`become_method: {other}` is not supported"))
                    .help("`sudo` and `su` are")
                    .into(),
            );
        }
    };
    let own = |of: &str| format!("ansible_{}_{of}", method.name());
    let user = words(ask.text(&["ansible_become_user", &own("user")])?)
        .or(words(view.words(|keywords| &keywords.become_user)?))
        .unwrap_or_else(|| settings.become_user.clone());
    let password = ask
        .text(&[
            "ansible_become_password",
            "ansible_become_pass",
            &own("pass"),
            &own("password"),
        ])?
        .or_else(|| view.run.options.become_password.clone());
    let executable = words(ask.text(&["ansible_become_exe", &own("exe")])?)
        .or(words(view.words(|keywords| &keywords.become_exe)?))
        .or_else(|| settings.become_exe.clone());
    let flags = words(ask.text(&["ansible_become_flags", &own("flags")])?)
        .or(words(view.words(|keywords| &keywords.become_flags)?))
        .or_else(|| settings.become_flags.clone());
    Ok(Some(Become {
        method,
        user,
        executable,
        flags,
        password,
    }))
}
