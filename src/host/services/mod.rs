//! Services, as their managers tell of them.

mod openrc;
mod systemd;
mod sysv;

use crate::{
    change::Run,
    host::{Login, Observe, Output, Seen, glob, path},
    state::{Manager, ServiceState},
    value::text_of,
};

pub use systemd::properties;

/// How long a manager may think about a question, in seconds.
const PATIENCE: u64 = 30;

/// The state of a service, or `None` when there is none of that name.
pub fn seen<O: Observe + ?Sized>(
    host: &O,
    name: &str,
    manager: Manager,
) -> Seen<Option<ServiceState>> {
    match manager {
        Manager::Systemd { user } => systemd::seen(host, name, user),
        Manager::Sysv => sysv::seen(host, name),
        Manager::OpenRc => openrc::seen(host, name),
    }
}

/// The name of the service manager as Ansible's fact `ansible_service_mgr` has it.
pub fn manager_name<O: Observe + ?Sized>(host: &O) -> Seen<String> {
    let first = host.read("/proc/1/comm")?.map(|name| text_of(&name));
    let first = first.as_deref().map_or("", str::trim);
    let known = match first {
        "procd" => "openwrt_init",
        "runit-init" => "runit",
        "svscan" => "svc",
        "openrc-init" => "openrc",
        // Many programs are called so.
        "init" => "",
        shell if shell.ends_with("sh") => "",
        other => other,
    };
    if !known.is_empty() {
        return Ok(known.to_owned());
    }
    let there = |path: &str| Ok(host.target(path)?.is_some());
    let systemctl = program(host, "systemctl")?.is_some();
    let name = if systemctl && is_booted(host)? {
        "systemd"
    } else if program(host, "initctl")?.is_some() && there("/etc/init")? {
        "upstart"
    } else if there("/sbin/openrc")? {
        "openrc"
    } else if systemctl && path::name(&host.resolved("/sbin/init")?) == "systemd" {
        "systemd"
    } else if there("/etc/init.d")? {
        "sysvinit"
    } else {
        "service"
    };
    Ok(name.to_owned())
}

/// The manager that keeps the services of the running system.
pub fn manager<O: Observe + ?Sized>(host: &O) -> Seen<Manager> {
    if program(host, "systemctl")?.is_some() && is_booted(host)? {
        return Ok(Manager::Systemd { user: false });
    }
    if program(host, "rc-service")?.is_some() {
        return Ok(Manager::OpenRc);
    }
    Ok(Manager::Sysv)
}

/// Whether systemd runs here.
fn is_booted<O: Observe + ?Sized>(host: &O) -> Seen<bool> {
    for sign in ["/run/systemd/system", "/dev/.run/systemd", "/dev/.systemd"] {
        if host.target(sign)?.is_some() {
            return Ok(true);
        }
    }
    Ok(host
        .read("/proc/1/comm")?
        .is_some_and(|name| text_of(&name).trim() == "systemd"))
}

/// Where a program lies: in the login's `PATH`, or where those of administrators lie.
pub fn program<O: Observe + ?Sized>(host: &O, name: &str) -> Seen<Option<String>> {
    let login = host.login()?;
    for directory in directories(&login) {
        let at = path::join(directory, name);
        // What cannot be looked at cannot be started either.
        if let Ok(Some(stat)) = host.target(&at)
            && stat.is_file()
            && stat.meta.mode.bits() & 0o111 != 0
        {
            return Ok(Some(at));
        }
    }
    Ok(None)
}

fn directories(login: &Login) -> impl Iterator<Item = &str> {
    let told = login
        .environment
        .iter()
        .find(|(name, _)| name == "PATH")
        .map_or("/usr/local/bin:/usr/bin:/bin", |(_, path)| path.as_str());
    told.split(':')
        .filter(|directory| directory.starts_with('/'))
        .chain(["/usr/local/sbin", "/usr/sbin", "/sbin"])
}

/// What stands for a service in the file system: its script or unit; `None` when nothing does.
pub(super) fn file<O: Observe + ?Sized>(host: &O, name: &str) -> Seen<Option<String>> {
    let script = format!("/etc/init.d/{}", plain(name));
    let places = systemd::PLACES
        .iter()
        .map(|place| format!("{place}/{}", systemd::unit(name)))
        .chain([script]);
    for at in places {
        if host.stat(&at)?.is_some() {
            return Ok(Some(at));
        }
    }
    Ok(None)
}

/// A service's name without the kind of its unit.
pub(super) fn plain(name: &str) -> &str {
    name.strip_suffix(".service").unwrap_or(name)
}

/// Whether the links that start a script at boot are there.
fn has_start_links<O: Observe + ?Sized>(host: &O, name: &str) -> Seen<bool> {
    let script = plain(name);
    let directories = glob::glob(host, "/etc/rc?.d")?;
    for directory in directories {
        let is_start = |link: &String| {
            link.strip_prefix('S')
                .and_then(|rest| rest.get(2..))
                .is_some_and(|rest| rest == script)
        };
        if host.names(&directory)?.iter().any(is_start) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn ask<O: Observe + ?Sized>(host: &O, words: &[&str]) -> Seen<Output> {
    host.ask(&Run {
        argv: words.iter().map(|word| (*word).to_owned()).collect(),
        timeout: Some(PATIENCE),
        ..Run::default()
    })
}
