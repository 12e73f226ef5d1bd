//! Links that somebody else has made, and what they must not lead to.

use super::{Refusal, returned};
use crate::{
    host::{Login, Observe, path},
    state::Stat,
};

/// As many links as the kernel follows in one path.
const MOST_LINKS: usize = 40;

/// Where `path` leads when its last component may be a link.
///
/// A link of root or of our own is followed. One that another account made is followed only to
/// what that account owns anyway: else it could lead us to write where only we can.
pub(super) fn followed(host: &dyn Observe, path: &str) -> Result<String, Refusal> {
    let login = host.login()?;
    let mut at = host.canonical(path)?;
    let mut strangers = Vec::new();
    for _ in 0..MOST_LINKS {
        let seen = host.stat_at(&at)?;
        let target = match &seen {
            Some(stat) => match &stat.kind {
                crate::state::Kind::Link(target) => target,
                _ => return lead(host, path, at, seen.as_ref(), &strangers),
            },
            None => return lead(host, path, at, None, &strangers),
        };
        strangers.extend(
            seen.as_ref()
                .map(|stat| stat.meta.uid)
                .filter(|uid| is_stranger(*uid, &login)),
        );
        at = host.canonical(&path::join(path::parent(&at), target))?;
    }
    Err(Refusal::new(format!("{path}: too many symbolic links")))
}

fn lead(
    host: &dyn Observe,
    path: &str,
    at: String,
    target: Option<&Stat>,
    strangers: &[u32],
) -> Result<String, Refusal> {
    let Some(uid) = strangers
        .iter()
        .find(|uid| target.is_none_or(|target| target.meta.uid != **uid))
    else {
        return Ok(at);
    };
    Err(Refusal::new(format!(
        "{path} is a symbolic link that {} made, and leads to {at}, which is not theirs: \
         name that file itself, or remove the link",
        returned::owner(host, *uid)?
    )))
}

fn is_stranger(uid: u32, login: &Login) -> bool {
    uid != 0 && uid != login.uid
}

/// Refuses to change a file with several names when somebody else may have put this one here:
/// in a directory of theirs, and the file is not theirs.
pub(super) fn refuse_foreign_name(
    host: &dyn Observe,
    path: &str,
    stat: &Stat,
) -> Result<(), Refusal> {
    if !stat.is_file() || stat.links < 2 {
        return Ok(());
    }
    let Some(directory) = host.stat_at(path::parent(path))? else {
        return Ok(());
    };
    let theirs = directory.meta.uid;
    if is_stranger(theirs, &host.login()?) && stat.meta.uid != theirs {
        return Err(Refusal::new(format!(
            "{path} is one of several names of a file of {}, in a directory of {}: \
             its attributes are not changed through this name",
            returned::owner(host, stat.meta.uid)?,
            returned::owner(host, theirs)?
        )));
    }
    Ok(())
}
