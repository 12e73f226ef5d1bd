//! Permission bits, and the ways to ask for them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The twelve permission bits of a file.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FileMode(u32);

impl FileMode {
    pub const ALL: u32 = 0o7777;

    /// Takes the permission bits and drops the rest.
    pub const fn from_bits(bits: u32) -> Self {
        Self(bits & Self::ALL)
    }

    pub const fn bits(self) -> u32 {
        self.0
    }

    /// Without the bits of this umask.
    #[must_use]
    pub const fn masked(self, umask: u32) -> Self {
        Self(self.0 & !umask)
    }
}

/// As Ansible returns it: four octal digits.
impl fmt::Display for FileMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04o}", self.0)
    }
}

impl fmt::Debug for FileMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A mode as somebody asked for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mode {
    Exact(FileMode),
    /// Clauses such as `u+rwX`, applied one after the other.
    Symbolic(Vec<Clause>),
}

/// One clause of a symbolic mode.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clause {
    /// Who is named: any of `ugo`, `a` spelt out; empty means all, less the umask.
    who: Vec<Who>,
    steps: Vec<(Operator, Vec<Permission>)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Who {
    User,
    Group,
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Operator {
    Add,
    Remove,
    Set,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Permission {
    Read,
    Write,
    Execute,
    /// Execute where it is a directory or somebody may execute it already.
    ExecuteIfAny,
    SetId,
    Sticky,
    /// What another has.
    As(Who),
}

/// Why a text is no mode; completes "must be".
#[derive(Debug, PartialEq, Eq)]
pub struct BadMode;

impl fmt::Display for BadMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an octal mode such as \"0644\", or a symbolic one such as \"u=rw,g=r\"")
    }
}

impl Mode {
    /// Reads octal digits or symbolic clauses.
    pub fn parse(text: &str) -> Result<Self, BadMode> {
        let octal = text.strip_prefix("0o").unwrap_or(text);
        if !octal.is_empty() && octal.bytes().all(|digit| digit.is_ascii_digit()) {
            return u32::from_str_radix(octal, 8)
                .ok()
                .filter(|bits| *bits <= FileMode::ALL)
                .map(|bits| Self::Exact(FileMode(bits)))
                .ok_or(BadMode);
        }
        text.split(',')
            .map(Clause::parse)
            .collect::<Option<Vec<_>>>()
            .map(Self::Symbolic)
            .ok_or(BadMode)
    }

    /// The mode that something gets which has `seen` now. `umask` matters to clauses that name
    /// nobody.
    pub fn on(&self, seen: FileMode, is_directory: bool, umask: u32) -> FileMode {
        match self {
            Self::Exact(mode) => *mode,
            Self::Symbolic(clauses) => clauses
                .iter()
                .fold(seen, |mode, clause| clause.on(mode, is_directory, umask)),
        }
    }
}

impl Clause {
    fn parse(text: &str) -> Option<Self> {
        let operators = ['+', '-', '='];
        let (who, mut rest) = text.split_at(text.find(operators)?);
        let mut named = Vec::new();
        for letter in who.chars() {
            match letter {
                'u' => named.push(Who::User),
                'g' => named.push(Who::Group),
                'o' => named.push(Who::Other),
                'a' => named.extend([Who::User, Who::Group, Who::Other]),
                _ => return None,
            }
        }
        let mut steps = Vec::new();
        while let Some(first) = rest.chars().next() {
            let operator = match first {
                '+' => Operator::Add,
                '-' => Operator::Remove,
                _ => Operator::Set,
            };
            let end = rest[1..].find(operators).map_or(rest.len(), |at| at + 1);
            let permissions = rest[1..end]
                .chars()
                .map(|letter| {
                    Some(match letter {
                        'r' => Permission::Read,
                        'w' => Permission::Write,
                        'x' => Permission::Execute,
                        'X' => Permission::ExecuteIfAny,
                        's' => Permission::SetId,
                        't' => Permission::Sticky,
                        'u' => Permission::As(Who::User),
                        'g' => Permission::As(Who::Group),
                        'o' => Permission::As(Who::Other),
                        _ => return None,
                    })
                })
                .collect::<Option<Vec<_>>>()?;
            steps.push((operator, permissions));
            rest = &rest[end..];
        }
        Some(Self { who: named, steps })
    }

    fn on(&self, mode: FileMode, is_directory: bool, umask: u32) -> FileMode {
        let everybody = [Who::User, Who::Group, Who::Other];
        let (who, mask) = if self.who.is_empty() {
            (everybody.as_slice(), umask)
        } else {
            (self.who.as_slice(), 0)
        };
        let mut bits = mode.bits();
        for (operator, permissions) in &self.steps {
            let mut asked = 0;
            let mut reach = 0;
            for one in who {
                reach |= one.reach();
                for permission in permissions {
                    asked |= one.bits(*permission, bits, is_directory);
                }
            }
            asked &= !mask;
            bits = match operator {
                Operator::Add => bits | asked,
                Operator::Remove => bits & !asked,
                Operator::Set => (bits & !reach) | asked,
            };
        }
        FileMode::from_bits(bits)
    }
}

impl Who {
    fn shift(self) -> u32 {
        match self {
            Self::User => 6,
            Self::Group => 3,
            Self::Other => 0,
        }
    }

    /// All bits that `=` clears for them.
    fn reach(self) -> u32 {
        let special = match self {
            Self::User => 0o4000,
            Self::Group => 0o2000,
            Self::Other => 0o1000,
        };
        (0o7 << self.shift()) | special
    }

    fn bits(self, permission: Permission, now: u32, is_directory: bool) -> u32 {
        let plain = |bit: u32| bit << self.shift();
        match permission {
            Permission::Read => plain(4),
            Permission::Write => plain(2),
            Permission::Execute => plain(1),
            Permission::ExecuteIfAny if is_directory || now & 0o111 != 0 => plain(1),
            Permission::ExecuteIfAny => 0,
            Permission::SetId => match self {
                Self::User => 0o4000,
                Self::Group => 0o2000,
                Self::Other => 0,
            },
            Permission::Sticky => match self {
                Self::Other => 0o1000,
                _ => 0,
            },
            Permission::As(other) => plain((now >> other.shift()) & 7),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{FileMode, Mode};

    #[test]
    fn symbolic_modes_change_what_they_name() {
        let on = |text: &str, seen: u32, directory: bool| {
            let mode = Mode::parse(text).unwrap();
            mode.on(FileMode::from_bits(seen), directory, 0o022).bits()
        };
        assert_eq!(on("u+x", 0o644, false), 0o744);
        assert_eq!(on("u=rw,g=r,o=", 0o777, false), 0o640);
        assert_eq!(on("a+X", 0o644, false), 0o644);
        assert_eq!(on("a+X", 0o644, true), 0o755);
        assert_eq!(on("+w", 0o444, false), 0o644);
        assert_eq!(on("g=u", 0o640, false), 0o660);
        assert_eq!(on("u+s,o+t", 0o755, true), 0o5755);
        assert_eq!(on("0600", 0o644, false), 0o600);
        assert!(Mode::parse("rw").is_err());
        assert!(Mode::parse("99").is_err());
    }
}
