//! Becoming another user: the command around ours, and its question for the password.

use super::{
    Unreachable,
    nonce::nonce,
    target::{Become, Method},
    words,
};
use crate::value::Text;

/// Remembers the locale over `su`, whose prompt must be the untranslated one.
const SU: &str = r#"HW_LC=${LC_ALL-}; LC_ALL=C; export HW_LC LC_ALL; exec "$@""#;

/// A command that runs as the wanted user, and how it asks.
pub(super) struct Wrapped {
    /// Program and arguments.
    pub(super) words: Vec<String>,
    pub(super) prompt: Option<Prompt>,
}

/// How the password is asked for on the error output.
#[derive(Clone, Debug)]
pub(super) struct Prompt {
    form: Form,
    password: Option<Text>,
}

#[derive(Clone, Debug)]
enum Form {
    /// This text, which nobody can foretell.
    Nonce(String),
    /// A last line that ends with `Password:`.
    Plain,
}

/// Returns the command that runs the shell program `script` as the wanted user, or as the one
/// logged in.
pub(super) fn wrapped(wanted: Option<&Become>, script: &str) -> Result<Wrapped, Unreachable> {
    let Some(wanted) = wanted else {
        return Ok(Wrapped {
            words: ["sh", "-c", script].map(str::to_owned).to_vec(),
            prompt: None,
        });
    };
    let flags = words(wanted.flags.as_deref().unwrap_or(match wanted.method {
        Method::Sudo => "-H",
        Method::Su => "",
    }))
    .map_err(|why| Unreachable::new(super::Cause::Invalid, why))?;
    let name = wanted.method.name();
    let mut command = words(wanted.executable.as_deref().unwrap_or(name))
        .map_err(|why| Unreachable::new(super::Cause::Invalid, why))?;
    let user = wanted.user.clone();
    let form = match wanted.method {
        Method::Sudo => {
            let mark = format!("[hw-{}]", nonce());
            match wanted.password {
                // Ansible's own default flags hold `-n`, which forbids the question.
                Some(_) => command.extend(flags.into_iter().filter_map(askable)),
                None => command.extend(flags.into_iter().chain(["-n".to_owned()])),
            }
            let fixed = ["-S", "-p", &mark, "-u", &user, "--", "sh", "-c", script];
            command.extend(fixed.map(str::to_owned));
            Form::Nonce(mark)
        }
        Method::Su => {
            command.extend(flags);
            let fixed = ["-s", "/bin/sh", &user, "-c", script];
            command.extend(fixed.map(str::to_owned));
            let shell = ["sh", "-c", SU, "su"].map(str::to_owned);
            command.splice(0..0, shell);
            Form::Plain
        }
    };
    Ok(Wrapped {
        words: command,
        prompt: Some(Prompt {
            form,
            password: wanted.password.clone(),
        }),
    })
}

/// A flag of sudo without the `n` that forbids its question.
fn askable(flag: String) -> Option<String> {
    if flag == "-n" || flag == "--non-interactive" {
        return None;
    }
    let letters = flag.strip_prefix('-').filter(|rest| !rest.starts_with('-'));
    match letters {
        Some(letters) if letters.chars().all(|l| "AbEHiKknPSsv".contains(l)) => {
            Some(format!("-{}", letters.replace('n', "")))
        }
        _ => Some(flag),
    }
}

impl Prompt {
    /// Returns how often the password was asked for in this error output.
    pub(super) fn times_in(&self, said: &[u8]) -> usize {
        match &self.form {
            Form::Nonce(mark) => said
                .windows(mark.len())
                .filter(|part| *part == mark.as_bytes())
                .count(),
            Form::Plain => {
                let last = said.rsplit(|byte| *byte == b'\n').next().unwrap_or(said);
                let last = String::from_utf8_lossy(last).to_lowercase();
                usize::from(last.trim_end().ends_with("password:"))
            }
        }
    }

    pub(super) fn password(&self) -> Option<&Text> {
        self.password.as_ref()
    }

    /// The error output without the prompts.
    pub(super) fn without(&self, said: &str) -> String {
        match &self.form {
            Form::Nonce(mark) => said.replace(mark.as_str(), ""),
            Form::Plain => said.replace("Password: ", ""),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Become, Method, wrapped};
    use crate::value::Text;

    fn wanted(method: Method) -> Become {
        Become {
            method,
            user: "www".to_owned(),
            executable: None,
            flags: None,
            password: None,
        }
    }

    #[test]
    fn the_password_is_in_no_argument_and_asked_for_by_a_word_nobody_knows() {
        let mut sudo = wanted(Method::Sudo);
        sudo.flags = Some("-H -S -n".to_owned());
        sudo.password = Some(Text::from("hunter2"));
        let command = wrapped(Some(&sudo), "echo").unwrap();
        let line = command.words.join(" ");
        assert!(line.starts_with("sudo -H -S -S -p [hw-"), "{line}");
        assert!(line.ends_with("] -u www -- sh -c echo"), "{line}");
        assert!(!line.contains("hunter2") && !line.contains(" -n"), "{line}");
        let prompt = command.prompt.unwrap();
        let mark = command.words.iter().find(|word| word.starts_with("[hw-"));
        let mark = mark.unwrap();
        assert_eq!(prompt.times_in(b"We trust you\n[hw-0]"), 0);
        assert_eq!(prompt.times_in(format!("lecture\n{mark}").as_bytes()), 1);
        assert_eq!(
            prompt.times_in(format!("{mark}\nSorry\n{mark}").as_bytes()),
            2
        );
    }

    #[test]
    fn without_a_password_sudo_may_not_ask() {
        let command = wrapped(Some(&wanted(Method::Sudo)), "echo").unwrap();
        assert!(command.words.join(" ").starts_with("sudo -H -n -S -p"));
    }

    #[test]
    fn su_asks_in_plain_words() {
        let command = wrapped(Some(&wanted(Method::Su)), "echo").unwrap();
        assert!(
            command
                .words
                .ends_with(&["su", "-s", "/bin/sh", "www", "-c", "echo"].map(str::to_owned))
        );
        let prompt = command.prompt.unwrap();
        assert_eq!(prompt.times_in(b"Password: "), 1);
        assert_eq!(prompt.times_in(b"Password: \nno"), 0);
    }
}
