//! The URL of a database: parsing it, connecting to it, and migrating it.

mod postgres_url;
pub(crate) mod sqlite_file;

use std::path::{Path, PathBuf};

#[cfg(feature = "postgres")]
use diesel::PgConnection;
use diesel::connection::SimpleConnection;
use diesel::{Connection as _, ConnectionError, SqliteConnection};
use diesel_migrations::MigrationHarness;
use percent_encoding::percent_decode_str;
use tikmatrix_domain::clean;

use self::postgres_url::PostgresUrl;
use crate::database::connection::{Connection, on_engine};
use crate::database::engine::EngineConnection;
use crate::database::url::sqlite_file::SqliteFile;
use crate::error::in_one_line;

/// Why a program refuses the URL of a server.
#[cfg(not(feature = "postgres"))]
const WITHOUT_POSTGRES: &str = "this program was built without PostgreSQL; build it with the feature `postgres`, or use \
    sqlite://PATH";

/// The URL of a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum DatabaseUrl {
    /// A file.
    Sqlite(SqliteFile),
    /// A server.
    Postgres(PostgresUrl),
}

impl DatabaseUrl {
    /// Parses `sqlite://PATH`, `postgres://…` or `postgresql://…`.
    ///
    /// # Errors
    /// What is wrong with it, without any part that may be a password.
    pub(crate) fn parse(url: &str) -> Result<Self, String> {
        match url.split_once("://") {
            Some(("sqlite", path)) => Ok(Self::Sqlite(SqliteFile::named(sqlite_path(path)?))),
            Some((scheme @ ("postgres" | "postgresql"), rest)) => {
                PostgresUrl::parse(scheme, rest).map(Self::Postgres)
            }
            _ => Err("it begins with neither sqlite:// nor postgres://".to_owned()),
        }
    }

    /// Returns the URL for messages, without the password that it may hold.
    pub(crate) fn redacted(&self) -> String {
        match self {
            Self::Sqlite(file) => file.path().display().to_string(),
            Self::Postgres(url) => url.redacted().to_owned(),
        }
    }

    /// Remembers to which SQLite files it leads, and returns the connection that keeps them while it is open: the others are
    /// replaced when an operation fails. `Err` is the reason as a message.
    pub(crate) fn remember_files(self) -> Result<(Self, Option<Connection>), String> {
        match self {
            Self::Sqlite(ref file) => {
                let keeper = self.connect()?;
                Ok((Self::Sqlite(file.clone().remember()?), Some(keeper)))
            }
            Self::Postgres(_) => Ok((self, None)),
        }
    }

    /// Checks that the files of a SQLite database are still those that were opened. `Err` is the reason as a message.
    pub(crate) fn check(&self) -> Result<(), String> {
        match self {
            Self::Sqlite(file) => file.check(),
            Self::Postgres(_) => Ok(()),
        }
    }

    /// Opens a connection and applies the settings. `Err` is the reason as a message.
    pub(crate) fn connect(&self) -> Result<Connection, String> {
        let reason = |error: ConnectionError| in_one_line(&error);
        let mut connection = match self {
            Self::Sqlite(file) => {
                // SQLite would create another one.
                file.check()?;
                Connection::Sqlite(SqliteConnection::establish(text(file.path())?).map_err(reason)?)
            }
            #[cfg(feature = "postgres")]
            Self::Postgres(url) => {
                let connected = PgConnection::establish(url.expose()).map_err(reason);
                Connection::Postgres(connected.map_err(|message| url.without_passwords(&message))?)
            }
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

/// Reads the path of a `sqlite://` URL.
fn sqlite_path(text: &str) -> Result<PathBuf, String> {
    if let Some((_, options)) = text.split_once('?') {
        let names: Vec<&str> = options.split('&').filter_map(|option| option.split('=').next()).collect();
        let names = clean(&names.join(", "));
        return Err(format!("sqlite:// takes no options ({names}); a ? of the path is written %3F"));
    }
    if text.is_empty() {
        return Err("sqlite:// is followed by no path".to_owned());
    }
    let is_escape = |rest: &str| {
        rest.as_bytes()
            .get(..2)
            .is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit) && digits != b"00")
    };
    match percent_decode_str(text).decode_utf8() {
        // An absolute path is never one of SQLite's own names, such as `:memory:`.
        Ok(path) if text.split('%').skip(1).all(is_escape) => {
            std::path::absolute(&*path).map_err(|error| error.to_string())
        }
        _ => Err(
            "its path has a % that is followed by no two hexadecimal digits of a letter; a % is written %25"
                .to_owned(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_says_which_engine_it_means() {
        let path = |url: &str| match DatabaseUrl::parse(url) {
            Ok(DatabaseUrl::Sqlite(file)) => file.path().to_owned(),
            other => panic!("{url} is {other:?}"),
        };
        assert_eq!(path("sqlite:///var/lib/tasks.db"), Path::new("/var/lib/tasks.db"));
        assert_eq!(path("sqlite:///var/my%20tasks%3F%25.db"), Path::new("/var/my tasks?%.db"));
        let here = std::env::current_dir().unwrap();
        assert_eq!(path("sqlite://tasks.db"), here.join("tasks.db"));
        assert_eq!(path("sqlite://:memory:"), here.join(":memory:"));
        assert!(matches!(DatabaseUrl::parse("postgres://db/tasks"), Ok(DatabaseUrl::Postgres(_))));
        assert!(matches!(DatabaseUrl::parse("postgresql:///tasks?host=/run"), Ok(DatabaseUrl::Postgres(_))));
        for other in ["", "sqlite://", "sqlite:tasks.db", "mysql://db/tasks", "tasks.db", "Postgres"] {
            assert!(DatabaseUrl::parse(other).is_err(), "{other}");
        }
    }

    #[test]
    fn a_sqlite_url_takes_no_options_and_whole_escapes_only() {
        for (url, reason) in [
            ("sqlite://tasks.db?mode=ro&cache=shared", "takes no options (mode, cache)"),
            ("sqlite://100%.db", "a % is written %25"),
            ("sqlite://a%2", "a % is written %25"),
            ("sqlite://a%00b", "a % is written %25"),
            ("sqlite://a%ff", "a % is written %25"),
        ] {
            let refused = DatabaseUrl::parse(url).unwrap_err();
            assert!(refused.contains(reason), "{url}: {refused}");
        }
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
}
