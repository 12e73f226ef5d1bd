//! `template`: a file on the host holds a rendered template.

use super::{
    FileAttributes, HostPath, Module, Refusal, Rendered,
    placed::{self, Piece, Placed},
    planning::Planning,
};
use crate::{change::Plan, host::Observe, state::Kind};

choices! {
    /// How lines of a rendered template end.
    pub(super) enum Newline {
        LineFeed = "\n" | "\\n",
        Return = "\r" | "\\r",
        Both = "\r\n" | "\\r\\n",
    }
}

parameters! {
    /// Renders a template on the control side and puts the result on the host.
    ///
    /// ```yaml
    /// - template:
    ///     src: app.conf.j2
    ///     dest: /etc/app.conf
    ///     mode: "0644"
    ///     validate: /usr/bin/app --check %s
    /// ```
    pub(super) struct Template with (attributes: FileAttributes) {
        /// The template on the control side.
        src: Rendered,
        /// Where the result goes. A path that ends in `/`, or is a directory, gets the template's
        /// name added.
        dest: HostPath,
        /// Keeps a copy of a file that is replaced, with the time in its name.
        backup: bool = false,
        /// Whether a file that differs is replaced; otherwise only a missing one is made.
        force: bool = true,
        /// Whether a link at the destination is followed instead of replaced.
        follow: bool = false,
        /// A command that must accept the new file before it takes its place; `%s` is its path.
        validate: Option<String>,
    } control {
        /// How lines end in the result.
        newline_sequence: Newline = Newline::LineFeed,
        /// What starts a block.
        block_start_string: String = "{%".to_owned(),
        /// What ends a block.
        block_end_string: String = "%}".to_owned(),
        /// What starts a variable.
        variable_start_string: String = "{{".to_owned(),
        /// What ends a variable.
        variable_end_string: String = "}}".to_owned(),
        /// What starts a comment.
        comment_start_string: Option<String>,
        /// What ends a comment.
        comment_end_string: Option<String>,
        /// Whether the first line end after a block is dropped.
        trim_blocks: bool = true,
        /// Whether blanks between the start of a line and a block are dropped.
        lstrip_blocks: bool = false,
        /// The encoding of the result.
        output_encoding: String = "utf-8".to_owned(),
    }
}

impl Module for Template {
    const ONLY_FILES: bool = true;

    fn plan(&self, host: &dyn Observe) -> Result<Plan, Refusal> {
        let supply = &self.src.0;
        let top = supply.top().filter(|top| matches!(top.kind, Kind::File(_)));
        let Some(top) = top else {
            return Err(Refusal::of("src", "the template is not a file"));
        };
        let mut planning = Planning::on(host);
        let placed = Placed {
            attributes: &self.attributes,
            backup: self.backup,
            force: self.force,
            follow: self.follow,
            validate: self.validate.as_ref(),
            directory_mode: None,
        };
        let piece = Piece {
            source: &supply.path,
            kind: &top.kind,
            mode: top.mode,
            mtime: None,
        };
        let dest = placed.one(&mut planning, &self.dest.0, &piece)?;
        if !self.force && planning.is_empty() {
            planning.returns("dest", dest);
            planning.returns("src", supply.path.as_str());
        } else if let Kind::File(content) = &top.kind {
            let is_new = planning.replaces();
            placed::tell(&mut planning, &dest, content, Some(&supply.path), is_new)?;
        }
        Ok(planning.done())
    }
}
