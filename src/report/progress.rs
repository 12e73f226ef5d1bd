//! A line at the foot of a terminal: what runs now, and for how long.

use std::{io::Write, time::Duration};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Default as Lines;
use crate::{
    diagnostic::visible,
    event::{Event, Listener, Secrets},
};

/// How often the time is written anew.
const TICK: Duration = Duration::from_millis(200);

/// The lines of a run with one below them that says what is going on. Only for a terminal.
pub struct Progress<W> {
    lines: Lines<W>,
    secrets: Secrets,
    bar: ProgressBar,
    task: String,
    running: u64,
    done: u64,
}

impl<W: Write> Progress<W> {
    pub fn new(lines: Lines<W>, secrets: Secrets) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stdout());
        if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed_precise} {wide_msg}") {
            bar.set_style(style);
        }
        Self {
            lines,
            secrets,
            bar,
            task: String::new(),
            running: 0,
            done: 0,
        }
    }

    fn show(&self) {
        let Self {
            task,
            running,
            done,
            ..
        } = self;
        self.bar
            .set_message(format!("{task}: {running} running, {done} done"));
    }
}

impl<W: Write> Listener for Progress<W> {
    fn hear(&mut self, event: &Event<'_>) {
        match event {
            Event::TaskStarted(task) => {
                self.task = visible(&self.secrets.masked(&task.name)).replace('\n', " ");
                (self.running, self.done) = (0, 0);
                self.bar.enable_steady_tick(TICK);
                self.show();
            }
            Event::HostBegan => {
                self.running += 1;
                self.show();
            }
            Event::HostEnded => {
                self.running = self.running.saturating_sub(1);
                self.done += 1;
                self.show();
            }
            // Who is asked something gets the line, and at the end nothing is left of it.
            Event::Said { .. } | Event::RunEnded(_) => {
                self.bar.disable_steady_tick();
                self.bar.set_message("");
                self.bar.finish_and_clear();
            }
            Event::PlayStarted(_)
            | Event::NoHosts
            | Event::ItemDone(_)
            | Event::HostDone(_)
            | Event::Retried { .. }
            | Event::Included { .. }
            | Event::Warned { .. }
            | Event::Mistaken { .. }
            | Event::NoHostsLeft => {}
        }
        let Self { bar, lines, .. } = self;
        bar.suspend(|| lines.hear(event));
    }
}
