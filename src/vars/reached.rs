//! What a task is told of how its host is reached.

use crate::value::Value;

/// How a task's host is reached where no variable says so. `ansible_host`, `ansible_user` and their
/// like are set from it for every task, below all that people set; a name that has two forms is
/// the other form first.
#[derive(Clone, Debug, PartialEq)]
pub struct Reached {
    /// The address: the host's own name where nobody set another.
    pub host: Value,
    pub user: Option<Value>,
    pub port: Option<Value>,
    pub connection: Value,
    pub key: Option<Value>,
    /// Seconds.
    pub timeout: Value,
    /// Whether this is another host, to which the task is delegated: then what is said here comes
    /// before the other form of a name.
    pub delegated: bool,
}

/// The names that say the same, the newer ones last.
const TWINS: [(&str, &str); 7] = [
    ("ansible_ssh_host", "ansible_host"),
    ("ansible_ssh_user", "ansible_user"),
    ("ansible_ssh_port", "ansible_port"),
    ("ansible_ssh_pass", "ansible_password"),
    ("ansible_ssh_private_key_file", "ansible_private_key_file"),
    ("ansible_ssh_timeout", "ansible_timeout"),
    ("ansible_ssh_pipelining", "ansible_pipelining"),
];

/// Every name that may be set so.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    let alone = [
        "ansible_connection",
        "ansible_module_compression",
        "ansible_shell_executable",
    ];
    TWINS
        .into_iter()
        .flat_map(|(old, new)| [old, new])
        .chain(alone)
}

/// The other name for the same.
pub(super) fn twin(name: &str) -> Option<&'static str> {
    TWINS.into_iter().find_map(|(old, new)| match name {
        name if name == old => Some(new),
        name if name == new => Some(old),
        _ => None,
    })
}

impl Reached {
    /// The value of a name that no variable sets.
    pub(super) fn value(&self, name: &str) -> Option<Value> {
        match name {
            "ansible_host" | "ansible_ssh_host" => Some(self.host.clone()),
            "ansible_user" | "ansible_ssh_user" => self.user.clone(),
            "ansible_port" | "ansible_ssh_port" => self.port.clone(),
            "ansible_private_key_file" | "ansible_ssh_private_key_file" => self.key.clone(),
            "ansible_timeout" | "ansible_ssh_timeout" => Some(self.timeout.clone()),
            "ansible_connection" => Some(self.connection.clone()),
            // What Ansible's own defaults are: nothing of ours depends on them.
            "ansible_pipelining" | "ansible_ssh_pipelining" => Some(Value::Bool(false)),
            "ansible_module_compression" => Some(Value::from("ZIP_DEFLATED")),
            "ansible_shell_executable" => Some(Value::from("/bin/sh")),
            _ => None,
        }
    }
}
