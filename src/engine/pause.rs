//! `pause`: the run waits, for some time or for somebody.

use std::{
    io::{self, BufRead as _, IsTerminal as _},
    os::fd::AsFd as _,
    time::{Duration, Instant},
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr},
};

use super::{
    actions,
    done::Done,
    view::{Trouble, View},
};
use crate::{
    diagnostic::Mistake,
    event::Event,
    modules::{Entry, Problem},
    value::{Map, Unknown, Value},
};

/// How often an interruption is looked for while somebody is waited for.
const GLANCE: Duration = Duration::from_millis(100);

/// What a `pause` asks for.
#[derive(Clone, Debug)]
pub(super) struct Pause {
    seconds: Option<u64>,
    in_minutes: bool,
    prompt: Option<String>,
    echo: bool,
}

/// What the arguments ask for.
pub(super) fn asked(view: &View<'_>, module: &Entry, args: &Map) -> Result<Pause, Trouble> {
    if let Some(unknown) = Value::from(args.clone()).unknown() {
        return Err(Trouble::Unknown(unknown));
    }
    let problems = module.check(args, &std::collections::BTreeMap::new());
    if let Some(Problem { param, message, .. }) = problems.first() {
        let arg = view.task.args.get(param);
        let span = arg.map_or(&view.task.action.span, |arg| &arg.span);
        return Err(Mistake::new(message.as_str(), span, "here").into());
    }
    let number = |name: &str| match args.get(name) {
        Some(Value::Int(number)) => Some(*number as f64),
        Some(Value::Float(number)) => Some(*number),
        Some(Value::Text(text)) => text.trim().parse::<f64>().ok(),
        _ => None,
    };
    let minutes = number("minutes");
    let seconds = minutes.map_or(number("seconds"), |minutes| Some(minutes * 60.0));
    // A year of waiting is more than anybody asks for, and fits.
    let seconds = seconds.map(|seconds| {
        Duration::try_from_secs_f64(seconds.clamp(0.0, 31_536_000.0)).map_or(0, |all| all.as_secs())
    });
    Ok(Pause {
        // Less than a second is one.
        seconds: seconds.map(|seconds| seconds.max(1)),
        in_minutes: seconds.is_none() || minutes.is_some(),
        prompt: args
            .get("prompt")
            .and_then(Value::as_str)
            .map(str::to_owned),
        echo: args.get("echo").and_then(Value::as_str).map_or(
            args.get("echo") != Some(&Value::Bool(false)),
            |word| {
                !matches!(
                    word.to_lowercase().as_str(),
                    "no" | "false" | "off" | "0" | "n" | "f"
                )
            },
        ),
    })
}

/// Waits, and says how long. A rehearsal waits for nothing and nobody.
pub(super) async fn wait(view: &View<'_>, pause: &Pause) -> Done {
    let mut done = actions::ok(false);
    done.result.insert("rc", 0_i64);
    done.result.insert("stderr", "");
    done.result.insert("echo", pause.echo);
    let is_attended = io::stdin().is_terminal();
    if view.run.options.check {
        let why = Unknown::because("time passes and people answer only in the run")
            .due_to(&view.task.title(), Some(&view.task.span.place()));
        for name in ["start", "stop", "delta", "stdout"] {
            done.result.insert(name, why.clone());
        }
        let answers = pause.seconds.is_none() || pause.prompt.is_some();
        done.result.insert(
            "user_input",
            if answers {
                Value::Unknown(why)
            } else {
                Value::from("")
            },
        );
        return done;
    }
    let started = (jiff::Zoned::now(), Instant::now());
    let hidden = if pause.echo {
        ""
    } else {
        " (output is hidden)"
    };
    if let Some(seconds) = pause.seconds {
        said(view, &format!("Pausing for {seconds} seconds{hidden}"));
    }
    let limit = pause.seconds.map(Duration::from_secs);
    let mut answer = String::new();
    match (limit, is_attended) {
        (None, false) => {
            let warning = "Not waiting for response to prompt as stdin is not interactive";
            done.warnings.push(warning.to_owned());
            done.result
                .insert("warnings", Value::list([Value::from(warning)]));
        }
        (Some(limit), _) if !is_attended || pause.prompt.is_none() => {
            tokio::time::sleep(limit).await;
        }
        _ => {
            let prompt = pause
                .prompt
                .as_deref()
                .unwrap_or("Press enter to continue, Ctrl+C to interrupt");
            said(view, &format!("[{}]\n{prompt}{hidden}:", view.task.title()));
            match line(pause.echo, limit).await {
                Ok(line) => answer = line,
                Err(error) => return Done::failed(format!("cannot ask: {error}")),
            }
        }
    }
    let took = started.1.elapsed().as_secs_f64();
    let clock = |time: &jiff::Zoned| time.strftime("%Y-%m-%d %H:%M:%S%.6f").to_string();
    done.result.insert("start", clock(&started.0));
    done.result.insert("stop", clock(&jiff::Zoned::now()));
    done.result.insert("delta", started.1.elapsed().as_secs());
    let (amount, unit) = if pause.in_minutes {
        (took / 60.0, "minutes")
    } else {
        (took, "seconds")
    };
    let amount = (amount * 100.0).round() / 100.0;
    done.result
        .insert("stdout", format!("Paused for {amount:?} {unit}"));
    done.result.insert("user_input", answer);
    done
}

fn said(view: &View<'_>, text: &str) {
    view.run.tell(&Event::Said { text });
}

/// What somebody types, until the line or the time is over.
async fn line(echo: bool, limit: Option<Duration>) -> io::Result<String> {
    let input = io::stdin();
    let before = if echo { None } else { Some(silenced(&input)?) };
    let started = Instant::now();
    let line = loop {
        let mut polled = [PollFd::from_borrowed_fd(input.as_fd(), PollFlags::IN)];
        if poll(&mut polled, Some(&Timespec::default()))? > 0 {
            let mut line = String::new();
            break input.lock().read_line(&mut line).map(|_| line);
        }
        if limit.is_some_and(|limit| started.elapsed() >= limit) {
            break Ok(String::new());
        }
        tokio::time::sleep(GLANCE).await;
    };
    if let Some(before) = before {
        tcsetattr(&input, OptionalActions::Now, &before)?;
    }
    Ok(line?.trim_end_matches(['\r', '\n']).to_owned())
}

/// Makes the terminal show nothing of what is typed; gives what it was before.
fn silenced(input: &io::Stdin) -> io::Result<Termios> {
    let before = tcgetattr(input)?;
    let mut silent = before.clone();
    silent.local_modes.remove(LocalModes::ECHO);
    tcsetattr(input, OptionalActions::Now, &silent)?;
    Ok(before)
}
