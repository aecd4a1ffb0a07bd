//! The vendor's two keys: the private one signs licences, the public one verifies them. Their texts have different
//! prefixes, so that neither is mistaken for the other.

use std::fmt;

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::encoding::{decode, encode};

const PUBLIC: &str = "tikmatrix-license-public:";
const PRIVATE: &str = "tikmatrix-license-private:";

/// The key that signs. It has no `Debug`, so that it never gets into a log.
pub struct PrivateKey(SigningKey);

/// The key that verifies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

/// The short name of a pair of keys in a licence: the first 8 bytes of the SHA-256 of the public key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyId([u8; 8]);

/// Why a text is not a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum KeyError {
    /// It is a private key where a public one is needed.
    #[error(
        "this is the private key, which must never leave the vendor: give the public key that belongs to it"
    )]
    Private,
    /// It is a public key where a private one is needed.
    #[error("this is the public key, which cannot sign: give the private key that belongs to it")]
    Public,
    /// It is neither.
    #[error(
        "this is no key: a public key begins with \"{}\", a private one with \"{}\", each with 43 letters after it",
        PUBLIC,
        PRIVATE
    )]
    Malformed,
}

impl PrivateKey {
    /// The key of these bytes, which have to come from the system's source of randomness.
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// Parses a private key.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn from_text(text: &str) -> Result<Self, KeyError> {
        let text = text.trim();
        if text.starts_with(PUBLIC) {
            return Err(KeyError::Public);
        }
        let seed = text.strip_prefix(PRIVATE).and_then(decode).ok_or(KeyError::Malformed)?;
        Ok(Self::from_seed(&seed))
    }

    /// The key as text. It is a secret.
    #[must_use]
    pub fn to_text(&self) -> String {
        format!("{PRIVATE}{}", encode(self.0.as_bytes()))
    }

    /// The public key that belongs to it.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    pub(crate) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }
}

impl PublicKey {
    /// Whether `text` has the prefix of a key; else it is the name of a file.
    #[must_use]
    pub fn is_text(text: &str) -> bool {
        [PUBLIC, PRIVATE].iter().any(|prefix| text.trim_start().starts_with(prefix))
    }

    /// Parses a public key.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn from_text(text: &str) -> Result<Self, KeyError> {
        let text = text.trim();
        if text.starts_with(PRIVATE) {
            return Err(KeyError::Private);
        }
        let bytes = text.strip_prefix(PUBLIC).and_then(decode).ok_or(KeyError::Malformed)?;
        let key = VerifyingKey::from_bytes(&bytes).map_err(|_| KeyError::Malformed)?;
        // With a weak key, one signature is valid for many messages.
        if key.is_weak() { Err(KeyError::Malformed) } else { Ok(Self(key)) }
    }

    /// The short name of this pair of keys.
    #[must_use]
    pub fn id(&self) -> KeyId {
        let digest = Sha256::digest(self.0.as_bytes());
        let mut id = [0; 8];
        id.copy_from_slice(&digest[..8]);
        KeyId(id)
    }

    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        self.0.verify_strict(message, &Signature::from_bytes(signature)).is_ok()
    }
}

impl KeyId {
    pub(crate) fn from_text(text: &str) -> Option<Self> {
        decode(text).map(Self)
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{PUBLIC}{}", encode(self.0.as_bytes()))
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&encode(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_read_back_as_they_were_written() {
        let private = PrivateKey::from_seed(&[7; 32]);
        assert_eq!(PublicKey::from_text(&format!(" {}\n", private.public())), Ok(private.public()));
        let again = PrivateKey::from_text(&private.to_text()).unwrap();
        assert_eq!(again.to_text(), private.to_text());
    }

    #[test]
    fn neither_key_is_taken_for_the_other_or_made_of_anything_else() {
        let private = PrivateKey::from_seed(&[7; 32]);
        let public = private.public().to_string();
        assert_eq!(PublicKey::from_text(&private.to_text()), Err(KeyError::Private));
        assert_eq!(PrivateKey::from_text(&public).err(), Some(KeyError::Public));
        let neutral = format!("{PUBLIC}{}", encode(&[&[1][..], &[0; 31]].concat()));
        for text in ["", "key.pub", PUBLIC, &public[..public.len() - 1], &format!("{public}A"), &neutral] {
            assert_eq!(PublicKey::from_text(text), Err(KeyError::Malformed), "{text:?}");
        }
    }
}
