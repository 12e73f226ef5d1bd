//! Names and passwords that a login keeps in `~/.netrc`.

use crate::host::{Observe, Seen, path};

/// What the file has for the server of this URL.
pub(super) fn credentials(host: &dyn Observe, url: &str) -> Seen<Option<(String, String)>> {
    let login = host.login()?;
    if login.home.is_empty() {
        return Ok(None);
    }
    let Some(bytes) = host.read(&path::join(&login.home, ".netrc"))? else {
        return Ok(None);
    };
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let server = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let server = server.rsplit_once(':').map_or(server, |(name, _)| name);
    Ok(of_server(&String::from_utf8_lossy(&bytes), server))
}

fn of_server(text: &str, server: &str) -> Option<(String, String)> {
    let mut words = text.split_whitespace();
    let mut ours = false;
    let mut user = None;
    let mut password = None;
    while let Some(word) = words.next() {
        match word {
            "machine" | "default" => {
                if ours {
                    break;
                }
                ours = word == "default" || words.next() == Some(server);
            }
            "login" if ours => user = words.next(),
            "password" if ours => password = words.next(),
            _ => {}
        }
    }
    Some((user?.to_owned(), password.unwrap_or_default().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::of_server;

    #[test]
    fn each_server_has_its_own_name_and_password() {
        let text =
            "machine a login x password y\nmachine b\n login u\n password v\ndefault login d";
        let known = |server: &str| of_server(text, server);
        assert_eq!(known("a"), Some(("x".to_owned(), "y".to_owned())));
        assert_eq!(known("b"), Some(("u".to_owned(), "v".to_owned())));
        assert_eq!(known("c"), Some(("d".to_owned(), String::new())));
    }
}
