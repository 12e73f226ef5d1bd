//! Every module by its name.

use std::{borrow::Cow, collections::BTreeMap};

use super::{
    Args, Module, ParamDoc, ParamKind, Params, Problem, Refusal, archive,
    args::Problems,
    blockinfile, command,
    control::{
        add_host, assert, debug, fail, group_by, include_vars, meta, pause, set_fact, set_stats,
        validate_argument_spec,
    },
    copy, file,
    find::{self},
    get_url, lineinfile, ping, raw, replace, script, service, setup, shell, slurp, stat,
    systemd_service, tempfile, template, unarchive, wait_for,
};
use crate::{
    change::Plan,
    host::Observe,
    state::Supply,
    value::{Map, Unknown, Value},
};

/// What is known of a module.
#[derive(Debug)]
pub struct Entry {
    pub name: &'static str,
    pub about: &'static str,
    /// The parameters, those of groups included.
    pub docs: fn() -> Vec<ParamDoc>,
    /// Whether it never changes anything.
    pub only_looks: bool,
    /// Whether it changes files and waits for nothing, so that two of it can follow each other.
    pub only_files: bool,
    check: fn(&Args<'_>) -> Vec<Problem>,
    plan: fn(&Args<'_>, &dyn Observe) -> Result<Plan, Refusal>,
}

impl Entry {
    /// What is wrong with arguments as they are written; templates in them are not judged.
    pub fn check(&self, values: &Map, supplies: &BTreeMap<String, Supply>) -> Vec<Problem> {
        (self.check)(&Args::as_written(values, supplies))
    }

    /// The paths on the host that these arguments name: what a task that is not foreseen may touch.
    pub fn paths(&self, values: &Map) -> Vec<String> {
        if self.only_looks {
            return Vec::new();
        }
        (self.docs)()
            .iter()
            .filter(|doc| doc.kind == ParamKind::Path)
            .flat_map(|doc| std::iter::once(&doc.name).chain(doc.aliases))
            .filter_map(|name| values.get(name))
            .flat_map(|value| match value {
                Value::List(items) => items.iter().filter_map(Value::as_str).collect(),
                one => Vec::from_iter(one.as_str()),
            })
            .filter(|path| path.starts_with('/'))
            .map(str::to_owned)
            .collect()
    }

    /// What is to change on the host for these arguments.
    pub fn plan(
        &self,
        values: &Map,
        supplies: &BTreeMap<String, Supply>,
        host: &dyn Observe,
    ) -> Result<Plan, Refusal> {
        let login = host.login()?;
        let values = &self.at_homes(values, supplies, host)?;
        (self.plan)(&Args::on_host(values, supplies, &login), host)
    }

    /// The arguments with `~name` put in at the start of paths; one's own `~` is put in later.
    fn at_homes<'v>(
        &self,
        values: &'v Map,
        supplies: &BTreeMap<String, Supply>,
        host: &dyn Observe,
    ) -> Result<Cow<'v, Map>, Refusal> {
        let mut homed = Cow::Borrowed(values);
        for doc in (self.docs)() {
            if !matches!(doc.kind, ParamKind::Path | ParamKind::Source) {
                continue;
            }
            for name in std::iter::once(&doc.name).chain(doc.aliases) {
                let Some(value) = values.get(name).filter(|_| !supplies.contains_key(*name)) else {
                    continue;
                };
                let homely = match value {
                    Value::List(items) => Value::list(
                        items
                            .iter()
                            .map(|item| at_home(item, host))
                            .collect::<Result<Vec<_>, _>>()?,
                    ),
                    value => at_home(value, host)?,
                };
                if homely != *value {
                    homed.to_mut().insert(*name, homely);
                }
            }
        }
        Ok(homed)
    }
}

/// A text that starts with `~name`, with that account's home; one of no account stays.
fn at_home(value: &Value, host: &dyn Observe) -> Result<Value, Refusal> {
    let Value::Text(text) = value else {
        return Ok(value.clone());
    };
    let Some(rest) = text.strip_prefix('~') else {
        return Ok(value.clone());
    };
    let (name, below) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let user = if name.is_empty() {
        None
    } else {
        host.user(name)?
    };
    Ok(user.map_or_else(
        || value.clone(),
        |user| Value::Text(text.derive(format!("{}{below}", user.home))),
    ))
}

fn read<M: Module>(args: &Args<'_>, problems: &mut Problems) -> Option<M> {
    if !M::OPEN {
        args.refuse_strangers(&M::docs(), problems);
    }
    for rule in M::RULES {
        rule.check(args, &mut problems.wrong);
    }
    M::take(args, problems)
}

fn check<M: Module>(args: &Args<'_>) -> Vec<Problem> {
    let mut problems = Problems::default();
    read::<M>(args, &mut problems);
    problems.wrong
}

fn plan<M: Module>(args: &Args<'_>, host: &dyn Observe) -> Result<Plan, Refusal> {
    let mut problems = Problems::default();
    let module = read::<M>(args, &mut problems);
    if let Some(problem) = problems.wrong.into_iter().next() {
        let help = problem.help.map(|help| format!(" ({help})"));
        return Err(Refusal::of(
            &problem.param,
            format!("{}{}", problem.message, help.unwrap_or_default()),
        ));
    }
    match module {
        Some(module) => module.plan(host),
        None => Err(Refusal::Unknown(
            Unknown::union(problems.unknown)
                .unwrap_or_else(|| Unknown::because("an argument is not known")),
        )),
    }
}

macro_rules! catalog {
    ($($file:ident :: $Module:ident),* $(,)?) => {
        static ENTRIES: &[Entry] = &[$(Entry {
            name: stringify!($file),
            about: <$file::$Module as Params>::ABOUT,
            docs: <$file::$Module as Params>::docs,
            only_looks: <$file::$Module as Module>::ONLY_LOOKS,
            only_files: <$file::$Module as Module>::ONLY_FILES,
            check: check::<$file::$Module>,
            plan: plan::<$file::$Module>,
        }),*];
    };
}

// In alphabetical order.
catalog! {
    add_host::AddHost,
    archive::Pack,
    assert::Assert,
    blockinfile::Blockinfile,
    command::Command,
    copy::Copy,
    debug::Debug,
    fail::Fail,
    file::File,
    find::Find,
    get_url::GetUrl,
    group_by::GroupBy,
    include_vars::IncludeVars,
    lineinfile::Lineinfile,
    meta::Meta,
    pause::Pause,
    ping::Ping,
    raw::Raw,
    replace::Substitution,
    script::Script,
    service::Service,
    set_fact::SetFact,
    set_stats::SetStats,
    setup::Setup,
    shell::Shell,
    slurp::Slurp,
    stat::Stat,
    systemd_service::SystemdService,
    tempfile::Tempfile,
    template::Template,
    unarchive::Unarchive,
    validate_argument_spec::ValidateArgumentSpec,
    wait_for::WaitFor,
}

/// The module of that name, which may carry the prefix of Ansible's own collections.
pub fn find(name: &str) -> Option<&'static Entry> {
    let short = name
        .strip_prefix("ansible.builtin.")
        .or_else(|| name.strip_prefix("ansible.legacy."))
        .unwrap_or(name);
    let name = match short {
        "systemd" => "systemd_service",
        // Ansible asks for facts through one module or several; here there is one.
        "gather_facts" => "setup",
        "community.general.archive" => "archive",
        other => other,
    };
    ENTRIES.iter().find(|entry| entry.name == name)
}

/// Modules of ansible-core that are not built yet.
const MISSING: &[&str] = &[
    "apt",
    "apt_key",
    "apt_repository",
    "assemble",
    "async_status",
    "cron",
    "deb822_repository",
    "debconf",
    "dnf",
    "dnf5",
    "dpkg_selections",
    "expect",
    "fetch",
    "getent",
    "git",
    "group",
    "hostname",
    "iptables",
    "known_hosts",
    "mount_facts",
    "package",
    "package_facts",
    "pip",
    "reboot",
    "rpm_key",
    "service_facts",
    "subversion",
    "sysvinit",
    "uri",
    "user",
    "wait_for_connection",
    "yum",
    "yum_repository",
];

/// Whether Ansible has a module of this name, or it is one of some collection.
pub fn is_elsewhere(name: &str) -> bool {
    let short = name
        .strip_prefix("ansible.builtin.")
        .or_else(|| name.strip_prefix("ansible.legacy."));
    match short {
        Some(short) => MISSING.contains(&short),
        None => {
            MISSING.contains(&name) || name.split('.').filter(|part| !part.is_empty()).count() > 2
        }
    }
}

/// The names of all modules.
pub fn names() -> impl Iterator<Item = &'static str> {
    ENTRIES.iter().map(|entry| entry.name)
}
