//! The table of settings: key, names, type, default, meaning.

use std::collections::BTreeMap;

use crate::value::{Text, Value};

use super::{
    DuplicateKeys, Environment, FilePath, Gathering, HashBehaviour, Interpreted, OnMismatch,
    PathList, ResultFormat, SafeNames, SourceList,
};

/// Where the value of a setting came from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Origin {
    #[default]
    Default,
    /// A flag of the command line.
    Flag,
    /// This environment variable.
    Environment(&'static str),
    /// This configuration file.
    File(String),
}

/// One line of the table, for lists and manuals.
#[derive(Debug)]
pub struct Setting {
    /// The field of [`Settings`].
    pub field: &'static str,
    /// Ansible's key.
    pub key: &'static str,
    /// Section and key in `ansible.cfg`; where two are set the later one counts.
    pub ini: &'static [(&'static str, &'static str)],
    /// Names in the environment; where two are set the later one counts.
    pub env: &'static [&'static str],
    pub kind: &'static str,
    /// The text of the default; empty when there is none.
    pub default: &'static str,
    pub doc: &'static str,
}

/// What a setting's text was found to be, before the flags.
pub(super) struct Given<'a> {
    pub(super) text: &'a str,
    pub(super) base: &'a str,
    pub(super) environment: &'a Environment,
}

macro_rules! settings {
    ($($(#[doc = $doc:literal])+ $field:ident: $kind:ty = $default:literal, $key:literal,
        [$($section:literal / $ini:literal),*], [$($env:literal),*];)+) => {
        /// All settings of a run.
        #[derive(Clone, Debug)]
        pub struct Settings {
            $($(#[doc = $doc])+ pub $field: $kind,)+
            /// The configuration file that was read, if any.
            pub config_file: Option<String>,
            /// The password to become another user, when the environment has it.
            pub become_pass: Option<Text>,
            /// The passphrase of the key to log in with, when the environment has it.
            pub key_passphrase: Option<Text>,
            /// Where each setting came from, by field.
            pub origins: BTreeMap<&'static str, Origin>,
        }

        /// Settings that the command line gives; what it leaves out is `None`.
        #[derive(Clone, Debug, Default)]
        pub struct Flags {
            $($(#[doc = $doc])+ pub $field: Option<$kind>,)+
        }

        /// Every setting that is known.
        pub static TABLE: &[Setting] = &[$(Setting {
            field: stringify!($field),
            key: $key,
            ini: &[$(($section, $ini)),*],
            env: &[$($env),*],
            kind: <$kind as Interpreted>::KIND,
            default: $default,
            doc: concat!($($doc, "\n"),+),
        }),+];

        impl Settings {
            /// The settings of the table as `given` has them; `refused` hears what a value must
            /// be, and the default takes its place.
            pub(super) fn made_from<'a>(
                flags: Flags,
                given: impl Fn(&Setting) -> (Given<'a>, Origin),
                mut refused: impl FnMut(&Setting, &Origin, String),
            ) -> Self {
                let mut origins = BTreeMap::new();
                let mut at = 0;
                $(
                    let setting = &TABLE[at];
                    at += 1;
                    let (text, mut origin) = given(setting);
                    let read = <$kind>::read(text.text, text.base, text.environment);
                    let read = read.or_else(|must| {
                        refused(setting, &origin, must);
                        <$kind>::read(setting.default, text.base, text.environment)
                    });
                    let $field = match (flags.$field, read) {
                        (Some(flag), _) => {
                            origin = Origin::Flag;
                            flag
                        }
                        (None, Ok(read)) => read,
                        // A test reads every default.
                        (None, Err(must)) => unreachable!("default of {}: {must}", setting.key),
                    };
                    origins.insert(stringify!($field), origin);
                )+
                debug_assert_eq!(at, TABLE.len());
                Self { $($field,)+ config_file: None, become_pass: None, key_passphrase: None, origins }
            }

            /// The value of a setting by its field or Ansible's key.
            pub fn value(&self, name: &str) -> Option<Value> {
                $(if name == stringify!($field) || name == $key {
                    return Some(self.$field.shown());
                })+
                None
            }
        }
    };
}

settings! {
    /// How many hosts are worked on at once.
    forks: u32 = "5", "DEFAULT_FORKS", ["defaults" / "forks"], ["ANSIBLE_FORKS"];
    /// How many seconds a connection may take to come up.
    timeout: u32 = "10", "DEFAULT_TIMEOUT",
        ["defaults" / "timeout", "ssh_connection" / "timeout"], ["ANSIBLE_TIMEOUT", "ANSIBLE_SSH_TIMEOUT"];
    /// How many seconds a task may take; 0 is no limit.
    task_timeout: u32 = "0", "TASK_TIMEOUT", ["defaults" / "task_timeout"], ["ANSIBLE_TASK_TIMEOUT"];
    /// The inventory sources when none is given.
    inventory: SourceList = "/etc/ansible/hosts", "DEFAULT_HOST_LIST", ["defaults" / "inventory"], ["ANSIBLE_INVENTORY"];
    /// Where roles are looked for, after the folders beside the playbook.
    roles_path: PathList = "~/.ansible/roles:/usr/share/ansible/roles:/etc/ansible/roles", "DEFAULT_ROLES_PATH",
        ["defaults" / "roles_path"], ["ANSIBLE_ROLES_PATH"];
    /// Where collections are looked for.
    collections_path: PathList = "~/.ansible/collections:/usr/share/ansible/collections", "COLLECTIONS_PATHS",
        ["defaults" / "collections_path"], ["ANSIBLE_COLLECTIONS_PATH"];
    /// The folder for what is kept between runs.
    home: FilePath = "~/.ansible", "ANSIBLE_HOME", ["defaults" / "home"], ["ANSIBLE_HOME"];
    /// The kind of connection when none is said.
    transport: String = "ssh", "DEFAULT_TRANSPORT", ["defaults" / "transport"], ["ANSIBLE_TRANSPORT"];
    /// The user to log in as; ssh's own choice when not set.
    remote_user: Option<String> = "", "DEFAULT_REMOTE_USER", ["defaults" / "remote_user"], ["ANSIBLE_REMOTE_USER"];
    /// The port to connect to; ssh's own choice when not set.
    remote_port: Option<u32> = "", "DEFAULT_REMOTE_PORT", ["defaults" / "remote_port"], ["ANSIBLE_REMOTE_PORT"];
    /// The key to log in with.
    private_key_file: Option<FilePath> = "", "DEFAULT_PRIVATE_KEY_FILE", ["defaults" / "private_key_file"], ["ANSIBLE_PRIVATE_KEY_FILE"];
    /// Whether the host's key must be known.
    host_key_checking: bool = "true", "HOST_KEY_CHECKING",
        ["defaults" / "host_key_checking", "ssh_connection" / "host_key_checking"],
        ["ANSIBLE_HOST_KEY_CHECKING", "ANSIBLE_SSH_HOST_KEY_CHECKING"];
    /// Whether to ask for the connection's password.
    ask_pass: bool = "false", "DEFAULT_ASK_PASS", ["defaults" / "ask_pass"], ["ANSIBLE_ASK_PASS"];
    /// A file with the connection's password, or a program that prints it.
    connection_password_file: Option<FilePath> = "", "CONNECTION_PASSWORD_FILE",
        ["defaults" / "connection_password_file"], ["ANSIBLE_CONNECTION_PASSWORD_FILE"];
    /// Arguments for every ssh; not set means the connection's own.
    ssh_args: Option<String> = "", "SSH_ARGS", ["ssh_connection" / "ssh_args"], ["ANSIBLE_SSH_ARGS"];
    /// More arguments for every ssh.
    ssh_common_args: String = "", "SSH_COMMON_ARGS", ["ssh_connection" / "ssh_common_args"], ["ANSIBLE_SSH_COMMON_ARGS"];
    /// More arguments for ssh itself.
    ssh_extra_args: String = "", "SSH_EXTRA_ARGS", ["ssh_connection" / "ssh_extra_args"], ["ANSIBLE_SSH_EXTRA_ARGS"];
    /// The ssh program.
    ssh_executable: String = "ssh", "SSH_EXECUTABLE", ["ssh_connection" / "ssh_executable"], ["ANSIBLE_SSH_EXECUTABLE"];
    /// How often a failed connection is tried again.
    ssh_retries: u32 = "0", "SSH_RETRIES", ["connection" / "retries", "ssh_connection" / "retries"], ["ANSIBLE_SSH_RETRIES"];
    /// The library that has the keys of a smart card.
    pkcs11_provider: String = "", "PKCS11_PROVIDER", ["ssh_connection" / "pkcs11_provider"], ["ANSIBLE_PKCS11_PROVIDER"];
    /// Accepted and without meaning: what it saves is never spent here.
    pipelining: bool = "false", "ANSIBLE_PIPELINING",
        ["defaults" / "pipelining", "connection" / "pipelining", "ssh_connection" / "pipelining"],
        ["ANSIBLE_PIPELINING", "ANSIBLE_SSH_PIPELINING"];
    /// Accepted and without meaning: a task leaves no files.
    remote_tmp: String = "~/.ansible/tmp", "REMOTE_TMP", ["defaults" / "remote_tmp"], ["ANSIBLE_REMOTE_TEMP", "ANSIBLE_REMOTE_TMP"];
    /// The shell that runs `shell` tasks when none is said.
    executable: String = "/bin/sh", "DEFAULT_EXECUTABLE", ["defaults" / "executable"], ["ANSIBLE_EXECUTABLE"];
    /// Whether tasks run as another user.
    become_: bool = "false", "DEFAULT_BECOME", ["privilege_escalation" / "become"], ["ANSIBLE_BECOME"];
    /// How to become another user.
    become_method: String = "sudo", "DEFAULT_BECOME_METHOD", ["privilege_escalation" / "become_method"], ["ANSIBLE_BECOME_METHOD"];
    /// The user to become.
    become_user: String = "root", "DEFAULT_BECOME_USER", ["privilege_escalation" / "become_user"], ["ANSIBLE_BECOME_USER"];
    /// The program to become another user with; the method's own when not set.
    become_exe: Option<String> = "", "DEFAULT_BECOME_EXE", ["privilege_escalation" / "become_exe"], ["ANSIBLE_BECOME_EXE"];
    /// Flags for that program; the method's own when not set.
    become_flags: Option<String> = "", "DEFAULT_BECOME_FLAGS", ["privilege_escalation" / "become_flags"], ["ANSIBLE_BECOME_FLAGS"];
    /// Whether to ask for the password to become another user.
    become_ask_pass: bool = "false", "DEFAULT_BECOME_ASK_PASS", ["privilege_escalation" / "become_ask_pass"], ["ANSIBLE_BECOME_ASK_PASS"];
    /// A file with that password, or a program that prints it.
    become_password_file: Option<FilePath> = "", "BECOME_PASSWORD_FILE", ["defaults" / "become_password_file"], ["ANSIBLE_BECOME_PASSWORD_FILE"];
    /// Whether the method runs even when the user is the same.
    become_allow_same_user: bool = "false", "BECOME_ALLOW_SAME_USER",
        ["privilege_escalation" / "become_allow_same_user"], ["ANSIBLE_BECOME_ALLOW_SAME_USER"];
    /// What a dictionary does that is set at two places.
    hash_behaviour: HashBehaviour = "replace", "DEFAULT_HASH_BEHAVIOUR", ["defaults" / "hash_behaviour"], ["ANSIBLE_HASH_BEHAVIOUR"];
    /// The order in which variables of groups count.
    precedence: Vec<String> = "all_inventory,groups_inventory,all_plugins_inventory,all_plugins_play,groups_plugins_inventory,groups_plugins_play",
        "VARIABLE_PRECEDENCE", ["defaults" / "precedence"], ["ANSIBLE_PRECEDENCE"];
    /// Whether variables of a role stay in it.
    private_role_vars: bool = "false", "DEFAULT_PRIVATE_ROLE_VARS", ["defaults" / "private_role_vars"], ["ANSIBLE_PRIVATE_ROLE_VARS"];
    /// When facts are gathered.
    gathering: Gathering = "implicit", "DEFAULT_GATHERING", ["defaults" / "gathering"], ["ANSIBLE_GATHERING"];
    /// Whether facts are variables too, each as `ansible_NAME`.
    inject_facts: bool = "true", "INJECT_FACTS_AS_VARS", ["defaults" / "inject_facts_as_vars"], ["ANSIBLE_INJECT_FACT_VARS"];
    /// How plays walk over hosts.
    strategy: String = "linear", "DEFAULT_STRATEGY", ["defaults" / "strategy"], ["ANSIBLE_STRATEGY"];
    /// Whether one failed host ends the play for all.
    any_errors_fatal: bool = "false", "ANY_ERRORS_FATAL", ["defaults" / "any_errors_fatal"], ["ANSIBLE_ANY_ERRORS_FATAL"];
    /// Whether notified handlers run on hosts that failed.
    force_handlers: bool = "false", "DEFAULT_FORCE_HANDLERS", ["defaults" / "force_handlers"], ["ANSIBLE_FORCE_HANDLERS"];
    /// Whether notifying a handler that is not there is an error.
    error_on_missing_handler: bool = "true", "ERROR_ON_MISSING_HANDLER", ["defaults" / "error_on_missing_handler"], ["ANSIBLE_ERROR_ON_MISSING_HANDLER"];
    /// Whether an undefined variable is an error.
    error_on_undefined_vars: bool = "true", "DEFAULT_UNDEFINED_VAR_BEHAVIOR", ["defaults" / "error_on_undefined_vars"], ["ANSIBLE_ERROR_ON_UNDEFINED_VARS"];
    /// Whether conditions may give what is no boolean.
    allow_broken_conditionals: bool = "false", "ALLOW_BROKEN_CONDITIONALS", ["defaults" / "allow_broken_conditionals"], ["ANSIBLE_ALLOW_BROKEN_CONDITIONALS"];
    /// Accepted and without meaning: templates give native types.
    jinja2_native: bool = "true", "DEFAULT_JINJA2_NATIVE", ["defaults" / "jinja2_native"], ["ANSIBLE_JINJA2_NATIVE"];
    /// What `ansible_managed` says.
    ansible_managed: String = "Ansible managed", "DEFAULT_MANAGED_STR", ["defaults" / "ansible_managed"], [];
    /// What a key given twice in one YAML dictionary is.
    duplicate_dict_key: DuplicateKeys = "warn", "DUPLICATE_YAML_DICT_KEY", ["defaults" / "duplicate_dict_key"], ["ANSIBLE_DUPLICATE_YAML_DICT_KEY"];
    /// What a host pattern that matches nothing is.
    host_pattern_mismatch: OnMismatch = "warning", "HOST_PATTERN_MISMATCH", ["inventory" / "host_pattern_mismatch"], ["ANSIBLE_HOST_PATTERN_MISMATCH"];
    /// What becomes of group names that are no variable names.
    force_valid_group_names: SafeNames = "never", "TRANSFORM_INVALID_GROUP_CHARS", ["defaults" / "force_valid_group_names"], ["ANSIBLE_TRANSFORM_INVALID_GROUP_CHARS"];
    /// Which kinds of inventory are tried, in this order.
    inventory_enabled: Vec<String> = "host_list,script,auto,yaml,ini,toml", "INVENTORY_ENABLED", ["inventory" / "enable_plugins"], ["ANSIBLE_INVENTORY_ENABLED"];
    /// Endings of names that an inventory folder ignores.
    inventory_ignore_extensions: Vec<String> = ".pyc,.pyo,.swp,.bak,~,.rpm,.md,.txt,.rst,.orig,.cfg,.retry", "INVENTORY_IGNORE_EXTS",
        ["defaults" / "inventory_ignore_extensions", "inventory" / "ignore_extensions"], ["ANSIBLE_INVENTORY_IGNORE"];
    /// Regular expressions of names that an inventory folder ignores.
    inventory_ignore_patterns: Vec<String> = "", "INVENTORY_IGNORE_PATTERNS",
        ["defaults" / "inventory_ignore_patterns", "inventory" / "ignore_patterns"], ["ANSIBLE_INVENTORY_IGNORE_REGEX"];
    /// Whether it is an error when no source could be read.
    inventory_unparsed_failed: bool = "false", "INVENTORY_UNPARSED_IS_FAILED", ["inventory" / "unparsed_is_failed"], ["ANSIBLE_INVENTORY_UNPARSED_FAILED"];
    /// Whether it is an error when one source could not be read.
    inventory_any_unparsed_failed: bool = "false", "INVENTORY_ANY_UNPARSED_IS_FAILED",
        ["inventory" / "any_unparsed_is_failed"], ["ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED"];
    /// Whether it is worth a warning when no source could be read.
    inventory_unparsed_warning: bool = "true", "INVENTORY_UNPARSED_WARNING", ["inventory" / "inventory_unparsed_warning"], ["ANSIBLE_INVENTORY_UNPARSED_WARNING"];
    /// Whether it is worth a warning when there is only the implicit localhost.
    localhost_warning: bool = "true", "LOCALHOST_WARNING", ["defaults" / "localhost_warning"], ["ANSIBLE_LOCALHOST_WARNING"];
    /// Whether what an inventory script writes to standard error is shown.
    script_stderr: bool = "true", "INVENTORY_SCRIPT_STDERR", ["inventory_plugin_script" / "always_show_stderr"], ["ANSIBLE_INVENTORY_PLUGIN_SCRIPT_STDERR"];
    /// How many hosts one range of an inventory may name.
    inventory_range_limit: u32 = "100000", "HOSTWRIGHT_INVENTORY_RANGE_LIMIT", ["inventory" / "range_limit"], ["HOSTWRIGHT_INVENTORY_RANGE_LIMIT"];
    /// How many hosts an inventory may have, and how many groups.
    inventory_limit: u32 = "1000000", "HOSTWRIGHT_INVENTORY_LIMIT", ["inventory" / "limit"], ["HOSTWRIGHT_INVENTORY_LIMIT"];
    /// How many seconds an inventory script may take.
    inventory_script_timeout: u32 = "300", "HOSTWRIGHT_INVENTORY_SCRIPT_TIMEOUT", ["inventory" / "script_timeout"], ["HOSTWRIGHT_INVENTORY_SCRIPT_TIMEOUT"];
    /// Whether texts that an inventory script prints are templates; else they are data.
    inventory_script_trusted: bool = "false", "HOSTWRIGHT_INVENTORY_SCRIPT_TRUSTED", ["inventory" / "script_trusted"], ["HOSTWRIGHT_INVENTORY_SCRIPT_TRUSTED"];
    /// Endings of names that a folder of variables accepts.
    yaml_extensions: Vec<String> = ".yml,.yaml,.json", "YAML_FILENAME_EXTENSIONS", ["defaults" / "yaml_valid_extensions"], ["ANSIBLE_YAML_FILENAME_EXT"];
    /// Whether no task shows its results.
    no_log: bool = "false", "DEFAULT_NO_LOG", ["defaults" / "no_log"], ["ANSIBLE_NO_LOG"];
    /// Whether the output has no colours.
    nocolor: bool = "false", "ANSIBLE_NOCOLOR", ["defaults" / "nocolor"], ["ANSIBLE_NOCOLOR", "NO_COLOR"];
    /// Whether the output has colours even when it is no terminal.
    force_color: bool = "false", "ANSIBLE_FORCE_COLOR", ["defaults" / "force_color"], ["ANSIBLE_FORCE_COLOR"];
    /// How much is told.
    verbosity: u32 = "0", "DEFAULT_VERBOSITY", ["defaults" / "verbosity"], ["ANSIBLE_VERBOSITY"];
    /// Which output is written.
    stdout_callback: String = "default", "DEFAULT_STDOUT_CALLBACK", ["defaults" / "stdout_callback"], ["ANSIBLE_STDOUT_CALLBACK"];
    /// Which further outputs are written.
    callbacks_enabled: Vec<String> = "", "CALLBACKS_ENABLED", ["defaults" / "callbacks_enabled"], ["ANSIBLE_CALLBACKS_ENABLED"];
    /// How results are printed.
    result_format: ResultFormat = "json", "CALLBACK_RESULT_FORMAT", ["defaults" / "callback_result_format"], ["ANSIBLE_CALLBACK_RESULT_FORMAT"];
    /// Whether results are printed over several lines.
    result_pretty: Option<bool> = "", "CALLBACK_FORMAT_PRETTY", ["defaults" / "callback_format_pretty"], ["ANSIBLE_CALLBACK_FORMAT_PRETTY"];
    /// Whether skipped hosts are shown.
    display_skipped_hosts: bool = "true", "DISPLAY_SKIPPED_HOSTS", ["defaults" / "display_skipped_hosts"], ["ANSIBLE_DISPLAY_SKIPPED_HOSTS"];
    /// Whether hosts where nothing changed are shown.
    display_ok_hosts: bool = "true", "DISPLAY_OK_HOSTS", ["defaults" / "display_ok_hosts"], ["ANSIBLE_DISPLAY_OK_HOSTS"];
    /// Whether failures go to standard error.
    display_failed_stderr: bool = "false", "DISPLAY_FAILED_STDERR", ["defaults" / "display_failed_stderr"], ["ANSIBLE_DISPLAY_FAILED_STDERR"];
    /// Whether the arguments of a task stand in its banner.
    display_args_to_stdout: bool = "false", "DISPLAY_ARGS_TO_STDOUT", ["defaults" / "display_args_to_stdout"], ["ANSIBLE_DISPLAY_ARGS_TO_STDOUT"];
    /// Whether the statistics of `set_stats` are shown at the end.
    show_custom_stats: bool = "false", "SHOW_CUSTOM_STATS", ["defaults" / "show_custom_stats"], ["ANSIBLE_SHOW_CUSTOM_STATS"];
    /// Whether a line tells when a host starts a task.
    show_per_host_start: bool = "false", "SHOW_PER_HOST_START", ["defaults" / "show_per_host_start"], ["ANSIBLE_SHOW_PER_HOST_START"];
    /// Whether the path of a failed task is shown.
    show_task_path_on_failure: bool = "false", "SHOW_TASK_PATH_ON_FAILURE", ["defaults" / "show_task_path_on_failure"], ["ANSIBLE_SHOW_TASK_PATH_ON_FAILURE"];
    /// Whether check mode is marked in banners.
    check_mode_markers: bool = "false", "CHECK_MODE_MARKERS", ["defaults" / "check_mode_markers"], ["ANSIBLE_CHECK_MODE_MARKERS"];
    /// Whether warnings about deprecated things are shown.
    deprecation_warnings: bool = "true", "DEPRECATION_WARNINGS", ["defaults" / "deprecation_warnings"], ["ANSIBLE_DEPRECATION_WARNINGS"];
    /// Whether warnings of modules are shown.
    action_warnings: bool = "true", "ACTION_WARNINGS", ["defaults" / "action_warnings"], ["ANSIBLE_ACTION_WARNINGS"];
    /// Whether warnings about the system are shown.
    system_warnings: bool = "true", "SYSTEM_WARNINGS", ["defaults" / "system_warnings"], ["ANSIBLE_SYSTEM_WARNINGS"];
    /// Whether differences are always shown.
    diff_always: bool = "false", "DIFF_ALWAYS", ["diff" / "always"], ["ANSIBLE_DIFF_ALWAYS"];
    /// How many lines stand around a difference.
    diff_context: u32 = "3", "DIFF_CONTEXT", ["diff" / "context"], ["ANSIBLE_DIFF_CONTEXT"];
    /// How many bytes a file may have to be shown in a difference.
    max_diff_size: u32 = "104448", "MAX_FILE_SIZE_FOR_DIFF", ["defaults" / "max_diff_size"], ["ANSIBLE_MAX_DIFF_SIZE"];
    /// Where the log is written.
    log_path: Option<FilePath> = "", "DEFAULT_LOG_PATH", ["defaults" / "log_path"], ["ANSIBLE_LOG_PATH"];
    /// Whether to ask for the vault password.
    ask_vault_pass: bool = "false", "DEFAULT_ASK_VAULT_PASS", ["defaults" / "ask_vault_pass"], ["ANSIBLE_ASK_VAULT_PASS"];
    /// A file with the vault password, or a program that prints it.
    vault_password_file: Option<FilePath> = "", "DEFAULT_VAULT_PASSWORD_FILE", ["defaults" / "vault_password_file"], ["ANSIBLE_VAULT_PASSWORD_FILE"];
    /// Vault identities, each `label@source`.
    vault_identity_list: Vec<String> = "", "DEFAULT_VAULT_IDENTITY_LIST", ["defaults" / "vault_identity_list"], ["ANSIBLE_VAULT_IDENTITY_LIST"];
    /// The label of a vault password that has none.
    vault_identity: String = "default", "DEFAULT_VAULT_IDENTITY", ["defaults" / "vault_identity"], ["ANSIBLE_VAULT_IDENTITY"];
    /// The vault identity to encrypt with.
    vault_encrypt_identity: Option<String> = "", "DEFAULT_VAULT_ENCRYPT_IDENTITY", ["defaults" / "vault_encrypt_identity"], ["ANSIBLE_VAULT_ENCRYPT_IDENTITY"];
    /// Whether only the vault password of the named identity is tried.
    vault_id_match: bool = "false", "DEFAULT_VAULT_ID_MATCH", ["defaults" / "vault_id_match"], ["ANSIBLE_VAULT_ID_MATCH"];
    /// Tags to run when none are given.
    run_tags: Vec<String> = "", "TAGS_RUN", ["tags" / "run"], ["ANSIBLE_RUN_TAGS"];
    /// Tags to skip when none are given.
    skip_tags: Vec<String> = "", "TAGS_SKIP", ["tags" / "skip"], ["ANSIBLE_SKIP_TAGS"];
}
