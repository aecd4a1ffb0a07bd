//! The public half of a key in the form that phones keep and adb prints: `base64 user@host`, the bytes being the modulus
//! with what Montgomery's multiplication needs, in little-endian words. It does no I/O.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::{Buf, BufMut};
use md5::{Digest, Md5};
use rsa::pkcs8::EncodePublicKey;
use rsa::traits::PublicKeyParts;
use rsa::{BoxedUint, Pkcs1v15Sign, PublicKey};
use sha1::Sha1;
use thiserror::Error;

/// Bits of a key's modulus: ADB knows no other size.
pub const KEY_BITS: usize = 2048;
/// Bytes of the token that a phone wants signed.
pub const TOKEN_LEN: usize = 20;

/// Bytes of a key in ADB's form: two words, the modulus, its companion, the exponent.
pub const PUBLIC_KEY_LEN: usize = 4 + 4 + 2 * MODULUS_LEN + 4;

const MODULUS_LEN: usize = KEY_BITS / 8;
/// The modulus in 32-bit words, as the form's first field says.
const WORDS: u32 = 64;

/// A text that holds no key that ADB can use.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum KeyError {
    /// It is not PEM, or not an RSA private key.
    #[error("it holds no RSA private key in PEM: {0}")]
    NotPem(String),
    /// It is encrypted.
    #[error("it is encrypted, and ADB has no way to ask for the password")]
    Encrypted,
    /// Not [`KEY_BITS`] bits.
    #[error("it has {0} bits, ADB uses keys of 2048 bits only")]
    WrongSize(usize),
    /// It is not ADB's form of a public key.
    #[error("it is not ADB's form of a public key: {0}")]
    NotPublic(String),
    /// The key cannot be used to sign or be encoded.
    #[error("the key cannot be used: {0}")]
    Unusable(String),
}

/// A public key of ADB's size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdbPublicKey {
    key: PublicKey,
    encoded: [u8; PUBLIC_KEY_LEN],
}

impl AdbPublicKey {
    pub(super) fn new(key: PublicKey) -> Result<Self, KeyError> {
        if bits(&key) != KEY_BITS {
            return Err(KeyError::WrongSize(bits(&key)));
        }
        let encoded = encode(&key).ok_or_else(|| KeyError::NotPublic("its exponent is too large".into()))?;
        Ok(Self { key, encoded })
    }

    /// Reads a line of ADB's form. Text after the first space is a remark; a NUL at the end is allowed, since adb
    /// sends one.
    ///
    /// # Errors
    /// [`KeyError::NotPublic`], with the reason.
    pub fn parse(line: &[u8]) -> Result<Self, KeyError> {
        let refused = |reason: &str| KeyError::NotPublic(reason.to_owned());
        let line = std::str::from_utf8(line).map_err(|_| refused("it is not text"))?;
        let word = line.trim_end_matches('\0').split_whitespace().next();
        let bytes = STANDARD.decode(word.unwrap_or_default()).map_err(|error| refused(&error.to_string()))?;
        let encoded: [u8; PUBLIC_KEY_LEN] = bytes.try_into().map_err(|bytes: Vec<u8>| {
            refused(&format!("{} bytes instead of {PUBLIC_KEY_LEN}", bytes.len()))
        })?;
        let mut rest = &encoded[..];
        if rest.get_u32_le() != WORDS {
            return Err(refused("its size is not that of 2048 bits"));
        }
        // The two derived fields can be computed; adbd does not read them either.
        rest.advance(4);
        let modulus =
            BoxedUint::from_le_slice(&rest[..MODULUS_LEN], u32::try_from(KEY_BITS).unwrap_or(u32::MAX))
                .map_err(|error| refused(&error.to_string()))?;
        rest.advance(2 * MODULUS_LEN);
        let key = PublicKey::new(modulus, BoxedUint::from(rest.get_u32_le()));
        Self::new(key.map_err(|error| refused(&error.to_string()))?)
    }

    /// Formats the key as one line, with a remark that names its owner, such as `user@host`.
    #[must_use]
    pub fn line(&self, owner: &str) -> String {
        format!("{} {owner}", STANDARD.encode(self.encoded))
    }

    /// Returns the fingerprint that the phone's dialog shows: the MD5 of its bytes, in pairs of hexadecimal digits.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let pairs: Vec<String> = Md5::digest(self.encoded).iter().map(|byte| format!("{byte:02X}")).collect();
        pairs.join(":")
    }

    /// Returns whether `signature` is this key's under `token`.
    #[must_use]
    pub fn verifies(&self, token: &[u8; TOKEN_LEN], signature: &[u8]) -> bool {
        self.key.verify(Pkcs1v15Sign::new::<Sha1>(), token, signature).is_ok()
    }

    /// Returns the key as certificates hold it (SubjectPublicKeyInfo, DER).
    ///
    /// # Errors
    /// [`KeyError::Unusable`].
    pub fn to_certificate_form(&self) -> Result<Vec<u8>, KeyError> {
        let document = self.key.to_public_key_der();
        Ok(document.map_err(|error| KeyError::Unusable(error.to_string()))?.as_bytes().to_vec())
    }
}

/// Encodes a key; `None` when the exponent does not fit its field.
fn encode(key: &PublicKey) -> Option<[u8; PUBLIC_KEY_LEN]> {
    let modulus = key.n().as_ref().to_le_bytes();
    let lowest = u32::from_le_bytes(modulus.get(..4)?.try_into().ok()?);
    // 2^(2 * 2048) modulo the modulus, by which Montgomery's form is entered.
    let square = u32::try_from(2 * KEY_BITS).ok()?;
    let companion = BoxedUint::one_with_precision(square + 64).shl(square).rem_vartime(key.n()).to_le_bytes();
    let exponent = key.e().to_le_bytes();
    let (exponent, beyond) = exponent.split_at_checked(4)?;
    if beyond.iter().any(|byte| *byte != 0) {
        return None;
    }
    let mut encoded = [0; PUBLIC_KEY_LEN];
    let mut rest = &mut encoded[..];
    rest.put_u32_le(WORDS);
    rest.put_u32_le(negative_inverse(lowest));
    rest.put_slice(modulus.get(..MODULUS_LEN)?);
    rest.put_slice(companion.get(..MODULUS_LEN)?);
    rest.put_slice(exponent);
    Some(encoded)
}

/// Computes `-1 / odd` modulo 2^32, by Newton's iteration: each round doubles the bits that are right.
fn negative_inverse(odd: u32) -> u32 {
    let inverse = (0..5)
        .fold(odd, |inverse: u32, _| inverse.wrapping_mul(2_u32.wrapping_sub(odd.wrapping_mul(inverse))));
    inverse.wrapping_neg()
}

fn bits(key: &impl PublicKeyParts) -> usize {
    usize::try_from(key.n().bit_width_vartime()).unwrap_or(usize::MAX)
}
