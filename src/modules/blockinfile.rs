//! `blockinfile`: lines between two markers in a file.

use super::{
    FileAttributes, HostPath, Module, Refusal, Rule,
    edited::{Edited, compiled, failed, finds},
    planning::Planning,
};
use crate::{change::Plan, host::Observe, value::pattern::Flags};

choices! {
    /// Whether the block is to be there.
    pub(super) enum State {
        Present = "present",
        Absent = "absent",
    }
}

parameters! {
    /// Puts lines between two markers into a text file, replaces what stands there, or removes it.
    ///
    /// ```yaml
    /// - blockinfile:
    ///     path: /etc/hosts
    ///     block: |
    ///       10.0.0.1 db
    ///       10.0.0.2 web
    /// ```
    pub(super) struct Blockinfile with (attributes: FileAttributes) {
        /// The file.
        path: HostPath as [dest, destfile, name],
        /// Whether the block is to be there.
        state: State = State::Present,
        /// What stands between the markers; nothing removes them.
        block: String as [content] = String::new(),
        /// The marker lines; `{mark}` stands for what tells begin and end apart.
        marker: String = "# {mark} ANSIBLE MANAGED BLOCK".to_owned(),
        /// What stands for `{mark}` at the begin.
        marker_begin: String = "BEGIN".to_owned(),
        /// What stands for `{mark}` at the end.
        marker_end: String = "END".to_owned(),
        /// Where a new block goes: after the last match of this pattern, or `EOF`.
        insertafter: Option<String>,
        /// Where a new block goes: before the last match of this pattern, or `BOF`.
        insertbefore: Option<String>,
        /// Whether an empty line is put before the block, unless it starts the file.
        prepend_newline: bool = false,
        /// Whether an empty line is put after the block, unless it ends the file.
        append_newline: bool = false,
        /// Whether a missing file is made.
        create: bool = false,
        /// Keeps a copy of the file, with the time in its name.
        backup: bool = false,
        /// A command that must accept the new file before it takes its place; `%s` is its path.
        validate: Option<String>,
    }
}

impl Module for Blockinfile {
    const ONLY_FILES: bool = true;

    const RULES: &'static [Rule] = &[Rule::Exclusive(&["insertbefore", "insertafter"])];

    fn plan(&self, host: &dyn Observe) -> Result<Plan, Refusal> {
        let mut planning = Planning::on(host);
        let validate = self.validate.as_ref();
        let mut file = Edited::open(host, &self.path.0, &self.attributes, validate)?;
        file.backup = self.backup.then_some("backup_file");
        if file.text.is_none() && !self.create {
            return Err(failed(
                257,
                format!("Path {} does not exist !", self.path.0),
            ));
        }
        let before = file.text.clone();
        let block = self.lines_of_block();
        let after = self.edited(before.as_deref().unwrap_or_default(), &block)?;
        let message = match &before {
            Some(before) if *before == after => "",
            None => "File created",
            Some(_) if block.is_empty() => "Block removed",
            Some(_) => "Block inserted",
        };
        let text = (!message.is_empty()).then_some(after);
        let message = file.write(&mut planning, text, message)?;
        planning.returns("msg", message);
        Ok(planning.done())
    }
}

impl Blockinfile {
    fn marker(&self, mark: &str) -> String {
        format!("{}\n", self.marker.replace("{mark}", mark))
    }

    /// The block with its markers; empty when it is to go.
    fn lines_of_block(&self) -> Vec<String> {
        if self.state == State::Absent || self.block.is_empty() {
            return Vec::new();
        }
        let mut lines = vec![self.marker(&self.marker_begin)];
        lines.extend(lines_of(&self.block));
        if let Some(last) = lines.last_mut()
            && !last.ends_with('\n')
        {
            last.push('\n');
        }
        lines.push(self.marker(&self.marker_end));
        lines
    }

    fn edited(&self, text: &str, block: &[String]) -> Result<String, Refusal> {
        let mut lines = lines_of(text);
        let find = |lines: &[String], mark: &str| {
            let marker = self.marker(mark);
            lines.iter().rposition(|line| *line == marker)
        };
        let markers = (
            find(&lines, &self.marker_begin),
            find(&lines, &self.marker_end),
        );
        let mut at = match markers {
            (Some(begin), Some(end)) => {
                lines.drain(begin.min(end)..=begin.max(end));
                begin.min(end)
            }
            _ => self.place(&lines, text)?,
        };
        if let Some(last) = at.checked_sub(1).and_then(|last| lines.get_mut(last))
            && !last.ends_with('\n')
        {
            last.push('\n');
        }
        let is_present = self.state == State::Present;
        if self.prepend_newline && is_present && at != 0 && lines[at - 1] != "\n" {
            lines.insert(at, "\n".to_owned());
            at += 1;
        }
        lines.splice(at..at, block.iter().cloned());
        let after = at + block.len();
        if self.append_newline && is_present && lines.get(after).is_some_and(|line| line != "\n") {
            lines.insert(after, "\n".to_owned());
        }
        Ok(lines.concat())
    }

    /// Before which line a new block goes.
    fn place(&self, lines: &[String], text: &str) -> Result<usize, Refusal> {
        let (param, pattern) = match (&self.insertafter, &self.insertbefore) {
            (Some(pattern), _) if pattern != "EOF" => ("insertafter", pattern),
            (None, Some(pattern)) if pattern == "BOF" => return Ok(0),
            (None, Some(pattern)) => ("insertbefore", pattern),
            _ => return Ok(lines.len()),
        };
        let is_after = param == "insertafter";
        let found = if is_multiline(pattern) {
            // Then the pattern can match over several lines.
            let found = compiled(param, pattern, Flags::default(), text)?
                .search(text, 0)
                .map_err(|bad| Refusal::of(param, bad.to_string()))?;
            let span = found.and_then(|groups| groups[0]);
            span.map(|(start, end)| {
                let upto = if is_after { end } else { start };
                text[..upto].matches('\n').count()
            })
        } else {
            let mut found = None;
            for (at, line) in lines.iter().enumerate() {
                if finds(param, pattern, line)? {
                    found = Some(at);
                }
            }
            found
        };
        Ok(match found {
            None => lines.len(),
            Some(at) if is_after => (at + 1).min(lines.len()),
            Some(at) => at,
        })
    }
}

/// Whether the pattern starts with switches that hold `m`.
fn is_multiline(pattern: &str) -> bool {
    pattern
        .strip_prefix("(?")
        .and_then(|rest| rest.split_once(')'))
        .is_some_and(|(switches, _)| {
            switches.contains('m') && switches.chars().all(|letter| "aiLmsux".contains(letter))
        })
}

/// Lines with their ends, which are any of `\n`, `\r` and `\r\n`.
fn lines_of(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let end = match rest.find(['\n', '\r']) {
            None => rest.len(),
            Some(at) if rest[at..].starts_with("\r\n") => at + 2,
            Some(at) => at + 1,
        };
        lines.push(rest[..end].to_owned());
        rest = &rest[end..];
    }
    lines
}
