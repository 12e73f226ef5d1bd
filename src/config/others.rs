//! Names of Ansible's settings beside our table.

use super::TABLE;

/// Settings of ansible-core, as `section.key` and names in the environment, that would change
/// what is done and are not built; with the value that changes nothing, beside the empty one.
pub const OTHERS_NOT_SUPPORTED: &[(&str, &str)] = &[
    (
        "defaults.allow_embedded_templates ANSIBLE_ALLOW_EMBEDDED_TEMPLATES",
        "true",
    ),
    (
        "defaults.become_plugins ANSIBLE_BECOME_PLUGINS",
        "~/.ansible/plugins/become:/usr/share/ansible/plugins/become",
    ),
    ("defaults.fact_caching ANSIBLE_CACHE_PLUGIN", "memory"),
    (
        "defaults.action_plugins ANSIBLE_ACTION_PLUGINS",
        "~/.ansible/plugins/action:/usr/share/ansible/plugins/action",
    ),
    ("defaults.allow_unsafe_lookups", "false"),
    (
        "defaults.cache_plugins ANSIBLE_CACHE_PLUGINS",
        "~/.ansible/plugins/cache:/usr/share/ansible/plugins/cache",
    ),
    (
        "defaults.callback_plugins ANSIBLE_CALLBACK_PLUGINS",
        "~/.ansible/plugins/callback:/usr/share/ansible/plugins/callback",
    ),
    (
        "defaults.connection_plugins ANSIBLE_CONNECTION_PLUGINS",
        "~/.ansible/plugins/connection:/usr/share/ansible/plugins/connection",
    ),
    (
        "defaults.filter_plugins ANSIBLE_FILTER_PLUGINS",
        "~/.ansible/plugins/filter:/usr/share/ansible/plugins/filter",
    ),
    (
        "defaults.inventory_plugins ANSIBLE_INVENTORY_PLUGINS",
        "~/.ansible/plugins/inventory:/usr/share/ansible/plugins/inventory",
    ),
    ("defaults.jinja2_extensions ANSIBLE_JINJA2_EXTENSIONS", ""),
    (
        "selinux.libvirt_lxc_noseclabel ANSIBLE_LIBVIRT_LXC_NOSECLABEL",
        "false",
    ),
    (
        "defaults.lookup_plugins ANSIBLE_LOOKUP_PLUGINS",
        "~/.ansible/plugins/lookup:/usr/share/ansible/plugins/lookup",
    ),
    (
        "defaults.library ANSIBLE_LIBRARY",
        "~/.ansible/plugins/modules:/usr/share/ansible/plugins/modules",
    ),
    (
        "defaults.module_utils ANSIBLE_MODULE_UTILS",
        "~/.ansible/plugins/module_utils:/usr/share/ansible/plugins/module_utils",
    ),
    (
        "defaults.null_representation ANSIBLE_NULL_REPRESENTATION",
        "",
    ),
    (
        "selinux.special_context_filesystems ANSIBLE_SELINUX_SPECIAL_FS",
        "fuse,nfs,vboxsf,ramfs,9p,vfat",
    ),
    (
        "defaults.strategy_plugins ANSIBLE_STRATEGY_PLUGINS",
        "~/.ansible/plugins/strategy:/usr/share/ansible/plugins/strategy",
    ),
    ("defaults.su ANSIBLE_SU", "false"),
    (
        "defaults.test_plugins ANSIBLE_TEST_PLUGINS",
        "~/.ansible/plugins/test:/usr/share/ansible/plugins/test",
    ),
    (
        "defaults.vars_plugins ANSIBLE_VARS_PLUGINS",
        "~/.ansible/plugins/vars:/usr/share/ansible/plugins/vars",
    ),
    (
        "defaults.enable_task_debugger ANSIBLE_ENABLE_TASK_DEBUGGER",
        "false",
    ),
    ("defaults.facts_modules ANSIBLE_FACTS_MODULES", "smart"),
    (
        "defaults.invalid_task_attribute_failed ANSIBLE_INVALID_TASK_ATTRIBUTE_FAILED",
        "true",
    ),
    (
        "defaults.playbook_vars_root ANSIBLE_PLAYBOOK_VARS_ROOT",
        "top",
    ),
    ("defaults.plugin_filters_cfg", ""),
    (
        "defaults.retry_files_enabled ANSIBLE_RETRY_FILES_ENABLED",
        "false",
    ),
    (
        "defaults.run_vars_plugins ANSIBLE_RUN_VARS_PLUGINS",
        "demand",
    ),
    ("connection.ssh_agent ANSIBLE_SSH_AGENT", "none"),
    (
        "jinja2.dont_type_filters ANSIBLE_STRING_TYPE_FILTERS",
        "string,to_json,to_nice_json,to_yaml,to_nice_yaml,ppretty,json",
    ),
    (
        "defaults.vars_plugins_enabled ANSIBLE_VARS_ENABLED",
        "host_group_vars",
    ),
    (
        "defaults.verbose_to_stderr ANSIBLE_VERBOSE_TO_STDERR",
        "false",
    ),
    ("ssh_connection.verbosity ANSIBLE_SSH_VERBOSITY", "0"),
    ("ANSIBLE_PRIVATE_KEY", ""),
    ("sudo_become_plugin.user ANSIBLE_SUDO_USER", ""),
    ("sudo_become_plugin.executable ANSIBLE_SUDO_EXE", ""),
    ("sudo_become_plugin.flags ANSIBLE_SUDO_FLAGS", ""),
    ("sudo_become_plugin.password ANSIBLE_SUDO_PASS", ""),
    ("sudo_become_plugin.chdir ANSIBLE_SUDO_CHDIR", ""),
    ("su_become_plugin.user ANSIBLE_SU_USER", ""),
    ("su_become_plugin.executable ANSIBLE_SU_EXE", ""),
    ("su_become_plugin.flags ANSIBLE_SU_FLAGS", ""),
    ("su_become_plugin.password ANSIBLE_SU_PASS", ""),
    (
        "su_become_plugin.localized_prompts ANSIBLE_SU_PROMPT_L10N",
        "",
    ),
    (
        "inventory_plugin_yaml.yaml_valid_extensions ANSIBLE_INVENTORY_PLUGIN_EXTS",
        ".yml,.yaml,.json",
    ),
    (
        "inventory_plugins.use_extra_vars ANSIBLE_INVENTORY_USE_EXTRA_VARS",
        "false",
    ),
    ("vars_host_group_vars.stage ANSIBLE_VARS_PLUGIN_STAGE", ""),
    ("inventory.cache ANSIBLE_INVENTORY_CACHE", "false"),
];

/// Settings of ansible-core that change nothing here, and why.
pub const OTHERS_WITHOUT_MEANING: &[(&str, &str)] = &[
    (
        "nothing of Python runs, here or on a host",
        "defaults.interpreter_python ANSIBLE_PYTHON_INTERPRETER defaults.module_compression \
         defaults.python_module_rlimit_nofile ANSIBLE_PYTHON_MODULE_RLIMIT_NOFILE \
         defaults.keep_remote_files ANSIBLE_KEEP_REMOTE_FILES defaults.local_tmp ANSIBLE_LOCAL_TEMP \
         defaults.module_ignore_exts ANSIBLE_MODULE_IGNORE_EXTS ANSIBLE_WORKER_SHUTDOWN_POLL_COUNT \
         ANSIBLE_WORKER_SHUTDOWN_POLL_DELAY defaults.internal_poll_interval \
         defaults.module_strict_utf8_response ANSIBLE_MODULE_STRICT_UTF8_RESPONSE",
    ),
    (
        "no files are written for a task, which is a message",
        "defaults.admin_users ANSIBLE_ADMIN_USERS defaults.common_remote_group \
         ANSIBLE_COMMON_REMOTE_GROUP defaults.system_tmpdirs ANSIBLE_SYSTEM_TMPDIRS \
         defaults.allow_world_readable_tmpfiles ANSIBLE_SHELL_ALLOW_WORLD_READABLE_TEMP",
    ),
    (
        "a login is our own, and carries everything",
        "ssh_connection.control_path ANSIBLE_SSH_CONTROL_PATH ssh_connection.control_path_dir \
         ANSIBLE_SSH_CONTROL_PATH_DIR ssh_connection.password_mechanism \
         ANSIBLE_SSH_PASSWORD_MECHANISM ssh_connection.sshpass_prompt ANSIBLE_SSHPASS_PROMPT \
         ssh_connection.scp_executable ANSIBLE_SCP_EXECUTABLE ssh_connection.scp_extra_args \
         ANSIBLE_SCP_EXTRA_ARGS ssh_connection.sftp_executable ANSIBLE_SFTP_EXECUTABLE \
         ssh_connection.sftp_extra_args ANSIBLE_SFTP_EXTRA_ARGS ssh_connection.sftp_batch_mode \
         ANSIBLE_SFTP_BATCH_MODE ssh_connection.transfer_method ANSIBLE_SSH_TRANSFER_METHOD \
         ssh_connection.usetty ANSIBLE_SSH_USETTY privilege_escalation.agnostic_become_prompt \
         ANSIBLE_AGNOSTIC_BECOME_PROMPT",
    ),
    (
        "it only counts together with another setting",
        "defaults.fact_caching_connection ANSIBLE_CACHE_PLUGIN_CONNECTION \
         defaults.fact_caching_prefix ANSIBLE_CACHE_PLUGIN_PREFIX defaults.fact_caching_timeout \
         ANSIBLE_CACHE_PLUGIN_TIMEOUT defaults.log_filter ANSIBLE_LOG_FILTER \
         defaults.log_verbosity ANSIBLE_LOG_VERBOSITY defaults.retry_files_save_path \
         ANSIBLE_RETRY_FILES_SAVE_PATH connection.ssh_agent_executable \
         ANSIBLE_SSH_AGENT_EXECUTABLE connection.ssh_agent_key_lifetime \
         ANSIBLE_SSH_AGENT_KEY_LIFETIME defaults.task_debugger_ignore_errors \
         ANSIBLE_TASK_DEBUGGER_IGNORE_ERRORS ANSIBLE_CALLBACK_TREE_DIR \
         defaults.collections_on_ansible_version_mismatch \
         ANSIBLE_COLLECTIONS_ON_ANSIBLE_VERSION_MISMATCH defaults.collections_scan_sys_path \
         ANSIBLE_COLLECTIONS_SCAN_SYS_PATH inventory.cache_plugin ANSIBLE_INVENTORY_CACHE_PLUGIN \
         inventory.cache_connection ANSIBLE_INVENTORY_CACHE_CONNECTION inventory.cache_timeout \
         ANSIBLE_INVENTORY_CACHE_TIMEOUT inventory.cache_prefix \
         ANSIBLE_INVENTORY_CACHE_PLUGIN_PREFIX",
    ),
    (
        "what it is about is refused by its own name",
        "defaults.poll_interval ANSIBLE_POLL_INTERVAL defaults.async_dir ANSIBLE_ASYNC_DIR \
         defaults.win_async_startup_timeout ANSIBLE_WIN_ASYNC_STARTUP_TIMEOUT \
         defaults.use_persistent_connections ANSIBLE_USE_PERSISTENT_CONNECTIONS \
         defaults.cliconf_plugins ANSIBLE_CLICONF_PLUGINS defaults.httpapi_plugins \
         ANSIBLE_HTTPAPI_PLUGINS defaults.netconf_plugins ANSIBLE_NETCONF_PLUGINS \
         defaults.terminal_plugins ANSIBLE_TERMINAL_PLUGINS defaults.network_group_modules \
         ANSIBLE_NETWORK_GROUP_MODULES ANSIBLE_NETCONF_SSH_CONFIG ANSIBLE_CONNECTION_PATH",
    ),
    (
        "another program than the one that runs playbooks reads it",
        "defaults.module_args ANSIBLE_MODULE_ARGS defaults.module_name defaults.playbook_dir \
         ANSIBLE_PLAYBOOK_DIR defaults.bin_ansible_callbacks ANSIBLE_LOAD_CALLBACK_PLUGINS \
         defaults.editor ANSIBLE_EDITOR defaults.pager ANSIBLE_PAGER defaults.docsite_root_url \
         defaults.doc_fragment_plugins ANSIBLE_DOC_FRAGMENT_PLUGINS inventory.export \
         ANSIBLE_INVENTORY_EXPORT defaults.vault_encrypt_salt ANSIBLE_VAULT_ENCRYPT_SALT",
    ),
    (
        "it is about how Ansible looks into itself, or about cows",
        "defaults.cowsay_enabled_stencils ANSIBLE_COW_ACCEPTLIST defaults.cowpath ANSIBLE_COW_PATH \
         defaults.cow_selection ANSIBLE_COW_SELECTION defaults.nocows ANSIBLE_NOCOWS \
         defaults.debug ANSIBLE_DEBUG defaults.devel_warning ANSIBLE_DEVEL_WARNING \
         defaults.display_traceback ANSIBLE_DISPLAY_TRACEBACK defaults.old_plugin_cache_clear \
         ANSIBLE_OLD_PLUGIN_CACHE_CLEAR defaults.validate_action_group_metadata \
         ANSIBLE_VALIDATE_ACTION_GROUP_METADATA",
    ),
    (
        "a host's log is not written to",
        "defaults.no_target_syslog ANSIBLE_NO_TARGET_SYSLOG defaults.syslog_facility \
         ANSIBLE_SYSLOG_FACILITY defaults.target_log_info ANSIBLE_TARGET_LOG_INFO",
    ),
];

/// Sections, and beginnings of names in the environment, of what is not used here: nothing is
/// said of what stands there.
pub const ELSEWHERE: (&[&str], &[&str]) = (
    &[
        "callback_tree",
        "colors",
        "galaxy",
        "netconf_connection",
        "paramiko_connection",
        "persistent_connection",
        "powershell",
        "runas_become_plugin",
        "url_lookup",
        "winrm",
    ],
    &[
        "ANSIBLE_COLOR_",
        "ANSIBLE_GALAXY_",
        "ANSIBLE_LOOKUP_URL_",
        "ANSIBLE_PARAMIKO_",
        "ANSIBLE_PERSISTENT_",
        "ANSIBLE_REMOTE_PARAMIKO_PORT",
        "ANSIBLE_RUNAS_",
    ],
);

/// Variables of the environment that are read beside the table.
pub const BESIDE: [&str; 3] = [
    "ANSIBLE_CONFIG",
    "ANSIBLE_BECOME_PASS",
    "ANSIBLE_PRIVATE_KEY_PASSPHRASE",
];

/// Keys that an earlier Ansible had, and what says the same today.
const RENAMED: &[(&str, &str)] = &[
    ("ask_sudo_pass", "become_ask_pass"),
    ("ask_su_pass", "become_ask_pass"),
    ("callback_whitelist", "callbacks_enabled"),
    ("collections_paths", "collections_path"),
    ("hostfile", "inventory"),
    ("scp_if_ssh", "transfer_method"),
    ("sudo", "become"),
    ("sudo_exe", "become_exe"),
    ("sudo_flags", "become_flags"),
    ("sudo_user", "become_user"),
    ("su_user", "become_user"),
];

/// The name that says today what this key of an earlier Ansible said.
pub(super) fn renamed(key: &str) -> Option<&'static str> {
    let found = RENAMED.iter().find(|(old, _)| *old == key);
    found.map(|(_, new)| *new)
}

/// Every `section.key` that means something to ansible-core or to us.
pub(super) fn keys() -> impl Iterator<Item = (&'static str, &'static str)> {
    let ours = TABLE.iter().flat_map(|setting| setting.ini.iter().copied());
    ours.chain(words().filter_map(|word| word.split_once('.')))
}

/// Every name in the environment that means something to ansible-core or to us.
pub(super) fn variables() -> impl Iterator<Item = &'static str> {
    let ours = TABLE.iter().flat_map(|setting| setting.env.iter().copied());
    ours.chain(words().filter(|word| !word.contains('.')))
        .chain(BESIDE)
}

fn words() -> impl Iterator<Item = &'static str> {
    let built = OTHERS_NOT_SUPPORTED.iter().map(|(names, _)| *names);
    let idle = OTHERS_WITHOUT_MEANING.iter().map(|(_, names)| *names);
    built.chain(idle).flat_map(str::split_whitespace)
}
