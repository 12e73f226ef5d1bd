//! A host's words lead to no files of the control side but those of the playbook.

use std::fs;

use super::{Project, Said, project};
use crate::hosts::Hosts;

/// Each way to a file of the control side, with a name that the host said.
const WAYS: &[(&str, &str)] = &[
    ("copy", "copy: { src: '{{ said.stdout }}', dest: /tmp/got }"),
    (
        "part",
        "copy: { src: 'x/../{{ said.stdout }}', dest: /tmp/got }",
    ),
    (
        "link",
        "copy: { src: 'out/{{ said.stdout | basename }}', dest: /tmp/got }",
    ),
    (
        "template",
        "template: { src: '{{ said.stdout }}', dest: /tmp/got }",
    ),
    ("inner", "template: { src: includes.j2, dest: /tmp/got }"),
    (
        "unarchive",
        "unarchive: { src: '{{ said.stdout }}', dest: /tmp }",
    ),
    ("script", "script: '{{ said.stdout }} now'"),
    ("include_vars", "include_vars: '{{ said.stdout }}'"),
    (
        "dir",
        "include_vars: { dir: '{{ said.stdout | dirname }}' }",
    ),
    ("include_tasks", "include_tasks: '{{ said.stdout }}'"),
    (
        "include_role",
        "include_role: { name: '{{ said.stdout | dirname }}' }",
    ),
    (
        "file",
        "debug: { msg: \"{{ lookup('file', said.stdout) }}\" }",
    ),
    (
        "unvault",
        "debug: { msg: \"{{ lookup('unvault', said.stdout) }}\" }",
    ),
    (
        "lookup template",
        "debug: { msg: \"{{ lookup('template', said.stdout) }}\" }",
    ),
    (
        "csvfile",
        "debug: { msg: \"{{ lookup('csvfile', 'a', file=said.stdout) }}\" }",
    ),
    (
        "ini",
        "debug: { msg: \"{{ lookup('ini', 'a file=' ~ said.stdout) }}\" }",
    ),
    (
        "fileglob",
        "copy: { src: \"{{ lookup('fileglob', said.stdout ~ '*') }}\", dest: /tmp/got }",
    ),
    (
        "first_found",
        "include_vars: \"{{ lookup('first_found', {'files': ['no', said.stdout]}) }}\"",
    ),
    (
        "json",
        "copy: { src: \"{{ (json.stdout | from_json).keys() | first }}\", dest: /tmp/got }",
    ),
    (
        "kept",
        "copy: { src: '{{ kept.deep[0] }}', dest: /tmp/got }",
    ),
    (
        "fact",
        "copy: { src: '{{ ansible_local.path }}', dest: /tmp/got }",
    ),
    (
        "hostvars",
        "copy: { src: \"{{ hostvars['h1'].said.stdout }}\", dest: /tmp/got }",
    ),
];

fn asked(folder: &str) -> String {
    let mut tasks = String::new();
    for (name, way) in WAYS {
        tasks += &format!("    - name: {name}\n      {way}\n      ignore_errors: true\n");
    }
    format!(
        "- hosts: hosts
  tasks:
    - command: echo {folder}/secret/words.yml
      register: said
    - command: echo '{{\"{folder}/secret/words.yml\":1}}'
      register: json
    - set_fact: {{ kept: {{ deep: ['{{{{ said.stdout }}}}'] }} }}
{tasks}"
    )
}

fn files(hosts: &Hosts) -> (Project, String) {
    let outside = project(&[("secret/words.yml", "password: hunter2hunter2\n")]);
    let folder = outside.path().display().to_string();
    fs::remove_dir(outside.path().join("home")).unwrap();
    hosts.all()[0].shell(&format!(
        "mkdir -p /etc/ansible/facts.d && echo '\"{folder}/secret/words.yml\"' > /etc/ansible/facts.d/path.fact"
    ));
    (outside, folder)
}

fn on(hosts: &Hosts, playbook: &str) -> Project {
    let project = project(&[
        ("inv/hosts", &hosts.inventory("root")),
        ("site.yml", playbook),
        ("templates/includes.j2", "{% include said.stdout %}"),
        ("files/x/y", ""),
    ]);
    project.write("inv/group_vars/all.yml", "hostwright_trusted_folders: []\n");
    project
}

fn told(said: &Said) -> String {
    said.text.clone() + &said.errors
}

#[test]
fn a_host_leads_to_no_file_outside_the_playbook() {
    let Some(hosts) = Hosts::start(1) else { return };
    let (_outside, folder) = files(&hosts);
    let project = on(&hosts, &asked(&folder));
    std::os::unix::fs::symlink(format!("{folder}/secret"), project.path().join("files/out"))
        .unwrap();
    let said = project.run(&["-vvv"]);
    let told = told(&said);
    assert!(!told.contains("hunter2"), "{told}");
    assert_eq!(
        said.recap("h1"),
        format!("ok={} changed=2 ignored={}", WAYS.len() + 4, WAYS.len()),
        "{told}"
    );
    let refused = told.matches("outside the folders of the playbook").count();
    assert!(refused >= WAYS.len(), "{refused}: {told}");
    assert!(told.contains("a host had a say in it (`said`)"), "{told}");
    assert!(
        told.contains("a host had a say in it (`ansible_local`)"),
        "{told}"
    );
    assert!(told.contains("hostwright_trusted_folders"), "{told}");

    // A person may list the folder; what a host says of it does not count.
    let listed = format!("hostwright_trusted_folders: ['{folder}/secret']\n");
    project.write("inv/group_vars/all.yml", &listed);
    let said = project.run(&["-e", "x=1"]);
    assert!(said.text.contains("hunter2hunter2"), "{}", said.text);
    assert_eq!(
        hosts.all()[0].shell("cat /tmp/got"),
        "password: hunter2hunter2"
    );
    let own = "\n    - set_fact: { hostwright_trusted_folders: ['{{ said.stdout | dirname }}'] }
    - copy: { src: '{{ said.stdout }}', dest: /tmp/not }\n";
    let start = asked(&folder);
    let start = start.split("    - name: copy").next().unwrap();
    project.write("site.yml", &format!("{start}{own}"));
    let said = project.run(&[]);
    assert_eq!(said.code, Some(2), "{}", said.text);
}

#[test]
fn vars_files_that_a_host_names_stay_within_the_playbook() {
    let Some(hosts) = Hosts::start(1) else { return };
    let (_outside, _) = files(&hosts);
    let project = on(
        &hosts,
        "- hosts: hosts
  vars_files: ['{{ ansible_local.path }}']
  tasks: [{debug: {var: password}}]
",
    );
    let said = project.run(&[]);
    let told = told(&said);
    assert_ne!(said.code, Some(0), "{told}");
    assert!(!told.contains("hunter2"), "{told}");
    assert!(
        told.contains("outside the folders of the playbook"),
        "{told}"
    );
}

#[test]
fn a_host_names_files_of_the_playbook_its_roles_and_inventory() {
    let Some(hosts) = Hosts::start(1) else { return };
    let playbook = "
- hosts: hosts
  vars_files: ['{{ ansible_system }}.yml']
  roles: [one]
  tasks:
    - copy: { src: '{{ ansible_hostname }}/x.conf', dest: /tmp/x }
    - template: { src: '{{ ansible_system }}.j2', dest: /tmp/y }
    - include_vars: '{{ lookup(\"first_found\", [ansible_system ~ \".yml\", \"no.yml\"]) }}'
    - include_tasks: '{{ ansible_system | lower }}.yml'
    - include_role: { name: '{{ ansible_system | lower }}' }
    - debug: { msg: '{{ lookup(\"file\", inventory_dir ~ \"/\" ~ ansible_system) }}' }
";
    let project = on(&hosts, playbook);
    let name = hosts.all()[0].shell("uname -n");
    for (file, text) in [
        (format!("files/{}/x.conf", name.trim()), "x\n"),
        ("templates/Linux.j2".to_owned(), "{{ kernel }}\n"),
        ("vars/Linux.yml".to_owned(), "kernel: penguin\n"),
        ("Linux.yml".to_owned(), "more: yes\n"),
        ("linux.yml".to_owned(), "- debug: msg=included\n"),
        ("inv/Linux".to_owned(), ""),
        (
            "roles/linux/tasks/main.yml".to_owned(),
            "- include_vars: '{{ ansible_system }}.yml'\n- debug: var=inner\n",
        ),
        ("roles/linux/vars/Linux.yml".to_owned(), "inner: 1\n"),
        (
            "roles/one/tasks/main.yml".to_owned(),
            "- include_tasks: '{{ ansible_system }}.yml'\n",
        ),
        (
            "roles/one/tasks/Linux.yml".to_owned(),
            "- debug: msg=of-role\n",
        ),
    ] {
        project.write(&file, text);
    }
    let said = project.run(&[]);
    assert_eq!(said.code, Some(0), "{}", told(&said));
}

#[test]
fn what_this_machine_says_is_its_own() {
    let project = project(&[
        ("inv", "localhost ansible_connection=local\n"),
        (
            "site.yml",
            "- hosts: localhost
  tasks:
    - tempfile: { state: file }
      register: made
    - copy: { src: '{{ made.path }}', dest: '{{ ansible_env.HOME }}/copy' }
    - file: { path: '{{ made.path }}', state: absent }
",
        ),
    ]);
    let said = project.run(&[]);
    assert_eq!(said.code, Some(0), "{}", told(&said));
}
