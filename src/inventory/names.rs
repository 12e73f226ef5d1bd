//! Which names of hosts, groups and users are safe to use.

/// Why a host's name is refused, to follow "a host's name"; `None` when it is fine.
///
/// A name reaches ssh's command line, file names and patterns: what could be taken there for an
/// option, a shell's or a pattern's sign, or a way out of a folder is no part of one.
pub fn host_fault(name: &str) -> Option<String> {
    if name.is_empty() {
        return Some("must not be empty".to_owned());
    }
    if name.starts_with('-') {
        return Some("must not start with `-`: ssh would take it for an option".to_owned());
    }
    if name.starts_with(['@', '~']) {
        return Some("must not start with `@` or `~`: host patterns have them".to_owned());
    }
    if name.split('/').any(|part| part == "..") {
        return Some("must not hold `..`: files are named after it".to_owned());
    }
    stray(name, ".-_:@/+=~%")
}

/// Why a group's name is refused, to follow "a group's name"; `None` when it is fine.
pub fn group_fault(name: &str) -> Option<String> {
    if name.is_empty() {
        return Some("must not be empty".to_owned());
    }
    if name.starts_with(['/', '-', '!', '&', '~', '@']) || name.split('/').any(|part| part == "..")
    {
        return Some(format!("must not start with `{}` or hold `..`", &name[..1]));
    }
    let odd = name.chars().find(|letter| {
        letter.is_whitespace() || is_hidden(*letter) || ",:[]\"'`$;".contains(*letter)
    });
    odd.map(|letter| format!("must not hold {}", shown(letter)))
}

/// Why a user's name is refused, to follow "a user's name"; `None` when it is fine.
pub fn user_fault(name: &str) -> Option<String> {
    if name.is_empty() {
        return Some("must not be empty".to_owned());
    }
    if name.starts_with('-') {
        return Some("must not start with `-`: ssh would take it for an option".to_owned());
    }
    stray(name, ".-_@+=/")
}

/// Whether this is how a variable can be called in a template.
pub fn is_variable_name(name: &str) -> bool {
    let mut letters = name.chars();
    letters
        .next()
        .is_some_and(|first| first == '_' || first.is_alphabetic())
        && letters.all(|letter| letter == '_' || letter.is_alphanumeric())
}

fn stray(name: &str, allowed: &str) -> Option<String> {
    let odd = name
        .chars()
        .find(|letter| !letter.is_alphanumeric() && !allowed.contains(*letter));
    odd.map(|letter| format!("must not hold {}", shown(letter)))
}

/// Control characters, and those that turn or hide text on a terminal.
fn is_hidden(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
        || u32::from(letter) >= 0xE000 && !letter.is_alphanumeric()
}

fn shown(letter: char) -> String {
    match letter {
        ' ' => "a blank".to_owned(),
        letter if letter.is_ascii_graphic() => format!("`{letter}`"),
        letter => match u32::from(letter).checked_sub(0x10_FF00) {
            Some(byte) => format!("the byte 0x{byte:02x}, which is not UTF-8"),
            None => format!("the character U+{:04X}", u32::from(letter)),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::{group_fault, host_fault, user_fault};

    #[test]
    fn what_ssh_or_a_shell_could_take_for_something_else_is_no_name() {
        for name in [
            "-oProxyCommand=x",
            "a b",
            "a$b",
            "a;b",
            "a'b",
            "a\"b",
            "a`b",
            "a|b",
            "a\0x",
            "a\x1b[2J",
            "a\u{202e}b",
            "../../x",
            "a/../b",
            "@file",
            "~x",
            "a*",
            "a,b",
            "h\\x",
            "",
            "a\nb",
            "{{ x }}",
        ] {
            assert!(host_fault(name).is_some(), "{name:?}");
        }
        for name in [
            "web1",
            "db-1.example.org",
            "::1",
            "fe80::1%eth0",
            "ann@web",
            "/srv/chroot",
            "größe",
        ] {
            assert_eq!(host_fault(name), None, "{name:?}");
        }
        for name in ["-x", "a b", "a;b", "a$b", "a\n"] {
            assert!(user_fault(name).is_some(), "{name:?}");
        }
        assert_eq!(user_fault("svc_deploy-1@corp.example"), None);
        assert!(group_fault("../x").is_some() && group_fault("a\x1b").is_some());
        assert_eq!(group_fault("a-b.c"), None);
    }
}
