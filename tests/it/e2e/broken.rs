//! What goes wrong on one host: it stays as it was, and the other goes on.

use std::fs;

use super::{Project, Said, project};
use crate::hosts::{Host, Hosts, differences, keygen};

const ONE_FILE: &str = "
- hosts: hosts
  gather_facts: false
  tasks:
    - copy: { content: new, dest: /srv/file, mode: \"0644\" }
";

/// Two hosts; something is wrong with the second one.
struct Pair {
    hosts: Hosts,
}

impl Pair {
    fn start() -> Option<Self> {
        Some(Self {
            hosts: Hosts::start(2)?,
        })
    }

    fn broken(&self) -> &Host {
        &self.hosts.all()[1]
    }

    /// The playbook on both, with further variables of the second host.
    fn project(&self, user: &str, vars: &str, playbook: &str) -> Project {
        let inventory = self.hosts.inventory(user);
        let second = format!("h2 ansible_host={}", self.broken().address);
        let inventory = inventory.replace(&second, &format!("{second} {vars}"));
        project(&[("inv", &inventory), ("site.yml", playbook)])
    }

    /// Runs it; the second host stays as it was, and the first one goes on.
    #[track_caller]
    fn refused(&self, project: &Project, flags: &[&str], code: i32, words: &[&str]) -> Said {
        let before = self.broken().disk();
        let said = project.run(flags);
        judge(&said, code, words);
        assert_eq!(differences(&before, &self.broken().disk()), [""; 0]);
        said
    }
}

/// The second host was refused in these words, and the first one went on.
#[track_caller]
fn judge(said: &Said, code: i32, words: &[&str]) {
    said.ends_with(code);
    let (recap, word) = if code == 4 {
        ("unreachable=1", "fatal: [h2]: UNREACHABLE! => ")
    } else {
        ("failed=1", "fatal: [h2]: FAILED! => ")
    };
    assert!(said.recap("h2").contains(recap), "{}", said.text);
    assert!(said.text.contains(word), "{}", said.text);
    let first = said.recap("h1");
    let goes_on = first.starts_with("ok=") && !first.contains("failed");
    assert!(goes_on, "{}", said.text);
    for word in words {
        assert!(
            said.text.contains(word),
            "no {word} in {}{}",
            said.text,
            said.errors
        );
    }
}

#[test]
fn a_host_that_nobody_reaches_or_that_is_another_one_now() {
    let Some(pair) = Pair::start() else { return };
    let closed = pair.project("root", "ansible_port=1", ONE_FILE);
    pair.refused(&closed, &[], 4, &["Connection refused"]);
    let nowhere = pair.project("root", "ansible_host=no-such-host.invalid", ONE_FILE);
    pair.refused(&nowhere, &[], 4, &["no-such-host.invalid"]);

    let known = pair.hosts.known_hosts();
    let kept = fs::read_to_string(&known).unwrap();
    let other = known.with_file_name("other");
    keygen(&other);
    let other = fs::read_to_string(other.with_extension("pub")).unwrap();
    let first = kept.lines().next().unwrap();
    fs::write(
        &known,
        format!("{first}\n{} {other}", pair.broken().address),
    )
    .unwrap();
    let changed = pair.project("root", "", ONE_FILE);
    pair.refused(
        &changed,
        &[],
        4,
        &[
            "the host key of `",
            "is not the known one",
            "IDENTIFICATION HAS CHANGED",
        ],
    );
    fs::write(&known, format!("{first}\n")).unwrap();
    pair.refused(&changed, &[], 4, &["host key", "SHA256:"]);
    fs::write(&known, kept).unwrap();
    let done = changed.run(&[]);
    done.ends_with(0);
    assert_eq!(done.recap("h2"), "ok=1 changed=1");
}

#[test]
fn a_host_that_does_not_let_us_become_root() {
    let Some(pair) = Pair::start() else { return };
    let wrong = pair.project(
        "deploy",
        "ansible_user=pw ansible_become_password=wrong",
        ONE_FILE,
    );
    pair.refused(&wrong, &["--become"], 2, &["Incorrect sudo password"]);
    let missing = pair.project("deploy", "ansible_user=pw", ONE_FILE);
    pair.refused(&missing, &["--become"], 2, &["Missing sudo password"]);
    let password = "ansible_user=guest ansible_become_password=guest-secret";
    let refused = pair.project("deploy", password, ONE_FILE);
    pair.refused(&refused, &["--become"], 2, &["does not allow"]);
    pair.broken()
        .shell("mv $(command -v sudo) /usr/bin/no-sudo");
    let absent = pair.project("deploy", "", ONE_FILE);
    pair.refused(&absent, &["--become"], 2, &["sudo", "is not installed"]);
}

const FILL: &str = r#"
- hosts: hosts
  gather_facts: false
  tasks:
    - name: a large file over a small one
      copy: { content: "{{ 'x' * 200000 }}", dest: /srv/small/file }
"#;

const UNPACK: &str = r#"
- hosts: hosts
  gather_facts: false
  tasks:
    - name: a folder, of which the last file does not fit
      copy: { src: many/, dest: /srv/small/many/ }
"#;

#[test]
fn a_full_disk_keeps_what_was_there() {
    let Some(pair) = Pair::start() else { return };
    for host in pair.hosts.all() {
        host.shell("mkdir /srv/small");
    }
    pair.broken()
        .shell("mount -t tmpfs -o size=64k,mode=755 tmpfs /srv/small; echo old >/srv/small/file");
    pair.hosts.all()[0].shell("echo old >/srv/small/file");
    let project = pair.project("root", "", FILL);
    pair.refused(
        &project,
        &[],
        2,
        &["/srv/small/file", "No space left on device"],
    );

    let project = pair.project("root", "", UNPACK);
    for (number, size) in [(1, 20), (2, 3000), (3, 90_000)] {
        project.write(&format!("many/sub/{number}"), &"x".repeat(size));
    }
    pair.refused(
        &project,
        &[],
        2,
        &["/srv/small/many/sub/3", "No space left on device"],
    );
    assert_eq!(
        pair.hosts.all()[0].shell("ls /srv/small/many/sub"),
        "1\n2\n3\n"
    );

    // The disk on which the journal lies: nothing is changed that could not be taken back.
    pair.broken()
        .shell("mkdir -p /var/lib/hostwright; mount -t tmpfs -o size=4k tmpfs /var/lib/hostwright");
    pair.broken().run("cat /dev/zero >/var/lib/hostwright/full");
    let project = pair.project("root", "", ONE_FILE);
    pair.refused(&project, &[], 2, &["journal", "No space left on device"]);
}

#[test]
fn a_file_system_that_is_read_only_is_told_with_the_path() {
    let Some(pair) = Pair::start() else { return };
    for host in pair.hosts.all() {
        host.shell("mkdir /srv/small; echo old >/srv/small/file");
    }
    pair.broken()
        .shell("mount --bind /srv/small /srv/small; mount -o remount,ro,bind /srv/small");
    let project = pair.project("root", "", FILL);
    pair.refused(
        &project,
        &[],
        2,
        &["/srv/small/file", "Read-only file system"],
    );
}

/// The second file waits to be validated where there is a pipe to wait at.
const HALFWAY: &str = r#"
- hosts: hosts
  gather_facts: false
  tasks:
    - name: a folder, of which the second file takes its time
      copy:
        src: two/
        dest: /srv/two/
        mode: "0644"
        validate: sh -c 'case $1 in *first*) exit;; esac; if test -p /run/up; then echo $PPID >/run/up; sleep 600; fi' sh %s
    - command: "true"
"#;

/// Has the second host wait in the middle of a task, and does something to it then: the line gets
/// the process of the node as `$node`, and that of its login as `$login`.
fn halfway(pair: &Pair, project: &Project, line: &str) -> Said {
    project.write("two/first", "first");
    project.write("two/second", "second");
    pair.broken().shell("mkfifo /run/up");
    let child = project.start(&["run", "-i", "inv", "site.yml"]);
    pair.broken().shell(&format!(
        "read node </run/up; login=$node; \
         while test \"$(cat /proc/$login/comm)\" != sshd; do login=$(awk '{{ print $4 }}' /proc/$login/stat); done; \
         {line}; rm /run/up"
    ));
    project.said(child)
}

#[test]
fn a_connection_lost_in_the_middle_of_a_task_takes_the_task_back() {
    let Some(pair) = Pair::start() else { return };
    for (user, flags) in [("root", ""), ("deploy", "ansible_become=true")] {
        pair.broken().shell("rm -rf /srv/two");
        pair.hosts.all()[0].shell("rm -rf /srv/two");
        let project = pair.project(user, flags, HALFWAY);
        let project = if flags.is_empty() {
            project
        } else {
            let inventory = fs::read_to_string(project.path().join("inv")).unwrap();
            project.write(
                "inv",
                &inventory.replace("ansible_host=", "ansible_become=true ansible_host="),
            );
            project
        };
        let before = pair.broken().disk();
        // The node ends when it has taken back what it did.
        let said = halfway(
            &pair,
            &project,
            "kill -9 $login; while test -e /proc/$node; do :; done",
        );
        judge(&said, 4, &["connection was lost"]);
        assert_eq!(said.recap("h1"), "ok=2 changed=2");
        assert_eq!(differences(&before, &pair.broken().disk()), [""; 0]);
        let again = project.run(&[]);
        again.ends_with(0);
        assert_eq!(again.recap("h2"), "ok=2 changed=2");
        assert_eq!(again.recap("h1"), "ok=2 changed=1");
    }
}

#[test]
fn a_node_that_is_killed_half_way_is_told_and_the_next_run_finishes() {
    let Some(pair) = Pair::start() else { return };
    let project = pair.project("root", "", HALFWAY);
    pair.broken()
        .shell("mkdir /srv/two; echo old >/srv/two/first; echo old >/srv/two/second");
    let files = |of: &Host| of.shell("cd /srv/two && cat first second");
    let said = halfway(&pair, &project, "kill -9 $node");
    let words = "the node on the host ended in the middle of its work";
    judge(&said, 4, &[words]);
    assert_eq!(said.recap("h1"), "ok=2 changed=2");
    // Killed before the first file was put in its place, which is whole or not there.
    assert_eq!(files(pair.broken()), "old\nold\n");
    let again = project.run(&[]);
    again.ends_with(0);
    assert_eq!(again.recap("h2"), "ok=2 changed=2");
    assert_eq!(files(pair.broken()), "firstsecond");
    assert_eq!(again.recap("h1"), "ok=2 changed=1");
}

#[test]
fn a_host_that_falls_silent_in_the_middle_stops_no_other() {
    let Some(pair) = Pair::start() else { return };
    let project = pair.project("root", "", HALFWAY);
    project.write("two/first", "first");
    project.write("two/second", "second");
    pair.broken().shell("mkfifo /run/up");
    let impatient = "--ssh-extra-args=-o ServerAliveInterval=1 -o ServerAliveCountMax=2";
    let child = project.start(&["run", "-i", "inv", "site.yml", impatient]);
    pair.broken().shell("read node </run/up; rm /run/up");
    pair.hosts.cut(1);
    let said = project.said(child);
    judge(&said, 4, &["connection was lost", "not responding"]);
    assert_eq!(said.recap("h1"), "ok=2 changed=2");
}
