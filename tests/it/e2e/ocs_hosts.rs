//! The OCS playbooks on three real hosts, as root by sudo.

use std::{fmt::Write as _, fs};

use expect_test::expect;

use super::{
    Project,
    ocs::{INSTALL, Job, UNINSTALL, installed, ocs, told},
};
use crate::hosts::{Host, Hosts, Tree, differences};

/// Three hosts as Debian's packages of OCS Inventory NG leave them: admin, comm and agent.
pub(super) struct Lab {
    pub(super) hosts: Hosts,
    pub(super) project: Project,
}

const KINDS: [(&str, &str); 3] = [
    ("admin", "ocs_admin"),
    ("comm", "ocs_communication"),
    ("agent", "ocs_agents"),
];

impl Lab {
    /// Starts them, with the repository's own example of an inventory.
    pub(super) fn start() -> Option<Self> {
        let hosts = Hosts::start(3)?;
        let project = ocs();
        let mut inventory = String::new();
        for (host, (name, group)) in hosts.all().iter().zip(KINDS) {
            fs::write(host.root().join("run/prepare"), include_str!("ocs_host.sh")).unwrap();
            host.shell(&format!("sh /run/prepare {name}"));
            let _ = writeln!(
                inventory,
                "[{group}]\n{name} ansible_host={}\n",
                host.address
            );
        }
        let config = hosts.ssh_config();
        let _ = write!(
            inventory,
            "[ocs:children]\nocs_admin\nocs_communication\nocs_agents\n\n[ocs:vars]\n\
             ansible_ssh_common_args=-F {}\nocs_plugin_zip={{{{ playbook_dir }}}}/files/loadaverage.zip\n",
            config.display()
        );
        project.write("inventory/example/hosts.ini", &inventory);
        Some(Self { hosts, project })
    }

    /// What stands on all three, with the host before each path.
    pub(super) fn look(&self, one: impl Fn(&Host) -> Tree) -> Tree {
        let mut all = Tree::new();
        for (host, (name, _)) in self.hosts.all().iter().zip(KINDS) {
            for (path, what) in one(host) {
                all.insert(format!("{name}:/{path}"), what);
            }
        }
        all
    }

    /// How often the web server was started, the first time included.
    fn starts(&self) -> usize {
        let said = self.hosts.all()[1].shell("cat /run/apache2.starts");
        said.lines().count()
    }
}

const ARGS: [&str; 4] = ["-i", "inventory/example", "-e", "ocs_plugin_purge=true"];

#[test]
fn three_hosts_are_installed_once_removed_once_and_foretold_exactly() {
    let Some(lab) = Lab::start() else { return };
    let look = || lab.look(Host::disk);
    let job = Job {
        project: &lab.project,
        args: ARGS.to_vec(),
        look: &look,
    };
    let bare = lab.look(Host::timeless_disk);
    let done = job.once(INSTALL);
    told(
        &expect![[r#"
        admin                      : ok=30   changed=2    unreachable=0    failed=0    skipped=3    rescued=0    ignored=0
        agent                      : ok=12   changed=2    unreachable=0    failed=0    skipped=2    rescued=0    ignored=0
        comm                       : ok=17   changed=4    unreachable=0    failed=0    skipped=4    rescued=0    ignored=0
    "#]],
        &done.recaps(),
    );
    told(
        &expect![[r##"
        40755 root admin:/usr/share/ocsinventory-reports/extensions/loadaverage: directory
        40755 root admin:/usr/share/ocsinventory-reports/extensions/loadaverage/APACHE: directory
        100644 root admin:/usr/share/ocsinventory-reports/extensions/loadaverage/APACHE/Map.pm: the plugin's APACHE/Map.pm
        100644 root admin:/usr/share/ocsinventory-reports/extensions/loadaverage/APACHE/loadaverage.conf: the plugin's APACHE/loadaverage.conf
        100644 root admin:/usr/share/ocsinventory-reports/extensions/loadaverage/README.md: the plugin's README.md
        40755 root admin:/usr/share/ocsinventory-reports/extensions/loadaverage/agent: directory
        40755 root admin:/usr/share/ocsinventory-reports/extensions/loadaverage/agent/Unix: directory
        100644 root admin:/usr/share/ocsinventory-reports/extensions/loadaverage/agent/Unix/Loadaverage.pm: the plugin's agent/Unix/Loadaverage.pm
        40755 root admin:/usr/share/ocsinventory-reports/extensions/loadaverage/agent/Windows: directory
        100644 root admin:/usr/share/ocsinventory-reports/extensions/loadaverage/agent/Windows/loadaverage.ps1: the plugin's agent/Windows/loadaverage.ps1
        40755 root admin:/usr/share/ocsinventory-reports/extensions/loadaverage/cd_loadaverage: directory
        100644 root admin:/usr/share/ocsinventory-reports/extensions/loadaverage/cd_loadaverage/cd_loadaverage.php: the plugin's cd_loadaverage/cd_loadaverage.php
        100644 root admin:/usr/share/ocsinventory-reports/extensions/loadaverage/hook.xml: the plugin's hook.xml
        100644 root admin:/usr/share/ocsinventory-reports/extensions/loadaverage/infos.json: the plugin's infos.json
        100644 root admin:/usr/share/ocsinventory-reports/extensions/loadaverage/install.php: the plugin's install.php
        40755 root admin:/usr/share/ocsinventory-reports/extensions/loadaverage/language: directory
        40755 root admin:/usr/share/ocsinventory-reports/extensions/loadaverage/language/en_GB: directory
        100644 root admin:/usr/share/ocsinventory-reports/extensions/loadaverage/language/en_GB/en_GB.txt: the plugin's language/en_GB/en_GB.txt
        40755 root admin:/usr/share/ocsinventory-reports/extensions/loadaverage/language/fr_FR: directory
        100644 root admin:/usr/share/ocsinventory-reports/extensions/loadaverage/language/fr_FR/fr_FR.txt: the plugin's language/fr_FR/fr_FR.txt
        100644 root agent:/etc/ocsinventory/modules.conf: "# this list of module will be load by the at run time\n# to check its syntax do:\n# #perl modules.conf\n# You must have NO error. Else the content will be ignored\n# This mechanism goal it to keep compatibility with 'plugin'\n# created for the previous linux_agent.\n# The new unified_agent have its own extension system that allow\n# user to add new information easily.\n\n#use Ocsinventory::Agent::Modules::Example;\nuse Ocsinventory::Agent::Modules::Download;\n\nuse Ocsinventory::Agent::Modules::Loadaverage;\n# DO NOT REMOVE the 1;\n1;\n"
        100644 root agent:/usr/share/perl5/Ocsinventory/Agent/Modules/Loadaverage.pm: the plugin's agent/Unix/Loadaverage.pm
        100644 root comm:/etc/ocsinventory/plugins/loadaverage.conf: the plugin's APACHE/loadaverage.conf
        40755 root comm:/usr/share/perl5/Apache/Ocsinventory/Plugins/Loadaverage: directory
        100644 root comm:/usr/share/perl5/Apache/Ocsinventory/Plugins/Loadaverage/Map.pm: the plugin's APACHE/Map.pm

    "##]],
        &installed(&bare, &lab.look(Host::timeless_disk)),
    );
    assert_eq!(lab.starts(), 2);
    let done = job.once(UNINSTALL);
    told(
        &expect![[r#"
        admin                      : ok=23   changed=1    unreachable=0    failed=0    skipped=1    rescued=0    ignored=0
        agent                      : ok=7    changed=2    unreachable=0    failed=0    skipped=1    rescued=0    ignored=0
        comm                       : ok=14   changed=3    unreachable=0    failed=0    skipped=2    rescued=0    ignored=0
    "#]],
        &done.recaps(),
    );
    assert_eq!(differences(&bare, &lab.look(Host::timeless_disk)), [""; 0]);
    assert_eq!(lab.starts(), 3);
}

#[test]
fn an_installation_is_taken_back_and_nothing_of_ours_is_left() {
    let Some(lab) = Lab::start() else { return };
    let bare = lab.look(Host::disk);
    let mut install = vec!["run", INSTALL, "-v"];
    install.extend(ARGS);
    let done = lab.project.ask(&install);
    done.ends_with(0);
    let run = done
        .errors
        .lines()
        .find_map(|line| line.strip_prefix("undo it with: hostwright undo "))
        .unwrap_or_else(|| panic!("{}", done.errors));
    let full = lab.look(Host::disk);
    assert_ne!(bare, full);

    let hosts = ["-i", "inventory/example"];
    let undo = |more: &[&str]| {
        let said = lab
            .project
            .ask(&[&["undo", run], &hosts[..], more].concat());
        said.ends_with(0);
        said.text
    };
    let foretold = undo(&["--check", "--diff"]);
    assert_eq!(differences(&full, &lab.look(Host::disk)), [""; 0]);
    assert_eq!(undo(&["--diff"]), foretold);
    assert_eq!(differences(&bare, &lab.look(Host::disk)), [""; 0]);
    let summary: Vec<&str> = foretold
        .lines()
        .filter(|line| !line.starts_with(['+', '-', ' ', '@']) || line.starts_with("  "))
        .filter(|line| !line.starts_with("   "))
        .collect();
    told(
        &expect![[r#"
        admin:
          taken back: /usr/share/ocsinventory-reports/extensions/loadaverage/language/fr_FR/fr_FR.txt is gone
          taken back: /usr/share/ocsinventory-reports/extensions/loadaverage/language/fr_FR is gone
          taken back: /usr/share/ocsinventory-reports/extensions/loadaverage/language/en_GB/en_GB.txt is gone
          taken back: /usr/share/ocsinventory-reports/extensions/loadaverage/language/en_GB is gone
          taken back: /usr/share/ocsinventory-reports/extensions/loadaverage/language is gone
          taken back: /usr/share/ocsinventory-reports/extensions/loadaverage/install.php is gone
          taken back: /usr/share/ocsinventory-reports/extensions/loadaverage/infos.json is gone
          taken back: /usr/share/ocsinventory-reports/extensions/loadaverage/hook.xml is gone
          taken back: /usr/share/ocsinventory-reports/extensions/loadaverage/cd_loadaverage/cd_loadaverage.php is gone
          taken back: /usr/share/ocsinventory-reports/extensions/loadaverage/cd_loadaverage is gone
          taken back: /usr/share/ocsinventory-reports/extensions/loadaverage/agent/Windows/loadaverage.ps1 is gone
          taken back: /usr/share/ocsinventory-reports/extensions/loadaverage/agent/Windows is gone
          taken back: /usr/share/ocsinventory-reports/extensions/loadaverage/agent/Unix/Loadaverage.pm is gone
          taken back: /usr/share/ocsinventory-reports/extensions/loadaverage/agent/Unix is gone
          taken back: /usr/share/ocsinventory-reports/extensions/loadaverage/agent is gone
          taken back: /usr/share/ocsinventory-reports/extensions/loadaverage/README.md is gone
          taken back: /usr/share/ocsinventory-reports/extensions/loadaverage/APACHE/loadaverage.conf is gone
          taken back: /usr/share/ocsinventory-reports/extensions/loadaverage/APACHE/Map.pm is gone
          taken back: /usr/share/ocsinventory-reports/extensions/loadaverage/APACHE is gone
          taken back: /usr/share/ocsinventory-reports/extensions/loadaverage is gone
        comm:
          taken back: /etc/ocsinventory/plugins/loadaverage.conf is gone
          taken back: /usr/share/perl5/Apache/Ocsinventory/Plugins/Loadaverage/Map.pm is gone
          taken back: /usr/share/perl5/Apache/Ocsinventory/Plugins/Loadaverage is gone
          has no way back: `apache2` was restarted
        agent:
          taken back: /etc/ocsinventory/modules.conf is replaced
          taken back: /usr/share/perl5/Ocsinventory/Agent/Modules/Loadaverage.pm is gone
          has no way back: what `perl` did is not known
    "#]],
        &summary.join("\n"),
    );

    let left = || {
        let find = "find /root /home /var/lib /var/tmp /tmp /dev/shm /run/user -xdev \
                    -name '*hostwright*' 2>/dev/null; true";
        let all = lab.hosts.all().iter();
        all.map(|host| host.shell(find)).collect::<String>()
    };
    let clean = |more: &[&str]| {
        let said = lab.project.ask(&[&["clean"], &hosts[..], more].concat());
        said.ends_with(0);
        said.text
    };
    told(
        &expect![[r#"
        admin: removed /root/.cache/hostwright
        comm: removed /root/.cache/hostwright
        agent: removed /root/.cache/hostwright

    "#]],
        &clean(&[]),
    );
    told(
        &expect![[r#"
        /var/lib/hostwright
        /var/lib/hostwright
        /var/lib/hostwright

    "#]],
        &left(),
    );
    told(
        &expect![[r#"
        admin: removed /var/lib/hostwright
        comm: removed /var/lib/hostwright
        agent: removed /var/lib/hostwright

    "#]],
        &clean(&["--journals"]),
    );
    assert_eq!(left(), "");
    let nothing = lab.project.ask(&[&["undo", run], &hosts[..]].concat());
    nothing.ends_with(0);
    assert_eq!(nothing.text.matches("nothing to take back").count(), 3);
}
