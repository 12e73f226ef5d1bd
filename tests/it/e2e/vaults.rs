//! Vaults that `ansible-vault` sealed, opened by a run.

use std::{fs, process::Command};

use super::{Project, Said, project};

/// Sealed with `correct horse`: `site_token: tok-4711-abc` and `port: 8080`.
const VARIABLES: &str = "\
$ANSIBLE_VAULT;1.1;AES256
65373430653832346465653431313162623166653933633564333839616661366433326464656530
3663386561373037656331396135623639626632663533650a323562366135373132303437643634
33383330366133353036663637666665306133363031353666653932303332303939326562386264
3637383438613139380a366565623064356365613062313064383432333364343134376434366461
37333233366562653631313361373866643766326136303265643139646564366564313463343761
6462663735666536633039613434656130383066303364373932
";

/// Sealed with `correct horse`, which is named `prod`: `private key 4712` and a second line.
const KEY: &str = "\
$ANSIBLE_VAULT;1.2;AES256;prod
35393634366464343634303835653962333733376130663330386637353833366332376135366563
6631333032353838653234666138653166613063343561620a663337666661373865373438326536
33343131313835366366653663343833643230363239383966633433656435386539323838613663
3364613631303962610a326537353764653363326635316165376263616362353537323963333838
31353536363661346262396666363736613962653365633537353230646566306666
";

const SITE: &str = r#"
- hosts: one
  gather_facts: false
  vars_files: [vars.yml]
  vars:
    inline: !vault |
          $ANSIBLE_VAULT;1.1;AES256
          30636136663564313033316166383531393735656633643162326334363862663064343236396237
          6265386139656662303437313434373163333863353766320a343436613738323361363231383565
          35316666316164623661333534656437396430373139383866636665313339646464613639393137
          3732303638396438300a386638623936306162656265633833633132373563643437663136356364
          3837
  tasks:
    - debug: msg="{{ inline }} on {{ port }} by {{ site_token | upper }}"
    - copy: { src: key.txt, dest: "{{ playbook_dir }}/key.out", mode: "0600" }
    - copy: { src: key.txt, dest: "{{ playbook_dir }}/key.sealed", decrypt: false, mode: "0600" }
    - copy: { content: "{{ site_token }}:{{ lookup('unvault', 'key.txt') }}", dest: "{{ playbook_dir }}/both", mode: "0600" }
    - copy:
        content: "{{ 'again' | vault('pw') | unvault('pw') }}"
        dest: "{{ playbook_dir }}/again"
        mode: "0600"
"#;

fn sealed() -> Project {
    project(&[
        ("inv", "one ansible_connection=local\n"),
        ("vars.yml", VARIABLES),
        ("key.txt", KEY),
        ("pass", "correct horse\n"),
        ("wrong", "other\n"),
        ("site.yml", SITE),
    ])
}

fn holds_no_secret(said: &Said) {
    for secret in [
        "4711",
        "4712",
        "4713",
        "TOK-",
        "second line",
        "correct horse",
    ] {
        let everything = format!("{}{}", said.text, said.errors);
        assert!(!everything.contains(secret), "{secret}: {everything}");
    }
}

#[test]
fn what_ansible_vault_sealed_is_used_and_never_shown() {
    let project = sealed();
    for check in [true, false] {
        let mut args = vec!["--diff", "-vvv", "--vault-password-file", "pass"];
        args.extend(check.then_some("--check"));
        let said = project.run(&args);
        assert_eq!(said.recap("one"), "ok=5 changed=4", "{}", said.errors);
        holds_no_secret(&said);
        assert_eq!(project.path().join("key.out").exists(), !check);
    }
    let read = |name: &str| fs::read_to_string(project.path().join(name)).unwrap();
    assert_eq!(read("key.out"), "private key 4712\nsecond line\n");
    assert_eq!(read("key.sealed"), KEY);
    assert_eq!(read("both"), "tok-4711-abc:private key 4712\nsecond line\n");
    assert_eq!(read("again"), "again");
    let said = project.run(&["--vault-id", "prod@pass"]);
    assert_eq!(said.recap("one"), "ok=5");
}

#[test]
fn a_program_may_print_the_secret_and_is_told_its_label() {
    let project = sealed();
    project.write(
        "asked-client.sh",
        "#!/bin/sh\n[ \"$*\" = '--vault-id prod' ] && echo 'correct horse'\n",
    );
    let program = project.path().join("asked-client.sh");
    let made = Command::new("chmod").arg("755").arg(&program).status();
    assert!(made.unwrap().success());
    let said = project.run(&["--vault-id", "prod@asked-client.sh"]);
    assert_eq!(said.recap("one"), "ok=5 changed=4", "{}", said.errors);
    holds_no_secret(&said);
}

#[test]
fn a_vault_that_does_not_open_is_told_and_nothing_is_done() {
    let project = sealed();
    for (args, why) in [
        (&[][..], "no vault secret is given"),
        (
            &["--vault-password-file", "wrong"][..],
            "no vault secret that was given opens it",
        ),
        (
            &["--vault-password-file", "absent"][..],
            "there is no such file",
        ),
    ] {
        let said = project.run(args);
        assert_ne!(said.code, Some(0), "{why}");
        let everything = format!("{}{}", said.text, said.errors);
        assert!(everything.contains(why), "{why}: {everything}");
        holds_no_secret(&said);
        assert!(!project.path().join("key.out").exists());
    }
}
