//! Batches and their hosts, and what the command line chooses, as Ansible has it.

use super::project;

const INVENTORY: &str = "[web]\nh1\nh2\nh3\n[db]\nh4\nh5\n[all:vars]\nansible_connection=local\n";

/// The lines that tell of plays and what was said, in order.
fn told(text: &str) -> Vec<String> {
    let lines = text.lines().map(str::trim);
    let told = lines.filter(|line| line.starts_with("PLAY [") || line.starts_with("\"msg\": "));
    told.map(|line| line.trim_end_matches(['*', ' ']).to_owned())
        .collect()
}

#[test]
fn a_host_that_an_earlier_play_lost_keeps_its_place_in_a_batch() {
    let lists = "{{ ansible_play_batch }} {{ ansible_play_hosts }} {{ ansible_play_hosts_all }}";
    let playbook = format!(
        "
- hosts: web,db
  gather_facts: false
  tasks:
    - fail: msg=x
      when: inventory_hostname in ['h1', 'h2', 'h4']
- hosts: h1
  gather_facts: false
  tasks: [ping: ]
- hosts: web,db
  gather_facts: false
  serial: 2
  tasks:
    - debug: msg=\"{lists}\"
- hosts: web,db
  gather_facts: false
  order: reverse_sorted
  tasks:
    - debug: msg=\"{lists}\"
      run_once: true
"
    );
    let project = project(&[("inv", INVENTORY), ("site.yml", &playbook)]);
    let said = project.run(&[]);
    said.ends_with(2);
    assert!(!said.text.contains("no hosts matched"), "{}", said.text);
    let all = "['h1', 'h2', 'h3', 'h4', 'h5']";
    assert_eq!(
        told(&said.text),
        [
            "PLAY [web,db]",
            "PLAY [h1]",
            "PLAY [web,db]",
            "PLAY [web,db]",
            &format!("\"msg\": \"['h3'] ['h3', 'h5'] {all}\""),
            "PLAY [web,db]",
            &format!("\"msg\": \"['h5'] ['h3', 'h5'] {all}\""),
            "PLAY [web,db]",
            &format!("\"msg\": \"['h5', 'h3'] ['h3', 'h5'] {all}\""),
        ]
    );
}

#[test]
fn a_batch_does_not_know_the_hosts_that_the_one_before_lost() {
    let playbook = "
- hosts: h5,h1,h4,h2
  gather_facts: false
  serial: 2
  max_fail_percentage: 50
  tasks:
    - fail: msg=x
      when: inventory_hostname == 'h1'
    - debug: msg=\"{{ ansible_play_hosts }}\"
      run_once: true
";
    let said = project(&[("inv", INVENTORY), ("site.yml", playbook)]).run(&[]);
    said.ends_with(2);
    let msgs: Vec<String> = told(&said.text)
        .into_iter()
        .filter(|line| line.starts_with('"'))
        .collect();
    // A list alone is shown as one.
    assert_eq!(msgs, ["\"msg\": [", "\"msg\": ["]);
    assert_eq!(said.text.matches("\"h1\"").count(), 0, "{}", said.text);
    assert_eq!(said.text.matches("\"h5\"").count(), 2, "{}", said.text);
}

#[test]
fn vars_at_a_role_hold_for_that_role_alone() {
    let playbook = "
- hosts: h1
  gather_facts: false
  roles:
    - { role: r, vars: { x: 1 } }
    - { role: r, y: 1 }
  tasks:
    - import_role: { name: r }
      vars: { x: 2 }
    - include_role: { name: r, public: true }
      vars: { x: 3 }
    - include_role: { name: r }
    - debug: msg=\"after {{ x | default('none') }} {{ of_vars }}\"
";
    let project = project(&[("inv", INVENTORY), ("site.yml", playbook)]);
    project.write(
        "roles/r/tasks/main.yml",
        "- debug: msg=\"in {{ x | default('none') }}\"\n",
    );
    project.write("roles/r/vars/main.yml", "of_vars: exported\n");
    let said = project.run(&[]);
    said.ends_with(0);
    let words = [
        "in 1",
        "in none",
        "in 2",
        "in 3",
        "in none",
        "after none exported",
    ];
    let wanted = words.map(|words| format!("\"msg\": \"{words}\""));
    assert_eq!(told(&said.text)[1..], wanted);
}

#[test]
fn what_was_out_of_reach_and_passed_over_counts_as_ignored() {
    let playbook = "
- hosts: h1
  gather_facts: false
  tasks:
    - ping:
      ignore_unreachable: true
      vars: { ansible_connection: ssh, ansible_ssh_executable: /bin/false }
    - ping:
";
    let said = project(&[("inv", INVENTORY), ("site.yml", playbook)]).run(&[]);
    said.ends_with(0);
    assert_eq!(said.recap("h1"), "ok=2 ignored=1");
}

#[test]
fn a_pattern_names_the_task_to_start_at() {
    let playbook = "
- hosts: h1
  gather_facts: false
  tasks:
    - debug: msg=one
    - name: start here
      debug: msg=two
    - import_role: { name: r }
";
    let project = project(&[("inv", INVENTORY), ("site.yml", playbook)]);
    project.write(
        "roles/r/tasks/main.yml",
        "- name: deep down\n  debug: msg=three\n",
    );
    let from = |name: &str| -> Vec<String> {
        let said = project.run(&["--start-at-task", name]);
        said.ends_with(0);
        told(&said.text)[1..].to_vec()
    };
    let (two, three) = ("\"msg\": \"two\"", "\"msg\": \"three\"");
    for name in ["start here", "start*", "st?rt [gh]ere"] {
        assert_eq!(from(name), [two, three], "{name}");
    }
    for name in ["deep*", "r : deep down", "r : *"] {
        assert_eq!(from(name), [three], "{name}");
    }
    assert_eq!(from("nowhere*"), Vec::<String>::new());
}

#[test]
fn a_mere_list_of_tags_names_those_that_never_run() {
    let playbook = "
- hosts: h1
  gather_facts: false
  tasks:
    - debug: msg=one
      tags: a
    - debug: msg=two
      tags: [never, b]
";
    let project = project(&[("inv", INVENTORY), ("site.yml", playbook)]);
    let listed = |args: &[&str]| -> String {
        let said = project.run(args);
        said.ends_with(0);
        let line = said.text.lines().find(|line| line.contains("TASK TAGS"));
        line.unwrap_or_default().trim().to_owned()
    };
    assert_eq!(listed(&["--list-tags"]), "TASK TAGS: [a, b, never]");
    assert_eq!(listed(&["--list-tags", "--tags", "all"]), "TASK TAGS: [a]");
    assert_eq!(
        listed(&["--list-tags", "--skip-tags", "c"]),
        "TASK TAGS: [a]"
    );
}

#[test]
fn only_what_failed_for_good_counts_against_the_percentage() {
    let playbook = "
- hosts: web
  gather_facts: false
  max_fail_percentage: 30
  tasks:
    - block:
        - fail: msg=x
          when: inventory_hostname in ['h1', 'h2']
      rescue:
        - debug: msg=rescued
          run_once: true
    - block:
        - fail: msg=x
          when: inventory_hostname in ['h1', 'h2']
        - debug: msg=block
      always:
        - debug: msg=always
    - debug: msg=after
";
    let said = project(&[("inv", INVENTORY), ("site.yml", playbook)]).run(&[]);
    said.ends_with(2);
    let words = ["rescued", "block", "always", "always", "always", "after"];
    let wanted = words.map(|words| format!("\"msg\": \"{words}\""));
    assert_eq!(told(&said.text)[1..], wanted);
    assert!(!said.text.contains("NO MORE HOSTS LEFT"), "{}", said.text);
}

#[test]
fn an_item_that_includes_nothing_is_told_of() {
    let playbook = "
- hosts: h1
  gather_facts: false
  tasks:
    - include_tasks: inc.yml
      loop: [1, 2, 3]
      when: item != 2
";
    let inc = "- debug: msg=\"in {{ item }}\"\n";
    let project = project(&[("inv", INVENTORY), ("site.yml", playbook), ("inc.yml", inc)]);
    let said = project.run(&[]);
    said.ends_with(0);
    let lines = said.text.lines().map(str::trim_end);
    let told = lines.filter(|line| line.starts_with("skipping") || line.starts_with("included"));
    assert_eq!(
        told.collect::<Vec<_>>(),
        [
            "skipping: [h1] => (item=2)",
            "included: DIR/inc.yml for h1 => (item=1)",
            "included: DIR/inc.yml for h1 => (item=3)",
        ]
    );
    assert_eq!(said.recap("h1"), "ok=4");
}
