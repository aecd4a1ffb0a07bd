//! A URL for libpq. What is malformed is refused before libpq sees it, since libpq quotes the part that it does not
//! understand, which may be a password. Its grammar: <https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS>

use percent_encoding::percent_decode_str;
use tikmatrix_domain::Secret;

/// The timeouts that libpq does not have by default; seconds, and milliseconds for the last.
/// <https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS>
const TIMEOUTS: [(&str, &str); 5] = [
    ("connect_timeout", "5"),
    ("keepalives_idle", "10"),
    ("keepalives_interval", "5"),
    ("keepalives_count", "3"),
    ("tcp_user_timeout", "20000"),
];

/// The options whose values are passwords.
const PASSWORD_OPTIONS: [&str; 2] = ["password", "sslpassword"];

/// The URL of a PostgreSQL database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PostgresUrl {
    url: Secret,
    /// The passwords that it holds, as they are and as they are written.
    passwords: Vec<Secret>,
    redacted: String,
}

impl PostgresUrl {
    /// Parses what follows `scheme://`.
    ///
    /// # Errors
    /// What is wrong with it, without any part of it.
    pub(crate) fn parse(scheme: &str, rest: &str) -> Result<Self, String> {
        let (user, location) = match user_end(rest) {
            Some(at) => (&rest[..at], &rest[at + 1..]),
            None => ("", rest),
        };
        let (hosts, options) = location.split_once('?').unwrap_or((location, ""));
        check(user, hosts, options).map_err(|part| {
            format!(
                "{part}; in a user name or password @ is written %40, / %2F, : %3A, ? %3F, # %23, & %26, = %3D and % %25"
            )
        })?;
        let (name, password) = user.split_once(':').unwrap_or((user, ""));
        let of_options = options.split('&').filter_map(|option| option.split_once('='));
        let of_options =
            of_options.filter(|(name, _)| PASSWORD_OPTIONS.contains(name)).map(|(_, value)| value);
        let passwords = std::iter::once(password).chain(of_options).filter(|password| !password.is_empty());
        let passwords = passwords
            .flat_map(|password| {
                [password.into(), Secret::from(percent_decode_str(password).decode_utf8_lossy().into_owned())]
            })
            .collect();
        let who = if name.is_empty() { String::new() } else { format!("{name}@") };
        let redacted = format!("{scheme}://{who}{hosts}");
        let url = with_timeouts(&format!("{scheme}://{rest}"), options, location.contains('?'));
        Ok(Self { url: url.into(), passwords, redacted })
    }

    /// Returns the URL for libpq.
    #[cfg(feature = "postgres")]
    pub(crate) fn expose(&self) -> &str {
        self.url.expose()
    }

    /// Returns the URL for messages: without passwords and options.
    pub(crate) fn redacted(&self) -> &str {
        &self.redacted
    }

    /// Returns a message of libpq or the server without the passwords of the URL.
    #[cfg(feature = "postgres")]
    pub(crate) fn without_passwords(&self, message: &str) -> String {
        self.passwords.iter().fold(message.to_owned(), |message, password| {
            // A shorter one is in any message, and hides nothing.
            if password.expose().len() < 3 { message } else { message.replace(password.expose(), "…") }
        })
    }
}

/// Returns where the user ends: at the first `@`, unless a `/` comes before it.
fn user_end(rest: &str) -> Option<usize> {
    rest.find(['@', '/']).filter(|at| rest[*at..].starts_with('@'))
}

/// Checks the parts of a URL. `Err` names the part that is wrong.
fn check(user: &str, hosts: &str, options: &str) -> Result<(), &'static str> {
    if [user, hosts, options].iter().any(|part| !is_encoded(part)) {
        return Err(
            "it holds a % without two hexadecimal digits, or text that is not UTF-8 without zero bytes",
        );
    }
    let (hosts, database) = hosts.split_once('/').unwrap_or((hosts, ""));
    if hosts.contains('@') || database.contains(['@', '/']) {
        return Err("it holds more than one user, host or database");
    }
    if !hosts.split(',').all(is_host) {
        return Err("its host is none, or its port is no number from 1 to 65535");
    }
    let is_option = |option: &str| {
        option.split_once('=').is_some_and(|(name, value)| {
            let is_name =
                !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
            is_name && !value.contains('=')
        })
    };
    if !options.is_empty() && !options.split('&').all(is_option) {
        return Err("its options are not NAME=VALUE, with & between them");
    }
    Ok(())
}

/// Returns whether every percent escape is one, and all is text.
fn is_encoded(part: &str) -> bool {
    let escapes = part.split('%').skip(1);
    escapes.map(|rest| rest.as_bytes().get(..2)).all(|digits| {
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit) && digits != b"00")
    }) && percent_decode_str(part).decode_utf8().is_ok()
}

/// Returns whether it is a host with or without a port, or nothing, which means the socket of this machine.
fn is_host(host: &str) -> bool {
    let port = match host.strip_prefix('[') {
        Some(rest) => match rest.split_once(']') {
            Some((address, "")) => return !address.is_empty(),
            Some((address, port)) if !address.is_empty() => port.strip_prefix(':'),
            _ => None,
        },
        None => match host.split_once(':') {
            None => return true,
            Some((_, port)) => Some(port),
        },
    };
    port.is_some_and(|port| port.is_empty() || port.parse::<u16>().is_ok_and(|port| port > 0))
}

fn with_timeouts(url: &str, options: &str, has_options: bool) -> String {
    let is_set = |name: &str| options.split('&').any(|pair| pair.split('=').next() == Some(name));
    let missing: Vec<String> = TIMEOUTS
        .iter()
        .filter(|(name, _)| !is_set(name))
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let joint = match (missing.is_empty(), has_options, options) {
        (true, ..) | (_, true, "") => "",
        (_, true, _) => "&",
        (_, false, _) => "?",
    };
    format!("{url}{joint}{}", missing.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(rest: &str) -> Result<PostgresUrl, String> {
        PostgresUrl::parse("postgres", rest)
    }

    #[test]
    fn it_keeps_its_own_timeouts_and_gets_those_it_lacks() {
        let url = parse("db/t?connect_timeout=30").unwrap();
        let url = url.url.expose();
        assert!(url.starts_with("postgres://db/t?connect_timeout=30&keepalives_idle=10&"), "{url}");
        assert_eq!(url.matches("connect_timeout").count(), 1);
    }

    #[test]
    fn user_hosts_and_database_are_shown_and_no_password() {
        for (rest, shown) in [
            ("db/tasks", "db/tasks"),
            ("maker@db", "maker@db"),
            ("maker:secret@db:5432/tasks?password=secret&host=/run", "maker@db:5432/tasks"),
            ("maker:sec?ret@db/tasks?connect_timeout=1", "maker@db/tasks"),
            ("maker:a%2Fsecret@[::1]:5432,other/tasks", "maker@[::1]:5432,other/tasks"),
            ("/tasks?host=/run", "/tasks"),
            ("", ""),
        ] {
            let url = parse(rest).unwrap();
            assert_eq!(url.redacted(), format!("postgres://{shown}"), "{rest}");
            assert!(!format!("{url:?}").contains("sec"), "{url:?}");
        }
    }

    #[test]
    fn what_is_malformed_is_refused_without_any_of_it() {
        for rest in [
            "maker:hunter2@secret@db/tasks",
            "maker:hunter2/secret@db/tasks",
            "maker:hunter2/secret",
            "maker:hunter%2@db/tasks",
            "maker:hunter%ffsecret@db/tasks",
            "maker:hunter%00secret@db/tasks",
            "maker@db:hunter2/tasks",
            "maker@db:0/tasks",
            "maker@[hunter2/tasks",
            "maker@db/tasks/hunter2",
            "maker@db/tasks?password=hunter2&secret",
            "maker@db/tasks?password=hunter2=secret",
            "maker@db/tasks?hunter2",
        ] {
            let reason = parse(rest).unwrap_err();
            assert!(!reason.contains("hunter") && !reason.contains("secret"), "{rest}: {reason}");
        }
    }

    #[cfg(feature = "postgres")]
    #[test]
    fn a_message_loses_the_passwords() {
        let url = parse("maker:hunter%402@db/t?sslpassword=swordfish").unwrap();
        assert_eq!(url.without_passwords("no hunter@2, hunter%402, swordfish"), "no …, …, …");
    }
}
