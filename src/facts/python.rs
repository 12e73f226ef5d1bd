//! The host's Python, which playbooks choose packages by; nothing of ours needs it.

use super::Ground;
use crate::{
    host::Seen,
    value::{Map, Value},
};

/// Where Python is looked for; the first that answers counts.
const PLACES: &[&str] = &[
    "/usr/bin/python3",
    "/usr/local/bin/python3",
    "/usr/libexec/platform-python",
];

pub(super) fn python(ground: &Ground<'_>, facts: &mut Map) -> Seen<()> {
    for place in PLACES {
        if !ground.has(place)? {
            continue;
        }
        let said = ground.ask(&[place, "--version"])?;
        if let Some(version) = version_of(&said) {
            let numbers = ["major", "minor", "micro"].into_iter().zip(version);
            let text = version.map(|number| number.to_string()).join(".");
            let python = [
                ("executable", Value::from(*place)),
                ("type", "cpython".into()),
                ("version", numbers.collect::<Map>().into()),
                ("version_info", Value::list(version.map(Value::Int))),
            ];
            facts.insert("python", Map::from(python));
            facts.insert("python_version", text);
            break;
        }
    }
    Ok(())
}

fn version_of(said: &str) -> Option<[i64; 3]> {
    let mut parts = said.trim().strip_prefix("Python ")?.split('.');
    let mut next = || parts.next()?.parse().ok();
    Some([next()?, next()?, next()?])
}

#[cfg(test)]
mod tests {
    use super::version_of;

    #[test]
    fn only_a_whole_version_counts() {
        assert_eq!(version_of("Python 3.11.2\n"), Some([3, 11, 2]));
        assert_eq!(version_of("Python 3.14.0rc1\n"), None);
        assert_eq!(version_of(""), None);
    }
}
