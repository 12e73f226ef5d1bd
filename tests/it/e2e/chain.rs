//! Tasks that build on each other are foretold as they will be.

use super::{Project, project};
use crate::{
    archives::{FILE, zip, zipped},
    hosts::{Host, Hosts, differences},
};

/// Each task needs what one before it has made.
const CHAIN: &str = r#"
- hosts: hosts
  gather_facts: false
  vars: { d: /srv/chain }
  tasks:
    - name: a folder
      file: { path: "{{ d }}/ext", state: directory }
    - name: an archive into it
      unarchive: { src: ext.zip, dest: "{{ d }}/ext" }
    - name: a file beside what was unpacked
      copy: { content: "a=1\n", dest: "{{ d }}/ext/c.conf", mode: "0644" }
    - name: a line more in it
      lineinfile: { path: "{{ d }}/ext/c.conf", line: "b=2" }
    - name: another line in it
      replace: { path: "{{ d }}/ext/c.conf", regexp: a, replace: z }
    - name: a look at it
      stat: { path: "{{ d }}/ext/c.conf" }
      register: st
    - debug: msg="exists={{ st.stat.exists }} size={{ st.stat.size }} sum={{ st.stat.checksum }}"
    - name: its mode
      file: { path: "{{ d }}/ext/c.conf", mode: "0600" }
    - name: a copy of what was unpacked
      copy: { remote_src: true, src: "{{ d }}/ext/Map.pm", dest: "{{ d }}/Map.pm" }
    - name: its text
      slurp: { src: "{{ d }}/Map.pm" }
      register: text
    - debug: msg="{{ text.content | b64decode }}"
    - name: all that is there
      find: { paths: "{{ d }}", recurse: true }
      register: all
    - debug: msg="{{ all.files | map(attribute='path') | sort }}"
    - name: a link to it
      file: { src: Map.pm, path: "{{ d }}/link", state: link }
    - name: the way through the link
      stat: { path: "{{ d }}/link", follow: true }
      register: through
    - debug: msg="{{ through.stat.isreg }} {{ through.stat.size }}"
    - name: nothing left of the folder
      file: { path: "{{ d }}/ext", state: absent }
    - name: the file that went with it
      stat: { path: "{{ d }}/ext/c.conf" }
      register: gone
    - debug: msg="{{ 'gone' if not gone.stat.exists else 'there' }}"
      when: not gone.stat.exists
"#;

/// What a program says is the one thing that only the run can tell.
const TALKING: &str = r#"
- hosts: hosts
  gather_facts: false
  vars: { d: /srv/talk }
  tasks:
    - file: { path: "{{ d }}", state: directory }
    - copy: { content: "z=1\n", dest: "{{ d }}/c.conf", mode: "0644" }
    - shell: wc -c <{{ d }}/c.conf
      register: c
    - debug: msg="{{ c.stdout }}"
    - debug: msg="{{ 'it ran' if c is changed }} {{ c.rc }}"
"#;

fn on(hosts: &Hosts, playbook: &str) -> Project {
    let project = project(&[("inv", &hosts.inventory("root")), ("site.yml", playbook)]);
    let ext = zip(&[
        zipped("Map.pm", FILE | 0o644, "package Map;\n\n1;\n"),
        zipped("agent/Unix/Ext.pm", FILE | 0o755, "package Ext;\n\n1;\n"),
    ]);
    std::fs::write(project.path().join("ext.zip"), ext).unwrap();
    project
}

#[test]
fn a_chain_of_tasks_says_in_a_check_what_it_says_in_the_run() {
    let Some(hosts) = Hosts::start(2) else { return };
    let project = on(&hosts, CHAIN);
    let before: Vec<_> = hosts.all().iter().map(Host::disk).collect();
    let foretold = project.run(&["--check", "--diff"]);
    foretold.ends_with(0);
    for (host, before) in hosts.all().iter().zip(&before) {
        assert_eq!(differences(before, &host.disk()), [""; 0]);
    }
    let done = project.run(&["--diff"]);
    done.ends_with(0);
    assert_eq!(done.recap("h1"), "ok=19 changed=9");
    assert_eq!(foretold.text.replace(" [CHECK MODE]", ""), done.text);
    assert!(!done.text.contains("unknown"), "{}", done.text);
    for host in hosts.all() {
        let left = host.shell("cd /srv/chain && ls -A && readlink link");
        assert_eq!(left, "Map.pm\nlink\nMap.pm\n");
    }
}

#[test]
fn what_a_program_would_say_is_unknown_and_never_made_up() {
    let Some(hosts) = Hosts::start(1) else { return };
    let project = on(&hosts, TALKING);
    let foretold = project.run(&["--check"]);
    foretold.ends_with(0);
    assert!(
        foretold.text.contains("unknown: [h1] => "),
        "{}",
        foretold.text
    );
    assert_eq!(foretold.recap("h1"), "ok=4 changed=3 unknown=1");
    let done = project.run(&[]);
    done.ends_with(0);
    assert_eq!(done.recap("h1"), "ok=5 changed=3");
    for said in [&foretold.text, &done.text] {
        assert!(said.contains("\"msg\": \"it ran 0\""), "{said}");
    }
    assert!(done.text.contains("\"msg\": \"4\""));
}
