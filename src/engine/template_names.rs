//! What a template file is told about itself.

use std::{os::unix::fs::MetadataExt as _, path::Path, time::SystemTime};

use crate::{
    inventory::Vars,
    value::{Moment, Unknown, Value, text_of},
    yaml,
};

/// The names for a template at `found`, which the task calls `path`.
pub(super) fn names(found: &Path, path: &str, is_check: bool) -> Vars {
    let mut vars = Vars::new();
    vars.insert("template_path", path, None);
    vars.insert("template_fullpath", &*found.to_string_lossy(), None);
    let host = text_of(rustix::system::uname().nodename().to_bytes());
    vars.insert("template_host", host, None);
    if let Ok(meta) = found.metadata() {
        vars.insert("template_uid", owner(meta.uid()), None);
        let changed = meta.modified().ok().and_then(moment);
        vars.insert("template_mtime", changed.unwrap_or_default(), None);
    }
    let now = if is_check {
        Unknown::because("time passes until the run").into()
    } else {
        moment(SystemTime::now()).unwrap_or_default()
    };
    vars.insert("template_run_date", now, None);
    vars
}

fn moment(time: SystemTime) -> Option<Value> {
    let time = jiff::Timestamp::try_from(time).ok()?;
    let local = time.to_zoned(jiff::tz::TimeZone::system());
    Some(Value::Moment(Moment {
        civil: local.datetime(),
        offset: None,
    }))
}

/// The name of an account of this machine, else its number.
fn owner(uid: u32) -> String {
    let number = uid.to_string();
    let accounts = yaml::open(Path::new("/etc/passwd"), "/etc/passwd", None);
    let named = accounts.ok().and_then(|accounts| {
        let mut lines = accounts.text().lines();
        lines.find_map(|line| {
            let mut fields = line.split(':');
            let name = fields.next()?;
            (fields.nth(1)? == number).then(|| name.to_owned())
        })
    });
    named.unwrap_or(number)
}
