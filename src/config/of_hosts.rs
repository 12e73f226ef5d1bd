//! Variables that say how a host is reached: which count.

/// Variables of Ansible's connections, shells and ways to become a user that are honoured.
pub const HOST_HONOURED: &[&str] = &[
    "ansible_become",
    "ansible_become_exe",
    "ansible_become_flags",
    "ansible_become_method",
    "ansible_become_pass",
    "ansible_become_password",
    "ansible_become_user",
    "ansible_connection",
    "ansible_host",
    "ansible_host_key_checking",
    "ansible_password",
    "ansible_port",
    "ansible_private_key_file",
    "ansible_private_key_passphrase",
    "ansible_ssh_args",
    "ansible_ssh_common_args",
    "ansible_ssh_executable",
    "ansible_ssh_extra_args",
    "ansible_ssh_host",
    "ansible_ssh_host_key_checking",
    "ansible_ssh_pass",
    "ansible_ssh_password",
    "ansible_ssh_pkcs11_provider",
    "ansible_ssh_port",
    "ansible_ssh_private_key_file",
    "ansible_ssh_private_key_passphrase",
    "ansible_ssh_retries",
    "ansible_ssh_timeout",
    "ansible_ssh_user",
    "ansible_su_exe",
    "ansible_su_flags",
    "ansible_su_pass",
    "ansible_su_user",
    "ansible_sudo_exe",
    "ansible_sudo_flags",
    "ansible_sudo_pass",
    "ansible_sudo_user",
    "ansible_timeout",
    "ansible_user",
];

/// Those that would change what is done and are not built, with the values that change nothing.
pub const HOST_NOT_SUPPORTED: &[(&str, &[&str])] = &[
    ("ansible_private_key", &[]),
    ("ansible_shell_executable", &["/bin/sh"]),
    // Any shell at the other end passes on what starts a node; these two are not of Unix.
    (
        "ansible_shell_type",
        &["sh", "bash", "csh", "dash", "fish", "ksh", "zsh"],
    ),
    ("ansible_ssh_private_key", &[]),
    ("ansible_ssh_verbosity", &["0"]),
    ("ansible_su_prompt_l10n", &[]),
    ("ansible_sudo_chdir", &[]),
];

/// Those that change nothing here, and why.
pub const HOST_WITHOUT_MEANING: &[(&str, &str)] = &[
    (
        "nothing of Python runs, here or on a host",
        "ansible_python_interpreter ansible_pipelining ansible_ssh_pipelining",
    ),
    (
        "no files are written for a task, which is a message",
        "ansible_admin_users ansible_common_remote_group ansible_remote_tmp \
         ansible_shell_allow_world_readable_temp ansible_system_tmpdirs",
    ),
    (
        "a login is our own, and carries everything",
        "ansible_control_path ansible_control_path_dir ansible_scp_executable \
         ansible_scp_extra_args ansible_sftp_batch_mode ansible_sftp_executable \
         ansible_sftp_extra_args ansible_ssh_password_mechanism ansible_ssh_transfer_method \
         ansible_ssh_use_tty ansible_sshpass_prompt ansible_local_become_strip_preamble \
         ansible_local_become_success_timeout",
    ),
    (
        "what it is about is refused by its own name",
        "ansible_async_dir ansible_runas_flags ansible_runas_pass ansible_runas_user",
    ),
];

/// Beginnings of the names of connections that are refused by their own name.
pub const HOST_ELSEWHERE: &[&str] = &[
    "ansible_lookup_url_",
    "ansible_paramiko_",
    "ansible_psrp_",
    "ansible_winrm_",
];
