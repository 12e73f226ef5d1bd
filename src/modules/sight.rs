//! What a program that only looks looks at.

use super::{read_only, shell_line, touched::Ground};
use crate::host::path;

/// What is known of a program that only looks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Sight {
    /// Whether it is known to change nothing.
    pub(super) only_looks: bool,
    /// All that it looks at, where that is known.
    pub(super) reads: Option<Vec<String>>,
}

/// Programs that look at what their arguments name, and at nothing else but themselves.
const READERS: &[&str] = &[
    "[",
    "basename",
    "cat",
    "cksum",
    "cmp",
    "comm",
    "cut",
    "diff",
    "dirname",
    "echo",
    "egrep",
    "expr",
    "false",
    "fgrep",
    "grep",
    "groups",
    "head",
    "id",
    "ls",
    "md5sum",
    "nproc",
    "printf",
    "pwd",
    "readlink",
    "realpath",
    "seq",
    "sha1sum",
    "sha256sum",
    "sha512sum",
    "stat",
    "sum",
    "tail",
    "test",
    "tr",
    "true",
    "uname",
    "wc",
    "whoami",
];

/// What every program is made of, beside the directories in which programs are looked for.
const LOADED: &[&str] = &[
    "/etc/group",
    "/etc/ld.so.cache",
    "/etc/ld.so.preload",
    "/etc/localtime",
    "/etc/nsswitch.conf",
    "/etc/passwd",
    "/lib",
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
    "/usr/local/lib",
];

/// What these words, started without a shell, look at.
pub(super) fn of_words(words: &[String], ground: &Ground<'_>) -> Sight {
    Sight {
        only_looks: looks(words),
        reads: read(words, ground).map(|reads| with_programs(reads, ground)),
    }
}

/// What a line for a shell looks at.
pub(super) fn of_line(line: &str, ground: &Ground<'_>) -> Sight {
    let quiet = line
        .replace("2>/dev/null", "")
        .replace(">/dev/null", "")
        .replace("2>&1", "");
    let commands = shell_line::commands(&quiet);
    let only_looks = !commands.is_empty()
        && commands
            .iter()
            .all(|simple| simple.writes.is_empty() && looks(&simple.words));
    // What a shell puts in is known only to the shell.
    let is_plain = !quiet.contains(['$', '`', '(', ')', '{', '}', '<', '>', '~', '*', '?', '\\']);
    let reads = if is_plain && only_looks {
        let all: Option<Vec<Vec<String>>> = commands
            .iter()
            .map(|simple| read(&simple.words, ground))
            .collect();
        all.map(|all| with_programs(all.concat(), ground))
    } else {
        None
    };
    Sight { only_looks, reads }
}

/// A program by its plain name, or where the system has its programs.
fn program(words: &[String]) -> Option<&str> {
    let word = words.first()?;
    let own = ["/bin", "/usr/bin", "/sbin", "/usr/sbin"];
    let is_known = !word.contains('/') || own.contains(&path::parent(word));
    is_known.then(|| path::name(word))
}

fn looks(words: &[String]) -> bool {
    let wraps = ["env", "command", "export", "set", "unset", "cd", "type"];
    program(words).is_some_and(|program| {
        !wraps.contains(&program) && read_only::is_read_only(program, &words[1..])
    })
}

fn read(words: &[String], ground: &Ground<'_>) -> Option<Vec<String>> {
    let program = program(words).filter(|program| READERS.contains(program))?;
    let mut reads = Vec::new();
    if ["diff", "egrep", "fgrep", "grep", "ls", "pwd", "realpath"].contains(&program) {
        reads.push(ground.directory.clone());
    }
    for word in &words[1..] {
        // A path may stand behind an option's letter or after its equals sign.
        let at = match word.strip_prefix('-') {
            Some(_) => word.find(['/', '=']).map(|at| {
                if word[at..].starts_with('=') {
                    at + 1
                } else {
                    at
                }
            }),
            None => Some(0),
        };
        if let Some(at) = at {
            let named = path::join(
                &ground.directory,
                &path::expanded(&word[at..], ground.login),
            );
            let named = named.trim_end_matches('/');
            reads.push(if named.is_empty() { "/" } else { named }.to_owned());
        }
    }
    Some(reads)
}

fn with_programs(mut reads: Vec<String>, ground: &Ground<'_>) -> Vec<String> {
    let environment = ground.login.environment.iter();
    let mut places = environment.filter(|(name, _)| name == "PATH");
    match places.next() {
        Some((_, places)) => reads.extend(places.split(':').map(str::to_owned)),
        None => reads.extend(["/bin", "/usr/bin", "/sbin", "/usr/sbin"].map(str::to_owned)),
    }
    reads.extend(LOADED.iter().map(|path| (*path).to_owned()));
    reads.retain(|path| path.starts_with('/'));
    reads
}

#[cfg(test)]
mod tests {
    use super::{Sight, of_line};
    use crate::{
        host::{Memory, Observe as _},
        modules::touched::Ground,
    };

    fn sight(line: &str) -> Sight {
        let login = Memory::default().login().unwrap();
        of_line(
            line,
            &Ground {
                login: &login,
                directory: "/srv".to_owned(),
                is_chosen: false,
            },
        )
    }

    fn reads(line: &str) -> Vec<String> {
        let mut reads = sight(line).reads.unwrap();
        let system = super::LOADED
            .iter()
            .chain(&["/bin", "/usr/bin", "/sbin", "/usr/sbin"]);
        let system: Vec<&str> = system.copied().collect();
        reads.retain(|path| !system.contains(&path.as_str()) && !path.starts_with("/usr/local"));
        reads
    }

    #[test]
    fn readers_look_at_what_they_are_told_to() {
        assert_eq!(
            reads("cat /etc/motd b 2>/dev/null | grep -f/x --file=/y z"),
            ["/etc/motd", "/srv/b", "/srv", "/x", "/y", "/srv/z"]
        );
        assert_eq!(reads("test -e /a && echo yes"), ["/a", "/srv/yes"]);
    }

    #[test]
    fn what_a_shell_puts_in_may_be_anything() {
        for line in [
            "cat $FILE",
            "cat /etc/*",
            "cat `x`",
            "cat $(x)",
            "cat <x",
            "./cat x",
        ] {
            assert_eq!(sight(line).reads, None, "{line}");
        }
    }

    #[test]
    fn some_programs_look_anywhere_and_change_nothing() {
        assert!(sight("ps aux | grep x").only_looks && sight("ps aux").reads.is_none());
        for line in [
            "touch /x",
            "cat /x > /y",
            "env rm x",
            "cat $(rm x)",
            "/opt/bin/cat x",
        ] {
            assert!(!sight(line).only_looks, "{line}");
        }
    }
}
