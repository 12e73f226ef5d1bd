//! Becoming another user on a host.

use hostwright::{
    connection::{Become, Cause, Journal, Method, Target, Transport, Unreachable},
    value::Text,
};

use super::{NODE, login::Watch, run, run_with, user_of};
use crate::hosts::Hosts;

fn sudo(user: &str, password: Option<&str>) -> Become {
    Become {
        method: Method::Sudo,
        user: user.to_owned(),
        executable: None,
        flags: None,
        password: password.map(|word| Text::from(word).into_secret()),
    }
}

fn su(user: &str, password: Option<&str>) -> Become {
    Become {
        method: Method::Su,
        ..sudo(user, password)
    }
}

fn target(hosts: &Hosts, login: &str, wanted: Become) -> Target {
    let mut target = Target::ssh(&hosts.all()[0].name);
    if let Transport::Ssh(ssh) = &mut target.transport {
        ssh.user = Some(login.to_owned());
        ssh.args = vec![
            String::new(),
            format!("-F {}", hosts.ssh_config().display()),
        ];
    }
    target.escalation = Some(wanted);
    target
}

#[tokio::test]
async fn every_way_to_become_a_user_ends_as_that_user() {
    let Some(hosts) = Hosts::start(1) else { return };
    let run = run();
    let ways = [
        ("deploy", sudo("root", None), "root"),
        ("deploy", sudo("guest", None), "guest"),
        // A password that nobody asks for must not become bytes of the protocol.
        ("deploy", sudo("root", Some("unasked")), "root"),
        ("pw", sudo("root", Some(&hosts.password)), "root"),
        ("pw", sudo("#0", Some(&hosts.password)), "root"),
        ("deploy", su("pw", Some(&hosts.password)), "pw"),
        ("root", su("deploy", None), "deploy"),
    ];
    for (login, wanted, user) in ways {
        let what = format!("{login} to {user} by {}", wanted.method.name());
        let opened = run.connector.open(&target(&hosts, login, wanted)).await;
        let mut link = opened.unwrap_or_else(|error| panic!("{what}: {error}"));
        assert_eq!(user_of(&mut link).await, user, "{what}");
        link.close().await;
    }
    let copies = hosts.all()[0].shell("ls -d /root/.cache/hostwright /home/*/.cache/hostwright");
    assert_eq!(
        copies.lines().count(),
        4,
        "each user has a private copy: {copies}"
    );
}

#[tokio::test]
async fn every_refusal_has_its_own_words() {
    let Some(hosts) = Hosts::start(1) else { return };
    let host = &hosts.all()[0];
    let run = run();
    let mut absent = sudo("root", None);
    absent.executable = Some("/usr/bin/no-sudo".to_owned());
    let refusals = [
        (
            "pw",
            sudo("root", None),
            Cause::BecomePasswordMissing,
            "Missing sudo password",
        ),
        (
            "pw",
            sudo("root", Some("wrong")),
            Cause::BecomePasswordWrong,
            "Incorrect sudo password",
        ),
        (
            "guest",
            sudo("root", Some("guest-secret")),
            Cause::BecomeRefused,
            "does not allow",
        ),
        (
            "deploy",
            sudo("nobody-here", None),
            Cause::BecomeUserUnknown,
            "`nobody-here`",
        ),
        (
            "deploy",
            su("nobody-here", None),
            Cause::BecomeUserUnknown,
            "`nobody-here`",
        ),
        (
            "deploy",
            su("pw", Some("wrong")),
            Cause::BecomePasswordWrong,
            "Incorrect su password",
        ),
        (
            "deploy",
            su("pw", None),
            Cause::BecomePasswordMissing,
            "Missing su password",
        ),
        ("deploy", absent, Cause::BecomeMissing, "is not installed"),
    ];
    for (login, wanted, cause, words) in refusals {
        let what = format!("{login}, {wanted:?}");
        let error = refused(run.connector.open(&target(&hosts, login, wanted)).await);
        assert_eq!(error.cause, cause, "{what}: {error}");
        assert!(error.message.contains(words), "{what}: {error}");
        assert!(error.cause.is_become());
        assert!(
            !error.said.contains("wrong") && !error.said.contains("[hw-"),
            "{error}"
        );
    }
    host.shell("echo 'Defaults requiretty' >>/etc/sudoers.d/hostwright");
    let error = refused(
        run.connector
            .open(&target(&hosts, "deploy", sudo("root", None)))
            .await,
    );
    assert_eq!(error.cause, Cause::BecomeRefused);
    assert!(error.message.contains("requiretty"), "{error}");
}

fn refused<T: std::fmt::Debug>(opened: Result<T, Unreachable>) -> Unreachable {
    opened.unwrap_err()
}

#[tokio::test]
async fn the_become_password_is_in_no_argument_and_no_file() {
    let Some(hosts) = Hosts::start(1) else { return };
    let run = run();
    let watch = Watch::start(&hosts.password);
    let target = target(&hosts, "pw", sudo("root", Some(&hosts.password)));
    let mut link = run.connector.open(&target).await.unwrap();
    assert_eq!(user_of(&mut link).await, "root");
    link.close().await;
    assert_eq!(watch.seen(), [""; 0]);
    let found = hosts.all()[0].run(&format!(
        "grep -rl {} /tmp /var/tmp /run /dev/shm /root /home 2>/dev/null",
        hosts.password
    ));
    assert_eq!(String::from_utf8_lossy(&found.stdout), "");
}

#[tokio::test]
async fn a_login_shell_of_another_kind_does_not_matter() {
    let Some(hosts) = Hosts::start(1) else { return };
    // It understands nothing but one simple command with quoted words.
    hosts.all()[0].shell(
        "printf '#!/usr/bin/perl\\nexec(split(/ /, $ARGV[1], 3)) if 0; \
         my $c = $ARGV[1]; $c =~ s/^exec // or die; die \"$c\" if $c =~ /\\n|\\\\|!/; \
         my @w; while ($c =~ /\\G(?:\\x27([^\\x27]*)\\x27|(\\S+))\\s*/g) { push @w, defined $1 ? $1 : $2 } \
         exec @w;\\n' >/usr/local/bin/odd; chmod 755 /usr/local/bin/odd; \
         usermod -s /usr/local/bin/odd deploy",
    );
    let run = run_with(NODE, |_| {});
    for wanted in [sudo("root", None), sudo("pw", None)] {
        let user = wanted.user.clone();
        let mut link = run
            .connector
            .open(&target(&hosts, "deploy", wanted))
            .await
            .unwrap();
        assert_eq!(user_of(&mut link).await, user);
        link.close().await;
    }
}

#[tokio::test]
async fn another_user_is_reached_on_this_machine_too() {
    if !rustix::process::geteuid().is_root() {
        let error = refused(
            run()
                .connector
                .open(&here(sudo("no-such-user", None)))
                .await,
        );
        assert!(error.cause.is_become(), "{error}");
        return;
    }
    let run = run();
    let mut link = run
        .connector
        .open(&here(sudo("nobody", None)))
        .await
        .unwrap();
    assert_eq!(user_of(&mut link).await, "nobody");
    link.close().await;
    run.connector
        .clean(&here(sudo("nobody", None)), Journal::Keep)
        .await
        .unwrap();
    let error = refused(run.connector.open(&here(sudo("no-such-user", None))).await);
    assert_eq!(error.cause, Cause::BecomeUserUnknown, "{error}");
}

fn here(wanted: Become) -> Target {
    Target {
        escalation: Some(wanted),
        ..Target::local()
    }
}
