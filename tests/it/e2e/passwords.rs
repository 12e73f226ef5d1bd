//! Passwords that the control side makes and keeps.

use std::{fs, os::unix::fs::PermissionsExt as _};

use super::project;

const PLAY: &str = r#"
- hosts: all
  gather_facts: false
  vars:
    made: "{{ lookup('password', 'kept/' ~ inventory_hostname ~ ' length=12 chars=digits') }}"
    hash: "{{ lookup('password', 'kept/shared encrypt=sha512_crypt') }}"
  tasks:
    - debug: msg="{{ made }} {{ made == made }} {{ hash == lookup('password', 'kept/shared', encrypt='sha512_crypt') }}"
      register: said
    - assert:
        that: said.msg is match('[0-9]{12} True True$')
"#;

#[test]
fn a_password_is_made_once_and_kept_for_its_owner() {
    let project = project(&[
        (
            "inv",
            "one ansible_connection=local\ntwo ansible_connection=local\n",
        ),
        ("site.yml", PLAY),
    ]);
    let kept = |name: &str| project.path().join("kept").join(name);
    let rehearsed = project.run(&["--check"]);
    let told = format!("{}{}", rehearsed.text, rehearsed.errors);
    assert!(told.contains("is made in the run"), "{told}");
    assert!(!kept("").exists(), "{told}");

    project.run(&[]).ends_with(0);
    let first = fs::read_to_string(kept("one")).unwrap();
    assert_eq!(first.len(), 13, "{first}");
    assert_ne!(first, fs::read_to_string(kept("two")).unwrap());
    let shared = fs::read_to_string(kept("shared")).unwrap();
    assert!(shared.contains(" salt="), "{shared}");
    let mode = |name: &str| fs::metadata(kept(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(""), mode("one")), (0o700, 0o600));
    assert_eq!(fs::read_dir(kept("")).unwrap().count(), 3);

    for args in [&[][..], &["--check"]] {
        let again = project.run(args);
        again.ends_with(0);
        assert!(again.text.contains(first.trim()), "{}", again.text);
    }
    assert_eq!(fs::read_to_string(kept("shared")).unwrap(), shared);
}
