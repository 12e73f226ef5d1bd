//! What takes the place of a thing while it is being changed.
#![expect(clippy::disallowed_methods, reason = "a test makes its own files")]

use std::{
    fs,
    os::unix::fs::{MetadataExt as _, symlink},
};

use super::{Parent, dress, set_meta};
use crate::state::{FileMode, Meta};

#[test]
fn attributes_never_go_through_a_link_that_came_meanwhile() {
    let home = tempfile::tempdir().unwrap();
    let (secret, name) = (home.path().join("secret"), home.path().join("name"));
    fs::write(&secret, "x").unwrap();
    let before = fs::metadata(&secret).unwrap();
    symlink(&secret, &name).unwrap();
    let path = name.display().to_string();
    let meta = Meta::new(FileMode::from_bits(0o777), before.uid(), before.gid());

    let parent = Parent::of(&path).unwrap();
    let refused = dress(&parent, &parent.name, &path, &meta, false).unwrap_err();
    assert!(refused.because.contains("has taken its place"), "{refused}");
    assert_eq!(fs::metadata(&secret).unwrap().mode(), before.mode());
}

#[test]
fn what_belongs_to_another_than_we_saw_is_left_alone() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("f");
    fs::write(&file, "x").unwrap();
    let before = fs::metadata(&file).unwrap();
    let meta = |uid| Meta::new(FileMode::from_bits(0o777), uid, before.gid());
    let path = file.display().to_string();
    // As if a name of somebody else's file stood there now.
    let refused = set_meta(&path, &meta(before.uid() + 1), &meta(before.uid())).unwrap_err();
    assert!(refused.because.contains("has taken its place"), "{refused}");
    assert_eq!(fs::metadata(&file).unwrap().mode(), before.mode());
    set_meta(&path, &meta(before.uid()), &meta(before.uid())).unwrap();
    assert_eq!(fs::metadata(&file).unwrap().mode() & 0o777, 0o777);
}

#[test]
fn a_directory_that_became_a_link_is_not_entered() {
    let home = tempfile::tempdir().unwrap();
    fs::create_dir(home.path().join("elsewhere")).unwrap();
    symlink("elsewhere", home.path().join("d")).unwrap();
    let path = home.path().join("d/f").display().to_string();
    let refused = Parent::of(&path).err().unwrap();
    assert!(refused.to_string().contains("symbolic link"), "{refused}");
}
