//! Why a node could not be reached.

use std::fmt;

/// Why there is no node at the other end: as far as callers tell reasons apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cause {
    /// A name, user or option that must not reach ssh or a shell.
    Invalid,
    /// The `ssh` program is not installed on the control machine.
    SshMissing,
    /// The host's name has no address.
    NameResolution,
    /// Nothing listens at the address.
    Refused,
    /// There is no way to the address.
    NoRoute,
    /// No answer within the time allowed.
    Timeout,
    /// The other end closed the connection before the login.
    Dropped,
    /// The host shows another key than the one that is known for it.
    HostKeyChanged,
    /// No key of the host is known, and nobody may decide to trust it.
    HostKeyUnknown,
    /// The host accepted none of the keys, and no password was at hand.
    PermissionDenied,
    /// The host did not accept the password.
    WrongPassword,
    /// Logged in, but what runs there is not our node.
    NoNode,
    /// The host is not one that a node can run on.
    Architecture,
    /// No directory of the host can hold and run our program.
    NoPlace,
    /// The program to become another user with is not there.
    BecomeMissing,
    /// Becoming the user needs a password and none was given.
    BecomePasswordMissing,
    /// The password for becoming the user was not accepted.
    BecomePasswordWrong,
    /// Becoming the user is not allowed, or failed in another way.
    BecomeRefused,
    /// There is no such user to become.
    BecomeUserUnknown,
    /// The connection was there and went away.
    Lost,
    /// Something else; the words tell.
    Other,
}

impl Cause {
    /// Whether the next try may go better: nobody has refused to let us in.
    pub fn may_pass(self) -> bool {
        matches!(
            self,
            Self::NameResolution
                | Self::Refused
                | Self::NoRoute
                | Self::Timeout
                | Self::Dropped
                | Self::Other
        )
    }

    /// Whether the host was reached and only becoming the other user failed, which Ansible counts
    /// as a failed task and not as an unreachable host.
    pub fn is_become(self) -> bool {
        matches!(
            self,
            Self::BecomeMissing
                | Self::BecomePasswordMissing
                | Self::BecomePasswordWrong
                | Self::BecomeRefused
                | Self::BecomeUserUnknown
        )
    }
}

/// A host that could not be reached, with the reason in our words and in those of the program
/// that refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreachable {
    /// What callers decide by.
    pub cause: Cause,
    /// The reason as a sentence.
    pub message: String,
    /// What ssh, sudo, su or the host printed, shortened; it is the host's text and unsafe.
    pub said: String,
}

/// The longest text of another program that an error repeats, in bytes.
const SAID: usize = 2048;
/// The longest of its lines: sudo repeats the whole command that it refuses.
const LINE: usize = 240;

impl Unreachable {
    pub(super) fn new(cause: Cause, message: impl Into<String>) -> Self {
        Self {
            cause,
            message: message.into(),
            said: String::new(),
        }
    }

    /// Adds what the other program printed.
    #[must_use]
    pub(super) fn saying(mut self, said: &str) -> Self {
        let lines: Vec<String> = said
            .lines()
            .map(|line| line.trim_end().chars().take(LINE + 1).collect::<String>())
            .filter(|line| !line.trim_start().is_empty())
            .map(|line| match line.char_indices().nth(LINE) {
                Some((end, _)) => format!("{}…", &line[..end]),
                None => line,
            })
            .collect();
        let mut said = lines.join("\n");
        if said.len() > SAID {
            let end = (0..=SAID).rev().find(|at| said.is_char_boundary(*at));
            said.truncate(end.unwrap_or(0));
            said.push('…');
        }
        self.said = said;
        self
    }
}

impl fmt::Display for Unreachable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if !self.said.is_empty() {
            write!(f, ": {}", self.said)?;
        }
        Ok(())
    }
}

impl std::error::Error for Unreachable {}

#[cfg(test)]
mod tests {
    use super::{Cause, Unreachable};

    #[test]
    fn what_a_host_prints_is_repeated_only_in_part() {
        let said = format!("sudo: no {}\n\n{}", "x".repeat(5000), "line\n".repeat(5000));
        let error = Unreachable::new(Cause::Other, "no").saying(&said);
        assert!(error.said.len() < 2100, "{}", error.said.len());
        assert!(error.said.starts_with("sudo: no xxx"));
        assert!(error.said.ends_with('…'));
    }
}
