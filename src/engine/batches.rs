//! The hosts of a play, in their order, and the batches that `serial` makes of them.

use std::sync::Arc;

use super::{items::Hosts, run::Run};
use crate::{
    diagnostic::{Mistake, Mistakes, Spanned},
    inventory::{HostId, Inventory, missed_patterns},
    playbook::{Flag, Given, Play},
    template::Scope,
    value::{Map, Text, Value},
    vars::{Level, Stack},
};

/// Renders with what is known before any host is chosen: of the command line and the play.
pub(super) fn render(run: &Run<'_>, play: &Play, value: &Value) -> Result<Option<Value>, Mistake> {
    let mut stack = Stack::new();
    stack.push(Level::PlayVars, "play", run.vars_of(&play.scope));
    let templar = run.templar(None);
    let local = super::actions::host_named(run, "localhost")?;
    let rendered = match run.variables.scope(local, &stack) {
        Ok(scope) => templar.render(value, &scope),
        Err(_) => templar.render(value, &Map::new() as &dyn Scope),
    };
    rendered.map_err(|failure| *failure.mistake)
}

/// The play's name, rendered where it can be.
pub(super) fn title(run: &Run<'_>, play: &Play) -> String {
    let title = play.title();
    if !title.contains("{{") {
        return title;
    }
    let text = Text::template(title.as_str(), play.span.clone());
    match render(run, play, &Value::Text(text)) {
        Ok(Some(Value::Text(name))) => name.as_str().to_owned(),
        Ok(Some(Value::List(names))) => {
            let names: Vec<&str> = names.iter().filter_map(Value::as_str).collect();
            names.join(",")
        }
        _ => title,
    }
}

/// The hosts that the play's patterns and the limit choose.
#[derive(Clone, Debug)]
pub(super) struct Chosen {
    /// As the patterns name them.
    pub(super) named: Hosts,
    /// In the play's order.
    pub(super) ordered: Hosts,
}

/// The hosts that the play's patterns and the limit choose.
pub(super) fn hosts(run: &Run<'_>, play: &Play) -> Result<Chosen, Mistakes> {
    let mut patterns = Vec::new();
    for pattern in &play.hosts {
        let value = render(run, play, &Value::Text(pattern.node.clone()))
            .map_err(|mistake| mistake.at(&pattern.span, "here"))?;
        match value {
            Some(Value::Text(text)) => patterns.push(text.as_str().to_owned()),
            Some(Value::List(items)) => {
                patterns.extend(items.iter().filter_map(Value::as_str).map(str::to_owned));
            }
            _ => {
                return Err(
                    Mistake::new("`hosts` must be a pattern", &pattern.span, "here").into(),
                );
            }
        }
    }
    let inventory = run.variables.inventory();
    let mut chosen = chosen(run, &inventory, &patterns)?;
    if !run.options.limit.is_empty() {
        let within = self::chosen(run, &inventory, &run.options.limit)?;
        chosen.retain(|host| within.contains(host));
    }
    let mut ordered = chosen.clone();
    order(run, play, &inventory, &mut ordered)?;
    Ok(Chosen {
        named: chosen,
        ordered,
    })
}

fn chosen(run: &Run<'_>, inventory: &Inventory, patterns: &[String]) -> Result<Hosts, Mistakes> {
    let chosen = inventory.matching(patterns)?;
    let on = run.settings.host_pattern_mismatch;
    run.mistaken(missed_patterns(inventory, &chosen.missed, on)?);
    Ok(chosen.hosts)
}

fn order(
    run: &Run<'_>,
    play: &Play,
    inventory: &Inventory,
    hosts: &mut Hosts,
) -> Result<(), Mistake> {
    let Some(order) = &play.order else {
        return Ok(());
    };
    let asked = render(run, play, &Value::Text(order.node.clone()))
        .map_err(|mistake| mistake.at(&order.span, "here"))?;
    let asked = match &asked {
        Some(Value::Text(text)) => text.as_str(),
        None | Some(Value::Null) => return Ok(()),
        Some(_) => order.node.as_str(),
    };
    let name = |host: &HostId| Arc::clone(inventory.host(*host).name());
    match asked {
        "inventory" => {}
        "sorted" => hosts.sort_by_key(name),
        "reverse_sorted" => {
            hosts.sort_by_key(name);
            hosts.reverse();
        }
        "reverse_inventory" => hosts.reverse(),
        "shuffle" => hosts.sort_by_cached_key(|_| super::session::random()),
        other => {
            let known = [
                "inventory",
                "sorted",
                "reverse_sorted",
                "reverse_inventory",
                "shuffle",
            ];
            return Err(Mistake::new(
                format!("`{other}` is no order of hosts"),
                &order.span,
                "here",
            )
            .did_you_mean(crate::diagnostic::nearest(other, known)));
        }
    }
    Ok(())
}

/// The batches of `serial`: the last size holds for all that are left.
pub(super) fn batches(run: &Run<'_>, play: &Play, all: &[HostId]) -> Result<Vec<Hosts>, Mistakes> {
    let mut sizes = Vec::new();
    for size in &play.serial {
        let value = render(run, play, &size.node)
            .map_err(|mistake| mistake.at(&size.span, "here"))?
            .unwrap_or_default();
        let values = match value {
            Value::List(values) => values.to_vec(),
            other => vec![other],
        };
        for value in values {
            sizes.push(size_of(&value, all.len(), size)?);
        }
    }
    let mut left = all;
    let mut batches = Vec::new();
    let mut at = 0;
    while !left.is_empty() {
        let size = match sizes.get(at).or(sizes.last()) {
            Some(0) | None => left.len(),
            Some(size) => (*size).min(left.len()),
        };
        let (batch, rest) = left.split_at(size);
        batches.push(batch.to_vec());
        left = rest;
        at += 1;
    }
    Ok(batches)
}

fn size_of(value: &Value, hosts: usize, place: &Spanned<Value>) -> Result<usize, Mistake> {
    let wrong = || {
        Mistake::new(
            "`serial` must be a number of hosts or a percentage",
            &place.span,
            "here",
        )
    };
    match value {
        Value::Int(number) => usize::try_from(*number).map_err(|_| wrong()),
        Value::Text(text) => match text.trim().strip_suffix('%') {
            Some(percent) => {
                let percent: f64 = percent.trim().parse().map_err(|_| wrong())?;
                let count = (percent / 100.0 * hosts as f64).floor();
                Ok(format!("{count:.0}")
                    .parse::<usize>()
                    .map_err(|_| wrong())?
                    .max(1))
            }
            None => text.trim().parse().map_err(|_| wrong()),
        },
        _ => Err(wrong()),
    }
}

/// Whether more hosts of a batch failed than the play puts up with.
pub(super) fn too_many_failed(
    run: &Run<'_>,
    play: &Play,
    failed: usize,
    batch: usize,
) -> Result<bool, Mistake> {
    let Some(limit) = &play.max_fail_percentage else {
        return Ok(false);
    };
    let most = match &limit.node {
        Given::Known(most) => *most,
        Given::Template(text) => {
            let wrong = || Mistake::new("this must be a percentage", &limit.span, "here");
            match render(run, play, &Value::Text(text.clone()))
                .map_err(|mistake| mistake.at(&limit.span, "here"))?
            {
                Some(Value::Int(number)) => number as f64,
                Some(Value::Float(number)) => number,
                Some(Value::Text(text)) => {
                    let number = text.trim().trim_end_matches('%');
                    number.parse().map_err(|_| wrong())?
                }
                None | Some(Value::Null) => return Ok(false),
                Some(_) => return Err(wrong()),
            }
        }
    };
    Ok(failed as f64 / batch.max(1) as f64 * 100.0 > most)
}

/// A flag of the play; templates in it see what is known before any host is chosen.
pub(super) fn flag(run: &Run<'_>, play: &Play, flag: &Flag) -> Result<Option<bool>, Mistake> {
    let Some(given) = flag else {
        return Ok(None);
    };
    let text = match &given.node {
        Given::Known(truth) => return Ok(Some(*truth)),
        Given::Template(text) => text,
    };
    let value = render(run, play, &Value::Text(text.clone()))
        .map_err(|mistake| mistake.at(&given.span, "here"))?;
    super::view::truth_at(value, &given.span)
}
