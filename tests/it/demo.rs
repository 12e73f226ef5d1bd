//! The README's first command: the OCS playbooks on the embedded demo.

use std::{fs, path::Path, process::Command};

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let into = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &into);
        } else {
            fs::copy(&path, &into).unwrap();
        }
    }
}

/// The output of a playbook on the demo, and its recap without blanks at the ends of lines.
fn run(home: &Path, playbook: &str, flags: &[&str]) -> (String, String) {
    let done = Command::new(env!("CARGO_BIN_EXE_hostwright"))
        .current_dir(home)
        .args(["run", playbook, "-i", "inventory/demo"])
        .args(flags)
        .env("HOSTWRIGHT_STATE", home.join("state"))
        .output()
        .unwrap();
    let text = String::from_utf8(done.stdout).unwrap();
    let errors = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(done.status.success(), "{text}\n{errors}");
    let recap = text.split("PLAY RECAP").nth(1).unwrap_or_default();
    let recap = recap
        .lines()
        .skip(1)
        .map(str::trim_end)
        .collect::<Vec<_>>()
        .join("\n");
    (text, recap.trim().to_owned())
}

#[test]
fn the_demo_is_installed_once_removed_once_and_foretold_exactly() {
    let home = tempfile::tempdir().unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for folder in ["playbooks", "inventory"] {
        copy(&root.join(folder), &home.path().join(folder));
    }
    let install = "playbooks/ocs_install.yml";
    let (_, foretold) = run(home.path(), install, &["--check", "--diff"]);
    assert!(!home.path().join("target/demo/comm").exists());
    let (_, done) = run(home.path(), install, &["--diff"]);
    assert_eq!(foretold, done);
    assert!(done.contains("changed=7"), "{done}");
    let map = "target/demo/comm/etc/ocsinventory/plugins/loadaverage.conf";
    assert!(home.path().join(map).exists());
    let (_, again) = run(home.path(), install, &[]);
    assert_eq!(again.matches("changed=0 ").count(), 3, "{again}");

    let uninstall = "playbooks/ocs_uninstall.yml";
    let (_, foretold) = run(home.path(), uninstall, &["--check", "--diff"]);
    let (_, done) = run(home.path(), uninstall, &["--diff"]);
    assert_eq!(foretold, done);
    assert!(!home.path().join(map).exists());
    let (_, again) = run(home.path(), uninstall, &[]);
    assert_eq!(again.matches("changed=0 ").count(), 3, "{again}");
}
