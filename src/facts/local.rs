//! Facts of the host's own, from a directory.

use super::Ground;
use crate::{
    change::Run,
    host::{Seen, Unseen, path},
    value::{Map, Unknown, Value, from_json, text_of},
};

pub(super) fn local(ground: &Ground<'_>, facts: &mut Map) -> Seen<()> {
    let mut all = Map::new();
    for file in ground.names(ground.fact_path)? {
        if let Some(name) = file.strip_suffix(".fact") {
            let told = fact(ground, &path::join(ground.fact_path, &file))?;
            all.insert(name, told);
        }
    }
    facts.insert("local", all);
    Ok(())
}

fn fact(ground: &Ground<'_>, file: &str) -> Seen<Value> {
    let Some(stat) = ground.host.target(file)? else {
        return Ok(failed(ground, format!("Could not stat fact ({file})")));
    };
    let text = if stat.meta.mode.bits() & 0o111 == 0 {
        match ground.host.read(file) {
            Ok(bytes) => text_of(&bytes.unwrap_or_default()),
            Err(Unseen::Unknown(unknown)) => return Ok(Value::Unknown(unknown)),
            Err(unseen) => return Ok(failed(ground, unseen.to_string())),
        }
    } else if stat.real.is_none() {
        return Ok(Value::Unknown(Unknown::because(format!(
            "what {file} says is known when it is there and runs"
        ))));
    } else {
        let query = Run {
            argv: vec![file.to_owned()],
            timeout: Some(30),
            ..Run::default()
        };
        match ground.host.ask(&query) {
            Ok(answer) if answer.code == 0 => text_of(&answer.stdout),
            Ok(answer) => {
                let said = text_of(&answer.stderr);
                return Ok(failed(
                    ground,
                    format!(
                        "Failure executing fact script ({file}), rc: {}, err: {said}",
                        answer.code
                    ),
                ));
            }
            Err(Unseen::Unknown(unknown)) => return Ok(Value::Unknown(unknown)),
            Err(unseen) => {
                return Ok(failed(
                    ground,
                    format!("Could not execute fact script ({file}): {unseen}"),
                ));
            }
        }
    };
    if let Ok(json) = serde_json::from_str::<serde_json::Value>(&text) {
        return Ok(from_json(&json));
    }
    Ok(match ini(&text) {
        Some(sections) => Value::from(sections),
        None => failed(
            ground,
            format!("error loading facts as JSON or ini - please check content: {file}"),
        ),
    })
}

/// The text stands in place of the fact, as in Ansible, and is a warning too.
fn failed(ground: &Ground<'_>, text: String) -> Value {
    ground.warn(text.clone());
    Value::from(text)
}

/// Sections of `name = value` or `name: value`, names in lower case; `None` when it is no such
/// file.
fn ini(text: &str) -> Option<Map> {
    let mut sections = Map::new();
    let mut current: Option<(String, Map)> = None;
    for line in text.lines() {
        let line = line.trim();
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if let Some(name) = line
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
        {
            if let Some((name, values)) = current.take() {
                sections.insert(name, values);
            }
            current = Some((name.to_owned(), Map::new()));
            continue;
        }
        let (_, values) = current.as_mut()?;
        let (name, value) = line.split_once(['=', ':'])?;
        values.insert(name.trim().to_lowercase(), value.trim());
    }
    if let Some((name, values)) = current {
        sections.insert(name, values);
    }
    Some(sections)
}

#[cfg(test)]
mod tests {
    use super::ini;

    #[test]
    fn sections_are_read_and_other_text_is_not() {
        let facts = ini("[Sec]\nKey=Val\n# no\nx : 1\n").unwrap();
        let section = facts.get("Sec").unwrap().as_map().unwrap();
        assert_eq!(section.get("key").unwrap().as_str(), Some("Val"));
        assert_eq!(section.get("x").unwrap().as_str(), Some("1"));
        assert!(ini("nonsense").is_none());
    }
}
