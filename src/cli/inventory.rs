//! `inventory`, and `ansible-inventory` by another name.
#![expect(clippy::print_stdout, reason = "listings are what was asked for")]

use std::process::ExitCode;

use clap::{ArgGroup, Args};

use super::{
    access::Access,
    complain, say,
    world::{Told, World},
};
use crate::{
    diagnostic::Mistake,
    event::Secrets,
    inventory::{self, Shown, Surroundings},
    report,
    value::to_json,
};

/// Flags of `ansible-inventory`.
#[derive(Args, Clone, Debug)]
#[command(group(ArgGroup::new("what").required(true).args(["list", "host", "graph"])))]
pub(super) struct Flags {
    /// All groups, and all variables of hosts, as JSON.
    #[arg(long)]
    list: bool,
    /// All variables of one host, as JSON.
    #[arg(long, value_name = "HOST")]
    host: Option<String>,
    /// Groups and hosts as a tree, from this group on.
    #[arg(long)]
    graph: bool,
    /// The group at the root of the tree.
    #[arg(value_name = "GROUP", default_value = "all")]
    group: String,
    /// Variables beside groups and hosts of the tree.
    #[arg(long)]
    vars: bool,
    /// Variables of groups stay with the groups.
    #[arg(long)]
    export: bool,
    /// Only these hosts.
    #[arg(short, long, value_name = "SUBSET")]
    limit: Option<String>,
    /// Where the playbook lies whose `group_vars` and `host_vars` count too.
    #[arg(long, visible_alias = "basedir", value_name = "FOLDER")]
    playbook_dir: Option<String>,
    /// Says more.
    #[arg(short, long, action = clap::ArgAction::Count)]
    verbose: u8,
    #[command(flatten)]
    access: Access,
}

/// Shows what was asked for.
pub(super) fn inventory(flags: &Flags) -> ExitCode {
    match shown(flags) {
        Ok(text) => {
            println!("{}", text.trim_end());
            ExitCode::SUCCESS
        }
        Err((mistakes, code)) => {
            complain(&format!("[ERROR]: {}", report::mistakes(&mistakes)));
            ExitCode::from(code)
        }
    }
}

fn shown(flags: &Flags) -> Told<String> {
    let broken = |mistakes| (mistakes, 1);
    let world = World::new(&flags.access, &Secrets::default())?;
    if flags.verbose > 0 {
        say(&match &world.settings.config_file {
            Some(file) => format!("Using {file} as config file\n"),
            None => "No config file found; using defaults\n".to_owned(),
        });
    }
    world.warn();
    let folder = flags.playbook_dir.as_ref().map(|folder| {
        world
            .environment
            .path(folder, world.environment.directory())
    });
    let surroundings = Surroundings::new(
        &world.inventory,
        folder.as_deref(),
        &world.settings,
        &world.opening(),
    )
    .map_err(broken)?;
    let shown = Shown {
        inventory: &world.inventory,
        surroundings: &surroundings,
        hash_behaviour: world.settings.hash_behaviour,
        export: flags.export,
    };
    if let Some(name) = &flags.host {
        let host = world.inventory.host_named(name).ok_or_else(|| {
            let why = format!("there is no host `{name}` in the inventory");
            (Mistake::nowhere(why).into(), 5)
        })?;
        let vars = inventory::host_vars(shown, host).map_err(broken)?;
        return Ok(report::pretty(&to_json(&vars)));
    }
    if flags.graph {
        return inventory::graph(shown, &flags.group, flags.vars).map_err(broken);
    }
    let patterns = match &flags.limit {
        Some(limit) => inventory::limit_patterns(limit, &world.environment)
            .map_err(|mistake| (mistake.into(), 1))?,
        None => vec!["all".to_owned()],
    };
    let chosen = world
        .inventory
        .matching(&patterns)
        .map_err(|mistake| (mistake.into(), 1))?;
    let list = inventory::list(shown, &chosen.hosts).map_err(broken)?;
    Ok(report::pretty(&to_json(&list)))
}
