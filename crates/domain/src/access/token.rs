//! Access tokens as the server stores them: a name, a public part, and a hash; never the token itself.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use thiserror::Error;

use super::role::Role;
use crate::patch::Patch;

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
    /// The name, unique among tokens but for the earlier secrets of one that was rotated.
    pub name: TokenName,
    /// What it allows.
    pub role: Role,
    /// The SHA-256 of the token's text.
    pub hash: [u8; 32],
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// From when on it is not valid any more, if that is settled.
    pub expires_at: Option<DateTime<Utc>>,
    /// When another secret took its place, if one did.
    pub rotated_at: Option<DateTime<Utc>>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
}

impl AccessToken {
    /// Returns whether the token is not valid any more at `now`.
    #[must_use]
    pub fn is_expired(&self, now: DateTime<Utc>) -> bool {
        self.expires_at.is_some_and(|end| now >= end)
    }

    /// Returns `secret`, a new token, as the one that takes the place of this one: with its name and its role and, where
    /// `expiry` keeps it, valid for as long from now on as this one was from the start.
    #[must_use]
    pub fn succeeded_by(&self, secret: Self, expiry: Patch<DateTime<Utc>>) -> Self {
        let lifetime = self.expires_at.map(|end| end - self.created_at);
        let renewed = lifetime.and_then(|lifetime| secret.created_at.checked_add_signed(lifetime));
        Self { name: self.name.clone(), role: self.role, expires_at: expiry.apply(renewed), ..secret }
    }

    /// Returns this token as it is once another secret has taken its place at `now`: valid for `grace` at most.
    #[must_use]
    pub fn superseded(self, now: DateTime<Utc>, grace: TimeDelta) -> Self {
        let end = now.checked_add_signed(grace);
        let expires_at = self.expires_at.into_iter().chain(end).min();
        Self { expires_at, rotated_at: self.rotated_at.or(Some(now)), ..self }
    }
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

    fn token(created: i64, expires: Option<i64>) -> AccessToken {
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
        AccessToken {
            id: created.to_string(),
            name: TokenName::new("uploader").unwrap(),
            role: Role::Operator,
            hash: [u8::try_from(created & 0x7f).unwrap(); 32],
            created_at: at(created),
            expires_at: expires.map(at),
            rotated_at: None,
            last_used_at: None,
        }
    }

    #[test]
    fn a_token_is_valid_until_the_moment_at_which_it_expires() {
        let end = DateTime::from_timestamp(90, 0).unwrap();
        assert!(!token(0, Some(90)).is_expired(end - TimeDelta::milliseconds(1)));
        assert!(token(0, Some(90)).is_expired(end));
        assert!(!token(0, None).is_expired(DateTime::<Utc>::MAX_UTC));
    }

    #[test]
    fn a_successor_keeps_name_and_role_and_is_valid_for_as_long() {
        let secret = AccessToken { role: Role::Admin, name: TokenName::new("x").unwrap(), ..token(60, None) };
        let expiry = |old: Option<i64>, expiry| token(0, old).succeeded_by(secret.clone(), expiry);
        assert_eq!(expiry(Some(90), Patch::Keep), token(60, Some(150)));
        assert_eq!(expiry(None, Patch::Keep), token(60, None));
        assert_eq!(expiry(Some(90), Patch::Clear), token(60, None));
        let end = DateTime::from_timestamp(70, 0).unwrap();
        assert_eq!(expiry(Some(90), Patch::Set(end)), token(60, Some(70)));
    }

    #[test]
    fn a_grace_never_makes_a_token_valid_for_longer() {
        let now = DateTime::from_timestamp(60, 0).unwrap();
        let end = |old: Option<i64>, grace| token(0, old).superseded(now, TimeDelta::seconds(grace));
        assert_eq!(end(None, 30).expires_at, DateTime::from_timestamp(90, 0));
        assert_eq!(end(Some(70), 30).expires_at, DateTime::from_timestamp(70, 0));
        assert_eq!(end(None, 30).rotated_at, Some(now));
        let again = end(None, 30).superseded(now + TimeDelta::seconds(5), TimeDelta::seconds(90));
        assert_eq!((again.rotated_at, again.expires_at), (Some(now), DateTime::from_timestamp(90, 0)));
    }

    #[test]
    fn a_tokens_name_fits_on_a_line() {
        assert_eq!(TokenName::new(" nightly upload ").unwrap().as_str(), "nightly upload");
        for text in ["", "  ", "two\nlines", &"x".repeat(65)] {
            assert_eq!(TokenName::new(text), Err(InvalidTokenName), "{text:?}");
        }
    }
}
