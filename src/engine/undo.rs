//! A run taken back on its hosts, and what we left on them removed.

use std::sync::Arc;

use super::{
    Engine,
    run::Run,
    session::Silence,
    target,
    view::{Trouble, View},
};
use crate::{
    connection::{Cleaned, Journal, Target},
    diagnostic::{Mistake, Mistakes, Source, Span, Spanned},
    inventory::HostId,
    playbook::{Given, Keywords, Scope, ScopeKind, Task},
    vars::Stack,
    wire::Undone,
};

/// What came of an undo on one host.
pub type Answer = Result<Undone, String>;

impl<'a> Engine<'a> {
    /// Takes back what `run` changed on the hosts of these patterns, newest change first. With
    /// `escalated`, what it changed as another user is taken back too.
    ///
    /// # Errors
    /// The patterns are broken. What happens on a host is told with the host.
    pub async fn undo(
        self,
        run: &str,
        patterns: &[String],
        rehearse: bool,
        escalated: bool,
    ) -> Result<Vec<(String, Answer)>, Mistakes> {
        let (world, targets) = self.targets(patterns, escalated)?;
        let mut answers = Vec::new();
        for (host, target) in targets {
            let answer = match target {
                Ok(target) => world
                    .pool
                    .undo(&host, &target, run, rehearse)
                    .await
                    .map_err(|silence| told(&silence)),
                Err(why) => Err(why),
            };
            answers.push((host, answer));
        }
        world.pool.close().await;
        Ok(answers)
    }

    /// Removes our program and its directories from hosts; the journals too when asked.
    ///
    /// # Errors
    /// The patterns are broken. What happens on a host is told with the host.
    pub async fn clean(
        self,
        patterns: &[String],
        journal: Journal,
        escalated: bool,
    ) -> Result<Vec<(String, Result<Cleaned, String>)>, Mistakes> {
        let (world, targets) = self.targets(patterns, escalated)?;
        let mut answers = Vec::new();
        for (host, target) in targets {
            let answer = match target {
                Ok(target) => world
                    .pool
                    .clean(&target, journal)
                    .await
                    .map_err(|unreachable| unreachable.to_string()),
                Err(why) => Err(why),
            };
            answers.push((host, answer));
        }
        Ok(answers)
    }

    /// Every way that a run may have gone to these hosts.
    fn targets(
        self,
        patterns: &[String],
        escalated: bool,
    ) -> Result<(Run<'a>, Vec<(String, Result<Target, String>)>), Mistakes> {
        let world = self.into_run();
        let hosts = world.variables.inventory().matching(patterns)?.hosts;
        let mut all = Vec::new();
        for host in hosts {
            let name = world.host_name(host).to_string();
            if escalated {
                all.push((name.clone(), of_host(&world, host, true)));
            }
            all.push((name, of_host(&world, host, false)));
        }
        Ok((world, all))
    }
}

fn of_host(world: &Run<'_>, host: HostId, escalated: bool) -> Result<Target, String> {
    let first = |mistakes: Mistakes| {
        let first = mistakes.0.into_iter().next();
        first.unwrap_or_else(|| Mistake::nowhere("variables are broken"))
    };
    let task = nothing(escalated);
    let stack = Stack::new();
    let found = world
        .variables
        .scope(host, &stack)
        .map_err(|mistakes| first(mistakes).to_string())?;
    let view = View {
        doubt: None,
        run: world,
        task: &task,
        scope: found,
        templar: world.templar(None),
    };
    match target::target(&view, &view.scope) {
        Ok(target) => Ok(target),
        Err(Trouble::Mistake(mistake) | Trouble::While(_, mistake)) => Err(mistake.to_string()),
        Err(Trouble::Unknown(unknown)) => Err(unknown.to_string()),
    }
}

fn told(silence: &Silence) -> String {
    match silence {
        Silence::Unreachable(unreachable) => unreachable.to_string(),
        Silence::Fault(fault) => fault.clone(),
        Silence::TimedOut(limit) => format!("no answer within {} seconds", limit.as_secs()),
    }
}

/// A task that asks for nothing but its way to the host.
fn nothing(escalated: bool) -> Task {
    let source = Source::new("<command line>", "undo");
    let span = Span::new(&source, 0, 4);
    let scope = Arc::new(Scope {
        kind: ScopeKind::Play,
        keywords: Keywords::default(),
        parent: None,
        span: None,
    });
    Task {
        keywords: Keywords {
            r#become: Some(Spanned::new(Given::Known(escalated), span.clone())),
            ..Keywords::default()
        },
        ..Task::made("ping", &span, scope)
    }
}
