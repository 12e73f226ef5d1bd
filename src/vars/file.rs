//! Files of variables.

use std::path::Path;

use crate::{
    diagnostic::Mistake,
    inventory::{Keys, Vars},
    yaml::{self, Decrypt, Trust},
};

/// The variables in a file that a person wrote: a mapping, or a list of mappings; `name` is shown
/// in errors. Warnings of the reader are added to `warnings`.
///
/// # Errors
/// The file cannot be read or holds something else.
pub fn vars_of_file(
    path: &Path,
    name: &str,
    keys: &Keys,
    warnings: &mut Vec<Mistake>,
) -> Result<Vars, Mistake> {
    let keys = keys.as_ref().map(|keys| &**keys as &dyn Decrypt);
    let source = yaml::open(path, name, keys)?;
    let root = yaml::read(&source, warnings)?;
    if root.is_null() {
        return Ok(Vars::new());
    }
    let parts = root.as_seq().unwrap_or(std::slice::from_ref(&root));
    let mut vars = Vars::new();
    for part in parts {
        let Some(entries) = part.as_map() else {
            return Err(Mistake::new(
                "a file of variables must be a mapping",
                &part.span,
                format!("this is {}", part.described()),
            ));
        };
        vars.extend(&Vars::of_entries(entries, Trust::Template)?);
    }
    Ok(vars)
}
