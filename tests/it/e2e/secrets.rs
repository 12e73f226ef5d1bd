//! What is shown of secrets, and what is not hidden for their sake.

use super::{Project, Said, project};

const INVENTORY: &str = "one ansible_connection=local\n";

fn tasks(tasks: &str) -> Project {
    let play = format!("- hosts: one\n  gather_facts: false\n  tasks:\n{tasks}");
    project(&[("inv", INVENTORY), ("site.yml", &play)])
}

fn all(said: &Said) -> String {
    format!("{}{}", said.text, said.errors)
}

#[test]
fn words_of_a_hidden_task_are_not_masked_elsewhere() {
    let project = tasks(
        r#"
    - { command: "ls {{ playbook_dir }}/site.yml", no_log: true, register: listed }
    - { name: true is the program, command: "true", no_log: true, register: quiet }
    - { debug: { msg: "ls of {{ playbook_dir }} is true: {{ listed.rc }}" } }
    - { debug: { var: quiet } }
    - { debug: { msg: "start and stop with true" } }
"#,
    );
    let said = project.run(&["-v"]);
    assert!(
        said.text.contains("TASK [true is the program]"),
        "{}",
        said.text
    );
    assert!(
        said.text.contains("\"ls of DIR is true: 0\""),
        "{}",
        said.text
    );
    assert!(
        said.text.contains("\"start and stop with true\""),
        "{}",
        said.text
    );
    assert!(
        !said.text.contains("\"true\""),
        "its words are hidden: {}",
        said.text
    );
}

#[test]
fn what_a_hidden_task_returned_stays_hidden() {
    let project = tasks(
        r#"
    - { command: echo Xk29-qqLm77, no_log: true, register: made }
    - { debug: { var: made } }
    - { debug: { msg: "token {{ made.stdout }}" } }
    - { name: "with {{ made.stdout }}", command: "echo {{ made.stdout }}" }
    - { debug: { msg: "{{ item }}" }, loop: ["{{ made.stdout }}"] }
    - { set_fact: { short: "q7" }, no_log: true }
    - { debug: { msg: "{{ short }}" } }
    - { command: "cat /nowhere/{{ made.stdout }}", ignore_errors: true }
    - block: [{ command: "sh -c 'echo Xk29-qqLm77; exit 1'", no_log: true }]
      rescue: [{ debug: { var: ansible_failed_result } }]
    - { copy: { content: "key={{ made.stdout }}\nplain\n", dest: "{{ playbook_dir }}/key" } }
"#,
    );
    let said = project.run(&["-vvv", "--diff"]);
    let text = all(&said);
    let quoted = text.lines().filter(|line| !line.contains('│'));
    let shown: Vec<&str> = quoted.collect();
    let shown = shown.join("\n");
    for secret in ["Xk29", "\"q7\""] {
        assert!(!shown.contains(secret), "{secret} in {text}");
    }
    assert!(text.contains("+plain"), "{text}");
    assert_eq!(said.recap("one"), "ok=10 changed=4 rescued=1 ignored=1");
}

#[test]
fn a_password_is_masked_wherever_a_host_repeats_it() {
    let project = tasks(
        r#"
    - { debug: { msg: before } }
    - { command: "sh -c 'echo it is Tr0ub4dor; echo VHIwdWI0ZG9y'", changed_when: false, register: said }
    - { debug: { var: said.stdout_lines } }
"#,
    );
    project.write("become", "Tr0ub4dor\n");
    let said = project.run(&["-v", "--become-password-file", "become"]);
    let text = all(&said);
    assert!(
        text.contains("it is ********") && !text.contains("Tr0ub4dor"),
        "{text}"
    );
    assert!(!text.contains("VHIwdWI0ZG9y"), "{text}");
}
