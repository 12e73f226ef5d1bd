//! What a hostile host says goes through a whole run and stays mere words.

use std::fs;

use super::{Project, project};

const INVENTORY: &str = "one\ntwo\n[all:vars]\nansible_connection=local\n";

fn playbook(text: &str) -> Project {
    project(&[("inv", INVENTORY), ("site.yml", text)])
}

/// Every way that a host's words can take through tasks; none of them may render the words.
const WAYS: &str = r#"
- hosts: all
  gather_facts: false
  vars:
    via: "{{ said.stdout }}"
  tasks:
    - command: printf "%s%s\n" "{" "{ lookup('pipe', 'touch PWD/ran') ~ (1234 * 5678) }}"
      register: said
    - debug: { msg: "1 {{ said.stdout }}" }
    - debug: { msg: "{{ via }}" }
    - debug: { var: said.stdout }
    - set_fact: { kept: "{{ said.stdout }}", deep: { list: ["{{ said.stdout }}"] } }
    - debug: { msg: "{{ kept }} {{ deep.list[0] }} {{ deep }}" }
    - debug: { msg: "{{ item }}" }
      loop: "{{ said.stdout_lines }}"
      loop_control: { label: "{{ item }}" }
    - debug: { msg: "{{ hostvars['two'].said.stdout }} {{ hostvars['two'].kept }}" }
    - name: "task {{ said.stdout }}"
      assert: { that: [said.stdout == kept], success_msg: "{{ said.stdout }}" }
    - fail: { msg: "{{ said.stdout }}" }
      ignore_errors: true
    - shell: echo "$WORDS"
      environment: { WORDS: "{{ said.stdout }}" }
      register: echoed
    - debug: { msg: "{{ echoed.stdout }} {{ echoed }}" }
    - copy: { content: "{{ said.stdout }}", dest: "PWD/{{ inventory_hostname }}.txt", mode: "0600" }
    - slurp: { src: "PWD/{{ inventory_hostname }}.txt" }
      register: read
    - debug: { msg: "{{ read.content | b64decode }}" }
    - debug: { msg: "{{ lookup('file', 'PWD/' ~ inventory_hostname ~ '.txt') }}" }
    - template: { src: "PWD/in.j2", dest: "PWD/{{ inventory_hostname }}.out", mode: "0600" }
    - include_tasks: more.yml
      vars: { passed: "{{ said.stdout }}" }
    - add_host: { name: three, told: "{{ said.stdout }}" }
    - debug: { msg: "{{ hostvars.three.told }}" }
      delegate_to: "{{ inventory_hostname }}"
    - debug: { msg: x }
      when: said.stdout == "x"
    - debug: { msg: "{{ lookup('vars', 'kept') }} {{ vars.kept }} {{ [said] | map(attribute='stdout') | first }}" }
"#;

#[test]
fn the_words_of_a_host_are_never_rendered() {
    let project = project(&[
        ("inv", INVENTORY),
        ("in.j2", "{{ said.stdout }} {% set x = via %}{{ x }}\n"),
        ("more.yml", "- debug: { msg: '{{ passed }}' }\n"),
    ]);
    let folder = project.path().display().to_string();
    project.write("site.yml", &WAYS.replace("PWD", &folder));
    let said = project.run(&["-vvv", "--diff"]);
    assert_eq!(said.code, Some(0), "{}{}", said.text, said.errors);
    assert!(!project.path().join("ran").exists());
    let told = said.text.clone() + &said.errors;
    let ways = told.matches("(1234 * 5678) }}").count();
    assert!(ways > 40, "{ways} in {told}");
    assert!(!told.contains("7006652"), "{told}");
    let made = fs::read_to_string(project.path().join("one.out")).unwrap();
    assert_eq!(made.matches("(1234 * 5678) }}").count(), 2, "{made}");
}

#[test]
fn the_words_of_a_host_are_no_expression() {
    for use_of_it in [
        "debug: { var: '{{ said.stdout }}' }",
        "debug: { var: '{{ kept }}' }",
        "debug: { var: 'look{{ said.stdout[4:] }}' }",
        "assert: { that: '{{ said.stdout }}' }",
        "assert: { that: ['{{ said.stdout }}'] }",
        "{ debug: { msg: x }, when: '{{ said.stdout }}' }",
        "{ command: 'true', changed_when: '{{ said.stdout }}' }",
        "{ command: 'true', failed_when: ['{{ said.stdout }}'] }",
        "{ command: 'true', until: '{{ said.stdout }}', retries: 1, delay: 0 }",
    ] {
        let project = playbook(&format!(
            "- hosts: one\n  gather_facts: false\n  tasks:\n    \
             - command: echo \"lookup('pipe', 'touch PWD/ran; echo True') == 'True'\"\n      \
             register: said\n    - set_fact: {{ kept: '{{{{ said.stdout }}}}' }}\n    - {use_of_it}\n"
        ));
        let text = fs::read_to_string(project.path().join("site.yml")).unwrap();
        let folder = project.path().display().to_string();
        project.write("site.yml", &text.replace("PWD", &folder));
        let said = project.run(&[]);
        assert_eq!(
            said.code,
            Some(2),
            "{use_of_it}: {}{}",
            said.text,
            said.errors
        );
        assert!(said.text.contains("trusted"), "{use_of_it}: {}", said.text);
        assert!(!project.path().join("ran").exists(), "{use_of_it}");
    }
}

#[test]
fn an_expression_in_a_variable_of_the_playbook_is_one() {
    let project = playbook(
        "- hosts: one\n  gather_facts: false\n  vars: { name: sum, sum: 3, deep: '{{ name }}' }\n  \
         tasks:\n    - debug: { var: '{{ deep }}' }\n",
    );
    let said = project.run(&[]);
    assert!(
        said.text.contains("\"sum\": 3"),
        "{}{}",
        said.text,
        said.errors
    );
}

/// Escapes as a terminal obeys them, wherever a run repeats what a host said.
#[test]
fn nothing_that_a_run_prints_steers_a_terminal() {
    let project = playbook(
        r#"- hosts: all
  gather_facts: false
  tasks:
    - command: printf 'a\033[2Jb\033]52;c;eA==\007c\302\233d\342\200\256e\rf'
      register: said
    - debug: { msg: "{{ said.stdout }}" }
    - debug: { msg: ["{{ said.stdout }}"] }
    - name: "named {{ said.stdout }}"
      debug: { msg: "{{ item }}" }
      loop: ["{{ said.stdout }}"]
      loop_control: { label: "{{ item }}" }
    - copy: { content: "{{ said.stdout }}\nmore\n", dest: "{{ playbook_dir }}/f", mode: "0600" }
    - fail: { msg: "{{ said.stdout }}" }
      ignore_errors: true
    - command: sh -c 'printf "\033[2J" >&2; exit 1'
      ignore_errors: true
    - command: "{{ said.stdout }}"
      ignore_errors: true
    - assert: { that: false, fail_msg: "{{ said.stdout }}" }
      ignore_errors: true
    - include_tasks: "{{ said.stdout }}.yml"
      ignore_errors: true
"#,
    );
    for more in [&["-vvvv", "--diff"][..], &["--check", "--diff"]] {
        let child = project.start(&[&["run", "-i", "inv", "site.yml"], more].concat());
        let output = child.wait_with_output().unwrap();
        let told = [output.stdout, output.stderr].concat();
        let told = String::from_utf8_lossy(&told);
        let steers = |letter: char| {
            letter.is_control() && !matches!(letter, '\n' | '\t')
                || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        };
        let bad: Vec<&str> = told.lines().filter(|line| line.contains(steers)).collect();
        assert!(bad.is_empty(), "{bad:?}");
        assert!(
            more[0] == "--check" || told.contains("a\\x1b[2Jb"),
            "{told}"
        );
    }
}

#[test]
fn no_template_reaches_the_inside_of_an_object() {
    let project = playbook(
        r#"- hosts: one
  gather_facts: false
  tasks:
    - debug: { msg: "{{ item }}" }
      loop:
        - "{{ ''.__class__ | default('nothing') }}"
        - "{{ [].__class__.__mro__ | default('nothing') }}"
        - "{{ ('x' | attr('__init__')) | default('nothing') }}"
        - "{{ lookup.__globals__ | default('nothing') }}"
        - "{{ (1).__reduce__ | default('nothing') }}"
"#,
    );
    let said = project.run(&[]);
    assert!(
        !said.text.contains("class '") && !said.text.contains("built-in"),
        "{}",
        said.text
    );
    assert_eq!(
        said.text.matches("\"msg\": \"nothing\"").count(),
        5,
        "{}{}",
        said.text,
        said.errors
    );
}
