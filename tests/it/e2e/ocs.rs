//! The OCS playbooks on the embedded demo, and how both are judged.

use std::{fmt::Write as _, fs, path::Path};

use expect_test::{Expect, expect};

use super::{Project, Said, project};
use crate::{
    hosts::{Tree, differences},
    node::{timeless_tree, tree},
};

pub(super) const INSTALL: &str = "playbooks/ocs_install.yml";
pub(super) const UNINSTALL: &str = "playbooks/ocs_uninstall.yml";

/// The playbooks and inventories of this repository in a project of their own.
pub(super) fn ocs() -> Project {
    let project = project(&[]);
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for folder in ["playbooks", "inventory"] {
        copy(&root.join(folder), &project.path().join(folder));
    }
    project
}

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

/// A playbook and the hosts that it is run on.
pub(super) struct Job<'t> {
    pub(super) project: &'t Project,
    pub(super) args: Vec<&'t str>,
    /// What stands on the hosts.
    pub(super) look: &'t dyn Fn() -> Tree,
}

impl Job<'_> {
    pub(super) fn run(&self, playbook: &str, more: &[&str]) -> Said {
        let mut all = vec!["run", playbook];
        all.extend(&self.args);
        all.extend(more);
        self.project.ask(&all)
    }

    /// Checks, runs and runs again: the check touches nothing and foretells the run to the letter,
    /// the second run changes nothing. Returns what the run said.
    pub(super) fn once(&self, playbook: &str) -> Said {
        let before = (self.look)();
        let foretold = self.run(playbook, &["--check", "--diff"]);
        foretold.ends_with(0);
        assert_eq!(differences(&before, &(self.look)()), [""; 0], "a check");
        let done = self.run(playbook, &["--diff", "-v"]);
        done.ends_with(0);
        let after = (self.look)();
        let again = self.run(playbook, &["--diff"]);
        again.ends_with(0);
        assert_eq!(
            again.text.matches("changed=0 ").count(),
            3,
            "{}",
            again.text
        );
        assert_eq!(differences(&after, &(self.look)()), [""; 0], "again");
        // Less is said without -v, and the same.
        assert_eq!(foretold.recaps(), done.recaps());
        assert_eq!(diffs(&foretold.text), diffs(&done.text));
        done
    }
}

/// The tasks with their diffs and statuses, without what -v adds.
fn diffs(text: &str) -> String {
    let mut told = String::new();
    for line in text.lines() {
        let line = line.trim_end().trim_end_matches(" [CHECK MODE]");
        let plain = match line.split_once(": [") {
            Some((word, rest)) if ["ok", "changed", "skipping"].contains(&word) => {
                let rest = rest.split_once(" => {").map_or(rest, |(host, _)| host);
                format!("{word}: [{}", rest.trim_end())
            }
            _ => line.trim_end_matches('*').trim_end().to_owned(),
        };
        told.push_str(&plain);
        told.push('\n');
    }
    told
}

/// What came and went, with the plugin's files called by their names in it.
pub(super) fn installed(before: &Tree, after: &Tree) -> String {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("playbooks/files/loadaverage");
    let plugin = timeless_tree(&source);
    let text = |what: &str| what.splitn(3, ' ').nth(2).unwrap_or_default().to_owned();
    let mut told = String::new();
    for name in after
        .keys()
        .chain(before.keys())
        .collect::<std::collections::BTreeSet<_>>()
    {
        match (before.get(name), after.get(name)) {
            (before, after) if before == after => {}
            (_, Some(what)) => {
                let mut words = what.splitn(3, ' ');
                let (mode, owner) = (words.next().unwrap(), words.next().unwrap());
                let owner = if owner == "0:0" { "root" } else { owner };
                let content = text(what);
                let of = plugin
                    .iter()
                    .find(|(_, is)| text(is) == content && content != "directory");
                let of = of.map_or(content.clone(), |(name, _)| format!("the plugin's {name}"));
                let _ = writeln!(told, "{mode} {owner} {name}: {of}");
            }
            (_, None) => {
                let _ = writeln!(told, "gone: {name}");
            }
        }
    }
    told
}

#[track_caller]
pub(super) fn told(expected: &Expect, actual: &str) {
    expected.assert_eq(&format!("{actual}\n"));
}

#[test]
fn a_rehearsal_in_a_fresh_clone_knows_all_of_the_run() {
    let project = ocs();
    let target = project.path().join("target");
    fs::create_dir_all(&target).unwrap();
    let args = ["run", INSTALL, "-i", "inventory/demo"];
    let foretold = project.ask(&[&args[..], &["--check", "--diff"]].concat());
    foretold.ends_with(0);
    assert!(!target.join("demo").exists());
    assert!(!foretold.text.contains("unknown="), "{}", foretold.text);
    let done = project.ask(&[&args[..], &["--diff"]].concat());
    done.ends_with(0);
    assert_eq!(foretold.recaps(), done.recaps());
    assert_eq!(diffs(&foretold.text), diffs(&done.text));
}

#[test]
fn the_demo_is_installed_once_removed_once_and_foretold_exactly() {
    let project = ocs();
    let demo = project.path().join("target/demo");
    fs::create_dir_all(&demo).unwrap();
    let hosts = |look: fn(&Path) -> Tree| {
        let mut all = look(&demo);
        let owner = format!(
            " {}:{} ",
            rustix::process::geteuid().as_raw(),
            rustix::process::getegid().as_raw()
        );
        for what in all.values_mut() {
            *what = what.replacen(&owner, " own ", 1);
        }
        all
    };
    let look = || hosts(tree);
    let job = Job {
        project: &project,
        args: vec!["-i", "inventory/demo"],
        look: &look,
    };
    let bare = hosts(timeless_tree);
    let done = job.once(INSTALL);
    told(
        &expect![[r#"
        admin                      : ok=33   changed=3    unreachable=0    failed=0    skipped=5    rescued=0    ignored=0
        agent                      : ok=12   changed=4    unreachable=0    failed=0    skipped=3    rescued=0    ignored=0
        comm                       : ok=13   changed=7    unreachable=0    failed=0    skipped=5    rescued=0    ignored=0
    "#]],
        &done.recaps(),
    );
    told(
        &expect![[r##"
        40755 own admin: directory
        40755 own admin/usr: directory
        40755 own admin/usr/share: directory
        40755 own admin/usr/share/ocsinventory-reports: directory
        40755 own admin/usr/share/ocsinventory-reports/extensions: directory
        40755 own admin/usr/share/ocsinventory-reports/extensions/loadaverage: directory
        40755 own admin/usr/share/ocsinventory-reports/extensions/loadaverage/APACHE: directory
        100644 own admin/usr/share/ocsinventory-reports/extensions/loadaverage/APACHE/Map.pm: the plugin's APACHE/Map.pm
        100644 own admin/usr/share/ocsinventory-reports/extensions/loadaverage/APACHE/loadaverage.conf: the plugin's APACHE/loadaverage.conf
        100644 own admin/usr/share/ocsinventory-reports/extensions/loadaverage/README.md: the plugin's README.md
        40755 own admin/usr/share/ocsinventory-reports/extensions/loadaverage/agent: directory
        40755 own admin/usr/share/ocsinventory-reports/extensions/loadaverage/agent/Unix: directory
        100644 own admin/usr/share/ocsinventory-reports/extensions/loadaverage/agent/Unix/Loadaverage.pm: the plugin's agent/Unix/Loadaverage.pm
        40755 own admin/usr/share/ocsinventory-reports/extensions/loadaverage/agent/Windows: directory
        100644 own admin/usr/share/ocsinventory-reports/extensions/loadaverage/agent/Windows/loadaverage.ps1: the plugin's agent/Windows/loadaverage.ps1
        40755 own admin/usr/share/ocsinventory-reports/extensions/loadaverage/cd_loadaverage: directory
        100644 own admin/usr/share/ocsinventory-reports/extensions/loadaverage/cd_loadaverage/cd_loadaverage.php: the plugin's cd_loadaverage/cd_loadaverage.php
        100644 own admin/usr/share/ocsinventory-reports/extensions/loadaverage/hook.xml: the plugin's hook.xml
        100644 own admin/usr/share/ocsinventory-reports/extensions/loadaverage/infos.json: the plugin's infos.json
        100644 own admin/usr/share/ocsinventory-reports/extensions/loadaverage/install.php: the plugin's install.php
        40755 own admin/usr/share/ocsinventory-reports/extensions/loadaverage/language: directory
        40755 own admin/usr/share/ocsinventory-reports/extensions/loadaverage/language/en_GB: directory
        100644 own admin/usr/share/ocsinventory-reports/extensions/loadaverage/language/en_GB/en_GB.txt: the plugin's language/en_GB/en_GB.txt
        40755 own admin/usr/share/ocsinventory-reports/extensions/loadaverage/language/fr_FR: directory
        100644 own admin/usr/share/ocsinventory-reports/extensions/loadaverage/language/fr_FR/fr_FR.txt: the plugin's language/fr_FR/fr_FR.txt
        40755 own agent: directory
        40755 own agent/etc: directory
        40755 own agent/etc/ocsinventory: directory
        100644 own agent/etc/ocsinventory/modules.conf: "# The modules that the agent loads, one line for each.\n# Try it with: perl modules.conf\n\n#use Ocsinventory::Agent::Modules::Download;\n\nuse Ocsinventory::Agent::Modules::Loadaverage;\n# DO NOT REMOVE THE 1;\n1;\n"
        40755 own agent/usr: directory
        40755 own agent/usr/share: directory
        40755 own agent/usr/share/perl5: directory
        40755 own agent/usr/share/perl5/Ocsinventory: directory
        40755 own agent/usr/share/perl5/Ocsinventory/Agent: directory
        40755 own agent/usr/share/perl5/Ocsinventory/Agent/Modules: directory
        100644 own agent/usr/share/perl5/Ocsinventory/Agent/Modules/Loadaverage.pm: the plugin's agent/Unix/Loadaverage.pm
        40755 own comm: directory
        40755 own comm/etc: directory
        40755 own comm/etc/ocsinventory: directory
        120777 own comm/etc/ocsinventory/perl: link to ../../usr/share/perl5
        40755 own comm/etc/ocsinventory/plugins: directory
        100644 own comm/etc/ocsinventory/plugins/loadaverage.conf: the plugin's APACHE/loadaverage.conf
        100644 own comm/restarts.log: "restarted\n"
        40755 own comm/usr: directory
        40755 own comm/usr/share: directory
        40755 own comm/usr/share/perl5: directory
        40755 own comm/usr/share/perl5/Apache: directory
        40755 own comm/usr/share/perl5/Apache/Ocsinventory: directory
        100644 own comm/usr/share/perl5/Apache/Ocsinventory/Map.pm: "package Apache::Ocsinventory::Map;\n\nuse strict;\nuse warnings;\n\nuse Exporter 'import';\n\nour %DATA_MAP;\nour @EXPORT = ('%DATA_MAP');\n\n1;\n"
        40755 own comm/usr/share/perl5/Apache/Ocsinventory/Plugins: directory
        40755 own comm/usr/share/perl5/Apache/Ocsinventory/Plugins/Loadaverage: directory
        100644 own comm/usr/share/perl5/Apache/Ocsinventory/Plugins/Loadaverage/Map.pm: the plugin's APACHE/Map.pm

    "##]],
        &installed(&bare, &hosts(timeless_tree)),
    );
    let done = job.once(UNINSTALL);
    told(
        &expect![[r#"
        admin                      : ok=23   changed=1    unreachable=0    failed=0    skipped=1    rescued=0    ignored=0
        agent                      : ok=4    changed=2    unreachable=0    failed=0    skipped=1    rescued=0    ignored=0
        comm                       : ok=6    changed=3    unreachable=0    failed=0    skipped=3    rescued=0    ignored=0
    "#]],
        &done.recaps(),
    );
    // What the first play made for the pretended hosts stays, and so does the restarts' list.
    told(
        &expect![[r##"
        40755 own admin: directory
        40755 own admin/usr: directory
        40755 own admin/usr/share: directory
        40755 own admin/usr/share/ocsinventory-reports: directory
        40755 own admin/usr/share/ocsinventory-reports/extensions: directory
        40755 own agent: directory
        40755 own agent/etc: directory
        40755 own agent/etc/ocsinventory: directory
        100644 own agent/etc/ocsinventory/modules.conf: "# The modules that the agent loads, one line for each.\n# Try it with: perl modules.conf\n\n#use Ocsinventory::Agent::Modules::Download;\n\n# DO NOT REMOVE THE 1;\n1;\n"
        40755 own agent/usr: directory
        40755 own agent/usr/share: directory
        40755 own agent/usr/share/perl5: directory
        40755 own agent/usr/share/perl5/Ocsinventory: directory
        40755 own agent/usr/share/perl5/Ocsinventory/Agent: directory
        40755 own agent/usr/share/perl5/Ocsinventory/Agent/Modules: directory
        40755 own comm: directory
        40755 own comm/etc: directory
        40755 own comm/etc/ocsinventory: directory
        120777 own comm/etc/ocsinventory/perl: link to ../../usr/share/perl5
        40755 own comm/etc/ocsinventory/plugins: directory
        100644 own comm/restarts.log: "restarted\nrestarted\n"
        40755 own comm/usr: directory
        40755 own comm/usr/share: directory
        40755 own comm/usr/share/perl5: directory
        40755 own comm/usr/share/perl5/Apache: directory
        40755 own comm/usr/share/perl5/Apache/Ocsinventory: directory
        100644 own comm/usr/share/perl5/Apache/Ocsinventory/Map.pm: "package Apache::Ocsinventory::Map;\n\nuse strict;\nuse warnings;\n\nuse Exporter 'import';\n\nour %DATA_MAP;\nour @EXPORT = ('%DATA_MAP');\n\n1;\n"
        40755 own comm/usr/share/perl5/Apache/Ocsinventory/Plugins: directory

    "##]],
        &installed(&bare, &hosts(timeless_tree)),
    );
}
