//! The layout of Ansible's default output.

use std::io::Write;

use super::{Color, Sink, diff, mistakes};
use crate::{
    event::{Done, Event, Listener, Recap, Tally, Verdict},
    value::{Map, Value, spaced, to_json},
};

/// A banner is filled with stars up to here.
const WIDTH: usize = 79;

/// What hides the result of a task that must not be logged; Ansible's users look for it.
const CENSORED: &str =
    "the output has been hidden due to the fact that 'no_log: true' was specified for this result";

/// What is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// From 0 to 6, as many as there are `-v`.
    pub verbosity: u8,
    pub skipped: bool,
    pub ok: bool,
    pub custom_stats: bool,
}

/// Writes what Ansible's default callback writes, with `unknown` where there is one.
pub struct Default<W> {
    sink: Sink<W>,
    shown: Shown,
    /// The banner that comes before the next line, so that one without lines can be left out.
    pending: Option<String>,
    /// Whether the task at hand is `debug`.
    debugs: bool,
}

impl<W: Write> Default<W> {
    pub fn new(sink: Sink<W>, shown: Shown) -> Self {
        Self {
            sink,
            shown,
            pending: None,
            debugs: false,
        }
    }

    fn banner(&mut self, text: &str) {
        let text = self.sink.shown(text);
        let stars = WIDTH.saturating_sub(text.chars().count()).max(3);
        self.sink
            .line(&format!("\n{text} {}", "*".repeat(stars)), Color::Plain);
    }

    fn say(&mut self, text: &str, color: Color) {
        if let Some(banner) = self.pending.take() {
            self.banner(&banner);
        }
        self.sink.line(text, color);
    }

    fn done(&mut self, done: &Done<'_>) {
        let (word, color) = match &done.verdict {
            Verdict::Ok => ("ok", Color::Ok),
            Verdict::Changed => ("changed", Color::Changed),
            Verdict::Skipped => ("skipping", Color::Skipped),
            Verdict::Unknown(_) => ("unknown", Color::Unknown),
            Verdict::Failed { .. } if done.item.is_some() => ("failed", Color::Failed),
            Verdict::Failed { .. } => ("fatal", Color::Failed),
            Verdict::Unreachable { .. } => ("fatal", Color::Unreachable),
        };
        let quiet = match done.verdict {
            Verdict::Ok => !self.shown.ok,
            Verdict::Skipped => !self.shown.skipped,
            _ => false,
        };
        if quiet {
            return;
        }
        self.diffs(done);
        // The items have told it all; only what is left of the task itself is said.
        let told = done.is_loop && !matches!(done.verdict, Verdict::Skipped);
        if told {
            if matches!(
                done.verdict,
                Verdict::Failed { ignored: true } | Verdict::Unreachable { ignored: true }
            ) {
                self.say("...ignoring", Color::Skipped);
            }
            return;
        }
        let host = match done.delegate {
            Some(delegate) if delegate != done.host => {
                let address = done.delegate_address.map(|at| format!("({at})"));
                let address = address.unwrap_or_default();
                format!("{} -> {delegate}{address}", done.host)
            }
            _ => done.host.to_owned(),
        };
        let mut line = format!("{word}: [{host}]");
        match &done.verdict {
            Verdict::Failed { .. } | Verdict::Unreachable { .. } => {
                if let Some(mistake) = done.mistake.filter(|_| !done.no_log) {
                    let text = format!("[ERROR]: {}", mistakes::one(mistake));
                    self.say(&text, Color::Failed);
                }
                let kind = match (&done.verdict, &done.item) {
                    (_, Some(item)) => format!(" (item={item}) => "),
                    (Verdict::Unreachable { .. }, None) => ": UNREACHABLE! => ".to_owned(),
                    (_, None) => ": FAILED! => ".to_owned(),
                };
                line.push_str(&kind);
                line.push_str(&self.result(done));
            }
            Verdict::Unknown(unknown) => {
                if let Some(item) = &done.item {
                    line.push_str(&format!(" (item={item})"));
                }
                line.push_str(&format!(" => {unknown}"));
            }
            Verdict::Ok | Verdict::Changed | Verdict::Skipped => {
                if let Some(item) = &done.item {
                    line.push_str(&format!(" => (item={item})"));
                    if done.verdict == Verdict::Skipped {
                        line.push(' ');
                    }
                }
                if self.shown.verbosity > 0 || done.always_shown && done.verdict != Verdict::Skipped
                {
                    line.push_str(" => ");
                    line.push_str(&self.result(done));
                }
            }
        }
        self.say(&line, color);
        let ignored = matches!(
            done.verdict,
            Verdict::Failed { ignored: true } | Verdict::Unreachable { ignored: true }
        );
        if ignored && done.item.is_none() {
            self.say("...ignoring", Color::Skipped);
        }
    }

    fn diffs(&mut self, done: &Done<'_>) {
        if !done.diff || done.no_log {
            return;
        }
        for change in done.changes {
            let lines = diff::lines(change);
            if lines.is_empty() {
                continue;
            }
            for (line, color) in lines {
                self.say(&line, color);
            }
            self.say("", Color::Plain);
        }
    }

    fn result(&self, done: &Done<'_>) -> String {
        if done.no_log {
            let mut censored = Map::new();
            censored.insert("censored", CENSORED);
            if let Some(changed) = done.result.get("changed") {
                censored.insert("changed", changed.clone());
            }
            return spaced(&to_json(&sorted(&censored.into())));
        }
        let mut result = done.result.clone();
        if self.debugs {
            alone(&mut result);
        }
        // Every result has these, and the word before the host says them.
        result.remove("failed");
        result.remove("skipped");
        if done.is_loop || done.verdict == Verdict::Skipped {
            result.remove("results");
        }
        for key in ["invocation", "exception"] {
            if self.shown.verbosity < 3 {
                result.remove(key);
            }
        }
        let json = to_json(&sorted(&self.sink.shown_value(&result.into())));
        if done.always_shown || self.shown.verbosity > 2 {
            pretty(&json)
        } else {
            spaced(&json)
        }
    }

    fn recap(&mut self, recap: &Recap) {
        self.pending = None;
        self.banner("PLAY RECAP");
        for (host, tally) in &recap.hosts {
            let color = if tally.failed + tally.unreachable > 0 {
                Color::Failed
            } else if tally.unknown > 0 {
                Color::Unknown
            } else if tally.changed > 0 {
                Color::Changed
            } else {
                Color::Ok
            };
            let host = self.sink.shown(host);
            let line = format!("{host:<26} : {}", counts(tally));
            self.sink.line(&line, color);
        }
        self.sink.line("", Color::Plain);
        if !recap.reasons.is_empty() {
            self.sink
                .line("UNKNOWN BEFORE THE RUN, by reason:", Color::Plain);
            for (reason, times) in &recap.reasons {
                self.sink
                    .line(&format!("{times:>5} × {reason}"), Color::Unknown);
            }
            self.sink.line("", Color::Plain);
        }
        if self.shown.custom_stats && !recap.custom.is_empty() {
            self.banner("CUSTOM STATS: ");
            for (host, value) in &recap.custom {
                let host = if host.is_empty() { "RUN" } else { host };
                let line = format!("\t{host}: {}", spaced(&to_json(value)));
                self.sink.line(&line, Color::Plain);
            }
            self.sink.line("", Color::Plain);
        }
    }
}

/// Leaves of what `debug` returned only what it was asked to say.
fn alone(result: &mut Map) {
    if let Some(msg) = result.get("msg").cloned() {
        *result = Map::from([("msg", msg)]);
        return;
    }
    let variable = result.get("ansible_loop_var").cloned();
    for key in [
        "changed",
        "failed",
        "skipped",
        "skip_reason",
        "ansible_loop_var",
        "ansible_index_var",
        "ansible_loop",
    ] {
        result.remove(key);
    }
    // The item stays where it is what was asked for.
    if let Some(variable) = variable.as_ref().and_then(Value::as_str)
        && result.len() > 1
        && !result.contains("false_condition")
    {
        result.remove(variable);
    }
}

fn counts(tally: &Tally) -> String {
    let mut text = String::new();
    let mut count = |name: &str, number: u64| {
        text.push_str(&format!("{name}={number:<4} "));
    };
    count("ok", tally.ok);
    count("changed", tally.changed);
    count("unreachable", tally.unreachable);
    count("failed", tally.failed);
    count("skipped", tally.skipped);
    count("rescued", tally.rescued);
    count("ignored", tally.ignored);
    if tally.unknown > 0 {
        count("unknown", tally.unknown);
    }
    text.pop();
    text
}

/// Keys in the order of their names, as Ansible prints results.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Map(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by(|one, two| one.0.as_str().cmp(&two.0.as_str()));
            entries
                .into_iter()
                .map(|(key, value)| (key.clone(), sorted(value)))
                .collect::<Map>()
                .into()
        }
        Value::List(items) => Value::list(items.iter().map(sorted)),
        other => other.clone(),
    }
}

/// JSON over several lines, four blanks a level.
pub fn pretty(json: &serde_json::Value) -> String {
    use serde::Serialize as _;
    let mut text = Vec::new();
    let format = serde_json::ser::PrettyFormatter::with_indent(b"    ");
    let mut writer = serde_json::Serializer::with_formatter(&mut text, format);
    match json.serialize(&mut writer) {
        Ok(()) => String::from_utf8(text).unwrap_or_default(),
        Err(_) => json.to_string(),
    }
}

impl<W: Write> Listener for Default<W> {
    fn hear(&mut self, event: &Event<'_>) {
        match event {
            Event::PlayStarted(play) => {
                let check = if play.is_check && self.shown.verbosity > 0 {
                    " [CHECK MODE]"
                } else {
                    ""
                };
                self.pending = None;
                self.banner(&format!("PLAY [{}]{check}", play.name));
            }
            Event::NoHosts => self.say("skipping: no hosts matched", Color::Skipped),
            Event::TaskStarted(task) => {
                self.debugs = task.action.rsplit('.').next() == Some("debug");
                let kind = if task.is_handler {
                    "RUNNING HANDLER"
                } else {
                    "TASK"
                };
                let banner = format!("{kind} [{}]", task.name);
                if self.shown.ok && self.shown.skipped {
                    self.banner(&banner);
                    if self.shown.verbosity > 1
                        && let Some(place) = &task.place
                    {
                        let path = format!("task path: {}:{}", place.file, place.line);
                        self.sink.line(&path, Color::Plain);
                    }
                } else {
                    self.pending = Some(banner);
                }
            }
            Event::ItemDone(done) | Event::HostDone(done) => self.done(done),
            Event::Retried {
                host, task, left, ..
            } => self.say(
                &format!("FAILED - RETRYING: [{host}]: {task} ({left} retries left)."),
                Color::Skipped,
            ),
            Event::Included { file, hosts, item } => {
                let item = item.map_or_else(String::new, |item| format!(" => (item={item})"));
                self.say(
                    &format!("included: {file} for {}{item}", hosts.join(", ")),
                    Color::Skipped,
                );
            }
            Event::Warned { message } => {
                self.say(&format!("[WARNING]: {message}"), Color::Warning);
            }
            Event::HostBegan | Event::HostEnded => {}
            Event::Said { text } => self.say(text, Color::Plain),
            Event::Mistaken { mistake } => {
                let text = format!("[WARNING]: {}", mistakes::one(mistake));
                self.say(&text, Color::Warning);
            }
            Event::NoHostsLeft => {
                self.pending = None;
                self.banner("NO MORE HOSTS LEFT");
            }
            Event::RunEnded(recap) => self.recap(recap),
        }
    }
}
