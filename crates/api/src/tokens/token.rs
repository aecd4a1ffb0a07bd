//! Access tokens: how they are generated, and what is stored of them.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use rand::TryRngCore as _;
use rand::rngs::OsRng;
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};
use tikmatrix_domain::{AccessToken, Role, Secret, TokenName};

/// By which people, and programs that look for leaked secrets, know a token.
const PREFIX: &str = "tikmatrix_";
/// In bytes, and twice as many characters.
const ID: usize = 4;
const SECRET: usize = 32;

/// The SHA-256 of a token's text. A slow, salted hash is for passwords, which can be guessed; 256 random bits cannot, and
/// this hash has to be computed with every request.
#[derive(Debug, Clone, Copy)]
pub struct TokenHash([u8; 32]);

/// A token as it is made: the only time that its text is known.
pub struct NewToken {
    /// `tikmatrix_`, 8 hexadecimal digits by which it is found, `_`, and 256 random bits in hexadecimal.
    pub text: Secret,
    /// What is kept of it.
    pub kept: AccessToken,
}

impl NewToken {
    /// Makes a token called `name` with `role`, which does not expire.
    ///
    /// # Errors
    /// When the system has no random bytes to give; its own words.
    pub fn make(name: TokenName, role: Role, now: DateTime<Utc>) -> Result<Self, String> {
        let mut random = [0; ID + SECRET];
        OsRng.try_fill_bytes(&mut random).map_err(|error| error.to_string())?;
        Ok(Self::of(random, name, role, now))
    }

    fn of(random: [u8; ID + SECRET], name: TokenName, role: Role, now: DateTime<Utc>) -> Self {
        let (id, secret) = random.split_at(ID);
        let id = hexadecimal(id);
        let text = format!("{PREFIX}{id}_{}", hexadecimal(secret));
        let TokenHash(hash) = TokenHash::of(&text);
        let kept = AccessToken {
            id,
            name,
            role,
            hash,
            created_at: now,
            expires_at: None,
            rotated_at: None,
            last_used_at: None,
        };
        Self { kept, text: text.into() }
    }
}

impl TokenHash {
    /// Of a token as a request or a file gives it.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self(Sha256::digest(text).into())
    }

    /// Whether it is the same, in a time that does not tell how much of it is.
    pub(crate) fn is(self, hash: &[u8; 32]) -> Choice {
        self.0.ct_eq(hash)
    }

    /// Finds what has the same hash, in a time that depends on the number of hashes alone.
    pub(crate) fn find<T>(self, hashes: impl Iterator<Item = (Self, T)>) -> Option<T> {
        let same = hashes.filter(|(hash, _)| bool::from(self.is(&hash.0)));
        same.last().map(|(_, found)| found)
    }
}

/// The part of a token by which the database finds it, if the text has the form of a token.
pub(crate) fn id_of(text: &str) -> Option<&str> {
    let (id, secret) = text.strip_prefix(PREFIX)?.split_once('_')?;
    let is_hexadecimal = |text: &str| text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    (id.len() == 2 * ID && secret.len() == 2 * SECRET && is_hexadecimal(id) && is_hexadecimal(secret))
        .then_some(id)
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn make() -> NewToken {
        NewToken::make(TokenName::new("one").unwrap(), Role::Viewer, DateTime::UNIX_EPOCH).unwrap()
    }

    #[test]
    fn a_token_is_256_random_bits_behind_a_prefix_and_an_id() {
        let (one, other) = (make(), make());
        assert_ne!(one.text, other.text);
        let text = one.text.expose();
        assert_eq!(text.len(), "tikmatrix_".len() + 8 + 1 + 64);
        assert_eq!(id_of(text), Some(one.kept.id.as_str()));
        assert!(text.starts_with("tikmatrix_"));
    }

    #[test]
    fn what_is_kept_of_a_token_is_its_hash_and_not_its_secret() {
        let token =
            NewToken::of([0xab; 36], TokenName::new("one").unwrap(), Role::Viewer, DateTime::UNIX_EPOCH);
        let secret = "ab".repeat(32);
        assert_eq!(token.text.expose(), format!("tikmatrix_abababab_{secret}"));
        assert!(!format!("{:?}", token.kept).contains(&secret));
        assert!(bool::from(TokenHash::of(token.text.expose()).is(&token.kept.hash)));
        assert!(!bool::from(TokenHash::of(&secret).is(&token.kept.hash)));
    }

    #[test]
    fn a_text_of_another_form_has_no_id() {
        let token = make();
        let text = token.text.expose();
        for other in
            ["", "tikmatrix_", &text[1..], &text[..text.len() - 1], &format!("{text}0"), &text.to_uppercase()]
        {
            assert_eq!(id_of(other), None, "{other}");
        }
    }

    #[test]
    fn one_of_several_is_found_wherever_it_stands() {
        let find = |text: &str| {
            TokenHash::of(text).find(["a", "b", "c"].map(|it| (TokenHash::of(it), it)).into_iter())
        };
        for text in ["a", "b", "c"] {
            assert_eq!(find(text), Some(text));
        }
        assert_eq!(find("d"), None);
        assert_eq!(TokenHash::of("").find(std::iter::empty::<(TokenHash, ())>()), None);
    }
}
