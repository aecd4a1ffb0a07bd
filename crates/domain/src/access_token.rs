//! Access tokens as the server stores them: a name, a public part, and a hash; never the token itself.

use std::fmt;

use chrono::{DateTime, Utc};
use thiserror::Error;

/// The name of a token, such as `nightly-upload`: 1 to 64 visible characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenName(String);

/// The text cannot be the name of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a token's name has 1 to 64 characters, none of them a control character")]
pub struct InvalidTokenName;

/// A token as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessToken {
    /// The public part of the token, by which it is looked up.
    pub id: String,
    /// The name, unique among tokens.
    pub name: TokenName,
    /// The SHA-256 of the token's text.
    pub hash: [u8; 32],
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
}

impl TokenName {
    const MAX_LENGTH: usize = 64;

    /// Trims and checks `text`.
    ///
    /// # Errors
    /// [`InvalidTokenName`].
    pub fn new(text: &str) -> Result<Self, InvalidTokenName> {
        let text = text.trim();
        let is_valid = !text.is_empty()
            && text.chars().count() <= Self::MAX_LENGTH
            && !text.chars().any(char::is_control);
        if is_valid { Ok(Self(text.to_owned())) } else { Err(InvalidTokenName) }
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
            assert_eq!(TokenName::new(text), Err(InvalidTokenName), "{text:?}");
        }
    }
}
