//! What ssh, sudo and su mean by their words.

use super::{
    Cause, Unreachable,
    askpass::Asked,
    target::{Become, HostKeys, Method, Ssh},
};

/// Returns the reason for which ssh ended before the login was done.
pub(super) fn of_ssh(ssh: &Ssh, said: &str, asked: &Asked) -> Unreachable {
    let host = &ssh.host;
    let has = |words: &str| said.contains(words);
    let question = |words: &str| {
        let mut all = asked.unanswered.iter();
        all.find(|question| question.contains(words))
    };
    if has("hostwright: cannot start") {
        return Unreachable::new(Cause::SshMissing, "ssh cannot be started here").saying(said);
    }
    if (has("IDENTIFICATION HAS CHANGED") && !has("Permission denied"))
        || has("REVOKED HOST KEY")
        || has("DNS SPOOFING")
    {
        return Unreachable::new(
            Cause::HostKeyChanged,
            format!("the host key of `{host}` is not the known one"),
        )
        .saying(&without_alarm(said));
    }
    if let Some(question) = question("authenticity of host") {
        return Unreachable::new(
            Cause::HostKeyUnknown,
            format!("the host key of `{host}` is not known, and nobody was asked to trust it"),
        )
        .saying(question);
    }
    if has("host key is known for") || has("Host key verification failed") {
        return Unreachable::new(
            Cause::HostKeyUnknown,
            format!("the host key of `{host}` is not known"),
        )
        .saying(said);
    }
    if has("Permission denied") || has("Too many authentication failures") {
        return denied(ssh, said, asked);
    }
    let (cause, message) = if has("Could not resolve hostname") {
        (Cause::NameResolution, "has no address")
    } else if has("Connection refused") {
        (Cause::Refused, "does not take connections")
    } else if has("timed out") || has("Timeout") {
        (Cause::Timeout, "did not answer in time")
    } else if has("No route to host") || has("unreachable") {
        (Cause::NoRoute, "cannot be reached from here")
    } else if has("kex_exchange_identification")
        || has("Connection closed by")
        || has("Connection reset by")
        || has("Broken pipe")
    {
        (Cause::Dropped, "closed the connection before the login")
    } else {
        (Cause::Other, "could not be reached")
    };
    Unreachable::new(cause, format!("`{host}` {message}")).saying(said)
}

/// What ssh says of a changed key without its frame of `@` and its alarm: the fingerprint, and
/// where the known key stands, are lost behind them.
fn without_alarm(said: &str) -> String {
    let alarm = ["IT IS POSSIBLE", "Someone could", "Please contact"];
    let lines = said.lines().map(|line| line.trim_matches(['@', ' ']));
    let told: Vec<&str> = lines
        .filter(|line| !alarm.iter().any(|start| line.starts_with(start)))
        .collect();
    told.join("\n")
}

fn denied(ssh: &Ssh, said: &str, asked: &Asked) -> Unreachable {
    let host = &ssh.host;
    if asked.password {
        let mut message = format!("`{host}` did not accept the password");
        if ssh.host_keys == HostKeys::Unchecked && said.contains("IDENTIFICATION HAS CHANGED") {
            message.push_str(", and its host key is not the known one");
        }
        return Unreachable::new(Cause::WrongPassword, message).saying(said);
    }
    // Without host key checking ssh goes on with a changed key, but never sends a password.
    if said.contains("IDENTIFICATION HAS CHANGED") {
        let message = format!("the host key of `{host}` is not the known one");
        return Unreachable::new(Cause::HostKeyChanged, message).saying(&without_alarm(said));
    }
    let locked = asked
        .unanswered
        .iter()
        .find(|question| question.contains("passphrase"));
    let message = match locked {
        Some(question) => format!(
            "`{host}` accepted no key, and one could not be used: load it into ssh-agent ({})",
            question.trim().trim_end_matches(':')
        ),
        None => match asked.unanswered.first() {
            Some(question) => format!(
                "`{host}` refused the login, and asked what nobody could answer ({})",
                question.trim().trim_end_matches(':')
            ),
            None => format!("`{host}` refused the login"),
        },
    };
    Unreachable::new(Cause::PermissionDenied, message).saying(said)
}

/// Returns the reason for which sudo or su ended before our program ran; `None` when its words
/// are not about that.
pub(super) fn of_become(wanted: &Become, said: &str, sent: Sent) -> Option<Unreachable> {
    let Become { method, user, .. } = wanted;
    let name = method.name();
    let has = |words: &str| said.contains(words);
    let (cause, message) = if has("incorrect password attempt")
        || has("Authentication failure")
        || has("incorrect password")
        || (has("Sorry, try again") && sent == Sent::Password)
    {
        return Some(
            match sent {
                Sent::Password => wrong_password(wanted),
                Sent::Nothing => missing_password(wanted),
            }
            .saying(said),
        );
    } else if has("a password is required") || has("a terminal is required to read the password") {
        (
            Cause::BecomePasswordMissing,
            missing_password(wanted).message,
        )
    } else if has("you must have a tty") || has("no tty present") || has("must be run from a term")
    {
        (
            Cause::BecomeRefused,
            format!("{name} runs only in a terminal here (`requiretty` in sudoers forbids us)"),
        )
    } else if has("not in the sudoers") || has("is not allowed to") || has("may not run") {
        (
            Cause::BecomeRefused,
            format!("{name} does not allow becoming `{user}`"),
        )
    } else if has("unknown user") || has("does not exist") || has("no passwd entry") {
        (
            Cause::BecomeUserUnknown,
            format!("there is no user `{user}` to become"),
        )
    } else if has("no such file") || has("not found") || has("No such file") {
        (
            Cause::BecomeMissing,
            format!("{} is not installed there", program(wanted)),
        )
    } else if has("sudo:") || has("su:") || has("sudo-rs:") {
        (
            Cause::BecomeRefused,
            format!("{name} did not make us `{user}`"),
        )
    } else {
        return None;
    };
    Some(Unreachable::new(cause, message).saying(said))
}

/// Whether a password was given to the program that changes the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sent {
    Nothing,
    Password,
}

/// The two texts that Ansible's users know, in its words.
pub(super) fn wrong_password(wanted: &Become) -> Unreachable {
    let message = format!("Incorrect {} password", wanted.method.name());
    Unreachable::new(Cause::BecomePasswordWrong, message)
}

pub(super) fn missing_password(wanted: &Become) -> Unreachable {
    let message = format!("Missing {} password", wanted.method.name());
    Unreachable::new(Cause::BecomePasswordMissing, message)
}

fn program(wanted: &Become) -> &str {
    wanted.executable.as_deref().unwrap_or(match wanted.method {
        Method::Sudo => "sudo",
        Method::Su => "su",
    })
}
