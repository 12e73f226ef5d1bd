//! Bringing our program to a host, and finding it there again.

use std::{
    fs,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink},
    path::Path,
    time::Duration,
};

use hostwright::connection::{Become, Cause, Cleaned, Journal, Method, Transport};

use super::{NODE, as_root, cached, run, run_with, user_of, write_program};
use crate::hosts::{Hosts, Sshd};

#[tokio::test]
async fn the_program_is_sent_once_and_found_again() {
    let sshd = Sshd::start();
    let run = run();
    let mut link = run.connector.open(&sshd.target()).await.unwrap();
    user_of(&mut link).await;
    let digest = link.digest.to_string();
    link.close().await;
    let file = cached(&sshd.home());
    let first = fs::metadata(&file).unwrap();
    assert_eq!(file.file_name().unwrap().to_str(), Some(digest.as_str()));
    assert_eq!(first.mode() & 0o7777, 0o700);
    let folder = fs::metadata(file.parent().unwrap()).unwrap();
    assert_eq!(folder.mode() & 0o7777, 0o700);
    let mut link = run.connector.open(&sshd.target()).await.unwrap();
    user_of(&mut link).await;
    link.close().await;
    assert_eq!(
        fs::metadata(cached(&sshd.home())).unwrap().ino(),
        first.ino()
    );
}

/// A name, and what is done to the copy with the help of another program's text.
type Damage = (&'static str, fn(&Path, &str));

#[tokio::test]
async fn a_damaged_copy_is_replaced_and_never_run() {
    let sshd = Sshd::start();
    let run = run();
    run.connector
        .open(&sshd.target())
        .await
        .unwrap()
        .close()
        .await;
    let file = cached(&sshd.home());
    let whole = fs::read(&file).unwrap();
    let evil = "#!/bin/sh\necho 'test node, protocol 1'\necho evil\n";
    // Cut short, a link to another program, and one that others may write.
    let damages: [Damage; 3] = [
        ("cut", |file, evil| fs::write(file, evil).unwrap()),
        ("link", |file, evil| {
            let other = file.with_file_name("other");
            write_program(&other, evil);
            fs::remove_file(file).unwrap();
            symlink(other, file).unwrap();
        }),
        ("open to others", |file, _| {
            fs::set_permissions(file, fs::Permissions::from_mode(0o722)).unwrap();
        }),
    ];
    for (what, damage) in damages {
        damage(&file, evil);
        let mut link = run.connector.open(&sshd.target()).await.unwrap();
        assert_ne!(user_of(&mut link).await, "evil", "{what}");
        link.close().await;
        assert_eq!(fs::read(&file).unwrap(), whole, "{what}");
        let seen = fs::symlink_metadata(&file).unwrap();
        assert!(seen.is_file() && seen.mode() & 0o7777 == 0o700, "{what}");
    }
}

#[tokio::test]
async fn a_prepared_directory_is_not_used() {
    let Some(hosts) = Hosts::start(1) else { return };
    let host = &hosts.all()[0];
    let run = run();
    let target = as_root(&hosts, 0);
    // A link and a foreign directory stand where ours would; the third place is taken.
    host.shell(
        "mkdir -p /root/.cache /home/deploy/trap; ln -s /home/deploy/trap /root/.cache/hostwright; \
         mkdir -m 777 /var/tmp/.hostwright-0; chown deploy /var/tmp/.hostwright-0",
    );
    let mut link = run.connector.open(&target).await.unwrap();
    assert_eq!(user_of(&mut link).await, "root");
    let digest = link.digest.to_string();
    link.close().await;
    assert_eq!(
        host.shell("ls -A /home/deploy/trap /var/tmp/.hostwright-0 | grep -c .")
            .trim(),
        "2"
    );
    host.shell(&format!("test -x /tmp/.hostwright-0/{digest}"));
}

#[tokio::test]
async fn where_programs_may_not_run_or_nothing_fits_another_place_is_taken() {
    let Some(hosts) = Hosts::start(1) else { return };
    let host = &hosts.all()[0];
    let run = run();
    let target = as_root(&hosts, 0);
    host.shell(
        "mkdir -p /root/.cache/hostwright; mount -t tmpfs -o noexec,mode=700 t /root/.cache/hostwright; \
         mkdir /var/tmp/.hostwright-0; mount -t tmpfs -o ro,mode=700 t /var/tmp/.hostwright-0; \
         mkdir /tmp/.hostwright-0; mount -t tmpfs -o mode=700,size=4k t /tmp/.hostwright-0",
    );
    let mut link = run.connector.open(&target).await.unwrap();
    assert_eq!(user_of(&mut link).await, "root");
    let digest = link.digest.to_string();
    link.close().await;
    host.shell(&format!("test -x /dev/shm/.hostwright-0/{digest}"));
    let cleaned = run.connector.clean(&target, Journal::Keep).await.unwrap();
    assert_eq!(cleaned.gone, ["/dev/shm/.hostwright-0"]);
    assert_eq!(cleaned.kept.len(), 3, "mounts stay: {cleaned:?}");
    assert!(
        cleaned.kept[0].starts_with("Device or resource busy: /root"),
        "{cleaned:?}"
    );
    host.shell("test ! -e /dev/shm/.hostwright-0");
    // Now there is none left.
    host.shell(
        "mkdir /dev/shm/.hostwright-0; chmod 755 /dev/shm/.hostwright-0; \
         mkdir -p /run/user/0/hostwright; mount -t tmpfs -o noexec,mode=700 t /run/user/0/hostwright",
    );
    let error = run.connector.open(&target).await.unwrap_err();
    assert_eq!(error.cause, Cause::NoPlace, "{error}");
    for part in [
        "/root/.cache/hostwright: programs may not run there (noexec)",
        "/var/tmp/.hostwright-0: Read-only file system",
        "/tmp/.hostwright-0: No space left on device",
        "/dev/shm/.hostwright-0: not a private directory of user 0",
    ] {
        assert!(error.said.contains(part), "{error}");
    }
}

#[tokio::test]
async fn a_home_that_is_read_only_and_a_full_disk_have_their_words() {
    let Some(hosts) = Hosts::start(1) else { return };
    let host = &hosts.all()[0];
    // No df: the disk shows that it is full only when our program does not fit.
    host.shell(
        "rm -f /usr/bin/df; mkdir -p /root/.cache/hostwright; \
         mount -t tmpfs -o mode=700,size=8k t /root/.cache/hostwright",
    );
    let padding = "# much of nothing\n".repeat(4000);
    let run = run_with(&format!("{NODE}exit\n{padding}"), |_| {});
    let error = run.connector.open(&as_root(&hosts, 0)).await.unwrap_err();
    assert_eq!(error.cause, Cause::NoPlace, "{error}");
    assert!(error.said.contains("No space left on device"), "{error}");
    host.shell("ls -A /root/.cache/hostwright | grep . && exit 1; true");
}

#[tokio::test]
async fn what_a_login_shell_prints_is_skipped_up_to_a_limit() {
    let sshd =
        Sshd::with("ForceCommand echo hi; printf 'no line end '; eval \"$SSH_ORIGINAL_COMMAND\"");
    let mut link = run().connector.open(&sshd.target()).await.unwrap();
    user_of(&mut link).await;
    link.close().await;
    let endless = Sshd::with("ForceCommand yes much noise");
    let error = run().connector.open(&endless.target()).await.unwrap_err();
    assert_eq!(error.cause, Cause::NoNode);
    assert!(error.message.contains("64 KB"), "{error}");
    assert!(error.said.starts_with("much noise"), "{error}");
}

#[tokio::test]
async fn a_restricted_account_says_so_itself() {
    let sshd = Sshd::with("ForceCommand echo This account is not for you.; exit 3");
    let error = run().connector.open(&sshd.target()).await.unwrap_err();
    assert_eq!(error.cause, Cause::NoNode);
    assert!(error.message.contains("exit status: 3"), "{error}");
    assert_eq!(error.said, "This account is not for you.");
}

#[tokio::test]
async fn a_host_that_drips_is_left_at_the_deadline() {
    let sshd = Sshd::with("ForceCommand while sleep 0.05; do echo drip; done");
    let run = run_with(NODE, |settings| {
        settings.patience.start = Duration::from_millis(600);
    });
    let error = run.connector.open(&sshd.target()).await.unwrap_err();
    assert_eq!(error.cause, Cause::Timeout, "{error}");
    assert!(error.said.starts_with("drip"), "{error}");
}

#[tokio::test]
async fn a_host_that_does_not_take_our_program_is_left() {
    let sshd =
        Sshd::with("ForceCommand echo hostwright-need x86_64 raw; while sleep 0.05; do :; done");
    let padding = "# much of nothing\n".repeat(400_000);
    let run = run_with(&format!("{NODE}{padding}"), |settings| {
        settings.patience.stall = Duration::from_millis(600);
    });
    let error = run.connector.open(&sshd.target()).await.unwrap_err();
    assert_eq!(error.cause, Cause::Timeout, "{error}");
    assert!(error.message.contains("too slowly"), "{error}");
}

#[tokio::test]
async fn another_machine_gets_its_own_build_or_names_the_missing_one() {
    let tools = tempfile::tempdir().unwrap();
    let path = "/usr/local/bin:/usr/bin:/bin";
    write_program(
        &tools.path().join("uname"),
        "#!/bin/sh\ntest \"$1\" = -m && echo aarch64 || echo Linux\n",
    );
    let sshd = Sshd::with(&format!(
        "ForceCommand export PATH={}:{path}; eval \"$SSH_ORIGINAL_COMMAND\"",
        tools.path().display()
    ));
    let error = run().connector.open(&sshd.target()).await.unwrap_err();
    assert_eq!(error.cause, Cause::Architecture);
    assert!(
        error
            .message
            .contains("aarch64-unknown-linux-musl/hostwright"),
        "{error}"
    );
    let builds = tempfile::tempdir().unwrap();
    let set = builds.path().to_owned();
    let run = run_with(NODE, |settings| settings.builds = Some(set));
    let error = run.connector.open(&sshd.target()).await.unwrap_err();
    assert_eq!(error.cause, Cause::Architecture);
    assert!(error.message.contains("there is no build at"), "{error}");
    let folder = builds.path().join("aarch64-unknown-linux-musl");
    fs::create_dir(&folder).unwrap();
    let foreign = NODE.replace("id -un", "echo foreign build");
    write_program(&folder.join("hostwright"), &foreign);
    for _ in 0..2 {
        let mut link = run.connector.open(&sshd.target()).await.unwrap();
        assert_eq!(user_of(&mut link).await, "foreign build");
        assert_eq!(
            cached(&sshd.home()).file_name().unwrap().to_str(),
            Some(link.digest.to_string().as_str())
        );
        link.close().await;
    }
}

#[tokio::test]
async fn another_system_is_told_apart() {
    let tools = tempfile::tempdir().unwrap();
    write_program(&tools.path().join("uname"), "#!/bin/sh\necho FreeBSD\n");
    let sshd = Sshd::with(&format!(
        "ForceCommand export PATH={}:/usr/bin:/bin; eval \"$SSH_ORIGINAL_COMMAND\"",
        tools.path().display()
    ));
    let error = run().connector.open(&sshd.target()).await.unwrap_err();
    assert_eq!(error.cause, Cause::Architecture);
    assert!(error.said.contains("FreeBSD"), "{error}");
}

#[tokio::test]
async fn old_copies_go_when_a_new_one_comes() {
    let sshd = Sshd::start();
    let run = run();
    run.connector
        .open(&sshd.target())
        .await
        .unwrap()
        .close()
        .await;
    let file = cached(&sshd.home());
    let old = file.with_file_name("0".repeat(64));
    let young = file.with_file_name("1".repeat(64));
    fs::write(&young, "young").unwrap();
    let long_ago = std::time::SystemTime::now() - Duration::from_hours(24 * 32);
    fs::File::create(&old)
        .unwrap()
        .set_modified(long_ago)
        .unwrap();
    fs::remove_file(&file).unwrap();
    run.connector
        .open(&sshd.target())
        .await
        .unwrap()
        .close()
        .await;
    assert!(!old.exists() && young.exists() && file.exists());
}

#[tokio::test]
async fn the_program_is_the_right_one_however_often_it_is_swapped() {
    let sshd = Sshd::start();
    let run = run();
    run.connector
        .open(&sshd.target())
        .await
        .unwrap()
        .close()
        .await;
    let file = cached(&sshd.home());
    let evil = file.with_file_name("evil");
    // Same account, other size: what is run was looked at by name, owner, mode and size.
    for _ in 0..5 {
        write_program(
            &evil,
            "#!/bin/sh\necho 'test node, protocol 1'\necho evil\n",
        );
        fs::rename(&evil, &file).unwrap();
        let mut link = run.connector.open(&sshd.target()).await.unwrap();
        assert_ne!(user_of(&mut link).await, "evil");
        link.close().await;
    }
}

#[tokio::test]
async fn a_host_is_clean_again() {
    let sshd = Sshd::start();
    let run = run();
    let target = sshd.target();
    run.connector.open(&target).await.unwrap().close().await;
    let folder = sshd.home().join(".cache/hostwright");
    let journal = sshd.home().join(".local/state/hostwright");
    fs::create_dir_all(&journal).unwrap();
    assert!(folder.exists());
    let cleaned = run.connector.clean(&target, Journal::Keep).await.unwrap();
    assert!(cleaned.gone.contains(&folder.display().to_string()));
    assert_eq!(cleaned.kept, [""; 0]);
    assert!(!folder.exists() && journal.exists());
}

#[tokio::test]
async fn the_journal_goes_only_when_that_is_asked() {
    let Some(hosts) = Hosts::start(1) else { return };
    let host = &hosts.all()[0];
    let run = run();
    let target = as_root(&hosts, 0);
    host.shell("mkdir -p /var/lib/hostwright/journal");
    let cleaned = run.connector.clean(&target, Journal::Keep).await.unwrap();
    assert_eq!(cleaned, Cleaned::default());
    let cleaned = run.connector.clean(&target, Journal::Remove).await.unwrap();
    assert_eq!(cleaned.gone, ["/var/lib/hostwright"]);
    host.shell("test ! -e /var/lib/hostwright");
}

#[tokio::test]
async fn a_home_with_an_odd_name_is_only_a_name() {
    let sshd = Sshd::start();
    let odd = sshd.path("a b'c\"d$(touch canary);`touch canary`*");
    fs::create_dir(&odd).unwrap();
    fs::write(sshd.path("where"), odd.as_os_str().as_encoded_bytes()).unwrap();
    let odd_sshd = Sshd::with(&format!(
        "ForceCommand HOME=$(cat {}); cd; eval \"$SSH_ORIGINAL_COMMAND\"",
        sshd.path("where").display()
    ));
    let run = run();
    for _ in 0..2 {
        let mut link = run.connector.open(&odd_sshd.target()).await.unwrap();
        user_of(&mut link).await;
        link.close().await;
        cached(&odd);
    }
    assert!(!odd.join("canary").exists());
}

#[tokio::test]
async fn no_copy_can_be_read_or_replaced_by_others() {
    let Some(hosts) = Hosts::start(1) else { return };
    let run = run();
    for wanted in ["root", "guest"] {
        let mut target = as_root(&hosts, 0);
        if let Transport::Ssh(ssh) = &mut target.transport {
            ssh.user = Some("deploy".to_owned());
        }
        target.escalation = Some(Become {
            method: Method::Sudo,
            user: wanted.to_owned(),
            executable: None,
            flags: None,
            password: None,
        });
        let mut link = run.connector.open(&target).await.unwrap();
        assert_eq!(user_of(&mut link).await, wanted);
        link.close().await;
    }
    let open = "find /root /home /tmp /var/tmp -path \"*hostwright/*\" -type f -size -9 -newer /run/sshd/pid \
        -perm /077 2>/dev/null";
    assert_eq!(hosts.all()[0].shell(&format!("{open}; true")), "");
    let name = "ls /root/.cache/hostwright /home/guest/.cache/hostwright | grep -c ^[0-9a-f]";
    assert_eq!(hosts.all()[0].shell(name).trim(), "2");
}
