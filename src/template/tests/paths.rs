//! Paths of the control side.
#![expect(
    clippy::disallowed_methods,
    reason = "these tests ask what the control side's file system has"
)]

use std::{
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use super::super::{
    eval::Eval,
    failure::Res,
    obj::{self, Obj},
};
use super::{Test, test};
use crate::value::bytes_of;

pub(super) const TESTS: &[Test] = &[
    test(&["directory", "is_dir"], &[], |eval, input, _| {
        Ok(path(eval, input)?.is_dir())
    }),
    test(&["file", "is_file"], &[], |eval, input, _| {
        Ok(path(eval, input)?.is_file())
    }),
    test(&["link", "is_link"], &[], |eval, input, _| {
        Ok(path(eval, input)?.is_symlink())
    }),
    test(&["exists"], &[], |eval, input, _| {
        Ok(path(eval, input)?.exists())
    }),
    test(&["link_exists"], &[], |eval, input, _| {
        Ok(path(eval, input)?.symlink_metadata().is_ok())
    }),
    test(&["abs", "is_abs"], &[], |eval, input, _| {
        Ok(path(eval, input)?.is_absolute())
    }),
    test(
        &["same_file", "is_same_file"],
        &["path2"],
        |eval, input, args| same(&path(eval, input)?, &path(eval, args.need("path2"))?),
    ),
    test(&["mount", "is_mount"], &[], |eval, input, _| {
        Ok(is_mount(&path(eval, input)?))
    }),
    test(&["vaulted_file"], &[], |eval, input, _| {
        vaulted(&path(eval, input)?)
    }),
];

fn path(eval: &Eval<'_>, input: &Obj) -> Res<PathBuf> {
    use std::os::unix::ffi::OsStringExt;
    let text = obj::text(eval, input)?;
    Ok(std::ffi::OsString::from_vec(bytes_of(&text)).into())
}

fn same(left: &Path, right: &Path) -> Res<bool> {
    let about = |path: &Path| {
        path.metadata().map_err(|fault| {
            super::super::failure::Stop::runtime(format!(
                "cannot look at `{}`: {fault}",
                path.display()
            ))
        })
    };
    let (left, right) = (about(left)?, about(right)?);
    Ok(left.dev() == right.dev() && left.ino() == right.ino())
}

fn is_mount(path: &Path) -> bool {
    let (Ok(here), false) = (path.symlink_metadata(), path.is_symlink()) else {
        return false;
    };
    let Ok(above) = path.join("..").symlink_metadata() else {
        return false;
    };
    here.dev() != above.dev() || here.ino() == above.ino()
}

fn vaulted(path: &Path) -> Res<bool> {
    use std::io::Read;
    let mut head = Vec::new();
    let read = std::fs::File::open(path).and_then(|file| file.take(15).read_to_end(&mut head));
    match read {
        Ok(_) => Ok(head == crate::vault::HEADER.as_bytes()),
        Err(fault) => Err(super::super::failure::Stop::runtime(format!(
            "cannot read `{}`: {fault}",
            path.display()
        ))),
    }
}
