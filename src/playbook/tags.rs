//! `--tags` and `--skip-tags`.

use super::{field::is_template, model::Task};
use crate::{
    diagnostic::Spanned,
    value::{Text, Value},
};

/// The tags of a task, its templates filled in by `render`.
///
/// # Errors
/// Those of `render`.
pub fn tags_of<E>(
    task: &Task,
    mut render: impl FnMut(&Spanned<Text>) -> Result<Option<Value>, E>,
) -> Result<Vec<String>, E> {
    let mut tags: Vec<String> = Vec::new();
    let mut add = |tag: &str| {
        let tag = tag.trim();
        if !tag.is_empty() && !tags.iter().any(|known| known == tag) {
            tags.push(tag.to_owned());
        }
    };
    for tag in task.all(|keywords| &keywords.tags) {
        if !is_template(&tag.node) {
            add(&tag.node);
            continue;
        }
        match render(tag)? {
            Some(Value::List(items)) => items.iter().filter_map(Value::as_str).for_each(&mut add),
            Some(Value::Text(text)) => text.split(',').for_each(&mut add),
            Some(other) => add(&crate::value::to_json(&other).to_string()),
            None => {}
        }
    }
    Ok(tags)
}

/// The tags that were asked for, and those to leave out.
#[derive(Clone, Debug, Default)]
pub struct TagChoice {
    pub only: Vec<String>,
    pub skip: Vec<String>,
}

impl TagChoice {
    /// Whether a task with these tags runs. Without `only`, all do but those with `never`.
    pub fn takes<T: AsRef<str>>(&self, tags: &[T]) -> bool {
        let has = |tag: &str| tags.iter().any(|one| one.as_ref() == tag);
        let asked = |list: &[String], tag: &str| list.iter().any(|one| one == tag);
        let any = |list: &[String]| {
            list.iter().any(|one| has(one)) || (tags.is_empty() && asked(list, "untagged"))
        };
        let all = self.only.is_empty() || asked(&self.only, "all");
        let taken = has("always")
            || (all && !has("never"))
            || any(&self.only)
            || (asked(&self.only, "tagged") && !tags.is_empty() && !has("never"));
        if !taken {
            return false;
        }
        let skipped = if asked(&self.skip, "all") {
            !has("always") || asked(&self.skip, "always")
        } else {
            any(&self.skip) || (asked(&self.skip, "tagged") && !tags.is_empty())
        };
        !skipped
    }
}

#[cfg(test)]
mod tests {
    use super::TagChoice;

    fn takes(only: &[&str], skip: &[&str], tags: &[&str]) -> bool {
        let owned = |list: &[&str]| list.iter().map(|one| (*one).to_owned()).collect();
        TagChoice {
            only: owned(only),
            skip: owned(skip),
        }
        .takes(tags)
    }

    #[test]
    fn tasks_are_taken_as_ansible_takes_them() {
        assert!(takes(&[], &[], &[]) && takes(&[], &[], &["a"]) && !takes(&[], &[], &["never"]));
        assert!(takes(&["a"], &[], &["a", "never"]) && !takes(&["a"], &[], &["b"]));
        assert!(takes(&["a"], &[], &["always"]) && !takes(&["a"], &["always"], &["always"]));
        assert!(takes(&["tagged"], &[], &["a"]) && !takes(&["tagged"], &[], &[]));
        assert!(takes(&["untagged"], &[], &[]) && !takes(&["untagged"], &[], &["a"]));
        assert!(takes(&["all"], &[], &[]) && !takes(&["all"], &[], &["never"]));
        assert!(!takes(&[], &["a"], &["a"]) && !takes(&[], &["tagged"], &["a"]));
        assert!(takes(&[], &["tagged"], &[]) && !takes(&[], &["untagged"], &[]));
        assert!(!takes(&[], &["all"], &["a"]) && takes(&[], &["all"], &["always"]));
    }
}
