//! Access tokens as the server keeps them: a name, a part that may be shown, and a hash; never the token itself. How a
//! token is made and checked is the server's.

use std::fmt;

use chrono::{DateTime, Utc};
use thiserror::Error;

/// What people call a token, such as `nightly-upload`: 1 to 64 visible characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenName(String);

/// A name that no token can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a token's name has 1 to 64 characters, none of them a control character")]
pub struct UnusableTokenName;

/// A token as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessToken {
    /// The part of the token by which it is found again; no secret.
    pub id: String,
    /// What people call it; no two have the same.
    pub name: TokenName,
    /// SHA-256 of the token's text.
    pub hash: [u8; 32],
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When a request last carried it, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
}

impl TokenName {
    const LONGEST: usize = 64;

    /// Trims and checks `text`.
    ///
    /// # Errors
    /// [`UnusableTokenName`].
    pub fn new(text: &str) -> Result<Self, UnusableTokenName> {
        let text = text.trim();
        let is_well =
            !text.is_empty() && text.chars().count() <= Self::LONGEST && !text.chars().any(char::is_control);
        if is_well { Ok(Self(text.to_owned())) } else { Err(UnusableTokenName) }
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TokenName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tokens_name_fits_on_a_line() {
        assert_eq!(TokenName::new(" nightly upload ").unwrap().as_str(), "nightly upload");
        for text in ["", "  ", "two\nlines", &"x".repeat(65)] {
            assert_eq!(TokenName::new(text), Err(UnusableTokenName), "{text:?}");
        }
    }
}
