//! Hosts made of namespaces: each with its own root, network and processes.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "a test makes and ends its own hosts, and says why it cannot"
)]

use std::{
    fmt::Write as _,
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Output, Stdio},
    sync::atomic::{AtomicU32, Ordering},
};

use tempfile::TempDir;

const BOOT: &str = include_str!("boot.sh");

/// Some hosts in one network with this machine. They end when this is dropped, or the test is.
pub(crate) struct Hosts {
    list: Vec<Host>,
    /// The files that ssh needs: `id`, `known_hosts`, `ssh_config`.
    folder: TempDir,
    bridge: String,
    /// The password of the user `pw`, for ssh and for sudo; no two tests have the same.
    pub(crate) password: String,
}

/// One host. Users: root; `deploy`, who has no password and needs none for sudo; `pw`, who needs
/// one; `guest`, who may not use sudo and has the password `guest-secret`. All take the key.
pub(crate) struct Host {
    pub(crate) name: String,
    pub(crate) address: String,
    /// PID 1 of the host, as this machine numbers it.
    init: u32,
    outer: Child,
    line: Option<ChildStdin>,
}

impl Hosts {
    /// Starts `count` hosts named `h1`, `h2`, …, or says that it takes root to do so.
    pub(crate) fn start(count: usize) -> Option<Self> {
        if !rustix::process::geteuid().is_root() {
            eprintln!("not run: hosts made of namespaces need root (sshd as the user is tested)");
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        for key in ["id", "host"] {
            let file = folder.path().join(key);
            let file = file.to_str().unwrap();
            succeed("ssh-keygen", &["-q", "-t", "ed25519", "-N", "", "-f", file]);
        }
        sweep();
        let (bridge, net) = bridge();
        let mut started = Self {
            list: Vec::new(),
            folder,
            password: format!("secret-of-{bridge}-{}", std::process::id()),
            bridge,
        };
        for number in 1..=count {
            started.boot(&format!("h{number}"), &format!("{net}.{}", number + 9));
        }
        for at in 0..count {
            started.connect(at);
        }
        started.write_config();
        Some(started)
    }

    pub(crate) fn all(&self) -> &[Host] {
        &self.list
    }

    /// The private key that every user of every host accepts.
    pub(crate) fn key(&self) -> PathBuf {
        self.folder.path().join("id")
    }

    /// Holds the true key of each host.
    pub(crate) fn known_hosts(&self) -> PathBuf {
        self.folder.path().join("known_hosts")
    }

    /// For `ssh -F`: the hosts by name, the key, the known keys.
    pub(crate) fn ssh_config(&self) -> PathBuf {
        self.folder.path().join("ssh_config")
    }

    /// An inventory of all hosts in INI form, for the group `hosts`.
    pub(crate) fn inventory(&self, user: &str) -> String {
        let mut text = String::from("[hosts]\n");
        for host in &self.list {
            let _ = writeln!(text, "{} ansible_host={}", host.name, host.address);
        }
        text + &format!(
            "\n[hosts:vars]\nansible_user={user}\nansible_ssh_common_args=-F {}\n",
            self.ssh_config().display()
        )
    }

    /// Pulls the cable of the host at this position: it falls silent.
    pub(crate) fn cut(&self, at: usize) {
        ip(&["link", "set", &self.cable(at), "down"]);
    }

    fn cable(&self, at: usize) -> String {
        format!("{}v{}", self.bridge, at + 1)
    }

    fn boot(&mut self, name: &str, address: &str) {
        let mut outer = Command::new("unshare")
            .args(["-m", "-p", "-u", "-i", "-n", "--fork", "--kill-child"])
            .args(["sh", "-c", BOOT, "boot"])
            .arg(self.folder.path())
            .args([name, &format!("{address}/24")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(fs::File::create(self.log(name)).unwrap())
            .process_group(0)
            .spawn()
            .unwrap();
        let line = outer.stdin.take();
        self.list.push(Host {
            name: name.to_owned(),
            address: address.to_owned(),
            init: 0,
            outer,
            line,
        });
    }

    fn log(&self, name: &str) -> PathBuf {
        self.folder.path().join(format!("{name}.log"))
    }

    /// Puts the host's end of a cable into it, and waits until it answers.
    fn connect(&mut self, at: usize) {
        let log = self.log(&self.list[at].name);
        let password = format!("{}\n", self.password);
        let host = &mut self.list[at];
        let output = host.outer.stdout.take().unwrap();
        let mut said = BufReader::new(output);
        let mut expect = |word: &str| {
            let mut line = String::new();
            said.read_line(&mut line).unwrap();
            let log = fs::read_to_string(&log).unwrap();
            assert_eq!(line.trim_end(), word, "a test host did not start: {log}");
        };
        expect("born");
        let outer = host.outer.id();
        let children = format!("/proc/{outer}/task/{outer}/children");
        host.init = fs::read_to_string(children)
            .unwrap()
            .split_whitespace()
            .next()
            .unwrap()
            .parse()
            .unwrap();
        let cable = format!("{}v{}", self.bridge, at + 1);
        let init = host.init.to_string();
        ip(&[
            "link", "add", &cable, "type", "veth", "peer", "name", "eth0", "netns", &init,
        ]);
        ip(&["link", "set", &cable, "master", &self.bridge, "up"]);
        host.line
            .as_mut()
            .unwrap()
            .write_all(password.as_bytes())
            .unwrap();
        expect("ready");
    }

    fn write_config(&self) {
        let key = fs::read_to_string(self.folder.path().join("host.pub")).unwrap();
        let mut words = key.split_whitespace();
        let key = format!("{} {}", words.next().unwrap(), words.next().unwrap());
        let mut known = String::new();
        let mut config = format!(
            "Host *\n  IdentityFile {}\n  IdentitiesOnly yes\n  UserKnownHostsFile {}\n  \
             GlobalKnownHostsFile /dev/null\n",
            self.key().display(),
            self.known_hosts().display()
        );
        for Host { name, address, .. } in &self.list {
            let _ = writeln!(known, "{address} {key}");
            let _ = writeln!(config, "Host {name}\n  HostName {address}");
        }
        fs::write(self.known_hosts(), known).unwrap();
        fs::write(self.ssh_config(), config).unwrap();
    }
}

impl Drop for Hosts {
    fn drop(&mut self) {
        self.list.clear();
        let _ = Command::new("ip")
            .args(["link", "del", &self.bridge])
            .status();
    }
}

impl Host {
    /// Runs a shell line in the host, as root, and returns what became of it.
    pub(crate) fn run(&self, line: &str) -> Output {
        Command::new("nsenter")
            .args(["-t", &self.init.to_string()])
            .args(["-m", "-p", "-u", "-i", "-n", "-r", "-w"])
            .args(["env", "-i", "HOME=/root"])
            .arg("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
            .args(["sh", "-c", line])
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    /// What a shell line prints that must succeed.
    pub(crate) fn shell(&self, line: &str) -> String {
        let output = self.run(line);
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success(),
            "`{line}` on {}: {error}",
            self.name
        );
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// The host's root directory, as this machine sees it.
    pub(crate) fn root(&self) -> PathBuf {
        PathBuf::from(format!("/proc/{}/root", self.init))
    }

    /// Ends the host at once, as when its plug is pulled.
    pub(crate) fn kill(&mut self) {
        let _ = self.outer.kill();
        let _ = self.outer.wait();
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        // `unshare --kill-child` takes PID 1 with it, and that one everything else.
        self.line.take();
        self.kill();
    }
}

/// Makes a bridge with a free network, and returns its name and the network's first three parts.
fn bridge() -> (String, String) {
    static MADE: AtomicU32 = AtomicU32::new(0);
    let process = std::process::id();
    let taken = output("ip", &["-4", "-o", "addr"]);
    for attempt in 0..64 {
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let name = format!("hw{process:x}-{number:x}");
        let mix = process.wrapping_add(number * 251);
        let net = format!("10.{}.{}", 192 + (mix >> 8) % 63, mix % 256);
        if taken.contains(&format!(" {net}.")) {
            continue;
        }
        // An address of its own: else it has that of one of its cables, and another one when that
        // cable's host ends; what the others send to it is lost for as long as they remember.
        let own = format!("02:68:77:00:{:02x}:{:02x}", mix >> 8 & 0xff, mix & 0xff);
        ip(&["link", "add", &name, "address", &own, "type", "bridge"]);
        ip(&["addr", "add", &format!("{net}.1/24"), "dev", &name]);
        ip(&["link", "set", &name, "up"]);
        assert!(attempt < 64);
        return (name, net);
    }
    panic!("no free network for test hosts");
}

/// Removes the bridges of tests that were killed; their hosts ended by themselves.
fn sweep() {
    for line in output("ip", &["-o", "link", "show", "type", "bridge"]).lines() {
        let Some(name) = line.split(": ").nth(1) else {
            continue;
        };
        let process = name
            .strip_prefix("hw")
            .and_then(|rest| rest.split_once('-'))
            .and_then(|(process, _)| u32::from_str_radix(process, 16).ok());
        if let Some(process) = process
            && !Path::new(&format!("/proc/{process}")).exists()
        {
            let _ = Command::new("ip").args(["link", "del", name]).status();
        }
    }
}

fn ip(args: &[&str]) {
    succeed("ip", args);
}

fn succeed(program: &str, args: &[&str]) {
    output(program, args);
}

fn output(program: &str, args: &[&str]) -> String {
    let mut child = Command::new(program)
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| {
            panic!("`{program}` is needed here and `./test` installs it: {error}")
        });
    let mut said = String::new();
    let mut out = String::new();
    child
        .stdout
        .take()
        .unwrap()
        .read_to_string(&mut out)
        .unwrap();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut said)
        .unwrap();
    assert!(
        child.wait().unwrap().success(),
        "{program} {args:?}: {said}"
    );
    out
}

#[test]
fn hosts_have_their_own_root_and_network() {
    let Some(hosts) = Hosts::start(2) else { return };
    let [one, two] = hosts.all() else { panic!() };
    assert_eq!(
        fs::read_to_string(two.root().join("etc/hostname")).unwrap(),
        "h2\n"
    );
    one.shell("touch /etc/only-here");
    assert!(!two.root().join("etc/only-here").exists());
    assert!(!Path::new("/etc/only-here").exists());
    let banner = format!("exec 3<>/dev/tcp/{}/22; head -n 1 <&3", two.address);
    assert!(
        one.shell(&format!("bash -c '{banner}'"))
            .starts_with("SSH-2.0")
    );
    assert!(
        hosts
            .inventory("root")
            .contains(&format!("h2 ansible_host={}\n", two.address))
    );
}

#[test]
fn a_host_that_ends_takes_nothing_from_the_others() {
    let Some(hosts) = Hosts::start(1) else { return };
    let kind = format!("/sys/class/net/{}/addr_assign_type", hosts.bridge);
    // 3: set by somebody, so that no cable changes it.
    assert_eq!(fs::read_to_string(kind).unwrap(), "3\n");
}
