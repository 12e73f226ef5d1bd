//! Host names with ranges, and ports: `web[01:10:2].example.org:22`.

use std::sync::LazyLock;

use regex::Regex;

const LETTERS: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// The names that one written name stands for, and the port behind it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Expanded {
    pub(super) names: Vec<String>,
    pub(super) port: Option<u16>,
}

/// Expands the ranges of a written name; more than `limit` names are refused before any is made.
///
/// # Errors
/// What is wrong with it, as a sentence.
pub(super) fn expand(written: &str, limit: u32) -> Result<Expanded, String> {
    let (name, port) = addressed(written)?;
    let parts = parts(name)?;
    let count = parts.iter().fold(1_u64, |count, part| match part {
        Part::Fixed(_) => count,
        Part::Range(range) => count.saturating_mul(range.len()),
    });
    if count > u64::from(limit) {
        return Err(format!(
            "this range names {count} hosts, and at most {limit} are allowed; \
             `HOSTWRIGHT_INVENTORY_RANGE_LIMIT` can allow more"
        ));
    }
    let mut names = vec![String::new()];
    for part in &parts {
        match part {
            Part::Fixed(text) => names.iter_mut().for_each(|name| name.push_str(text)),
            Part::Range(range) => {
                names = names
                    .iter()
                    .flat_map(|name| range.items().map(move |item| format!("{name}{item}")))
                    .collect();
            }
        }
    }
    Ok(Expanded { names, port })
}

/// A name and the port that is written behind it.
///
/// # Errors
/// What is wrong with the port, as a sentence.
pub fn addressed(written: &str) -> Result<(&str, Option<u16>), String> {
    let (name, digits) = with_port(written);
    let port = digits.map(|digits| {
        let port = digits.parse().ok().filter(|port| *port > 0);
        port.ok_or_else(|| format!("`{digits}` is no port: they go from 1 to 65535"))
    });
    Ok((name, port.transpose()?))
}

/// Cuts the port off, where what stands before it is a name or an address.
fn with_port(written: &str) -> (&str, Option<&str>) {
    static BRACKETED: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"^\[([0-9A-Za-z:.%_-]+)\]:([0-9]+)$").ok());
    static PLAIN: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"^((?:[\w.-]|\[[^\[\]]*\])+):([0-9]+)$").ok());
    for shape in [&*BRACKETED, &*PLAIN].into_iter().flatten() {
        if let Some(found) = shape.captures(written)
            && let (Some(name), Some(port)) = (found.get(1), found.get(2))
        {
            return (name.as_str(), Some(port.as_str()));
        }
    }
    (written, None)
}

enum Part<'a> {
    Fixed(&'a str),
    Range(Range),
}

fn parts(name: &str) -> Result<Vec<Part<'_>>, String> {
    let mut parts = Vec::new();
    let mut rest = name;
    while let Some(open) = rest.find('[') {
        let Some(length) = rest[open..].find(']') else {
            return Err("`[` opens a range that no `]` closes".to_owned());
        };
        parts.push(Part::Fixed(&rest[..open]));
        parts.push(Part::Range(Range::read(&rest[open + 1..open + length])?));
        rest = &rest[open + length + 1..];
    }
    if rest.contains(']') {
        return Err("`]` closes a range that no `[` opens".to_owned());
    }
    parts.push(Part::Fixed(rest));
    Ok(parts)
}

struct Range {
    first: u64,
    last: u64,
    step: u64,
    kind: Kind,
}

enum Kind {
    Letters,
    /// Numbers of at least this many digits.
    Numbers(usize),
}

impl Range {
    fn read(written: &str) -> Result<Self, String> {
        let bounds: Vec<&str> = written.split(':').collect();
        let (begin, end, step) = match bounds[..] {
            [begin, end] => (begin, end, "1"),
            [begin, end, step] => (begin, end, step),
            _ => {
                return Err(format!(
                    "`[{written}]` must be `[begin:end]` or `[begin:end:step]`"
                ));
            }
        };
        let begin = if begin.is_empty() { "0" } else { begin };
        if end.is_empty() {
            return Err(format!("`[{written}]` has no end"));
        }
        let step = step
            .parse()
            .ok()
            .filter(|step| *step > 0)
            .ok_or_else(|| format!("the step of `[{written}]` must be a number above 0"))?;
        let letter = |text: &str| (text.len() == 1).then(|| LETTERS.find(text)).flatten();
        let (first, last, kind) = if let (Some(first), Some(last)) = (letter(begin), letter(end)) {
            (first as u64, last as u64, Kind::Letters)
        } else {
            let number = |text: &str| {
                text.bytes()
                    .all(|digit| digit.is_ascii_digit())
                    .then(|| text.parse().ok())?
            };
            let (Some(first), Some(last)) = (number(begin), number(end)) else {
                return Err(format!(
                    "`[{written}]` must go from number to number or letter to letter"
                ));
            };
            let filled = begin.len() > 1 && begin.starts_with('0');
            if filled && begin.len() != end.len() {
                return Err(format!(
                    "begin and end of `[{written}]` must have as many digits"
                ));
            }
            (
                first,
                last,
                Kind::Numbers(if filled { begin.len() } else { 1 }),
            )
        };
        if first > last {
            return Err(format!("`[{written}]` begins after its end"));
        }
        Ok(Self {
            first,
            last,
            step,
            kind,
        })
    }

    fn len(&self) -> u64 {
        (self.last - self.first) / self.step + 1
    }

    fn items(&self) -> impl Iterator<Item = String> + '_ {
        (0..self.len()).map(|at| {
            let number = self.first + at * self.step;
            match self.kind {
                Kind::Numbers(digits) => format!("{number:0digits$}"),
                Kind::Letters => {
                    let letter = usize::try_from(number)
                        .ok()
                        .and_then(|at| LETTERS.chars().nth(at));
                    letter.map(String::from).unwrap_or_default()
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::expand;

    fn read(written: &str) -> String {
        match expand(written, 100) {
            Ok(seen) => match seen.port {
                Some(port) => format!("{} :{port}", seen.names.join(" ")),
                None => seen.names.join(" "),
            },
            Err(why) => why,
        }
    }

    #[test]
    fn ranges_and_ports_are_expanded() {
        assert_eq!(
            read("w[01:10:3].ex.com:2222"),
            "w01.ex.com w04.ex.com w07.ex.com w10.ex.com :2222"
        );
        assert_eq!(read("x[1:2]y[a:b]"), "x1ya x1yb x2ya x2yb");
        assert_eq!(read("d[y:B]"), "dy dz dA dB");
        assert_eq!(read("h[:2]"), "h0 h1 h2");
        assert_eq!(read("::1"), "::1");
        assert_eq!(read("[2001:db8::1]:22"), "2001:db8::1 :22");
        assert_eq!(read("2001:db8::1"), "2001:db8::1");
        assert_eq!(read("h:22:33"), "h:22:33");
        assert_eq!(read("plain"), "plain");
    }

    #[test]
    fn a_broken_range_says_what_is_wrong() {
        assert_eq!(
            read("h[1-3]"),
            "`[1-3]` must be `[begin:end]` or `[begin:end:step]`"
        );
        assert_eq!(
            read("h[01:5]"),
            "begin and end of `[01:5]` must have as many digits"
        );
        assert_eq!(read("h[5:1]"), "`[5:1]` begins after its end");
        assert_eq!(
            read("h[1:9:0]"),
            "the step of `[1:9:0]` must be a number above 0"
        );
        assert_eq!(read("h[1:"), "`[` opens a range that no `]` closes");
        assert_eq!(
            read("h:99999"),
            "`99999` is no port: they go from 1 to 65535"
        );
    }

    #[test]
    fn a_range_past_the_limit_is_refused_before_it_is_made() {
        assert_eq!(
            read("h[1:30000000]"),
            "this range names 30000000 hosts, and at most 100 are allowed; \
             `HOSTWRIGHT_INVENTORY_RANGE_LIMIT` can allow more"
        );
        assert!(read("h[0:99999999999][0:99999999999]").contains("at most 100"));
    }
}
