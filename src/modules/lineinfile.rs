//! `lineinfile`: a line stands in a file, or does not.

use super::{
    FileAttributes, HostPath, Module, Refusal, Rule,
    edited::{Edited, compiled, failed, finds},
    planning::Planning,
};
use crate::{
    change::Plan,
    host::Observe,
    value::pattern::{Flags, Replacement},
};

choices! {
    /// Whether the line is to be there.
    pub(super) enum State {
        Present = "present",
        Absent = "absent",
    }
}

parameters! {
    /// Makes sure that a line is in a text file, replaces it, or removes it.
    ///
    /// ```yaml
    /// - lineinfile:
    ///     path: /etc/selinux/config
    ///     regexp: "^SELINUX="
    ///     line: SELINUX=enforcing
    /// ```
    pub(super) struct Lineinfile with (attributes: FileAttributes) {
        /// The file.
        path: HostPath as [dest, destfile, name],
        /// Whether the line is to be there.
        state: State = State::Present,
        /// The line. With `backrefs`, groups of `regexp` can stand in it.
        line: Option<String> as [value],
        /// The last line where this pattern is found is replaced; with `state: absent` all are
        /// removed.
        regexp: Option<String> as [regex],
        /// Like `regexp`, as plain text.
        search_string: Option<String>,
        /// Puts what groups matched into the line; without a match nothing is changed.
        backrefs: bool = false,
        /// Where a new line goes: after the last line that matches this pattern, or `EOF`.
        insertafter: Option<String>,
        /// Where a new line goes: before the last line that matches this pattern, or `BOF`.
        insertbefore: Option<String>,
        /// Whether the first line that matches counts instead of the last.
        firstmatch: bool = false,
        /// Whether a missing file is made.
        create: bool = false,
        /// Keeps a copy of the file, with the time in its name.
        backup: bool = false,
        /// A command that must accept the new file before it takes its place; `%s` is its path.
        validate: Option<String>,
    }
}

impl Module for Lineinfile {
    const ONLY_FILES: bool = true;

    const RULES: &'static [Rule] = &[
        Rule::Exclusive(&["insertbefore", "insertafter"]),
        Rule::Exclusive(&["regexp", "search_string"]),
        Rule::Exclusive(&["backrefs", "search_string"]),
    ];

    fn plan(&self, host: &dyn Observe) -> Result<Plan, Refusal> {
        let mut planning = Planning::on(host);
        for (name, given) in [
            ("regexp", &self.regexp),
            ("search_string", &self.search_string),
        ] {
            if given.as_deref() == Some("") {
                let what = if name == "regexp" {
                    "regular expression"
                } else {
                    "search string"
                };
                planning.warn(format!(
                    "The {what} is an empty string, which will match every line in the file. \
                     This may have unintended consequences, such as replacing the last line in \
                     the file rather than appending. If this is desired, use '^' to match every \
                     line in the file and avoid this warning."
                ));
            }
        }
        match self.state {
            State::Present => self.present(&mut planning)?,
            State::Absent => self.absent(&mut planning)?,
        }
        Ok(planning.done())
    }
}

impl Lineinfile {
    fn open(&self, planning: &Planning<'_>) -> Result<Edited<'_>, Refusal> {
        let validate = self.validate.as_ref();
        let mut file = Edited::open(&planning.host, &self.path.0, &self.attributes, validate)?;
        file.backup = self.backup.then_some("backup");
        Ok(file)
    }

    fn present(&self, planning: &mut Planning<'_>) -> Result<(), Refusal> {
        if self.backrefs && self.regexp.is_none() {
            let message = "regexp is required with backrefs=true";
            return Err(Refusal::of("backrefs", message));
        }
        let Some(line) = &self.line else {
            return Err(Refusal::of("line", "line is required with state=present"));
        };
        let file = self.open(planning)?;
        if file.text.is_none() && !self.create {
            let message = format!("Destination {} does not exist !", self.path.0);
            return Err(failed(257, message));
        }
        let mut lines = lines(file.text.as_deref().unwrap_or_default());
        let message = self.edit(&mut lines, line)?;
        planning.returns("backup", "");
        let text = (!message.is_empty()).then(|| lines.concat());
        let message = file.write(planning, text, message)?;
        planning.returns("msg", message);
        Ok(())
    }

    /// Puts the line where it belongs; says what was done.
    fn edit(&self, lines: &mut Vec<String>, line: &str) -> Result<&'static str, Refusal> {
        let whole = format!("{line}\n");
        let mut found = None;
        for (at, seen) in lines.iter().enumerate() {
            if self.matches(seen)? {
                found = Some(at);
                if self.firstmatch {
                    break;
                }
            }
        }
        if let Some(at) = found {
            let new = self.expanded(&lines[at], line)?;
            let new = if new.ends_with('\n') { new } else { new + "\n" };
            if lines[at] == new {
                return Ok("");
            }
            lines[at] = new;
            return Ok("line replaced");
        }
        // Without a match, what the line says may already be there.
        let exact = lines.iter().rposition(|seen| bare(seen) == line);
        if let Some(at) = exact {
            if lines[at] == whole || self.backrefs {
                return Ok("");
            }
            lines[at] = whole;
            return Ok("line replaced");
        }
        if self.backrefs {
            return Ok("");
        }
        if self.insertbefore.as_deref() == Some("BOF") || self.insertafter.as_deref() == Some("BOF")
        {
            lines.insert(0, whole);
            return Ok("line added");
        }
        let place = match (self.place(lines)?, &self.insertafter) {
            (None, _) => lines.len(),
            (Some(at), Some(_)) => at + 1,
            (Some(at), None) => at,
        };
        if place == lines.len()
            && let Some(last) = lines.last_mut()
            && !last.ends_with(['\n', '\r'])
        {
            last.push('\n');
        }
        lines.insert(place, whole);
        Ok("line added")
    }

    fn matches(&self, line: &str) -> Result<bool, Refusal> {
        match (&self.regexp, &self.search_string) {
            (Some(regexp), _) => finds("regexp", regexp, line),
            (None, Some(text)) => Ok(line.contains(text.as_str())),
            (None, None) => Ok(false),
        }
    }

    /// The line with what groups matched, where that is asked for.
    fn expanded(&self, seen: &str, line: &str) -> Result<String, Refusal> {
        let (true, Some(regexp)) = (self.backrefs, &self.regexp) else {
            return Ok(line.to_owned());
        };
        let pattern = compiled("regexp", regexp, Flags::default(), seen)?;
        let bad = |bad: crate::value::pattern::BadPattern| Refusal::of("line", bad.to_string());
        let replacement = Replacement::parse(line, &pattern).map_err(bad)?;
        let mut text = String::new();
        if let Some(groups) = pattern.search(seen, 0).map_err(bad)? {
            replacement.fill(seen, &groups, &mut text);
        }
        Ok(text)
    }

    /// The line beside which a new one goes.
    fn place(&self, lines: &[String]) -> Result<Option<usize>, Refusal> {
        let (param, pattern) = match (&self.insertafter, &self.insertbefore) {
            (Some(pattern), _) if pattern != "EOF" => ("insertafter", pattern),
            (None, Some(pattern)) => ("insertbefore", pattern),
            _ => return Ok(None),
        };
        let mut place = None;
        for (at, line) in lines.iter().enumerate() {
            if finds(param, pattern, line)? {
                place = Some(at);
                if self.firstmatch {
                    break;
                }
            }
        }
        Ok(place)
    }

    fn absent(&self, planning: &mut Planning<'_>) -> Result<(), Refusal> {
        if self.line.is_none() && self.regexp.is_none() && self.search_string.is_none() {
            let message = "one of line, search_string, or regexp is required with state=absent";
            return Err(Refusal::of("line", message));
        }
        let file = self.open(planning)?;
        let Some(text) = &file.text else {
            planning.returns("msg", "file not present");
            return Ok(());
        };
        let mut kept = Vec::new();
        let mut found = 0_u32;
        for line in lines(text) {
            let goes = if self.regexp.is_some() || self.search_string.is_some() {
                self.matches(&line)?
            } else {
                self.line.as_deref() == Some(bare(&line))
            };
            if goes {
                found += 1;
            } else {
                kept.push(line);
            }
        }
        planning.returns("found", found);
        planning.returns("backup", "");
        let message = if found > 0 {
            format!("{found} line(s) removed")
        } else {
            String::new()
        };
        let text = (found > 0).then(|| kept.concat());
        let message = file.write(planning, text, &message)?;
        planning.returns("msg", message);
        Ok(())
    }
}

/// Lines with their ends.
fn lines(text: &str) -> Vec<String> {
    text.split_inclusive('\n').map(str::to_owned).collect()
}

/// A line without its end.
fn bare(line: &str) -> &str {
    line.trim_end_matches(['\r', '\n'])
}
