//! Programs that only look.

/// Programs that change nothing whatever they are told.
const ALWAYS: &[&str] = &[
    "[",
    "apt-cache",
    "arch",
    "basename",
    "cat",
    "cd",
    "cksum",
    "cmp",
    "comm",
    "cut",
    "date",
    "df",
    "diff",
    "dig",
    "dirname",
    "dmesg",
    "dpkg-query",
    "du",
    "echo",
    "egrep",
    "env",
    "export",
    "expr",
    "false",
    "fgrep",
    "file",
    "findmnt",
    "free",
    "getconf",
    "getent",
    "getfacl",
    "grep",
    "groups",
    "head",
    "hostid",
    "id",
    "jq",
    "ldd",
    "locale",
    "ls",
    "lsb_release",
    "lsblk",
    "lscpu",
    "lsof",
    "md5sum",
    "netstat",
    "nproc",
    "nslookup",
    "pgrep",
    "pidof",
    "ping",
    "printenv",
    "printf",
    "ps",
    "pwd",
    "readlink",
    "realpath",
    "seq",
    "set",
    "sha1sum",
    "sha256sum",
    "sha512sum",
    "sleep",
    "ss",
    "stat",
    "sum",
    "tail",
    "test",
    "tr",
    "true",
    "tty",
    "type",
    "uname",
    "unset",
    "uptime",
    "users",
    "wc",
    "which",
    "who",
    "whoami",
];

/// Whether this program with these arguments changes nothing on the host.
pub(super) fn is_read_only(program: &str, arguments: &[String]) -> bool {
    let has = |flags: &[&str]| asks(arguments, flags);
    let verb = arguments
        .iter()
        .map(String::as_str)
        .find(|word| !word.starts_with('-'))
        .unwrap_or_default();
    match program {
        _ if ALWAYS.contains(&program) => true,
        "hostname" => arguments.iter().all(|word| word.starts_with('-')),
        "sort" => !has(&["-o", "--output"]),
        "awk" | "gawk" | "mawk" => !arguments.iter().any(|word| word.contains('>')),
        "sed" => !arguments
            .iter()
            .any(|word| word.starts_with("-i") || word.starts_with("--in-place")),
        "find" => !arguments.iter().any(|word| {
            word == "-delete"
                || word.starts_with("-exec")
                || word.starts_with("-ok")
                || word.starts_with("-fprint")
                || word.starts_with("-fls")
        }),
        "curl" => !arguments.iter().any(|word| {
            word == "-O"
                || word.starts_with("-o")
                || word.starts_with("--output")
                || word.starts_with("--remote-name")
                || word.starts_with("-D")
                || word.starts_with("-c")
        }),
        "systemctl" => matches!(
            verb,
            "" | "status"
                | "show"
                | "cat"
                | "is-active"
                | "is-enabled"
                | "is-failed"
                | "is-system-running"
                | "list-units"
                | "list-unit-files"
                | "list-timers"
                | "list-sockets"
                | "list-dependencies"
                | "list-jobs"
                | "daemon-reload"
        ),
        "service" | "rc-service" => has(&["status", "--status-all"]),
        "dpkg" | "rpm" | "apt" | "dnf" | "yum" | "apk" | "zypper" | "snap" => {
            only_asks(program, arguments, verb)
        }
        "git" => matches!(
            verb,
            "status"
                | "log"
                | "show"
                | "diff"
                | "rev-parse"
                | "describe"
                | "ls-files"
                | "ls-remote"
                | "rev-list"
                | "cat-file"
                | "blame"
                | "grep"
                | "version"
        ),
        "ip" => has(&["show", "list"]) || arguments.len() == 1,
        "sysctl" => {
            !has(&["-w", "-p", "--write", "--load", "--system"])
                && !arguments.iter().any(|word| word.contains('='))
        }
        "mount" => arguments.is_empty(),
        "crontab" => has(&["-l"]),
        _ => has(&["--version", "--help"]) && arguments.len() == 1,
    }
}

/// Whether a package manager is only asked.
fn only_asks(program: &str, arguments: &[String], verb: &str) -> bool {
    match program {
        "dpkg" => asks(
            arguments,
            &[
                "-l",
                "-s",
                "-L",
                "-S",
                "-p",
                "--list",
                "--status",
                "--listfiles",
                "--search",
                "--get-selections",
                "--print-architecture",
                "--version",
            ],
        ),
        "rpm" => arguments
            .first()
            .is_some_and(|word| word.starts_with("-q") || word.starts_with("--query")),
        _ => matches!(
            verb,
            "list"
                | "search"
                | "show"
                | "info"
                | "policy"
                | "repolist"
                | "provides"
                | "check-update"
                | "list-upgrades"
        ),
    }
}

fn asks(arguments: &[String], flags: &[&str]) -> bool {
    arguments.iter().any(|word| flags.contains(&word.as_str()))
}
