//! Programs run.

use super::{Brought, Stopped, room::Room, service};
use crate::{
    change::Act,
    host::{Limits, Live, Observe as _, Runs, run},
};

/// Does what has no second side.
pub(super) fn act(act: &Act, host: &Live, runs: &Runs) -> Result<Brought, Stopped> {
    match act {
        Act::Run(wanted) => {
            let login = host
                .login()
                .map_err(|unseen| Stopped::new("start a program", unseen))?;
            let mut wanted = wanted.clone();
            let room = wanted.script.take();
            let room = room.map(|script| Room::with(&script, &login)).transpose()?;
            wanted
                .argv
                .extend(room.as_ref().map(|room| room.path.clone()));
            let program = wanted.argv.first().map_or("", String::as_str);
            let output =
                run(&wanted, &login, Limits::default(), runs).map_err(|error| Stopped {
                    not_started: Some(error.raw_os_error().unwrap_or_default()),
                    ..Stopped::new(format!("run `{program}`"), error)
                })?;
            return Ok(Brought {
                output: Some(output),
                ..Brought::default()
            });
        }
        Act::Restart {
            name,
            manager,
            manner,
        } => service::restart(host, *manager, name, manner),
        Act::Reload {
            name,
            manager,
            manner,
        } => service::reload(host, *manager, name, manner),
        Act::ReloadManager { manager, whole } => service::reload_manager(host, *manager, *whole),
        Act::Wait { .. } => Err(Stopped::new("wait", "waiting is done elsewhere")),
    }
    .map(|()| Brought::default())
}
