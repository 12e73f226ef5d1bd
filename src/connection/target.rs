//! Where a node shall run, and as whom.

use std::time::Duration;

use super::{Cause, Unreachable, words};
use crate::value::Text;

/// A node that is wanted: on which host, reached how, as which user.
///
/// Made from a host's connection variables. All text in it comes from the inventory, the
/// playbook or the command line; what a host said must never get here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub transport: Transport,
    /// Another user than the one logged in; `None` to stay.
    pub escalation: Option<Become>,
    /// How long connecting may take (Ansible's `timeout`, 10 seconds unless set).
    pub timeout: Duration,
}

/// How to reach the host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Transport {
    /// The control machine itself.
    Local,
    Ssh(Box<Ssh>),
}

/// What ssh is told; whatever is left open here, the user's `ssh_config` decides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ssh {
    /// `ansible_host`, or the inventory name.
    pub host: String,
    pub port: Option<u16>,
    pub user: Option<String>,
    /// `ansible_ssh_private_key_file`; a leading `~` is ssh's to expand.
    pub key: Option<String>,
    /// The passphrase of that key.
    pub passphrase: Option<Text>,
    /// `ansible_password`: given to ssh when the host asks for it.
    pub password: Option<Text>,
    /// The library that has the keys of a smart card (`ansible_ssh_pkcs11_provider`).
    pub pkcs11: Option<String>,
    /// How often a login that failed is tried again (`ansible_ssh_retries`).
    pub retries: u32,
    pub host_keys: HostKeys,
    /// The `ssh` program, `ssh` when `None` (`ansible_ssh_executable`).
    pub executable: Option<String>,
    /// `ansible_ssh_args`, which stands before what the fields above become, then
    /// `ansible_ssh_common_args` and `ansible_ssh_extra_args` behind it. An empty one keeps its place.
    pub args: Vec<String>,
}

/// Which host keys are good.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HostKeys {
    /// As ssh and its configuration have it: an unknown key is refused.
    #[default]
    Checked,
    /// Any key will do (`host_key_checking=False`).
    Unchecked,
}

/// Another user to run as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Become {
    pub method: Method,
    pub user: String,
    /// The program, `sudo` or `su` when `None` (`ansible_become_exe`).
    pub executable: Option<String>,
    /// `ansible_become_flags`; when `None`, `-H` for sudo and none for su.
    pub flags: Option<String>,
    /// `ansible_become_password`.
    pub password: Option<Text>,
}

/// The program that changes the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Sudo,
    Su,
}

impl Method {
    /// The name as in `ansible_become_method`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sudo => "sudo",
            Self::Su => "su",
        }
    }
}

impl Target {
    /// A node on the control machine, as the user that runs us.
    pub fn local() -> Self {
        Self {
            transport: Transport::Local,
            escalation: None,
            timeout: Duration::from_secs(10),
        }
    }

    /// A node reached by ssh, with everything else as ssh has it.
    pub fn ssh(host: impl Into<String>) -> Self {
        Self {
            transport: Transport::Ssh(Box::new(Ssh {
                host: host.into(),
                ..Ssh::default()
            })),
            ..Self::local()
        }
    }

    /// Refuses names that ssh or a shell would take for something else than a name.
    ///
    /// # Errors
    /// [`Cause::Invalid`], naming what is wrong.
    pub fn check(&self) -> Result<(), Unreachable> {
        if let Transport::Ssh(ssh) = &self.transport {
            check_host(&ssh.host)?;
            if let Some(user) = &ssh.user {
                check_user("login", user, Login::Remote)?;
            }
            for args in &ssh.args {
                words(args).map_err(|why| Unreachable::new(Cause::Invalid, why))?;
            }
        }
        if let Some(wanted) = &self.escalation {
            check_user("become", &wanted.user, Login::Here)?;
            let flags = wanted.flags.as_deref().unwrap_or_default();
            words(flags).map_err(|why| Unreachable::new(Cause::Invalid, why))?;
        }
        Ok(())
    }
}

#[derive(Clone, Copy)]
enum Login {
    Here,
    /// A directory's domain may stand before or behind the name.
    Remote,
}

/// A host name that starts with `-` is an option to ssh, and `%h` puts the name into a shell
/// line of the user's `ProxyCommand`.
fn check_host(host: &str) -> Result<(), Unreachable> {
    let bad = |letter: char| {
        letter.is_control() || letter.is_whitespace() || "'`\"$\\;&<>|(){}".contains(letter)
    };
    let why = if host.is_empty() {
        "is empty"
    } else if host.split('@').any(|part| part.starts_with('-')) {
        "starts with `-`"
    } else if host.contains(bad) {
        "holds a character that no host name has"
    } else {
        return Ok(());
    };
    Err(Unreachable::new(
        Cause::Invalid,
        format!("the host name `{}` {why}", host.escape_default()),
    ))
}

fn check_user(what: &str, user: &str, login: Login) -> Result<(), Unreachable> {
    let domain = matches!(login, Login::Remote);
    let good = |letter: char| {
        letter.is_alphanumeric()
            || "._-+".contains(letter)
            || (domain && "@\\".contains(letter))
            || (!domain && letter == '@')
    };
    // A trailing `$` is a machine account's, a leading `#` sudo's way to name a user by number.
    let body = user.strip_suffix('$').unwrap_or(user);
    let number = user.strip_prefix('#').filter(|_| !domain);
    let is_number =
        number.is_some_and(|id| !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit()));
    if is_number || (!body.is_empty() && !body.starts_with('-') && body.chars().all(good)) {
        return Ok(());
    }
    Err(Unreachable::new(
        Cause::Invalid,
        format!(
            "the {what} user `{}` is no user name",
            user.escape_default()
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::{Become, Cause, Method, Ssh, Target, Transport};

    #[test]
    fn a_host_name_that_ssh_would_take_for_an_option_is_refused() {
        for host in [
            "-oProxyCommand=touch /tmp/x",
            "root@-oProxyCommand=x",
            "a b",
            "a;b",
            "$(id)",
            "`id`",
            "a'b",
            "a\nb",
            "a\u{1b}b",
            "",
        ] {
            let error = Target::ssh(host).check().unwrap_err();
            assert_eq!(error.cause, Cause::Invalid, "{host:?}");
            assert!(!error.message.contains('\u{1b}'));
        }
        for host in [
            "h1",
            "10.0.0.1",
            "fe80::1%eth0",
            "web_1.example.org",
            "müller.de",
        ] {
            Target::ssh(host).check().unwrap();
        }
    }

    #[test]
    fn a_user_with_shell_characters_is_refused() {
        let login = |user: &str| {
            let mut target = Target::ssh("h1");
            target.transport = Transport::Ssh(Box::new(Ssh {
                host: "h1".to_owned(),
                user: Some(user.to_owned()),
                ..Ssh::default()
            }));
            target.check()
        };
        for user in ["root; rm", "-l", "a`b`", "$(id)", "a\rb", "", "a'b", "#0"] {
            assert_eq!(login(user).unwrap_err().cause, Cause::Invalid, "{user:?}");
        }
        for user in [
            "root",
            "ansible.user",
            r"CORP\jo",
            "jo@corp.example",
            "host$",
        ] {
            login(user).unwrap();
        }
        let become_user = |user: &str| {
            let mut target = Target::local();
            target.escalation = Some(Become {
                method: Method::Sudo,
                user: user.to_owned(),
                executable: None,
                flags: None,
                password: None,
            });
            target.check()
        };
        for user in ["root; rm", "-u", "a b", "#", "#1x", r"a\b"] {
            assert_eq!(become_user(user).unwrap_err().cause, Cause::Invalid);
        }
        become_user("#1000").unwrap();
        become_user("www-data").unwrap();
    }
}
