//! The shell programs that run on a host before the node does.

use super::{Journal, Program, nonce::nonce};

const BOOTSTRAP: &str = include_str!("bootstrap.sh");
const CLEAN: &str = include_str!("clean.sh");
/// Where nodes keep their journals.
const JOURNAL: &str = "\"${HOME:-/nonexistent}/.local/state/hostwright\" \"/var/tmp/hostwright-$u\" \
    /var/lib/hostwright";

/// Returns the program that finds or receives `program` on a host and runs it as a node.
///
/// What it prints: `hostwright-need MACHINE raw|gz` when the program is not there, to be answered
/// with `take raw|gz BYTES DIGEST SIZE` and the bytes, or with `look - - DIGEST SIZE` to have it
/// search for another build; `hostwright-fail REASON WORDS`; else what the node prints.
pub(super) fn bootstrap(program: &Program) -> String {
    squeezed(BOOTSTRAP)
        .replace("@DIGEST@", &program.digest().to_string())
        .replace("@NONCE@", &nonce())
        .replace("@SIZE@", &program.size().to_string())
        .replace("@MACHINE@", machines(std::env::consts::ARCH))
}

/// Returns the program that removes our directories from a host: it prints `hostwright-gone DIR`
/// or `hostwright-kept WHY` for each, and `hostwright-cleaned` at the end.
pub(super) fn clean(journal: Journal) -> String {
    squeezed(CLEAN).replace(
        "@JOURNAL@",
        match journal {
            Journal::Keep => "",
            Journal::Remove => JOURNAL,
        },
    )
}

/// One line: no login shell takes a quoted line break well.
fn squeezed(text: &str) -> String {
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .collect();
    lines.join(" ")
}

/// What `uname -m` says where our own build runs, as a shell pattern.
fn machines(arch: &str) -> &str {
    match arch {
        "x86_64" => "x86_64|amd64",
        "aarch64" => "aarch64|arm64",
        "x86" => "i?86|x86_64|amd64",
        "riscv64" => "riscv64",
        other => other,
    }
}

/// Whether our own build runs on a machine, as `uname -m` names it.
pub(super) fn runs_ours(machine: &str) -> bool {
    machines(std::env::consts::ARCH)
        .split('|')
        .any(|pattern| match pattern.split_once('?') {
            Some((start, end)) => machine.starts_with(start) && machine.ends_with(end),
            None => pattern == machine,
        })
}

/// Returns the target triple of the static build for a machine, as `uname -m` names it.
pub(super) fn triple(machine: &str) -> String {
    let (arch, system) = match machine {
        "amd64" => ("x86_64", "musl"),
        "arm64" => ("aarch64", "musl"),
        "armv7l" | "armv8l" => ("armv7", "musleabihf"),
        "armv6l" => ("arm", "musleabihf"),
        "i386" | "i486" | "i586" | "i686" => ("i686", "musl"),
        "ppc64le" => ("powerpc64le", "musl"),
        "riscv64" => ("riscv64gc", "musl"),
        other => (other, "musl"),
    };
    format!("{arch}-unknown-linux-{system}")
}

#[cfg(test)]
mod tests {
    use super::{BOOTSTRAP, CLEAN, squeezed, triple};

    #[test]
    fn the_programs_pass_through_any_login_shell() {
        for script in [BOOTSTRAP, CLEAN].map(squeezed) {
            assert!(
                !script.contains(['\'', '\\', '!', '\n', '`']),
                "quotes differ between sh, csh and fish: {script}"
            );
            assert!(script.len() < 4000, "{}", script.len());
        }
    }

    #[test]
    fn a_machine_has_its_triple() {
        assert_eq!(triple("aarch64"), "aarch64-unknown-linux-musl");
        assert_eq!(triple("armv7l"), "armv7-unknown-linux-musleabihf");
        assert_eq!(triple("i686"), "i686-unknown-linux-musl");
    }
}
