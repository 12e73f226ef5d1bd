//! Ways to the hosts, and how many at once: what the command line and inventories say of them.

use std::{
    io::{ErrorKind, Write as _},
    net::TcpListener,
};

use super::project;
use crate::hosts::{Hosts, Sshd};

const WHO: &str = r#"
- hosts: hosts
  gather_facts: false
  tasks:
    - command: id -un
      register: user
    - debug: var=user.stdout
"#;

#[test]
fn a_password_is_asked_for_once_and_serves_sudo_too() {
    let Some(hosts) = Hosts::start(2) else { return };
    let config = hosts.ssh_config().display().to_string();
    let inventory = hosts.inventory("pw");
    let inventory = inventory.replace(&config, &format!("{config} -o PubkeyAuthentication=no"));
    let project = project(&[("inv", &inventory), ("site.yml", WHO)]);
    let args = ["run", "-i", "inv", "site.yml"];
    let right = format!("{}\n", hosts.password);

    let said = project.ask_and_type(&[&args[..], &["-k"]].concat(), &right);
    said.ends_with(0);
    assert_eq!(said.text.matches("\"user.stdout\": \"pw\"").count(), 2);
    assert_eq!(said.errors.matches("SSH password: ").count(), 1);

    // Nothing typed for sudo: the same password.
    let both = project.ask_and_type(
        &[&args[..], &["-k", "-K", "-b"]].concat(),
        &format!("{right}\n"),
    );
    both.ends_with(0);
    assert_eq!(both.text.matches("\"user.stdout\": \"root\"").count(), 2);
    assert!(
        both.errors
            .contains("BECOME password[defaults to SSH password]: "),
        "{}",
        both.errors
    );

    let wrong = project.ask_and_type(&[&args[..], &["-k"]].concat(), "wrong\n");
    wrong.ends_with(4);
    assert_eq!(wrong.recap("h2"), "unreachable=1");
    assert!(wrong.text.contains("password"), "{}", wrong.text);
    for said in [said, both, wrong] {
        assert!(!(said.text + &said.errors).contains(&hosts.password));
    }

    project.write("password", &right);
    let file = project.run(&["--connection-password-file", "password"]);
    file.ends_with(0);
}

#[test]
fn another_port_is_taken_from_the_inventory_the_play_or_the_settings() {
    let sshd = Sshd::start();
    let options = format!(
        "-F none -o IdentitiesOnly=yes -o UserKnownHostsFile={} -o GlobalKnownHostsFile=/dev/null",
        sshd.path("known_hosts").display()
    );
    let key = sshd.path("id").display().to_string();
    let host = "[hosts]\nthere ansible_host=127.0.0.1";
    let port = sshd.port;
    let here = WHO.replace("  tasks:", &format!("  port: {port}\n  tasks:"));
    let configured = format!("[defaults]\nremote_port = {port}\n");
    let ways = [
        (format!("{host} ansible_port={port}\n"), WHO, ""),
        (format!("{host}\n"), here.as_str(), ""),
        (format!("{host}\n"), WHO, configured.as_str()),
    ];
    for (inventory, playbook, config) in ways {
        let project = project(&[
            ("inv", &inventory),
            ("site.yml", playbook),
            ("ansible.cfg", config),
        ]);
        let common = format!("--ssh-common-args={options}");
        let said = project.run(&["--private-key", &key, &common]);
        said.ends_with(0);
        assert_eq!(said.recap("there"), "ok=2 changed=1");
    }
}

/// In the inventory, in ansible.cfg, in the environment of ssh: each reaches the host behind.
#[test]
fn a_host_behind_another_is_reached_by_each_way_to_say_so() {
    let Some(hosts) = Hosts::start(2) else { return };
    let [jump, behind] = hosts.all() else {
        panic!()
    };
    // The second one takes connections from the first one only.
    behind.shell(&format!(
        "printf 'AllowUsers *@{}\\n' >>/run/sshd/config; old=$(cat /run/sshd/pid); \
         rm /run/sshd/pid; kill -HUP $old; while ! test -e /run/sshd/pid; do :; done",
        jump.address
    ));
    let config = hosts.ssh_config().display().to_string();
    let inventory = |more: &str| {
        format!(
            "[hosts]\nbehind ansible_host={}\n[hosts:vars]\nansible_user=root\n\
             ansible_ssh_common_args=-F {config} {more}\n",
            behind.address
        )
    };
    let proxy = format!(
        "-o ProxyCommand=\"ssh -F {config} -W %h:%p root@{}\"",
        jump.address
    );
    let direct = project(&[("inv", &inventory("")), ("site.yml", WHO)]);
    let said = direct.run(&[]);
    said.ends_with(4);
    for way in [
        format!("-J root@{}", jump.address),
        format!("-o ProxyJump=root@{}", jump.address),
        proxy,
    ] {
        let project = project(&[("inv", &inventory(&way)), ("site.yml", WHO)]);
        let said = project.run(&[]);
        said.ends_with(0);
        assert!(
            said.text.contains("\"user.stdout\": \"root\""),
            "{}",
            said.text
        );
    }
    let log = jump.shell("cat /run/sshd/log");
    assert_eq!(log.matches("Accepted publickey").count(), 3, "{log}");
}

/// Each host calls the test and goes on when it is answered.
const CALLING: &str = r#"
- hosts: hosts
  gather_facts: false
  tasks:
    - shell: exec 3<>/dev/tcp/{{ caller }}; read -r word <&3; echo $word
      args: { executable: /bin/bash }
"#;

#[test]
fn as_many_hosts_work_at_once_as_forks_say_and_no_more() {
    let Some(hosts) = Hosts::start(3) else { return };
    let net = hosts.all()[0].address.rsplit_once('.').unwrap().0;
    let listener = TcpListener::bind((format!("{net}.1"), 0)).unwrap();
    let caller = listener.local_addr().unwrap().to_string().replace(':', "/");
    let files = [
        ("inv", hosts.inventory("root")),
        ("site.yml", CALLING.replace("{{ caller }}", &caller)),
    ];
    let project = project(&files.each_ref().map(|(name, text)| (*name, text.as_str())));
    for (forks, rounds) in [("1", vec![1, 1, 1]), ("2", vec![2, 1]), ("3", vec![3])] {
        let child = project.start(&["run", "-i", "inv", "site.yml", "-f", forks]);
        for round in rounds {
            let calls: Vec<_> = (0..round).map(|_| listener.accept().unwrap().0).collect();
            // Whoever came too early would be here as well.
            listener.set_nonblocking(true).unwrap();
            let more = listener.accept().map(|(_, from)| from);
            assert_eq!(
                more.map_err(|error| error.kind()),
                Err(ErrorKind::WouldBlock)
            );
            listener.set_nonblocking(false).unwrap();
            for mut call in calls {
                call.write_all(b"go\n").unwrap();
            }
        }
        let said = project.said(child);
        said.ends_with(0);
        let order: Vec<&str> = said
            .text
            .lines()
            .filter(|line| line.starts_with("changed: "))
            .collect();
        assert_eq!(order, ["changed: [h1]", "changed: [h2]", "changed: [h3]"]);
    }
}

#[test]
fn a_host_outside_the_limit_is_never_called() {
    let Some(hosts) = Hosts::start(3) else { return };
    let playbook = WHO.replace("  tasks:", "  serial: 1\n  tasks:");
    let inventory = hosts.inventory("root");
    let project = project(&[
        ("inv", &inventory),
        ("site.yml", &playbook),
        ("retry", "h1\nh3\n"),
    ]);
    for limit in ["h1,h3", "hosts:!h2", "@retry", "~h[13]"] {
        let said = project.run(&["--limit", limit]);
        said.ends_with(0);
        assert_eq!(
            said.text.matches("PLAY [hosts]").count(),
            2,
            "{limit}: {}",
            said.text
        );
        let [first, last] = ["changed: [h1]", "changed: [h3]"].map(|line| said.text.find(line));
        assert!(first.is_some() && first < last, "{limit}: {}", said.text);
    }
    let log = hosts.all()[1].shell("cat /run/sshd/log");
    assert!(!log.contains("Accepted"), "{log}");
}
