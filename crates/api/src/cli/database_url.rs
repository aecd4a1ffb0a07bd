//! The URL of a database as the command line takes it. It may hold a password, so nothing here ever shows it: whether it
//! means a database is told by whoever opens it, without repeating it.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

/// Where a database is.
#[derive(Clone)]
pub(super) struct DatabaseUrl(String);

impl DatabaseUrl {
    /// The URL itself.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for DatabaseUrl {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("DatabaseUrl(not shown)")
    }
}
