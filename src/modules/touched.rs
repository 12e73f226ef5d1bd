//! What a command may change, told from its words alone.
//!
//! Nobody can know it; this is the rule that a rehearsal goes by: the paths that a command names
//! and what is below them, and the domain of well-known programs. Everything else is assumed to
//! stay.

use crate::host::{Login, path};

/// What is unknown after a command has run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Touched {
    /// Absolute paths; what is below them is meant too.
    pub(super) paths: Vec<String>,
    /// Names of services.
    pub(super) services: Vec<String>,
}

/// More names than this in one line are no longer told apart.
const MOST: usize = 256;

/// Where words are read: what `~`, variables and relative paths mean.
#[derive(Clone, Debug)]
pub(super) struct Ground<'a> {
    pub(super) login: &'a Login,
    /// The directory that the command starts in.
    pub(super) directory: String,
    /// Whether the task chose that directory, which then counts as named.
    pub(super) is_chosen: bool,
}

/// What a program with these arguments may change.
pub(super) fn by_words(words: &[String], ground: &Ground<'_>) -> Touched {
    let mut touched = Touched::default();
    command(words, ground, &mut touched);
    touched
}

/// What a line for a shell may change.
pub(super) fn by_line(line: &str, ground: &Ground<'_>) -> Touched {
    let mut touched = Touched::default();
    let mut ground = ground.clone();
    for simple in super::shell_line::commands(line) {
        for target in &simple.writes {
            touched.name(target, &ground);
        }
        if let [cd, directory, ..] = simple.words.as_slice()
            && cd == "cd"
        {
            ground.directory =
                path::join(&ground.directory, &path::expanded(directory, ground.login));
            ground.is_chosen = true;
            continue;
        }
        command(&simple.words, &ground, &mut touched);
    }
    touched
}

impl Touched {
    /// Adds the path that a word is, as far as it is known.
    fn name(&mut self, word: &str, ground: &Ground<'_>) {
        if word.is_empty() || word.contains("://") || self.paths.len() >= MOST {
            return;
        }
        let text = path::expanded(word, ground.login);
        let known = match text.find(['$', '*', '?', '[', '{', '`', '\n']) {
            // Only the directory before what is not known now.
            Some(at) => match text[..at].rfind('/') {
                Some(slash) => &text[..=slash],
                None if ground.is_chosen => "",
                None => return,
            },
            None => text.as_str(),
        };
        let path = path::join(&ground.directory, known);
        let path = path.trim_end_matches('/').to_owned();
        let outside = ["/dev", "/proc", "/sys"];
        if path.is_empty() || outside.iter().any(|top| path::is_within(&path, top)) {
            return;
        }
        if !self.paths.contains(&path) {
            self.paths.push(path);
        }
    }

    fn all(&mut self, paths: &[&str]) {
        for path in paths {
            if !self.paths.iter().any(|known| known == path) {
                self.paths.push((*path).to_owned());
            }
        }
    }

    fn service(&mut self, name: &str) {
        if !name.is_empty() && !name.starts_with('-') {
            self.services.push(name.to_owned());
        }
    }
}

/// Programs that run the rest of their arguments as another program.
const WRAPPERS: &[&str] = &[
    "!", "command", "do", "doas", "else", "env", "exec", "if", "ionice", "nice", "nohup", "setsid",
    "stdbuf", "sudo", "then", "time", "timeout", "while", "xargs",
];

fn command(words: &[String], ground: &Ground<'_>, touched: &mut Touched) {
    let Some(at) = words.iter().position(|word| !is_assignment(word)) else {
        return;
    };
    let (program, arguments) = (path::name(&words[at]), &words[at + 1..]);
    let first = arguments.first().map_or("", String::as_str);
    if WRAPPERS.contains(&program) {
        // Options of the wrapper and their values look like programs that name nothing.
        let next = arguments.iter().position(|word| {
            !word.starts_with('-')
                && !is_assignment(word)
                && !word.starts_with(|letter: char| letter.is_ascii_digit())
        });
        if let Some(next) = next {
            command(&arguments[next..], ground, touched);
        }
        return;
    }
    if let ("sh" | "bash" | "dash" | "ash" | "zsh" | "su" | "runuser", Some(at)) = (
        program,
        arguments.iter().position(|word| {
            word.starts_with('-') && !word.starts_with("--") && word.ends_with('c')
        }),
    ) {
        if let Some(line) = arguments.get(at + 1) {
            let inner = by_line(line, ground);
            touched.paths.extend(inner.paths);
            touched.services.extend(inner.services);
        }
        return;
    }
    if path::parent(&words[at]).ends_with("/init.d") {
        touched.service(program);
        return;
    }
    match program {
        _ if super::read_only::is_read_only(program, arguments) => {}
        "systemctl" => arguments
            .iter()
            .skip_while(|word| word.starts_with('-'))
            .skip(1)
            .for_each(|name| touched.service(name)),
        "service" | "rc-service" | "invoke-rc.d" | "update-rc.d" | "chkconfig" => {
            touched.service(first);
        }
        "apachectl" | "apache2ctl" => {
            touched.service("apache2");
            touched.service("httpd");
        }
        "apt" | "apt-get" | "aptitude" | "dnf" | "yum" | "microdnf" | "zypper" | "apk"
        | "pacman" | "dpkg" | "rpm" | "snap" => packages(program, arguments, ground, touched),
        "useradd" | "usermod" | "userdel" | "adduser" | "deluser" | "groupadd" | "groupmod"
        | "groupdel" | "addgroup" | "delgroup" | "gpasswd" | "passwd" | "chpasswd" | "chage"
        | "chsh" | "vipw" => {
            touched.all(&[
                "/etc/passwd",
                "/etc/group",
                "/etc/shadow",
                "/etc/gshadow",
                "/etc/subuid",
                "/etc/subgid",
            ]);
            if let Some(name) = arguments.last().filter(|name| !name.contains('/')) {
                touched.name(&format!("/home/{name}"), ground);
            }
        }
        "a2enmod" | "a2dismod" | "a2ensite" | "a2dissite" | "a2enconf" | "a2disconf" => {
            touched.all(&["/etc/apache2", "/var/lib/apache2"]);
        }
        "hostnamectl" => touched.all(&["/etc/hostname", "/etc/machine-info"]),
        "timedatectl" => touched.all(&["/etc/localtime", "/etc/timezone", "/etc/adjtime"]),
        "locale-gen" | "localedef" | "update-locale" => {
            touched.all(&["/etc/locale.gen", "/etc/default/locale", "/usr/lib/locale"]);
        }
        "crontab" => touched.all(&["/var/spool/cron"]),
        "pip" | "pip3" | "gem" | "npm" | "cpan" | "cpanm" => {
            touched.all(&["/usr/local"]);
            named(arguments, ground, touched);
        }
        "make" if arguments.iter().any(|word| word.contains("install")) => {
            touched.all(&["/usr/local"]);
            named(arguments, ground, touched);
        }
        _ => named(arguments, ground, touched),
    }
}

/// The paths among arguments, and the directory that was chosen for the program.
fn named(arguments: &[String], ground: &Ground<'_>, touched: &mut Touched) {
    if ground.is_chosen {
        touched.name(&ground.directory, ground);
    }
    for word in arguments {
        if let Some((_, value)) = word.split_once('=') {
            touched.name(value, ground);
            if is_assignment(word) {
                continue;
            }
        }
        match word.strip_prefix('-') {
            // A path may stand right behind an option's letter.
            Some(option) => {
                if let Some(at) = option.find('/').filter(|_| !option.contains('=')) {
                    touched.name(&option[at..], ground);
                }
            }
            None => touched.name(word, ground),
        }
    }
}

/// What a package manager may change: programs and libraries, and what the named packages have
/// their name on.
fn packages(program: &str, arguments: &[String], ground: &Ground<'_>, touched: &mut Touched) {
    touched.all(&[
        "/var/lib/apt",
        "/var/lib/dpkg",
        "/var/lib/rpm",
        "/var/cache",
    ]);
    let mut words = arguments.iter().filter(|word| !word.starts_with('-'));
    let has_verb = !matches!(program, "dpkg" | "rpm" | "pacman");
    let verb = if has_verb { words.next() } else { None };
    let refreshes = match verb.map_or("", String::as_str) {
        "makecache" | "refresh" | "ref" | "clean" | "autoclean" => true,
        "update" => !matches!(program, "dnf" | "yum" | "microdnf" | "zypper"),
        _ => false,
    };
    if refreshes {
        return;
    }
    touched.all(&["/usr", "/opt", "/lib", "/bin", "/sbin"]);
    for word in words {
        let name = path::name(word);
        let name = name.split(['=', ':']).next().unwrap_or(name);
        for place in [
            "/etc/",
            "/etc/default/",
            "/etc/init.d/",
            "/var/lib/",
            "/var/log/",
            "/var/www/",
        ] {
            touched.name(&format!("{place}{name}"), ground);
        }
        touched.name(&format!("/etc/{name}.conf"), ground);
        touched.service(name);
    }
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty()
            && !name.starts_with(|letter: char| letter.is_ascii_digit())
            && name
                .chars()
                .all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
    })
}

#[cfg(test)]
mod tests {
    use super::{Ground, by_line, by_words};
    use crate::host::{Login, Memory, Observe as _};

    fn login() -> Login {
        Memory::default().login().unwrap()
    }

    fn line(text: &str) -> (Vec<String>, Vec<String>) {
        let login = login();
        let ground = Ground {
            login: &login,
            directory: login.directory.clone(),
            is_chosen: false,
        };
        let touched = by_line(text, &ground);
        (touched.paths, touched.services)
    }

    fn paths(text: &str) -> Vec<String> {
        line(text).0
    }

    #[test]
    fn named_paths_are_touched_and_read_ones_are_not() {
        assert_eq!(
            paths("tar -xf a.tgz -C /opt/app"),
            ["/root/a.tgz", "/opt/app"]
        );
        assert_eq!(paths("cat /etc/passwd | grep root"), Vec::<String>::new());
        assert_eq!(paths("cat /etc/passwd > /tmp/x 2>&1"), ["/tmp/x"]);
        assert_eq!(paths("dd if=/dev/zero of=/srv/disk"), ["/srv/disk"]);
        assert_eq!(paths("cp /a '/b c'"), ["/a", "/b c"]);
        assert_eq!(paths("rm -rf /srv/app/*.old"), ["/srv/app"]);
        assert_eq!(paths("rm -rf /srv/$NAME/x"), ["/srv"]);
        assert_eq!(paths("rm -rf /*"), Vec::<String>::new());
        assert_eq!(paths("sudo -n sh -c 'mv /a /b'"), ["/a", "/b"]);
    }

    #[test]
    fn a_directory_that_was_entered_is_touched() {
        assert_eq!(paths("cd /opt/app && ./install"), ["/opt/app"]);
        let login = login();
        let ground = Ground {
            login: &login,
            directory: "/opt/app".to_owned(),
            is_chosen: true,
        };
        assert_eq!(by_words(&["./run".to_owned()], &ground).paths, ["/opt/app"]);
        assert_eq!(
            by_words(&["pwd".to_owned()], &ground).paths,
            Vec::<String>::new()
        );
    }

    #[test]
    fn well_known_programs_touch_their_domain() {
        assert_eq!(
            line("systemctl --now enable a.service b").1,
            ["a.service", "b"]
        );
        assert_eq!(line("systemctl is-active a"), (vec![], vec![]));
        assert_eq!(line("service apache2 restart").1, ["apache2"]);
        assert_eq!(line("/etc/init.d/demo reload").1, ["demo"]);
        let (paths, services) = line("apt-get install -y nginx");
        assert!(paths.contains(&"/etc/nginx".to_owned()) && paths.contains(&"/usr".to_owned()));
        assert!(!paths.contains(&"/etc".to_owned()));
        assert_eq!(services, ["nginx"]);
        assert!(!line("apt-get update").0.contains(&"/usr".to_owned()));
        assert!(line("useradd -m ann").0.contains(&"/etc/passwd".to_owned()));
    }
}
