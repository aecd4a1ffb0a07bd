//! The URL of a database: parsing it, connecting to it, and migrating it.

use std::path::{Path, PathBuf};

#[cfg(feature = "postgres")]
use diesel::PgConnection;
use diesel::connection::SimpleConnection;
use diesel::{Connection as _, ConnectionError, SqliteConnection};
use diesel_migrations::MigrationHarness;

use crate::database::connection::{Connection, on_engine};
use crate::database::engine::EngineConnection;
use crate::error::in_one_line;

/// Why a program refuses the URL of a server.
#[cfg(not(feature = "postgres"))]
const WITHOUT_POSTGRES: &str = "this program was built without PostgreSQL; build it with the feature `postgres`, or use \
    sqlite://PATH";

/// The timeouts that libpq does not have by default; seconds, and milliseconds for the last.
/// <https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS>
const POSTGRES_TIMEOUTS: [(&str, &str); 5] = [
    ("connect_timeout", "5"),
    ("keepalives_idle", "10"),
    ("keepalives_interval", "5"),
    ("keepalives_count", "3"),
    ("tcp_user_timeout", "20000"),
];

/// The URL of a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum DatabaseUrl {
    /// A file.
    Sqlite(PathBuf),
    /// A server, as a URL for libpq.
    Postgres(String),
}

impl DatabaseUrl {
    /// Parses `sqlite://PATH`, `postgres://…` or `postgresql://…`; `None` if it is neither.
    pub(crate) fn parse(url: &str) -> Option<Self> {
        if let Some(path) = url.strip_prefix("sqlite://") {
            return (!path.is_empty()).then(|| Self::Sqlite(PathBuf::from(path)));
        }
        let is_postgres = ["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme));
        is_postgres.then(|| Self::Postgres(with_timeouts(url)))
    }

    /// Returns the URL for messages, without the password that it may hold.
    pub(crate) fn redacted(&self) -> String {
        match self {
            Self::Sqlite(path) => path.display().to_string(),
            Self::Postgres(url) => {
                let url = url.split('?').next().unwrap_or_default();
                let Some((scheme, rest)) = url.split_once("://") else { return String::new() };
                match rest.rsplit_once('@') {
                    Some((who, place)) => {
                        let user = who.split(':').next().unwrap_or_default();
                        format!("{scheme}://{user}@{place}")
                    }
                    None => url.to_owned(),
                }
            }
        }
    }

    /// Opens a connection and applies the settings. `Err` is the reason as a message.
    pub(crate) fn connect(&self) -> Result<Connection, String> {
        let reason = |error: ConnectionError| in_one_line(&error);
        let mut connection = match self {
            Self::Sqlite(path) => {
                Connection::Sqlite(SqliteConnection::establish(text(path)?).map_err(reason)?)
            }
            #[cfg(feature = "postgres")]
            Self::Postgres(url) => Connection::Postgres(PgConnection::establish(url).map_err(reason)?),
            #[cfg(not(feature = "postgres"))]
            Self::Postgres(_) => return Err(WITHOUT_POSTGRES.to_owned()),
        };
        let settings = on_engine!(&connection, own => own.settings());
        connection.batch_execute(settings).map_err(|error| error.to_string())?;
        Ok(connection)
    }

    /// Creates the tables, or migrates them to the version of this program.
    pub(crate) fn migrate(&self) -> Result<(), String> {
        let mut connection = self.connect()?;
        on_engine!(&mut connection, own => {
            own.prepare_migration().map_err(|error| error.to_string())?;
            let migrations = own.migrations();
            own.run_pending_migrations(migrations).map(drop).map_err(|error| error.to_string())
        })
    }

    /// Creates the tables of an empty database. Others must be of this version, because servers that may work on them rely on
    /// it.
    pub(crate) fn migrate_if_empty(&self) -> Result<(), String> {
        let applied = on_engine!(&mut self.connect()?, own => own.applied_migrations());
        if applied.map_err(|error| error.to_string())?.is_empty() {
            self.migrate()
        } else {
            self.require_migrated()
        }
    }

    /// Refuses a database whose tables are of another version.
    pub(crate) fn require_migrated(&self) -> Result<(), String> {
        let pending = on_engine!(&mut self.connect()?, own => {
            let migrations = own.migrations();
            own.has_pending_migration(migrations)
        });
        if pending.map_err(|error| error.to_string())? {
            return Err("the server that works on it is of another version than this command".to_owned());
        }
        Ok(())
    }
}

fn text(path: &Path) -> Result<&str, String> {
    path.to_str().ok_or_else(|| "its path is not valid Unicode".to_owned())
}

fn with_timeouts(url: &str) -> String {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let is_set = |name: &str| query.split('&').any(|pair| pair.split('=').next() == Some(name));
    let missing: Vec<String> = POSTGRES_TIMEOUTS
        .iter()
        .filter(|(name, _)| !is_set(name))
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let joint = match url.split_once('?') {
        None => "?",
        Some((_, "")) => "",
        Some(_) => "&",
    };
    format!("{url}{joint}{}", missing.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_says_which_engine_it_means() {
        let file = |path: &str| Some(DatabaseUrl::Sqlite(PathBuf::from(path)));
        assert_eq!(DatabaseUrl::parse("sqlite:///var/lib/tasks.db"), file("/var/lib/tasks.db"));
        assert_eq!(DatabaseUrl::parse("sqlite://tasks.db"), file("tasks.db"));
        assert!(matches!(DatabaseUrl::parse("postgres://db/tasks"), Some(DatabaseUrl::Postgres(_))));
        assert!(matches!(
            DatabaseUrl::parse("postgresql:///tasks?host=/run"),
            Some(DatabaseUrl::Postgres(_))
        ));
        for other in ["", "sqlite://", "mysql://db/tasks", "tasks.db", "Postgres"] {
            assert_eq!(DatabaseUrl::parse(other), None, "{other}");
        }
    }

    #[test]
    fn a_postgres_url_keeps_its_own_limits_and_gets_those_it_lacks() {
        let Some(DatabaseUrl::Postgres(url)) = DatabaseUrl::parse("postgres://db/t?connect_timeout=30")
        else {
            panic!("not a PostgreSQL address")
        };
        assert!(url.starts_with("postgres://db/t?connect_timeout=30&keepalives_idle=10&"), "{url}");
        assert_eq!(url.matches("connect_timeout").count(), 1);
    }

    #[cfg(not(feature = "postgres"))]
    #[test]
    fn a_program_without_postgres_refuses_a_server_and_says_how_to_get_one() {
        let url = "postgres://maker:secret@db/tasks";
        for open in [crate::Store::open_url, crate::Store::open_url_shared] {
            assert_eq!(
                open(url).map(drop).unwrap_err().to_string(),
                "the database postgres://maker@db/tasks cannot be opened: this program was built without PostgreSQL; \
                 build it with the feature `postgres`, or use sqlite://PATH"
            );
        }
    }

    #[test]
    fn a_password_is_never_shown() {
        let address = DatabaseUrl::parse("postgres://maker:se@cret@db:5432/tasks?password=secret").unwrap();
        assert_eq!(address.redacted(), "postgres://maker@db:5432/tasks");
        assert_eq!(DatabaseUrl::parse("postgres://db/tasks").unwrap().redacted(), "postgres://db/tasks");
    }
}
